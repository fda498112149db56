//! Whole commands: status, stdout and stderr together. A change of wording is a reviewed difference.
#![allow(clippy::unwrap_used)]

mod house;

use house::{BAD, GOOD, House, PORTRAITS, redacted};
use insta::assert_snapshot;
use std::fs;

#[test]
fn help() {
    let house = House::empty();
    assert_snapshot!(house.session(&[
        &["--help"],
        &["issue", "--help"],
        &["verify", "--help"],
        &["emulator", "create", "--help"]
    ]));
}

#[test]
fn usage() {
    let house = House::empty();
    assert_snapshot!(house.session(&[
        &["isue"],
        &["verify", "--reader", "usb:0"],
        &["verify", "--reader", "pcsc:0", "--wait", "18446744073709551615"],
        &["apdu", "--reader", "emulator:a", "00A4G0"],
        &["verify", "--reader", "emulator:a", "--can", "1", "--from-registry"],
        &["init", "--real", "home"],
        &["revoke", "AAAAAAAA1"],
    ]));
}

#[test]
fn a_home_is_made_once() {
    let house = House::empty();
    let mut said = house.session(&[
        &["list"],
        &["init", "home"],
        &["init", "home"],
        &["ca", "show"],
        &["status"],
        &["list"],
    ]);
    fs::create_dir(house.path().join(".other.half-made")).unwrap();
    fs::write(house.path().join("file"), "").unwrap();
    said += &house.session(&[
        &["init", "other"],
        &["list", "--home", "other"],
        &["--lang", "vi", "list", "--home", "nowhere"],
        &["init", "file/home"],
    ]);
    assert_snapshot!(said);
}

#[test]
fn a_real_home_asks_for_passphrases_and_transport_keys() {
    let house = House::empty();
    let key = "404142434445464748494A4B4C4D4E4F";
    fs::write(house.path().join("keys.toml"), format!("enc = '{key}'\nmac = '{key}'\ndek = '{key}'\n"))
        .unwrap();
    fs::write(house.path().join("broken.toml"), format!("enc = '{key}'\nmac = 'zz'\n")).unwrap();
    let init = ["init", "--real", "--name", "Đảng bộ tỉnh", "--transport-keys"];
    let mut said = house.transcript(&[&init[..], &["keys.toml", "home"]].concat());
    let secrets = ["--passphrase-fd", "3", "--custodian", "an=4", "--custodian", "binh=5", "home"];
    for file in ["broken.toml", "keys.toml"] {
        let binary = house.command(&[]).get_program().to_owned();
        let done = std::process::Command::new("bash")
            .current_dir(house.path())
            .env("LC_ALL", "C.UTF-8")
            .args(["-c", "exec \"$0\" \"$@\" 3<<<station 4<<<an 5<<<binh"])
            .arg(binary)
            .args(init)
            .arg(file)
            .args(secrets)
            .output()
            .unwrap();
        let text = [done.stdout, done.stderr].concat();
        said += &format!(
            "\ninit with {file}: exit {:?}\n{}",
            done.status.code(),
            redacted(&String::from_utf8(text).unwrap())
        );
    }
    said += &house.session(&[&["ca", "crl"], &["status"]]);
    assert!(!said.contains(key) && !house.path().join("home/keys/passphrase").exists());
    assert_snapshot!(said);
}

#[test]
fn a_second_signer_signs_on() {
    let house = House::with_home();
    house.members(&GOOD[..1]);
    house.output(&["emulator", "create", "a"]);
    let issue =
        ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:a", "--json"];
    let mut said = house
        .session(&[&["ca", "new-signer"], &["ca", "revoke-signer", "signer-1", "--reason", "superseded"]]);
    let events = house.stdout(&issue);
    let names: Vec<String> = events
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["event"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(names, ["prepared", "finalised", "issued", "summary"]);
    said += &house.session(&[
        &["verify", "--reader", "emulator:a", "--from-registry"],
        &["ca", "revoke-signer", "signer-9"],
        &["ca", "crl", "--json"],
    ]);
    assert_snapshot!(said);
}

#[test]
fn software_cards() {
    let house = House::with_home();
    assert_snapshot!(house.session(&[
        &["emulator", "list"],
        &["emulator", "create", "a", "--scp03-i", "60", "--s16", "--aes", "256"],
        &["emulator", "create", "a"],
        &["emulator", "create", "--count", "2", "--interface", "contactless"],
        &["emulator", "create", "../a"],
        &["emulator", "tear", "a", "--after-apdus", "3"],
        &["emulator", "list"],
        &["card", "info", "--reader", "emulator:a"],
        &["apdu", "--reader", "emulator:a", "80CA9F7F00", "00A4040000", "80E2880003112233", "00B0000000"],
        &["emulator", "list"],
        &["emulator", "tear", "a", "--never"],
        &["emulator", "delete", "a"],
        &["emulator", "show", "a"],
        &["emulator", "interface", "blank-001", "contact"],
        &["emulator", "list", "--json"],
    ]));
}

#[test]
fn a_list_is_issued_once() {
    let house = House::with_home();
    let issue = ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*"];
    let rejects = [&issue[..], &["--rejects", "rejects.csv"]].concat();
    house.members(&[&GOOD[..5], BAD].concat());
    let mut said = house.session(&[&issue, &["emulator", "create", "--count", "4"], &rejects]);
    said += &format!(
        "--- rejects.csv\n{}",
        fs::read_to_string(house.path().join("rejects.csv")).unwrap().trim_start_matches('\u{FEFF}')
    );
    said += &house.session(&[
        &["status"],
        &rejects,
        &["emulator", "create", "--count", "2"],
        &issue,
        &[&issue[..], &["--lang", "vi"]].concat(),
        &["status", "--json"],
    ]);
    said += &by_member(&house.transcript(&["list"]));
    assert_snapshot!(said.replace('\r', ""));
}

#[test]
fn a_members_file_that_cannot_be_used() {
    let house = House::with_home();
    house.output(&["emulator", "create", "a"]);
    let write = |name: &str, content: &[u8]| fs::write(house.path().join(name), content).unwrap();
    write("header.csv", b"member_number,full_nam,birth_date\n1,2,3\n");
    write("empty.csv", b"");
    write("utf16.csv", b"\xFF\xFEm\0e\0");
    let with = |file| ["issue", "--members", file, "--portraits", PORTRAITS, "--reader", "emulator:a"];
    assert_snapshot!(house.session(&[
        &with("header.csv"),
        &with("empty.csv"),
        &with("utf16.csv"),
        &with("missing.csv"),
        &["issue", "--members", "header.csv", "--portraits", "nowhere", "--reader", "emulator:a"],
        &["issue", "--members", "header.csv", "--portraits", PORTRAITS, "--reader", "emulator:b"],
        &["plan", "--members", "header.csv", "--portraits", PORTRAITS, "--lang", "vi"],
    ]));
}

#[test]
fn a_torn_card_is_continued() {
    let house = House::with_home();
    house.members(&GOOD[..2]);
    house.output(&["emulator", "create", "--count", "2"]);
    house.output(&["emulator", "tear", "blank-001", "--after-apdus", "20"]);
    house.output(&["emulator", "tear", "blank-002", "--at-page-write", "150"]);
    let issue = ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*"];
    assert_snapshot!(house.session(&[&issue, &["emulator", "list"], &["status"]]));
}

/// The list is in the order of card numbers, which are random.
fn by_member(list: &str) -> String {
    let mut lines: Vec<&str> = list.lines().collect();
    lines[4..].sort_by_key(|line| line.split_whitespace().nth(1));
    lines.join("\n")
}
