//! Making a revocation list: TBSCertList (RFC 5280, 5.1.2), signed by the root itself.

use std::collections::HashSet;

use der::Encode;
use der::asn1::BitString;
use jiff::Timestamp;
use x509_cert::Version;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::pkix::CrlNumber;

use super::{Crl, Reason};
use crate::certificate::Certificate;
use crate::certificate::extension::{authority_key_identifier, extension};
use crate::encoding::DerError;
use crate::period::time;
use crate::serial::SerialNumber;
use crate::sign::Prepared;

/// One revoked certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RevokedCertificate {
    /// Its serial number under this issuer.
    pub serial: SerialNumber,
    /// When it was revoked.
    pub date: Timestamp,
    /// Why.
    pub reason: Reason,
}

/// What a revocation list says.
#[derive(Debug, Clone)]
pub struct CrlProfile {
    /// cRLNumber: larger than any before; below 2^63.
    pub number: u64,
    /// thisUpdate.
    pub this_update: Timestamp,
    /// nextUpdate (9303-12: at most 90 days later, unless nothing else is agreed).
    pub next_update: Timestamp,
    /// All revoked certificates of this issuer.
    pub revoked: Vec<RevokedCertificate>,
}

/// Why a list is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrlProfileError {
    /// The issuer may not sign lists.
    #[error("the issuing certificate may not sign revocation lists")]
    NotAnIssuer,
    /// nextUpdate is not after thisUpdate.
    #[error("the next update must come after this one")]
    Updates,
    /// The number is 2^63 or more.
    #[error("a list's number is below 2^63")]
    Number,
    /// A certificate is listed twice.
    #[error("the certificate with serial number {0} is listed twice")]
    Duplicate(SerialNumber),
    /// The list cannot be written, for instance a date before 1970.
    #[error("the list cannot be encoded")]
    Encoding(#[from] DerError),
}

/// A list signed by the key of `issuer`.
///
/// # Errors
/// [`CrlProfileError`] when the profile contradicts itself or the issuer.
pub fn issue(profile: &CrlProfile, issuer: &Certificate) -> Result<Prepared<Crl>, CrlProfileError> {
    let may_sign = issuer.signs_certificates_and_lists();
    let (Some(identifier), true) = (issuer.subject_key_identifier(), may_sign) else {
        return Err(CrlProfileError::NotAnIssuer);
    };
    if profile.next_update.as_second() <= profile.this_update.as_second() {
        return Err(CrlProfileError::Updates);
    }
    if profile.number >> 63 != 0 {
        return Err(CrlProfileError::Number);
    }
    let mut listed = HashSet::new();
    if let Some(entry) = profile.revoked.iter().find(|entry| !listed.insert(&entry.serial)) {
        return Err(CrlProfileError::Duplicate(entry.serial.clone()));
    }
    let tbs = tbs_cert_list(profile, issuer, identifier).map_err(DerError::from)?;
    let message = tbs.to_der().map_err(DerError::from)?;
    Ok(Prepared::new(message, issuer.public_key().clone(), move |signature| {
        let signature_algorithm = tbs.signature.clone();
        let signature = BitString::from_bytes(signature)?;
        Crl::read(&CertificateList { tbs_cert_list: tbs, signature_algorithm, signature }.to_der()?)
    }))
}

/// Assembled here, because the builder of `x509-cert` 0.3 names the issuer by the issuer's own authority key identifier.
fn tbs_cert_list(profile: &CrlProfile, issuer: &Certificate, identifier: &[u8]) -> der::Result<TbsCertList> {
    let revoked = profile.revoked.iter().map(revoked_certificate).collect::<der::Result<Vec<_>>>()?;
    Ok(TbsCertList {
        version: Version::V2,
        signature: issuer.signature_algorithm().identifier(),
        issuer: issuer.subject().to_x509()?,
        this_update: time(profile.this_update)?,
        next_update: Some(time(profile.next_update)?),
        revoked_certificates: Some(revoked).filter(|revoked| !revoked.is_empty()),
        crl_extensions: Some(vec![
            authority_key_identifier(identifier)?,
            extension(false, &CrlNumber::try_from(profile.number)?)?,
        ]),
    })
}

fn revoked_certificate(entry: &RevokedCertificate) -> der::Result<RevokedCert> {
    let crl_entry_extensions = match entry.reason {
        Reason::Unspecified => None,
        reason => Some(vec![extension(false, &reason.to_x509())?]),
    };
    Ok(RevokedCert {
        serial_number: entry.serial.to_x509()?,
        revocation_date: time(entry.date)?,
        crl_entry_extensions,
    })
}
