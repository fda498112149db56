//! Certificate serial numbers (RFC 5280, 4.1.2.2): positive, at most 20 octets.

use std::fmt;

use x509_cert::serial_number::SerialNumber as X509SerialNumber;

/// A positive serial number of at most 20 octets, as its minimal magnitude.
///
/// ```
/// use chipwright_pki::SerialNumber;
/// assert_eq!(SerialNumber::new(&[0, 0, 0x12, 0x34]).unwrap().to_string(), "1234");
/// assert!(SerialNumber::new(&[0]).is_err());
/// ```
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SerialNumber(Box<[u8]>);

/// Why bytes are not a serial number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SerialNumberError {
    /// The number is zero.
    #[error("a serial number is positive, not zero")]
    Zero,
    /// The encoding would have more than 20 octets.
    #[error("a serial number has at most 20 octets")]
    TooLong,
}

impl SerialNumber {
    /// From a magnitude, most significant byte first; leading zeros are dropped.
    ///
    /// # Errors
    /// [`SerialNumberError`] for zero, and for more than 20 octets of DER contents (a leading bit of 1 costs one).
    pub fn new(magnitude: &[u8]) -> Result<Self, SerialNumberError> {
        let start = magnitude.iter().position(|byte| *byte != 0).ok_or(SerialNumberError::Zero)?;
        let digits = &magnitude[start..];
        if digits.len() + usize::from(digits[0] >> 7) > 20 {
            return Err(SerialNumberError::TooLong);
        }
        Ok(Self(digits.into()))
    }

    /// From 16 random bytes of the caller: the first bit is cleared and the next set, so that the encoding always has
    /// 16 octets and 126 random bits.
    #[must_use]
    pub fn from_random(mut random: [u8; 16]) -> Self {
        random[0] = (random[0] & 0x7F) | 0x40;
        Self(random.as_slice().into())
    }

    /// The magnitude, most significant byte first, without leading zeros.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    pub(crate) fn to_x509(&self) -> der::Result<X509SerialNumber> {
        X509SerialNumber::new(&self.0)
    }

    /// From the contents of the INTEGER.
    pub(crate) fn from_x509(serial: &X509SerialNumber) -> Option<Self> {
        let contents = serial.as_bytes();
        if contents.first()? & 0x80 != 0 || contents.len() > 20 {
            return None;
        }
        Self::new(contents).ok()
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for SerialNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SerialNumber({self})")
    }
}

impl serde::Serialize for SerialNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::Decode;

    #[test]
    fn twenty_octets_of_contents_and_no_more() {
        assert!(SerialNumber::new(&[0x7F; 20]).is_ok());
        assert_eq!(SerialNumber::new(&[0x80; 20]), Err(SerialNumberError::TooLong));
        assert_eq!(SerialNumber::new(&[0x01; 21]), Err(SerialNumberError::TooLong));
        assert_eq!(SerialNumber::new(&[]), Err(SerialNumberError::Zero));
        for random in [[0xFF; 16], [0; 16]] {
            assert_eq!(SerialNumber::from_random(random).to_x509().unwrap().as_bytes().len(), 16);
        }
    }

    #[test]
    fn numbers_that_are_not_positive_are_refused() {
        for (integer, accepted) in [
            (&[0x02, 0x01, 0x11][..], true),
            (&[0x02, 0x02, 0x00, 0x80], true),
            (&[0x02, 0x01, 0x80], false),
            (&[0x02, 0x01, 0x00], false),
            (&[&[0x02, 0x15, 0x00][..], &[0x80; 20]].concat(), false),
        ] {
            let serial = X509SerialNumber::from_der(integer).unwrap();
            assert_eq!(SerialNumber::from_x509(&serial).is_some(), accepted, "{integer:02X?}");
        }
    }
}
