//! The state file: every format version that was ever written loads for ever.
//!
//! `CHIPWRIGHT_WRITE_FIXTURES=1` writes the fixtures of the current version where they are missing.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods)]

mod host;

use chipwright_emulator::{Card, Interface, StateError, seeded_rng};
use chipwright_iso7816::Transport;
use host::chip_keys::*;
use host::*;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};
use std::path::PathBuf;

fn fixture(name: &str, make: impl FnOnce() -> Card) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name);
    if !path.exists() && std::env::var_os("CHIPWRIGHT_WRITE_FIXTURES").is_some() {
        std::fs::write(&path, make().save()).unwrap();
    }
    std::fs::read(path).unwrap()
}

fn blank_v1() -> Vec<u8> {
    fixture("state-v1-blank.bin", || unreachable!("format 1 is not written any more"))
}

fn issued_v1() -> Vec<u8> {
    fixture("state-v1-issued.bin", || unreachable!("format 1 is not written any more"))
}

fn blank_v2() -> Vec<u8> {
    fixture("state-v2-blank.bin", blank)
}

fn issued_v2() -> Vec<u8> {
    fixture("state-v2-issued.bin", issued)
}

/// With three key pairs, each public key being the content of the file that publishes it.
fn keys_v2() -> Vec<u8> {
    fixture("state-v2-keys.bin", || {
        let (mut card, mut session, keys) = prepared(&[ACTIVE_AUTHENTICATION, CHIP_AUTHENTICATION, MAPPING]);
        let mut files: Vec<_> = content().into_iter().filter(|(id, _)| *id != 0x010E).collect();
        files.push((0x010F, keys[&ACTIVE_AUTHENTICATION].to_vec()));
        files.push((0x010E, keys[&CHIP_AUTHENTICATION].to_vec()));
        files.push((0x2F1D, keys[&MAPPING].to_vec()));
        let pairs = keys.iter().map(|(reference, key)| (0x8100 | u16::from(*reference), key.to_vec()));
        let held: Vec<_> = files.iter().cloned().chain(pairs).collect();
        associate(&mut card, &mut session);
        let bytes = [stream(&files), dgi(0x7F0F, &manifest(&held))].concat();
        assert_eq!(session.store(&mut card, &bytes, 223), (vec![], 0x9000));
        card.reset().unwrap();
        card
    })
}

fn header(state: &[u8]) -> &str {
    let length = u32::from_be_bytes(state[16..20].try_into().unwrap()) as usize;
    std::str::from_utf8(&state[20..20 + length]).unwrap()
}

/// With a right digest again.
fn seal(mut state: Vec<u8>) -> Vec<u8> {
    let end = state.len() - 32;
    let digest = Sha256::digest(&state[..end]);
    state[end..].copy_from_slice(&digest);
    state
}

#[test]
fn format_2_loads_and_is_what_is_written_today() {
    for state in [blank_v2(), issued_v2(), keys_v2()] {
        let card = Card::load(&state, seeded_rng(9)).unwrap();
        assert!(card.save() == state, "loading and saving is the identity");
    }
    assert!(blank().save() == blank_v2());
    let today = issued().save();
    assert_eq!(header(&today), header(&issued_v2()));
    assert_eq!(today.len(), issued_v2().len());
    let expected = r#"{"format":2,"chip":{"cplc":"4357435743576326010063260000000100"#;
    assert!(header(&today).starts_with(&expected[..30]), "{}", header(&today));
}

/// A card of format 1 becomes one of format 2 that holds the same.
#[test]
fn format_1_loads_for_ever() {
    let directory = |state: &[u8]| state[state.len() - 32 - 81_920..][..44 * 64].to_vec();
    let blank = Card::load(&blank_v1(), seeded_rng(9)).unwrap().save();
    assert!(directory(&blank) == directory(&blank_v2()), "only what the journal left behind is another");
    let today = Card::load(&issued_v1(), seeded_rng(9)).unwrap().save();
    assert_eq!(header(&today), header(&issued_v2()));
    assert!(Card::load(&today, seeded_rng(9)).unwrap().save() == today);
}

/// Counters stood elsewhere in format 1; a transaction that its journal says is under way is finished first.
#[test]
fn counters_and_the_journal_of_format_1_are_read() {
    let pages = |state: &[u8]| state.len() - 32 - 81_920;
    let mut state = issued_v1();
    let start = pages(&state);
    let counters = start + 13 * 64;
    state[counters + 7] = 3; // wrong tries with the CAN of the first instance
    let mut card = Card::load(&seal(state.clone()), seeded_rng(9)).unwrap();
    pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(card.modelled_delay().as_millis(), 400);
    // The head, on the page behind 41 records, says that the shadow of page 13 counts: there are five.
    let shadow = start + (42 + 13) * 64;
    state[shadow..shadow + 64].fill(0);
    state[shadow + 7] = 5;
    let head = start + 41 * 64;
    state[head..head + 12].copy_from_slice(b"REDO\0\0\0\0\0\0\x20\0");
    let mut card = Card::load(&seal(state), seeded_rng(9)).unwrap();
    pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(card.modelled_delay().as_millis(), 1600);
}

#[test]
fn the_cards_of_the_fixtures_work() {
    for (blank, issued) in [(blank_v1(), issued_v1()), (blank_v2(), issued_v2())] {
        let mut card = Card::load(&issued, seeded_rng(9)).unwrap();
        let mut sm = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
        assert_eq!(sm.send(&mut card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
        for (id, value) in content().iter().filter(|(id, _)| id >> 8 == 1) {
            assert_eq!(sm.read(&mut card, (id & 0x1F) as u8).unwrap(), *value);
        }
        assert_eq!(status(&mut card, ISSUER), 0x9000);
        scp03::Host::open(&mut card, 0x33);
        let mut card = Card::load(&blank, seeded_rng(9)).unwrap();
        scp03::Host::open(&mut card, 0x33);
    }
}

#[test]
fn the_key_pairs_of_the_fixture_work() {
    let mut card = Card::load(&keys_v2(), seeded_rng(9)).unwrap();
    let mut run = pace::open(&mut card, pace::SET_AT_CAM, CAN).unwrap();
    let mut file = |sfi, name: &[u8], p1| {
        assert_eq!(run.messaging.send(&mut card, [0, 0xA4, p1, 0x0C], name, None).1, 0x9000);
        <[u8; 65]>::try_from(run.messaging.read(&mut card, sfi).unwrap()).unwrap()
    };
    let mapping = file(0x1D, &[0x3F, 0x00], 0);
    let [active, chip] = [0x0F, 0x0E].map(|sfi| file(sfi, &hex(INSTANCE), 4));
    assert!(is_proven_by_mapping(&run, &mapping));
    let (signature, _) = run.messaging.send(&mut card, [0, 0x88, 0, 0], &[7; 8], Some(&[0]));
    let signature = Signature::from_slice(&signature).unwrap();
    assert!(VerifyingKey::from_sec1_bytes(&active).unwrap().verify(&[7; 8], &signature).is_ok());
    let mut session = authenticate(&mut card, &mut run.messaging, &chip, 0x51).unwrap();
    assert_eq!(session.read(&mut card, 0x0E).unwrap(), chip);
}

#[test]
fn the_interface_and_nothing_volatile_is_saved() {
    let mut card = issued();
    card.set_interface(Interface::Contactless);
    card.reset().unwrap();
    pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    let mut copy = Card::load(&card.save(), seeded_rng(2)).unwrap();
    assert_eq!(copy.uid().unwrap()[0], 0x08);
    assert_eq!(status(&mut copy, &format!("00A4040C07{INSTANCE}")), 0x9000);
    assert_eq!(status(&mut copy, "00B0810000"), 0x6982);
}

#[test]
fn generation_tells_when_to_save() {
    let mut card = issued();
    let (generation, state) = (card.generation(), card.save());
    send(&mut card, "00B09C0000");
    card.reset().unwrap();
    assert!((card.generation(), card.save()) == (generation, state));
    assert_eq!(pace::establish(&mut card, pace::SET_AT_CAN, b"111111").err(), Some(0x6300));
    assert_ne!(card.generation(), generation);
}

#[test]
fn other_bytes_are_refused_with_the_reason() {
    let good = blank_v2();
    let load = |bytes: &[u8]| Card::load(bytes, seeded_rng(1)).map(|_| ()).unwrap_err();
    assert!(matches!(load(b""), StateError::NotACard));
    assert!(matches!(load(b"CHIPWRIGHT CAR"), StateError::NotACard));
    assert!(matches!(load(&good[..17]), StateError::Length { .. }));
    assert!(matches!(load(&good[..100]), StateError::Length { .. }));
    for end in [good.len() - 1, good.len() - 33, good.len() / 2, 20 + header(&good).len()] {
        assert!(matches!(load(&good[..end]), StateError::Digest | StateError::Length { .. }), "{end}");
    }
    for at in [16 + 4 + 40, 1000, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 0x01;
        assert!(matches!(load(&bad), StateError::Digest | StateError::Header(_)), "{at}");
    }
    let mut newer = good.clone();
    newer[20 + br#"{"format":"#.len()] = b'3';
    let newer = load(&seal(newer));
    assert!(matches!(newer, StateError::Newer { found: 3, known: 2 }));
    assert_eq!(newer.to_string(), "the state has format version 3; this release knows versions up to 2");
    let mut shorter = good.clone();
    shorter.drain(5000..5064);
    assert!(matches!(load(&seal(shorter)), StateError::Length { found: 81_856, wanted: 81_920 }));
    let mut unknown = good.clone();
    let at = good.windows(4).position(|window| window == b"scp0").unwrap();
    unknown[at] = b'x';
    assert!(matches!(load(&seal(unknown)), StateError::Header(_)));
}

/// Wrong tries of every password, a use of the PUK, a changed PIN, records, a later trust point and date, a suspension.
fn lived_v2() -> Vec<u8> {
    fixture("state-v2-lived.bin", || {
        let mut issued = terminal::issued_with_records();
        let card = &mut issued.card;
        let mut sm = pace::establish(card, pace::SET_AT_PIN, PIN).unwrap();
        assert_eq!(sm.send(card, [0, 0x2C, 2, 3], b"192837", None).1, 0x9000);
        let mut sm = pace::establish(card, pace::SET_AT_PUK, PUK).unwrap();
        assert_eq!(sm.send(card, [0, 0x2C, 3, 3], &[], None).1, 0x9000);
        let wrong = [
            (pace::SET_AT_MRZ, &[0; 20][..], 0x6300),
            (pace::SET_AT_PUK, b"0000000000", 0x6300),
            (pace::SET_AT_PIN, b"000000", 0x63C2),
        ];
        for (set_at, secret, status) in wrong {
            assert_eq!(pace::establish(card, set_at, secret).err(), Some(status));
        }
        let (dv, at) = (terminal::verifier(), terminal::terminal());
        let mut inside = terminal::whole_procedure(&mut issued, &dv, &at).unwrap();
        for (sfi, length) in [(2, 10), (3, 500), (2, 900)] {
            assert_eq!(inside.append_record(&mut issued.card, sfi, &terminal::record(sfi, length)), 0x9000);
        }
        let next = host::cv::holder("VNCVCA00002", host::cv::CVCA, 4);
        let mut inside = terminal::Inside::by_can(&mut issued.card);
        assert_eq!(inside.set_dst(&mut issued.card, b"VNCVCA00001"), 0x9000);
        assert_eq!(inside.pso(&mut issued.card, &next.issued_by(&terminal::cvca())), 0x9000);
        assert_eq!(status(&mut issued.card, ISSUER), 0x9000);
        let mut session = scp03::Host::open(&mut issued.card, 0x01);
        assert_eq!(session.send(&mut issued.card, 0xF0, 0x40, 0x8F, &hex(INSTANCE)).1, 0x9000);
        issued.card
    })
}

#[test]
fn what_a_card_has_lived_through_is_still_there() {
    let mut card = Card::load(&lived_v2(), seeded_rng(9)).unwrap();
    assert!(card.save() == lived_v2());
    assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x6283, "suspended");
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    let mut session = scp03::Host::open(&mut card, 0x01);
    assert_eq!(session.send(&mut card, 0xF0, 0x40, 0x0F, &hex(INSTANCE)).1, 0x9000);
    assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
    assert_eq!(status(&mut card, pace::SET_AT_PIN), 0x63C2);
    assert!(pace::establish(&mut card, pace::SET_AT_PIN, b"192837").is_ok());
    assert_eq!(card.modelled_delay().as_millis(), 0);
    for (delay, set_at, secret) in [(100, pace::SET_AT_MRZ, &MRZ_KEY[..]), (200, pace::SET_AT_PUK, PUK)] {
        assert!(pace::establish(&mut card, set_at, secret).is_ok());
        assert_eq!(card.modelled_delay().as_millis(), delay);
    }
    // One use of the PUK is spent: nine are left.
    for left in (0..9).rev() {
        let mut sm = pace::establish(&mut card, pace::SET_AT_PUK, PUK).unwrap();
        assert_eq!(sm.send(&mut card, [0, 0x2C, 3, 3], &[], None).1, 0x9000, "{left}");
    }
    assert_eq!(pace::establish(&mut card, pace::SET_AT_PUK, PUK).err(), Some(0x6983));
    // Both trust points begin chains; the records are there.
    // The card was made with the seed of every test card, so that its key is that of any other.
    let chip_key = terminal::issued_with_records().chip_key;
    let mut issued = terminal::RecordsCard { card, chip_key };
    let (dv, at) = (terminal::verifier(), terminal::terminal());
    let next = host::cv::holder("VNCVCA00002", host::cv::CVCA, 4);
    let mut by_next = terminal::Inside::by_can(&mut issued.card);
    assert_eq!(by_next.set_dst(&mut issued.card, b"VNCVCA00002"), 0x9000);
    assert_eq!(by_next.pso(&mut issued.card, &dv.issued_by(&next)), 0x9000);
    let mut inside = terminal::whole_procedure(&mut issued, &dv, &at).unwrap();
    for (sfi, number, length) in [(2, 1, 10), (3, 1, 500), (2, 2, 900)] {
        let expected = (terminal::record(sfi, length), 0x9000);
        assert_eq!(inside.read_record(&mut issued.card, sfi, number), expected);
    }
    assert_eq!(inside.read_record(&mut issued.card, 1, 1), (terminal::record(0x21, 120), 0x9000));
}
