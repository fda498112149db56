//! For tests only: an issuer with its keys, invented members, blank chips, and a whole card in one call.
//!
//! Everything is reproducible from a seed: keys, randomness, cards. Nothing here may be used by a product.

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    reason = "for tests only: a fault here is a fault of the test"
)]

mod authority;
mod chips;
mod cv;
pub mod hostile;
mod long;
mod members;
mod order;
mod second;
pub mod stand;

pub use authority::{Authority, AuthorityOptions, SoftKey, Validity};
pub use chips::{ChipKeys, MemoryJournal, Recorded, TryCount, World, blank, chip_config};
pub use cv::{CvAuthority, CvHolder};
pub use long::{cases, is_long};
pub use members::{allocation, member, portrait, terms};
pub use order::{Issued, Order};
pub use second::SecondAuthority;

use chipwright_emulator::{Randomness, seeded_rng};

/// A source of bytes that are the same for the same seed.
pub fn random(seed: u64) -> Randomness {
    seeded_rng(seed)
}
