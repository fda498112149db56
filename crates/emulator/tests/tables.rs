//! The card's constants against `applet-spec/tables/*.toml`.
#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods)]

mod host;

use chipwright_emulator::tables::{
    Access, ApplicationState, CardLifeCycle, DGIS, Df, DgiKind, FILES, InstanceLifeCycle, budget,
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
        let command = matches!(dgi.kind, DgiKind::Report | DgiKind::Finalise);
        assert_eq!(text(row, "pass") == "command", command, "{}", dgi.name);
    }
}

#[test]
fn files_toml() {
    let rows = rows(&table("files"), "file");
    assert_eq!(rows.len(), FILES.len());
    for (row, file) in rows.iter().zip(FILES) {
        assert_eq!(text(row, "name"), file.name);
        assert_eq!(text(row, "df") == "MF", file.df == Df::Master);
        assert_eq!(text(row, "access") == "always", file.access == Access::Always);
        assert_eq!(number(row, "fid"), u32::from(file.fid));
        assert_eq!(number(row, "sfi"), u32::from(file.sfi));
        assert_eq!(number(row, "dgi"), u32::from(file.dgi));
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
