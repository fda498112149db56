//! The tables of the card's contract (`applet-spec/tables/*.toml`), as the software card knows them.

pub mod budget;
mod dgi;
mod files;
mod keys;
mod life_cycle;

pub use dgi::{CAN, CARD_SECURITY, CVCA, DGIS, Dgi, DgiKind, MRZ_KEY, PIN, PUK};
pub use files::{Access, Df, FILES, File};
pub use keys::{KEYS, KeyReference, KeyUse};
pub use life_cycle::{ApplicationState, CardLifeCycle, InstanceLifeCycle};
