//! Details of the checks of a card.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("{file}: {other}", "{file}: {other!}"),
    ("altered: {}", "bị sửa đổi: {0}"),
    ("not signed: {}", "chưa được ký: {0}"),
    ("signed but not readable: {}", "đã ký nhưng không đọc được: {0}"),
    ("the signer may not sign documents of type {code}", "người ký không được ký loại giấy tờ {code}"),
    ("EF.CardAccess offers what DG14 does not", "EF.CardAccess kê những thứ DG14 không có"),
    ("EF.CardAccess does not offer what DG14 does", "EF.CardAccess không kê những thứ DG14 có"),
    (
        "EF.CardAccess offers what EF.CardSecurity does not",
        "EF.CardAccess kê những thứ EF.CardSecurity không có",
    ),
    ("the card has been suspended by its issuer", "thẻ đã bị đơn vị cấp tạm ngừng"),
    ("the card has been blocked by its issuer", "thẻ đã bị đơn vị cấp khóa"),
    ("another card was put in its place", "một thẻ khác đã được đặt vào thay"),
    ("the card promises no proof that its chip is genuine", "thẻ không cam kết chứng minh chip là thật"),
    (
        "DG14 is signed, but what it says of the chip is not known",
        "DG14 đã được ký, nhưng không biết nội dung về chip",
    ),
    ("DG14 promises it, but EF.CardAccess does not offer it", "DG14 cam kết, nhưng EF.CardAccess không kê"),
    ("DG15 is not there", "không có DG15"),
    ("DG15 is not what was signed", "DG15 không phải bản đã được ký"),
    ("EF.CardSecurity holds no key", "EF.CardSecurity không chứa khóa nào"),
    (
        "EF.CardSecurity holds other keys than DG14 names",
        "EF.CardSecurity chứa các khóa khác với khóa nêu trong DG14",
    ),
    ("DG14 names no keys of EF.CardSecurity", "DG14 không nêu khóa nào của EF.CardSecurity"),
    ("nothing was signed", "không có gì được ký"),
    // evidence
    (
        "the record is of the form {0}, which this program does not know",
        "bản ghi có dạng {0}, chương trình này không biết",
    ),
    ("the record's {0} has the wrong length", "trường {0} của bản ghi sai độ dài"),
    (
        "the record says that it was made on {0}, which has not come yet",
        "bản ghi tự nêu được lập vào {0}, thời điểm đó chưa đến",
    ),
    ("the record was to be deleted on {0}", "bản ghi lẽ ra phải xóa vào {0}"),
    (
        "the chip convinced this station only: the record holds no signature that others can check",
        "chip chỉ chứng minh với trạm này: bản ghi không có chữ ký để người khác kiểm tra",
    ),
    ("EF.SOD: {0}", "EF.SOD: {0!}"),
    ("DG15: {0}", "DG15: {0!}"),
    ("on {0} the signer's certificate was not valid", "vào {0} chứng thư người ký không có hiệu lực"),
    ("DG15 is missing or is not what was signed", "thiếu DG15 hoặc DG15 không phải bản đã được ký"),
    (
        "the signature is not the chip's for this time, station and session",
        "chữ ký không phải của chip cho thời điểm, trạm và phiên này",
    ),
    ("DG14 or EF.CardAccess cannot be read", "không đọc được DG14 hoặc EF.CardAccess"),
    (
        "DG1 is not the machine readable zone that opened the card",
        "DG1 không phải vùng máy đọc (MRZ) đã dùng để mở thẻ",
    ),
    ("expired on {expires}", "hết hạn ngày {expires}"),
    ("issued on {issued}", "cấp ngày {issued}"),
    ("the card has not been finalised", "thẻ chưa hoàn tất"),
    (
        "EF.CardAccess is not readable ({status}): this is no finished card of ours",
        "không đọc được EF.CardAccess ({status}): đây không phải thẻ đã hoàn tất của đơn vị",
    ),
    ("the card access number or MRZ is wrong", "số CAN hoặc MRZ sai"),
    (
        "DG1 holds no card number of ours, or DG13 is missing",
        "DG1 không có số thẻ của đơn vị, hoặc thiếu DG13",
    ),
    (
        "this clock is behind {known}, a time that was signed",
        "đồng hồ máy chậm hơn {known}, là thời điểm đã được ký",
    ),
    ("not checked: no revocation list is at hand", "chưa kiểm tra: không có danh sách thu hồi"),
    ("the card answered {}. {}", "thẻ trả lời {0}. {1}"),
    ("the file does not begin as it should: {0}", "phần đầu tệp không đúng: {0}"),
    ("the file announces {0} bytes", "tệp báo dài {0} byte"),
    ("the file ends at byte {got} of {wanted}", "tệp dừng ở byte {got} trong số {wanted}"),
    (
        "the card gave {got} of {wanted} bytes in {reads} answers: it would never come to an end",
        "thẻ chỉ đưa {got} trong {wanted} byte sau {reads} lần trả lời: sẽ không bao giờ hết",
    ),
    ("the card kept us busy for more than {most} commands", "thẻ giữ máy bận quá {most} lệnh"),
    // verdicts, where another sentence names them
    ("GENUINE AND VALID", "THẬT VÀ CÒN HIỆU LỰC"),
    ("EXPIRED", "ĐÃ HẾT HẠN"),
    ("NOT YET VALID", "CHƯA CÓ HIỆU LỰC"),
    ("REVOKED", "ĐÃ BỊ THU HỒI"),
    ("SUSPENDED", "ĐANG BỊ TẠM NGỪNG"),
    ("SIGNATURE WRONG", "CHỮ KÝ SAI"),
    ("DATA ALTERED", "DỮ LIỆU ĐÃ BỊ SỬA ĐỔI"),
    ("ISSUER UNKNOWN", "KHÔNG RÕ NƠI CẤP"),
    ("CHIP NOT PROVEN GENUINE", "CHIP CHƯA ĐƯỢC CHỨNG MINH LÀ THẬT"),
    ("TRUST DATA STALE", "DỮ LIỆU TIN CẬY ĐÃ CŨ"),
    ("CLOCK NOT CREDIBLE", "ĐỒNG HỒ KHÔNG ĐÁNG TIN"),
    ("UNREADABLE", "KHÔNG ĐỌC ĐƯỢC"),
    ("Nothing more to do.", "Không cần làm gì thêm."),
    ("The member applies for a new card.", "Đảng viên làm thủ tục đổi thẻ mới."),
    ("Come back when the card's validity has begun.", "Quay lại khi thẻ bắt đầu có hiệu lực."),
    (
        "Keep the card if your rules say so, and inform the issuing unit.",
        "Giữ lại thẻ nếu quy định cho phép và báo cho đơn vị cấp thẻ.",
    ),
    ("Inform the issuing unit.", "Báo cho đơn vị cấp thẻ."),
    ("Do not accept the card; inform the issuing unit.", "Không chấp nhận thẻ; báo cho đơn vị cấp thẻ."),
    (
        "Do not accept the card; check that the trust data of this kiosk is that of your organisation.",
        "Không chấp nhận thẻ; kiểm tra dữ liệu tin cậy của máy có đúng của tổ chức mình không.",
    ),
    ("Load new trust data into this kiosk, then repeat.", "Nạp dữ liệu tin cậy mới rồi thử lại."),
    ("Set the clock of this kiosk, then repeat.", "Chỉnh lại đồng hồ của máy rồi thử lại."),
    (
        "Check the card access number, hold the card still, and repeat.",
        "Kiểm tra số CAN, giữ yên thẻ rồi thử lại.",
    ),
    (
        "no status list {list} of this issuer is at hand",
        "không có danh sách trạng thái {list} của nơi cấp này",
    ),
    (
        "revoked by status list {list} of {issued}",
        "bị thu hồi theo danh sách trạng thái {list} lập lúc {issued}",
    ),
    (
        "suspended by status list {list} of {issued}",
        "bị tạm ngừng theo danh sách trạng thái {list} lập lúc {issued}",
    ),
    (
        "status list {list} says {value}, which this program does not know",
        "danh sách trạng thái {list} ghi {value}, chương trình này không biết giá trị đó",
    ),
    ("status list {list} has no entry for this card", "danh sách trạng thái {list} không có mục của thẻ này"),
    ("status list {list} of {issued}", "danh sách trạng thái {list} lập lúc {issued}"),
    ("status list {list} expired on {expired}", "danh sách trạng thái {list} đã hết hạn lúc {expired}"),
    (
        "status list {list} is of {issued}, later than this clock",
        "danh sách trạng thái {list} lập lúc {issued}, sau giờ của đồng hồ này",
    ),
];
