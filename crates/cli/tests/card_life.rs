//! `card suspend`, `resume`, `block`, `unblock`, `terminate`, `update`, `history`: an issued card lives on, in both languages.
#![allow(clippy::unwrap_used, reason = "tests")]

mod house;

use house::{GOOD, House, PORTRAITS};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;

const READER: [&str; 2] = ["--reader", "emulator:blank-001"];

/// A home with one issued card, and its number.
fn one_card(chip: &[(&str, &str)]) -> (House, String) {
    let house = House::with_home();
    let path = house.path().join("home/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, chip.iter().fold(text, |text, (from, to)| text.replace(from, to))).unwrap();
    assert!(house.output(&["emulator", "create", "--count", "2"]).status.success());
    house.members(&GOOD[..1]);
    let mut issue = vec!["issue", "--members", "members.csv", "--portraits", PORTRAITS];
    issue.extend(["--reader", "emulator:blank-001", "--letter-printer", "tee letter.pdf"]);
    let done = house.output(&issue);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let card: Value =
        serde_json::from_str(house.stdout(&["list", "--json"]).lines().next().unwrap()).unwrap();
    let number = card["card"].as_str().unwrap().to_owned();
    (house, number)
}

fn on<'a>(what: &[&'a str], number: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["card"], what, &[number], &READER, more].concat()
}

fn exit(house: &House, arguments: &[&str]) -> i32 {
    house.output(arguments).status.code().unwrap()
}

fn verdict(house: &House) -> i32 {
    exit(house, &["verify", "--reader", "emulator:blank-001", "--from-registry"])
}

#[test]
fn a_life_in_two_languages() {
    let (house, number) = one_card(&[]);
    let n = number.as_str();
    let vi = ["--lang", "vi"];
    let name = ["--name", "Nguyễn Thị Hồng Ánh"];
    house.approve_change(n, &name);
    let name = [&name[..], &["--batch", "card.batch"]].concat();
    let told = [
        house.transcript(&on(&["suspend"], n, &[])),
        house.transcript(&on(&["suspend"], n, &vi)),
        house.transcript(&on(&["update"], n, &name)),
        house.transcript(&on(&["update"], n, &[&name[..], &vi].concat())),
        house.transcript(&on(&["resume"], n, &[])),
        house.transcript(&on(&["update"], n, &name[..2])),
        house.transcript(&on(&["update"], n, &[&name[..2], &vi].concat())),
        house.transcript(&on(&["update"], n, &name)),
        house.transcript(&on(&["update"], n, &[&name[..], &vi].concat())),
        house.transcript(&on(&["update"], n, &["--name", "4"])),
        house.transcript(&on(&["block"], n, &vi)),
        house.transcript(&on(&["suspend"], n, &[])),
        house.transcript(&on(&["unblock"], n, &[])),
        house.transcript(&on(&["terminate"], n, &[])),
        house.transcript(&on(&["terminate"], n, &["--for-ever"])),
        house.transcript(&on(&["resume"], n, &[])),
        house.transcript(&on(&["resume"], n, &vi)),
        house.transcript(&["card", "history", n]),
        house.transcript(&["card", "history", n, "--lang", "vi"]),
        house.transcript(&["card", "history", "AAAAAAAAA"]),
    ];
    assert_snapshot!(told.join("\n"));
}

#[test]
fn the_verdict_follows() {
    let (house, number) = one_card(&[]);
    assert_eq!(verdict(&house), 0);
    for (what, wanted) in [(&["suspend"][..], 13), (&["resume"], 0), (&["block"], 12), (&["unblock"], 0)] {
        assert_eq!(exit(&house, &on(what, &number, &[])), 0, "{what:?}");
        assert_eq!(verdict(&house), wanted, "{what:?}");
    }
    let unit = ["--unit-code", "14.99", "--unit-name", "Chi bộ mới"];
    house.approve_change(&number, &unit);
    let unit = [&unit[..], &["--batch", "card.batch", "--json"]].concat();
    let done: Value = serde_json::from_str(&house.stdout(&on(&["update"], &number, &unit))).unwrap();
    assert_eq!(
        (done["schema"].as_str(), done["was_current"].as_bool()),
        (Some("chipwright-card-update/1"), Some(false))
    );
    assert_eq!(verdict(&house), 0);
    let said = house.stdout(&["read", "--reader", "emulator:blank-001", "--from-registry"]);
    assert!(said.contains("Chi bộ mới"), "{said}");
    let ended: Value =
        serde_json::from_str(&house.stdout(&on(&["terminate"], &number, &["--for-ever", "--json"]))).unwrap();
    assert_eq!((ended["before"].as_str(), ended["now"].as_str()), (Some("finished"), Some("terminated")));
    assert_eq!(verdict(&house), 12);
    // the member may have another card
    house.members(&GOOD[..1]);
    let issue =
        ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:blank-002"];
    assert_eq!(exit(&house, &issue), 0);
}
