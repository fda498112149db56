//! PACE, secure messaging, SCP03.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    // PACE
    ("the choice of PACE (MSE:Set AT)", "bước chọn PACE (MSE:Set AT)"),
    ("the nonce of PACE", "bước số ngẫu nhiên của PACE"),
    ("the mapping of PACE", "bước ánh xạ của PACE"),
    ("the key agreement of PACE", "bước thỏa thuận khóa của PACE"),
    ("the authentication of PACE", "bước xác thực của PACE"),
    ("the password is wrong ({status})", "mật khẩu mở thẻ sai ({status})"),
    (
        "the card does not know the password: its authentication token is wrong",
        "thẻ không biết mật khẩu này: mã xác thực của thẻ sai",
    ),
    ("the card refused {step} with {status}", "thẻ từ chối {step} với mã {status}"),
    ("the card's answer to {step} is malformed: {error}", "câu trả lời của thẻ cho {step} sai dạng: {error}"),
    (
        "the card's public key in {0} is not a point of the curve",
        "khóa công khai của thẻ trong {0} không nằm trên đường cong",
    ),
    (
        "the card's public key in {0} is the terminal's own",
        "khóa công khai của thẻ trong {0} lại chính là khóa của máy này",
    ),
    ("{0} gave the point at infinity", "{0!} cho ra điểm vô cực"),
    (
        "PACE parameters {found} with a curve of parameters {wanted}",
        "tham số PACE {found} đi với đường cong của tham số {wanted}",
    ),
    ("the source of random bytes is broken", "nguồn số ngẫu nhiên bị hỏng"),
    ("the card access number has six digits", "số CAN có sáu chữ số"),
    (
        "the document number has 1 to 22 characters from 0-9, A-Z and <",
        "số giấy tờ có 1 đến 22 ký tự trong 0-9, A-Z và <",
    ),
    (
        "a date in the machine readable zone has the form YYMMDD",
        "ngày trong vùng máy đọc (MRZ) có dạng NNTTNN theo thứ tự năm, tháng, ngày",
    ),
    ("EF.CardAccess is malformed: {0}", "EF.CardAccess sai dạng: {0}"),
    ("EF.CardAccess lists more than {most} security infos", "EF.CardAccess kê quá {most} thông tin bảo mật"),
    (
        "the card offers no PACE that is supported (ECDH, Generic Mapping, AES, P-256 or brainpoolP256r1); it offers none at all",
        "thẻ không có kiểu PACE nào (máy dùng ECDH, Generic Mapping, AES, P-256 hoặc brainpoolP256r1)",
    ),
    (
        "the card offers no PACE that is supported (ECDH, Generic Mapping, AES, P-256 or brainpoolP256r1); it offers {offers}",
        "thẻ không có kiểu PACE nào dùng được (ECDH, Generic Mapping, AES, P-256 hoặc brainpoolP256r1); thẻ có {offers!}",
    ),
    ("none at all", "không kiểu nào"),
    ("an unknown mapping", "kiểu ánh xạ lạ"),
    ("an unknown cipher", "thuật toán mã hóa lạ"),
    (
        "{mapping} with {cipher}, version {}, parameters {id}",
        "{mapping!} với {cipher!}, phiên bản {0}, tham số {id}",
    ),
    (
        "{mapping} with {cipher}, version {}, explicit parameters",
        "{mapping!} với {cipher!}, phiên bản {0}, tham số ghi tường minh",
    ),
    (
        "{mapping} with {cipher}, version {}, parameters {id} and {more} more",
        "{mapping!} với {cipher!}, phiên bản {0}, tham số {id} và {more} kiểu nữa",
    ),
    (
        "{mapping} with {cipher}, version {}, explicit parameters and {more} more",
        "{mapping!} với {cipher!}, phiên bản {0}, tham số ghi tường minh và {more} kiểu nữa",
    ),
    // PIN and PUK
    ("the PIN has six digits", "mã PIN có sáu chữ số"),
    ("the PUK has ten digits", "mã PUK có mười chữ số"),
    (
        "the PIN is suspended: the card access number must be entered first",
        "mã PIN đang tạm khóa: phải nhập số CAN trước",
    ),
    ("the PIN is blocked: it must be unblocked with the PUK", "mã PIN đã bị khóa: phải mở khóa bằng mã PUK"),
    ("the PUK has been used up", "mã PUK đã dùng hết số lần"),
    (
        "the card refused: neither the PIN nor the PUK has been entered, and the terminal has no right to manage the PIN",
        "thẻ từ chối: chưa nhập mã PIN hay mã PUK, và máy không có quyền quản lý mã PIN",
    ),
    ("the card refused to change the PIN with {status}", "thẻ từ chối đổi mã PIN với mã {status}"),
    (
        "the card refused to tell how many tries the PIN has left, with {status}",
        "thẻ từ chối cho biết mã PIN còn mấy lần thử, với mã {status}",
    ),
    // proofs of the chip
    ("PACE with Chip Authentication Mapping", "PACE có Chip Authentication Mapping"),
    ("Chip Authentication version 1", "Chip Authentication phiên bản 1"),
    ("Chip Authentication version 2", "Chip Authentication phiên bản 2"),
    ("Active Authentication", "Active Authentication"),
    (
        "the card's answer in {proof} is malformed: {error}",
        "câu trả lời của thẻ trong {proof} sai dạng: {error}",
    ),
    (
        "the chip's public key for {0} is not a point of the curve",
        "khóa công khai của chip dùng cho {0} không nằm trên đường cong",
    ),
    ("the chip's signature over the challenge is wrong", "chữ ký của chip trên số thách đố sai"),
    (
        "the chip's token in Chip Authentication version 2 is wrong",
        "mã xác thực của chip trong Chip Authentication phiên bản 2 sai",
    ),
    (
        "the chip does not know the keys of Chip Authentication version 1: {0}",
        "chip không biết các khóa của Chip Authentication phiên bản 1: {0}",
    ),
    (
        "the card promised Chip Authentication Mapping and sent no chip authentication data",
        "thẻ hứa Chip Authentication Mapping mà không gửi dữ liệu xác thực chip",
    ),
    (
        "the card's encrypted chip authentication data is malformed",
        "dữ liệu xác thực chip đã mã hóa của thẻ sai dạng",
    ),
    (
        "the card's chip authentication data does not fit its key and this session",
        "dữ liệu xác thực chip của thẻ không khớp với khóa của nó và phiên này",
    ),
    (
        "Chip Authentication over parameters {found} with a key of parameters {wanted}",
        "Chip Authentication trên tham số {found} với khóa của tham số {wanted}",
    ),
    (
        "an info about Chip Authentication is malformed: {0}",
        "một thông tin về Chip Authentication sai dạng: {0}",
    ),
    (
        "Chip Authentication is promised without its public key",
        "thẻ hứa Chip Authentication mà không có khóa công khai cho nó",
    ),
    (
        "the domain parameters announced for Chip Authentication are not those of its key",
        "tham số miền công bố cho Chip Authentication không phải của khóa đó",
    ),
    ("the public key is malformed: {0}", "khóa công khai sai dạng: {0}"),
    (
        "the public key is not one over P-256 or brainpoolP256r1",
        "khóa công khai không thuộc P-256 hay brainpoolP256r1",
    ),
    ("the public key is not a point of its curve", "khóa công khai không nằm trên đường cong của nó"),
    // Terminal Authentication
    ("the choice of Terminal Authentication (MSE:Set AT)", "bước chọn Terminal Authentication (MSE:Set AT)"),
    (
        "the challenge of Terminal Authentication (GET CHALLENGE)",
        "bước thách đố của Terminal Authentication (GET CHALLENGE)",
    ),
    ("there is no terminal certificate to present", "không có chứng thư thiết bị đầu cuối nào để trình"),
    (
        "the card does not know the authority of terminal certificate {number} ({status})",
        "thẻ không biết nơi cấp của chứng thư thiết bị đầu cuối thứ {number} ({status})",
    ),
    (
        "the card refused terminal certificate {number} with {status}",
        "thẻ từ chối chứng thư thiết bị đầu cuối thứ {number} với mã {status}",
    ),
    (
        "the card refused the terminal's signature with {status}",
        "thẻ từ chối chữ ký của thiết bị đầu cuối với mã {status}",
    ),
    ("the card's challenge has {0} bytes instead of 8", "số thách đố của thẻ có {0} byte thay vì 8"),
    // secure messaging
    (
        "an unprotected response came with {status}: the card has closed the session",
        "thẻ trả lời không bảo vệ với mã {status}: thẻ đã đóng phiên",
    ),
    ("the protected response is malformed: {0}", "câu trả lời được bảo vệ sai dạng: {0}"),
    ("the protected response carries no MAC", "câu trả lời được bảo vệ không có mã xác thực (MAC)"),
    ("the MAC of the protected response is wrong", "mã xác thực (MAC) của câu trả lời được bảo vệ sai"),
    ("the protected response carries no status", "câu trả lời được bảo vệ không có mã trạng thái"),
    (
        "the protected status is {protected}, the unprotected one {outer}",
        "mã trạng thái được bảo vệ là {protected}, mã không được bảo vệ là {outer}",
    ),
    (
        "data object {0} where it must not stand in a protected response",
        "đối tượng dữ liệu {0} không được có trong câu trả lời được bảo vệ",
    ),
    ("the value of data object {0} has the wrong form", "giá trị của đối tượng dữ liệu {0} sai dạng"),
    (
        "the response carries {found} bytes where at most {most} were asked for",
        "câu trả lời có {found} byte, trong khi chỉ hỏi tối đa {most} byte",
    ),
    ("a command of class {0} cannot be protected", "không bảo vệ được lệnh lớp {0}"),
    (
        "{length} bytes of data are too many for a protected command (at most {most})",
        "{length} byte dữ liệu là quá nhiều cho một lệnh được bảo vệ (tối đa {most})",
    ),
    (
        "the protected command needs extended length fields, which this connection does not use",
        "lệnh được bảo vệ cần trường độ dài mở rộng, mà kết nối này không dùng",
    ),
    ("session keys are two AES keys of one size", "khóa phiên phải là hai khóa AES cùng cỡ"),
    // SCP03
    (
        "the answer to INITIALIZE UPDATE has {found} bytes instead of {wanted}",
        "câu trả lời cho INITIALIZE UPDATE có {found} byte thay vì {wanted}",
    ),
    (
        "the card offers secure channel protocol {0}, not 03",
        "thẻ dùng giao thức kênh bảo mật {0}, không phải 03",
    ),
    (
        "the card answers in another mode (i = {parameter}) than the host asked in ({asked})",
        "thẻ trả lời ở chế độ khác (i = {parameter}) với chế độ máy hỏi ({asked})",
    ),
    (
        "key version {asked} was asked for, the card used {answered}",
        "máy hỏi khóa phiên bản {asked}, thẻ lại dùng {answered}",
    ),
    (
        "the card cryptogram is wrong: the card holds other keys",
        "mã chứng minh của thẻ sai: thẻ giữ khóa khác",
    ),
    (
        "the card challenge does not follow from the sequence counter",
        "số thách đố của thẻ không khớp với bộ đếm",
    ),
    (
        "a response without the MAC that its security level demands",
        "câu trả lời thiếu mã xác thực (MAC) mà mức bảo mật đòi hỏi",
    ),
    ("the MAC of a response is wrong", "mã xác thực (MAC) của câu trả lời sai"),
    ("the encrypted data of a response is malformed", "dữ liệu mã hóa trong câu trả lời sai dạng"),
    ("unprotected data came with status {0}", "dữ liệu không được bảo vệ đi cùng mã trạng thái {0}"),
    (
        "the card (i = {parameter}) does not support security level {level}",
        "thẻ (i = {parameter}) không hỗ trợ mức bảo mật {level}",
    ),
    ("an AES key has 16, 24 or 32 bytes, not {0}", "khóa AES có 16, 24 hoặc 32 byte, không phải {0}"),
    ("the three keys of a set must have the same size", "ba khóa trong một bộ phải cùng cỡ"),
    ("the key store refused the operation", "kho khóa từ chối thao tác này"),
    ("the SCP03 parameter i = {0} has reserved bits set", "tham số SCP03 i = {0} bật cả những bit để dành"),
    (
        "the SCP03 parameter i = {0} offers R-ENCRYPTION without R-MAC",
        "tham số SCP03 i = {0} có R-ENCRYPTION mà không có R-MAC",
    ),
    (
        "{0} is not a security level of SCP03 (00, 01, 03, 11, 13 or 33)",
        "{0} không phải mức bảo mật của SCP03 (00, 01, 03, 11, 13 hoặc 33)",
    ),
    ("{0} is not a key version number", "{0} không phải số phiên bản khóa"),
    ("the card refused PUT KEY with {0}", "thẻ từ chối PUT KEY với mã {0}"),
    ("the answer to PUT KEY has {0} bytes instead of 10", "câu trả lời cho PUT KEY có {0} byte thay vì 10"),
    (
        "the card answers PUT KEY for version {wanted} with version {found}",
        "thẻ trả lời PUT KEY của phiên bản {wanted} bằng phiên bản {found}",
    ),
    (
        "the card's check value of key {0} is not that of the key sent",
        "mã kiểm tra khóa {0} mà thẻ báo không phải của khóa đã gửi",
    ),
    ("a chip identifier has 1 to 32 bytes, not {0}", "mã chip có 1 đến 32 byte, không phải {0}"),
    // legacy: SCP02
    (
        "a two-key triple DES key has 16 bytes, not {0}",
        "khóa triple DES hai phần dài 16 byte, không phải {0}",
    ),
    (
        "the SCP02 parameter i = {0} is not supported (05, 15, 45, 55, and these with R-MAC are)",
        "không hỗ trợ tham số SCP02 i = {0} (chỉ hỗ trợ 05, 15, 45, 55 và các giá trị đó kèm R-MAC)",
    ),
    (
        "the answer to INITIALIZE UPDATE has {0} bytes instead of 28",
        "câu trả lời cho INITIALIZE UPDATE dài {0} byte thay vì 28",
    ),
    (
        "the card offers secure channel protocol {0}, not 02",
        "thẻ dùng giao thức kênh bảo mật {0}, không phải 02",
    ),
    (
        "the card challenge does not follow from the application identifier",
        "số thách thức của thẻ không khớp với mã ứng dụng",
    ),
];
