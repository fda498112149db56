//! Cards with one flaw each: every one is caught.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod device;

use chipwright_conformance::{Outcome, Scenario, Suite, Terms};
use chipwright_emulator::{Flaw, seeded_rng};
use device::{Software, suite};

/// The first scenario that a card with this flaw fails, and how. Scenarios about the requirement come first.
fn caught_by(suite: &Suite, flaw: Flaw) -> Option<(&Scenario, String)> {
    let about = |scenario: &&Scenario| scenario.requirements.iter().any(|id| id == flaw.requirement());
    let (first, rest): (Vec<&Scenario>, Vec<&Scenario>) = suite.scenarios.iter().partition(about);
    let (mut device, mut random) = (Software::with_flaw(flaw), seeded_rng(5));
    first.into_iter().chain(rest).find_map(|scenario| {
        match suite.run(scenario, &mut device, &Terms::default(), &mut *random).outcome {
            Outcome::Failed { reason } => Some((scenario, reason)),
            Outcome::Passed => None,
            Outcome::Skipped { reason } => panic!("{} was skipped: {reason}", scenario.name),
        }
    })
}

#[test]
fn every_flaw_is_caught() {
    let suite = suite();
    let only = std::env::var("FLAW").ok();
    let (mut missed, mut elsewhere, mut tried) = (Vec::new(), 0, 0);
    let mut table =
        String::from("| requirement | flaw | what is wrong | caught by | because |\n|---|---|---|---|---|\n");
    for flaw in Flaw::ALL.iter().filter(|flaw| only.as_deref().is_none_or(|only| flaw.name() == only)) {
        tried += 1;
        match caught_by(&suite, *flaw) {
            Some((scenario, reason)) => {
                let named = scenario.requirements.iter().any(|id| id == flaw.requirement());
                elsewhere += u32::from(!named);
                let row = [flaw.requirement(), flaw.name(), flaw.description(), &scenario.name, &reason];
                table.push_str(&format!("| {} |\n", row.map(|cell| cell.replace('|', "\\|")).join(" | ")));
                let mark = if named { "" } else { " (a scenario of another requirement)" };
                println!("{:9} {:32} {}{mark}: {reason}", flaw.requirement(), flaw.name(), scenario.name);
            }
            None => missed.push(format!("{} {}: {}", flaw.requirement(), flaw.name(), flaw.description())),
        }
    }
    println!(
        "{tried} flaws, {} caught, {elsewhere} of them by scenarios of other requirements",
        tried - missed.len()
    );
    let report = concat!(env!("CARGO_TARGET_TMPDIR"), "/mutants.md");
    std::fs::write(report, table).unwrap();
    println!("which scenario caught which: {report}");
    assert!(missed.is_empty(), "{} flaws are not caught:\n{}", missed.len(), missed.join("\n"));
    assert!(tried >= 40 || only.is_some(), "{tried}");
}
