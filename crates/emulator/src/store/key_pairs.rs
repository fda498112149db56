//! Key pairs of the chip (PERSO-19). The directory holds the private key; the public key is computed from it.

use super::{KEY_PAIRS, Record, RecordReader, RecordWriter, Store, USED, present};
use crate::memory::{Changes, RECORD};
use crate::tables::KeyReference;
use elliptic_curve::sec1::ToSec1Point;
use p256::SecretKey;
use std::fmt;
use zeroize::Zeroizing;

/// A P-256 key pair.
pub(crate) struct KeyPairRecord {
    /// In 1 to n − 1, big-endian.
    pub(crate) private: Zeroizing<[u8; 32]>,
    /// `04 || x || y`.
    pub(crate) public: [u8; 65],
}

impl KeyPairRecord {
    /// None unless the number is a private key.
    pub(crate) fn from_private(private: Zeroizing<[u8; 32]>) -> Option<Self> {
        let key = SecretKey::from_slice(private.as_slice()).ok()?;
        let public = key.public_key().to_sec1_point(false).as_bytes().try_into().ok()?;
        Some(Self { private, public })
    }
}

impl fmt::Debug for KeyPairRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyPairRecord({}, redacted)", hex::encode_upper(self.public))
    }
}

/// As it lies in the directory.
pub(super) struct StoredKeyPair {
    owner: u8,
    reference: KeyReference,
    private: Zeroizing<[u8; 32]>,
}

impl StoredKeyPair {
    /// Used, owner, reference, private key (32).
    fn write(&self) -> Record {
        RecordWriter::new().put(&[USED, self.owner, self.reference as u8]).put(self.private.as_slice()).record
    }

    pub(super) fn read(record: &[u8]) -> Option<Self> {
        let mut reader = RecordReader(record);
        reader.byte().filter(|mark| *mark == USED)?;
        let owner = reader.byte()?;
        let reference = KeyReference::from_byte(reader.byte()?)?;
        let mut private = Zeroizing::new([0; 32]);
        private.copy_from_slice(reader.take(32)?);
        Some(Self { owner, reference, private })
    }
}

impl Store {
    /// The pair of an instance, if it has been made.
    pub(crate) fn key_pair(&self, owner: usize, reference: KeyReference) -> Option<KeyPairRecord> {
        let (_, stored) = self.key_pair_record(owner, reference)?;
        KeyPairRecord::from_private(stored.private.clone())
    }

    /// Whether it has been made.
    pub(crate) fn has_key_pair(&self, owner: usize, reference: KeyReference) -> bool {
        self.key_pair_record(owner, reference).is_some()
    }

    /// Which pairs an instance has.
    pub(crate) fn key_pairs(&self, owner: usize) -> impl Iterator<Item = KeyReference> {
        present(&self.key_pairs)
            .filter(move |(_, pair)| usize::from(pair.owner) == owner)
            .map(|(_, pair)| pair.reference)
    }

    /// Where a new pair goes: in the place of the former one, or where there is room and no other new one goes.
    pub(crate) fn key_pair_slot(
        &self,
        owner: usize,
        reference: KeyReference,
        taken: &[usize],
    ) -> Option<usize> {
        let former = self.key_pair_record(owner, reference).map(|(slot, _)| slot);
        let free = |slot: &usize| self.key_pairs[*slot].is_none() && !taken.contains(slot);
        former.or_else(|| (0..self.key_pairs.len()).find(free))
    }

    fn key_pair_record(&self, owner: usize, reference: KeyReference) -> Option<(usize, &StoredKeyPair)> {
        present(&self.key_pairs)
            .find(|(_, pair)| usize::from(pair.owner) == owner && pair.reference == reference)
    }

    /// Removes the key pairs and trust points of an instance.
    pub(crate) fn forget_keys_of(&self, owner: usize, changes: &mut Changes) {
        for (slot, _) in present(&self.key_pairs).filter(|(_, pair)| usize::from(pair.owner) == owner) {
            changes.clear(KEY_PAIRS + slot);
        }
        self.forget_trust_points_of(owner, changes);
    }
}

impl Changes {
    /// A pair in the slot that [`Store::key_pair_slot`] names.
    #[allow(clippy::cast_possible_truncation)] // one of 4 instances
    pub(crate) fn key_pair(
        &mut self,
        slot: usize,
        owner: usize,
        reference: KeyReference,
        pair: &KeyPairRecord,
    ) -> &mut Self {
        let stored = StoredKeyPair { owner: owner as u8, reference, private: pair.private.clone() };
        let record: Zeroizing<[u8; RECORD]> = Zeroizing::new(stored.write());
        self.set(KEY_PAIRS + slot, *record)
    }
}
