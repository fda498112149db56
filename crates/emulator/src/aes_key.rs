//! AES (FIPS 197) with keys of three lengths: block encryption, CBC (SP 800-38A, 6.2), CMAC (SP 800-38B).

use aes::{Aes128, Aes192, Aes256};
use cbc::{Decryptor, Encryptor};
use cipher::consts::U16;
use cipher::{BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, KeyInit, KeyIvInit};
use cmac::{Cmac, Mac};
use std::fmt;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The length of an AES key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum KeySize {
    /// 128 bits.
    Aes128,
    /// 192 bits.
    Aes192,
    /// 256 bits.
    Aes256,
}

impl KeySize {
    /// The length in bytes: 16, 24 or 32.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }
}

/// An AES key; wiped when dropped.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) enum AesKey {
    Aes128([u8; 16]),
    Aes192([u8; 24]),
    Aes256([u8; 32]),
}

impl AesKey {
    /// From 16, 24 or 32 bytes.
    pub(crate) fn new(bytes: &[u8]) -> Option<Self> {
        match bytes.len() {
            16 => bytes.try_into().ok().map(Self::Aes128),
            24 => bytes.try_into().ok().map(Self::Aes192),
            32 => bytes.try_into().ok().map(Self::Aes256),
            _ => None,
        }
    }

    /// The first bytes of `material`, as many as a key of this size has.
    pub(crate) fn from_leftmost(size: KeySize, material: &[u8; 32]) -> Self {
        let mut key = match size {
            KeySize::Aes128 => Self::Aes128([0; 16]),
            KeySize::Aes192 => Self::Aes192([0; 24]),
            KeySize::Aes256 => Self::Aes256([0; 32]),
        };
        let bytes: &mut [u8] = match &mut key {
            Self::Aes128(bytes) => bytes,
            Self::Aes192(bytes) => bytes,
            Self::Aes256(bytes) => bytes,
        };
        bytes.iter_mut().zip(material).for_each(|(to, from)| *to = *from);
        key
    }

    pub(crate) const fn size(&self) -> KeySize {
        match self {
            Self::Aes128(_) => KeySize::Aes128,
            Self::Aes192(_) => KeySize::Aes192,
            Self::Aes256(_) => KeySize::Aes256,
        }
    }

    /// CMAC over the parts, one after the other.
    pub(crate) fn cmac(&self, parts: &[&[u8]]) -> [u8; 16] {
        match self {
            Self::Aes128(key) => finish(Cmac::<Aes128>::new(key.into()), parts),
            Self::Aes192(key) => finish(Cmac::<Aes192>::new(key.into()), parts),
            Self::Aes256(key) => finish(Cmac::<Aes256>::new(key.into()), parts),
        }
    }

    /// One block.
    pub(crate) fn encrypt_block(&self, mut block: [u8; 16]) -> [u8; 16] {
        let in_place = (&mut block).into();
        match self {
            Self::Aes128(key) => Aes128::new(key.into()).encrypt_block(in_place),
            Self::Aes192(key) => Aes192::new(key.into()).encrypt_block(in_place),
            Self::Aes256(key) => Aes256::new(key.into()).encrypt_block(in_place),
        }
        block
    }

    /// CBC over the whole blocks of `data`, in place; a rest shorter than a block stays as it is.
    pub(crate) fn cbc_encrypt(&self, iv: &[u8; 16], data: &mut [u8]) {
        match self {
            Self::Aes128(key) => encrypt(Encryptor::<Aes128>::new(key.into(), iv.into()), data),
            Self::Aes192(key) => encrypt(Encryptor::<Aes192>::new(key.into(), iv.into()), data),
            Self::Aes256(key) => encrypt(Encryptor::<Aes256>::new(key.into(), iv.into()), data),
        }
    }

    /// The inverse of [`AesKey::cbc_encrypt`].
    pub(crate) fn cbc_decrypt(&self, iv: &[u8; 16], data: &mut [u8]) {
        match self {
            Self::Aes128(key) => decrypt(Decryptor::<Aes128>::new(key.into(), iv.into()), data),
            Self::Aes192(key) => decrypt(Decryptor::<Aes192>::new(key.into(), iv.into()), data),
            Self::Aes256(key) => decrypt(Decryptor::<Aes256>::new(key.into(), iv.into()), data),
        }
    }

    #[cfg(test)]
    pub(crate) fn reveal(&self) -> &[u8] {
        match self {
            Self::Aes128(key) => key,
            Self::Aes192(key) => key,
            Self::Aes256(key) => key,
        }
    }
}

impl fmt::Debug for AesKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AesKey({:?}, redacted)", self.size())
    }
}

fn finish<M: Mac<OutputSize = U16>>(mut mac: M, parts: &[&[u8]]) -> [u8; 16] {
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

fn encrypt<M: BlockModeEncrypt<BlockSize = U16>>(mut mode: M, data: &mut [u8]) {
    data.as_chunks_mut::<16>().0.iter_mut().for_each(|block| mode.encrypt_block(block.into()));
}

fn decrypt<M: BlockModeDecrypt<BlockSize = U16>>(mut mode: M, data: &mut [u8]) {
    data.as_chunks_mut::<16>().0.iter_mut().for_each(|block| mode.decrypt_block(block.into()));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// FIPS 197, Appendix B and C: one block under each key length.
    #[test]
    fn fips_197_appendix_c() {
        let plain: [u8; 16] = std::array::from_fn(|i| (i * 0x11) as u8);
        let key: Vec<u8> = (0..32).collect();
        let wanted = [
            (16, "69c4e0d86a7b0430d8cdb78070b4c55a"),
            (24, "dda97ca4864cdfe06eaf70a0ec0d7191"),
            (32, "8ea2b7ca516745bfeafc49904b496089"),
        ];
        for (length, cipher) in wanted {
            let key = AesKey::new(&key[..length]).unwrap();
            assert_eq!(hex::encode(key.encrypt_block(plain)), cipher);
            assert_eq!(key.size().bytes(), length);
            let mut data = [7; 48];
            key.cbc_encrypt(&[1; 16], &mut data);
            assert_ne!(data[..16], data[16..32]);
            key.cbc_decrypt(&[1; 16], &mut data);
            assert_eq!(data, [7; 48]);
        }
        assert!(AesKey::new(&key[..15]).is_none());
    }

    #[test]
    fn debug_shows_no_key() {
        assert_eq!(format!("{:?}", AesKey::Aes128([0xAB; 16])), "AesKey(Aes128, redacted)");
    }
}
