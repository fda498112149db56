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
    ("SCP03 has no option i = {0}", "SCP03 không có lựa chọn i = {0}"),
    ("the fault plan took it away", "kế hoạch gây lỗi đã lấy nó đi"),
];
