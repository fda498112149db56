//! Member records, data groups, portraits, terms.

use super::Row;

pub(super) const ROWS: &[Row] = &[
    (
        "a card number has nine characters, digits and capital letters",
        "số thẻ có chín ký tự gồm chữ số và chữ hoa",
    ),
    ("a card access number has six digits", "số CAN có sáu chữ số"),
    ("the date of issue lies before the member's admission", "ngày cấp sớm hơn ngày đảng viên vào Đảng"),
    (
        "{file} has {size} bytes, and the chip has room for {most}",
        "{file} có {size} byte, chip chỉ chứa được {most}",
    ),
    (
        "the card would have {held} objects, and the chip has room for 20: a second signature does not fit beside PIN, records and every file",
        "thẻ sẽ có {held} đối tượng mà chip chỉ chứa được 20: chữ ký thứ hai không còn chỗ bên cạnh PIN, hồ sơ và đủ mọi tệp",
    ),
    (
        "the files other than DG2 have {size} bytes together, and the chip has room for {most}",
        "các tệp ngoài DG2 có tổng cộng {size} byte, chip chỉ chứa được {most}",
    ),
    ("the date of expiry is not after the date of issue", "ngày hết hạn không muộn hơn ngày cấp"),
    (
        "the dates of issue and expiry must lie in the years 2000 to 2099",
        "ngày cấp và ngày hết hạn phải nằm trong các năm 2000 đến 2099",
    ),
    (
        "no PACE parameters are given, so nobody could read the card",
        "không có tham số PACE nên không ai đọc được thẻ",
    ),
    ("the label of the application must have 1 to 64 bytes", "nhãn của ứng dụng phải có 1 đến 64 byte"),
    (
        "a document code is A, C or I and a letter or filler, but not AI, AC or one that ends in V",
        "mã giấy tờ gồm A, C hoặc I và một chữ cái hay dấu <, trừ AI, AC và mã kết thúc bằng V",
    ),
    // member records
    ("{field}: {kind}", "{field!}: {kind!}"),
    ("citizen number", "số định danh cá nhân"),
    ("name", "họ tên"),
    ("date of birth", "ngày sinh"),
    ("sex", "giới tính"),
    ("unit code", "mã đơn vị"),
    ("unit name", "tên đơn vị"),
    ("admission date", "ngày vào Đảng"),
    ("official date", "ngày chính thức"),
    ("place of birth", "nơi sinh"),
    ("nationality", "quốc tịch"),
    ("nothing stands here", "ô này để trống"),
    ("{found} digits stand here, and there must be {wanted}", "có {found} chữ số, cần đúng {wanted}"),
    ("{} at position {position} is not a digit", "ký tự {0} ở vị trí {position} không phải chữ số"),
    ("{found} characters stand here, and there is room for {most}", "có {found} ký tự, chỉ ghi được {most}"),
    (
        "the digit {} at position {position} cannot be part of a name",
        "chữ số {0} ở vị trí {position} không thể nằm trong họ tên",
    ),
    (
        "an invisible character ({}) stands at position {position}",
        "có ký tự không nhìn thấy ({0}) ở vị trí {position}",
    ),
    (
        "{} at position {position} cannot be written on a card",
        "ký tự {0} ở vị trí {position} không ghi được lên thẻ",
    ),
    ("the word at position {position} has no letter", "từ ở vị trí {position} không có chữ cái nào"),
    ("this is not a date in the form the field needs", "không đúng dạng ngày cần ghi"),
    ("the calendar has no such day", "lịch không có ngày này"),
    ("the year {year} lies outside 1900 to 2099", "năm {year} nằm ngoài khoảng 1900 đến 2099"),
    ("this is not a known value", "không phải giá trị đã quy định"),
    ("this is not a country code of one to three letters", "không phải mã quốc gia gồm một đến ba chữ cái"),
    ("it lies before the date of birth", "sớm hơn ngày sinh"),
    ("it lies less than 18 years before the admission date", "chưa đủ 18 tuổi vào ngày vào Đảng"),
    ("it lies before the admission date", "sớm hơn ngày vào Đảng"),
    ("Fill in the {}.", "Điền {0}."),
    (
        "Write all {wanted} digits, leading zeros included; spreadsheets drop them unless the column is text.",
        "Ghi đủ {wanted} chữ số, kể cả số 0 ở đầu; bảng tính làm mất số 0 nếu cột không ở dạng văn bản.",
    ),
    ("Write digits only, without spaces or separators.", "Chỉ ghi chữ số, không có dấu cách hay dấu ngăn."),
    (
        "Check that only the {} stands in this field, and shorten it to {most} characters.",
        "Kiểm tra xem ô chỉ ghi {0}, và rút còn {most} ký tự.",
    ),
    (
        "Remove the digit; if it stands for a letter (0 for O, 1 for I), write the letter.",
        "Xóa chữ số; nếu là chữ gõ nhầm (0 thay cho O, 1 thay cho I) thì sửa lại thành chữ.",
    ),
    (
        "Delete the character; it often comes with text copied from elsewhere.",
        "Xóa ký tự này; nó thường đi theo khi chép từ nơi khác.",
    ),
    (
        "Write the name in Latin letters, with apostrophes, hyphens and spaces only; if the letter is right, ask for it to be added to the transliteration table.",
        "Ghi họ tên bằng chữ Latinh, chỉ thêm dấu nháy, gạch nối và dấu cách; nếu chữ đó đúng, đề nghị bổ sung vào bảng chuyển tự.",
    ),
    ("Remove the character or write it in another way.", "Bỏ ký tự này hoặc viết cách khác."),
    (
        "Join the hyphen or apostrophe to its word, or delete it.",
        "Nối dấu gạch nối hoặc dấu nháy vào từ của nó, hoặc xóa đi.",
    ),
    (
        "Write it as YYYY-MM-DD, or as YYYY-MM or YYYY when the day or the month is not known.",
        "Ghi dạng năm-tháng-ngày; không rõ ngày thì ghi năm-tháng, không rõ cả tháng thì chỉ ghi năm.",
    ),
    ("Write it as YYYY-MM-DD.", "Ghi dạng năm-tháng-ngày."),
    (
        "Check day and month against the application; they may be exchanged.",
        "Đối chiếu với hồ sơ; có thể ngày và tháng bị đổi chỗ.",
    ),
    ("Check the year against the application.", "Đối chiếu năm với hồ sơ."),
    ("Write M, F or X.", "Ghi M, F hoặc X."),
    (
        "Write the code of ICAO Doc 9303-3, section 5, such as VNM.",
        "Ghi mã theo ICAO Doc 9303-3, phần 5, ví dụ VNM.",
    ),
    ("Check both dates against the application.", "Đối chiếu cả hai ngày với hồ sơ."),
    (
        "Check both dates against the file; they may have been exchanged.",
        "Đối chiếu với hồ sơ; có thể hai ngày bị đổi chỗ.",
    ),
    // machine readable zone
    ("{kind} (line {}, position {})", "{kind!} (dòng {0}, vị trí {1})"),
    (
        "the zone has {0} characters, and a TD1 zone has 90",
        "vùng máy đọc (MRZ) có {0} ký tự, trong khi MRZ loại TD1 có 90",
    ),
    ("a character that cannot stand here", "ký tự không được có ở đây"),
    ("a date that does not exist", "ngày không có thật"),
    ("check digit {found} where {computed} must stand", "số kiểm tra là {found}, phải là {computed}"),
    ("the name is empty", "họ tên để trống"),
    // portraits
    ("the file is empty", "tệp ảnh trống"),
    ("the file has {0} bytes, and at most {most} are read", "tệp ảnh có {0} byte, chỉ đọc tối đa {most}"),
    ("the file is not a JPEG, PNG or WebP picture", "tệp không phải ảnh JPEG, PNG hay WebP"),
    ("the picture file is damaged or incomplete", "tệp ảnh bị hỏng hoặc thiếu"),
    (
        "the picture is a JPEG with {components} colour components, and 1 (grey) or 3 (colour) can be read",
        "ảnh JPEG có {components} kênh màu, chỉ đọc được 1 (xám) hoặc 3 (màu)",
    ),
    ("the picture is a JPEG of a kind that cannot be read", "ảnh JPEG thuộc loại không đọc được"),
    (
        "the picture has {width}×{height} pixels, and at most {} million are read",
        "ảnh {width}×{height} điểm ảnh, chỉ đọc tối đa {0} triệu",
    ),
    (
        "the picture has {width}×{height} pixels, and at least {}×{} are needed",
        "ảnh {width}×{height} điểm ảnh, cần ít nhất {0}×{1}",
    ),
    (
        "the picture of {width}×{height} pixels would fill less than half of a 3:4 portrait",
        "ảnh {width}×{height} điểm ảnh không lấp được nửa khung 3:4",
    ),
    (
        "the picture takes {smallest} bytes at the least, and {budget} are allowed",
        "ảnh nén nhỏ nhất vẫn còn {smallest} byte, chỉ được {budget} byte",
    ),
    (
        "the picture is not a baseline colour JPEG in the shape 3:4",
        "ảnh không phải JPEG màu thông thường khổ 3:4",
    ),
    (
        "Copy the file again from where it came, or take the photograph again.",
        "Chép lại tệp từ nơi gốc, hoặc chụp lại ảnh.",
    ),
    (
        "Save the photograph smaller, for example 1200×1600 pixels as JPEG.",
        "Lưu ảnh nhỏ lại, ví dụ 1200×1600 điểm ảnh, dạng JPEG.",
    ),
    (
        "Save the photograph as JPEG or PNG; renaming the file does not change what is in it.",
        "Lưu ảnh ở dạng JPEG hoặc PNG; đổi đuôi tệp không làm đổi nội dung.",
    ),
    (
        "Open the photograph in any picture program and save it as an ordinary (sRGB) JPEG.",
        "Mở ảnh bằng chương trình xem ảnh và lưu lại thành JPEG thông thường (sRGB).",
    ),
    (
        "Take or scan the photograph again with more pixels, best 480×640 or more.",
        "Chụp hoặc quét lại ảnh với nhiều điểm ảnh hơn, tốt nhất từ 480×640.",
    ),
    (
        "Cut the photograph to head and shoulders in the shape 3:4, with the whole head in it.",
        "Cắt ảnh theo khổ 3:4, lấy trọn đầu và vai.",
    ),
    (
        "Take the photograph before a plain background, or raise the portrait budget.",
        "Chụp lại trước phông nền trơn, hoặc tăng dung lượng dành cho ảnh.",
    ),
    ("Fit the original photograph again.", "Xử lý lại từ ảnh gốc."),
    // files of a card
    ("{file}: {fault} at byte {offset}", "{file}: {fault!} (tại byte {offset})"),
    ("the text of {0} is not UTF-8", "chữ trong {0} không phải UTF-8"),
    ("the value of {0} is not a date", "giá trị của {0} không phải ngày tháng"),
    ("the tag list names {0}, which is missing", "danh sách tag nêu {0} nhưng thiếu dữ liệu đó"),
    ("version {0} is not known", "không biết phiên bản {0}"),
    ("hash algorithm {0} is not allowed", "không được dùng thuật toán băm {0}"),
    ("{0} hashes where 2 to 16 must stand", "có {0} giá trị băm, phải có 2 đến 16"),
    ("the hash of data group {0} is not valid", "giá trị băm của nhóm dữ liệu {0} không hợp lệ"),
    ("the member number is not valid", "số thẻ đảng không hợp lệ"),
    ("the unit is not valid", "đơn vị không hợp lệ"),
    ("the commitment has {0} bytes", "giá trị cam kết có {0} byte"),
    ("{0} faces where 1 must stand", "có {0} khuôn mặt, phải có đúng 1"),
    (
        "the picture has {width}×{height} pixels, which is no portrait",
        "ảnh {width}×{height} điểm ảnh, không thể là ảnh chân dung",
    ),
    (
        "the biometric data is not in the format of ISO/IEC 19794-5",
        "dữ liệu sinh trắc không đúng dạng ISO/IEC 19794-5",
    ),
    ("the facial record has a wrong length", "dữ liệu khuôn mặt sai độ dài"),
    ("the set of SecurityInfo is empty", "tập SecurityInfo trống"),
    ("a SecurityInfo has no required data", "một SecurityInfo thiếu dữ liệu bắt buộc"),
    ("tag {0} belongs to no data group", "tag {0} không thuộc nhóm dữ liệu nào"),
    ("the application identifier is not valid", "mã ứng dụng (AID) không hợp lệ"),
    ("the chip has made no key for {0}", "chip chưa tạo khóa {0}"),
    (
        "the chip holds a key for {0}, which these cards do not offer",
        "chip giữ khóa {0} mà loại thẻ này không dùng",
    ),
    ("EF.CardSecurity is not signed", "EF.CardSecurity chưa được ký"),
    ("these cards have no EF.CardSecurity", "loại thẻ này không có EF.CardSecurity"),
    (
        "the trust point of the records application is not a CV certificate of at most 512 bytes",
        "điểm tin cậy của ứng dụng hồ sơ không phải chứng thư CV tối đa 512 byte",
    ),
    (
        "PACE-CAM is offered on P-256 only, and other curves are among the PACE parameters",
        "PACE-CAM chỉ dùng đường cong P-256, trong khi tham số PACE có đường cong khác",
    ),
    ("a PIN has six digits", "mã PIN có sáu chữ số"),
    ("a PUK has ten digits", "mã PUK có mười chữ số"),
    ("{0} of the card is missing", "thẻ thiếu {0}"),
];
