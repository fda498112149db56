//! Evidence at rest: sealed for a key that the station does not hold.
//!
//! ```text
//! { "format": "chipwright-sealed-evidence/1", "delete_on": "2027-02-20", "ephemeral": 65 bytes, "ciphertext": AES-256-GCM(K, 0, record) }
//! K = HKDF-SHA-256(salt none, ikm ECDH(ephemeral, recipient).x, info "chipwright evidence" 00 ‖ ephemeral ‖ recipient)
//! ```
//!
//! ECIES over P-256. Format and deletion date, which a station must read without the key, are the additional data of the cipher.

use std::fmt;
use std::path::{Path, PathBuf};

use der::pem::LineEnding;
use p256::{PublicKey, SecretKey};
use pkcs8::{DecodePublicKey, EncodePublicKey};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::ecies::{self, Sealed};
use crate::{KeystoreError, Passphrase, durable, key};

const FORMAT: &str = "chipwright-sealed-evidence/1";
const EXPECTED_PUBLIC: &str = "the public half of an evidence key (PEM)";
const EXPECTED_SEALED: &str = "a record of evidence";
const INFO: &[u8] = b"chipwright evidence\0";

/// The public half, which stations hold: it seals and cannot open.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceSealer(PublicKey);

impl EvidenceSealer {
    /// Reads a PEM file (SubjectPublicKeyInfo, P-256).
    ///
    /// # Errors
    /// [`KeystoreError::NotFound`], [`KeystoreError::NotAKey`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, KeystoreError> {
        let path = path.as_ref();
        let not_a_key = || KeystoreError::NotAKey { path: path.to_owned(), expected: EXPECTED_PUBLIC };
        let bytes = durable::read(path)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| not_a_key())?;
        PublicKey::from_public_key_pem(text).map(Self).map_err(|_| not_a_key())
    }

    /// Seals a record and writes it to a new file. `delete_on` is an ISO 8601 date.
    ///
    /// # Errors
    /// [`KeystoreError::AlreadyExists`] if the name is taken; otherwise as the operating system refuses.
    pub fn seal(&self, record: &[u8], delete_on: &str, path: impl AsRef<Path>) -> Result<(), KeystoreError> {
        let Sealed { ephemeral, ciphertext } = ecies::seal(&self.0, INFO, &header(delete_on), record)?;
        let stored =
            Stored { format: FORMAT.to_owned(), delete_on: delete_on.to_owned(), ephemeral, ciphertext };
        let text = serde_json::to_vec(&stored).map_err(|_| KeystoreError::Encryption)?;
        durable::write_new(path.as_ref(), &text)
    }
}

impl fmt::Debug for EvidenceSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EvidenceSealer")
    }
}

/// The private half, which whoever judges evidence holds.
pub struct EvidenceKey {
    path: PathBuf,
    secret: SecretKey,
}

impl EvidenceKey {
    /// Makes a new key, writes it encrypted to `path` and its public half to `public`.
    ///
    /// # Errors
    /// [`KeystoreError::AlreadyExists`] if a name is taken; [`KeystoreError::EmptyPassphrase`]; otherwise as the operating system refuses.
    pub fn create(
        path: impl AsRef<Path>,
        public: impl AsRef<Path>,
        passphrase: &Passphrase,
    ) -> Result<Self, KeystoreError> {
        let path = path.as_ref();
        key::create_p256(path, passphrase)?;
        let made = Self::load(path, passphrase)?;
        made.publish(public)?;
        Ok(made)
    }

    /// Writes the public half to a new file.
    ///
    /// # Errors
    /// [`KeystoreError::AlreadyExists`] if the name is taken; otherwise as the operating system refuses.
    pub fn publish(&self, public: impl AsRef<Path>) -> Result<(), KeystoreError> {
        let pem = self.secret.public_key().to_public_key_pem(LineEnding::LF);
        let pem = pem.map_err(|_| KeystoreError::Encryption)?;
        durable::write_new(public.as_ref(), pem.as_bytes())
    }

    /// Opens the key file.
    ///
    /// # Errors
    /// As [`FileKey::load`](crate::FileKey::load); [`KeystoreError::NotAKey`] for a key on another curve.
    pub fn load(path: impl AsRef<Path>, passphrase: &Passphrase) -> Result<Self, KeystoreError> {
        let path = path.as_ref();
        Ok(Self { path: path.to_owned(), secret: key::load_p256(path, passphrase)? })
    }

    /// The public half.
    #[must_use]
    pub fn sealer(&self) -> EvidenceSealer {
        EvidenceSealer(self.secret.public_key())
    }

    /// Opens a sealed record.
    ///
    /// # Errors
    /// [`KeystoreError::NotAKey`] for another file, [`KeystoreError::NotForThisKey`] for a record that was sealed for another key or altered.
    pub fn open(&self, sealed: impl AsRef<Path>) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
        let path = sealed.as_ref();
        let Stored { delete_on, ephemeral, ciphertext, .. } = stored(path)?;
        let not_ours = || KeystoreError::NotForThisKey { path: path.to_owned(), key: self.path.clone() };
        let sealed = Sealed { ephemeral, ciphertext };
        ecies::open(&self.secret, INFO, &header(&delete_on), &sealed).ok_or_else(not_ours)
    }
}

impl fmt::Debug for EvidenceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EvidenceKey({})", self.path.display())
    }
}

/// The date on which a sealed record must be deleted, as it stands in clear; [`EvidenceKey::open`] shows whether it was altered.
///
/// # Errors
/// [`KeystoreError::NotAKey`] for another file.
pub fn deletion_date(sealed: impl AsRef<Path>) -> Result<String, KeystoreError> {
    Ok(stored(sealed.as_ref())?.delete_on)
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    format: String,
    delete_on: String,
    ephemeral: String,
    ciphertext: String,
}

fn stored(path: &Path) -> Result<Stored, KeystoreError> {
    let bytes = durable::read(path)?;
    let other = || KeystoreError::NotAKey { path: path.to_owned(), expected: EXPECTED_SEALED };
    let stored: Stored = serde_json::from_slice(&bytes).map_err(|_| other())?;
    if stored.format == FORMAT { Ok(stored) } else { Err(other()) }
}

fn header(delete_on: &str) -> Vec<u8> {
    [FORMAT.as_bytes(), b"\0", delete_on.as_bytes()].concat()
}
