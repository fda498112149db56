//! Key derivation (9303-11, 9.7.1; TR-03110-3, A.2.3): `KDF(K, [r,] c) = H(K ‖ r ‖ c)`, the first bytes of it.

use crate::KeySize;
use crate::sm::{SessionKeys, SmError};
use sha1::{Digest, Sha1};
use sha2::Sha256;
use zeroize::Zeroizing;

/// `c` of a derived key.
#[derive(Clone, Copy)]
pub(crate) enum Counter {
    Enc = 1,
    Mac = 2,
    Password = 3,
}

/// SHA-1 for AES-128, SHA-256 for AES-192 and AES-256. `nonce` is empty but in Chip Authentication 2.
pub(crate) fn derive(secret: &[u8], nonce: &[u8], counter: Counter, size: KeySize) -> Zeroizing<Vec<u8>> {
    let mut key = match size {
        KeySize::Aes128 => hash::<Sha1>(secret, nonce, counter),
        KeySize::Aes192 | KeySize::Aes256 => hash::<Sha256>(secret, nonce, counter),
    };
    key.truncate(size.bytes());
    key
}

fn hash<H: Digest>(secret: &[u8], nonce: &[u8], counter: Counter) -> Zeroizing<Vec<u8>> {
    let counter = (counter as u32).to_be_bytes();
    let digest = H::new().chain_update(secret).chain_update(nonce).chain_update(counter).finalize();
    Zeroizing::new(digest.to_vec())
}

/// KSenc and KSmac of a shared secret, as bytes.
pub(crate) struct Derived {
    pub(crate) enc: Zeroizing<Vec<u8>>,
    pub(crate) mac: Zeroizing<Vec<u8>>,
}

impl Derived {
    pub(crate) fn of(secret: &[u8], nonce: &[u8], size: KeySize) -> Self {
        Self {
            enc: derive(secret, nonce, Counter::Enc, size),
            mac: derive(secret, nonce, Counter::Mac, size),
        }
    }

    /// Their schedules. They were derived to the length their size has.
    pub(crate) fn keys(&self) -> Result<SessionKeys, SmError> {
        SessionKeys::new(&self.enc, &self.mac)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_9303_11_g_1_and_of_longer_sizes() {
        let seed = hex::decode("7e2d2a41c74ea0b38cd36f863939bfa8e9032aad").unwrap();
        let k_pi = |size| hex::encode(derive(&seed, &[], Counter::Password, size));
        assert_eq!(k_pi(KeySize::Aes128), "89ded1b26624ec1e634c1989302849dd");
        // The same hash for both longer sizes, cut at 24 and 32 bytes (sha256sum of seed and 00000003).
        assert_eq!(k_pi(KeySize::Aes256), "d79a23c126202ac9051febfbc0e8a03b1c6645d85752b4b71408fa229ab6d56b");
        assert_eq!(k_pi(KeySize::Aes192), k_pi(KeySize::Aes256)[..48]);
    }
}
