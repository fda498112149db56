//! What custodians do to chips that are no cards yet, and what a wrong key costs, all of it on record.

#![allow(clippy::unwrap_used, reason = "tests")]

mod world;

use chipwright_emulator::scp03::Parameter;
use chipwright_emulator::{Card, ChipConfig, CountAt, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_issuance::custody::{self, Custodian, Destination};
use chipwright_issuance::issue::{Failure, Options, Pile, Station, Summary, prepare_all};
use chipwright_perso::transport::{GivenBack, Original};
use chipwright_perso::{ChipIdentifier, PersoError, Stage};
use chipwright_profile::ChipFeatures;
use chipwright_registry::{BlankStage, ChipId, CustodyKind, Reason, Registry};
use chipwright_testkit::{ChipKeys, chip_config};
use std::cell::Cell;
use std::rc::Rc;
use world::{Chip, NOW, World};

fn custodian<'s>(station: Station<'s>) -> Custodian<'s> {
    let Station { registry, keys, clock, random, options, .. } = station;
    Custodian { registry, keys, clock, random, last_try: options.last_try }
}

fn inserted(chip: &Chip) -> Exchanger<Chip> {
    Exchanger::new(chip.clone(), LengthMode::Extended)
}

fn check(w: &mut World, chip: &Chip) -> Result<(), Failure> {
    let profile = w.profile.clone();
    w.with_station(|station, _, _, _| {
        let label = |_: &ChipIdentifier, _: u8| Some("autumn".to_owned());
        custody::check(&mut inserted(chip), &profile, custodian(station), &label).map(drop)
    })
}

fn give_back(w: &mut World, chip: &Chip) -> Result<GivenBack, Failure> {
    let keys = ChipKeys::default();
    let (new, opening) = keys.original();
    let id = chip.id();
    w.with_station(|station, _, _, _| {
        let (profile, terms) = (station.profile.clone(), station.terms.clone());
        let original = Original { version: 0x01, new: &new, keys: opening };
        let to = Destination { label: "autumn", original };
        custody::give_back(&mut inserted(chip), profile, &terms, id, &to, custodian(station))
    })
}

fn prepared(w: &mut World) -> Summary {
    w.with_station(|station, _, table, stop| prepare_all(station, table, stop)).unwrap()
}

fn kinds(w: &World, chip: &ChipId) -> Vec<CustodyKind> {
    let mut kinds = Vec::new();
    w.view().for_each_custody_event(Some(chip), &mut |event| kinds.push(event.kind)).unwrap();
    kinds
}

fn registry(w: &World) -> Registry {
    Registry::open(&w.path(), NOW.parse().unwrap()).unwrap()
}

#[test]
fn a_delivery_that_is_checked_is_on_record_right_or_wrong() {
    let mut w = World::new(0, 1);
    let chip = w.table.stack[0].clone();
    check(&mut w, &chip).unwrap();
    w.keys = ChipKeys::default().with_wrong_transport_key();
    let error = check(&mut w, &chip).unwrap_err();
    assert!(matches!(error, Failure::Perso(PersoError::WrongKey { version: 0x01, .. })), "{error}");
    assert_eq!(kinds(&w, &chip.id()), [CustodyKind::Checked, CustodyKind::Refused]);
    assert_eq!(w.view().tries_spent(&chip.id(), 0x01).unwrap(), 1);
}

#[test]
fn a_prepared_chip_goes_back_and_is_not_used_until_it_is_delivered_again() {
    let mut w = World::new(1, 1);
    assert_eq!(prepared(&mut w).prepared, 1);
    let chip = w.table.piles.pop().unwrap().1;
    let done = give_back(&mut w, &chip).unwrap();
    assert_eq!(done.before, Stage::Installed);
    assert_eq!(w.view().blank(&chip.id()).unwrap().unwrap().stage, BlankStage::Returned);
    w.table.stack.push(chip.clone());
    let summary = w.run().unwrap();
    assert_eq!(summary.issued, 0);
    assert!(w.log.iter().any(|line| line.contains("returned-before")), "{}", w.log.join("\n"));
    let values = [[0; 3]; 3];
    registry(&w).add_delivery("again", 0x01, &values, Some(&[chip.id()]), NOW.parse().unwrap()).unwrap();
    w.table.piles.clear();
    w.table.stack.push(chip.clone());
    assert_eq!(w.run().unwrap().issued, 1, "{}", w.log.join("\n"));
    assert_eq!(kinds(&w, &chip.id()), [CustodyKind::Returned, CustodyKind::DeliveredAgain]);
    // it is a card now
    let error = give_back(&mut w, &chip).unwrap_err();
    assert!(matches!(&error, Failure::NotReturnable { card: Some(_), .. }), "{error}");
}

/// The process dies at every moment of giving a chip back; the next try ends it, and the record tells the truth.
#[test]
fn killed_while_a_chip_is_given_back() {
    let mut moments = 0;
    for moment in 1.. {
        let mut w = World::new(0, 1);
        prepared(&mut w);
        let chip = w.table.piles.pop().unwrap().1;
        w.reaper.arm(moment);
        let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| give_back(&mut w, &chip)));
        w.reaper.arm(0);
        if ended.is_ok() {
            break;
        }
        moments = moment;
        let stage = w.view().blank(&chip.id()).unwrap().unwrap().stage;
        assert!(matches!(stage, BlankStage::Prepared | BlankStage::Returned), "{moment}: {stage}");
        give_back(&mut w, &chip).unwrap_or_else(|error| panic!("{moment}: {error}"));
        assert_eq!(w.view().blank(&chip.id()).unwrap().unwrap().stage, BlankStage::Returned, "{moment}");
        let returned = kinds(&w, &chip.id());
        assert_eq!(returned, [CustodyKind::Returned], "{moment}");
    }
    assert!(moments > 20, "{moments}");
}

/// The wrong key file in run after run, on chips that count at either command: nobody's chip is blocked.
#[test]
fn with_a_wrong_key_file_no_number_of_runs_blocks_a_chip() {
    for count_at in [CountAt::ExternalAuthenticate, CountAt::InitializeUpdate] {
        for failure_limit in [2, 3, 5] {
            let mut w = World::new(1, 1);
            let chip = w.table.stack[0].clone();
            let config = ChipConfig { failure_limit, count_at, ..chip_config(1) };
            *chip.card.borrow_mut() = Card::blank(config, seeded_rng(7001));
            w.keys = ChipKeys::default().with_wrong_transport_key();
            let first = w.run().unwrap();
            let stopped = matches!(&first.stopped, Some(Failure::Perso(PersoError::WrongKey { .. })));
            assert!(stopped, "{:?}", first.stopped);
            for _ in 0..12 {
                w.table.piles.clear();
                w.table.in_place = None;
                w.table.stack = vec![chip.clone()];
                assert_eq!(w.run().unwrap().issued, 0);
            }
            assert_eq!(w.view().tries_spent(&chip.id(), 0x01).unwrap(), 1, "{count_at:?} {failure_limit}");
            w.keys = ChipKeys::default();
            w.table.piles.clear();
            w.table.in_place = None;
            w.table.stack = vec![chip.clone()];
            assert_eq!(w.run().unwrap().issued, 1, "{count_at:?} {failure_limit}: {}", w.log.join("\n"));
        }
    }
}

#[test]
fn the_last_try_is_for_a_person_who_names_the_chip() {
    let mut w = World::new(0, 1);
    let chip = w.table.stack[0].clone();
    let at = NOW.parse().unwrap();
    for _ in 0..4 {
        registry(&w).spend_try(&chip.id(), 0x01, at).unwrap();
    }
    let error = check(&mut w, &chip).unwrap_err();
    assert!(error.to_string().contains("the last one is kept"), "{error}");
    w.options = Options { last_try: Some(ChipId([9; 10])), ..Options::default() };
    check(&mut w, &chip).unwrap_err();
    w.options = Options { last_try: Some(chip.id()), ..Options::default() };
    check(&mut w, &chip).unwrap();
    assert_eq!(w.view().tries_spent(&chip.id(), 0x01).unwrap(), 0);
    // and when it is gone too, only a custodian gives tries back
    for _ in 0..5 {
        registry(&w).spend_last_try(&chip.id(), 0x01, at).unwrap();
    }
    check(&mut w, &chip).unwrap_err();
    registry(&w).forgive_tries(&chip.id(), &Reason::new("looked").unwrap(), at).unwrap();
    w.options = Options::default();
    check(&mut w, &chip).unwrap();
}

/// What the chip confirms is compared with what it was given; one that differs is never used, whatever it says later.
#[test]
fn a_chip_that_confirms_other_keys_is_spoiled_at_once() {
    let mut w = World::new(1, 2);
    w.chip = ChipFeatures::NONE;
    w.kiosk = chipwright_verify::ChipProofPolicy::IfPromised;
    let chip = w.table.stack.last().unwrap().clone();
    // no R-MAC, so that the answer can be changed on its way
    let config = ChipConfig { parameter: Parameter::new(0x00).unwrap(), ..chip_config(1) };
    *chip.card.borrow_mut() = Card::blank(config, seeded_rng(7001));
    let put_key = Rc::new(Cell::new(false));
    let (seen, asked) = (Rc::clone(&put_key), Rc::clone(&put_key));
    *chip.refused.borrow_mut() = Some(Box::new(move |command| {
        seen.set(command.get(1) == Some(&0xD8));
        None
    }));
    *chip.noise.borrow_mut() = Some(Box::new(move |_, mut answer| {
        if asked.get() {
            answer[3] ^= 1;
        }
        answer
    }));
    let summary = w.run().unwrap();
    let log = w.log.join("\n");
    assert_eq!((summary.issued, summary.blanks.spoiled), (1, 1), "{log}");
    assert!(!log.contains("Retry"), "{log}");
    assert_eq!(w.view().blank(&chip.id()).unwrap().unwrap().stage, BlankStage::Spoiled);
    assert_eq!(w.table.pile(Pile::Spoiled), 1);
    // in another run, with nothing in the way
    *chip.noise.borrow_mut() = None;
    *chip.refused.borrow_mut() = None;
    w.list.text = world::list_of(1..=2);
    w.table.piles.clear();
    w.table.stack = vec![chip];
    assert_eq!(w.run().unwrap().issued, 0);
}
