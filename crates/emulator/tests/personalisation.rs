//! Chapter 3 of the contract: STORE DATA, REPORT, FINALISE.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::{Card, PersonalisationPath};
use chipwright_iso7816::Transport;
use host::*;
use sha2::{Digest, Sha256};

const K: [u8; 16] = [0xA7; 16];

/// A session at this level, bound to a fresh instance.
fn bound(card: &mut Card, level: u8) -> scp03::Host {
    installed(card);
    assert_eq!(status(card, ISSUER), 0x9000);
    let mut session = scp03::Host::open(card, level);
    bind(card, &mut session);
    session
}

fn bind(card: &mut Card, session: &mut scp03::Host) {
    assert_eq!(session.send(card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)), (vec![0], 0x9000));
}

fn expected_report(held: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut sorted = held.to_vec();
    sorted.sort();
    let mut out = vec![u8::from(!held.is_empty())];
    for (id, value) in &sorted {
        out.extend_from_slice(&id.to_be_bytes());
        out.extend_from_slice(&(value.len() as u16).to_be_bytes());
        out.extend_from_slice(&cmac(&K, &[&id.to_be_bytes()[..], &Sha256::digest(value)].concat())[..8]);
    }
    out
}

/// REPORT in a session of its own.
fn report(card: &mut Card) -> Vec<u8> {
    assert_eq!(status(card, ISSUER), 0x9000);
    let mut session = scp03::Host::open(card, 0x33);
    bind(card, &mut session);
    let (report, status) = session.send(card, 0xE2, 0x89, 0, &dgi(0x7F01, &K));
    assert_eq!(status, 0x9000);
    report
}

#[test]
fn perso_01_the_association() {
    let mut card = blank();
    let mut session = installed(&mut card);
    assert_eq!(session.send(&mut card, 0xE6, 0x20, 0, &personalize_data("F0434849505799")).1, 0x6A88);
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &dgi(0x8010, CAN)).1, 0x6985, "bound to nothing");
    bind(&mut card, &mut session);
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &dgi(0x8010, CAN)).1, 0x9000);
    bind(&mut card, &mut session);
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &dgi(0x8010, CAN)).1, 0x9000, "block 00 again");
    let mut card = issued();
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    for (level, expected) in [(0x01, 0x6982), (0x11, 0x6982), (0x03, 0x9000), (0x33, 0x9000)] {
        let mut session = scp03::Host::open(&mut card, level);
        assert_eq!(
            session.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1,
            expected,
            "LIFE-05"
        );
    }
}

#[test]
fn perso_02_only_with_c_decryption() {
    for (level, expected) in [(0x01, 0x6982), (0x11, 0x6982), (0x03, 0x9000), (0x13, 0x9000), (0x33, 0x9000)]
    {
        let mut card = blank();
        let mut session = bound(&mut card, level);
        assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &dgi(0x8010, CAN)).1, expected, "{level:02X}");
    }
}

#[test]
fn perso_03_block_numbers_and_p1() {
    let mut card = blank();
    let mut session = bound(&mut card, 0x03);
    let can = dgi(0x8010, CAN);
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 1, &can).1, 0x6A86);
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &can).1, 0x9000);
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &can).1, 0x6A86);
    for p1 in [0x00, 0x10, 0x18, 0x0A, 0x48, 0x68, 0x2A] {
        assert_eq!(session.send(&mut card, 0xE2, p1, 1, &can).1, 0x6A86, "P1 {p1:02X}");
    }
    for number in 1..=255 {
        assert_eq!(session.send(&mut card, 0xE2, 0x08, number, &can).1, 0x9000);
    }
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &can).1, 0x6A86, "no block after FF");
}

/// PERSO-04, PERSO-07, PERSO-08: the same content whatever the size of the blocks.
#[test]
fn perso_04_objects_span_blocks() {
    for block in [1, 2, 3, 7, 64, 100, 223, 239, 900] {
        let mut card = blank();
        let mut session = bound(&mut card, 0x33);
        let held: Vec<_> = content().into_iter().filter(|(_, value)| value.len() < 256).collect();
        let held = if block < 7 { held[..4].to_vec() } else { held };
        assert_eq!(session.store(&mut card, &stream(&held), block), (vec![], 0x9000), "{block}");
        assert_eq!(report(&mut card), expected_report(&held), "{block}");
    }
}

#[test]
fn perso_04_no_object_is_open_at_the_last_block() {
    let mut card = blank();
    let mut session = bound(&mut card, 0x03);
    for open in [&[0x80][..], &[0x80, 0x10], &[0x80, 0x10, 6], &[0x80, 0x10, 6, b'1', b'2']] {
        assert_eq!(session.send(&mut card, 0xE2, 0x88, 0, open).1, 0x6A80);
    }
    assert_eq!(session.send(&mut card, 0xE2, 0x88, 0, &dgi(0x8010, CAN)).1, 0x9000, "PERSO-15");
    assert_eq!(report(&mut card), expected_report(&[(0x8010, CAN.to_vec())]));
}

#[test]
fn perso_05_perso_14_unknown_and_wrong_lengths() {
    let mut card = blank();
    let mut session = bound(&mut card, 0x03);
    for (header, expected) in [
        (&[0x01, 0x03, 0x01][..], 0x6A88),
        (&[0x80, 0x10, 0x05], 0x6A80),
        (&[0x80, 0x10, 0x07], 0x6A80),
        (&[0x01, 0x01, 0x00], 0x6A80),
        (&[0x01, 0x01, 0x81], 0x6A80),
        (&[0x01, 0x1D, 0xFF, 0x10, 0x01], 0x6A80),
        (&[0x01, 0x1D, 0xFF, 0x20, 0x01], 0x6A84),
        (&[0x01, 0x02, 0xFF, 0x38, 0x01], 0x6A84),
        (&[0x7F, 0x01, 0x0F], 0x6A80),
        (&[0x7F, 0x0F, 0xFF, 0x04, 0x01], 0x6A80),
    ] {
        assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, header).1, expected, "{header:02X?}");
    }
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &dgi(0x8010, CAN)).1, 0x9000);
}

#[test]
fn perso_06_perso_18_replacement() {
    let mut card = blank();
    let mut session = bound(&mut card, 0x03);
    let big = |fill: u8| vec![fill; 14_336];
    let mut first = dgi(0x0102, &big(1));
    first.extend(dgi(0x8010, b"000000"));
    assert_eq!(session.store(&mut card, &first, 900).1, 0x9000);
    assert_eq!(report(&mut card), expected_report(&[(0x0102, big(1)), (0x8010, b"000000".to_vec())]));
    // Half of a new portrait: neither is held, and the area has no room for both.
    let mut session = scp03::Host::open(&mut card, 0x03);
    bind(&mut card, &mut session);
    let second = dgi(0x0102, &big(2));
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &second[..900]).1, 0x9000);
    assert_eq!(report(&mut card), expected_report(&[(0x8010, b"000000".to_vec())]));
    let mut session = scp03::Host::open(&mut card, 0x03);
    bind(&mut card, &mut session);
    let mut both = second;
    both.extend(dgi(0x8010, b"000001"));
    both.extend(dgi(0x8010, CAN));
    assert_eq!(session.store(&mut card, &both, 1000).1, 0x9000);
    assert_eq!(report(&mut card), expected_report(&[(0x0102, big(2)), (0x8010, CAN.to_vec())]));
}

#[test]
fn perso_07_perso_12_an_interrupted_object_is_not_held() {
    type End = fn(&mut Card, &mut scp03::Host);
    let ends: [(&str, End); 7] = [
        ("SELECT", |card, _| assert_eq!(status(card, ISSUER), 0x9000)),
        ("INITIALIZE UPDATE", |card, _| {
            scp03::Host::begin(card, 0, &DEVELOPMENT_KEY).unwrap();
        }),
        ("INITIALIZE UPDATE with a wrong P2", |card, _| {
            assert_eq!(status(card, "8050000108112233445566778800"), 0x6A86);
        }),
        ("INITIALIZE UPDATE with a short challenge", |card, _| {
            assert_eq!(status(card, "805000000711223344556677"), 0x6700);
        }),
        ("reset", |card, _| {
            card.reset().unwrap();
        }),
        ("failed unwrapping", |card, session| {
            let mut command = session.wrap(0xE2, 0x08, 1, &[1; 20]);
            let at = command.len() - 2;
            command[at] ^= 1;
            assert_eq!(raw(card, &command).1, 0x6982);
        }),
        ("a new association", |card, session| bind(card, session)),
    ];
    for (name, end) in ends {
        let mut card = blank();
        let mut session = bound(&mut card, 0x03);
        let value = vec![5; 300];
        assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &dgi(0x010D, &value)[..200]).1, 0x9000);
        end(&mut card, &mut session);
        let rest = session.send(&mut card, 0xE2, 0x88, 1, &dgi(0x010D, &value)[200..]).1;
        assert_ne!(rest, 0x9000, "{name}");
        assert_eq!(report(&mut card), [0], "{name}");
    }
}

#[test]
fn perso_08_report() {
    let mut card = blank();
    installed(&mut card);
    assert_eq!(report(&mut card), [0x00]);
    let mut session = scp03::Host::open(&mut card, 0x33);
    bind(&mut card, &mut session);
    assert_eq!(session.store(&mut card, &stream(&content()), 223).1, 0x9000);
    assert_eq!(report(&mut card), expected_report(&content()));
    // PERSO-16: without b1 no report, and nothing has changed.
    let mut session = scp03::Host::open(&mut card, 0x33);
    bind(&mut card, &mut session);
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &dgi(0x7F01, &K)).1, 0x6A86);
    let answer = session.send(&mut card, 0xE2, 0x09, 0, &dgi(0x7F01, &K));
    assert_eq!(answer, (expected_report(&content()), 0x9000));
}

#[test]
fn perso_09_perso_10_finalise_compares() {
    let mut card = blank();
    let mut session = bound(&mut card, 0x03);
    assert_eq!(session.store(&mut card, &stream(&content()), 223).1, 0x9000);
    let good = manifest(&content());
    let mut wrong_hash = good.clone();
    wrong_hash[10] ^= 1;
    let mut wrong_version = good.clone();
    wrong_version[0] = 2;
    let mut unordered = vec![1, 11];
    unordered.extend(good[2..].chunks(34).rev().flatten());
    let mut more = content();
    more.push((0x010F, vec![1]));
    let mut trailing = good.clone();
    trailing.push(0);
    for (name, wrong) in [
        ("hash", wrong_hash),
        ("version", wrong_version),
        ("order", unordered),
        ("one fewer", manifest(&content()[1..])),
        ("one more", manifest(&more)),
        ("trailing byte", trailing),
        ("short", good[..good.len() - 1].to_vec()),
    ] {
        bind(&mut card, &mut session);
        assert_eq!(session.store(&mut card, &dgi(0x7F0F, &wrong), 223).1, 0x6A80, "{name}");
        assert_eq!(report(&mut card), expected_report(&content()), "{name}");
        session = scp03::Host::open(&mut card, 0x03);
    }
    bind(&mut card, &mut session);
    let mut after = dgi(0x7F0F, &good);
    after.extend(dgi(0x8010, CAN));
    assert_eq!(session.store(&mut card, &after, 900).1, 0x6A80, "PERSO-16: nothing after FINALISE");
    bind(&mut card, &mut session);
    assert_eq!(session.store(&mut card, &dgi(0x7F0F, &good), 223).1, 0x9000);
    // PERSO-10, PERSO-13.
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &dgi(0x8010, CAN)).1, 0x6985);
    bind(&mut card, &mut session);
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &dgi(0x8010, CAN)).1, 0x6985);
    assert_eq!(session.send(&mut card, 0xF2, 0x40, 0x02, &[0x4F, 0]).0[14], 0x0F);
}

#[test]
fn perso_09_what_is_mandatory() {
    for (missing, _) in &content() {
        let mut card = blank();
        let mut session = bound(&mut card, 0x03);
        let held: Vec<_> = content().into_iter().filter(|(id, _)| id != missing).collect();
        assert_eq!(session.store(&mut card, &stream(&held), 900).1, 0x9000);
        bind(&mut card, &mut session);
        assert_eq!(session.store(&mut card, &dgi(0x7F0F, &manifest(&held)), 900).1, 0x6A80, "{missing:04X}");
    }
}

#[test]
fn perso_11_nothing_is_shown_before_operational() {
    let mut card = blank();
    let mut session = bound(&mut card, 0x03);
    assert_eq!(session.store(&mut card, &stream(&content()), 900).1, 0x9000);
    card.reset().unwrap();
    for _ in 0..2 {
        for command in [
            "00B09C0000",
            "00B0000000",
            "00A4020C02011C",
            "00A4000C023F00",
            "00A4000C",
            pace::SET_AT_CAN,
            "10860000027C0000",
            "0084000008",
            "0CB09E000D97010 08E08000000000000000000",
            "8050000008112233445566778800",
            "80CA9F7F00",
            "00B1011E0354010000",
        ] {
            assert_eq!(status(&mut card, command), 0x6985, "{command}");
        }
        assert_eq!(send(&mut card, &format!("00A4040007{INSTANCE}00")), (vec![], 0x9000));
    }
}

#[test]
fn perso_13_the_last_block_ends_the_association() {
    let mut card = blank();
    let mut session = bound(&mut card, 0x03);
    assert_eq!(session.send(&mut card, 0xE2, 0x88, 0, &dgi(0x8010, CAN)).1, 0x9000);
    assert_eq!(session.send(&mut card, 0xE2, 0x88, 1, &dgi(0x8010, CAN)).1, 0x6985);
}

#[test]
fn perso_15_a_refused_block_changes_nothing() {
    let mut card = blank();
    let mut session = bound(&mut card, 0x03);
    let value = vec![5; 300];
    let object = dgi(0x010D, &value);
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &object[..100]).1, 0x9000);
    let before = card.save();
    let mut bad = object[100..].to_vec();
    bad.extend(dgi(0x8010, CAN));
    bad.extend([0x55, 0x55, 0x01]);
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 1, &bad).1, 0x6A88);
    assert_eq!(card.save(), before);
    assert_eq!(session.send(&mut card, 0xE2, 0x88, 1, &object[100..]).1, 0x9000);
    assert_eq!(report(&mut card), expected_report(&[(0x010D, value)]));
}

#[test]
fn perso_17_through_the_application() {
    let mut card = blank_with(|chip| chip.personalisation = PersonalisationPath::ThroughApplication);
    let mut session = installed(&mut card);
    assert_eq!(session.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x6A86);
    assert_eq!(status(&mut card, &format!("00A4040007{INSTANCE}00")), 0x9000);
    assert_eq!(status(&mut card, "80E2080003801006"), 0x6982, "no session");
    let mut session = scp03::Host::open(&mut card, 0x33);
    assert_eq!(session.send(&mut card, 0xE2, 0x88, 0, &dgi(0x8010, CAN)).1, 0x9000);
    let answer = session.send(&mut card, 0xE2, 0x89, 0, &dgi(0x7F01, &K));
    assert_eq!(answer, (expected_report(&[(0x8010, CAN.to_vec())]), 0x9000));
    assert_eq!(session.send(&mut card, 0xF2, 0x80, 0x02, &[0x4F, 0]).1, 0x6985);
    assert_eq!(session.send(&mut card, 0xE2, 0x88, 0, &dgi(0x8010, CAN)).1, 0x9000, "the session goes on");
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x6982, "CM-25");
    assert_eq!(session.send(&mut card, 0xE2, 0x88, 0, &dgi(0x8010, CAN)).1, 0x6982);
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x6985);
}
