//! A home whose keys live in a token: SoftHSM2 with a token directory of the test's own.
#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "tests; a skip says why")]

mod house;

use house::{GOOD, House, PORTRAITS};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "273541";
const ROOT_PIN: &str = "815162";
const IN_HOST: &str = "master-inside-card-key-in-host";

/// A house with two tokens and the PINs as credentials; none where SoftHSM2 is not installed.
struct Vault {
    house: House,
}

impl Vault {
    fn new() -> Option<Self> {
        if !Path::new(MODULE).exists() {
            eprintln!("skipped: softhsm2 is not installed; tools/setup --for-tests installs it");
            return None;
        }
        let vault = Self { house: House::empty() };
        let path = vault.house.path();
        fs::create_dir(path.join("tokens")).unwrap();
        fs::create_dir(path.join("credentials")).unwrap();
        let tokens = path.join("tokens");
        let text = format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display());
        fs::write(path.join("softhsm2.conf"), text).unwrap();
        for (label, pin) in [("station", PIN), ("root", ROOT_PIN)] {
            let made = Command::new("softhsm2-util")
                .args(["--init-token", "--free", "--label", label, "--so-pin", "88112233", "--pin", pin])
                .env("SOFTHSM2_CONF", path.join("softhsm2.conf"))
                .output()
                .unwrap();
            assert!(made.status.success(), "{made:?}");
        }
        vault.pin("station", PIN);
        vault.pin("terminal", PIN);
        vault.pin("root", ROOT_PIN);
        Some(vault)
    }

    /// The credential of a service.
    fn pin(&self, whose: &str, pin: &str) {
        fs::write(self.house.path().join(format!("credentials/chipwright.{whose}")), pin).unwrap();
    }

    fn output(&self, arguments: &[&str]) -> Output {
        let path = self.house.path();
        let mut command = self.house.command(arguments);
        command.env("SOFTHSM2_CONF", path.join("softhsm2.conf"));
        command.env("CREDENTIALS_DIRECTORY", path.join("credentials")).output().unwrap()
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {complaint}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Exit code and what was said, without a PIN in it.
    fn refused(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.output(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?} was done");
        assert!(!said.contains(PIN) && !said.contains(ROOT_PIN), "{said}");
        (output.status.code(), said)
    }

    /// Refused in both languages.
    fn told(&self, arguments: &[&str], english: &str, vietnamese: &str) {
        let (code, said) = self.refused(arguments);
        assert_eq!(code, Some(5), "{said}");
        assert!(said.contains(english), "{said}");
        let (_, said) = self.refused(&[&["--lang", "vi"], arguments].concat());
        assert!(said.contains(vietnamese), "{said}");
    }

    fn init(&self, further: &[&str]) {
        self.done(&[&INIT, further].concat());
    }

    fn issue(&self) -> Vec<&'static str> {
        vec!["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*"]
    }
}

const INIT: [&str; 6] = ["init", "home", "--hsm", MODULE, "--token-label", "station"];

#[test]
fn cards_are_issued_and_verified_with_every_key_in_a_token() {
    let Some(vault) = Vault::new() else { return };
    vault.init(&["--root-token-label", "root", "--card-keys", IN_HOST, "--records"]);
    let home = vault.house.path().join("home");
    let left: Vec<String> = ["ca", "keys"]
        .iter()
        .flat_map(|folder| fs::read_dir(home.join(folder)).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".key") || name.contains("passphrase") || name == "master.json")
        .filter(|name| !name.starts_with("registrar-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");

    vault.done(&["emulator", "create", "--count", "3"]);
    vault.house.members(&GOOD[..3]);
    let said = vault.done(&vault.issue());
    assert_eq!(said.lines().filter(|line| line.starts_with("issued")).count(), 3, "{said}");
    for card in ["emulator:blank-001", "emulator:blank-002", "emulator:blank-003"] {
        let verdict = vault.done(&["verify", "--reader", card, "--from-registry", "--json"]);
        let verdict: Value = serde_json::from_str(&verdict).unwrap();
        assert_eq!(verdict["verdict"], "valid", "{verdict}");
    }
    // the root's own PIN
    vault.done(&["ca", "crl"]);
    vault.done(&["ca", "new-signer"]);
    vault.done(&["record", "new-signer"]);
    vault.done(&["terminal", "issue", "gate", "--right", "read:training"]);
    assert!(
        home.join("terminals/gate-00001.pub").exists() && !home.join("terminals/gate-00001.key").exists()
    );
    // readers and time zone of this machine may have their warnings
    let text = String::from_utf8(vault.output(&["doctor", "--json"]).stdout).unwrap();
    assert!(text.contains("in the token root") && text.contains("in the token station"), "{text}");

    // another root key under the same label is not this home's
    fs::copy(home.join("ca/signer-1.pub"), home.join("ca/root.pub")).unwrap();
    vault.told(
        &["ca", "crl"],
        "the key root in the token is not the one that",
        "khóa root trong token không phải khóa ứng với",
    );
}

#[test]
fn every_trouble_with_a_token_has_its_sentence() {
    let Some(vault) = Vault::new() else { return };
    let path = vault.house.path();
    // before there is a home: nothing is left of the attempt
    vault.told(
        &["init", "home", "--hsm", "/nowhere/libpkcs11.so", "--token-label", "station"],
        "the PKCS#11 module /nowhere/libpkcs11.so could not be loaded",
        "không nạp được mô-đun PKCS#11 /nowhere/libpkcs11.so",
    );
    vault.told(
        &["init", "home", "--hsm", MODULE, "--token-label", "another"],
        "sees no token another",
        "không thấy token another",
    );
    vault.pin("station", "000000");
    vault.told(&INIT, "the PIN does not open the token station", "mã PIN không mở được token station");
    assert!(!path.join("home").exists() && !path.join(".home.half-made").exists());
    vault.pin("station", PIN);
    vault.init(&[]);

    // by default the card keys stay inside, and no card can be made
    vault.done(&["emulator", "create", "--count", "1"]);
    vault.house.members(&GOOD[..1]);
    vault.told(&vault.issue(), "the keys of chips stay inside the token", "khóa của chip không rời token");

    vault.pin("root", "000000");
    vault.told(
        &["ca", "crl"],
        "the PIN does not open the token station",
        "mã PIN không mở được token station",
    );
    // one token, one PIN
    vault.pin("root", PIN);
    let before = fs::read(path.join("home/ca/crl.pem")).unwrap();
    fs::rename(path.join("tokens"), path.join("tokens-away")).unwrap();
    fs::create_dir(path.join("tokens")).unwrap();
    vault.told(&["ca", "crl"], "sees no token station", "không thấy token station");
    let examined = String::from_utf8(vault.output(&["doctor"]).stdout).unwrap();
    assert!(examined.contains("sees no token station"), "{examined}");
    fs::remove_dir(path.join("tokens")).unwrap();
    fs::rename(path.join("tokens-away"), path.join("tokens")).unwrap();
    assert_eq!(fs::read(path.join("home/ca/crl.pem")).unwrap(), before);
    vault.done(&["ca", "crl"]);
    assert_ne!(fs::read(path.join("home/ca/crl.pem")).unwrap(), before);

    // a second home in the same token is refused, and the first keeps its keys
    vault.told(
        &["init", "other", "--hsm", MODULE, "--token-label", "station"],
        "holds a key root already",
        "đã có khóa root",
    );
    vault.done(&["ca", "crl"]);
}
