//! Help and messages: trust bundles.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[
    (
        "What kiosks trust: bundles made at the centre, taken in at a kiosk",
        "Máy kiểm tra tin cậy gì: gói tin cậy do trung tâm tạo, máy nhận vào",
    ),
    (
        "At the centre: sign a bundle of roots, links, revocation lists, status lists, trust points and policy",
        "Tại trung tâm: ký gói gồm gốc, liên kết, danh sách thu hồi, danh sách trạng thái, điểm tin cậy và chính sách",
    ),
    (
        "At a kiosk: take in the newest bundle of a file, a folder such as a USB stick, or an http address",
        "Tại máy kiểm tra: nhận gói mới nhất từ tệp, thư mục như USB, hoặc địa chỉ http",
    ),
    ("Show what a kiosk trusts", "Xem máy kiểm tra tin cậy gì"),
    (
        "At a kiosk: make the key that bundles are sealed for: kiosk.key opens, kiosk.pub goes to the centre",
        "Tại máy kiểm tra: tạo khóa để niêm phong gói: kiosk.key để mở, kiosk.pub gửi trung tâm",
    ),
    (
        "At the centre: list the issued cards of a signer as still good, for when it is revoked",
        "Tại trung tâm: ghi các thẻ đã cấp của một người ký là vẫn tốt, phòng khi người ký bị thu hồi",
    ),
    ("Only what changed since the bundle with this number", "Chỉ những gì thay đổi từ gói mang số này"),
    (
        "Seal the bundle for the kiosk with this public key (kiosk.pub)",
        "Niêm phong gói cho máy có khóa công khai này (kiosk.pub)",
    ),
    ("Where to write the bundle; its name should end in .ctb", "Ghi gói vào đâu; tên nên có đuôi .ctb"),
    ("In how many days the next bundle comes at the latest", "Chậm nhất bao nhiêu ngày nữa có gói tiếp theo"),
    ("For how many days after that the bundle still counts", "Sau đó gói còn giá trị thêm bao nhiêu ngày"),
    (
        "A file, a folder such as a USB stick, or an http address",
        "Một tệp, một thư mục như USB, hoặc một địa chỉ http",
    ),
    ("The kiosk's folder of trust data", "Thư mục dữ liệu tin cậy của máy"),
    (
        "The number of a first bundle, or of a reset, as the centre told the officer another way",
        "Số của gói đầu tiên, hoặc của lần bắt đầu lại, do trung tâm báo cho cán bộ bằng đường khác",
    ),
    (
        "SHA-256 of a root of that bundle, as the centre told the officer another way",
        "SHA-256 của một gốc trong gói đó, do trung tâm báo cho cán bộ bằng đường khác",
    ),
    (
        "Forget numbers, roots and times, and begin anew with the bundle whose number is confirmed",
        "Bỏ hết số, gốc và thời điểm đã nhớ, bắt đầu lại với gói có số được xác nhận",
    ),
    (
        "Which roots count; the home's configuration says so if not given, and without a home real ones only",
        "Chấp nhận gốc nào; nếu không ghi thì theo cấu hình, không có thư mục phát hành thì chỉ gốc thật",
    ),
    (
        "Read the passphrase of the kiosk's key from this file descriptor",
        "Đọc mật khẩu khóa của máy từ file descriptor này",
    ),
    ("The document signer, as `ca show` names it", "Người ký tài liệu, theo tên trong `ca show`"),
    (
        "A card that is not to be listed, though the registry has it as issued; again for each",
        "Thẻ không được ghi vào, dù sổ đăng ký ghi là đã cấp; lặp lại cho mỗi thẻ",
    ),
    ("a SHA-256 is 64 hexadecimal digits", "SHA-256 gồm 64 chữ số thập lục phân"),
    (
        "Trust this home, this folder of a kiosk (see `chipwright trust import`), or this folder of root certificates and revocation lists; the home if not given",
        "Tin cậy thư mục phát hành này, thư mục của máy kiểm tra này (xem `chipwright trust import`), hoặc thư mục chứng thư gốc và danh sách thu hồi này; nếu không ghi thì dùng thư mục phát hành",
    ),
];
