//! Cards with every feature of the chip: proofs, records, PIN letters.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod world;

use chipwright_channel::pace::{self, Password};
use chipwright_emulator::scp03::Parameter;
use chipwright_emulator::{Card, ChipConfig, seeded_rng};
use chipwright_iso7816::{Command, Exchanger, Ins, Le, LengthMode};
use chipwright_issuance::issue::{Failure, Fault, LetterError};
use chipwright_pki::cv::Rights;
use chipwright_profile::ChipFeatures;
use chipwright_registry::CardStatus;
use chipwright_testkit::{CvAuthority, cases, chip_config, random};
use chipwright_verify::ChipProofPolicy;
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

/// No letter, no card: the chip stays un-finalised, the row says so, and the next run makes the card.
#[test]
fn a_letter_that_is_not_printed_stops_the_line() {
    let mut w = World::new(1, 1);
    w.chip = everything();
    w.letters.jammed = true;
    let summary = w.run().unwrap();
    let failure = summary.stopped.unwrap();
    assert!(matches!(failure, Failure::Letter { why: LetterError::Printer(_), .. }), "{failure}");
    assert_eq!(failure.fault(), Fault::Configuration);
    assert_eq!((summary.failed, summary.issued, summary.revoked, summary.blanks.spoiled), (1, 0, 0, 0));
    assert!(w.log.iter().any(|line| line.starts_with("Failed")), "{}", w.log.join("\n"));
    let card = w.view().cards_of(&member(1)).unwrap().pop().unwrap();
    assert_eq!(card.status, CardStatus::Writing);
    assert!(w.view().open_intent(&card.number).unwrap().is_none(), "nothing was intended");
    w.letters.jammed = false;
    assert_eq!(w.run().unwrap().resumed, 1);
    letters_fit(&w, 1);
}

/// A member who can have no letter fails alone.
#[test]
fn a_letter_that_cannot_be_composed_stops_nobody_else() {
    let mut w = World::new(3, 2);
    w.chip = everything();
    w.list.text = w.list.text.replacen("Chi bộ 5", "Chi bộ 李", 1);
    w.letters.unfit = Some("李");
    let summary = w.run().unwrap();
    assert!(summary.stopped.is_none(), "{:?}\n{}", summary.stopped, w.log.join("\n"));
    assert_eq!((summary.issued, summary.failed, summary.blanks.spoiled), (2, 1, 0));
    let refused = w.view().cards_of(&member(1)).unwrap().pop().unwrap();
    assert_eq!(refused.status, CardStatus::Abandoned);
    w.letters.unfit = None;
    w.table.stack.push(w.chip(3));
    assert_eq!(w.run().unwrap().issued, 1);
    letters_fit(&w, 3);
}

#[test]
fn without_a_printer_nothing_begins() {
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

/// Whenever the process dies, the latest letter opens the card; and the operator hears of it when another may be out.
#[test]
fn killed_with_a_letter_on_the_table() {
    let mut whole = World::new(1, 2);
    whole.chip = everything();
    whole.reaper.arm(0);
    assert_eq!(whole.run().unwrap().issued, 1);
    assert!(!whole.log.iter().any(|line| line.starts_with("LetterVoid")), "{}", whole.log.join("\n"));
    let moments = whole.reaper.moments();
    let (mut killed, mut printed_again) = (0, 0);
    // the letter is printed late
    let early = (1..moments / 2).step_by(cases(31, 1));
    for moment in early.chain((moments / 2..=moments).step_by(cases(3, 1))) {
        let mut w = World::new(1, 2);
        w.chip = everything();
        assert!(w.run_until_killed(moment).is_none());
        killed += 1;
        let before = w.letters.kept;
        let summary = w.run().unwrap();
        assert!(summary.stopped.is_none(), "moment {moment}: {:?}\n{}", summary.stopped, w.log.join("\n"));
        assert_eq!((summary.revoked, summary.blanks.spoiled), (0, 0), "moment {moment}");
        let void = w.log.iter().any(|line| line.starts_with("LetterVoid") && line.contains("replaced: true"));
        assert!(void || before == 0 || w.letters.kept == before, "moment {moment}:\n{}", w.log.join("\n"));
        printed_again += u32::from(before > 0 && w.letters.kept > before);
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1], "moment {moment}");
        letters_fit(&w, 1);
    }
    assert!(printed_again > 0, "no letter was ever replaced");
    println!(
        "killed at {killed} of {moments} moments; {printed_again} letters printed again; each opens its card"
    );
}

/// The features of the cards change while one is in work: it is made with the new ones, and its chip is good.
#[test]
fn torn_with_some_features_and_resumed_with_others() {
    let records = everything().records;
    let plain = ChipFeatures::PROVEN;
    let sets = [
        (everything(), plain.clone()),
        (plain.clone(), everything()),
        (ChipFeatures { pin: true, ..plain.clone() }, plain.clone()),
        (ChipFeatures { cam: true, ..plain.clone() }, plain.clone()),
        (plain.clone(), ChipFeatures { cam: true, ..plain.clone() }),
        (plain.clone(), ChipFeatures::NONE),
        (ChipFeatures { records, ..plain.clone() }, ChipFeatures { pin: true, ..plain.clone() }),
    ];
    let mut anew = 0;
    for (before, after) in sets {
        let mut whole = World::new(1, 1);
        whole.chip = before.clone();
        whole.reaper.arm(0);
        assert_eq!(whole.run().unwrap().issued, 1);
        let moments = whole.reaper.moments();
        let commits = (moments / 4..moments).step_by(cases(19, 3));
        for moment in commits {
            let mut w = World::new(1, 1);
            w.chip = before.clone();
            assert!(w.run_until_killed(moment).is_none());
            let torn = w.view().cards_of(&member(1)).unwrap().pop();
            let final_before =
                torn.is_some_and(|card| !matches!(card.status, CardStatus::Allocated | CardStatus::Writing));
            w.chip = after.clone();
            w.kiosk = ChipProofPolicy::IfPromised;
            let summary = w.run().unwrap();
            let at = format!(
                "{before:?} → {after:?} at {moment} of {moments}: {:?}\n{}",
                summary.stopped,
                w.log.join("\n")
            );
            assert!(summary.stopped.is_none(), "{at}");
            assert_eq!((summary.revoked, summary.blanks.spoiled, summary.blanks.good), (0, 0, 1), "{at}");
            assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1], "{at}");
            assert!(!w.log.iter().any(|line| line.contains("Leftovers")), "{at}");
            let begun_anew = w.log.iter().any(|line| line.contains("BegunAnew"));
            assert!(!(begun_anew && final_before), "{at}");
            anew += u32::from(begun_anew);
            if after.pin && !final_before {
                letters_fit(&w, 1);
            }
        }
    }
    assert!(anew > 0);
    println!("{anew} cards begun anew with other features, on the same chips");
}

/// A card made final by an earlier run, with terms that promised no proof, is accepted by what it promises and by the seal on record.
#[test]
fn finalised_before_proofs_were_demanded() {
    for contactless in [false, true] {
        let mut w = World::new(2, 2);
        w.chip = ChipFeatures::NONE;
        if contactless {
            w = w.contactless();
        }
        w.killed_at_finalised();
        w.chip = ChipFeatures::PROVEN;
        w.kiosk = ChipProofPolicy::IfPromised;
        let summary = w.run().unwrap();
        assert!(summary.stopped.is_none(), "{:?}\n{}", summary.stopped, w.log.join("\n"));
        assert_eq!((summary.revoked, summary.blanks.spoiled), (0, 0), "{}", w.log.join("\n"));
        assert_eq!((summary.resumed, summary.issued), (1, 1), "{}", w.log.join("\n"));
        assert_eq!(w.valid_cards().into_values().collect::<Vec<_>>(), [1, 1]);
    }
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
