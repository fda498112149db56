//! Preparing and writing chips: errors, steps, plans.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    ("{step}: {source}", "{step!}: {source!}"),
    (
        "{step}: the card refused {command} with {status}. {}",
        "{step}: thẻ từ chối {command} với mã {status}. {0}",
    ),
    (
        "chip {chip} does not hold our key version {version}",
        "chip {chip} không giữ khóa phiên bản {version} của đơn vị",
    ),
    ("the card keys are not available: {0}", "chưa có khóa thẻ: {0}"),
    ("chip {chip} cannot be used: {}", "không dùng được chip {chip}: {0}"),
    (
        "no card manager answers: this is a card of another kind, or a finished card on a contactless reader",
        "trình quản lý thẻ không trả lời: đây là thẻ loại khác, hoặc thẻ đã hoàn tất đặt trên đầu đọc không tiếp xúc",
    ),
    ("chip {0} is a finished card", "chip {0} là thẻ đã hoàn tất"),
    (
        "chip {0} holds data of another card that was not finished",
        "chip {0} còn dữ liệu của một thẻ khác chưa hoàn tất",
    ),
    (
        "chip {found} is in the reader, but {wanted} was expected",
        "trong đầu đọc là chip {found}, trong khi cần chip {wanted}",
    ),
    (
        "{step}: {what} of the card cannot be read: {source}",
        "{step}: không đọc được {what} của thẻ: {source}",
    ),
    ("{step}: the card does not confirm {what}", "{step}: thẻ không xác nhận {what}"),
    ("the intent to finalise could not be recorded: {0}", "không ghi được ý định hoàn tất vào sổ: {0}"),
    (
        "{spent} tries with key version {version} have failed on this chip; another could block it",
        "đã thử khóa phiên bản {version} {spent} lần trên chip này mà không được; thử nữa có thể khóa chip",
    ),
    (
        "{spent} tries with key version {version} have failed on this chip; the last one is kept for a person who names the chip",
        "đã thử khóa phiên bản {version} {spent} lần trên chip này mà không được; lần cuối chỉ dành cho người chỉ đích danh chip",
    ),
    (
        "this chip was seen before not to hold this key version {version}; it was not tried again",
        "trước đây chip này đã cho thấy không giữ khóa phiên bản {version} này; không thử lại",
    ),
    (
        "chip {chip} {}: transport keys are checked on a blank",
        "chip {chip} {0!}; chỉ thử khóa vận chuyển trên thẻ trắng",
    ),
    (
        "chip {chip} {}: it is not given its transport keys back",
        "chip {chip} {0!}; không trả lại khóa vận chuyển cho chip này",
    ),
    (
        "Put the chip aside; when a custodian is sure of the keys, name the chip with --last-try.",
        "Để riêng chip; khi người giữ khóa chắc chắn về khóa, hãy chỉ đích danh chip bằng --last-try.",
    ),
    (
        "Put the chip aside; find its delivery and its keys, then let a custodian clear its tries.",
        "Để riêng chip; tìm đúng lô và khóa của chip, rồi để người giữ khóa xóa các lần thử.",
    ),
    ("Take a chip of the delivery that nobody has prepared.", "Lấy một chip của lô mà chưa ai chuẩn bị."),
    (
        "Keep the chip: what was a card is never given back, and a chip with foreign keys is not ours to change.",
        "Giữ chip lại: thứ từng là thẻ thì không bao giờ trả lại, và chip mang khóa lạ không phải của mình để sửa.",
    ),
    ("check transport keys", "thử khóa vận chuyển"),
    ("look for leftovers", "tìm dữ liệu còn sót"),
    ("delete application", "xóa ứng dụng"),
    ("put transport keys back", "ghi lại khóa vận chuyển"),
    ("confirm transport keys", "xác nhận khóa vận chuyển"),
    ("its transport keys", "khóa vận chuyển của thẻ"),
    ("the count of tries could not be kept: {0}", "không ghi được số lần thử: {0}"),
    (
        "the card's report of {0} bytes has not the form of requirement PERSO-08",
        "báo cáo {0} byte của thẻ không đúng dạng của yêu cầu PERSO-08",
    ),
    (
        "{step}: chip {chip} does not prove that it holds its key for {key}",
        "{step!}: chip {chip} không chứng minh được là giữ khóa {key}",
    ),
    (
        "chip {chip} does not hold the key for {key} that its signed files publish",
        "chip {chip} không giữ khóa {key} mà các tệp đã ký công bố",
    ),
    ("chip {chip} {}: it cannot be {}", "chip {chip} {0!}, không thể {1!}"),
    (
        "chip {chip} {}: only a finished card is updated",
        "chip {chip} {0!}; chỉ cập nhật được thẻ đã hoàn tất",
    ),
    ("is a card in use", "là thẻ đang dùng"),
    ("is a suspended card", "là thẻ đang bị tạm khóa"),
    ("is a blocked card", "là thẻ đã bị khóa"),
    ("is a terminated card", "là thẻ đã chấm dứt"),
    ("is no finished card", "không phải thẻ đã hoàn tất"),
    ("suspended", "tạm khóa"),
    ("resumed", "mở lại"),
    ("blocked", "khóa"),
    ("unblocked", "mở khóa"),
    ("terminated", "chấm dứt"),
    ("suspend", "tạm khóa"),
    ("resume", "mở lại"),
    ("block", "khóa"),
    ("unblock", "mở khóa"),
    ("terminate", "chấm dứt"),
    ("chip {0} is a card that has been blocked", "chip {0} là thẻ đã bị khóa"),
    ("A terminated card stays so; issue another.", "Thẻ đã chấm dứt không khôi phục được; hãy cấp thẻ khác."),
    ("Unblock the card first.", "Hãy mở khóa thẻ trước."),
    ("Resume the card first.", "Hãy mở lại thẻ trước."),
    (
        "Look at the card with `chipwright card info`, and do what its state allows.",
        "Xem thẻ bằng `chipwright card info` rồi làm việc mà trạng thái thẻ cho phép.",
    ),
    (
        "Take another chip; a card that was blocked is not written to.",
        "Lấy chip khác; thẻ đã bị khóa không được ghi nữa.",
    ),
    ("Prepare the chip again and sign the card anew.", "Chuẩn bị lại chip rồi ký lại thẻ."),
    ("change life cycle", "đổi trạng thái thẻ"),
    ("confirm life cycle", "xác nhận trạng thái thẻ"),
    ("its new life cycle", "trạng thái mới"),
    ("store update", "ghi bản cập nhật"),
    ("commit update", "xác nhận bản cập nhật"),
    // why a chip is not suitable
    (
        "its SCP03 parameter i={i} offers no R-MAC, without which no key that the chip makes can be believed",
        "tham số SCP03 i={i} của chip không có R-MAC, nên không thể tin khóa do chip tự tạo",
    ),
    (
        "it holds neither the transport keys nor the issuer's keys (versions found: {versions})",
        "chip không giữ khóa vận chuyển cũng không giữ khóa của đơn vị (phiên bản tìm thấy: {versions})",
    ),
    (
        "it holds neither the transport keys nor the issuer's keys (versions found:)",
        "chip không giữ khóa vận chuyển cũng không giữ khóa của đơn vị (không tìm thấy khóa nào)",
    ),
    (
        "it holds neither the transport keys nor the issuer's keys (versions found: {versions} and more)",
        "chip không giữ khóa vận chuyển cũng không giữ khóa của đơn vị (phiên bản tìm thấy: {versions} và các phiên bản khác)",
    ),
    (
        "it holds the transport keys beside the issuer's keys",
        "chip giữ cả khóa vận chuyển bên cạnh khóa của đơn vị",
    ),
    ("its card manager does not offer SCP03", "trình quản lý thẻ của chip không có SCP03"),
    ("its SCP03 parameter i={i} is not supported", "tham số SCP03 i={i} của chip không được hỗ trợ"),
    (
        "it has {free} bytes of memory free, and {needed} are needed",
        "chip còn trống {free} byte bộ nhớ, cần {needed} byte",
    ),
    // what errors name
    ("the shared files", "các tệp chung"),
    ("an end of its list of applications", "chỗ kết thúc danh sách ứng dụng"),
    ("the status", "trạng thái"),
    ("which data it holds", "dữ liệu đang giữ"),
    ("card data", "dữ liệu thẻ"),
    ("key information", "thông tin khóa"),
    ("memory information", "thông tin bộ nhớ"),
    // remedies
    (
        "Check that the transport key or card master of this delivery is configured; do not try the chip again before.",
        "Kiểm tra đã cấu hình đúng khóa vận chuyển hoặc khóa chủ của lô thẻ này; chưa xong thì không thử lại chip.",
    ),
    (
        "Insert one of your own cards; a finished one is opened with the number printed on it, or in a contact reader.",
        "Đưa thẻ của đơn vị vào; thẻ đã hoàn tất thì mở bằng số in trên thẻ, hoặc đặt vào đầu đọc tiếp xúc.",
    ),
    (
        "Check the reader and the smart card service (pcscd), then repeat: the card is continued where it stopped.",
        "Kiểm tra đầu đọc và dịch vụ thẻ thông minh (pcscd) rồi làm lại: thẻ được làm tiếp từ chỗ dừng.",
    ),
    (
        "Verify it; a finished card is never written again.",
        "Hãy kiểm tra thẻ; thẻ đã hoàn tất không bao giờ được ghi lại.",
    ),
    ("Prepare the chip again: what it holds is erased.", "Chuẩn bị lại chip: dữ liệu đang có sẽ bị xóa."),
    (
        "Put this chip aside; check which delivery it is from and which key versions are configured.",
        "Để riêng chip này; kiểm tra chip thuộc lô nào và cấu hình ghi những phiên bản khóa nào.",
    ),
    (
        "Put this chip aside, mark it as spoiled, and take another.",
        "Để riêng chip này, đánh dấu hỏng và lấy chip khác.",
    ),
    (
        "Insert the chip that was prepared, or start again with this one.",
        "Đưa chip đã chuẩn bị vào, hoặc bắt đầu lại với chip này.",
    ),
    (
        "Put the chip aside; a custodian decides whether it may be tried again.",
        "Để riêng chip; người giữ khóa quyết định có được thử lại không.",
    ),
    (
        "Insert the card again and repeat: it is continued where it stopped.",
        "Đưa thẻ vào lại rồi làm lại: thẻ được làm tiếp từ chỗ dừng.",
    ),
    (
        "Insert the card again and repeat; if it fails the same way, put it aside as spoiled.",
        "Đưa thẻ vào lại rồi làm lại; nếu vẫn lỗi như cũ thì để riêng, coi là hỏng.",
    ),
    ("Check the keys and the configuration of this station.", "Kiểm tra khóa và cấu hình của trạm này."),
    ("Ask the person in charge of the station.", "Hỏi người phụ trách trạm."),
    (
        "Check this member's record; shorten what is too long.",
        "Kiểm tra dữ liệu của đảng viên này; rút gọn chỗ quá dài.",
    ),
    ("This is a fault of the program: report it.", "Đây là lỗi của chương trình: hãy báo lại."),
    (
        "Check the disk of this station before any further card is written.",
        "Kiểm tra ổ đĩa của trạm trước khi ghi thêm thẻ nào.",
    ),
    // plans
    ("prepare", "chuẩn bị"),
    ("survey", "xem chip"),
    ("replace transport keys", "thay khóa vận chuyển"),
    ("open session", "mở phiên"),
    ("install", "cài ứng dụng"),
    ("secure card manager", "khóa trình quản lý thẻ"),
    ("store shared files", "ghi tệp chung"),
    ("erase leftovers", "xóa dữ liệu còn sót"),
    ("confirm shared files", "đối chiếu tệp chung"),
    ("store member files", "ghi dữ liệu đảng viên"),
    ("shared files", "tệp chung"),
    ("member files", "dữ liệu đảng viên"),
    ("finalise", "hoàn tất"),
    ("done", "xong"),
    (
        "look at the chip: identifier, keys, protocol, free memory, application",
        "xem chip: mã chip, khóa, giao thức, bộ nhớ trống, ứng dụng",
    ),
    ("a chip is in the reader", "có chip trong đầu đọc"),
    ("not needed", "không cần"),
    ("SELECT issuer security domain", "SELECT miền bảo mật của đơn vị phát hành"),
    ("SELECT identity application", "SELECT ứng dụng định danh"),
    (
        "three keys of this chip alone, under the transport DEK, with check values",
        "ba khóa riêng của chip này, mã hóa bằng DEK vận chuyển, kèm mã kiểm tra",
    ),
    (
        "replace key set {} (transport) by key set {}, diversified for this chip",
        "thay bộ khóa {0} (vận chuyển) bằng bộ khóa {1} riêng của chip này",
    ),
    (
        "the chip is suitable and holds the transport keys; skipped if it holds the issuer's",
        "chip dùng được và giữ khóa vận chuyển; bỏ qua nếu đã giữ khóa của đơn vị",
    ),
    (
        "check values in the answer, then a session with the new keys",
        "mã kiểm tra trong câu trả lời, rồi một phiên với khóa mới",
    ),
    ("make the identity application {} from module {}", "tạo ứng dụng định danh {0} từ mô-đun {1}"),
    (
        "a session with the issuer's keys; skipped if the instance is there",
        "có phiên với khóa của đơn vị; bỏ qua nếu đã có ứng dụng",
    ),
    ("INSTALL [for personalization] finds it", "INSTALL [for personalization] tìm thấy ứng dụng"),
    ("report key", "khóa báo cáo"),
    ("store {}", "ghi {0!}"),
    ("{} ({} bytes)", "{0} ({1} byte)"),
    ("MRZ key", "khóa MRZ"),
    (
        "the instance is not finalised; files it holds already are left out",
        "ứng dụng chưa hoàn tất; bỏ qua những tệp đã có",
    ),
    ("REPORT with a MAC over the hash of each file", "REPORT có MAC trên giá trị băm của từng tệp"),
    (
        "move the card from OP_READY to SECURED; needs no intent: the chip itself says how far it is, and it holds nobody's data",
        "chuyển thẻ từ OP_READY sang SECURED; không cần ghi ý định: chip tự cho biết đã đến đâu và chưa có dữ liệu của ai",
    ),
    ("the instance is installed", "đã cài ứng dụng"),
    ("status 9000; a later GET STATUS", "mã 9000; sau đó là GET STATUS"),
    ("host challenge (16 bytes in S16 mode)", "số thách đố của máy (16 byte ở chế độ S16)"),
    (
        "host cryptogram and C-MAC over the chip's challenge",
        "mã chứng minh của máy và C-MAC trên số thách đố của chip",
    ),
    (
        "open a session with the keys of this chip, at the highest level it offers",
        "mở phiên bằng khóa của chip này, ở mức bảo mật cao nhất chip có",
    ),
    ("the chip has been prepared", "chip đã được chuẩn bị"),
    ("the chip's cryptogram and its identifier", "mã chứng minh và mã chip"),
    (
        "the application is not finalised; on a torn chip, what it holds already is left out",
        "ứng dụng chưa hoàn tất; với chip bị ngắt giữa chừng thì bỏ qua những gì đã có",
    ),
    (
        "the card compares every file with the manifest of the last step",
        "thẻ đối chiếu từng tệp với bảng kê ở bước cuối",
    ),
    (
        "make it a card: from now on it can be read, and never be written this way again",
        "biến chip thành thẻ: từ đây thẻ đọc được và không bao giờ ghi theo cách này được nữa",
    ),
    (
        "the intent is on record; the card holds exactly what the manifest names",
        "ý định đã ghi vào sổ; thẻ giữ đúng những gì bảng kê nêu",
    ),
    (
        "the card is read over a fresh connection and verified like a stranger's",
        "thẻ được đọc qua kết nối mới và kiểm tra như thẻ người lạ",
    ),
    ("manifest of hashes", "bảng kê giá trị băm"),
    ("make key pairs", "tạo cặp khóa"),
    (
        "have the chip make {}; private keys never leave it",
        "cho chip tự tạo {0!}; khóa riêng không bao giờ rời chip",
    ),
    (
        "answers are protected (R-MAC); pairs it holds already are only shown",
        "câu trả lời có R-MAC; cặp khóa đã có thì chỉ xem lại",
    ),
    (
        "a signature by each new key over our nonce and the chip identifier",
        "chữ ký của từng khóa mới trên số ngẫu nhiên của máy và mã chip",
    ),
    ("nonce that the chip signs with its new key", "số ngẫu nhiên để chip ký bằng khóa mới"),
    ("ask the chip what it holds", "hỏi chip đang giữ những gì"),
    ("something was stored or made", "đã ghi hoặc tạo thêm gì đó"),
    (
        "REPORT with a MAC over the hash of each file and public key",
        "REPORT có MAC trên giá trị băm của từng tệp và khóa công khai",
    ),
    ("Active Authentication key", "khóa Active Authentication"),
    ("Chip Authentication 1 key", "khóa Chip Authentication 1"),
    ("PACE-CAM key", "khóa PACE-CAM"),
    ("Chip Authentication 2 key", "khóa Chip Authentication 2"),
    ("first record signer certificate", "chứng thư người ký hồ sơ đầu tiên"),
    ("citizen number record", "bản ghi số định danh công dân"),
];
