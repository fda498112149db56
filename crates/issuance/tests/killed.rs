//! The process dies at every moment of a run. Whenever that is, running again ends with one valid card for each member.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod world;

use chipwright_testkit::cases;
use world::{World, list_of};

fn one_each(w: &World, members: u32, moment: &str) {
    let valid = w.valid_cards();
    let wanted: Vec<(String, u32)> = (1..=members).map(|n| (world::member(n).to_string(), 1)).collect();
    assert_eq!(valid.into_iter().collect::<Vec<_>>(), wanted, "{moment}: {}", w.log.join("\n"));
    assert!(w.view().open_work().unwrap().is_empty(), "{moment}: nothing is left in work");
}

#[test]
fn killed_at_every_moment() {
    let mut whole = World::new(2, 3);
    whole.reaper.arm(0);
    assert_eq!(whole.run().unwrap().issued, 2);
    let moments = whole.reaper.moments();
    let step = cases(7, 1) as u64;
    let mut killed = 0;
    for moment in (1..=moments).step_by(usize::try_from(step).unwrap()) {
        let mut w = World::new(2, 3);
        assert!(w.run_until_killed(moment).is_none());
        killed += 1;
        let summary = w.run().unwrap();
        assert!(summary.stopped.is_none(), "moment {moment}: {:?}\n{}", summary.stopped, w.log.join("\n"));
        assert_eq!((summary.revoked, summary.blanks.spoiled), (0, 0), "moment {moment}");
        assert!(summary.blanks.balanced());
        one_each(&w, 2, &format!("moment {moment}"));
        let done = w.view().cards_by_status().unwrap();
        assert_eq!((done.issued, done.revoked), (2, 0), "moment {moment}");
    }
    assert!(killed > 20);
    println!(
        "killed at {killed} of {moments} moments (commits and commands); every member has one valid card"
    );
}

/// On a contactless reader a finished card does not tell which chip it is: it is recognised by the access numbers of the cards in work.
#[test]
fn killed_on_a_contactless_reader() {
    let mut whole = World::new(1, 2).contactless();
    whole.reaper.arm(0);
    assert_eq!(whole.run().unwrap().issued, 1);
    let moments = whole.reaper.moments();
    let mut resumed = 0;
    for moment in (1..=moments).step_by(cases(3, 1)) {
        let mut w = World::new(1, 2).contactless();
        assert!(w.run_until_killed(moment).is_none());
        let summary = w.run().unwrap();
        assert!(summary.stopped.is_none(), "moment {moment}: {:?}\n{}", summary.stopped, w.log.join("\n"));
        assert_eq!((summary.revoked, summary.waiting), (0, 0), "moment {moment}: {}", w.log.join("\n"));
        resumed += summary.resumed;
        one_each(&w, 1, &format!("moment {moment}"));
    }
    assert!(resumed > 0, "no finished card was recognised");
}

/// Killed again and again, at moments that a seed chooses; the list changes its order in between.
#[test]
fn killed_repeatedly() {
    let mut kills = 0;
    for seed in 0..cases(12, 300) as u64 {
        let mut w = World::new(3, 5);
        let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
        for round in 0..6 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            w.list.text = if round % 2 == 0 { list_of([3, 1, 2]) } else { list_of([1, 2, 3]) };
            kills += u32::from(w.run_until_killed(1 + state % 180).is_none());
        }
        let summary = w.run().unwrap();
        assert!(summary.stopped.is_none(), "seed {seed}: {:?}\n{}", summary.stopped, w.log.join("\n"));
        one_each(&w, 3, &format!("seed {seed}"));
    }
    assert!(kills > 20);
    println!("killed {kills} times in {} lives", cases(12, 300));
}
