//! Chips that lie to a station: nobody is issued a card that was not accepted, nobody gets two, and the list comes to its end.
#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout)]

mod world;

use chipwright_emulator::{Card, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode, Transport};
use chipwright_issuance::issue::{Failure, FeedError, Feeder, Pile, Summary, run};
use chipwright_perso::{Stage, survey};
use chipwright_registry::{BlankStage, CardStatus, ChipId};
use chipwright_testkit::cases;
use chipwright_testkit::hostile::{self, Aim, Bounded, Deed, Dice, Meddler, Shared, Swap};
use std::sync::atomic::Ordering;
use world::{World, member};

/// Commands that all passes over one chip may take at the very most.
const MOST_COMMANDS: u64 = 5000;

/// One chip in place, others behind it.
struct Tray {
    stack: Vec<Box<dyn Transport + Send>>,
    in_place: Option<Box<dyn Transport + Send>>,
}

impl Feeder for Tray {
    fn load(&mut self) -> Result<Option<&mut dyn Transport>, FeedError> {
        if self.in_place.is_none() {
            self.in_place = self.stack.pop();
        }
        Ok(self.in_place.as_mut().map(|chip| &mut **chip as &mut dyn Transport))
    }

    fn eject(&mut self, _: Pile) -> Result<(), FeedError> {
        self.in_place = None;
        Ok(())
    }
}

/// A station, one applicant, four blanks.
struct Line {
    world: World,
    chips: Vec<Shared>,
}

impl Line {
    fn new() -> Self {
        let chips = (1..=4).map(|serial| Shared::new(chipwright_testkit::blank(serial))).collect();
        Self { world: World::new(1, 0), chips }
    }

    /// With the first chip as `lie` makes it, and the others behind it.
    fn run(&mut self, lie: impl FnOnce(Shared) -> Box<dyn Transport + Send>) -> Result<Summary, Failure> {
        let mut stack: Vec<Box<dyn Transport + Send>> = vec![lie(self.chips[0].clone())];
        stack.extend(self.chips[1..].iter().map(|chip| Box::new(chip.clone()) as Box<dyn Transport + Send>));
        stack.reverse();
        let mut tray = Tray { stack, in_place: None };
        self.world.with_station(|station, list, _, stop| run(station, list, &mut tray, stop))
    }

    /// What is on record of a chip happened to that chip.
    fn record_fits_chips(&self, what: &dyn std::fmt::Debug) {
        for shared in &self.chips {
            let mut card = Exchanger::new(shared.clone(), LengthMode::Extended);
            card.reset().unwrap();
            let found = survey(&mut card, &self.world.profile).unwrap();
            let recorded = self.world.view().blank(&ChipId(found.chip.0)).unwrap().map(|blank| blank.stage);
            let made = matches!(recorded, Some(BlankStage::Prepared | BlankStage::Used));
            assert!(
                !made || found.stage != Stage::Blank,
                "{what:?}: {} is {recorded:?} on record",
                found.chip
            );
        }
    }

    /// Honest runs until the member has a card; then everything must add up.
    fn adds_up(mut self, what: &dyn std::fmt::Debug) {
        self.record_fits_chips(what);
        for _ in 0..4 {
            let issued = self.world.view().cards_by_status().unwrap().issued;
            if issued > 0 {
                break;
            }
            let _ = self.run(|chip| Box::new(chip));
        }
        for (serial, shared) in (101..).zip(&self.chips) {
            let chip = self.world.chip(serial);
            *chip.card.borrow_mut() = Card::load(&shared.card().save(), seeded_rng(3)).unwrap();
            self.world.table.stack.push(chip);
        }
        let valid: Vec<u32> = self.world.valid_cards().into_values().collect();
        let cards = self.world.view().cards_of(&member(1)).unwrap();
        let statuses: Vec<CardStatus> = cards.iter().map(|card| card.status).collect();
        let log = self.world.log.join("\n");
        assert_eq!(valid, [1], "{what:?}: {statuses:?}\n{log}");
        let live = statuses.iter().filter(|status| **status != CardStatus::Revoked).count();
        assert_eq!((live, statuses.last()), (1, Some(&CardStatus::Issued)), "{what:?}: {statuses:?}\n{log}");
    }
}

#[test]
fn every_fault_ends_with_one_card() {
    let mut most = 0;
    for fault in hostile::writing() {
        let mut line = Line::new();
        let other = Shared::new(chipwright_testkit::blank(9));
        let mut counter = None;
        let ended = line.run(|chip| {
            let lying = Bounded::new(fault.chip(Box::new(chip), Box::new(other)), MOST_COMMANDS);
            counter = Some(lying.counter());
            Box::new(lying)
        });
        let commands = counter.unwrap().load(Ordering::Relaxed);
        assert!(commands < MOST_COMMANDS, "{}: {commands} commands", fault.name);
        most = most.max(commands);
        let text = match &ended {
            Ok(summary) => format!("issued {}, stopped {:?}", summary.issued, summary.stopped),
            Err(failure) => format!("{failure}"),
        };
        println!("{:<28} {commands:>5}  {text}", fault.name);
        line.adds_up(&fault.name);
    }
    println!("{} faults: at most {most} commands to one chip", hostile::writing().len());
}

/// Another chip takes the place of the first one between the station's look at it and its preparation: nothing on record of the first.
#[test]
fn a_chip_that_becomes_another_is_noticed() {
    for commands in 1..40 {
        let mut line = Line::new();
        let other = line.chips[3].clone();
        let _ = line.run(|chip| Box::new(Swap::new(Box::new(chip), Box::new(other), commands)));
        line.adds_up(&commands);
    }
}

#[test]
fn meddled_issuing_ends_with_one_card() {
    let mut dice = Dice::new(11);
    let (tries, mut first) = (cases(120, 4000), 0);
    for number in 0..tries {
        // 110 commands are a whole card in extended form, reading included
        let (aim, deed) = {
            let at = dice.below(110) as u64;
            (dice.aim(at), dice.deed())
        };
        let mut line = Line::new();
        let mut counter = None;
        let ended = line.run(|chip| {
            let lying = Bounded::new(Meddler::new(chip, aim, deed.clone()), MOST_COMMANDS);
            counter = Some(lying.counter());
            Box::new(lying)
        });
        let commands = counter.unwrap().load(Ordering::Relaxed);
        assert!(commands < MOST_COMMANDS, "{aim:?} {deed:?}: {commands} commands");
        first += usize::from(ended.is_ok_and(|summary| summary.issued == 1 && summary.blanks.spoiled == 0));
        line.adds_up(&(number, aim, deed));
    }
    println!(
        "{tries} meddled runs: {first} issued a card and spoiled no chip in the same run, never two cards, none unaccepted"
    );
}

/// A forged answer to the last command of writing: the card is not finished, and the station does not believe it.
#[test]
fn a_forged_finalise_issues_nothing_unread() {
    for at in 20..110 {
        let mut line = Line::new();
        let deed = Deed::Forged(vec![0x90, 0x00]);
        let _ = line.run(|chip| Box::new(Meddler::new(chip, Aim::At(at), deed)));
        line.adds_up(&at);
    }
}
