//! Chapter 10 of the contract: suspension, the end, updates.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::{Card, Interface, PersonalisationPath, seeded_rng};
use chipwright_iso7816::Transport;
use host::*;
use sha2::{Digest, Sha256};

const K: [u8; 16] = [0x3C; 16];

fn card() -> Card {
    static STATE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let state = STATE.get_or_init(|| issued_holding(&content_with_pin(), |_| {}).save());
    Card::load(state, seeded_rng(1)).unwrap()
}

fn session(card: &mut Card, level: u8) -> scp03::Host {
    assert!(matches!(status(card, ISSUER), 0x9000 | 0x6283));
    scp03::Host::open(card, level)
}

fn set_status(card: &mut Card, state: u8) -> u16 {
    session(card, 0x01).send(card, 0xF0, 0x40, state, &hex(INSTANCE)).1
}

fn select(card: &mut Card) -> u16 {
    status(card, &format!("00A4040C07{INSTANCE}"))
}

/// A session in which an update has begun.
fn updating(card: &mut Card) -> scp03::Host {
    let mut session = session(card, 0x03);
    begin(card, &mut session);
    session
}

fn begin(card: &mut Card, session: &mut scp03::Host) {
    assert_eq!(session.send(card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)), (vec![0], 0x9000));
}

/// `former` with these values in the place of those of the same DGI.
fn after(former: &[(u16, Vec<u8>)], update: &[(u16, Vec<u8>)]) -> Vec<(u16, Vec<u8>)> {
    let mut held: Vec<_> =
        former.iter().filter(|(id, _)| update.iter().all(|(new, _)| new != id)).cloned().collect();
    held.extend_from_slice(update);
    held.sort();
    held
}

fn filled(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|i| (i as u8).wrapping_mul(11) ^ seed).collect()
}

/// A change of address and a new PIN: values on pages and in the directory, larger, smaller and new.
fn update() -> Vec<(u16, Vec<u8>)> {
    vec![
        (0x010D, filled(420, 1)),
        (0x011D, filled(1700, 2)),
        (0x010B, filled(100, 3)),
        (0x8012, b"777888".to_vec()),
    ]
}

fn commit(values: &[(u16, Vec<u8>)]) -> Vec<u8> {
    dgi(0x7F0E, &manifest(values))
}

/// What can be read with the CAN is this. Ends the session of the card manager.
fn reads(card: &mut Card, values: &[(u16, Vec<u8>)]) {
    assert_eq!(select(card), 0x9000);
    let mut sm = pace::establish(card, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(sm.send(card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
    for (id, value) in values.iter().filter(|(id, _)| id >> 8 == 1) {
        assert_eq!(sm.read(card, (id & 0x1F) as u8).as_ref(), Ok(value), "{id:04X}");
    }
    let absent = [0x010B, 0x010C].into_iter().filter(|id| values.iter().all(|(held, _)| held != id));
    for id in absent {
        assert_eq!(sm.read(card, (id & 0x1F) as u8), Err(0x6A82), "{id:04X}");
    }
}

fn report(values: &[(u16, Vec<u8>)], state: u8) -> Vec<u8> {
    let mut sorted = values.to_vec();
    sorted.sort();
    let mut out = vec![state];
    for (id, value) in &sorted {
        out.extend_from_slice(&id.to_be_bytes());
        out.extend_from_slice(&(value.len() as u16).to_be_bytes());
        out.extend_from_slice(&cmac(&K, &[&id.to_be_bytes()[..], &Sha256::digest(value)].concat())[..8]);
    }
    out
}

#[test]
fn life_01_life_02_suspended_and_resumed() {
    let mut card = card();
    assert_eq!(set_status(&mut card, 0x8F), 0x9000);
    for interface in [Interface::Contact, Interface::Contactless] {
        card.set_interface(interface);
        card.reset().unwrap();
        // Selected by default, then by name, then by a part of it.
        for round in 0..3 {
            for command in [
                "00A4000C023F00",
                "00A4020C02011C",
                "00B09C0000",
                "00B1011C0354010000",
                "0084000008",
                pace::SET_AT_CAN,
                pace::SET_AT_PIN,
                "10860000027C0000",
                "002C0303",
                "0CB0810000",
                "80CA9F7F00",
                "8050000008112233445566778800",
                "00FF000000",
                "10B0000001AA",
            ] {
                assert_eq!(send(&mut card, command), (vec![], 0x6985), "{round}: {command}");
            }
            let name =
                ["00A4040C07F0434849505701", "00A4040007F043484950570100", "00A4040005F04348495000"][round];
            assert_eq!(send(&mut card, name), (vec![], 0x6283), "{name}");
        }
        if interface == Interface::Contactless {
            assert_eq!(status(&mut card, ISSUER), 0x6A82, "CM-15 holds of a suspended instance");
            assert_eq!(card.uid().unwrap()[0], 0x08, "and so does CHIP-07");
        }
    }
    card.set_interface(Interface::Contact);
    card.reset().unwrap();
    let mut card = Card::load(&card.save(), seeded_rng(3)).unwrap();
    assert_eq!(select(&mut card), 0x6283);
    let mut open = session(&mut card, 0x01);
    assert_eq!(open.send(&mut card, 0xF2, 0x40, 0x02, &[0x4F, 0]).0[14], 0x8F);
    assert_eq!(set_status(&mut card, 0x8F), 0x9000, "once more");
    assert_eq!(set_status(&mut card, 0x0F), 0x9000);
    assert_eq!(set_status(&mut card, 0x0F), 0x9000);
    assert_eq!(select(&mut card), 0x9000);
    reads(&mut card, &content());
}

#[test]
fn life_01_what_is_refused() {
    let mut card = card();
    let mut open = session(&mut card, 0x01);
    let aid = hex(INSTANCE);
    assert_eq!(open.send(&mut card, 0xF0, 0x40, 0x8F, &hex("F0434849505799")).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xF0, 0x40, 0x8F, &aid[..6]).1, 0x6A88, "part of a name");
    assert_eq!(open.send(&mut card, 0xF0, 0x40, 0x8F, &hex("A000000151000000")).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xF0, 0x40, 0x8F, &[]).1, 0x6A80);
    for state in [0x00, 0x03, 0x07, 0x7F, 0x80, 0x87, 0xFF] {
        assert_eq!(open.send(&mut card, 0xF0, 0x40, state, &aid).1, 0x6A80, "{state:02X}");
    }
    assert_eq!(open.send(&mut card, 0xF0, 0x60, 0x8F, &aid).1, 0x6A86);
    assert_eq!(select(&mut card), 0x9000);
    // Without a session, and before FINALISE.
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    assert_eq!(status(&mut card, &format!("80F0408F07{INSTANCE}")), 0x6982);
    let mut card = blank();
    let mut open = installed(&mut card);
    for state in [0x8F, 0x0F] {
        assert_eq!(open.send(&mut card, 0xF0, 0x40, state, &aid).1, 0x6985, "not OPERATIONAL");
    }
}

#[test]
fn life_02_an_open_session_does_not_outlive_suspension() {
    let mut card = card();
    let mut sm = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    let command = sm.wrap([0, 0xB0, 0x9C, 0], &[], Some(&[0]), false);
    assert_eq!(set_status(&mut card, 0x8F), 0x9000);
    assert_eq!(select(&mut card), 0x6283);
    assert_eq!(raw(&mut card, &command), (vec![], 0x6985));
}

#[test]
fn life_03_life_04_locked_and_terminated_cards_say_nothing_of_the_instance() {
    for interface in [Interface::Contact, Interface::Contactless] {
        let mut card = card();
        let states = [0x07, 0x0F, 0x7F, 0xFF];
        for state in states {
            card.set_interface(Interface::Contact);
            card.reset().unwrap();
            assert_eq!(session(&mut card, 0x01).send(&mut card, 0xF0, 0x80, state, &[]).1, 0x9000);
            card.set_interface(interface);
            card.reset().unwrap();
            let reachable = state < 0x7F;
            let selected = [0x9000, 0x6A81, 0x6985][usize::from(!reachable) + usize::from(state == 0xFF)];
            assert_eq!(select(&mut card), selected, "{state:02X} {interface:?}");
            card.reset().unwrap();
            for command in ["00B09C0000", "00B0810000", "0084000008", pace::SET_AT_CAN] {
                let answer = status(&mut card, command);
                let refused = matches!(answer, 0x6985 | 0x6E00 | 0x6D00);
                assert_eq!(refused, !reachable, "{state:02X} {interface:?} {command}: {answer:04X}");
            }
        }
        card.set_interface(Interface::Contact);
        card.reset().unwrap();
        assert_eq!(status(&mut card, ISSUER), 0x9000);
        assert_eq!(status(&mut card, "8050000008112233445566778800"), 0x6985, "final");
        let mut card = Card::load(&card.save(), seeded_rng(3)).unwrap();
        assert_eq!(select(&mut card), 0x6985);
    }
}

#[test]
fn life_05_life_06_an_update_is_invisible_until_it_is_committed() {
    let mut card = card();
    let new = after(&content_with_pin(), &update());
    let mut open = updating(&mut card);
    let (before, _) = open.send(&mut card, 0xE2, 0x89, 0, &dgi(0x7F01, &K));
    assert_eq!(before, report(&content_with_pin(), 0x0F));
    begin(&mut card, &mut open);
    assert_eq!(open.store(&mut card, &stream(&update()), 200), (vec![], 0x9000));
    begin(&mut card, &mut open);
    let (told, _) = open.send(&mut card, 0xE2, 0x89, 0, &dgi(0x7F01, &K));
    assert_eq!(told, report(&new, 0x0F), "what the card would hold");
    // Another card with the same memory: nothing of it is there.
    reads(&mut Card::load(&card.save(), seeded_rng(2)).unwrap(), &content_with_pin());
    begin(&mut card, &mut open);
    assert_eq!(open.store(&mut card, &commit(&new), 200), (vec![], 0x9000));
    assert_eq!(open.send(&mut card, 0xE2, 0x08, 0, &dgi(0x8012, PIN)).1, 0x6985, "the association has ended");
    reads(&mut card, &new);
    assert!(pace::establish(&mut card, pace::SET_AT_PIN, b"777888").is_ok());
    reads(&mut Card::load(&card.save(), seeded_rng(2)).unwrap(), &new);
    let mut open = updating(&mut card);
    assert_eq!(open.send(&mut card, 0xE2, 0x89, 0, &dgi(0x7F01, &K)).0, report(&new, 0x0F));
}

#[test]
fn life_05_only_what_the_table_marks() {
    let mut card = card();
    let mut open = updating(&mut card);
    let marked = [0x2F1D, 0x011E, 0x011D, 0x0119, 0x0101, 0x010B, 0x010C, 0x010D, 0x8012, 0x8013];
    let ids = chipwright_emulator::tables::DGIS.iter().map(|dgi| (dgi.id, dgi.least));
    for (id, least) in ids.filter(|(id, _)| !matches!(id, 0x7F01 | 0x7F0E)) {
        begin(&mut card, &mut open);
        let value = vec![b'1'; usize::from(least)];
        let expected = if marked.contains(&id) { 0x9000 } else { 0x6985 };
        assert_eq!(open.send(&mut card, 0xE2, 0x89, 0, &dgi(id, &value)).1, expected, "{id:04X}");
    }
    begin(&mut card, &mut open);
    assert_eq!(open.send(&mut card, 0xE2, 0x08, 0, &dgi(0x0155, &[1])).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xE2, 0x08, 0, &dgi(0x8012, b"12345")).1, 0x6A80, "another length");
    assert_eq!(open.send(&mut card, 0xE2, 0x08, 0, &dgi(0x7F01, &K)).1, 0x6A86, "no answer expected");
    // An instance that is not OPERATIONAL has no update.
    let mut card = blank();
    let mut open = installed(&mut card);
    begin(&mut card, &mut open);
    assert_eq!(open.send(&mut card, 0xE2, 0x08, 0, &commit(&content())[..30]).1, 0x6985);
}

#[test]
fn life_06_the_manifest_is_compared() {
    let mut card = card();
    let held = content_with_pin();
    let new = after(&held, &update());
    let mut wrong_hash = manifest(&new);
    wrong_hash[20] ^= 1;
    let without = |id: u16| new.iter().filter(|(other, _)| *other != id).cloned().collect::<Vec<_>>();
    let generation = card.generation();
    for (name, wrong) in [
        ("what was held before", manifest(&held)),
        ("one fewer", manifest(&without(0x010B))),
        ("hash", wrong_hash),
        ("cut", manifest(&new)[..100].to_vec()),
    ] {
        let mut open = updating(&mut card);
        assert_eq!(open.store(&mut card, &stream(&update()), 200).1, 0x9000);
        begin(&mut card, &mut open);
        assert_eq!(open.store(&mut card, &dgi(0x7F0E, &wrong), 200).1, 0x6A80, "{name}");
        reads(&mut card, &held);
    }
    // PERSO-16 of COMMIT UPDATE: nothing after it in its block.
    let mut open = updating(&mut card);
    assert_eq!(open.store(&mut card, &stream(&update()), 200).1, 0x9000);
    begin(&mut card, &mut open);
    let more = [commit(&new), dgi(0x8012, PIN)].concat();
    assert_eq!(open.send(&mut card, 0xE2, 0x88, 0, &more).1, 0x6A80);
    assert!(card.generation() > generation, "content pages were written");
    reads(&mut Card::load(&card.save(), seeded_rng(2)).unwrap(), &held);
    // And what the session has stored is still there.
    begin(&mut card, &mut open);
    assert_eq!(open.store(&mut card, &commit(&new), 200).1, 0x9000);
    reads(&mut card, &new);
}

/// PERSO-23 and what is mandatory hold of an update too.
#[test]
fn life_06_perso_23_a_puk_without_a_pin() {
    let mut card = issued();
    let puk = vec![(0x8013, PUK.to_vec())];
    let mut open = updating(&mut card);
    assert_eq!(open.store(&mut card, &stream(&puk), 200).1, 0x9000);
    begin(&mut card, &mut open);
    assert_eq!(open.store(&mut card, &commit(&after(&content(), &puk)), 200).1, 0x6A80);
    begin(&mut card, &mut open);
    assert_eq!(open.store(&mut card, &dgi(0x8012, PIN), 200).1, 0x9000);
    begin(&mut card, &mut open);
    let both = after(&content(), &content_with_pin()[11..]);
    assert_eq!(open.store(&mut card, &commit(&both), 200).1, 0x9000);
    assert_eq!(select(&mut card), 0x9000);
    assert!(pace::establish(&mut card, pace::SET_AT_PUK, PUK).is_ok());
}

#[test]
fn life_06_what_ends_the_session_drops_the_update() {
    type End = fn(&mut Card, &mut scp03::Host);
    let ends: [(&str, End); 5] = [
        ("reset", |card, _| drop(card.reset().unwrap())),
        ("SELECT", |card, _| assert_eq!(status(card, ISSUER), 0x9000)),
        ("INITIALIZE UPDATE", |card, _| assert_eq!(status(card, "8050000008112233445566778800"), 0x9000)),
        ("a plain command", |card, _| assert_eq!(status(card, "80CA9F7F00"), 0x6982)),
        ("wrong MAC", |card, open| {
            let mut command = open.wrap(0xF2, 0x80, 2, &[0x4F, 0]);
            *command.last_mut().unwrap() = 0;
            let at = command.len() - 2;
            command[at] ^= 1;
            assert_ne!(raw(card, &command).1, 0x9000);
        }),
    ];
    let new = after(&content_with_pin(), &update());
    for (name, end) in ends {
        let mut card = card();
        let mut open = updating(&mut card);
        assert_eq!(open.store(&mut card, &stream(&update()), 200).1, 0x9000);
        end(&mut card, &mut open);
        let mut open = updating(&mut card);
        assert_eq!(
            open.send(&mut card, 0xE2, 0x89, 0, &dgi(0x7F01, &K)).0,
            report(&content_with_pin(), 0x0F),
            "{name}"
        );
        begin(&mut card, &mut open);
        assert_eq!(open.store(&mut card, &commit(&new), 200).1, 0x6A80, "{name}");
        reads(&mut card, &content_with_pin());
    }
}

/// Two instances share the memory: what one stores never lands on what the other has stored.
#[test]
fn life_06_turning_to_another_instance_drops_the_update() {
    let mut card = card();
    let other = "F0434849505799";
    let new = after(&content_with_pin(), &update());
    for state in ["installed", "filled"] {
        let mut open = updating(&mut card);
        if state == "installed" {
            assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data(other, 0)).1, 0x9000);
            begin(&mut card, &mut open);
        }
        assert_eq!(open.store(&mut card, &stream(&update()), 200).1, 0x9000);
        assert_eq!(open.send(&mut card, 0xE6, 0x20, 0, &personalize_data(other)).1, 0x9000);
        let files: Vec<_> = (0..3).map(|n| (0x010B + n, filled(1000, n as u8))).collect();
        assert_eq!(open.store(&mut card, &stream(&files), 900).1, 0x9000, "{state}");
        begin(&mut card, &mut open);
        assert_eq!(open.store(&mut card, &commit(&new), 200).1, 0x6A80, "{state}: nothing is left of it");
        reads(&mut card, &content_with_pin());
    }
    let mut open = updating(&mut card);
    assert_eq!(open.store(&mut card, &[stream(&update()), commit(&new)].concat(), 200).1, 0x9000);
    reads(&mut card, &new);
}

#[test]
fn life_07_the_slot_has_8_kb() {
    let mut card = card();
    let parts = [(0x011D, 4096), (0x2F1D, 3072), (0x010D, 1024)];
    let mut open = updating(&mut card);
    for (id, length) in parts {
        begin(&mut card, &mut open);
        // What stays takes room too: the last one does not fit beside it.
        let expected = if id == 0x010D { 0x6A84 } else { 0x9000 };
        assert_eq!(open.store(&mut card, &dgi(id, &filled(length, 9)), 900).1, expected, "{id:04X}");
    }
    // Longer than the slot, longer than the table allows.
    begin(&mut card, &mut open);
    assert_eq!(open.send(&mut card, 0xE2, 0x08, 0, &hex("011DFF2001")).1, 0x6A84);
    assert_eq!(open.send(&mut card, 0xE2, 0x08, 0, &hex("011DFF1001")).1, 0x6A80);
    // Stored again in the same update, a smaller value makes room.
    assert_eq!(open.store(&mut card, &dgi(0x2F1D, &filled(500, 8)), 900).1, 0x9000);
    begin(&mut card, &mut open);
    assert_eq!(open.store(&mut card, &dgi(0x010D, &filled(1024, 9)), 900).1, 0x9000);
    let update = [(0x011D, filled(4096, 9)), (0x2F1D, filled(500, 8)), (0x010D, filled(1024, 9))];
    let new = after(&content_with_pin(), &update);
    begin(&mut card, &mut open);
    assert_eq!(open.store(&mut card, &commit(&new), 900).1, 0x9000);
    reads(&mut card, &new);
}

/// As often as is wished: the slot and the files change roles and nothing is lost.
#[test]
fn life_06_a_hundred_updates() {
    let mut card = card();
    let mut held = content_with_pin();
    for n in 0..100usize {
        let part = [
            (0x011D, filled(1500 + n * 37 % 2000, n as u8)),
            (0x010D, filled(200 + n * 53 % 800, n as u8)),
            (0x0101, filled(80 + n % 40, n as u8)),
            ([0x010B, 0x010C][n % 2], filled(1 + n * 7 % 900, n as u8)),
        ];
        held = after(&held, &part[..1 + n % 4]);
        let mut open = updating(&mut card);
        assert_eq!(open.store(&mut card, &stream(&part[..1 + n % 4]), 900).1, 0x9000, "{n}");
        begin(&mut card, &mut open);
        assert_eq!(open.store(&mut card, &commit(&held), 900).1, 0x9000, "{n}");
        reads(&mut card, &held);
    }
}

#[test]
fn life_08_an_update_of_the_secret_restores_its_tries() {
    let mut card = card();
    for pin in [b"000000"; 2] {
        assert!(pace::establish(&mut card, pace::SET_AT_PIN, pin).is_err());
    }
    let mut puk = pace::establish(&mut card, pace::SET_AT_PUK, PUK).unwrap();
    for _ in 0..10 {
        assert_eq!(puk.send(&mut card, [0, 0x2C, 3, 3], &[], None).1, 0x9000);
    }
    for pin in [b"000000"; 2] {
        assert!(pace::establish(&mut card, pace::SET_AT_PIN, pin).is_err());
    }
    assert_eq!(pace::establish(&mut card, pace::SET_AT_PUK, PUK).err(), Some(0x6983));
    // An update of something else restores nothing.
    let mut held = content_with_pin();
    for (part, pin, puk) in [
        ((0x0101, filled(90, 1)), Some(0x6985), Some(0x6983)),
        ((0x8012, b"999000".to_vec()), None, Some(0x6983)),
        ((0x8013, b"1111122222".to_vec()), None, None),
    ] {
        held = after(&held, std::slice::from_ref(&part));
        let mut open = updating(&mut card);
        let bytes = [dgi(part.0, &part.1), commit(&held)].concat();
        assert_eq!(open.store(&mut card, &bytes, 200).1, 0x9000);
        assert_eq!(select(&mut card), 0x9000);
        let secret = |id: u16| held.iter().find(|(other, _)| *other == id).unwrap().1.clone();
        assert_eq!(
            pace::establish(&mut card, pace::SET_AT_PIN, &secret(0x8012)).err(),
            pin,
            "{:04X}",
            part.0
        );
        assert_eq!(
            pace::establish(&mut card, pace::SET_AT_PUK, &secret(0x8013)).err(),
            puk,
            "{:04X}",
            part.0
        );
    }
}

/// PIN-06: REPORT and manifests go on naming the PIN that was stored, so that the issuer can update other things.
#[test]
fn pin_06_the_issuer_need_not_know_a_changed_pin() {
    let mut card = card();
    let mut sm = pace::establish(&mut card, pace::SET_AT_PIN, PIN).unwrap();
    assert_eq!(sm.send(&mut card, [0, 0x2C, 2, 3], b"192837", None).1, 0x9000);
    let part = [(0x010D, filled(60, 5))];
    let new = after(&content_with_pin(), &part);
    let mut open = updating(&mut card);
    assert_eq!(open.store(&mut card, &[stream(&part), commit(&new)].concat(), 200).1, 0x9000);
    assert_eq!(select(&mut card), 0x9000);
    assert!(pace::establish(&mut card, pace::SET_AT_PIN, b"192837").is_ok());
}

/// A suspended card can be updated; it stays suspended.
#[test]
fn life_05_while_suspended() {
    let mut card = card();
    assert_eq!(set_status(&mut card, 0x8F), 0x9000);
    let new = after(&content_with_pin(), &update());
    let mut open = updating(&mut card);
    assert_eq!(open.store(&mut card, &[stream(&update()), commit(&new)].concat(), 200).1, 0x9000);
    assert_eq!(select(&mut card), 0x6283);
    assert_eq!(set_status(&mut card, 0x0F), 0x9000);
    reads(&mut card, &new);
}

/// On chips that are personalised through the application too: OPERATIONAL, it has no secure channel of its own.
#[test]
fn life_05_perso_17_every_chip_is_updated_through_the_card_manager() {
    let mut card = blank_with(|chip| chip.personalisation = PersonalisationPath::ThroughApplication);
    let mut open = installed(&mut card);
    assert_eq!(open.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x6A86);
    assert_eq!(select(&mut card), 0x9000);
    let mut open = scp03::Host::open(&mut card, 0x03);
    let bytes = [stream(&content()), dgi(0x7F0F, &manifest(&content()))].concat();
    assert_eq!(open.store(&mut card, &bytes, 223).1, 0x9000);
    let part = [(0x010D, filled(60, 5))];
    let new = after(&content(), &part);
    let mut open = updating(&mut card);
    assert_eq!(open.store(&mut card, &[stream(&part), commit(&new)].concat(), 200).1, 0x9000);
    assert_eq!(select(&mut card), 0x9000);
    reads(&mut card, &new);
}
