//! What is said to people, in English and Vietnamese.

use chipwright_issuance::Language;
use std::env;

/// One message in both languages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) en: String,
    pub(crate) vi: String,
}

impl Text {
    /// The same words in both languages: names.
    pub(crate) fn same(words: impl Into<String>) -> Self {
        let en = words.into();
        Self { vi: en.clone(), en }
    }

    /// In this language.
    pub(crate) fn pick(&self, language: Language) -> &str {
        pick(language, &self.en, &self.vi)
    }
}

/// Words of a library, in Vietnamese too where they are known.
impl From<&str> for Text {
    fn from(words: &str) -> Self {
        crate::vietnamese::text(words)
    }
}

impl From<(&str, &str)> for Text {
    fn from((en, vi): (&str, &str)) -> Self {
        Self { en: en.to_owned(), vi: vi.to_owned() }
    }
}

/// One of two.
pub(crate) const fn pick<'a>(language: Language, en: &'a str, vi: &'a str) -> &'a str {
    match language {
        Language::En => en,
        Language::Vi => vi,
    }
}

/// A [`Text`] from two format strings with the same arguments.
macro_rules! text {
    ($en:literal, $vi:literal $(, $($argument:tt)*)?) => {
        $crate::text::Text { en: format!($en $(, $($argument)*)?), vi: format!($vi $(, $($argument)*)?) }
    };
}
pub(crate) use text;

/// The language of the environment: Vietnamese if `LC_ALL`, `LC_MESSAGES` or `LANG` (in this order) says so.
pub(crate) fn of_environment() -> Language {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()));
    match locale {
        Some(locale) if locale.starts_with("vi") => Language::Vi,
        _ => Language::En,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_languages_get_the_arguments() {
        let cards = 3;
        let text = text!("{cards} cards", "{cards} thẻ");
        assert_eq!((text.pick(Language::En), text.pick(Language::Vi)), ("3 cards", "3 thẻ"));
    }
}
