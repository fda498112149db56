//! Making a revocation list: TBSCertList (RFC 5280, 5.1.2), signed by the root itself.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Crl, Reason, Revocation};
use crate::certificate::extension::{authority_key_identifier, extension};
use crate::certificate::{Certificate, KeyUsage};
use crate::oid;
use crate::period::time;
use crate::serial::SerialNumber;
use crate::sign::Prepared;
use crate::x690::{self, CONTEXT_0, bit_string, element, sequence, unsigned};

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
}

/// A list signed by the key of `issuer`.
///
/// # Errors
/// [`CrlProfileError`] when the profile contradicts itself or the issuer.
pub fn issue(profile: &CrlProfile, issuer: &Certificate) -> Result<Prepared<Crl>, CrlProfileError> {
    let may_sign = issuer.key_usage().is_some_and(|usage| usage.includes(KeyUsage::AUTHORITY));
    let (Some(identifier), true) = (issuer.subject_key_identifier(), may_sign) else {
        return Err(CrlProfileError::NotAnIssuer);
    };
    if profile.next_update.as_second() <= profile.this_update.as_second() {
        return Err(CrlProfileError::Updates);
    }
    if profile.number >> 63 != 0 {
        return Err(CrlProfileError::Number);
    }
    let mut revoked = HashMap::new();
    let mut entries = Vec::new();
    for entry in &profile.revoked {
        let date = Timestamp::new(entry.date.as_second(), 0).unwrap_or(entry.date);
        if revoked.insert(entry.serial.clone(), Revocation { date, reason: entry.reason }).is_some() {
            return Err(CrlProfileError::Duplicate(entry.serial.clone()));
        }
        entries.extend_from_slice(&revoked_entry(entry));
    }
    let list = if entries.is_empty() { Vec::new() } else { sequence(&[&entries]) };
    let extensions = sequence(&[
        &authority_key_identifier(identifier),
        &extension(oid::CRL_NUMBER, false, &unsigned(&profile.number.to_be_bytes())),
    ]);
    let key = issuer.public_key();
    let algorithm = key.algorithm().identifier();
    let tbs = sequence(&[
        &[x690::INTEGER, 1, 1],
        &algorithm,
        issuer.subject().as_der(),
        &time(profile.this_update),
        &time(profile.next_update),
        &list,
        &element(CONTEXT_0, &[&extensions]),
    ]);
    let whole_second = |at: Timestamp| Timestamp::new(at.as_second(), 0).unwrap_or(at);
    let crl = Crl {
        der: Box::default(),
        issuer: issuer.subject().clone(),
        authority_key_identifier: identifier.into(),
        number: profile.number,
        this_update: whole_second(profile.this_update),
        next_update: whole_second(profile.next_update),
        revoked,
    };
    Ok(Prepared::new(tbs, key.clone(), move |tbs, signature| Crl {
        der: sequence(&[tbs, &algorithm, &bit_string(signature)]).into(),
        ..crl
    }))
}

fn revoked_entry(entry: &RevokedCertificate) -> Vec<u8> {
    let reason = match entry.reason {
        Reason::Unspecified => Vec::new(),
        reason => sequence(&[&extension(oid::REASON_CODE, false, &[x690::ENUMERATED, 1, reason.code()])]),
    };
    sequence(&[&entry.serial.to_der(), &time(entry.date), &reason])
}
