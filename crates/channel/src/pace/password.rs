//! The passwords π (9303-11, 4.4 and 9.7.3).

use sha1::{Digest, Sha1};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The reference of the PIN.
pub(crate) const PIN_REFERENCE: u8 = 0x03;
/// The reference of the PUK.
pub(crate) const PUK_REFERENCE: u8 = 0x04;

/// Why something is not a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PasswordError {
    /// The CAN is not six digits.
    #[error("the card access number has six digits")]
    Can,
    /// The PIN is not six digits.
    #[error("the PIN has six digits")]
    Pin,
    /// The PUK is not ten digits.
    #[error("the PUK has ten digits")]
    Puk,
    /// The document number is empty, longer than 22 characters, or holds something else than `0-9 A-Z <`.
    #[error("the document number has 1 to 22 characters from 0-9, A-Z and <")]
    DocumentNumber,
    /// A date is not `YYMMDD` (`<` for unknown digits).
    #[error("a date in the machine readable zone has the form YYMMDD")]
    Date,
}

/// The digits of a fixed number, or none.
fn digits<const N: usize>(text: &str) -> Option<[u8; N]> {
    <[u8; N]>::try_from(text.as_bytes()).ok().filter(|digits| digits.iter().all(u8::is_ascii_digit))
}

/// The card access number: six digits. Wiped when dropped.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Can([u8; 6]);

impl Can {
    /// From its six digits.
    ///
    /// # Errors
    /// [`PasswordError::Can`] for anything else.
    pub fn new(text: &str) -> Result<Self, PasswordError> {
        digits(text).map(Self).ok_or(PasswordError::Can)
    }
}

/// The member's PIN: six digits. Wiped when dropped.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Pin([u8; 6]);

impl Pin {
    /// From its six digits.
    ///
    /// # Errors
    /// [`PasswordError::Pin`] for anything else.
    pub fn new(text: &str) -> Result<Self, PasswordError> {
        digits(text).map(Self).ok_or(PasswordError::Pin)
    }

    pub(crate) const fn digits(&self) -> &[u8] {
        &self.0
    }
}

/// The PUK, which restores the tries of the PIN: ten digits. Wiped when dropped.
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Puk([u8; 10]);

impl Puk {
    /// From its ten digits.
    ///
    /// # Errors
    /// [`PasswordError::Puk`] for anything else.
    pub fn new(text: &str) -> Result<Self, PasswordError> {
        digits(text).map(Self).ok_or(PasswordError::Puk)
    }
}

/// `SHA-1(MRZ information)`: what the machine readable zone gives access with. Wiped when dropped.
///
/// ```text
/// MRZ information = document number ‖ check digit ‖ date of birth ‖ check digit ‖ date of expiry ‖ check digit
/// ```
#[derive(PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct MrzKey([u8; 20]);

impl MrzKey {
    /// From the three fields. A document number shorter than nine characters is filled with `<`.
    ///
    /// # Errors
    /// [`PasswordError::DocumentNumber`], [`PasswordError::Date`].
    pub fn new(
        document_number: &str,
        date_of_birth: &str,
        date_of_expiry: &str,
    ) -> Result<Self, PasswordError> {
        let known = |byte: &u8| matches!(byte, b'0'..=b'9' | b'A'..=b'Z' | b'<');
        if document_number.is_empty()
            || document_number.len() > 22
            || !document_number.bytes().all(|b| known(&b))
        {
            return Err(PasswordError::DocumentNumber);
        }
        let date =
            |date: &str| date.len() == 6 && date.bytes().all(|byte| byte.is_ascii_digit() || byte == b'<');
        if !date(date_of_birth) || !date(date_of_expiry) {
            return Err(PasswordError::Date);
        }
        let mut information = Zeroizing::new(Vec::with_capacity(40));
        information.extend_from_slice(document_number.as_bytes());
        let filled = information.len().max(9);
        information.resize(filled, b'<');
        let check = check_digit(&information);
        information.push(check);
        for field in [date_of_birth, date_of_expiry] {
            information.extend_from_slice(field.as_bytes());
            information.push(check_digit(field.as_bytes()));
        }
        Ok(Self::from_information(&information))
    }

    /// From the whole MRZ information, check digits included (not checked again).
    #[must_use]
    pub fn from_information(information: &[u8]) -> Self {
        Self(Sha1::digest(information).into())
    }

    /// From the hash itself, as an issuer keeps it.
    #[must_use]
    pub const fn from_hash(hash: [u8; 20]) -> Self {
        Self(hash)
    }
}

/// The check digit of 9303-3, 4.9: weights 7, 3, 1; `A` is 10, `<` is 0.
fn check_digit(field: &[u8]) -> u8 {
    let value = |byte: &u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 =
        field.iter().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(byte) * weight).sum();
    b"0123456789"[sum as usize % 10]
}

/// A password for PACE.
#[derive(PartialEq, Eq)]
pub enum Password {
    /// Reference 02: the card access number.
    Can(Can),
    /// Reference 01: the machine readable zone.
    Mrz(MrzKey),
    /// Reference 03: the PIN.
    Pin(Pin),
    /// Reference 04: the PUK.
    Puk(Puk),
}

impl Password {
    /// From the six digits of a card access number.
    ///
    /// # Errors
    /// [`PasswordError::Can`].
    pub fn can(digits: &str) -> Result<Self, PasswordError> {
        Can::new(digits).map(Self::Can)
    }

    /// From the three fields of a machine readable zone, as [`MrzKey::new`].
    ///
    /// # Errors
    /// [`PasswordError::DocumentNumber`], [`PasswordError::Date`].
    pub fn mrz(
        document_number: &str,
        date_of_birth: &str,
        date_of_expiry: &str,
    ) -> Result<Self, PasswordError> {
        MrzKey::new(document_number, date_of_birth, date_of_expiry).map(Self::Mrz)
    }

    /// From the six digits of a PIN.
    ///
    /// # Errors
    /// [`PasswordError::Pin`].
    pub fn pin(digits: &str) -> Result<Self, PasswordError> {
        Pin::new(digits).map(Self::Pin)
    }

    /// From the ten digits of a PUK.
    ///
    /// # Errors
    /// [`PasswordError::Puk`].
    pub fn puk(digits: &str) -> Result<Self, PasswordError> {
        Puk::new(digits).map(Self::Puk)
    }

    /// The reference in MSE:Set AT (9303-11, table 6; TR-03110-3, B.11.1).
    pub(super) const fn reference(&self) -> u8 {
        match self {
            Self::Mrz(_) => 0x01,
            Self::Can(_) => 0x02,
            Self::Pin(_) => PIN_REFERENCE,
            Self::Puk(_) => PUK_REFERENCE,
        }
    }

    /// `f(π)`, the input of the key derivation.
    pub(super) const fn secret(&self) -> &[u8] {
        match self {
            Self::Can(Can(digits)) => digits,
            Self::Mrz(MrzKey(hash)) => hash,
            Self::Pin(Pin(digits)) => digits,
            Self::Puk(Puk(digits)) => digits,
        }
    }
}

macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        }
    )*};
}
redacted!(Can, MrzKey, Pin, Puk);

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Can(_) => "Password::Can(…)",
            Self::Mrz(_) => "Password::Mrz(…)",
            Self::Pin(_) => "Password::Pin(…)",
            Self::Puk(_) => "Password::Puk(…)",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_9303_11_g_1() {
        let Password::Mrz(key) = Password::mrz("T22000129", "640812", "101031").unwrap() else { panic!() };
        assert_eq!(hex::encode(key.0), "7e2d2a41c74ea0b38cd36f863939bfa8e9032aad");
        assert_eq!(key, MrzKey::from_information(b"T22000129364081251010318"));
        assert_eq!(key, MrzKey::from_hash(key.0));
    }

    #[test]
    fn the_example_of_9303_11_d_2_with_a_filled_number() {
        // L898902C< 3, 690806 1, 940623 6: SHA-1 begins with the published seed.
        let key = MrzKey::new("L898902C", "690806", "940623").unwrap();
        assert_eq!(key, MrzKey::from_information(b"L898902C<369080619406236"));
        assert_eq!(hex::encode_upper(&key.0[..16]), "239AB9CB282DAF66231DC5A4DF6BFBAE");
    }

    #[test]
    fn other_forms_are_refused() {
        for bad in ["", "12345", "1234567", "12345a", "１２"] {
            assert_eq!(Can::new(bad), Err(PasswordError::Can), "{bad}");
        }
        for bad in ["", "12345", "1234567", "12345a"] {
            assert_eq!(Pin::new(bad), Err(PasswordError::Pin), "{bad}");
        }
        for bad in ["", "123456789", "12345678901", "123456789a"] {
            assert_eq!(Puk::new(bad), Err(PasswordError::Puk), "{bad}");
        }
        for bad in ["", "t22000129", "T2200 129", "T22000129T22000129T2200"] {
            assert_eq!(MrzKey::new(bad, "640812", "101031"), Err(PasswordError::DocumentNumber), "{bad}");
        }
        for bad in ["", "64081", "6408123", "64-812"] {
            assert_eq!(MrzKey::new("T2", bad, "101031"), Err(PasswordError::Date), "{bad}");
            assert_eq!(MrzKey::new("T2", "640812", bad), Err(PasswordError::Date), "{bad}");
        }
    }

    #[test]
    fn debug_shows_no_secret() {
        let text = format!(
            "{:?} {:?} {:?} {:?}",
            Password::can("918273").unwrap(),
            Can::new("918273").unwrap(),
            Password::pin("918273").unwrap(),
            Puk::new("9182739182").unwrap()
        );
        assert!(!text.contains("918273") && !text.contains("57, 49"), "{text}");
    }
}
