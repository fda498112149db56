//! The parameter `i` (Amendment D, table 5-1) and the security level (table 7-4).

use std::fmt;

/// Length of challenges, cryptograms and MACs (Amendment D, 5.1: S8 and S16 mode).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// 8 bytes.
    S8,
    /// 16 bytes.
    S16,
}

impl Mode {
    /// Bytes of a challenge, of a cryptogram, and of a MAC as sent.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::S8 => 8,
            Self::S16 => 16,
        }
    }
}

/// The SCP03 parameter `i`.
///
/// | bit | meaning |
/// |---|---|
/// | 01 | S16 mode |
/// | 10 | the card challenge is pseudo-random |
/// | 20 | R-MAC is supported |
/// | 40 | R-ENCRYPTION is supported; only together with 20 |
/// | 80, 08, 04, 02 | reserved |
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Parameter(u8);

/// Why a byte is no parameter `i`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ParameterError {
    /// A bit is set whose meaning is not defined.
    #[error("the SCP03 parameter i = {0:02X} has reserved bits set")]
    Reserved(u8),
    /// R-ENCRYPTION without R-MAC.
    #[error("the SCP03 parameter i = {0:02X} offers R-ENCRYPTION without R-MAC")]
    ResponseEncryptionWithoutMac(u8),
}

impl Parameter {
    /// Reads the byte a card sends.
    ///
    /// # Errors
    /// [`ParameterError`] for reserved bits and for `40` without `20`.
    pub const fn new(i: u8) -> Result<Self, ParameterError> {
        if i & 0x8E != 0 {
            return Err(ParameterError::Reserved(i));
        }
        if i & 0x60 == 0x40 {
            return Err(ParameterError::ResponseEncryptionWithoutMac(i));
        }
        Ok(Self(i))
    }

    /// The byte.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }

    /// S8 or S16.
    #[must_use]
    pub const fn mode(self) -> Mode {
        if self.0 & 0x01 == 0 { Mode::S8 } else { Mode::S16 }
    }

    /// Whether the card challenge is derived from the sequence counter and can be checked.
    #[must_use]
    pub const fn has_pseudo_random_challenge(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// Whether the card can do what the level asks for.
    #[must_use]
    pub const fn allows(self, level: SecurityLevel) -> bool {
        (!level.has_r_mac() || self.0 & 0x20 != 0) && (!level.has_r_encryption() || self.0 & 0x40 != 0)
    }
}

impl fmt::Debug for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "i = {:02X}", self.0)
    }
}

impl fmt::Display for Parameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

/// The security level, P1 of EXTERNAL AUTHENTICATE: one of the six values of Amendment D, table 7-4.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SecurityLevel(u8);

/// A byte that is none of the six levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0:02X} is not a security level of SCP03 (00, 01, 03, 11, 13 or 33)")]
pub struct LevelError(pub u8);

impl SecurityLevel {
    /// `00`: authentication only, nothing is protected afterwards.
    pub const CLEAR: Self = Self(0x00);
    /// `01`: C-MAC.
    pub const C_MAC: Self = Self(0x01);
    /// `03`: C-DECRYPTION and C-MAC.
    pub const C_DECRYPTION_C_MAC: Self = Self(0x03);
    /// `11`: C-MAC and R-MAC.
    pub const C_MAC_R_MAC: Self = Self(0x11);
    /// `13`: C-DECRYPTION, C-MAC and R-MAC.
    pub const C_DECRYPTION_C_MAC_R_MAC: Self = Self(0x13);
    /// `33`: C-DECRYPTION, R-ENCRYPTION, C-MAC and R-MAC.
    pub const C_DECRYPTION_R_ENCRYPTION_C_MAC_R_MAC: Self = Self(0x33);

    /// All six, by value.
    pub const ALL: [Self; 6] = [Self(0x00), Self(0x01), Self(0x03), Self(0x11), Self(0x13), Self(0x33)];

    /// The byte.
    #[must_use]
    pub const fn value(self) -> u8 {
        self.0
    }

    /// Whether commands carry a MAC.
    #[must_use]
    pub const fn has_c_mac(self) -> bool {
        self.0 & 0x01 != 0
    }

    /// Whether command data is encrypted.
    #[must_use]
    pub const fn has_c_decryption(self) -> bool {
        self.0 & 0x02 != 0
    }

    /// Whether responses carry a MAC.
    #[must_use]
    pub const fn has_r_mac(self) -> bool {
        self.0 & 0x10 != 0
    }

    /// Whether response data is encrypted.
    #[must_use]
    pub const fn has_r_encryption(self) -> bool {
        self.0 & 0x20 != 0
    }
}

impl TryFrom<u8> for SecurityLevel {
    type Error = LevelError;

    fn try_from(value: u8) -> Result<Self, LevelError> {
        let level = Self(value);
        if Self::ALL.contains(&level) { Ok(level) } else { Err(LevelError(value)) }
    }
}

impl fmt::Debug for SecurityLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "level {:02X}", self.0)
    }
}

impl fmt::Display for SecurityLevel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_as_parameter() {
        let good: Vec<u8> = (0..=255).filter(|i| Parameter::new(*i).is_ok()).collect();
        assert_eq!(good, [0x00, 0x01, 0x10, 0x11, 0x20, 0x21, 0x30, 0x31, 0x60, 0x61, 0x70, 0x71]);
        assert_eq!(Parameter::new(0x40), Err(ParameterError::ResponseEncryptionWithoutMac(0x40)));
        assert_eq!(Parameter::new(0x80), Err(ParameterError::Reserved(0x80)));
    }

    #[test]
    fn every_byte_as_level() {
        let good: Vec<u8> = (0..=255).filter(|level| SecurityLevel::try_from(*level).is_ok()).collect();
        assert_eq!(good, [0x00, 0x01, 0x03, 0x11, 0x13, 0x33]);
    }

    #[test]
    fn the_parameter_limits_the_level() {
        let allowed = |i| -> Vec<u8> {
            let parameter = Parameter::new(i).unwrap();
            SecurityLevel::ALL.iter().filter(|level| parameter.allows(**level)).map(|level| level.0).collect()
        };
        assert_eq!(allowed(0x00), [0x00, 0x01, 0x03]);
        assert_eq!(allowed(0x11), [0x00, 0x01, 0x03]);
        assert_eq!(allowed(0x20), [0x00, 0x01, 0x03, 0x11, 0x13]);
        assert_eq!(allowed(0x70), [0x00, 0x01, 0x03, 0x11, 0x13, 0x33]);
    }
}
