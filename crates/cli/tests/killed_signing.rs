//! Whatever signs or publishes is killed at random moments: no key is used more often than it may be, no serial number and no number
//! of a list stands for two things, what readers see is whole, and the next run goes on.
//!
//! `CHIPWRIGHT_LONG=1` kills 200 times, `CHIPWRIGHT_SEED` repeats a run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that tells its seed and its counts"
)]

mod house;

use chipwright_pki::{Certificate, Crl, Policy, Role, TrustStore, bundle, oid, statement};
use chipwright_testkit::cases;
use house::{GOOD, House, PORTRAITS};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Signatures of one signer.
const LIMIT: u64 = 8;

/// Three cards more.
const ISSUE: &[&str] = &[
    "issue",
    "--members",
    "members.csv",
    "--portraits",
    PORTRAITS,
    "--reader",
    "emulator:*",
    "--limit",
    "3",
];

/// What is killed, and how it may end when it is not.
const COMMANDS: &[(&[&str], &[i32])] = &[
    (&["ca", "crl"], &[0]),
    (&["ca", "new-signer"], &[0]),
    (
        ISSUE,
        // 5: the signer has signed as often as it may
        &[0, 3, 5],
    ),
    (&["status", "publish"], &[0]),
    (&["trust", "build", "--out", "bundle-{run}.ctb"], &[0]),
];

#[test]
fn killed_while_signing_nothing_is_signed_twice_or_too_often() {
    let wanted = cases(40, 200);
    let seed = std::env::var("CHIPWRIGHT_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or_else(|| u64::from(std::process::id()) * 0x9E37_79B9);
    println!("seed {seed}");
    let mut random = Random(seed);
    let commands = rehearse();
    let (mut kills, mut ended, mut refused, mut houses) = (vec![0; commands.len()], 0, 0, 0);
    let mut signatures = 0;
    while kills.iter().sum::<usize>() < wanted {
        let house = fresh();
        houses += 1;
        let mut seen = Seen::default();
        for _ in 0..25 {
            let which = usize::try_from(random.below(commands.len() as u64)).unwrap();
            let (arguments, codes, lasts) = commands[which];
            // one run in five is let through, and must come to its end whatever was killed before it
            let kill = random.below(5) > 0;
            let within = u64::try_from(lasts.as_micros()).unwrap();
            let moment = kill.then(|| Duration::from_micros(random.below(within)));
            match run(&house, arguments, moment) {
                None => kills[which] += 1,
                Some(done) => {
                    let said = String::from_utf8_lossy(&done.stderr);
                    let code = done.status.code().unwrap();
                    assert!(codes.contains(&code), "{arguments:?} ended with {code}: {said}");
                    if code == 5 {
                        assert!(said.contains("was used as often as it may be"), "{said}");
                        refused += 1;
                    }
                    ended += 1;
                }
            }
            signatures = seen.check(&house);
        }
        refused += at_its_end(&house);
        println!(
            "house {houses}: {signatures} signatures in the ledger, {} lists, {} certificates",
            seen.lists.len(),
            seen.serials.len()
        );
    }
    let of: Vec<String> = commands
        .iter()
        .zip(&kills)
        .map(|((arguments, ..), kills)| format!("{} {kills}", named(arguments).join(" ")))
        .collect();
    println!(
        "{} kills ({}) in {houses} homes; {ended} runs came to their end, {refused} of them at a limit",
        kills.iter().sum::<usize>(),
        of.join(", ")
    );
}

/// After all that, a signer that may sign no more signs no more.
fn at_its_end(house: &House) -> usize {
    let shown: Value = serde_json::from_str(&house.stdout(&["ca", "show", "--json"])).unwrap();
    let signer = shown["signers"].as_array().unwrap().last().unwrap()["name"].as_str().unwrap().to_owned();
    let before = house.stdout(&["list", "--json"]).matches("\"status\":\"issued\"").count();
    assert!(house.output(&["keys", "limit", &signer, "--to", "0"]).status.success());
    let done = house.output(ISSUE);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(
        done.status.code() == Some(5) && said.contains("was used as often as it may be"),
        "{signer}: {said}"
    );
    assert_eq!(house.stdout(&["list", "--json"]).matches("\"status\":\"issued\"").count(), before);
    1
}

fn fresh() -> House {
    let house = House::with_home();
    house.members(GOOD);
    assert!(house.output(&["emulator", "create", "--count", "16"]).status.success());
    let path = house.path().join("home/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("signer = 100000"));
    fs::write(&path, text.replace("signer = 100000", &format!("signer = {LIMIT}"))).unwrap();
    let lowered = house.output(&["keys", "limit", "signer-1", "--to", &LIMIT.to_string()]);
    assert!(lowered.status.success(), "{}", String::from_utf8_lossy(&lowered.stderr));
    for role in ["status-list", "bundle"] {
        let made = house.output(&["ca", "new-signer", "--role", role]);
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    }
    // without a card there is no status list
    let issued = house.output(ISSUE);
    assert!(issued.status.success(), "{}", String::from_utf8_lossy(&issued.stderr));
    house
}

/// The command without its options.
fn named<'a>(arguments: &'a [&'a str]) -> &'a [&'a str] {
    let options = arguments.iter().position(|argument| argument.starts_with('-'));
    &arguments[..options.unwrap_or(arguments.len())]
}

type Rehearsed = (&'static [&'static str], &'static [i32], Duration);

/// How long each command takes. One that this program does not have is told and left out.
fn rehearse() -> Vec<Rehearsed> {
    let house = fresh();
    let mut known = Vec::new();
    for (arguments, codes) in COMMANDS {
        if !house.output(&[named(arguments), &["--help"]].concat()).status.success() {
            println!("skipped: there is no `{}`", named(arguments).join(" "));
            continue;
        }
        let begun = Instant::now();
        let done = run(&house, arguments, None).unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(codes.contains(&done.status.code().unwrap()), "{arguments:?}: {said}");
        known.push((*arguments, *codes, begun.elapsed()));
    }
    known
}

/// Runs a command, perhaps only until a moment; nothing if it was killed.
fn run(house: &House, arguments: &[&str], kill: Option<Duration>) -> Option<Output> {
    static RUNS: AtomicU64 = AtomicU64::new(0);
    let number = RUNS.fetch_add(1, Ordering::Relaxed).to_string();
    let arguments: Vec<String> =
        arguments.iter().map(|argument| argument.replace("{run}", &number)).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let begun = Instant::now();
    let mut child = house.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // a pipe that fills up would stop the child before its moment
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let out = std::thread::spawn(move || drop(out.read_to_end(&mut Vec::new())));
    let err = std::thread::spawn(move || {
        let mut said = Vec::new();
        err.read_to_end(&mut said).unwrap();
        said
    });
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if kill.is_some_and(|moment| begun.elapsed() >= moment) {
            child.kill().unwrap();
            break child.wait().unwrap();
        }
        std::thread::sleep(Duration::from_micros(200));
    };
    out.join().unwrap();
    let stderr = err.join().unwrap();
    status.code().map(|_| Output { status, stdout: Vec::new(), stderr })
}

/// What readers have ever seen of a home.
#[derive(Default)]
struct Seen {
    serials: BTreeMap<Vec<u8>, [u8; 32]>,
    lists: BTreeMap<(PathBuf, u64), Vec<u8>>,
    newest: BTreeMap<PathBuf, u64>,
    bundles: BTreeMap<u64, Vec<u8>>,
    publications: BTreeMap<PathBuf, Vec<u8>>,
    publication: u64,
}

impl Seen {
    /// How many signatures the ledger tells of.
    fn check(&mut self, house: &House) -> u64 {
        let folder = house.path().join("home/ca");
        let mut trust = TrustStore::new();
        let mut files: Vec<PathBuf> =
            fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|file| file.extension().is_some_and(|ending| ending == "pem"));
        files.sort();
        let read: Vec<(PathBuf, Vec<u8>)> =
            files.into_iter().map(|file| (file.clone(), fs::read(file).unwrap())).collect();
        for (file, bytes) in &read {
            for certificate in Certificate::from_file_bytes(bytes).unwrap_or_default() {
                let (serial, digest) = (certificate.serial().as_bytes().to_vec(), certificate.fingerprint());
                let before = self.serials.insert(serial, digest);
                assert!(
                    before.is_none_or(|before| before == digest),
                    "{} has a serial number of another",
                    file.display()
                );
                if certificate.is_authority() && certificate.issuer() == certificate.subject() {
                    trust.add_root(certificate).unwrap();
                }
            }
        }
        for (file, bytes) in &read {
            for list in Crl::from_file_bytes(bytes).unwrap_or_default() {
                let (number, der) = (list.number(), list.as_der().to_vec());
                let before = self.lists.insert((file.clone(), number), der.clone());
                assert!(
                    before.is_none_or(|before| before == der),
                    "number {number} of {} is used twice",
                    file.display()
                );
                let newest = self.newest.insert(file.clone(), number).unwrap_or(0);
                assert!(newest <= number, "{} went back from {newest} to {number}", file.display());
                trust.add_crl(list).expect("a list that readers see verifies");
            }
        }
        assert!(self.newest.contains_key(&folder.join("crl.pem")), "there is no list");
        self.check_bundles(house, &trust);
        self.check_publication(house);
        uses(house)
    }

    /// Every bundle that was written out verifies, and none has another's number.
    fn check_bundles(&mut self, house: &House, trust: &TrustStore) {
        for entry in fs::read_dir(house.path()).unwrap() {
            let file = entry.unwrap().path();
            if file.extension().is_none_or(|ending| ending != "ctb") {
                continue;
            }
            let bytes = fs::read(&file).unwrap();
            let number = bundle::read(&bytes).unwrap().header().number;
            let checked = statement::verify(
                &bytes,
                oid::TRUST_BUNDLE,
                Role::BundleSigner,
                trust,
                &Policy::test(),
                Timestamp::now(),
            );
            checked.unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
            let before = self.bundles.insert(number, bytes.clone());
            assert!(before.is_none_or(|before| before == bytes), "two bundles have the number {number}");
        }
    }

    /// What readers of status lists are led to is whole, never an older one, and never another under the same number.
    fn check_publication(&mut self, house: &House) {
        let folder = house.path().join("home/status");
        let Ok(target) = fs::read_link(folder.join("current")) else {
            assert_eq!(self.publication, 0, "the publication is gone");
            return;
        };
        let number: u64 = target.to_str().unwrap().parse().unwrap();
        assert!(self.publication <= number, "publication {number} after {}", self.publication);
        self.publication = number;
        for entry in fs::read_dir(folder.join(&target)).unwrap() {
            let file = entry.unwrap().path();
            let bytes = fs::read(&file).unwrap();
            let before = self.publications.insert(file.clone(), bytes.clone());
            assert!(before.is_none_or(|before| before == bytes), "{} changed", file.display());
        }
        let cards = house.stdout(&["list", "--json"]);
        let Some(card) = cards.lines().next() else { return };
        let card: Value = serde_json::from_str(card).unwrap();
        let asked = house.output(&["status", "check", "--card", card["card"].as_str().unwrap()]);
        let said = String::from_utf8_lossy(&asked.stderr).into_owned();
        // valid or revoked; a card that is newer than the publication stands in it as every other place
        assert!(matches!(asked.status.code(), Some(0 | 12)), "{:?}: {said}", asked.status);
    }
}

/// The ledger holds with everything that exists, and no limit is exceeded.
fn uses(house: &House) -> u64 {
    let done = house.output(&["keys", "audit", "--json"]);
    let text = String::from_utf8(done.stdout).unwrap();
    let result: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(done.status.code(), Some(0), "{}", result["findings"]);
    let number = |value: &Value| value.as_u64().unwrap();
    for key in result["keys"].as_array().unwrap() {
        let counted = number(&key["uses"])
            + number(&key["uses_before_the_ledger"])
            + number(&key["reserved_and_not_used"]);
        if let Some(limit) = key["limit"].as_u64() {
            assert!(counted <= limit, "{key}");
            assert_eq!(limit, LIMIT, "{key}");
        }
    }
    // counted apart from the program: the lines of the ledger themselves, and the cards of the registry
    let lines = fs::read_to_string(house.path().join("home/keys/uses.jsonl")).unwrap();
    let mut of: BTreeMap<String, u64> = BTreeMap::new();
    let mut signed = 0;
    for line in lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        if let Some(used) = line["did"].get("used") {
            signed += 1;
            if used["of"] == "security-objects" {
                *of.entry(used["key"].as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
    }
    assert!(of.values().all(|uses| *uses <= LIMIT), "{of:?}");
    let cards = house.stdout(&["list", "--json"]);
    let sealed = cards
        .lines()
        .filter(|card| !serde_json::from_str::<Value>(card).unwrap()["security_object_sha256"].is_null());
    let sealed = sealed.count() as u64;
    assert!(sealed <= of.values().sum::<u64>(), "{sealed} security objects, {of:?}");
    signed
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
