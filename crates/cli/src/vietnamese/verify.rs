//! Details of the checks of a card.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("{file}: {other}", "{file}: {other!}"),
    ("altered: {}", "bị sửa đổi: {0}"),
    ("not signed: {}", "chưa được ký: {0}"),
    ("signed but not readable: {}", "đã ký nhưng không đọc được: {0}"),
    ("the signer may not sign documents of type {code}", "người ký không được ký loại giấy tờ {code}"),
    ("EF.CardAccess offers what DG14 does not", "EF.CardAccess kê những thứ DG14 không có"),
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
];
