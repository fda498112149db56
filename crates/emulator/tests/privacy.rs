//! Chapter 11 of the contract: on the contactless interface, before PACE, nothing tells one card from another.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod host;

use chipwright_emulator::{Card, Interface, seeded_rng};
use chipwright_iso7816::Transport;
use host::*;
use std::collections::HashSet;
use std::time::Duration;

/// What a card of the batch holds: the files of the issuer as all have them, everything else its own.
fn own(content: Vec<(u16, Vec<u8>)>, can: &[u8; 6], filler: u8) -> Vec<(u16, Vec<u8>)> {
    let mixed = |value: Vec<u8>| value.into_iter().map(|byte| byte ^ filler).collect::<Vec<u8>>();
    let longer = |value: Vec<u8>| [mixed(value), vec![filler; usize::from(filler)]].concat();
    let own = |(id, value)| match id {
        0x2F00 | 0x2F01 | 0x2F1C | 0x8020 => (id, value),
        0x8010 => (id, can.to_vec()),
        0x8011 | 0x011E | 0x0101 => (id, mixed(value)),
        0x8012 => (id, vec![b'0' + filler % 10; 6]),
        0x8013 => (id, vec![b'1' + filler % 9; 10]),
        0x0200 | 0x0201 => (id, terminal::record(filler, 100 + 9 * usize::from(filler))),
        _ => (id, longer(value)),
    };
    content.into_iter().map(own).collect()
}

fn card_of(serial: u32, can: &[u8; 6], filler: u8) -> Card {
    let mut card = issued_holding(&own(content_with_pin(), can, filler), |chip| {
        *chip = chipwright_emulator::ChipConfig::with_serial_number(serial);
    });
    card.set_interface(Interface::Contactless);
    card
}

/// A card with every feature: each DGI of the table, each key.
fn card_with_everything(serial: u32, can: &[u8; 6], filler: u8) -> terminal::RecordsCard {
    let mut card = blank_with(|chip| *chip = chipwright_emulator::ChipConfig::with_serial_number(serial));
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    let mut session = scp03::Host::open(&mut card, 0x33);
    assert_eq!(session.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 0x04)), (vec![0], 0x9000));
    let all = [
        terminal::content_with_records(),
        vec![(0x010B, vec![0x6B; 80]), (0x010C, vec![0x6C; 30]), (0x010F, vec![0x6F; 90])],
    ];
    let files = own(all.concat(), can, filler);
    let mut held = files.clone();
    for reference in 1..=4 {
        chip_keys::associate(&mut card, &mut session);
        let request = chip_keys::request(reference, &[filler; 16]);
        let (answer, status) = chip_keys::ask(&mut card, &mut session, &dgi(chip_keys::GENERATE, &request));
        assert_eq!(status, 0x9000);
        held.push((0x8100 | u16::from(reference), answer[1..66].to_vec()));
    }
    let kinds = chipwright_emulator::tables::DGIS.iter().filter(|dgi| dgi.id >> 8 != 0x7F).count();
    assert_eq!(held.len(), kinds - 1, "every DGI but EF.SOD-PQ: the directory has room for 20 (CHIP-08)");
    chip_keys::associate(&mut card, &mut session);
    let bytes = [stream(&files), dgi(0x7F0F, &manifest(&held))].concat();
    assert_eq!(session.store(&mut card, &bytes, 207), (vec![], 0x9000));
    card.set_interface(Interface::Contactless);
    card.reset().unwrap();
    let chip_key = held.last().unwrap().1.clone();
    terminal::RecordsCard { card, chip_key }
}

fn on_a_day(card: &Card, seed: u8) -> Card {
    let mut copy = Card::load(&card.save(), seeded_rng(seed.into())).unwrap();
    copy.reset().unwrap();
    copy
}

/// The fourth step of PACE with a token that no key makes.
const WRONG_TOKEN: &str = "008600000C 7C0A 8508 0102030405060708 00";
const GENERATOR: &str = "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296\
                         4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5";
/// 2 G.
const DOUBLE: &str = "047CF27B188D034F7E8A52380304B51AC3C08969E277F21B35A60B48FC47669978\
                      07775510DB8ED040293D9AC69F7430DBBA7DADE63CE982299E04B79D227873D1";

/// PACE with Chip Authentication Mapping, and with a certificate holder authorization template.
const SET_AT_MAPPING: &str = "0022C1A40F 800A04007F00070202040602 830102";
const SET_AT_TEMPLATE: &str =
    "0022C1A424 800A04007F00070202040202 830102 7F4C12 060904007F000703010202 5305FFFFFFFFFF";

/// Runs of PACE up to a wrong token: MSE:Set AT, then the four steps.
fn pace_commands(set_at: &str) -> Vec<String> {
    vec![
        set_at.to_owned(),
        "10860000027C0000".to_owned(),
        format!("1086000045 7C43 8141 {GENERATOR}00"),
        format!("1086000045 7C43 8341 {DOUBLE}00"),
        WRONG_TOKEN.to_owned(),
    ]
}

/// What a stranger can send: names, files, every instruction in every class, broken protocols.
fn commands() -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    for name in [
        "A000000151000000",
        INSTANCE,
        "F0434849505702",
        "F043484950",
        "A0000002471001",
        "A00000016710",
        "3F00",
    ] {
        for p2 in ["00", "0C"] {
            list.push(format!("00A404{p2}{:02X}{name}00", name.len() / 2));
        }
        list.extend(
            ["00B0810000", "00B09E0000", "00B0000000", "00B2010C00", "00CA7F7800"].map(str::to_owned),
        );
        list.push("00A4000C023F00".to_owned());
        for fid in ["2F00", "2F01", "011C", "011D", "0101", "0155"] {
            list.push(format!("00A4020002{fid}00"));
            list.push("00B0000000".to_owned());
            list.push(format!("00B1{fid}0354010000"));
        }
    }
    for sfi in 0..32u8 {
        list.push(format!("00B0{:02X}0000", 0x80 | sfi));
    }
    for cla in [0x00, 0x01, 0x0C, 0x10, 0x40, 0x80, 0x84, 0xFF] {
        for ins in 0..=255u8 {
            list.push(format!("{cla:02X}{ins:02X}0000"));
            list.push(format!("{cla:02X}{ins:02X}000008112233445566778800"));
        }
    }
    for tag in ["9F7F", "0042", "0045", "0066", "00E0", "FF21", "7F78", "0101"] {
        list.push(format!("80CA{tag}00"));
        list.push(format!("00CA{tag}00"));
    }
    list.extend(
        ["8050000008112233445566778800", "0088000008000000000000000000", "00B0", "0084000008"]
            .map(str::to_owned),
    );
    for set_at in [pace::SET_AT_CAN, pace::SET_AT_MRZ, pace::SET_AT_PUK, SET_AT_MAPPING, SET_AT_TEMPLATE] {
        list.extend(pace_commands(set_at));
    }
    // The PIN, as far as no try is spent.
    list.extend(pace_commands(pace::SET_AT_PIN).into_iter().take(4));
    // Proofs, terminals, records, PIN management.
    for command in [
        "002241A4 0F 800A04007F00070202030202 840102",
        "002241A4 0F 800A04007F00070202030202 840104",
        "002281B6 0D 830B564E4356434130303030 31",
        "002A00BE 05 7F4E027F4900",
        "002281A4 1A 800A04007F00070202020203 830C564E5445524D3030303031 00",
        "0082000008 1122334455667788",
        "002C020306313131323232",
        "002C0303",
        "00E2001004300205 00",
        "00B2011400",
    ] {
        list.push(command.replace(' ', ""));
        list.push(format!("0C{}", &command.replace(' ', "")[2..]));
    }
    list.push("0022C1A40F 800A04007F00070202040202 830105".to_owned());
    list
}

/// Where a random value stands in an answer to this command (PRIV-01): challenge, nonce, ephemeral key.
fn random_part(command: &str, answer: &[u8]) -> Option<std::ops::Range<usize>> {
    let bytes = hex(command);
    match (bytes[1], answer.len()) {
        (_, 0..=2) => None,
        (0x84, length) => Some(0..length - 2),
        (0x86, length) => Some(4..length - 2),
        _ => None,
    }
}

/// Commands and their answers, random values set to zero.
type Answers = Vec<(String, Vec<u8>)>;

/// The answers, and the random values.
fn transcript(card: &mut Card) -> (Answers, Vec<Vec<u8>>) {
    let mut answers = vec![("ATR".to_owned(), card.reset().unwrap().as_bytes().to_vec())];
    let mut random = Vec::new();
    for command in commands() {
        let mut answer = card.transmit(&hex(&command)).unwrap();
        if let Some(part) = random_part(&command, &answer) {
            random.push(answer[part.clone()].to_vec());
            answer[part].fill(0);
        }
        answers.push((command, answer));
    }
    (answers, random)
}

fn assert_same(name: &str, a: &[(String, Vec<u8>)], b: &[(String, Vec<u8>)]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert_eq!(a, b, "{name}");
    }
}

/// Two cards before the same stranger; how many answers were the same.
fn compare(name: &str, one: &Card, two: &Card) -> usize {
    assert_ne!(one.chip_identifier(), two.chip_identifier());
    let (first, random_one) = transcript(&mut on_a_day(one, 1));
    let (second, random_two) = transcript(&mut on_a_day(two, 2));
    assert_same(name, &first, &second);
    assert_eq!(random_one.len(), random_two.len());
    assert!(random_one.iter().all(|value| !random_two.contains(value)));
    let answered = first.iter().filter(|(_, answer)| answer.len() > 2).count();
    println!(
        "{name}: {} answers compared, {answered} with data, {} random values",
        first.len(),
        random_one.len()
    );
    assert!(answered > 20, "{answered}");
    random_one.len()
}

#[test]
fn priv_01_two_cards_of_a_batch() {
    let one = card_of(1, b"111111", 3);
    let random = compare("plain cards", &one, &card_of(0x00FF_0002, b"222222", 8));
    assert!(random >= 13, "{random}");
    // The comparison is not blind: an issuer's file that differs is seen.
    let mut other = content_with_pin();
    other[1].1[3] ^= 1;
    let mut other = issued_holding(&other, |_| {});
    other.set_interface(Interface::Contactless);
    assert!(transcript(&mut on_a_day(&one, 1)).0 != transcript(&mut other).0);
}

#[test]
fn priv_01_two_cards_with_every_feature() {
    let one = card_with_everything(1, b"111111", 3).card;
    let two = card_with_everything(0x00FF_0002, b"222222", 8).card;
    let random = compare("cards with every feature", &one, &two);
    assert!(random >= 19, "PACE-CAM and PACE with a template go on: {random}");
}

/// What terminals leave behind: records, a new trust point, a later date.
#[test]
fn priv_01_records_and_trust_points_do_not_show() {
    let mut issued = card_with_everything(9, b"314159", 4);
    let before = transcript(&mut on_a_day(&issued.card, 1)).0;
    issued.card.reset().unwrap();
    let (dv, at) = (terminal::verifier(), terminal::terminal());
    let mut inside = terminal::whole_procedure(&mut issued, &dv, &at).unwrap();
    for length in [10, 500, 900] {
        assert_eq!(inside.append_record(&mut issued.card, 2, &terminal::record(7, length)), 0x9000);
    }
    let after = transcript(&mut on_a_day(&issued.card, 2)).0;
    assert_same("after records", &before, &after);
    issued.card.reset().unwrap();
    let later = cv::Holder { effective: [2, 6, 0, 5, 0, 1], ..terminal::terminal() };
    let next = cv::Holder { effective: [2, 6, 0, 6, 0, 1], ..cv::holder("VNCVCA00002", cv::CVCA, 6) };
    let mut inside = terminal::Inside::by_can(&mut issued.card);
    let writes = issued.card.page_writes();
    for certificate in
        [dv.issued_by(&terminal::cvca()), later.issued_by(&dv), next.issued_by(&terminal::cvca())]
    {
        assert_eq!(inside.present(&mut issued.card, &certificate), 0x9000);
    }
    assert!(issued.card.page_writes() > writes);
    let rolled = transcript(&mut on_a_day(&issued.card, 3)).0;
    assert_same("after another trust point and a later date", &before, &rolled);
}

/// What a day leaves behind: wrong passwords, a changed PIN, an update.
#[test]
fn priv_01_one_card_on_two_days() {
    let mut card = card_of(7, b"707070", 5);
    let (first, random_one) = transcript(&mut on_a_day(&card, 1));
    card.reset().unwrap();
    for (set_at, secret) in
        [(pace::SET_AT_CAN, &b"000000"[..]), (pace::SET_AT_MRZ, &[0; 20]), (pace::SET_AT_PUK, b"0")]
    {
        for _ in 0..3 {
            assert_eq!(pace::establish(&mut card, set_at, secret).err(), Some(0x6300));
        }
    }
    let mut sm = pace::establish(&mut card, pace::SET_AT_PIN, b"555555").unwrap();
    assert_eq!(sm.send(&mut card, [0, 0x2C, 2, 3], b"121212", None).1, 0x9000);
    card.set_interface(Interface::Contact);
    card.reset().unwrap();
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    let mut open = scp03::Host::open(&mut card, 0x03);
    assert_eq!(open.send(&mut card, 0xF0, 0x40, 0x8F, &hex(INSTANCE)).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xF0, 0x40, 0x0F, &hex(INSTANCE)).1, 0x9000);
    card.set_interface(Interface::Contactless);
    let (second, random_two) = transcript(&mut on_a_day(&card, 2));
    assert_same("two days", &first, &second);
    assert!(random_one.iter().all(|value| !random_two.contains(value)));
}

#[test]
fn priv_01_the_time_of_acc_04_is_all_that_wrong_passwords_show() {
    let one = card_of(1, b"111111", 3);
    let mut tried = on_a_day(&one, 5);
    for _ in 0..4 {
        assert!(pace::establish(&mut tried, pace::SET_AT_CAN, b"000000").is_err());
    }
    let (fresh, _) = transcript(&mut on_a_day(&one, 1));
    let mut tried = on_a_day(&tried, 2);
    assert_eq!(tried.modelled_delay(), Duration::ZERO);
    let (after, _) = transcript(&mut tried);
    assert_same("after wrong tries", &fresh, &after);
    assert_eq!(tried.modelled_delay(), Duration::from_millis(800));
}

/// The same source of randomness gives the same values on every card, and never one twice.
#[test]
fn priv_02_random_values_do_not_repeat_nor_tell_the_card() {
    let cards = [card_of(1, b"111111", 3), card_of(2, b"222222", 8)];
    let mut seen: HashSet<Vec<u8>> = HashSet::new();
    let mut identifiers: HashSet<Vec<u8>> = HashSet::new();
    let mut draws = 0;
    for day in 0..20u8 {
        let mut of_cards = Vec::new();
        for card in &cards {
            let mut card = on_a_day(card, day);
            let mut values = vec![card.uid().unwrap()];
            assert_eq!((values[0].len(), values[0][0]), (4, 0x08));
            for _ in 0..3 {
                values.push(send(&mut card, "0084000008").0);
                let mut run = pace_commands(pace::SET_AT_CAN);
                run.pop();
                let answers: Vec<Vec<u8>> = run.iter().map(|command| send(&mut card, command).0).collect();
                assert!(answers[1..].iter().all(|answer| !answer.is_empty()));
                // The nonce is encrypted with the password; the two keys are not.
                values.push(answers[2].clone());
                values.push(answers[3].clone());
                assert!(seen.insert(answers[1].clone()), "nonce");
            }
            of_cards.push(values);
        }
        assert_eq!(of_cards[0], of_cards[1], "day {day}");
        assert!(identifiers.insert(of_cards[0][0].clone()), "identifier");
        for value in of_cards[0].iter().skip(1) {
            assert!(seen.insert(value.clone()), "day {day}");
            draws += 1;
        }
    }
    println!("{draws} random values, {} nonces, {} identifiers", seen.len() - draws, identifiers.len());
}

#[test]
fn priv_03_one_count_for_both_interfaces() {
    for (set_at, right, wrong) in [
        (pace::SET_AT_CAN, &b"111111"[..], &b"000000"[..]),
        (pace::SET_AT_MRZ, &[0x59; 20], &[0; 20]),
        (pace::SET_AT_PUK, &b"4444444444"[..], &b"0000000000"[..]),
    ] {
        let mut card = card_of(1, b"111111", 3);
        let mut expected = Duration::ZERO;
        for n in 0..6u32 {
            card.set_interface(if n % 2 == 0 { Interface::Contactless } else { Interface::Contact });
            card.reset().unwrap();
            if n > 0 {
                expected += Duration::from_millis(100 << (n - 1));
            }
            if n == 3 {
                // Loss of power right after the count is written.
                card.fault_at_apdu(5, chipwright_emulator::Fault::CutAfter);
                assert_eq!(pace::establish(&mut card, set_at, wrong).err(), Some(NO_ANSWER));
                card.reset().unwrap();
            } else {
                assert_eq!(pace::establish(&mut card, set_at, wrong).err(), Some(0x6300), "{set_at}");
            }
            assert_eq!(card.modelled_delay(), expected, "{set_at} {n}");
        }
        card.set_interface(Interface::Contactless);
        card.reset().unwrap();
        assert!(pace::establish(&mut card, set_at, right).is_ok(), "{set_at}");
        expected += Duration::from_millis(3200);
        card.set_interface(Interface::Contact);
        card.reset().unwrap();
        assert!(pace::establish(&mut card, set_at, right).is_ok());
        assert_eq!(card.modelled_delay(), expected, "success clears it for both");
    }
    // The tries of the PIN are one count too.
    let mut card = card_of(1, b"111111", 3);
    for (interface, left) in [(Interface::Contactless, 0x63C2), (Interface::Contact, 0x63C1)] {
        card.set_interface(interface);
        card.reset().unwrap();
        assert_eq!(pace::establish(&mut card, pace::SET_AT_PIN, b"000000").err(), Some(left));
    }
}
