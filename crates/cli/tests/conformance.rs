//! `conformance` on copies of software cards and on cards in PC/SC readers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests that print their figures"
)]

mod house;

use chipwright_profile::MemberNumber;
use chipwright_registry::View;
use chipwright_testkit::stand;
use house::House;
use house::served::Served;
use serde_json::Value;
use std::fs;

fn report(house: &House, file: &str) -> Value {
    serde_json::from_str(&fs::read_to_string(house.path().join(file)).unwrap()).unwrap()
}

/// Names of the scenarios that came to this.
fn those(report: &Value, outcome: &str) -> Vec<String> {
    let scenarios = report["scenarios"].as_array().unwrap();
    let wanted = scenarios.iter().filter(|one| one["outcome"] == outcome);
    wanted.map(|one| one["scenario"].as_str().unwrap().to_owned()).collect()
}

/// The number printed on the card of a member.
fn can_of(house: &House, member: &str) -> String {
    let view = View::open(&house.path().join("home/registry.sqlite")).unwrap();
    let card = view.live_card_of(&MemberNumber::parse(member).unwrap()).unwrap().unwrap();
    String::from_utf8(view.allocation_of(&card.number).unwrap().can.expose().to_vec()).unwrap()
}

#[test]
fn a_software_card_meets_every_requirement_and_stays_as_it_is() {
    let house = House::with_home();
    assert!(house.output(&["emulator", "create", "--count", "1"]).status.success());
    let state = house.path().join("home/emulator/blank-001.card");
    let before = fs::read(&state).unwrap();
    let done = house.output(&[
        "conformance",
        "--reader",
        "emulator:blank-001",
        "--json",
        "report.json",
        "--html",
        "report.html",
    ]);
    let shown = String::from_utf8(done.stdout).unwrap();
    assert_eq!(done.status.code(), Some(0), "{shown}");
    assert_eq!(fs::read(&state).unwrap(), before);
    let report = report(&house, "report.json");
    let requirements = report["requirements"].as_array().unwrap();
    assert_eq!(report["count"]["passed"], requirements.len());
    assert!(those(&report, "failed").is_empty() && those(&report, "skipped").is_empty());
    let page = fs::read_to_string(house.path().join("report.html")).unwrap();
    for row in requirements {
        assert!(page.contains(&format!("<tr id={}>", row["id"])), "{}", row["id"]);
    }
    assert!(!page.contains("src=") && !page.contains("href=") && !page.contains("<script"));
    println!("{}", shown.lines().last().unwrap());
}

#[test]
fn what_is_not_there_cannot_be_chosen() {
    let house = House::with_home();
    assert!(house.output(&["emulator", "create", "--count", "1"]).status.success());
    let done = house.output(&["conformance", "--reader", "emulator:blank-001", "--only", "NOTHING-1"]);
    assert_eq!(done.status.code(), Some(2));
    assert!(String::from_utf8(done.stderr).unwrap().contains("no scenario begins with NOTHING-1"));
    let one = house.output(&["conformance", "--reader", "emulator:blank-001", "--only", "RST-01,get-data"]);
    let shown = String::from_utf8(one.stdout).unwrap();
    assert!(shown.contains("passed    get-data ") && !shown.contains("put-key-replaces"), "{shown}");
}

/// A blank in a reader: what leaves it as it was is run, the rest is skipped, until it is allowed; then it is used up once.
#[test]
fn a_blank_in_a_reader() {
    stand::inside("a_blank_in_a_reader", || {
        let _daemon = stand::Daemon::start();
        let house = House::with_home();
        assert!(house.output(&["emulator", "create", "--count", "2"]).status.success());
        let served = Served::start(&house, &["--insert", "0=blank-001"]);
        served.wait(0, |slot| slot["card"] == "blank-001");
        let run = |more: &[&str]| {
            let arguments = [&["conformance", "--reader", "pcsc:0", "--json", "report.json"], more].concat();
            let done = house.output(&arguments);
            let said = String::from_utf8_lossy(&done.stdout).into_owned();
            (done.status.code(), said + &String::from_utf8_lossy(&done.stderr), report(&house, "report.json"))
        };
        let (code, said, report) = run(&[]);
        assert_eq!(code, Some(0), "{said}");
        let passed = those(&report, "passed");
        for name in ["isd-select", "get-data", "scp03-plain-in-session", "scp03-response-protection"] {
            assert!(passed.iter().any(|one| one == name), "{name}: {said}");
        }
        assert!(those(&report, "skipped").iter().any(|one| one == "install"));
        println!(
            "a blank over PC/SC: {} scenarios passed, {} skipped",
            passed.len(),
            those(&report, "skipped").len()
        );

        let (code, said, report) = run(&["--destructive", "--only", "install,issuer-numbers"]);
        assert_eq!(code, Some(0), "{said}");
        assert_eq!((those(&report, "passed").len(), those(&report, "skipped").len()), (1, 1), "{said}");
        drop(served);
    });
}

/// An issued card in a reader: reading and PACE with its number.
#[test]
fn an_issued_card_in_a_reader() {
    stand::inside("an_issued_card_in_a_reader", || {
        let _daemon = stand::Daemon::start();
        let house = House::issued();
        let served = Served::start(&house, &["--insert", "0=blank-001"]);
        served.wait(0, |slot| slot["card"] == "blank-001");
        let can = can_of(&house, house::GOOD[0]);
        let done =
            house.output(&["conformance", "--reader", "pcsc:0", "--can", &can, "--json", "report.json"]);
        let said =
            String::from_utf8_lossy(&done.stdout).into_owned() + &String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(0), "{said}");
        let report = report(&house, "report.json");
        let passed = those(&report, "passed");
        for name in
            ["access-outlives-select", "read-without-access", "replayed-messaging", "protected-answers-fit"]
        {
            assert!(passed.iter().any(|one| one == name), "{name}: {said}");
        }
        assert!(!said.contains(&can), "the card access number is not repeated");
        println!("an issued card over PC/SC: {} scenarios passed", passed.len());
        drop(served);
    });
}
