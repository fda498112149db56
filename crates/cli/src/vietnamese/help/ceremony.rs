//! Help and messages: ceremonies and custodians.

use super::Row;

pub(in crate::vietnamese) const ROWS: &[Row] = &[
    // what the key store says
    (
        "a ceremony is named by eight hexadecimal digits, as its forms show them",
        "mã phiên nghi thức gồm tám chữ số thập lục phân, như ghi trên phiếu",
    ),
    ("a secret has 2 to 5 components, not {0}", "bí mật được chia thành 2 đến 5 thành phần, không phải {0}"),
    (
        "a secret has 2 to 9 shares, of which at least 2 and at most all are needed, not {threshold} of {total}",
        "bí mật được chia thành 2 đến 9 phần, cần ít nhất 2 và nhiều nhất là tất cả, không phải {threshold} trong {total}",
    ),
    (
        "a secret of a ceremony has 16 to 64 bytes, not {0}",
        "bí mật của nghi thức có 16 đến 64 byte, không phải {0}",
    ),
    ("a master key has 16, 24 or 32 bytes, not {0}", "khóa chủ có 16, 24 hoặc 32 byte, không phải {0}"),
    (
        "this secret cannot be divided or used in this way",
        "không chia hoặc dùng bí mật này theo cách đó được",
    ),
    (
        "Use a secret of 16 to 64 bytes; a master key has 16, 24 or 32.",
        "Dùng bí mật 16 đến 64 byte; khóa chủ có 16, 24 hoặc 32 byte.",
    ),
    ("a check value has six hexadecimal digits", "giá trị kiểm tra gồm sáu chữ số thập lục phân"),
    ("the first line is not that of a ceremony's form", "dòng đầu không phải dòng đầu của phiếu nghi thức"),
    (
        "the value typed has another check value than the form shows: {found}, not {shown}",
        "giá trị đã nhập có giá trị kiểm tra {found}, khác với {shown} ghi trên phiếu",
    ),
    ("line {line} has {found} digits, not 20", "dòng {line} có {found} chữ số, cần 20"),
    (
        "line {line} has a {character:?}, which is no digit from 0 to 9 or A to F",
        "dòng {line} có ký tự {character:?}, không phải chữ số 0 đến 9 hay chữ A đến F",
    ),
    (
        "this is line {found} of the form, not line {line}",
        "đây là dòng {found} của phiếu, không phải dòng {line}",
    ),
    (
        "a digit of line {line} is wrong, or the line is from another form: its checksum does not fit",
        "dòng {line} có chữ số sai, hoặc là dòng của phiếu khác: số kiểm tra không khớp",
    ),
    (
        "the form is of ceremony {found}, not of ceremony {expected}",
        "phiếu thuộc phiên {found}, không thuộc phiên {expected}",
    ),
    (
        "form {number} says something else of ceremony {ceremony} than the record of it",
        "phiếu {number} ghi về phiên {ceremony} khác với ghi chép của phiên",
    ),
    ("form {number} was entered already", "phiếu {number} đã nhập rồi"),
    (
        "form {number} is not the one that was handed out: its check value is {found}, not {expected}",
        "phiếu {number} không phải phiếu đã phát: giá trị kiểm tra là {found}, không phải {expected}",
    ),
    ("{entered} of {needed} forms have been entered", "mới nhập {entered} trong {needed} phiếu"),
    (
        "the combined check value is {found}, and not {expected} as it was when the ceremony was held",
        "giá trị kiểm tra của khóa ghép được là {found}, không phải {expected} như khi làm nghi thức",
    ),
    ("a sealed share", "phần bí mật đã niêm phong"),
    // forms
    (
        "{what} has {characters} characters, more than there is room for on the form",
        "{what!} có {characters} ký tự, phiếu không đủ chỗ",
    ),
    (
        "the font of the form has no {character:?}, which is in {what}",
        "phông chữ của phiếu không có {character:?}, ký tự này nằm trong {what!}",
    ),
    ("the form has {0} lines, more than there is room for", "phiếu có {0} dòng, không đủ chỗ"),
    ("the ceremony", "mã phiên"),
    ("the purpose", "mục đích"),
    ("the part", "số phần"),
    ("the custodian", "tên người giữ khóa"),
    // names
    (
        "a custodian's name has 1 to 24 letters a to z, digits or hyphens",
        "tên ngắn của người giữ khóa gồm 1 đến 24 chữ cái a đến z, chữ số hoặc dấu gạch nối",
    ),
    // help
    (
        "Keys in the hands of several people: custodians, components and shares, transcripts",
        "Khóa do nhiều người cùng nắm: người giữ khóa, thành phần và phần chia, biên bản",
    ),
    (
        "No custodian alone can open the root's key or change a card master: what each one holds says nothing of the key.",
        "Không người giữ khóa nào một mình mở được khóa gốc hay thay khóa chủ của thẻ: phần mỗi người giữ không cho biết gì về khóa.",
    ),
    ("The custodians of the root's key", "Những người giữ khóa gốc"),
    ("Card masters from components or shares", "Khóa chủ của thẻ từ thành phần hoặc phần chia"),
    ("The forms that custodians keep", "Phiếu do người giữ khóa cất giữ"),
    (
        "Sign the transcript of what was done; two different custodians must",
        "Ký biên bản những việc đã làm; cần hai người giữ khóa khác nhau",
    ),
    (
        "Check a transcript and the signatures of two custodians beside it",
        "Kiểm tra biên bản và chữ ký kèm theo của hai người giữ khóa",
    ),
    (
        "Add one: keys, a certificate, and a share; as many custodians as are needed must be present",
        "Thêm một người: khóa, chứng thư và phần chia; phải có mặt đủ số người giữ khóa",
    ),
    (
        "A short name: 1 to 24 letters a to z, digits or hyphens",
        "Tên ngắn: 1 đến 24 chữ cái a đến z, chữ số hoặc dấu gạch nối",
    ),
    ("The name as it stands on forms", "Tên như ghi trên phiếu"),
    (
        "Read the new custodian's passphrase from this file descriptor",
        "Đọc mật khẩu của người giữ khóa mới từ file descriptor này",
    ),
    ("Show them, and how many must be present", "Liệt kê và cho biết cần có mặt bao nhiêu người"),
    (
        "Take one out and deal the shares anew; as many of the others as are needed must be present",
        "Xóa một người và chia lại các phần; phải có mặt đủ số người trong những người còn lại",
    ),
    ("The custodian's name", "Tên người giữ khóa"),
    (
        "A custodian who is present, again for each; with =N what he or she types is read from that file descriptor",
        "Người giữ khóa có mặt, lặp lại cho mỗi người; có =N thì đọc phần người đó nhập từ file descriptor N",
    ),
    (
        "A custodian who is present, again for each; with =N the passphrase is read from that file descriptor",
        "Người giữ khóa có mặt, lặp lại cho mỗi người; có =N thì đọc mật khẩu từ file descriptor N",
    ),
    (
        "A custodian who is present and types a form, again for each; with =N what he or she types is read from that file descriptor",
        "Người giữ khóa có mặt và nhập phiếu, lặp lại cho mỗi người; có =N thì đọc phần người đó nhập từ file descriptor N",
    ),
    (
        "A custodian who is present and is given a form, again for each, in their order; with =N what he or she types is read from that file descriptor",
        "Người giữ khóa có mặt và nhận phiếu, lặp lại theo thứ tự; có =N thì đọc phần người đó nhập từ file descriptor N",
    ),
    (
        "Make a new master inside, divide it, and print each custodian's form; nothing of it is shown or kept",
        "Tạo khóa chủ mới bên trong, chia ra và in phiếu cho từng người giữ; không hiện và không lưu gì của khóa",
    ),
    (
        "Put a master together from the custodians' forms, and write it to the key store as a new generation",
        "Ghép khóa chủ từ phiếu của những người giữ và ghi vào kho khóa thành thế hệ mới",
    ),
    (
        "Make a new master, print its forms, and take it into use at once; cards already issued stay operable",
        "Tạo khóa chủ mới, in phiếu và đưa vào dùng ngay; thẻ đã cấp vẫn dùng được",
    ),
    (
        "Into so many components, 2 to 5, all of which are needed",
        "Chia thành chừng này thành phần, 2 đến 5, cần đủ tất cả",
    ),
    (
        "Into N shares of which any M are enough, for instance 2/3",
        "Chia thành N phần, chỉ cần M phần bất kỳ, ví dụ 2/3",
    ),
    (
        "Bits of the master; those of config.toml if not given",
        "Số bit của khóa chủ; nếu không ghi thì theo config.toml",
    ),
    (
        "Who is given a form, in their order; again for each",
        "Ai nhận phiếu, theo thứ tự; lặp lại cho mỗi người",
    ),
    (
        "The command that prints a form: it is given the PDF on its standard input, and nothing touches a disk",
        "Lệnh in phiếu: nhận PDF qua đầu vào chuẩn, không có gì ghi xuống đĩa",
    ),
    (
        "Write the forms into this folder instead; in a home of test cards only",
        "Ghi phiếu vào thư mục này thay cho in; chỉ trong thư mục thẻ thử nghiệm",
    ),
    (
        "The ceremony, as its forms name it; the newest of this home if not given",
        "Mã phiên ghi trên phiếu; nếu không ghi thì là phiên mới nhất của thư mục này",
    ),
    (
        "Type a form's lines in and hear whether they are right; nothing is combined or kept",
        "Nhập các dòng của phiếu để biết đúng hay sai; không ghép và không lưu gì",
    ),
    ("Read the lines from this file descriptor", "Đọc các dòng từ file descriptor này"),
    (
        "The transcript; the newest of this home if not given",
        "Tệp biên bản; nếu không ghi thì là biên bản mới nhất của thư mục này",
    ),
    (
        "Who signs; with =N the passphrase is read from that file descriptor",
        "Ai ký; có =N thì đọc mật khẩu từ file descriptor N",
    ),
    (
        "A custodian of the root's key, again for each: nobody learns its passphrase, and they open it together. A home for real cards needs two at least. With =N what he or she types is read from that file descriptor",
        "Người giữ khóa gốc, lặp lại cho mỗi người: không ai biết mật khẩu, họ cùng nhau mở. Thư mục cho thẻ thật cần ít nhất hai người. Có =N thì đọc phần người đó nhập từ file descriptor N",
    ),
    (
        "How many of the custodians must be present whenever the root's key is opened",
        "Cần có mặt bao nhiêu người giữ khóa mỗi khi mở khóa gốc",
    ),
];
