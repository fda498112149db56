//! What a recording must not hold: whole personalisations and verifications, and every command by itself.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "figures are printed")]

#[path = "trace/leaks.rs"]
mod leaks;
#[path = "trace/session.rs"]
mod session;

use chipwright_channel::scp03::{self, HostChallenge, SecurityLevel, SoftKeys};
use chipwright_iso7816::{Command, Exchanger, Ins, LengthMode, Transport};
use chipwright_reader::trace::{Redaction, Sort};
use chipwright_verify::Verdict;
use leaks::Wanted;
use session::{Case, Script, last, record, recorder};
use std::path::Path;

/// Beginnings of object identifiers that certificates and card data share.
const OBJECT_IDENTIFIER: &[u8] = &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86];

/// Everything confidential about this case.
fn confidential(case: &Case, with_identifiers: bool) -> Wanted {
    let mut wanted = Wanted::default();
    let member = chipwright_testkit::member(case.n);
    for (name, text) in [
        ("name", member.name().as_str()),
        ("member number", member.number().as_str()),
        ("citizen number", member.citizen_number().expose()),
        ("card number", case.allocation.card_number.as_str()),
        ("unit", member.unit().name()),
        ("place of birth", member.place_of_birth().unwrap().as_str()),
    ] {
        wanted.value(name, text.as_bytes());
    }
    wanted.value("CAN", case.can().as_bytes());
    wanted.value("salt", case.allocation.salt.expose());
    let plan = case.plan();
    for object in &plan.shared {
        wanted.public(object.value());
    }
    wanted.public(OBJECT_IDENTIFIER);
    for object in &plan.objects {
        wanted.value(&object.dgi.to_string(), object.value());
    }
    for first in [0x40u8, 0xA0, 0xB0, 0xC0] {
        wanted.value(&format!("key {first:02X}"), &(first..).take(16).collect::<Vec<u8>>());
    }
    if with_identifiers {
        wanted.value("chip identifier", &case.blank().chip_identifier()[2..]);
    }
    wanted
}

#[test]
fn a_whole_card_leaves_neither_person_nor_chip_nor_secret() {
    for (n, mode) in [(3, LengthMode::Short), (4, LengthMode::Extended), (5, LengthMode::Short)] {
        let case = Case::new(n);
        let mut card = case.blank();
        let (mut recorder, made) = recorder(&mut card, Redaction::default());
        case.personalise(&mut recorder, mode).unwrap();
        let commands = recorder.finish().unwrap();
        drop(recorder);
        let (mut recorder, read) = session::recorder(&mut card, Redaction::default());
        let report = case.verify(&mut recorder, mode, 7);
        assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
        let wanted = confidential(&case, true);
        assert_eq!(wanted.found_in(&made.bytes()), [""; 0], "personalisation of member {n}");
        assert_eq!(wanted.found_in(&read.bytes()), [""; 0], "verification of member {n}");
        assert!(commands > 30);
        println!(
            "member {n}: {commands} exchanges in {} bytes, {} bytes of reading",
            made.bytes().len(),
            read.bytes().len()
        );
    }
}

#[test]
fn with_identifiers_kept_there_is_still_neither_person_nor_secret() {
    let case = Case::new(6);
    let mut card = case.blank();
    let (mut recorder, made) = recorder(&mut card, Redaction::KeepIdentifiers);
    case.personalise(&mut recorder, LengthMode::Short).unwrap();
    assert_eq!(confidential(&case, false).found_in(&made.bytes()), [""; 0]);
    assert_eq!(confidential(&case, true).found_in(&made.bytes()), ["chip identifier"], "the search finds it");
}

/// The published transcripts hold every key and every file beside the exchanges.
#[test]
fn published_transcripts_leave_nothing_either() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors/transcripts");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "json") {
            continue;
        }
        let read =
            |path: &Path| serde_json::from_slice::<serde_json::Value>(&std::fs::read(path).unwrap()).unwrap();
        let file = read(&path);
        let of = file["card"].as_str().map_or_else(|| file.clone(), |card| read(&path.with_file_name(card)));
        let bytes = |value: &serde_json::Value| hex::decode(value.as_str().unwrap()).unwrap();
        let mut wanted = Wanted::default();
        for key in
            ["chip_identifier", "transport_enc", "issuer_enc", "issuer_mac", "issuer_dek", "master_enc"]
        {
            wanted.value(key, &bytes(&of[key]));
        }
        for object in of["objects"].as_array().unwrap() {
            let value = bytes(&object["value"]);
            if object["dgi"].as_str().unwrap().starts_with("2f") {
                wanted.public(&value);
            } else {
                wanted.value(object["name"].as_str().unwrap(), &value);
            }
        }
        wanted.public(OBJECT_IDENTIFIER);
        let exchanges = file["exchanges"].as_array().unwrap();
        let said: Vec<&serde_json::Value> = exchanges.iter().filter(|it| !it["command"].is_null()).collect();
        let script = Script::of(said.iter().map(|it| bytes(&it["response"])).collect());
        let (mut recorder, sink) = recorder(script, Redaction::default());
        for exchange in said {
            recorder.transmit(&bytes(&exchange["command"])).unwrap();
        }
        recorder.finish().unwrap();
        assert_eq!(wanted.found_in(&sink.bytes()), [""; 0], "{}", path.display());
        seen += 1;
    }
    assert!(seen >= 8, "{seen}");
}

/// At level 01 the data of STORE DATA travels in clear, at 00 without any protection.
#[test]
fn no_security_level_of_scp03_lets_data_through() {
    let secret = b"Nguyen Thi Anh Tuyet, CAN 123456, DG1 content";
    let mut wanted = Wanted::default();
    wanted.value("stored", secret);
    for level in SecurityLevel::ALL {
        let mut blank = chipwright_testkit::blank(9);
        let mut wire = Wire { card: &mut blank, heard: Vec::new() };
        let (mut recorder, sink) = recorder(&mut wire, Redaction::KeepIdentifiers);
        let development: Vec<u8> = (0x40..0x50).collect();
        let keys = SoftKeys::new(0x01, &development, &development, &development).unwrap();
        let mut card = Exchanger::new(&mut recorder, LengthMode::Short);
        card.reset().unwrap();
        let session = scp03::open(&mut card, &keys, level, HostChallenge::S8([7; 8]), None).unwrap();
        let store = Command::new(0x80, Ins::STORE_DATA, 0x88, 0x00).with_data(secret.as_slice()).sensitive();
        let (_, response) = session.transmit(&mut card, &store).unwrap();
        println!("level {:02X}: the card manager answers {}", level.value(), response.status);
        drop(recorder);
        let in_clear = wire.heard.windows(secret.len()).any(|window| window == secret);
        assert_eq!(in_clear, !level.has_c_decryption(), "on the wire at level {:02X}", level.value());
        assert_eq!(wanted.found_in(&sink.bytes()), [""; 0], "in the file at level {:02X}", level.value());
        let stored = sink.recording().steps.len();
        assert_eq!(stored, 4);
    }
}

/// Keeps what passes.
struct Wire<'a> {
    card: &'a mut chipwright_emulator::Card,
    heard: Vec<u8>,
}

impl Transport for Wire<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, chipwright_iso7816::TransportError> {
        self.heard.extend_from_slice(command);
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<chipwright_iso7816::Atr, chipwright_iso7816::TransportError> {
        self.card.reset()
    }
}

fn redacted(exchanges: &[(&str, &str)]) -> (String, String) {
    last(&record(exchanges, Redaction::default()))
}

#[track_caller]
fn assert_redacted(exchanges: &[(&str, &str)], command: &str, response: &str) {
    let (sent, answered) = redacted(exchanges);
    assert_eq!((sent.as_str(), answered.as_str()), (command, response));
}

#[test]
fn passwords_are_secret() {
    assert_redacted(&[("0020000006 313233343536", "9000")], "0020000006 secret:pin:6", "9000");
    assert_redacted(&[("0024000008 3132333438373635", "63C2")], "0024000008 secret:pin:8", "63c2");
    assert_redacted(&[("002C000004 31323334", "9000")], "002c000004 secret:pin:4", "9000");
    assert_redacted(&[("80D8018103 010203", "9000")], "80d8018103 secret:key:3", "9000");
    assert_redacted(&[("80E2880003 010203", "9000")], "80e2880003 secret:store_data:3", "9000");
    assert_redacted(&[("FF82000006 313233343536", "9000")], "ff82000006 secret:to_the_reader:6", "9000");
    let extended = [("00200000 000006 313233343536", "9000")];
    assert_redacted(&extended, "00200000000006 secret:pin:6", "9000");
}

#[test]
fn what_tells_chips_apart_is_replaced() {
    assert_redacted(
        &[("80CA9F7F00", "9F7F03 010203 9000")],
        "80ca9f7f00",
        "9f7f03 identifier:production_data:3 9000",
    );
    assert_redacted(
        &[("80CA004500", "4502 0A0B 9000")],
        "80ca004500",
        "4502 identifier:card_image_number:2 9000",
    );
    assert_redacted(&[("80CA004500", "0A0B 9000")], "80ca004500", "unclassified:card_image_number:2 9000");
    assert_redacted(&[("FFCA000000", "04A1B2C3D4E5F6 9000")], "ffca000000", "identifier:uid:7 9000");
    assert_redacted(
        &[("0088000004 01020304 00", "AABBCCDD 9000")],
        "0088000004 secret:authentication:4 00",
        "secret:authentication:4 9000",
    );
    let (_, answer) = redacted(&[(
        "8050010008 1122334455667788 00",
        "00010203040506070809 010370 A1A2A3A4A5A6A7A8 B1B2B3B4B5B6B7B8 000001 9000",
    )]);
    assert_eq!(answer, "identifier:diversification_data:10 010370a1a2a3a4a5a6a7a8b1b2b3b4b5b6b7b80000019000");
    // of an unusual length: perhaps something else stands there
    let (_, answer) =
        redacted(&[("8050010008 1122334455667788 00", "00010203040506070809 010370 A1A2 9000")]);
    assert_eq!(answer, "unclassified:response:15 9000");
}

#[test]
fn files_read_in_plain_are_replaced_by_name() {
    assert_redacted(&[("00B0810000", "6103 5F1F41 9000")], "00b0810000", "6103 personal:dg1:3 9000");
    assert_redacted(&[("00B0820000", "4E677579 9000")], "00b0820000", "personal:dg2:4 9000");
    assert_redacted(&[("00B09D0000", "7702 3000 9000")], "00b09d0000", "7702 personal:sod:2 9000");
    let parts = [("00B0810000", "6103 5F1F41 9000"), ("00B0000500", "4142 9000")];
    assert_redacted(&parts, "00b0000500", "personal:dg1:2 9000");
    let selected = [("00A4020C02 0102", "9000"), ("00B0000000", "75820100 41 9000")];
    assert_redacted(&selected, "00b0000000", "75820100 personal:dg2:1 9000");
    assert_redacted(&[("00B0000000", "4E677579 9000")], "00b0000000", "personal:file:4 9000");
    assert_redacted(&[("00B2010400", "4E67 9000")], "00b2010400", "personal:record:2 9000");
    assert_redacted(&[("00CA5F2000", "4E67 9000")], "00ca5f2000", "personal:data_object:2 9000");
    assert_redacted(&[("00D6000002 4E67", "9000")], "00d6000002 personal:record:2", "9000");
}

#[test]
fn what_all_cards_share_is_kept() {
    assert_redacted(&[("00B09C0000", "31023000 9000")], "00b09c0000", "310230009000");
    // in two parts, the first cut within a length
    let parts = [("00B09C0000", "310A3081 9000"), ("00B0000400", "070604007F00070202 9000")];
    assert_redacted(&parts[..1], "00b09c0000", "310a30819000");
    let parts = [("00B09C0000", "310A3008 9000"), ("00B0000400", "060604007F000702 9000")];
    assert_redacted(&parts, "00b0000400", "060604007f0007029000");
    // under the same identifier another application keeps something else
    let parts = [("00B09C0000", "4E6775 9000"), ("00B0000300", "3100 9000")];
    assert_redacted(&parts, "00b0000300", "unclassified:file:2 9000");
    assert_redacted(&[("00B09C0000", "4E677579 9000")], "00b09c0000", "unclassified:file:4 9000");
    let info = [("00A4000C02 3F00", "9000"), ("00B0810000", "4703D401E0 4503313233 7F6604 02020400 9000")];
    assert_redacted(&info, "00b0810000", "4703d401e04503 unclassified:file:3 7f6604020204009000");
    assert_redacted(
        &[("00A4040007 A0000002471001 00", "6F0B 8407A0000002471001 8500 9000")],
        "00a4040007a000000247100100",
        "6f0b8407a000000247100185009000",
    );
    let name = [("00A4040000", "6F0C 840100 A507 5F20044E677579 9000")];
    assert_redacted(&name, "00a4040000", "6f0c840100a5075f2004 unclassified:file_control:4 9000");
    assert_redacted(&[("80CA006600", "66027300 9000")], "80ca006600", "660273009000");
    assert_redacted(&[("80CA006600", "4E6775 9000")], "80ca006600", "unclassified:response:3 9000");
}

const PACE: [(&str, &str); 5] = [
    ("0022C1A40F 800A04007F00070202040202 830102", "9000"),
    ("10860000027C00 00", "7C03800111 9000"),
    ("10860000057C0381010100", "7C03820101 9000"),
    ("10860000057C0383010100", "7C03840101 9000"),
    ("008600000C7C0A8508010203040506070800", "7C0A86080102030405060708 9000"),
];

#[test]
fn secure_messaging_is_kept_under_pace_only() {
    const READ: (&str, &str) =
        ("0CB0810011 870201AA 970100 8E081122334455667788 00", "870201BB 99029000 8E081122334455667788 9000");
    let whole = |before: &[(&'static str, &'static str)]| {
        let mut all = before.to_vec();
        all.push(READ);
        redacted(&all)
    };
    let (command, response) = whole(&PACE);
    assert!(!command.contains(':') && !response.contains(':'), "{command} {response}");
    for (why, before) in [
        ("nothing", &[][..]),
        ("PACE not finished", &PACE[..4]),
        ("PACE refused", &[&PACE[..4], &[("008600000C7C0A8508010203040506070800", "6300")]].concat()),
        ("another authentication since", &[&PACE[..], &[("0082000002 0102 00", "0304 9000")]].concat()),
    ] {
        let (command, response) = whole(before);
        assert_eq!(command, "0cb0810011 sealed:secure_messaging:17 00", "{why}");
        assert_eq!(response, "sealed:secure_messaging:18 9000", "{why}");
    }
}

#[test]
fn a_plain_answer_inside_secure_messaging_is_replaced() {
    let mut all = PACE.to_vec();
    all.push(("0CB081000D 970100 8E081122334455667788 00", "61035F1F41 9000"));
    assert_eq!(redacted(&all).1, "unclassified:not_protected:5 9000");
    all.pop();
    // a plain value is not a cryptogram
    all.push(("0CB081000D 970100 8E081122334455667788 00", "8103414243 99029000 8E081122334455667788 9000"));
    assert_eq!(redacted(&all).1, "unclassified:not_protected:19 9000");
    all.pop();
    // in two parts, the second of them in plain
    all.push(("0CB081000D 970100 8E081122334455667788 00", "870501AABB 6105"));
    assert_eq!(redacted(&all).1, "870501aabb6105");
    all.push(("00C0000005", "CCDD 99029000 9000"));
    assert_eq!(redacted(&all).1, "ccdd990290009000");
    all.pop();
    all.push(("00C0000005", "CCDD 4E6775 9000"));
    assert_eq!(redacted(&all).1, "unclassified:not_protected:5 9000");
}

#[test]
fn unknown_and_malformed_messages_are_replaced() {
    assert_redacted(
        &[("00FE000003 4E6775 00", "4142 9000")],
        "00fe000003 unclassified:unknown:3 00",
        "unclassified:unknown:2 9000",
    );
    assert_redacted(
        &[("00A40400 FF 4E67", "4142 9000")],
        "00a40400 unclassified:malformed:3",
        "unclassified:response:2 9000",
    );
    assert_redacted(&[("00A4", "6700")], "00a4", "6700");
    assert_redacted(&[("00B0810000", "4E")], "00b0810000", "unclassified:malformed:1");
    assert_redacted(
        &[("0086000003 7C014E 00", "7C03800111 9000")],
        "0086000003 secret:authentication:3 00",
        "secret:authentication:5 9000",
    );
}

#[test]
fn with_personal_data_kept_there_are_no_secrets() {
    let kept = |exchanges: &[(&str, &str)]| last(&record(exchanges, Redaction::PersonalData));
    assert_eq!(kept(&[("00B0810000", "61035F1F41 9000")]).1, "61035f1f419000");
    assert_eq!(kept(&[("80CA9F7F00", "9F7F03010203 9000")]).1, "9f7f030102039000");
    assert_eq!(kept(&[("0020000004 31323334", "9000")]).0, "0020000004 secret:pin:4");
    assert_eq!(kept(&[("84E2880004 31323334", "9000")]).0, "84e2880004 sealed:scp03:4");
    assert_eq!(kept(&[("00FE000004 31323334", "9000")]).0, "00fe000004 unclassified:unknown:4");
    assert_eq!(Sort::Secret.name(), "secret");
}
