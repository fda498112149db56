//! Card keys in an encrypted file: the organisation's masters, and the transport keys of a delivery of blanks.
//!
//! ```text
//! { "header": { "format": "chipwright-card-keys", "version": 1, "purpose": "master" | "transport", "label": …,
//!     "key_version": …, "key_bytes": 16 | 24 | 32, "kdf": "pbkdf2-hmac-sha256", "rounds": 600000, "salt": 16 bytes,
//!     "cipher": "aes-256-gcm", "nonce": 12 bytes },
//!   "ciphertext": AES-256-GCM(Key-ENC ‖ Key-MAC ‖ Key-DEK) }
//! ```
//!
//! The header, as compact JSON in this order, is the additional data of the cipher, so that
//! purpose, label and key version cannot be changed without the passphrase.

use std::fmt;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use chipwright_channel::KeySize;
use chipwright_channel::diversify::{MasterKeys, SoftMasterKeys};
use chipwright_channel::scp03::{KeyError, KeyRole, KeySet, SoftKeys};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::pbkdf2;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::{KeystoreError, MOST_ROUNDS, PBKDF2_ROUNDS, Passphrase, durable, random};

const FORMAT: &str = "chipwright-card-keys";
const VERSION: u32 = 1;
const EXPECTED: &str = "a card key file";

/// What the keys in a file are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CardKeyPurpose {
    /// Masters, from which the keys of every chip are derived.
    Master,
    /// The keys that all blanks of one delivery carry on arrival.
    Transport,
}

/// Three AES keys on their way into a file, wiped when dropped.
pub struct NewCardKeys {
    size: KeySize,
    keys: Zeroizing<Vec<u8>>,
}

impl NewCardKeys {
    /// Three random keys.
    ///
    /// # Errors
    /// [`KeystoreError::Random`].
    pub fn generate(size: KeySize) -> Result<Self, KeystoreError> {
        let mut keys = Zeroizing::new(vec![0; 3 * size.bytes()]);
        random::fill(&mut keys)?;
        Ok(Self { size, keys })
    }

    /// The keys given, for instance those a chip's maker announced.
    ///
    /// # Errors
    /// [`KeystoreError::CardKeys`] unless all three have the same size of 16, 24 or 32 bytes.
    pub fn from_keys(enc: &[u8], mac: &[u8], dek: &[u8]) -> Result<Self, KeystoreError> {
        let size = KeySet::new(enc, mac, dek).map_err(KeystoreError::CardKeys)?.size();
        let mut keys = Zeroizing::new(Vec::with_capacity(3 * size.bytes()));
        keys.extend_from_slice(enc);
        keys.extend_from_slice(mac);
        keys.extend_from_slice(dek);
        Ok(Self { size, keys })
    }
}

impl NewCardKeys {
    /// The key check values of Key-ENC, Key-MAC and Key-DEK (Amendment D, 6.2.9), by which two people can compare the keys.
    ///
    /// # Errors
    /// [`KeystoreError::CardKeys`].
    pub fn check_values(&self) -> Result<[[u8; 3]; 3], KeystoreError> {
        Ok(check_values(&key_set(&self.keys, self.size)?))
    }
}

impl NewCardKeys {
    /// The key of a role.
    pub(crate) fn key(&self, role: KeyRole) -> &[u8] {
        split(&self.keys, self.size)[usize::from(role.identifier()) - 1]
    }
}

impl fmt::Debug for NewCardKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NewCardKeys({:?})", self.size)
    }
}

/// An opened card key file: key operations, never key bytes.
pub struct CardKeyFile {
    path: PathBuf,
    header: Header,
    keys: Zeroizing<Vec<u8>>,
    size: KeySize,
    masters: SoftMasterKeys,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: String,
    version: u32,
    purpose: CardKeyPurpose,
    label: String,
    key_version: u8,
    key_bytes: usize,
    kdf: String,
    rounds: u32,
    salt: String,
    cipher: String,
    nonce: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    header: Header,
    ciphertext: String,
}

/// Only enough to tell a later version from another file.
#[derive(Deserialize)]
struct Versioned {
    header: FormatAndVersion,
}

#[derive(Deserialize)]
struct FormatAndVersion {
    format: String,
    version: u32,
}

impl CardKeyFile {
    /// Writes new keys, encrypted, to `path`, and reads them back. `label` names the delivery or the generation of
    /// masters; `key_version` is the key version number (KVN) under which a card holds these keys, or keys derived from
    /// them.
    ///
    /// # Errors
    /// [`KeystoreError::AlreadyExists`] if the name is taken: no key is overwritten; [`KeystoreError::EmptyPassphrase`];
    /// otherwise as the operating system refuses.
    pub fn create(
        path: impl AsRef<Path>,
        purpose: CardKeyPurpose,
        label: &str,
        key_version: u8,
        keys: NewCardKeys,
        passphrase: &Passphrase,
    ) -> Result<Self, KeystoreError> {
        let path = path.as_ref();
        if passphrase.is_empty() {
            return Err(KeystoreError::EmptyPassphrase);
        }
        let (mut salt, mut nonce) = ([0; 16], [0; 12]);
        random::fill(&mut salt)?;
        random::fill(&mut nonce)?;
        let header = Header {
            format: FORMAT.to_owned(),
            version: VERSION,
            purpose,
            label: label.to_owned(),
            key_version,
            key_bytes: keys.size.bytes(),
            kdf: KDF.to_owned(),
            rounds: PBKDF2_ROUNDS,
            salt: hex::encode(salt),
            cipher: CIPHER.to_owned(),
            nonce: hex::encode(nonce),
        };
        let aad = header.additional_data()?;
        let mut sealed = keys.keys.clone();
        let key =
            derive(passphrase, &salt, NonZeroU32::new(PBKDF2_ROUNDS).ok_or(KeystoreError::Encryption)?)?;
        key.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut *sealed)
            .map_err(|_| KeystoreError::Encryption)?;
        let stored = Stored { header, ciphertext: hex::encode(&*sealed) };
        let mut text = serde_json::to_vec_pretty(&stored).map_err(|_| KeystoreError::Encryption)?;
        text.push(b'\n');
        durable::write_new(path, &text)?;
        Self::load(path, passphrase)
    }

    /// Opens a card key file.
    ///
    /// # Errors
    /// [`KeystoreError`]; a header that was changed cannot be told from a wrong passphrase.
    pub fn load(path: impl AsRef<Path>, passphrase: &Passphrase) -> Result<Self, KeystoreError> {
        let path = path.as_ref();
        let not_a_key = || KeystoreError::NotAKey { path: path.to_owned(), expected: EXPECTED };
        let wrong = || KeystoreError::WrongPassphrase { path: path.to_owned() };
        let bytes = durable::read(path)?;
        let Versioned { header: versioned } = serde_json::from_slice(&bytes).map_err(|_| not_a_key())?;
        if versioned.format != FORMAT {
            return Err(not_a_key());
        }
        if versioned.version != VERSION {
            return Err(KeystoreError::LaterVersion { path: path.to_owned(), found: versioned.version });
        }
        let Stored { header, ciphertext } = serde_json::from_slice(&bytes).map_err(|_| not_a_key())?;
        let rounds = match NonZeroU32::new(header.rounds) {
            Some(rounds) if header.kdf == KDF && header.cipher == CIPHER && header.rounds <= MOST_ROUNDS => {
                rounds
            }
            _ => {
                let what = "an unknown derivation or cipher, or too many rounds";
                return Err(KeystoreError::UnsupportedProtection { path: path.to_owned(), what });
            }
        };
        let (mut salt, mut nonce) = ([0; 16], [0; 12]);
        hex::decode_to_slice(&header.salt, &mut salt).map_err(|_| not_a_key())?;
        hex::decode_to_slice(&header.nonce, &mut nonce).map_err(|_| not_a_key())?;
        let mut keys = Zeroizing::new(hex::decode(&ciphertext).map_err(|_| not_a_key())?);
        let aad = header.additional_data()?;
        let length = derive(passphrase, &salt, rounds)?
            .open_in_place(Nonce::assume_unique_for_key(nonce), Aad::from(aad), &mut keys)
            .map_err(|_| wrong())?
            .len();
        keys.truncate(length);
        let size = KeySize::of(header.key_bytes).ok_or_else(not_a_key)?;
        if keys.len() != 3 * size.bytes() {
            return Err(not_a_key());
        }
        let [enc, mac, dek] = split(&keys, size);
        let masters = SoftMasterKeys::new(enc, mac, dek).map_err(KeystoreError::CardKeys)?;
        Ok(Self { path: path.to_owned(), header, keys, size, masters })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the keys are for.
    #[must_use]
    pub fn purpose(&self) -> CardKeyPurpose {
        self.header.purpose
    }

    /// The delivery, or the generation of masters.
    #[must_use]
    pub fn label(&self) -> &str {
        &self.header.label
    }

    /// The key version number (KVN) a card holds these keys under.
    #[must_use]
    pub fn key_version(&self) -> u8 {
        self.header.key_version
    }

    /// The size of the keys.
    #[must_use]
    pub fn key_size(&self) -> KeySize {
        self.size
    }

    /// The keys as the static keys of a session, as transport keys are used; none for masters, which open no session
    /// themselves.
    ///
    /// # Errors
    /// [`KeystoreError::NotAKey`] for masters.
    pub fn transport_keys(&self) -> Result<SoftKeys, KeystoreError> {
        if self.header.purpose != CardKeyPurpose::Transport {
            return Err(KeystoreError::NotAKey {
                path: self.path.clone(),
                expected: "a file of transport keys",
            });
        }
        let [enc, mac, dek] = split(&self.keys, self.size);
        SoftKeys::new(self.header.key_version, enc, mac, dek).map_err(KeystoreError::CardKeys)
    }

    /// The keys as masters.
    ///
    /// # Errors
    /// [`KeystoreError::NotAKey`] for transport keys: deriving from keys that a supplier knows would give every chip away.
    pub fn master_keys(&self) -> Result<&dyn MasterKeys, KeystoreError> {
        if self.header.purpose != CardKeyPurpose::Master {
            return Err(KeystoreError::NotAKey {
                path: self.path.clone(),
                expected: "a file of master keys",
            });
        }
        Ok(self)
    }
}

/// What a card key file says of its keys to anybody, unproven: [`CardKeyFile::load`] proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardKeyHeader {
    /// What the keys are for.
    pub purpose: CardKeyPurpose,
    /// The delivery, or the generation of masters.
    pub label: String,
    /// The key version number (KVN) a card holds these keys under.
    pub key_version: u8,
}

impl CardKeyFile {
    /// Reads what stands in clear in a card key file.
    ///
    /// # Errors
    /// [`KeystoreError::NotFound`], [`NotAKey`](KeystoreError::NotAKey); otherwise as the operating system refuses.
    pub fn header(path: impl AsRef<Path>) -> Result<CardKeyHeader, KeystoreError> {
        let path = path.as_ref();
        let stored: Stored = serde_json::from_slice(&durable::read(path)?)
            .map_err(|_| KeystoreError::NotAKey { path: path.to_owned(), expected: EXPECTED })?;
        let Header { purpose, label, key_version, .. } = stored.header;
        Ok(CardKeyHeader { purpose, label, key_version })
    }

    /// The transport keys, to be written back into a chip that is returned.
    ///
    /// # Errors
    /// [`KeystoreError::NotAKey`] for masters.
    pub fn transport_key_set(&self) -> Result<KeySet, KeystoreError> {
        self.transport_keys()?;
        key_set(&self.keys, self.size)
    }

    /// The key check values of Key-ENC, Key-MAC and Key-DEK (Amendment D, 6.2.9).
    ///
    /// # Errors
    /// [`KeystoreError::CardKeys`].
    pub fn check_values(&self) -> Result<[[u8; 3]; 3], KeystoreError> {
        Ok(check_values(&key_set(&self.keys, self.size)?))
    }
}

fn key_set(keys: &[u8], size: KeySize) -> Result<KeySet, KeystoreError> {
    let [enc, mac, dek] = split(keys, size);
    KeySet::new(enc, mac, dek).map_err(KeystoreError::CardKeys)
}

fn check_values(keys: &KeySet) -> [[u8; 3]; 3] {
    KeyRole::ALL.map(|role| keys.check_value(role))
}

impl MasterKeys for CardKeyFile {
    fn size(&self) -> KeySize {
        self.size
    }

    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        self.master_keys().map_err(|fault| KeyError::Store(Box::new(fault)))?;
        self.masters.cmac(role, input)
    }
}

impl fmt::Debug for CardKeyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CardKeyFile({:?}, {:?}, {:?})", self.header.purpose, self.header.label, self.size)
    }
}

const KDF: &str = "pbkdf2-hmac-sha256";
const CIPHER: &str = "aes-256-gcm";

impl Header {
    fn additional_data(&self) -> Result<Vec<u8>, KeystoreError> {
        serde_json::to_vec(self).map_err(|_| KeystoreError::Encryption)
    }
}

/// `PBKDF2-HMAC-SHA-256(passphrase, salt, rounds)`, 32 bytes (RFC 8018, 5.2), as an AES-256-GCM key.
fn derive(passphrase: &Passphrase, salt: &[u8], rounds: NonZeroU32) -> Result<LessSafeKey, KeystoreError> {
    let mut key = Zeroizing::new([0; 32]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, rounds, salt, passphrase.as_bytes(), key.as_mut_slice());
    UnboundKey::new(&AES_256_GCM, key.as_slice()).map(LessSafeKey::new).map_err(|_| KeystoreError::Encryption)
}

/// Key-ENC, Key-MAC, Key-DEK.
fn split(keys: &[u8], size: KeySize) -> [&[u8]; 3] {
    let (enc, rest) = keys.split_at(size.bytes());
    let (mac, dek) = rest.split_at(size.bytes());
    [enc, mac, dek]
}
