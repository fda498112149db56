//! A share that waits on disk for its custodian: sealed for a key that only the custodian's passphrase opens.
//!
//! ```text
//! { "format": "chipwright-sealed-share/1", "ephemeral": 65 bytes, "ciphertext": AES-256-GCM(K, 0, lines of the sheet) }
//! K = HKDF-SHA-256(salt none, ikm ECDH(ephemeral, recipient).x, info "chipwright share" 00 ‖ ephemeral ‖ recipient)
//! ```
//!
//! Sealing needs the public half only, so that shares can be dealt anew without asking every custodian for a passphrase.

use std::fmt;
use std::path::{Path, PathBuf};

use der::pem::LineEnding;
use pkcs8::{DecodePublicKey, EncodePublicKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{Sheet, SheetReader, Step};
use crate::ecies::{self, Sealed};
use crate::{KeystoreError, Passphrase, key};

const FORMAT: &str = "chipwright-sealed-share/1";
const INFO: &[u8] = b"chipwright share\0";
const EXPECTED: &str = "a sealed share";

/// The public half of a custodian's key: it seals and cannot open.
#[derive(Clone, PartialEq, Eq)]
pub struct CustodianSeal(p256::PublicKey);

impl CustodianSeal {
    /// From a PEM text (SubjectPublicKeyInfo, P-256).
    #[must_use]
    pub fn from_pem(text: &str) -> Option<Self> {
        p256::PublicKey::from_public_key_pem(text).ok().map(Self)
    }

    /// As PEM.
    ///
    /// # Errors
    /// [`KeystoreError::Encryption`].
    pub fn to_pem(&self) -> Result<String, KeystoreError> {
        self.0.to_public_key_pem(LineEnding::LF).map_err(|_| KeystoreError::Encryption)
    }

    /// A share sealed: the content of a file.
    ///
    /// # Errors
    /// [`KeystoreError::Random`], [`KeystoreError::Encryption`].
    pub fn seal(&self, sheet: &Sheet) -> Result<Vec<u8>, KeystoreError> {
        let mut text = Zeroizing::new(String::with_capacity(1024));
        for line in sheet.lines() {
            text.push_str(&line);
            text.push('\n');
        }
        let Sealed { ephemeral, ciphertext } =
            ecies::seal(&self.0, INFO, FORMAT.as_bytes(), text.as_bytes())?;
        let stored = Stored { format: FORMAT.to_owned(), ephemeral, ciphertext };
        let mut file = serde_json::to_vec(&stored).map_err(|_| KeystoreError::Encryption)?;
        file.push(b'\n');
        Ok(file)
    }
}

impl fmt::Debug for CustodianSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CustodianSeal")
    }
}

/// A custodian's key, opened by the custodian's passphrase.
pub struct CustodianKey {
    path: PathBuf,
    secret: p256::SecretKey,
}

impl CustodianKey {
    /// Makes a new key and writes it encrypted to `path`.
    ///
    /// # Errors
    /// [`KeystoreError::AlreadyExists`] if the name is taken; [`KeystoreError::EmptyPassphrase`]; otherwise as the operating system
    /// refuses.
    pub fn create(path: impl AsRef<Path>, passphrase: &Passphrase) -> Result<Self, KeystoreError> {
        key::create_p256(path.as_ref(), passphrase)?;
        Self::load(path, passphrase)
    }

    /// Opens the key file.
    ///
    /// # Errors
    /// As [`FileKey::load`](crate::FileKey::load).
    pub fn load(path: impl AsRef<Path>, passphrase: &Passphrase) -> Result<Self, KeystoreError> {
        let path = path.as_ref();
        Ok(Self { path: path.to_owned(), secret: key::load_p256(path, passphrase)? })
    }

    /// The public half.
    #[must_use]
    pub fn seal(&self) -> CustodianSeal {
        CustodianSeal(self.secret.public_key())
    }

    /// Opens a sealed share; `path` is where it was read, for the message.
    ///
    /// # Errors
    /// [`KeystoreError::NotAKey`] for another file, [`KeystoreError::NotForThisKey`] for a share that was sealed for another custodian
    /// or altered.
    pub fn open(&self, sealed: &[u8], path: impl AsRef<Path>) -> Result<Sheet, KeystoreError> {
        let path = path.as_ref();
        let other = || KeystoreError::NotAKey { path: path.to_owned(), expected: EXPECTED };
        let not_ours = || KeystoreError::NotForThisKey { path: path.to_owned(), key: self.path.clone() };
        let stored: Stored = serde_json::from_slice(sealed).map_err(|_| other())?;
        if stored.format != FORMAT {
            return Err(other());
        }
        let Stored { ephemeral, ciphertext, .. } = stored;
        let text = ecies::open(&self.secret, INFO, FORMAT.as_bytes(), &Sealed { ephemeral, ciphertext })
            .ok_or_else(not_ours)?;
        let text = std::str::from_utf8(&text).map_err(|_| not_ours())?;
        let mut reader = SheetReader::new();
        for line in text.lines() {
            if let Step::Done(sheet) = reader.line(line).map_err(|_| not_ours())? {
                return Ok(sheet);
            }
        }
        Err(not_ours())
    }
}

impl fmt::Debug for CustodianKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CustodianKey({})", self.path.display())
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    ephemeral: String,
    ciphertext: String,
}
