//! Card statuses from the registry to a kiosk: set, published, checked, and what stands in the way.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use house::House;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

const READER: &str = "emulator:blank-001";

/// A home with five issued cards and a signer of status lists.
struct Office {
    house: House,
    cards: Vec<String>,
}

fn office() -> Office {
    let house = House::issued();
    let made = house.output(&["ca", "new-signer", "--role", "status-list"]);
    assert!(made.status.success(), "{}", said(&made));
    let cards = lines(&house.stdout(&["list", "--json"]))
        .iter()
        .map(|line| line["card"].as_str().unwrap().to_owned())
        .collect();
    Office { house, cards }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

impl Office {
    fn set(&self, card: usize, status: &str) -> Output {
        self.house.output(&["status", "set", &self.cards[card], status, "--why", "lost", "--json"])
    }

    fn publish(&self) -> Value {
        let done = self.house.output(&["status", "publish", "--json"]);
        assert!(done.status.success(), "{}", said(&done));
        serde_json::from_slice(&done.stdout).unwrap()
    }

    /// What the published list says of a card, and the exit code.
    fn check(&self, card: usize, more: &[&str]) -> (Value, i32) {
        let words = [&["status", "check", "--card", &self.cards[card], "--json"], more].concat();
        let done = self.house.output(&words);
        let shown = serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", said(&done)));
        (shown, done.status.code().unwrap())
    }

    /// The verdict of a kiosk on the card in the emulator, and its check of the status.
    fn verify(&self, reader: &str, more: &[&str]) -> (i32, Value) {
        let words = [&["verify", "--reader", reader, "--from-registry", "--json"], more].concat();
        let done = self.house.output(&words);
        let report: Value =
            serde_json::from_slice(&done.stdout).unwrap_or_else(|_| panic!("{}", said(&done)));
        let checks = report["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["name"] == "card_status").unwrap().clone();
        (done.status.code().unwrap(), check)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.house.path().join("home").join(name)
    }

    fn configure(&self, from: &str, to: &str) {
        let path = self.path("config.toml");
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(&path, text.replace(from, to)).unwrap();
    }
}

#[test]
fn a_change_reaches_kiosks_with_the_next_publication_and_not_before() {
    let office = office();
    let first = office.publish();
    assert_eq!(first["number"], 1);
    assert_eq!((&first["lists"][0]["revoked"], &first["lists"][0]["entries"]), (&0.into(), &131_072.into()));
    for (card, status) in [(0, "suspended"), (1, "invalid")] {
        let done = office.set(card, status);
        assert!(done.status.success(), "{}", said(&done));
    }
    let done: Value = serde_json::from_slice(&office.set(0, "suspended").stdout).unwrap();
    assert_eq!((&done["before"], &done["unpublished_changes"]), (&"suspended".into(), &2.into()));
    assert_eq!(office.check(0, &[]).1, 0, "not published yet");
    let second = office.publish();
    let list = &second["lists"][0];
    assert_eq!((&second["number"], &list["revoked"], &list["suspended"]), (&2.into(), &1.into(), &1.into()));
    for (card, status, code) in [(0, "suspended", 13), (1, "invalid", 12), (2, "valid", 0)] {
        for token in ["home/status/current/0.jwt", "home/status/current/0.cwt"] {
            let (shown, exit) = office.check(card, &["--token", token]);
            assert_eq!((shown["status"].as_str(), exit), (Some(status), code), "{token}");
            assert_eq!((&shown["fresh"], &shown["publication"]), (&true.into(), &2.into()));
        }
    }
    let (_, beyond) = {
        let done = office.house.output(&["status", "check", "--list", "0", "--index", "131072", "--json"]);
        (said(&done), done.status.code().unwrap())
    };
    assert_eq!(beyond, 18, "a place that the list does not have");
    // INVALID is final; the next publication still says so
    let refused = office.set(1, "valid");
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    assert!(said(&refused).contains("never valid again"), "{}", said(&refused));
    let lifted = office.set(0, "valid");
    assert!(lifted.status.success());
    let third = office.publish();
    assert_eq!((&third["lists"][0]["revoked"], &third["lists"][0]["suspended"]), (&1.into(), &0.into()));
    assert_eq!(office.check(0, &[]).1, 0);
    // the publication before stays for readers who are at it, older ones are gone
    let there = |number: u32| office.path(&format!("status/{number}")).exists();
    assert_eq!((there(1), there(2), there(3)), (false, true, true));
}

#[test]
fn a_kiosk_refuses_what_the_list_revokes() {
    let office = office();
    let (code, check) = office.verify(READER, &[]);
    assert_eq!(
        (code, check["result"].as_str()),
        (0, Some("not_offered")),
        "a test home begins without a list"
    );
    office.configure("rule = \"if-present\"", "rule = \"required\"");
    let (code, check) = office.verify(READER, &[]);
    assert_eq!((code, check["verdict"].as_str()), (18, Some("trust_data_stale")), "{check}");
    office.publish();
    for (status, expected) in [("valid", 0), ("suspended", 13), ("valid", 0), ("invalid", 12)] {
        // every card, as the software cards do not say which number they got
        for card in 0..office.cards.len() {
            let done = office.set(card, status);
            assert!(done.status.success(), "{}", said(&done));
        }
        office.publish();
        let (code, check) = office.verify(READER, &[]);
        assert_eq!(code, expected, "{status}: {check}");
        assert_eq!(check["result"] == "passed", expected == 0, "{check}");
    }
    // an expired list: what it revokes stays revoked; the date is the list's own
    let (code, check) = office.verify(READER, &["--at", "2027-01-20T00:00:00Z"]);
    assert!([12, 18].contains(&code), "{check}");
}

#[test]
fn lists_that_do_not_count_are_told_and_not_taken() {
    let office = office();
    office.set(0, "invalid");
    office.publish();
    let current = fs::read_link(office.path("status/current")).unwrap();
    let folder = office.path("status").join(current);
    let good = fs::read(folder.join("0.cwt")).unwrap();
    let mut altered = good.clone();
    let middle = altered.len() / 2;
    altered[middle] ^= 1;
    let stranger = self::office();
    stranger.publish();
    let foreign = fs::read(stranger.path("status/current/0.cwt")).unwrap();
    for (bytes, words) in [
        (&altered[..], "does not count"),
        (&good[..good.len() - 9], "does not count"),
        (&foreign[..], "does not count"),
        (&b"not a token"[..], "does not count"),
    ] {
        fs::write(office.house.path().join("token.cwt"), bytes).unwrap();
        let done =
            office.house.output(&["status", "check", "--card", &office.cards[0], "--token", "token.cwt"]);
        assert_eq!(done.status.code(), Some(5), "{}", said(&done));
        assert!(said(&done).contains(words), "{}", said(&done));
        fs::write(folder.join("0.cwt"), bytes).unwrap();
        let done = office.house.output(&["verify", "--reader", READER, "--from-registry"]);
        assert!(said(&done).contains("was not taken"), "{}", said(&done));
    }
    // another list than the one asked for
    fs::write(folder.join("0.cwt"), &good).unwrap();
    let done = office.house.output(&[
        "status",
        "check",
        "--list",
        "7",
        "--index",
        "3",
        "--token",
        "home/status/current/0.cwt",
    ]);
    assert_eq!(done.status.code(), Some(5));
    assert!(said(&done).contains("not of list 7"), "{}", said(&done));
}

#[test]
fn a_registry_that_forgot_a_revocation_publishes_nothing() {
    let office = office();
    office.publish();
    let registry = office.path("registry.sqlite");
    let copy = |to: &str| {
        for tail in ["", "-wal", "-shm"] {
            let from = registry.with_file_name(format!("registry.sqlite{tail}"));
            let kept = office.house.path().join(format!("{to}{tail}"));
            let _ = fs::copy(from, kept);
        }
    };
    copy("kept");
    office.set(0, "invalid");
    office.publish();
    // the backup of before the revocation comes back
    for tail in ["", "-wal", "-shm"] {
        let to = registry.with_file_name(format!("registry.sqlite{tail}"));
        let _ = fs::remove_file(&to);
        let _ = fs::copy(office.house.path().join(format!("kept{tail}")), &to);
    }
    for _ in 0..2 {
        let refused = office.house.output(&["status", "publish"]);
        assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
        assert!(said(&refused).contains("restore the newer one"), "{}", said(&refused));
    }
    assert_eq!(office.check(0, &[]).1, 12, "what was published stays in force");
}

/// Two processes at once: a change is in a publication whole or not at all, and whoever is refused has changed nothing.
#[test]
fn setting_and_publishing_at_once() {
    let office = office();
    office.publish();
    std::thread::scope(|scope| {
        let setter = scope.spawn(|| {
            let mut done = 0;
            for turn in 0..12 {
                let status = if turn % 2 == 0 { "suspended" } else { "valid" };
                let output = office.set(2, status);
                match output.status.code() {
                    Some(0) => done += 1,
                    Some(5) => assert!(said(&output).contains("in use"), "{}", said(&output)),
                    other => panic!("{other:?}: {}", said(&output)),
                }
            }
            done
        });
        for _ in 0..8 {
            let output = office.house.output(&["status", "publish", "--json"]);
            match output.status.code() {
                Some(0) => {
                    let (shown, _) = office.check(2, &[]);
                    assert!(["valid", "suspended"].contains(&shown["status"].as_str().unwrap()));
                }
                Some(5) => assert!(said(&output).contains("in use"), "{}", said(&output)),
                other => panic!("{other:?}: {}", said(&output)),
            }
        }
        assert!(setter.join().unwrap() > 0);
    });
    let last: Value = serde_json::from_slice(&office.set(2, "suspended").stdout).unwrap();
    assert_eq!(last["now"], "suspended");
    office.publish();
    assert_eq!(office.check(2, &[]).1, 13);
}

#[test]
fn what_a_publication_needs() {
    let house = House::with_home();
    let refused = house.output(&["status", "publish"]);
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    assert!(said(&refused).contains("ca new-signer --role status-list"), "{}", said(&refused));
    assert!(house.output(&["ca", "new-signer", "--role", "status-list"]).status.success());
    let refused = house.output(&["status", "publish"]);
    assert_eq!(refused.status.code(), Some(2), "{}", said(&refused));
    assert!(said(&refused).contains("no card has taken a place"), "{}", said(&refused));
    let refused = house.output(&["status", "check", "--list", "0", "--index", "1"]);
    assert_eq!(refused.status.code(), Some(5));
    assert!(said(&refused).contains("published no status list 0"), "{}", said(&refused));
}

/// The publication in another folder is the same, and its JSON has the keys of the schema.
#[test]
fn a_copy_for_a_web_server_and_the_schema() {
    let office = office();
    let done = office.house.output(&["status", "publish", "--out", "www", "--json"]);
    assert!(done.status.success(), "{}", said(&done));
    for name in ["0.jwt", "0.cwt"] {
        let own = fs::read(office.path("status/current").join(name)).unwrap();
        assert_eq!(fs::read(office.house.path().join("www/current").join(name)).unwrap(), own, "{name}");
    }
    let schema: Value = serde_json::from_str(&office.house.stdout(&["schema", "status"])).unwrap();
    let keys = |value: &Value| {
        let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    let published: Value = serde_json::from_slice(&done.stdout).unwrap();
    let set: Value = serde_json::from_slice(&office.set(0, "suspended").stdout).unwrap();
    let (checked, _) = office.check(1, &[]);
    for (name, shown) in [("publication", &published), ("set", &set), ("check", &checked)] {
        let form = &schema["$defs"][name]["properties"];
        assert_eq!(keys(shown), keys(form), "{name}");
        assert_eq!(shown["schema"], form["schema"]["const"]);
    }
    let list = &schema["$defs"]["publication"]["properties"]["lists"]["items"]["properties"];
    assert_eq!(keys(&published["lists"][0]), keys(list));
    let progress: Value = serde_json::from_str(&office.house.stdout(&["status", "--json"])).unwrap();
    assert_eq!(progress["status_lists"]["publication"], 1);
    assert_eq!(progress["status_lists"]["unpublished_changes"], 1);
}
