//! Chapter 9 of the contract on an issued card: CHAT, Terminal Authentication 2, Chip Authentication 2.
#![allow(missing_docs, clippy::unwrap_used)]

mod host;

use chipwright_emulator::{Card, seeded_rng};
use chipwright_iso7816::Transport;
use host::cv::{CVCA, DOMESTIC, FOREIGN, Holder, TERMINAL, holder, parts};
use host::terminal::*;
use host::*;

fn chain() -> Vec<Vec<u8>> {
    vec![verifier().issued_by(&cvca()), terminal().issued_by(&verifier())]
}

fn names(inside: &Inside) -> [Option<String>; 2] {
    inside.authorities.clone().map(|name| name.map(|bytes| String::from_utf8(bytes).unwrap()))
}

#[test]
fn ta_01_pace_announces_the_trust_point() {
    let RecordsCard { mut card, .. } = issued_with_records();
    for (set_at, secret) in [(pace::SET_AT_CAN, CAN), (pace::SET_AT_PIN, PIN)] {
        let inside = Inside::open(&mut card, set_at, secret, EVERYTHING).unwrap();
        assert_eq!(names(&inside), [Some("VNCVCA00001".to_owned()), None]);
    }
    assert!(pace::open(&mut card, pace::SET_AT_CAN, CAN).unwrap().objects.is_empty(), "nobody asked");
    // The MRZ is for inspection systems (TR-03110-2, 2.3): it gets round neither the PIN nor *CAN allowed*.
    for chat in [EVERYTHING, [0; 5]] {
        assert_eq!(Inside::open(&mut card, pace::SET_AT_MRZ, &MRZ_KEY, chat).err(), Some(0x6A80));
    }
    assert!(pace::establish(&mut card, pace::SET_AT_MRZ, &MRZ_KEY).is_ok());
    // Terminal types and forms that the card does not know.
    for chat in [
        "7F4C0E060904007F0007030102015301C3",
        "7F4C0E060904007F00070301020253010F",
        "7F4C12060904007F0007030102035305FFFFFFFFFF",
        "7F4C00",
    ] {
        let data = format!("800A04007F00070202040202830102{chat}");
        assert_eq!(status(&mut card, &format!("0022C1A4{:02X}{data}", data.len() / 2)), 0x6A80, "{chat}");
    }
    // A card without 8020 (ACC-11).
    let asked = Inside::open(&mut issued(), pace::SET_AT_CAN, CAN, EVERYTHING);
    assert_eq!(asked.err(), Some(0x6A80));
}

#[test]
fn ta_02_only_after_pace_with_a_template() {
    let RecordsCard { mut card, .. } = issued_with_records();
    let dst = "002281B60D830B564E4356434130303030 31";
    let external = format!("0082000040{}", "00".repeat(64));
    for command in [dst, "002A00BE027F4E", "0082000000", &external] {
        assert_eq!(status(&mut card, command), 0x6982, "{command}");
    }
    let set_at = Inside::set_at_data("VNTERM00001");
    assert_eq!(status(&mut card, &format!("002281A4{:02X}{}", set_at.len(), hex::encode(&set_at))), 0x6982);
    let mut sm = pace::establish(&mut card, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(sm.send(&mut card, [0, 0x22, 0x81, 0xB6], b"\x83\x0BVNCVCA00001", None).1, 0x6982);
    assert_eq!(sm.send(&mut card, [0, 0x2A, 0, 0xBE], &parts(&chain()[0])[..200], None).1, 0x6982);
    assert_eq!(sm.send(&mut card, [0, 0x22, 0x81, 0xA4], &set_at, None).1, 0x6982);
    assert_eq!(sm.send(&mut card, [0, 0x82, 0, 0], &[0; 64], None).1, 0x6982);
    // A new PACE without a template takes the run away, one in plain too.
    let mut inside = Inside::by_can(&mut card);
    assert_eq!(inside.present(&mut card, &chain()[0]), 0x9000);
    let mut sm = pace::establish_within(&mut card, &mut inside.sm, pace::SET_AT_CAN, CAN).unwrap();
    assert_eq!(sm.send(&mut card, [0, 0x22, 0x81, 0xB6], b"\x83\x0BVNCVCA00001", None).1, 0x6982);
}

#[test]
fn ta_02_certificates() {
    let RecordsCard { mut card, .. } = issued_with_records();
    let mut inside = Inside::by_can(&mut card);
    let [dv, at] = <[Vec<u8>; 2]>::try_from(chain()).unwrap();
    assert_eq!(inside.pso(&mut card, &dv), 0x6985, "no MSE:Set DST");
    assert_eq!(inside.set_dst(&mut card, b"VNCVCA00009"), 0x6A88);
    assert_eq!(inside.set_dst(&mut card, b"VNDV00001"), 0x6A88, "not verified yet");
    assert_eq!(inside.set_dst(&mut card, b""), 0x6A80);
    assert_eq!(inside.set_dst(&mut card, b"VNCVCA00001"), 0x9000);
    assert_eq!(inside.pso(&mut card, &at), 0x6300, "of another authority");
    assert_eq!(inside.pso_data(&mut card, &parts(&dv)[1..]), 0x6A80);
    assert_eq!(inside.pso_data(&mut card, &dv), 0x6A80, "with its outer tag");
    let mut forged = dv.clone();
    *forged.last_mut().unwrap() ^= 1;
    assert_eq!(inside.pso(&mut card, &forged), 0x6300);
    assert_eq!(inside.set_at(&mut card, "VNTERM00001"), 0x6A88);
    assert_eq!(inside.pso(&mut card, &dv), 0x9000);
    assert_eq!(inside.present(&mut card, &at), 0x9000);
    let old = Holder { effective: [2, 5, 0, 1, 0, 1], expiration: [2, 5, 1, 2, 3, 1], ..verifier() };
    assert_eq!(inside.present(&mut card, &old.issued_by(&cvca())), 0x6300, "expired");
    let inspection = Holder { terminal_type: hex("04007F000703010201"), ..verifier() };
    assert_eq!(inside.present(&mut card, &inspection.issued_by(&cvca())), 0x6300);
    assert_eq!(inside.present(&mut card, &holder("VNDV00002", FOREIGN, 5).issued_by(&verifier())), 0x6300);
    // A chain of commands carries what is too long for one.
    let mut inside = Inside::by_can(&mut card);
    assert_eq!(inside.set_dst(&mut card, b"VNCVCA00001"), 0x9000);
    let data = parts(&dv);
    let (first, second) = data.split_at(100);
    assert_eq!(inside.sm.send(&mut card, [0x10, 0x2A, 0, 0xBE], first, None).1, 0x9000);
    assert_eq!(inside.sm.send(&mut card, [0, 0x2A, 0, 0xBE], second, None).1, 0x9000);
    assert_eq!(inside.set_dst(&mut card, b"VNDV00001"), 0x9000);
    assert_eq!(inside.sm.send(&mut card, [0, 0x2A, 0, 0xBF], second, None).1, 0x6A86);
    assert_eq!(inside.sm.send(&mut card, [0, 0x22, 0x81, 0xB7], b"\x83\x01A", None).1, 0x6A86);
}

#[test]
fn ta_03_ta_04_the_date_and_the_trust_point_are_kept() {
    let RecordsCard { mut card, .. } = issued_with_records();
    // A terminal of a domestic verifier raises the date: what expires before is refused in later sessions.
    let today = Holder { effective: [2, 6, 0, 5, 0, 1], ..terminal() };
    let mut inside = Inside::by_can(&mut card);
    assert_eq!(inside.present(&mut card, &verifier().issued_by(&cvca())), 0x9000);
    assert_eq!(inside.present(&mut card, &today.issued_by(&verifier())), 0x9000);
    let mut card = Card::load(&card.save(), seeded_rng(9)).unwrap();
    let until = |expiration| Holder { expiration, ..verifier() }.issued_by(&cvca());
    let mut inside = Inside::by_can(&mut card);
    assert_eq!(inside.present(&mut card, &until([2, 6, 0, 4, 3, 0])), 0x6300);
    assert_eq!(inside.present(&mut card, &until([2, 6, 0, 5, 0, 1])), 0x9000);
    // A verifier marked foreign does not raise it by its terminals.
    let foreign = holder("XXDV00001", FOREIGN, 5);
    let later = Holder { effective: [2, 6, 1, 1, 0, 1], ..terminal() };
    assert_eq!(inside.present(&mut card, &foreign.issued_by(&cvca())), 0x9000);
    assert_eq!(inside.present(&mut card, &later.issued_by(&foreign)), 0x9000);
    assert_eq!(inside.present(&mut card, &until([2, 6, 0, 5, 0, 1])), 0x9000);
    // The link rolls the trust point; both are announced, and the former leads on too.
    let next = Holder {
        effective: [2, 6, 0, 6, 0, 1],
        expiration: [3, 0, 0, 1, 0, 1],
        ..holder("VNCVCA00002", CVCA, 6)
    };
    let link = next.issued_by(&cvca());
    let writes = card.page_writes();
    assert_eq!(inside.present(&mut card, &link), 0x9000);
    assert!(card.page_writes() > writes);
    assert_eq!(inside.present(&mut card, &verifier().issued_by(&next)), 0x9000, "in the same session");
    let mut card = Card::load(&card.save(), seeded_rng(9)).unwrap();
    let mut inside = Inside::by_can(&mut card);
    assert_eq!(names(&inside), [Some("VNCVCA00002".to_owned()), Some("VNCVCA00001".to_owned())]);
    for issuer in [cvca(), next.clone()] {
        assert_eq!(inside.present(&mut card, &verifier().issued_by(&issuer)), 0x9000);
    }
    let writes = card.page_writes();
    assert_eq!(inside.present(&mut card, &link), 0x9000, "again");
    let astray = holder("VNCVCA00003", CVCA, 7);
    assert_eq!(inside.present(&mut card, &astray.issued_by(&cvca())), 0x6300, "a link under the former one");
    assert_eq!(card.page_writes(), writes);
    // The former one expires by the date of a later certificate.
    let late = Holder { effective: [2, 8, 0, 2, 0, 1], expiration: [2, 9, 0, 1, 0, 1], ..verifier() };
    assert_eq!(inside.present(&mut card, &late.issued_by(&next)), 0x9000);
    assert_eq!(inside.set_dst(&mut card, b"VNCVCA00001"), 0x6A88);
    let inside = Inside::by_can(&mut card);
    assert_eq!(names(&inside), [Some("VNCVCA00002".to_owned()), None]);
}

#[test]
fn ta_05_external_authenticate() {
    let RecordsCard { mut card, .. } = issued_with_records();
    let ready = |card: &mut Card| {
        let mut inside = Inside::by_can(card);
        for certificate in chain() {
            assert_eq!(inside.present(card, &certificate), 0x9000);
        }
        inside
    };
    let mut inside = ready(&mut card);
    assert_eq!(inside.external_authenticate(&mut card, 3, &[0; 8]), 0x6985, "no MSE:Set AT");
    for (data, expected) in [
        (Inside::set_at_data("VNTERM00002"), 0x6A88),
        (Inside::set_at_data("VNDV00001"), 0x6A88),
        (Inside::set_at_data("VNTERM00001")[12..].to_vec(), 0x6A80),
        ([Inside::set_at_data("VNTERM00001"), hex("6700")].concat(), 0x6A80),
    ] {
        assert_eq!(inside.sm.send(&mut card, [0, 0x22, 0x81, 0xA4], &data, None).1, expected);
    }
    assert_eq!(inside.set_at(&mut card, "VNTERM00001"), 0x9000);
    assert_eq!(inside.external_authenticate(&mut card, 3, &[0; 8]), 0x6985, "no challenge");
    assert_eq!(inside.set_at(&mut card, "VNTERM00001"), 0x9000);
    let old = inside.challenge(&mut card).unwrap();
    let challenge = inside.challenge(&mut card).unwrap();
    assert_ne!(old, challenge);
    assert_eq!(inside.external_authenticate(&mut card, 3, &old), 0x6300, "a challenge that was replaced");
    assert_eq!(inside.external_authenticate(&mut card, 3, &challenge), 0x6985, "it served once");
    assert_eq!(inside.set_at(&mut card, "VNTERM00001"), 0x6A88, "from the first certificate on");
    assert_eq!(inside.set_dst(&mut card, b"VNDV00001"), 0x6A88);
    assert_eq!(inside.authenticate(&mut card, &chain(), &terminal()), Ok(()));
    assert_eq!(inside.set_dst(&mut card, b"VNCVCA00001"), 0x6985, "once a session");
    // The key of the verifier; a signature of another session; one over another ephemeral key.
    let mut inside = ready(&mut card);
    assert_eq!(inside.set_at(&mut card, "VNTERM00001"), 0x9000);
    let challenge = inside.challenge(&mut card).unwrap();
    assert_eq!(inside.external_authenticate(&mut card, 2, &challenge), 0x6300);
    let mut other = ready(&mut card);
    other.card_key = inside.card_key;
    assert_eq!(other.set_at(&mut card, "VNTERM00001"), 0x9000);
    let challenge = other.challenge(&mut card).unwrap();
    assert_eq!(other.external_authenticate(&mut card, 3, &challenge), 0x6300);
    let mut inside = ready(&mut card);
    assert_eq!(inside.set_at(&mut card, "VNTERM00001"), 0x9000);
    let challenge = inside.challenge(&mut card).unwrap();
    let signed = cv::sign(3, &[&inside.card_key[..], &challenge, &[0x77; 32]].concat());
    assert_eq!(inside.sm.send(&mut card, [0, 0x82, 0, 0], &signed, None).1, 0x6300);
}

#[test]
fn ta_08_chip_authentication_2() {
    let mut issued = issued_with_records();
    let (card, chip_key) = (&mut issued.card, issued.chip_key.clone());
    let mut inside = Inside::by_can(card);
    assert_eq!(inside.set_chip_authentication(card, 0x04), 0x6985, "before Terminal Authentication");
    assert_eq!(
        inside.set_chip_authentication(card, 0x02),
        0x6985,
        "version 1 is not for this session (CA-04)"
    );
    inside.authenticate(card, &chain(), &terminal()).unwrap();
    assert_eq!(inside.set_chip_authentication(card, 0x02), 0x6985);
    assert_eq!(inside.set_chip_authentication(card, 0x03), 0x6A88);
    let own = cv::public_point(0x65);
    assert_eq!(inside.agree(card, &own).1, 0x6985, "no MSE:Set AT");
    assert_eq!(inside.set_chip_authentication(card, 0x04), 0x9000);
    assert_eq!(inside.agree(card, &cv::public_point(0x66)).1, 0x6300, "not the key of TA-05");
    assert_eq!(inside.agree(card, &own).1, 0x6985, "anew with MSE:Set AT");
    assert_eq!(inside.set_chip_authentication(card, 0x04), 0x9000);
    let mut off_curve = own.clone();
    off_curve[64] ^= 1;
    assert_eq!(inside.agree(card, &off_curve).1, 0x6A80);
    // EF.CardSecurity is readable (TA-09), the records not yet.
    assert_eq!(inside.sm.send(card, [0, 0xA4, 0, 0x0C], &[0x3F, 0], None).1, 0x9000);
    assert!(inside.sm.read(card, 0x1D).is_ok_and(|file| file.len() == 900));
    assert_eq!(inside.information(card), Err(0x6982));
    inside.authenticate_chip(card, &chip_key).unwrap();
    assert_eq!(inside.select_records(card), 0x9000);
    assert_eq!(inside.read_record(card, 0x01, 1), (record(0x21, 120), 0x9000));
    assert_eq!(inside.set_chip_authentication(card, 0x04), 0x6985, "it is done");
    assert_eq!(inside.set_dst(card, b"VNCVCA00001"), 0x6985);
}

#[test]
fn ta_08_the_old_keys_are_worth_nothing() {
    let mut issued = issued_with_records();
    let mut inside = Inside::by_can(&mut issued.card);
    inside.authenticate(&mut issued.card, &chain(), &terminal()).unwrap();
    assert_eq!(inside.set_chip_authentication(&mut issued.card, 0x04), 0x9000);
    assert_eq!(inside.agree(&mut issued.card, &cv::public_point(0x65)).1, 0x9000);
    let stale = inside.sm.wrap([0, 0xA4, 4, 0x0C], &hex(RECORDS), None, false);
    assert_eq!(raw(&mut issued.card, &stale), (vec![], 0x6988));
    // Against another key than the chip's the token is wrong.
    let wrong = cv::public_point(0x44);
    let mut inside = Inside::by_can(&mut issued.card);
    inside.authenticate(&mut issued.card, &chain(), &terminal()).unwrap();
    assert_eq!(inside.authenticate_chip(&mut issued.card, &wrong), Err(NOT_PROVEN));
}

#[test]
fn ta_10_rights_end_with_the_session() {
    let mut issued = issued_with_records();
    for end in 0..5 {
        let mut inside = whole_procedure(&mut issued, &verifier(), &terminal()).unwrap();
        let card = &mut issued.card;
        assert_eq!(inside.read_record(card, 0x01, 1).1, 0x9000);
        match end {
            0 => {
                card.reset().unwrap();
            }
            1 => assert_eq!(status(card, "0084000008"), 0x9000, "in plain"),
            2 => assert_eq!(status(card, "0CB2010C0D970100 8E080000000000000000 00"), 0x6988),
            3 => inside.sm = pace::establish(card, pace::SET_AT_CAN, CAN).unwrap(),
            _ => {
                let sm = pace::establish_within(card, &mut inside.sm, pace::SET_AT_CAN, CAN);
                inside.sm = sm.unwrap();
            }
        }
        if end >= 3 {
            assert_eq!(inside.select_records(card), 0x9000);
            assert_eq!(inside.read_record(card, 0x01, 1), (vec![], 0x6982));
        } else {
            assert_eq!(status(card, &format!("00A4040C07{RECORDS}")), 0x9000);
            assert_eq!(status(card, "00B2010C00"), 0x6982);
        }
    }
    // SELECT of another application of the instance does not end them.
    let mut inside = whole_procedure(&mut issued, &verifier(), &terminal()).unwrap();
    assert_eq!(inside.sm.send(&mut issued.card, [0, 0xA4, 4, 0x0C], &hex(INSTANCE), None).1, 0x9000);
    assert_eq!(inside.read_record(&mut issued.card, 0x01, 1).1, 0x6982, "not the current DF");
    assert_eq!(inside.select_records(&mut issued.card), 0x9000);
    assert_eq!(inside.read_record(&mut issued.card, 0x01, 1).1, 0x9000);
}

#[test]
fn ta_06_ta_07_rights_on_the_card() {
    let readable = |issued: &mut RecordsCard, dv: &Holder, at: &Holder| {
        let mut inside = whole_procedure(issued, dv, at).unwrap();
        let files = inside.information(&mut issued.card).map_or_else(|_| Vec::new(), |(_, files)| files);
        for sfi in 1..=8 {
            let fid = if sfi == 8 { 0x0200 } else { 0x0200 | u16::from(sfi) };
            let known = files.iter().find(|(known, _)| *known == fid);
            let expected = match known {
                None => 0x6982,
                Some((_, 0)) => 0x6A83,
                Some(_) => 0x9000,
            };
            assert_eq!(inside.read_record(&mut issued.card, sfi, 1).1, expected, "{fid:04X}");
        }
        files.into_iter().map(|(fid, _)| fid).collect::<Vec<_>>()
    };
    let mut issued = issued_with_records();
    assert_eq!(readable(&mut issued, &verifier(), &terminal()).len(), 8);
    let template = |bits| Holder { template: bits, ..terminal() };
    assert_eq!(
        readable(&mut issued, &verifier(), &template([0, 0, 0, 0x05, 0x10])),
        [0x0200, 0x0201, 0x0203]
    );
    assert!(
        readable(&mut issued, &verifier(), &template([0, 0, 0, 0x05, 0x00])).is_empty(),
        "CAN allowed is not left"
    );
    let narrow = Holder { file_rights: Some([0, 0x04, 0, 0x04]), ..terminal() };
    assert_eq!(readable(&mut issued, &verifier(), &narrow), [0x0202]);
    // With the PIN the bit is not needed.
    let mut inside = Inside::open(&mut issued.card, pace::SET_AT_PIN, PIN, [0, 0, 0, 0x01, 0]).unwrap();
    inside.authenticate(&mut issued.card, &chain(), &terminal()).unwrap();
    inside.authenticate_chip(&mut issued.card, &issued.chip_key).unwrap();
    assert_eq!(inside.information(&mut issued.card).unwrap().1, [(0x0200, 1), (0x0201, 1)]);
}

#[test]
fn ta_01_with_chip_authentication_mapping() {
    let mut issued = issued_with_records_and(&[chip_keys::MAPPING], |_| {});
    let card = &mut issued.card;
    let mut inside = Inside::open(card, pace::SET_AT_CAM, CAN, EVERYTHING).unwrap();
    assert_eq!(names(&inside), [Some("VNCVCA00001".to_owned()), None]);
    inside.authenticate(card, &chain(), &terminal()).unwrap();
    inside.authenticate_chip(card, &issued.chip_key).unwrap();
    assert_eq!(inside.select_records(card), 0x9000);
    assert_eq!(inside.read_record(card, 0x01, 1), (record(0x21, 120), 0x9000));
}

#[test]
fn pin_06_a_terminal_may_manage_the_pin() {
    let mut issued = issued_with_records();
    let reset = |inside: &mut Inside, card: &mut Card, p1: u8, pin: &[u8]| {
        inside.sm.send(card, [0, 0x2C, p1, 0x03], pin, None).1
    };
    let without = Holder { template: [0x3E, 0, 0, 0x7F, 0x10], ..terminal() };
    let mut inside = whole_procedure(&mut issued, &verifier(), &without).unwrap();
    assert_eq!(reset(&mut inside, &mut issued.card, 2, b"135790"), 0x6982);
    assert_eq!(reset(&mut inside, &mut issued.card, 3, b""), 0x6982);
    // Blocked, then unblocked and set anew; not before Chip Authentication 2.
    for left in [2, 1] {
        let wrong = pace::establish(&mut issued.card, pace::SET_AT_PIN, b"000000");
        assert_eq!(wrong.err(), Some(0x63C0 | left));
    }
    let mut inside = Inside::by_can(&mut issued.card);
    inside.authenticate(&mut issued.card, &chain(), &terminal()).unwrap();
    assert_eq!(reset(&mut inside, &mut issued.card, 3, b""), 0x6982);
    inside.authenticate_chip(&mut issued.card, &issued.chip_key).unwrap();
    assert_eq!(reset(&mut inside, &mut issued.card, 3, b""), 0x9000);
    assert_eq!(reset(&mut inside, &mut issued.card, 2, b"13579"), 0x6A80);
    assert_eq!(reset(&mut inside, &mut issued.card, 2, b"135790"), 0x9000);
    // By the PIN the bit CAN allowed is not needed; by the PUK nothing is granted (PIN-08).
    let chat = [0, 0, 0, 0x01, 0];
    let mut inside = Inside::open(&mut issued.card, pace::SET_AT_PIN, b"135790", chat).unwrap();
    inside.authenticate(&mut issued.card, &chain(), &terminal()).unwrap();
    inside.authenticate_chip(&mut issued.card, &issued.chip_key).unwrap();
    assert_eq!(inside.information(&mut issued.card).unwrap().1, [(0x0200, 1), (0x0201, 1)]);
    let mut inside = Inside::open(&mut issued.card, pace::SET_AT_PUK, PUK, EVERYTHING).unwrap();
    assert_eq!(inside.set_dst(&mut issued.card, b"VNCVCA00001"), 0x6982);
    assert_eq!(inside.set_chip_authentication(&mut issued.card, 0x04), 0x6982);
}

#[test]
fn a_verifier_of_the_other_kind_reads_too() {
    let mut issued = issued_with_records();
    let foreign = holder("XXDV00001", FOREIGN, 5);
    let at = holder("XXTERM00001", TERMINAL, 6);
    assert!(whole_procedure(&mut issued, &foreign, &at).is_ok());
    let domestic = holder("VNDV00007", DOMESTIC, 5);
    assert!(whole_procedure(&mut issued, &domestic, &at).is_ok());
}
