//! Cards with every feature of the chip: proofs, records, PIN letters.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod world;

use chipwright_channel::pace::{self, Password};
use chipwright_emulator::scp03::Parameter;
use chipwright_emulator::{Card, ChipConfig, seeded_rng};
use chipwright_iso7816::{Command, Exchanger, Ins, Le, LengthMode};
use chipwright_issuance::issue::{Failure, Fault};
use chipwright_pki::cv::Rights;
use chipwright_profile::ChipFeatures;
use chipwright_registry::CardStatus;
use chipwright_testkit::{CvAuthority, cases, chip_config, random};
use world::{World, member};

fn everything() -> ChipFeatures {
    let records = CvAuthority::new(8, Rights::all(), None).trust_point();
    ChipFeatures { cam: true, records: Some(records), pin: true, ..ChipFeatures::PROVEN }
}

/// The letter of every member's card opens that card, and no card has another letter.
fn letters_fit(w: &World, members: u32) {
    for n in 1..=members {
        let card = w.view().cards_of(&member(n)).unwrap().pop().unwrap();
        assert_eq!(card.status, CardStatus::Issued);
        let (pin, puk) = w.letters.letters[&card.number.to_string()];
        let chip = w.table.all().find(|chip| Some(chip.id()) == card.chip).unwrap();
        let digits = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        for password in [Password::pin(&digits(&pin)).unwrap(), Password::puk(&digits(&puk)).unwrap()] {
            let mut exchanger = Exchanger::new(chip.clone(), LengthMode::Extended);
            exchanger.reset().unwrap();
            let access = Command::new(0, Ins::READ_BINARY, 0x9C, 0).with_le(Le::Max);
            let access = exchanger.exchange(&access).unwrap().data;
            let info = pace::choose(&access).unwrap();
            pace::establish(&mut exchanger, &info, &password, &mut *random(7)).unwrap();
        }
    }
}

#[test]
fn a_card_with_everything() {
    let mut w = World::new(2, 2);
    w.chip = everything();
    let summary = w.run().unwrap();
    assert!(summary.stopped.is_none(), "{:?}\n{}", summary.stopped, w.log.join("\n"));
    assert_eq!((summary.issued, w.letters.kept), (2, 2));
    assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1, 1]);
    letters_fit(&w, 2);
}

#[test]
fn every_proof_alone() {
    for chip in [
        ChipFeatures { active_authentication: true, ..ChipFeatures::NONE },
        ChipFeatures { chip_authentication: true, ..ChipFeatures::NONE },
        ChipFeatures { cam: true, ..ChipFeatures::NONE },
    ] {
        let mut w = World::new(1, 1);
        w.chip = chip.clone();
        let summary = w.run().unwrap();
        assert_eq!(summary.issued, 1, "{chip:?}: {}", w.log.join("\n"));
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1]);
    }
}

/// No letter, no card: the chip stays un-finalised, and the next run makes the card.
#[test]
fn a_letter_that_is_not_kept_stops_the_line() {
    let mut w = World::new(1, 1);
    w.chip = everything();
    w.letters.jammed = true;
    let summary = w.run().unwrap();
    let failure = summary.stopped.unwrap();
    assert!(matches!(failure, Failure::Letter(_)), "{failure}");
    assert_eq!(failure.fault(), Fault::Configuration);
    assert_eq!((summary.issued, summary.revoked, summary.blanks.spoiled), (0, 0, 0));
    w.letters.jammed = false;
    assert_eq!(w.run().unwrap().issued, 1);
    letters_fit(&w, 1);
}

#[test]
fn without_a_place_for_letters_nothing_begins() {
    let mut w = World::new(1, 1);
    w.chip = everything();
    let failure = w
        .with_station(|mut station, list, table, stop| {
            station.letters = None;
            chipwright_issuance::issue::run(station, list, table, stop)
        })
        .unwrap_err();
    assert!(matches!(failure, Failure::NoLetters), "{failure}");
    assert!(w.log.is_empty(), "{}", w.log.join("\n"));
}

/// Whenever the process dies, the letter that is left is the one of the card that is left.
#[test]
fn killed_with_a_letter_on_the_table() {
    let mut whole = World::new(1, 2);
    whole.chip = everything();
    whole.reaper.arm(0);
    assert_eq!(whole.run().unwrap().issued, 1);
    let moments = whole.reaper.moments();
    let (mut killed, mut rewritten) = (0, 0);
    for moment in (1..=moments).step_by(cases(9, 1)) {
        let mut w = World::new(1, 2);
        w.chip = everything();
        assert!(w.run_until_killed(moment).is_none());
        killed += 1;
        let summary = w.run().unwrap();
        assert!(summary.stopped.is_none(), "moment {moment}: {:?}\n{}", summary.stopped, w.log.join("\n"));
        assert_eq!((summary.revoked, summary.blanks.spoiled), (0, 0), "moment {moment}");
        rewritten += u32::from(w.letters.kept > 1);
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1], "moment {moment}");
        letters_fit(&w, 1);
    }
    assert!(rewritten > 0, "no letter was ever replaced");
    println!("killed at {killed} of {moments} moments; {rewritten} letters replaced; each opens its card");
}

/// A chip that cannot protect its answers is set aside before anything is written to it.
#[test]
fn a_chip_without_response_macs() {
    let mut w = World::new(1, 2);
    let config = ChipConfig { parameter: Parameter::ALL[0], ..chip_config(9) };
    let odd = w.table.stack.last().unwrap();
    *odd.card.borrow_mut() = Card::blank(config, seeded_rng(9));
    let summary = w.run().unwrap();
    assert_eq!((summary.issued, summary.blanks.spoiled), (1, 1), "{}", w.log.join("\n"));
    let told = "AnswersNotProtected(0)";
    assert!(w.log.iter().any(|line| line.contains(told)), "{}", w.log.join("\n"));
}
