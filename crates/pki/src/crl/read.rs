//! What a revocation list says (RFC 5280, 5.1; 9303-12, 7.2).

use std::collections::HashMap;

use const_oid::AssociatedOid;
use x509_cert::Version;
use x509_cert::crl::{CertificateList, RevokedCert};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{AuthorityKeyIdentifier, CrlNumber, CrlReason};

use super::{Crl, Reason, Revocation};
use crate::certificate::read::{authority_key_identifier, refuse_duplicates, value};
use crate::encoding::{DerError, decode};
use crate::name::Name;
use crate::period::read_time;
use crate::serial::SerialNumber;

impl Crl {
    pub(super) fn read(der: &[u8]) -> Result<Self, DerError> {
        let read: CertificateList = decode(der)?;
        let list = read.tbs_cert_list;
        if list.version != Version::V2 {
            return Err(DerError::refuse("the revocation list is not version 2"));
        }
        if list.signature != read.signature_algorithm {
            return Err(DerError::refuse("the two signature algorithms differ"));
        }
        if read.signature.has_unused_bits() {
            return Err(DerError::refuse("a signature is a BIT STRING of whole octets"));
        }
        let next_update = list.next_update.ok_or(DerError::refuse("the list lacks its next update"))?;
        let (this_update, next_update) = (read_time(list.this_update)?, read_time(next_update)?);
        if next_update < this_update {
            return Err(DerError::refuse("the next update is before this one"));
        }
        let (identifier, number) = read_extensions(&list.crl_extensions.unwrap_or_default(), der)?;
        Ok(Self {
            der: der.into(),
            issuer: Name::from_x509(&list.issuer)?,
            authority_key_identifier: identifier,
            number,
            this_update,
            next_update,
            revoked: read_revoked(list.revoked_certificates.as_deref())?,
        })
    }
}

fn read_revoked(list: Option<&[RevokedCert]>) -> Result<HashMap<SerialNumber, Revocation>, DerError> {
    if list.is_some_and(<[_]>::is_empty) {
        return Err(DerError::refuse("an empty list of revoked certificates is left out"));
    }
    let mut revoked = HashMap::new();
    for entry in list.unwrap_or_default() {
        let serial = SerialNumber::from_x509(&entry.serial_number)
            .ok_or(DerError::refuse("a serial number is positive and has at most 20 octets"))?;
        let date = read_time(entry.revocation_date)?;
        let reason = read_reason(entry.crl_entry_extensions.as_deref().unwrap_or_default())?;
        if revoked.insert(serial, Revocation { date, reason }).is_some() {
            return Err(DerError::refuse("a certificate is listed twice"));
        }
    }
    Ok(revoked)
}

fn read_reason(extensions: &[Extension]) -> Result<Reason, DerError> {
    refuse_duplicates(extensions)?;
    let mut reason = Reason::Unspecified;
    for extension in extensions {
        if extension.extn_id == CrlReason::OID {
            reason = Reason::from_x509(value(extension)?)
                .ok_or(DerError::refuse("no such revocation reason in a complete list"))?;
        } else if extension.critical {
            return Err(DerError::refuse("a critical entry extension is unknown"));
        }
    }
    Ok(reason)
}

/// The authority key identifier and the number; both are required (9303-12, 7.2).
fn read_extensions(list: &[Extension], der: &[u8]) -> Result<(Box<[u8]>, u64), DerError> {
    refuse_duplicates(list)?;
    let (mut identifier, mut number) = (None, None);
    for extension in list {
        let within = |fault: DerError| fault.within(der, extension.extn_value.as_bytes());
        match extension.extn_id {
            AuthorityKeyIdentifier::OID => {
                identifier = authority_key_identifier(extension).map_err(within)?
            }
            CrlNumber::OID => number = Some(read_number(&value(extension).map_err(within)?).map_err(within)?),
            _ if extension.critical => {
                return Err(within(DerError::refuse("a critical extension of the list is unknown")));
            }
            _ => {}
        }
    }
    match (identifier, number) {
        (Some(identifier), Some(number)) => Ok((identifier, number)),
        _ => Err(DerError::refuse("the list lacks its number or its authority key identifier")),
    }
}

fn read_number(number: &CrlNumber) -> Result<u64, DerError> {
    let digits = number.0.as_bytes();
    if digits.len() > 8 || (digits.len() == 8 && digits[0] & 0x80 != 0) {
        return Err(DerError::refuse("a list's number is below 2^63"));
    }
    Ok(digits.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte)))
}
