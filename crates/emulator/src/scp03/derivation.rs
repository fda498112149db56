//! The data derivation scheme.

use super::KeySet;
use crate::aes_key::{AesKey, KeySize};
use zeroize::Zeroizing;

/// Amendment D, 4.1.5: what is derived.
#[derive(Debug, Clone, Copy)]
#[repr(u8)]
pub(super) enum Constant {
    CardCryptogram = 0x00,
    HostCryptogram = 0x01,
    CardChallenge = 0x02,
    SessionEnc = 0x04,
    SessionMac = 0x06,
    SessionRMac = 0x07,
}

/// `CMAC(key, 00 × 11 || constant || 00 || L || n || context)` for `n = 1, 2` (Amendment D, 4.1.5; SP 800-108 in counter
/// mode), `L` the number of bits wanted, on two bytes.
///
/// The first `bits / 8` of the 32 bytes are the result; `bits` is at most 256.
fn derive(key: &AesKey, constant: Constant, bits: u16, context: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    let mut material = Zeroizing::new([0; 32]);
    let [l1, l2] = bits.to_be_bytes();
    for (n, part) in (1..=bits.div_ceil(128) as u8).zip(material.as_chunks_mut::<16>().0) {
        let mut fixed = [0; 16];
        fixed[11] = constant as u8;
        fixed[13] = l1;
        fixed[14] = l2;
        fixed[15] = n;
        let mut parts = vec![fixed.as_slice()];
        parts.extend_from_slice(context);
        *part = key.cmac(&parts);
    }
    material
}

/// S-ENC, S-MAC, S-RMAC (Amendment D, 6.2.1): context `host challenge || card challenge`.
pub(super) struct SessionKeys {
    pub(super) enc: AesKey,
    pub(super) mac: AesKey,
    pub(super) r_mac: AesKey,
}

impl SessionKeys {
    pub(super) fn derive(keys: &KeySet, host_challenge: &[u8], card_challenge: &[u8]) -> Self {
        let size = keys.size();
        let bits = match size {
            KeySize::Aes128 => 128,
            KeySize::Aes192 => 192,
            KeySize::Aes256 => 256,
        };
        let context = [host_challenge, card_challenge];
        let session =
            |key: &AesKey, constant| AesKey::from_leftmost(size, &derive(key, constant, bits, &context));
        Self {
            enc: session(&keys.enc, Constant::SessionEnc),
            mac: session(&keys.mac, Constant::SessionMac),
            r_mac: session(&keys.mac, Constant::SessionRMac),
        }
    }

    /// Card or host cryptogram of 8 or 16 bytes under S-MAC (Amendment D, 6.2.2.2 and 6.2.2.3).
    pub(super) fn cryptogram(&self, of: Constant, length: usize, host: &[u8], card: &[u8]) -> Vec<u8> {
        short(derive(&self.mac, of, if length == 16 { 128 } else { 64 }, &[host, card]), length)
    }
}

/// The pseudo-random card challenge of 8 or 16 bytes under Key-ENC: context `sequence counter || invoking AID`
/// (Amendment D, 6.2.2.1).
pub(super) fn card_challenge(keys: &KeySet, length: usize, sequence_counter: [u8; 3], aid: &[u8]) -> Vec<u8> {
    let bits = if length == 16 { 128 } else { 64 };
    short(derive(&keys.enc, Constant::CardChallenge, bits, &[&sequence_counter, aid]), length)
}

fn short(material: Zeroizing<[u8; 32]>, length: usize) -> Vec<u8> {
    material.iter().copied().take(length).collect()
}
