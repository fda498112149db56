//! `issue` at a PC/SC reader into which nobody puts a card, or another one than was wanted.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use chipwright_testkit::stand;
use house::House;
use house::served::{Issuing, Served};
use serde_json::Value;
use std::time::{Duration, Instant};

fn house(blanks: &str, members: usize) -> (House, Vec<String>) {
    let house = House::with_home();
    assert!(house.output(&["emulator", "create", "--count", blanks]).status.success());
    let members = house.good_members(members);
    (house, members)
}

fn is_call(event: &Value, call: &str) -> bool {
    event["event"] == "reader" && event["call"] == call
}

#[test]
fn waiting_ends_when_it_is_to() {
    stand::inside("waiting_ends_when_it_is_to", || {
        let _daemon = stand::Daemon::start();
        let (house, _) = house("1", 1);
        // after its time
        let mut issuing = Issuing::start(&house, "pcsc:0", &["--wait", "1"]);
        assert!(is_call(&issuing.next().unwrap().1, "insert"));
        let (_, summary) = issuing.next().unwrap();
        assert_eq!((&summary["event"], &summary["issued"]), (&Value::from("summary"), &Value::from(0)));
        assert_eq!(summary["stopped"], "no blank is left");
        assert!(!issuing.ended_well());
        // at Ctrl-C
        let mut issuing = Issuing::start(&house, "pcsc:0", &[]);
        assert!(is_call(&issuing.next().unwrap().1, "insert"));
        let asked = Instant::now();
        issuing.interrupt();
        let (_, summary) = issuing.next().unwrap();
        assert_eq!(summary["stopped"], "the run was stopped");
        assert!(!issuing.ended_well());
        assert!(asked.elapsed() < Duration::from_secs(20), "{:?}", asked.elapsed());
    });
}

#[test]
fn ctrl_c_while_a_pulled_card_is_awaited_keeps_the_work() {
    stand::inside("ctrl_c_while_a_pulled_card_is_awaited_keeps_the_work", || {
        let _daemon = stand::Daemon::start();
        let (house, members) = house("1", 1);
        let served = Served::start(&house, &["--insert", "0=blank-001"]);
        served.pull_at(0, 30);
        let mut issuing = Issuing::start(&house, "pcsc:0", &[]);
        while !is_call(&issuing.next().unwrap().1, "put_back") {}
        issuing.interrupt();
        let summary = issuing.by_ref().last().unwrap().1;
        assert_eq!((&summary["interrupted"], &summary["issued"]), (&Value::from(1), &Value::from(0)));
        assert!(!issuing.ended_well());
        served.insert("blank-001", 0);
        let mut issuing = Issuing::start(&house, "pcsc:0", &[]);
        let summary = issuing.by_ref().last().unwrap().1;
        assert_eq!(
            summary["issued"].as_u64().unwrap() + summary["resumed"].as_u64().unwrap(),
            1,
            "{summary}"
        );
        assert!(issuing.ended_well());
        drop(served);
        assert_eq!(house.exactly_one_valid_card_each(&members), 1);
    });
}

#[test]
fn another_card_is_noticed() {
    stand::inside("another_card_is_noticed", || {
        let _daemon = stand::Daemon::start();
        let (house, members) = house("3", 2);
        let served = Served::start(&house, &["--insert", "0=blank-001"]);
        served.pull_at(0, 25);
        let mut issuing = Issuing::start(&house, "pcsc:0", &[]);
        // a blank is put in where the torn card was; then the issued card once more; then the torn card
        let mut next = ["blank-001", "blank-002", "blank-002", "blank-001"].into_iter().skip(1);
        let (mut aside, mut left) = (0, 0);
        for (_, event) in issuing.by_ref() {
            if is_call(&event, "take_out") {
                left += u32::from(event["pile"] == "left");
                served.pull(0);
            } else if is_call(&event, "put_back") || is_call(&event, "insert") {
                served.wait(0, |slot| slot["card"].is_null());
                served.insert(next.next().expect("a card more is wanted"), 0);
            } else if event["event"] == "set_aside" {
                assert_eq!(event["reason"], "issued-before");
                aside += 1;
            } else if event["event"] == "summary" {
                assert_eq!(
                    (event["issued"].as_u64(), event["revoked"].as_u64()),
                    (Some(2), Some(0)),
                    "{event}"
                );
                assert_eq!(event["blanks"]["balanced"], true, "{event}");
            }
        }
        assert!(issuing.ended_well());
        assert_eq!((aside, left), (1, 1));
        drop(served);
        assert_eq!(house.exactly_one_valid_card_each(&members), 2);
    });
}

#[test]
fn a_card_torn_in_its_slot_is_put_back() {
    stand::inside("a_card_torn_in_its_slot_is_put_back", || {
        let _daemon = stand::Daemon::start();
        let (house, members) = house("1", 1);
        let served = Served::start(&house, &["--insert", "0=blank-001"]);
        // armed while the card is in the slot
        assert!(house.output(&["emulator", "tear", "blank-001", "--at-page-write", "120"]).status.success());
        let mut issuing = Issuing::start(&house, "pcsc:0", &[]);
        let mut torn = 0;
        for (_, event) in issuing.by_ref() {
            if is_call(&event, "put_back") {
                torn += 1;
                served.wait(0, |slot| slot["card"].is_null());
                served.insert("blank-001", 0);
            }
        }
        assert!(issuing.ended_well());
        assert_eq!(torn, 1);
        drop(served);
        assert_eq!(house.exactly_one_valid_card_each(&members), 1);
    });
}
