//! Every requirement of the contract has a scenario, and scenarios name no other.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod device;

use chipwright_conformance::report::State;
use chipwright_conformance::{Finding, Gap, Outcome, Suite};
use device::suite;

#[test]
fn every_requirement_has_a_scenario() {
    let suite = suite();
    let gaps: Vec<String> = suite.gaps().iter().map(Gap::to_string).collect();
    println!("{} requirements, {} scenarios", suite.requirements.len(), suite.scenarios.len());
    assert!(suite.requirements.len() >= 124, "{}", suite.requirements.len());
    assert!(gaps.is_empty(), "{}", gaps.join("\n"));
}

/// The check finds what it is there for.
#[test]
fn gaps_are_found() {
    let scenario = "[[scenario]]\nname = \"a\"\nrequirements = [\"A-01\", \"A-09\"]\nwhat = \"\"\nwhat-vi = \"\"\ncard = \"blank\"\nsteps = [{ send = \"00A4040C\" }]\n";
    let suite = Suite::of([("f.toml", scenario)], "## 1. One\n- **A-01** x\n- **A-02** y\n").unwrap();
    let unknown = Gap::Unknown { scenario: "a".to_owned(), requirement: "A-09".to_owned() };
    assert_eq!(suite.gaps(), [Gap::NotShown("A-02".to_owned()), unknown]);
}

/// What the program carries is what lies in the tree.
#[test]
fn the_suite_of_the_program_is_that_of_the_tree() {
    let names = |suite: &Suite| {
        suite.scenarios.iter().map(|one| (one.file.clone(), one.name.clone())).collect::<Vec<_>>()
    };
    let embedded = Suite::embedded().unwrap();
    assert_eq!(names(&embedded), names(&suite()));
    assert_eq!(embedded.requirements, suite().requirements);
}

/// What was not run is not said to have passed.
#[test]
fn a_requirement_that_was_run_in_part_is_told_from_one_that_passed() {
    let suite = Suite::of(
        [("f.toml", "scenario = []")],
        "## 1. One\n- **A-01** x\n- **A-02** x\n- **A-03** x\n- **A-04** x\n- **A-05** x\n",
    )
    .unwrap();
    let finding = |scenario: &str, ids: &[&str], outcome: Outcome, skipped: &[&str]| Finding {
        scenario: scenario.to_owned(),
        file: "f.toml".to_owned(),
        what: String::new(),
        what_vi: String::new(),
        requirements: ids.iter().map(|id| (*id).to_owned()).collect(),
        outcome,
        skipped_cases: skipped.iter().map(|case| (*case).to_owned()).collect(),
        cuts: 0,
    };
    let skipped = || Outcome::Skipped { reason: "no blank".to_owned() };
    let report = suite.report(
        "a card".to_owned(),
        vec![
            finding("whole", &["A-01", "A-02"], Outcome::Passed, &[]),
            finding("skipped", &["A-02", "A-03"], skipped(), &[]),
            finding("cases", &["A-04"], Outcome::Passed, &["a case"]),
        ],
    );
    let states: Vec<State> = report.requirements.iter().map(|row| row.state).collect();
    assert_eq!(states, [State::Passed, State::Partly, State::Skipped, State::Partly, State::NotRun]);
    let count = report.count;
    assert_eq!((count.passed, count.partly, count.skipped, count.not_run), (1, 2, 1, 1));
    assert!(report.is_conformant() && report.to_html().contains("chạy một phần, đạt"));
}
