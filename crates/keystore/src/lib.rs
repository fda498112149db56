//! Where private keys and card keys live: encrypted files, or a PKCS#11 token ([`token`]), behind one trait ([`store::KeyStore`]).
//!
//! | what | file | protection |
//! |---|---|---|
//! | a signing key ([`FileKey`]) | PKCS#8 EncryptedPrivateKeyInfo, PEM (RFC 5958, 3) | PBES2: PBKDF2-HMAC-SHA-256, 600,000 rounds; AES-256-CBC (RFC 8018) |
//! | an evidence key ([`EvidenceKey`]), what is sealed for it ([`EvidenceSealer`]) | as a signing key; versioned JSON | ECIES over P-256 with AES-256-GCM |
//! | a kiosk's key ([`KioskKey`]), what is sealed for it ([`KioskSealer`]) | as a signing key; bytes with a header | the same |
//! | card master keys, transport keys ([`CardKeyFile`]) | versioned JSON | the same derivation; AES-256-GCM, the header authenticated |
//!
//! A key file is written to a temporary name, synchronised, and only then given its own name, which must be free: a file
//! is whole or absent after a crash, and no key is ever overwritten. Files are readable by their owner alone.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

mod cards;
pub mod ceremony;
mod durable;
mod ecies;
mod error;
mod evidence;
mod key;
mod kiosk;
mod passphrase;
mod random;
pub mod store;
pub mod token;
pub mod uses;

pub use cards::{CardKeyFile, CardKeyHeader, CardKeyPurpose, NewCardKeys};
pub use error::KeystoreError;
pub use evidence::{EvidenceKey, EvidenceSealer, deletion_date};
pub use key::{FileKey, SoftKey};
pub use kiosk::{KioskId, KioskKey, KioskSealer, SealedError, sealed_for};
pub use passphrase::Passphrase;

/// Rounds of PBKDF2 in every file written here.
pub const PBKDF2_ROUNDS: u32 = 600_000;

/// The most rounds a file may demand before it is refused as unreasonable.
const MOST_ROUNDS: u32 = 10_000_000;
