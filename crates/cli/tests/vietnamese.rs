//! What an operator reads with `--lang vi`: nothing of it is English.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod house;
#[path = "house/english.rs"]
mod spoken;

use house::{GOOD, House, PORTRAITS};
use insta::assert_snapshot;
use spoken::english_word;
use std::fs;
use std::path::Path;

/// Transcripts in Vietnamese, with every line of them checked.
fn session(house: &House, commands: &[&[&str]]) -> String {
    let said: Vec<String> = commands
        .iter()
        .map(|arguments| house.transcript(&[&["--lang", "vi"], *arguments].concat()))
        .collect();
    let said = said.join("\n");
    checked(&said);
    said
}

/// No line of it, other than those of the transcript itself, has an English word.
fn checked(said: &str) {
    let ours = |line: &&str| ["$ ", "exit ", "--- "].iter().all(|start| !line.starts_with(start));
    for line in said.lines().filter(ours) {
        // the name of a command, before what help says of it
        let named = line.strip_prefix("  ").and_then(|line| line.split_once("  "));
        let words = named.filter(|(name, _)| !name.contains(' ')).map_or(line, |(_, words)| words);
        assert_eq!(english_word(words), None, "{line}\n\n{said}");
    }
}

const ISSUE: [&str; 7] =
    ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*"];

#[test]
fn cards_that_are_refused() {
    let house = House::issued();
    let verify = |more: &[&'static str]| {
        [&["verify", "--reader", "emulator:blank-001", "--from-registry"], more].concat()
    };
    let other = House::with_home();
    let trust = other.path().join("home").display().to_string();
    let mut said = session(
        &house,
        &[
            &["verify", "--reader", "emulator:blank-001", "--can", "000000"],
            &["verify", "--reader", "emulator:blank-001", "--can", "12345"],
            &["verify", "--reader", "emulator:blank-006", "--can", "000000"],
            &["verify", "--reader", "emulator:blank-006", "--from-registry"],
            &["verify", "--reader", "emulator:nobody", "--can", "000000"],
            &["verify", "--reader", "emulator:blank-001"],
            &["verify", "--reader", "emulator:blank-001", "--can", "000000", "--trust", PORTRAITS],
            &verify(&["--policy", "real"]),
            &verify(&["--at", "2026-01-01"]),
            &verify(&["--at", "2036-12-31"]),
        ],
    );
    said += &session(
        &house,
        &[
            &["verify", "--reader", "emulator:blank-001", "--from-registry", "--trust", &trust],
            &["ca", "revoke-signer"],
            &verify(&[]),
            &["apdu", "--reader", "emulator:blank-001", "00A4040000", "00B0000000", "00FF0000"],
            &["emulator", "list"],
        ],
    )
    .replace(&trust, "THERE");
    assert_snapshot!(said);
}

#[test]
fn chips_that_cannot_be_written() {
    let house = House::with_home();
    house.members(&GOOD[..2]);
    house.output(&["emulator", "create", "--count", "2"]);
    house.output(&["emulator", "tear", "blank-001", "--after-apdus", "20"]);
    house.output(&["emulator", "tear", "blank-002", "--at-page-write", "150"]);
    let mut said = session(&house, &[&ISSUE]);
    // chips that another issuer prepared: they hold that issuer's keys
    let other = House::with_home();
    other.members(&GOOD[..3]);
    let (from, to) = (house.path().join("home/emulator"), other.path().join("home/emulator"));
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
    other.output(&["emulator", "create", "foreign", "--scp03-i", "60"]);
    said += &session(&other, &[&ISSUE, &["card", "info", "--reader", "emulator:blank-001"]]);
    // a version of the transport keys that no chip has
    let configuration = other.path().join("home/config.toml");
    let text = fs::read_to_string(&configuration).unwrap();
    fs::write(&configuration, text.replace("transport_version = \"01\"", "transport_version = \"02\""))
        .unwrap();
    other.output(&["emulator", "create", "late"]);
    let late = [&ISSUE[..6], &["emulator:late"]].concat();
    said += &session(&other, &[&late, &["card", "info", "--reader", "emulator:late"]]);
    assert_snapshot!(said);
}

/// Blanks with other transport keys than those of the delivery.
#[test]
fn a_wrong_key_stops_the_line() {
    let house = House::empty();
    let key = "505152535455565758595A5B5C5D5E5F";
    fs::write(house.path().join("keys.toml"), format!("enc = '{key}'\nmac = '{key}'\ndek = '{key}'\n"))
        .unwrap();
    let init = ["init", "--test", "--transport-keys", "keys.toml", "home"];
    let mut said = session(&house, &[&init]);
    house.output(&["emulator", "create", "a"]);
    house.members(&GOOD[..1]);
    said += &session(&house, &[&ISSUE]);
    checked(&said);
    assert_snapshot!(said);
}

#[test]
fn homes_that_are_broken() {
    let house = House::issued();
    let home = house.path().join("home");
    let mut said = String::new();
    let mut broken = |file: &str, content: Option<&[u8]>, commands: &[&[&str]]| {
        let path = home.join(file);
        let kept = fs::read(&path).unwrap();
        match content {
            Some(content) => fs::write(&path, content).unwrap(),
            None => fs::remove_file(&path).unwrap(),
        }
        said += &session(&house, commands);
        fs::write(&path, kept).unwrap();
    };
    let verify: &[&str] = &["verify", "--reader", "emulator:blank-001", "--from-registry"];
    broken("registry.sqlite", Some(b"SQLite format 3\0 and nothing else"), &[&["status"], verify]);
    broken("registry.sqlite", Some(&[7; 5000]), &[&["status"]]);
    broken("ca/signer-1.pem", None, &[&ISSUE, &["ca", "show"]]);
    broken(
        "ca/signer-1.pem",
        Some(b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
        &[&ISSUE],
    );
    broken("ca/crl.pem", Some(b"nothing"), &[&["ca", "show"]]);
    broken("keys/passphrase", Some(b"another"), &[&ISSUE]);
    broken("config.toml", Some(b"version = 1\nsurprise = 2\n"), &[&["status"]]);
    broken("config.toml", Some(b"version = \"one\"\n"), &[&["status"]]);
    broken(
        "emulator/blank-006.card",
        Some(b"no card"),
        &[&["card", "info", "--reader", "emulator:blank-006"]],
    );
    assert_snapshot!(said);
}

#[test]
fn command_lines_that_are_wrong() {
    let house = House::with_home();
    fs::write(house.path().join("empty.csv"), "").unwrap();
    house.members(&GOOD[..1]);
    let plan = ["plan", "--members", "members.csv", "--portraits", PORTRAITS];
    let security_object = |line: &&str| line.ends_with("EF.SOD>") || line.trim_start().starts_with("011DFF");
    let mut said = session(&house, &[&plan])
        .lines()
        .filter(|line| !security_object(line))
        .collect::<Vec<_>>()
        .join("\n");
    said += &session(
        &house,
        &[
            &["plan", "--members", "missing.csv", "--portraits", PORTRAITS],
            &["plan", "--members", "empty.csv", "--portraits", PORTRAITS],
            &["plan", "--members", "members.csv", "--portraits", "nowhere"],
            &["apdu", "--reader", "emulator:nobody", "00A40000"],
            &["revoke", "000000000", "--reason", "lost"],
            &["revoke", "AAAAAAAA1", "--reason", "Somebody Lost It"],
            &["ca", "revoke-signer", "signer-9"],
            &["init", "home"],
            &["isue"],
            &["verify", "--reader", "pcsx:0"],
            &["verify", "--reader", "emulator:a", "--can", "1", "--from-registry"],
            &["verify", "--reader", "emulator:a", "--at", "tomorrow"],
            &["apdu", "--reader", "emulator:a", "00A4G0"],
            &["emulator", "create", "../a"],
            &["emulator", "create", "--count", "0"],
            &["issue", "--members", "members.csv"],
            &["--help"],
            &["issue", "--help"],
            &["verify", "--help"],
            &["emulator", "create", "-h"],
        ],
    );
    assert_snapshot!(said);
}

/// What every other test has taken down: the transcripts with `--lang vi`, the table of faults, and what the doctor says in both
/// languages.
#[test]
fn no_snapshot_has_english_in_its_vietnamese() {
    let mut looked_at = 0;
    for folder in ["tests/snapshots", "tests/doctor/snapshots"] {
        for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_some_and(|extension| extension == "snap") {
                let name = file.file_name().unwrap().to_string_lossy();
                let in_both = name.starts_with("doctor__");
                let text = fs::read_to_string(&file).unwrap();
                let taken_down = text.splitn(3, "---\n").nth(2).unwrap();
                let lines = if in_both { with_diacritics(taken_down) } else { vietnamese_parts(taken_down) };
                looked_at += lines.len();
                checked(&lines.join("\n"));
            }
        }
    }
    assert!(looked_at > 500, "{looked_at}");
}

/// What a command with `--lang vi` said, and what stands under `--- vi`.
fn vietnamese_parts(text: &str) -> Vec<&str> {
    let mut vietnamese = false;
    let mut lines = Vec::new();
    for line in text.lines() {
        match line {
            "--- vi" => vietnamese = true,
            "--- en" => vietnamese = false,
            line if line.starts_with("$ ") => vietnamese = line.contains("--lang vi"),
            line if vietnamese => lines.push(line),
            _ => {}
        }
    }
    lines
}

fn with_diacritics(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.chars().any(|c| c.is_alphabetic() && !c.is_ascii())).collect()
}
