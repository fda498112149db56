//! A root's home and stations of it, which have everything but the root's key.
#![allow(dead_code, unreachable_pub, reason = "every test binary uses a part")]

use crate::house::House;
use chipwright_keystore::{FileKey, Passphrase};
use chipwright_pki::certificate::{
    AltName, DocumentSignerProfile, RootKind, RootProfile, document_signer, root,
};
use chipwright_pki::crl::{self, CrlProfile};
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::{Certificate, Crl, Name, Period, PublicKey, SerialNumber, SignKey};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A home in a folder of its own.
pub struct Place {
    folder: TempDir,
    house: House,
}

impl Place {
    /// A new home with its root.
    pub fn root() -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), house: House::empty() };
        let made = place.house.output(&["init", place.home("").to_str().unwrap()]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        place
    }

    /// A copy of this home without the root's key, and with a passphrase of its own place.
    pub fn station(&self) -> Self {
        let place = Self { folder: tempfile::tempdir().unwrap(), house: House::empty() };
        copy(&self.home(""), &place.home(""));
        for entry in fs::read_dir(place.home("ca")).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.starts_with("root") && !name.ends_with(".pem") {
                fs::remove_file(path).unwrap();
            }
        }
        place
    }

    /// A file in the home.
    pub fn home(&self, file: &str) -> PathBuf {
        let home = self.folder.path().join("home");
        if file.is_empty() { home } else { home.join(file) }
    }

    /// A file beside the home.
    pub fn path(&self, file: &str) -> String {
        self.folder.path().join(file).display().to_string()
    }

    pub fn run(&self, arguments: &[&str]) -> Output {
        let home = self.home("").display().to_string();
        self.house.output(&[&["--home", &home], arguments].concat())
    }

    /// Runs what must succeed.
    pub fn well(&self, arguments: &[&str]) -> Output {
        let done = self.run(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        done
    }

    /// Runs a command that reads this line from file descriptor 3.
    pub fn told(&self, line: &str, arguments: &[&str]) -> Output {
        let home = self.home("").display().to_string();
        fs::write(self.path("line"), line).unwrap();
        let script = format!("exec \"$0\" \"$@\" 3<{}", self.path("line"));
        self.house.shell(&script, &[&["--home", &home], arguments].concat()).output().unwrap()
    }

    /// Asks for a certificate and lets the root sign it; both files.
    pub fn certified(&self, root: &Self, role: &str) -> (String, String) {
        let (asked, signed) = (self.path("carried.csr"), self.path("carried.pem"));
        let fingerprint = self.ask(role, &asked);
        root.well(&["ca", "sign", &asked, "--fingerprint", &fingerprint, "--out", &signed]);
        (asked, signed)
    }

    /// Asks for a certificate; the request's fingerprint.
    pub fn ask(&self, role: &str, out: &str) -> String {
        let done = self.well(&["ca", "request", "--role", role, "--name", "Trạm 7", "--out", out]);
        String::from_utf8(done.stdout).unwrap().trim().to_owned()
    }

    /// `ca check --json`, which must be of this opinion.
    pub fn checked(&self, good: bool) -> Value {
        let done = self.run(&["ca", "check", "--json"]);
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(done.status.code(), Some(if good { 0 } else { 5 }), "{report}");
        assert_eq!(report["good"], good, "{report}");
        report
    }

    /// `ca check` finds these bad, and nothing else.
    pub fn checked_but(&self, names: &[&str]) {
        let report = self.checked(false);
        let bad = report["results"].as_array().unwrap().iter().filter(|line| line["result"] == "bad");
        let bad: Vec<&str> = bad.map(|line| line["name"].as_str().unwrap()).collect();
        assert_eq!(bad, names, "{report}");
    }

    pub fn root_key(&self) -> FileKey {
        self.key("root", &self.home("ca/root.passphrase"))
    }

    pub fn key(&self, label: &str, passphrase: &Path) -> FileKey {
        let passphrase = Passphrase::new(&fs::read_to_string(passphrase).unwrap());
        FileKey::load(self.home(&format!("ca/{label}.key")), &passphrase).unwrap()
    }

    pub fn certificate(&self, label: &str) -> Certificate {
        let bytes = fs::read(self.home(&format!("ca/{label}.pem"))).unwrap();
        Certificate::from_file_bytes(&bytes).unwrap().remove(0)
    }

    /// Puts an empty list of the first root in place that is this many days old (negative: of the future), for 90 days.
    /// It has the number of the list that it replaces, which is the last that the ledger knows.
    pub fn put_list(&self, age: i64) {
        let held = Crl::from_file_bytes(&fs::read(self.home("ca/crl.pem")).unwrap()).unwrap();
        let number = held[0].number();
        let this_update = Timestamp::now() - days(age);
        let profile =
            CrlProfile { number, this_update, next_update: this_update + days(90), revoked: Vec::new() };
        let made =
            crl::issue(&profile, &self.certificate("root")).unwrap().sign_with(&self.root_key()).unwrap();
        fs::write(self.home("ca/crl.pem"), made.to_pem()).unwrap();
    }

    /// A document signer's certificate by the root's key for this key, whose three months began so many days ago.
    pub fn signer_for(&self, key: &PublicKey, age: i64) -> Certificate {
        let from = Timestamp::now() - days(age);
        let profile = DocumentSignerProfile {
            subject: Name::new("VN", "Chipwright Test Organisation", None, "Document signer 9").unwrap(),
            serial: SerialNumber::from_random([8; 16]),
            key_usage: Period::months_from(from, 3).unwrap(),
            card_life_days: 3_660,
            alt_name: AltName::with_email("VNM", "ca@example.org").unwrap(),
            crl_addresses: vec!["http://example.org/crl".to_owned()],
            document_types: vec!["CM".to_owned()],
        };
        let prepared = document_signer(&profile, key, &self.certificate("root")).unwrap();
        prepared.sign_with(&self.root_key()).unwrap()
    }

    /// A master-list signer's certificate by the root's key for this key, whose twelve months began so many days ago.
    pub fn list_signer_for(&self, key: &PublicKey, age: i64) -> Certificate {
        let profile = RoleProfile {
            role: Role::MasterListSigner,
            subject: Name::new("VN", "Chipwright Test Organisation", None, "Master-list signer 9").unwrap(),
            serial: SerialNumber::from_random([9; 16]),
            key_usage: Period::months_from(Timestamp::now() - days(age), 12).unwrap(),
            valid_days: 400,
            alt_name: AltName::with_email("VNM", "ca@example.org").unwrap(),
            crl_addresses: vec!["http://example.org/crl".to_owned()],
        };
        let prepared = role_signer(&profile, key, &self.certificate("root")).unwrap();
        prepared.sign_with(&self.root_key()).unwrap()
    }

    /// Puts a root with the home's key in place that began so many days ago, and a list of today.
    pub fn make_older(&self, age: i64) {
        let from = Timestamp::now() - days(age);
        let key = self.root_key();
        let profile = RootProfile {
            subject: self.certificate("root").subject().clone(),
            serial: SerialNumber::from_random([7; 16]),
            validity: Period::months_from(from, 15 * 12).unwrap(),
            key_usage: Period::months_from(from, 60).unwrap(),
            alt_name: AltName::with_email("VNM", "ca@example.org").unwrap(),
            crl_addresses: vec!["http://example.org/crl".to_owned()],
            kind: RootKind::Test,
        };
        let made = root(&profile, key.public_key()).unwrap().sign_with(&key).unwrap();
        fs::write(self.home("ca/root.pem"), made.to_pem()).unwrap();
        self.put_list(0);
    }

    /// Every file of the home with its bytes: to see that nothing changed. Locks are none of it.
    pub fn everything(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        walk(&self.home(""), &mut found);
        found.retain(|path, _| path.file_name().is_none_or(|name| name != "lock"));
        found
    }
}

pub fn days(n: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * n)
}

fn walk(folder: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            walk(&path, found);
        } else {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { fs::copy(&path, &target).map(drop).unwrap() }
    }
}

/// Runs OpenSSL, which must accept or refuse, and returns all it said.
pub fn openssl(arguments: &[&str], accepted: bool) -> String {
    let output =
        Command::new("openssl").args(arguments).output().expect("openssl is installed (tools/setup)");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert_eq!(output.status.success(), accepted, "{arguments:?}: {said}");
    said
}
