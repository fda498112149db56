//! `chipwright doctor`: every check is broken once, in the way it breaks at a station, and what is said is a reviewed text
//! in both languages.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "a test that is skipped says why")]

#[path = "../house/mod.rs"]
mod house;

mod authority;
mod clock;
mod disk;
mod home;
mod keys;
mod readers;
mod registry;
mod schema;
mod station;
