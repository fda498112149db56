//! Help and messages: PKCS#11 tokens.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[
    // init
    (
        "Keep the private keys and the card masters in a PKCS#11 token: its module, for example /usr/lib/softhsm/libsofthsm2.so. The token is there and has its PIN, which takes the place of the passphrases",
        "Giữ các khóa bí mật và khóa chủ của thẻ trong token PKCS#11: nêu mô-đun, ví dụ /usr/lib/softhsm/libsofthsm2.so. Token phải có sẵn và đã có mã PIN; mã PIN thay cho các mật khẩu",
    ),
    ("The label of the token", "Nhãn của token"),
    ("Its serial number, where several tokens have the label", "Số sê-ri, khi có nhiều token cùng nhãn"),
    (
        "The label of a token for the keys of the root and the CVCA alone: with a PIN of its own, and kept elsewhere. With custodians the PIN that is given now is replaced by one that nobody knows; whoever has the token's SO PIN can still set another",
        "Nhãn của token chỉ chứa khóa gốc và khóa CVCA: có mã PIN riêng và được cất nơi khác. Khi có người giữ khóa, mã PIN nhập lúc này được thay bằng mã không ai biết; người có mã SO PIN của token vẫn đặt được mã khác",
    ),
    (
        "Where the keys of chips may be. New cards cannot be made while they stay inside the token",
        "Khóa của chip được phép ở đâu. Khi khóa không rời token thì không làm được thẻ mới",
    ),
    ("In the token alone", "Chỉ trong token"),
    (
        "The master in the token, the keys of the chip at work in the memory of this machine",
        "Khóa chủ trong token, khóa của chip đang làm nằm trong bộ nhớ máy này",
    ),
    (
        "The label of a token for the key of a registrar of a test home, which has two: NAME=LABEL, again for each",
        "Nhãn của token chứa khóa của một cán bộ đăng ký trong thư mục thử nghiệm (có hai người): TÊN=NHÃN, lặp lại cho mỗi người",
    ),
    (
        "the registrars of a test home are lan and minh: lan=LABEL or minh=LABEL",
        "cán bộ đăng ký của thư mục thử nghiệm là lan và minh: lan=NHÃN hoặc minh=NHÃN",
    ),
    // registrar add
    (
        "Keep the key in a PKCS#11 token of the registrar's own: its module. The token is there and has its PIN, which takes the place of the passphrase",
        "Giữ khóa trong token PKCS#11 của riêng cán bộ: nêu mô-đun. Token phải có sẵn và đã có mã PIN; mã PIN thay cho mật khẩu",
    ),
    // what happened
    ("the PKCS#11 module {} could not be loaded", "không nạp được mô-đun PKCS#11 {0}"),
    ("the PKCS#11 module {} does not start", "mô-đun PKCS#11 {0} không khởi động được"),
    ("the PKCS#11 module {} sees no token {token}", "mô-đun PKCS#11 {0} không thấy token {token}"),
    (
        "the PKCS#11 module {} sees more than one token {token}",
        "mô-đun PKCS#11 {0} thấy nhiều token cùng tên {token}",
    ),
    ("the token {token} has no PIN yet", "token {token} chưa có mã PIN"),
    ("the PIN does not open the token {token}", "mã PIN không mở được token {token}"),
    (
        "the token {token} locks itself at the next wrong PIN, so none was tried",
        "token {token} sẽ tự khóa nếu nhập sai mã PIN lần nữa, nên chưa thử mã nào",
    ),
    (
        "the token {token} has locked itself after too many wrong PINs",
        "token {token} đã tự khóa vì nhập sai mã PIN quá nhiều lần",
    ),
    (
        "the token {token} takes a PIN of at most {most} bytes, and this one has {bytes}",
        "token {token} chỉ nhận mã PIN dài tối đa {most} byte, mã này có {bytes} byte",
    ),
    ("take a new PIN", "nhận mã PIN mới"),
    ("the token {token} was lost while it was in use", "token {token} bị mất kết nối khi đang dùng"),
    ("the token {token} holds no key {label}", "token {token} không chứa khóa {label}"),
    (
        "the token {token} holds a key {label} already, which was left as it is",
        "token {token} đã có khóa {label}, khóa đó được giữ nguyên",
    ),
    ("the token {token} holds more than one key {label}", "token {token} chứa nhiều khóa cùng tên {label}"),
    (
        "the key {label} in the token {token} is not {expected}",
        "khóa {label} trong token {token} không phải {expected!}",
    ),
    ("a key on P-256 or P-384", "khóa trên P-256 hoặc P-384"),
    ("a set of card masters", "bộ khóa chủ của thẻ"),
    ("a set of transport keys", "bộ khóa vận chuyển"),
    (
        "the key {label} can be taken out of the token {token}",
        "khóa {label} có thể bị lấy ra khỏi token {token}",
    ),
    ("the token {token} does not offer {mechanism}", "token {token} không có {mechanism!}"),
    ("AES-CMAC (CKM_AES_CMAC)", "AES-CMAC (CKM_AES_CMAC)"),
    ("AES-CBC (CKM_AES_CBC)", "AES-CBC (CKM_AES_CBC)"),
    (
        "a derivation of AES-192 or AES-256 card keys that stay inside",
        "cách dẫn xuất khóa thẻ AES-192 hoặc AES-256 mà khóa không rời token",
    ),
    (
        "a derivation of card keys that stay inside (CKM_AES_CBC_ENCRYPT_DATA)",
        "cách dẫn xuất khóa thẻ mà khóa không rời token (CKM_AES_CBC_ENCRYPT_DATA)",
    ),
    (
        "the card keys stay inside the token {token}, and new ones cannot be written onto a chip",
        "khóa thẻ không rời token {token} nên không ghi được khóa mới lên chip",
    ),
    ("the token {token} could not {doing}", "token {token} không {doing!} được"),
    ("open a session", "mở phiên"),
    ("be looked for", "tìm thấy"),
    ("say how it is", "cho biết trạng thái"),
    ("be logged in to", "đăng nhập"),
    ("look for a key", "tìm khóa"),
    ("say how a key is protected", "cho biết khóa được bảo vệ thế nào"),
    ("list its keys", "liệt kê khóa"),
    ("make a key", "tạo khóa"),
    ("say a public key", "cho biết khóa công khai"),
    ("say what a key is", "cho biết loại khóa"),
    ("sign", "ký"),
    ("compute an AES-CMAC", "tính AES-CMAC"),
    ("encrypt a key", "mã hóa khóa"),
    ("derive a card key", "dẫn xuất khóa thẻ"),
    ("forget a card key", "xóa khóa thẻ tạm"),
    // what to do next
    (
        "Install the software of the token, and check keys.module in the configuration.",
        "Cài phần mềm của token và kiểm tra keys.module trong cấu hình.",
    ),
    (
        "Check the token's software and its configuration file, then try again.",
        "Kiểm tra phần mềm của token và tệp cấu hình của nó rồi thử lại.",
    ),
    (
        "Insert the token or start its service, and check keys.token_label in the configuration.",
        "Cắm token hoặc khởi động dịch vụ của nó, và kiểm tra keys.token_label trong cấu hình.",
    ),
    (
        "Write the serial number of the right one into keys.token_serial in the configuration.",
        "Ghi số sê-ri của token đúng vào keys.token_serial trong cấu hình.",
    ),
    (
        "Set the user PIN with the token's own program.",
        "Đặt mã PIN người dùng bằng chương trình của chính token.",
    ),
    (
        "Type the right PIN; it was tried once only, as too many wrong ones lock the token.",
        "Nhập đúng mã PIN; mã vừa rồi chỉ được thử một lần, vì sai nhiều lần sẽ khóa token.",
    ),
    (
        "Log in once with the token's own program and the right PIN; that gives all tries back.",
        "Đăng nhập một lần bằng chương trình của chính token với đúng mã PIN; khi đó số lần thử được khôi phục.",
    ),
    (
        "Have the token's security officer set a new PIN with the token's own program.",
        "Nhờ người quản trị token đặt mã PIN mới bằng chương trình của chính token.",
    ),
    (
        "Use a token that takes longer PINs for the root, or keep the root's key in a file.",
        "Dùng token nhận mã PIN dài hơn cho khóa gốc, hoặc giữ khóa gốc trong tệp.",
    ),
    (
        "Insert the token again and repeat; it is opened anew by itself.",
        "Cắm lại token rồi làm lại; token sẽ tự được mở lại.",
    ),
    (
        "Check that this is the token of this home, or bring the key from the token's backup.",
        "Kiểm tra có đúng token của thư mục này không, hoặc phục hồi khóa từ bản sao lưu của token.",
    ),
    (
        "Use another token, or remove the old key yourself with the token's own program if it is really to go.",
        "Dùng token khác; nếu đúng là bỏ khóa cũ thì tự xóa bằng chương trình của chính token.",
    ),
    (
        "Remove the one that does not belong there with the token's own program.",
        "Xóa khóa không thuộc về đó bằng chương trình của chính token.",
    ),
    (
        "Check that this is the token of this home, and what else writes to it.",
        "Kiểm tra có đúng token của thư mục này không, và còn chương trình nào ghi vào đó.",
    ),
    (
        "Treat the key as known to others: make a new one in the token, and revoke what the old one signed for.",
        "Coi như khóa đã bị lộ: tạo khóa mới trong token và thu hồi những gì khóa cũ đã ký.",
    ),
    (
        "Use a token or a firmware that offers it, or keep these keys in files with keys.store = \"files\".",
        "Dùng token hoặc phần mềm nhúng có tính năng đó, hoặc giữ các khóa này trong tệp với keys.store = \"files\".",
    ),
    (
        "Set keys.card_keys = \"master-inside-card-key-in-host\" in the configuration if the issuer's policy allows it.",
        "Nếu quy định của nơi phát hành cho phép, đặt keys.card_keys = \"master-inside-card-key-in-host\" trong cấu hình.",
    ),
    (
        "Check the token with its own program, then try again.",
        "Kiểm tra token bằng chương trình của nó rồi thử lại.",
    ),
];
