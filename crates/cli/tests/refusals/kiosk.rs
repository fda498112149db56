//! Attacks on a kiosk and on what it trusts: each is refused, and what was in force stays in force.

use crate::house::House;
use crate::refused;
use chipwright_keystore::{FileKey, Passphrase};
use chipwright_pki::Certificate;
use chipwright_pki::bundle::{Bundle, FullBundle, Header, prepare};
use chipwright_trust::TrustFolder;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Output;

const SECTION: &str = "kiosk";

/// A centre with a trust-bundle signer, and a kiosk with bundle 1 in force.
struct Desk {
    house: House,
}

fn centre() -> House {
    let house = House::with_home();
    ran(&house, &["ca", "new-signer", "--role", "bundle"]);
    house
}

fn ran(house: &House, arguments: &[&str]) -> Output {
    let done = house.output(arguments);
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    done
}

impl Desk {
    fn new() -> Self {
        let house = centre();
        ran(&house, &["trust", "build", "--out", "1.ctb"]);
        ran(&house, &["trust", "import", "1.ctb", "--folder", "kiosk", "--confirm-number", "1"]);
        Self { house }
    }

    fn build(&self, name: &str, more: &[&str]) {
        ran(&self.house, &[&["trust", "build", "--out", name], more].concat());
    }

    fn folder(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.house.path().join("kiosk")).unwrap();
        let file = |path: &Path| (path.display().to_string(), fs::read(path).unwrap());
        entries.map(|entry| file(&entry.unwrap().path())).collect()
    }

    fn number(&self) -> u64 {
        let shown = self.house.stdout(&["trust", "show", "--folder", "kiosk", "--json"]);
        serde_json::from_str::<Value>(&shown).unwrap()["number"].as_u64().unwrap()
    }

    /// Refused, and the kiosk's folder is byte for byte what it was.
    fn refuses(&self, slug: &str, tried: &str, source: &str, more: &[&str]) {
        let (before, number) = (self.folder(), self.number());
        let import = [&["trust", "import", source, "--folder", "kiosk"], more].concat();
        let done = self.house.output(&import);
        assert_eq!(done.status.code(), Some(5), "{slug}");
        assert!(done.stdout.is_empty());
        refused(SECTION, slug, tried, &done);
        assert!(self.folder() == before, "{slug}: the folder has changed");
        assert_eq!(self.number(), number);
    }

    /// The content of bundle 1 with another head, signed with the centre's own key: what a centre with another clock would make.
    fn dated(&self, name: &str, number: u64, issued: Timestamp) {
        fs::write(self.house.path().join(name), self.signed(number, issued)).unwrap();
    }

    fn signed(&self, number: u64, issued: Timestamp) -> Vec<u8> {
        self.signed_for(number, issued, SignedDuration::from_hours(24))
    }

    /// The next one is due after `term`, and after another the bundle counts no more.
    fn signed_for(&self, number: u64, issued: Timestamp, term: SignedDuration) -> Vec<u8> {
        let home = self.house.path().join("home");
        let content = fs::read(home.join("trust/bundle-1.der")).unwrap();
        let data = FullBundle::from_der(&content).unwrap().data().clone();
        let issued = Timestamp::from_second(issued.as_second()).unwrap();
        let header = Header { number, issued, next_update: issued + term, end_of_grace: issued + 2 * term };
        let bundle: Bundle = FullBundle::new(header, &data).unwrap().into();
        let pem = fs::read(home.join("ca/bundle-signer-1.pem")).unwrap();
        let signer = Certificate::from_file_bytes(&pem).unwrap().remove(0);
        let passphrase = Passphrase::new(&fs::read_to_string(home.join("keys/passphrase")).unwrap());
        let key = FileKey::load(home.join("ca/bundle-signer-1.key"), &passphrase).unwrap();
        prepare(&bundle, &signer).unwrap().sign_with(&key).unwrap().into_der()
    }
}

#[test]
fn an_old_bundle() {
    let desk = Desk::new();
    desk.build("2.ctb", &[]);
    ran(&desk.house, &["trust", "import", "2.ctb", "--folder", "kiosk"]);
    desk.refuses("old-bundle", "an earlier bundle is offered again", "1.ctb", &[]);
    // an officer's word does not make it newer
    desk.refuses(
        "old-bundle-confirmed",
        "an earlier bundle is offered again, with its number confirmed",
        "1.ctb",
        &["--confirm-number", "1"],
    );
}

#[test]
fn the_next_number_from_another_root() {
    let (desk, other) = (Desk::new(), centre());
    for name in ["o1.ctb", "o2.ctb"] {
        ran(&other, &["trust", "build", "--out", name]);
    }
    let stranger = other.path().join("o2.ctb");
    desk.refuses(
        "next-number-of-another-root",
        "a bundle with the next number, signed under another root",
        stranger.to_str().unwrap(),
        &[],
    );
    desk.refuses(
        "next-number-of-another-root-confirmed",
        "the same, and an officer is talked into confirming the number",
        stranger.to_str().unwrap(),
        &["--confirm-number", "2"],
    );
}

#[test]
fn a_tampered_bundle() {
    let desk = Desk::new();
    desk.build("2.ctb", &[]);
    let path = desk.house.path().join("2.ctb");
    let mut bytes = fs::read(&path).unwrap();
    // a digit of the AID of the identity application
    let aid = hex::decode("F0434849505701").unwrap();
    let place = bytes.windows(aid.len()).position(|window| window == aid).unwrap();
    bytes[place + 6] ^= 1;
    fs::write(&path, &bytes).unwrap();
    desk.refuses("tampered", "one byte of a bundle was changed", "2.ctb", &[]);
    fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
    desk.refuses("cut-short", "half of a bundle", "2.ctb", &[]);
}

#[test]
fn an_expired_bundle_and_one_from_the_future() {
    let desk = Desk::new();
    let day = SignedDuration::from_hours(24);
    // the signer's key has been usable since today only: its centre's clock was wrong by hours
    desk.dated("ahead.ctb", 2, Timestamp::now() + day);
    desk.refuses("from-the-future", "a bundle that is dated tomorrow", "ahead.ctb", &[]);

    // one that counted for two seconds
    let brief = desk.signed_for(3, Timestamp::now(), SignedDuration::from_secs(1));
    fs::write(desk.house.path().join("brief.ctb"), brief).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(3100));
    desk.refuses("expired", "a bundle past the end of its grace", "brief.ctb", &[]);
}

#[test]
fn the_kiosks_clock_is_set_back() {
    let desk = Desk::new();
    // as if it had been in use for ten days: by the times it has seen, today's clock is ten days slow
    let day = SignedDuration::from_hours(24);
    let mut kiosk = TrustFolder::open(desk.house.path().join("kiosk")).unwrap();
    kiosk.saw(Timestamp::now() + 10 * day).unwrap();
    desk.build("2.ctb", &[]);
    desk.refuses("clock-set-back", "the kiosk's clock is ten days behind what it saw signed", "2.ctb", &[]);
}

#[test]
fn a_clock_set_back_makes_no_card_valid() {
    let house = House::issued();
    ran(&house, &["ca", "new-signer", "--role", "bundle"]);
    ran(&house, &["trust", "build", "--out", "1.ctb"]);
    ran(&house, &["trust", "import", "1.ctb", "--folder", "kiosk", "--confirm-number", "1"]);
    let verify =
        ["verify", "--reader", "emulator:blank-001", "--from-registry", "--trust", "kiosk", "--json"];
    let verdict = |more: &[&str]| -> (Option<i32>, String) {
        let done = house.output(&[&verify[..], more].concat());
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        (done.status.code(), report["verdict"].as_str().unwrap().to_owned())
    };
    assert_eq!(verdict(&[]), (Some(0), "valid".to_owned()));
    let now = Timestamp::now();
    let ago = (now - SignedDuration::from_mins(20)).to_string();
    assert_eq!(verdict(&["--at", &ago]).0, Some(19), "{:?}", verdict(&["--at", &ago]));
    // and past the end of grace nothing is valid any more
    let later = (now + SignedDuration::from_hours(24 * 14 + 1)).to_string();
    assert_eq!(verdict(&["--at", &later]), (Some(18), "trust_data_stale".to_owned()));
    assert_eq!(verdict(&[]).0, Some(0), "judging for other times teaches the kiosk nothing");
}

#[test]
fn a_first_bundle_and_a_reset_without_an_officer() {
    let (desk, other) = (Desk::new(), centre());
    let house = &desk.house;
    let first = house.output(&["trust", "import", "1.ctb", "--folder", "new-kiosk"]);
    refused(SECTION, "first-not-confirmed", "a first bundle without an officer's word", &first);
    let wrong = ["trust", "import", "1.ctb", "--folder", "new-kiosk", "--confirm-number", "2"];
    let wrong = house.output(&wrong);
    refused(SECTION, "other-number-confirmed", "an officer confirms another number", &wrong);
    let root = "00".repeat(32);
    let wrong =
        ["trust", "import", "1.ctb", "--folder", "new-kiosk", "--confirm-number", "1", "--confirm-root"];
    let wrong = house.output(&[&wrong[..], &[&root]].concat());
    refused(SECTION, "other-root-confirmed", "an officer confirms another root", &wrong);
    assert!(!house.output(&["trust", "show", "--folder", "new-kiosk"]).status.success());

    ran(&other, &["trust", "build", "--out", "o1.ctb"]);
    ran(&other, &["trust", "build", "--out", "o2.ctb"]);
    let stranger = other.path().join("o2.ctb").display().to_string();
    desk.refuses(
        "reset-of-another-number",
        "a kiosk is to begin anew under another root, with another number confirmed",
        &stranger,
        &["--reset", "--confirm-number", "1"],
    );
    desk.refuses(
        "reset-not-confirmed",
        "a kiosk is to begin anew without an officer's word",
        &stranger,
        &["--reset"],
    );
    // with it, it does
    ran(house, &["trust", "import", &stranger, "--folder", "kiosk", "--reset", "--confirm-number", "2"]);
    assert_eq!(desk.number(), 2);
}

#[test]
fn a_delta_on_another_base() {
    let desk = Desk::new();
    desk.build("2.ctb", &[]);
    desk.build("3.ctb", &["--delta-from", "2"]);
    desk.refuses("delta-on-another-base", "a delta on a bundle that this kiosk never had", "3.ctb", &[]);
    let first =
        desk.house.output(&["trust", "import", "3.ctb", "--folder", "new-kiosk", "--confirm-number", "3"]);
    refused(SECTION, "delta-as-first", "a delta as a kiosk's first bundle", &first);
}

#[test]
fn a_bundle_sealed_for_another_kiosk() {
    let desk = Desk::new();
    let with_passphrase = |arguments: &str| {
        let script = format!("exec 3<<<'mật khẩu của máy'; exec \"$0\" {arguments} --kiosk-passphrase-fd 3");
        desk.house.shell(&script, &[]).output().unwrap()
    };
    for folder in ["kiosk", "elsewhere"] {
        let made = with_passphrase(&format!("trust kiosk-key --folder {folder}"));
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    desk.build("theirs.ctb", &["--seal-to", "elsewhere/kiosk.pub"]);
    desk.build("ours.ctb", &["--seal-to", "kiosk/kiosk.pub"]);
    let before = desk.folder();
    let done = with_passphrase("trust import theirs.ctb --folder kiosk");
    let text = String::from_utf8_lossy(&done.stderr).into_owned();
    let id = text.split("identifier ").nth(1).unwrap()[..16].to_owned();
    let masked = Output { stderr: text.replace(&id, "[KIOSK]").into_bytes(), ..done };
    refused(SECTION, "sealed-for-another-kiosk", "a bundle that is sealed for another kiosk", &masked);
    assert!(desk.folder() == before);
    let taken = with_passphrase("trust import ours.ctb --folder kiosk");
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    assert_eq!(desk.number(), 3);
}

#[test]
fn a_test_root_at_a_real_kiosk() {
    let house = centre();
    ran(&house, &["trust", "build", "--out", "1.ctb"]);
    let import =
        ["trust", "import", "1.ctb", "--folder", "kiosk", "--confirm-number", "1", "--policy", "real"];
    let done = house.output(&import);
    refused(SECTION, "test-root", "a bundle under a test root is offered to a real kiosk", &done);
}
