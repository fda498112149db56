//! Cards with one flaw each: every one is caught.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod device;

use chipwright_conformance::{Outcome, Scenario, Suite, Terms};
use chipwright_emulator::{Flaw, seeded_rng};
use device::{Software, suite};

/// The first scenario that a card with this flaw fails, and how. Scenarios about the requirement come first.
fn caught_by<'s>(suite: &'s Suite, flaw: Flaw) -> Option<(&'s Scenario, String)> {
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
    for flaw in Flaw::ALL.iter().filter(|flaw| only.as_deref().is_none_or(|only| flaw.name() == only)) {
        tried += 1;
        match caught_by(&suite, *flaw) {
            Some((scenario, reason)) => {
                let named = scenario.requirements.iter().any(|id| id == flaw.requirement());
                elsewhere += u32::from(!named);
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
    assert!(missed.is_empty(), "{} flaws are not caught:\n{}", missed.len(), missed.join("\n"));
    assert!(tried >= 40 || only.is_some(), "{tried}");
}
