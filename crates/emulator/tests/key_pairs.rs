//! PERSO-19 to PERSO-23: key pairs made on the chip.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::{Card, PersonalisationPath, seeded_rng};
use chipwright_iso7816::Transport;
use host::chip_keys::*;
use host::*;
use sha2::{Digest, Sha256};

const ALL: [u8; 4] = [ACTIVE_AUTHENTICATION, CHIP_AUTHENTICATION, MAPPING, CHIP_AUTHENTICATION_2];
const NONCE: [u8; 16] = [0x9D; 16];

/// What REPORT says is held: DGI and length, with right checksums.
fn reported(card: &mut Card, session: &mut scp03::Host, content: &[(u16, Vec<u8>)]) -> Vec<u16> {
    let key = [0x77; 16];
    associate(card, session);
    let (answer, status) = ask(card, session, &dgi(0x7F01, &key));
    assert_eq!(status, 0x9000);
    let entries = answer[1..].chunks_exact(12).map(|entry| {
        let id = u16::from_be_bytes([entry[0], entry[1]]);
        let (_, value) = content.iter().find(|(held, _)| *held == id).unwrap();
        assert_eq!(entry[2..4], (value.len() as u16).to_be_bytes());
        let hash = Sha256::digest(value);
        assert_eq!(entry[4..], cmac(&key, &[&entry[..2], &hash[..]].concat())[..8], "{id:04X}");
        id
    });
    entries.collect()
}

fn finalise(card: &mut Card, session: &mut scp03::Host, content: &[(u16, Vec<u8>)]) -> u16 {
    associate(card, session);
    session.store(card, &dgi(0x7F0F, &manifest(content)), 223).1
}

#[test]
fn perso_19_perso_20_pairs_are_made_and_told() {
    for level in [0x13, 0x33] {
        let mut card = blank();
        installed(&mut card);
        let mut session = scp03::Host::open(&mut card, level);
        let keys = ALL.map(|reference| generate(&mut card, &mut session, reference));
        for (reference, key) in ALL.into_iter().zip(keys) {
            associate(&mut card, &mut session);
            let (answer, status) = ask(&mut card, &mut session, &dgi(TELL, &request(reference, &NONCE)));
            assert_eq!(status, 0x9000);
            assert_eq!(proven(&answer, reference, &NONCE), Some(key));
            assert_eq!(proven(&answer, reference, &[0; 16]), None, "the nonce is covered");
            assert_eq!(proven(&answer, reference ^ 1, &NONCE), None, "the reference is covered");
        }
        let distinct: std::collections::BTreeSet<_> = keys.into_iter().collect();
        assert_eq!(distinct.len(), 4);
        let again = generate(&mut card, &mut session, MAPPING);
        assert_ne!(again, keys[2], "a pair that exists is replaced");
    }
}

/// A short command fetches 256 bytes: one answer each, or a key pair that was just made could never be proven.
#[test]
fn perso_16_one_answer_to_a_block() {
    let (mut card, mut session, keys) = prepared(&[CHIP_AUTHENTICATION]);
    let report = dgi(0x7F01, &[0x77; 16]);
    let make = dgi(GENERATE, &request(CHIP_AUTHENTICATION, &NONCE));
    let tell = dgi(TELL, &request(CHIP_AUTHENTICATION, &NONCE));
    for (first, second) in
        [(&make, &make), (&make, &tell), (&make, &report), (&report, &make), (&report, &report)]
    {
        associate(&mut card, &mut session);
        let both = [first.as_slice(), second].concat();
        assert_eq!(ask(&mut card, &mut session, &both), (vec![], 0x6A80));
        // PERSO-15: the same block number, and the pair of before.
        let (answer, status) = ask(&mut card, &mut session, &tell);
        assert_eq!(status, 0x9000);
        let key = proven(&answer, CHIP_AUTHENTICATION, &NONCE);
        assert_eq!(key, Some(keys[&CHIP_AUTHENTICATION]));
    }
    // In a block each they follow each other; what is stored does not count.
    associate(&mut card, &mut session);
    assert_eq!(session.send(&mut card, 0xE2, 0x09, 0, &make).1, 0x9000);
    assert_eq!(session.send(&mut card, 0xE2, 0x09, 1, &tell).1, 0x9000);
    let stored = [dgi(0x8012, b"135790"), report].concat();
    assert_eq!(session.send(&mut card, 0xE2, 0x89, 2, &stored).1, 0x9000);
}

/// All have a place of their own, and survive.
#[test]
fn perso_19_pairs_survive() {
    let (mut card, mut session, keys) = prepared(&[CHIP_AUTHENTICATION, ACTIVE_AUTHENTICATION, MAPPING]);
    let again = generate(&mut card, &mut session, MAPPING);
    assert_ne!(again, keys[&MAPPING]);
    let (active, first) = (keys[&ACTIVE_AUTHENTICATION], keys[&CHIP_AUTHENTICATION]);
    let held = [(0x8101, active), (0x8102, first), (0x8103, again)].map(|(id, key)| (id, key.to_vec()));
    assert_eq!(reported(&mut card, &mut session, &held), [0x8101, 0x8102, 0x8103]);
    card.reset().unwrap();
    assert_eq!(status_of_issuer(&mut card), 0x9000);
    let mut session = scp03::Host::open(&mut card, 0x13);
    assert_eq!(reported(&mut card, &mut session, &held), [0x8101, 0x8102, 0x8103]);
}

fn status_of_issuer(card: &mut Card) -> u16 {
    status(card, ISSUER)
}

#[test]
fn perso_19_perso_20_what_is_refused() {
    let (mut card, mut session, _) = prepared(&[ACTIVE_AUTHENTICATION]);
    for instruction in [GENERATE, TELL] {
        associate(&mut card, &mut session);
        for (value, expected) in [
            (request(0x00, &NONCE), 0x6A88),
            (request(0x05, &NONCE), 0x6A88),
            (request(0x81, &NONCE), 0x6A88),
            (request(0x01, &NONCE)[..16].to_vec(), 0x6A80),
            ([request(0x01, &NONCE), vec![0]].concat(), 0x6A80),
            (vec![], 0x6A80),
        ] {
            let answer = ask(&mut card, &mut session, &dgi(instruction, &value));
            assert_eq!(answer, (vec![], expected), "{}", hex::encode(&value));
        }
    }
    assert_eq!(ask(&mut card, &mut session, &dgi(TELL, &request(MAPPING, &NONCE))), (vec![], 0x6A88));
    // PERSO-15: the stream stands where it stood.
    assert_eq!(ask(&mut card, &mut session, &dgi(TELL, &request(ACTIVE_AUTHENTICATION, &NONCE))).1, 0x9000);
}

#[test]
fn perso_21_public_keys_go_out_under_an_r_mac_only() {
    for instruction in [GENERATE, TELL] {
        let (mut card, mut session, keys) = prepared(&[ACTIVE_AUTHENTICATION]);
        let bytes = dgi(instruction, &request(ACTIVE_AUTHENTICATION, &NONCE));
        associate(&mut card, &mut session);
        assert_eq!(session.send(&mut card, 0xE2, 0x88, 0, &bytes), (vec![], 0x6A86), "no response expected");
        assert_eq!(status_of_issuer(&mut card), 0x9000);
        let mut weaker = scp03::Host::open(&mut card, 0x03);
        associate(&mut card, &mut weaker);
        assert_eq!(ask(&mut card, &mut weaker, &bytes), (vec![], 0x6982));
        assert_eq!(weaker.send(&mut card, 0xE2, 0x09, 0, &bytes[..2]), (vec![], 0x9000));
        assert_eq!(weaker.send(&mut card, 0xE2, 0x89, 1, &bytes[2..]), (vec![], 0x6982), "in two blocks");
        // Nothing has changed by that.
        assert_eq!(status_of_issuer(&mut card), 0x9000);
        let mut session = scp03::Host::open(&mut card, 0x13);
        associate(&mut card, &mut session);
        let (answer, status) =
            ask(&mut card, &mut session, &dgi(TELL, &request(ACTIVE_AUTHENTICATION, &NONCE)));
        assert_eq!(status, 0x9000);
        assert_eq!(proven(&answer, ACTIVE_AUTHENTICATION, &NONCE), Some(keys[&ACTIVE_AUTHENTICATION]));
    }
}

#[test]
fn perso_21_perso_22_not_once_operational() {
    let (mut card, keys) = issued_with_keys(&[CHIP_AUTHENTICATION]);
    assert_eq!(status_of_issuer(&mut card), 0x9000);
    let mut session = scp03::Host::open(&mut card, 0x13);
    associate(&mut card, &mut session);
    for instruction in [GENERATE, TELL] {
        let answer = ask(&mut card, &mut session, &dgi(instruction, &request(CHIP_AUTHENTICATION, &NONCE)));
        assert_eq!(answer, (vec![], 0x6985));
    }
    let answer = ask(&mut card, &mut session, &dgi(0x8102, &keys[&CHIP_AUTHENTICATION]));
    assert!(matches!(answer, (_, 0x6985 | 0x6A88)), "{:04X}", answer.1);
    card.reset().unwrap();
    let mut opened = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    assert!(authenticate(&mut card, &mut opened, &keys[&CHIP_AUTHENTICATION], 0x51).is_ok());
}

#[test]
fn perso_22_key_pairs_are_held_and_not_stored() {
    let (mut card, mut session, keys) = prepared(&ALL);
    for reference in ALL {
        associate(&mut card, &mut session);
        let object = dgi(0x8100 | u16::from(reference), &keys[&reference]);
        assert_eq!(ask(&mut card, &mut session, &object), (vec![], 0x6A88));
    }
    let everything = with_keys(&keys);
    assert_eq!(reported(&mut card, &mut session, &everything), [0x8101, 0x8102, 0x8103, 0x8104]);
    associate(&mut card, &mut session);
    let files = stream(&[content(), files_of(&ALL)].concat());
    assert_eq!(session.store(&mut card, &files, 223), (vec![], 0x9000));
    let mut ids: Vec<u16> = everything.iter().map(|(id, _)| *id).collect();
    ids.sort_unstable();
    assert_eq!(reported(&mut card, &mut session, &everything), ids);
    // The manifest names every pair, with the public key that the chip has.
    let without = |id: u16| everything.iter().filter(|(other, _)| *other != id).cloned().collect::<Vec<_>>();
    assert_eq!(finalise(&mut card, &mut session, &without(0x8103)), 0x6A80);
    let mut other = everything.clone();
    other.iter_mut().find(|(id, _)| *id == 0x8102).unwrap().1[64] ^= 1;
    assert_eq!(finalise(&mut card, &mut session, &other), 0x6A80);
    assert_eq!(finalise(&mut card, &mut session, &everything), 0x9000);
}

/// 8020 can never be replaced: what is no trust point would shut the records for ever, or open them to a terminal.
#[test]
fn perso_23_the_trust_point_is_one() {
    use host::cv::{Holder, TERMINAL, holder};
    let cvca = host::terminal::cvca();
    let good = cvca.self_signed();
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let verifier = Holder { domain_parameters: true, ..host::terminal::verifier() };
    let terminal = Holder { domain_parameters: true, ..holder("VNCVCA00001", TERMINAL, 1) };
    let inspection = Holder { terminal_type: hex("04007F000703010201"), ..cvca.clone() };
    let bad = [
        vec![0x30; 200],
        forged,
        verifier.self_signed(),
        terminal.self_signed(),
        inspection.self_signed(),
        Holder { domain_parameters: false, ..cvca.clone() }.self_signed(),
        holder("VNCVCA00002", host::cv::CVCA, 1).issued_by(&cvca),
    ];
    for block in [100, 223] {
        for (n, value) in bad.iter().chain([&good]).enumerate() {
            let (mut card, mut session, keys) = prepared(&[CHIP_AUTHENTICATION_2]);
            let mut all = with_keys(&keys);
            all.iter_mut().find(|(id, _)| *id == 0x8020).unwrap().1.clone_from(value);
            let files: Vec<_> = all.iter().filter(|(id, _)| id >> 4 != 0x810).cloned().collect();
            let bytes = [stream(&files), dgi(0x7F0F, &manifest(&all))].concat();
            associate(&mut card, &mut session);
            let expected = if n < bad.len() { 0x6A80 } else { 0x9000 };
            assert_eq!(session.store(&mut card, &bytes, block).1, expected, "{n}");
        }
    }
}

/// PERSO-23 for every key: without each file it needs, and DG15 without its key.
#[test]
fn perso_23_no_key_without_its_files() {
    let needs: [(u8, &[u16]); 3] = [
        (ACTIVE_AUTHENTICATION, &[0x010F]),
        (MAPPING, &[0x2F1D]),
        (CHIP_AUTHENTICATION_2, &[0x2F1D, 0x8020]),
    ];
    for (reference, files) in needs {
        for missing in files {
            let (mut card, mut session, keys) = prepared(&[reference]);
            let less: Vec<_> = with_keys(&keys).into_iter().filter(|(id, _)| id != missing).collect();
            let files: Vec<_> = less.iter().filter(|(id, _)| id >> 4 != 0x810).cloned().collect();
            associate(&mut card, &mut session);
            assert_eq!(session.store(&mut card, &stream(&files), 223), (vec![], 0x9000));
            assert_eq!(finalise(&mut card, &mut session, &less), 0x6A80, "{reference} without {missing:04X}");
            let whole = with_keys(&keys);
            let added: Vec<_> = whole.iter().filter(|(id, _)| id == missing).cloned().collect();
            associate(&mut card, &mut session);
            assert_eq!(session.store(&mut card, &stream(&added), 223), (vec![], 0x9000));
            assert_eq!(finalise(&mut card, &mut session, &whole), 0x9000);
        }
    }
    let (mut card, mut session, _) = prepared(&[]);
    let lonely = [content(), files_of(&[ACTIVE_AUTHENTICATION])].concat();
    associate(&mut card, &mut session);
    assert_eq!(session.store(&mut card, &stream(&lonely), 223), (vec![], 0x9000));
    assert_eq!(finalise(&mut card, &mut session, &lonely), 0x6A80, "DG15 without key 8101");
}

/// PERSO-19: one transaction. Whenever the power fails, the old pair or the new one is there.
#[test]
fn perso_19_torn() {
    let (card, _, keys) = prepared(&[CHIP_AUTHENTICATION]);
    let (state, old) = (card.save(), keys[&CHIP_AUTHENTICATION]);
    for write in 1.. {
        let mut card = Card::load(&state, seeded_rng(9)).unwrap();
        assert_eq!(status_of_issuer(&mut card), 0x9000);
        let mut session = scp03::Host::open(&mut card, 0x13);
        associate(&mut card, &mut session);
        card.cut_at_page_write(write);
        let bytes = dgi(GENERATE, &request(CHIP_AUTHENTICATION, &NONCE));
        let made = {
            let command = session.wrap(0xE2, 0x89, 0, &bytes);
            raw(&mut card, &command).1 == 0x9000
        };
        while card.reset().is_err() {}
        card.clear_faults();
        assert_eq!(status_of_issuer(&mut card), 0x9000);
        let mut session = scp03::Host::open(&mut card, 0x13);
        associate(&mut card, &mut session);
        let (answer, status) =
            ask(&mut card, &mut session, &dgi(TELL, &request(CHIP_AUTHENTICATION, &NONCE)));
        assert_eq!(status, 0x9000, "write {write}");
        let now = proven(&answer, CHIP_AUTHENTICATION, &NONCE).unwrap();
        if made {
            assert_ne!(now, old);
            assert!(write > 1);
            return;
        }
    }
}

/// On chips that are personalised through the application (PERSO-17).
#[test]
fn perso_19_through_the_application() {
    let mut card = blank_with(|chip| chip.personalisation = PersonalisationPath::ThroughApplication);
    installed(&mut card);
    assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
    let mut session = scp03::Host::open(&mut card, 0x13);
    let (answer, status) = ask(&mut card, &mut session, &dgi(GENERATE, &request(MAPPING, &NONCE)));
    assert_eq!(status, 0x9000);
    let key = proven(&answer, MAPPING, &NONCE).unwrap();
    let (answer, status) = ask(&mut card, &mut session, &dgi(TELL, &request(MAPPING, &[1; 16])));
    assert_eq!(status, 0x9000);
    assert_eq!(proven(&answer, MAPPING, &[1; 16]), Some(key));
}

/// Two instances have pairs of their own; a fifth pair has no room (CHIP-08).
#[test]
fn pairs_belong_to_their_instance() {
    let (mut card, mut session, keys) = prepared(&ALL[..2]);
    const OTHER: &str = "F0434849505799";
    assert_eq!(session.send(&mut card, 0xE6, 0x0C, 0, &install_data(OTHER, 0)).1, 0x9000);
    let associate_other = |card: &mut Card, session: &mut scp03::Host| {
        assert_eq!(session.send(card, 0xE6, 0x20, 0, &personalize_data(OTHER)).1, 0x9000);
    };
    associate_other(&mut card, &mut session);
    let told = dgi(TELL, &request(ACTIVE_AUTHENTICATION, &NONCE));
    assert_eq!(ask(&mut card, &mut session, &told), (vec![], 0x6A88));
    for (reference, expected) in
        [(ACTIVE_AUTHENTICATION, 0x9000), (MAPPING, 0x9000), (CHIP_AUTHENTICATION, 0x6A84)]
    {
        associate_other(&mut card, &mut session);
        let (answer, status) = ask(&mut card, &mut session, &dgi(GENERATE, &request(reference, &NONCE)));
        assert_eq!(status, expected, "{reference}");
        assert_eq!(proven(&answer, reference, &NONCE).is_some(), expected == 0x9000);
    }
    associate(&mut card, &mut session);
    let (answer, _) = ask(&mut card, &mut session, &told);
    assert_eq!(proven(&answer, ACTIVE_AUTHENTICATION, &NONCE), Some(keys[&ACTIVE_AUTHENTICATION]));
}

/// CM-14: pairs go with their instance.
#[test]
fn pairs_go_with_their_instance() {
    let (mut card, mut session, _) = prepared(&ALL);
    assert_eq!(session.send(&mut card, 0xE4, 0, 0, &hex("4F07F0434849505701")).1, 0x9000);
    assert_eq!(session.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 4)).1, 0x9000);
    assert!(reported(&mut card, &mut session, &[]).is_empty());
    associate(&mut card, &mut session);
    assert_eq!(ask(&mut card, &mut session, &dgi(TELL, &request(MAPPING, &NONCE))), (vec![], 0x6A88));
}
