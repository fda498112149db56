//! Signing in two halves: prepare, then complete. The private key may live in a file, a token, or another room.

use std::error::Error;
use std::fmt;

use crate::algorithm::PublicKey;
use crate::encoding::DerError;

/// The operation of a private key. The key itself never passes through here.
pub trait SignKey {
    /// The public half.
    fn public_key(&self) -> &PublicKey;

    /// A DER ECDSA signature (`SEQUENCE { r, s }`) over `message`, hashed with the algorithm of the public key.
    ///
    /// # Errors
    /// [`SignError::Key`] when the key's door (file, token) refuses or fails.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

impl<K: SignKey + ?Sized> SignKey for &K {
    fn public_key(&self) -> &PublicKey {
        (**self).public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        (**self).sign(message)
    }
}

impl<K: SignKey + ?Sized> SignKey for Box<K> {
    fn public_key(&self) -> &PublicKey {
        (**self).public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        (**self).sign(message)
    }
}

/// Why something was not signed.
#[derive(Debug, thiserror::Error)]
pub enum SignError {
    /// The key's door refused or failed; the source says why.
    #[error("the private key could not be used")]
    Key(#[source] Box<dyn Error + Send + Sync>),
    /// The key offered is not the one the object was prepared for.
    #[error("the private key offered does not belong to the certificate that is to sign")]
    OtherKey,
    /// The signature returned does not verify; the object was not released.
    #[error("the signature returned for this object does not verify; nothing was released")]
    SignatureWrong,
    /// The finished object cannot be written and read back (a fault of this crate).
    #[error("the finished object cannot be encoded; nothing was released")]
    Encoding(#[source] DerError),
}

type Assemble<T> = Box<dyn FnOnce(&[u8]) -> Result<T, DerError> + Send>;

/// An object that lacks only its signature.
///
/// `to_be_signed` → signature, made anywhere → `complete`, which verifies before it releases `T`.
#[must_use = "a prepared object is nothing until it is completed with a signature"]
pub struct Prepared<T> {
    message: Vec<u8>,
    key: PublicKey,
    assemble: Assemble<T>,
}

impl<T> Prepared<T> {
    /// Of the bytes to be signed, the key that must sign them, and what makes the object of a DER signature that has verified.
    pub fn new(
        message: Vec<u8>,
        key: PublicKey,
        assemble: impl FnOnce(&[u8]) -> Result<T, DerError> + Send + 'static,
    ) -> Self {
        Self { message, key, assemble: Box::new(assemble) }
    }

    /// The bytes to be signed (not their hash).
    #[must_use]
    pub fn to_be_signed(&self) -> &[u8] {
        &self.message
    }

    /// The public key whose private half must sign.
    #[must_use]
    pub fn signer(&self) -> &PublicKey {
        &self.key
    }

    /// Releases the object if `signature` (DER ECDSA) verifies over [`Prepared::to_be_signed`].
    ///
    /// # Errors
    /// [`SignError::SignatureWrong`], [`SignError::Encoding`]; the prepared object is gone with it.
    pub fn complete(self, signature: &[u8]) -> Result<T, SignError> {
        self.key.verify(&self.message, signature).map_err(|_| SignError::SignatureWrong)?;
        (self.assemble)(signature).map_err(SignError::Encoding)
    }

    /// Signs with a key at hand and completes.
    ///
    /// # Errors
    /// [`SignError::OtherKey`] before anything is signed; otherwise as [`SignKey::sign`] and [`Prepared::complete`].
    pub fn sign_with(self, key: &dyn SignKey) -> Result<T, SignError> {
        if key.public_key() != &self.key {
            return Err(SignError::OtherKey);
        }
        let signature = key.sign(&self.message)?;
        self.complete(&signature)
    }
}

impl<T> fmt::Debug for Prepared<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("bytes", &self.message.len()).field("signer", &self.key).finish()
    }
}
