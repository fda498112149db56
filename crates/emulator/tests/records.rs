//! Chapter 8 of the contract: the records application.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::{Card, Interface, seeded_rng};
use chipwright_iso7816::Transport;
use host::cv::Holder;
use host::terminal::*;
use host::*;

fn opened(issued: &mut RecordsCard) -> Inside {
    whole_procedure(issued, &verifier(), &terminal()).unwrap()
}

#[test]
fn rec_01_select() {
    let mut issued = issued_with_records();
    let card = &mut issued.card;
    let fci = [hex("6F098407"), hex(RECORDS)].concat();
    assert_eq!(send(card, &format!("00A4040007{RECORDS}00")), (fci, 0x9000));
    assert_eq!(send(card, &format!("00A4040C07{RECORDS}")), (vec![], 0x9000));
    assert_eq!(status(card, &format!("00A4040107{RECORDS}")), 0x6A86);
    assert_eq!(status(card, "00B0810000"), 0x6982, "no LDS file is in it");
    assert_eq!(status(card, "00A4020C020201"), 0x6982);
    assert_eq!(status(card, "00A4040C06F04348495057"), 0x9000);
    assert_eq!(status(card, "00B2010C00"), 0x6982, "a part of the name is the instance's");
    // On the contactless interface too, and not without 8020.
    card.set_interface(Interface::Contactless);
    card.reset().unwrap();
    assert_eq!(status(card, &format!("00A4040C07{RECORDS}")), 0x9000);
    assert_eq!(status(&mut host::issued(), &format!("00A4040C07{RECORDS}")), 0x6A82);
    assert_eq!(status(&mut blank(), &format!("00A4040C07{RECORDS}")), 0x6A82);
}

#[test]
fn rec_02_records_are_appended_and_read() {
    let mut issued = issued_with_records();
    let mut inside = opened(&mut issued);
    let card = &mut issued.card;
    let records: Vec<Vec<u8>> = [0usize, 10, 54, 60, 200, 987].iter().map(|n| record(*n as u8, *n)).collect();
    for (n, bytes) in records.iter().enumerate() {
        assert_eq!(inside.append_record(card, 0x02, bytes), 0x9000);
        assert_eq!(inside.append_record(card, 0x03, &record(n as u8 ^ 0x80, 33)), 0x9000);
    }
    assert_eq!(records.last().unwrap().len(), 991);
    for (n, bytes) in records.iter().enumerate() {
        assert_eq!(inside.read_record(card, 0x02, n as u8 + 1), (bytes.clone(), 0x9000));
        assert_eq!(inside.read_record(card, 0x03, n as u8 + 1), (record(n as u8 ^ 0x80, 33), 0x9000));
    }
    assert_eq!(inside.read_record(card, 0x02, 7), (vec![], 0x6A83));
    assert_eq!(inside.read_record(card, 0x04, 1), (vec![], 0x6A83));
    assert_eq!(inside.read_record(card, 0x02, 0), (vec![], 0x6A86));
    // The whole record or nothing.
    let short = inside.sm.send(card, [0, 0xB2, 6, 0x14], &[], Some(&[0]));
    assert_eq!(short, (vec![], 0x6700));
    let exact = inside.sm.send(card, [0, 0xB2, 2, 0x14], &[], Some(&[12]));
    assert_eq!(exact, (records[1].clone(), 0x9000));
    assert_eq!(inside.sm.send(card, [0, 0xB2, 2, 0x14], &[], Some(&[11])), (vec![], 0x6700));
    assert_eq!(inside.sm.send(card, [0, 0xB2, 2, 0x14], &[], None), (vec![], 0x6700));
    // Other ways to name records.
    for p2 in [0x10, 0x12, 0x13, 0x15, 0x04, 0xFC] {
        assert_eq!(inside.sm.send(card, [0, 0xB2, 1, p2], &[], Some(&[0])), (vec![], 0x6A86), "{p2:02X}");
    }
    for (p1, p2) in [(1, 0x10), (0, 0x14), (0, 0x00), (0, 0xF8)] {
        assert_eq!(inside.sm.send(card, [0, 0xE2, p1, p2], &records[1], None).1, 0x6A86, "{p1:02X} {p2:02X}");
    }
    // What is no record.
    for bad in [&b""[..], b"\x31\x00", b"\x30\x01", b"\x30\x00\x00", b"\x30\x81\x00"] {
        assert_eq!(inside.append_record(card, 0x02, bad), 0x6A80, "{bad:02X?}");
    }
    assert_eq!(inside.append_record(card, 0x02, &record(1, 988)), 0x6A80, "too long");
    assert_eq!(inside.read_record(card, 0x02, 7), (vec![], 0x6A83));
    // A chain of commands appends too.
    let (first, second) = records[4].split_at(150);
    assert_eq!(inside.sm.send(card, [0x10, 0xE2, 0, 0x10], first, None).1, 0x9000);
    assert_eq!(inside.sm.send(card, [0, 0xE2, 0, 0x10], second, None).1, 0x9000);
    assert_eq!(inside.read_record(card, 0x02, 7), (records[4].clone(), 0x9000));
    // They outlive the session and the file of the state.
    issued.card = Card::load(&issued.card.save(), seeded_rng(9)).unwrap();
    let mut inside = opened(&mut issued);
    for (n, bytes) in records.iter().enumerate() {
        assert_eq!(inside.read_record(&mut issued.card, 0x02, n as u8 + 1), (bytes.clone(), 0x9000));
    }
}

#[test]
fn rec_03_without_the_right_nothing_is_told() {
    let mut issued = issued_with_records();
    let one = Holder { template: [0x20, 0, 0, 0x02, 0x10], ..terminal() };
    let mut inside = whole_procedure(&mut issued, &verifier(), &one).unwrap();
    let card = &mut issued.card;
    assert_eq!(inside.append_record(card, 0x02, &record(1, 10)), 0x9000);
    assert_eq!(inside.read_record(card, 0x02, 1), (record(1, 10), 0x9000));
    assert_eq!(
        inside.append_record(card, 0x08, &record(2, 10)),
        0x9000,
        "certificates with any right to append"
    );
    for sfi in [1, 3, 4, 5, 6, 7, 9, 30] {
        for number in [1, 2, 200] {
            assert_eq!(inside.read_record(card, sfi, number), (vec![], 0x6982), "{sfi}");
        }
        assert_eq!(inside.append_record(card, sfi, &record(3, 10)), 0x6982, "{sfi}");
        assert_eq!(inside.append_record(card, sfi, b"\x31\x00"), 0x6982, "{sfi}: rights come first");
    }
    assert_eq!(inside.information(card).unwrap().1, [(0x0200, 2), (0x0202, 1)]);
    // In plain, and after PACE alone.
    assert_eq!(status(card, &format!("00A4040C07{RECORDS}")), 0x9000);
    let plain = ["00B2010C00", "00B2014C00", "00E2001002 3000", "00CA7F7800"];
    for command in plain {
        assert_eq!(status(card, command), 0x6982, "{command}");
    }
    let mut sm = pace::establish(card, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(sm.send(card, [0, 0xA4, 4, 0x0C], &hex(RECORDS), None).1, 0x9000);
    assert_eq!(sm.send(card, [0, 0xB2, 1, 0x0C], &[], Some(&[0])), (vec![], 0x6982));
    assert_eq!(sm.send(card, [0, 0xE2, 0, 0x10], b"\x30\x00", None).1, 0x6982);
    assert_eq!(sm.send(card, [0, 0xCA, 0x7F, 0x78], &[], Some(&[0])).1, 0x6982);
    // The citizen number is read, and appended by nobody.
    let mut inside = opened(&mut issued);
    assert_eq!(inside.read_record(&mut issued.card, 0x01, 1), (record(0x21, 120), 0x9000));
    assert_eq!(inside.append_record(&mut issued.card, 0x01, &record(3, 10)), 0x6982);
    assert_eq!(inside.information(&mut issued.card).unwrap().1[1], (0x0201, 1));
}

#[test]
fn rec_04_information() {
    let mut issued = issued_with_records();
    let mut inside = opened(&mut issued);
    let card = &mut issued.card;
    let (free, files) = inside.information(card).map(|(free, files)| (free.unwrap(), files)).unwrap();
    let all: Vec<(u16, u16)> = (0x0200..=0x0207).map(|fid| (fid, u16::from(fid <= 0x0201))).collect();
    assert_eq!(files, all, "in the order of the table");
    // 12,288 bytes less the pages of both first records.
    assert!((11_000..12_288).contains(&free), "{free}");
    assert_eq!(inside.append_record(card, 0x05, &record(5, 100)), 0x9000);
    let (after, files) = inside.information(card).map(|(free, files)| (free.unwrap(), files)).unwrap();
    assert_eq!(files[5], (0x0205, 1));
    assert_eq!(free - after, (102 + 4u16).div_ceil(64) * 64);
    for (command, expected) in [([0, 0xCA, 0x7F, 0x79], 0x6A88), ([0, 0xCA, 0x00, 0x66], 0x6A88)] {
        assert_eq!(inside.sm.send(card, command, &[], Some(&[0])).1, expected);
    }
    assert_eq!(inside.sm.send(card, [0, 0xCA, 0x7F, 0x78], &[], None).1, 0x6700);
    let whole = inside.sm.send(card, [0, 0xCA, 0x7F, 0x78], &[], Some(&[0])).0.len();
    let short = inside.sm.send(card, [0, 0xCA, 0x7F, 0x78], &[], Some(&[10]));
    assert_eq!(short, (vec![], 0x6C00 | whole as u16));
}

/// How full the records are is told to those who may append: whoever reads one file learns nothing of the others, whoever
/// may do nothing learns nothing at all.
#[test]
fn rec_04_free_bytes_are_for_those_who_append() {
    let mut issued = issued_with_records();
    let template = |bits| Holder { template: bits, ..terminal() };
    for nothing in [[0, 0, 0, 0, 0x10], [0, 0, 0, 0, 0x30], [0x3E, 0, 0, 0x7F, 0x20]] {
        let mut inside = whole_procedure(&mut issued, &verifier(), &template(nothing)).unwrap();
        assert_eq!(inside.information(&mut issued.card), Err(0x6982), "{nothing:02X?}");
    }
    let mut reads = whole_procedure(&mut issued, &verifier(), &template([0, 0, 0, 0x02, 0x10])).unwrap();
    assert_eq!(reads.information(&mut issued.card), Ok((None, vec![(0x0200, 1), (0x0202, 0)])));
    let appends = template([0x20, 0, 0, 0, 0x10]);
    let mut appends = whole_procedure(&mut issued, &verifier(), &appends).unwrap();
    let (free, files) = appends.information(&mut issued.card).unwrap();
    assert!(free.is_some_and(|free| free > 0) && files.is_empty());
}

#[test]
fn rec_05_the_area_fills_up() {
    let mut issued = issued_with_records();
    let mut inside = opened(&mut issued);
    let card = &mut issued.card;
    let mut held = 0;
    loop {
        let free = inside.information(card).unwrap().0.unwrap();
        let bytes = record(held as u8, 700);
        let status = inside.append_record(card, 0x04, &bytes);
        assert_eq!(status == 0x9000, usize::from(free) >= bytes.len(), "{free} free");
        if status != 0x9000 {
            assert_eq!(status, 0x6A84);
            assert_eq!(inside.information(card).unwrap().0, Some(free), "nothing changed");
            break;
        }
        held += 1;
    }
    assert!(held > 10, "{held}");
    // Free bytes are what one more record could have.
    let free = inside.information(card).unwrap().0.unwrap();
    let length = usize::from(free);
    let fits = |length: usize| {
        let head = if length > 257 {
            4
        } else if length > 129 {
            3
        } else {
            2
        };
        record(1, length - head)
    };
    assert_eq!(fits(length).len(), length);
    assert_eq!(inside.append_record(card, 0x06, &fits(length + 1)), 0x6A84);
    assert_eq!(inside.append_record(card, 0x06, &fits(length)), 0x9000);
    assert_eq!(inside.append_record(card, 0x06, b"\x30\x00"), 0x6A84);
    for n in 1..=held {
        assert_eq!(inside.read_record(card, 0x04, n as u8).0, record(n as u8 - 1, 700));
    }
    assert_eq!(inside.read_record(card, 0x06, 1).0, fits(length));
}

#[test]
fn rec_05_the_area_belongs_to_one_instance() {
    const OTHER: &str = "F0434849505799";
    let mut issued = issued_with_records();
    let card = &mut issued.card;
    assert_eq!(status(card, ISSUER), 0x9000);
    let mut session = scp03::Host::open(card, 0x33);
    assert_eq!(session.send(card, 0xE6, 0x0C, 0, &install_data(OTHER, 0)), (vec![0], 0x9000));
    assert_eq!(session.send(card, 0xE6, 0x20, 0, &personalize_data(OTHER)).1, 0x9000);
    assert_eq!(session.send(card, 0xE2, 0x08, 0, &dgi(0x010D, &[0x6D; 40])).1, 0x9000, "there is room");
    for id in [0x0200, 0x0201] {
        assert_eq!(session.send(card, 0xE2, 0x08, 1, &dgi(id, &record(1, 50))).1, 0x6A84, "{id:04X}");
    }
    card.reset().unwrap();
    let mut inside = opened(&mut issued);
    assert_eq!(inside.read_record(&mut issued.card, 0x01, 1), (record(0x21, 120), 0x9000));
}

#[test]
fn rec_06_rec_07_first_records_and_no_way_back() {
    let mut issued = issued_with_records();
    let mut inside = opened(&mut issued);
    let card = &mut issued.card;
    assert_eq!(inside.read_record(card, 0x08, 1), (record(0x20, 400), 0x9000));
    assert_eq!(inside.read_record(card, 0x01, 1), (record(0x21, 120), 0x9000));
    assert_eq!(inside.append_record(card, 0x08, &record(9, 50)), 0x9000);
    assert_eq!(inside.read_record(card, 0x08, 2), (record(9, 50), 0x9000));
    // No other instruction of ISO/IEC 7816-4 for records exists.
    for ins in [0xDC, 0xDD, 0xD2, 0x0C, 0x0E, 0xE4, 0xE0, 0xB3, 0xA2, 0xD6] {
        assert_eq!(inside.sm.send(card, [0, ins, 1, 0x14], b"\x30\x00", None).1, 0x6D00, "{ins:02X}");
    }
    assert_eq!(inside.sm.send(card, [0, 0xB0, 0x81, 0], &[], Some(&[0])).1, 0x6982);
    // DELETE of the instance is refused.
    assert_eq!(status(card, ISSUER), 0x9000);
    let mut session = scp03::Host::open(card, 0x01);
    let aid = [vec![0x4F, 7], hex(INSTANCE)].concat();
    assert_eq!(session.send(card, 0xE4, 0, 0, &aid).1, 0x6985);
    assert_eq!(session.send(card, 0xE4, 0, 0x80, &hex("4F07F0434849505700")).1, 0x6985);
    card.reset().unwrap();
    let mut inside = opened(&mut issued);
    assert_eq!(inside.read_record(&mut issued.card, 0x08, 2), (record(9, 50), 0x9000));
}
