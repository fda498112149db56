//! The home, its configuration, and what lies in it.

use crate::house::{GOOD, House, PORTRAITS, redacted};
use crate::station::{Station, copy, is_root, mode, quoted};
use insta::assert_snapshot;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::process::Command;

const NOTHING_ELSE: [&str; 20] = [
    "home.permissions",
    "disk.writing",
    "disk.space",
    "disk.inodes",
    "home.version",
    "home.configuration",
    "authority.root",
    "authority.kind",
    "authority.revocation_list",
    "authority.signer",
    "authority.trust",
    "keys.root",
    "keys.signer",
    "keys.cards",
    "keys.passphrases",
    "registry.open",
    "registry.lock",
    "registry.integrity",
    "registry.counts",
    "registry.unfinished",
];

#[test]
fn a_new_station_is_well() {
    let station = Station::well();
    assert_eq!(station.faults(&[]), "");
    station.people_are_told();
    let mut said = String::new();
    for language in ["en", "vi"] {
        let done = station.doctor(&["--lang", language]);
        assert_eq!(done.status.code(), Some(0));
        said += &String::from_utf8(done.stdout).unwrap();
    }
    let room = |line: &&str| {
        !line.contains("GiB") && !line.contains("MiB") && !line.contains("file") && !line.contains("tệp")
    };
    let lines: Vec<&str> = said.lines().filter(room).collect();
    assert_snapshot!(redacted(&lines.join("\n")));
}

#[test]
fn there_is_no_home() {
    let station = Station::without_home();
    let mut expected = vec![("home.present", "must_be_mended")];
    expected.extend(NOTHING_ELSE.map(|name| (name, "not_checked")));
    expected.extend([("registry.tries", "not_checked"), ("emulator.cards", "not_checked")]);
    let said = station.faults(&expected);
    assert_snapshot!(said.lines().take(5).collect::<Vec<_>>().join("\n"));
}

#[test]
fn an_init_was_stopped_half_way() {
    let station = Station::without_home();
    fs::create_dir(station.home().with_file_name(".home.half-made")).unwrap();
    let report = station.json();
    let found = report["checks"][0]["found"]["en"].as_str().unwrap();
    assert!(found.contains("half-made") && report["checks"][0]["state"] == "must_be_mended", "{found}");
}

#[test]
fn secrets_are_open_to_others() {
    let station = Station::well();
    mode(&station.file("keys/master.json"), 0o644);
    mode(&station.file("registry.sqlite"), 0o660);
    mode(&station.file("ca"), 0o755);
    mode(&station.file("ca/root.pem"), 0o666);
    assert_snapshot!(station.faults(&[("home.permissions", "must_be_mended")]));
    mode(&station.file("ca/root.pem"), 0o644);
    mode(&station.file("ca"), 0o700);
    mode(&station.file("registry.sqlite"), 0o600);
    mode(&station.file("keys/master.json"), 0o600);
    assert_eq!(station.faults(&[]), "");
}

#[test]
fn secrets_could_be_read_by_others() {
    let station = Station::well();
    let mut said = String::new();
    let fault = [("home.permissions", "must_be_mended")];
    mode(&station.file("keys/passphrase"), 0o640);
    for folder in ["keys", ""] {
        // as long as nobody comes as far as that, closing it is enough
        said += &station.faults(&fault);
        mode(&station.file(folder), 0o710);
    }
    said += &station.faults(&fault);
    mode(&station.file("keys/passphrase"), 0o604);
    assert!(!station.faults(&fault).contains("custodian"), "others may not enter, the group may not read");
    assert_snapshot!(said);
}

/// What this program makes is private whatever the user's mask is, and what it tells to type mends what it found.
#[test]
fn nothing_is_open_under_a_generous_mask() {
    let house = House::empty();
    house.members(&GOOD[..1]);
    let script = r#"
        umask 0; set -e
        "$0" init home; "$0" emulator create a
        "$0" batch prepare --members members.csv --portraits "$1" --registrar lan
        "$0" batch approve members.batch --members members.csv --portraits "$1" --registrar minh
        "$0" issue --members members.csv --portraits "$1" --reader emulator:a
        "$0" emulator serve --port 1 & serving=$!
        for _ in $(seq 200); do [ -e home/emulator/serve.lock ] && break; sleep 0.05; done
        kill $serving"#;
    let done = house.shell(script, &[PORTRAITS]).output().unwrap();
    let made = |file: &str| fs::metadata(house.path().join("home").join(file)).map(|it| it.mode() & 0o777);
    for lock in ["registry.sqlite.lock", "emulator/a.lock", "emulator/serve.lock"] {
        assert_eq!(made(lock).ok(), Some(0o600), "{lock}: {}", String::from_utf8_lossy(&done.stderr));
    }
    let station = Station::well();
    fs::remove_dir_all(station.home()).unwrap();
    copy(&house.path().join("home"), &station.home());
    let report = station.json();
    let permissions = &report["checks"][1];
    assert_eq!(permissions["name"], "home.permissions");
    assert_eq!(permissions["state"], "well", "{permissions}");
    // a lock that an older program has made
    mode(&station.file("emulator/serve.lock"), 0o664);
    assert_eq!(station.json()["checks"][1]["state"], "well");
    mode(&station.home(), 0o755);
    mode(&station.file("emulator"), 0o755);
    let said = station.json()["checks"][1].to_string();
    assert!(said.contains("serve.lock (0664)"), "where others come, they could hold it: {said}");
}

#[test]
fn what_to_type_works_on_this_home_and_on_nothing_else() {
    let station = Station::well().with("CHIPWRIGHT_HOME", "hồ sơ");
    let folder = station.home().with_file_name("hồ sơ");
    fs::rename(station.home(), &folder).unwrap();
    let others = ["hồ", "sơ"].map(|name| station.home().with_file_name(name));
    for other in &others {
        fs::create_dir(other).unwrap();
        mode(other, 0o755);
    }
    mode(&folder.join("keys/passphrase"), 0o644);
    let commands = station.commands();
    assert_eq!(commands.len(), 1, "{commands:?}");
    assert!(Command::new("sh").args(["-c", &format!("cd /; {}", commands[0])]).status().unwrap().success());
    assert_eq!(station.faults(&[]), "");
    for other in &others {
        assert_eq!(fs::metadata(other).unwrap().mode() & 0o777, 0o755);
    }
}

/// Every command of this program that a remedy names is one.
#[test]
fn every_command_that_is_named_exists() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/commands/doctor");
    let mut named = 0;
    let mut sources: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    while let Some(path) = sources.pop() {
        if path.is_dir() {
            sources.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
            continue;
        }
        let source = fs::read_to_string(path).unwrap();
        let code = source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>();
        for command in code.into_iter().flat_map(quoted) {
            let Some(words) = command.strip_prefix("chipwright ") else { continue };
            let words = words.replace("{first}", "a");
            let arguments: Vec<&str> = words.split(' ').chain(["--help"]).collect();
            let done = Station::without_home().run(&arguments);
            assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
            named += 1;
        }
    }
    assert!(named > 10, "{named}");
}

#[test]
fn a_file_belongs_to_somebody_else() {
    if !is_root("a_file_belongs_to_somebody_else") {
        return;
    }
    let station = Station::well();
    std::os::unix::fs::chown(station.file("keys"), Some(65_534), None).unwrap();
    assert_snapshot!(station.faults(&[("home.permissions", "must_be_mended")]));
}

/// Without a configuration that can be read these say nothing.
const UNCONFIGURED: [(&str, &str); 2] =
    [("authority.kind", "not_checked"), ("keys.passphrases", "not_checked")];

#[test]
fn the_home_is_of_another_version() {
    let mut said = String::new();
    for version in ["2", "0"] {
        let station = Station::well();
        station.configure("version = 1", &format!("version = {version}"));
        let mut expected = vec![("home.version", "must_be_mended"), ("home.configuration", "must_be_mended")];
        expected.extend(UNCONFIGURED);
        said += &station.faults(&expected);
    }
    assert_snapshot!(said);
}

#[test]
fn the_configuration_is_damaged() {
    let mut said = String::new();
    for (from, to) in [("mode = \"test\"", "mode = \"tset\""), ("size = 128", "")] {
        let station = Station::well();
        station.configure(from, to);
        let mut expected = vec![("home.configuration", "must_be_mended")];
        expected.extend(UNCONFIGURED);
        said += &station.faults(&expected);
    }
    let station = Station::well();
    station.configure("version = 1", "version = ");
    let mut expected = vec![("home.version", "must_be_mended"), ("home.configuration", "must_be_mended")];
    expected.extend(UNCONFIGURED);
    said += &station.faults(&expected);
    assert_snapshot!(said);
}

#[test]
fn a_value_of_the_configuration_is_wrong() {
    let mend = ("home.configuration", "must_be_mended");
    let warning = ("home.configuration", "warning");
    let mut said = String::new();
    for (from, to, expected) in [
        ("\"F0434849505701\"", "\"F043484950570\"", vec![mend]),
        ("country = \"VN\"", "country = \"Vietnam\"", vec![mend]),
        ("issuing_state = \"VNM\"", "issuing_state = \"VIETNAM\"", vec![mend]),
        (
            "document_code = \"CM\"",
            "document_code = \"AC\"",
            vec![mend, ("authority.signer", "must_be_mended")],
        ),
        ("validity_years = 10", "validity_years = 0", vec![mend]),
        ("contact = \"ca@crl.invalid\"", "contact = \"\"", vec![mend]),
        ("size = 128", "size = 129", vec![mend, ("keys.cards", "must_be_mended")]),
        (
            "transport_version = \"01\"",
            "transport_version = \"11\"",
            vec![mend, ("keys.cards", "must_be_mended")],
        ),
        ("policy = \"test\"", "policy = \"real\"", vec![warning]),
        ("crl_grace_days = 0", "crl_grace_days = 90", vec![warning]),
    ] {
        let station = Station::well();
        station.configure(from, to);
        said += &format!("--- {to}\n{}", station.faults(&expected));
    }
    assert_snapshot!(said);
}

#[test]
fn a_test_home_is_called_real() {
    let station = Station::well();
    station.configure("mode = \"test\"", "mode = \"real\"");
    station.people_are_told();
    assert_snapshot!(station.faults(&[
        ("home.configuration", "must_be_mended"),
        ("authority.kind", "must_be_mended"),
        ("keys.root", "warning"),
        ("keys.cards", "must_be_mended"),
        ("keys.passphrases", "must_be_mended"),
    ]));
}

#[test]
fn remedies_stand_at_the_end_most_urgent_first() {
    let station = Station::well().with("TZ", "UTC");
    mode(&station.file("keys"), 0o750);
    fs::remove_file(station.file("ca/signer-1.key")).unwrap();
    let mut said = String::new();
    for language in ["en", "vi"] {
        let text = String::from_utf8(station.doctor(&["--lang", language]).stdout).unwrap();
        said += &text.lines().skip(33).map(|line| format!("{line}\n")).collect::<String>();
    }
    assert_snapshot!(station.without_place(&said));
}

#[test]
fn a_software_card_is_damaged_or_missing() {
    let station = Station::well();
    station.run(&["emulator", "create", "--count", "2"]);
    assert_eq!(station.faults(&[]), "");
    fs::write(station.file("emulator/blank-002.card"), b"no card").unwrap();
    let mut said = station.faults(&[("emulator.cards", "warning")]);
    fs::remove_file(station.file("emulator/blank-002.card")).unwrap();
    let station = station.with_reader("emulator:blank-002");
    said += &station.faults(&[("emulator.cards", "must_be_mended")]);
    assert_snapshot!(said);
}

#[test]
fn a_folder_that_hangs_keeps_nobody_waiting() {
    let station = Station::well();
    fs::remove_file(station.file("ca/crl.pem")).unwrap();
    // reading it never ends, as with a network folder whose server has gone
    assert!(Command::new("mkfifo").arg(station.file("ca/crl.pem")).status().unwrap().success());
    let report = station.json();
    let state = |name: &str| {
        let checks = report["checks"].as_array().unwrap();
        checks.iter().find(|check| check["name"] == name).unwrap()["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state("authority.root"), "well");
    assert_eq!(state("authority.revocation_list"), "must_be_mended");
    assert_eq!(state("registry.open"), "not_checked");
    assert_eq!(state("clock.credible"), "not_checked");
    assert_eq!(report["state"], "must_be_mended");
}

#[test]
fn names_could_not_be_shown() {
    let mut said = String::new();
    for value in ["C", ""] {
        said += &Station::well().with("LC_ALL", value).faults(&[("environment.locale", "warning")]);
    }
    assert_snapshot!(said);
}

#[test]
fn a_reader_of_no_kind_is_refused() {
    for reader in ["usb", "replay:session.jsonl"] {
        let done = Station::well().with_reader(reader).doctor(&[]);
        assert_eq!(done.status.code(), Some(2), "{reader}");
        assert!(done.stdout.is_empty() && !done.stderr.is_empty());
    }
}
