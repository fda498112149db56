//! Certificates, revocation lists, signatures.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    // checks of a security object
    ("not reached: an earlier check failed", "chưa kiểm tra: bước trước không đạt"),
    ("not demanded by the policy", "chính sách không đòi hỏi"),
    ("the security object is malformed at byte {offset}", "đối tượng bảo mật sai dạng tại byte {offset}"),
    ("the signed content is not of the type demanded", "nội dung được ký không thuộc loại phải có"),
    ("the signed content was altered: its digest differs", "nội dung được ký đã bị sửa: giá trị băm khác đi"),
    (
        "the security object does not carry its signer's certificate",
        "đối tượng bảo mật không kèm chứng thư của người ký",
    ),
    ("the security object's signature does not verify", "chữ ký số của đối tượng bảo mật không đúng"),
    (
        "the signer's certificate was issued by an authority that is not trusted",
        "chứng thư người ký do một nơi cấp không được tin cậy cấp",
    ),
    (
        "the signature of the signer's certificate does not verify with the root it names",
        "chữ ký trên chứng thư người ký không đúng với chứng thư gốc được nêu",
    ),
    (
        "the root is a test root, which this policy refuses",
        "chứng thư gốc là gốc thử nghiệm, chính sách này không chấp nhận",
    ),
    (
        "the signer's key may not make digital signatures, or is an authority's",
        "khóa của người ký không được phép ký số, hoặc là khóa của cơ quan chứng thực",
    ),
    (
        "the signer's certificate carries an unknown critical extension",
        "chứng thư người ký có phần mở rộng bắt buộc không rõ là gì",
    ),
    (
        "the signer's certificate names no document type it may sign",
        "chứng thư người ký không nêu loại giấy tờ được ký",
    ),
    ("the security object does not state when it was signed", "đối tượng bảo mật không ghi thời điểm ký"),
    (
        "signed on {signed_at}, outside the validity of the signer's certificate",
        "ký lúc {signed_at}, ngoài thời hạn của chứng thư người ký",
    ),
    (
        "signed on {signed_at}, which is still to come by this clock",
        "ký lúc {signed_at}, theo đồng hồ máy này thì chưa tới",
    ),
    (
        "the signer's certificate does not state when its key may sign",
        "chứng thư người ký không ghi khóa được ký trong thời gian nào",
    ),
    (
        "signed on {signed_at}, outside the period in which the signer's key may sign",
        "ký lúc {signed_at}, ngoài thời gian khóa của người ký được ký",
    ),
    ("no revocation list of the issuer is at hand", "không có danh sách thu hồi của nơi cấp"),
    (
        "the revocation list is stale: the next was due on {next_update}",
        "danh sách thu hồi đã cũ: lẽ ra phải có bản mới từ {next_update}",
    ),
    (
        "the revocation list is dated {this_update}, which is still to come by this clock",
        "danh sách thu hồi ghi ngày {this_update}, theo đồng hồ máy này thì chưa tới",
    ),
    ("the signer's certificate was revoked on {date}", "chứng thư người ký đã bị thu hồi ngày {date}"),
    ("the root was revoked on {date}", "chứng thư gốc đã bị thu hồi ngày {date}"),
    ("the signer's certificate expired on {not_after}", "chứng thư người ký đã hết hạn ngày {not_after}"),
    (
        "the signer's certificate is not valid before {not_before}",
        "chứng thư người ký chưa có hiệu lực trước {not_before}",
    ),
    ("the root expired on {not_after}", "chứng thư gốc đã hết hạn ngày {not_after}"),
    ("the root is not valid before {not_before}", "chứng thư gốc chưa có hiệu lực trước {not_before}"),
    // trust store
    (
        "the certificate is not a root of the profile (self-issued, cA, keyCertSign and cRLSign)",
        "chứng thư không phải chứng thư gốc đúng quy định (tự cấp, cA, keyCertSign và cRLSign)",
    ),
    ("the root's own signature does not verify", "chữ ký của chính chứng thư gốc không đúng"),
    (
        "the root carries an unknown critical extension",
        "chứng thư gốc có phần mở rộng bắt buộc không rõ là gì",
    ),
    ("no trusted root issued this revocation list", "không có gốc tin cậy nào cấp danh sách thu hồi này"),
    ("the revocation list's signature does not verify", "chữ ký của danh sách thu hồi không đúng"),
    (
        "revocation list number {offered} is older than number {held}, which is already held",
        "danh sách thu hồi số {offered} cũ hơn số {held} đang giữ",
    ),
    // certificates
    ("the signature does not verify with this public key", "chữ ký không đúng với khóa công khai này"),
    (
        "the public key is neither an uncompressed point on the named curve P-256 or P-384 nor one of ML-DSA-65",
        "khóa công khai không phải điểm dạng đầy đủ trên đường cong P-256 hoặc P-384, cũng không phải khóa ML-DSA-65",
    ),
    ("this is not a well-formed certificate", "đây không phải chứng thư đúng dạng"),
    (
        "the certificate's public key is not on the named curve P-256 or P-384",
        "khóa công khai của chứng thư không nằm trên đường cong P-256 hoặc P-384",
    ),
    ("the file holds no certificate", "tệp không có chứng thư nào"),
    ("the certificate names another issuer", "chứng thư nêu một nơi cấp khác"),
    (
        "the certificate's signature does not verify with the issuer's key",
        "chữ ký của chứng thư không đúng với khóa của nơi cấp",
    ),
    ("the certificate just written cannot be read", "không đọc lại được chứng thư vừa lập"),
    (
        "a serial number is positive and has at most 20 octets",
        "số sê-ri phải lớn hơn không và dài tối đa 20 byte",
    ),
    (
        "the certificate is not version 3 without unique identifiers",
        "chứng thư không phải phiên bản 3 không kèm định danh duy nhất",
    ),
    ("the two signature algorithms differ", "hai thuật toán ký ghi trong tệp khác nhau"),
    ("a signature is a BIT STRING of whole octets", "chữ ký phải là BIT STRING gồm trọn byte"),
    ("the validity ends before it begins", "thời hạn kết thúc trước khi bắt đầu"),
    ("the certificate has no extensions", "chứng thư không có phần mở rộng"),
    ("the marker of a test root is not critical", "dấu hiệu gốc thử nghiệm không được ghi là bắt buộc"),
    ("an extension occurs twice", "một phần mở rộng xuất hiện hai lần"),
    ("a key usage has no bit set", "mục đích dùng khóa để trống"),
    (
        "the private key usage period ends before it begins",
        "thời gian dùng khóa bí mật kết thúc trước khi bắt đầu",
    ),
    ("the document type list is not version 0", "danh sách loại giấy tờ không phải phiên bản 0"),
    ("a document type has one or two characters", "loại giấy tờ gồm một hoặc hai ký tự"),
    // making certificates
    (
        "a signer has a P-256 key, or one of ML-DSA-65 under a root with such a key",
        "người ký phải dùng khóa P-256, hoặc khóa ML-DSA-65 khi chứng thư gốc cũng dùng khóa đó",
    ),
    (
        "the private key of a {role} is used for at most {months#} months; this one until {until}",
        "khóa bí mật của {role} dùng tối đa {months#} tháng; khóa này lại đến {until}",
    ),
    ("document signer", "người ký tài liệu"),
    ("record signer", "người ký hồ sơ"),
    ("status-list signer", "người ký danh sách trạng thái"),
    ("trust-bundle signer", "người ký gói tin cậy"),
    ("master-list signer", "người ký danh sách chứng thư gốc"),
    ("registrar", "cán bộ đăng ký"),
    ("custodian", "người giữ khóa"),
    ("of no known role", "không có vai trò nào được biết"),
    ("the certificate is not of exactly one known role", "chứng thư không thuộc đúng một vai trò được biết"),
    // signed statements
    ("this is not a well-formed signed statement", "đây không phải văn bản ký đúng dạng"),
    ("the signed content is of another type ({found})", "nội dung được ký thuộc loại khác ({found})"),
    ("the statement does not carry its signer's certificate", "văn bản không kèm chứng thư của người ký"),
    ("the statement's signature does not verify", "chữ ký của văn bản không đúng"),
    (
        "the statement must be signed by a {expected}, and the signer is {found}",
        "văn bản phải do {expected} ký, nhưng người ký là {found}",
    ),
    ("the statement does not say when it was signed", "văn bản không ghi thời điểm ký"),
    ("the statement's signer is refused", "người ký văn bản không được chấp nhận"),
    (
        "the private key is to be used outside the certificate's validity",
        "thời gian dùng khóa bí mật nằm ngoài thời hạn chứng thư",
    ),
    (
        "a document signer's private key is used for at most three months; this one until {0}",
        "khóa bí mật của người ký dùng tối đa ba tháng; khóa này lại đến {0}",
    ),
    (
        "the root's private key may not be used when this signer's period begins",
        "khi thời gian của người ký này bắt đầu thì khóa gốc không còn được dùng",
    ),
    (
        "the signer's certificate must be valid until {needed}, but the root ends on {root}",
        "chứng thư người ký phải có hiệu lực đến {needed}, nhưng chứng thư gốc hết hạn ngày {root}",
    ),
    (
        "the issuing certificate is not a root of this profile",
        "chứng thư của nơi cấp không phải chứng thư gốc đúng quy định",
    ),
    ("the signer's country differs from the root's", "quốc gia của người ký khác với của chứng thư gốc"),
    (
        "at least one address of the revocation list is needed",
        "cần ít nhất một địa chỉ của danh sách thu hồi",
    ),
    (
        "document types are one or two capital letters each, and at least one is needed",
        "mỗi loại giấy tờ là một hoặc hai chữ hoa, và cần ít nhất một loại",
    ),
    (
        "a state is one to three capital letters as in the MRZ, such as VNM",
        "mã quốc gia gồm một đến ba chữ hoa như trong MRZ, ví dụ VNM",
    ),
    (
        "an address is 1 to 255 printable ASCII characters without spaces",
        "địa chỉ gồm 1 đến 255 ký tự ASCII, không có dấu cách",
    ),
    ("the period cannot be written into a certificate", "không ghi được thời hạn này vào chứng thư"),
    ("the certificate cannot be encoded", "không mã hóa được chứng thư"),
    ("a serial number is positive, not zero", "số sê-ri phải lớn hơn không"),
    ("a serial number has at most 20 octets", "số sê-ri dài tối đa 20 byte"),
    (
        "the period ends ({not_after}) before it begins ({not_before})",
        "thời hạn kết thúc ({not_after}) trước khi bắt đầu ({not_before})",
    ),
    ("the period leaves the years 1970 to 9999", "thời hạn ra ngoài khoảng năm 1970 đến 9999"),
    ("a time before 2050 is written as UTCTime", "thời điểm trước năm 2050 phải ghi ở dạng UTCTime"),
    ("no such date or time", "không có ngày giờ này"),
    ("a country is two capital letters such as VN", "quốc gia là hai chữ hoa, ví dụ VN"),
    (
        "{part} has {characters} characters; it must have 1 to 64",
        "{part} có {characters} ký tự; phải có 1 đến 64",
    ),
    ("{part} contains a control character", "{part} có ký tự điều khiển"),
    ("the organization", "tên tổ chức"),
    ("the organizational unit", "tên đơn vị"),
    ("the common name", "tên chung"),
    ("the name cannot be encoded", "không mã hóa được tên"),
    // revocation lists
    (
        "the issuing certificate may not sign revocation lists",
        "chứng thư của nơi cấp không được ký danh sách thu hồi",
    ),
    ("the next update must come after this one", "lần cập nhật sau phải muộn hơn lần này"),
    ("a list's number is below 2^63", "số của danh sách phải nhỏ hơn 2^63"),
    ("the certificate with serial number {0} is listed twice", "chứng thư có số sê-ri {0} được kê hai lần"),
    ("the list cannot be encoded", "không mã hóa được danh sách"),
    (
        "this is not a well-formed revocation list of the profile",
        "đây không phải danh sách thu hồi đúng dạng",
    ),
    ("the file holds no revocation list", "tệp không có danh sách thu hồi nào"),
    ("the revocation list is not version 2", "danh sách thu hồi không phải phiên bản 2"),
    ("the list lacks its next update", "danh sách thiếu ngày cập nhật tiếp theo"),
    (
        "an empty list of revoked certificates is left out",
        "danh sách chứng thư bị thu hồi trống thì phải bỏ hẳn",
    ),
    ("the next update is before this one", "lần cập nhật sau lại sớm hơn lần này"),
    ("a certificate is listed twice", "một chứng thư được kê hai lần"),
    ("no such revocation reason in a complete list", "danh sách đầy đủ không có lý do thu hồi này"),
    ("a critical entry extension is unknown", "một mục có phần mở rộng bắt buộc không rõ là gì"),
    ("a critical extension of the list is unknown", "danh sách có phần mở rộng bắt buộc không rõ là gì"),
    (
        "the list lacks its number or its authority key identifier",
        "danh sách thiếu số hoặc thiếu định danh khóa của nơi cấp",
    ),
    // files, encodings, signatures
    ("the file is neither DER nor PEM", "tệp không phải DER cũng không phải PEM"),
    (
        "PEM block {index} is a {found}, not a {expected}",
        "khối PEM {index} là {found}, không phải {expected}",
    ),
    ("PEM block {index} is damaged", "khối PEM {index} bị hỏng"),
    ("at byte {offset}: {fault}", "tại byte {offset}: {fault}"),
    (
        "these bytes are not the distinguished encoding of their value",
        "các byte này không phải cách ghi DER duy nhất của giá trị",
    ),
    ("the certificate is not a document signer's", "chứng thư này không phải của người ký tài liệu"),
    (
        "the signing time {at} lies outside the period in which this key may sign ({from} to {until})",
        "thời điểm ký {at} nằm ngoài thời gian khóa này được ký ({from} đến {until})",
    ),
    ("the object cannot be encoded", "không mã hóa được đối tượng"),
    ("the private key could not be used", "không dùng được khóa bí mật"),
    (
        "the private key offered does not belong to the certificate that is to sign",
        "khóa bí mật đưa vào không phải của chứng thư dùng để ký",
    ),
    (
        "the signature returned for this object does not verify; nothing was released",
        "chữ ký trả về cho đối tượng này không đúng; không phát hành gì",
    ),
    (
        "the finished object cannot be encoded; nothing was released",
        "không mã hóa được đối tượng đã ký; không phát hành gì",
    ),
    ("the content is not SignedData version 3", "nội dung không phải SignedData phiên bản 3"),
    ("there is not exactly one digest algorithm", "không phải đúng một thuật toán băm"),
    ("the content is detached", "nội dung được ký bị tách rời"),
    ("there is not exactly one signer", "không phải đúng một người ký"),
    ("the digest algorithm is not SHA-256", "thuật toán băm không phải SHA-256"),
    (
        "the signer's version does not fit how it is named",
        "phiên bản của người ký không khớp với cách nêu người ký",
    ),
    (
        "there are no signed attributes, or some that are not signed",
        "không có thuộc tính được ký, hoặc có thuộc tính không được ký",
    ),
    ("a signed attribute has not exactly one value", "một thuộc tính được ký không có đúng một giá trị"),
    ("a signed attribute occurs twice", "một thuộc tính được ký xuất hiện hai lần"),
    (
        "contentType or messageDigest is missing from the signed attributes",
        "thiếu contentType hoặc messageDigest trong các thuộc tính được ký",
    ),
    // card-verifiable certificates
    ("this is not a well-formed card-verifiable certificate", "đây không phải chứng thư CV đúng dạng"),
    ("the data objects cannot be read back", "không đọc lại được các đối tượng dữ liệu"),
    ("card-verifiable certificates are made for P-256 keys only", "chứng thư CV chỉ được lập cho khóa P-256"),
    ("a certificate of the role {role} is not signed by {issuer}", "{issuer} không được ký chứng thư {role}"),
    (
        "the period must lie inside the issuer's, {effective} to {expires}",
        "thời hạn phải nằm trong thời hạn của nơi cấp, từ {effective} đến {expires}",
    ),
    ("the period ends before it begins", "thời hạn kết thúc trước khi bắt đầu"),
    (
        "card-verifiable certificates write the years 2000 to 2099 only",
        "chứng thư CV chỉ ghi được các năm từ 2000 đến 2099",
    ),
    ("foreign DV", "DV nước ngoài"),
    ("the new authority needs another name than {0}", "nơi cấp mới phải có tên khác {0}"),
    (
        "a certificate cannot give rights that its issuer does not have",
        "chứng thư không thể trao quyền mà nơi cấp không có",
    ),
    ("the card-verifiable certificate cannot be written", "không ghi được chứng thư CV"),
    ("the request's key is not on P-256", "khóa trong yêu cầu không thuộc P-256"),
    ("the request is not signed with the key in it", "yêu cầu không được ký bằng khóa nêu trong đó"),
    ("the outer signature of the request does not verify", "chữ ký ngoài của yêu cầu không đúng"),
    (
        "certificate {position} of the chain ({holder}) cannot be used",
        "không dùng được chứng thư thứ {position} của chuỗi ({holder})",
    ),
    (
        "it was issued by another authority than the one before it",
        "chứng thư do nơi khác cấp, không phải nơi đứng trước trong chuỗi",
    ),
    ("its key is not on P-256 for ECDSA with SHA-256", "khóa không thuộc P-256 dùng cho ECDSA với SHA-256"),
    ("its signature does not verify", "chữ ký của chứng thư không đúng"),
    (
        "its role may not follow the one before it",
        "vai trò này không được đứng sau vai trò trước trong chuỗi",
    ),
    ("it is not for authentication terminals (id-AT)", "chứng thư không dành cho thiết bị xác thực (id-AT)"),
    ("it is not valid before {0}", "chứng thư chưa có hiệu lực trước {0}"),
    ("it expired on {0}", "chứng thư đã hết hạn ngày {0}"),
    ("the chain does not end with a terminal", "chuỗi không kết thúc bằng một thiết bị đọc"),
    (
        "a reference begins with a country: two capital letters, such as VN",
        "mã tham chiếu bắt đầu bằng quốc gia: hai chữ hoa, chẳng hạn VN",
    ),
    ("a mnemonic is one to nine capital letters or digits", "tên gồm một đến chín chữ hoa hoặc chữ số"),
    (
        "a reference ends with a sequence number of five digits, 00000 to 99999",
        "mã tham chiếu kết thúc bằng số thứ tự năm chữ số, 00000 đến 99999",
    ),
    (
        "a date is six bytes, one decimal digit each, and a day that exists",
        "ngày gồm sáu byte, mỗi byte một chữ số, và phải là ngày có thật",
    ),
    ("the certificate profile is 0", "dạng chứng thư phải là 0"),
    (
        "the extensions are not empty, and that of record rights stands once",
        "phần mở rộng không được trống, và phần quyền hồ sơ chỉ có một lần",
    ),
    ("a reference is 1 to 16 printable characters", "mã tham chiếu gồm 1 đến 16 ký tự in được"),
    (
        "an authorization is as long as its kind of terminal demands",
        "phần quyền phải dài đúng theo loại thiết bị",
    ),
    (
        "a public key on a curve has all domain parameters or none",
        "khóa công khai trên đường cong có đủ tham số miền hoặc không có tham số nào",
    ),
    ("a request holds a public key after its authority", "yêu cầu phải có khóa công khai sau phần nơi cấp"),
    ("{0} is not a name that is known here", "{0} không phải tên được biết ở đây"),
    ("the extension of record rights has four bytes", "phần mở rộng quyền hồ sơ dài bốn byte"),
    ("the key did not return a signature of P-256", "khóa không trả về chữ ký P-256"),
];
