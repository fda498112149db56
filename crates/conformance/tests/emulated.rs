//! The software card passes every scenario.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod device;

use chipwright_conformance::{Outcome, Terms};
use chipwright_emulator::seeded_rng;
use device::{Software, suite};

/// `ONLY=PERSO,CM-07` runs the scenarios of some requirements.
#[test]
fn the_software_card_passes() {
    let suite = suite();
    let only: Vec<String> =
        std::env::var("ONLY").map(|only| only.split(',').map(str::to_owned).collect()).unwrap_or_default();
    let (mut device, mut random) = (Software::default(), seeded_rng(5));
    let mut failures = Vec::new();
    let (mut cuts, mut runs) = (0, 0);
    for scenario in suite.chosen(&only) {
        let finding = suite.run(scenario, &mut device, &Terms::default(), &mut *random);
        cuts += finding.cuts;
        runs += scenario.runs.len();
        if finding.cuts > 0 {
            println!("{:36} {:4} losses of power", finding.scenario, finding.cuts);
        }
        match &finding.outcome {
            Outcome::Passed => assert_eq!(finding.skipped_cases, [""; 0], "{}", finding.scenario),
            Outcome::Failed { reason } => failures.push(format!("{}: {reason}", finding.scenario)),
            Outcome::Skipped { reason } => {
                failures.push(format!("{} was skipped: {reason}", finding.scenario))
            }
        }
    }
    println!("{} scenarios, {runs} runs, {cuts} losses of power", suite.scenarios.len());
    assert!(failures.is_empty(), "{} failures\n{}", failures.len(), failures.join("\n"));
}
