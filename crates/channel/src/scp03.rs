//! Secure Channel Protocol 03, host side (GlobalPlatform Card Specification 2.3.1, Amendment D 1.2).
//!
//! ```text
//! Initiate ──INITIALIZE UPDATE──▶ AwaitCardChallenge ──card cryptogram right──▶ CardVerified
//!          ──EXTERNAL AUTHENTICATE──▶ AwaitAuthenticated ──9000──▶ Session ⇄ AwaitResponse
//! ```
//!
//! EXTERNAL AUTHENTICATE is made by [`CardVerified`] alone, so it cannot be built before the card cryptogram was found
//! right: a wrong key costs the card no failed authentication. [`open`] drives the whole handshake over an
//! [`Exchanger`](chipwright_iso7816::Exchanger).
//!
//! Supported: AES-128, 192 and 256; the parameter `i` with every meaning Amendment D, 5.1 gives it; the six security
//! levels. The AES-CMAC based key derivation and the data formats are those of 4.1.5 and 6.2.

mod derivation;
mod driver;
mod error;
mod handshake;
mod keys;
mod parameter;
pub mod put_key;
mod session;
#[cfg(test)]
mod tests;

pub use crate::KeySize;
pub use driver::open;
pub use error::{Scp03Error, Step};
pub use handshake::{AwaitAuthenticated, AwaitCardChallenge, CardVerified, HostChallenge, Initiate};
pub use keys::{KeyError, KeyRole, KeySet, SoftKeys, StaticKeys};
pub use parameter::{LevelError, Mode, Parameter, ParameterError, SecurityLevel};
pub use session::{AwaitResponse, Session};
