//! Chapters 4 and 5 of the contract: files, PACE, secure messaging.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::Card;
use chipwright_iso7816::Transport;
use host::*;
use std::time::Duration;

/// The generator of P-256, uncompressed.
const GENERATOR: &str = "046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296\
                         4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5";

/// 2 G.
const DOUBLE: &str = "047CF27B188D034F7E8A52380304B51AC3C08969E277F21B35A60B48FC47669978\
                      07775510DB8ED040293D9AC69F7430DBBA7DADE63CE982299E04B79D227873D1";

fn opened(card: &mut Card) -> pace::Messaging {
    let mut sm = pace::establish(card, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(sm.send(card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None), (vec![], 0x9000));
    sm
}

fn file(dgi: u16) -> Vec<u8> {
    content().into_iter().find(|(id, _)| *id == dgi).unwrap().1
}

#[test]
fn file_01_file_08_the_master_file_is_open() {
    let mut card = issued();
    for _ in 0..2 {
        for (sfi, dgi) in [(0x1E, 0x2F00), (0x01, 0x2F01), (0x1C, 0x2F1C)] {
            assert_eq!(send(&mut card, &format!("00B0{:02X}0000", 0x80 | sfi)), (file(dgi), 0x9000));
        }
        assert_eq!(status(&mut card, "00B09D0000"), 0x6982, "EF.CardSecurity");
        assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
        assert_eq!(status(&mut card, "00B09C0000"), 0x6982, "now the LDS application");
        assert_eq!(status(&mut card, "00A4000C023F00"), 0x9000);
        assert_eq!(status(&mut card, "00A40000"), 0x9000);
    }
}

#[test]
fn file_02_select_by_name() {
    let mut card = issued();
    let fci = [hex("6F098407"), hex(INSTANCE)].concat();
    assert_eq!(send(&mut card, &format!("00A4040007{INSTANCE}00")), (fci.clone(), 0x9000));
    assert_eq!(send(&mut card, "00A4040005F043484950"), (fci, 0x9000));
    assert_eq!(send(&mut card, "00A4040C05F043484950"), (vec![], 0x9000));
}

#[test]
fn file_03_select_file() {
    let mut card = issued();
    assert_eq!(send(&mut card, "00A4020C02011C"), (vec![], 0x9000));
    assert_eq!(send(&mut card, "00A4020002011C00"), (hex("62088002003C8302011C"), 0x9000));
    assert_eq!(send(&mut card, "00A4020402011C00"), (hex("62088002003C8302011C"), 0x9000));
    assert_eq!(status(&mut card, "00A4020C020155"), 0x6A82);
    assert_eq!(send(&mut card, "00B0000000"), (file(0x2F1C), 0x9000), "still the current file");
    assert_eq!(status(&mut card, "00A4020C02011D"), 0x6A82, "EF.CardSecurity is not defined");
    assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
    for fid in ["0101", "0102", "0155", "010B", "011E"] {
        assert_eq!(status(&mut card, &format!("00A4020C02{fid}")), 0x6982, "{fid}");
        assert_eq!(status(&mut card, &format!("00B1{fid}0354010000")), 0x6982, "{fid}");
    }
    assert_eq!(status(&mut card, "00B09E0000"), 0x6982);
    assert_eq!(status(&mut card, "00B09F0000"), 0x6A86);
    let mut sm = opened(&mut card);
    assert_eq!(sm.send(&mut card, [0, 0xA4, 2, 0x0C], &[1, 1], None), (vec![], 0x9000));
    assert_eq!(sm.send(&mut card, [0, 0xA4, 2, 0x0C], &[1, 0x0B], None), (vec![], 0x6A82));
    assert_eq!(sm.send(&mut card, [0, 0xB0, 0, 0], &[], Some(&[0])), (file(0x0101), 0x9000));
    assert_eq!(sm.send(&mut card, [0, 0xA4, 2, 0x04], &[1, 1], Some(&[0])).0, hex("62088002005F83020101"));
}

#[test]
fn file_04_file_06_file_10_read_binary() {
    let mut card = issued();
    let access = file(0x2F1C);
    assert_eq!(status(&mut card, "00B0000000"), 0x6986);
    assert_eq!(send(&mut card, "00B09C0A05"), (access[10..15].to_vec(), 0x9000));
    assert_eq!(send(&mut card, "00B0003800"), (access[56..].to_vec(), 0x9000));
    assert_eq!(send(&mut card, "00B0003804"), (access[56..].to_vec(), 0x9000));
    assert_eq!(send(&mut card, "00B0003805"), (access[56..].to_vec(), 0x6282));
    assert_eq!(send(&mut card, "00B00000 000100"), (access.clone(), 0x6282));
    assert_eq!(send(&mut card, "00B00000 000000"), (access, 0x9000));
    assert_eq!(status(&mut card, "00B0003C00"), 0x6B00);
    assert_eq!(status(&mut card, "00B07FFF00"), 0x6B00);
    assert_eq!(status(&mut card, "00B00000"), 0x6700);
    assert_eq!(status(&mut card, "00B0800000"), 0x6A86);
    assert_eq!(status(&mut card, "00B0A00000"), 0x6A86);
    assert_eq!(status(&mut card, "00B0820000"), 0x6A82);
    assert_eq!(send(&mut card, "00B0000001"), (file(0x2F1C)[..1].to_vec(), 0x9000), "still current");
    assert_eq!(status(&mut card, "00A4000C02011C"), 0x6A82);
}

#[test]
fn file_05_read_binary_odd() {
    let mut card = issued();
    let access = file(0x2F1C);
    let object = |bytes: &[u8]| [&[0x53, bytes.len() as u8], bytes].concat();
    assert_eq!(status(&mut card, "00B1000003540100 00"), 0x6986);
    assert_eq!(send(&mut card, "00B1001C03540100 00"), (object(&access), 0x9000));
    assert_eq!(send(&mut card, "00B10000045402003A 00"), (object(&access[58..]), 0x9000));
    assert_eq!(send(&mut card, "00B1011C05540300003A 00"), (object(&access[58..]), 0x9000));
    assert_eq!(send(&mut card, "00B1011C03540100 0A"), (object(&access[..8]), 0x9000));
    assert_eq!(send(&mut card, "00B1011C0354013A 05"), (object(&access[58..]), 0x6282));
    assert_eq!(status(&mut card, "00B1011C0354013C 00"), 0x6B00);
    assert_eq!(status(&mut card, "00B10155 03540100 00"), 0x6A82);
    assert_eq!(status(&mut card, "00B1001F03540100 00"), 0x6A86);
    for bad in ["025400", "06540400000000", "03550100", "0454010000", "0154"] {
        assert_eq!(status(&mut card, &format!("00B1011C{bad}00")), 0x6A80, "{bad}");
    }
}

#[test]
fn file_07_protected_answers_fit() {
    let mut card = issued();
    let mut sm = opened(&mut card);
    let portrait = file(0x0102);
    assert_eq!(sm.send(&mut card, [0, 0xB0, 0x82, 0], &[], Some(&[0])), (portrait[..223].to_vec(), 0x9000));
    assert_eq!(sm.send(&mut card, [0, 0xB0, 0, 0], &[], Some(&[224])), (portrait[..223].to_vec(), 0x9000));
    assert_eq!(sm.send(&mut card, [0, 0xB0, 0, 0], &[], Some(&[100])), (portrait[..100].to_vec(), 0x9000));
    let odd = sm.send(&mut card, [0, 0xB1, 0, 0], &[0x54, 1, 0], Some(&[0]));
    assert_eq!(odd, ([&[0x53, 0x81, 220], &portrait[..220]].concat(), 0x9000));
    let long = sm.send_extended(&mut card, [0, 0xB0, 0, 0], &[], Some(&[0, 0]));
    assert_eq!(long, (portrait[..991].to_vec(), 0x9000));
    let odd = sm.send_extended(&mut card, [0, 0xB1, 0, 0], &[0x54, 2, 0x0B, 0x00], Some(&[0, 0]));
    assert_eq!(odd.0[..4], [0x53, 0x81, 184, portrait[2816]]);
    // The end of the file is still told when the answer was not cut.
    assert_eq!(
        sm.send(&mut card, [0, 0xB0, 0x0B, 0xB0], &[], Some(&[20])),
        (portrait[2992..].to_vec(), 0x6282)
    );
}

#[test]
fn file_09_other_instructions() {
    let mut card = issued();
    for (command, expected) in [
        ("00B4010400", 0x6D00),
        ("00C0000000", 0x6D00),
        ("0020000000", 0x6D00),
        ("80CA9F7F00", 0x6E00),
        ("00A4080C022F00", 0x6A86),
    ] {
        assert_eq!(status(&mut card, command), expected, "{command}");
    }
}

#[test]
fn acc_01_set_at() {
    let mut card = issued();
    for (data, expected) in [
        ("800A04007F00070202040202 830101", 0x9000),
        ("800A04007F00070202040204 830102", 0x9000),
        ("800A04007F00070202040202 830102 84010C", 0x9000),
        ("800A04007F00070202040203 830102", 0x6A80),
        ("800A04007F00070202040102 830102", 0x6A80),
        ("800A04007F00070202040202 830102 84010D", 0x6A80),
        ("800A04007F00070202040202 830102 840120", 0x6A80),
        ("800A04007F00070202040202 830103", 0x6A88),
        ("800A04007F00070202040202 830104", 0x6A88),
        ("800A04007F00070202040202 830109", 0x6A88),
        ("800A04007F00070202040202", 0x6A80),
        ("830102", 0x6A80),
        ("800A04007F00070202040202 830102 7F4C0100", 0x6A80),
    ] {
        let length = hex(data).len();
        assert_eq!(status(&mut card, &format!("0022C1A4{length:02X}{data}")), expected, "{data}");
    }
    assert_eq!(status(&mut card, "00220181038301 02"), 0x6A86);
}

#[test]
fn acc_02_steps_out_of_order_end_pace() {
    let mut card = issued();
    let first = "10860000027C0000";
    assert_eq!(status(&mut card, first), 0x6985, "no MSE:Set AT");
    assert_eq!(status(&mut card, pace::SET_AT_CAN), 0x9000);
    assert_eq!(status(&mut card, first), 0x9000);
    assert_eq!(status(&mut card, first), 0x6A80, "the first step twice");
    assert_eq!(status(&mut card, first), 0x6985, "PACE has ended");
    assert_eq!(status(&mut card, pace::SET_AT_CAN), 0x9000);
    assert_eq!(status(&mut card, first), 0x9000);
    let off_curve = format!("1086000045 7C43 8141 04{}00", "11".repeat(64));
    assert_eq!(status(&mut card, &off_curve), 0x6A80);
    assert_eq!(status(&mut card, &off_curve), 0x6985);
    // ACC-11: another command between two steps.
    assert_eq!(status(&mut card, pace::SET_AT_CAN), 0x9000);
    assert_eq!(status(&mut card, first), 0x9000);
    assert_eq!(status(&mut card, "0084000008"), 0x9000);
    assert_eq!(status(&mut card, first), 0x6985);
    assert_eq!(status(&mut card, "10860100027C0000"), 0x6A86);
    // The first part of a chain is another command too, and so is one that cannot be read.
    for (between, answer, next) in
        [("10B0000001AA", 0x9000, 0x6883), ("00B0", 0x6700, 0x6985), ("FF86000000", 0x6E00, 0x6985)]
    {
        assert_eq!(status(&mut card, pace::SET_AT_CAN), 0x9000);
        assert_eq!(status(&mut card, first), 0x9000);
        let mapping = format!("1086000045 7C43 8141 {GENERATOR}00");
        assert_eq!(status(&mut card, between), answer);
        assert_eq!(status(&mut card, &mapping), next, "{between}");
        assert_eq!(status(&mut card, &mapping), 0x6985, "{between}");
        assert_eq!(status(&mut card, pace::SET_AT_CAN), 0x9000);
        assert_eq!(status(&mut card, first), 0x9000);
        assert_eq!(status(&mut card, &mapping), 0x9000, "undisturbed");
    }
}

/// The token that would be right never comes: whether the chain goes on is looked at before it.
#[test]
fn acc_02_the_last_step_announces_no_further_one() {
    let mut card = issued();
    let steps = ["10860000027C0000", &format!("1086000045 7C43 8141 {GENERATOR}00")];
    for step in [&steps[..1], &steps[..]] {
        assert_eq!(status(&mut card, pace::SET_AT_CAN), 0x9000);
        step.iter().for_each(|step| assert_eq!(status(&mut card, step), 0x9000));
        let ended = format!("0086000045 7C43 8341 {GENERATOR}00");
        assert_eq!(status(&mut card, &ended), 0x6985, "an earlier step that ends the chain");
        assert_eq!(status(&mut card, &ended), 0x6985, "PACE has ended");
    }
    assert_eq!(status(&mut card, pace::SET_AT_CAN), 0x9000);
    steps.iter().for_each(|step| assert_eq!(status(&mut card, step), 0x9000));
    assert_eq!(status(&mut card, &format!("1086000045 7C43 8341 {DOUBLE}00")), 0x9000);
    let writes = card.page_writes();
    assert_eq!(status(&mut card, "108600000C 7C0A 8508 0102030405060708 00"), 0x6883);
    assert_eq!(card.page_writes(), writes, "no try");
    assert_eq!(status(&mut card, "008600000C 7C0A 8508 0102030405060708 00"), 0x6985, "PACE has ended");
}

#[test]
fn acc_03_acc_04_wrong_passwords_are_counted_and_delay() {
    let mut card = issued();
    assert!(pace::establish(&mut card, pace::SET_AT_CAN, CAN).is_ok());
    assert_eq!(card.modelled_delay(), Duration::ZERO);
    for n in 1..=3u32 {
        let writes = card.page_writes();
        assert_eq!(pace::establish(&mut card, pace::SET_AT_CAN, b"000000").err(), Some(0x6300));
        assert_eq!(card.page_writes(), writes + 1);
        card.reset().unwrap();
        let expected: u64 = (1..n).map(|k| 100 << (k - 1)).sum();
        assert_eq!(card.modelled_delay(), Duration::from_millis(expected));
    }
    assert!(pace::establish(&mut card, pace::SET_AT_MRZ, &MRZ_KEY).is_ok());
    assert_eq!(card.modelled_delay(), Duration::from_millis(300), "each password has its own count");
    let mut card = Card::load(&card.save(), chipwright_emulator::seeded_rng(3)).unwrap();
    assert!(pace::establish(&mut card, pace::SET_AT_CAN, CAN).is_ok());
    assert_eq!(card.modelled_delay(), Duration::from_millis(400));
    assert!(pace::establish(&mut card, pace::SET_AT_CAN, CAN).is_ok());
    assert_eq!(card.modelled_delay(), Duration::from_millis(400), "success has cleared the count");
}

/// With the token compared first, power cut at the first page write would tell the right CAN from a wrong one for nothing.
#[test]
fn acc_03_a_try_is_counted_before_the_token_is_compared() {
    let passwords: [(&str, &[u8], &[u8]); 3] = [
        (pace::SET_AT_CAN, CAN, b"000000"),
        (pace::SET_AT_MRZ, &MRZ_KEY, &[0; 20]),
        (pace::SET_AT_PUK, PUK, b"0000000000"),
    ];
    for (set_at, right, wrong) in passwords {
        let mut card = issued_holding(&content_with_pin(), |_| {});
        for secret in [right, wrong, right] {
            card.cut_at_page_write(1);
            assert_eq!(pace::establish(&mut card, set_at, secret).err(), Some(NO_ANSWER), "{set_at}");
            card.reset().unwrap();
        }
        assert_eq!(card.modelled_delay(), Duration::ZERO, "{set_at}: nothing was compared");
        // The second write clears the count after success: until it is done the try is counted.
        card.cut_at_page_write(2);
        assert_eq!(pace::establish(&mut card, set_at, right).err(), Some(NO_ANSWER), "{set_at}");
        card.reset().unwrap();
        card.cut_at_page_write(2);
        assert_eq!(pace::establish(&mut card, set_at, wrong).err(), Some(0x6300), "{set_at}: one write");
        card.clear_faults();
        assert_eq!(card.modelled_delay(), Duration::from_millis(100), "{set_at}");
        // What cannot be a token costs nothing.
        assert!(pace::establish(&mut card, set_at, right).is_ok());
        assert!(pace::establish(&mut card, set_at, right).is_ok());
        assert_eq!(card.modelled_delay(), Duration::from_millis(300), "{set_at}");
    }
}

/// What begins under secure messaging does not go on in plain, nor the other way round.
#[test]
fn chip_09_a_chain_does_not_outlive_its_session() {
    let mut card = issued();
    let (header, object) = ([0x00, 0xB1, 0x00, 0x1C], hex("540100"));
    let mut sm = opened(&mut card);
    assert_eq!(sm.send(&mut card, [0, 0xA4, 0, 0x0C], &[0x3F, 0], None).1, 0x9000);
    assert_eq!(sm.send(&mut card, [0x10, 0xB1, 0x00, 0x1C], &object[..1], None).1, 0x9000);
    assert_eq!(sm.send(&mut card, header, &object[1..], Some(&[0])).1, 0x9000, "a whole one");
    assert_eq!(sm.send(&mut card, [0x10, 0xB1, 0x00, 0x1C], &object[..1], None).1, 0x9000);
    assert_eq!(status(&mut card, "00B1001C02 0100 00"), 0x6883);
    assert_eq!(status(&mut card, "00B1001C03 540100 00"), 0x9000, "in plain, from its beginning");
    // Broken messaging between.
    let mut sm = opened(&mut card);
    assert_eq!(sm.send(&mut card, [0, 0xA4, 0, 0x0C], &[0x3F, 0], None).1, 0x9000);
    assert_eq!(sm.send(&mut card, [0x10, 0xB1, 0x00, 0x1C], &object[..1], None).1, 0x9000);
    assert_eq!(status(&mut card, "0CB1001C 0D970100 8E080000000000000000 00"), 0x6988);
    assert_eq!(status(&mut card, "00B1001C02 0100 00"), 0x6883);
}

#[test]
fn acc_05_access_outlives_select() {
    let mut card = issued();
    let mut sm = opened(&mut card);
    assert_eq!(sm.send(&mut card, [0, 0xA4, 0, 0x0C], &[0x3F, 0], None).1, 0x9000);
    assert_eq!(sm.read(&mut card, 0x1C).unwrap(), file(0x2F1C));
    assert_eq!(sm.send(&mut card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
    assert_eq!(sm.read(&mut card, 0x01).unwrap(), file(0x0101));
    // SELECT of the card manager under secure messaging is answered under it, and ends it.
    assert_eq!(sm.send(&mut card, [0, 0xA4, 4, 0x0C], &hex("A000000151000000"), None), (vec![], 0x9000));
    assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
    let command = sm.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
    assert_eq!(raw(&mut card, &command).1, 0x6988);
}

#[test]
fn acc_06_acc_10_plain_and_wrong_commands_end_the_session() {
    let ends: [(&str, u16); 11] = [
        ("00A4000C", 0x9000),
        ("0084000008", 0x9000),
        ("80CA9F7F00", 0x6E00),
        ("FFB0810000", 0x6E00),
        ("01B0810000", 0x6881),
        ("4CB0810000", 0x6881),
        ("00B0", 0x6700),
        ("0CB0810005AA", 0x6700),
        ("0CB08100 00", 0x6987),
        ("0CB08100 03970100 00", 0x6987),
        ("0CB08100 0D970100 8E080000000000000000 00", 0x6988),
    ];
    for (command, expected) in ends {
        let mut card = issued();
        let mut sm = opened(&mut card);
        assert_eq!(sm.send(&mut card, [0, 0xB0, 0x81, 0], &[], Some(&[1])).1, 0x9000);
        assert_eq!(send(&mut card, command).1, expected, "{command}");
        let next = sm.wrap([0, 0xB0, 0x81, 0], &[], Some(&[1]), false);
        assert_eq!(send(&mut card, &hex::encode(next)), (vec![], 0x6988), "{command}");
        assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
        assert_eq!(status(&mut card, "00B0810000"), 0x6982, "{command}");
    }
}

/// The send sequence counter of the next command is right, its session is gone all the same.
#[test]
fn acc_06_a_wrong_checksum_ends_the_session() {
    let mut card = issued();
    let mut sm = opened(&mut card);
    let mut wrong = sm.wrap([0, 0xB0, 0x81, 0], &[], Some(&[1]), false);
    let checksum = wrong.len() - 2;
    wrong[checksum] ^= 1;
    assert_eq!(raw(&mut card, &wrong), (vec![], 0x6988));
    let next = sm.wrap([0, 0xB0, 0x81, 0], &[], Some(&[1]), false);
    assert_eq!(raw(&mut card, &next), (vec![], 0x6988));
    // An object that is missing too.
    let mut sm = opened(&mut card);
    let wrong = sm.wrap([0, 0xB0, 0x81, 0], &[], Some(&[1]), false);
    assert_eq!(wrong[4..8], [13, 0x97, 1, 1]);
    assert_eq!(raw(&mut card, &[&wrong[..4], &[3, 0x97, 1, 1, 0]].concat()), (vec![], 0x6987));
    let next = sm.wrap([0, 0xB0, 0x81, 0], &[], Some(&[1]), false);
    assert_eq!(raw(&mut card, &next), (vec![], 0x6988));
}

/// Broken secure messaging ends a run of PACE inside it, too.
#[test]
fn acc_06_a_run_ends_with_the_session_it_runs_in() {
    let mut card = issued();
    let mapping = format!("1086000045 7C43 8141 {GENERATOR}00");
    for (between, answer) in [("0CB08100 0D970100 8E080000000000000000 00", 0x6988), ("0CB08100 00", 0x6987)]
    {
        let mut sm = opened(&mut card);
        assert_eq!(sm.send(&mut card, [0, 0x22, 0xC1, 0xA4], &hex(pace::SET_AT_CAN)[5..], None).1, 0x9000);
        assert_eq!(sm.send(&mut card, [0x10, 0x86, 0, 0], &hex("7C00"), Some(&[0])).1, 0x9000);
        assert_eq!(status(&mut card, between), answer);
        assert_eq!(status(&mut card, &mapping), 0x6985, "{between}");
    }
}

#[test]
fn acc_07_errors_are_protected() {
    let mut card = issued();
    let mut sm = opened(&mut card);
    for (header, expected) in [
        ([0, 0xB0, 0x83, 0], 0x6A82),
        ([0, 0x20, 0, 1], 0x6D00),
        ([0, 0xB0, 0xC0, 0], 0x6A86),
        ([0, 0xB0, 0x81, 0xFF], 0x6B00),
    ] {
        assert_eq!(sm.send(&mut card, header, &[], Some(&[0])), (vec![], expected));
    }
    assert_eq!(sm.read(&mut card, 0x01).unwrap(), file(0x0101));
}

#[test]
fn acc_08_pace_again() {
    let mut card = issued();
    let mut old = opened(&mut card);
    let mut new = pace::establish(&mut card, pace::SET_AT_MRZ, &MRZ_KEY).unwrap();
    let stale = old.wrap([0, 0xB0, 0x81, 0], &[], Some(&[0]), false);
    assert_eq!(new.send(&mut card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
    assert_eq!(new.read(&mut card, 1).unwrap(), file(0x0101));
    assert_eq!(raw(&mut card, &stale).1, 0x6988);
    // Within secure messaging: the last answer comes under the old keys, the next command under the new ones.
    let mut card = issued();
    let mut old = opened(&mut card);
    let mut new = pace::establish_within(&mut card, &mut old, pace::SET_AT_MRZ, &MRZ_KEY).unwrap();
    assert_eq!(new.read(&mut card, 1).unwrap(), file(0x0101));
}

#[test]
fn acc_09_get_challenge() {
    let mut card = issued();
    let (first, status_word) = send(&mut card, "0084000008");
    let (second, _) = send(&mut card, "0084000008");
    assert_eq!((first.len(), status_word), (8, 0x9000));
    assert_ne!(first, second);
    assert_eq!(status(&mut card, "0084000010"), 0x6700);
    assert_eq!(status(&mut card, "0084000000"), 0x6700);
    assert_eq!(status(&mut card, "0084010008"), 0x6A86);
}
