//! Why scenarios failed or were skipped.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    // skipped
    ("the value of {name} is not known for this card", "chưa biết giá trị {name} của thẻ này"),
    ("the software card is not blank", "thẻ mô phỏng không phải thẻ trắng"),
    ("the card in the reader is not blank", "thẻ trong đầu đọc không phải thẻ trắng"),
    (
        "the blank has been used up; put in another and name the scenario with --only",
        "thẻ trắng đã dùng xong; đưa thẻ khác vào và nêu kịch bản bằng --only",
    ),
    ("it needs a chip of another configuration", "cần chip có cấu hình khác"),
    (
        "it would use up the blank; --destructive allows it",
        "kịch bản sẽ dùng mất thẻ trắng; muốn chạy thì thêm --destructive",
    ),
    ("it would leave the card another than it found it", "kịch bản sẽ làm thẻ khác đi so với lúc đầu"),
    ("it needs a card that was issued for it", "cần thẻ được cấp riêng cho kịch bản này"),
    ("the card does not open with the number that was given", "thẻ không mở được bằng số đã cung cấp"),
    ("the card does not promise Chip Authentication", "thẻ không hứa có xác thực chip"),
    ("the card has no file {sfi:02X}", "thẻ không có tệp {sfi:02X}"),
    ("the reader carries no command that cannot be read", "đầu đọc không chuyển lệnh sai dạng đến thẻ"),
    ("the reader has no contactless interface", "đầu đọc không có giao diện không tiếp xúc"),
    ("the reader has no contacts", "đầu đọc không có tiếp điểm"),
    ("there is no anticollision on contacts", "giao diện tiếp điểm không có chống va chạm"),
    (
        "the reader does not tell the identifier of anticollision",
        "đầu đọc không cho biết số nhận dạng chống va chạm",
    ),
    ("power cannot be cut at a chosen moment", "không thể ngắt điện đúng thời điểm đã chọn"),
    (
        "modelled time is known of the software card only",
        "chỉ thẻ mô phỏng mới có thời gian tính theo mô hình",
    ),
    ("the page writes of a real card cannot be counted", "không đếm được số lần ghi trang của thẻ thật"),
    ("the keys \"{name}\" of this card are not known", "chưa biết bộ khóa \"{name}\" của thẻ này"),
    (
        "the keys of this blank are known under their version only",
        "chỉ biết khóa của thẻ trắng này theo đúng phiên bản của nó",
    ),
    // failed
    ("answered {status}, not {wanted}", "trả lời {status}, không phải {wanted}"),
    ("the answer {status} came with protection", "câu trả lời {status} có bảo vệ, lẽ ra không"),
    ("the answer {status} came without protection", "câu trả lời {status} không được bảo vệ"),
    ("the data {} is not of the form {pattern}", "dữ liệu {0} không có dạng {pattern}"),
    ("the data {} is of the form {pattern}", "dữ liệu {0} có dạng {pattern}, lẽ ra không"),
    (
        "data object {path} is {}, not of the form {pattern}",
        "đối tượng dữ liệu {path} là {0}, không có dạng {pattern}",
    ),
    ("no data object {path} in {}", "không có đối tượng dữ liệu {path} trong {0}"),
    ("there is a data object {path} in {}", "có đối tượng dữ liệu {path} trong {0}, lẽ ra không"),
    ("{} bytes of data instead of {least} to {most}", "có {0} byte dữ liệu, phải từ {least} đến {most}"),
    (
        "{pages} pages were written instead of {least} to {most}",
        "đã ghi {pages} trang, phải từ {least} đến {most}",
    ),
    (
        "took {took:.3} s of modelled time instead of {least} to {most} s",
        "mất {took:.3} giây theo mô hình, phải từ {least} đến {most} giây",
    ),
    ("power was not lost", "điện không bị ngắt"),
    ("the card left or lost power", "thẻ rời đầu đọc hoặc mất điện"),
    ("the report lists {:?} instead of {numbers:?}", "báo cáo của thẻ liệt kê {:?}, phải là {numbers:?}"),
    ("the report has another value of {:04X}", "báo cáo của thẻ có giá trị khác của {:04X}"),
    ("the report says state {:02X}, not {}", "báo cáo của thẻ nêu trạng thái {:02X}, không phải {0}"),
    ("the signature of the new key does not verify", "chữ ký của khóa mới không hợp lệ"),
    (
        "the chip was proven with a key that is not its own",
        "chip được chứng minh bằng khóa không phải của nó",
    ),
    ("EF.CardSecurity signs no set of SecurityInfos", "EF.CardSecurity không ký một tập SecurityInfo nào"),
    (
        "the SecurityInfos of EF.CardSecurity are not in their order",
        "các SecurityInfo của EF.CardSecurity không theo đúng thứ tự",
    ),
    ("DG14 holds no set of SecurityInfos", "DG14 không chứa một tập SecurityInfo nào"),
    ("DG14 names the keys of EF.CardSecurity twice", "DG14 nêu các khóa của EF.CardSecurity hai lần"),
    (
        "DG14 names other keys than EF.CardSecurity holds",
        "DG14 nêu các khóa khác với khóa EF.CardSecurity chứa",
    ),
    (
        "DG14 names the keys of a foreign EF.CardSecurity",
        "DG14 nêu các khóa của EF.CardSecurity thuộc thẻ khác",
    ),
];
