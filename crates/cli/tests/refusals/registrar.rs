//! Batches that nobody else approved.

use super::refused;
use crate::house::{GOOD, House, PORTRAITS};
use serde_json::Value;
use std::fs;
use std::process::Output;

const SECTION: &str = "registrar";
const FILES: [&str; 4] = ["--members", "members.csv", "--portraits", "portraits"];

/// A home with a blank, and a list of two with photographs of its own that may be swapped.
fn house() -> House {
    let house = House::with_home();
    house.members(&GOOD[..2]);
    fs::remove_file(house.path().join("members.batch")).unwrap();
    fs::create_dir(house.path().join("portraits")).unwrap();
    for entry in fs::read_dir(PORTRAITS).unwrap() {
        let file = entry.unwrap();
        fs::copy(file.path(), house.path().join("portraits").join(file.file_name())).unwrap();
    }
    assert!(house.output(&["emulator", "create", "--count", "3"]).status.success());
    house
}

fn by<'a>(what: &[&'a str], registrar: &'a str) -> Vec<&'a str> {
    [what, &FILES, &["--registrar", registrar]].concat()
}

fn done(house: &House, arguments: &[&str]) -> Output {
    let output = house.output(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn prepared(house: &House) {
    done(house, &by(&["batch", "prepare"], "lan"));
}

fn approved(house: &House) {
    prepared(house);
    done(house, &by(&["batch", "approve", "members.batch"], "minh"));
}

fn issue(house: &House) -> Output {
    house.output(&[&["issue"], &FILES[..], &["--reader", "emulator:*"]].concat())
}

/// No card was allocated, and no chip touched.
fn nothing_was_done(house: &House) {
    assert_eq!(house.stdout(&["list", "--json"]), "");
    assert_untouched(house, 3);
}

fn assert_untouched(house: &House, blanks: usize) {
    let cards = house.stdout(&["emulator", "list", "--json"]);
    let stage = |line: &str| serde_json::from_str::<Value>(line).unwrap()["stage"] == "blank";
    assert_eq!(cards.lines().filter(|line| stage(line)).count(), blanks, "{cards}");
}

#[test]
fn no_approval_at_all() {
    let house = house();
    let output = issue(&house);
    refused(SECTION, "no-batch", "A list is issued, and there is no batch of it.", &output);
    prepared(&house);
    let output = issue(&house);
    refused(SECTION, "not-approved", "A batch is issued that was prepared and never approved.", &output);
    assert_eq!(output.status.code(), Some(5));
    nothing_was_done(&house);
}

#[test]
fn the_preparer_approves() {
    let house = house();
    prepared(&house);
    let before = fs::read(house.path().join("members.batch")).unwrap();
    let output = house.output(&by(&["batch", "approve", "members.batch"], "lan"));
    refused(SECTION, "self-approval", "The registrar who prepared a batch approves it.", &output);
    assert_eq!(fs::read(house.path().join("members.batch")).unwrap(), before);
    nothing_was_done(&house);
}

/// The key of one registrar under the certificate of another: the authority was talked into certifying it twice.
#[test]
fn the_preparer_approves_under_another_name() {
    let house = house();
    prepared(&house);
    for kind in ["key", "passphrase"] {
        let ca = house.path().join("home/ca");
        fs::copy(ca.join(format!("registrar-lan.{kind}")), ca.join(format!("registrar-ly.{kind}"))).unwrap();
    }
    // `registrar add` goes on with a key that a stopped command left
    done(&house, &["registrar", "add", "ly"]);
    let output = house.output(&by(&["batch", "approve", "members.batch"], "ly"));
    refused(
        SECTION,
        "same-key",
        "The preparer approves with the same key, certified under another name.",
        &output,
    );
    nothing_was_done(&house);
}

#[test]
fn another_file_is_approved() {
    let house = house();
    prepared(&house);
    let list = house.path().join("members.csv");
    let text = fs::read_to_string(&list).unwrap();
    let sample = fs::read_to_string(crate::house::sample("members.csv")).unwrap();
    let third = sample.lines().find(|line| line.starts_with(GOOD[2])).unwrap();
    fs::write(&list, format!("{text}{third}\n")).unwrap();
    let output = house.output(&by(&["batch", "approve", "members.batch"], "minh"));
    refused(
        SECTION,
        "another-file",
        "The approver is shown another members file than was prepared.",
        &output,
    );
    nothing_was_done(&house);
}

#[test]
fn a_member_is_added_after_the_approval() {
    let house = house();
    approved(&house);
    let list = house.path().join("members.csv");
    let text = fs::read_to_string(&list).unwrap();
    let sample = fs::read_to_string(crate::house::sample("members.csv")).unwrap();
    let third = sample.lines().find(|line| line.starts_with(GOOD[2])).unwrap();
    fs::write(&list, format!("{text}{third}\n")).unwrap();
    let output = issue(&house);
    assert_eq!(output.status.code(), Some(3));
    // the two who were approved have their cards, and the third has none
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let kept: Vec<&str> = said.lines().filter(|line| !line.starts_with("issued ")).collect();
    let told = Output { stderr: kept.join("\n").into_bytes(), stdout: Vec::new(), status: output.status };
    refused(SECTION, "member-added", "A member is added to the list after it was approved.", &told);
    let listed = house.stdout(&["list", "--json"]);
    assert_eq!(listed.lines().count(), 2);
    assert!(!listed.contains(GOOD[2]));
    assert_untouched(&house, 1);
}

#[test]
fn a_portrait_is_swapped_after_the_approval() {
    let house = house();
    approved(&house);
    let portraits = house.path().join("portraits");
    for number in &GOOD[..2] {
        fs::copy(portraits.join(format!("{}.jpg", GOOD[5])), portraits.join(format!("{number}.jpg")))
            .unwrap();
    }
    let output = issue(&house);
    let told = Output { stderr: output.stdout.clone(), stdout: Vec::new(), status: output.status };
    refused(SECTION, "portrait-swapped", "The photographs are swapped after the approval.", &told);
    nothing_was_done(&house);
}

#[test]
fn the_approver_is_revoked() {
    let house = house();
    approved(&house);
    done(&house, &["registrar", "remove", "minh", "--reason", "key-compromise"]);
    let output = issue(&house);
    refused(SECTION, "approver-revoked", "A batch is issued whose approver has been revoked since.", &output);
    nothing_was_done(&house);
}

#[test]
fn the_approval_is_too_old() {
    let house = house();
    approved(&house);
    let path = house.path().join("home/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("valid_days = 30"));
    fs::write(&path, text.replace("valid_days = 30", "valid_days = 0")).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let output = issue(&house);
    refused(
        SECTION,
        "too-old",
        "A batch is issued whose approval is older than this issuer allows.",
        &output,
    );
    nothing_was_done(&house);
}

/// A certificate of another role under the name of a registrar.
#[test]
fn another_role_approves() {
    let house = house();
    prepared(&house);
    let ca = house.path().join("home/ca");
    fs::copy(ca.join("signer-1.pem"), ca.join("registrar-ly.pem")).unwrap();
    fs::copy(ca.join("signer-1.key"), ca.join("registrar-ly.key")).unwrap();
    let output = house.output(&by(&["batch", "approve", "members.batch"], "ly"));
    refused(
        SECTION,
        "other-role",
        "A batch is approved with a certificate that is not a registrar's.",
        &output,
    );
    nothing_was_done(&house);
}

#[test]
fn a_real_home_cannot_do_without() {
    let house = house();
    let path = house.path().join("home/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    let text =
        text.replace("mode = \"test\"", "mode = \"real\"").replace("required = true", "required = false");
    fs::write(&path, text).unwrap();
    let output = issue(&house);
    refused(
        SECTION,
        "waived",
        "The second person is switched off in the configuration of a real home.",
        &output,
    );
    nothing_was_done(&house);
}
