//! An issuer's home in a folder of its own, and transcripts of commands run in it.
#![allow(dead_code, reason = "every test binary uses a part")]

pub(crate) mod served;

use assert_cmd::cargo::CommandCargoExt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// A folder with a home in it, once `init` has run.
pub(crate) struct House {
    folder: TempDir,
    environment: Vec<(&'static str, PathBuf)>,
}

impl House {
    pub(crate) fn empty() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), environment: Vec::new() }
    }

    /// Every command is given this file or folder by a variable of its environment.
    pub(crate) fn with_environment(mut self, name: &'static str, file: &str) -> Self {
        self.environment.push((name, self.path().join(file)));
        self
    }

    pub(crate) fn with_home() -> Self {
        let house = Self::empty();
        assert!(house.output(&["init", "home"]).status.success());
        house
    }

    /// With blanks, and the first five good members of the sample list issued.
    pub(crate) fn issued() -> Self {
        Self::with_home().and_issued()
    }

    /// The same with chips that prove nothing, as older programs issued them, and a policy that takes them.
    pub(crate) fn issued_without_proofs() -> Self {
        let house = Self::with_home();
        let path = house.path().join("home/config.toml");
        let text = fs::read_to_string(&path).unwrap();
        let text = text
            .replace("active_authentication = true", "active_authentication = false")
            .replace("chip_authentication = true", "chip_authentication = false")
            .replace("chip_proof = \"required\"", "chip_proof = \"if-promised\"");
        fs::write(&path, text).unwrap();
        house.and_issued()
    }

    fn and_issued(self) -> Self {
        let house = self;
        assert!(house.output(&["emulator", "create", "--count", "6"]).status.success());
        house.members(&GOOD[..5]);
        let done = house.output(&[
            "issue",
            "--members",
            "members.csv",
            "--portraits",
            PORTRAITS,
            "--reader",
            "emulator:*",
        ]);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        house
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes `members.csv` with these rows of the sample list, and `members.batch`: prepared by one registrar and approved by another.
    pub(crate) fn members(&self, numbers: &[&str]) {
        let sample = fs::read_to_string(sample("members.csv")).unwrap();
        let wanted = |line: &&str| numbers.iter().any(|number| line.starts_with(number));
        let rows = sample.lines().take(1).chain(sample.lines().filter(wanted));
        fs::write(self.path().join("members.csv"), rows.map(|row| format!("{row}\n")).collect::<String>())
            .unwrap();
        if self.path().join("home/ca").exists() {
            self.approve("members.csv");
        }
    }

    /// Lan prepares a batch of this list, and Minh approves it.
    pub(crate) fn approve(&self, members: &str) {
        let batch = Path::new(members).with_extension("batch").display().to_string();
        let files = ["--members", members, "--portraits", PORTRAITS];
        let done = self.output(&[&["batch", "prepare"], &files[..], &["--registrar", "lan"]].concat());
        // 3: there are bad rows
        assert!(matches!(done.status.code(), Some(0 | 3)), "{}", String::from_utf8_lossy(&done.stderr));
        self.succeeds(&[&["batch", "approve", &batch], &files[..], &["--registrar", "minh"]].concat());
    }

    /// Lan prepares `card.batch`, a change of this card as it stands, and Minh approves it.
    pub(crate) fn approve_change(&self, card: &str, change: &[&str]) {
        let prepare = ["batch", "prepare", "--card", card, "--out", "card.batch", "--registrar", "lan"];
        self.succeeds(&[&prepare, change].concat());
        self.succeeds(&["batch", "approve", "card.batch", "--registrar", "minh"]);
    }

    fn succeeds(&self, arguments: &[&str]) {
        let done = self.output(arguments);
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::cargo_bin("chipwright").unwrap();
        command.current_dir(self.path()).args(arguments);
        command
            .env_clear()
            .env("CHIPWRIGHT_HOME", "home")
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env("PATH", "/usr/bin:/bin")
            .envs(self.environment.iter().map(|(name, file)| (name, file)));
        command
    }

    /// A script that is given the binary as `$0` and these arguments.
    pub(crate) fn shell(&self, script: &str, arguments: &[&str]) -> Command {
        let program = self.command(&[]).get_program().to_owned();
        let mut command = Command::new("bash");
        command.current_dir(self.path()).env_clear().env("CHIPWRIGHT_HOME", "home").env("TZ", "UTC");
        command.env("LC_ALL", "C.UTF-8").env("PATH", "/usr/bin:/bin");
        command.envs(self.environment.iter().map(|(name, file)| (name, file)));
        command.args(["-c", script]).arg(program).args(arguments);
        command
    }

    pub(crate) fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    pub(crate) fn stdout(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.output(arguments).stdout).unwrap()
    }

    /// Status, stdout and stderr together; what differs from run to run is replaced.
    pub(crate) fn transcript(&self, arguments: &[&str]) -> String {
        let done = self.output(arguments);
        let mut text =
            format!("$ chipwright {}\nexit {}\n", arguments.join(" "), done.status.code().unwrap_or(-1));
        for (name, bytes) in [("stdout", &done.stdout), ("stderr", &done.stderr)] {
            if !bytes.is_empty() {
                text.push_str(&format!("--- {name}\n{}", String::from_utf8_lossy(bytes)));
            }
        }
        let portraits = PORTRAITS.replace("/crates/cli/../..", "");
        let text = text.replace(PORTRAITS, "PORTRAITS").replace(&portraits, "PORTRAITS");
        let text: String =
            text.lines().map(|line| format!("{}\n", without_cost(without_number(line)))).collect();
        redacted(&text.replace(&self.path().display().to_string(), "HERE"))
    }

    /// Transcripts one after the other.
    pub(crate) fn session(&self, commands: &[&[&str]]) -> String {
        commands.iter().map(|arguments| self.transcript(arguments)).collect::<Vec<_>>().join("\n")
    }
}

/// Good rows of the sample list.
pub(crate) const GOOD: &[&str] = &[
    "140118000001",
    "140118000002",
    "140118000003",
    "140118000004",
    "140118000006",
    "140118000007",
    "140118000008",
    "140118000010",
    "140118000011",
    "140118000012",
];
/// Bad rows: no name, a day that is none, eleven digits.
pub(crate) const BAD: &[&str] = &["140118000005", "140118000009", "140118000014"];

pub(crate) const PORTRAITS: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../test-vectors/samples/portraits");

pub(crate) fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors/samples").join(name)
}

/// The first two lines of a machine readable zone hold the card's number and dates.
fn without_number(line: &str) -> &str {
    let numbered = |zone: &str| zone.len() == 30 && zone.contains("VNM");
    // bytes differ with the length of signatures, times with them or with everything
    let costs = ["  bytes ", "  time, measured ", "  time, modelled", "  số byte ", "  thời gian "];
    match line.rsplit_once(' ') {
        Some((head, zone)) if head.starts_with("MRZ") && numbered(zone) => "MRZ [ZONE]",
        _ => costs.into_iter().find(|cost| line.starts_with(cost)).map_or(line, |cost| match cost.trim() {
            "bytes" | "số byte" => "  [BYTES]",
            _ => "  [TIME]",
        }),
    }
}

/// Bytes and times of a reading differ a little from run to run.
fn without_cost(line: &str) -> String {
    let told = ["bytes ", "time, ", "số byte ", "thời gian "];
    if !told.iter().any(|told| line.trim_start().starts_with(told)) {
        return line.to_owned();
    }
    let name = line
        .split("  ")
        .find(|part| !part.is_empty())
        .map_or(0, |name| line.find(name).unwrap_or(0) + name.len());
    let numbers = line[name..].split_inclusive(|c: char| !c.is_ascii_digit() && c != '.');
    let masked = numbers.map(|part| {
        let digits = part.trim_end_matches(|c: char| !c.is_ascii_digit());
        let is_cost = digits.contains('.') || digits.len() > 2 && line.contains("byte");
        if digits.is_empty() || !is_cost { part.to_owned() } else { part.replacen(digits, "N", 1) }
    });
    format!("{}{}", &line[..name], masked.collect::<String>())
}

/// Words that differ from run to run: chip identifiers, card numbers, hashes, dates from now on, measured lengths.
pub(crate) fn redacted(text: &str) -> String {
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars().chain(['\0']) {
        if c.is_ascii_alphanumeric() || c == '-' || c == ':' || c == '.' {
            word.push(c);
            continue;
        }
        let end = word.trim_end_matches(['.', ':', '-']).len();
        let varies = out.ends_with("EF.SOD ") || out.ends_with("DG13 ");
        out.push_str(&replaced(&word[..end], varies));
        out.push_str(&word[end..]);
        word.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

fn replaced(word: &str, varies: bool) -> String {
    let hex = |length: usize| word.len() == length && word.bytes().all(|b| b.is_ascii_hexdigit());
    let card = word.len() == 9
        && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_uppercase());
    let time = word.len() == 8
        && word.bytes().enumerate().all(|(i, b)| if i % 3 == 2 { b == b':' } else { b.is_ascii_digit() });
    let future = word.len() >= 10
        && word.is_ascii()
        && (2026..2100).contains(&word[..4].parse().unwrap_or(0))
        && word.as_bytes()[4] == b'-'
        && word.as_bytes()[7] == b'-';
    match () {
        () if hex(64) => "[SHA-256]".into(),
        () if hex(20) => "[CHIP]".into(),
        () if hex(84) => "[CPLC]".into(),
        () if card => "[CARD]".into(),
        () if time => "[TIME]".into(),
        () if future && word.len() == 10 => "[DATE]".into(),
        () if future => "[TIME]".into(),
        () if varies && word.parse::<u32>().is_ok() => "[LENGTH]".into(),
        () => word.to_owned(),
    }
}
