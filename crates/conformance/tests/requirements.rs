//! Every requirement of the contract has a scenario, and scenarios name no other.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

mod device;

use chipwright_conformance::{Gap, Suite};
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
