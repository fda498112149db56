//! A station to break: a home of its own, and a system around it that says what the test wants.

use crate::house::{House, redacted};
use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

pub(crate) struct Station {
    house: House,
    reader: &'static str,
    environment: Vec<(&'static str, String)>,
}

/// A check that is not well: its name and its state.
pub(crate) type Fault = (&'static str, &'static str);

impl Station {
    /// A new test home where all is well, without a reader.
    pub(crate) fn well() -> Self {
        static TEMPLATE: OnceLock<House> = OnceLock::new();
        Self::copied(TEMPLATE.get_or_init(template))
    }

    /// The same, of another authority.
    pub(crate) fn of_another_authority() -> Self {
        static TEMPLATE: OnceLock<House> = OnceLock::new();
        Self::copied(TEMPLATE.get_or_init(template))
    }

    fn copied(template: &House) -> Self {
        let station = Self::without_home();
        copy(&template.path().join("home"), &station.home());
        station
    }

    pub(crate) fn without_home() -> Self {
        let house = House::empty();
        fs::create_dir(house.path().join("bin")).unwrap();
        let station = Self { house, reader: "emulator:*", environment: Vec::new() };
        station.program("timedatectl", "echo yes");
        station.with("TZ", "Asia/Ho_Chi_Minh")
    }

    /// With another reader; empty: none is named.
    pub(crate) fn with_reader(mut self, reader: &'static str) -> Self {
        self.reader = reader;
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.to_owned()));
        self
    }

    /// A program of the system that says something else.
    pub(crate) fn program(&self, name: &str, script: &str) {
        let file = self.house.path().join("bin").join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        mode(&file, 0o755);
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.house.path().join("home")
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.home().join(name)
    }

    /// Replaces a piece of `config.toml`, which must be there.
    pub(crate) fn configure(&self, from: &str, to: &str) {
        let file = self.file("config.toml");
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "config.toml has no {from}");
        fs::write(file, text.replace(from, to)).unwrap();
    }

    pub(crate) fn members(&self, numbers: &[&str]) {
        self.house.members(numbers);
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.house.command(arguments);
        command.env("PATH", format!("{}:/usr/bin:/bin", self.house.path().join("bin").display()));
        for (name, value) in &self.environment {
            command.env(name, value);
        }
        command
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn doctor(&self, arguments: &[&str]) -> Output {
        let reader = ["--reader", self.reader];
        let named = if self.reader.is_empty() { &[][..] } else { &reader[..] };
        self.run(&[&["doctor"], named, arguments].concat())
    }

    /// The report; its exit code is that of its state.
    pub(crate) fn json(&self) -> Value {
        let done = self.doctor(&["--json"]);
        assert!(done.stderr.is_empty(), "{}", String::from_utf8_lossy(&done.stderr));
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(done.status.code(), Some(code(&report)), "{report}");
        report
    }

    /// Examines the station: exactly these checks are not well (those of a reader nobody asked for left out). Returns what is said
    /// of them.
    pub(crate) fn faults(&self, expected: &[Fault]) -> String {
        let report = self.json();
        let asked = self.reader.is_empty() || self.reader.starts_with("pcsc");
        let faults: Vec<&Value> = report["checks"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|check| check["state"] != "well" && (asked || !of_reader(check)))
            .collect();
        let names: Vec<(&str, &str)> = faults
            .iter()
            .map(|check| (check["name"].as_str().unwrap(), check["state"].as_str().unwrap()))
            .collect();
        assert_eq!(names, expected);
        let said: String = faults.iter().map(|check| said(check)).collect();
        self.without_place(&said)
    }

    /// Without what differs from run to run.
    pub(crate) fn without_place(&self, said: &str) -> String {
        redacted(&said.replace(&self.house.path().display().to_string(), "HERE"))
    }

    /// What remedies tell people to type, in English.
    pub(crate) fn commands(&self) -> Vec<String> {
        let report = self.json();
        let remedies =
            report["checks"].as_array().unwrap().iter().filter_map(|check| check["remedy"]["en"].as_str());
        remedies.flat_map(quoted).collect()
    }

    /// What people read says the same, in both languages: every check and every remedy.
    pub(crate) fn people_are_told(&self) {
        let report = self.json();
        for language in ["en", "vi"] {
            let done = self.doctor(&["--lang", language]);
            let text = String::from_utf8(done.stdout).unwrap();
            assert_eq!(done.status.code(), Some(code(&report)), "{text}");
            for check in report["checks"].as_array().unwrap() {
                // the time of day and the disk move on between two runs
                let moving = ["clock.credible", "disk.inodes", "disk.space"];
                if moving.contains(&check["name"].as_str().unwrap()) {
                    continue;
                }
                for words in [&check["found"][language], &check["remedy"][language]] {
                    assert!(text.contains(words.as_str().unwrap_or_default()), "{words}\n{text}");
                }
            }
        }
    }
}

/// A home whose certificates' keys open at once: deriving from a passphrase is slow on purpose, and every examination does it.
fn template() -> House {
    let house = House::with_home();
    for (key, passphrase) in [("ca/root.key", "ca/root.passphrase"), ("ca/signer-1.key", "keys/passphrase")] {
        let home = house.path().join("home");
        let (key, passphrase) = (home.join(key), format!("file:{}", home.join(passphrase).display()));
        let clear = house.path().join("clear");
        let openssl = |arguments: &[&str], from: &Path, to: &Path| {
            let mut command = Command::new("openssl");
            command.arg("pkcs8").args(arguments).arg("-in").arg(from).arg("-out").arg(to);
            command.status().is_ok_and(|status| status.success())
        };
        let once = [
            "-topk8",
            "-v2",
            "aes-256-cbc",
            "-v2prf",
            "hmacWithSHA256",
            "-iter",
            "1",
            "-passout",
            &passphrase,
        ];
        if openssl(&["-passin", &passphrase], &key, &clear) {
            assert!(openssl(&once, &clear, &key));
        } else {
            println!("slower, as there is no openssl");
        }
        mode(&key, 0o600);
    }
    house
}

/// What stands between backticks.
pub(crate) fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

fn code(report: &Value) -> i32 {
    match report["state"].as_str().unwrap() {
        "well" => 0,
        "warning" => 3,
        _ => 5,
    }
}

fn of_reader(check: &Value) -> bool {
    check["name"].as_str().unwrap().starts_with("pcsc.")
}

fn said(check: &Value) -> String {
    let words =
        |value: &Value| format!("  {}\n  {}\n", value["en"].as_str().unwrap(), value["vi"].as_str().unwrap());
    let mut text = format!("{}: {}\n", check["name"].as_str().unwrap(), check["state"].as_str().unwrap());
    text += &words(&check["found"]);
    if check["remedy"].is_object() {
        text += &words(&check["remedy"]).replace("  ", "  → ");
    }
    text
}

pub(crate) fn mode(file: &Path, mode: u32) {
    fs::set_permissions(file, fs::Permissions::from_mode(mode)).unwrap();
}

pub(crate) fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

/// Whether this process may do what only root may; if not, says so.
pub(crate) fn is_root(test: &str) -> bool {
    use std::os::unix::fs::MetadataExt;
    let root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !root {
        println!("skipped: {test}: needs root");
    }
    root
}
