//! Authentication, levels, counters.

use crate::host::*;
use crate::{GET_STATUS_ALL, key_data, session};
use chipwright_emulator::scp03::{KeySize, Parameter};
use chipwright_emulator::{Card, CountAt, TransportKeys};
use chipwright_iso7816::Transport;

#[test]
fn cm_05_levels_depend_on_i() {
    for parameter in [0x00, 0x10, 0x20, 0x30, 0x60, 0x70] {
        for level in [0x00, 0x01, 0x03, 0x11, 0x13, 0x33, 0x02, 0x30] {
            let mut card = blank_with(|chip| chip.parameter = Parameter::new(parameter).unwrap());
            assert_eq!(status(&mut card, ISSUER), 0x9000);
            let opened = scp03::Host::begin(&mut card, 0, &DEVELOPMENT_KEY).unwrap().finish(&mut card, level);
            let offered = match level {
                0x00 | 0x01 | 0x03 => true,
                0x11 | 0x13 => parameter & 0x20 != 0,
                0x33 => parameter & 0x40 != 0,
                _ => false,
            };
            assert_eq!(
                opened.as_ref().err(),
                (!offered).then_some(&0x6A86),
                "i {parameter:02X} level {level:02X}"
            );
            if let Ok(mut session) = opened {
                let expected = if level & 1 == 1 { 0x9000 } else { 0x6982 };
                assert_eq!(session.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL).1, expected);
            }
        }
    }
    for size in [KeySize::Aes192, KeySize::Aes256] {
        let mut card = blank_with(|chip| chip.transport_keys = TransportKeys::published_development_of(size));
        let length = size.bytes() as u8;
        assert_eq!(send(&mut card, "80CA00E000").0[2..8], [0xC0, 4, 1, 1, 0x88, length]);
        assert_eq!(status(&mut card, "805000000811223344556677880000".get(..28).unwrap()), 0x9000);
    }
    let mut s16 = blank_with(|chip| chip.parameter = Parameter::new(0x71).unwrap());
    assert_eq!(status(&mut s16, "8050000008112233445566778800"), 0x6700);
    let (answer, _) = send(&mut s16, "80500000101122334455667788112233445566778800");
    assert_eq!(answer.len(), 10 + 3 + 16 + 16 + 3);
}

#[test]
fn cm_06_key_versions() {
    let mut card = blank();
    for (version, expected) in [("00", 0x9000), ("01", 0x9000), ("02", 0x6A88), ("FF", 0x6A88)] {
        assert_eq!(status(&mut card, &format!("8050{version}0008112233445566778800")), expected);
    }
    assert_eq!(status(&mut card, "8050000108112233445566778800"), 0x6A86);
    assert_eq!(status(&mut card, "805000000711223344556677"), 0x6700);
    assert_eq!(status(&mut card, "848203001011223344556677881122334455667788"), 0x6985, "nothing is begun");
}

#[test]
fn cm_07_failures_are_counted_and_block_for_ever() {
    for count_at in [CountAt::ExternalAuthenticate, CountAt::InitializeUpdate] {
        let mut card = blank_with(|chip| {
            chip.count_at = count_at;
            chip.failure_limit = 3;
        });
        for _ in 0..2 {
            assert_eq!(scp03::Host::open_with(&mut card, 0, &[9; 16], 0x01).err(), Some(0x6300));
            card.reset().unwrap();
        }
        scp03::Host::open_with(&mut card, 0, &DEVELOPMENT_KEY, 0x01).unwrap();
        for _ in 0..3 {
            assert_eq!(scp03::Host::open_with(&mut card, 0, &[9; 16], 0x01).err(), Some(0x6300));
            card.reset().unwrap();
        }
        assert_eq!(scp03::Host::open_with(&mut card, 0, &DEVELOPMENT_KEY, 0x01).err(), Some(0x6983));
        let mut card = Card::load(&card.save(), chipwright_emulator::seeded_rng(1)).unwrap();
        assert_eq!(scp03::Host::open_with(&mut card, 1, &DEVELOPMENT_KEY, 0x01).err(), Some(0x6983));
    }
}

#[test]
fn cm_07_a_chip_that_counts_at_initialize_update() {
    let mut counts = blank_with(|chip| chip.count_at = CountAt::InitializeUpdate);
    let mut does_not = blank();
    for _ in 0..10 {
        scp03::Host::begin(&mut counts, 0, &DEVELOPMENT_KEY).unwrap();
        scp03::Host::begin(&mut does_not, 0, &DEVELOPMENT_KEY).unwrap();
    }
    assert_eq!(scp03::Host::begin(&mut counts, 0, &DEVELOPMENT_KEY).err(), Some(0x6983));
    assert!(scp03::Host::open_with(&mut does_not, 0, &DEVELOPMENT_KEY, 3).is_ok());
}

/// Cutting the power instead of the counting page write must not give a free try that is answered.
#[test]
fn cm_07_the_count_is_written_before_the_answer() {
    let mut card = blank();
    let begun = scp03::Host::begin(&mut card, 0, &[9; 16]).unwrap();
    card.cut_at_page_write(1);
    let before = card.page_writes();
    assert_eq!(begun.finish(&mut card, 1).err(), Some(NO_ANSWER));
    assert_eq!(card.page_writes(), before);
}

#[test]
fn cm_08_levels_that_commands_need() {
    let commands: [(u8, u8, u8, Vec<u8>); 7] = [
        (0xD8, 0x00, 0x81, key_data(2, &[7; 16])),
        (0xF2, 0x80, 0x02, GET_STATUS_ALL.to_vec()),
        (0xF0, 0x80, 0x07, vec![]),
        (0xE4, 0x00, 0x00, hex("4F05F043484950")),
        (0xE6, 0x0C, 0x00, install_data(INSTANCE, 0)),
        (0xE8, 0x80, 0x00, hex("C40101")),
        (0xE2, 0x90, 0x00, hex("420101")),
    ];
    for (ins, p1, p2, data) in &commands {
        let mut card = blank();
        assert_eq!(status(&mut card, ISSUER), 0x9000);
        let mut plain = vec![0x80, *ins, *p1, *p2, data.len().max(1) as u8];
        plain.extend(if data.is_empty() { vec![0] } else { data.clone() });
        assert_eq!(raw(&mut card, &plain).1, 0x6982, "{ins:02X} in plain");
        plain[0] = 0x84;
        assert_eq!(raw(&mut card, &plain).1, 0x6982, "{ins:02X} without a session");
        let mut open = session(&mut card, 0x00);
        assert_eq!(open.send(&mut card, *ins, *p1, *p2, data).1, 0x6982, "{ins:02X} at level 00");
        let mut open = session(&mut card, 0x01);
        let answer = open.send(&mut card, *ins, *p1, *p2, data).1;
        assert_eq!(answer == 0x6982, *ins == 0xD8, "{ins:02X} at level 01: {answer:04X}");
    }
}

#[test]
fn cm_19_the_sequence_counter() {
    let mut card = blank();
    let counter =
        |card: &mut Card| scp03::Host::begin(card, 0, &DEVELOPMENT_KEY).unwrap().answer.split_off(29);
    assert_eq!(counter(&mut card), [0, 0, 0]);
    assert_eq!(counter(&mut card), [0, 0, 0]);
    scp03::Host::open(&mut card, 1);
    card.reset().unwrap();
    assert_eq!(counter(&mut card), [0, 0, 1]);
}

#[test]
fn cm_25_a_plain_command_ends_the_session() {
    let mut card = blank();
    let mut open = session(&mut card, 0x01);
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x6982);
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x9000);
    assert_eq!(open.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL).1, 0x6982);
    for (command, in_session, without) in [
        ("8001000000", 0x6982, 0x6D00),
        ("0050000008112233445566778800", 0x6982, 0x6E00),
        ("8082000000", 0x6982, 0x6E00),
        ("A0CA9F7F00", 0x6982, 0x6E00),
        ("FFCA9F7F00", 0x6982, 0x6E00),
        ("81CA9F7F00", 0x6982, 0x6881),
        ("85CA9F7F00", 0x6982, 0x6881),
        ("00A4020C02011C", 0x6982, 0x6A82),
        ("80F2", 0x6700, 0x6700),
        ("84F2800205AA", 0x6700, 0x6700),
    ] {
        let mut open = session(&mut card, 0x01);
        assert_eq!(status(&mut card, command), in_session, "{command}");
        assert_eq!(status(&mut card, command), without, "{command}");
        assert_eq!(open.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL).1, 0x6982, "{command}");
        // At level 00 nothing is protected, and nothing ends.
        let mut open = session(&mut card, 0x00);
        assert_eq!(status(&mut card, command), without, "{command}");
        assert_eq!(open.send(&mut card, 0xCA, 0x9F, 0x7F, &[]).1, 0x9000, "{command}");
    }
    // Refused under secure messaging, a command leaves the session in step.
    let mut open = session(&mut card, 0x33);
    for (ins, expected) in [(0x01, 0x6D00), (0x50, 0x6E00), (0xA4, 0x6E00)] {
        assert_eq!(open.send(&mut card, ins, 0, 0, &[]).1, expected, "{ins:02X}");
        assert_eq!(open.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL).1, 0x9000, "{ins:02X}");
    }
}

#[test]
fn cm_05_cm_07_a_right_mac_over_a_wrong_cryptogram() {
    let mut card = blank();
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    for _ in 0..10 {
        let begun = scp03::Host::begin(&mut card, 0, &DEVELOPMENT_KEY).unwrap();
        assert_eq!(begun.finish_with(&mut card, [0; 8]).err(), Some(0x6300));
    }
    assert_eq!(scp03::Host::begin(&mut card, 0, &DEVELOPMENT_KEY).err(), Some(0x6983), "each was counted");
}
