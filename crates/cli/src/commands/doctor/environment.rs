//! The environment of the program, and the program itself.

use super::finding::Finding;
use crate::text::text;
use std::env;

/// Whether names can be shown: `LC_ALL`, `LC_CTYPE` or `LANG`, in this order, must say UTF-8.
pub(crate) fn locale() -> Finding {
    let named = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| Some((*name, env::var(name).ok().filter(|value| !value.is_empty())?)));
    let remedy = (
        "Set LANG to vi_VN.UTF-8 or C.UTF-8 for the user who works here.",
        "Đặt LANG là vi_VN.UTF-8 hoặc C.UTF-8 cho người dùng của trạm.",
    );
    match named {
        Some((_, value)) if is_utf8(&value) => Finding::well(crate::text::Text::same(value)),
        Some((name, value)) => Finding::warning(
            text!(
                "{name} is {value}, which is not UTF-8: Vietnamese names may be shown wrongly",
                "{name} là {value}, không phải UTF-8: tên tiếng Việt có thể hiển thị sai"
            ),
            remedy,
        ),
        None => Finding::warning(
            (
                "no language is set: Vietnamese names may be shown wrongly",
                "chưa đặt ngôn ngữ: tên tiếng Việt có thể hiển thị sai",
            ),
            remedy,
        ),
    }
}

fn is_utf8(locale: &str) -> bool {
    let locale = locale.to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// What is running here.
pub(crate) fn program() -> Finding {
    Finding::well(crate::text::Text::same(format!("chipwright {}", env!("CARGO_PKG_VERSION"))))
}

/// The name of this machine.
pub(crate) fn station() -> String {
    ["/proc/sys/kernel/hostname", "/etc/hostname"]
        .iter()
        .find_map(|file| std::fs::read_to_string(file).ok())
        .map_or_else(|| "-".to_owned(), |name| name.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_has_several_spellings() {
        assert!(is_utf8("vi_VN.UTF-8") && is_utf8("C.utf8"));
        assert!(!is_utf8("C") && !is_utf8("vi_VN.TCVN"));
    }
}
