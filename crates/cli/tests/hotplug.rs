//! A reader that is unplugged while a card is written, and plugged in again: the batch goes on with the same member.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that prints what the operator reads"
)]

mod house;

use chipwright_testkit::stand::{self, Daemon, Model, Usb};
use house::served::{Issuing, Served};
use house::{House, PORTRAITS};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Duration;

const MEMBERS: usize = 3;
/// Of the work on one card: before its keys are replaced, when it is opened for the member, while the member's files are written.
const COMMANDS: [u32; 3] = [3, 36, 46];

/// An operator who does what is asked, at a station whose USB plug falls out once a card.
struct Operator<'a> {
    house: &'a House,
    served: Served<'a>,
    usb: Usb,
    card: usize,
    unplugged: usize,
}

impl<'a> Operator<'a> {
    fn at(house: &'a House, usb: Usb) -> Self {
        assert!(house.output(&["emulator", "create", "--count", &MEMBERS.to_string()]).status.success());
        let served = Served::start(house, &["--slots", "1", "--port", &Usb::port(1).to_string()]);
        let mut operator = Self { house, served, usb, card: 0, unplugged: 0 };
        operator.plug_in();
        operator
    }

    fn inserts(&mut self) {
        self.card += 1;
        self.usb.pull_after(1, COMMANDS[self.card - 1]);
        self.served.insert(&format!("blank-{:03}", self.card), 0);
        self.usb.pulled(1);
        self.unplugged += 1;
    }

    fn plug_in(&mut self) {
        self.sees(&[]);
        self.usb.plug(1, Model::Desk);
        self.sees(&[Model::Desk.name(0)]);
    }

    /// Until these readers are listed.
    fn sees(&self, readers: &[String]) {
        for _ in 0..1000 {
            let there = self.house.json_lines(&["readers", "--json"]);
            if there.iter().map(|reader| reader["name"].as_str().unwrap()).eq(readers) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("{readers:?}, but {}", self.house.stdout(&["readers"]));
    }
}

#[test]
fn a_batch_outlives_an_unplugged_reader() {
    stand::inside("a_batch_outlives_an_unplugged_reader", || {
        let Some(usb) = Usb::prepare() else { return };
        let _daemon = Daemon::with_readers(0);
        let house = House::with_home();
        let members = house.good_members(MEMBERS);
        let mut operator = Operator::at(&house, usb);
        let mut issuing = Issuing::start(&house, "pcsc:desk", &[]);
        let mut bound: BTreeMap<String, String> = BTreeMap::new();
        let (mut calls, mut resumed) = (Vec::new(), 0);
        for (_, event) in issuing.by_ref() {
            println!("  {event}");
            let text = |name: &str| event[name].as_str().unwrap().to_owned();
            match text("event").as_str() {
                "reader" => {
                    let call = text("call");
                    match call.as_str() {
                        "insert" => operator.inserts(),
                        "reader_gone" => operator.plug_in(),
                        "take_out" => operator.served.pull(0),
                        // said of a card that is found late in the reader that is back
                        "put_back" => continue,
                        _ => {}
                    }
                    calls.push(call);
                }
                "resumed" | "issued" => {
                    let member = bound.entry(text("chip")).or_insert_with(|| text("member"));
                    assert_eq!(*member, text("member"), "the chip goes on with its member");
                    resumed += usize::from(event["event"] == "resumed");
                }
                "summary" => assert_eq!(event["issued"], MEMBERS, "{event}"),
                "spoiled" | "set_aside" | "failed" | "revoked" | "waiting" => panic!("{event}"),
                _ => {}
            }
        }
        assert!(issuing.ended_well());
        // the first card had no member yet
        assert_eq!((operator.unplugged, resumed), (MEMBERS, MEMBERS - 1));
        let each = ["insert", "reader_gone", "reader_back", "take_out"];
        assert_eq!(calls.join(" "), [each; MEMBERS].concat()[..each.len() * MEMBERS - 1].join(" "));
        drop(operator);
        assert_eq!(bound.len(), MEMBERS);
        assert_eq!(house.exactly_one_valid_card_each(&members), MEMBERS);
        let status: Value = serde_json::from_str(&house.stdout(&["status", "--json"])).unwrap();
        assert_eq!(status["blanks"]["used"], MEMBERS);
    });
}

#[test]
fn what_the_operator_reads() {
    stand::inside("what_the_operator_reads", || {
        let Some(usb) = Usb::prepare() else { return };
        let _daemon = Daemon::with_readers(0);
        let house = House::with_home();
        house.good_members(1);
        let mut operator = Operator::at(&house, usb);
        let mut issue = house
            .command(&["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "pcsc"])
            .args(["--lang", "vi"])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut read = Vec::new();
        for line in BufReader::new(issue.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            println!("  {line}");
            match line.as_str() {
                line if line.contains("hãy đưa thẻ trắng vào") => operator.inserts(),
                line if line.contains("không còn kết nối") => operator.plug_in(),
                _ => {}
            }
            read.push(line);
        }
        assert!(issue.wait().unwrap().success());
        let reader = Model::Desk.name(0);
        let place = |wanted: String| {
            read.iter()
                .position(|line| line.contains(&wanted))
                .unwrap_or_else(|| panic!("{wanted}: {read:#?}"))
        };
        let gone = place(format!("đầu đọc {reader} không còn kết nối; đang chờ"));
        let back = place(format!("đầu đọc {reader} đã kết nối lại"));
        assert!(place(format!("hãy đưa thẻ trắng vào đầu đọc {reader}")) < gone && gone < back);
    });
}
