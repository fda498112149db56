//! Cards and hosts that make the recorder take confidential bytes for public ones.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]

#[path = "trace/session.rs"]
mod session;

use chipwright_iso7816::Transport;
use chipwright_reader::trace::Redaction::{self, *};
use chipwright_reader::trace::{Happening, Piece, Step};
use session::{last, record, recorder};

/// `1NGUYEN VAN SECRET`: as a data object, a set of 78 bytes.
const NAME: &str = "314E475559454E2056414E20534543524554";
const PIN: &str = "313233343536";
const CARD_ACCESS: &str = "31143012060A04007F0007020204020202010202010D";

#[track_caller]
fn assert_answer(level: Redaction, exchanges: &[(&str, &str)], wanted: &str) {
    assert_eq!(last(&record(exchanges, level)).1, wanted, "{exchanges:?}");
}

/// The last answer of these exchanges, with the name in it, is not kept.
#[track_caller]
fn assert_no_name(level: Redaction, exchanges: &[(&str, String)]) {
    let exchanges: Vec<(&str, &str)> = exchanges.iter().map(|(sent, answer)| (*sent, &**answer)).collect();
    let (_, answer) = last(&record(&exchanges, level));
    assert!(!answer.contains(&NAME[4..16].to_lowercase()), "{exchanges:?}: {answer}");
    assert!(answer.contains(':'), "{exchanges:?}: {answer}");
}

fn ok(data: &str) -> String {
    format!("{data} 9000")
}

fn done() -> String {
    "9000".to_owned()
}

#[test]
fn text_is_not_taken_for_a_public_file() {
    // EF.CardAccess, EF.DIR or EF.COM, EF.ATR/INFO
    for read in ["00B09C0000", "00B09E0000"] {
        for text in
            [format!("31343031 20 {NAME}"), NAME.to_owned(), format!("60{NAME}"), format!("614F{NAME}")]
        {
            assert_no_name(Placeholders, &[(read, ok(&text))]);
            assert_no_name(KeepIdentifiers, &[(read, ok(&text))]);
        }
    }
    assert_answer(Placeholders, &[("00B09C0000", "3134303120314E47 9000")], "unclassified:file:8 9000");
    assert_no_name(Placeholders, &[("00A4000C023F00", done()), ("00B0810000", ok(&format!("41{NAME}")))]);
    for selected in ["00A4020C02011C", "00A4020C022F00"] {
        let read = ("00B0000000", ok(&format!("31343031 20 {NAME}")));
        assert_no_name(Placeholders, &[(selected, done()), read]);
    }
}

#[test]
fn beyond_its_announced_end_a_file_is_not_public() {
    let kept = CARD_ACCESS.to_lowercase();
    let short = CARD_ACCESS.replacen("3114", "3112", 1).replacen("020102 02010D", "", 1);
    assert_no_name(Placeholders, &[("00B09C0000", ok(&format!("{CARD_ACCESS}{NAME}")))]);
    assert_no_name(Placeholders, &[("00B09C0000", ok(&format!("{short}{NAME}")))]);
    assert_answer(Placeholders, &[("00B09C0000", &ok(CARD_ACCESS))], &format!("{kept}9000"));
    // what follows in another part
    assert_no_name(Placeholders, &[("00B09C0000", ok(CARD_ACCESS)), ("00B0001600", ok(NAME))]);
    assert_no_name(Placeholders, &[("00B09C0000", ok(CARD_ACCESS)), ("00B0001700", ok(NAME))]);
    // or by GET RESPONSE
    assert_no_name(Placeholders, &[("00B09C0000", format!("{CARD_ACCESS}6112")), ("00C0000012", ok(NAME))]);
    // in three parts it is kept
    let parts = [
        ("00B09C0003", ok(&CARD_ACCESS[..6])),
        ("00B0000303", ok(&CARD_ACCESS[6..12])),
        ("00B0000600", ok(&CARD_ACCESS[12..])),
    ];
    let parts: Vec<(&str, &str)> = parts.iter().map(|(sent, answer)| (*sent, &**answer)).collect();
    assert_answer(Placeholders, &parts, &format!("{}9000", &kept[12..]));
    // with a gap it is not
    assert_answer(
        Placeholders,
        &[parts[0], parts[2]],
        &format!("personal:file:{} 9000", CARD_ACCESS.len() / 2 - 6),
    );
    let com = "60165F0104303130375F36063034303030305C046175676E".to_owned();
    assert_answer(Placeholders, &[("00B09E0000", &ok(&com))], &format!("{}9000", com.to_lowercase()));
    let dir = "61094F07A0000002471001".to_owned();
    assert_answer(Placeholders, &[("00B09E0000", &ok(&dir))], &format!("{}9000", dir.to_lowercase()));
}

/// Commands that change the current file, or whose card is another one.
#[test]
fn a_file_that_changed_unseen_is_not_public() {
    let fill = "31143012060A04007F0007";
    for between in [
        "00B1000104 54020000 00",
        "00D6810001 01",
        "0CB08100",
        "01B0810000",
        "40B0810000",
        "00E0000000",
        "00A4020C020101",
        "00A4040000",
        "00A40900023F00",
        "00FE000000",
        "80A4040000",
        "84A4040000",
        "00D68100",
        "00",
    ] {
        let all = [("00B09C0000", ok(fill)), (between, done()), ("00B0000B00", ok(NAME))];
        assert_no_name(Placeholders, &all);
    }
    // the other file is another channel's
    for on in ["01B0000B00", "40B0000B00", "0CB0000B00", "20B0000B00"] {
        assert_no_name(Placeholders, &[("00B09C0000", ok(fill)), (on, ok(NAME))]);
    }
    // not changed: what follows is kept
    let parts = [("00B09C0000", ok(fill)), ("00B0000B00", ok("020204020202010202010D"))];
    let parts: Vec<(&str, &str)> = parts.iter().map(|(sent, answer)| (*sent, &**answer)).collect();
    assert_answer(Placeholders, &parts, "020204020202010202010d9000");
}

#[test]
fn a_card_that_was_lost_is_another_one() {
    let script = session::Script::failing(&[
        Ok("31143012060A04007F0007 9000"),
        Err(chipwright_iso7816::TransportError::CardRemoved),
        Ok("020204020202010202010D 9000"),
    ]);
    let (mut recorder, sink) = recorder(script, Placeholders);
    for command in ["00B09C0000", "00B0000B00", "00B0000B00"] {
        let _ = recorder.transmit(&hex::decode(command).unwrap());
    }
    recorder.finish().unwrap();
    assert_eq!(last(&sink.recording()).1, "personal:file:11 9000");
}

/// What sets, proves or uses a secret: neither what was sent nor what came back, at any setting.
#[test]
fn secrets_are_not_kept_when_a_card_echoes_them() {
    let commands = [
        "00200000", "00210000", "10200000", "01200000", "40200000", "00240000", "00250000", "002C0000",
        "002D0000", "002A8086", "002B0000", "00820000", "00830000", "00860000", "00870000", "00880000",
        "00890000", "00DA0101", "00DB3FFF", "00D60000", "00D70000", "00D00000", "00D20000", "00DC0000",
        "00DD0000", "00E20000", "00E00000", "00460000", "00FE0000", "00A40F00", "00B00000", "00B20104",
        "00CA0066", "00CB3FFF", "00B10000", "00840000", "00C00000", "80D80101", "80E28800", "80820000",
        "80CA0066", "80F24002", "80500000", "80FE0000", "80200000", "90200000", "90D80101", "A0200000",
        "A0240000", "B0200000", "D0200000", "20200000", "FF820000", "FF000000", "84E28800", "84D80101",
        "84FE0000", "C0D80101", "E0D80101", "0C200000", "0C240000", "60200000", "0CDB3FFF",
    ];
    for level in [Placeholders, KeepIdentifiers, PersonalData] {
        for header in commands {
            let (sent, answer) = last(&record(&[(&format!("{header}06{PIN}"), &ok(PIN))], level));
            for kept in [&sent, &answer] {
                assert!(
                    !kept.contains("3132") && !kept.contains("3334"),
                    "{level:?} {header}: {sent} / {answer}"
                );
            }
        }
    }
    // malformed, and what the card makes of it
    let mistyped = last(&record(&[("002000000731323334", &ok(PIN))], PersonalData));
    assert_eq!(
        mistyped,
        ("00200000 unclassified:malformed:5".to_owned(), "unclassified:response:6 9000".to_owned())
    );
    assert_answer(PersonalData, &[("0020000006313233343536", "31")], "unclassified:malformed:1");
    assert_answer(PersonalData, &[("80D8018103010203", "010203 9000")], "secret:key:3 9000");
    // the echo is fetched afterwards
    let fetched = [("80D8018103010203", "6103"), ("80C0000003", "010203 9000")];
    assert_answer(PersonalData, &fetched, "secret:key:3 9000");
    let fetched = [("80D8018103010203", "9000"), ("80C0000003", "010203 9000")];
    assert_answer(PersonalData, &fetched, "unclassified:unknown:3 9000");
    let fetched = [("00B0810000", "6101 6103"), ("01C0000003", "010203 9000")];
    assert_answer(PersonalData, &fetched, "unclassified:unknown:3 9000");
}

const OPEN: [(&str, &str); 2] = [
    (
        "8050010008 1122334455667788 00",
        "00010203040506070809 010370 A1A2A3A4A5A6A7A8 B1B2B3B4B5B6B7B8 000001 9000",
    ),
    ("8482330010 0102030405060708 1112131415161718", "9000"),
];

#[test]
fn answers_under_scp03_are_kept_of_a_card_manager_in_a_session_only() {
    let after = |before: &[(&'static str, &'static str)], command: &'static str, answer: String| {
        let mut all: Vec<(&str, String)> =
            before.iter().map(|(sent, answer)| (*sent, (*answer).to_owned())).collect();
        all.push((command, ok(&answer)));
        let all: Vec<(&str, &str)> = all.iter().map(|(sent, answer)| (*sent, &**answer)).collect();
        last(&record(&all, KeepIdentifiers)).1
    };
    let sealed = format!("sealed:scp03:{} 9000", NAME.len() / 2);
    let refused = [OPEN[0], ("8482330010 0102030405060708 1112131415161718", "6300")];
    let text = [("8050010008 1122334455667788 00", "4E475559454E 9000"), OPEN[1]];
    for (why, before) in [
        ("no session", &[][..]),
        ("not authenticated", &OPEN[..1]),
        ("not initialised", &OPEN[1..]),
        ("refused", &refused),
        ("not SCP03", &text),
        ("another command since", &[&OPEN[..], &[("00A4040000", "9000")]].concat()),
    ] {
        for command in ["84CA006600", "84B0000000", "84E2880008 0102030405060708"] {
            assert_eq!(after(before, command, NAME.to_owned()), sealed, "{why}: {command}");
        }
    }
    for command in
        ["84CA006500", "84B0000000", "84B2010400", "84CA5F2000", "84FE000000", "85CA006600", "E0CA006600"]
    {
        assert_eq!(after(&OPEN, command, NAME.to_owned()), sealed, "in a session: {command}");
    }
    assert_eq!(
        after(&OPEN, "84CA006600", "660273001122334455667788".to_owned()),
        "6602730011223344556677889000"
    );
    assert_eq!(
        after(&OPEN, "84E2880008 0102030405060708", "0A0B0C0D0E0F1011".to_owned()),
        "0a0b0c0d0e0f10119000"
    );
    let echo = after(&OPEN, "84E2880008 0102030405060708", "FF0203040506FFFF".to_owned());
    assert_eq!(echo, "sealed:scp03:8 9000");
}

#[test]
fn while_pace_runs_other_data_is_not_kept() {
    const SET: (&str, &str) = ("0022C1A403 80010A", "9000");
    let (sent, answer) =
        last(&record(&[SET, ("0086000006 4E475559454E 00", "4E475559454E 9000")], Placeholders));
    assert_eq!(sent, "0086000006 secret:authentication:6 00");
    assert_eq!(answer, "secret:authentication:6 9000");
    assert_answer(
        Placeholders,
        &[SET, ("0086000002 7C00 00", "4E4755 9000")],
        "unclassified:authentication_data:3 9000",
    );
    // in between something else
    let (sent, _) =
        last(&record(&[SET, ("00B0810000", "9000"), ("0086000002 7C00 00", "9000")], Placeholders));
    assert_eq!(sent, "0086000002 secret:authentication:2 00");
    // a mechanism is an object identifier, a reference a byte or two
    let (sent, _) = last(&record(&[("0022C1A40B 8006 313233343536 830102", "9000")], Placeholders));
    assert_eq!(sent, "0022c1a40b8006 unclassified:reference:6 830102");
}

#[test]
fn a_plain_command_ends_the_session_of_pace() {
    let mut all = vec![
        ("0022C1A403 80010A", "9000"),
        ("008600000C 7C0A85080102030405060708 00", "7C0A86080102030405060708 9000"),
        ("0CB08100 0D 970100 8E081122334455667788 00", "99029000 8E081122334455667788 9000"),
    ];
    assert_answer(Placeholders, &all, "990290008e0811223344556677889000");
    let protected = all.pop().unwrap();
    all.extend([("00A4040000", "9000"), protected]);
    assert_answer(Placeholders, &all, "sealed:secure_messaging:14 9000");
}

#[test]
fn the_card_managers_objects_have_a_form() {
    for (command, begins) in
        [("80F2400202 4F00", "E3"), ("80CA006600", "66"), ("80CA00E000", "E0"), ("80CAFF2100", "FF21")]
    {
        assert_no_name(Placeholders, &[(command, ok(NAME))]);
        assert_no_name(Placeholders, &[(command, ok(&format!("{begins}12{NAME}")))]);
    }
    for (command, begins) in [("80CA9F7F00", "9F7F"), ("80CA004500", "45"), ("80CA004200", "42")] {
        assert_no_name(KeepIdentifiers, &[(command, ok(NAME))]);
        assert_no_name(KeepIdentifiers, &[(command, ok(&format!("{begins}020102{NAME}")))]);
    }
    let status = "E3134F08A0000001510000009F70010FC5039EFE80";
    assert_answer(
        Placeholders,
        &[("80F2800202 4F00", &ok(status))],
        &format!("{}9000", status.to_lowercase()),
    );
    assert_no_name(Placeholders, &[("80F2800202 4F00", ok(&format!("{status}{NAME}")))]);
    assert_no_name(Placeholders, &[("80F2800002 4F00", ok(&format!("12{NAME}0700")))]);
    let text = ok(&NAME[..32].repeat(2)[..58]);
    assert_no_name(Placeholders, &[("8050010008 1122334455667788 00", text)]);
    assert_no_name(Placeholders, &[("0084000008", ok(NAME))]);
    assert_no_name(KeepIdentifiers, &[("00A4000C023F00", done()), ("00B09D0000", ok(&format!("30{NAME}")))]);
}

/// Sessions of random commands: the host sends the secret again and again, the card echoes it or answers with the name.
#[test]
fn random_sessions_leave_neither_name_nor_secret() {
    const SECRET: [u8; 20] =
        *b"\xD7\x1C\x9E\x53\xB8\x04\x6F\xE1\x2A\xC5\x7D\x90\x3B\xF6\x48\x8D\x11\xE3\x5A\xC9";
    const CLASSES: [u8; 14] =
        [0x00, 0x00, 0x00, 0x00, 0x01, 0x0C, 0x10, 0x40, 0x60, 0x80, 0x80, 0x84, 0x84, 0xFF];
    const INSTRUCTIONS: [u8; 22] = [
        0x20, 0x22, 0x2A, 0x50, 0x82, 0x84, 0x86, 0x88, 0xA4, 0xB0, 0xB0, 0xB0, 0xB1, 0xB2, 0xC0, 0xCA, 0xCB,
        0xD6, 0xD8, 0xDB, 0xE2, 0xF2,
    ];
    const PARAMETERS: [[u8; 2]; 12] = [
        [0, 0],
        [0, 0x16],
        [0x9C, 0],
        [0x9E, 0],
        [0x9D, 0],
        [0x81, 0],
        [4, 0],
        [2, 0x0C],
        [0x9F, 0x7F],
        [0, 0x66],
        [0xC1, 0xA4],
        [0x40, 2],
    ];
    let name = hex::decode(NAME).unwrap();
    let data: [&[u8]; 7] = [&[], &[], &[], &SECRET, &[0x01, 0x1C], &[0x3F, 0x00], &[0x80, 0x01, 0x0A]];
    let begins: [&[u8]; 8] = [
        &[],
        &[],
        &hex::decode(CARD_ACCESS).unwrap(),
        &[0x31, 0x14],
        &[0x60, 0x12],
        &[0x9F, 0x7F, 0x12],
        &[0x7C, 0x12],
        &[0x6F, 0x12],
    ];
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut below = |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap() % bound
    };
    for session in 0..4000 {
        let level = [Placeholders, KeepIdentifiers, PersonalData][session % 3];
        let mut exchanges = Vec::new();
        for _ in 0..6 {
            let data = data[below(data.len())];
            let mut command = vec![CLASSES[below(CLASSES.len())], INSTRUCTIONS[below(INSTRUCTIONS.len())]];
            command.extend(PARAMETERS[below(PARAMETERS.len())]);
            if !data.is_empty() {
                command.push(u8::try_from(data.len()).unwrap());
                command.extend(data);
            }
            command.push(0);
            let mut answer = begins[below(begins.len())].to_vec();
            answer.extend(match below(4) {
                0 => &[][..],
                1 if !data.is_empty() => data,
                _ => &name,
            });
            answer.extend([[0x90, 0x00], [0x61, 0x10]][below(2)]);
            exchanges.push((hex::encode(command), hex::encode(answer)));
        }
        let exchanges: Vec<(&str, &str)> = exchanges.iter().map(|(sent, got)| (&**sent, &**got)).collect();
        let kept = format!("{:?}", record(&exchanges, level).steps.iter().map(kept).collect::<Vec<_>>());
        let leaked = |value: &[u8]| value.windows(6).any(|part| kept.contains(&hex::encode(part)));
        assert!(!leaked(&SECRET), "{level:?} {exchanges:?}: {kept}");
        // of a person's data that setting says that it is kept; what tells chips apart is looked at elsewhere
        assert!(level != Placeholders || !leaked(&name), "{level:?} {exchanges:?}: {kept}");
    }
}

/// The bytes that were kept of an exchange.
fn kept(step: &Step) -> Vec<String> {
    let Happening::Command { command, answer } = &step.happening else { return Vec::new() };
    let pieces = command.pieces().iter().chain(answer.as_ref().unwrap().pieces());
    let bytes = pieces.filter_map(|piece| match piece {
        Piece::Bytes(bytes) => Some(hex::encode(bytes)),
        Piece::Placeholder(_) => None,
    });
    bytes.collect()
}
