//! Application identifiers (ISO/IEC 7816-4, 12.2.3): 5 to 16 bytes.

use std::fmt;

/// An application identifier: a registered provider identifier of 5 bytes and up to 11 bytes of extension.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Aid {
    length: u8,
    bytes: [u8; 16],
}

/// Why bytes are not an application identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AidError {
    /// The length is outside 5 to 16 bytes.
    #[error("an application identifier has 5 to 16 bytes, not {0}")]
    Length(usize),
    /// The text is not hexadecimal.
    #[error("an application identifier is written as hexadecimal digits")]
    NotHex,
}

impl Aid {
    /// Makes an identifier from its bytes.
    ///
    /// # Errors
    /// [`AidError::Length`] unless there are 5 to 16 bytes.
    pub const fn new(bytes: &[u8]) -> Result<Self, AidError> {
        if bytes.len() < 5 || bytes.len() > 16 {
            return Err(AidError::Length(bytes.len()));
        }
        let mut fixed = [0u8; 16];
        let mut i = 0;
        while i < bytes.len() {
            fixed[i] = bytes[i];
            i += 1;
        }
        #[allow(clippy::cast_possible_truncation)] // at most 16, checked above
        Ok(Self { length: bytes.len() as u8, bytes: fixed })
    }

    /// An identifier known when the program is compiled; a wrong length does not compile in a `const`.
    #[must_use]
    pub const fn literal(bytes: &[u8]) -> Self {
        match Self::new(bytes) {
            Ok(aid) => aid,
            Err(_) => panic!("an application identifier has 5 to 16 bytes"),
        }
    }

    /// The bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether `self` begins with `partial` (SELECT by partial DF name).
    #[must_use]
    pub fn starts_with(&self, partial: &[u8]) -> bool {
        self.as_bytes().starts_with(partial)
    }
}

impl AsRef<[u8]> for Aid {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Display for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Aid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Aid({self})")
    }
}

impl std::str::FromStr for Aid {
    type Err = AidError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| !c.is_whitespace() && *c != ':')
            .map(|c| c.to_digit(16).map(|d| d as u8))
            .collect::<Option<_>>()
            .ok_or(AidError::NotHex)?;
        if !digits.len().is_multiple_of(2) {
            return Err(AidError::NotHex);
        }
        let bytes: Vec<u8> = digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        Self::new(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_agree() {
        let aid: Aid = "A0 00 00 01 51 00 00 00".parse().unwrap();
        assert_eq!(aid.as_bytes(), [0xA0, 0, 0, 1, 0x51, 0, 0, 0]);
        assert_eq!(aid.to_string(), "A000000151000000");
    }

    #[test]
    fn lengths_outside_five_to_sixteen_are_refused() {
        assert_eq!(Aid::new(&[0; 4]), Err(AidError::Length(4)));
        assert_eq!(Aid::new(&[0; 17]), Err(AidError::Length(17)));
        assert!("A00000".parse::<Aid>().is_err());
        assert_eq!("A0000001510".parse::<Aid>(), Err(AidError::NotHex));
    }
}
