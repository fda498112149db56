//! What a kiosk trusts: the trust bundle in force, kept on its disk, replaced only by a newer one of the same authority.
//!
//! ```text
//! file, USB stick, HTTP ──▶ Offer ──▶ unsealed ──▶ pki::bundle::judge ──▶ TrustFolder
//!                                                        │
//!                                                        └─ refused, by name: what is in force stays in force
//! ```
//!
//! | what | where |
//! |---|---|
//! | the folder: bundle in force, highest number, latest signed time | [`TrustFolder`] |
//! | where bundles come from | [`Source`], [`Offer`] |
//! | what happened to each offered bundle | [`import`], [`Imported`] |
//!
//! A bundle is installed whole or not at all, wherever the process or the machine stops.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

#[cfg(test)]
mod centre_tests;
mod durable;
mod error;
mod folder;
mod http;
mod import;
mod source;
#[cfg(test)]
mod source_tests;

pub use error::{FolderError, OfferError, SourceError};
pub use folder::{Installed, TrustFolder};
pub use import::{Import, Imported, import};
pub use source::{EXTENSION, Offer, Source};
