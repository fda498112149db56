//! Sex, country code, unit and place of birth.

use std::fmt;

use unicode_normalization::UnicodeNormalization;

use super::name::is_invisible;
use super::{Field, MemberError, MemberErrorKind};

/// Sex, as the machine readable zone can say it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Sex {
    /// `M`
    Male,
    /// `F`
    Female,
    /// `X`; `<` in the machine readable zone.
    Unspecified,
}

impl Sex {
    /// Parses `M`, `F` or `X`, in either case.
    ///
    /// # Errors
    /// [`MemberErrorKind::SexCode`].
    pub fn parse(text: &str) -> Result<Self, MemberError> {
        match text.trim() {
            "M" | "m" => Ok(Self::Male),
            "F" | "f" => Ok(Self::Female),
            "X" | "x" => Ok(Self::Unspecified),
            "" => Err(MemberError::new(Field::Sex, MemberErrorKind::Empty)),
            _ => Err(MemberError::new(Field::Sex, MemberErrorKind::SexCode)),
        }
    }

    /// `M`, `F` or `X`.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Self::Male => 'M',
            Self::Female => 'F',
            Self::Unspecified => 'X',
        }
    }

    /// `M`, `F` or `<` (9303-5, 4.2.2.2, data element 08).
    #[must_use]
    pub const fn mrz(self) -> char {
        match self {
            Self::Male => 'M',
            Self::Female => 'F',
            Self::Unspecified => '<',
        }
    }
}

/// A code of 9303-3, section 5, one to three letters, filled with `<`.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StateCode([u8; 3]);

impl StateCode {
    /// Viet Nam.
    pub const VNM: Self = Self(*b"VNM");

    /// Parses one to three letters A to Z.
    ///
    /// # Errors
    /// [`MemberErrorKind::StateCode`] on [`Field::Nationality`].
    pub fn parse(text: &str) -> Result<Self, MemberError> {
        let text = text.trim().trim_end_matches('<');
        if text.is_empty() || text.len() > 3 || !text.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(MemberError::new(Field::Nationality, MemberErrorKind::StateCode));
        }
        let mut code = *b"<<<";
        code[..text.len()].copy_from_slice(text.as_bytes());
        Ok(Self(code))
    }

    /// The letters, without fillers.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.mrz().trim_end_matches('<')
    }

    /// Three characters, filled with `<`.
    #[must_use]
    pub fn mrz(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Debug for StateCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StateCode({})", self.as_str())
    }
}

/// A unit of the organisation.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Unit {
    code: String,
    name: String,
}

impl Unit {
    /// A code of 1 to 16 characters (`0`–`9`, `A`–`Z`, `.`, `-`) and a name of 1 to 120 characters, NFC.
    ///
    /// # Errors
    /// [`MemberError`] on [`Field::UnitCode`] or [`Field::UnitName`].
    pub fn new(code: &str, name: &str) -> Result<Self, MemberError> {
        let code = code.trim();
        if code.is_empty() {
            return Err(MemberError::new(Field::UnitCode, MemberErrorKind::Empty));
        }
        let wrong = code.chars().enumerate().find(|(_, c)| !matches!(c, '0'..='9' | 'A'..='Z' | '.' | '-'));
        if let Some((index, character)) = wrong {
            return Err(MemberError::new(
                Field::UnitCode,
                MemberErrorKind::Character { character, position: index + 1 },
            ));
        }
        if code.len() > 16 {
            return Err(MemberError::new(
                Field::UnitCode,
                MemberErrorKind::TooLong { most: 16, found: code.len() },
            ));
        }
        Ok(Self { code: code.to_owned(), name: line(Field::UnitName, name)? })
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> &str {
        &self.code
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// A place of birth: 1 to 120 characters, NFC, one line, without `<`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct PlaceOfBirth(String);

impl PlaceOfBirth {
    /// Normalises and checks.
    ///
    /// # Errors
    /// [`MemberError`] on [`Field::PlaceOfBirth`].
    pub fn new(text: &str) -> Result<Self, MemberError> {
        line(Field::PlaceOfBirth, text).map(Self)
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PlaceOfBirth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PlaceOfBirth(..)")
    }
}

/// One line of free text, white space collapsed; `<` separates fields in the LDS and cannot be part of one.
fn line(field: Field, text: &str) -> Result<String, MemberError> {
    const MOST: usize = 120;
    let normal: String = text.nfc().collect();
    for (index, character) in normal.trim().chars().enumerate() {
        let position = index + 1;
        if character.is_control() || is_invisible(character) {
            return Err(MemberError::new(field, MemberErrorKind::Control { character, position }));
        }
        if character == '<' {
            return Err(MemberError::new(field, MemberErrorKind::Character { character, position }));
        }
    }
    let words: Vec<&str> = normal.split_whitespace().collect();
    let text = words.join(" ");
    match text.chars().count() {
        0 => Err(MemberError::new(field, MemberErrorKind::Empty)),
        found if found > MOST => Err(MemberError::new(field, MemberErrorKind::TooLong { most: MOST, found })),
        _ => Ok(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        assert_eq!(
            (StateCode::parse("D").unwrap().mrz(), StateCode::parse("VNM").unwrap()),
            ("D<<", StateCode::VNM)
        );
        assert!(
            StateCode::parse("vnm").is_err()
                && StateCode::parse("").is_err()
                && StateCode::parse("VIET").is_err()
        );
        assert_eq!(Sex::parse("f").unwrap().mrz(), 'F');
        assert_eq!(Sex::parse("nữ").unwrap_err().kind, MemberErrorKind::SexCode);
    }

    #[test]
    fn units_and_places() {
        let unit = Unit::new("54.042", "  Đảng  bộ xã Ia Grai ").unwrap();
        assert_eq!((unit.code(), unit.name()), ("54.042", "Đảng bộ xã Ia Grai"));
        let error = Unit::new("54/042", "x").unwrap_err();
        assert_eq!(
            (error.field, error.kind),
            (Field::UnitCode, MemberErrorKind::Character { character: '/', position: 3 })
        );
        assert_eq!(
            PlaceOfBirth::new("a<b").unwrap_err().kind,
            MemberErrorKind::Character { character: '<', position: 2 }
        );
        assert_eq!(
            PlaceOfBirth::new("a\nb").unwrap_err().kind,
            MemberErrorKind::Control { character: '\n', position: 2 }
        );
    }
}
