//! Key files.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("there is no key file {}", "không có tệp khóa {0}"),
    ("{} exists already and was left as it is", "đã có {0}, tệp được giữ nguyên"),
    ("could not {doing} {}", "không {doing!} được {0}"),
    ("could not create a file in {}", "không tạo được tệp trong {0}"),
    ("synchronise", "ghi hẳn xuống đĩa"),
    ("read", "đọc"),
    ("write", "ghi"),
    ("create", "tạo"),
    ("the passphrase does not open {}", "mật khẩu không mở được {0}"),
    ("a key file is not made with an empty passphrase", "không tạo tệp khóa với mật khẩu trống"),
    ("{} is not {expected}", "{0} không phải {expected!}"),
    ("a card key file", "tệp khóa thẻ"),
    ("a file of transport keys", "tệp khóa vận chuyển"),
    ("a file of master keys", "tệp khóa chủ"),
    ("an encrypted private key (PKCS#8)", "khóa bí mật đã mã hóa (PKCS#8)"),
    ("{} holds a private key that is not encrypted", "{0} chứa khóa bí mật chưa mã hóa"),
    (
        "{} is encrypted in a way that is not supported: {what}",
        "{0} được mã hóa theo cách chương trình không đọc được: {what}",
    ),
    ("an unknown derivation or cipher", "cách dẫn xuất khóa hoặc thuật toán mã hóa lạ"),
    (
        "an unknown derivation or cipher, or too many rounds",
        "cách dẫn xuất khóa hoặc thuật toán mã hóa lạ, hoặc quá nhiều vòng lặp",
    ),
    ("PBES1 is broken", "PBES1 không còn an toàn"),
    ("too many rounds of PBKDF2", "PBKDF2 có quá nhiều vòng lặp"),
    ("the scrypt parameters are too large", "tham số scrypt quá lớn"),
    (
        "{} holds a key that is neither P-256 nor P-384",
        "{0} chứa khóa không phải P-256 cũng không phải P-384",
    ),
    (
        "{} has format version {found}; this program reads version 1",
        "{0} có dạng phiên bản {found}; chương trình này đọc phiên bản 1",
    ),
    ("the card keys cannot be used", "không dùng được bộ khóa thẻ"),
    ("the operating system gave no random numbers", "hệ điều hành không cấp số ngẫu nhiên"),
    ("the new key could not be encrypted", "không mã hóa được khóa mới"),
    // remedies
    (
        "Check the path in the configuration, or bring the key file from its backup.",
        "Kiểm tra đường dẫn trong cấu hình, hoặc lấy lại tệp khóa từ bản sao lưu.",
    ),
    (
        "Choose another name; if the old key is really to go, move its file away yourself first.",
        "Chọn tên khác; nếu đúng là bỏ khóa cũ thì tự tay chuyển tệp đó đi trước.",
    ),
    (
        "Check the disk, the folder and its permissions, then try again.",
        "Kiểm tra ổ đĩa, thư mục và quyền truy cập rồi thử lại.",
    ),
    (
        "Type the passphrase again; if it is surely right, the file is damaged: bring it from its backup.",
        "Nhập lại mật khẩu; nếu chắc chắn đúng thì tệp đã hỏng: lấy lại từ bản sao lưu.",
    ),
    (
        "Give a passphrase; several words that nobody can guess.",
        "Đặt mật khẩu gồm vài từ không ai đoán được.",
    ),
    (
        "Check that the path names the key file, not a certificate or another file.",
        "Kiểm tra đường dẫn có đúng là tệp khóa, không phải chứng thư số hay tệp khác.",
    ),
    (
        "Encrypt it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000`, and destroy the copy in clear.",
        "Mã hóa bằng `openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000` rồi hủy bản chưa mã hóa.",
    ),
    (
        "Encrypt it again with `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000`.",
        "Mã hóa lại bằng `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000`.",
    ),
    ("Use a key on the named curve P-256 or P-384.", "Dùng khóa trên đường cong P-256 hoặc P-384."),
    (
        "Use the program version that made the file, or a newer one.",
        "Dùng đúng phiên bản chương trình đã tạo tệp, hoặc bản mới hơn.",
    ),
    (
        "Give three AES keys of the same size: 16, 24 or 32 bytes each.",
        "Cung cấp ba khóa AES cùng cỡ: mỗi khóa 16, 24 hoặc 32 byte.",
    ),
    (
        "Try again; if it happens again, report it with the system's version.",
        "Thử lại; nếu vẫn lỗi thì báo lại kèm phiên bản hệ điều hành.",
    ),
    ("the public half of an evidence key (PEM)", "nửa công khai của khóa bằng chứng (PEM)"),
    ("a record of evidence", "một bản ghi bằng chứng"),
    ("an evidence key, which is on P-256", "khóa bằng chứng (trên P-256)"),
    (
        "{} was not sealed for the key {}, or has been altered",
        "{0} không được niêm phong cho khóa {1}, hoặc đã bị sửa đổi",
    ),
    (
        "Use the evidence key whose public half the station had then; an altered record proves nothing.",
        "Dùng khóa bằng chứng ứng với nửa công khai mà trạm đã có lúc đó; bản ghi bị sửa đổi không chứng minh được gì.",
    ),
];
