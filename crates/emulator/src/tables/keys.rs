//! `tables/keys.toml`.

use super::dgi::{CARD_SECURITY, CVCA};

/// One row of `tables/keys.toml`: a key pair of the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse {
    /// Which key.
    pub reference: KeyReference,
    /// The DGI under which its public key counts as held.
    pub dgi: u16,
    /// What it is for.
    pub name: &'static str,
    /// The DGIs that must be held when the key is (PERSO-23).
    pub needs: &'static [u16],
    /// Whether they may not be held without it.
    pub both: bool,
}

/// A key pair of the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyReference {
    /// AA-01.
    ActiveAuthentication = 0x01,
    /// CA-01.
    ChipAuthentication1 = 0x02,
    /// CAM-01.
    ChipAuthenticationMapping = 0x03,
    /// TA-08.
    ChipAuthentication2 = 0x04,
}

/// All of them.
pub const KEYS: [KeyUse; 4] = [
    KeyUse {
        reference: KeyReference::ActiveAuthentication,
        dgi: 0x8101,
        name: "Active Authentication",
        needs: &[0x010F],
        both: true,
    },
    KeyUse {
        reference: KeyReference::ChipAuthentication1,
        dgi: 0x8102,
        name: "Chip Authentication 1",
        needs: &[0x010E],
        both: false,
    },
    KeyUse {
        reference: KeyReference::ChipAuthenticationMapping,
        dgi: 0x8103,
        name: "PACE-CAM",
        needs: &[CARD_SECURITY],
        both: false,
    },
    KeyUse {
        reference: KeyReference::ChipAuthentication2,
        dgi: 0x8104,
        name: "Chip Authentication 2",
        needs: &[CARD_SECURITY, CVCA],
        both: false,
    },
];

impl KeyReference {
    /// The key of a reference byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        KEYS.iter().map(|key| key.reference).find(|reference| *reference as u8 == byte)
    }

    /// The DGI under which the public key counts as held.
    #[must_use]
    pub const fn dgi(self) -> u16 {
        0x8100 | self as u16
    }
}
