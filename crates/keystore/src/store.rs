//! Stores of keys: one trait, and behind it encrypted files or a PKCS#11 token.
//!
//! A key has a label that is its own within the store. It is made once and never overwritten, and no bytes of it leave
//! the store, with one exception that has a name: [`CardMasters::new_keys`].

mod file;

use chipwright_channel::KeySize;
use chipwright_channel::diversify::ChipIdentifier;
use chipwright_channel::scp03::{KeyError, KeySet, StaticKeys};
use chipwright_pki::{SignKey, SignatureAlgorithm};

use crate::{KeystoreError, NewCardKeys};

pub use file::FileStore;

/// A private key in a store.
pub type StoredKey = Box<dyn SignKey + Send + Sync>;

/// Where private keys and card keys live.
pub trait KeyStore {
    /// Makes a private key.
    ///
    /// # Errors
    /// The store's own error if the label is taken, or if the store cannot make such a key.
    fn create(&self, label: &str, algorithm: SignatureAlgorithm) -> Result<StoredKey, KeystoreError>;

    /// Opens a private key.
    ///
    /// # Errors
    /// The store's own error if there is no such key, or if it cannot be used.
    fn open(&self, label: &str) -> Result<StoredKey, KeystoreError>;

    /// The labels of the private keys, sorted.
    ///
    /// # Errors
    /// As the store refuses.
    fn list(&self) -> Result<Vec<String>, KeystoreError>;

    /// How often the store itself says that a key was used; `None` where it does not count. PKCS#11 knows no such counter, and a
    /// file has none.
    ///
    /// # Errors
    /// The store's own error if there is no such key.
    fn uses(&self, label: &str) -> Result<Option<u64>, KeystoreError>;

    /// Makes card masters, inside the store where it can. `key_version` is the key version number (KVN) under which chips hold
    /// the keys derived from them.
    ///
    /// # Errors
    /// The store's own error if the label is taken.
    fn generate_masters(
        &self,
        label: &str,
        key_version: u8,
        size: KeySize,
    ) -> Result<Box<dyn CardMasters>, KeystoreError>;

    /// Brings card masters in, as those of a key ceremony.
    ///
    /// # Errors
    /// The store's own error if the label is taken.
    fn import_masters(
        &self,
        label: &str,
        key_version: u8,
        keys: NewCardKeys,
    ) -> Result<Box<dyn CardMasters>, KeystoreError>;

    /// Opens card masters.
    ///
    /// # Errors
    /// The store's own error if there are none of this label.
    fn masters(&self, label: &str) -> Result<Box<dyn CardMasters>, KeystoreError>;

    /// Brings in the transport keys of a delivery of blanks.
    ///
    /// # Errors
    /// The store's own error if the label is taken.
    fn import_transport(
        &self,
        label: &str,
        key_version: u8,
        keys: NewCardKeys,
    ) -> Result<Box<dyn StaticKeys>, KeystoreError>;

    /// Opens the transport keys of a delivery of blanks.
    ///
    /// # Errors
    /// The store's own error if there are none of this label.
    fn transport(&self, label: &str) -> Result<Box<dyn StaticKeys>, KeystoreError>;
}

/// The masters of the chips' keys.
pub trait CardMasters {
    /// The key version number (KVN) under which a chip holds the keys derived from these.
    fn key_version(&self) -> u8;

    /// The size of the masters and of the keys derived from them.
    fn size(&self) -> KeySize;

    /// The keys of a chip, to open its card manager with; inside the store where it keeps them there.
    ///
    /// # Errors
    /// [`KeyError::Store`] when the store fails.
    fn card_keys(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError>;

    /// The keys of a chip on their way into it (PUT KEY), in the memory of this host.
    ///
    /// # Errors
    /// [`KeyError::Store`] when the store fails, and when it keeps card keys inside ([`TokenError::CardKeysStayInside`](crate::token::TokenError::CardKeysStayInside)).
    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError>;

    /// Whether [`CardMasters::new_keys`] is refused whatever the chip.
    fn stay_inside(&self) -> bool;
}
