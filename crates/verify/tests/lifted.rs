//! Reading: what it costs beside the least it could, text before portrait, cards that are lifted, lengths that are refused.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "figures are printed")]

mod cards;

use cards::{Kiosk, features};
use chipwright_emulator::{Card, Fault};
use chipwright_iso7816::{Atr, Command, Exchanger, Ins, LengthMode, StatusWord, Transport, TransportError};
use chipwright_profile::{ChipFeatures, FileId};
use chipwright_verify::{Inspection, Ladder, Proofs, Report, Stage, Verdict, inspect, inspect_resumable};
use std::cell::{Cell, RefCell};
use std::rc::Rc;

/// Twelve kilobytes of portrait, as large as the default budget permits.
const PORTRAIT: usize = 12 * 1024;

#[test]
fn reading_costs_hardly_more_than_the_least() {
    println!(
        "proofs                      APDUs     round trips  lower bound  bytes sent  received  modelled on three links"
    );
    for (name, chip) in [
        ("Chip Authentication", features(false, true, false)),
        ("Active Authentication", features(true, false, false)),
        ("PACE-CAM", features(false, false, true)),
        ("all three", features(true, true, true)),
    ] {
        let kiosk = Kiosk::new(chip);
        let issued = kiosk.issue();
        for mode in [LengthMode::Short, LengthMode::Extended] {
            let proofs = if name == "all three" { Proofs::All } else { Proofs::Fastest };
            let mut ask = Inspection { proofs, ..kiosk.ask() };
            let (report, files) =
                inspect(&mut issued.card(mode), &mut ask, &mut chipwright_testkit::random(9));
            assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
            let portrait = files.data_group(2).unwrap().len();
            assert!(portrait.abs_diff(PORTRAIT) < 1024, "a portrait of {portrait} bytes");
            let cost = report.cost;
            let links: Vec<String> = cost
                .modelled
                .links()
                .map(|(link, time)| format!("{link}: {} ms", time.as_millis()))
                .collect();
            println!(
                "{name:<26}  {:<8}  {:>11}  {:>11}  {:>10}  {:>8}  {}",
                format!("{mode:?}"),
                cost.round_trips,
                cost.least_round_trips,
                cost.bytes_sent,
                cost.bytes_received,
                links.join("; ")
            );
            assert!(cost.round_trips <= cost.least_round_trips + 2, "{name} {mode:?}");
        }
    }
}

/// EF.SOD, DG1 and DG2 alone, as the readers we are compared with read them: no proof of the chip, short APDUs.
#[test]
fn what_others_need_for_less() {
    let kiosk = Kiosk::new(features(false, true, false));
    let (report, files) = inspect(
        &mut kiosk.issue().card(LengthMode::Short),
        &mut kiosk.ask(),
        &mut chipwright_testkit::random(9),
    );
    let reads = |file| files.get(file).unwrap().len().div_ceil(223);
    let alike: usize = [FileId::Sod, FileId::Dg(1), FileId::Dg(2)].into_iter().map(reads).sum();
    // EF.CardAccess, PACE, SELECT
    println!(
        "EF.SOD, DG1 and a 12 kB DG2: {} round trips; the whole inspection with the chip's proof: {}",
        alike + 1 + 5 + 1,
        report.cost.round_trips
    );
    assert!(alike + 7 < 76);
}

#[test]
fn the_text_verdict_comes_before_the_portrait() {
    for chip in [features(false, true, false), features(true, false, false), features(false, false, true)] {
        let kiosk = Kiosk::new(chip);
        let issued = kiosk.issue();
        let commands = Rc::new(Cell::new(0));
        let card = Counted { card: issued.chip(), commands: Rc::clone(&commands) };
        let told = RefCell::new(Vec::new());
        let mut progress = |stage: Stage<'_>| {
            if let Stage::Text(text) = stage {
                assert_eq!(text.verdict, Verdict::Valid, "{:?}", text.checks);
                assert!(
                    text.holder.portrait.is_none()
                        && text.holder.mrz.is_some()
                        && text.holder.personal.is_some()
                );
                told.borrow_mut().push(commands.get());
            }
        };
        let mut ask = Inspection { progress: Some(&mut progress), ..kiosk.ask() };
        let (report, files) = inspect(
            &mut Exchanger::new(card, LengthMode::Short),
            &mut ask,
            &mut chipwright_testkit::random(9),
        );
        let portrait = files.data_group(2).unwrap().len().div_ceil(223) as u64;
        assert_eq!(*told.borrow(), [report.cost.round_trips - portrait]);
    }
}

#[test]
fn an_altered_text_is_told_before_the_portrait_and_an_altered_portrait_after() {
    let kiosk = Kiosk::new(ChipFeatures::PROVEN);
    for (file, early, late) in [
        (FileId::Dg(11), Verdict::DataAltered, Verdict::DataAltered),
        (FileId::Dg(2), Verdict::Valid, Verdict::DataAltered),
    ] {
        let mut card = kiosk.card_with(|plan| {
            let dgi = chipwright_perso::Dgi(file.dgi());
            let object = plan.objects.iter().find(|object| object.dgi == dgi).unwrap();
            let mut content = object.value().to_vec();
            *content.last_mut().unwrap() ^= 1;
            cards::replace(plan, file, content);
        });
        let told = Cell::new(None);
        let mut progress = |stage: Stage<'_>| {
            if let Stage::Text(text) = stage {
                told.set(Some(text.verdict));
            }
        };
        let mut ask = Inspection { progress: Some(&mut progress), ..kiosk.ask() };
        let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(9));
        assert_eq!((told.get(), report.verdict()), (Some(early), late), "{file}");
    }
}

/// Power cut at every command in turn, the card put back: the same verdict, and no part of the portrait read twice.
#[test]
fn a_card_lifted_anywhere_is_read_on() {
    let mut points = 0;
    for (chip, mode) in [
        (features(false, true, false), LengthMode::Extended),
        (features(true, false, true), LengthMode::Extended),
        (features(true, true, false), LengthMode::Short),
    ] {
        let kiosk = Kiosk::new(chip);
        let issued = kiosk.issue();
        let (honest, _) =
            inspect(&mut issued.card(mode), &mut kiosk.ask(), &mut chipwright_testkit::random(9));
        let commands = honest.cost.round_trips;
        for at in 1..=commands {
            for fault in [Fault::CutBefore, Fault::CutAfter] {
                let mut card = issued.card(mode);
                card.transport().fault_at_apdu(at, fault.clone());
                let (report, stages) = resumed(&kiosk, &mut card);
                assert_eq!(report.verdict(), Verdict::Valid, "{at} {fault:?}: {}", report.to_text(false));
                assert_eq!(report.cost.interruptions, 1, "{at} {fault:?}");
                // opening, EF.SOD and the proof are done again, and a file that was begun is found again
                let again = report.cost.round_trips - commands;
                let most =
                    5 + 1 + issued.signed.file(FileId::Sod).unwrap().len().div_ceil(223) as u64 + 3 + 2;
                assert!(again <= most, "{at} of {commands}: {again} commands more");
                assert_eq!(stages.first(), Some(&"lost"), "{stages:?}");
                points += 1;
            }
        }
    }
    println!("{points} points at which a card was lifted, each read on");
}

fn resumed(kiosk: &Kiosk, card: &mut Exchanger<Card>) -> (Report, Vec<&'static str>) {
    let stages = RefCell::new(Vec::new());
    let mut progress = |stage: Stage<'_>| match stage {
        Stage::Lost { .. } => stages.borrow_mut().push("lost"),
        Stage::Resumed => stages.borrow_mut().push("resumed"),
        _ => {}
    };
    let mut ask = Inspection { progress: Some(&mut progress), ..kiosk.ask() };
    let mut back = |_: &mut Exchanger<Card>, _| true;
    let (report, _) = inspect_resumable(card, &mut ask, &mut chipwright_testkit::random(9), &mut back);
    (report, stages.into_inner())
}

/// Lifted, or the reader gone, at every command: unreadable, with what to do about it, and no word against the chip.
#[test]
fn a_card_that_stays_away_is_unreadable() {
    let mut points = 0;
    for chip in [features(true, true, false), features(true, false, false), features(false, false, true)] {
        let kiosk = Kiosk::new(chip);
        let issued = kiosk.issue();
        let commands = kiosk.judge(&mut issued.card(LengthMode::Extended)).cost.round_trips;
        for at in 1..=commands {
            let mut card = issued.card(LengthMode::Extended);
            card.transport().fault_at_apdu(at, Fault::CutBefore);
            let asked = Cell::new(0);
            let mut back = |_: &mut Exchanger<Card>, _| {
                asked.set(asked.get() + 1);
                false
            };
            let mut random = chipwright_testkit::random(9);
            let (report, _) = inspect_resumable(&mut card, &mut kiosk.ask(), &mut random, &mut back);
            assert_eq!(report.verdict(), Verdict::Unreadable, "{at}: {}", report.to_text(false));
            assert_eq!(asked.get(), 1);
            assert!(report.remedies().0.contains("Insert the card again"), "{at}: {}", report.remedies().0);
            let mut card = Exchanger::new(Gone { card: issued.chip(), left: at - 1 }, LengthMode::Extended);
            let report = kiosk.judge(&mut card);
            assert_eq!(report.verdict(), Verdict::Unreadable, "{at}: {}", report.to_text(false));
            assert!(report.remedies().0.contains("Check the reader"), "{at}: {}", report.remedies().0);
            points += 2;
        }
    }
    println!("{points} readings broken off, all unreadable");
    let kiosk = Kiosk::new(ChipFeatures::PROVEN);
    let issued = kiosk.issue();
    // lifted for ever: bounded
    let mut card = issued.card(LengthMode::Extended);
    for at in 1..60 {
        card.transport().fault_at_apdu(at * 3, Fault::CutBefore);
    }
    let (report, _) = resumed(&kiosk, &mut card);
    assert!(report.cost.interruptions <= 9);
}

/// Lifted, and another card of the same access number put in its place.
#[test]
fn another_card_in_its_place_is_not_read_on() {
    let kiosk = Kiosk::new(ChipFeatures::PROVEN);
    let genuine = kiosk.issue();
    let (report, _) = inspect(
        &mut genuine.card(LengthMode::Extended),
        &mut kiosk.ask(),
        &mut chipwright_testkit::random(9),
    );
    // a clone has the same EF.SOD: it is read on, and its chip does not convince
    let clone = kiosk.clone_of(&genuine, |_| {}).into_transport().save();
    // the same member's other card has another
    let mut order = chipwright_testkit::Order::new(ChipFeatures::PROVEN);
    order.member = chipwright_testkit::member(4);
    let config = chipwright_testkit::chip_config(3);
    let other = order.issue_on(config, LengthMode::Extended, &mut chipwright_testkit::World::new(6));
    let other = other.card.into_transport().save();
    for (what, second, wanted) in
        [("clone", &clone, Verdict::ChipNotProven), ("other", &other, Verdict::Unreadable)]
    {
        for at in 14..report.cost.round_trips {
            let mut card = genuine.card(LengthMode::Extended);
            card.transport().fault_at_apdu(at, Fault::CutBefore);
            let mut back = |card: &mut Exchanger<Card>, _| {
                *card.transport() = Card::load(second, chipwright_testkit::random(8)).unwrap();
                true
            };
            let (report, _) =
                inspect_resumable(&mut card, &mut kiosk.ask(), &mut chipwright_testkit::random(9), &mut back);
            assert_eq!(report.verdict(), wanted, "{what} at {at}: {}", report.to_text(false));
            assert!(report.into_accepted().is_err());
        }
    }
}

/// A reader or card that refuses extended lengths although EF.ATR/INFO announces them.
struct ShortOnly {
    card: Card,
    refused: u32,
    most: usize,
}

impl Transport for ShortOnly {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let parsed = Command::from_bytes(command).unwrap();
        let asked = parsed.data.windows(4).find(|window| window[..2] == [0x97, 0x02]);
        let asked = asked.map_or(0, |window| usize::from(u16::from_be_bytes([window[2], window[3]])));
        if parsed.ins == Ins::READ_BINARY && parsed.extended && (asked == 0 || asked > self.most) {
            self.refused += 1;
            return Ok(StatusWord::WRONG_LENGTH.to_bytes().to_vec());
        }
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}

#[test]
fn what_a_type_of_card_refuses_is_learnt_once() {
    let kiosk = Kiosk::new(ChipFeatures::PROVEN);
    let issued = kiosk.issue();
    let mut ladder = Ladder::default();
    let mut costs = Vec::new();
    for round in 0..3 {
        let card = ShortOnly { card: issued.chip(), refused: 0, most: 0 };
        let mut card = Exchanger::new(card, LengthMode::Extended);
        let mut ask = Inspection { ladder: Some(&mut ladder), ..kiosk.ask() };
        let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(9));
        assert_eq!(report.verdict(), Verdict::Valid, "round {round}: {}", report.to_text(false));
        assert_eq!(card.transport().refused, if round == 0 { 2 } else { 0 }, "round {round}");
        costs.push(report.cost.round_trips);
    }
    assert_eq!(costs[1], costs[2]);
    let kept: Ladder = serde_json::from_str(&serde_json::to_string(&ladder).unwrap()).unwrap();
    assert_eq!(kept, ladder);
    // an honest type spares EF.ATR/INFO the second time
    let mut ladder = Ladder::default();
    let mut honest = || {
        let mut ask = Inspection { ladder: Some(&mut ladder), ..kiosk.ask() };
        let (report, _) =
            inspect(&mut issued.card(LengthMode::Extended), &mut ask, &mut chipwright_testkit::random(9));
        report.cost.round_trips
    };
    assert_eq!(honest(), honest() + 1);
}

/// A reader that is unplugged after some commands.
struct Gone {
    card: Card,
    left: u64,
}

impl Transport for Gone {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.left = self.left.checked_sub(1).ok_or(TransportError::ReaderGone("the reader".to_owned()))?;
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}

/// Counts commands where others can see it.
struct Counted {
    card: Card,
    commands: Rc<Cell<u64>>,
}

impl Transport for Counted {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.commands.set(self.commands.get() + 1);
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}
