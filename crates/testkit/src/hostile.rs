//! Cards that lie: an honest card with somebody between, and scripted cards that know their keys and lie all the same.
//!
//! Each fault has a name, by which tests and the table of faults know it.

mod agreement;
mod cipher;
pub mod contents;
mod dice;
mod expected;
mod liar;
mod meddler;
mod memory;
mod reading;
mod sealing;
mod writing;

pub use agreement::PaceLie;
pub use dice::Dice;
pub use expected::agrees_with;
pub use liar::{Liar, Model};
pub use meddler::{Aim, Bounded, Deed, Meddler, Rewound, Shared, Swap, Turns};
pub use memory::{peak_kib, restart_peak};
pub use reading::{ReadingFault, STATUS_WORDS, reading};
pub use sealing::SealLie;
pub use writing::{WritingFault, writing};
