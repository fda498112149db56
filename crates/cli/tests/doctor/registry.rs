//! The registry.

use crate::house::{GOOD, PORTRAITS};
use crate::station::Station;
use chipwright_profile::MemberNumber;
use chipwright_registry::{ChipId, Registry, Seal};
use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::process::Command;

const MEND: &str = "must_be_mended";
const CLOSED: [(&str, &str); 6] = [
    ("registry.open", MEND),
    ("registry.lock", "not_checked"),
    ("registry.integrity", "not_checked"),
    ("registry.counts", "not_checked"),
    ("registry.unfinished", "not_checked"),
    ("registry.tries", "not_checked"),
];

#[test]
fn the_registry_does_not_open() {
    let station = Station::well();
    let file = station.file("registry.sqlite");
    let mut said = String::new();
    patch(&station, 60, &9_u32.to_be_bytes());
    said += &station.faults(&CLOSED);
    patch(&station, 68, b"ELSE");
    said += &station.faults(&CLOSED);
    fs::write(&file, [0x55; 8192]).unwrap();
    said += &station.faults(&CLOSED);
    fs::remove_file(&file).unwrap();
    said += &station.faults(&CLOSED);
    station.people_are_told();
    assert_snapshot!(said);
}

#[test]
fn a_page_is_damaged() {
    let station = issued();
    let pages = fs::metadata(station.file("registry.sqlite")).unwrap().len() / 4096;
    assert!(pages > 10);
    // the tree of an index, not a row that is read on the way
    patch(&station, (pages - 4) * 4096, &[0xA5; 4096]);
    let report = station.json();
    let bad: Vec<&str> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|check| check["state"] == MEND)
        .map(|check| check["name"].as_str().unwrap())
        .collect();
    assert!(bad.contains(&"registry.integrity"), "{bad:?}");
    assert!(bad.iter().all(|name| name.starts_with("registry.")), "{bad:?}");
}

#[test]
fn it_belongs_to_another_home() {
    let station = Station::well();
    let other = Station::without_home();
    assert!(other.run(&["init", "home"]).status.success());
    fs::copy(other.file("registry.sqlite"), station.file("registry.sqlite")).unwrap();
    let mut said = station.faults(&[("registry.open", MEND)]);
    let station = Station::well();
    station.configure("name = \"Chipwright Test Organisation\"", "name = \"Another\"");
    said += &station.faults(&[("registry.open", "warning")]);
    assert_snapshot!(said);
}

#[test]
fn another_process_writes_it() {
    let station = Station::well();
    let registry = open(&station);
    // while it is written, its lock is well and its pages are not read
    let said = station.faults(&[("registry.integrity", "not_checked")]);
    let us = format!("process {}", std::process::id());
    let report = station.json().to_string();
    assert!(report.contains(&us), "{report}");
    drop(registry);
    assert_eq!(station.faults(&[]), "");
    assert_snapshot!(said);
}

#[test]
fn a_lock_outlives_its_process() {
    let station = Station::well();
    let mut lock = OpenOptions::new().write(true).open(station.file("registry.sqlite.lock")).unwrap();
    lock.lock().unwrap();
    lock.set_len(0).unwrap();
    // above the largest process number of Linux
    lock.write_all(b"4194305 2026-11-22T00:00:00Z\n").unwrap();
    assert_snapshot!(station.faults(&[("registry.lock", "warning"), ("registry.integrity", "not_checked")]));
}

#[test]
fn a_card_waits_for_its_chip() {
    let station = Station::well();
    let mut registry = open(&station);
    let (chip, at) = (ChipId([7; 10]), Timestamp::now() - SignedDuration::from_hours(60));
    let member = MemberNumber::parse(GOOD[0]).unwrap();
    let number = registry.allocate(&member, at, &mut chipwright_testkit::random(1)).unwrap().card_number;
    drop(registry);
    assert_eq!(station.faults(&[]), "", "a number alone is no fault");
    let mut registry = open(&station);
    registry.see_chip(&chip, at).unwrap();
    registry.prepared(&chip, 0x11, at).unwrap();
    registry.begin_writing(&number, &chip, at).unwrap();
    let seal = Seal { signer: [1; 32], security_object: [2; 32] };
    let intent = registry.intend_finalise(&number, &chip, &seal, at).unwrap();
    drop(registry);
    let mut said = station.faults(&[("registry.unfinished", "warning")]);
    let mut registry = open(&station);
    registry.finalised(intent, at).unwrap();
    drop(registry);
    said += &station.faults(&[("registry.unfinished", "warning")]);
    assert_snapshot!(said);
}

#[test]
fn chips_lose_their_tries() {
    let station = Station::well();
    station.run(&["emulator", "create", "--count", "2"]);
    let listed = String::from_utf8(station.run(&["emulator", "list", "--json"]).stdout).unwrap();
    let chips: Vec<ChipId> = listed
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|card| ChipId::from_digits(card["chip"].as_str().unwrap()).unwrap())
        .collect();
    let spend = |chip: &ChipId, version, times| {
        let mut registry = open(&station);
        for _ in 0..times {
            registry.spend_try(chip, version, Timestamp::now()).unwrap();
        }
    };
    spend(&chips[0], 0x01, 1);
    let mut said = station.faults(&[("registry.tries", "warning")]);
    spend(&chips[1], 0x11, 5);
    said += &station.faults(&[("registry.tries", MEND)]);
    assert_snapshot!(said);
}

#[test]
fn somebody_changed_it_by_hand() {
    let station = issued();
    assert_eq!(station.faults(&[]), "");
    let statements =
        "DROP TRIGGER blanks_go_forward; UPDATE blanks SET stage = 'prepared' WHERE stage = 'used';";
    match Command::new("sqlite3").arg(station.file("registry.sqlite")).arg(statements).status() {
        Ok(status) => assert!(status.success()),
        Err(error) => {
            println!("skipped: somebody_changed_it_by_hand: sqlite3: {error}");
            return;
        }
    }
    assert_snapshot!(station.faults(&[("registry.counts", MEND)]));
}

fn open(station: &Station) -> Registry {
    Registry::open(&station.file("registry.sqlite"), Timestamp::now()).unwrap()
}

/// A station that has issued two cards.
fn issued() -> Station {
    let station = Station::well();
    station.run(&["emulator", "create", "--count", "2"]);
    station.members(&GOOD[..2]);
    let done = station.run(&[
        "issue",
        "--members",
        "members.csv",
        "--portraits",
        PORTRAITS,
        "--reader",
        "emulator:*",
    ]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    station
}

fn patch(station: &Station, offset: u64, bytes: &[u8]) {
    let mut file: File = OpenOptions::new().write(true).open(station.file("registry.sqlite")).unwrap();
    file.seek(SeekFrom::Start(offset)).unwrap();
    file.write_all(bytes).unwrap();
}
