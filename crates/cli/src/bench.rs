//! Whole cards in process: how many, how much of the time is ours, and how much of ours is cryptography.
//!
//! * *whole card*: sign a member's profile, prepare and write an emulated chip, read it back over a fresh connection and verify it.
//! * *host*: the same time without the time spent inside the emulated card.
//! * *bare*: the cryptography the host needs for one card, and nothing else, in a loop of the same run.

mod bare;
mod cards;
mod timed;

pub(crate) use cards::{Figures, measure};
