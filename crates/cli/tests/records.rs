//! `terminal` and `record`: from an issuer's home to the records of a card, and what is told when something is wrong.
#![allow(clippy::unwrap_used, reason = "tests")]

mod house;

use house::{GOOD, House, PORTRAITS};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;
use std::process::Output;

const CARD: [&str; 5] = ["--reader", "emulator:blank-001", "--from-registry", "--terminal", "kiosk"];

/// A home whose cards have records, one of them issued, and a terminal with these rights.
fn house(rights: &[&str]) -> House {
    let house = House::empty();
    succeeds(&house, &["init", "home", "--records"]);
    succeeds(&house, &["emulator", "create", "--count", "1"]);
    house.members(&GOOD[..1]);
    let issue = ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*"];
    succeeds(&house, &issue);
    terminal(&house, "kiosk", rights);
    house
}

fn terminal(house: &House, name: &str, rights: &[&str]) {
    let mut arguments = vec!["terminal", "issue", name];
    arguments.extend(rights.iter().flat_map(|right| ["--right", right]));
    succeeds(house, &arguments);
}

fn succeeds(house: &House, arguments: &[&str]) -> Output {
    let done = house.output(arguments);
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    done
}

fn record(what: &[&'static str]) -> Vec<&'static str> {
    [&["record"], what, &CARD[..]].concat()
}

fn add_year(house: &House, year: &str) -> Output {
    let set = format!("year={year}");
    let arguments =
        [&["record", "add", "party-life", "--set", &set, "--set", "grade=good"], &CARD[..]].concat();
    house.output(&arguments)
}

fn json(house: &House, arguments: &[&str]) -> Value {
    serde_json::from_slice(&house.output(arguments).stdout).unwrap()
}

/// Every key that the schema demands is there, and no other.
fn has_form(value: &Value, schema: &Value) {
    for name in schema["required"].as_array().unwrap() {
        assert!(
            !value[name.as_str().unwrap()].is_null() || value.get(name.as_str().unwrap()).is_some(),
            "{name}"
        );
    }
}

#[test]
fn records_from_the_first_terminal_to_the_last_word() {
    let house = house(&["can-allowed", "read:party-life", "append:party-life", "read:citizen-number"]);
    let mut said = house.transcript(&["terminal", "show"]);
    said += &house.session(&[
        &record(&["add", "party-life", "--set", "year=2025", "--set", "grade=excellent"]),
        &["record", "new-signer"],
        &record(&[
            "add",
            "party-life",
            "--set",
            "year=2026",
            "--set",
            "grade=good",
            "--unit",
            "54.042",
            "Chi bộ Làng Bò",
        ]),
        &record(&["list", "party-life"]),
        &record(&["verify", "party-life"]),
        &[&["--lang", "vi"], &record(&["list", "party-life"])[..]].concat(),
        &[&["--lang", "vi"], &record(&["verify"])[..]].concat(),
        &record(&["add", "training", "--set", "course=A"]),
        &record(&["add", "citizen-number", "--set", "number=1"]),
        &record(&["add", "party-life", "--set", "year=1900", "--set", "grade=good"]),
        &record(&["add", "party-life", "--set", "year"]),
        &record(&["list", "training"]),
        &[&["record", "list", "--terminal", "nobody"], &CARD[..3]].concat(),
        &[&["--lang", "vi", "record", "list", "training"], &CARD[..]].concat(),
    ]);
    assert_snapshot!(without_room(&said));
}

/// How much room is left depends on the lengths of signatures in certificates.
fn without_room(said: &str) -> String {
    let mut out = String::new();
    for line in said.lines() {
        match line.split_once("room for ") {
            Some((before, after)) => {
                let after = after.trim_start_matches(|c: char| c.is_ascii_digit());
                out.push_str(&format!("{before}room for [N]{after}\n"));
            }
            None => out.push_str(&format!("{line}\n")),
        }
    }
    out
}

#[test]
fn output_has_the_form_of_its_schema() {
    let house = house(&["can-allowed", "read:party-life", "append:party-life"]);
    let schema: Value = serde_json::from_slice(&succeeds(&house, &["schema", "record"]).stdout).unwrap();
    let added =
        json(&house, &record(&["add", "party-life", "--set", "year=2025", "--set", "grade=good", "--json"]));
    has_form(&added, &schema["$defs"]["added"]);
    assert_eq!((&added["number"], &added["category"]), (&Value::from(1), &Value::from("party-life")));
    let listed = json(&house, &record(&["list", "--json"]));
    has_form(&listed, &schema["$defs"]["list"]);
    let first = &listed["categories"][0]["records"][0];
    has_form(first, &schema["$defs"]["record"]);
    assert_eq!(first["content"], serde_json::json!({ "year": 2025, "grade": "good" }));
    let checked = json(&house, &record(&["verify", "--json"]));
    has_form(&checked, &schema["$defs"]["check"]);
    let file = &checked["categories"][0];
    has_form(file, &schema["$defs"]["file"]);
    assert_eq!((&file["tail"], &file["head_sha256"]), (&Value::from("anchored"), &added["sha256"]));
    let schema: Value = serde_json::from_slice(&succeeds(&house, &["schema", "terminal"]).stdout).unwrap();
    let shown = json(&house, &["terminal", "show", "--json"]);
    has_form(&shown, &schema);
    has_form(&shown["terminals"][0], &schema["$defs"]["terminal"]);
    assert_eq!(shown["terminals"][0]["usable"], true);
    // the same record from a file
    fs::write(
        house.path().join("record.json"),
        r#"{"year": 2026, "grade": "completed", "note": "Đã nộp bản kiểm điểm"}"#,
    )
    .unwrap();
    succeeds(&house, &record(&["add", "party-life", "--from", "record.json"]));
    let listed = json(&house, &record(&["list", "--json"]));
    assert_eq!(listed["categories"][0]["records"][1]["content"]["note"], "Đã nộp bản kiểm điểm");
}

/// A card that was put back to an earlier state lacks its last record: only the registry knows.
#[test]
fn records_taken_from_the_end_are_found_by_what_the_registry_has_seen() {
    let house = house(&["can-allowed", "read:party-life", "append:party-life"]);
    assert!(add_year(&house, "2024").status.success());
    let card = house.path().join("home/emulator/blank-001.card");
    let before = fs::read(&card).unwrap();
    assert!(add_year(&house, "2025").status.success());
    fs::write(&card, before).unwrap();
    let mut said = house.transcript(&record(&["verify"]));
    said += &house.transcript(&record(&["add", "party-life", "--set", "year=2026", "--set", "grade=good"]));
    said += &house.transcript(&[&["--lang", "vi"], &record(&["verify"])[..]].concat());
    assert_snapshot!(said);
    let found = json(&house, &record(&["verify", "--json"]));
    assert_eq!(found["categories"][0]["findings"][0]["kind"], "tail-removed");
    assert_eq!(
        (&found["good"], &found["categories"][0]["tail"]),
        (&Value::from(false), &Value::from("broken"))
    );
}

/// One link certificate, brought by the first terminal under the new key, rolls the card.
#[test]
fn the_authority_of_terminals_is_rolled() {
    let house = house(&["can-allowed", "read:party-life", "append:party-life"]);
    assert!(add_year(&house, "2024").status.success());
    succeeds(&house, &["terminal", "roll"]);
    // the former terminal still opens the card, which has not heard of the new key
    assert!(add_year(&house, "2025").status.success());
    terminal(&house, "kiosk", &["can-allowed", "read:party-life", "append:party-life"]);
    assert!(add_year(&house, "2026").status.success());
    assert!(add_year(&house, "2027").status.success(), "and again, without the link");
    let shown = json(&house, &["terminal", "show", "--json"]);
    assert_eq!(shown["trust_point"], "VNCVCA00002");
    assert_eq!(shown["authorities"].as_array().unwrap().len(), 2);
    let names: Vec<&str> = shown["terminals"]
        .as_array()
        .unwrap()
        .iter()
        .map(|terminal| terminal["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["kiosk-00001", "kiosk-00002"]);
    let checked = json(&house, &record(&["verify", "--json"]));
    assert_eq!(
        (&checked["good"], &checked["categories"][0]["records"]),
        (&Value::from(true), &Value::from(4))
    );
    let chain = fs::read(house.path().join("home/terminals/kiosk-00002.chain")).unwrap();
    assert_eq!(chain.windows(2).filter(|tag| tag == b"\x7F\x21").count(), 4, "CVCA, link, DV, terminal");
}

#[test]
fn a_terminal_may_keep_its_key_to_itself_and_share_a_bit() {
    let house = house(&["can-allowed", "append:rights"]);
    let shown = json(&house, &["terminal", "show", "--json"]);
    assert_eq!(shown["terminals"][0]["rights"], serde_json::json!(["can-allowed", "append:rights"]));
    let transfer = [
        "add",
        "transfer",
        "--set",
        "from.code=1",
        "--set",
        "from.name=A",
        "--set",
        "to.code=2",
        "--set",
        "to.name=B",
    ];
    let refused = house.output(
        &[
            &["record"],
            &transfer[..],
            &["--set", "on=2026-10-01", "--set", "kind=permanent", "--set", "document=1"],
            &CARD,
        ]
        .concat(),
    );
    assert_eq!(refused.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no right to append:transfer"));

    // a terminal that may append and not read goes on from what the registry has seen
    let change = |right: &str| {
        let set = format!("right={right}");
        let more = ["--set", "change=granted", "--set", "from=2026-01-01", "--set", "decision=1-QĐ"];
        succeeds(&house, &[&["record", "add", "rights", "--set", &set], &more[..], &CARD].concat());
    };
    change("Quyền ứng cử");
    change("Quyền đề cử");
    terminal(&house, "reader", &["can-allowed", "read:rights"]);
    let verify = [&["record", "verify", "--json", "--terminal", "reader"], &CARD[..3]].concat();
    let checked = json(&house, &verify);
    assert_eq!(
        (&checked["good"], &checked["categories"][0]["records"]),
        (&Value::from(true), &Value::from(2))
    );

    let asked = succeeds(&house, &["terminal", "request", "post"]);
    let path = String::from_utf8(asked.stdout).unwrap();
    succeeds(
        &house,
        &[
            "terminal",
            "issue",
            "--request",
            path.trim(),
            "--right",
            "can-allowed",
            "--right",
            "read:training",
        ],
    );
    let listed = [&["record", "list", "--terminal", "post"], &CARD[..3]].concat();
    assert_eq!(String::from_utf8(succeeds(&house, &listed).stdout).unwrap(), "training (0)\n");
    fs::write(house.path().join("broken.request"), b"\x7F\x21\x00").unwrap();
    let broken =
        house.output(&["terminal", "issue", "--request", "broken.request", "--right", "can-allowed"]);
    assert_eq!(broken.status.code(), Some(2));
}

#[test]
fn homes_without_terminals_say_how_to_make_them() {
    let house = House::with_home();
    assert!(house.output(&["emulator", "create", "blank-001"]).status.success());
    let said = house.session(&[
        &["terminal", "show"],
        &["terminal", "issue", "kiosk", "--right", "can-allowed"],
        &["terminal", "init-cvca"],
        &["terminal", "init-cvca"],
        &["--lang", "vi", "terminal", "issue", "much-too-long", "--right", "can-allowed"],
        &["terminal", "issue", "kiosk", "--right", "read:everything"],
    ]);
    assert_snapshot!(said);
}
