//! A token as a store of keys.

use std::path::Path;
use std::sync::Arc;

use chipwright_channel::KeySize;
use chipwright_channel::scp03::StaticKeys;
use chipwright_pki::SignatureAlgorithm;
use cryptoki::object::{KeyType, ObjectClass};
use cryptoki::types::AuthPin;

use super::card_keys::{self, CardKeys, Purpose, TokenMasters};
use super::pool::{Pool, TokenName};
use super::{TokenError, files, object, signing};
use crate::store::{CardMasters, KeyStore, StoredKey};
use crate::{KeystoreError, NewCardKeys, Passphrase};

/// Sessions at once, unless told otherwise.
const SESSIONS: usize = 8;

/// Keys in a token that was opened with its PIN.
#[derive(Debug, Clone)]
pub struct TokenStore {
    pool: Arc<Pool>,
    card_keys: CardKeys,
}

impl TokenStore {
    /// Loads the module, finds the token and logs in as its user. The PIN is tried once.
    ///
    /// # Errors
    /// [`KeystoreError::Token`]; each says what happened and what to do. [`KeystoreError::EmptyPassphrase`] for an empty PIN.
    pub fn open(module: &Path, token: TokenName, pin: &Passphrase) -> Result<Self, KeystoreError> {
        Self::with_sessions(module, token, pin, SESSIONS)
    }

    /// As [`TokenStore::open`], with at most so many sessions at once; who finds all lent waits.
    ///
    /// # Errors
    /// As [`TokenStore::open`].
    pub fn with_sessions(
        module: &Path,
        token: TokenName,
        pin: &Passphrase,
        sessions: usize,
    ) -> Result<Self, KeystoreError> {
        if pin.is_empty() {
            return Err(KeystoreError::EmptyPassphrase);
        }
        let pin = AuthPin::from(pin.as_str().to_owned());
        let pool = Arc::new(Pool::open(module, token, pin, sessions)?);
        Ok(Self { pool, card_keys: CardKeys::default() })
    }

    /// With the issuer's policy on card keys.
    #[must_use]
    pub fn with_card_keys(mut self, policy: CardKeys) -> Self {
        self.card_keys = policy;
        self
    }

    /// Makes the key behind [`TokenStore::passphrase_of_files`].
    ///
    /// # Errors
    /// [`KeystoreError::Token`].
    pub fn create_passphrase_of_files(&self) -> Result<(), KeystoreError> {
        Ok(files::create(&self.pool)?)
    }

    /// A passphrase that the token alone can tell, for files that belong to it: a PIN would be found by trying it on them.
    ///
    /// # Errors
    /// [`KeystoreError::Token`].
    pub fn passphrase_of_files(&self) -> Result<Passphrase, KeystoreError> {
        Ok(files::passphrase(&self.pool)?)
    }

    /// What the token says of itself without a PIN.
    ///
    /// # Errors
    /// [`KeystoreError::Token`] when the module does not load or does not see the token, or when its PIN is locked or on its last try.
    pub fn look(module: &Path, token: &TokenName) -> Result<(), KeystoreError> {
        Ok(Pool::look(module, token)?)
    }

    /// Whether this can be its PIN, by its length.
    ///
    /// # Errors
    /// [`TokenError::LongPin`] in [`KeystoreError::Token`].
    pub fn takes(&self, pin: &Passphrase) -> Result<(), KeystoreError> {
        let (most, bytes) = (self.pool.longest_pin()?, pin.as_str().len());
        match bytes <= most {
            true => Ok(()),
            false => Err(TokenError::LongPin { token: self.pool.token(), most, bytes }.into()),
        }
    }

    /// Puts another PIN (C_SetPIN) in the place of the one that it was opened with.
    ///
    /// # Errors
    /// [`KeystoreError::Token`]; the PIN is the former one then.
    pub fn change_pin(self, new: &Passphrase) -> Result<(), KeystoreError> {
        if new.is_empty() {
            return Err(KeystoreError::EmptyPassphrase);
        }
        Ok(self.pool.change_pin(&AuthPin::from(new.as_str().to_owned()))?)
    }

    fn with_policy(&self, keys: card_keys::TokenKeySet) -> Box<dyn CardMasters> {
        Box::new(TokenMasters { keys, policy: self.card_keys })
    }
}

impl KeyStore for TokenStore {
    fn create(&self, label: &str, algorithm: SignatureAlgorithm) -> Result<StoredKey, KeystoreError> {
        Ok(Box::new(signing::create(&self.pool, label, algorithm)?))
    }

    fn open(&self, label: &str) -> Result<StoredKey, KeystoreError> {
        Ok(Box::new(signing::open(&self.pool, label)?))
    }

    fn list(&self) -> Result<Vec<String>, KeystoreError> {
        Ok(object::labels(&self.pool.lend()?, ObjectClass::PRIVATE_KEY, KeyType::EC)?)
    }

    fn uses(&self, label: &str) -> Result<Option<u64>, KeystoreError> {
        object::find(&self.pool.lend()?, &self.pool.token(), ObjectClass::PRIVATE_KEY, label, &[])?;
        Ok(None)
    }

    fn generate_masters(
        &self,
        label: &str,
        key_version: u8,
        size: KeySize,
    ) -> Result<Box<dyn CardMasters>, KeystoreError> {
        let keys = card_keys::generate(&self.pool, Purpose::Master, label, key_version, size)?;
        Ok(self.with_policy(keys))
    }

    fn import_masters(
        &self,
        label: &str,
        key_version: u8,
        keys: NewCardKeys,
    ) -> Result<Box<dyn CardMasters>, KeystoreError> {
        let keys = card_keys::import(&self.pool, Purpose::Master, label, key_version, &keys)?;
        Ok(self.with_policy(keys))
    }

    fn masters(&self, label: &str) -> Result<Box<dyn CardMasters>, KeystoreError> {
        Ok(self.with_policy(card_keys::open(&self.pool, Purpose::Master, label)?))
    }

    fn import_transport(
        &self,
        label: &str,
        key_version: u8,
        keys: NewCardKeys,
    ) -> Result<Box<dyn StaticKeys>, KeystoreError> {
        Ok(Box::new(card_keys::import(&self.pool, Purpose::Transport, label, key_version, &keys)?))
    }

    fn transport(&self, label: &str) -> Result<Box<dyn StaticKeys>, KeystoreError> {
        Ok(Box::new(card_keys::open(&self.pool, Purpose::Transport, label)?))
    }
}

impl From<TokenError> for KeystoreError {
    fn from(fault: TokenError) -> Self {
        Self::Token(Box::new(fault))
    }
}
