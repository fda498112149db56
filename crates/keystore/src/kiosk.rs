//! A kiosk's key, and what is sealed for it: trust bundles that only one kiosk is to read.
//!
//! ```text
//! "chipwright-sealed-bundle/1" 0A ‖ SHA-256(recipient) ‖ ephemeral (65 bytes) ‖ AES-256-GCM(K, 0, content)
//! K = HKDF-SHA-256(salt none, ikm ECDH(ephemeral, recipient).x, info "chipwright sealed bundle" 00 ‖ ephemeral ‖ recipient)
//! ```
//!
//! ECIES over P-256; points are uncompressed. Everything before the ephemeral key is the additional data of the cipher. Sealing hides
//! the content; who made it is shown by its own signature.

use std::fmt;
use std::path::{Path, PathBuf};

use der::pem::LineEnding;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::{PublicKey, SecretKey};
use pkcs8::{DecodePublicKey, EncodePublicKey};
use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use crate::ecies::{self, Sealed};
use crate::{KeystoreError, Passphrase, durable, key};

const MAGIC: &[u8] = b"chipwright-sealed-bundle/1\n";
const INFO: &[u8] = b"chipwright sealed bundle\0";
const HEADER: usize = MAGIC.len() + 32;
const POINT: usize = 65;
const EXPECTED_PUBLIC: &str = "the public half of a kiosk's key (PEM)";

/// Which key something is sealed for: SHA-256 of the uncompressed point.
pub type KioskId = [u8; 32];

/// Why sealed bytes are not opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SealedError {
    /// Sealed for another key.
    #[error("it is sealed for another kiosk, whose key has the identifier {}", hex::encode(&found[..8]))]
    OtherKiosk {
        /// For which.
        found: KioskId,
    },
    /// Cut short or altered.
    #[error("what was sealed for this kiosk has been altered")]
    Altered,
}

/// Whom bytes are sealed for; none if they are not sealed.
#[must_use]
pub fn sealed_for(bytes: &[u8]) -> Option<KioskId> {
    bytes.strip_prefix(MAGIC)?.first_chunk().copied()
}

/// The public half of a kiosk's key, which the centre holds.
#[derive(Clone, PartialEq, Eq)]
pub struct KioskSealer(PublicKey);

impl KioskSealer {
    /// Reads a PEM file (SubjectPublicKeyInfo, P-256).
    ///
    /// # Errors
    /// [`KeystoreError::NotFound`], [`KeystoreError::NotAKey`].
    pub fn load(path: impl AsRef<Path>) -> Result<Self, KeystoreError> {
        let path = path.as_ref();
        let bytes = durable::read(path)?;
        let read =
            std::str::from_utf8(&bytes).ok().and_then(|text| PublicKey::from_public_key_pem(text).ok());
        read.map(Self)
            .ok_or_else(|| KeystoreError::NotAKey { path: path.to_owned(), expected: EXPECTED_PUBLIC })
    }

    /// Which key it is.
    #[must_use]
    pub fn id(&self) -> KioskId {
        let mut id = [0; 32];
        id.copy_from_slice(digest(&SHA256, self.0.to_sec1_point(false).as_bytes()).as_ref());
        id
    }

    /// Seals bytes.
    ///
    /// # Errors
    /// [`KeystoreError::Random`], [`KeystoreError::Encryption`].
    pub fn seal(&self, content: &[u8]) -> Result<Vec<u8>, KeystoreError> {
        let header = [MAGIC, &self.id()].concat();
        let Sealed { ephemeral, ciphertext } = ecies::seal(&self.0, INFO, &header, content)?;
        let raw = |digits: &str| hex::decode(digits).map_err(|_| KeystoreError::Encryption);
        Ok([header, raw(&ephemeral)?, raw(&ciphertext)?].concat())
    }
}

impl fmt::Debug for KioskSealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KioskSealer({})", hex::encode(&self.id()[..8]))
    }
}

/// The private half, which never leaves the kiosk.
pub struct KioskKey {
    path: PathBuf,
    secret: SecretKey,
}

impl KioskKey {
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
        durable::write_new(public.as_ref(), pem.map_err(|_| KeystoreError::Encryption)?.as_bytes())
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
    pub fn sealer(&self) -> KioskSealer {
        KioskSealer(self.secret.public_key())
    }

    /// Opens what was sealed for this key.
    ///
    /// # Errors
    /// [`SealedError`]; [`SealedError::Altered`] also for bytes that are not sealed at all ([`sealed_for`] tells them).
    pub fn open(&self, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealedError> {
        let found = sealed_for(sealed).ok_or(SealedError::Altered)?;
        if found != self.sealer().id() {
            return Err(SealedError::OtherKiosk { found });
        }
        let (header, rest) = sealed.split_at_checked(HEADER).ok_or(SealedError::Altered)?;
        let (ephemeral, ciphertext) = rest.split_at_checked(POINT).ok_or(SealedError::Altered)?;
        let message = Sealed { ephemeral: hex::encode(ephemeral), ciphertext: hex::encode(ciphertext) };
        ecies::open(&self.secret, INFO, header, &message).ok_or(SealedError::Altered)
    }
}

impl fmt::Debug for KioskKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KioskKey({})", self.path.display())
    }
}
