//! Help and messages: the ledger of key uses.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[
    (
        "The private keys of the home: how often they were used, by whom, and how often they may still be",
        "Các khóa bí mật của thư mục: đã dùng bao nhiêu lần, ai dùng, còn được dùng bao nhiêu lần",
    ),
    (
        "List the keys, what they may sign and what is left of it",
        "Liệt kê các khóa, giới hạn số lần ký và số lần còn lại",
    ),
    (
        "Show every use of every key, and check the ledger against the registry, the certificates and the lists",
        "Hiện mọi lần dùng từng khóa, và đối chiếu sổ ghi với sổ đăng ký, các chứng thư số và danh sách",
    ),
    (
        "Lower how often a key may be used; a limit is never raised",
        "Giảm số lần một khóa được dùng; giới hạn không bao giờ được tăng",
    ),
    ("The key, as `keys list` names it", "Khóa, theo tên mà `keys list` hiển thị"),
    ("How often it may be used, counted from its first use", "Số lần được dùng, tính từ lần đầu tiên"),
    ("Show only the uses of this key", "Chỉ hiện các lần dùng khóa này"),
    ("Show only uses from this day on", "Chỉ hiện các lần dùng từ ngày này trở đi"),
    (
        "One JSON object a line: every use, and the result last",
        "Mỗi dòng một đối tượng JSON: từng lần dùng, kết quả ở dòng cuối",
    ),
    // purposes, inside sentences
    ("revocation list", "danh sách thu hồi"),
    ("link certificate", "chứng thư liên kết"),
    ("status list", "danh sách trạng thái"),
    ("trust bundle", "gói tin cậy"),
    ("master list", "danh sách gốc ICAO"),
    ("batch statement", "xác nhận lô"),
    ("record", "hồ sơ"),
    ("ceremony transcript", "biên bản nghi lễ khóa"),
    ("CV certificate", "chứng thư CV"),
    ("terminal authentication", "xác thực thiết bị đọc"),
    ("certificate request", "yêu cầu cấp chứng thư"),
    // the ledger's own words
    (
        "there is no ledger of key uses {}, so nobody knows how often the keys were used",
        "không có sổ dùng khóa {0}, nên không ai biết các khóa đã được dùng bao nhiêu lần",
    ),
    (
        "the ledger of key uses {} belongs to another home",
        "sổ dùng khóa {0} thuộc về một thư mục phát hành khác",
    ),
    (
        "the ledger of key uses {} is damaged at line {line}: {what}",
        "sổ dùng khóa {0} bị hỏng ở dòng {line}: {what!}",
    ),
    (
        "the ledger of key uses {} has version {found}; this program reads version 1",
        "sổ dùng khóa {0} có dạng phiên bản {found}; chương trình này đọc phiên bản 1",
    ),
    (
        "the ledger of key uses does not know the key {label}, so nobody knows how often it was used",
        "sổ dùng khóa không có khóa {label}, nên không ai biết khóa đã được dùng bao nhiêu lần",
    ),
    (
        "the key {label} was used as often as it may be: {limit} times; no {wanted} was signed",
        "khóa {label} đã được dùng hết số lần cho phép: {limit} lần; không ký {wanted!} nào nữa",
    ),
    (
        "the key {label} may be used {limit} times, and a limit is only ever lowered",
        "khóa {label} được dùng {limit} lần, và giới hạn chỉ có thể giảm",
    ),
    (
        "number {published} of {name} was published, and the ledger of key uses ends at {recorded}: an older copy of it was put back",
        "số {published} của {name} đã được công bố, nhưng sổ dùng khóa chỉ đến {recorded}: sổ đã bị thay bằng bản cũ",
    ),
    ("the serial number {serial} was used before", "số sê-ri {serial} đã được dùng trước đó"),
    (
        "an event could not be written into the ledger of key uses",
        "không ghi được một sự kiện vào sổ dùng khóa",
    ),
    ("its last lines are gone", "các dòng cuối đã mất"),
    ("its number is another", "số của dòng không đúng"),
    ("it is empty", "tệp trống"),
    ("another file was put in its place while it was open", "tệp đã bị thay bằng tệp khác trong khi đang mở"),
    ("the chain is broken", "chuỗi bị đứt"),
    ("it is no line of a ledger", "đó không phải dòng của sổ"),
    ("it begins a second time", "sổ bắt đầu lần thứ hai"),
    ("a key begins a second time", "một khóa bắt đầu lần thứ hai"),
    ("more is reserved than the key may be used", "giữ chỗ nhiều hơn số lần khóa được dùng"),
    ("more is reserved than can be", "giữ chỗ nhiều hơn mức có thể"),
    ("a use was not reserved", "một lần dùng không được giữ chỗ trước"),
    ("more is given back than was reserved", "trả lại nhiều hơn số đã giữ chỗ"),
    ("a limit is raised", "một giới hạn bị tăng lên"),
    ("a number is taken a second time", "một số bị lấy lần thứ hai"),
    ("a serial number is taken a second time", "một số sê-ri bị lấy lần thứ hai"),
    ("what is carried forward is not what was counted", "số liệu chuyển tiếp không khớp với số đã đếm"),
    ("it names a key that is not counted", "dòng nêu một khóa không có trong sổ"),
    ("lock", "khóa"),
    ("unlock", "mở khóa"),
    ("open", "mở"),
    // remedies
    (
        "Bring the newest copy of the ledger from the backup; without one, make new keys and revoke these.",
        "Lấy lại bản mới nhất của sổ từ bản sao lưu; nếu không có thì tạo khóa mới và thu hồi các khóa này.",
    ),
    ("Put this home's own ledger back in its place.", "Đặt lại đúng sổ của thư mục này."),
    (
        "Use no key of this home; keep the file, look at it with `chipwright keys audit`, and bring the newest whole copy from the backup.",
        "Không dùng khóa nào của thư mục này; giữ lại tệp, xem bằng `chipwright keys audit`, và lấy lại bản nguyên vẹn mới nhất từ bản sao lưu.",
    ),
    (
        "Use the program version that wrote it, or a newer one.",
        "Dùng đúng phiên bản chương trình đã ghi sổ, hoặc bản mới hơn.",
    ),
    (
        "Bring the ledger that counted this key from the backup; without one, make a new key and revoke this one.",
        "Lấy lại sổ đã ghi khóa này từ bản sao lưu; nếu không có thì tạo khóa mới và thu hồi khóa này.",
    ),
    (
        "Make a new signer with `chipwright ca new-signer`.",
        "Tạo người ký mới bằng `chipwright ca new-signer`.",
    ),
    (
        "Make a new signer instead; its count begins at nothing.",
        "Hãy tạo người ký mới; số đếm của nó bắt đầu từ không.",
    ),
    (
        "Bring the newest copy of the ledger from the backup; nothing was signed.",
        "Lấy lại bản mới nhất của sổ từ bản sao lưu; chưa ký gì.",
    ),
    (
        "Run the command again: another serial number is chosen.",
        "Chạy lại lệnh: một số sê-ri khác sẽ được chọn.",
    ),
    (
        "Check the disk, the folder and its permissions, then try again; nothing was signed.",
        "Kiểm tra ổ đĩa, thư mục và quyền truy cập rồi thử lại; chưa ký gì.",
    ),
];
