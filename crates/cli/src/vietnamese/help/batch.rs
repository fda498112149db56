//! Help and messages: batches and registrars.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[
    // registrars
    (
        "The registrars, who prepare and approve batches",
        "Cán bộ đăng ký: người lập và người phê duyệt đợt cấp thẻ",
    ),
    (
        "Make a registrar's key, under a passphrase or in a token of their own, and the certificate",
        "Tạo khóa của một cán bộ đăng ký, dưới mật khẩu riêng hoặc trong token riêng của người đó, và chứng thư",
    ),
    ("The registrar's name: letters a to z, digits, hyphens", "Tên cán bộ: chữ a đến z, chữ số, gạch nối"),
    (
        "Read the registrar's passphrase from this file descriptor",
        "Đọc mật khẩu của cán bộ từ file descriptor này",
    ),
    ("Show the registrars", "Liệt kê cán bộ đăng ký"),
    (
        "Revoke a registrar's certificate and sign a new revocation list: nothing they prepared or approved counts any more",
        "Thu hồi chứng thư của cán bộ và ký danh sách thu hồi mới: những gì người đó lập hoặc phê duyệt không còn giá trị",
    ),
    ("The registrar's name", "Tên cán bộ"),
    (
        "a registrar's name has 1 to 32 letters a to z, digits and hyphens, a letter first",
        "tên cán bộ có 1 đến 32 ký tự gồm chữ a đến z, chữ số và gạch nối, bắt đầu bằng chữ",
    ),
    // batches
    (
        "Prepare a batch of cards, have it approved by a second registrar, look at it",
        "Lập đợt cấp thẻ, để cán bộ thứ hai phê duyệt, và xem lại",
    ),
    (
        "Sign what is to be issued: the digests of a members file and of every good row with its photograph; or a change of one card",
        "Ký nội dung sẽ cấp: mã băm của danh sách và của từng dòng hợp lệ kèm ảnh; hoặc một thay đổi trên một thẻ",
    ),
    (
        "Compare a prepared batch with the files, and sign it as the second registrar",
        "Đối chiếu đợt cấp đã lập với các tệp, rồi ký với tư cách cán bộ thứ hai",
    ),
    ("Show what a batch is of and who signed it", "Cho biết đợt cấp gồm những gì và ai đã ký"),
    ("Change this issued card instead", "Thay vào đó, đổi dữ liệu của thẻ đã cấp này"),
    ("The registrar who prepares", "Cán bộ lập đợt cấp"),
    (
        "The batch file to write; the members file's name with .batch if not given",
        "Tệp đợt cấp sẽ ghi; nếu không ghi thì lấy tên danh sách với đuôi .batch",
    ),
    ("The batch file; the approval is added to it", "Tệp đợt cấp; phần phê duyệt được ghi thêm vào đó"),
    (
        "The members file that is approved; not for a change of one card",
        "Danh sách đảng viên được phê duyệt; không dùng khi đổi dữ liệu một thẻ",
    ),
    ("The registrar who approves: not the one who prepared", "Cán bộ phê duyệt: không phải người đã lập"),
    ("The batch file", "Tệp đợt cấp"),
    (
        "The approved batch; the members file's name with .batch if not given. Rows that are not in it are refused",
        "Đợt cấp đã phê duyệt; nếu không ghi thì lấy tên danh sách với đuôi .batch. Dòng không có trong đó bị từ chối",
    ),
    (
        "The approved batch of this change: another name or unit is signed when a second registrar has approved it",
        "Đợt cấp đã phê duyệt cho thay đổi này: họ tên hay đơn vị mới chỉ được ký khi cán bộ thứ hai đã phê duyệt",
    ),
];
