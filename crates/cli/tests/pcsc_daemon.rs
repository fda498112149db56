//! The PC/SC daemon killed in the middle of a batch and started again: the batch goes on.
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
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

#[test]
fn a_batch_outlives_the_daemon() {
    stand::inside("a_batch_outlives_the_daemon", || {
        let kills = cases(4, 25);
        let members_of_list = cases(6, 30);
        let mut random = Random::told();
        let house = House::with_home();
        let members = house.good_members(members_of_list);
        let count = members_of_list.to_string();
        assert!(house.output(&["emulator", "create", "--count", &count]).status.success());
        let mut daemon = stand::Daemon::start();
        let served = Served::start(&house, &["--magazine", "0=blank-*"]);
        let (begun, done) = (AtomicBool::new(false), AtomicBool::new(false));
        let issuing = Issuing::start(&house, "pcsc:0", &[]);
        let mut calls: BTreeMap<String, usize> = BTreeMap::new();
        let killed = std::thread::scope(|scope| {
            let killer = scope.spawn(|| {
                let mut killed = 0;
                // a program that finds no daemon when it starts says so and ends
                while !begun.load(Ordering::SeqCst) && !done.load(Ordering::SeqCst) {
                    std::thread::sleep(Duration::from_millis(10));
                }
                while !done.load(Ordering::SeqCst) && killed < kills {
                    std::thread::sleep(Duration::from_millis(100 + random.below(1800)));
                    daemon.kill();
                    killed += 1;
                    std::thread::sleep(Duration::from_millis(random.below(1500)));
                    daemon.start_again();
                }
                killed
            });
            let mut issuing = issuing;
            for (_, event) in issuing.by_ref() {
                begun.store(true, Ordering::SeqCst);
                match event["event"].as_str().unwrap() {
                    "reader" => *calls.entry(event["call"].as_str().unwrap().to_owned()).or_default() += 1,
                    "summary" => assert_eq!(event["issued"], members_of_list, "{event}"),
                    // a finished card still in the reader when the daemon comes back is looked at once more
                    "set_aside" => assert_eq!(event["reason"], "issued-before", "{event}"),
                    "spoiled" | "failed" | "revoked" | "waiting" => panic!("{event}"),
                    _ => {}
                }
            }
            done.store(true, Ordering::SeqCst);
            assert!(issuing.ended_well());
            killer.join().unwrap()
        });
        println!(
            "the daemon was killed {killed} times while {members_of_list} cards were issued; calls: {calls:?}"
        );
        assert!(killed > 1, "the daemon was killed {killed} times only");
        drop(served);
        assert_eq!(house.exactly_one_valid_card_each(&members), members_of_list);
    });
}
