//! Readers: what goes wrong, and what is told while a card is waited for.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::text::{Text, text};
use chipwright_reader::pcsc::{Notice, ReaderError};

/// A reader's error: what happened and what to do next.
pub(crate) fn failure(error: &ReaderError) -> Failure {
    let exit = match error {
        ReaderError::NoSuchReader { .. } | ReaderError::AmbiguousReader { .. } | ReaderError::ReaderName => {
            Exit::Usage
        }
        _ => Exit::Card,
    };
    Failure::new(exit, what(error), next(error)).because_of_source(error)
}

/// What happened.
pub(crate) fn what(error: &ReaderError) -> Text {
    let vi = match error {
        ReaderError::ServiceNotRunning => "dịch vụ thẻ thông minh (pcscd) chưa chạy".to_owned(),
        ReaderError::ServiceLost => "dịch vụ thẻ thông minh (pcscd) đã dừng".to_owned(),
        ReaderError::ServiceHangs => "dịch vụ thẻ thông minh (pcscd) không trả lời".to_owned(),
        ReaderError::NotAllowed => {
            "người dùng này không được phép dùng dịch vụ thẻ thông minh (pcscd)".to_owned()
        }
        ReaderError::NoReaders => "chưa có đầu đọc thẻ nào được cắm".to_owned(),
        ReaderError::NoSuchReader { wanted, there } => {
            format!("không có đầu đọc “{wanted}”; hiện có: {}", there.join(", "))
        }
        ReaderError::AmbiguousReader { wanted, fitting } if wanted.is_empty() => {
            format!("có nhiều đầu đọc: {}", fitting.join(", "))
        }
        ReaderError::AmbiguousReader { wanted, fitting } => {
            format!("có nhiều đầu đọc khớp với “{wanted}”: {}", fitting.join(", "))
        }
        ReaderError::ReaderName => "tên đầu đọc không hợp lệ".to_owned(),
        ReaderError::ReaderGone { name } => format!("đầu đọc {name} không còn kết nối"),
        ReaderError::ReaderHangs { name } => format!("đầu đọc {name} không trả lời"),
        ReaderError::NoCard { reader } => format!("không có thẻ trong đầu đọc {reader}"),
        ReaderError::NoAnswerToReset { reader } => {
            format!(
                "thẻ trong đầu đọc {reader} không có phản hồi: thẻ bị úp ngược, đưa sai chiều hoặc đã hỏng"
            )
        }
        ReaderError::InUse { reader } => format!("chương trình khác đang dùng thẻ trong đầu đọc {reader}"),
        ReaderError::UnsupportedProtocol { reader } => {
            format!("đầu đọc {reader} và thẻ không có giao thức truyền chung")
        }
        ReaderError::NoThread(_) => "hệ thống không tạo thêm được luồng xử lý".to_owned(),
        ReaderError::Pcsc { reader: Some(reader), source } => {
            format!("dịch vụ thẻ thông minh báo lỗi ở đầu đọc {reader}: {source}")
        }
        ReaderError::Pcsc { reader: None, source } => format!("dịch vụ thẻ thông minh báo lỗi: {source}"),
        other => other.to_string(),
    };
    let en = match error {
        ReaderError::AmbiguousReader { wanted, fitting } if wanted.is_empty() => {
            format!("there are several readers: {}", fitting.join(", "))
        }
        other => other.to_string(),
    };
    Text { en, vi }
}

/// What to do next.
pub(crate) fn next(error: &ReaderError) -> Text {
    match error {
        ReaderError::ServiceNotRunning | ReaderError::ServiceLost => text!(
            "Start it with `systemctl start pcscd.socket`, or install the package pcscd; `chipwright doctor` looks closer.",
            "Khởi động bằng `systemctl start pcscd.socket`, hoặc cài gói pcscd; `chipwright doctor` kiểm tra kỹ hơn."
        ),
        ReaderError::ServiceHangs => text!(
            "Restart it with `systemctl restart pcscd`; if it hangs again, unplug the reader first.",
            "Khởi động lại bằng `systemctl restart pcscd`; nếu vẫn treo, hãy rút đầu đọc ra trước."
        ),
        ReaderError::NotAllowed => text!(
            "Ask the administrator to allow this user the smart card service; `chipwright doctor` says what is missing.",
            "Nhờ quản trị viên cấp quyền dùng dịch vụ thẻ cho người dùng này; `chipwright doctor` cho biết còn thiếu gì."
        ),
        ReaderError::NoReaders => text!(
            "Plug a reader in and look with `chipwright readers`.",
            "Cắm đầu đọc vào rồi xem bằng `chipwright readers`."
        ),
        ReaderError::NoSuchReader { .. } | ReaderError::AmbiguousReader { .. } | ReaderError::ReaderName => {
            text!(
                "Name one: --reader pcsc:NUMBER or --reader pcsc:PART-OF-ITS-NAME; `chipwright readers` lists them.",
                "Chỉ rõ một đầu đọc: --reader pcsc:SỐ hoặc --reader pcsc:MỘT-PHẦN-TÊN; `chipwright readers` liệt kê chúng."
            )
        }
        ReaderError::ReaderGone { .. } => text!(
            "Plug the reader in again; try another cable or port if it goes away again.",
            "Cắm lại đầu đọc; nếu lại mất kết nối, thử cáp hoặc cổng khác."
        ),
        ReaderError::ReaderHangs { .. } => text!(
            "Take the card out, unplug the reader and plug it in again.",
            "Lấy thẻ ra, rút đầu đọc rồi cắm lại."
        ),
        ReaderError::NoCard { .. } => {
            text!("Insert the card and repeat.", "Đưa thẻ vào rồi thử lại.")
        }
        ReaderError::NoAnswerToReset { .. } => text!(
            "Take the card out and insert it the right way round; if that does not help, take another card.",
            "Lấy thẻ ra và đưa vào đúng chiều; nếu vẫn không được, dùng thẻ khác."
        ),
        ReaderError::InUse { .. } => text!(
            "Close the other program, or wait until it is done, then repeat.",
            "Đóng chương trình kia hoặc chờ nó xong rồi thử lại."
        ),
        ReaderError::UnsupportedProtocol { .. } => {
            text!("Use another card or another reader.", "Dùng thẻ khác hoặc đầu đọc khác.")
        }
        ReaderError::NoThread(_) => text!(
            "Close other programs or restart the machine.",
            "Đóng bớt chương trình hoặc khởi động lại máy."
        ),
        _ => text!(
            "Take the card out, unplug the reader, plug it in again and repeat.",
            "Lấy thẻ ra, rút đầu đọc, cắm lại rồi thử lại."
        ),
    }
}

/// What is told while a card is waited for.
pub(crate) fn notice(notice: &Notice) -> Text {
    let vi = match notice {
        Notice::ServiceLost => "dịch vụ thẻ thông minh (pcscd) chưa chạy; đang chờ".to_owned(),
        Notice::ServiceHangs => "dịch vụ thẻ thông minh (pcscd) không trả lời; đang chờ".to_owned(),
        Notice::ServiceBack => "dịch vụ thẻ thông minh (pcscd) đã hoạt động lại".to_owned(),
        Notice::ReaderGone { name } => format!("đầu đọc {name} không còn kết nối; đang chờ"),
        Notice::ReaderHangs { name } => {
            format!("đầu đọc {name} không trả lời; hãy lấy thẻ ra, hoặc rút đầu đọc")
        }
        Notice::ReaderBack { name } => format!("đầu đọc {name} đã kết nối lại"),
        Notice::NoCard { reader } => format!("hãy đưa thẻ vào đầu đọc {reader}"),
        Notice::NoAnswerToReset { reader } => format!(
            "thẻ trong đầu đọc {reader} không có phản hồi: lấy ra và đưa vào đúng chiều, hoặc dùng thẻ khác"
        ),
        Notice::InUse { reader } => {
            format!("chương trình khác đang dùng thẻ trong đầu đọc {reader}; đang chờ")
        }
        Notice::UnsupportedProtocol { reader } => {
            format!("đầu đọc {reader} không làm việc được với thẻ này; hãy dùng thẻ khác")
        }
        Notice::CardPresent { reader } => format!("có thẻ trong đầu đọc {reader}"),
        other => other.to_string(),
    };
    Text { en: notice.to_string(), vi }
}

/// A short stable name of a notice, for scripts.
pub(crate) const fn notice_name(notice: &Notice) -> &'static str {
    match notice {
        Notice::ServiceLost => "service_lost",
        Notice::ServiceHangs => "service_hangs",
        Notice::ServiceBack => "service_back",
        Notice::ReaderGone { .. } => "reader_gone",
        Notice::ReaderHangs { .. } => "reader_hangs",
        Notice::ReaderBack { .. } => "reader_back",
        Notice::NoCard { .. } => "no_card",
        Notice::NoAnswerToReset { .. } => "no_answer_to_reset",
        Notice::InUse { .. } => "in_use",
        Notice::UnsupportedProtocol { .. } => "unsupported_protocol",
        Notice::CardPresent { .. } => "card_present",
        _ => "other",
    }
}

/// The error behind a notice, for a wait that has ended without a card.
pub(crate) fn as_error(notice: &Notice) -> Option<ReaderError> {
    Some(match notice.clone() {
        Notice::ServiceLost => ReaderError::ServiceNotRunning,
        Notice::ServiceHangs => ReaderError::ServiceHangs,
        Notice::ReaderGone { name } => ReaderError::ReaderGone { name },
        Notice::ReaderHangs { name } => ReaderError::ReaderHangs { name },
        Notice::NoCard { reader } => ReaderError::NoCard { reader },
        Notice::NoAnswerToReset { reader } => ReaderError::NoAnswerToReset { reader },
        Notice::InUse { reader } => ReaderError::InUse { reader },
        Notice::UnsupportedProtocol { reader } => ReaderError::UnsupportedProtocol { reader },
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_and_notices_speak_both_languages() {
        let name = || "ACS".to_owned();
        for notice in [
            Notice::ServiceLost,
            Notice::ServiceHangs,
            Notice::ReaderGone { name: name() },
            Notice::ReaderHangs { name: name() },
            Notice::NoCard { reader: name() },
            Notice::NoAnswerToReset { reader: name() },
            Notice::InUse { reader: name() },
            Notice::UnsupportedProtocol { reader: name() },
        ] {
            let words = super::notice(&notice);
            assert_ne!(words.en, words.vi);
            let error = as_error(&notice).unwrap();
            let (what, next) = (what(&error), next(&error));
            assert!(what.en != what.vi && next.en != next.vi, "{error}");
            assert_ne!(notice_name(&notice), "other");
        }
        for error in [ReaderError::NotAllowed, ReaderError::NoReaders] {
            assert_ne!(what(&error).en, what(&error).vi);
        }
    }
}
