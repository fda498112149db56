//! What `trust`, `pki::bundle` and a kiosk's key say.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    // refusals
    ("the file is not a signed trust bundle", "tệp không phải gói tin cậy có chữ ký"),
    (
        "the trust bundle was altered: its signature does not fit its content",
        "gói tin cậy đã bị sửa đổi: chữ ký không khớp với nội dung",
    ),
    (
        "the trust bundle (number {number}) is signed under a root that this kiosk does not trust",
        "gói tin cậy (số {number}) do một gốc mà máy này không tin cậy ký",
    ),
    (
        "the trust bundle is signed under a test root, which this kiosk refuses",
        "gói tin cậy do gốc thử nghiệm ký, máy này không chấp nhận",
    ),
    (
        "the trust bundle must be signed by a trust-bundle signer, and its signer is {}",
        "gói tin cậy phải do người ký gói tin cậy ký, còn gói này do {0} ký",
    ),
    ("the signer of the trust bundle is refused", "không chấp nhận người ký gói tin cậy"),
    (
        "the trust bundle is older: it has number {offered}, and number {held} is in force",
        "gói tin cậy cũ hơn: gói này số {offered}, còn gói số {held} đang có hiệu lực",
    ),
    (
        "another trust bundle with number {number} is in force already",
        "đã có một gói tin cậy khác mang số {number} đang có hiệu lực",
    ),
    (
        "the trust bundle has expired: it counted until {end_of_grace}",
        "gói tin cậy đã hết hạn: chỉ có giá trị đến {end_of_grace}",
    ),
    (
        "the trust bundle is dated {time}, which is still to come by this clock",
        "gói tin cậy ghi thời điểm {time}, theo đồng hồ máy này thì chưa tới",
    ),
    (
        "the clock is not credible: it says {at}, and {latest} was seen in signed data",
        "đồng hồ không đáng tin: đang chỉ {at}, trong khi dữ liệu đã ký có thời điểm {latest}",
    ),
    (
        "number {number} would be the first trust bundle of this kiosk, and no officer has confirmed the number",
        "gói số {number} sẽ là gói tin cậy đầu tiên của máy này, nhưng chưa cán bộ nào xác nhận số đó",
    ),
    (
        "the kiosk would begin anew with trust bundle {number}, and no officer has confirmed the number",
        "máy sẽ bắt đầu lại với gói tin cậy số {number}, nhưng chưa cán bộ nào xác nhận số đó",
    ),
    (
        "trust bundle {number} would be trusted from the beginning, and no officer has confirmed the SHA-256 of its root",
        "gói tin cậy số {number} sẽ được tin cậy từ đầu, nhưng chưa cán bộ nào xác nhận SHA-256 của gốc",
    ),
    (
        "several different trust bundles with number {number} are offered, and each fits what was confirmed",
        "có nhiều gói tin cậy khác nhau cùng mang số {number} và đều khớp với điều đã xác nhận",
    ),
    (
        "the trust bundle holds an older status list {subject} than the one of {held}, which is in force",
        "danh sách trạng thái {subject} trong gói tin cậy cũ hơn bản ngày {held} đang có hiệu lực",
    ),
    (
        "the trust bundle takes back the revocation of entry {index} of status list {subject}, which is final",
        "gói tin cậy rút lại việc thu hồi mục {index} trong danh sách trạng thái {subject}, mà thu hồi là vĩnh viễn",
    ),
    (
        "the trust bundle lacks status list {subject}, which is in force",
        "gói tin cậy thiếu danh sách trạng thái {subject} đang có hiệu lực",
    ),
    (
        "number {confirmed} was confirmed, and the trust bundle has number {offered}",
        "số được xác nhận là {confirmed}, còn gói tin cậy mang số {offered}",
    ),
    (
        "no root of the trust bundle has the SHA-256 that was confirmed",
        "không gốc nào của gói tin cậy có SHA-256 đã được xác nhận",
    ),
    (
        "the trust bundle is a delta on number {base}, and a first bundle must be a full one",
        "đây là gói thay đổi trên gói số {base}, còn gói đầu tiên phải là gói đầy đủ",
    ),
    (
        "the delta does not fit the trust bundle in force",
        "gói thay đổi không khớp với gói tin cậy đang có hiệu lực",
    ),
    (
        "the trust bundle brings a root that no trusted root vouches for (SHA-256 {fingerprint})",
        "gói tin cậy mang theo một gốc không được gốc tin cậy nào bảo đảm (SHA-256 {fingerprint})",
    ),
    ("what the trust bundle holds does not fit together", "nội dung gói tin cậy không khớp với nhau"),
    (
        "the trust bundle holds an older revocation list than number {held}, which is in force",
        "danh sách thu hồi trong gói tin cậy cũ hơn danh sách số {held} đang có hiệu lực",
    ),
    (
        "the trust bundle was not signed when it says it was issued",
        "gói tin cậy không được ký vào lúc ghi là phát hành",
    ),
    (
        "the delta builds on bundle number {wanted}, and number {held} is in force",
        "gói thay đổi dựa trên gói số {wanted}, còn gói số {held} đang có hiệu lực",
    ),
    (
        "the delta builds on another bundle of number {number} than the one in force",
        "gói thay đổi dựa trên một gói số {number} khác với gói đang có hiệu lực",
    ),
    ("the delta does not make the bundle that it says it makes", "gói thay đổi không tạo ra đúng gói đã ghi"),
    ("what the delta makes is no trust bundle", "kết quả của gói thay đổi không phải gói tin cậy"),
    // the bundle itself
    ("this is not a well-formed trust bundle", "đây không phải gói tin cậy đúng dạng"),
    (
        "the trust bundle is of version {0}, which is not known here",
        "gói tin cậy có phiên bản {0}, chương trình không biết phiên bản này",
    ),
    (
        "the trust bundle has {bytes} bytes; at most {most} are read",
        "gói tin cậy dài {bytes} byte; chỉ đọc tối đa {most} byte",
    ),
    ("the trust bundle has more than {most} {what}", "gói tin cậy có quá {most} {what!}"),
    (
        "one of the {what} of the trust bundle has more than {most} bytes",
        "có {what!} trong gói tin cậy dài quá {most} byte",
    ),
    ("the {0} of the trust bundle is not as it must be", "{0!} của gói tin cậy không đúng quy định"),
    (
        "the dates of the trust bundle contradict each other",
        "các mốc thời gian của gói tin cậy mâu thuẫn nhau",
    ),
    ("root certificates", "chứng thư gốc"),
    ("link certificates", "chứng thư liên kết"),
    ("revocation lists", "danh sách thu hồi"),
    ("status lists", "danh sách trạng thái"),
    ("CV trust points", "điểm tin cậy CV"),
    ("revoked signers", "người ký đã thu hồi"),
    ("list of roots", "danh sách gốc"),
    ("root certificate", "chứng thư gốc"),
    ("CV trust point", "điểm tin cậy CV"),
    ("list of status lists", "danh sách các danh sách trạng thái"),
    ("list of security objects that are still good", "danh sách đối tượng bảo mật vẫn tốt"),
    ("list of document types", "danh sách loại giấy tờ"),
    ("grace of lists", "thời gian gia hạn của danh sách"),
    ("application identifier", "mã ứng dụng"),
    ("rule for proofs of chips", "quy tắc chứng minh chip"),
    ("rule for revocation lists", "quy tắc về danh sách thu hồi"),
    ("rule for status lists", "quy tắc về danh sách trạng thái"),
    ("content type", "loại nội dung"),
    ("bundle number", "số gói"),
    ("number of the base", "số của gói làm gốc"),
    ("kind of body", "loại nội dung chính"),
    // remedies of refusals
    (
        "Check that this is the file the centre sent, and fetch it again.",
        "Kiểm tra đây có đúng là tệp trung tâm gửi không, rồi lấy lại.",
    ),
    (
        "Do not use this copy; fetch the bundle again, and tell the centre if it happens again.",
        "Không dùng bản này; lấy lại gói, nếu vẫn bị thì báo trung tâm.",
    ),
    (
        "Do not use this bundle; ask the centre which one is right, and tell it where this one came from.",
        "Không dùng gói này; hỏi trung tâm gói nào đúng và báo gói này từ đâu đến.",
    ),
    (
        "Ask the centre for a new bundle by its present trust-bundle signer.",
        "Đề nghị trung tâm gửi gói mới do người ký gói tin cậy hiện nay ký.",
    ),
    (
        "Nothing to do if it was an old copy; otherwise fetch the newest bundle from the centre.",
        "Nếu chỉ là bản cũ thì không cần làm gì; nếu không, lấy gói mới nhất từ trung tâm.",
    ),
    (
        "Tell the centre: one of the two bundles with this number is not its own, or it numbered two alike.",
        "Báo trung tâm: một trong hai gói mang số này không phải của trung tâm, hoặc trung tâm đã đánh trùng số.",
    ),
    ("Fetch the newest bundle from the centre.", "Lấy gói mới nhất từ trung tâm."),
    (
        "Check the clock of this kiosk; if it is right, tell the centre.",
        "Kiểm tra đồng hồ của máy; nếu đồng hồ đúng thì báo trung tâm.",
    ),
    (
        "Compare the number with what the centre told the officer another way, then repeat with --confirm-number.",
        "So số gói với số trung tâm đã báo cho cán bộ bằng đường khác, rồi chạy lại với --confirm-number.",
    ),
    (
        "Compare the root's SHA-256 with what the centre told the officer another way, then repeat with --confirm-root.",
        "So SHA-256 của gốc với số trung tâm đã báo cho cán bộ bằng đường khác, rồi chạy lại với --confirm-root.",
    ),
    (
        "Tell the centre: its status lists went back; it publishes them anew and builds another bundle.",
        "Báo trung tâm: danh sách trạng thái đã lùi về bản cũ; trung tâm cần phát hành lại rồi tạo gói khác.",
    ),
    (
        "Ask the centre which bundle is meant; do not use this one before that is known.",
        "Hỏi lại trung tâm là gói nào; chưa rõ thì không dùng gói này.",
    ),
    ("Fetch the newest full bundle from the centre.", "Lấy gói đầy đủ mới nhất từ trung tâm."),
    // offers and seals
    (
        "the trust bundle is sealed for a kiosk, and no kiosk's key is open here",
        "gói tin cậy được niêm phong cho một máy, còn ở đây chưa có khóa của máy",
    ),
    ("the sealed trust bundle was not opened", "không mở được gói tin cậy đã niêm phong"),
    (
        "it is sealed for another kiosk, whose key has the identifier {}",
        "gói được niêm phong cho máy khác, có khóa mang mã {0}",
    ),
    ("what was sealed for this kiosk has been altered", "gói niêm phong cho máy này đã bị sửa đổi"),
    (
        "Make the kiosk's key with `chipwright trust kiosk-key`, and have the bundle sealed for it.",
        "Tạo khóa của máy bằng `chipwright trust kiosk-key` rồi đề nghị niêm phong gói cho khóa đó.",
    ),
    (
        "Ask the centre for the bundle that is sealed for this kiosk, or for one that is not sealed.",
        "Đề nghị trung tâm gửi gói niêm phong cho máy này, hoặc gói không niêm phong.",
    ),
    ("the public half of a kiosk's key (PEM)", "nửa công khai của khóa máy kiểm tra (PEM)"),
    // the folder
    ("{} could not be {done}", "{0!}: không {done!} được"),
    ("made", "tạo"),
    ("opened", "mở"),
    ("locked", "khóa"),
    ("written", "ghi"),
    (
        "another program is changing the trust folder {}",
        "một chương trình khác đang thay đổi thư mục tin cậy {0}",
    ),
    ("{} is damaged", "{0} bị hỏng"),
    (
        "{} has the form {found}, which this program does not know",
        "{0} có dạng {found}, chương trình này không biết",
    ),
    ("{} is not the trust bundle that was installed", "{0} không phải gói tin cậy đã nhận"),
    ("{} cannot be read as a trust bundle", "không đọc được gói tin cậy từ {0}"),
    (
        "what the trust bundle in force holds does not fit together",
        "nội dung gói tin cậy đang có hiệu lực không khớp với nhau",
    ),
    (
        "Check the disk and the rights to the folder, then repeat.",
        "Kiểm tra ổ đĩa và quyền vào thư mục rồi thử lại.",
    ),
    ("Wait until it is done, then repeat.", "Chờ xong rồi thử lại."),
    (
        "Use the program that wrote this folder, or a newer one.",
        "Dùng chương trình đã ghi thư mục này, hoặc bản mới hơn.",
    ),
    (
        "Do not trust this folder any more: move it away, and begin with a full bundle whose number an officer confirms.",
        "Không tin thư mục này nữa: chuyển nó đi, rồi bắt đầu bằng một gói đầy đủ có số được cán bộ xác nhận.",
    ),
    // sources
    (
        "{name} has more than {most} bytes, which no trust bundle has",
        "{name} dài quá {most} byte, không gói tin cậy nào dài như vậy",
    ),
    (
        "the files with trust bundles in {} have more than {most} bytes together",
        "các tệp gói tin cậy trong {0} có tổng cộng quá {most} byte",
    ),
    ("{} has more than {most} files with trust bundles", "{0} có quá {most} tệp gói tin cậy"),
    ("{} has no file with the ending .ctb", "{0} không có tệp nào đuôi .ctb"),
    (
        "bundles are fetched over http alone: they are signed themselves",
        "chỉ tải gói qua http: bản thân gói đã có chữ ký",
    ),
    ("the server answered {address} with status {status}", "máy chủ trả lời {address} bằng mã {status}"),
    (
        "the server sends {address} on to other addresses without end",
        "máy chủ chuyển tiếp {address} mãi không dừng",
    ),
    ("the server did not answer {address} in time", "máy chủ không trả lời {address} kịp thời"),
    ("{address} could not be fetched", "không tải được {address}"),
    ("Check the path, and whether the stick is in.", "Kiểm tra đường dẫn và xem đã cắm USB chưa."),
    (
        "Check that this is what the centre sent; take away what is no bundle.",
        "Kiểm tra có đúng là thứ trung tâm gửi không; bỏ những tệp không phải gói tin cậy.",
    ),
    ("Give the http address of the centre, or a file.", "Ghi địa chỉ http của trung tâm, hoặc một tệp."),
    ("Check the address with the centre.", "Hỏi lại trung tâm về địa chỉ."),
    (
        "Check the network and try again; a file on a stick will do as well.",
        "Kiểm tra mạng rồi thử lại; dùng tệp trên USB cũng được.",
    ),
    // verify
    (
        "the signer was revoked on {}, and this security object is listed as still good",
        "người ký đã bị thu hồi ngày {0}, nhưng đối tượng bảo mật này được ghi là vẫn tốt",
    ),
    (
        "the trust data of this station counted until {until}",
        "dữ liệu tin cậy của máy chỉ có giá trị đến {until}",
    ),
    ("documents of type {code} do not count here", "loại giấy tờ {code} không được chấp nhận ở đây"),
];
