//! Counters of passwords.

use super::{MOST_INSTANCES, RecordReader};

/// What is counted for the passwords of one instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tries {
    /// Wrong tries in a row (ACC-03).
    pub(crate) mrz: u32,
    /// Wrong tries in a row (ACC-03).
    pub(crate) can: u32,
    /// Wrong tries in a row (PIN-07).
    pub(crate) puk: u32,
    /// Wrong tries in a row, at most three (PIN-02).
    pub(crate) pin: u8,
    /// How often the PUK has served, at most ten times (PIN-07).
    pub(crate) puk_uses: u8,
}

impl Tries {
    /// In the one record of all instances.
    pub(super) const LENGTH: usize = 16;

    /// MRZ (4), CAN (4), PUK (4), PIN, uses of the PUK, two bytes 00.
    pub(super) fn write(self) -> [u8; Self::LENGTH] {
        let mut out = [0; Self::LENGTH];
        out[..4].copy_from_slice(&self.mrz.to_be_bytes());
        out[4..8].copy_from_slice(&self.can.to_be_bytes());
        out[8..12].copy_from_slice(&self.puk.to_be_bytes());
        out[12] = self.pin;
        out[13] = self.puk_uses;
        out
    }

    pub(super) fn read_all(record: &[u8]) -> [Self; MOST_INSTANCES] {
        let mut all = [Self::default(); MOST_INSTANCES];
        for (tries, bytes) in all.iter_mut().zip(record.as_chunks::<{ Self::LENGTH }>().0) {
            *tries = Self::read(bytes).unwrap_or_default();
        }
        all
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = RecordReader(bytes);
        Some(Self {
            mrz: reader.number(4)?,
            can: reader.number(4)?,
            puk: reader.number(4)?,
            pin: reader.byte()?,
            puk_uses: reader.byte()?,
        })
    }
}
