//! Card production life cycle data, tag `9F7F`: 42 bytes.

use crate::ChipIdentifier;
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Tlv, TlvError};

/// The 42 bytes of `9F7F`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cplc([u8; 42]);

impl Cplc {
    /// From the answer to GET DATA 9F7F, with its tag.
    ///
    /// # Errors
    /// [`TlvError`] for another tag or length.
    pub fn parse(answer: &[u8]) -> Result<Self, TlvError> {
        let tlv = Tlv::parse_expected(answer, Tag(0x9F7F))?;
        tlv.value.try_into().map(Self).map_err(|_| tlv.invalid())
    }

    /// IC fabricator.
    #[must_use]
    pub const fn fabricator(&self) -> u16 {
        u16::from_be_bytes([self.0[0], self.0[1]])
    }

    /// IC type.
    #[must_use]
    pub const fn ic_type(&self) -> u16 {
        u16::from_be_bytes([self.0[2], self.0[3]])
    }

    /// IC type ‖ fabrication date ‖ serial number ‖ batch identifier (CHIP-06).
    #[must_use]
    pub fn chip_identifier(&self) -> ChipIdentifier {
        let mut bytes = [0; 10];
        bytes[..2].copy_from_slice(&self.0[2..4]);
        bytes[2..].copy_from_slice(&self.0[10..18]);
        ChipIdentifier(bytes)
    }

    /// As read.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 42] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_identifier_is_cut_from_its_fields() {
        let mut answer = vec![0x9F, 0x7F, 42];
        answer.extend(0u8..42);
        let cplc = Cplc::parse(&answer).unwrap();
        assert_eq!(cplc.chip_identifier().0, [2, 3, 10, 11, 12, 13, 14, 15, 16, 17]);
        assert_eq!(cplc.fabricator(), 0x0001);
        assert!(Cplc::parse(&answer[..44]).is_err());
    }
}
