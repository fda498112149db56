//! Link certificates (9303-12, 7.1.1): one root vouches for the key of another, so that whoever trusts the one can follow to the other.
//!
//! At a rollover two are made: the new key by the old one, for verifiers that still know the old root only, and the old key by
//! the new one, for verifiers that know the new root only. All roots of one organisation bear one name, so that a link is
//! self-issued (RFC 5280, 3.2) and the path length 0 of both roots holds.

use jiff::Timestamp;

use crate::algorithm::PublicKey;
use crate::certificate::build::{Fields, prepare};
use crate::certificate::profile::{check_addresses, root_extensions};
use crate::certificate::{AltName, Certificate, ProfileError, extension as ext};
use crate::encoding::DerError;
use crate::period::Period;
use crate::serial::SerialNumber;
use crate::sign::Prepared;

/// What a link says besides what it takes from the two roots.
#[derive(Debug, Clone)]
pub struct LinkProfile {
    /// The serial number, under the issuing root.
    pub serial: SerialNumber,
    /// When it begins to be valid; it ends with the earlier of the two roots.
    pub not_before: Timestamp,
    /// subjectAltName and issuerAltName.
    pub alt_name: AltName,
    /// Where the revocation list of the issuing root is published; at least one URI.
    pub crl_addresses: Vec<String>,
}

/// Why there is no link between two certificates.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// One of the two is not a root.
    #[error("a link is between two roots")]
    NotARoot,
    /// They bear different names.
    #[error("a link is between roots of one name")]
    OtherName,
    /// They have one key.
    #[error("the two roots have the same key")]
    SameKey,
    /// One is a test root, and the other is not.
    #[error("a test root and a real root cannot be linked")]
    OtherKind,
    /// The issuing root's key may not sign at that time.
    #[error("the issuing root's private key may not be used when the link begins")]
    RootKeyNotInUse,
    /// The two are never valid at the same time.
    #[error("the two roots are not valid at the same time")]
    Apart,
    /// The certificate cannot be made.
    #[error("the link certificate cannot be made")]
    Profile(#[from] ProfileError),
}

/// `issuer` vouches for the key of `subject`.
///
/// # Errors
/// [`LinkError`] when the two cannot be linked.
pub fn link(
    profile: &LinkProfile,
    subject: &Certificate,
    issuer: &Certificate,
) -> Result<Prepared<Certificate>, LinkError> {
    let (true, true, Some(identifier)) =
        (subject.is_root(), issuer.is_root(), issuer.subject_key_identifier())
    else {
        return Err(LinkError::NotARoot);
    };
    if subject.subject() != issuer.subject() {
        return Err(LinkError::OtherName);
    }
    if subject.public_key() == issuer.public_key() {
        return Err(LinkError::SameKey);
    }
    if subject.is_test_root() != issuer.is_test_root() {
        return Err(LinkError::OtherKind);
    }
    if !issuer.private_key_usage().unwrap_or(issuer.validity()).contains(profile.not_before) {
        return Err(LinkError::RootKeyNotInUse);
    }
    let until = subject.validity().not_after.min(issuer.validity().not_after);
    let validity = Period::new(profile.not_before, until).map_err(|_| LinkError::Apart)?;
    check_addresses(&profile.crl_addresses)?;
    let usage = subject.private_key_usage().unwrap_or(subject.validity());
    Ok(prepared(profile, subject, issuer, (identifier, validity, usage))
        .map_err(|fault| ProfileError::Encoding(DerError::from(fault)))?
        .map_err(ProfileError::Encoding)?)
}

fn prepared(
    profile: &LinkProfile,
    subject: &Certificate,
    issuer: &Certificate,
    (identifier, validity, usage): (&[u8], Period, Period),
) -> der::Result<Result<Prepared<Certificate>, DerError>> {
    let key: &PublicKey = subject.public_key();
    let subject_identifier = subject.subject_key_identifier().unwrap_or_default();
    let mut extensions =
        root_extensions(identifier, subject_identifier, &usage, &profile.alt_name, &profile.crl_addresses)?;
    if issuer.is_test_root() {
        extensions.push(ext::test_root()?);
    }
    let fields = Fields {
        serial: &profile.serial,
        issuer: issuer.subject(),
        validity,
        subject: subject.subject(),
        key,
    };
    Ok(prepare(&fields, extensions, issuer.public_key()))
}
