//! Recorded sessions in words.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "{schema}, recorded by version {version}, reader {reader}",
        "{schema}, do phiên bản {version} ghi, đầu đọc {reader}",
    ),
    ("at {at}, took {took}", "lúc {at}, mất {took}"),
    ("{n} byte", "{n#} byte"),
    ("{n} bytes", "{n#} byte"),
    ("at most {n} back", "nhận về nhiều nhất {n#} byte"),
    ("answer-to-reset", "trả lời đặt lại (ATR)"),
    ("Not a response: it has no status word.", "Không phải câu trả lời: không có mã trạng thái."),
    ("no answer: the card was removed or lost power", "không có câu trả lời: thẻ bị rút ra hoặc mất nguồn"),
    ("no answer: the card is mute", "không có câu trả lời: thẻ im lặng"),
    (
        "no answer: the card was reset by somebody else",
        "không có câu trả lời: thẻ bị chương trình khác đặt lại",
    ),
    ("no answer: the reader is gone", "không có câu trả lời: đầu đọc không còn"),
    ("not sent: too long for the reader", "không gửi: quá dài đối với đầu đọc"),
    ("no answer: a fault of the reader", "không có câu trả lời: lỗi của đầu đọc"),
    // placeholders
    ("‹secret {what}, {n} byte›", "‹bí mật {what}, {n} byte›"),
    ("‹secret {what}, {n} bytes›", "‹bí mật {what}, {n} byte›"),
    ("‹sealed {what}, {n} byte›", "‹niêm phong {what}, {n} byte›"),
    ("‹sealed {what}, {n} bytes›", "‹niêm phong {what}, {n} byte›"),
    ("‹personal {what}, {n} byte›", "‹dữ liệu cá nhân {what}, {n} byte›"),
    ("‹personal {what}, {n} bytes›", "‹dữ liệu cá nhân {what}, {n} byte›"),
    ("‹identifier {what}, {n} byte›", "‹mã nhận dạng {what}, {n} byte›"),
    ("‹identifier {what}, {n} bytes›", "‹mã nhận dạng {what}, {n} byte›"),
    ("‹unclassified {what}, {n} byte›", "‹chưa phân loại {what}, {n} byte›"),
    ("‹unclassified {what}, {n} bytes›", "‹chưa phân loại {what}, {n} byte›"),
    // totals
    ("{n} command", "{n#} lệnh"),
    ("{n} commands", "{n#} lệnh"),
    ("{n} reset", "{n#} lần đặt lại"),
    ("{n} resets", "{n#} lần đặt lại"),
    ("{n} refused", "{n#} bị từ chối"),
    ("{n} without an answer", "{n#} không có câu trả lời"),
    ("{n} byte sent", "gửi {n#} byte"),
    ("{n} bytes sent", "gửi {n#} byte"),
    ("{n} received", "nhận {n#} byte"),
    ("{n} of them not shown", "trong đó {n#} byte không hiện"),
    (
        "{whole} in all: {answering} until answers came, {others} between exchanges",
        "Tổng cộng {whole}: {answering} chờ câu trả lời, {others} giữa các lượt trao đổi",
    ),
    ("slowest: {number} {name}, {time}", "lâu nhất: {number} {name}, {time}"),
    ("The last exchange was not written to its end.", "Lượt trao đổi cuối chưa được ghi hết."),
];
