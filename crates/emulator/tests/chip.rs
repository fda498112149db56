//! Chapters 1 and 6 of the contract: memory, identifiers, interfaces, reset.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::tables::budget;
use chipwright_emulator::{Fault, Interface};
use chipwright_iso7816::{Atr, Transport, TransportError};
use host::*;
use std::time::Duration;

fn open_for_store(card: &mut chipwright_emulator::Card) -> scp03::Host {
    let mut session = installed(card);
    assert_eq!(session.send(card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x9000);
    session
}

#[test]
fn chip_01_the_budget_adds_up() {
    let parts = budget::CODE + budget::PORTRAIT + budget::FILES + budget::UPDATE_SLOT + budget::RECORDS;
    assert_eq!(parts + budget::RESERVE, budget::TOTAL);
    let mut card = blank();
    let (resources, status) = send(&mut card, "80CAFF2100");
    assert_eq!((resources.len(), status), (4 + 3 + 6 + 4 - 1, 0x9000), "{resources:02X?}");
    assert_eq!(resources[8..12], (parts as u32).to_be_bytes());
}

#[test]
fn chip_02_chip_08_an_object_over_budget_is_refused_when_announced() {
    let mut card = blank();
    let mut session = open_for_store(&mut card);
    let writes = card.page_writes();
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &[0x01, 0x02, 0xFF, 0x38, 0x01, 0xAA]).1, 0x6A84);
    assert_eq!(card.page_writes(), writes);
    // 3072 + 4096 + 1024 bytes fill the area of the other files to the last page.
    let mut full = dgi(0x2F1D, &[1; 3072]);
    full.extend(dgi(0x011D, &[2; 4096]));
    full.extend(dgi(0x010B, &[3; 960]));
    full.extend(dgi(0x2F00, &[4; 26]));
    assert_eq!(session.store(&mut card, &full, 223).1, 0x9000);
    assert_eq!(session.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x9000);
    let writes = card.page_writes();
    assert_eq!(session.send(&mut card, 0xE2, 0x08, 0, &[0x01, 0x0C, 0x1A, 0xAA]).1, 0x6A84);
    assert_eq!(card.page_writes(), writes);
}

#[test]
fn chip_03_longer_commands_are_refused() {
    let mut card = issued();
    let command = |length: usize| {
        let mut bytes = vec![0x00, 0xA4, 0x00, 0x0C, 0, (length >> 8) as u8, length as u8];
        bytes.resize(7 + length, 0x3F);
        bytes
    };
    assert_eq!(raw(&mut card, &command(1025)).1, 0x6700);
    let mut with_le = vec![0x00, 0xB1, 0x00, 0x1C, 0, 4, 0, 0x54, 0x82, 3, 0xFC];
    with_le.resize(7 + 1024, 0);
    with_le.extend([0, 0]);
    assert_eq!(raw(&mut card, &with_le).1, 0x6A80, "1,024 bytes are still looked at");
    assert_eq!(raw(&mut card, &[0x00, 0xB0]).1, 0x6700);
    assert_eq!(raw(&mut card, &[]).1, 0x6700);
    let mut short = blank_with(|chip| chip.extended_length = false);
    assert_eq!(status(&mut short, "80CA9F7F000000"), 0x6700);
}

#[test]
fn chip_05_answers_to_reset_announce_chaining_and_extended_length() {
    for interface in [Interface::Contact, Interface::Contactless] {
        let atr = |serial| {
            let mut card = blank_with(|chip| {
                *chip = chipwright_emulator::ChipConfig::with_serial_number(serial);
                chip.interface = interface;
            });
            card.reset().unwrap()
        };
        assert_eq!(atr(1), atr(2));
        let parsed = Atr::parse(atr(1).as_bytes()).unwrap();
        assert!(parsed.announces_chaining() && parsed.announces_extended_length());
    }
    assert_eq!(blank().reset().unwrap().protocols(), [1, 1]);
    assert!(!blank_with(|chip| chip.extended_length = false).reset().unwrap().announces_extended_length());
}

#[test]
fn chip_06_one_identifier_everywhere() {
    let mut card = blank();
    let identifier = card.chip_identifier();
    let (cplc, _) = send(&mut card, "80CA9F7F00");
    assert_eq!([&cplc[3 + 2..3 + 4], &cplc[3 + 10..3 + 18]].concat(), identifier);
    assert_eq!(send(&mut card, "80CA004500").0, [&[0x45, 10][..], &identifier].concat());
    let begun = scp03::Host::begin(&mut card, 0, &DEVELOPMENT_KEY).unwrap();
    assert_eq!(begun.answer[..10], identifier);
}

#[test]
fn chip_07_the_identifier_is_random_once_operational() {
    assert_eq!(blank().uid(), None);
    let mut card = blank_with(|chip| chip.interface = Interface::Contactless);
    let fixed = card.uid().unwrap();
    card.reset().unwrap();
    assert_eq!((fixed.len(), card.uid().unwrap()), (7, fixed));
    let mut card = issued();
    card.set_interface(Interface::Contactless);
    assert_eq!(card.uid(), None);
    card.reset().unwrap();
    let first = card.uid().unwrap();
    card.reset().unwrap();
    let second = card.uid().unwrap();
    assert_ne!(first, second);
    assert_eq!((first[0], first.len(), second[0]), (0x08, 4, 0x08));
}

#[test]
fn chip_09_chains() {
    let mut card = issued();
    assert_eq!(status(&mut card, "10A4020C01 01"), 0x9000);
    assert_eq!(status(&mut card, "00A4020C01 1C"), 0x9000);
    assert_eq!(status(&mut card, "00B0000000"), 0x9000);
    assert_eq!(status(&mut card, "10A4020C01 01"), 0x9000);
    assert_eq!(status(&mut card, "00B0000000"), 0x6883);
    assert_eq!(status(&mut card, "00B0000000"), 0x9000);
    let part = format!("10A4020C{}{}", "FF", "3F".repeat(255));
    for _ in 0..4 {
        assert_eq!(status(&mut card, &part), 0x9000);
    }
    assert_eq!(status(&mut card, &part), 0x6700);
}

#[test]
fn rst_01_power_up_forgets_sessions() {
    let mut card = issued();
    let mut sm = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    card.reset().unwrap();
    let command = sm.wrap([0, 0xB0, 0x9E, 0], &[], Some(&[0]), false);
    assert_eq!(raw(&mut card, &command).1, 0x6988);
}

/// Design §7: faults on demand.
#[test]
fn faults_come_where_they_are_planned() {
    let mut card = blank();
    card.fault_at_apdu(2, Fault::CutBefore);
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    assert_eq!(card.transmit(&hex(ISSUER)), Err(TransportError::CardRemoved));
    assert_eq!(card.transmit(&hex(ISSUER)), Err(TransportError::CardRemoved));
    card.reset().unwrap();
    for (fault, answer) in [
        (Fault::Answer(chipwright_iso7816::StatusWord(0x6581)), Ok(hex("6581"))),
        (Fault::Truncate(1), Ok(hex("42"))),
        (Fault::Corrupt { byte: 0, mask: 0x80 }, Ok(hex("C2009000"))),
        (Fault::Corrupt { byte: 99, mask: 0x01 }, Ok(hex("42009001"))),
        (Fault::Latency(Duration::from_millis(5)), Ok(hex("42009000"))),
        (Fault::CutAfter, Err(TransportError::CardRemoved)),
        (Fault::Mute, Err(TransportError::CardMute)),
    ] {
        card.reset().unwrap();
        card.fault_at_apdu(1, fault);
        assert_eq!(card.transmit(&hex("80CA004200")), answer);
    }
    assert_eq!(card.transmit(&hex("80CA004200")), Err(TransportError::CardMute));
    card.reset().unwrap();
    assert_eq!(card.modelled_delay(), Duration::from_millis(5));
    card.fault_at_apdu(1, Fault::ReaderLost);
    assert!(matches!(card.transmit(&hex(ISSUER)), Err(TransportError::ReaderGone(_))));
    assert!(matches!(card.reset(), Err(TransportError::ReaderGone(_))));
    card.clear_faults();
    card.reset().unwrap();
    assert_eq!((status(&mut card, ISSUER), card.apdus()), (0x9000, 11));
}
