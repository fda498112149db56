//! Cards pulled out of a PC/SC reader at random moments of the work and put back: each is continued for the same member.
//! `CHIPWRIGHT_LONG=1` pulls 100 times, `CHIPWRIGHT_SEED` repeats a run.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test that tells its seed and its count"
)]

mod house;

use chipwright_testkit::{cases, stand};
use house::House;
use house::served::{Issuing, Random, Served};
use serde_json::Value;
use std::collections::BTreeMap;

const MEMBERS: usize = 8;
/// Pulls of one card: a chip may fail an authentication five times.
const MOST_PULLS: usize = 4;
/// More commands than a whole card takes.
const APDUS: u64 = 64;

#[test]
fn a_card_pulled_and_put_back_is_continued_with_the_same_member() {
    stand::inside("a_card_pulled_and_put_back_is_continued_with_the_same_member", || {
        let wanted = cases(12, 100);
        let mut random = Random::told();
        let (mut pulls, mut rounds, mut moments) = (0, 0, Vec::new());
        let _daemon = stand::Daemon::start();
        while pulls < wanted {
            rounds += 1;
            pulls += round(&mut random, &mut moments);
        }
        moments.sort_unstable();
        println!(
            "{pulls} pulls in {rounds} lists of {MEMBERS} members, at these commands since insertion: {moments:?}"
        );
    });
}

/// One list; how often a card was pulled.
fn round(random: &mut Random, moments: &mut Vec<u64>) -> usize {
    let house = House::with_home();
    let members = house.good_members(MEMBERS);
    assert!(house.output(&["emulator", "create", "--count", &MEMBERS.to_string()]).status.success());
    let served = Served::start(&house, &[]);
    let mut issuing = Issuing::start(&house, "pcsc:0", &[]);
    let (mut next, mut pulls, mut of_this_card, mut planned) = (0, 0, 0, 0);
    let mut bound: BTreeMap<String, String> = BTreeMap::new();
    for (_, event) in issuing.by_ref() {
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        match (text("event").as_str(), &event["call"]) {
            ("reader", call) if call == "insert" => {
                next += 1;
                of_this_card = 0;
                planned = put_in(&served, next, random, true);
            }
            ("reader", call) if call == "put_back" => {
                pulls += 1;
                of_this_card += 1;
                moments.push(planned);
                served.wait(0, |slot| slot["card"].is_null());
                planned = put_in(&served, next, random, of_this_card < MOST_PULLS);
            }
            ("reader", call) if call == "take_out" => served.pull(0),
            ("resumed" | "issued", _) => {
                let chip = text("chip");
                let member = bound.entry(chip.clone()).or_insert_with(|| text("member"));
                assert_eq!(*member, text("member"), "chip {chip} goes on with its member");
            }
            ("summary", _) => assert_eq!(event["issued"], MEMBERS, "{event}"),
            ("spoiled" | "set_aside" | "failed" | "revoked" | "waiting", _) => panic!("{event}"),
            _ => {}
        }
    }
    assert!(issuing.ended_well());
    drop(served);
    assert_eq!(bound.len(), MEMBERS);
    assert_eq!(house.exactly_one_valid_card_each(&members), MEMBERS);
    let status: Value = serde_json::from_str(&house.stdout(&["status", "--json"])).unwrap();
    assert_eq!(status["blanks"]["used"], MEMBERS);
    pulls
}

/// Puts the card in, to be pulled at a random command or not at all.
fn put_in(served: &Served<'_>, number: usize, random: &mut Random, again: bool) -> u64 {
    let at = 1 + random.below(APDUS);
    served.insert(&format!("blank-{number:03}"), 0);
    if again {
        served.pull_at(0, at);
    }
    at
}
