//! Trust bundles: what they hold, what a delta makes, and when a kiosk takes one.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests"
)]

mod centre;
mod content;
#[path = "../fixture/mod.rs"]
mod fixture;
mod rollover;
mod rules;
mod still_good;
mod tampered;
