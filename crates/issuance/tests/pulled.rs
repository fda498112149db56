//! Chips pulled out in the middle of the work: put back, exchanged for another, or not put back at all.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "tests that tell what they tried")]

mod world;

use chipwright_emulator::Fault as CardFault;
use chipwright_issuance::issue::{Contact, Failure};
use chipwright_registry::CardStatus;
use std::cell::Cell;
use std::rc::Rc;
use world::{Chip, World, member};

/// More than a whole card takes.
const APDUS: u64 = 75;

fn pull(chip: &Chip, at: u64) {
    let fault = if at.is_multiple_of(2) { CardFault::CutBefore } else { CardFault::CutAfter };
    chip.card.borrow_mut().fault_at_apdu(at, fault);
}

#[test]
fn a_chip_put_back_is_continued_however_often() {
    let mut pulls = 0;
    for first in 1..APDUS {
        let mut w = World::new(1, 1);
        let chip = w.table.stack[0].clone();
        pull(&chip, first);
        let times = Rc::new(Cell::new(0));
        let counted = Rc::clone(&times);
        w.table.hand = Some(Box::new(move |in_place, _| {
            counted.set(counted.get() + 1);
            if counted.get() < 8 {
                // elsewhere each time: a try that no success follows is counted, and five of them are too many
                pull(in_place.as_ref().unwrap(), 5 + (first + 11 * counted.get()) % 30);
            }
            Contact::Restored
        }));
        let summary = w.run().unwrap();
        assert!(summary.stopped.is_none(), "{first}: {:?}", summary.stopped);
        chip.card.borrow_mut().clear_faults();
        let blanks = &summary.blanks;
        assert_eq!(
            (summary.issued, summary.revoked, blanks.taken, blanks.good),
            (1, 0, 1, 1),
            "first {first}"
        );
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1], "first {first}");
        let statuses: Vec<_> = w.view().cards_of(&member(1)).unwrap().iter().map(|c| c.status).collect();
        assert_eq!(statuses, [CardStatus::Issued], "first {first}");
        pulls += times.get();
    }
    println!("{pulls} pulls on {} chips", APDUS - 1);
    assert!(pulls > APDUS * 3, "the chips were pulled");
}

#[test]
fn a_chip_put_in_its_place_is_another_chip() {
    let mut waited = 0;
    for first in 1..APDUS {
        let mut w = World::new(3, 3);
        pull(w.table.stack.last().unwrap(), first);
        // the next chip of the stack comes into the reader, and the pulled one after it
        w.table.hand = Some(Box::new(|in_place, stack| {
            let pulled = in_place.take().unwrap();
            *in_place = stack.pop();
            stack.push(pulled);
            Contact::Restored
        }));
        let summary = w.run().unwrap();
        assert!(summary.stopped.is_none(), "{first}: {:?}\n{}", summary.stopped, w.log.join("\n"));
        assert_eq!(
            (summary.issued, summary.revoked, summary.waiting),
            (3, 0, 0),
            "{first}: {}",
            w.log.join("\n")
        );
        assert!(summary.blanks.balanced(), "{first}: {:?}", summary.blanks);
        w.table.all().for_each(|chip| chip.card.borrow_mut().clear_faults());
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1, 1, 1], "first {first}");
        waited += u64::from(w.log.iter().any(|line| line.starts_with("Waiting")));
    }
    println!("{waited} of {} times the member had to wait for the pulled chip", APDUS - 1);
    assert!(waited > 0, "one pull falls between intent and acceptance");
}

#[test]
fn a_chip_that_stays_away_leaves_its_member_for_the_next_run() {
    for first in [4, 20, 30, 40] {
        let mut w = World::new(1, 1);
        pull(&w.table.stack[0], first);
        w.table.hand = Some(Box::new(|_, _| Contact::GivenUp));
        let summary = w.run().unwrap();
        assert_eq!((summary.issued, summary.interrupted), (0, 1), "first {first}");
        w.table.stack = w.table.piles.drain(..).map(|(_, chip)| chip).collect();
        let summary = w.run().unwrap();
        assert_eq!(summary.issued + summary.resumed, 1, "first {first}: {:?}", summary.stopped);
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1], "first {first}");
    }
}

#[test]
fn a_contact_that_breaks_without_a_pull_counts_against_the_passes() {
    let mut w = World::new(1, 1);
    let chip = w.table.stack[0].clone();
    pull(&chip, 20);
    let again = chip.clone();
    w.table.hand = Some(Box::new(move |_, _| {
        pull(&again, 20);
        Contact::InPlace
    }));
    let summary = w.run().unwrap();
    assert!(!matches!(summary.stopped, Some(Failure::NoBlanks)));
    assert_eq!((summary.issued, summary.interrupted, summary.blanks.left), (0, 1, 1));
    assert_eq!(w.log.iter().filter(|line| line.starts_with("Retry")).count(), 2);
}

/// Rows 2 and 3. The chip of the first is pulled and its member left; in the turn of the second it comes back, with `trouble`.
fn with_a_late_chip(first: u64, trouble: impl Fn(&Chip) + 'static) -> (World, Chip) {
    let mut w = World::new(2, 2);
    let late = w.table.stack.last().unwrap().clone();
    pull(&late, first);
    let mut pulls = 0;
    w.table.hand = Some(Box::new(move |in_place, stack| {
        let pulled = in_place.take().unwrap();
        pulls += 1;
        if pulls == 1 {
            trouble(&pulled);
            stack.push(pulled);
        }
        Contact::GivenUp
    }));
    (w, late)
}

fn lines_of_failures(w: &World) -> Vec<&str> {
    w.log.iter().filter_map(|line| line.strip_prefix("Failed { line: ")?.get(..1)).collect()
}

#[test]
fn a_late_chip_that_is_pulled_again_fails_its_own_row() {
    let mut late_ones = 0;
    for first in 15..60 {
        let (mut w, late) = with_a_late_chip(first, |chip| pull(chip, 15));
        let summary = w.run().unwrap();
        let log = w.log.join("\n");
        if !log.contains("Resumed") {
            continue; // the pulled chip carried nothing of the first member yet
        }
        late_ones += 1;
        assert!(summary.stopped.is_none(), "{first}: {:?}\n{log}", summary.stopped);
        assert_eq!(lines_of_failures(&w), ["2", "2"], "{first}: {log}");
        assert_eq!((summary.issued, summary.interrupted), (1, 1), "{first}: {log}");
        assert_eq!(w.view().cards_of(&member(2)).unwrap()[0].status, CardStatus::Issued);
        w.table.hand = None;
        w.table.stack.push(late);
        let summary = w.run().unwrap();
        assert_eq!(summary.issued + summary.resumed, 1, "{first}: {:?}", summary.stopped);
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1, 1], "{first}");
    }
    println!("{late_ones} late chips pulled again");
    assert!(late_ones > 20);
}

#[test]
fn a_late_card_that_cannot_be_written_fails_its_own_row_and_its_chip_serves_the_next() {
    let (mut refused, first) = (0, 34);
    for at in 1..40 {
        let (mut w, _late) = with_a_late_chip(first, move |chip| {
            let full = CardFault::Answer(chipwright_iso7816::StatusWord::NOT_ENOUGH_MEMORY);
            chip.card.borrow_mut().fault_at_apdu(at, full);
        });
        let summary = w.run().unwrap();
        let log = w.log.join("\n");
        assert!(summary.stopped.is_none(), "{at}: {:?}\n{log}", summary.stopped);
        let second: Vec<_> = w.view().cards_of(&member(2)).unwrap().iter().map(|card| card.status).collect();
        assert_eq!(second, [CardStatus::Issued], "{at}: {log}");
        assert!(!lines_of_failures(&w).contains(&"3"), "{at}: {log}");
        let rows = summary.issued + summary.failed + summary.interrupted + summary.waiting;
        assert_eq!((rows, summary.rows), (2, 2), "{at}: {log}");
        if summary.failed == 1 {
            refused += 1;
            assert_eq!((summary.issued, summary.interrupted, summary.blanks.taken), (1, 0, 2), "{at}: {log}");
        }
    }
    println!("{refused} late cards that their chip had no room for");
    assert!(refused > 0);
}

/// A reader that loses the card each time it has given it power, and is back at once.
#[test]
fn a_contact_that_never_holds_is_given_up() {
    for (at, most) in [(1, 5), (3, 50)] {
        let mut w = World::new(1, 1);
        let chip = w.table.stack[0].clone();
        pull(&chip, at);
        let times = Rc::new(Cell::new(0));
        let counted = Rc::clone(&times);
        w.table.hand = Some(Box::new(move |in_place, _| {
            counted.set(counted.get() + 1);
            assert!(counted.get() <= 100, "nobody gives up");
            pull(in_place.as_ref().unwrap(), at);
            Contact::Restored
        }));
        let summary = w.run().unwrap();
        assert_eq!((summary.interrupted, summary.blanks.left, summary.blanks.spoiled), (1, 1, 0), "{at}");
        assert_eq!(times.get(), most, "{at}");
        let failed = w.log.last().unwrap();
        assert!(failed.contains(&format!("Unsteady {{ times: {most}")), "{failed}");
        // the chip is as good as before
        w.table.hand = None;
        chip.card.borrow_mut().clear_faults();
        w.table.stack.push(chip);
        w.table.piles.clear();
        assert_eq!(w.run().unwrap().issued, 1, "{at}");
    }
}

#[test]
fn a_run_that_is_told_to_stop_waits_for_no_further_contact() {
    let mut w = World::new(2, 2);
    pull(w.table.stack.last().unwrap(), 20);
    let (stop, times) = (std::sync::Arc::clone(&w.stop), Rc::new(Cell::new(0)));
    let counted = Rc::clone(&times);
    w.table.hand = Some(Box::new(move |in_place, _| {
        counted.set(counted.get() + 1);
        assert!(counted.get() <= 100, "nobody stops");
        stop.store(counted.get() >= 3, std::sync::atomic::Ordering::SeqCst);
        pull(in_place.as_ref().unwrap(), 20);
        Contact::Restored
    }));
    let summary = w.run().unwrap();
    assert!(matches!(summary.stopped, Some(Failure::Stopped)), "{:?}", summary.stopped);
    assert_eq!((times.get(), summary.rows, summary.interrupted), (3, 1, 1), "{}", w.log.join("\n"));
}

/// A pull there costs a try of the chip, nobody gives tries back but a success, and the last one is kept.
#[test]
fn pulls_before_the_card_has_seen_our_proof_spend_its_tries() {
    let mut w = World::new(1, 1);
    let chip = w.table.stack[0].clone();
    let authentication = 14; // two looks of 6 commands, INITIALIZE UPDATE
    pull(&chip, authentication);
    let times = Rc::new(Cell::new(0));
    let counted = Rc::clone(&times);
    w.table.hand = Some(Box::new(move |in_place, _| {
        counted.set(counted.get() + 1);
        pull(in_place.as_ref().unwrap(), authentication);
        Contact::Restored
    }));
    let summary = w.run().unwrap();
    let log = w.log.join("\n");
    assert_eq!((times.get(), summary.blanks.left, summary.blanks.spoiled), (4, 1, 0), "{log}");
    let aside = w.log.iter().find(|line| line.starts_with("SetAside")).unwrap();
    assert!(aside.contains("needs-a-decision") && aside.contains("LastTry"), "{aside}");
}
