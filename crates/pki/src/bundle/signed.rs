//! A bundle as its signer says it.

use super::full::{Bundle, BundleError};
use crate::certificate::Certificate;
use crate::cms::view::SignedDataView;
use crate::cms::{SignedData, TemplateError};
use crate::oid;
use crate::sign::Prepared;
use crate::statement;

/// A bundle, to be signed by a trust-bundle signer at the time it says it was issued.
///
/// # Errors
/// As [`statement::prepare`].
pub fn prepare(bundle: &Bundle, signer: &Certificate) -> Result<Prepared<SignedData>, TemplateError> {
    statement::prepare(oid::TRUST_BUNDLE, bundle.as_der(), signer, bundle.header().issued)
}

/// What a signed bundle says of itself. Nothing is checked: a kiosk takes a bundle from [`judge`](super::judge) alone.
///
/// # Errors
/// [`BundleError`] for bytes that hold no bundle.
pub fn read(signed: &[u8]) -> Result<Bundle, BundleError> {
    let most = super::MOST_BYTES + MOST_AROUND;
    if signed.len() > most {
        return Err(BundleError::Bytes { bytes: signed.len(), most });
    }
    let view = SignedDataView::parse(signed)?;
    if view.content_type != oid::TRUST_BUNDLE {
        return Err(BundleError::Field("content type"));
    }
    Bundle::from_der(view.content())
}

/// What SignedData has around its content, at the most.
const MOST_AROUND: usize = 64 * 1024;
