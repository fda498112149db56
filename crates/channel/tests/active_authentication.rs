//! Active Authentication against Wycheproof's signatures, and signatures of other challenges and other chips.

#![allow(clippy::unwrap_used, reason = "a fault here is a fault of the test")]

mod replay;

use chipwright_channel::active_authentication::{
    self, ActiveAuthenticationError, ActiveAuthenticationKey, Signature64, announced, authenticate, challenge,
};
use chipwright_channel::sm::{Session, SessionKeys, SmError};
use chipwright_channel::{NotGenuine, Proof, PublicKeyError};
use chipwright_iso7816::tlv::encode;
use chipwright_iso7816::{Exchanger, LengthMode, Response, StatusWord, Tag};
use p256::ecdsa::SigningKey;
use p256::ecdsa::signature::Signer;
use replay::Replay;

const CHALLENGE: [u8; 8] = [1, 2, 3, 4, 5, 6, 7, 8];
/// AlgorithmIdentifier { id-ecPublicKey, prime256v1 }.
const NAMED: &str = "301306072a8648ce3d020106082a8648ce3d030107";

fn spki(algorithm: &str, point: &[u8]) -> Vec<u8> {
    let bits = encode(Tag(0x03), &[&[0x00], point].concat());
    encode(Tag(0x30), &[hex::decode(algorithm).unwrap(), bits].concat())
}

fn chip(seed: u8) -> (SigningKey, ActiveAuthenticationKey) {
    let signer = SigningKey::from_slice(&[seed; 32]).unwrap();
    let point = signer.verifying_key().to_sec1_point(false);
    let dg15 = encode(Tag(0x6F), &spki(NAMED, point.as_bytes()));
    (signer, ActiveAuthenticationKey::from_dg15(&dg15).unwrap())
}

fn sign(chip: &SigningKey, message: &[u8]) -> Vec<u8> {
    let signature: p256::ecdsa::Signature = chip.sign(message);
    signature.to_bytes().to_vec()
}

#[test]
fn the_command_and_a_good_answer() {
    let (signer, key) = chip(7);
    let (state, command) = challenge(&key, CHALLENGE);
    assert_eq!(hex::encode(command.to_bytes().unwrap()), "0088000008010203040506070800");
    let signature = sign(&signer, &CHALLENGE);
    let (kept, proven) = state.receive(&Response::ok(signature.clone())).unwrap();
    assert_eq!(kept, Signature64(signature.try_into().unwrap()));
    assert_eq!(
        (proven.by(), proven.public_key()),
        (Proof::ActiveAuthentication, &key.public_key().point()[..])
    );
    // kept as evidence, it convinces again
    assert_eq!(key.verify(CHALLENGE, &kept.0), Ok(proven));
}

/// A signature that was recorded answers no other challenge, and one chip's is not another's.
#[test]
fn a_replayed_signature_is_refused() {
    let ((signer, key), (_, other)) = (chip(7), chip(8));
    let recorded = sign(&signer, &CHALLENGE);
    for bit in 0..64 {
        let mut again = CHALLENGE;
        again[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(
            challenge(&key, again).0.receive(&Response::ok(recorded.clone())),
            Err(NotGenuine::Signature)
        );
    }
    assert_eq!(challenge(&other, CHALLENGE).0.receive(&Response::ok(recorded)), Err(NotGenuine::Signature));
}

#[test]
fn other_answers_are_refused() {
    let (signer, key) = chip(7);
    let good = sign(&signer, &CHALLENGE);
    let der: p256::ecdsa::Signature = signer.sign(&CHALLENGE);
    let der = der.to_der().as_bytes().to_vec();
    let long_challenge = sign(&signer, &[CHALLENGE, CHALLENGE].concat());
    for bad in [
        vec![],
        good[..63].to_vec(),
        [&good[..], &[0]].concat(),
        vec![0; 64],
        vec![0xFF; 64],
        der,
        long_challenge,
    ] {
        let answer = Response::ok(bad.clone());
        assert_eq!(challenge(&key, CHALLENGE).0.receive(&answer), Err(NotGenuine::Signature), "{bad:02x?}");
    }
    let status = StatusWord::INS_NOT_SUPPORTED;
    let refused = NotGenuine::Refused { proof: Proof::ActiveAuthentication, status };
    assert_eq!(challenge(&key, CHALLENGE).0.receive(&Response::status(status)), Err(refused));
}

/// The driver: a card that leaves the session has proven nothing.
#[test]
fn a_naked_answer_ends_the_session() {
    let (signer, key) = chip(7);
    let session = || Session::new(SessionKeys::new(&[1; 16], &[2; 16]).unwrap());
    let (_, command) = session().wrap(&challenge(&key, CHALLENGE).1).unwrap();
    let command = command.to_bytes().unwrap();
    let naked = [&sign(&signer, &CHALLENGE)[..], &[0x90, 0x00]].concat();
    for (answer, wanted) in
        [(&[0x69u8, 0x82][..], Some(SmError::NakedResponse { status: StatusWord(0x6982) })), (&naked, None)]
    {
        let mut card = Exchanger::new(Replay::new("naked", vec![(&command[..], answer)]), LengthMode::Short);
        let error = authenticate(&mut card, session(), &key, CHALLENGE).map(drop).unwrap_err();
        let ActiveAuthenticationError::SecureMessaging(error) = error else { panic!("{error}") };
        assert!(wanted.is_none_or(|wanted| wanted == error), "{error}");
    }
}

#[test]
fn keys_that_cannot_be_used() {
    let (signer, key) = chip(7);
    let point = signer.verifying_key().to_sec1_point(false);
    let standardised = spki("300c060704007f0007010202010c", point.as_bytes());
    assert_eq!(ActiveAuthenticationKey::from_spki(&standardised), Ok(key));
    let brainpool = "04a44ebe5451df7aadb01e459b8c928a87746a57927c8c28a6775c97a7e1fe8d9a46ff4a1cc7e4d1389aea19758e4f75c28c598fd734aebeb135337cf95be12e94";
    let other_curve = spki("300c060704007f0007010202010d", &hex::decode(brainpool).unwrap());
    assert_eq!(ActiveAuthenticationKey::from_spki(&other_curve), Err(PublicKeyError::Unsupported));
    let without_tag = ActiveAuthenticationKey::from_dg15(&standardised);
    assert!(matches!(without_tag, Err(PublicKeyError::Malformed(_))));
    let mut off_curve = point.as_bytes().to_vec();
    off_curve[64] ^= 1;
    assert_eq!(ActiveAuthenticationKey::from_spki(&spki(NAMED, &off_curve)), Err(PublicKeyError::Point));
}

#[test]
fn the_announcement_in_dg14() {
    let info = |version: u8, algorithm: &str| {
        let oid = |bytes: &str| encode(Tag(0x06), &hex::decode(bytes).unwrap());
        let parts = [oid("678108010105"), encode(Tag(0x02), &[version]), oid(algorithm)];
        encode(Tag(0x31), &encode(Tag(0x30), &parts.concat()))
    };
    let plain_sha256 = "04007f00070101040103";
    assert_eq!(announced(&info(1, plain_sha256)), Ok(true));
    assert_eq!(announced(&info(2, plain_sha256)), Ok(false));
    assert_eq!(announced(&info(1, "04007f00070101040102")), Ok(false));
    assert_eq!(announced(&[0x31, 0x00]), Ok(false));
    assert!(active_authentication::announced(&[0x31]).is_err());
}
