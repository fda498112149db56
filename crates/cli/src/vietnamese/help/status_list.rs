//! Help and messages: status of cards, publications of status lists.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[
    (
        "Show progress: cards by status, the balance of blanks, what is in flight; or set, publish and check what status lists say of cards",
        "Hiện tiến độ: thẻ theo trạng thái, số thẻ trắng, việc đang dở; hoặc đặt, phát hành và kiểm tra danh sách trạng thái của thẻ",
    ),
    (
        "Change what status lists say of a card from the next publication on",
        "Đổi trạng thái của một thẻ kể từ lần phát hành danh sách tiếp theo",
    ),
    (
        "Sign and release all status lists as they are now, as JWT and CWT",
        "Ký và phát hành mọi danh sách trạng thái hiện tại, dạng JWT và CWT",
    ),
    (
        "Ask a published status list: its signature, its dates, and what it says",
        "Hỏi một danh sách trạng thái đã phát hành: chữ ký, thời hạn và nội dung",
    ),
    (
        "The exit code is the verdict: 0 valid, 12 revoked, 13 suspended, 18 expired or unknown, 19 later than the clock.",
        "Mã thoát là kết luận: 0 còn hiệu lực, 12 bị thu hồi, 13 tạm ngừng, 18 hết hạn hoặc không rõ, 19 sau giờ của đồng hồ.",
    ),
    (
        "What its entry says from the next publication on: `valid`, `suspended`, or `invalid` for ever",
        "Trạng thái của thẻ kể từ lần phát hành tiếp theo: `valid`, `suspended`, hoặc `invalid` là vĩnh viễn",
    ),
    ("Why: a short class such as lost, stolen, recovered", "Lý do: một từ ngắn như lost, stolen, recovered"),
    (
        "Put the publication into this folder too, for a web server or a stick",
        "Đặt thêm bản phát hành vào thư mục này, cho máy chủ web hoặc USB",
    ),
    (
        "The card's number, as printed on it; the registry knows its place",
        "Số in trên thẻ; sổ đăng ký biết vị trí của thẻ",
    ),
    ("The list", "Danh sách"),
    ("The place in the list", "Vị trí trong danh sách"),
    (
        "Ask this token (JWT or CWT); what the home published last if not given",
        "Hỏi tệp này (JWT hoặc CWT); nếu không ghi thì hỏi bản thư mục này phát hành gần nhất",
    ),
    ("a URI", "một URI"),
    (
        "longer than status_list.due_hours, which is at least 1",
        "dài hơn status_list.due_hours, và giá trị đó ít nhất là 1",
    ),
    ("the file is too long for a status list", "tệp quá dài so với một danh sách trạng thái"),
    ("a later publication counts already", "đã có lần phát hành mới hơn"),
    (
        "status/current is no link to a publication",
        "status/current không phải liên kết đến một lần phát hành",
    ),
];
