//! CertificateList ::= SEQUENCE { tbsCertList, signatureAlgorithm, signature } (RFC 5280, 5.1), read in place.

use std::collections::HashMap;

use jiff::Timestamp;

use super::{Crl, Reason, Revocation};
use crate::algorithm::{PublicKey, SignatureAlgorithm, SignatureWrong};
use crate::certificate::view::{only, read_extension};
use crate::name::Name;
use crate::oid;
use crate::period::read_time;
use crate::serial::SerialNumber;
use crate::x690::{self, CONTEXT_0, DerError, Element, Reader, SEQUENCE, whole};

pub(super) struct CrlView<'a> {
    raw: &'a [u8],
    tbs: &'a [u8],
    issuer: &'a [u8],
    authority_key_identifier: &'a [u8],
    number: u64,
    this_update: Timestamp,
    next_update: Timestamp,
    revoked: HashMap<SerialNumber, Revocation>,
    algorithm: &'a [u8],
    signature: &'a [u8],
}

impl<'a> CrlView<'a> {
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, DerError> {
        let mut outer = whole(bytes, SEQUENCE)?.contents();
        let tbs = outer.expect(SEQUENCE)?;
        let algorithm = outer.expect(SEQUENCE)?;
        let signature = outer.expect(x690::BIT_STRING)?.octet_bits()?;
        outer.finish()?;

        let mut fields = tbs.contents();
        let version = fields.expect(x690::INTEGER)?;
        if version.value != [1] {
            return Err(version.refuse("the revocation list is not version 2"));
        }
        if fields.expect(SEQUENCE)?.raw != algorithm.raw {
            return Err(algorithm.refuse("the two signature algorithms differ"));
        }
        let issuer = fields.expect(SEQUENCE)?;
        let this_update = read_time(&fields.any()?)?;
        let next_update = read_time(&fields.any()?)?;
        let revoked = match fields.optional(SEQUENCE)? {
            Some(list) => read_revoked(&list)?,
            None => HashMap::new(),
        };
        let explicit = fields.expect(CONTEXT_0)?;
        fields.finish()?;
        let (authority_key_identifier, number) = read_extensions(&explicit)?;
        Ok(Self {
            raw: bytes,
            tbs: tbs.raw,
            issuer: issuer.raw,
            authority_key_identifier,
            number,
            this_update,
            next_update,
            revoked,
            algorithm: algorithm.raw,
            signature,
        })
    }

    pub(super) fn verify(&self, key: &PublicKey) -> Result<(), SignatureWrong> {
        if SignatureAlgorithm::from_identifier(self.algorithm) != Some(key.algorithm()) {
            return Err(SignatureWrong);
        }
        key.verify(self.tbs, self.signature)
    }

    pub(super) fn into_owned(self) -> Crl {
        Crl {
            der: self.raw.into(),
            issuer: Name::from_raw(self.issuer),
            authority_key_identifier: self.authority_key_identifier.into(),
            number: self.number,
            this_update: self.this_update,
            next_update: self.next_update,
            revoked: self.revoked,
        }
    }
}

/// `revokedCertificates SEQUENCE OF SEQUENCE { userCertificate, revocationDate, crlEntryExtensions OPTIONAL }`.
fn read_revoked(list: &Element<'_>) -> Result<HashMap<SerialNumber, Revocation>, DerError> {
    let mut entries = list.contents();
    if entries.is_empty() {
        return Err(list.refuse("an empty list of revoked certificates is left out"));
    }
    let mut revoked = HashMap::new();
    while !entries.is_empty() {
        let mut entry = entries.sequence()?;
        let integer = entry.expect(x690::INTEGER)?;
        let serial = SerialNumber::from_integer(integer.integer()?)
            .ok_or_else(|| integer.refuse("a serial number is positive and has at most 20 octets"))?;
        let date = read_time(&entry.any()?)?;
        let mut reason = Reason::Unspecified;
        if let Some(extensions) = entry.optional(SEQUENCE)? {
            reason = read_reason(extensions.contents())?;
        }
        entry.finish()?;
        if revoked.insert(serial, Revocation { date, reason }).is_some() {
            return Err(integer.refuse("a certificate is listed twice"));
        }
    }
    Ok(revoked)
}

fn read_reason(mut extensions: Reader<'_>) -> Result<Reason, DerError> {
    let mut reason = Reason::Unspecified;
    while !extensions.is_empty() {
        let (kind, critical, value) = read_extension(&mut extensions)?;
        if kind.is(oid::REASON_CODE) {
            let code = only(&value, x690::ENUMERATED)?;
            reason = match code.value {
                [code] => Reason::from_code(*code),
                _ => None,
            }
            .ok_or_else(|| code.refuse("no such revocation reason in a complete list"))?;
        } else if critical {
            return Err(kind.refuse("a critical entry extension is unknown"));
        }
    }
    Ok(reason)
}

/// The authority key identifier and the number; both are required (9303-12, 7.2).
fn read_extensions<'a>(explicit: &Element<'a>) -> Result<(&'a [u8], u64), DerError> {
    let mut outer = explicit.contents();
    let mut entries = outer.sequence()?;
    outer.finish()?;
    let (mut identifier, mut number) = (None, None);
    while !entries.is_empty() {
        let (kind, critical, value) = read_extension(&mut entries)?;
        if kind.is(oid::AUTHORITY_KEY_IDENTIFIER) {
            identifier = only(&value, SEQUENCE)?.contents().optional(0x80)?.map(|id| id.value);
        } else if kind.is(oid::CRL_NUMBER) {
            let integer = only(&value, x690::INTEGER)?;
            let contents = integer.integer()?;
            if contents[0] & 0x80 != 0 || contents.len() > 8 {
                return Err(integer.refuse("a list's number is not negative and below 2^63"));
            }
            number = Some(contents.iter().fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte)));
        } else if critical {
            return Err(kind.refuse("a critical extension of the list is unknown"));
        }
    }
    match (identifier, number) {
        (Some(identifier), Some(number)) => Ok((identifier, number)),
        _ => Err(explicit.refuse("the list lacks its number or its authority key identifier")),
    }
}
