//! Names of authorities and holders (TR-03110-3, D.2.4 and D.2.5): country, mnemonic, sequence number.

use std::fmt;
use std::str::FromStr;

/// The reference of an authority (42) or a holder (5F20): 1 to 16 characters.
///
/// ```
/// # use chipwright_pki::cv::Reference;
/// let cvca = Reference::new("VN", "CHIPCVCA", 1).unwrap();
/// assert_eq!(cvca.to_string(), "VNCHIPCVCA00001");
/// assert_eq!(cvca.successor().unwrap().to_string(), "VNCHIPCVCA00002");
/// assert!(Reference::new("vn", "CHIPCVCA", 1).is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Reference(Box<[u8]>);

/// Why text is not a reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// The country.
    #[error("a reference begins with a country: two capital letters, such as VN")]
    Country,
    /// The mnemonic.
    #[error("a mnemonic is one to nine capital letters or digits")]
    Mnemonic,
    /// The sequence number.
    #[error("a reference ends with a sequence number of five digits, 00000 to 99999")]
    Sequence,
}

/// The digits at the end.
const SEQUENCE: usize = 5;

impl Reference {
    /// Of these parts.
    ///
    /// # Errors
    /// [`ReferenceError`] names the part that is wrong.
    pub fn new(country: &str, mnemonic: &str, sequence: u32) -> Result<Self, ReferenceError> {
        if country.len() != 2 || !country.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(ReferenceError::Country);
        }
        let plain = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        if !(1..=9).contains(&mnemonic.len()) || !mnemonic.bytes().all(plain) {
            return Err(ReferenceError::Mnemonic);
        }
        if sequence > 99_999 {
            return Err(ReferenceError::Sequence);
        }
        Ok(Self(format!("{country}{mnemonic}{sequence:05}").into_bytes().into()))
    }

    /// As read from a certificate: other people name theirs more freely.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let printable = bytes.iter().all(|byte| matches!(byte, 0x20..=0x7E | 0xA0..=0xFF));
        ((1..=16).contains(&bytes.len()) && printable).then(|| Self(bytes.into()))
    }

    /// The bytes in the certificate.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The sequence number, where the last five characters are digits.
    #[must_use]
    pub fn sequence(&self) -> Option<u32> {
        let at = self.0.len().checked_sub(SEQUENCE)?;
        let digits = std::str::from_utf8(&self.0[at..]).ok()?;
        digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())?
    }

    /// The same name with the next sequence number; none after 99999, and none without a number.
    #[must_use]
    pub fn successor(&self) -> Option<Self> {
        let next = self.sequence()?.checked_add(1).filter(|next| *next <= 99_999)?;
        let name = &self.0[..self.0.len() - SEQUENCE];
        Some(Self([name, format!("{next:05}").as_bytes()].concat().into()))
    }
}

impl FromStr for Reference {
    type Err = ReferenceError;

    /// Country, mnemonic and sequence number written together.
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        if !text.is_ascii() || text.len() < 2 + SEQUENCE {
            return Err(ReferenceError::Mnemonic);
        }
        let (country, rest) = text.split_at(2);
        let (mnemonic, digits) = rest.split_at(rest.len() - SEQUENCE);
        if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ReferenceError::Sequence);
        }
        Self::new(country, mnemonic, digits.parse().map_err(|_| ReferenceError::Sequence)?)
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // ISO/IEC 8859-1 is the beginning of Unicode
        self.0.iter().try_for_each(|byte| write!(f, "{}", char::from(*byte)))
    }
}

impl fmt::Debug for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reference({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_checked() {
        for (text, error) in [
            ("V1CHIP00001", ReferenceError::Country),
            ("VN00001", ReferenceError::Mnemonic),
            ("VNTENLETTERS00001", ReferenceError::Mnemonic),
            ("VNCHIP0000A", ReferenceError::Sequence),
            ("VN", ReferenceError::Mnemonic),
            ("VNĐẢNG00001", ReferenceError::Mnemonic),
        ] {
            assert_eq!(text.parse::<Reference>(), Err(error), "{text}");
        }
        assert_eq!(Reference::new("VN", "A", 100_000), Err(ReferenceError::Sequence));
        assert_eq!("VNA99999".parse::<Reference>().unwrap().successor(), None);
    }

    #[test]
    fn other_peoples_names_are_read() {
        let short = Reference::from_bytes(b"DETESTeDVDE019").unwrap();
        assert_eq!((short.sequence(), short.successor()), (None, None), "the last five are not digits");
        assert!(Reference::from_bytes(&[b'A'; 17]).is_none());
        assert!(Reference::from_bytes(b"A\0").is_none() && Reference::from_bytes(b"").is_none());
    }
}
