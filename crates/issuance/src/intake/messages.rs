//! Every problem in two languages and two sentences: what is wrong, and what to do.

use super::Problem;
use crate::Language;
use chipwright_profile::{Field, MemberError, MemberErrorKind as M, PortraitError as P};

/// What is wrong.
pub(super) fn cause(problem: &Problem, language: Language) -> String {
    match language {
        Language::En => english(problem),
        Language::Vi => vietnamese(problem),
    }
}

fn english(problem: &Problem) -> String {
    match problem {
        Problem::Member(error) => error.kind.to_string(),
        Problem::Portrait(error) => error.to_string(),
        Problem::PortraitNotNamed => "no photograph is named".into(),
        Problem::PortraitMissing => "the folder of portraits has no such file".into(),
        Problem::PortraitOutside => "the name leads out of the folder of portraits".into(),
        Problem::PortraitUnreadable => "the photograph is there and cannot be read".into(),
        Problem::PortraitFileTooLarge { found, most } => {
            format!("the photograph has {found} bytes, and at most {most} are read")
        }
        Problem::ColumnCount { wanted, found } => {
            format!("the row has {found} values, and the header names {wanted} columns")
        }
        Problem::UnclosedQuote => "a quotation mark is opened and not closed".into(),
        Problem::NotUtf8 { position } => format!("byte {position} of the row is not UTF-8"),
        Problem::RowTooLong { most } => format!("the row is longer than {most} bytes"),
        Problem::NotJson { position } => format!("the line is not JSON from column {position} on"),
        Problem::NotAnObject => "the line is JSON, and not an object".into(),
        Problem::WrongType { found } => format!("a {found} stands here, and a string is needed"),
        Problem::UnknownKey { number, nearest: Some(nearest) } => {
            format!("key {number} of the object is not known; “{nearest}” comes nearest to it")
        }
        Problem::UnknownKey { number, nearest: None } => format!("key {number} of the object is not known"),
        Problem::RepeatedKey { first, second } => {
            format!("keys {first} and {second} of the object name the same column")
        }
        Problem::DuplicateMemberNumber { first } => format!("line {first} has the same member number"),
        Problem::DuplicateCitizenNumber { first } => format!("line {first} has the same citizen number"),
        Problem::NotApproved => {
            "this record with this photograph is not in the batch that was approved".into()
        }
    }
}

fn vietnamese(problem: &Problem) -> String {
    match problem {
        Problem::Member(error) => member_vi(error),
        Problem::Portrait(error) => portrait_vi(error),
        Problem::PortraitNotNamed => "chưa ghi tên tệp ảnh".into(),
        Problem::PortraitMissing => "thư mục ảnh không có tệp này".into(),
        Problem::PortraitOutside => "tên tệp dẫn ra ngoài thư mục ảnh".into(),
        Problem::PortraitUnreadable => "tệp ảnh có nhưng không đọc được".into(),
        Problem::PortraitFileTooLarge { found, most } => {
            format!("tệp ảnh có {found} byte, chỉ đọc được tối đa {most} byte")
        }
        Problem::ColumnCount { wanted, found } => {
            format!("dòng này có {found} giá trị, trong khi tiêu đề có {wanted} cột")
        }
        Problem::UnclosedQuote => "dấu ngoặc kép mở mà không đóng".into(),
        Problem::NotUtf8 { position } => format!("byte thứ {position} của dòng không phải UTF-8"),
        Problem::RowTooLong { most } => format!("dòng dài quá {most} byte"),
        Problem::NotJson { position } => format!("từ cột {position}, dòng này không phải JSON"),
        Problem::NotAnObject => "dòng là JSON nhưng không phải đối tượng".into(),
        Problem::WrongType { found } => {
            let found = match *found {
                "number" => "kiểu số",
                "boolean" => "kiểu đúng/sai",
                "array" => "kiểu mảng",
                _ => "kiểu đối tượng",
            };
            format!("giá trị ở {found}, cần kiểu chuỗi ký tự")
        }
        Problem::UnknownKey { number, nearest: Some(nearest) } => {
            format!("khóa thứ {number} của đối tượng không rõ là gì; gần nhất là “{nearest}”")
        }
        Problem::UnknownKey { number, nearest: None } => {
            format!("khóa thứ {number} của đối tượng không rõ là gì")
        }
        Problem::RepeatedKey { first, second } => {
            format!("khóa thứ {first} và khóa thứ {second} của đối tượng cùng chỉ một cột")
        }
        Problem::DuplicateMemberNumber { first } => format!("trùng số thẻ đảng với dòng {first}"),
        Problem::DuplicateCitizenNumber { first } => format!("trùng số định danh cá nhân với dòng {first}"),
        Problem::NotApproved => "bản ghi này với ảnh này không có trong đợt cấp đã được phê duyệt".into(),
    }
}

fn member_vi(error: &MemberError) -> String {
    match error.kind {
        M::Empty => "ô này để trống".into(),
        M::DigitCount { wanted, found } => format!("có {found} chữ số, cần đúng {wanted}"),
        M::NotADigit { character, position } => {
            format!("ký tự {} ở vị trí {position} không phải chữ số", shown(character))
        }
        M::TooLong { most, found } => format!("có {found} ký tự, chỉ ghi được {most}"),
        M::DigitInName { character, position } => {
            format!("chữ số {} ở vị trí {position} không thể nằm trong họ tên", shown(character))
        }
        M::Control { character, position } => {
            format!("có ký tự không nhìn thấy ({}) ở vị trí {position}", shown(character))
        }
        M::Character { character, position } => {
            format!("ký tự {} ở vị trí {position} không ghi được lên thẻ", shown(character))
        }
        M::NoLetter { position } => format!("từ ở vị trí {position} không có chữ cái nào"),
        M::DateForm => "không đúng dạng ngày cần ghi".into(),
        M::NoSuchDay => "lịch không có ngày này".into(),
        M::Year(year) => format!("năm {year} nằm ngoài khoảng 1900 đến 2099"),
        M::SexCode => "không phải giá trị giới tính đã quy định".into(),
        M::StateCode => "không phải mã quốc gia gồm một đến ba chữ cái".into(),
        M::AdmittedBeforeBirth => "sớm hơn ngày sinh".into(),
        M::UnderAge => "chưa đủ 18 tuổi vào ngày vào Đảng".into(),
        M::OfficialBeforeAdmitted => "sớm hơn ngày vào Đảng".into(),
        _ => error.kind.to_string(),
    }
}

fn portrait_vi(error: &P) -> String {
    match error {
        P::Empty => "tệp ảnh trống".into(),
        P::TooManyBytes(bytes) => format!("tệp ảnh có {bytes} byte, quá lớn"),
        P::NotAnImage => "tệp không phải ảnh JPEG, PNG hay WebP".into(),
        P::Damaged => "tệp ảnh bị hỏng hoặc thiếu".into(),
        P::Components { components } => format!("ảnh JPEG có {components} kênh màu, chỉ đọc được 1 hoặc 3"),
        P::Coding => "ảnh JPEG thuộc loại không đọc được".into(),
        P::TooManyPixels { width, height } => format!("ảnh {width}×{height} điểm ảnh, quá lớn"),
        P::TooSmall { width, height } => format!("ảnh {width}×{height} điểm ảnh, quá nhỏ để nhận mặt"),
        P::Shape { width, height } => {
            format!("ảnh {width}×{height} điểm ảnh quá dài hoặc quá rộng so với khổ 3:4")
        }
        P::DoesNotFit { smallest, budget } => {
            format!("ảnh nén nhỏ nhất vẫn còn {smallest} byte, chỉ được {budget} byte")
        }
        _ => error.to_string(),
    }
}

/// What to do.
pub(super) fn remedy(problem: &Problem, language: Language) -> String {
    let pick = |vi, en| language.pick(vi, en).to_owned();
    match problem {
        Problem::Member(error) => match language {
            Language::En => member_remedy_en(error),
            Language::Vi => member_remedy_vi(error),
        },
        Problem::Portrait(error) => match language {
            Language::En => error.remedy().to_owned(),
            Language::Vi => portrait_remedy_vi(error).to_owned(),
        },
        Problem::PortraitNotNamed => pick(
            "Ghi tên tệp ảnh, ví dụ 520210000001.jpg.",
            "Write the file's name, such as 520210000001.jpg.",
        ),
        Problem::PortraitMissing => pick(
            "Chép ảnh vào thư mục ảnh, hoặc sửa lại tên tệp cho đúng cả phần đuôi.",
            "Copy the photograph into the folder, or correct the name, its ending included.",
        ),
        Problem::PortraitOutside => pick(
            "Chỉ ghi tên tệp nằm trong thư mục ảnh, không ghi đường dẫn.",
            "Write only the name of a file in the folder, not a path.",
        ),
        Problem::PortraitUnreadable => pick(
            "Kiểm tra quyền đọc tệp ảnh, hoặc chép lại ảnh.",
            "Check whether the file may be read, or copy it again.",
        ),
        Problem::PortraitFileTooLarge { .. } => pick(
            "Lưu ảnh nhỏ lại, ví dụ 1200×1600 điểm ảnh, dạng JPEG.",
            "Save the photograph smaller, for example 1200×1600 pixels as JPEG.",
        ),
        Problem::ColumnCount { .. } => pick(
            "Đặt giá trị có dấu phân cách trong ngoặc kép, hoặc bỏ dấu phân cách thừa.",
            "Put a value that contains the separator in quotation marks, or remove the separator.",
        ),
        Problem::UnclosedQuote => pick(
            "Đóng dấu ngoặc kép; dấu ngoặc kép trong giá trị phải viết hai lần.",
            "Close the quotation mark; one that is part of a value is written twice.",
        ),
        Problem::NotUtf8 { .. } => pick(
            "Lưu lại tệp ở dạng “CSV UTF-8” rồi gõ lại dòng này.",
            "Save the file as “CSV UTF-8” and type this row again.",
        ),
        Problem::RowTooLong { .. } => pick(
            "Kiểm tra xem dòng này có bị dán nhầm nội dung khác không.",
            "Check whether something else was pasted into this row.",
        ),
        Problem::NotJson { .. } | Problem::NotAnObject => {
            pick("Ghi mỗi dòng một đối tượng JSON trọn vẹn.", "Write one whole JSON object on each line.")
        }
        Problem::WrongType { .. } => pick(
            "Đặt giá trị trong ngoặc kép; số bắt đầu bằng 0 sẽ mất số 0 nếu không đặt.",
            "Put the value in quotation marks; a number without them loses its leading zeros.",
        ),
        Problem::UnknownKey { .. } => pick(
            "Sửa lại tên khóa cho đúng, hoặc bỏ khóa này đi.",
            "Correct the key's name, or remove the key.",
        ),
        Problem::RepeatedKey { .. } => {
            pick("Chỉ giữ lại khóa có giá trị đúng.", "Keep only the key that has the right value.")
        }
        Problem::DuplicateMemberNumber { .. } => pick(
            "Bỏ dòng thừa, hoặc sửa số thẻ đảng sai.",
            "Remove the row that is too many, or correct the wrong number.",
        ),
        Problem::DuplicateCitizenNumber { .. } => pick(
            "Đối chiếu hai dòng với giấy tờ: một người chỉ có một thẻ, hai người không có cùng số định danh.",
            "Check both rows against the papers: one person has one card, and two persons never have one number.",
        ),
        Problem::NotApproved => pick(
            "Nếu dữ liệu và ảnh đúng, lập đợt cấp mới có dòng này và nhờ cán bộ khác phê duyệt.",
            "If data and photograph are right, prepare a new batch with this row and have it approved.",
        ),
    }
}

fn member_remedy_en(error: &MemberError) -> String {
    match error.kind {
        M::DateForm if error.field == Field::Birth => {
            "Write it as YYYY-MM-DD or DD/MM/YYYY; without the day, or without day and month, when they are not known.".into()
        }
        M::DateForm => "Write the whole date, as YYYY-MM-DD or DD/MM/YYYY.".into(),
        M::UnderAge => "Check the dates of birth and of admission against the file.".into(),
        M::SexCode => "Write M for male (Nam) or F for female (Nữ).".into(),
        _ => error.remedy(),
    }
}

fn member_remedy_vi(error: &MemberError) -> String {
    match error.kind {
        M::Empty => "Điền giá trị còn thiếu.".into(),
        M::DigitCount { wanted, .. } => {
            format!("Ghi đủ {wanted} chữ số, kể cả số 0 ở đầu; bảng tính làm mất số 0 nếu cột không ở dạng văn bản.")
        }
        M::NotADigit { .. } => "Chỉ ghi chữ số, không có dấu cách hay dấu ngăn.".into(),
        M::TooLong { most, .. } => format!("Kiểm tra xem ô có lẫn nội dung khác không, và rút còn {most} ký tự."),
        M::DigitInName { .. } => "Xóa chữ số; nếu là chữ gõ nhầm (0 thay cho O, 1 thay cho I) thì sửa lại thành chữ.".into(),
        M::Control { .. } => "Xóa ký tự này; nó thường đi theo khi chép từ nơi khác.".into(),
        M::Character { .. } if error.field == Field::Name => {
            "Gõ lại họ tên bằng bộ gõ tiếng Việt; nếu chữ đó đúng, đề nghị bổ sung vào bảng chuyển tự.".into()
        }
        M::Character { .. } => "Bỏ ký tự này hoặc viết cách khác.".into(),
        M::NoLetter { .. } => "Nối dấu gạch nối hoặc dấu nháy vào từ của nó, hoặc xóa đi.".into(),
        M::DateForm if error.field == Field::Birth => {
            "Ghi dạng ngày/tháng/năm, ví dụ 05/03/1990; không rõ ngày thì ghi 03/1990, không rõ cả tháng thì ghi 1990.".into()
        }
        M::DateForm => "Ghi đủ ngày/tháng/năm, ví dụ 05/03/1990.".into(),
        M::NoSuchDay => "Đối chiếu với hồ sơ; có thể ngày và tháng bị đổi chỗ.".into(),
        M::Year(_) => "Đối chiếu năm với hồ sơ.".into(),
        M::SexCode => "Ghi M cho nam hoặc F cho nữ.".into(),
        M::StateCode => "Ghi mã quốc gia, ví dụ VNM.".into(),
        M::AdmittedBeforeBirth | M::UnderAge => "Đối chiếu cả hai ngày với hồ sơ.".into(),
        M::OfficialBeforeAdmitted => "Đối chiếu với hồ sơ; có thể hai ngày bị đổi chỗ.".into(),
        _ => "Đối chiếu với hồ sơ.".into(),
    }
}

const fn portrait_remedy_vi(error: &P) -> &'static str {
    match error {
        P::Empty | P::Damaged => "Chép lại tệp từ nơi gốc, hoặc chụp lại ảnh.",
        P::TooManyBytes(_) | P::TooManyPixels { .. } => {
            "Lưu ảnh nhỏ lại, ví dụ 1200×1600 điểm ảnh, dạng JPEG."
        }
        P::NotAnImage => "Lưu ảnh ở dạng JPEG hoặc PNG; đổi đuôi tệp không làm đổi nội dung.",
        P::Components { .. } | P::Coding => {
            "Mở ảnh bằng chương trình xem ảnh và lưu lại thành JPEG thông thường (sRGB)."
        }
        P::TooSmall { .. } => "Chụp hoặc quét lại ảnh với nhiều điểm ảnh hơn, tốt nhất từ 480×640.",
        P::Shape { .. } => "Cắt ảnh theo khổ 3:4, lấy trọn đầu và vai.",
        P::DoesNotFit { .. } => "Chụp lại trước phông nền trơn, hoặc tăng dung lượng dành cho ảnh.",
        _ => "Chọn ảnh khác.",
    }
}

/// A character with its code point; itself only when it can be seen.
fn shown(character: char) -> String {
    let code = u32::from(character);
    if character.is_alphanumeric() || character.is_ascii_graphic() {
        format!("“{character}” (U+{code:04X})")
    } else {
        format!("U+{code:04X}")
    }
}
