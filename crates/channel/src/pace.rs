//! PACE with Generic Mapping and Chip Authentication Mapping over elliptic curves, terminal side (ICAO Doc 9303-11, 4.4; BSI
//! TR-03110-2, 3.2).
//!
//! ```text
//! select ──MSE:Set AT──▶ AwaitSelected ──▶ AwaitNonce     z = E(Kπ, s)
//!        ──▶ AwaitMapping    H = KA(SKmap, PKmap);  G~ = s·G + H
//!        ──▶ AwaitAgreement  K = KA(SK~, PK~, G~);  KSenc = KDF(K, 1), KSmac = KDF(K, 2)
//!        ──▶ AwaitToken      T = MAC(KSmac, public key of the other side)  ──▶ Established
//! ```
//!
//! [`establish`] and [`establish_with`] drive it over an [`Exchanger`](chipwright_iso7816::Exchanger). Domain parameters: NIST
//! P-256 (12) and brainpoolP256r1 (13); AES-128, 192 and 256; the passwords MRZ, CAN, PIN and PUK. With a [`Chat`] the card names
//! the trust points for [`terminal_authentication`](crate::terminal_authentication); with Chip Authentication Mapping it
//! sends [`ChipAuthenticationData`], which proves the chip genuine once it was checked against a signed key.

mod driver;
mod error;
mod established;
mod mapping;
mod password;
mod phases;
mod security_infos;
#[cfg(test)]
mod tests;

pub use crate::ecdh::PaceCurve;
pub use driver::{establish, establish_with};
pub use error::{PaceError, Step};
pub use established::{Chat, EphemeralKeyOfCard, Established};
pub use mapping::ChipAuthenticationData;
pub(crate) use password::PIN_REFERENCE;
pub use password::{Can, MrzKey, Password, PasswordError, Pin, Puk};
pub use phases::{AwaitAgreement, AwaitMapping, AwaitNonce, AwaitSelected, AwaitToken, select, select_with};
pub(crate) use phases::{DYNAMIC_DATA, general_authenticate, token_input};
pub use security_infos::{
    CardAccessError, Mapping, Offer, PaceInfo, Preference, SecurityInfo, SecurityInfos, choose, choose_with,
};
pub(crate) use security_infos::{INTEGER, OBJECT_IDENTIFIER, SEQUENCE, cipher_arc, small_integer};

/// Fills a slice with unpredictable bytes.
pub type Rng<'a> = &'a mut dyn FnMut(&mut [u8]);
