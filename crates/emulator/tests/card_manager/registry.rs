//! GET STATUS, INSTALL, LOAD, DELETE.

use crate::host::*;
use crate::{GET_STATUS_ALL, key_data, session};
use chipwright_emulator::{Card, Package};

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
    for last in ["12", "13", "14"] {
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
    assert_eq!(shown, [0x12, 0x13, 0x14]);
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
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data("F0434849505715", 0)).1, 0x9000);
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
        assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x81, &key_data(version, &[7; 16])).1, 0x9000);
    }
    assert_eq!(open.send(&mut card, 0xD8, 0x00, 0x81, &key_data(5, &[7; 16])).1, 0x6A84);
    assert_eq!(
        open.send(&mut card, 0xD8, 0x04, 0x81, &key_data(5, &[7; 16])).1,
        0x9000,
        "in place of another"
    );
    for last in 1..=4 {
        let data = install_data(&format!("F043484950571{last}"), 0);
        assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &data).1, 0x9000);
    }
    assert_eq!(open.send(&mut card, 0xE6, 0x0C, 0, &install_data("F0434849505715", 0)).1, 0x6A84);
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
    assert_eq!(store(&mut open, &mut card, "F0434849505711", &ids), 0x9000);
    assert_eq!(store(&mut open, &mut card, "F0434849505712", &ids[..8]), 0x6A84, "the 21st");
    assert_eq!(store(&mut open, &mut card, "F0434849505712", &ids[..7]), 0x9000);
    assert_eq!(store(&mut open, &mut card, "F0434849505712", &ids[7..8]), 0x6A84);
    assert_eq!(store(&mut open, &mut card, "F0434849505712", &ids[..7]), 0x9000, "replaced");
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
    // REC-01: the name of the records, and whatever begins with it.
    for records in ["F0434849505702", "F043484950570201"] {
        assert_eq!(install(&mut open, &mut card, &install_data(records, 0x00)), 0x6985, "{records}");
    }
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
