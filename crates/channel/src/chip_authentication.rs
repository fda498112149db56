//! Chip Authentication over elliptic curves, terminal side (ICAO Doc 9303-11, 6.2; BSI TR-03110-2, 3.4).
//!
//! ```text
//! MSE:Set AT  00 22 41 A4  80 protocol  [84 key]
//! version 1   GENERAL AUTHENTICATE 7C { 80 PK.PCD } ──▶ 7C {}                      keys KDF(K, c)
//! version 2   GENERAL AUTHENTICATE 7C { 80 PK.PCD } ──▶ 7C { 81 r.PICC, 82 T.PICC }   keys KDF(K, r.PICC, c)
//! ```
//!
//! Version 1 proves nothing until the card answers under the new keys: it ends in [`version_1::Unproven`], whose first verified
//! response gives [`ChipProven`](crate::ChipProven). Version 2 follows Terminal Authentication, with its ephemeral key, and its
//! token proves the chip at once.

mod error;
mod key;
#[cfg(test)]
mod tests;
pub mod version_1;
pub mod version_2;

pub use error::ChipAuthenticationError;
pub use key::{ChipKey, ChipKeyError, MappingKeys, Version};
