//! Trust bundles: everything a kiosk trusts, numbered, dated, and signed by the authority's trust-bundle signer.
//!
//! | what | where |
//! |---|---|
//! | a full bundle: roots, links, revocation lists, status lists, CV trust points, policy, security objects that are still good | [`FullBundle`], [`TrustData`] |
//! | a delta: only what changed since one full bundle | [`DeltaBundle`] |
//! | signing, as a [`statement`](crate::statement) of a trust-bundle signer | [`prepare`] |
//! | when a kiosk takes a bundle, and when it keeps the one it has | [`judge`] |
//!
//! ```text
//! full(n) ── between(full(n), full(n+k)) ──▶ delta          at the centre
//! full(n) ── delta.apply(full(n)) ──▶ full(n+k), byte for byte   at the kiosk
//! ```
//!
//! The encoding is DER after the module in `Bundle.asn1` beside this file. Every size is bounded there, and before anything is read.

mod data;
mod delta;
mod full;
mod policy;
mod refusal;
mod rules;
mod signed;
mod wire;

pub use data::{Digest, StatusListToken, TrustData};
pub use delta::{Base, DeltaBundle, DeltaError};
pub use full::{Bundle, BundleError, FullBundle, Header};
pub use policy::{ChipProofRule, KioskPolicy, StatusRule};
pub use refusal::Refusal;
pub use rules::{Change, Confirmation, Decision, InForce, Terms, judge};
pub use signed::{prepare, read};

/// The most bytes of a bundle's content, full or delta.
pub const MOST_BYTES: usize = 64 << 20;
