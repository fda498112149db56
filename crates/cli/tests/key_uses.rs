//! Every use of a private key is in the ledger of the home, and `keys audit` compares it with what exists.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use house::House;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;

/// The JSON lines of an audit: the uses, and what it came to.
fn audit(house: &House, arguments: &[&str]) -> (Option<i32>, Vec<Value>, Value) {
    let done = house.output(&[&["keys", "audit", "--json"], arguments].concat());
    let text = String::from_utf8(done.stdout).unwrap();
    let mut lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let result = lines.pop().unwrap_or_else(|| panic!("{}", String::from_utf8_lossy(&done.stderr)));
    assert_eq!(result["schema"], "chipwright-key-audit/1");
    (done.status.code(), lines, result)
}

fn ledger(house: &House) -> PathBuf {
    house.path().join("home/keys/uses.jsonl")
}

fn count<'a>(result: &'a Value, label: &str) -> &'a Value {
    result["keys"].as_array().unwrap().iter().find(|key| key["key"] == label).unwrap()
}

fn findings(result: &Value) -> Vec<&str> {
    result["findings"].as_array().unwrap().iter().map(|finding| finding.as_str().unwrap()).collect()
}

#[test]
fn every_use_is_told_with_who_what_for_and_how_many_left() {
    let house = House::issued();
    let (code, uses, result) = audit(&house, &[]);
    assert_eq!((code, findings(&result)), (Some(0), vec![]));
    let of = |label: &str, purpose: &str| {
        uses.iter().filter(|used| used["key"] == label && used["purpose"] == purpose).count()
    };
    assert!(of("root", "certificate") >= 2, "its own certificate and a signer's");
    assert_eq!(of("root", "crl"), 1);
    assert_eq!(result["serial_numbers"], of("root", "certificate"), "every certificate has its own");
    // one rehearsal; EF.SOD and EF.CardSecurity of five cards
    let signed = of("signer-1", "security-objects");
    assert!((5..=11).contains(&signed), "{signed}");
    assert_eq!(result["compared"]["cards"], 5);
    assert_eq!(result["compared"]["revocation_lists"], 1);
    let signer = count(&result, "signer-1");
    assert_eq!((&signer["limit"], &signer["reserved_and_not_used"]), (&100_000.into(), &0.into()));
    assert_eq!(signer["left"], 100_000 - signed as u64);
    let last = uses.iter().rfind(|used| used["key"] == "signer-1").unwrap();
    assert!(last["left"].as_u64().unwrap() >= signer["left"].as_u64().unwrap() - 256);
    assert!(uses.iter().all(|used| !used["who"].as_str().unwrap().is_empty()));

    // by key and by day
    let (_, only, _) = audit(&house, &["--key", "root"]);
    assert!(!only.is_empty() && only.iter().all(|used| used["key"] == "root"));
    let (code, none, _) = audit(&house, &["--since", "2100-01-01"]);
    assert_eq!((code, none.len()), (Some(0), 0));

    // for people, in both languages
    let told = house.stdout(&["keys", "audit"]);
    assert!(told.contains("the chain is whole") && told.contains("  signer-1  security object, "), "{told}");
    let told = house.stdout(&["--lang", "vi", "keys", "audit"]);
    assert!(
        told.contains("chuỗi nguyên vẹn") && told.contains("  signer-1  đối tượng bảo mật, còn "),
        "{told}"
    );
    assert!(house.stdout(&["keys", "list"]).contains("signer-1"));
}

#[test]
fn what_exists_and_is_not_in_the_ledger_is_a_finding() {
    let house = House::issued();
    let early = fs::read(ledger(&house)).unwrap();
    assert!(house.output(&["ca", "crl"]).status.success());
    let now = fs::read(ledger(&house)).unwrap();
    // the list of now beside the ledger of then
    fs::write(ledger(&house), &early).unwrap();
    let (code, _, result) = audit(&house, &[]);
    let found = findings(&result).join("\n");
    assert_eq!(code, Some(3));
    assert!(found.contains("crl.pem has number 2") && found.contains("crl.pem is signed by root"), "{found}");
    // cards that the ledger knows nothing of
    let lines: Vec<&str> = std::str::from_utf8(&early).unwrap().lines().collect();
    let before = lines.iter().position(|line| line.contains("security-objects")).unwrap() - 1;
    fs::write(ledger(&house), lines[..before].iter().map(|line| format!("{line}\n")).collect::<String>())
        .unwrap();
    let (code, _, result) = audit(&house, &[]);
    let found = findings(&result).join("\n");
    assert_eq!(code, Some(3));
    assert!(
        found.contains("the registry knows 5 cards signed by signer-1, and the ledger 0 uses"),
        "{found}"
    );
    // a line that was changed
    let mut altered = now.clone();
    let at = altered.windows(8).position(|window| window == b"\"count\":").unwrap() + 8;
    altered[at] ^= 1;
    fs::write(ledger(&house), &altered).unwrap();
    let (code, _, result) = audit(&house, &[]);
    assert_eq!(code, Some(3));
    assert!(findings(&result)[0].contains("the chain is broken"), "{result}");
    fs::write(ledger(&house), &now).unwrap();
    assert_eq!(audit(&house, &[]).0, Some(0));
}

#[test]
fn a_home_of_an_older_program_gets_its_ledger_once() {
    let house = House::issued();
    // as the program before left homes
    fs::remove_file(ledger(&house)).unwrap();
    fs::remove_file(house.path().join("home/ca/uses.begun")).unwrap();
    let asked = house.output(&["keys", "audit"]);
    assert!(asked.status.success() && asked.stdout.is_empty(), "an audit writes nothing");
    assert!(!ledger(&house).exists());
    assert!(house.output(&["ca", "crl"]).status.success());
    let (code, _, result) = audit(&house, &[]);
    assert_eq!((code, findings(&result)), (Some(0), vec![]));
    assert_eq!(result["older_home"], true);
    assert_eq!(result["numbers"]["crl"], 2);
    assert_eq!(count(&result, "signer-1")["uses_before_the_ledger"], 5, "the cards that the registry knows");
    assert_eq!(count(&result, "signer-1")["left"], 99_995);
    // a second time it is not an older home, but one that lost its ledger
    fs::remove_file(ledger(&house)).unwrap();
    let refused = house.output(&["ca", "crl"]);
    assert_eq!(refused.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("nobody knows how often"));
}

/// One reserved use whose line was lost explains one thing, and not everything that the key ever signed.
#[test]
fn what_is_unknown_beyond_the_reserved_uses_is_a_finding() {
    let house = House::with_home();
    assert!(house.output(&["ca", "new-signer"]).status.success());
    assert!(house.output(&["ca", "new-signer"]).status.success());
    let now = fs::read_to_string(ledger(&house)).unwrap();
    let lines: Vec<&str> = now.lines().collect();
    let ends: Vec<usize> = (1..=lines.len()).filter(|end| lines[end - 1].contains("\"reserved\"")).collect();
    // as it was when the last, or the last but one, had been reserved and not used
    let [.., before_both, before_last] = ends[..] else { panic!("{now}") };
    for (end, unknown) in [(before_last, 1), (before_both, 2)] {
        let cut: String = lines[..end].iter().map(|line| format!("{line}\n")).collect();
        fs::write(ledger(&house), cut).unwrap();
        let (code, _, result) = audit(&house, &[]);
        let found = findings(&result);
        let signed = found.iter().filter(|found| found.contains("is signed by root")).count();
        assert_eq!((code, signed), if unknown == 1 { (Some(0), 0) } else { (Some(3), 2) }, "{found:?}");
    }
}
