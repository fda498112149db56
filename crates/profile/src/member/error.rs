//! What can be wrong with a member record: a field, a fault with a stable code, and two sentences.

use std::fmt;

/// A field of the member record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// Member number.
    Number,
    /// Citizen number.
    CitizenNumber,
    /// Full name.
    Name,
    /// Date of birth.
    Birth,
    /// Sex.
    Sex,
    /// Code of the unit.
    UnitCode,
    /// Name of the unit.
    UnitName,
    /// Day of admission.
    Admitted,
    /// Day of official membership.
    Official,
    /// Place of birth.
    PlaceOfBirth,
    /// Nationality.
    Nationality,
}

impl Field {
    /// The field's name in text.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Number => "member number",
            Self::CitizenNumber => "citizen number",
            Self::Name => "name",
            Self::Birth => "date of birth",
            Self::Sex => "sex",
            Self::UnitCode => "unit code",
            Self::UnitName => "unit name",
            Self::Admitted => "admission date",
            Self::Official => "official date",
            Self::PlaceOfBirth => "place of birth",
            Self::Nationality => "nationality",
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// What is wrong with a field. [`MemberErrorKind::code`] is stable across releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MemberErrorKind {
    /// Nothing stands in a field that is required.
    Empty,
    /// Another number of digits than the field has.
    DigitCount {
        /// How many the field has.
        wanted: usize,
        /// How many were found.
        found: usize,
    },
    /// A character that is not a decimal digit.
    NotADigit {
        /// The character.
        character: char,
        /// Its position, counted from 1.
        position: usize,
    },
    /// More characters than the field holds.
    TooLong {
        /// How many the field holds.
        most: usize,
        /// How many were found.
        found: usize,
    },
    /// A digit in a name.
    DigitInName {
        /// The digit.
        character: char,
        /// Its position, counted from 1.
        position: usize,
    },
    /// A control or invisible character.
    Control {
        /// The character.
        character: char,
        /// Its position, counted from 1.
        position: usize,
    },
    /// A character the field cannot hold; in a name, one without a transliteration.
    Character {
        /// The character.
        character: char,
        /// Its position, counted from 1.
        position: usize,
    },
    /// A hyphen, an apostrophe or a combining mark without a letter.
    NoLetter {
        /// Position of the first character of the word, counted from 1.
        position: usize,
    },
    /// Not written as a year, a year and month, or a full date.
    DateForm,
    /// A date the calendar does not have.
    NoSuchDay,
    /// A year outside 1900 to 2099.
    Year(i16),
    /// Not a code for sex.
    SexCode,
    /// Not a code of one to three letters.
    StateCode,
    /// The admission lies before the birth.
    AdmittedBeforeBirth,
    /// Younger than 18 on the day of admission, whatever the unknown part of the date of birth is.
    UnderAge,
    /// The official membership lies before the admission.
    OfficialBeforeAdmitted,
}

impl MemberErrorKind {
    /// A short code for files and scripts; never changes its meaning.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::DigitCount { .. } => "digit-count",
            Self::NotADigit { .. } => "not-a-digit",
            Self::TooLong { .. } => "too-long",
            Self::DigitInName { .. } => "digit-in-name",
            Self::Control { .. } => "control-character",
            Self::Character { .. } => "character",
            Self::NoLetter { .. } => "no-letter",
            Self::DateForm => "date-form",
            Self::NoSuchDay => "no-such-day",
            Self::Year(_) => "year",
            Self::SexCode => "sex-code",
            Self::StateCode => "state-code",
            Self::AdmittedBeforeBirth => "admitted-before-birth",
            Self::UnderAge => "under-age",
            Self::OfficialBeforeAdmitted => "official-before-admitted",
        }
    }
}

impl fmt::Display for MemberErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("nothing stands here"),
            Self::DigitCount { wanted, found } => {
                write!(f, "{found} digits stand here, and there must be {wanted}")
            }
            Self::NotADigit { character, position } => {
                write!(f, "{} at position {position} is not a digit", Shown(*character))
            }
            Self::TooLong { most, found } => {
                write!(f, "{found} characters stand here, and there is room for {most}")
            }
            Self::DigitInName { character, position } => {
                write!(f, "the digit {} at position {position} cannot be part of a name", Shown(*character))
            }
            Self::Control { character, position } => {
                write!(f, "an invisible character ({}) stands at position {position}", Shown(*character))
            }
            Self::Character { character, position } => {
                write!(f, "{} at position {position} cannot be written on a card", Shown(*character))
            }
            Self::NoLetter { position } => write!(f, "the word at position {position} has no letter"),
            Self::DateForm => f.write_str("this is not a date in the form the field needs"),
            Self::NoSuchDay => f.write_str("the calendar has no such day"),
            Self::Year(year) => write!(f, "the year {year} lies outside 1900 to 2099"),
            Self::SexCode => f.write_str("this is not a known value"),
            Self::StateCode => f.write_str("this is not a country code of one to three letters"),
            Self::AdmittedBeforeBirth => f.write_str("it lies before the date of birth"),
            Self::UnderAge => f.write_str("it lies less than 18 years before the admission date"),
            Self::OfficialBeforeAdmitted => f.write_str("it lies before the admission date"),
        }
    }
}

/// A refused field: [`fmt::Display`] says what is wrong, [`MemberError::remedy`] what to do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{field}: {kind}")]
pub struct MemberError {
    /// The field.
    pub field: Field,
    /// The fault.
    pub kind: MemberErrorKind,
}

impl MemberError {
    pub(crate) const fn new(field: Field, kind: MemberErrorKind) -> Self {
        Self { field, kind }
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub fn remedy(&self) -> String {
        match self.kind {
            MemberErrorKind::Empty => format!("Fill in the {}.", self.field),
            MemberErrorKind::DigitCount { wanted, .. } => {
                format!("Write all {wanted} digits, leading zeros included; spreadsheets drop them unless the column is text.")
            }
            MemberErrorKind::NotADigit { .. } => "Write digits only, without spaces or separators.".into(),
            MemberErrorKind::TooLong { most, .. } => {
                format!("Check that only the {} stands in this field, and shorten it to {most} characters.", self.field)
            }
            MemberErrorKind::DigitInName { .. } => {
                "Remove the digit; if it stands for a letter (0 for O, 1 for I), write the letter.".into()
            }
            MemberErrorKind::Control { .. } => "Delete the character; it often comes with text copied from elsewhere.".into(),
            MemberErrorKind::Character { .. } if self.field == Field::Name => {
                "Write the name in Latin letters, with apostrophes, hyphens and spaces only; if the letter is right, ask for it to be added to the transliteration table.".into()
            }
            MemberErrorKind::Character { .. } => "Remove the character or write it in another way.".into(),
            MemberErrorKind::NoLetter { .. } => "Join the hyphen or apostrophe to its word, or delete it.".into(),
            MemberErrorKind::DateForm if self.field == Field::Birth => {
                "Write it as YYYY-MM-DD, or as YYYY-MM or YYYY when the day or the month is not known.".into()
            }
            MemberErrorKind::DateForm => "Write it as YYYY-MM-DD.".into(),
            MemberErrorKind::NoSuchDay => "Check day and month against the application; they may be exchanged.".into(),
            MemberErrorKind::Year(_) => "Check the year against the application.".into(),
            MemberErrorKind::SexCode => "Write M, F or X.".into(),
            MemberErrorKind::StateCode => "Write the code of ICAO Doc 9303-3, section 5, such as VNM.".into(),
            MemberErrorKind::AdmittedBeforeBirth | MemberErrorKind::UnderAge => "Check both dates against the application.".into(),
            MemberErrorKind::OfficialBeforeAdmitted => {
                "Check both dates against the file; they may have been exchanged.".into()
            }
        }
    }
}

/// A character as it can be shown in a message: itself in quotation marks if it is visible, always with its code point.
struct Shown(char);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = u32::from(self.0);
        if self.0.is_alphanumeric() || self.0.is_ascii_graphic() {
            write!(f, "“{}” (U+{code:04X})", self.0)
        } else {
            write!(f, "U+{code:04X}")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sentences_and_a_code() {
        let kind = MemberErrorKind::DigitInName { character: '0', position: 8 };
        let error = MemberError::new(Field::Name, kind);
        assert_eq!(error.to_string(), "name: the digit “0” (U+0030) at position 8 cannot be part of a name");
        assert!(error.remedy().ends_with("write the letter."));
        assert_eq!(kind.code(), "digit-in-name");
    }
}
