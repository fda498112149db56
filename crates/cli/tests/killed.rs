//! `issue` killed at random moments and started again: every good member ends with exactly one issued card that verifies, and
//! no card verifies that is not the issued card of somebody. `CHIPWRIGHT_LONG=1` kills 200 times, `CHIPWRIGHT_SEED` repeats a run.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test that tells its seed and its count")]

mod house;

use house::{BAD, GOOD, House, PORTRAITS};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const MEMBERS: usize = 6;
const BLANKS: &str = "8";

#[test]
fn killed_at_any_moment_nobody_is_forgotten_and_nobody_has_two() {
    let wanted = if std::env::var_os("CHIPWRIGHT_LONG").is_some() { 200 } else { 20 };
    let seed = std::env::var("CHIPWRIGHT_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| u64::from(std::process::id()) * 0x9E37_79B9);
    println!("seed {seed}");
    let mut random = Random(seed);
    let (started, done) = rehearse();
    let (mut kills, mut rounds) = (0, 0);
    while kills < wanted {
        let house = fresh();
        while !run(&house, &mut random, started, done) {
            kills += 1;
        }
        rounds += 1;
        check(&house);
    }
    println!("{kills} kills in {rounds} lists of {MEMBERS} members");
}

fn fresh() -> House {
    let house = House::with_home();
    house.members(&[&GOOD[..MEMBERS], &BAD[..1]].concat());
    assert!(house.output(&["emulator", "create", "--count", BLANKS]).status.success());
    house
}

fn spawn(house: &House) -> Child {
    let arguments =
        ["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*", "--json"];
    house.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// How long it takes until the first thing happens, and until all is done.
fn rehearse() -> (Duration, Duration) {
    let house = fresh();
    let begun = Instant::now();
    let mut child = spawn(&house);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let started = begun.elapsed();
    lines.for_each(drop);
    child.wait().unwrap();
    check(&house);
    (started, begun.elapsed())
}

/// Runs `issue` for a random while; whether it came to its end.
fn run(house: &House, random: &mut Random, started: Duration, done: Duration) -> bool {
    // one kill in eight falls into the opening of the keys, the others into the work on cards
    let from = if random.below(8) == 0 { Duration::ZERO } else { started.mul_f64(0.9) };
    let span = u64::try_from((done - from).as_micros()).unwrap();
    // the list gets shorter from kill to kill, so most moments are early ones
    let within = (span >> random.below(4)).max(1);
    let moment = Instant::now() + from + Duration::from_micros(random.below(within));
    let mut child = spawn(house);
    // a pipe that fills up would stop the child before its moment
    let stdout = child.stdout.take().unwrap();
    let drain = std::thread::spawn(move || BufReader::new(stdout).lines().for_each(drop));
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break Some(status);
        }
        if Instant::now() >= moment {
            child.kill().unwrap();
            let status = child.wait().unwrap();
            break status.code().map(|_| status);
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    drain.join().unwrap();
    let Some(status) = status else { return false };
    // 3: the one bad row
    assert_eq!(status.code(), Some(3), "{}", String::from_utf8_lossy(&house.output(&["status"]).stdout));
    true
}

fn check(house: &House) {
    let lines = |arguments: &[&str]| -> Vec<Value> {
        house.stdout(arguments).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    };
    let mut issued: BTreeMap<String, String> = BTreeMap::new();
    for card in lines(&["list", "--json"]).iter().filter(|card| card["status"] == "issued") {
        let text = |name: &str| card[name].as_str().unwrap().to_owned();
        assert!(issued.insert(text("member"), text("chip")).is_none(), "two cards for {}", text("member"));
    }
    assert_eq!(issued.keys().map(String::as_str).collect::<Vec<_>>(), GOOD[..MEMBERS]);
    let revoked: Vec<String> = lines(&["list", "--json"])
        .iter()
        .filter(|card| card["status"] == "revoked")
        .filter_map(|card| card["chip"].as_str().map(str::to_owned))
        .collect();
    let mut valid: Vec<String> = Vec::new();
    for card in lines(&["emulator", "list", "--json"]) {
        let chip = card["chip"].as_str().unwrap().to_owned();
        if card["stage"] == "finished card" {
            let known = issued.values().chain(&revoked).any(|owned| *owned == chip);
            assert!(known, "chip {chip} is finished, and no record of an issued or revoked card names it");
        }
        let reader = format!("emulator:{}", card["name"].as_str().unwrap());
        if house.output(&["verify", "--reader", &reader, "--from-registry"]).status.success() {
            valid.push(card["chip"].as_str().unwrap().to_owned());
        }
    }
    let mut owned: Vec<String> = issued.into_values().collect();
    valid.sort();
    owned.sort();
    assert_eq!(valid, owned, "cards that verify, and chips of issued cards");
    let status: Value = serde_json::from_str(&house.stdout(&["status", "--json"])).unwrap();
    assert_eq!(status["in_flight"].as_array().unwrap().len(), 0);
}

/// SplitMix64.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % bound
    }
}
