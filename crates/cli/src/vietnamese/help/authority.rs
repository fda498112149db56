//! Help and messages: requests, signatures, rollover, master list.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[
    (
        "Check every chain, revocation list, link and the master list, and when they end",
        "Kiểm tra mọi chuỗi chứng thư, danh sách thu hồi, chứng thư nối và danh sách gốc, cùng ngày hết hạn",
    ),
    (
        "At a station: make a key and a request for its certificate, to be carried to the root",
        "Ở trạm: tạo khóa và yêu cầu cấp chứng thư để chuyển đến nơi giữ khóa gốc",
    ),
    (
        "At the root: sign a request that a station has made, once its name, role and fingerprint are confirmed",
        "Ở nơi giữ khóa gốc: ký yêu cầu do trạm lập, sau khi xác nhận tên, vai trò và mã SHA-256",
    ),
    (
        "At a station: take in what the root has signed, a certificate, a revocation list, or a new root after its link",
        "Ở trạm: nhận tệp do gốc ký: chứng thư, danh sách thu hồi, hoặc gốc mới sau chứng thư nối",
    ),
    (
        "Make the next root, the links between the two, and its first revocation list; the old root stays",
        "Tạo gốc kế tiếp, hai chứng thư nối và danh sách thu hồi đầu tiên của nó; gốc cũ vẫn giữ",
    ),
    (
        "Sign the list of this organisation's roots and links (ICAO master list)",
        "Ký danh sách các gốc và chứng thư nối của tổ chức (ICAO Master List)",
    ),
    (
        "Only if less than a third of a list's time is left; to be run every day",
        "Chỉ ký khi danh sách còn chưa đến một phần ba thời hạn; chạy lệnh này hằng ngày",
    ),
    ("What the key is for", "Khóa dùng để làm gì"),
    ("Signs cards", "Ký thẻ"),
    ("Signs records of cards", "Ký hồ sơ trên thẻ"),
    ("Signs the status list", "Ký danh sách trạng thái"),
    ("Signs trust bundles", "Ký gói tin cậy"),
    ("Signs the master list", "Ký danh sách gốc"),
    ("Prepares or approves batches", "Lập hoặc duyệt lô thẻ"),
    ("Holds components and shares of keys", "Giữ thành phần và mảnh khóa"),
    (
        "The station's or the person's name, as it is to stand in the certificate",
        "Tên trạm hoặc tên người, như sẽ ghi trong chứng thư",
    ),
    ("Where to write the request", "Nơi ghi yêu cầu"),
    ("The request", "Yêu cầu"),
    ("Where to write the certificate", "Nơi ghi chứng thư"),
    (
        "The request's SHA-256 as the station told it by another way; asked for if not given",
        "Mã SHA-256 của yêu cầu do trạm báo bằng đường khác; nếu không ghi sẽ được hỏi",
    ),
    ("The file from the root", "Tệp nhận từ nơi giữ khóa gốc"),
    ("Where to write the list", "Nơi ghi danh sách"),
];
