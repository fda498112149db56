//! A key whose every use is counted.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use chipwright_pki::{PublicKey, SignError, SignKey};
use der::asn1::AnyRef;
use der::{Decode, SliceReader, Tag, Tagged};

use super::ledger::{Block, Ledger};
use super::{Digest, Use, UsesError};

/// The largest block that is reserved at once.
const MOST: u64 = 256;

/// A key whose every use is counted: nothing is signed that is not in the ledger first.
///
/// Rare uses (certificates, lists, statements) are written and synchronised one by one. Frequent ones are reserved in blocks, each
/// twice as large as the one before, up to 256: a stop loses at most as many uses as this key had made since it was opened, and never
/// more than 256. What is left of a block is given back when the key is dropped.
pub struct Counted<K: SignKey> {
    key: K,
    ledger: Ledger,
    label: String,
    of: Use,
    name: Digest,
    always: Option<u64>,
    block: Mutex<Held>,
}

/// A counted key that is used for one thing more.
pub struct UsedFor<'a, K: SignKey> {
    key: &'a Counted<K>,
    of: Use,
}

#[derive(Debug, Default)]
struct Held {
    block: Option<Block>,
    last: u64,
}

impl<K: SignKey> Counted<K> {
    /// Counts this key, used for one thing.
    ///
    /// # Errors
    /// [`UsesError::UnknownKey`] if the ledger does not know the key, [`UsesError::LimitReached`] if nothing is left.
    pub fn new(key: K, ledger: &Ledger, label: &str, of: Use) -> Result<Self, UsesError> {
        let name = Digest::of_key(key.public_key());
        let count = ledger.count(&name)?.ok_or_else(|| UsesError::UnknownKey { label: label.to_owned() })?;
        if let (Some(limit), Some(0)) = (count.limit, count.left()) {
            return Err(UsesError::LimitReached { label: label.to_owned(), limit, wanted: of });
        }
        let (ledger, label) = (ledger.clone(), label.to_owned());
        Ok(Self { key, ledger, label, of, name, always: None, block: Mutex::default() })
    }

    /// Reserves so many uses at once.
    #[must_use]
    pub const fn in_blocks_of(mut self, uses: u64) -> Self {
        self.always = Some(if uses == 0 { 1 } else { uses });
        self
    }

    /// The same key for another thing.
    #[must_use]
    pub const fn used_for(&self, of: Use) -> UsedFor<'_, K> {
        UsedFor { key: self, of }
    }

    /// How often the key may still be used by anybody; none without a limit.
    ///
    /// # Errors
    /// [`UsesError`].
    pub fn left(&self) -> Result<Option<u64>, UsesError> {
        let rest = self.held().block.map_or(0, |block| block.rest);
        Ok(self.ledger.count(&self.name)?.and_then(|count| count.left()).map(|left| left + rest))
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Held> {
        self.block.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn count(&self, of: Use, message: &[u8]) -> Result<(), UsesError> {
        let mut held = self.held();
        let want = match self.always {
            Some(uses) => uses,
            None if of.is_frequent() => (2 * held.last).clamp(1, MOST),
            None => 1,
        };
        let reserves = held.block.is_none_or(|block| block.rest == 0);
        if let Some(serial) = matches!(of, Use::Certificate | Use::Link).then(|| serial_of(message)).flatten()
        {
            self.ledger.take_serial(serial)?;
        }
        let signed = Digest::of(message);
        self.ledger.use_one(&mut held.block, of, &self.label, self.name, signed, want)?;
        if reserves {
            held.last = want;
        }
        Ok(())
    }
}

/// The serial number in a certificate that is about to be signed: TBSCertificate ::= SEQUENCE { [0] version, INTEGER serialNumber, …
/// (RFC 5280, 4.1). A list has no tag there.
fn serial_of(message: &[u8]) -> Option<&[u8]> {
    let mut all = SliceReader::new(message).ok()?;
    let whole = AnyRef::decode(&mut all).ok().filter(|whole| whole.tag() == Tag::Sequence)?;
    let mut parts = SliceReader::new(whole.value()).ok()?;
    AnyRef::decode(&mut parts).ok().filter(|version| version.tag().is_context_specific())?;
    let serial = AnyRef::decode(&mut parts).ok()?;
    (serial.tag() == Tag::Integer).then(|| serial.value())
}

impl<K: SignKey> SignKey for Counted<K> {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.used_for(self.of).sign(message)
    }
}

impl<K: SignKey> SignKey for UsedFor<'_, K> {
    fn public_key(&self) -> &PublicKey {
        self.key.key.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.key.count(self.of, message).map_err(|fault| SignError::Key(Box::new(fault)))?;
        self.key.key.sign(message)
    }
}

impl<K: SignKey> Drop for Counted<K> {
    fn drop(&mut self) {
        let block = self.held().block.take();
        if let Some(block) = block {
            // what cannot be given back is lost, which the limit bears
            let _ = self.ledger.give_back(block);
        }
    }
}

impl<K: SignKey> fmt::Debug for Counted<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Counted({:?}, {})", self.label, self.of)
    }
}
