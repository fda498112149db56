//! The use cases of the issuer. Transports, key stores, time and randomness are handed in.
//!
//! [`intake`] turns a list of members and a folder of portraits into checked applicants, and says of every other row what is
//! wrong with it and what to do.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod intake;
mod language;

pub use language::Language;
