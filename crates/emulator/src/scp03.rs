//! Secure Channel Protocol 03, card side (GlobalPlatform Card Specification Amendment D v1.2; protocol rules of the Card
//! Specification 2.3.1, chapter 10).
//!
//! [`Initiation::initialize_update`] answers INITIALIZE UPDATE and leaves a [`Pending`], which EXTERNAL AUTHENTICATE
//! consumes: it becomes a [`Channel`] or is gone, with its keys. The channel takes the protection off commands and puts
//! it on responses.

mod channel;
mod derivation;
mod initiation;
mod key_set;
mod parameter;
mod security_level;

pub use crate::aes_key::KeySize;
pub use channel::Channel;
pub use initiation::{Initiation, Pending};
pub use key_set::{KeySet, KeySetError, check_value};
pub use parameter::{Parameter, UnsupportedParameter};
pub use security_level::SecurityLevel;

#[cfg(test)]
mod tests;

/// The loader of the integration tests, for the tests beside the code of this crate.
#[cfg(test)]
#[path = "../tests/vectors/mod.rs"]
pub(crate) mod vectors;
