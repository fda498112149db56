//! Help and messages: the second signature.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[
    (
        "Make a signer of second, post-quantum signatures (ML-DSA-65), and its root if there is none",
        "Tạo người ký chữ ký thứ hai, hậu lượng tử (ML-DSA-65), và gốc của nó nếu chưa có",
    ),
    (
        "Whether a card must have a second, post-quantum signature (`required`), only a right one if it has any (`if-present`), or is not asked (`off`); the home's configuration says so if not given",
        "Thẻ phải có chữ ký thứ hai, hậu lượng tử (`required`), nếu có thì phải đúng (`if-present`), hay không xét (`off`); nếu không nêu thì theo cấu hình của thư mục",
    ),
    ("Nothing: it is not read", "Không đòi gì: không đọc chữ ký này"),
    ("One that is there must hold", "Nếu có thì phải đúng"),
    ("Both signatures must hold", "Cả hai chữ ký đều phải đúng"),
    (
        "the certificate is not of a document signer with a key of ML-DSA-65",
        "chứng thư không phải của người ký tài liệu có khóa ML-DSA-65",
    ),
    ("the second signature is not well-formed", "chữ ký thứ hai không đúng dạng"),
    (
        "the second signature is over another security object",
        "chữ ký thứ hai ký trên một đối tượng bảo mật khác",
    ),
    ("the signer of the second signature is not known here", "ở đây không biết người ký chữ ký thứ hai"),
    ("the second signature does not verify", "chữ ký thứ hai không đúng"),
    ("the second signature does not say when it was made", "chữ ký thứ hai không cho biết được ký lúc nào"),
    ("the signer of the second signature is refused", "người ký chữ ký thứ hai bị từ chối"),
    ("the second signature's signer: {failure}", "người ký chữ ký thứ hai: {failure!}"),
    ("the signer is not named by its key", "người ký không được nêu bằng khóa của mình"),
    ("the content is not SignedData", "nội dung không phải SignedData"),
    ("the SignedData is not of the detached profile", "SignedData không đúng dạng tách rời"),
    ("the signer is not of the detached profile", "phần người ký không đúng dạng tách rời"),
    ("the card has no second signature: {why}", "thẻ không có chữ ký thứ hai: {why}"),
    (
        "the card has a second signature, and this station has no second signer",
        "thẻ có chữ ký thứ hai, nhưng trạm này không có người ký thứ hai",
    ),
    (
        "Set second_signature.sign = true in the configuration of a station that has a second signer, and update the card there.",
        "Đặt second_signature.sign = true trong cấu hình của trạm có người ký thứ hai, rồi cập nhật thẻ tại đó.",
    ),
];
