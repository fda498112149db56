//! The static keys of a security domain.

use crate::aes_key::{AesKey, KeySize};
use std::fmt;
use zeroize::Zeroizing;

/// Amendment D, 6.1: Key-ENC, Key-MAC, Key-DEK, three AES keys of one length.
///
/// Wiped when dropped; `Debug` shows the length only.
pub struct KeySet {
    pub(super) enc: AesKey,
    pub(super) mac: AesKey,
    dek: AesKey,
}

/// Why bytes are not a key set, or not wrapped key data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeySetError {
    /// A key that has not 16, 24 or 32 bytes.
    #[error("an AES key has 16, 24 or 32 bytes, not {0}")]
    KeyLength(usize),
    /// Keys of different lengths.
    #[error("the three keys of a set have one length")]
    MixedLengths,
    /// Wrapped key data that is empty or not a whole number of blocks.
    #[error("wrapped key data is a whole number of 16-byte blocks, not {0} bytes")]
    NotWholeBlocks(usize),
}

impl KeySet {
    /// From the bytes of Key-ENC, Key-MAC and Key-DEK.
    ///
    /// # Errors
    /// [`KeySetError::KeyLength`], [`KeySetError::MixedLengths`].
    pub fn new(enc: &[u8], mac: &[u8], dek: &[u8]) -> Result<Self, KeySetError> {
        let key = |bytes: &[u8]| AesKey::new(bytes).ok_or(KeySetError::KeyLength(bytes.len()));
        let set = Self { enc: key(enc)?, mac: key(mac)?, dek: key(dek)? };
        if set.enc.size() == set.mac.size() && set.mac.size() == set.dek.size() {
            Ok(set)
        } else {
            Err(KeySetError::MixedLengths)
        }
    }

    /// The length of the three keys.
    #[must_use]
    pub const fn size(&self) -> KeySize {
        self.enc.size()
    }

    /// `AES-CBC⁻¹(Key-DEK, ICV 0, wrapped)` (Amendment D, 6.2.8): sensitive data such as a key in PUT KEY.
    ///
    /// The result is as long as the input; a 24-byte key is followed by 8 bytes of padding, which the caller cuts off
    /// by the key length stated in the command.
    ///
    /// # Errors
    /// [`KeySetError::NotWholeBlocks`].
    pub fn decrypt_dek(&self, wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, KeySetError> {
        if wrapped.is_empty() || !wrapped.len().is_multiple_of(16) {
            return Err(KeySetError::NotWholeBlocks(wrapped.len()));
        }
        let mut data = Zeroizing::new(wrapped.to_vec());
        self.dek.cbc_decrypt(&[0; 16], &mut data);
        Ok(data)
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySet({:?}, redacted)", self.size())
    }
}

/// `AES(key, 01 × 16)`, first three bytes: the key check value of PUT KEY (GP 2.3.1, B.6).
///
/// # Errors
/// [`KeySetError::KeyLength`].
pub fn check_value(key: &[u8]) -> Result<[u8; 3], KeySetError> {
    let key = AesKey::new(key).ok_or(KeySetError::KeyLength(key.len()))?;
    let [a, b, c, ..] = key.encrypt_block([0x01; 16]);
    Ok([a, b, c])
}
