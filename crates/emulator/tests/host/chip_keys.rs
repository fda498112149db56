//! Key pairs of the chip: the host of PERSO-19 and PERSO-20, and cards that were issued with keys.

use super::{
    INSTANCE, blank, content, dgi, hex, installed, manifest, pace, personalize_data, scp03, stream, terminal,
};
use chipwright_emulator::{Card, ChipConfig};
use chipwright_iso7816::tlv::encode;
use chipwright_iso7816::{Tag, Transport};
use elliptic_curve::ops::Reduce;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::{FieldBytes, ProjectivePoint, Scalar};
use std::collections::BTreeMap;

/// Public keys by key reference.
pub type PublicKeys = BTreeMap<u8, [u8; 65]>;

pub const ACTIVE_AUTHENTICATION: u8 = 0x01;
pub const CHIP_AUTHENTICATION: u8 = 0x02;
pub const MAPPING: u8 = 0x03;
pub const CHIP_AUTHENTICATION_2: u8 = 0x04;

pub const GENERATE: u16 = 0x7F02;
pub const TELL: u16 = 0x7F03;

/// INSTALL [for personalization].
pub fn associate(card: &mut Card, session: &mut scp03::Host) {
    assert_eq!(session.send(card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)), (vec![0], 0x9000));
}

/// The only block of a stream, with a response.
pub fn ask(card: &mut Card, session: &mut scp03::Host, stream: &[u8]) -> (Vec<u8>, u16) {
    session.send(card, 0xE2, 0x89, 0, stream)
}

pub fn request(reference: u8, nonce: &[u8; 16]) -> Vec<u8> {
    [&[reference], &nonce[..]].concat()
}

/// The public key of an answer whose signature is good.
pub fn proven(answer: &[u8], reference: u8, nonce: &[u8; 16]) -> Option<[u8; 65]> {
    let (head, signature) = answer.split_at_checked(66)?;
    let chip = ChipConfig::default().cplc.chip_identifier();
    let covered = [&hex("43574B5001"), &chip[..], &[reference], &nonce[..], &head[1..]].concat();
    let key = VerifyingKey::from_sec1_bytes(&head[1..]).ok()?;
    let good = key.verify(&covered, &Signature::from_slice(signature).ok()?).is_ok();
    (good && head[0] == reference).then(|| head[1..].try_into().unwrap())
}

/// Makes a pair in an association of its own.
pub fn generate(card: &mut Card, session: &mut scp03::Host, reference: u8) -> [u8; 65] {
    let nonce = [0xB0 | reference; 16];
    associate(card, session);
    let (answer, status) = ask(card, session, &dgi(GENERATE, &request(reference, &nonce)));
    assert_eq!(status, 0x9000);
    proven(&answer, reference, &nonce).unwrap()
}

/// The files that these keys need, beside [`content`].
pub fn files_of(references: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut files = Vec::new();
    if references.contains(&ACTIVE_AUTHENTICATION) {
        files.push((0x010F, vec![0x6F; 93]));
    }
    if references.contains(&MAPPING) || references.contains(&CHIP_AUTHENTICATION_2) {
        files.push((0x2F1D, vec![0x30; 700]));
    }
    if references.contains(&CHIP_AUTHENTICATION_2) {
        files.push((0x8020, terminal::cvca().self_signed()));
    }
    files
}

/// The whole content of a card with keys, as its manifest names it.
pub fn with_keys(keys: &PublicKeys) -> Vec<(u16, Vec<u8>)> {
    let references: Vec<u8> = keys.keys().copied().collect();
    let pairs = keys.iter().map(|(reference, key)| (0x8100 | u16::from(*reference), key.to_vec()));
    content().into_iter().chain(files_of(&references)).chain(pairs).collect()
}

/// A blank with an installed instance and these keys, and the session that made them, at level 13.
pub fn prepared(references: &[u8]) -> (Card, scp03::Host, PublicKeys) {
    let mut card = blank();
    installed(&mut card);
    let mut session = scp03::Host::open(&mut card, 0x13);
    let keys = references.iter().map(|reference| (*reference, generate(&mut card, &mut session, *reference)));
    let keys = keys.collect();
    (card, session, keys)
}

/// A finalised card with these keys, and their public halves.
pub fn issued_with_keys(references: &[u8]) -> (Card, PublicKeys) {
    let (mut card, mut session, keys) = prepared(references);
    associate(&mut card, &mut session);
    let mut bytes = stream(&[content(), files_of(references)].concat());
    bytes.extend(dgi(0x7F0F, &manifest(&with_keys(&keys))));
    assert_eq!(session.store(&mut card, &bytes, 223), (vec![], 0x9000));
    card.reset().unwrap();
    (card, keys)
}

/// MSE:Set AT for Chip Authentication.
pub fn chip_set_at(protocol: u8, reference: u8) -> Vec<u8> {
    let oid = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, protocol];
    [encode(Tag(0x80), &oid), encode(Tag(0x84), &[reference])].concat()
}

/// `7C { 80 point }`.
pub fn agreement(point: &[u8]) -> Vec<u8> {
    encode(Tag(0x7C), &encode(Tag(0x80), point))
}

/// Chip Authentication 1 with AES-128: the session that follows if the chip has the private key of `chip`.
pub fn authenticate(
    card: &mut Card,
    session: &mut pace::Messaging,
    chip: &[u8; 65],
    ephemeral: u8,
) -> Result<pace::Messaging, u16> {
    let private = pace::scalar(ephemeral);
    let public = pace::bytes(ProjectivePoint::GENERATOR * private);
    match session.send(card, [0, 0x22, 0x41, 0xA4], &chip_set_at(2, CHIP_AUTHENTICATION), None) {
        (_, 0x9000) => {}
        (_, status) => return Err(status),
    }
    match session.send(card, [0, 0x86, 0, 0], &agreement(&public), Some(&[0])) {
        (answer, 0x9000) => assert_eq!(answer, [0x7C, 0x00]),
        (_, status) => return Err(status),
    }
    let secret = pace::bytes(pace::point(chip) * private)[1..33].to_vec();
    Ok(pace::Messaging::with_keys(pace::kdf(&secret, 1), pace::kdf(&secret, 2)))
}

/// What a terminal checks after PACE-CAM: the data in `8A` times the chip's key is the chip's mapping key.
pub fn is_proven_by_mapping(opened: &pace::Opened, chip: &[u8; 65]) -> bool {
    let [(Tag(0x8A), encrypted)] = &opened.objects[..] else { return false };
    let enc = opened.messaging.enc();
    let iv = super::encrypt_block(&enc, [0xFF; 16]);
    let data = super::unpad(&super::cbc_decrypt(&enc, iv, encrypted));
    assert_eq!((encrypted.len(), data.len()), (48, 32));
    let number = FieldBytes::try_from(&data[..]).unwrap();
    let scalar = <Scalar as Reduce<FieldBytes>>::reduce(&number);
    pace::bytes(pace::point(chip) * scalar) == opened.chip_mapping_key
}
