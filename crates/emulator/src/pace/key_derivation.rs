//! The key derivation function.

use crate::aes_key::{AesKey, KeySize};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// 9303-11, 9.7.1: the counter tells what the key is for.
#[derive(Debug, Clone, Copy)]
#[repr(u32)]
pub(crate) enum Purpose {
    Encryption = 1,
    Authentication = 2,
    Password = 3,
}

/// `KDF(K, c) = H(K || c)`, c on 4 bytes (9303-11, 9.7.1): H is SHA-1 and the key its first 16 bytes for AES-128, H
/// is SHA-256 and the key its first 24 or 32 bytes for AES-192 and AES-256.
pub(crate) fn derive(size: KeySize, secret: &[u8], purpose: Purpose) -> AesKey {
    derive_with_nonce(size, secret, &[], purpose)
}

/// `KDF(K, r, c) = H(K || r || c)` (TR-03110-3, A.2.3), H as in [`derive`].
pub(crate) fn derive_with_nonce(size: KeySize, secret: &[u8], nonce: &[u8], purpose: Purpose) -> AesKey {
    let counter = (purpose as u32).to_be_bytes();
    let mut material = Zeroizing::new([0; 32]);
    match size {
        KeySize::Aes128 => {
            let digest = Zeroizing::new(<[u8; 20]>::from(
                Sha1::new().chain_update(secret).chain_update(nonce).chain_update(counter).finalize(),
            ));
            material[..20].copy_from_slice(digest.as_slice());
        }
        KeySize::Aes192 | KeySize::Aes256 => {
            *material = Sha256::new()
                .chain_update(secret)
                .chain_update(nonce)
                .chain_update(counter)
                .finalize()
                .into();
        }
    }
    AesKey::from_leftmost(size, &material)
}
