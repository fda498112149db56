//! The parameter *i* (GP 2.3.1, table E-1) and the security level (table E-8).

use std::fmt;

/// The SCP02 parameter *i*, as the card data object tells it. SCP02 does not repeat it in INITIALIZE UPDATE.
///
/// | bit | meaning |
/// |---|---|
/// | 01 | three keys; else one base key |
/// | 02 | C-MAC on the unmodified APDU |
/// | 04 | explicit initiation |
/// | 08 | the first ICV is a MAC over the AID |
/// | 10 | the ICV is encrypted |
/// | 20 | R-MAC is supported |
/// | 40 | the card challenge is pseudo-random |
/// | 80 | reserved |
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parameter(u8);

/// A parameter *i* that is not supported: of these options only explicit initiation with three keys and C-MAC on the modified APDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the SCP02 parameter i = {0:02X} is not supported (05, 15, 45, 55, and these with R-MAC are)")]
pub struct ParameterError(pub u8);

impl Parameter {
    /// Reads the byte a card tells.
    ///
    /// # Errors
    /// [`ParameterError`] unless its low half is 5 and its first bit clear.
    pub const fn new(i: u8) -> Result<Self, ParameterError> {
        if i & 0x8F == 0x05 { Ok(Self(i)) } else { Err(ParameterError(i)) }
    }

    /// The byte.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }

    /// Whether every ICV but the first is encrypted.
    #[must_use]
    pub const fn encrypts_icv(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// Whether the card challenge follows from the AID and can be checked.
    #[must_use]
    pub const fn has_pseudo_random_challenge(self) -> bool {
        self.0 & 0x40 != 0
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SCP02 i = {:02X}", self.0)
    }
}

/// The security level, P1 of EXTERNAL AUTHENTICATE.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecurityLevel {
    /// `00`: authentication only.
    Clear,
    /// `01`: C-MAC.
    CMac,
    /// `03`: C-DECRYPTION and C-MAC.
    CDecryptionCMac,
}

impl SecurityLevel {
    /// All three, by value.
    pub const ALL: [Self; 3] = [Self::Clear, Self::CMac, Self::CDecryptionCMac];

    /// The byte.
    #[must_use]
    pub const fn value(self) -> u8 {
        match self {
            Self::Clear => 0x00,
            Self::CMac => 0x01,
            Self::CDecryptionCMac => 0x03,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_as_parameter() {
        let good: Vec<u8> = (0..=255).filter(|i| Parameter::new(*i).is_ok()).collect();
        assert_eq!(good, [0x05, 0x15, 0x25, 0x35, 0x45, 0x55, 0x65, 0x75]);
    }
}
