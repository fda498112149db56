//! Key pairs that the chip makes for itself: how they are asked for, and how the answer is believed (PERSO-19 to PERSO-22).

use crate::ChipIdentifier;
use crate::dgi::{Dgi, Object};
use chipwright_profile::{KeyReference, PublicPoint};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};

/// What the chip signs begins with this: "CWKP", version 1.
const LABEL: [u8; 5] = *b"CWKP\x01";
/// Bytes of the answer: key reference, public key, signature.
const ANSWER: usize = 1 + 65 + 64;

/// A key pair asked for, with the nonce that the chip has to sign.
pub(crate) struct Asked {
    reference: KeyReference,
    nonce: [u8; 16],
}

/// The answer is no proof that this chip holds the private key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotProven;

impl Asked {
    pub(crate) const fn new(reference: KeyReference, nonce: [u8; 16]) -> Self {
        Self { reference, nonce }
    }

    /// DGI 7F02 or 7F03 with key reference ‖ nonce.
    pub(crate) fn question(&self, dgi: Dgi) -> Object {
        Object::public(dgi, [&[self.reference.number()], self.nonce.as_slice()].concat())
    }

    /// The public key, if the signature is of its private key over label ‖ chip ‖ key reference ‖ nonce ‖ public key.
    pub(crate) fn receive(&self, chip: &ChipIdentifier, answer: &[u8]) -> Result<PublicPoint, NotProven> {
        let (reference, rest) = answer.split_first().ok_or(NotProven)?;
        let (public, signature) = rest.split_first_chunk::<65>().ok_or(NotProven)?;
        if answer.len() != ANSWER || *reference != self.reference.number() {
            return Err(NotProven);
        }
        let message = [&LABEL, chip.0.as_slice(), &[*reference], &self.nonce, public].concat();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public)
            .verify(&message, signature)
            .map_err(|_| NotProven)?;
        Ok(*public)
    }
}

/// A key pair as an entry of REPORT and of the manifest: its value is the public key.
pub(crate) fn held(reference: KeyReference, public: &PublicPoint) -> Object {
    Object::public(Dgi(reference.dgi()), public.as_slice())
}

#[cfg(test)]
mod tests {
    use super::*;
    use p256::ecdsa::signature::Signer;
    use p256::ecdsa::{Signature, SigningKey};

    const CHIP: ChipIdentifier = ChipIdentifier([7; 10]);

    fn answer(chip: &ChipIdentifier, nonce: [u8; 16]) -> Vec<u8> {
        let key = SigningKey::from_slice(&[0x5A; 32]).unwrap();
        let public = key.verifying_key().to_sec1_point(false);
        let public = public.as_bytes();
        let message = [&[0x43, 0x57, 0x4B, 0x50, 0x01], chip.0.as_slice(), &[2], &nonce, public].concat();
        let signature: Signature = key.sign(&message);
        [&[2], public, signature.to_bytes().as_slice()].concat()
    }

    #[test]
    fn only_the_chip_that_was_asked_is_believed() {
        let asked = Asked::new(KeyReference::ChipAuthentication, [9; 16]);
        assert_eq!(asked.question(Dgi::GENERATE_KEY_PAIR).value(), [&[2u8][..], &[9; 16]].concat());
        let good = answer(&CHIP, [9; 16]);
        assert_eq!(asked.receive(&CHIP, &good).unwrap().as_slice(), &good[1..66]);
        assert_eq!(asked.receive(&ChipIdentifier([8; 10]), &good), Err(NotProven));
        assert_eq!(asked.receive(&CHIP, &answer(&CHIP, [8; 16])), Err(NotProven));
        let other = Asked::new(KeyReference::ActiveAuthentication, [9; 16]);
        assert_eq!(other.receive(&CHIP, &good), Err(NotProven));
        assert_eq!(asked.receive(&CHIP, &[good.as_slice(), &[0]].concat()), Err(NotProven));
        for end in 0..good.len() {
            assert_eq!(asked.receive(&CHIP, &good[..end]), Err(NotProven));
        }
        for at in 0..good.len() {
            let mut wrong = good.clone();
            wrong[at] ^= 1;
            assert_eq!(asked.receive(&CHIP, &wrong), Err(NotProven), "{at}");
        }
    }
}
