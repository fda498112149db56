//! Two-key triple DES (GP 2.3.1, B.1): CBC, the full triple DES MAC, and the single DES plus final triple DES MAC.

use cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit, consts::U8};
use des::{Des, TdesEde2};
use subtle::ConstantTimeEq;

/// Bytes in a block.
pub(super) const BLOCK: usize = 8;

/// A key of 16 bytes, as triple DES and, with its first half, as single DES. Wiped when dropped.
pub(super) struct Key {
    triple: TdesEde2,
    single: Des,
}

impl Key {
    /// None unless the key has 16 bytes.
    pub(super) fn new(key: &[u8]) -> Option<Self> {
        if key.len() != 16 {
            return None;
        }
        Some(Self {
            triple: TdesEde2::new_from_slice(key).ok()?,
            single: Des::new_from_slice(key.get(..8)?).ok()?,
        })
    }

    /// Triple DES of one block.
    pub(super) fn encrypt_block(&self, mut block: [u8; BLOCK]) -> [u8; BLOCK] {
        let inout: &mut Array<u8, U8> = (&mut block).into();
        self.triple.encrypt_block(inout);
        block
    }

    /// Single DES of one block, under the first half of the key.
    pub(super) fn encrypt_block_single(&self, mut block: [u8; BLOCK]) -> [u8; BLOCK] {
        let inout: &mut Array<u8, U8> = (&mut block).into();
        self.single.encrypt_block(inout);
        block
    }

    /// Triple DES in CBC mode with a zero ICV, in place over the whole blocks of `data`; callers pad before.
    pub(super) fn cbc_encrypt(&self, data: &mut [u8]) {
        let mut chain = [0; BLOCK];
        for place in data.chunks_exact_mut(BLOCK) {
            chain = self.encrypt_block(xor(chain, place));
            place.copy_from_slice(&chain);
        }
    }

    /// The last block of CBC over the padded data, with a zero ICV (B.1.2.1).
    pub(super) fn full_mac(&self, data: &[u8]) -> [u8; BLOCK] {
        let mut padded = data.to_vec();
        pad(&mut padded);
        padded.chunks_exact(BLOCK).fold([0; BLOCK], |chain, block| self.encrypt_block(xor(chain, block)))
    }

    /// Single DES in CBC mode over the padded data, the last block triple (B.1.2.2; ISO/IEC 9797-1, algorithm 3).
    pub(super) fn retail_mac(&self, icv: [u8; BLOCK], data: &[u8]) -> [u8; BLOCK] {
        let mut padded = data.to_vec();
        pad(&mut padded);
        let mut chain = icv;
        for block in padded.chunks_exact(BLOCK) {
            chain = self.encrypt_block_single(xor(chain, block));
        }
        // the last block was encrypted under the first half: decrypting under the second and encrypting under the first ends it
        self.finish(chain)
    }

    /// `E(K1, D(K2, block))`, as triple DES without its first step.
    fn finish(&self, block: [u8; BLOCK]) -> [u8; BLOCK] {
        let mut plain = block;
        let inout: &mut Array<u8, U8> = (&mut plain).into();
        self.single.decrypt_block(inout);
        self.encrypt_block(plain)
    }
}

/// ISO/IEC 9797-1 padding method 2: `80`, then `00` up to a whole block.
pub(super) fn pad(data: &mut Vec<u8>) {
    data.push(0x80);
    data.resize(data.len().next_multiple_of(BLOCK), 0);
}

/// Compares MACs in constant time.
pub(super) fn equal(computed: &[u8; BLOCK], received: &[u8]) -> bool {
    computed.as_slice().ct_eq(received).into()
}

fn xor(mut chain: [u8; BLOCK], block: &[u8]) -> [u8; BLOCK] {
    chain.iter_mut().zip(block).for_each(|(chained, byte)| *chained ^= byte);
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-67's two-key case, and the check value of the keys that development cards of the time are delivered with.
    #[test]
    fn known_blocks() {
        let key: Vec<u8> = (0x40..0x50).collect();
        assert_eq!(hex::encode(&Key::new(&key).unwrap().encrypt_block([0; 8])[..3]), "8baf47");
        assert!(Key::new(&key[..15]).is_none());
    }

    /// ISO/IEC 9797-1, algorithm 3, padding method 2: the secure messaging example of ICAO Doc 9303-11, D.3.
    #[test]
    fn retail_mac_of_9303() {
        let key = Key::new(&hex::decode("7962d9ece03d1acd4c76089dce131543").unwrap()).unwrap();
        let data = hex::decode("72c29c2371cc9bdb65b779b8e8d37b29ecc154aa56a8799fae2f498f76ed92f2").unwrap();
        assert_eq!(hex::encode(key.retail_mac([0; 8], &data)), "5f1448eea8ad90a7");
    }
}
