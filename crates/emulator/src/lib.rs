//! The software card: what `applet-spec` says, as a [`Transport`](chipwright_iso7816::Transport). Bytes in, bytes out.
//!
//! It is written from the contract and the standards and shares no protocol code with the host side. [`Card::blank`] makes
//! a chip as delivered; everything that survives loss of power lies in its pages ([`Card::save`]), and power can be cut
//! at any command and any page write ([`Card::fault_at_apdu`], [`Card::cut_at_page_write`]). No files, no clock, no
//! randomness of its own.
//!
//! With the feature `flaws`, for tests only, a card can be made that does one thing wrong (`Card::with_flaw`).

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod aes_key;
mod card;
pub mod chip;
mod chip_authentication;
pub mod cv;
mod fault;
mod flaw;
mod identity;
mod iso9797;
mod issuer_domain;
mod key_pair;
mod memory;
pub mod pace;
mod personalisation;
mod processor;
mod random;
pub mod scp03;
pub mod secure_messaging;
mod state;
mod store;
pub mod tables;
pub mod terminal_authentication;

pub use card::Card;
pub use chip::{ChipConfig, CountAt, Cplc, Interface, Package, PageSize, PersonalisationPath, TransportKeys};
pub use fault::Fault;
#[cfg(feature = "flaws")]
pub use flaw::Flaw;
pub use random::{Randomness, seeded_rng};
pub use state::StateError;
