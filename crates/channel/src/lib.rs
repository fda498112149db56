//! The host side of the secure channels a card speaks: SCP03 (GlobalPlatform Amendment D), PACE (ICAO Doc 9303-11, 4.4)
//! and ISO secure messaging (9303-11, 9.8).
//!
//! Sans-I/O: every phase of a protocol is a type, every transition consumes it and maps a response to the next command.
//! An error drops the phase and its keys. Static keys stand behind operation traits ([`scp03::StaticKeys`],
//! [`diversify::MasterKeys`]) that never return key bytes. Random bytes are an argument. Drivers over an
//! [`Exchanger`](chipwright_iso7816::Exchanger) are thin loops over the phases.
//!
//! What must not compile is listed, and tested, in [`misuse`].

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

pub mod active_authentication;
mod aes_modes;
#[cfg(test)]
mod card_end;
pub mod chip_authentication;
pub mod diversify;
mod ecdh;
mod kdf;
pub mod legacy;
pub mod misuse;
mod opaque;
pub mod pace;
pub mod pin;
pub mod proof;
pub mod scp03;
pub mod sm;
mod subject_public_key;
pub mod terminal_authentication;

pub use aes_modes::KeySize;
pub use proof::{ChipProven, NotGenuine, Proof};
pub use subject_public_key::{PublicKeyError, SubjectPublicKey};

#[cfg(test)]
#[path = "../tests/vectors/mod.rs"]
mod vectors;
