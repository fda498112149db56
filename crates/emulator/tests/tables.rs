//! The card's constants against `applet-spec/tables/*.toml`.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods)]

mod host;

use chipwright_emulator::cv::{Rights, Role, Template};
use chipwright_emulator::tables::{
    Access, ApplicationState, CardLifeCycle, DGIS, Df, DgiKind, FILES, InstanceLifeCycle, KEYS, KeyReference,
    budget,
};
use host::*;
use toml::Table;

fn table(name: &str) -> Table {
    let path = format!("{}/../../applet-spec/tables/{name}.toml", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(path).unwrap().parse().unwrap()
}

fn rows(table: &Table, name: &str) -> Vec<Table> {
    table[name].as_array().unwrap().iter().map(|row| row.as_table().unwrap().clone()).collect()
}

fn text<'a>(row: &'a Table, key: &str) -> &'a str {
    row[key].as_str().unwrap()
}

fn number(row: &Table, key: &str) -> u32 {
    u32::from_str_radix(text(row, key), 16).unwrap()
}

#[test]
fn budget_toml() {
    let expected = table("budget");
    let ours = [
        ("total", budget::TOTAL),
        ("code", budget::CODE),
        ("portrait", budget::PORTRAIT),
        ("files", budget::FILES),
        ("update_slot", budget::UPDATE_SLOT),
        ("records", budget::RECORDS),
        ("reserve", budget::RESERVE),
        ("volatile", budget::VOLATILE),
        ("data_field", budget::DATA_FIELD),
        ("command_apdu", budget::COMMAND_APDU),
        ("response_apdu", budget::RESPONSE_APDU),
        ("page", budget::PAGE),
    ];
    assert_eq!(expected.len(), ours.len());
    for (name, value) in ours {
        assert_eq!(expected[name].as_integer().unwrap() as usize, value, "{name}");
    }
}

#[test]
fn dgi_toml() {
    let rows = rows(&table("dgi"), "dgi");
    assert_eq!(rows.len(), DGIS.len());
    for (row, dgi) in rows.iter().zip(DGIS) {
        assert_eq!((number(row, "id"), text(row, "name")), (u32::from(dgi.id), dgi.name));
        let integer = |key: &str| row.get(key).and_then(toml::Value::as_integer);
        assert_eq!(integer("most"), Some(i64::from(dgi.most)), "{}", dgi.name);
        assert_eq!(integer("least").unwrap_or(1), i64::from(dgi.least), "{}", dgi.name);
        assert_eq!(row["mandatory"].as_bool(), Some(dgi.mandatory), "{}", dgi.name);
        assert_eq!(row.get("update").is_some_and(|value| *value == true.into()), dgi.update, "{}", dgi.name);
        let pass = match dgi.kind {
            DgiKind::Report
            | DgiKind::GenerateKeyPair
            | DgiKind::PublicKey
            | DgiKind::CommitUpdate
            | DgiKind::Finalise => "command",
            DgiKind::Key => "key",
            DgiKind::Portrait | DgiKind::File | DgiKind::Record => match dgi.id {
                0x2F00 | 0x2F01 | 0x2F1C | 0x8020 => "prepare",
                _ => "write",
            },
        };
        assert_eq!(text(row, "pass"), pass, "{}", dgi.name);
    }
}

#[test]
fn keys_toml() {
    let rows = rows(&table("keys"), "key");
    assert_eq!(rows.len(), KEYS.len());
    for (row, key) in rows.iter().zip(KEYS) {
        assert_eq!(text(row, "name"), key.name);
        assert_eq!(number(row, "reference"), key.reference as u32);
        assert_eq!(number(row, "dgi"), u32::from(key.dgi));
        assert_eq!((key.reference.dgi(), row["both"].as_bool()), (key.dgi, Some(key.both)));
        let needs = row["needs"].as_array().unwrap().iter();
        let needs: Vec<u16> =
            needs.map(|id| u16::from_str_radix(id.as_str().unwrap(), 16).unwrap()).collect();
        assert_eq!(needs, key.needs);
        assert_eq!(KeyReference::from_byte(key.reference as u8), Some(key.reference));
    }
    assert_eq!((0..=255).filter_map(KeyReference::from_byte).count(), KEYS.len());
}

#[test]
fn files_toml() {
    let rows = rows(&table("files"), "file");
    assert_eq!(rows.len(), FILES.len());
    for (row, file) in rows.iter().zip(FILES) {
        assert_eq!(text(row, "name"), file.name);
        let (df, access) = match text(row, "df") {
            "MF" => (Df::Master, if text(row, "access") == "always" { Access::Always } else { Access::Pace }),
            "LDS" => (Df::Lds, Access::Pace),
            "RECORDS" => (Df::Records, Access::Record),
            other => panic!("no DF {other}"),
        };
        assert_eq!((file.df, file.access), (df, access), "{}", file.name);
        assert_eq!(number(row, "fid"), u32::from(file.fid));
        assert_eq!(number(row, "sfi"), u32::from(file.sfi));
        assert_eq!(row.get("dgi").map(|_| number(row, "dgi")), file.dgi.map(u32::from));
    }
}

/// Each bit of the template alone, against every file.
#[test]
fn rights_toml() {
    let expected = table("rights");
    let rows = rows(&expected, "right");
    let files: Vec<u16> = FILES.iter().filter(|file| file.df == Df::Records).map(|file| file.fid).collect();
    let named = |bit: i64, name: &str, file: Option<u16>| {
        rows.iter().any(|row| {
            let of = row.get("file").map(|_| number(row, "file") as u16);
            row["bit"].as_integer() == Some(bit)
                && text(row, "name") == name
                && (file.is_none() || of == file)
        })
    };
    for bit in 0..38 {
        let [_, _, _, template @ ..] = (1u64 << bit).to_be_bytes();
        let rights = Rights::requested(template);
        assert_eq!(rights.can_is_allowed(), named(bit, "CAN allowed", None), "bit {bit}");
        assert_eq!(rights.pin_management(), named(bit, "PIN management", None), "bit {bit}");
        for file in &files {
            // EF.Certificates goes with any right of the kind.
            let of = Some(*file).filter(|file| *file != 0x0200);
            assert_eq!(rights.may_read(*file), named(bit, "read", of), "bit {bit}, {file:04X}");
            assert_eq!(rights.may_append(*file), named(bit, "append", of), "bit {bit}, {file:04X}");
        }
    }
    let role = expected["role"].as_table().unwrap();
    for (name, role_of) in [
        ("CVCA", Role::Cvca),
        ("DV_domestic", Role::DomesticVerifier),
        ("DV_foreign", Role::ForeignVerifier),
        ("terminal", Role::Terminal),
    ] {
        let bits = vec![(role[name].as_integer().unwrap() as u8) << 6, 0, 0, 0, 0];
        let template = Template { terminal_type: Template::AUTHENTICATION_TERMINAL.to_vec(), bits };
        assert_eq!(template.role(), role_of);
    }
}

#[test]
fn life_cycle_toml() {
    let expected = table("life-cycle");
    let byte = |group: &str, name: &str| number(expected[group].as_table().unwrap(), name) as u8;
    let card = [
        ("OP_READY", CardLifeCycle::OpReady),
        ("INITIALIZED", CardLifeCycle::Initialized),
        ("SECURED", CardLifeCycle::Secured),
        ("CARD_LOCKED", CardLifeCycle::CardLocked),
        ("TERMINATED", CardLifeCycle::Terminated),
    ];
    assert_eq!(expected["card"].as_table().unwrap().len(), card.len());
    for (name, state) in card {
        assert_eq!(byte("card", name), state as u8);
        assert_eq!(CardLifeCycle::from_byte(state as u8), Some(state));
    }
    assert_eq!((0..=255).filter_map(CardLifeCycle::from_byte).count(), 5);
    for (name, state) in [
        ("EMPTY", ApplicationState::Empty),
        ("FILLING", ApplicationState::Filling),
        ("OPERATIONAL", ApplicationState::Operational),
    ] {
        assert_eq!(byte("application", name), state as u8);
    }
    assert_eq!(byte("application_globalplatform", "SELECTABLE"), InstanceLifeCycle::Selectable as u8);
    assert_eq!(byte("application_globalplatform", "PERSONALIZED"), InstanceLifeCycle::Personalized as u8);
    assert_eq!(byte("application_globalplatform", "LOCKED"), InstanceLifeCycle::Locked as u8);
}

/// Every command of the table is known to its application, and every other instruction is not.
#[test]
fn commands_toml() {
    let rows = rows(&table("commands"), "command");
    let listed = |application: &str| -> Vec<(u8, u8)> {
        let mine = rows.iter().filter(|row| text(row, "application") == application);
        mine.map(|row| (number(row, "cla") as u8, number(row, "ins") as u8)).collect()
    };
    let issuer = listed("issuer_domain");
    let identity = listed("identity");
    for ins in 0..=255 {
        let mut card = blank();
        let answer = raw(&mut card, &[0x80, ins, 0, 0]).1;
        assert_eq!(
            answer == 0x6D00,
            !issuer.iter().any(|(_, known)| *known == ins),
            "{ins:02X}: {answer:04X}"
        );
        let mut card = issued_once();
        let answer = raw(&mut card, &[0x00, ins, 0, 0]).1;
        assert_eq!(
            answer == 0x6D00,
            !identity.iter().any(|(_, known)| *known == ins),
            "{ins:02X}: {answer:04X}"
        );
    }
    for (cla, ins) in issuer {
        let answer = raw(&mut blank(), &[cla, ins, 0, 0]).1;
        assert!(answer != 0x6E00 && answer != 0x6D00, "{cla:02X}{ins:02X}: {answer:04X}");
    }
}

/// Every requirement that a row names stands in the text.
#[test]
fn commands_toml_requirements() {
    let path = format!("{}/../../applet-spec/card.md", env!("CARGO_MANIFEST_DIR"));
    let card = std::fs::read_to_string(path).unwrap();
    for row in rows(&table("commands"), "command") {
        let requirement = text(&row, "requirement");
        assert!(card.contains(&format!("\n- **{requirement}** ")), "{}: {requirement}", text(&row, "name"));
    }
}

/// P1, P2 and data with which nothing but the security status is in the way of a command; the data of PUT KEY, LOAD and
/// DELETE are refused later.
fn example(name: &str) -> (u8, u8, Vec<u8>) {
    match name {
        "SELECT" => (0x04, 0x0C, hex("A000000151000000")),
        "GET DATA" => (0x9F, 0x7F, vec![]),
        "INITIALIZE UPDATE" => (0x00, 0x00, hex("1122334455667788")),
        "PUT KEY" => {
            let key = [&[0x88, 0x11, 0x10][..], &[0; 16], &[3, 0, 0, 0]].concat();
            (0x00, 0x81, [vec![0x02], key.repeat(3)].concat())
        }
        "GET STATUS" => (0x80, 0x02, hex("4F00")),
        "SET STATUS" => (0x80, 0x07, vec![]),
        "INSTALL" => (0x0C, 0x00, install_data("A0000002471001", 0)),
        "LOAD" => (0x80, 0x00, hex("C40101")),
        "DELETE" => (0x00, 0x00, hex("4F07F0434849505799")),
        "STORE DATA (own data)" => (0x90, 0x00, hex("420101")),
        "STORE DATA (personalisation)" => (0x88, 0x00, dgi(0x8010, CAN)),
        "READ BINARY" => (0x81, 0x00, vec![]),
        "READ BINARY (odd)" => (0x01, 0x01, hex("540100")),
        "MANAGE SECURITY ENVIRONMENT" => (0xC1, 0xA4, hex("800A04007F00070202040202830102")),
        "GENERAL AUTHENTICATE" => (0x00, 0x00, hex("7C00")),
        "GET CHALLENGE" => (0x00, 0x00, vec![]),
        "INTERNAL AUTHENTICATE" => (0x00, 0x00, vec![0x11; 8]),
        "EXTERNAL AUTHENTICATE (terminal)" => (0x00, 0x00, vec![0x11; 64]),
        "PSO: VERIFY CERTIFICATE" => (0x00, 0xBE, hex("7F4E007F3700")),
        "RESET RETRY COUNTER" => (0x02, 0x03, PIN.to_vec()),
        "READ RECORD" => (0x01, 0x0C, vec![]),
        "APPEND RECORD" => (0x00, 0x08, hex("3000")),
        "GET DATA (records)" => (0x7F, 0x78, vec![]),
        other => panic!("no example of {other}"),
    }
}

/// What a command needs is what the table says: `6982` with less, something else with it.
#[test]
fn commands_toml_auth() {
    for row in rows(&table("commands"), "command") {
        let (name, auth) = (text(&row, "name"), text(&row, "auth"));
        let (cla, ins) = (number(&row, "cla") as u8, number(&row, "ins") as u8);
        if name == "EXTERNAL AUTHENTICATE" {
            // It is what makes the security status: nothing but INITIALIZE UPDATE comes before it.
            assert_eq!(auth, "none");
            assert_eq!(
                raw(&mut blank(), &[cla, ins, 1, 0, 16].iter().copied().chain([0; 16]).collect::<Vec<_>>()).1,
                0x6985
            );
            continue;
        }
        let (p1, p2, data) = example(name);
        let plain = |cla: u8| {
            let mut command = vec![cla, ins, p1, p2];
            if !data.is_empty() {
                command.push(data.len() as u8);
                command.extend_from_slice(&data);
            }
            command.push(if name == "GET CHALLENGE" { 8 } else { 0 });
            command
        };
        if text(&row, "application") == "identity" {
            let mut card = issued_once();
            assert_eq!(status(&mut card, &format!("00A4040C07{INSTANCE}")), 0x9000);
            let refused = raw(&mut card, &plain(cla)).1 == 0x6982;
            assert_eq!(refused, auth != "none", "{name}");
            continue;
        }
        let refused = raw(&mut blank(), &plain(cla)).1 == 0x6982;
        assert_eq!(refused, auth != "none", "{name} without a session");
        if auth == "none" {
            continue;
        }
        for (level, least) in [(0x00, "none"), (0x01, "secure_channel"), (0x03, "secure_channel_enc")] {
            let mut card = blank();
            installed(&mut card);
            let mut session = scp03::Host::open(&mut card, level);
            if name == "STORE DATA (personalisation)" && level > 0 {
                assert_eq!(session.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)).1, 0x9000);
            }
            let answer = session.send(&mut card, ins, p1, p2, &data).1;
            let enough = level == 0x03 || least == auth;
            assert_eq!(answer == 0x6982, !enough, "{name} at level {level:02X}: {answer:04X}");
        }
    }
}

fn issued_once() -> chipwright_emulator::Card {
    static STATE: std::sync::OnceLock<Vec<u8>> = std::sync::OnceLock::new();
    let state = STATE.get_or_init(|| issued().save());
    chipwright_emulator::Card::load(state, chipwright_emulator::seeded_rng(1)).unwrap()
}

#[test]
fn data_objects_toml() {
    for row in rows(&table("data-objects"), "object") {
        let tag = number(&row, "tag");
        let (answer, status) = send(&mut blank(), &format!("80CA{tag:04X}00"));
        assert_eq!(status, 0x9000, "{tag:04X}");
        let header = if tag > 0xFF { 3 } else { 2 };
        if let Some(length) = row.get("length") {
            assert_eq!(answer.len(), header + length.as_integer().unwrap() as usize);
        }
        let found =
            if tag > 0xFF { u32::from(answer[0]) << 8 | u32::from(answer[1]) } else { answer[0].into() };
        assert_eq!(found, tag);
    }
}
