//! `issue` and `verify` through pcscd and its vpcd driver, with software cards in the readers.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests that print their figures"
)]

mod house;

use chipwright_testkit::{cases, stand};
use house::House;
use house::served::{Issuing, Served, spread};
use insta::assert_snapshot;
use serde_json::Value;
use std::time::{Duration, Instant};

/// The whole program, from start to exit.
fn verify(house: &House, reader: &str) -> (Duration, Value) {
    let begun = Instant::now();
    let done = house.output(&["verify", "--reader", reader, "--from-registry", "--json"]);
    let time = begun.elapsed();
    let report: Value = serde_json::from_slice(&done.stdout)
        .unwrap_or_else(|_| panic!("{reader}: {}", String::from_utf8_lossy(&done.stderr)));
    assert_eq!((done.status.code(), &report["verdict"]), (Some(0), &Value::from("valid")), "{report}");
    (time, report)
}

/// Prepare, write and read back, from the events of one card: what *prepare* cost, and the time from then on.
fn time_of_card(prepared: &(Instant, Value), issued: Instant) -> Duration {
    let steps = prepared.1["cost"]["steps"].as_array().unwrap();
    let micros = steps.iter().map(|step| step["micros"].as_u64().unwrap()).sum();
    issued - prepared.0 + Duration::from_micros(micros)
}

#[test]
fn forty_members_are_issued_and_verified() {
    stand::inside("forty_members_are_issued_and_verified", || {
        let _daemon = stand::Daemon::start();
        let house = House::with_home();
        let members = house.good_members(40);
        assert!(house.output(&["emulator", "create", "--count", "40"]).status.success());
        let served = Served::start(&house, &["--magazine", "0=blank-*"]);

        let begun = Instant::now();
        let mut issuing = Issuing::start(&house, "pcsc:0", &[]);
        let (mut prepared, mut times) = (None, Vec::new());
        for (at, event) in issuing.by_ref() {
            match event["event"].as_str().unwrap() {
                "prepared" => prepared = Some((at, event)),
                "issued" => times.push(time_of_card(prepared.as_ref().unwrap(), at)),
                "reader" => {
                    assert!(["insert", "take_out"].contains(&event["call"].as_str().unwrap()), "{event}")
                }
                "summary" => assert_eq!(event["issued"], 40),
                _ => {}
            }
        }
        assert!(issuing.ended_well());
        println!(
            "issue of 40 members over pcscd and vpcd: {:.1?} in all, the cards changed by a magazine; a card: {}",
            begun.elapsed(),
            spread(times)
        );

        // the magazine puts no further card in, so the last one is taken out by hand
        if served.card_in(0).is_some() {
            served.pull(0);
        }
        let mut times = Vec::new();
        for number in 1..=40 {
            let name = format!("blank-{number:03}");
            served.show(&name, 1);
            times.push(verify(&house, "pcsc:Virtual PCD 00 01").0);
            served.pull(1);
        }
        println!("verify of 40 cards, the whole program from start to exit: {}", spread(times));
        drop(served);
        assert_eq!(house.exactly_one_valid_card_each(&members), 40);
    });
}

#[test]
fn two_slots_are_used_at_once() {
    stand::inside("two_slots_are_used_at_once", || {
        let _daemon = stand::Daemon::start();
        let house = House::with_home();
        let count = cases(5, 20);
        let members = house.good_members(count);
        assert!(house.output(&["emulator", "create", "--count", &count.to_string()]).status.success());
        // one card is issued first; while the others are, it is verified in the other reader again and again
        let first = house.output(&[
            "issue",
            "--members",
            "members.csv",
            "--portraits",
            house::PORTRAITS,
            "--reader",
            "emulator:blank-001",
            "--limit",
            "1",
        ]);
        assert!(first.status.success());
        let served = Served::start(&house, &["--insert", "1=blank-001", "--magazine", "0=blank-0*"]);
        served.wait(0, |slot| slot["card"] == "blank-002");
        let issuing = Issuing::start(&house, "pcsc:0", &[]);
        let verified = std::thread::scope(|scope| {
            let issue = scope.spawn(|| {
                let mut issuing = issuing;
                let last = issuing.by_ref().last().unwrap().1;
                assert_eq!(
                    (&last["event"], &last["issued"]),
                    (&Value::from("summary"), &Value::from(count - 1))
                );
                assert!(issuing.ended_well());
            });
            let mut times = Vec::new();
            while !issue.is_finished() {
                times.push(verify(&house, "pcsc:1").0);
            }
            issue.join().unwrap();
            times
        });
        let (issued, times) = (count - 1, spread(verified.clone()));
        println!("{issued} cards issued in one slot; in the other the same card verified meanwhile: {times}");
        assert!(verified.len() > count, "verified only {} times", verified.len());
        drop(served);
        assert_eq!(house.exactly_one_valid_card_each(&members), count);
    });
}

#[test]
fn a_batch_is_recorded() {
    stand::inside("a_batch_is_recorded", || {
        let _daemon = stand::Daemon::start();
        let house = House::with_home();
        let members = house.good_members(2);
        assert!(house.output(&["emulator", "create", "--count", "2"]).status.success());
        let served = Served::start(&house, &["--magazine", "0=blank-*"]);
        let mut issuing = Issuing::start(&house, "pcsc:0", &["--record", "batch.jsonl"]);
        assert_eq!(issuing.by_ref().last().unwrap().1["issued"], 2);
        assert!(issuing.ended_well());
        drop(served);
        let (text, file) =
            (house.stdout(&["trace", "show", "batch.jsonl"]), house.path().join("batch.jsonl"));
        for name in ["PUT KEY", "INSTALL", "STORE DATA", "MANAGE SECURITY ENVIRONMENT", "READ BINARY"] {
            assert!(text.lines().any(|line| line.contains(name) && line.contains(" ms")), "{name}\n{text}");
        }
        assert!(text.contains("reader Virtual PCD 00 00"), "{text}");
        let shown: Value =
            serde_json::from_str(&house.stdout(&["trace", "show", "--json", "batch.jsonl"])).unwrap();
        let took: u64 =
            shown["steps"].as_array().unwrap().iter().map(|step| step["took"].as_u64().unwrap()).sum();
        println!("{} exchanges recorded, {took} µs in the reader", shown["steps"].as_array().unwrap().len());
        // neither persons nor chips stand in the file
        let recorded = std::fs::read_to_string(file).unwrap().to_lowercase();
        for card in house.json_lines(&["list", "--json"]) {
            let chip = card["chip"].as_str().unwrap().to_lowercase();
            assert!(!recorded.contains(&chip), "chip {chip} stands in the recording");
        }
        for member in &members {
            let digits: String = member.bytes().map(|digit| format!("{digit:02x}")).collect();
            assert!(!recorded.contains(&digits), "member {member} stands in the recording");
        }
        let again =
            house.output(&["card", "info", "--reader", "pcsc:0", "--record", "batch.jsonl", "--wait", "0"]);
        assert!(!again.status.success(), "a recording is never overwritten");
    });
}

#[test]
fn what_the_commands_say() {
    stand::inside("what_the_commands_say", || {
        let daemon = stand::Daemon::start();
        let house = House::issued();
        let mut said = house.session(&[
            &["readers"],
            &["emulator", "slots"],
            &["verify", "--reader", "pcsc:1", "--from-registry", "--wait", "1"],
            &["--lang", "vi", "verify", "--reader", "pcsc:1", "--from-registry", "--wait", "0"],
            &["verify", "--reader", "pcsc", "--from-registry"],
            &["verify", "--reader", "pcsc:gemalto", "--from-registry"],
            &[
                "issue",
                "--members",
                "members.csv",
                "--portraits",
                house::PORTRAITS,
                "--reader",
                "pcsc:0",
                "emulator:*",
            ],
            &["emulator", "serve", "--magazine", "0=nobody-*"],
            &["emulator", "serve", "--insert", "0=nobody"],
            &["emulator", "serve", "--insert", "blank-001"],
        ]);
        let served = Served::start(&house, &["--insert", "0=blank-001"]);
        served.wait(0, |slot| slot["state"] == "unpowered" || slot["state"] == "powered");
        // pcscd looks a few times a second
        while !house.stdout(&["readers"]).contains("a card") {
            std::thread::sleep(Duration::from_millis(50));
        }
        said += &house.session(&[
            &["readers"],
            &["readers", "--json"],
            &["--lang", "vi", "readers"],
            &["emulator", "insert", "blank-002", "--slot", "0"],
            &["emulator", "insert", "blank-001", "--slot", "1"],
            &["emulator", "insert", "blank-002", "--slot", "7"],
            &["emulator", "pull", "--slot", "1"],
            &["emulator", "serve"],
            &["card", "info", "--reader", "pcsc:0"],
            &["verify", "--reader", "pcsc:0", "--from-registry"],
            &["verify", "--reader", "emulator:blank-001", "--from-registry"],
            &["emulator", "tear", "blank-001", "--after-apdus", "2"],
            &["card", "info", "--reader", "pcsc:0"],
            &["emulator", "slots"],
        ]);
        drop(served);
        drop(daemon);
        said += &house.session(&[
            &["readers"],
            &["--lang", "vi", "readers"],
            &["card", "info", "--reader", "pcsc"],
            &["emulator", "pull"],
        ]);
        assert_snapshot!(said);
    });
}
