//! Session security levels.

use super::Parameter;

/// Amendment D, 7.1.2: P1 of EXTERNAL AUTHENTICATE; the session's Current Security Level (GP 2.3.1, 10.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SecurityLevel {
    /// `00`: authenticated; messages need no protection.
    Authenticated,
    /// `01`: C-MAC.
    CMac,
    /// `03`: C-DECRYPTION and C-MAC.
    CDecryptionCMac,
    /// `11`: C-MAC and R-MAC.
    CMacRMac,
    /// `13`: C-DECRYPTION, C-MAC and R-MAC.
    CDecryptionCMacRMac,
    /// `33`: C-DECRYPTION, R-ENCRYPTION, C-MAC and R-MAC.
    CDecryptionREncryptionCMacRMac,
}

impl SecurityLevel {
    /// Every level.
    pub const ALL: [Self; 6] = [
        Self::Authenticated,
        Self::CMac,
        Self::CDecryptionCMac,
        Self::CMacRMac,
        Self::CDecryptionCMacRMac,
        Self::CDecryptionREncryptionCMacRMac,
    ];

    /// From P1; none for a value the table does not have.
    #[must_use]
    pub const fn from_p1(p1: u8) -> Option<Self> {
        match p1 {
            0x00 => Some(Self::Authenticated),
            0x01 => Some(Self::CMac),
            0x03 => Some(Self::CDecryptionCMac),
            0x11 => Some(Self::CMacRMac),
            0x13 => Some(Self::CDecryptionCMacRMac),
            0x33 => Some(Self::CDecryptionREncryptionCMacRMac),
            _ => None,
        }
    }

    /// The value in P1.
    #[must_use]
    pub const fn value(self) -> u8 {
        match self {
            Self::Authenticated => 0x00,
            Self::CMac => 0x01,
            Self::CDecryptionCMac => 0x03,
            Self::CMacRMac => 0x11,
            Self::CDecryptionCMacRMac => 0x13,
            Self::CDecryptionREncryptionCMacRMac => 0x33,
        }
    }

    /// Whether commands carry a C-MAC.
    #[must_use]
    pub const fn has_c_mac(self) -> bool {
        self.value() & 0x01 != 0
    }

    /// Whether command data is encrypted.
    #[must_use]
    pub const fn has_c_decryption(self) -> bool {
        self.value() & 0x02 != 0
    }

    /// Whether responses carry an R-MAC.
    #[must_use]
    pub const fn has_r_mac(self) -> bool {
        self.value() & 0x10 != 0
    }

    /// Whether response data is encrypted.
    #[must_use]
    pub const fn has_r_encryption(self) -> bool {
        self.value() & 0x20 != 0
    }

    /// Whether a card with this "i" offers the level.
    #[must_use]
    pub const fn is_offered(self, parameter: Parameter) -> bool {
        (!self.has_r_mac() || parameter.has_r_mac())
            && (!self.has_r_encryption() || parameter.has_r_encryption())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_values_of_256() {
        let accepted: Vec<_> = (0..=255).filter_map(SecurityLevel::from_p1).collect();
        assert_eq!(accepted, SecurityLevel::ALL);
        assert!((0..=255).all(|p1| SecurityLevel::from_p1(p1).is_none_or(|level| level.value() == p1)));
    }

    #[test]
    fn responses_are_protected_only_where_i_says_so() {
        let offered = |i: u8| {
            let parameter = Parameter::new(i).unwrap();
            SecurityLevel::ALL.into_iter().filter(|level| level.is_offered(parameter)).count()
        };
        assert_eq!([0x00, 0x10, 0x20, 0x30, 0x60, 0x71].map(offered), [3, 3, 5, 5, 6, 6]);
    }
}
