//! PIN letters: printed through a pipe, stored nowhere, and each opens its card.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod house;

use house::{GOOD, House, PORTRAITS};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const ISSUE: [&str; 7] =
    ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*"];
const TO_FILE: [&str; 2] = ["--letter-printer", "tee letter.pdf"];

/// A home whose cards have a PIN, with blanks and a list.
fn house(blanks: &str, members: &[&str]) -> House {
    let house = House::with_home();
    switch(&house, "pin", true);
    assert!(house.output(&["emulator", "create", "--count", blanks]).status.success());
    house.members(members);
    house
}

/// Switches a feature of new cards.
fn switch(house: &House, feature: &str, on: bool) {
    let path = house.path().join("home/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (from, to) = (format!("\n{feature} = {}", !on), format!("\n{feature} = {on}"));
    assert!(text.contains(&from), "{text}");
    fs::write(&path, text.replace(&from, &to)).unwrap();
}

fn issue<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&ISSUE[..], more].concat()
}

/// PIN and PUK as a person reads them on the letter; nothing where no PDF reader is installed.
fn on_the_letter(house: &House) -> Option<(String, String)> {
    let path = house.path().join("letter.pdf");
    let Ok(read) = Command::new("pdftotext").arg("-layout").arg(&path).arg("-").output() else {
        println!("skipped: pdftotext of poppler-utils is not installed");
        return None;
    };
    let text = String::from_utf8(read.stdout).unwrap();
    let digits = text
        .lines()
        .map(|line| line.replace(' ', ""))
        .find(|line| line.len() == 16 && line.chars().all(|c| c.is_ascii_digit()));
    let digits = digits.unwrap_or_else(|| panic!("{text}"));
    Some((digits[..6].to_owned(), digits[6..].to_owned()))
}

/// Whether the PIN opens the first card, which has the other PIN from then on.
fn becomes(house: &House, pin: &str, new: &str) -> bool {
    let script = format!("exec \"$0\" \"$@\" 3<<<{pin} 4<<<{new}");
    let arguments = ["pin", "change", "--reader", "emulator:blank-001", "--pin-fd", "3"];
    let arguments = [&arguments[..], &["--new-pin-fd", "4"]].concat();
    house.shell(&script, &arguments).output().unwrap().status.success()
}

fn verdict(house: &House) -> i32 {
    let verify = ["verify", "--reader", "emulator:blank-001", "--from-registry"];
    house.output(&verify).status.code().unwrap()
}

/// How many files below the house are PDFs.
fn pdfs(folder: &Path) -> usize {
    let entries: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let is_pdf =
        |path: &PathBuf| fs::read(path).is_ok_and(|bytes| bytes.windows(5).any(|part| part == b"%PDF-"));
    entries.iter().map(|path| if path.is_dir() { pdfs(path) } else { usize::from(is_pdf(path)) }).sum()
}

/// The letter goes to the printer's command and nowhere else; its PIN opens the card; a new PIN is a new letter, and without a letter
/// there is none.
#[test]
fn a_letter_opens_its_card() {
    let house = house("1", &GOOD[..1]);
    assert!(house.output(&issue(&TO_FILE)).status.success());
    assert_eq!(pdfs(house.path()), 1, "the printer's own");
    let first = on_the_letter(&house);
    assert!(first.as_ref().is_none_or(|(pin, _)| becomes(&house, pin, "739150")));
    assert_eq!(verdict(&house), 0);
    let card: Value =
        serde_json::from_str(house.stdout(&["list", "--json"]).lines().next().unwrap()).unwrap();
    let number = card["card"].as_str().unwrap();
    let renew = |more: &[&str]| {
        let update =
            ["card", "update", number, "--reader", "emulator:blank-001", "--new-pin", "--letter-printer"];
        house.transcript(&[&update[..], more].concat())
    };
    let mut told = vec![renew(&["false"]), renew(&["false", "--lang", "vi"])];
    assert!(first.as_ref().is_none_or(|_| becomes(&house, "739150", "739105")), "no letter, no new PIN");
    told.extend([renew(&[TO_FILE[1]]), renew(&[TO_FILE[1], "--lang", "vi"])]);
    if let Some((new, _)) = on_the_letter(&house) {
        assert!(!becomes(&house, "739105", "739150") && becomes(&house, &new, "739150"));
    }
    assert_eq!((verdict(&house), pdfs(house.path())), (0, 1));
    assert_snapshot!(told.join("\n"));
}

/// Without a printer nothing is begun; with one that fails or cannot be started, the row says so and no card is made.
#[test]
fn printers_that_print_nothing() {
    let house = house("1", &GOOD[..1]);
    let told = [
        house.transcript(&issue(&[])),
        house.transcript(&issue(&["--lang", "vi"])),
        house.transcript(&issue(&["--letter-printer", "false"])),
        house.transcript(&issue(&["--letter-printer", "false", "--lang", "vi"])),
        house.transcript(&issue(&["--letter-printer", "/no/such/printer -d pin"])),
        house.transcript(&issue(&["--letter-printer", "/no/such/printer -d pin", "--lang", "vi"])),
        house.transcript(&issue(&TO_FILE)),
    ];
    assert_eq!(verdict(&house), 0);
    assert!(on_the_letter(&house).is_none_or(|(pin, _)| becomes(&house, &pin, "739150")));
    assert_snapshot!(told.join("\n"));
}

/// A unit as long as it may be has a letter; one with a character that the font does not have is refused by itself, the list goes on.
#[test]
fn units_on_letters() {
    let house = house("2", &GOOD[..2]);
    let list = house.path().join("members.csv");
    let text = fs::read_to_string(&list).unwrap();
    const UNIT: &str = "Chi bộ bản Phiêng Ban, Đảng bộ xã Bắc Yên";
    let long = "Chi bộ Trường Phổ thông Dân tộc bán trú ".repeat(3);
    let text = text.replacen(UNIT, "Chi bộ 李", 1).replacen(UNIT, long.trim(), 1);
    assert!(text.contains("李") && text.contains(long.trim()), "{text}");
    fs::write(&list, text).unwrap();
    house.approve("members.csv");
    let told = [
        house.transcript(&issue(&TO_FILE)),
        house.transcript(&issue(&[&TO_FILE[..], &["--lang", "vi"]].concat())),
    ];
    assert_eq!(pdfs(house.path()), 1);
    assert_snapshot!(told.join("\n"));
}
