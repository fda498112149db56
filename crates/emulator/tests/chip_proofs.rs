//! Chapter 6 of the contract: proof that the chip is genuine.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::{Card, seeded_rng};
use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::encode;
use host::chip_keys::*;
use host::terminal::Inside;
use host::*;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use std::sync::OnceLock;

const INTERNAL_AUTHENTICATE: [u8; 4] = [0x00, 0x88, 0x00, 0x00];
const SET_AT: [u8; 4] = [0x00, 0x22, 0x41, 0xA4];
const GENERAL_AUTHENTICATE: [u8; 4] = [0x00, 0x86, 0x00, 0x00];
const RND: [u8; 8] = [0xF1, 0x73, 0x58, 0x99, 0x74, 0xBF, 0x40, 0xC6];

/// A card with the keys of Active Authentication, Chip Authentication 1 and PACE-CAM.
fn card() -> (Card, PublicKeys) {
    static STATE: OnceLock<(Vec<u8>, PublicKeys)> = OnceLock::new();
    let (state, keys) = STATE.get_or_init(|| {
        let (card, keys) = issued_with_keys(&[ACTIVE_AUTHENTICATION, CHIP_AUTHENTICATION, MAPPING]);
        (card.save(), keys)
    });
    (Card::load(state, seeded_rng(1)).unwrap(), keys.clone())
}

fn opened(card: &mut Card) -> pace::Messaging {
    pace::establish(card, pace::SET_AT_CAN, CAN).unwrap()
}

fn readable(card: &mut Card, session: &mut pace::Messaging) -> bool {
    session.send(card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1 == 0x9000
        && session.read(card, 0x01) == Ok(content()[5].1.clone())
}

#[test]
fn aa_01_the_signature_is_over_the_challenge() {
    let (mut card, keys) = card();
    let mut session = opened(&mut card);
    let key = VerifyingKey::from_sec1_bytes(&keys[&ACTIVE_AUTHENTICATION]).unwrap();
    for challenge in [RND, [0; 8], [0xFF; 8]] {
        let (answer, status) = session.send(&mut card, INTERNAL_AUTHENTICATE, &challenge, Some(&[0]));
        assert_eq!((answer.len(), status), (64, 0x9000));
        let signature = Signature::from_slice(&answer).unwrap();
        assert!(key.verify(&challenge, &signature).is_ok());
        assert!(key.verify(&RND.map(|byte| byte ^ 1), &signature).is_err());
    }
    assert!(readable(&mut card, &mut session));
}

#[test]
fn aa_01_what_is_refused() {
    let (mut card, _) = card();
    assert_eq!(status(&mut card, "0088000008F173589974BF40C600"), 0x6982, "in plain");
    let mut session = opened(&mut card);
    for length in [0, 1, 7, 9, 16] {
        let answer = session.send(&mut card, INTERNAL_AUTHENTICATE, &vec![0x11; length], Some(&[0]));
        assert_eq!(answer, (vec![], 0x6700), "{length}");
    }
    assert_eq!(session.send(&mut card, INTERNAL_AUTHENTICATE, &RND, None), (vec![], 0x6700), "no Le");
    assert_eq!(session.send(&mut card, INTERNAL_AUTHENTICATE, &RND, Some(&[63])), (vec![], 0x6700));
    assert_eq!(session.send(&mut card, INTERNAL_AUTHENTICATE, &RND, Some(&[64])).1, 0x9000);
    assert_eq!(session.send(&mut card, [0, 0x88, 0, 1], &RND, Some(&[0])), (vec![], 0x6A86));
    assert_eq!(session.send(&mut card, [0, 0x88, 1, 0], &RND, Some(&[0])), (vec![], 0x6A86));

    let mut without = issued();
    assert_eq!(status(&mut without, "0088000008F173589974BF40C600"), 0x6982, "as on any card");
    let mut session = opened(&mut without);
    assert_eq!(session.send(&mut without, INTERNAL_AUTHENTICATE, &RND, Some(&[0])), (vec![], 0x6D00));
    assert!(readable(&mut without, &mut session));
}

#[test]
fn ca_01_ca_03_secure_messaging_begins_anew() {
    let (mut card, keys) = card();
    let mut old = opened(&mut card);
    let mut new = authenticate(&mut card, &mut old, &keys[&CHIP_AUTHENTICATION], 0x51).unwrap();
    assert!(readable(&mut card, &mut new));
    let mut third = authenticate(&mut card, &mut new, &keys[&CHIP_AUTHENTICATION], 0x52).unwrap();
    assert!(readable(&mut card, &mut third), "it may be run again");
    // The keys of PACE are gone.
    let stale = old.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
    assert_eq!(raw(&mut card, &stale).1, 0x6988);
    assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
    assert_eq!(status(&mut card, "00B0810000"), 0x6982);
}

#[test]
fn ca_01_the_public_key_tells_the_chip() {
    let (mut card, keys) = card();
    let mut old = opened(&mut card);
    let mut new = authenticate(&mut card, &mut old, &keys[&ACTIVE_AUTHENTICATION], 0x51).unwrap();
    let command = new.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
    assert_eq!(raw(&mut card, &command).1, 0x6988, "a key that the chip does not use here");
}

#[test]
fn ca_01_aes_256() {
    let (mut card, _) = card();
    let mut session = opened(&mut card);
    assert_eq!(session.send(&mut card, SET_AT, &chip_set_at(4, CHIP_AUTHENTICATION), None), (vec![], 0x9000));
    let point = pace::bytes(p256::ProjectivePoint::GENERATOR);
    let answer = session.send(&mut card, GENERAL_AUTHENTICATE, &agreement(&point), Some(&[0]));
    assert_eq!(answer, (hex("7C00"), 0x9000));
    let next = session.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
    assert_eq!(raw(&mut card, &next).1, 0x6988, "the old session is over");
}

#[test]
fn ca_01_what_is_refused() {
    let (mut card, keys) = card();
    let point = pace::bytes(p256::ProjectivePoint::GENERATOR);
    let plain = |header: [u8; 4], data: &[u8]| [&header[..], &[data.len() as u8], data, &[0]].concat();
    assert_eq!(raw(&mut card, &plain(SET_AT, &chip_set_at(2, CHIP_AUTHENTICATION))).1, 0x6982);
    let mut session = opened(&mut card);
    for (data, expected) in [
        (chip_set_at(1, CHIP_AUTHENTICATION), 0x6A80),
        (chip_set_at(3, CHIP_AUTHENTICATION), 0x6A80),
        (chip_set_at(2, CHIP_AUTHENTICATION)[..12].to_vec(), 0x6A80),
        (encode(Tag(0x84), &[CHIP_AUTHENTICATION]), 0x6A80),
        (vec![], 0x6A80),
        (chip_set_at(2, 0x00), 0x6A88),
        (chip_set_at(2, ACTIVE_AUTHENTICATION), 0x6A88),
        (chip_set_at(2, MAPPING), 0x6A88),
        (chip_set_at(2, 0x05), 0x6A88),
    ] {
        assert_eq!(
            session.send(&mut card, SET_AT, &data, None),
            (vec![], expected),
            "{}",
            hex::encode(&data)
        );
        let next = session.send(&mut card, GENERAL_AUTHENTICATE, &agreement(&point), Some(&[0]));
        assert_eq!(next, (vec![], 0x6985), "nothing is begun");
    }
    // A good MSE:Set AT lasts for one GENERAL AUTHENTICATE, which must be the last of its chain, and not beyond the session.
    assert_eq!(session.send(&mut card, SET_AT, &chip_set_at(2, CHIP_AUTHENTICATION), None).1, 0x9000);
    assert_eq!(session.send(&mut card, [0x10, 0x86, 0, 0], &agreement(&point), Some(&[0])).1, 0x6883);
    assert_eq!(session.send(&mut card, GENERAL_AUTHENTICATE, &agreement(&point), Some(&[0])).1, 0x6985);
    assert_eq!(session.send(&mut card, SET_AT, &chip_set_at(2, CHIP_AUTHENTICATION), None).1, 0x9000);
    assert_eq!(raw(&mut card, &plain(GENERAL_AUTHENTICATE, &agreement(&point))).1, 0x6985);
    let mut session = opened(&mut card);
    assert_eq!(session.send(&mut card, GENERAL_AUTHENTICATE, &agreement(&point), Some(&[0])).1, 0x6985);
    // PACE's MSE:Set AT takes its place.
    assert_eq!(session.send(&mut card, SET_AT, &chip_set_at(2, CHIP_AUTHENTICATION), None).1, 0x9000);
    let mut again = pace::establish_within(&mut card, &mut session, pace::SET_AT_CAN, CAN).unwrap();
    assert!(authenticate(&mut card, &mut again, &keys[&CHIP_AUTHENTICATION], 0x51).is_ok());

    let mut without = issued();
    let mut session = opened(&mut without);
    let answer = session.send(&mut without, SET_AT, &chip_set_at(2, CHIP_AUTHENTICATION), None);
    assert_eq!(answer, (vec![], 0x6A88));
}

#[test]
fn ca_02_points_that_are_refused_leave_the_session() {
    let (mut card, keys) = card();
    let mut session = opened(&mut card);
    let good = pace::bytes(p256::ProjectivePoint::GENERATOR);
    let mut off_curve = good.clone();
    off_curve[64] ^= 1;
    let compressed = [&[0x02], &good[1..33]].concat();
    let bodies = [
        agreement(&off_curve),
        agreement(&[0x00]),
        agreement(&[0; 65]),
        agreement(&compressed),
        agreement(&good[..64]),
        encode(Tag(0x7C), &encode(Tag(0x81), &good)),
        vec![0x7C, 0x00],
        vec![],
    ];
    for body in bodies {
        assert_eq!(session.send(&mut card, SET_AT, &chip_set_at(2, CHIP_AUTHENTICATION), None).1, 0x9000);
        let refused = session.send(&mut card, GENERAL_AUTHENTICATE, &body, Some(&[0]));
        assert_eq!(refused, (vec![], 0x6A80), "{}", hex::encode(&body));
        let next = session.send(&mut card, GENERAL_AUTHENTICATE, &agreement(&good), Some(&[0]));
        assert_eq!(next, (vec![], 0x6985), "it begins anew with MSE:Set AT");
        assert!(readable(&mut card, &mut session));
    }
    assert!(authenticate(&mut card, &mut session, &keys[&CHIP_AUTHENTICATION], 0x51).is_ok());
}

/// Whatever keys the card has: with a template only version 2, without one only version 1.
#[test]
fn ca_04_a_template_rules_version_1_out() {
    let all = [ACTIVE_AUTHENTICATION, CHIP_AUTHENTICATION, MAPPING, CHIP_AUTHENTICATION_2];
    let (mut card, keys) = issued_with_keys(&all);
    let point = pace::bytes(p256::ProjectivePoint::GENERATOR);
    for set_at in [pace::SET_AT_CAN, pace::SET_AT_CAM] {
        let mut inside = Inside::open(&mut card, set_at, CAN, [0xFF; 5]).unwrap();
        for protocol in [2, 4] {
            let data = chip_set_at(protocol, CHIP_AUTHENTICATION);
            assert_eq!(inside.sm.send(&mut card, SET_AT, &data, None), (vec![], 0x6985));
            let next = inside.sm.send(&mut card, GENERAL_AUTHENTICATE, &agreement(&point), Some(&[0]));
            assert_eq!(next, (vec![], 0x6985));
        }
        assert!(readable(&mut card, &mut inside.sm), "the session goes on");
        // Another PACE without a template, within the session: version 1 again.
        let mut plain = pace::establish_within(&mut card, &mut inside.sm, pace::SET_AT_CAN, CAN).unwrap();
        let answer = plain.send(&mut card, SET_AT, &chip_set_at(2, CHIP_AUTHENTICATION_2), None);
        assert_eq!(answer, (vec![], 0x6A88), "version 2 needs one");
        assert!(authenticate(&mut card, &mut plain, &keys[&CHIP_AUTHENTICATION], 0x51).is_ok());
    }
}

#[test]
fn cam_01_the_mapping_proves_the_key() {
    let (mut card, keys) = card();
    for _ in 0..3 {
        let mut run = pace::open(&mut card, pace::SET_AT_CAM, CAN).unwrap();
        assert!(is_proven_by_mapping(&run, &keys[&MAPPING]));
        assert!(!is_proven_by_mapping(&run, &keys[&CHIP_AUTHENTICATION]));
        assert!(readable(&mut card, &mut run.messaging));
    }
    let generic = pace::open(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(generic.objects, [], "Generic Mapping proves nothing");
    // Chip Authentication goes on from there.
    let mut run = pace::open(&mut card, pace::SET_AT_CAM, CAN).unwrap();
    assert!(authenticate(&mut card, &mut run.messaging, &keys[&CHIP_AUTHENTICATION], 0x51).is_ok());
}

#[test]
fn cam_01_a_wrong_password_proves_nothing_and_counts() {
    let (mut card, _) = card();
    assert_eq!(pace::open(&mut card, pace::SET_AT_CAM, b"000000").err(), Some(0x6300));
    assert!(pace::open(&mut card, pace::SET_AT_CAM, CAN).is_ok());
    assert_eq!(card.modelled_delay().as_millis(), 100, "ACC-04");
}

#[test]
fn cam_01_what_is_offered() {
    let set_at = |last: &str| format!("0022C1A40F 800A04007F000702020406{last} 830102");
    let (mut with, _) = card();
    let mut without = issued();
    for (last, offered) in [("02", true), ("03", false), ("04", true), ("01", false)] {
        let expected = if offered { 0x9000 } else { 0x6A80 };
        assert_eq!(status(&mut with, &set_at(last)), expected, "{last}");
        assert_eq!(status(&mut without, &set_at(last)), 0x6A80, "{last}");
    }
}

/// CAM-02: EF.CardSecurity under any session of PACE; what its content says is the issuer's.
#[test]
fn cam_02_ef_card_security_is_read_in_a_session() {
    let (mut card, _) = card();
    assert_eq!(status(&mut card, "00B09D0000"), 0x6982);
    for set_at in [pace::SET_AT_CAN, pace::SET_AT_CAM] {
        let mut session = pace::establish(&mut card, set_at, CAN).unwrap();
        assert_eq!(session.send(&mut card, [0, 0xA4, 0, 0x0C], &[0x3F, 0], None).1, 0x9000);
        assert_eq!(session.read(&mut card, 0x1D), Ok(vec![0x30; 700]));
    }
}
