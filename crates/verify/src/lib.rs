//! The inspection procedure (ICAO Doc 9303-11, 4.2): open the card, read what is needed, run every check, give one verdict with its reasons.
//!
//! [`inspect`] is the one way in, and [`inspect_resumable`] the same for cards that are held by hand. It never stops at the first failure: what can still be checked is checked and reported. The
//! verdict fails closed: a check that was not reached is never a pass. What the chip owes is read from signed data, and nothing stands in for a proof that is owed. [`Accepted`] is the proof, made here only, that a card was read over
//! the given connection and found genuine and valid.

mod accepted;
mod authenticity;
mod card_status;
mod check;
mod consistency;
pub mod evidence;
mod files;
mod holder;
mod inspect;
mod judge;
mod ladder;
mod memory;
mod owed;
mod proof;
mod read;
mod report;
mod second_signature;
mod session;
mod stage;
mod unread;
mod verdict;
mod visit;

pub use accepted::Accepted;
pub use card_status::{StatusInput, StatusRule};
pub use check::{Check, CheckName, Outcome};
pub use files::Files;
pub use holder::Holder;
pub use inspect::{Inspection, inspect, inspect_resumable};
pub use ladder::{Ladder, Rung};
pub use proof::{ChipProofPolicy, Proof, Proofs};
pub use read::ReadError;
pub use report::{ReadCost, Report, SCHEMA};
pub use second_signature::{SecondSignature, SecondSignatureRule};
pub use stage::{Stage, TextVerdict};
pub use verdict::Verdict;
