//! Records on cards.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    // what a record is
    ("the text is empty", "chưa có nội dung"),
    ("the text has {0} characters; 120 fit", "nội dung có {0} ký tự; chỉ chứa được 120"),
    ("character {0} of the text cannot be printed", "ký tự thứ {0} của nội dung không in được"),
    ("a year is a number from 1930 to 2999", "năm là số từ 1930 đến 2999"),
    (
        "Refused: the machine readable zone opens no records",
        "Bị từ chối: vùng máy đọc (MRZ) không mở được hồ sơ",
    ),
    (
        "Write the record even if the last one on the card says the same",
        "Vẫn ghi dù bản ghi cuối trên thẻ đã có cùng nội dung",
    ),
    (
        "The category's file is certainly empty: for a terminal that may not read it, where the registry knows of no record",
        "Tệp của nhóm này chắc chắn còn trống: dành cho thiết bị không được đọc tệp, khi sổ đăng ký chưa biết bản ghi nào",
    ),
    ("this is not a well-formed record", "đây không phải bản ghi đúng dạng"),
    (
        "the record is of version {0}, which is not known here",
        "bản ghi thuộc phiên bản {0}, chương trình này chưa biết",
    ),
    ("the record's {0} is not as it must be", "bản ghi có mục {0!} không đúng"),
    ("signature", "chữ ký"),
    ("number", "số thứ tự"),
    ("previous hash", "giá trị băm của bản ghi trước"),
    ("signer", "người ký"),
    // making a record
    (
        "records are signed with keys on P-256, and this certificate has another",
        "bản ghi được ký bằng khóa P-256, còn chứng thư này dùng khóa khác",
    ),
    (
        "the signer's certificate has no key identifier of 20 bytes",
        "chứng thư người ký không có định danh khóa dài 20 byte",
    ),
    (
        "the certificate is neither a record signer's nor a document signer's",
        "chứng thư không phải của người ký hồ sơ, cũng không phải của người ký tài liệu",
    ),
    ("the file already has 65535 records", "tệp đã có 65535 bản ghi"),
    ("the record would have {0} bytes; 991 fit", "bản ghi dài {0} byte; chỉ chứa được 991"),
    ("the record cannot be encoded", "không mã hóa được bản ghi"),
    // findings
    ("record {position} cannot be read", "không đọc được bản ghi thứ {position}"),
    ("record {number} was removed", "bản ghi số {number} đã bị xóa"),
    (
        "record {number} lies out of order, at place {position}",
        "bản ghi số {number} nằm sai chỗ, ở vị trí {position}",
    ),
    (
        "the number {number} is there twice, again at place {position}",
        "số {number} xuất hiện hai lần, lần sau ở vị trí {position}",
    ),
    (
        "record {number} was altered: its signature does not verify",
        "bản ghi số {number} đã bị sửa: chữ ký không đúng",
    ),
    (
        "record {number} does not continue the record before it",
        "bản ghi số {number} không nối tiếp bản ghi đứng trước",
    ),
    (
        "record {number} was made for another card, {card}",
        "bản ghi số {number} được lập cho thẻ khác, {card}",
    ),
    ("record {number} belongs to the category {category}", "bản ghi số {number} thuộc nhóm {category}"),
    (
        "the signer of record {number} is unknown: no certificate with its key is at hand",
        "không biết ai ký bản ghi số {number}: không có chứng thư nào chứa khóa đó",
    ),
    (
        "the signer of record {number} is neither a record signer nor a document signer",
        "người ký bản ghi số {number} không phải người ký hồ sơ, cũng không phải người ký tài liệu",
    ),
    (
        "the signer of record {number} is not trusted: {failure}",
        "người ký bản ghi số {number} không được tin cậy: {failure}",
    ),
    (
        "records {first} to {last}, which were seen before, are no longer there",
        "các bản ghi từ số {first} đến số {last} từng có, nay không còn",
    ),
    (
        "record {number} is not the one that was seen before",
        "bản ghi số {number} không phải bản ghi từng thấy",
    ),
    // opening a card
    ("the terminal's certificates cannot be used", "không dùng được chứng thư của thiết bị đọc"),
    (
        "the card trusts {card}, and the terminal's certificates do not come from there",
        "thẻ tin cậy {card}, còn chứng thư của thiết bị đọc không do nơi đó cấp",
    ),
    (
        "this terminal has no right to open records with the card access number",
        "thiết bị đọc này không có quyền mở hồ sơ bằng số CAN",
    ),
    (
        "records are opened with the member's PIN or the card access number, not with the MRZ or the PUK",
        "hồ sơ được mở bằng mã PIN của đảng viên hoặc số CAN, không mở được bằng MRZ hay mã PUK",
    ),
    ("the card did not accept the terminal", "thẻ không chấp nhận thiết bị đọc"),
    ("this card has no records application", "thẻ này không có ứng dụng hồ sơ"),
    ("EF.CardAccess cannot be used", "không dùng được EF.CardAccess"),
    ("the card was not opened", "chưa mở được thẻ"),
    ("the card named no authority for terminals", "thẻ không nêu nơi cấp chứng thư cho thiết bị đọc"),
    ("{file} cannot be read", "không đọc được {file}"),
    ("{file} is malformed", "{file} sai dạng"),
    ("the card answered {} to the selection of {what}", "thẻ trả lời {0} khi chọn {what!}"),
    ("the records application", "ứng dụng hồ sơ"),
    ("the identity application", "ứng dụng danh tính"),
    ("the master file", "tệp gốc"),
    ("{file} is not authentic: {failure}", "{file} không xác thực được: {failure!}"),
    (
        "EF.CardAccess was altered: it differs from the signed EF.CardSecurity",
        "EF.CardAccess đã bị sửa: khác với EF.CardSecurity đã ký",
    ),
    (
        "EF.CardSecurity has no key for Chip Authentication version 2",
        "EF.CardSecurity không có khóa cho Chip Authentication phiên bản 2",
    ),
    ("the chip is not proven genuine", "chưa chứng minh được chip là thật"),
    (
        "EF.DG1 was altered: its hash differs from the signed one",
        "EF.DG1 đã bị sửa: giá trị băm khác với giá trị đã ký",
    ),
    (
        "EF.DG14 was altered: its hash differs from the signed one",
        "EF.DG14 đã bị sửa: giá trị băm khác với giá trị đã ký",
    ),
    (
        "EF.CardSecurity is not this card's: EF.DG14 does not name its keys",
        "EF.CardSecurity không phải của thẻ này: EF.DG14 không nêu các khóa trong đó",
    ),
    (
        "the card's number in EF.DG1 is not one of this organisation's",
        "số thẻ trong EF.DG1 không phải số của tổ chức này",
    ),
    ("the card's answer is malformed: {0}", "câu trả lời của thẻ sai dạng: {0!}"),
    (
        "the card announces or gives more than a file can have",
        "thẻ báo hoặc gửi nhiều hơn mức một tệp có thể chứa",
    ),
    ("the card answered {0}", "thẻ trả lời {0}"),
    ("the session has ended", "phiên đã kết thúc"),
    // listing and appending
    ("this terminal has no right to {0}", "thiết bị đọc này không có quyền {0}"),
    (
        "the record needs {needed} bytes and the card has room for {free}; nothing was written",
        "bản ghi cần {needed} byte, thẻ còn chỗ cho {free} byte; không có gì được ghi",
    ),
    (
        "the end of the file is not known: this terminal may append to {0}, but not read it",
        "không biết phần cuối của tệp: thiết bị đọc này được ghi thêm {0} nhưng không được đọc",
    ),
    (
        "the card counts more records of {0} than it gives",
        "thẻ đếm nhiều bản ghi {0} hơn số bản ghi thẻ đưa ra",
    ),
    (
        "the connection broke while the record was being written: it may be on the card",
        "mất kết nối trong lúc ghi bản ghi: bản ghi có thể đã vào thẻ",
    ),
    ("the record was made for another card", "bản ghi được lập cho thẻ khác"),
    (
        "the record does not continue the file as it is on the card",
        "bản ghi không nối tiếp tệp hiện có trên thẻ",
    ),
    ("a citizen number cannot be appended", "không thể ghi thêm số căn cước"),
    (
        "the signer's certificate has {0} bytes; 991 fit; nothing was written",
        "chứng thư người ký dài {0} byte; chỉ chứa được 991; không có gì được ghi",
    ),
    ("the record that was written reads back otherwise", "bản ghi đọc lại khác với bản đã ghi"),
    // what to do next
    (
        "Ask the authority for a certificate that is valid today.",
        "Xin nơi cấp một chứng thư còn hiệu lực hôm nay.",
    ),
    (
        "Use the terminal certificates of the card's issuer, with the link certificate if its authority was renewed.",
        "Dùng chứng thư thiết bị do nơi cấp thẻ phát hành, kèm chứng thư nối nếu khóa CVCA đã đổi.",
    ),
    (
        "Open the card with the member's PIN, or ask for the right can-allowed.",
        "Mở thẻ bằng mã PIN của đảng viên, hoặc xin quyền can-allowed.",
    ),
    (
        "Ask the member for the PIN, or use the card access number.",
        "Đề nghị đảng viên nhập mã PIN, hoặc dùng số CAN.",
    ),
    (
        "Ask the authority for a new terminal certificate, and check that the key belongs to it.",
        "Xin nơi cấp chứng thư thiết bị mới, và kiểm tra khóa có khớp với chứng thư không.",
    ),
    (
        "Cards get a records application when they are issued; this one can have none.",
        "Ứng dụng hồ sơ được đưa vào thẻ lúc cấp; thẻ này không thể có thêm.",
    ),
    ("Check the card access number or the PIN.", "Kiểm tra lại số CAN hoặc mã PIN."),
    (
        "Send the card to its issuer: it was not made as it should be.",
        "Gửi thẻ về nơi cấp: thẻ được làm không đúng.",
    ),
    ("Keep the card and report it: it may be a forgery.", "Giữ thẻ lại và báo cáo: có thể là thẻ giả."),
    ("Lay the card on the reader again.", "Đặt lại thẻ lên đầu đọc."),
    (
        "Use a terminal that has the right, or ask the authority for it.",
        "Dùng thiết bị có quyền này, hoặc xin nơi cấp bổ sung quyền.",
    ),
    ("Issue a new card; the records stay in the registry.", "Cấp thẻ mới; hồ sơ vẫn còn trong sổ đăng ký."),
    (
        "Run `chipwright record verify --anchor` with a terminal that may read the file, then repeat; or give --first if the file is certainly empty.",
        "Chạy `chipwright record verify --anchor` bằng thiết bị được quyền đọc tệp rồi làm lại; hoặc dùng --first nếu chắc chắn tệp còn trống.",
    ),
    (
        "Lay the card on the reader again and repeat: what is on the card already is not written twice.",
        "Đặt lại thẻ lên đầu đọc rồi làm lại: bản ghi đã có trên thẻ sẽ không bị ghi hai lần.",
    ),
    (
        "Check the records of this card with `chipwright record verify`.",
        "Kiểm tra hồ sơ của thẻ này bằng `chipwright record verify`.",
    ),
    (
        "Make the record anew, with this card on the reader.",
        "Lập lại bản ghi khi thẻ này đang ở trên đầu đọc.",
    ),
    ("Use a record signer, whose certificate is shorter.", "Dùng người ký hồ sơ, chứng thư ngắn hơn."),
    ("Issue a new card if the number is wrong.", "Nếu số sai thì cấp thẻ mới."),
];
