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

/// A signer that is revoked signs nothing more: an older one that is not goes on.
#[test]
fn a_revoked_signer_is_passed_over() {
    let (house, number) = one_card(&[]);
    assert_eq!(exit(&house, &["ca", "new-signer"]), 0);
    assert_eq!(exit(&house, &["ca", "revoke-signer"]), 0);
    // the newest, once, however often it is said
    assert_eq!(exit(&house, &["ca", "revoke-signer"]), 0);
    assert_eq!(verdict(&house), 0);
    let unit = ["--unit-code", "14.99", "--unit-name", "Chi bộ mới"];
    house.approve_change(&number, &unit);
    let update = on(&["update"], &number, &unit);
    assert_eq!(exit(&house, &[&update[..], &["--batch", "card.batch"]].concat()), 0);
    assert_eq!(verdict(&house), 0);
}

/// What a home calls itself does not make a real root a test root.
#[test]
fn a_real_root_makes_no_test_home() {
    let house = House::with_home();
    assert_eq!(exit(&house, &["ca", "show"]), 0);
    let from = jiff::Timestamp::now();
    let real = chipwright_testkit::AuthorityOptions::real("Example Party", 1, from);
    let root = chipwright_testkit::Authority::new(&real).root;
    fs::write(house.path().join("home/ca/root-2.pem"), root.to_pem()).unwrap();
    for (lang, words) in [("en", "is the root of real cards"), ("vi", "là gốc của thẻ thật")] {
        let refused = house.output(&["--lang", lang, "list"]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(refused.status.code() == Some(5) && said.contains(words), "{said}");
    }
}
