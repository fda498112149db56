//! Names of persons.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{Field, MemberError, MemberErrorKind};
use crate::mrz::transliteration::{APOSTROPHES, HYPHENS, letter};

const MOST: usize = 120;
const MOST_MARKS: usize = 2;

/// A full name, family name first: NFC, 1 to 120 characters, words separated by one space.
///
/// Allowed are the letters that [`letter`] can transliterate (Latin letters, those of Vietnamese and of the minority languages of Viet Nam among
/// them), up to two combining marks on a letter that has no precomposed form (`ê̆`, `ơ̆`), the apostrophes `'` `’` `ʼ`, and the hyphen. A name that is
/// accepted can therefore always be written in the machine readable zone. The spelling is kept, case included.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PersonName(String);

impl PersonName {
    /// Normalises (NFC, white space collapsed, U+2010 and U+2011 to `-`) and checks.
    ///
    /// # Errors
    /// [`MemberError`] on [`Field::Name`], with the character and its position in the normalised text.
    pub fn new(text: &str) -> Result<Self, MemberError> {
        let refuse = |kind| Err(MemberError::new(Field::Name, kind));
        let mut name = String::with_capacity(text.len());
        let mut count = 0;
        let mut marks = MOST_MARKS;
        for character in text.trim_matches(is_space).nfc() {
            let position = count + 1;
            if is_space(character) {
                if !name.ends_with(' ') {
                    name.push(' ');
                    count += 1;
                }
                marks = MOST_MARKS;
                continue;
            }
            if is_combining_mark(character) {
                if marks == MOST_MARKS {
                    return refuse(MemberErrorKind::Character { character, position });
                }
                marks += 1;
            } else if HYPHENS.contains(&character) || APOSTROPHES.contains(&character) {
                marks = MOST_MARKS;
            } else if letter(character).is_some() {
                marks = 0;
            } else if character.is_numeric() {
                return refuse(MemberErrorKind::DigitInName { character, position });
            } else if character.is_control() || is_invisible(character) {
                return refuse(MemberErrorKind::Control { character, position });
            } else {
                return refuse(MemberErrorKind::Character { character, position });
            }
            name.push(if HYPHENS.contains(&character) { '-' } else { character });
            count += 1;
        }
        if count == 0 {
            return refuse(MemberErrorKind::Empty);
        }
        if count > MOST {
            return refuse(MemberErrorKind::TooLong { most: MOST, found: count });
        }
        let mut position = 1;
        for word in name.split(' ') {
            if !word.chars().any(|c| letter(c).is_some()) {
                return refuse(MemberErrorKind::NoLetter { position });
            }
            position += word.chars().count() + 1;
        }
        Ok(Self(name))
    }

    /// The name as it is spelled.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Primary identifier (9303-3, 3.4): the first word, which in Vietnamese names is the family name.
    #[must_use]
    pub fn primary(&self) -> &str {
        self.0.split_once(' ').map_or(&self.0, |(first, _)| first)
    }

    /// Secondary identifier: everything after the first word; empty for a name of one word.
    #[must_use]
    pub fn secondary(&self) -> &str {
        self.0.split_once(' ').map_or("", |(_, rest)| rest)
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(..)")
    }
}

fn is_space(character: char) -> bool {
    character.is_whitespace() && !character.is_control()
}

/// Format characters that no one sees: soft hyphen, zero-width and direction marks, byte order mark, tags.
pub(crate) const fn is_invisible(character: char) -> bool {
    matches!(character as u32,
        0xAD | 0x34F | 0x61C | 0x180E | 0x200B..=0x200F | 0x202A..=0x202E | 0x2060..=0x206F | 0xFE00..=0xFE0F | 0xFEFF
        | 0xE0000..=0xE0FFF)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn kind(text: &str) -> MemberErrorKind {
        PersonName::new(text).unwrap_err().kind
    }

    #[test]
    fn nfd_becomes_nfc_and_spaces_collapse() {
        let decomposed: String = "  Nguyễn \u{a0} Thị   Thúy ".nfd().collect();
        assert_eq!(PersonName::new(&decomposed).unwrap().as_str(), "Nguyễn Thị Thúy");
    }

    #[test]
    fn letters_of_minority_languages() {
        for name in [
            "Y Ƀlŏ Niê",
            "H’Hĕn Ayŭn",
            "Rơ Čăm ʼBơm",
            "Ksor Ñui",
            "Y Mơ̆ Êban",
            "Đinh Bơ-rông",
            "Kpă Ĭa",
            "Ê̆ Ô̆ Ư̆",
        ] {
            assert!(PersonName::new(name).is_ok(), "{name}");
        }
    }

    #[test]
    fn what_is_refused_is_said_with_its_place() {
        assert_eq!(kind("  "), MemberErrorKind::Empty);
        assert_eq!(kind("Nguyễn V4n"), MemberErrorKind::DigitInName { character: '4', position: 9 });
        assert_eq!(kind("An\tBình"), MemberErrorKind::Control { character: '\t', position: 3 });
        assert_eq!(kind("An\u{200b}"), MemberErrorKind::Control { character: '\u{200b}', position: 3 });
        assert_eq!(kind("Иван"), MemberErrorKind::Character { character: 'И', position: 1 });
        assert_eq!(kind("An <Bình>"), MemberErrorKind::Character { character: '<', position: 4 });
        assert_eq!(kind("\u{301}An"), MemberErrorKind::Character { character: '\u{301}', position: 1 });
        assert_eq!(kind("An - Bình"), MemberErrorKind::NoLetter { position: 4 });
        assert_eq!(kind(&"A".repeat(121)), MemberErrorKind::TooLong { most: 120, found: 121 });
    }

    #[test]
    fn identifiers() {
        let name = PersonName::new("Trần Văn Ơn").unwrap();
        assert_eq!((name.primary(), name.secondary()), ("Trần", "Văn Ơn"));
        assert_eq!(PersonName::new("Siu").unwrap().secondary(), "");
    }

    proptest! {
        #[test]
        fn accepted_names_are_stable(text in "\\PC{0,40}") {
            if let Ok(name) = PersonName::new(&text) {
                prop_assert_eq!(PersonName::new(name.as_str()).unwrap(), name);
            }
        }
    }
}
