//! `--record`, `trace show` and `replay:FILE`, and other things said of software cards: damaged files, tries by hand, a reader that hangs up.
#![allow(clippy::unwrap_used, reason = "tests")]

mod house;

use chipwright_registry::ChipId;
use house::House;
use insta::assert_snapshot;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::Stdio;

#[test]
fn a_session_is_recorded_and_replayed() {
    let house = House::with_home();
    house.output(&["emulator", "create", "a"]);
    fs::write(house.path().join("members.csv"), "a,b\n").unwrap();
    let said = house.session(&[
        &["card", "info", "--reader", "emulator:a", "--record", "info.jsonl"],
        &["card", "info", "--reader", "emulator:a", "--record", "info.jsonl"],
        &["card", "info", "--reader", "replay:info.jsonl"],
        &["card", "info", "--reader", "replay:info.jsonl", "--json"],
        &["card", "info", "--reader", "replay:info.jsonl", "--lang", "vi"],
        &["apdu", "--reader", "replay:info.jsonl", "00A4040000"],
        &["apdu", "--reader", "replay:info.jsonl", "00A4040000", "--lang", "vi"],
        &["verify", "--reader", "replay:info.jsonl", "--can", "123456"],
        &["read", "--reader", "replay:info.jsonl", "--from-registry", "--lang", "vi"],
        &["card", "info", "--reader", "replay:members.csv"],
        &["card", "info", "--reader", "replay:nowhere.jsonl"],
        &["card", "info", "--reader", "emulator:a", "--record-with-personal-data"],
        &["issue", "--members", "m", "--portraits", "p", "--reader", "replay:info.jsonl"],
        &["trace", "show", "members.csv"],
    ]);
    assert_snapshot!(said);
    let shown = house.stdout(&["trace", "show", "info.jsonl"]);
    assert!(shown.lines().any(|line| line.starts_with("1  RESET")), "{shown}");
    assert!(shown.contains("production_data, 42 bytes"), "{shown}");

    let kept =
        ["card", "info", "--reader", "emulator:a", "--record", "chip.jsonl", "--record-with-identifiers"];
    let told = house.stdout(&kept);
    assert_eq!(house.stdout(&["card", "info", "--reader", "replay:chip.jsonl"]), told);
}

#[test]
fn a_command_that_came_to_no_exchange_leaves_no_recording() {
    let house = House::with_home();
    house.output(&["emulator", "create", "a"]);
    let kept = house.path().join("kept.jsonl");
    let apdu =
        |hex: &str| house.output(&["apdu", "--reader", "emulator:a", "--record", "kept.jsonl", hex]).status;
    assert_eq!(apdu("00").code(), Some(2));
    assert!(!kept.exists());
    assert_eq!(apdu("00A4040000").code(), Some(0));
    let written = fs::read(&kept).unwrap();
    // a mistake in the same command does not hide that the file is there
    assert_eq!(apdu("00A4040000").code(), Some(2));
    assert_eq!(fs::read(&kept).unwrap(), written);

    house.members(&house::GOOD[..1]);
    let issue = |file: &str| {
        let issue = ["issue", "--members", "members.csv", "--portraits", house::PORTRAITS];
        house.output(&[&issue[..], &["--reader", "emulator:a", "--record", file]].concat())
    };
    assert!(issue("issue.jsonl").status.success());
    assert!(house.path().join("issue.jsonl").exists());
    // nobody waits and no chip is left
    issue("again.jsonl");
    assert!(!house.path().join("again.jsonl").exists());
    let nowhere = issue("no-folder/issue.jsonl");
    assert_eq!(nowhere.status.code(), Some(5));
}

#[test]
fn what_was_recorded_is_answered_again() {
    let house = House::with_home();
    house.output(&["emulator", "create", "a"]);
    let apdu = ["apdu", "80CA006600", "80CA00E000", "--reader"];
    let told = house.stdout(&[&apdu[..], &["emulator:a", "--record", "apdu.jsonl"]].concat());
    assert!(told.contains("< 9000"), "{told}");
    assert_eq!(house.stdout(&[&apdu[..], &["replay:apdu.jsonl"]].concat()), told);

    // nor does a recorded chip stand in the registry, or lose a try
    let update = ["apdu", "8050000008010203040506070800", "--reader"];
    assert!(house.output(&[&update[..], &["emulator:a", "--record", "try.jsonl"]].concat()).status.success());
    let before = house.stdout(&["status"]);
    assert!(before.contains("1 seen"), "{before}");
    assert!(house.output(&[&update[..], &["replay:try.jsonl"]].concat()).status.success());
    assert_eq!(house.stdout(&["status"]), before);
}

#[test]
fn a_damaged_card_is_listed_and_passed_over() {
    let house = House::with_home();
    house.members(&house::GOOD[..1]);
    house.output(&["emulator", "create", "--count", "2"]);
    fs::write(house.path().join("home/emulator/blank-001.card"), "no card").unwrap();
    let issue =
        ["issue", "--members", "members.csv", "--portraits", house::PORTRAITS, "--reader", "emulator:*"];
    assert_snapshot!(house.session(&[&["emulator", "list"], &["emulator", "list", "--json"], &issue]));
}

#[test]
fn tries_by_hand_are_counted() {
    let house = House::with_home();
    house.output(&["emulator", "create", "a"]);
    let initialize = "8050000008AABBCCDDEEFF112200";
    let four = ["apdu", "--reader", "emulator:a", initialize, initialize, initialize, initialize];
    assert!(house.output(&four).status.success());
    // the last one is for a person to name
    let fifth = house.output(&["apdu", "--reader", "emulator:a", initialize]);
    assert_eq!(fifth.status.code(), Some(4));
    assert!(fifth.stdout.is_empty(), "nothing was sent");
    let words = String::from_utf8(fifth.stderr).unwrap();
    assert!(words.contains("last"), "{words}");
    let view = chipwright_registry::View::open(&house.path().join("home/registry.sqlite")).unwrap();
    let list = house.stdout(&["emulator", "list", "--json"]);
    let card: serde_json::Value = serde_json::from_str(list.trim()).unwrap();
    let chip = ChipId::from_digits(card["chip"].as_str().unwrap()).unwrap();
    assert_eq!(view.tries_spent(&chip, 1).unwrap(), 4);
}

#[test]
fn cards_are_made_when_nobody_reads_their_names_to_the_end() {
    let house = House::with_home();
    let mut create = house
        .command(&["emulator", "create", "--count", "40"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // hangs up before anything is written
    drop(create.stdout.take());
    let mut complaints = String::new();
    BufReader::new(create.stderr.take().unwrap()).read_line(&mut complaints).unwrap();
    assert_eq!((complaints.as_str(), create.wait().unwrap().code()), ("", Some(0)));
    assert_eq!(house.json_lines(&["emulator", "list", "--json"]).len(), 40);
}
