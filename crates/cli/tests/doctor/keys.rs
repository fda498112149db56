//! Key files.

use crate::station::Station;
use insta::assert_snapshot;
use std::fs;

const MEND: &str = "must_be_mended";

#[test]
fn a_key_file_is_missing_damaged_or_in_clear() {
    let mut said = String::new();
    let clear = "-----BEGIN PRIVATE KEY-----\nMAUCAQAwAA==\n-----END PRIVATE KEY-----\n";
    for (name, content, fault) in [
        ("ca/root.key", None, ("keys.root", "warning")),
        ("ca/signer-1.key", None, ("keys.signer", MEND)),
        ("ca/signer-1.key", Some("key"), ("keys.signer", MEND)),
        ("ca/root.key", Some(clear), ("keys.root", MEND)),
        ("keys/master.json", None, ("keys.cards", MEND)),
        ("keys/transport.json", Some("{}"), ("keys.cards", MEND)),
    ] {
        let station = Station::well();
        match content {
            Some(content) => fs::write(station.file(name), content).unwrap(),
            None => fs::remove_file(station.file(name)).unwrap(),
        }
        said += &format!("--- {name}: {}\n{}", content.unwrap_or("none"), station.faults(&[fault]));
    }
    assert_snapshot!(said);
}

#[test]
fn a_key_belongs_to_another_certificate() {
    let station = Station::well();
    assert!(station.run(&["ca", "new-signer"]).status.success());
    fs::rename(station.file("ca/signer-1.key"), station.file("ca/signer-2.key")).unwrap();
    assert_snapshot!(station.faults(&[("keys.signer", MEND)]));
}

#[test]
fn a_passphrase_does_not_open_its_keys() {
    let station = Station::well();
    fs::write(station.file("keys/passphrase"), "another\n").unwrap();
    assert_snapshot!(station.faults(&[("keys.signer", MEND), ("keys.cards", MEND)]));
}

#[test]
fn without_passphrases_the_form_of_a_key_file_is_told() {
    let station = Station::well();
    for file in ["keys/passphrase", "ca/root.passphrase"] {
        fs::remove_file(station.file(file)).unwrap();
    }
    assert_eq!(station.faults(&[]), "");
    let report = station.json();
    let found = |name: &str| {
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()["found"]["en"].as_str().unwrap().to_owned()
    };
    assert!(found("keys.signer").contains("its passphrase is given"), "{}", found("keys.signer"));
    assert!(found("keys.cards").contains("the passphrase is given"), "{}", found("keys.cards"));
    assert!(found("keys.passphrases").contains("none"));
    fs::write(station.file("keys/master.json"), "{}").unwrap();
    station.faults(&[("keys.cards", MEND)]);
}

#[test]
fn card_keys_are_not_those_of_the_configuration() {
    let station = Station::well();
    let (master, transport) = (station.file("keys/master.json"), station.file("keys/transport.json"));
    fs::rename(&master, station.file("keys/other.json")).unwrap();
    fs::rename(&transport, &master).unwrap();
    fs::rename(station.file("keys/other.json"), &transport).unwrap();
    let mut said = station.faults(&[("keys.cards", MEND)]);
    let station = Station::well();
    station.configure("size = 128", "size = 256");
    station.configure("issuer_version = \"11\"", "issuer_version = \"12\"");
    said += &station.faults(&[("keys.cards", MEND)]);
    assert_snapshot!(said);
}

#[test]
fn nothing_secret_is_said() {
    let station = Station::well();
    let secrets: Vec<String> = ["keys/passphrase", "ca/root.passphrase"]
        .iter()
        .map(|file| fs::read_to_string(station.file(file)).unwrap().trim().to_owned())
        .collect();
    fs::write(station.file("keys/transport.json"), "{}").unwrap();
    for arguments in [&["--json"][..], &[]] {
        let done = station.doctor(arguments);
        let said = String::from_utf8([done.stdout, done.stderr].concat()).unwrap();
        assert!(secrets.iter().all(|secret| secret.len() > 40 && !said.contains(secret)));
    }
}
