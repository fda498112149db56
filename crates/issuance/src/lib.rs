//! The use cases of the issuer. Transports, key stores, time and randomness are handed in.
//!
//! [`batch`] has what a second person approves, without which nothing is signed.
//! [`custody`] has what custodians do to chips that are no cards yet.
//! [`intake`] turns a list of members and a folder of portraits into checked applicants, and says of every other row what is
//! wrong with it and what to do. [`issue`] makes a verified card of each applicant and a record of what happened.
//! [`life`] changes issued cards: suspended, blocked, ended, another name or unit, another PIN.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod batch;
pub mod custody;
pub mod intake;
pub mod issue;
mod language;
pub mod life;

pub use language::Language;
