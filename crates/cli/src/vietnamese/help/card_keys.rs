//! Help and messages: deliveries of blanks, tries, transport keys.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[
    // deliveries
    (
        "there is no delivery {0}; `chipwright delivery list` shows them",
        "không có lô {0}; `chipwright delivery list` cho biết các lô",
    ),
    (
        "no delivery of blanks has key version {version}, which chip {chip} holds",
        "không có lô thẻ trắng nào dùng khóa phiên bản {version} như chip {chip} đang giữ",
    ),
    (
        "chip {chip} may be of several deliveries with key version {version} ({labels}); name the right one with --delivery",
        "chip {chip} có thể thuộc nhiều lô cùng khóa phiên bản {version} ({labels}); hãy chỉ rõ bằng --delivery",
    ),
    (
        "delivery {label} has key version {held}, and chip {chip} holds key version {version}",
        "lô {label} dùng khóa phiên bản {held}, còn chip {chip} giữ khóa phiên bản {version}",
    ),
    (
        "chip {chip} is of delivery {named}, and not of {chosen}",
        "chip {chip} thuộc lô {named}, không thuộc lô {chosen}",
    ),
    (
        "the registry could not say which delivery chip {chip} is of",
        "sổ đăng ký không cho biết được chip {chip} thuộc lô nào",
    ),
    // help
    (
        "Deliveries of blanks and their transport keys: add, check on one chip, look",
        "Các lô thẻ trắng và khóa vận chuyển: thêm, thử trên một chip, xem",
    ),
    ("Add a delivery of blanks with its transport keys", "Thêm một lô thẻ trắng cùng khóa vận chuyển"),
    (
        "The keys are kept encrypted under the passphrase of the station's keys, and never change. Before a stack is used, try them on one chip with `delivery check`.",
        "Khóa được lưu mã hóa bằng mật khẩu khóa của trạm và không bao giờ đổi. Trước khi dùng cả chồng, hãy thử khóa trên một chip bằng `delivery check`.",
    ),
    ("A short name: a-z, 0-9 and '-'", "Tên ngắn: a-z, 0-9 và '-'"),
    (
        "The keys: a TOML file with enc, mac and dek in hexadecimal",
        "Khóa: tệp TOML có enc, mac và dek ở hệ mười sáu",
    ),
    (
        "Custodians type so many components of each key instead; their exclusive or is the key",
        "Thay vào đó những người giữ khóa gõ từng này thành phần của mỗi khóa; khóa là tổng XOR của chúng",
    ),
    (
        "Read the components from this file descriptor, one a line: those of Key-ENC, of Key-MAC, of Key-DEK",
        "Đọc các thành phần từ file descriptor này, mỗi dòng một thành phần: của Key-ENC, của Key-MAC, của Key-DEK",
    ),
    (
        "The key version number of the chips, two hexadecimal digits, 01 to 7F",
        "Số phiên bản khóa của chip, hai chữ số hệ mười sáu, 01 đến 7F",
    ),
    (
        "The chips of the delivery: a file with one chip identifier a line. Without it, any chip of this key version",
        "Các chip của lô: tệp mỗi dòng một mã chip. Nếu không có, là chip bất kỳ có phiên bản khóa này",
    ),
    (
        "The check values that the supplier states: of Key-ENC, Key-MAC and Key-DEK, separated by commas; one if the three keys are the same. Without it they are shown, and asked for on a terminal",
        "Giá trị kiểm tra do nhà cung cấp khai: của Key-ENC, Key-MAC và Key-DEK, cách nhau bằng dấu phẩy; một giá trị nếu ba khóa giống nhau. Nếu không có, máy hiện ra và hỏi trên cửa sổ dòng lệnh",
    ),
    ("List the deliveries of blanks", "Liệt kê các lô thẻ trắng"),
    (
        "Show one delivery: its key version, check values, chips, and what custodians did with it",
        "Xem một lô: phiên bản khóa, giá trị kiểm tra, chip, và những gì người giữ khóa đã làm",
    ),
    ("Its label, as `delivery list` shows it", "Tên lô, như `delivery list` hiển thị"),
    (
        "Try the transport keys of a delivery on one of its chips",
        "Thử khóa vận chuyển của một lô trên một chip của lô",
    ),
    (
        "The chip's own proof of the key is compared; a wrong key costs one counted try on this chip, and no other chip is tried.",
        "Máy so sánh chứng minh khóa của chính chip; khóa sai tốn một lần thử được đếm trên chip này, và không thử chip nào khác.",
    ),
    ("The delivery, if the chip could be of several", "Lô, nếu chip có thể thuộc nhiều lô"),
    (
        "Spend the last try of this chip, if it has come to that",
        "Dùng lần thử cuối của chip này, nếu đã đến mức đó",
    ),
    (
        "The delivery of all these blanks, if they could be of several",
        "Lô của tất cả thẻ trắng này, nếu chúng có thể thuộc nhiều lô",
    ),
    (
        "Give a prepared chip its transport keys back, for a delivery that is sent back",
        "Trả lại khóa vận chuyển cho chip đã chuẩn bị, khi trả lô về nhà cung cấp",
    ),
    (
        "The application is deleted and the keys of the delivery are put back; the card manager stays secured. Refused for a chip that carries or carried a card. Run again after an interruption, it finds what is done.",
        "Ứng dụng bị xóa và khóa của lô được ghi lại; trình quản lý thẻ vẫn ở trạng thái bảo vệ. Bị từ chối với chip đang mang hoặc từng mang thẻ. Chạy lại sau khi bị ngắt, máy tự thấy phần đã xong.",
    ),
    ("The delivery whose keys the chip is given", "Lô mà chip được trả lại khóa"),
    (
        "Show the tries that chips have lost, or let a custodian allow them again",
        "Xem các lần thử mà chip đã mất, hoặc để người giữ khóa cho phép lại",
    ),
    ("Only the chip in this reader", "Chỉ chip trong đầu đọc này"),
    ("Only this chip", "Chỉ chip này"),
    (
        "Allow every spent try of a chip again, after a custodian has looked at the chip and the keys",
        "Cho phép lại mọi lần thử đã mất của một chip, sau khi người giữ khóa đã xem chip và khóa",
    ),
    ("The chip", "Chip"),
    (
        "Why, as a short class such as right-keys-found; it goes on record",
        "Lý do, một từ ngắn như right-keys-found; được ghi vào sổ",
    ),
];
