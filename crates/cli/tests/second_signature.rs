//! A second, post-quantum signature on cards: made, demanded, updated; cards without one, and readers that know nothing of it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use house::{GOOD, House, PORTRAITS};
use std::fs;
use std::path::Path;
use std::process::Output;

fn said(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].map(String::from_utf8_lossy).concat()
}

fn configure(house: &House, from: &str, to: &str) {
    let path = house.path().join("home/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{text}");
    fs::write(&path, text.replace(from, to)).unwrap();
}

fn verify(house: &House, card: &str, more: &[&str]) -> (i32, String) {
    let reader = format!("emulator:{card}");
    let output = house.output(&[&["verify", "--reader", &reader, "--from-registry"], more].concat());
    (output.status.code().unwrap(), said(&output))
}

/// The members file, which is approved, is issued.
fn issue(house: &House) -> Output {
    let options = ["--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*"];
    house.output(&[&["issue"], &options[..]].concat())
}

/// Five cards with one signature, one with two.
fn house() -> House {
    let house = House::issued();
    let made = house.output(&["ca", "second-signer"]);
    assert!(made.status.success(), "{}", said(&made));
    configure(&house, "sign = false", "sign = true");
    house.members(&GOOD[..6]);
    let issued = issue(&house);
    assert!(issued.status.success(), "{}", said(&issued));
    house
}

#[test]
fn a_card_has_both_and_both_are_demanded() {
    let house = house();
    let (code, report) = verify(&house, "blank-006", &["--second-signature", "required"]);
    assert_eq!(code, 0, "{report}");
    assert!(report.contains("second signature: ok"), "{report}");
    let (code, report) = verify(&house, "blank-001", &["--second-signature", "required"]);
    assert_eq!(code, 14, "{report}");
    assert!(report.contains("the card has no second signature"), "{report}");
    let (code, report) = verify(&house, "blank-001", &["--second-signature", "if-present"]);
    assert_eq!(code, 0, "{report}");
    // who does not ask does not read it
    let (code, report) = verify(&house, "blank-006", &[]);
    assert!(code == 0 && !report.contains("second signature"), "{report}");
    // the policy of the home, in Vietnamese
    configure(&house, "verify = \"off\"", "verify = \"required\"");
    let (code, report) = verify(&house, "blank-001", &["--lang", "vi"]);
    assert_eq!(code, 14, "{report}");
    assert!(report.contains("chữ ký thứ hai: KHÔNG ĐẠT (thẻ không có chữ ký thứ hai"), "{report}");
}

#[test]
fn an_updated_card_is_signed_anew_twice() {
    let house = house();
    let list = said(&house.output(&["list"]));
    let card =
        list.lines().find(|line| line.contains(GOOD[5])).and_then(|line| line.split(' ').next()).unwrap();
    let card = card.to_owned();
    let change = ["--unit-code", "SL-BY", "--unit-name", "Đảng bộ xã Bắc Yên"];
    house.approve_change(&card, &change);
    let update = |house: &House| {
        let options = [
            &["card", "update", &card],
            &change[..],
            &["--batch", "card.batch", "--reader", "emulator:blank-006"],
        ]
        .concat();
        house.output(&options)
    };
    // a station without the second signer leaves the card as it is
    configure(&house, "sign = true", "sign = false");
    let refused = update(&house);
    assert!(!refused.status.success());
    assert!(said(&refused).contains("this station has no second signer"), "{}", said(&refused));
    assert_eq!(verify(&house, "blank-006", &["--second-signature", "required"]).0, 0);
    configure(&house, "sign = false", "sign = true");
    let updated = update(&house);
    assert!(updated.status.success(), "{}", said(&updated));
    let (code, report) = verify(&house, "blank-006", &["--second-signature", "required"]);
    assert_eq!(code, 0, "{report}");
}

#[test]
fn without_its_signer_or_with_a_stranger_nothing_is_valid() {
    let (house, other) = (house(), House::with_home());
    assert!(other.output(&["ca", "second-signer"]).status.success());
    let second = house.path().join("home/ca/second");
    let kept = house.path().join("kept");
    fs::rename(&second, &kept).unwrap();
    let (code, report) = verify(&house, "blank-006", &["--second-signature", "if-present"]);
    assert_eq!(code, 16, "{report}");
    assert!(report.contains("the signer of the second signature is not known here"), "{report}");
    let (code, _) = verify(&house, "blank-001", &[]);
    assert_eq!(code, 0, "the first signature does not depend on it");
    copy(&other.path().join("home/ca/second"), &second);
    let (code, report) = verify(&house, "blank-006", &["--second-signature", "required"]);
    assert_eq!(code, 16, "{report}");
    fs::remove_dir_all(&second).unwrap();
    house.members(&GOOD[..7]);
    let refused = issue(&house);
    assert_eq!(refused.status.code(), Some(5), "{}", said(&refused));
    assert!(said(&refused).contains("chipwright ca second-signer"), "{}", said(&refused));
    fs::rename(&kept, &second).unwrap();
    assert_eq!(verify(&house, "blank-006", &["--second-signature", "required"]).0, 0);
}

#[test]
fn a_second_signer_is_listed_limited_and_revoked() {
    let house = house();
    let shown = said(&house.output(&["ca", "show"]));
    assert!(shown.contains("second-root") && shown.contains("second-signer-1"), "{shown}");
    let checked = house.output(&["ca", "check"]);
    assert!(checked.status.success(), "{}", said(&checked));
    for name in ["second-root", "second-crl", "second-signer-1"] {
        assert!(said(&checked).contains(name), "{}", said(&checked));
    }
    let keys = said(&house.output(&["keys", "list"]));
    let limits = |label: &str| {
        let line = keys.lines().find(|line| line.split_whitespace().next() == Some(label)).unwrap();
        line.split_whitespace().filter(|word| *word == "-").count()
    };
    assert_eq!(limits("second-signer-1"), limits("signer-1"), "{keys}");
    let revoked = house.output(&["ca", "revoke-signer", "second-signer-1"]);
    assert!(revoked.status.success(), "{}", said(&revoked));
    let shown = said(&revoked);
    let line = shown.lines().find(|line| line.contains("second-signer-1")).unwrap();
    assert!(line.contains("REVOKED"), "{shown}");
    // a list that is renewed keeps it
    assert!(house.output(&["ca", "crl"]).status.success());
    let checked = house.output(&["ca", "check", "--json"]);
    assert_eq!(checked.status.code(), Some(5), "{}", said(&checked));
    let (code, report) = verify(&house, "blank-006", &["--second-signature", "required"]);
    assert_ne!(code, 0, "{report}");
    assert!(report.contains("second signature: FAILED"), "{report}");
    assert_eq!(verify(&house, "blank-006", &[]).0, 0);
    // it signs no more; the next one does
    house.members(&GOOD[..7]);
    let refused = issue(&house);
    assert!(said(&refused).contains("chipwright ca second-signer"), "{}", said(&refused));
    assert!(house.output(&["ca", "second-signer"]).status.success());
    assert!(house.output(&["emulator", "create", "--count", "1"]).status.success());
    let issued = issue(&house);
    assert!(issued.status.success(), "{}", said(&issued));
    assert!(said(&house.output(&["ca", "show"])).contains("second-signer-2"));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, to.join(path.file_name().unwrap())).unwrap();
    }
}
