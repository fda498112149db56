//! Card-verifiable certificates as the chip reads them (BSI TR-03110-3, C): `7F21 { 7F4E body, 5F37 signature }`.

mod certificate;
mod date;
mod extension;
mod public_key;
mod rights;
mod template;

pub use certificate::Certificate;
pub use date::Date;
pub use extension::FileRights;
pub use public_key::{PublicKey, VerifyingKey};
pub use rights::Rights;
pub use template::{Role, Template};

use chipwright_iso7816::tlv::TlvError;

/// Why bytes are not a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CvError {
    /// Not data objects, not those of a certificate, or not in their order.
    #[error("the certificate is malformed")]
    Malformed(#[from] TlvError),
    /// Another profile than 0.
    #[error("certificate profile {0} is unknown")]
    Profile(u8),
    /// Not a day of the years 2000 to 2099 as six digits.
    #[error("the date is not a date")]
    NotADate,
    /// A reference is longer than 16 bytes, or empty.
    #[error("a reference has 1 to 16 bytes, not {0}")]
    Reference(usize),
}
