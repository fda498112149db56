//! Card production life cycle data.

use serde::{Deserialize, Serialize};
use std::fmt;

/// The value of `9F7F`, 42 bytes: IC fabricator, IC type, operating system identifier, release date and level, IC
/// fabrication date, IC serial number (4), IC batch identifier, then the dates and identifiers of later makers.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cplc([u8; Self::LENGTH]);

impl Cplc {
    /// 42 bytes.
    pub const LENGTH: usize = 42;

    /// As they stand.
    #[must_use]
    pub const fn new(bytes: [u8; Self::LENGTH]) -> Self {
        Self(bytes)
    }

    /// Of a software chip with this identifier: type (2), fabrication date (2), serial number (4), batch (2).
    #[must_use]
    pub fn of_chip(identifier: [u8; 10]) -> Self {
        let mut bytes = [0; Self::LENGTH];
        bytes[0..2].copy_from_slice(b"CW");
        bytes[2..4].copy_from_slice(&identifier[0..2]);
        bytes[4..10].copy_from_slice(&[0x43, 0x57, 0x63, 0x26, 0x01, 0x00]);
        bytes[10..18].copy_from_slice(&identifier[2..10]);
        Self(bytes)
    }

    /// CHIP-06: IC type (2), IC fabrication date (2), IC serial number (4), IC batch identifier (2).
    #[must_use]
    pub fn chip_identifier(&self) -> [u8; 10] {
        let mut identifier = [0; 10];
        identifier[0..2].copy_from_slice(&self.0[2..4]);
        identifier[2..10].copy_from_slice(&self.0[10..18]);
        identifier
    }

    /// The bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LENGTH] {
        &self.0
    }
}

/// Text that is not 84 hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("card production life cycle data is written as 84 hexadecimal digits")]
pub struct NotCplc;

impl TryFrom<String> for Cplc {
    type Error = NotCplc;

    fn try_from(text: String) -> Result<Self, NotCplc> {
        let mut bytes = [0; Self::LENGTH];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| NotCplc)?;
        Ok(Self(bytes))
    }
}

impl From<Cplc> for String {
    fn from(cplc: Cplc) -> Self {
        hex::encode_upper(cplc.0)
    }
}

impl fmt::Debug for Cplc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cplc({})", hex::encode_upper(self.0))
    }
}
