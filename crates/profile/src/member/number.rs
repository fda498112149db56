//! The two numbers of a member, twelve digits each.

use std::fmt;

use zeroize::Zeroizing;

use super::{Field, MemberError, MemberErrorKind};

const DIGITS: usize = 12;

/// The number in the organisation's register: 12 digits.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MemberNumber(String);

impl MemberNumber {
    /// Parses 12 digits; white space around them is ignored.
    ///
    /// # Errors
    /// [`MemberError`] on [`Field::Number`].
    pub fn parse(text: &str) -> Result<Self, MemberError> {
        Ok(Self(digits(Field::Number, text)?.to_owned()))
    }

    /// The 12 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MemberNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Shows the last four digits only.
impl fmt::Debug for MemberNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemberNumber(…{})", &self.0[DIGITS - 4..])
    }
}

/// The number in the population register: 12 digits, secret, wiped on drop.
#[derive(Clone)]
pub struct CitizenNumber(Zeroizing<String>);

impl CitizenNumber {
    /// Parses 12 digits; white space around them is ignored.
    ///
    /// # Errors
    /// [`MemberError`] on [`Field::CitizenNumber`]; it names a wrong character, never the number.
    pub fn parse(text: &str) -> Result<Self, MemberError> {
        Ok(Self(Zeroizing::new(digits(Field::CitizenNumber, text)?.to_owned())))
    }

    /// The 12 digits. Only the commitment and the records application may see them.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CitizenNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CitizenNumber(..)")
    }
}

fn digits(field: Field, text: &str) -> Result<&str, MemberError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(MemberError::new(field, MemberErrorKind::Empty));
    }
    if let Some((index, character)) = text.chars().enumerate().find(|(_, c)| !c.is_ascii_digit()) {
        return Err(MemberError::new(field, MemberErrorKind::NotADigit { character, position: index + 1 }));
    }
    if text.len() != DIGITS {
        return Err(MemberError::new(
            field,
            MemberErrorKind::DigitCount { wanted: DIGITS, found: text.len() },
        ));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_digits_and_nothing_else() {
        assert_eq!(MemberNumber::parse(" 079012345678 ").unwrap().as_str(), "079012345678");
        let kind = |text| MemberNumber::parse(text).unwrap_err().kind;
        assert_eq!(kind(""), MemberErrorKind::Empty);
        assert_eq!(kind("79012345678"), MemberErrorKind::DigitCount { wanted: 12, found: 11 });
        assert_eq!(kind("0790123x5678"), MemberErrorKind::NotADigit { character: 'x', position: 8 });
        assert_eq!(kind("٠٧٩٠١٢٣٤٥٦٧٨"), MemberErrorKind::NotADigit { character: '٠', position: 1 });
    }

    #[test]
    fn debug_hides() {
        assert_eq!(format!("{:?}", MemberNumber::parse("079012345678").unwrap()), "MemberNumber(…5678)");
        assert_eq!(format!("{:?}", CitizenNumber::parse("079012345678").unwrap()), "CitizenNumber(..)");
    }
}
