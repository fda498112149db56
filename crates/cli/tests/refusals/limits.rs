//! Keys that are used more often than they may be, and ledgers that do not tell the truth.

use crate::house::{GOOD, House, PORTRAITS};
use crate::refused;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

const ISSUE: &[&str] =
    &["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*"];

/// A home whose signer may sign four times, with blanks.
fn home() -> House {
    let house = House::with_home();
    assert!(house.output(&["emulator", "create", "--count", "6"]).status.success());
    house.members(&GOOD[..5]);
    assert!(house.output(&["keys", "limit", "signer-1", "--to", "4"]).status.success());
    house
}

fn ledger(house: &House) -> PathBuf {
    house.path().join("home/keys/uses.jsonl")
}

/// Everything in the home that is not a lock.
fn contents(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => all.extend(contents(&path)),
            false => all.push((path.clone(), fs::read(path).unwrap())),
        }
    }
    all.sort();
    all.retain(|(path, _)| {
        let name = path.file_name().unwrap().to_string_lossy();
        // the database writes beside itself even when it is only read
        name != "lock" && !name.contains("sqlite-")
    });
    all
}

/// Refused, and nothing in the home is another.
fn nothing_changed(house: &House, slug: &str, tried: &str, arguments: &[&str]) -> Output {
    let before = contents(&house.path().join("home"));
    let output = house.output(arguments);
    refused("signer", slug, tried, &output);
    assert!(contents(&house.path().join("home")) == before, "{slug} changed something");
    output
}

#[test]
fn a_station_signs_no_more_than_it_may() {
    let house = home();
    // one rehearsal and a signature or two for each card: in the middle of the list the signer is at its end
    let stopped = house.output(ISSUE);
    refused(
        "signer",
        "limit_reached_in_a_batch",
        "a station issues more cards than its signer may sign",
        &stopped,
    );
    let cards = house.stdout(&["list", "--json"]);
    let issued = cards.matches("\"status\":\"issued\"").count();
    assert!((1..5).contains(&issued), "{cards}");
    let done = nothing_changed(
        &house,
        "limit_reached",
        "a station goes on with a signer that has signed as often as it may",
        ISSUE,
    );
    assert_eq!(done.status.code(), Some(5));
    nothing_changed(
        &house,
        "limit_raised",
        "a station gives its signer more signatures",
        &["keys", "limit", "signer-1", "--to", "1000"],
    );
    // what helps is what it says
    assert!(house.output(&["ca", "new-signer"]).status.success());
    assert!(house.output(ISSUE).status.success());
    assert_eq!(house.stdout(&["list", "--json"]).matches("\"status\":\"issued\"").count(), 5);
    assert!(house.output(&["keys", "audit"]).status.success());
}

#[test]
fn without_its_ledger_no_key_signs() {
    let house = home();
    let early = fs::read(ledger(&house)).unwrap();
    assert!(house.output(&["ca", "crl"]).status.success());
    let now = fs::read(ledger(&house)).unwrap();

    fs::remove_file(ledger(&house)).unwrap();
    nothing_changed(&house, "ledger_removed", "the ledger of key uses is deleted", &["ca", "crl"]);

    fs::write(ledger(&house), &early).unwrap();
    nothing_changed(&house, "ledger_of_yesterday", "an older copy of the ledger is put back", &["ca", "crl"]);
    nothing_changed(
        &house,
        "ledger_of_yesterday_audit",
        "an audit after an older copy was put back",
        &["keys", "audit"],
    );

    let text = String::from_utf8(now.clone()).unwrap();
    fs::write(ledger(&house), text.replacen("\"limit\":4", "\"limit\":9", 1)).unwrap();
    nothing_changed(&house, "ledger_changed", "a limit is changed in the ledger by hand", &["ca", "crl"]);

    let other = home();
    fs::copy(ledger(&other), ledger(&house)).unwrap();
    nothing_changed(
        &house,
        "ledger_of_another",
        "the ledger of another home is put in its place",
        &["ca", "crl"],
    );

    fs::write(ledger(&house), now).unwrap();
    assert!(house.output(&["ca", "crl"]).status.success());
}
