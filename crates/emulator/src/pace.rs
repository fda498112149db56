//! Password Authenticated Connection Establishment, chip side (BSI TR-03110-3, 3.2 and A.3; ICAO Doc 9303-11, 4.4):
//! ECDH with Generic Mapping or Chip Authentication Mapping, and AES.
//!
//! MSE:Set AT is read into a [`SetAt`]; [`Picc::start`] then takes the data of four GENERAL AUTHENTICATE commands one
//! after the other and ends in an [`Established`] session, or in a [`PaceFailure`] and nothing.

pub(crate) mod group;
pub(crate) mod key_derivation;
mod parameters;
mod password;
mod picc;
mod proof;
mod set_at;

pub use parameters::{DomainParameters, Mapping, Mechanism, Parameters};
pub use password::PasswordKey;
pub use picc::{Established, PaceFailure, Picc, Step};
pub(crate) use picc::{public_key_object, x_coordinate};
pub use set_at::{PasswordReference, SetAt, SetAtError};

#[cfg(test)]
mod tests;
