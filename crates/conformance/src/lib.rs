//! Scenarios that any card of the contract must pass (`test-vectors/scenarios`), run on any transport, and the report over them.
//!
//! A scenario is data: the requirements of `applet-spec/card.md` it shows, the card it needs, and steps whose answers must be of
//! a form. The steps are carried out by the host side of the product and by commands that are wrong on purpose. What they run on
//! is a [`Device`]: a software card that can be made anew for each scenario, or the one card in a reader.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

mod authority;
mod bench;
mod data_object;
pub mod device;
pub mod expression;
mod fixture;
pub mod report;
mod requirement;
mod run;
mod scenario;
mod signature;
pub mod step;
mod suite;

mod embedded {
    include!(concat!(env!("OUT_DIR"), "/embedded.rs"));
}

pub use bench::Random;
pub use device::{Blank, Cut, Device, Interface, Unable};
pub use fixture::{Fixture, FixtureError};
pub use report::Report;
pub use requirement::{ContractError, Requirement};
pub use run::{Finding, Outcome, Terms};
pub use scenario::{CardWanted, Run, Scenario, SuiteError, Torn};
pub use suite::{Gap, Suite, SuiteReadError};
