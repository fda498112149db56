//! The registry.

use crate::house::{GOOD, PORTRAITS};
use crate::station::Station;
use chipwright_profile::MemberNumber;
use chipwright_registry::{ChipId, Registry, Seal};
use insta::assert_snapshot;
use jiff::{SignedDuration, Timestamp};
use std::fs::{self, File, OpenOptions};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

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
    let other = Station::of_another_authority();
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
    assert_eq!(station.faults(&[]), "", "all of it can be looked at meanwhile");
    let us = format!("process {} is writing it", std::process::id());
    let report = station.json().to_string();
    assert!(report.contains(&us), "{report}");
    drop(registry);
}

#[test]
fn a_lock_outlives_its_process() {
    let station = Station::well();
    let mut lock = OpenOptions::new().write(true).open(station.file("registry.sqlite.lock")).unwrap();
    lock.lock().unwrap();
    lock.set_len(0).unwrap();
    // above the largest process number of Linux
    lock.write_all(b"4194305 2026-11-22T00:00:00Z\n").unwrap();
    let mut said = station.faults(&[("registry.lock", "warning")]);
    lock.set_len(0).unwrap();
    said += &station.faults(&[("registry.lock", "warning")]);
    assert_snapshot!(said);
    // the command that is named finds who has the file, from any folder
    let commands = station.commands();
    match Command::new("sh").args(["-c", &format!("cd /; {}", commands[0])]).output() {
        Ok(done) if done.status.code() == Some(127) => {
            println!("skipped: what fuser says in a_lock_outlives_its_process: it is not installed");
        }
        done => {
            let found = done.unwrap();
            let said = String::from_utf8([found.stdout, found.stderr].concat()).unwrap();
            assert!(said.contains(&std::process::id().to_string()), "{commands:?}: {said}");
        }
    }
}

#[test]
fn looking_changes_nothing() {
    fn files(folder: &Path, found: &mut Vec<(PathBuf, SystemTime, Vec<u8>)>) {
        let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap()).collect();
        entries.sort_by_key(|entry| entry.path());
        for entry in entries {
            match entry.metadata().unwrap() {
                metadata if metadata.is_dir() => files(&entry.path(), found),
                metadata => {
                    found.push((entry.path(), metadata.modified().unwrap(), fs::read(entry.path()).unwrap()));
                }
            }
        }
    }
    let station = Station::well();
    let (mut before, mut after) = (Vec::new(), Vec::new());
    files(&station.home(), &mut before);
    station.json();
    files(&station.home(), &mut after);
    assert!(before.len() > 8 && before == after);
}

#[test]
fn a_quick_look_leaves_out_reading_the_whole_registry() {
    let station = Station::well();
    let page = "SELECT rootpage FROM sqlite_schema WHERE name = 'blanks_by_stage'";
    let registry = station.file("registry.sqlite");
    let page = match Command::new("sqlite3").arg(&registry).arg(page).output() {
        Ok(done) => String::from_utf8(done.stdout).unwrap().trim().parse::<u64>().unwrap(),
        Err(error) => {
            println!("skipped: a_quick_look_leaves_out_reading_the_whole_registry: sqlite3: {error}");
            return;
        }
    };
    patch(&station, (page - 1) * 4096, &[0xA5; 64]);
    let integrity = |arguments: &[&str]| {
        let report: serde_json::Value = serde_json::from_slice(&station.doctor(arguments).stdout).unwrap();
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == "registry.integrity").unwrap().clone()
    };
    assert_eq!(integrity(&["--json"])["state"], MEND);
    let left_out = integrity(&["--json", "--quick"]);
    assert_eq!(
        (&left_out["state"], &left_out["found"]["en"]),
        (&"not_checked".into(), &"left out by --quick".into())
    );
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
    // no card and no software card knows them
    let chips = [ChipId([8; 10]), ChipId([9; 10])];
    let spend = |chip: &ChipId, version, times| {
        let mut registry = open(&station);
        for _ in 0..times {
            registry.spend_last_try(chip, version, Timestamp::now()).unwrap();
        }
    };
    spend(&chips[0], 0x01, 1);
    let mut said = station.faults(&[("registry.tries", "warning")]);
    spend(&chips[1], 0x01, 1);
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
