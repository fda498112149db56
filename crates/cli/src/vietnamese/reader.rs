//! Readers, where an error of theirs has become words; recordings.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("the smart card service (pcscd) is not running", "dịch vụ thẻ thông minh (pcscd) chưa chạy"),
    ("the smart card service (pcscd) has ended", "dịch vụ thẻ thông minh (pcscd) đã dừng"),
    ("the smart card service (pcscd) does not answer", "dịch vụ thẻ thông minh (pcscd) không trả lời"),
    (
        "this user may not use the smart card service (pcscd)",
        "người dùng này không được phép dùng dịch vụ thẻ thông minh (pcscd)",
    ),
    ("no smart card reader is connected", "chưa có đầu đọc thẻ nào được cắm"),
    ("there is no reader \"{wanted}\"; there are: {}", "không có đầu đọc “{wanted}”; hiện có: {0}"),
    ("several readers fit \"{wanted}\": {}", "có nhiều đầu đọc khớp với “{wanted}”: {0}"),
    ("a reader's name holds no zero byte", "tên đầu đọc không được có byte 0"),
    ("the reader {name} is not connected", "đầu đọc {name} không còn kết nối"),
    ("the reader {name} does not answer", "đầu đọc {name} không trả lời"),
    ("there is no card in the reader {reader}", "không có thẻ trong đầu đọc {reader}"),
    (
        "the card in the reader {reader} gives no sign of life: it is upside down, the wrong way round or defective",
        "thẻ trong đầu đọc {reader} không có phản hồi: thẻ bị úp ngược, đưa sai chiều hoặc đã hỏng",
    ),
    (
        "another program is using the card in the reader {reader}",
        "chương trình khác đang dùng thẻ trong đầu đọc {reader}",
    ),
    (
        "the reader {reader} and the card in it have no transmission protocol in common",
        "đầu đọc {reader} và thẻ không có giao thức truyền chung",
    ),
    ("the system starts no further thread", "hệ thống không tạo thêm được luồng xử lý"),
    (
        "the smart card service reported a fault of its own: {source}",
        "dịch vụ thẻ thông minh báo lỗi: {source}",
    ),
    (
        "the smart card service reported a fault of its own (reader {reader}): {source}",
        "dịch vụ thẻ thông minh báo lỗi ở đầu đọc {reader}: {source}",
    ),
    ("a response longer than any response can be", "câu trả lời dài hơn mức có thể có"),
    // recordings
    ("the recording cannot be read", "không đọc được bản ghi"),
    (
        "the recording was not written beyond exchange {written}",
        "bản ghi chỉ ghi được đến lượt trao đổi {written}",
    ),
    (
        "this is not a recording: its first line is not a header",
        "đây không phải bản ghi: dòng đầu không phải phần tiêu đề",
    ),
    (
        "this recording has the form {0}, and {known} is understood",
        "bản ghi này có dạng {0}, chương trình chỉ hiểu {known}",
    ),
    (
        "line {line} of the recording is not an exchange",
        "dòng {line} của bản ghi không phải một lượt trao đổi",
    ),
    (
        "line {line} of the recording is neither a command with its answer nor a reset with its answer",
        "dòng {line} của bản ghi không phải lệnh kèm câu trả lời, cũng không phải lần đặt lại kèm câu trả lời",
    ),
    (
        "line {line} of the recording is too long, or there are too many",
        "dòng {line} của bản ghi quá dài, hoặc bản ghi có quá nhiều dòng",
    ),
    ("as recorded", "như đã ghi"),
    ("a fault, as recorded", "lỗi, như đã ghi"),
    ("a reset", "lần đặt lại"),
    (
        "the recording ends before step {step}, where the host does {found}",
        "bản ghi hết trước bước {step}, ở đó máy làm {found}",
    ),
    (
        "step {step} of the recording is {recorded} with other data than the host sends",
        "bước {step} của bản ghi là {recorded} với dữ liệu khác dữ liệu máy gửi",
    ),
    (
        "step {step} of the recording is {recorded}, the host does {found}",
        "bước {step} của bản ghi là {recorded}, máy lại làm {found}",
    ),
];
