//! Key pairs that the chip makes itself (PERSO-19, PERSO-20).

use crate::flaw::{Flaw, flawed};
use crate::pace::group::Group;
use crate::store::KeyPairRecord;
use crate::tables::KeyReference;
use chipwright_iso7816::StatusWord;
use p256::NistP256;
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer;

/// What the proof of PERSO-19 begins with.
const DOMAIN: [u8; 5] = [0x43, 0x57, 0x4B, 0x50, 0x01];

/// The value of GENERATE KEY PAIR and of PUBLIC KEY: key reference (1), nonce of the host (16).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) reference: KeyReference,
    pub(crate) nonce: [u8; 16],
}

impl Request {
    /// `6A80` for another length, `6A88` for an unknown reference.
    pub(crate) fn parse(value: &[u8]) -> Result<Self, StatusWord> {
        let (reference, nonce) = value.split_first().ok_or(StatusWord::INCORRECT_DATA)?;
        let nonce = nonce.try_into().map_err(|_| StatusWord::INCORRECT_DATA)?;
        let reference = KeyReference::from_byte(*reference).ok_or(StatusWord::REFERENCED_DATA_NOT_FOUND)?;
        Ok(Self { reference, nonce })
    }

    /// `reference (1) || public key (65) || signature (64)`; the signature, with the pair's own private key, covers
    /// `43 57 4B 50 01 || chip identifier (10) || reference || nonce || public key` (PERSO-19).
    pub(crate) fn answer(&self, pair: &KeyPairRecord, chip_identifier: &[u8; 10]) -> Option<Vec<u8>> {
        let reference = [self.reference as u8];
        let nonce = if flawed(Flaw::KeyProofWithoutNonce) { [0; 16] } else { self.nonce };
        let covered = [&DOMAIN, &chip_identifier[..], &reference, &nonce, &pair.public].concat();
        let signature = sign(&pair.private, &covered)?;
        Some([&reference, &pair.public[..], &signature].concat())
    }
}

/// A new pair on P-256; none if the randomness yields no private key.
pub(crate) fn generate(rng: &mut dyn FnMut(&mut [u8])) -> Option<KeyPairRecord> {
    if flawed(Flaw::KeyPairAlwaysTheSame) {
        return KeyPairRecord::from_private(NistP256::draw(&mut |bytes| bytes.fill(0x42))?.into_bytes());
    }
    KeyPairRecord::from_private(NistP256::draw(rng)?.into_bytes())
}

/// `ecdsa-plain-SHA256`: ECDSA on P-256 over SHA-256(message), `r || s` (TR-03111, 5.2.1.1). None if `private` is no private
/// key.
pub(crate) fn sign(private: &[u8; 32], message: &[u8]) -> Option<[u8; 64]> {
    let key = SigningKey::from_slice(private).ok()?;
    let signature: p256::ecdsa::Signature = key.sign(message);
    Some(signature.to_bytes().into())
}

#[cfg(test)]
mod tests;
