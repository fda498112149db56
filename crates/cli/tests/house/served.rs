//! A running `emulator serve`, a running `issue` heard line by line, and what must have come of it.
#![allow(clippy::print_stdout, reason = "a seed is told")]

use super::{House, PORTRAITS, sample};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Lines};
use std::process::{Child, ChildStdout, Stdio};
use std::time::{Duration, Instant};

/// `emulator serve` of a house. Ended by SIGTERM when dropped.
pub(crate) struct Served<'a> {
    house: &'a House,
    process: Child,
}

impl<'a> Served<'a> {
    /// Starts it and waits until it answers.
    pub(crate) fn start(house: &'a House, arguments: &[&str]) -> Self {
        let mut process = house
            .command(&[&["emulator", "serve"], arguments].concat())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        for _ in 0..500 {
            if house.output(&["emulator", "slots"]).status.success() {
                return Self { house, process };
            }
            assert!(process.try_wait().unwrap().is_none(), "emulator serve has ended");
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("emulator serve does not answer");
    }

    /// Puts a card in.
    pub(crate) fn insert(&self, name: &str, slot: usize) {
        self.hand(&["insert", name], slot);
    }

    /// Puts a card in and waits until the daemon sees it.
    pub(crate) fn show(&self, name: &str, slot: usize) {
        self.insert(name, slot);
        self.wait(slot, |found| found["state"] == "unpowered" || found["state"] == "powered");
        let is_seen = || self.house.json_lines(&["readers", "--json"])[slot]["state"] == "card";
        for _ in 0..300 {
            if is_seen() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the daemon does not see {name}");
    }

    /// Takes the card out.
    pub(crate) fn pull(&self, slot: usize) {
        self.hand(&["pull"], slot);
    }

    /// The card will be taken out at the `n`-th command from now.
    pub(crate) fn pull_at(&self, slot: usize, n: u64) {
        self.hand(&["pull", "--after-apdus", &n.to_string()], slot);
    }

    /// The card in this slot.
    pub(crate) fn card_in(&self, slot: usize) -> Option<String> {
        self.slot(slot)["card"].as_str().map(str::to_owned)
    }

    /// Waits until the slot is as wanted.
    pub(crate) fn wait(&self, slot: usize, wanted: impl Fn(&Value) -> bool) {
        for _ in 0..1000 {
            if wanted(&self.slot(slot)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("slot {slot}: {}", self.slot(slot));
    }

    fn slot(&self, slot: usize) -> Value {
        let slots = self.house.stdout(&["emulator", "slots", "--json"]);
        serde_json::from_str(slots.lines().nth(slot).unwrap()).unwrap()
    }

    fn hand(&self, what: &[&str], slot: usize) {
        let slot = slot.to_string();
        let done = self.house.output(&[&["emulator"], what, &["--slot", &slot]].concat());
        assert!(done.status.success(), "{what:?}: {}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Served<'_> {
    fn drop(&mut self) {
        let terminated =
            std::process::Command::new("kill").args(["-s", "TERM", &self.process.id().to_string()]).status();
        if terminated.is_ok_and(|status| status.success()) {
            let status = self.process.wait().unwrap();
            if !std::thread::panicking() {
                assert_eq!(status.code(), Some(0), "emulator serve ends in good order");
            }
        }
    }
}

/// `issue --json` over a PC/SC reader, heard line by line.
pub(crate) struct Issuing {
    process: Child,
    lines: Lines<BufReader<ChildStdout>>,
}

impl Issuing {
    /// Starts it on `members.csv`.
    pub(crate) fn start(house: &House, reader: &str, more: &[&str]) -> Self {
        let issue =
            ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", reader, "--json"];
        let mut process = house
            .command(&[&issue, more].concat())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        Self { process, lines }
    }

    /// As Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        let sent =
            std::process::Command::new("kill").args(["-s", "INT", &self.process.id().to_string()]).status();
        assert!(sent.unwrap().success());
    }

    /// Whether it has ended well, after its last event.
    pub(crate) fn ended_well(mut self) -> bool {
        assert!(self.lines.next().is_none(), "there are more events");
        self.process.wait().unwrap().success()
    }
}

impl Iterator for Issuing {
    type Item = (Instant, Value);

    fn next(&mut self) -> Option<Self::Item> {
        let line = self.lines.next()?.unwrap();
        Some((Instant::now(), serde_json::from_str(&line).unwrap()))
    }
}

impl Drop for Issuing {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl House {
    /// Writes `members.csv` with so many good rows of the sample list, has it approved, and returns the members' numbers.
    pub(crate) fn good_members(&self, count: usize) -> Vec<String> {
        let text = fs::read_to_string(sample("members.csv")).unwrap();
        let expected: Value =
            serde_json::from_str(&fs::read_to_string(sample("expected.json")).unwrap()).unwrap();
        let rejected = expected["members.csv"]["rejected"].as_array().unwrap();
        let is_bad = |line: usize| rejected.iter().any(|row| row["line"] == line);
        let good = |(index, line): &(usize, &str)| !line.trim().is_empty() && !is_bad(index + 1);
        let rows: Vec<&str> = text.lines().enumerate().filter(good).map(|(_, line)| line).collect();
        assert!(rows.len() > count, "the sample list has only {} good rows", rows.len() - 1);
        fs::write(self.path().join("members.csv"), rows[..=count].join("\n") + "\n").unwrap();
        self.approve("members.csv");
        rows[1..=count].iter().map(|row| row[..12].to_owned()).collect()
    }

    /// JSON lines of a command.
    pub(crate) fn json_lines(&self, arguments: &[&str]) -> Vec<Value> {
        self.stdout(arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Every one of these members has exactly one issued card, its chip verifies, and no other finished chip does that is not revoked.
    /// Returns how many cards were verified.
    pub(crate) fn exactly_one_valid_card_each(&self, members: &[String]) -> usize {
        let mut issued: BTreeMap<String, String> = BTreeMap::new();
        for card in self.json_lines(&["list", "--json"]).iter().filter(|card| card["status"] == "issued") {
            let text = |name: &str| card[name].as_str().unwrap().to_owned();
            assert!(
                issued.insert(text("member"), text("chip")).is_none(),
                "two cards for {}",
                text("member")
            );
        }
        let mut wanted = members.to_vec();
        wanted.sort();
        assert_eq!(issued.keys().cloned().collect::<Vec<_>>(), wanted);
        let mut valid = Vec::new();
        for card in self.json_lines(&["emulator", "list", "--json"]) {
            let reader = format!("emulator:{}", card["name"].as_str().unwrap());
            if self.output(&["verify", "--reader", &reader, "--from-registry"]).status.success() {
                valid.push(card["chip"].as_str().unwrap().to_owned());
            }
        }
        let mut owned: Vec<String> = issued.into_values().collect();
        valid.sort();
        owned.sort();
        assert_eq!(valid, owned, "cards that verify, and chips of issued cards");
        let status: Value = serde_json::from_str(&self.stdout(&["status", "--json"])).unwrap();
        assert_eq!(status["in_flight"].as_array().unwrap().len(), 0);
        assert_eq!(status["cards"]["revoked"], 0, "no card was revoked");
        valid.len()
    }
}

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    /// From `CHIPWRIGHT_SEED`, or a seed that is printed.
    pub(crate) fn told() -> Self {
        let seed = std::env::var("CHIPWRIGHT_SEED").ok().and_then(|seed| seed.parse().ok());
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos();
        let seed = seed.unwrap_or_else(|| u64::try_from(now % 1_000_000_007).unwrap());
        println!("seed {seed} (CHIPWRIGHT_SEED repeats it)");
        Self(seed)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}

/// Middle and worst of some times.
pub(crate) fn spread(mut times: Vec<Duration>) -> String {
    times.sort();
    match (times.get(times.len() / 2), times.last()) {
        (Some(middle), Some(worst)) => format!("median {middle:.1?}, worst {worst:.1?}, of {}", times.len()),
        _ => "none".to_owned(),
    }
}
