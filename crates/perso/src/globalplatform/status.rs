//! The answer to GET STATUS (GP 2.3.1, 11.4.3) and the life cycle of the card.

use chipwright_iso7816::Aid;
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Reader, TlvError};
use std::fmt;

/// The life cycle of the card (GP 2.3.1, table 11-6); unknown values survive.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct CardLifeCycle(pub u8);

impl CardLifeCycle {
    /// 01: ready for operation, as delivered.
    pub const OP_READY: Self = Self(0x01);
    /// 07: initialised.
    pub const INITIALIZED: Self = Self(0x07);
    /// 0F: secured, as issued.
    pub const SECURED: Self = Self(0x0F);
    /// 7F: locked.
    pub const CARD_LOCKED: Self = Self(0x7F);
    /// FF: terminated for ever.
    pub const TERMINATED: Self = Self(0xFF);
}

impl fmt::Display for CardLifeCycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::OP_READY => f.write_str("OP_READY"),
            Self::INITIALIZED => f.write_str("INITIALIZED"),
            Self::SECURED => f.write_str("SECURED"),
            Self::CARD_LOCKED => f.write_str("CARD_LOCKED"),
            Self::TERMINATED => f.write_str("TERMINATED"),
            Self(other) => write!(f, "life cycle {other:02X}"),
        }
    }
}

impl fmt::Debug for CardLifeCycle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One entry of GET STATUS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusEntry {
    /// `4F`.
    pub aid: Aid,
    /// `9F70`, first byte.
    pub life_cycle: u8,
}

/// Reads a sequence of `E3` { `4F` AID, `9F70` life cycle, … }.
///
/// # Errors
/// [`TlvError`] when the structure is broken.
pub fn parse_status(data: &[u8]) -> Result<Vec<StatusEntry>, TlvError> {
    let mut reader = Reader::new(data);
    let mut entries = Vec::new();
    while let Some(entry) = reader.next()? {
        if entry.tag != Tag(0xE3) {
            return Err(entry.invalid());
        }
        let aid = entry.children()?.find(Tag(0x4F))?;
        let life_cycle = entry.children()?.find(Tag(0x9F70))?;
        entries.push(StatusEntry {
            aid: Aid::new(aid.value).map_err(|_| aid.invalid())?,
            life_cycle: *life_cycle.value.first().ok_or_else(|| life_cycle.invalid())?,
        });
    }
    Ok(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read() {
        let data = hex::decode("e3134f08a0000001510000009f70010fc5039efe80").unwrap();
        let entries = parse_status(&data).unwrap();
        assert_eq!((entries.len(), entries[0].life_cycle), (1, 0x0F));
        assert!(parse_status(&data[..10]).is_err());
        assert!(parse_status(&[0xE3, 0x00]).is_err());
    }
}
