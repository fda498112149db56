//! `verify` and `read`: every verdict that the command line can reach, by its exit code and words.
#![allow(clippy::unwrap_used)]

mod house;

use house::{House, PORTRAITS};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;

const CARD: [&str; 3] = ["--reader", "emulator:blank-001", "--from-registry"];

fn verify(house: &House, more: &[&str]) -> String {
    house.transcript(&[&["verify"], &CARD[..], more].concat())
}

#[test]
fn a_good_card() {
    let house = House::issued();
    let mut said = house.session(&[
        &[&["verify"], &CARD[..]].concat(),
        &[&["--lang", "vi", "verify"], &CARD[..]].concat(),
        &[&["read", "--out", "card"], &CARD[..]].concat(),
        &[&["read", "--lang", "vi"], &CARD[..]].concat(),
        &["card", "info", "--reader", "emulator:blank-001"],
        &["emulator", "interface", "blank-001", "contactless"],
        &["card", "info", "--reader", "emulator:blank-001"],
    ]);
    let read: Value = serde_json::from_str(
        &house.stdout(&[&["read", "--json", "--reader", "emulator:blank-002"], &CARD[2..]].concat()),
    )
    .unwrap();
    let zone = read["mrz"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| format!("{}\n", line.as_str().unwrap()))
        .collect::<String>();
    fs::write(house.path().join("zone.txt"), zone).unwrap();
    said += &house.transcript(&["verify", "--reader", "emulator:blank-002", "--mrz-file", "zone.txt"]);
    assert_snapshot!(said);
    let portrait = fs::read(house.path().join("card/portrait.jpg")).unwrap();
    assert_eq!(portrait[..3], [0xFF, 0xD8, 0xFF]);
    assert!(house.path().join("card/DG13.bin").exists());
}

#[test]
fn every_other_verdict() {
    let house = House::issued();
    let other = House::with_home();
    let trust = other.path().join("home");
    let mut said = verify(&house, &["--policy", "real"]);
    said += &verify(&house, &["--trust", trust.to_str().unwrap()])
        .replace(other.path().to_str().unwrap(), "THERE");
    said += &verify(&house, &["--at", "2026-01-01"]);
    said += &verify(&house, &["--at", "2035-01-01"]);
    let configuration = house.path().join("home/config.toml");
    let text = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, text.replace("crl_grace_days = 0", "crl_grace_days = 20000")).unwrap();
    said += &verify(&house, &["--at", "2036-12-31"]);
    fs::write(&configuration, text).unwrap();
    said += &house.session(&[
        &["verify", "--reader", "emulator:blank-001", "--can", "12345"],
        &["verify", "--reader", "emulator:blank-001", "--can", "000000"],
        &["verify", "--reader", "emulator:blank-006", "--can", "000000"],
        &["verify", "--reader", "emulator:blank-006", "--from-registry"],
        &["verify", "--reader", "emulator:nobody", "--can", "000000"],
        &["verify", "--reader", "emulator:*", "--can", "000000"],
        &["verify", "--reader", "emulator:blank-001", "--can", "000000", "--trust", PORTRAITS],
        &["verify", "--reader", "emulator:blank-001"],
        &["ca", "revoke-signer"],
    ]);
    said += &verify(&house, &[]);
    assert_snapshot!(said);
}

#[test]
fn the_report_has_the_form_of_its_schema() {
    let house = House::issued();
    let report: Value =
        serde_json::from_str(&house.stdout(&[&["verify", "--json"], &CARD[..]].concat())).unwrap();
    let schema: Value = serde_json::from_str(&house.stdout(&["schema", "verify"])).unwrap();
    for name in schema["required"].as_array().unwrap() {
        assert!(!report[name.as_str().unwrap()].is_null(), "{name}");
    }
    for name in report.as_object().unwrap().keys() {
        assert!(!schema["properties"][name].is_null(), "{name}");
    }
    assert_eq!(report["verdict"], "valid");
    assert_eq!(report["chip_proof"], "chip_authentication");
    assert_eq!(report["checks"].as_array().unwrap().len(), 15);
}

#[test]
fn a_card_is_revoked_and_replaced() {
    let house = House::issued();
    let list = house.stdout(&["list", "--json"]);
    let first: Value = serde_json::from_str(list.lines().next().unwrap()).unwrap();
    let (card, member) = (first["card"].as_str().unwrap(), first["member"].as_str().unwrap());
    let issue = ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*"];
    let said = house.session(&[
        &["revoke", card, "--reason", "lost"],
        &["revoke", card, "--reason", "Somebody Lost It"],
        &["revoke", "000000000", "--reason", "lost"],
        &["status"],
        &issue,
        &["status"],
    ]);
    assert_snapshot!(said.replace(member, "MEMBER"));
}

#[test]
fn the_plan_touches_nothing() {
    let house = House::with_home();
    house.members(&house::GOOD[..2]);
    let before = fs::read(house.path().join("home/registry.sqlite")).unwrap();
    let plan = ["plan", "--members", "members.csv", "--portraits", PORTRAITS, "--member", house::GOOD[1]];
    let said = house.transcript(&plan);
    assert_eq!(fs::read(house.path().join("home/registry.sqlite")).unwrap(), before);
    let shown: Value = serde_json::from_str(&house.stdout(&[&plan[..], &["--json"]].concat())).unwrap();
    assert_eq!(shown["plans"][1]["name"], "write");
    // the length of the signer's certificate, and with it that of EF.SOD, differs from run to run
    let security_object = |line: &&str| line.ends_with("EF.SOD>") || line.trim_start().starts_with("011DFF");
    let lines: Vec<&str> = said.lines().filter(|line| !security_object(line)).collect();
    assert_snapshot!(lines.join("\n"));
}
