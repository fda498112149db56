//! A chip is pulled out, and something else is put in its place: whatever that is, it is not the first chip's fault.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs, reason = "tests that tell what they tried")]

mod world;

use chipwright_emulator::{Fault as CardFault, Interface};
use chipwright_iso7816::Transport;
use chipwright_issuance::issue::{Contact, Pile};
use chipwright_registry::{BlankStage, CardStatus};
use chipwright_testkit::cases;
use world::{Chip, World, list_of, member};

/// More than a whole card takes.
const APDUS: u64 = 75;

/// What is put in the place of the pulled chip.
type Intruder = fn(&mut World) -> Chip;

const INTRUDERS: [(&str, Intruder); 8] = [
    ("refuses everything with 6D00", |w| foreign(w, |_| vec![0x6D, 0x00])),
    ("refuses everything with 6F00", |w| foreign(w, |_| vec![0x6F, 0x00])),
    ("answers everything with 9000", |w| foreign(w, |_| vec![0x90, 0x00])),
    ("answers rubbish", |w| foreign(w, |_| vec![0x6F, 0xFF, 0x01, 0x90, 0x00])),
    ("has no CPLC", |w| {
        foreign(w, |answer| if answer.starts_with(&[0x9F, 0x7F]) { vec![0x6A, 0x88] } else { answer })
    }),
    ("has a torn CPLC", |w| {
        foreign(w, |answer| {
            if answer.starts_with(&[0x9F, 0x7F]) { vec![0x9F, 0x7F, 0x2A, 0x90, 0x00] } else { answer }
        })
    }),
    ("is a finished card", finished),
    ("is a finished card on the contactless interface", |w| {
        let card = finished(w);
        on_contactless(&card);
        card
    }),
];

fn foreign(w: &World, lie: fn(Vec<u8>) -> Vec<u8>) -> Chip {
    let chip = w.chip(9);
    *chip.noise.borrow_mut() = Some(Box::new(move |_, answer| lie(answer)));
    chip
}

/// The issued card of a member who is not on the list of the run.
fn finished(w: &mut World) -> Chip {
    let (list, stack) = (w.list.text.clone(), std::mem::take(&mut w.table.stack));
    w.list.text = list_of([7]);
    w.table.stack = vec![w.chip(9)];
    assert_eq!(w.run().unwrap().issued, 1);
    let (pile, card) = w.table.piles.pop().unwrap();
    assert_eq!(pile, Pile::Issued);
    (w.list.text, w.table.stack) = (list, stack);
    w.log.clear();
    card
}

fn on_contactless(chip: &Chip) {
    let mut card = chip.card.borrow_mut();
    card.set_interface(Interface::Contactless);
    card.reset().unwrap();
}

fn pull(chip: &Chip, at: u64) {
    let fault = if at.is_multiple_of(2) { CardFault::CutBefore } else { CardFault::CutAfter };
    chip.card.borrow_mut().fault_at_apdu(at, fault);
}

/// The chip in the reader is pulled, `other` put in its place, and the pulled one laid on the stack.
fn exchange_for(w: &mut World, other: Chip) {
    let mut other = Some(other);
    w.table.hand = Some(Box::new(move |in_place, stack| {
        if let Some(other) = other.take() {
            stack.extend(in_place.replace(other));
        }
        Contact::Restored
    }));
}

#[test]
fn what_lies_in_its_place_condemns_no_chip() {
    let mut tried = 0;
    for (name, intruder) in INTRUDERS {
        for first in (1..APDUS).step_by(cases(5, 1)) {
            let what = format!("{name}, pulled at {first}");
            let mut w = World::new(1, 1);
            let good = w.table.stack[0].clone();
            let other = intruder(&mut w);
            pull(&good, first);
            exchange_for(&mut w, other.clone());
            let summary = w.run().unwrap();
            let log = w.log.join("\n");
            assert_eq!((summary.revoked, summary.blanks.spoiled), (0, 0), "{what}: {log}");
            assert!(summary.blanks.balanced(), "{what}: {:?}", summary.blanks);
            let blamed = format!("SetAside {{ chip: Some({:?})", good.id());
            assert!(!log.contains(&blamed), "{what}: {log}");
            // whatever the other one was, it goes; the good one is continued
            w.table.in_place = None;
            w.table.piles.retain(|(_, chip)| chip.id() != other.id());
            good.card.borrow_mut().clear_faults();
            if summary.issued == 0 {
                w.table.stack = vec![good.clone()];
                let summary = w.run().unwrap();
                assert_eq!(summary.issued + summary.resumed, 1, "{what}: {}", w.log.join("\n"));
                assert_eq!(summary.revoked, 0, "{what}");
            }
            assert_eq!(w.view().blank(&good.id()).unwrap().unwrap().stage, BlankStage::Used, "{what}");
            let cards = w.view().cards_of(&member(1)).unwrap();
            let states: Vec<_> = cards.iter().map(|card| (card.chip, card.status)).collect();
            assert_eq!(states, [(Some(good.id()), CardStatus::Issued)], "{what}");
            tried += 1;
        }
    }
    println!("{tried} exchanges of {} kinds: no card revoked, no chip spoiled", INTRUDERS.len());
}

/// On the contactless interface a finished card is recognised by what it holds; that too is compared with the chip before.
#[test]
fn a_finished_card_recognised_in_its_place_is_another_chip() {
    // settling has looked at the chip (6 commands), and so has the first pass
    for first in (13..APDUS).step_by(cases(6, 1)) {
        let mut w = World::new(3, 1);
        w.list.text = list_of([2]);
        w.killed_at_finalised();
        let waiting = w.table.in_place.take().unwrap();
        w.list.text = list_of([1, 3]);
        w.table.stack = vec![w.chip(12), w.chip(11)];
        w.table.all().chain([&waiting]).for_each(on_contactless);
        let pulled = w.table.stack[1].clone();
        pull(&pulled, first);
        exchange_for(&mut w, waiting);
        let summary = w.run().unwrap();
        let log = w.log.join("\n");
        let blanks = &summary.blanks;
        assert!(summary.stopped.is_none(), "{first}: {:?}\n{log}", summary.stopped);
        if !w.log.iter().any(|line| line.starts_with("Retry")) {
            continue; // the card was done before
        }
        assert_eq!((summary.issued, summary.resumed, summary.revoked), (2, 1, 0), "{first}: {log}");
        // the pulled chip twice, the one that waited, a fresh one
        assert_eq!((blanks.taken, blanks.good, blanks.left), (4, 3, 1), "{first}: {log}");
        w.table.all().for_each(|chip| chip.card.borrow_mut().clear_faults());
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1, 1, 1], "{first}: {log}");
    }
}
