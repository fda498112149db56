//! The registry and its rules.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "a member has at most one card that is allocated, in work or issued",
        "mỗi đảng viên chỉ có nhiều nhất một thẻ đang dành số, đang làm hoặc đã cấp",
    ),
    (
        "a chip carries at most one card that is in work or issued",
        "mỗi chip chỉ mang nhiều nhất một thẻ đang làm hoặc đã cấp",
    ),
    ("the status of a card only goes forward", "trạng thái của thẻ chỉ tiến, không lùi"),
    ("the stage of a chip only goes forward", "giai đoạn của chip chỉ tiến, không lùi"),
    ("records are appended, never changed or removed", "bản ghi chỉ được thêm, không bao giờ bị sửa hay xóa"),
    (
        "what was allocated to a card, and the seal of a finalised one, stay as they are",
        "những gì đã dành cho thẻ và dấu niêm của thẻ đã hoàn tất phải giữ nguyên",
    ),
    (
        "a card that may have been finalised keeps its chip until it is revoked",
        "thẻ có thể đã hoàn tất thì giữ chip của nó cho đến khi bị thu hồi",
    ),
    ("only a blank or prepared chip takes a card", "chỉ chip trắng hoặc đã chuẩn bị mới nhận thẻ"),
    ("an intent names the chip that is being written", "ý định hoàn tất phải ghi đúng chip đang được ghi"),
    ("the intent before this one has no outcome yet", "ý định trước đó chưa có kết quả"),
    ("a card is finalised by the outcome of its intent", "thẻ chỉ hoàn tất khi ý định của nó có kết quả"),
    (
        "a card is issued by an acceptance of the same security object",
        "thẻ chỉ được cấp khi đúng đối tượng bảo mật đó được chấp nhận",
    ),
    (
        "a key set is tried on a chip only as often as the issuer allows",
        "mỗi bộ khóa chỉ được thử trên một chip đúng số lần đơn vị phát hành cho phép",
    ),
    (
        "a file of records only grows, and a record that was seen stays the same",
        "tệp hồ sơ chỉ được thêm, bản ghi đã thấy thì giữ nguyên",
    ),
    (
        "only a card that was issued is changed later, and only on its own chip",
        "chỉ thẻ đã cấp mới được thay đổi về sau, và chỉ trên đúng chip của nó",
    ),
    ("a card that was terminated is not changed any more", "thẻ đã chấm dứt thì không được thay đổi nữa"),
    ("the tables do not allow this value", "bảng dữ liệu không cho phép giá trị này"),
    ("the registry {} is in use", "sổ đăng ký {0} đang được dùng"),
    (
        "the registry {} is in use by process {} since {}",
        "sổ đăng ký {0} đang được tiến trình {1} dùng từ {2}",
    ),
    ("there is no registry at {}", "không có sổ đăng ký tại {0}"),
    ("{} exists already", "đã có {0}"),
    ("{} is not a registry of this program", "{0} không phải sổ đăng ký của chương trình này"),
    (
        "the registry has schema version {found}; this program knows versions up to {known}",
        "sổ đăng ký có cấu trúc phiên bản {found}; chương trình này chỉ biết đến phiên bản {known}",
    ),
    ("the registry's file is damaged: {detail}", "tệp sổ đăng ký bị hỏng: {detail}"),
    (
        "a row of {table} refers to a row of {parent} that is not there",
        "một dòng của {table} trỏ tới dòng không có của {parent}",
    ),
    ("a stored value has a form it cannot have", "một giá trị đã lưu có dạng không thể có"),
    ("a stored {what} has a form it cannot have", "{what} đã lưu có dạng không thể có"),
    ("the disk is full; the change was not made", "ổ đĩa đã đầy; thay đổi chưa được ghi"),
    ("the registry's file could not be read or written", "không đọc hoặc không ghi được tệp sổ đăng ký"),
    ("{} could not be opened", "không mở được {0}"),
    ("refused: {rule}", "bị từ chối: {rule}"),
    ("no card has the number {0}", "không có thẻ nào mang số {0}"),
    ("no chip {0} was recorded", "sổ chưa ghi chip {0}"),
    (
        "key version {version} was tried {spent} times on chip {chip} without success; another try could block it",
        "khóa phiên bản {version} đã thử {spent} lần trên chip {chip} mà không được; thử nữa có thể khóa chip",
    ),
    (
        "the random source drew {draws} times and found no free {what}",
        "nguồn số ngẫu nhiên đã rút {draws} lần mà không còn {what} nào trống",
    ),
    (
        "card {card}: the {what} that was read back is not the one recorded before the card was finalised",
        "thẻ {card}: {what} đọc lại không phải cái đã ghi trước khi hoàn tất thẻ",
    ),
    ("card number", "số thẻ"),
    ("access number", "số CAN"),
    ("member number", "số thẻ đảng"),
    ("chip identifier", "mã chip"),
    ("status list entry", "mục trong danh sách trạng thái"),
    ("security object", "đối tượng bảo mật"),
    ("the registry's own statement failed", "câu lệnh của chính sổ đăng ký bị lỗi"),
    // remedies
    (
        "Wait until that process ends, or end it, and start again.",
        "Chờ tiến trình đó kết thúc, hoặc kết thúc nó, rồi chạy lại.",
    ),
    ("Check the path, or create the registry first.", "Kiểm tra đường dẫn, hoặc tạo sổ đăng ký trước."),
    (
        "Choose another path; an existing registry is never overwritten.",
        "Chọn đường dẫn khác; sổ đăng ký đã có không bao giờ bị ghi đè.",
    ),
    ("Check the path.", "Kiểm tra đường dẫn."),
    ("Use the newer program that wrote this registry.", "Dùng chương trình mới hơn đã ghi sổ đăng ký này."),
    (
        "Stop issuing, keep the file as it is, and restore the last backup.",
        "Ngừng cấp thẻ, giữ nguyên tệp và phục hồi bản sao lưu gần nhất.",
    ),
    (
        "Free some space on the disk and start again; the work continues where it stopped.",
        "Dọn bớt ổ đĩa rồi chạy lại; công việc tiếp tục từ chỗ dừng.",
    ),
    (
        "Check the disk and who may write the folder, then start again.",
        "Kiểm tra ổ đĩa và quyền ghi vào thư mục rồi chạy lại.",
    ),
    (
        "Check the number; the list of cards shows what is known.",
        "Kiểm tra lại số; danh sách thẻ cho biết những số đã có.",
    ),
    (
        "Put the chip in the reader again so that it is recorded.",
        "Đưa chip vào đầu đọc lần nữa để sổ ghi nhận.",
    ),
    (
        "key version {key_version} was tried {spent} times on chip {chip} without success; the last try is kept for a person who names the chip",
        "đã thử khóa phiên bản {key_version} {spent} lần trên chip {chip} mà không được; lần cuối chỉ dành cho người chỉ đích danh chip",
    ),
    ("there is a delivery {0} already", "đã có lô {0}"),
    (
        "only a blank or prepared chip that carries nobody's card is sent back",
        "chỉ trả lại chip trắng hoặc đã chuẩn bị, không mang thẻ của ai",
    ),
    ("a chip is of one delivery, unless it was sent back", "mỗi chip thuộc một lô, trừ khi đã được trả lại"),
    (
        "Put the chip aside and check the keys; when they are known to be right, clear its tries or name the chip with --last-try.",
        "Để riêng chip và kiểm tra khóa; khi chắc chắn khóa đúng, hãy xóa các lần thử hoặc chỉ đích danh chip bằng --last-try.",
    ),
    ("Choose another label; a delivery is never changed.", "Chọn tên khác; một lô đã ghi thì không sửa."),
    (
        "Keep the chip; what carries or carried a card stays in the house until it is destroyed.",
        "Giữ chip lại; thứ đang hoặc từng mang thẻ phải ở lại đơn vị cho đến khi bị hủy.",
    ),
    (
        "Check the list of chips against the deliveries that are recorded.",
        "Đối chiếu danh sách chip với các lô đã ghi sổ.",
    ),
    (
        "Put the chip aside and check the keys; when they are known to be right, clear its tries and go on.",
        "Để riêng chip và kiểm tra khóa; khi chắc chắn khóa đúng thì xóa số lần thử của chip rồi làm tiếp.",
    ),
    (
        "Check the random source of this machine; report this if it happens again.",
        "Kiểm tra nguồn số ngẫu nhiên của máy; nếu lặp lại thì báo lỗi.",
    ),
    ("Keep the card, revoke it, and report this.", "Giữ lại thẻ, thu hồi thẻ và báo lại lỗi này."),
    ("Keep the registry as it is and report this.", "Giữ nguyên sổ đăng ký và báo lại lỗi này."),
    ("a card that was revoked is never valid again", "thẻ đã bị thu hồi thì không bao giờ có hiệu lực lại"),
    (
        "publications of status lists go forward, and only what was signed is released",
        "các lần phát hành danh sách trạng thái chỉ tăng dần, và chỉ phát hành những gì đã ký",
    ),
    (
        "Issue the member another card; what was revoked stays so.",
        "Cấp thẻ khác cho đảng viên; thẻ đã thu hồi không thể dùng lại.",
    ),
];
