//! Chapter 2 of the contract: the issuer security domain.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::scp03::{KeySize, Parameter};
use chipwright_emulator::{Card, CountAt, Interface, Package, TransportKeys};
use chipwright_iso7816::Transport;
use host::*;

const GET_STATUS_ALL: [u8; 2] = [0x4F, 0x00];

fn session(card: &mut Card, level: u8) -> scp03::Host {
    assert_eq!(status(card, ISSUER), 0x9000);
    scp03::Host::open(card, level)
}

/// PUT KEY data: a set of one key three times, wrapped under the development key.
fn put_key(version: u8, key: &[u8; 16]) -> Vec<u8> {
    let mut out = vec![version];
    for _ in 0..3 {
        out.extend([0x88, 0x11, 0x10]);
        out.extend(cbc_encrypt(&DEVELOPMENT_KEY, [0; 16], key));
        out.push(3);
        out.extend_from_slice(&encrypt_block(key, [1; 16])[..3]);
    }
    out
}

#[test]
fn cm_01_select_returns_the_fci() {
    let mut card = blank();
    let (fci, status_word) = send(&mut card, ISSUER);
    let recognition = hex(
        "732F06072A864886FC6B01600C060A2A864886FC6B02020301630906072A864886FC6B03640B06092A864886FC6B040370",
    );
    assert_eq!(status_word, 0x9000);
    assert_eq!(fci, [hex("6F418408A000000151000000A535"), recognition.clone(), hex("9F6501FF")].concat());
    assert_eq!(send(&mut card, "00A4040C08A000000151000000"), (vec![], 0x9000));
    // CM-04: card data names SCP03 and i.
    assert_eq!(send(&mut card, "80CA006600").0, [hex("6631"), recognition].concat());
}

#[test]
fn cm_02_cm_22_names() {
    let mut card = issued();
    assert_eq!(status(&mut card, "00A4040005A000000003"), 0x6A82);
    assert_eq!(status(&mut card, "00B09C0001"), 0x9000, "the identity application is still selected");
    assert_eq!(status(&mut card, "00A4040004A0000001"), 0x6A82);
    assert_eq!(status(&mut card, "00A4040005A000000151"), 0x9000);
    assert_eq!(status(&mut card, "00A4040005F043484950"), 0x9000);
    assert_eq!(status(&mut card, "00A4040000"), 0x9000);
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x9000);
    assert_eq!(status(&mut card, "00A4040208A000000151000000"), 0x6A86);
}

#[test]
fn cm_03_cm_23_get_data() {
    let mut card = blank();
    let keys = hex("E012 C00401018810 C00402018810 C00403018810");
    assert_eq!(send(&mut card, "80CA00E000"), (keys, 0x9000));
    assert_eq!(send(&mut card, "00CA004200"), (hex("4200"), 0x9000));
    for unknown in ["80CA004600", "80CA9F7E00", "80CAFFFF00"] {
        assert_eq!(status(&mut card, unknown), 0x6A88);
    }
    assert_eq!(status(&mut card, "80CA9F7F05"), 0x6C2D);
    assert_eq!(status(&mut card, "80CA9F7F2D"), 0x9000);
    assert_eq!(status(&mut card, "80CA9F7F0100"), 0x6700);
    assert_eq!(status(&mut card, "81CA9F7F00"), 0x6881);
}

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
        (0xD8, 0x00, 0x81, put_key(2, &[7; 16])),
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
fn cm_09_put_key_replaces_in_one_step() {
    let mut card = blank();
    let mut open = session(&mut card, 0x33);
    let new = [0x77; 16];
    let mut wrong = put_key(0x30, &new);
    let last = wrong.len() - 1;
    wrong[last] ^= 1;
    let writes = card.page_writes();
    assert_eq!(open.send(&mut card, 0xD8, 0x01, 0x81, &wrong).1, 0x6A80);
    assert_eq!(open.send(&mut card, 0xD8, 0x02, 0x81, &put_key(0x30, &new)).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x81, &put_key(0x01, &new)).1, 0x6A80);
    assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x82, &put_key(0x30, &new)).1, 0x6A86);
    assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x81, &put_key(0x80, &new)).1, 0x6A80);
    assert_eq!(card.page_writes(), writes);
    let check = &encrypt_block(&new, [1; 16])[..3];
    let answer = [&[0x30], check, check, check].concat();
    assert_eq!(open.send(&mut card, 0xD8, 0x01, 0x81, &put_key(0x30, &new)), (answer, 0x9000));
    assert_eq!(open.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL).1, 0x9000, "the session goes on");
    assert_eq!(scp03::Host::open_with(&mut card, 0x01, &DEVELOPMENT_KEY, 3).err(), Some(0x6A88));
    assert!(scp03::Host::open_with(&mut card, 0x30, &new, 3).is_ok());
}

/// CM-09 and CHIP-04: PUT KEY cut at every page write leaves one whole set.
#[test]
fn cm_09_a_torn_put_key_leaves_the_old_set_or_the_new() {
    let new = [0x77; 16];
    let mut outcomes = Vec::new();
    for n in 1..=6 {
        let mut card = blank();
        let mut open = session(&mut card, 0x03);
        card.cut_at_page_write(n);
        let command = open.wrap(0xD8, 0x01, 0x81, &put_key(0x30, &new));
        assert!(card.transmit(&command).is_err());
        card.reset().unwrap();
        let old_works = scp03::Host::open_with(&mut card, 0x01, &DEVELOPMENT_KEY, 3).is_ok();
        let new_works = scp03::Host::open_with(&mut card, 0x30, &new, 3).is_ok();
        assert!(old_works ^ new_works, "cut at write {n}");
        outcomes.push(new_works);
    }
    assert_eq!(outcomes, [false, false, false, true, true, true]);
}

#[test]
fn cm_10_get_status() {
    let mut card = blank();
    let mut open = session(&mut card, 0x33);
    let issuer = hex("E3134F08A0000001510000009F700101C503985400");
    assert_eq!(open.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL), (issuer, 0x9000));
    assert_eq!(open.send(&mut card, 0xF2, 0x40, 0x02, &GET_STATUS_ALL).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 4)).1, 0x9000);
    let instance = hex("E3104F07F04348495057019F700107C503040000");
    let instance = [&[0xE3, 18], &instance[2..]].concat();
    assert_eq!(open.send(&mut card, 0xF2, 0x40, 0x02, &GET_STATUS_ALL), (instance, 0x9000));
    let file = hex("E30D4F07F04348495057009F700101");
    assert_eq!(open.send(&mut card, 0xF2, 0x20, 0x02, &GET_STATUS_ALL), (file, 0x9000));
    let modules = hex("E3174F07F04348495057009F7001018408F043484950570001");
    assert_eq!(open.send(&mut card, 0xF2, 0x10, 0x02, &GET_STATUS_ALL), (modules, 0x9000));
    assert_eq!(open.send(&mut card, 0xF2, 0x40, 0x02, &hex("4F05A000000151")).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xF2, 0x40, 0x00, &GET_STATUS_ALL).1, 0x6A86);
    assert_eq!(open.send(&mut card, 0xF2, 0x41, 0x02, &GET_STATUS_ALL).1, 0x6A86);
}

#[test]
fn cm_10_more_follows() {
    let mut card = blank();
    let mut open = session(&mut card, 0x01);
    for last in ["02", "03", "04"] {
        let data = install_data(&format!("F04348495057{last}"), 0);
        assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &data).1, 0x9000);
    }
    let mut shown = Vec::new();
    for (p2, expected) in [(0x02, 0x6310), (0x03, 0x6310), (0x03, 0x9000), (0x03, 0x6A88)] {
        let mut command = open.wrap(0xF2, 0x40, p2, &GET_STATUS_ALL);
        *command.last_mut().unwrap() = 0x18; // room for one entry
        let (data, status) = raw(&mut card, &command);
        assert_eq!(status, expected);
        shown.extend(data.get(10).copied());
    }
    assert_eq!(shown, [2, 3, 4]);
    // [next] goes on with the list that was begun, in the session where it was begun.
    let one = |open: &mut scp03::Host, card: &mut Card, p1: u8, p2: u8, criterion: &[u8]| {
        let mut command = open.wrap(0xF2, p1, p2, criterion);
        *command.last_mut().unwrap() = 0x18;
        raw(card, &command).1
    };
    let other = hex("4F05F043484950");
    assert_eq!(one(&mut open, &mut card, 0x40, 0x03, &GET_STATUS_ALL), 0x6A88, "nothing is begun");
    assert_eq!(one(&mut open, &mut card, 0x40, 0x02, &GET_STATUS_ALL), 0x6310);
    assert_eq!(one(&mut open, &mut card, 0x40, 0x03, &other), 0x6A88, "another criterion");
    assert_eq!(one(&mut open, &mut card, 0x40, 0x02, &other), 0x6310);
    assert_eq!(one(&mut open, &mut card, 0x40, 0x03, &other), 0x6310);
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data("F0434849505705", 0)).1, 0x9000);
    assert_eq!(one(&mut open, &mut card, 0x40, 0x03, &other), 0x6A88, "another command between");
    for files in [0x20, 0x10] {
        let data = hex("05F000000001 00 00 00 00");
        let (_, _) = open.send(&mut card, 0xE6, 0x02, 0, &data);
        let (_, _) = open.send(&mut card, 0xE8, 0x80, 0, &hex("C40101"));
        assert_eq!(one(&mut open, &mut card, 0x40, 0x02, &GET_STATUS_ALL), 0x6310);
        assert_eq!(one(&mut open, &mut card, files, 0x03, &GET_STATUS_ALL), 0x6A88, "another subset");
    }
    assert_eq!(one(&mut open, &mut card, 0x40, 0x02, &GET_STATUS_ALL), 0x6310);
    let mut open = scp03::Host::open(&mut card, 0x01);
    assert_eq!(one(&mut open, &mut card, 0x40, 0x03, &GET_STATUS_ALL), 0x6A88, "another session");
}

#[test]
fn chip_08_the_directory_is_full() {
    let mut card = blank();
    let mut open = session(&mut card, 0x03);
    for version in 2..=4 {
        assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x81, &put_key(version, &[7; 16])).1, 0x9000);
    }
    assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x81, &put_key(5, &[7; 16])).1, 0x6A84);
    assert_eq!(
        open.send(&mut card, 0xD8, 0x04, 0x81, &put_key(5, &[7; 16])).1,
        0x9000,
        "in place of another"
    );
    for last in 1..=4 {
        let data = install_data(&format!("F04348495057{last:02X}"), 0);
        assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &data).1, 0x9000);
    }
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data("F0434849505705", 0)).1, 0x6A84);
    let for_load = |last: u8| hex(&format!("05F0000000{last:02X} 00 00 00 00"));
    for last in 1..=3 {
        assert_eq!(open.send(&mut card, 0xE6, 0x02, 0, &for_load(last)).1, 0x9000);
        assert_eq!(open.send(&mut card, 0xE8, 0x80, 0, &hex("C40101")).1, 0x9000);
    }
    assert_eq!(open.send(&mut card, 0xE6, 0x02, 0, &for_load(4)).1, 0x6A84);
    // 20 small objects of two instances.
    let ids = [
        0x2F00, 0x2F01, 0x2F1C, 0x2F1D, 0x011E, 0x011D, 0x0101, 0x0102, 0x010B, 0x010C, 0x010D, 0x010E,
        0x010F,
    ];
    let store = |open: &mut scp03::Host, card: &mut Card, instance: &str, ids: &[u16]| {
        assert_eq!(open.send(card, 0xE6, 0x20, 0, &personalize_data(instance)).1, 0x9000);
        let objects: Vec<u8> = ids.iter().flat_map(|id| dgi(*id, &[1])).collect();
        open.send(card, 0xE2, 0x88, 0, &objects).1
    };
    assert_eq!(store(&mut open, &mut card, INSTANCE, &ids), 0x9000);
    assert_eq!(store(&mut open, &mut card, "F0434849505702", &ids[..8]), 0x6A84, "the 21st");
    assert_eq!(store(&mut open, &mut card, "F0434849505702", &ids[..7]), 0x9000);
    assert_eq!(store(&mut open, &mut card, "F0434849505702", &ids[7..8]), 0x6A84);
    assert_eq!(store(&mut open, &mut card, "F0434849505702", &ids[..7]), 0x9000, "replaced");
}

#[test]
fn cm_20_what_a_locked_card_refuses() {
    let mut card = blank();
    let mut open = session(&mut card, 0x03);
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 0)).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x9000);
    for state in [0x07, 0x0F, 0x7F] {
        assert_eq!(open.send(&mut card, 0xF0, 0x80, state, &[]).1, 0x9000);
    }
    let commands: [(u8, u8, u8, Vec<u8>); 8] = [
        (0xE2, 0x88, 0x00, dgi(0x8010, CAN)),
        (0xD8, 0x00, 0x81, put_key(2, &[7; 16])),
        (0xE4, 0x00, 0x00, hex("4F07F0434849505701")),
        (0xE4, 0x00, 0x80, hex("4F07F0434849505700")),
        (0xE6, 0x0C, 0x00, install_data("F0434849505702", 0)),
        (0xE6, 0x20, 0x00, personalize_data(INSTANCE)),
        (0xE6, 0x02, 0x00, hex("05F000000001 00 00 00 00")),
        (0xE8, 0x80, 0x00, hex("C40101")),
    ];
    let before = card.save();
    for (ins, p1, p2, data) in &commands {
        assert_eq!(open.send(&mut card, *ins, *p1, *p2, data).1, 0x6985, "{ins:02X} {p1:02X}");
    }
    assert!(card.save() == before);
    // The issuer domain's own data, with no application bound.
    let mut open = scp03::Host::open(&mut card, 0x03);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0x00, &hex("420101")).1, 0x6985);
    assert_eq!(open.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xF0, 0x80, 0x0F, &[]).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0x00, &hex("420101")).1, 0x9000, "no longer locked");
    assert_eq!(open.send(&mut card, 0xE4, 0x00, 0x00, &hex("4F07F0434849505701")).1, 0x9000, "still there");
}

#[test]
fn cm_15_cm_21_finalise_on_the_contactless_interface_ends_the_card_manager() {
    for (privileges, after_reset) in [(0x04, 0x6E00), (0x00, 0x6985)] {
        let mut card = blank_with(|chip| chip.interface = Interface::Contactless);
        let mut open = session(&mut card, 0x33);
        assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, privileges)).1, 0x9000);
        assert_eq!(open.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x9000);
        let mut bytes = stream(&content());
        bytes.extend(dgi(0x7F0F, &manifest(&content())));
        assert_eq!(
            open.store(&mut card, &bytes, 223),
            (vec![], 0x9000),
            "FINALISE is answered in its session"
        );
        let protected = open.wrap(0xCA, 0x9F, 0x7F, &[]);
        assert_eq!(raw(&mut card, &protected), (vec![], 0x6985));
        assert_eq!(send(&mut card, "80CA9F7F00"), (vec![], 0x6985));
        assert_eq!(status(&mut card, "8050000008112233445566778800"), 0x6985);
        assert_eq!(status(&mut card, ISSUER), 0x6A82);
        assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
        assert_eq!(status(&mut card, "00B0810000"), 0x6982);
        card.reset().unwrap();
        assert_eq!(status(&mut card, "80CA9F7F00"), after_reset);
    }
}

#[test]
fn cm_11_cm_20_life_cycle() {
    let mut card = issued();
    let set = |card: &mut Card, state: u8| session(card, 0x01).send(card, 0xF0, 0x80, state, &[]).1;
    let select = |card: &mut Card| status(card, &format!("00A4040007{INSTANCE}00"));
    assert_eq!(set(&mut card, 0x0F), 0x6985);
    assert_eq!(set(&mut card, 0x55), 0x6A80);
    assert_eq!(set(&mut card, 0x07), 0x9000);
    assert_eq!(set(&mut card, 0x01), 0x6985);
    assert_eq!(set(&mut card, 0x0F), 0x9000);
    assert_eq!(set(&mut card, 0x7F), 0x9000);
    assert_eq!(select(&mut card), 0x6A81);
    card.reset().unwrap();
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x9000, "the issuer domain is selected after power-up");
    let (fci, locked) = send(&mut card, ISSUER);
    assert_eq!((fci[0], locked), (0x6F, 0x6283));
    let mut open = scp03::Host::open(&mut card, 0x03);
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data("F04348495057AA", 0)).1, 0x6985);
    assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x81, &put_key(2, &[7; 16])).1, 0x6985);
    assert_eq!(open.send(&mut card, 0xF0, 0x80, 0x0F, &[]).1, 0x9000);
    assert_eq!(select(&mut card), 0x9000);
    assert_eq!(set(&mut card, 0xFF), 0x9000);
    assert_eq!(select(&mut card), 0x6985);
    card.reset().unwrap();
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x9000);
    assert_eq!(status(&mut card, "8050000008112233445566778800"), 0x6985);
    assert_eq!(status(&mut card, "00A4000C023F00"), 0x6985);
}

#[test]
fn cm_12_cm_24_install() {
    let mut card = blank();
    let mut open = session(&mut card, 0x01);
    let install =
        |open: &mut scp03::Host, card: &mut Card, data: &[u8]| open.send(card, 0xE6, 0x0C, 0, data).1;
    assert_eq!(install(&mut open, &mut card, &install_data(INSTANCE, 0x04)), 0x9000);
    assert_eq!(install(&mut open, &mut card, &install_data(INSTANCE, 0x04)), 0x6985);
    assert_eq!(install(&mut open, &mut card, &install_data("A0000002471001", 0x04)), 0x6985);
    assert_eq!(install(&mut open, &mut card, &install_data("A0000002471001", 0x80)), 0x6A80);
    assert_eq!(install(&mut open, &mut card, &install_data("A0000002471001", 0x00)), 0x9000);
    let mut unknown = install_data("A0000002471002", 0);
    unknown[7] = 0x55;
    assert_eq!(install(&mut open, &mut card, &unknown), 0x6A88);
    let mut unknown = install_data("A0000002471002", 0);
    unknown[16] = 0x02;
    assert_eq!(install(&mut open, &mut card, &unknown), 0x6A88);
    assert_eq!(open.send(&mut card, 0xE6, 0x04, 0, &install_data("A0000002471002", 0)).1, 0x6A86);
    assert_eq!(install(&mut open, &mut card, &install_data("A0000002471002", 0)[..20]), 0x6A80);
}

#[test]
fn cm_13_load() {
    let mut card = blank_with(|chip| chip.package = Package::Absent);
    let mut open = session(&mut card, 0x03);
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 0)).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xE8, 0x80, 0, &hex("C40101")).1, 0x6985);
    let for_load = hex("07F0434849505700 08A000000151000000 00 00 00");
    assert_eq!(open.send(&mut card, 0xE6, 0x02, 0, &for_load), (vec![0], 0x9000));
    // Beyond the code budget.
    assert_eq!(open.send(&mut card, 0xE8, 0x00, 0, &hex("C4828001 00")).1, 0x6A84);
    assert_eq!(open.send(&mut card, 0xE8, 0x00, 0, &hex("C40101")).1, 0x6985, "a fault ends the loading");
    assert_eq!(open.send(&mut card, 0xE6, 0x02, 0, &for_load).1, 0x9000);
    let code: Vec<u8> = [hex("C48203E8"), vec![0xC0; 1000]].concat();
    let blocks: Vec<&[u8]> = code.chunks(200).collect();
    let free_before = send_free(&mut card, &mut open);
    assert_eq!(open.send(&mut card, 0xE6, 0x02, 0, &for_load).1, 0x9000);
    for (number, block) in blocks.iter().enumerate() {
        let last = number + 1 == blocks.len();
        assert_eq!(open.send(&mut card, 0xE8, 0, number as u8 + 1, block).1, 0x6A86, "wrong order");
        let answer = open.send(&mut card, 0xE8, if last { 0x80 } else { 0 }, number as u8, block);
        assert_eq!(answer, (if last { vec![0] } else { vec![] }, 0x9000));
    }
    assert_eq!(free_before - send_free(&mut card, &mut open), 1024);
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 0)).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xE6, 0x02, 0, &for_load).1, 0x6985);
}

fn send_free(card: &mut Card, open: &mut scp03::Host) -> u32 {
    let (resources, status) = open.send(card, 0xCA, 0xFF, 0x21, &[]);
    assert_eq!(status, 0x9000);
    u32::from_be_bytes(resources[8..12].try_into().unwrap())
}

#[test]
fn cm_14_delete() {
    let mut card = filled();
    let mut open = session(&mut card, 0x01);
    let full = send_free(&mut card, &mut open);
    assert_eq!(open.send(&mut card, 0xE4, 0, 0x00, &hex("4F07F0434849505799")).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xE4, 0, 0x00, &hex("4F07F0434849505700")).1, 0x6985);
    assert_eq!(open.send(&mut card, 0xE4, 0, 0x00, &hex("4F08A000000151000000")).1, 0x6985);
    assert_eq!(open.send(&mut card, 0xE4, 0, 0x01, &hex("4F07F0434849505700")).1, 0x6A86);
    assert_eq!(open.send(&mut card, 0xE4, 0, 0x80, &hex("4F07F0434849505700")), (vec![0], 0x9000));
    assert!(send_free(&mut card, &mut open) > full + 5000);
    assert_eq!(status(&mut card, &format!("00A4040007{INSTANCE}00")), 0x6A82);
    let mut card = filled();
    let mut open = session(&mut card, 0x01);
    assert_eq!(open.send(&mut card, 0xE4, 0, 0, &hex("4F07F0434849505701")).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 4)).1, 0x9000);
}

#[test]
fn rec_07_an_operational_instance_is_not_deleted() {
    let mut card = issued();
    let mut open = session(&mut card, 0x01);
    let set_status = hex(INSTANCE);
    for suspended in [0x0F, 0x8F] {
        assert_eq!(open.send(&mut card, 0xF0, 0x40, suspended, &set_status).1, 0x9000);
        assert_eq!(open.send(&mut card, 0xE4, 0, 0x00, &hex("4F07F0434849505701")).1, 0x6985);
        assert_eq!(open.send(&mut card, 0xE4, 0, 0x80, &hex("4F07F0434849505701")).1, 0x6985);
        assert_eq!(
            open.send(&mut card, 0xE4, 0, 0x80, &hex("4F07F0434849505700")).1,
            0x6985,
            "nor its load file"
        );
    }
    assert_eq!(open.send(&mut card, 0xF0, 0x40, 0x0F, &set_status).1, 0x9000);
    assert_eq!(status(&mut card, &format!("00A4040007{INSTANCE}00")), 0x9000);
}

#[test]
fn cm_15_cm_21_the_card_manager_hides_on_the_contactless_interface() {
    let mut card = blank_with(|chip| chip.interface = Interface::Contactless);
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    let mut card = issued();
    assert_eq!(status(&mut card, ISSUER), 0x9000);
    card.set_interface(Interface::Contactless);
    card.reset().unwrap();
    assert_eq!(status(&mut card, ISSUER), 0x6A82);
    assert_eq!(status(&mut card, "00A4040000"), 0x6A82);
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x6E00);
    assert_eq!(status(&mut card, "8050000008112233445566778800"), 0x6E00);
    assert_eq!(status(&mut card, "00B09C0001"), 0x9000);
    // Locked, nothing is left to select.
    card.set_interface(Interface::Contact);
    card.reset().unwrap();
    for state in [0x07, 0x0F, 0x7F] {
        send(&mut card, ISSUER);
        assert_eq!(scp03::Host::open(&mut card, 1).send(&mut card, 0xF0, 0x80, state, &[]).1, 0x9000);
    }
    card.set_interface(Interface::Contactless);
    card.reset().unwrap();
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x6985);
    assert_eq!(status(&mut card, ISSUER), 0x6A82);
}

#[test]
fn cm_16_selected_after_power_up() {
    let mut card = blank();
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x9000);
    installed(&mut card);
    card.reset().unwrap();
    assert_eq!(status(&mut card, "80CA9F7F00"), 0x6985, "the instance is selected, and not OPERATIONAL");
    let mut card = issued();
    assert_eq!(status(&mut card, "00B09C0001"), 0x9000);
}

#[test]
fn cm_17_unknown_commands() {
    let mut card = blank();
    for (command, expected) in [
        ("8001000000", 0x6D00),
        ("00B0000000", 0x6D00),
        ("90CA9F7F00", 0x6E00),
        ("A0CA9F7F00", 0x6E00),
        ("FFCA9F7F00", 0x6E00),
        ("00500000", 0x6E00),
        ("00A4050C02011C", 0x6A86),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command}");
    }
    let mut open = session(&mut card, 0x01);
    assert_eq!(open.send(&mut card, 0x01, 0, 0, &[]).1, 0x6D00);
    assert_eq!(open.send(&mut card, 0xF2, 0x80, 0x02, &GET_STATUS_ALL).1, 0x9000, "the session goes on");
}

#[test]
fn cm_22_there_are_no_files_to_select() {
    let mut card = blank();
    for command in ["00A4000C023F00", "00A4000C", "00A4020C02011C", "00A4020C022F00", "00A4080C022F00"] {
        assert_eq!(status(&mut card, command), 0x6A82, "{command}");
    }
    let (fci, _) = send(&mut card, "00A4040000");
    assert_eq!(fci[..2], [0x6F, 0x41], "the issuer domain stays selected");
}

#[test]
fn cm_18_the_issuer_sets_its_numbers() {
    let mut card = blank();
    let mut open = session(&mut card, 0x01);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0, &hex("450811223344556677 88")).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0, &hex("42041234567F")).1, 0x9000);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0, &hex("660100")).1, 0x6A88);
    assert_eq!(open.send(&mut card, 0xE2, 0x88, 0, &hex("0101 0100")).1, 0x6985);
    assert_eq!(open.send(&mut card, 0xE2, 0x10, 0, &hex("420100")).1, 0x6A86);
    assert_eq!(open.send(&mut card, 0xE2, 0x90, 0, &[&hex("4211")[..], &[0; 17]].concat()).1, 0x6A80);
    card.reset().unwrap();
    assert_eq!(send(&mut card, "80CA004500").0, hex("45081122334455667788"));
    assert_eq!(send(&mut card, "80CA004200").0, hex("42041234567F"));
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
