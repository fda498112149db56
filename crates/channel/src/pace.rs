//! PACE with Generic Mapping over elliptic curves, terminal side (ICAO Doc 9303-11, 4.4; BSI TR-03110-2, 3.2).
//!
//! ```text
//! select ──MSE:Set AT──▶ AwaitSelected ──▶ AwaitNonce     z = E(Kπ, s)
//!        ──▶ AwaitMapping    H = KA(SKmap, PKmap);  G~ = s·G + H
//!        ──▶ AwaitAgreement  K = KA(SK~, PK~, G~);  KSenc = KDF(K, 1), KSmac = KDF(K, 2)
//!        ──▶ AwaitToken      T = MAC(KSmac, public key of the other side)  ──▶ sm::Session
//! ```
//!
//! [`establish`] drives it over an [`Exchanger`](chipwright_iso7816::Exchanger). Domain parameters: NIST P-256 (12) and
//! brainpoolP256r1 (13); AES-128, 192 and 256; the passwords CAN and MRZ.

mod driver;
mod error;
mod group;
mod kdf;
mod password;
mod phases;
mod security_infos;
#[cfg(test)]
mod tests;

pub use driver::establish;
pub use error::{PaceError, Step};
pub use group::PaceCurve;
pub use password::{Can, MrzKey, Password, PasswordError};
pub use phases::{AwaitAgreement, AwaitMapping, AwaitNonce, AwaitSelected, AwaitToken, select};
pub use security_infos::{CardAccessError, Offer, PaceInfo, SecurityInfo, SecurityInfos, choose};

/// Fills a slice with unpredictable bytes.
pub type Rng<'a> = &'a mut dyn FnMut(&mut [u8]);
