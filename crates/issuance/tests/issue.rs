//! Runs of a station: a list in, verified cards out, every chip accounted for.
#![allow(clippy::unwrap_used, missing_docs)]

mod world;

use chipwright_emulator::Fault as CardFault;
use chipwright_iso7816::TransportError;
use chipwright_issuance::issue::{Failure, Fault, LostChip, Pile, prepare_all};
use chipwright_registry::{BlankStage, CardStatus, Reason, Registry};
use world::{World, list_of, member, row};

#[test]
fn a_list_is_issued_once() {
    let mut w = World::new(3, 5);
    w.list.text += &row(4).replace("1988-09-29", "1988-02-30");
    let summary = w.run().unwrap();
    assert!(summary.stopped.is_none(), "{:?}\n{}", summary.stopped, w.log.join("\n"));
    assert_eq!((summary.rows, summary.issued, summary.rejected), (4, 3, 1));
    assert_eq!((summary.blanks.taken, summary.blanks.good, summary.prepared), (3, 3, 3));
    assert!(summary.blanks.balanced());
    assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1, 1, 1]);
    assert_eq!((w.table.pile(Pile::Issued), w.table.stack.len()), (3, 2));

    let again = w.run().unwrap();
    assert_eq!((again.issued, again.already_issued, again.rejected, again.blanks.taken), (0, 3, 1, 0));
    assert_eq!(w.view().cards_by_status().unwrap().issued, 3);
}

#[test]
fn the_blanks_run_out_and_the_list_goes_on_later() {
    let mut w = World::new(3, 1);
    let summary = w.run().unwrap();
    assert!(matches!(summary.stopped, Some(Failure::NoBlanks)));
    assert_eq!((summary.issued, summary.rows), (1, 2));
    w.table.stack = (10..13).map(|serial| w.chip(serial)).collect();
    let summary = w.run().unwrap();
    assert!(summary.stopped.is_none());
    assert_eq!((summary.issued, summary.already_issued), (2, 1));
    assert_eq!(w.valid_cards().len(), 3);
}

#[test]
fn stop_finishes_the_card_in_hand() {
    let mut w = World::new(3, 3);
    w.stop_after_issued = 2;
    let summary = w.run().unwrap();
    assert!(matches!(summary.stopped, Some(Failure::Stopped)));
    assert_eq!((summary.issued, w.view().open_work().unwrap().len()), (2, 0));
}

#[test]
fn a_dead_chip_is_spoiled_and_the_member_gets_the_next() {
    let mut w = World::new(1, 2);
    let first = w.table.stack.last().unwrap().clone();
    // Every answer after the survey is broken: the secure channel never holds.
    *first.noise.borrow_mut() = Some(Box::new(|n, mut answer| {
        if n > 8 {
            answer[0] ^= 1;
        }
        answer
    }));
    let summary = w.run().unwrap();
    assert!(summary.stopped.is_none(), "{:?}", summary.stopped);
    assert_eq!((summary.issued, summary.blanks.good, summary.blanks.spoiled), (1, 1, 1));
    assert!(summary.blanks.balanced());
    assert_eq!(w.view().blank(&first.id()).unwrap().unwrap().stage, BlankStage::Spoiled);
    assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1]);
}

#[test]
fn a_card_that_is_not_accepted_is_revoked_before_the_next_is_made() {
    let mut w = World::new(1, 2);
    let first = w.table.stack.last().unwrap().clone();
    // Long answers come only when the finished card is read.
    *first.noise.borrow_mut() = Some(Box::new(|_, mut answer| {
        if answer.len() > 250 {
            answer[20] ^= 1;
        }
        answer
    }));
    let summary = w.run().unwrap();
    assert!(summary.stopped.is_none(), "{:?}", summary.stopped);
    assert_eq!((summary.issued, summary.revoked, summary.blanks.spoiled), (1, 1, 1), "{}", w.log.join("\n"));
    let cards = w.view().cards_of(&member(1)).unwrap();
    assert_eq!(cards.iter().map(|c| c.status).collect::<Vec<_>>(), [CardStatus::Revoked, CardStatus::Issued]);
    assert_ne!(cards[0].number, cards[1].number);
    assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1]);
}

#[test]
fn a_removed_card_is_continued() {
    for at in [3, 12, 20, 25, 30] {
        let mut w = World::new(1, 1);
        let first = w.table.stack.last().unwrap().clone();
        first.card.borrow_mut().fault_at_apdu(at, CardFault::ReaderLost);
        let summary = w.run().unwrap();
        assert_eq!((summary.interrupted, summary.issued, summary.blanks.left), (1, 0, 1), "at {at}");
        first.card.borrow_mut().clear_faults();
        let (_, chip) = w.table.piles.pop().unwrap();
        w.table.stack.push(chip);
        let summary = w.run().unwrap();
        assert_eq!(
            (summary.issued + summary.resumed, summary.revoked),
            (1, 0),
            "at {at}: {}",
            w.log.join("\n")
        );
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1], "at {at}");
    }
}

#[test]
fn power_cuts_are_mended_in_the_same_run() {
    for at in (2..60).step_by(7) {
        let mut w = World::new(1, 1);
        let first = w.table.stack.last().unwrap().clone();
        first.card.borrow_mut().fault_at_apdu(at, CardFault::CutAfter);
        let summary = w.run().unwrap();
        assert_eq!(
            (summary.issued, summary.revoked, summary.blanks.spoiled),
            (1, 0, 0),
            "at {at}: {}",
            w.log.join("\n")
        );
    }
}

#[test]
fn wrong_keys_stop_the_line_and_cost_no_chip() {
    let mut w = World::new(2, 2);
    w.keys = chipwright_testkit::ChipKeys::default().with_wrong_transport_key();
    let summary = w.run().unwrap();
    assert!(matches!(&summary.stopped, Some(Failure::Perso(chipwright_perso::PersoError::WrongKey { .. }))));
    assert_eq!((summary.blanks.taken, summary.blanks.left, summary.blanks.spoiled), (1, 1, 0));
    w.keys = chipwright_testkit::ChipKeys::default();
    assert_eq!(w.run().unwrap().issued, 2);
}

#[test]
fn trust_data_that_would_refuse_our_cards_stops_the_line_before_the_first_chip() {
    let mut w = World::new(1, 1);
    w.trust = w.authority.trust_with(w.authority.crl(world::NOW.parse().unwrap(), true));
    assert!(matches!(w.run().unwrap_err(), Failure::SignerRefused { .. }));
    assert_eq!(w.table.stack.len(), 1);
}

#[test]
fn chips_prepared_ahead_are_used() {
    let mut w = World::new(2, 3);
    let summary = w.with_station(|station, _, table, stop| prepare_all(station, table, stop)).unwrap();
    assert_eq!((summary.prepared, summary.blanks.left), (3, 3));
    assert_eq!(w.view().blanks_by_stage().unwrap().prepared, 3);
    w.table.stack = w.table.piles.drain(..).map(|(_, chip)| chip).collect();
    let summary = w.run().unwrap();
    assert_eq!((summary.issued, summary.prepared), (2, 0));
    assert_eq!(w.valid_cards().len(), 2);
}

/// Dies right after FINALISE was carried out, before its outcome is on record.
fn killed_after_finalise(w: &mut World) {
    for moment in 1.. {
        let mut fresh = World::new(1, 2);
        assert!(fresh.run_until_killed(moment).is_none(), "no moment lies between FINALISE and its outcome");
        let open = fresh.view().open_work().unwrap();
        let on_chip = fresh.table.in_place.as_ref().is_some_and(|chip| {
            let mut card =
                chipwright_iso7816::Exchanger::new(chip.clone(), chipwright_iso7816::LengthMode::Short);
            card.reset().unwrap();
            let found = chipwright_perso::survey(&mut card, &chipwright_perso::ChipProfile::default());
            found.is_ok_and(|found| found.stage == chipwright_perso::Stage::Finished)
        });
        if open.first().is_some_and(|work| work.open.is_some()) && on_chip {
            *w = fresh;
            return;
        }
    }
}

#[test]
fn a_lost_chip_is_waited_for_or_its_card_revoked() {
    let mut w = World::new(1, 2);
    killed_after_finalise(&mut w);
    let lost = w.table.in_place.take().unwrap();
    let summary = w.run().unwrap();
    assert_eq!((summary.waiting, summary.issued), (1, 0));
    w.options.lost = LostChip::Revoke;
    let summary = w.run().unwrap();
    assert_eq!((summary.revoked, summary.issued), (1, 1));
    // The chip turns up again: it is no blank, and its card stays revoked.
    w.table.stack.push(lost);
    w.list.text = list_of([1, 2]);
    let summary = w.run().unwrap();
    assert_eq!((summary.already_issued, summary.issued), (1, 0));
    assert!(matches!(summary.stopped, Some(Failure::NoBlanks)));
    assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1]);
}

/// The operator brings the chip that was asked for while the third row is served: finished or not, it is the first member's.
#[test]
fn a_chip_that_is_waited_for_may_come_in_the_turn_of_another() {
    let (mut torn, mut finished) = (0, 0);
    for moment in 1.. {
        let mut w = World::new(3, 3);
        if w.run_until_killed(moment).is_some() || w.view().live_card_of(&world::member(2)).unwrap().is_some()
        {
            break;
        }
        if w.view().open_work().unwrap().first().is_none_or(|work| work.open.is_none()) {
            continue;
        }
        let asked_for = w.table.in_place.take().unwrap();
        w.table.stack.insert(1, asked_for);
        let summary = w.run().unwrap();
        let log = w.log.join("\n");
        assert!(log.contains("Waiting"), "{moment}: {log}");
        assert!(summary.stopped.is_none(), "{moment}: {:?}\n{log}", summary.stopped);
        let counts = (summary.rows, summary.issued, summary.waiting, summary.resumed, summary.revoked);
        assert_eq!(counts, (3, 3, 0, 0, 0), "{moment}: {log}");
        assert!(!log.contains("Abandoned") && summary.blanks.balanced(), "{moment}: {log}");
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1, 1, 1], "{moment}");
        *if log.contains("Finalised { card") && log.contains("cost: None") {
            &mut finished
        } else {
            &mut torn
        } += 1;
    }
    assert!(torn > 0 && finished > 0, "{torn} chips that were not finished, {finished} that were");
}

#[test]
fn another_application_in_the_configuration_does_not_make_a_finished_card_a_torn_one() {
    let mut w = World::new(1, 2);
    killed_after_finalise(&mut w);
    w.profile.instance = chipwright_iso7816::Aid::new(&[0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x02]).unwrap();
    let summary = w.run().unwrap();
    let stopped = summary.stopped.expect("the line stops");
    assert!(matches!(stopped, Failure::Contradiction { .. }), "{stopped}");
    assert!(stopped.to_string().contains("may carry"));
    assert_eq!(stopped.fault(), Fault::Record);
    assert!(w.view().open_work().unwrap()[0].open.is_some(), "the intent stays open");
    // With the configuration as it was, the card is recognised.
    w.table.in_place = w.table.in_place.take().or_else(|| w.table.piles.pop().map(|(_, chip)| chip));
    w.profile = chipwright_perso::ChipProfile::default();
    let summary = w.run().unwrap();
    assert_eq!((summary.resumed, summary.revoked), (1, 0), "{:?}", summary.stopped);
    assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1]);
}

#[test]
fn a_finished_chip_without_an_intent_stops_the_line_before_its_number_is_written_again() {
    let mut w = World::new(1, 2);
    killed_after_finalise(&mut w);
    let open = w.view().open_work().unwrap()[0].open.as_ref().unwrap().intent;
    let mut registry = Registry::open(&w.path(), world::NOW.parse().unwrap()).unwrap();
    registry.not_finalised(open, &Reason::new("torn").unwrap(), world::NOW.parse().unwrap()).unwrap();
    drop(registry);
    let summary = w.run().unwrap();
    let stopped = summary.stopped.expect("the line stops");
    assert!(matches!(stopped, Failure::FinalisedWithoutIntent { .. }), "{stopped}");
    assert_eq!((summary.issued, w.table.stack.len()), (0, 1), "no second chip was taken");
}

#[test]
fn an_issued_card_put_in_again_is_not_counted_again() {
    let mut w = World::new(1, 2);
    assert_eq!(w.run().unwrap().issued, 1);
    let (_, issued) = w.table.piles.pop().unwrap();
    w.table.stack.push(issued);
    w.list.text = list_of([1, 2]);
    let summary = w.run().unwrap();
    assert!(summary.stopped.is_none(), "{:?}", summary.stopped);
    assert_eq!((summary.issued, summary.resumed, summary.already_issued), (1, 0, 1));
    assert_eq!((summary.blanks.taken, summary.blanks.good, summary.blanks.left), (2, 1, 1));
    assert!(w.log.iter().any(|line| line.contains("issued-before")), "{}", w.log.join("\n"));
    assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn chips_spoiled_before_do_not_stop_the_line() {
    let mut w = World::new(1, 6);
    let mut registry = Registry::open(&w.path(), world::NOW.parse().unwrap()).unwrap();
    for chip in &w.table.stack[1..] {
        registry.see_chip(&chip.id(), world::NOW.parse().unwrap()).unwrap();
        registry.spoil(&chip.id(), &Reason::new("old").unwrap(), world::NOW.parse().unwrap()).unwrap();
    }
    drop(registry);
    let summary = w.run().unwrap();
    assert!(summary.stopped.is_none(), "{:?}", summary.stopped);
    assert_eq!((summary.issued, summary.blanks.spoiled, summary.blanks.good), (1, 5, 1));
}

#[test]
fn a_card_not_tried_over_contactless_is_told_from_a_foreign_one() {
    let mut w = World::new(5, 6);
    w.options.passes = 1;
    // Five cards lie finalised and unverified: each was taken out right after FINALISE.
    let mut waiting = Vec::new();
    for n in 1..=5 {
        w.list.text = list_of([n]);
        w.killed_at_finalised();
        waiting.push(w.table.in_place.take().unwrap());
    }
    assert_eq!(w.view().open_work().unwrap().len(), 5);
    w.table.stack = vec![waiting.pop().unwrap()];
    let mut w = w.contactless();
    let summary = w.run().unwrap();
    assert_eq!((summary.resumed, summary.blanks.left), (0, 1), "{:?}", summary.stopped);
    assert!(w.log.iter().any(|line| line.contains("use-a-contact-reader")), "{}", w.log.join("\n"));
}

/// A message that got no answer proves nothing against the card that waits to be read.
#[test]
fn silence_condemns_no_finished_card() {
    let causes: [fn(usize) -> TransportError; 3] = [
        TransportError::TooLong,
        |_| TransportError::CardMute,
        |_| TransportError::Reader("a fault of the driver".to_owned()),
    ];
    for cause in causes {
        let mut w = World::new(1, 1);
        let chip = w.table.stack[0].clone();
        // MSE:Set AT opens PACE, which nobody asks for before the card is finished
        *chip.refused.borrow_mut() =
            Some(Box::new(move |command| command.starts_with(&[0x00, 0x22]).then(|| cause(command.len()))));
        let summary = w.run().unwrap();
        let log = w.log.join("\n");
        assert_eq!((summary.interrupted, summary.revoked, summary.blanks.spoiled), (1, 0, 0), "{log}");
        assert_eq!(w.view().cards_of(&member(1)).unwrap()[0].status, CardStatus::Finalised);
        *chip.refused.borrow_mut() = None;
        w.table.stack.push(chip);
        w.table.piles.clear();
        let summary = w.run().unwrap();
        assert_eq!((summary.resumed, summary.revoked), (1, 0), "{:?}", summary.stopped);
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1]);
    }
}
