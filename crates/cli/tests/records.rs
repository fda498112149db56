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
    let change = |right: &str, first: &[&str]| {
        let set = format!("right={right}");
        let more = ["--set", "change=granted", "--set", "from=2026-01-01", "--set", "decision=1-QĐ"];
        succeeds(&house, &[&["record", "add", "rights", "--set", &set], &more[..], first, &CARD].concat());
    };
    change("Quyền ứng cử", &["--first"]);
    change("Quyền đề cử", &[]);
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

fn add_training(house: &House, terminal: &str, course: &str, more: &[&str]) -> Output {
    let course = format!("course={course}");
    let mut arguments = vec!["record", "add", "training", "--set", &course, "--set", "provider=A"];
    arguments.extend(["--set", "from=2026-03-02", "--set", "until=2026-03-13", "--terminal", terminal]);
    arguments.extend(&CARD[..3]);
    arguments.extend(more);
    house.output(&arguments)
}

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&done.stderr).into_owned()
}

/// An append at the wrong place cannot be taken back: where nobody knows the place, nothing is written.
#[test]
fn without_a_known_end_nothing_is_appended_unread() {
    let house = house(&["can-allowed", "read:training"]);
    terminal(&house, "desk", &["can-allowed", "append:training"]);
    let refused = add_training(&house, "desk", "A", &[]);
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    assert!(
        said(&refused).contains("the end of the file is not known") && said(&refused).contains("--first")
    );
    assert_eq!(house.stdout(&record(&["list", "training"])), "training (0)\n");
    // from then on the registry knows it
    let done = add_training(&house, "desk", "A", &["--first"]);
    assert!(done.status.success() && said(&done).contains("was not checked on the card"), "{}", said(&done));
    assert!(add_training(&house, "desk", "B", &[]).status.success());
    let checked = json(&house, &record(&["verify", "--json"]));
    assert_eq!((&checked["good"], &checked["categories"][0]["records"]), (&true.into(), &2.into()));
    // an append whose end nobody knows
    let folder = fs::read_dir(house.path().join("home/records")).unwrap().next().unwrap().unwrap().path();
    assert_eq!(fs::read_to_string(folder.join("certificates")).unwrap().lines().count(), 1);
    fs::write(folder.join("training.unanswered"), "").unwrap();
    let refused = add_training(&house, "desk", "C", &[]);
    assert!(!refused.status.success() && said(&refused).contains("verify --anchor"), "{}", said(&refused));
    succeeds(&house, &record(&["verify", "--anchor"]));
    assert!(add_training(&house, "desk", "C", &[]).status.success());
}

/// Whatever moment the card is torn away at: repeating writes the record, and writes it once.
#[test]
fn a_record_is_written_once_however_often_it_is_repeated() {
    let house = house(&["can-allowed", "read:party-life", "append:party-life"]);
    assert!(add_year(&house, "2023").status.success());
    let mut unsure = 0;
    for after in 24..60 {
        succeeds(&house, &["emulator", "tear", "blank-001", "--after-apdus", &after.to_string()]);
        let done = add_year(&house, "2024");
        unsure += usize::from(said(&done).contains("it may be on the card"));
        if done.status.success() {
            break;
        }
    }
    succeeds(&house, &["emulator", "tear", "blank-001", "--never"]);
    assert!(unsure > 0, "no answer to the record was lost");
    succeeds(&house, &["record", "new-signer"]);
    let again = add_year(&house, "2024");
    assert!(again.status.success() && String::from_utf8_lossy(&again.stdout).contains("says this already"));
    assert!(house.stdout(&record(&["list"])).starts_with("party life (2)\n"));
    let twice = record(&["add", "party-life", "--set", "year=2024", "--set", "grade=good", "--again"]);
    succeeds(&house, &twice);
    let checked = json(&house, &record(&["verify", "--json"]));
    assert_eq!((&checked["good"], &checked["categories"][0]["records"]), (&true.into(), &3.into()));
}

/// A card that was put back to an earlier state and written to elsewhere has as many records, and others.
#[test]
fn nothing_is_written_behind_a_record_that_the_registry_has_not_seen() {
    let house = house(&["can-allowed", "read:party-life", "append:party-life"]);
    assert!(add_year(&house, "2024").status.success());
    let files = ["home/emulator/blank-001.card", "home/registry.sqlite"];
    let take = || files.map(|file| fs::read(house.path().join(file)).unwrap());
    let before = take();
    assert!(add_year(&house, "2025").status.success());
    let [_, seen] = take();
    for (file, content) in files.iter().zip(&before) {
        fs::write(house.path().join(file), content).unwrap();
    }
    assert!(add_year(&house, "2026").status.success());
    fs::write(house.path().join(files[1]), seen).unwrap();
    let refused = add_year(&house, "2027");
    assert_eq!(refused.status.code(), Some(15));
    assert!(said(&refused).contains("record 2 on the card is not the one that the registry has seen"));
    assert!(house.stdout(&record(&["list"])).starts_with("party life (2)\n"));
}

/// A record in the wrong place is told of, and the category stays of use.
#[test]
fn a_category_outlives_a_record_in_the_wrong_place() {
    let house = house(&["can-allowed", "read:training", "append:training"]);
    terminal(&house, "desk", &["can-allowed", "append:training"]);
    let registry = house.path().join("home/registry.sqlite");
    let unknowing = fs::read(&registry).unwrap();
    assert!(add_training(&house, "kiosk", "A", &[]).status.success());
    let knowing = fs::read(&registry).unwrap();
    fs::write(&registry, unknowing).unwrap();
    assert!(add_training(&house, "desk", "B", &["--first"]).status.success());
    fs::write(&registry, knowing).unwrap();
    let done = add_training(&house, "kiosk", "C", &[]);
    assert!(
        done.status.success() && said(&done).contains("at place 2 is not a good record"),
        "{}",
        said(&done)
    );
    assert!(add_training(&house, "kiosk", "D", &[]).status.success());
    let checked = json(&house, &record(&["verify", "--json"]));
    let findings = checked["categories"][0]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((&findings[0]["kind"], &checked["categories"][0]["records"]), (&"repeated".into(), &4.into()));
}

/// What opens no records, or means nothing for them, is refused or not there.
#[test]
fn the_machine_readable_zone_opens_no_records() {
    let house = house(&["can-allowed", "read:training"]);
    let zone = ["record", "list", "--terminal", "kiosk", "--reader", "emulator:blank-001", "--mrz-file", "z"];
    let mut told = house.transcript(&zone);
    told += &house.transcript(&[&["--lang", "vi"], &zone[..]].concat());
    assert_snapshot!(told);
    let proof = house.output(&record(&["list", "--chip-proof", "required"]));
    assert_eq!(proof.status.code(), Some(2));
    assert!(said(&proof).contains("unexpected argument '--chip-proof'"));
    let help = house.stdout(&["record", "list", "--help"]);
    assert!(!help.contains("--mrz-file") && help.contains("--from-registry"), "{help}");
}
