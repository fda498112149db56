//! Key sets.

use super::{Record, RecordReader, RecordWriter, USED};
use crate::scp03::KeySet;
use zeroize::Zeroizing;

/// A key set as stored: version, keys, failed authentications, sequence counter.
pub(crate) struct StoredKeys {
    pub(crate) version: u8,
    pub(crate) failures: u8,
    pub(crate) sequence: u32,
    bytes: [Zeroizing<Vec<u8>>; 3],
    pub(crate) set: KeySet,
}

impl StoredKeys {
    /// Three AES keys of one length, never used.
    pub(crate) fn new(version: u8, [enc, mac, dek]: [&[u8]; 3]) -> Option<Self> {
        let set = KeySet::new(enc, mac, dek).ok()?;
        let bytes = [enc, mac, dek].map(|key| Zeroizing::new(key.to_vec()));
        Some(Self { version, failures: 0, sequence: 0, bytes, set })
    }

    /// The same keys with other counters.
    pub(crate) fn with_counters(&self, failures: u8, sequence: u32) -> Option<Self> {
        let [enc, mac, dek] = &self.bytes;
        Some(Self { failures, sequence, ..Self::new(self.version, [enc, mac, dek])? })
    }

    /// The sequence counter on three bytes.
    pub(crate) const fn sequence_bytes(&self) -> [u8; 3] {
        let [_, a, b, c] = self.sequence.to_be_bytes();
        [a, b, c]
    }

    /// First record: used, version, key length, failures, sequence counter (3), Key-ENC from byte 32. Second: Key-MAC,
    /// Key-DEK from byte 32.
    pub(super) fn write(&self) -> [Record; 2] {
        let [enc, mac, dek] = &self.bytes;
        #[allow(clippy::cast_possible_truncation)] // at most 32
        let head = [USED, self.version, enc.len() as u8, self.failures];
        let first = RecordWriter::new().put(&head).put(&self.sequence_bytes()).put(&[0; 25]).put(enc);
        let second = RecordWriter::new().put(mac).put(&[0; 32][mac.len().min(32)..]).put(dek);
        [first.record, second.record]
    }

    pub(super) fn read(first: &[u8], second: &[u8]) -> Option<Self> {
        let mut reader = RecordReader(first);
        if reader.byte()? != USED {
            return None;
        }
        let version = reader.byte()?;
        let length = usize::from(reader.byte()?);
        let failures = reader.byte()?;
        let sequence = reader.number(3)?;
        let enc = first.get(32..32 + length)?;
        let mac = second.get(..length)?;
        let dek = second.get(32..32 + length)?;
        Some(Self { failures, sequence, ..Self::new(version, [enc, mac, dek])? })
    }
}
