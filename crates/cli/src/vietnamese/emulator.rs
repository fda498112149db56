//! Software cards that cannot be loaded or made.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("this is not the state of a software card", "đây không phải tệp của thẻ mô phỏng"),
    (
        "the state has format version {found}; this release knows versions up to {known}",
        "tệp có dạng phiên bản {found}; bản chương trình này chỉ biết đến phiên bản {known}",
    ),
    (
        "the state is damaged: its parts have {found} bytes where {wanted} belong",
        "tệp bị hỏng: các phần có {found} byte, phải có {wanted}",
    ),
    ("the state is damaged: its digest does not match", "tệp bị hỏng: giá trị băm không khớp"),
    ("the header of the state cannot be read", "không đọc được phần đầu của tệp"),
    // a card of the feeder that cannot be opened: everything that is said of it, in one line
    ("error: {}", "lỗi: {0!}"),
    ("  because: {}", "vì: {0!}"),
    ("next: {}", "làm tiếp: {0!}"),
    ("there is no software card {}", "không có thẻ mô phỏng {0}"),
    (
        "`chipwright emulator list` shows the cards; `chipwright emulator create {}` makes this one.",
        "`chipwright emulator list` liệt kê các thẻ; `chipwright emulator create {0}` tạo thẻ này.",
    ),
    ("another process has the software card {}", "tiến trình khác đang dùng thẻ mô phỏng {0}"),
    ("the software card {} cannot be used", "không dùng được thẻ mô phỏng {0}"),
    (
        "Delete it with `chipwright emulator delete {}` and create another.",
        "Xóa bằng `chipwright emulator delete {0}` rồi tạo thẻ khác.",
    ),
    ("{} could not be read", "không đọc được {0}"),
    ("Check the path, and whether you may read it.", "Kiểm tra đường dẫn và quyền đọc."),
    ("SCP03 has no option i = {0}", "SCP03 không có lựa chọn i = {0}"),
    ("the fault plan took it away", "kế hoạch gây lỗi đã lấy nó đi"),
];
