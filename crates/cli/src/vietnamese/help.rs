//! The help of every command.

pub(super) mod authority;
pub(super) mod batch;
pub(super) mod card_keys;
pub(super) mod ceremony;
pub(super) mod keys;
pub(super) mod post_quantum;
pub(super) mod status_list;
pub(super) mod token;
pub(super) mod trust;

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "Issues smart cards: a list of members with portraits goes in, signed and verified cards come out",
        "Cấp thẻ thông minh: đưa vào danh sách đảng viên kèm ảnh, nhận về thẻ đã ký và đã kiểm tra",
    ),
    (crate::exit::TABLE, EXIT_CODES),
    ("Everywhere", "Dùng với mọi lệnh"),
    (
        "The issuer's home; CHIPWRIGHT_HOME, or ./chipwright-home, if not given",
        "Thư mục phát hành; nếu không ghi thì dùng CHIPWRIGHT_HOME hoặc ./chipwright-home",
    ),
    (
        "The language of what is said to people; from LC_ALL, LC_MESSAGES or LANG if not given",
        "Ngôn ngữ của lời báo; nếu không ghi thì theo LC_ALL, LC_MESSAGES hoặc LANG",
    ),
    ("Print help", "In phần trợ giúp"),
    ("Print help (see more with '--help')", "In phần trợ giúp (đầy đủ hơn với '--help')"),
    ("Print help (see a summary with '-h')", "In phần trợ giúp (tóm tắt với '-h')"),
    ("Print version", "In phiên bản"),
    (
        "Print this message or the help of the given subcommand(s)",
        "In phần này, hoặc trợ giúp của lệnh được nêu",
    ),
    // terminals
    (
        "Who may open the records of cards: CVCA, document verifiers, terminals",
        "Ai được mở hồ sơ trên thẻ: CVCA, DV và thiết bị đọc",
    ),
    (
        "Make the CVCA whose terminals new cards trust, and a document verifier under it",
        "Tạo CVCA mà thẻ mới sẽ tin cậy, và một DV dưới CVCA đó",
    ),
    (
        "Its name in certificates: one to nine capital letters or digits",
        "Tên trong chứng thư: một đến chín chữ hoa hoặc chữ số",
    ),
    ("Print the hierarchy afterwards as JSON", "Sau đó in toàn bộ hệ thống dưới dạng JSON"),
    (
        "Make a new document verifier under the newest CVCA; it counts for a year",
        "Tạo DV mới dưới CVCA mới nhất; có hiệu lực một năm",
    ),
    ("Give a terminal its certificate: rights and days", "Cấp chứng thư cho thiết bị đọc: quyền và số ngày"),
    (
        "A right: read:CATEGORY, append:CATEGORY, can-allowed (the card access number opens records), pin-management; again for each",
        "Một quyền: read:NHÓM, append:NHÓM, can-allowed (mở hồ sơ bằng số CAN), pin-management; lặp lại cho mỗi quyền",
    ),
    ("For how many days", "Trong bao nhiêu ngày"),
    ("Sign this request instead of making a key here", "Ký yêu cầu này thay vì tạo khóa tại đây"),
    (
        "Make a terminal's key and a request for its certificate, to be signed elsewhere",
        "Tạo khóa của thiết bị đọc và yêu cầu cấp chứng thư để ký ở nơi khác",
    ),
    (
        "The terminal's name: one to nine letters or digits",
        "Tên thiết bị đọc: một đến chín chữ cái hoặc chữ số",
    ),
    (
        "Read the passphrase of the terminal's key from this file descriptor",
        "Đọc mật khẩu khóa của thiết bị đọc từ file descriptor này",
    ),
    (
        "Renew the CVCA's key; the link certificate rolls cards when a terminal under it is used",
        "Đổi khóa CVCA; thẻ chuyển sang khóa mới nhờ chứng thư nối khi gặp thiết bị dưới khóa đó",
    ),
    (
        "Show the hierarchy, and what every terminal may do",
        "Hiện toàn bộ hệ thống và quyền của từng thiết bị đọc",
    ),
    (
        "New cards carry the records application: also make the CVCA of its terminals",
        "Thẻ mới có ứng dụng hồ sơ: tạo luôn CVCA cho thiết bị đọc",
    ),
    // records
    (
        "Records on cards, appended after issuance: party life, training, political theory, commendation, rights, transfer",
        "Hồ sơ trên thẻ, ghi thêm sau khi cấp: sinh hoạt đảng, đào tạo, lý luận chính trị, khen thưởng, quyền, chuyển sinh hoạt",
    ),
    ("Append a record to the card", "Ghi thêm một bản ghi vào thẻ"),
    ("Show the records that this terminal may read", "Hiện các bản ghi mà thiết bị này được đọc"),
    (
        "Check the records that this terminal may read: nothing removed, reordered, altered, or of another card",
        "Kiểm tra các bản ghi mà thiết bị này được đọc: không bị xóa, đổi thứ tự, sửa, hay của thẻ khác",
    ),
    (
        "The exit code: 0 all is well, 15 something is wrong with a record, 16 a signer is unknown or not trusted.",
        "Mã thoát: 0 mọi thứ đúng, 15 có bản ghi sai, 16 người ký không rõ hoặc không được tin cậy.",
    ),
    (
        "Make a record signer under the root: its key signs records for a year",
        "Tạo người ký hồ sơ dưới gốc: khóa ký được trong một năm",
    ),
    (
        "The terminal: a name in the home, or a chain file with its key beside it",
        "Thiết bị đọc: tên trong thư mục phát hành, hoặc tệp chuỗi chứng thư có khóa để bên cạnh",
    ),
    (
        "Ask for the member's PIN, and open the records with it",
        "Hỏi mã PIN của đảng viên và mở hồ sơ bằng mã đó",
    ),
    (
        "Read the member's PIN from this file descriptor, and open the records with it",
        "Đọc mã PIN của đảng viên từ file descriptor này và mở hồ sơ bằng mã đó",
    ),
    (
        "What kind of record: party-life, training, political-theory, commendation, rights, transfer",
        "Loại bản ghi: party-life, training, political-theory, commendation, rights, transfer",
    ),
    (
        "What is recorded, as a JSON object in this file; - for standard input",
        "Nội dung ghi, là đối tượng JSON trong tệp này; - là đầu vào chuẩn",
    ),
    (
        "One value of it, such as year=2026 or to.code=79.001; again for each",
        "Một giá trị, chẳng hạn year=2026 hoặc to.code=79.001; lặp lại cho mỗi giá trị",
    ),
    (
        "Who signs: record-signer-N or signer-N; the newest record signer, else the newest document signer, if not given",
        "Ai ký: record-signer-N hoặc signer-N; nếu không ghi thì người ký hồ sơ mới nhất, nếu chưa có thì người ký tài liệu mới nhất",
    ),
    (
        "The unit that records, code and name; the issuing unit if not given",
        "Đơn vị ghi, mã và tên; nếu không ghi thì là đơn vị phát hành",
    ),
    (
        "Which categories; all that the terminal may read if none is named",
        "Nhóm nào; nếu không nêu thì mọi nhóm thiết bị được đọc",
    ),
    (
        "Keep the end of each good file in the registry, to tell later whether records were taken from the end",
        "Lưu phần cuối của mỗi tệp đúng vào sổ đăng ký, để sau này biết có bản ghi nào bị cắt ở cuối không",
    ),
    // evidence and proofs of the chip
    ("Evidence", "Bằng chứng"),
    (
        "Keep evidence of this inspection in this folder, sealed for the home's evidence key and deleted on its day; the chip signs a challenge, where it can",
        "Lưu bằng chứng của lần kiểm tra này vào thư mục này, niêm phong bằng khóa bằng chứng và xóa khi đến hạn; nếu được, chip ký một thử thách",
    ),
    ("Check evidence that was kept, instead of a card", "Kiểm tra bằng chứng đã lưu, thay vì một thẻ"),
    (
        "Read the passphrase of the evidence key from this file descriptor",
        "Đọc mật khẩu khóa bằng chứng từ file descriptor này",
    ),
    (
        "Make the key pair that evidence of inspections is sealed for: keys/evidence.pem opens, keys/evidence.pub seals",
        "Tạo cặp khóa để niêm phong bằng chứng kiểm tra: keys/evidence.pem để mở, keys/evidence.pub để niêm phong",
    ),
    (
        "Whether every card must prove that its chip is genuine (`required`), or only those that promise to (`if-promised`); the home's configuration says so if not given",
        "Mọi thẻ đều phải chứng minh chip là thật (`required`), hay chỉ những thẻ có cam kết (`if-promised`); nếu không ghi thì theo cấu hình của thư mục phát hành",
    ),
    (
        "The exit code is the verdict: 0 genuine and valid, 10 to 20 otherwise. Times are measured, or modelled for a chip and a link that are named.",
        "Mã thoát là kết luận: 0 là thật và còn hiệu lực, còn lại từ 10 đến 20. Thời gian là số đo, hoặc tính theo mô hình cho loại chip và đường truyền được nêu.",
    ),
    // shared options
    ("As one JSON object", "In thành một đối tượng JSON"),
    ("One JSON object a line", "Mỗi dòng một đối tượng JSON"),
    ("The card", "Thẻ"),
    (
        "Read the passphrase of the station's keys from this file descriptor",
        "Đọc mật khẩu khóa của trạm từ file descriptor này",
    ),
    (
        "Read the passphrase of the root's key from this file descriptor",
        "Đọc mật khẩu khóa gốc từ file descriptor này",
    ),
    ("The folder of portraits", "Thư mục ảnh"),
    ("The reader", "Đầu đọc"),
    (
        "The reader: emulator:NAME, pcsc (the only PC/SC reader), pcsc:NUMBER, pcsc:NAME-OR-PART, replay:FILE (a recorded card, for `card info` and `apdu`)",
        "Đầu đọc: emulator:TÊN, pcsc (khi chỉ có một đầu đọc PC/SC), pcsc:SỐ, pcsc:TÊN-HOẶC-MỘT-PHẦN, replay:TỆP (thẻ trong bản ghi, cho `card info` và `apdu`)",
    ),
    ("Wait so long for a card in a PC/SC reader", "Chờ thẻ vào đầu đọc PC/SC tối đa chừng này giây"),
    // recordings
    ("Recording", "Ghi lại phiên"),
    (
        "Record everything that passes between program and card into this new file; secrets, persons and chips are replaced by placeholders (see `chipwright trace show`)",
        "Ghi mọi trao đổi giữa chương trình và thẻ vào tệp mới này; bí mật, dữ liệu cá nhân và mã chip được thay bằng ký hiệu (xem `chipwright trace show`)",
    ),
    ("Keep what identifies the chip", "Giữ lại mã nhận dạng chip"),
    (
        "Keep personal data and what identifies the chip; secrets and keys are never kept",
        "Giữ lại dữ liệu cá nhân và mã nhận dạng chip; bí mật và khóa không bao giờ được giữ",
    ),
    ("Recorded sessions", "Các phiên đã ghi lại"),
    (
        "Show a session that `--record` kept: every command by name, its answer, its data objects and its time",
        "Xem phiên do `--record` ghi: tên từng lệnh, câu trả lời, đối tượng dữ liệu và thời gian",
    ),
    ("The file", "Tệp"),
    // how a card is opened
    ("The card access number printed on the card, six digits", "Số CAN in trên thẻ, sáu chữ số"),
    ("Read the card access number from this file descriptor", "Đọc số CAN từ file descriptor này"),
    (
        "Read the three lines of the machine readable zone from this file",
        "Đọc ba dòng vùng máy đọc (MRZ) từ tệp này",
    ),
    (
        "Find the chip in the registry of the home and use what was allocated to its card",
        "Tìm chip trong sổ đăng ký và dùng số đã dành cho thẻ của nó",
    ),
    // apdu
    ("Send raw commands to a card and show them decoded", "Gửi lệnh thô đến thẻ và hiện lệnh đã giải mã"),
    (
        "Data that may be a key or a person's is shown as a length only. INITIALIZE UPDATE is counted in the registry as a try of the chip's key, and refused when no try is left.",
        "Dữ liệu có thể là khóa hoặc dữ liệu cá nhân chỉ được hiện độ dài. INITIALIZE UPDATE được sổ đăng ký tính là một lần thử khóa của chip, và bị từ chối khi hết lượt thử.",
    ),
    (
        "Commands in hexadecimal, sent in order; `-` reads them from stdin, one a line. Other users of this machine can see what stands on a command line",
        "Các lệnh ghi bằng số thập lục phân, gửi lần lượt; `-` đọc từ stdin, mỗi dòng một lệnh. Người dùng khác trên máy này có thể thấy những gì ghi trên dòng lệnh",
    ),
    (
        "Read the commands from this file descriptor, one a line: for PINs and keys",
        "Đọc các lệnh từ file descriptor này, mỗi dòng một lệnh: dùng cho PIN và khóa",
    ),
    ("Show the data of every command and response", "Hiện dữ liệu của mọi lệnh và câu trả lời"),
    // pin
    (
        "The member's PIN: how it stands, another one, tries given back",
        "Mã PIN của đảng viên: xem tình trạng, đổi mã, lấy lại lượt thử",
    ),
    (
        "PIN and PUK are asked for on the terminal or read from file descriptors; they are never on the command line.",
        "Mã PIN và PUK được hỏi trên cửa sổ dòng lệnh hoặc đọc từ file descriptor; không bao giờ nằm trên dòng lệnh.",
    ),
    (
        "Say how the PIN stands; needs no secret and costs no try",
        "Cho biết tình trạng mã PIN; không cần bí mật nào và không mất lần thử nào",
    ),
    (
        "The member sets another PIN, after the one the card has",
        "Đảng viên đổi mã PIN, sau khi nhập mã đang dùng",
    ),
    (
        "Get the tries back with the right PIN; a suspended one is entered after the card access number",
        "Nhập đúng mã PIN để lấy lại đủ lượt thử; mã đang tạm khóa thì nhập sau số CAN",
    ),
    (
        "Get the tries back with the PUK of the PIN letter; the PIN stays as it was",
        "Lấy lại lượt thử bằng mã PUK trong thư PIN; mã PIN giữ nguyên",
    ),
    (
        "Set a PIN by a terminal with the right to do so, for a member who has forgotten it",
        "Đặt mã PIN bằng thiết bị đọc có quyền đó, cho đảng viên đã quên mã",
    ),
    ("Read the PIN the card has from this file descriptor", "Đọc mã PIN đang dùng từ file descriptor này"),
    ("Read the new PIN from this file descriptor", "Đọc mã PIN mới từ file descriptor này"),
    ("Read the PUK from this file descriptor", "Đọc mã PUK từ file descriptor này"),
    ("The card access number, for a suspended PIN", "Số CAN, khi mã PIN đang tạm khóa"),
    // bench
    (
        "Personalise and verify emulated cards in memory, and show where the time goes",
        "Ghi và kiểm tra thẻ mô phỏng trong bộ nhớ, cho biết thời gian dùng vào đâu",
    ),
    ("How many cards for each form of APDU", "Bao nhiêu thẻ cho mỗi dạng APDU"),
    ("Print JSON lines instead of a table", "In từng dòng JSON thay cho bảng"),
    // ca
    (
        "The certification authority: root, document signers, revocation list",
        "Cơ quan chứng thực: chứng thư gốc, người ký tài liệu, danh sách thu hồi",
    ),
    (
        "Show the root, the document signers and the revocation list",
        "Xem chứng thư gốc, người ký tài liệu và danh sách thu hồi",
    ),
    (
        "Sign a new revocation list (it is valid for 90 days)",
        "Ký danh sách thu hồi mới (có hiệu lực 90 ngày)",
    ),
    (
        "Make a new document signer; its key signs for three months",
        "Tạo người ký tài liệu mới; khóa được ký trong ba tháng",
    ),
    (
        "Revoke a document signer and sign a new revocation list: all its cards become invalid",
        "Thu hồi một người ký tài liệu và ký danh sách thu hồi mới: mọi thẻ do người đó ký mất hiệu lực",
    ),
    (
        "The signer, as `ca show` names it; the newest if not given",
        "Người ký, theo tên trong `ca show`; nếu không ghi thì là người ký mới nhất",
    ),
    ("Why", "Lý do"),
    ("The key is, or may be, in other hands", "Khóa đã hoặc có thể đã lọt vào tay người khác"),
    ("Replaced by another", "Đã thay bằng người ký khác"),
    ("No longer used", "Không dùng nữa"),
    ("No reason given", "Không nêu lý do"),
    ("Print the authority afterwards as JSON", "Sau đó in cơ quan chứng thực thành JSON"),
    // card
    (
        "Show production data, keys, protocol, memory and stage; reads only, needs no key",
        "Xem dữ liệu sản xuất, khóa, giao thức, bộ nhớ và giai đoạn; chỉ đọc, không cần khóa",
    ),
    // completions
    ("Print completions for a shell", "In phần tự điền lệnh cho shell"),
    ("The shell", "Tên shell"),
    // conformance
    (
        "Run every scenario of the contract on a card and report, requirement by requirement",
        "Chạy mọi kịch bản của bản yêu cầu trên một thẻ và báo cáo theo từng yêu cầu",
    ),
    (
        "A software card is copied for each scenario and stays as it is. A card in a PC/SC reader is used as it is: a blank for scenarios about blanks, an issued card for those about issued cards; what cannot be run on it is skipped, with the reason.",
        "Thẻ mô phỏng được sao chép cho từng kịch bản và giữ nguyên như cũ. Thẻ trong đầu đọc PC/SC được dùng đúng như hiện có: thẻ trắng cho kịch bản về thẻ trắng, thẻ đã cấp cho kịch bản về thẻ đã cấp; kịch bản không chạy được thì bỏ qua và nêu lý do.",
    ),
    (
        "The reader: emulator:NAME, pcsc (the only PC/SC reader), pcsc:NUMBER, pcsc:NAME-OR-PART",
        "Đầu đọc: emulator:TÊN, pcsc (khi chỉ có một đầu đọc PC/SC), pcsc:SỐ, pcsc:TÊN-HOẶC-MỘT-PHẦN",
    ),
    (
        "Also run scenarios after which the card in the PC/SC reader is another: a blank is used up, an issued card may be blocked for ever",
        "Chạy cả kịch bản làm thay đổi thẻ trong đầu đọc PC/SC: thẻ trắng sẽ không còn trắng, thẻ đã cấp có thể bị khóa vĩnh viễn",
    ),
    (
        "Only scenarios of requirements, or with names, that begin like this: CM, PERSO-07, pin-",
        "Chỉ chạy kịch bản có số yêu cầu hoặc tên bắt đầu như sau: CM, PERSO-07, pin-",
    ),
    (
        "Write the report as JSON to this file (its form: `chipwright schema conformance`)",
        "Ghi báo cáo dạng JSON vào tệp này (dạng xem ở `chipwright schema conformance`)",
    ),
    ("Write the report as a page to this file", "Ghi báo cáo thành một trang HTML vào tệp này"),
    (
        "Exit codes:\n   0  every scenario that could be run passed\n   3  a scenario failed, or none could be run\n   4  the reader or the card failed",
        "Mã thoát:\n   0  mọi kịch bản chạy được đều đạt\n   3  có kịch bản không đạt, hoặc không chạy được kịch bản nào\n   4  đầu đọc hoặc thẻ bị lỗi",
    ),
    // doctor
    (
        "Examine this station: what is wrong with it, and what to do",
        "Kiểm tra trạm này: có gì sai và phải làm gì",
    ),
    (
        "Looks at the home and its disk, clock, certificates, keys, registry, and at the PC/SC service, drivers and readers. Nothing is changed, no passphrase is asked for, no card is written. Each check is well, a warning, must be mended, or could not be made; what to do stands at the end, most urgent first. A reader is required of a home for real cards, or when one is named with --reader pcsc:NAME; in a test home its faults are warnings.",
        "Xem thư mục phát hành và ổ đĩa, đồng hồ, chứng thư, khóa, sổ đăng ký, cùng dịch vụ PC/SC, trình điều khiển và đầu đọc. Không thay đổi gì, không hỏi mật khẩu, không ghi thẻ nào. Mỗi mục kiểm tra là tốt, cần lưu ý, phải sửa, hoặc không kiểm tra được; việc phải làm ghi ở cuối, việc gấp nhất ghi trước. Bắt buộc có đầu đọc khi thư mục dùng cho thẻ thật, hoặc khi nêu tên bằng --reader pcsc:TÊN; ở thư mục thử nghiệm, lỗi đầu đọc chỉ là lưu ý.",
    ),
    (
        "The reader this station works with: pcsc, pcsc:NAME, emulator:NAME or emulator:*",
        "Đầu đọc trạm này dùng: pcsc, pcsc:TÊN, emulator:TÊN hoặc emulator:*",
    ),
    (
        "Leave out reading the whole registry, which takes seconds for a hundred thousand cards",
        "Bỏ qua việc đọc toàn bộ sổ đăng ký, vốn mất vài giây với trăm nghìn thẻ",
    ),
    (
        "As one JSON object, in both languages; its form: `chipwright schema doctor`",
        "In thành một đối tượng JSON bằng cả hai thứ tiếng; dạng xem ở `chipwright schema doctor`",
    ),
    (
        "Exit codes:\n   0  all is well\n   3  warnings only: the station can work\n   5  something must be mended",
        "Mã thoát:\n   0  mọi thứ đều tốt\n   3  chỉ có điều cần lưu ý: trạm làm việc được\n   5  có chỗ phải sửa",
    ),
    // emulator
    ("Software cards, kept in the home", "Thẻ mô phỏng, giữ trong thư mục phát hành"),
    (
        "Make blank cards with the published development keys",
        "Tạo thẻ trắng với bộ khóa phát triển đã công bố",
    ),
    ("List the cards", "Liệt kê các thẻ"),
    ("Show one card", "Xem một thẻ"),
    ("Delete a card for ever", "Xóa hẳn một thẻ"),
    (
        "Put a card into a slot of the running `emulator serve`",
        "Đưa thẻ vào một khe của `emulator serve` đang chạy",
    ),
    ("The slot, counted from 0", "Khe, đếm từ 0"),
    (
        "Take the card out of a slot of the running `emulator serve`",
        "Rút thẻ khỏi một khe của `emulator serve` đang chạy",
    ),
    (
        "Not now, but at this command from now, before its answer is out; 1 is the next",
        "Không rút ngay mà rút ở lệnh thứ này tính từ bây giờ, trước khi có trả lời; 1 là lệnh kế tiếp",
    ),
    ("Show the slots of the running `emulator serve`", "Xem các khe của `emulator serve` đang chạy"),
    (
        "Arm a fault: the card loses power the next time it is used; in a slot, from now on",
        "Đặt sẵn một lỗi: thẻ mất nguồn ở lần dùng tới; nếu đang trong khe thì tính từ bây giờ",
    ),
    ("Take a card to the other interface", "Chuyển thẻ sang giao diện kia"),
    ("Which", "Giao diện nào"),
    ("Name of the card", "Tên thẻ"),
    (
        "Make this many cards named blank-001 and so on, after those that are there",
        "Tạo chừng này thẻ tên blank-001 trở đi, tiếp theo những thẻ đã có",
    ),
    ("SCP03 parameter i, hexadecimal", "Tham số i của SCP03, số thập lục phân"),
    ("SCP03 in S16 mode", "SCP03 ở chế độ S16"),
    (
        "Bits of the transport keys; those of the home if not given",
        "Số bit của khóa vận chuyển; nếu không ghi thì theo thư mục phát hành",
    ),
    ("The interface the card is used on", "Giao diện dùng với thẻ"),
    (
        "Count failed authentications at INITIALIZE UPDATE, as some chips do",
        "Đếm lần xác thực hỏng ngay ở INITIALIZE UPDATE như một số chip",
    ),
    ("Personalisation goes to the application itself", "Dữ liệu cá nhân hóa gửi thẳng đến ứng dụng"),
    ("Short APDUs only", "Chỉ dùng APDU ngắn"),
    ("After this many commands", "Sau chừng này lệnh"),
    (
        "Instead of this write to a memory page; 1 is the next",
        "Thay cho lần ghi trang nhớ thứ này; 1 là lần kế tiếp",
    ),
    ("Not at all: disarm", "Không gây lỗi nữa: gỡ bỏ"),
    (
        "Show software cards to PC/SC programs, through pcscd and its vpcd driver, until stopped",
        "Cho chương trình PC/SC thấy thẻ mô phỏng qua pcscd và trình điều khiển vpcd, đến khi dừng",
    ),
    (
        "What is in which slot goes to stdout. `emulator insert`, `pull` and `slots` work on the running server from another terminal; `emulator tear` works on cards in a slot too.",
        "Khe nào có thẻ nào được ghi ra stdout. `emulator insert`, `pull` và `slots` chạy từ cửa sổ lệnh khác để điều khiển; `emulator tear` cũng dùng được với thẻ đang trong khe.",
    ),
    ("How many slots; vpcd has two a driver", "Số khe; mỗi trình điều khiển vpcd có hai khe"),
    (
        "The TCP port of slot 0 on this machine; the others follow",
        "Cổng TCP của khe 0 trên máy này; các khe sau lấy cổng kế tiếp",
    ),
    ("Put this card into this slot: 0=blank-001", "Đưa thẻ này vào khe này: 0=blank-001"),
    (
        "Put all cards whose names fit into this slot, one after the other: '0=blank-*'. The next card comes when a program has used the one before and let go of it",
        "Lần lượt đưa mọi thẻ có tên khớp vào khe này: '0=blank-*'. Thẻ sau vào khi chương trình đã dùng xong và nhả thẻ trước",
    ),
    // init
    (
        "Make an issuer's home: configuration, certification authority, card keys, registry",
        "Tạo thư mục phát hành: cấu hình, cơ quan chứng thực, khóa thẻ, sổ đăng ký",
    ),
    (
        "A home is whole or not there, and an existing one is never overwritten. --test (the default) makes a test root, which every real verifier refuses, and keeps generated passphrases in files; --real asks for them and needs custodians.",
        "Thư mục phát hành chỉ có khi đã tạo trọn vẹn, và thư mục đã có không bao giờ bị ghi đè. --test (mặc định) tạo gốc thử nghiệm mà mọi máy kiểm tra thật đều từ chối, mật khẩu tự sinh giữ trong tệp; --real thì hỏi mật khẩu và cần những người giữ khóa.",
    ),
    ("The folder to make", "Thư mục cần tạo"),
    ("Test cards (the default)", "Thẻ thử nghiệm (mặc định)"),
    ("Real cards; needs --transport-keys", "Thẻ thật; cần --transport-keys"),
    ("The organisation's name, as in its certificates", "Tên tổ chức, như ghi trong chứng thư"),
    ("Bits of the card keys", "Số bit của khóa thẻ"),
    ("AID of the identity application, hexadecimal", "AID của ứng dụng định danh, số thập lục phân"),
    (
        "The keys of the delivered blanks: a TOML file with enc, mac and dek in hexadecimal. Without it, those of the software cards",
        "Khóa của lô thẻ trắng: tệp TOML có enc, mac và dek ghi bằng số thập lục phân. Nếu không có thì dùng khóa của thẻ mô phỏng",
    ),
    ("Print what was made as JSON", "In những gì đã tạo thành JSON"),
    // issue
    (
        "Issue a card to every member of a list who has none",
        "Cấp thẻ cho mọi đảng viên trong danh sách chưa có thẻ",
    ),
    (
        "Each card is read back over a fresh connection and verified before it counts. Run again after any interruption: nothing is issued twice. Ctrl-C finishes the card in hand. A card taken out of a PC/SC reader in the middle is waited for and continued.",
        "Mỗi thẻ được đọc lại qua kết nối mới và kiểm tra xong mới tính. Bị ngắt thì cứ chạy lại: không thẻ nào được cấp hai lần. Ctrl-C làm xong thẻ đang dở rồi dừng. Thẻ bị rút khỏi đầu đọc PC/SC giữa chừng được chờ đưa lại để làm tiếp.",
    ),
    (
        "The members file: CSV with a header, or JSON lines",
        "Tệp danh sách: CSV có dòng tiêu đề, hoặc mỗi dòng một JSON",
    ),
    (
        "Where the blanks come from: emulator:NAME and emulator:*, several of them worked through in order; or one PC/SC reader into which you put them one after the other: pcsc, pcsc:NUMBER, pcsc:NAME-OR-PART",
        "Nơi lấy thẻ trắng: emulator:TÊN và emulator:*, nhiều nơi thì làm lần lượt; hoặc một đầu đọc PC/SC để tự đưa từng thẻ vào: pcsc, pcsc:SỐ, pcsc:TÊN-HOẶC-MỘT-PHẦN",
    ),
    (
        "End when no card was put into the PC/SC reader for so long; wait until stopped if not given",
        "Kết thúc khi chừng này giây không có thẻ nào vào đầu đọc PC/SC; nếu không ghi thì chờ đến khi dừng",
    ),
    (
        "Write refused rows into this new CSV file, ready to be mended",
        "Ghi các dòng bị từ chối vào tệp CSV mới này để sửa",
    ),
    (
        "The command that prints the PIN letter of each card, a PDF on its standard input, such as \"lp -d pin-printer\"; no shell runs it, and no letter is stored; needed where chip.pin is set",
        "Lệnh in thư PIN của từng thẻ, nhận tệp PDF ở đầu vào chuẩn, ví dụ \"lp -d pin-printer\"; không qua shell, thư không được lưu lại; cần khi đặt chip.pin",
    ),
    ("Stop after this many cards", "Dừng sau chừng này thẻ"),
    ("Use short APDUs only", "Chỉ dùng APDU ngắn"),
    (
        "One JSON object a line for everything that happens (see `chipwright schema issue`)",
        "Mỗi việc xảy ra là một dòng JSON (xem `chipwright schema issue`)",
    ),
    // list, plan, read, readers, revoke
    ("List the cards of the registry", "Liệt kê thẻ trong sổ đăng ký"),
    (
        "Show what would be sent to a card; touches no card, no key and no record",
        "Xem sẽ gửi gì đến thẻ; không đụng đến thẻ, khóa hay sổ",
    ),
    (
        "Bytes that the chip decides, random bytes and personal data are marked and not shown. The length of EF.SOD, which is not signed here, is an estimate.",
        "Byte do chip quyết định, byte ngẫu nhiên và dữ liệu cá nhân chỉ được đánh dấu, không hiện ra. Độ dài của EF.SOD, chưa ký ở đây, là ước tính.",
    ),
    ("The members file: CSV or JSON lines", "Tệp danh sách: CSV hoặc mỗi dòng một JSON"),
    ("The member; the first good row if not given", "Đảng viên; nếu không ghi thì lấy dòng hợp lệ đầu tiên"),
    ("For a chip with short APDUs only", "Cho chip chỉ dùng APDU ngắn"),
    ("Read a card and show what it says: personal data", "Đọc thẻ và hiện nội dung: dữ liệu cá nhân"),
    (
        "The verdict comes first, and the exit code is that of `verify`.",
        "Kết luận hiện trước, và mã thoát giống của `verify`.",
    ),
    ("Write every file and the portrait into this folder", "Ghi mọi tệp và ảnh vào thư mục này"),
    ("List the PC/SC readers and what is in them", "Liệt kê đầu đọc PC/SC và thẻ trong đó"),
    (
        "The number, the name or a part of the name stands after `--reader pcsc:`.",
        "Số, tên hoặc một phần tên được ghi sau `--reader pcsc:`.",
    ),
    (
        "Revoke a card for ever; its member may then be issued another",
        "Thu hồi hẳn một thẻ; sau đó đảng viên có thể được cấp thẻ khác",
    ),
    ("The card's number", "Số thẻ"),
    (
        "Why: a short class such as lost, damaged, superseded",
        "Lý do: một từ ngắn như lost, damaged, superseded",
    ),
    // schema, status, verify
    ("Print the JSON schema of a command's output", "In lược đồ JSON của kết quả một lệnh"),
    ("Of which command", "Của lệnh nào"),
    (
        "Show progress: cards by status, the balance of blanks, what is in flight",
        "Xem tiến độ: số thẻ theo trạng thái, đối chiếu thẻ trắng, thẻ đang dở",
    ),
    (
        "Read a card as a stranger would and say whether it is genuine and valid",
        "Đọc thẻ như người lạ đọc và cho biết thẻ có thật và còn hiệu lực không",
    ),
    (
        "The exit code is the verdict: 0 genuine and valid, 10 to 20 otherwise.",
        "Mã thoát là kết luận: 0 là thật và còn hiệu lực, 10 đến 20 là trường hợp khác.",
    ),
    (
        "The report as one JSON object (see `chipwright schema verify`)",
        "Báo cáo thành một đối tượng JSON (xem `chipwright schema verify`)",
    ),
    (
        "Trust this home, or this folder of root certificates and revocation lists; the home if not given",
        "Tin thư mục phát hành này, hoặc thư mục có chứng thư gốc và danh sách thu hồi này; nếu không ghi thì là thư mục phát hành đang dùng",
    ),
    (
        "Judge for this time: 2030-01-31T12:00:00Z, or 2030-01-31 for noon UTC; now if not given",
        "Xét cho thời điểm này: 2030-01-31T12:00:00Z, hoặc 2030-01-31 là trưa giờ UTC; nếu không ghi thì là bây giờ",
    ),
    (
        "Which roots count; the home's configuration says so if not given",
        "Tính gốc nào; nếu không ghi thì theo cấu hình của thư mục phát hành",
    ),
    (
        "AID of the identity application, hexadecimal; the home's if not given",
        "AID của ứng dụng định danh, số thập lục phân; nếu không ghi thì theo thư mục phát hành",
    ),
    ("Real roots only", "Chỉ gốc thật"),
    ("Test roots too", "Cả gốc thử nghiệm"),
    (
        "Look at a chip; suspend, block, end or update an issued card",
        "Xem chip; tạm khóa, khóa, chấm dứt hoặc cập nhật thẻ đã cấp",
    ),
    (
        "Suspend an issued card: nothing can be read from it until it is resumed",
        "Tạm khóa thẻ đã cấp: không đọc được gì cho đến khi mở lại",
    ),
    ("Resume a suspended card", "Mở lại thẻ đang bị tạm khóa"),
    (
        "Block an issued card: no application can be selected until it is unblocked",
        "Khóa thẻ đã cấp: không chọn được ứng dụng nào cho đến khi mở khóa",
    ),
    ("Unblock a blocked card: it is as it was before", "Mở khóa thẻ đã khóa: thẻ trở lại như trước"),
    ("End an issued card for ever, and revoke it", "Chấm dứt vĩnh viễn thẻ đã cấp và thu hồi thẻ"),
    (
        "Give an issued card another name, another unit or another PIN; it is readable throughout, then read back and verified",
        "Đổi họ tên, đơn vị hoặc PIN trên thẻ đã cấp; thẻ luôn đọc được, sau đó được đọc lại và kiểm tra",
    ),
    ("Show what was done to an issued card", "Xem những gì đã làm với thẻ đã cấp"),
    ("The card's number, as printed on it", "Số thẻ in trên thẻ"),
    (
        "Say that you mean it: a terminated card can never be used again",
        "Xác nhận: thẻ đã chấm dứt không bao giờ dùng lại được",
    ),
    ("The member's new name, in national characters", "Họ tên mới của đảng viên, đủ dấu"),
    ("Code of the member's new unit", "Mã đơn vị mới của đảng viên"),
    ("Name of the member's new unit", "Tên đơn vị mới của đảng viên"),
    ("Set a new PIN and PUK, and print their letter", "Đặt PIN và PUK mới, in thư PIN"),
    (
        "The command that prints the PIN letter, a PDF on its standard input, such as \"lp -d pin-printer\"; no shell runs it, and no letter is stored",
        "Lệnh in thư PIN, nhận tệp PDF ở đầu vào chuẩn, ví dụ \"lp -d pin-printer\"; không qua shell, thư không được lưu lại",
    ),
    ("A card whose chip proves nothing is refused", "Từ chối thẻ mà chip không chứng minh được gì"),
    ("For cards issued before chips proved themselves", "Cho thẻ cấp trước khi chip biết tự chứng minh"),
];

const EXIT_CODES: &str = "\
Mã thoát:
   0  xong; verify: thẻ thật và còn hiệu lực
   1  lỗi của chương trình này hoặc của máy này
   2  dòng lệnh sai
   3  xong, nhưng có dòng bị từ chối hoặc có thẻ bị lỗi; issue: bị dừng bằng Ctrl-C hoặc SIGTERM
   4  lỗi đầu đọc hoặc thẻ
   5  lỗi thư mục phát hành, khóa hoặc cấu hình
  10  verify: đã hết hạn               16  verify: không rõ nơi cấp
  11  verify: chưa có hiệu lực         17  verify: chip chưa được chứng minh là thật
  12  verify: đã bị thu hồi            18  verify: dữ liệu tin cậy đã cũ
  13  verify: đang bị tạm ngừng        19  verify: đồng hồ không đáng tin
  14  verify: chữ ký sai               20  verify: không đọc được
  15  verify: dữ liệu đã bị sửa đổi
 130  bị dừng bằng Ctrl-C (SIGINT)     143  bị dừng bằng SIGTERM

Dữ liệu ra stdout, mọi lời báo ra stderr. Với --json, stdout chỉ có một đối tượng JSON,
hoặc mỗi dòng một đối tượng nếu là dòng sự kiện, mỗi đối tượng có trường `schema`.";
