//! `verify --keep-evidence` and `verify --evidence`: kept sealed, checked later, deleted on its day.
#![allow(clippy::unwrap_used)]

mod house;

use house::House;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

const CARD: [&str; 4] = ["verify", "--reader", "emulator:blank-001", "--from-registry"];

fn records(house: &House) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> =
        fs::read_dir(house.path().join("kept")).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found
}

#[test]
fn evidence_is_kept_sealed_and_checked_later() {
    let house = House::issued();
    let keep = [&CARD[..], &["--keep-evidence", "kept"]].concat();
    // without a key nothing is kept, and that is said before the card is read
    let refused = house.output(&keep);
    assert_eq!(refused.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("ca evidence-key"));

    assert!(house.output(&["ca", "evidence-key"]).status.success());
    assert_eq!(house.output(&["ca", "evidence-key"]).status.code(), Some(5), "no key is overwritten");
    // evidence of another time is not made, and nothing is left of the attempt
    for at in ["2027-01-15", "2020-01-01"] {
        let other = house.output(&[&keep[..], &["--at", at]].concat());
        assert_eq!(other.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&other.stderr).contains("evidence is kept of what happens now"));
    }
    assert!(!house.path().join("kept").exists());
    let done = house.output(&keep);
    assert!(done.status.success());
    assert!(String::from_utf8_lossy(&done.stdout).contains("Chip Authentication, Active Authentication"));
    let kept = records(&house);
    assert_eq!(kept.len(), 1);
    let file = kept[0].to_str().unwrap();

    let shown: Value =
        serde_json::from_str(&house.stdout(&["verify", "--evidence", file, "--json"])).unwrap();
    assert_eq!((shown["holds"].as_bool(), shown["station"].as_str()), (Some(true), Some("station 1")));
    assert_eq!(shown["security_object_sha256"].as_str().unwrap().len(), 64);
    let said = house.stdout(&["--lang", "vi", "verify", "--evidence", file]);
    assert!(said.starts_with("BẰNG CHỨNG CÓ GIÁ TRỊ\n"), "{said}");

    // sealed: nothing of the record stands in the file
    let text = fs::read_to_string(file).unwrap();
    let digest = shown["security_object_sha256"].as_str().unwrap();
    assert!(!text.contains(digest) && !text.contains("station") && !text.contains("signature"));
    // after its day it shows nothing, and the next keeping deletes it
    let outlived = house.output(&["verify", "--evidence", file, "--at", "2036-01-01"]);
    assert_eq!(outlived.status.code(), Some(17));
    assert!(String::from_utf8_lossy(&outlived.stdout).contains("was to be deleted on"));
    // and before its time it shows nothing either
    let early = house.output(&["verify", "--evidence", file, "--at", "2026-01-01"]);
    assert_eq!(early.status.code(), Some(17));
    assert!(String::from_utf8_lossy(&early.stdout).contains("which has not come yet"));
    let date = serde_json::from_str::<Value>(&text).unwrap()["delete_on"].as_str().unwrap().to_owned();
    fs::write(house.path().join("kept/old.evidence"), text.replace(&date, "2020-01-01")).unwrap();
    fs::write(house.path().join("kept/notes.txt"), "not a record").unwrap();
    assert_eq!(house.output(&["verify", "--evidence", "kept/old.evidence"]).status.code(), Some(5));
    let done = house.output(&keep);
    assert!(String::from_utf8_lossy(&done.stderr).contains("1 records of evidence were due"));
    let names: Vec<_> = records(&house).iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    assert!(!house.path().join("kept/old.evidence").exists() && house.path().join("kept/notes.txt").exists());
}

#[test]
fn a_card_is_judged_by_what_its_chip_proves() {
    let house = House::issued();
    let report = |more: &[&str]| -> Value {
        let arguments = [&CARD[..], &["--json"], more].concat();
        serde_json::from_str(&house.stdout(&arguments)).unwrap()
    };
    let json = report(&[]);
    assert_eq!(json["chip_proof"], "chip_authentication");
    assert_eq!(json["cost"]["round_trips"], json["cost"]["least_round_trips"]);
    assert_eq!(json["cost"]["modelled"].as_array().unwrap().len(), 3);
    assert!(json["cost"]["measured_ms"].is_u64());
    assert_eq!(report(&["--chip-proof", "if-promised"])["chip_proof"], "chip_authentication");
}

/// Cards of older programs owe no proof: what to do is said, and why no evidence comes of them.
#[test]
fn cards_from_before_chips_proved_themselves_say_what_to_do() {
    let house = House::issued_without_proofs();
    assert!(house.output(&["ca", "evidence-key"]).status.success());
    let keep = [&CARD[..], &["--keep-evidence", "kept"]].concat();
    let said = |arguments: &[&str]| {
        let done = house.output(arguments);
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    let (code, told) = said(&[&keep[..], &["--chip-proof", "required"]].concat());
    assert_eq!(code, Some(17));
    assert!(told.contains("--chip-proof if-promised or set trust.chip_proof"), "{told}");
    assert!(told.contains("no evidence was kept"), "{told}");
    let (code, told) = said(&keep);
    assert_eq!(code, Some(0));
    assert!(!told.contains("--chip-proof") && told.contains("no evidence was kept"), "{told}");
    let (_, told) = said(&[&["--lang", "vi"], &keep[..], &["--chip-proof", "required"]].concat());
    assert!(told.contains("thẻ cấp trước khi") && told.contains("không lưu bằng chứng"), "{told}");
    assert_eq!(records(&house), Vec::<PathBuf>::new());
}
