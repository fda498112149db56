//! The extensions a check looks at, read from a certificate (RFC 5280, 4.2; 9303-12, 7.1).

use const_oid::AssociatedOid;
use der::Decode;
use der::asn1::Null;
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints, ExtendedKeyUsage, IssuerAltName,
    KeyUsage, PrivateKeyUsagePeriod, SubjectAltName, SubjectKeyIdentifier,
};

use super::extension::DocumentTypeList;
use crate::encoding::DerError;
use crate::oid::{self, Oid};
use crate::period::{Period, timestamp};
use crate::role::Role;

/// The extensions that matter to a check.
#[derive(Clone, Default)]
pub(crate) struct Extensions {
    pub(crate) subject_key_identifier: Option<Box<[u8]>>,
    pub(crate) authority_key_identifier: Option<Box<[u8]>>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) is_authority: bool,
    pub(crate) private_key_usage: Option<Period>,
    pub(crate) document_types: Option<Vec<String>>,
    /// The role whose purpose is the only one stated, and critical.
    pub(crate) purpose: Option<Role>,
    /// Whether any purpose is stated.
    pub(crate) has_purposes: bool,
    pub(crate) test_root: bool,
    pub(crate) unknown_critical: bool,
}

impl Extensions {
    /// Reads the extensions of `certificate`, which is valid in the period given.
    pub(crate) fn read(list: &[Extension], validity: Period, certificate: &[u8]) -> Result<Self, DerError> {
        refuse_duplicates(list)?;
        let mut found = Self::default();
        for extension in list {
            found
                .take(extension, validity)
                .map_err(|fault| fault.within(certificate, extension.extn_value.as_bytes()))?;
        }
        Ok(found)
    }

    /// The one role of a key that makes digital signatures and is no authority's.
    pub(crate) fn role(&self) -> Option<Role> {
        let documents = self.document_types.as_ref().is_some_and(|types| !types.is_empty());
        match (documents, self.has_purposes) {
            _ if self.is_authority || !self.key_usage.is_some_and(|usage| usage.digital_signature()) => None,
            (true, false) => Some(Role::DocumentSigner),
            (false, true) => self.purpose,
            (true, true) | (false, false) => None,
        }
    }

    fn take(&mut self, extension: &Extension, validity: Period) -> Result<(), DerError> {
        match extension.extn_id {
            SubjectKeyIdentifier::OID => {
                let SubjectKeyIdentifier(identifier) = value(extension)?;
                self.subject_key_identifier = Some(identifier.into_bytes());
            }
            AuthorityKeyIdentifier::OID => {
                self.authority_key_identifier = authority_key_identifier(extension)?;
            }
            KeyUsage::OID => self.key_usage = Some(key_usage(extension)?),
            BasicConstraints::OID => self.is_authority = value::<BasicConstraints>(extension)?.ca,
            PrivateKeyUsagePeriod::OID => {
                self.private_key_usage = Some(key_period(&value(extension)?, validity)?);
            }
            DocumentTypeList::OID => self.document_types = Some(document_types(&value(extension)?)?),
            // another purpose, or two, is one we know nothing of
            ExtendedKeyUsage::OID => {
                let ExtendedKeyUsage(purposes) = value(extension)?;
                self.has_purposes = true;
                self.purpose = match purposes[..] {
                    [purpose] if extension.critical => Role::of_purpose(purpose),
                    _ => None,
                };
                self.unknown_critical |= extension.critical && self.purpose.is_none();
            }
            oid::TEST_ROOT => {
                value::<Null>(extension)?;
                // Taken for a real root by everybody else, and by us if we passed it over: there is no such certificate.
                if !extension.critical {
                    return Err(DerError::refuse("the marker of a test root is not critical"));
                }
                self.test_root = true;
            }
            SubjectAltName::OID | IssuerAltName::OID | CrlDistributionPoints::OID => {}
            _ => self.unknown_critical |= extension.critical,
        }
        Ok(())
    }
}

/// An extension occurs once (RFC 5280, 4.2).
pub(crate) fn refuse_duplicates(list: &[Extension]) -> Result<(), DerError> {
    let mut seen: Vec<Oid> = Vec::with_capacity(list.len());
    for extension in list {
        if seen.contains(&extension.extn_id) {
            return Err(DerError::refuse("an extension occurs twice"));
        }
        seen.push(extension.extn_id);
    }
    Ok(())
}

/// The content of extnValue.
pub(crate) fn value<'a, T: Decode<'a, Error = der::Error>>(extension: &'a Extension) -> Result<T, DerError> {
    Ok(T::from_der(extension.extn_value.as_bytes())?)
}

/// The keyIdentifier of an authorityKeyIdentifier.
pub(crate) fn authority_key_identifier(extension: &Extension) -> Result<Option<Box<[u8]>>, DerError> {
    let identifier: AuthorityKeyIdentifier = value(extension)?;
    Ok(identifier.key_identifier.map(|identifier| identifier.into_bytes()))
}

/// At least one bit is set (RFC 5280, 4.2.1.3).
fn key_usage(extension: &Extension) -> Result<KeyUsage, DerError> {
    let usage: KeyUsage = value(extension)?;
    if usage.0.is_empty() { Err(DerError::refuse("a key usage has no bit set")) } else { Ok(usage) }
}

/// An end left open is the certificate's own.
fn key_period(period: &PrivateKeyUsagePeriod, validity: Period) -> Result<Period, DerError> {
    let end = |end: Option<der::asn1::GeneralizedTime>, open| {
        end.map_or(Ok(open), |end| timestamp(end.to_date_time()))
    };
    Period::new(end(period.not_before, validity.not_before)?, end(period.not_after, validity.not_after)?)
        .map_err(|_| DerError::refuse("the private key usage period ends before it begins"))
}

fn document_types(list: &DocumentTypeList) -> Result<Vec<String>, DerError> {
    if list.version != 0 {
        return Err(DerError::refuse("the document type list is not version 0"));
    }
    let codes: Vec<String> = list.doc_type_list.iter().map(ToString::to_string).collect();
    if codes.iter().all(|code| matches!(code.len(), 1 | 2)) {
        Ok(codes)
    } else {
        Err(DerError::refuse("a document type has one or two characters"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::extension::other;
    use super::*;

    #[test]
    fn the_marker_of_a_test_root_is_critical_or_the_certificate_is_refused() {
        let time = |text: &str| text.parse().unwrap();
        let validity = Period::new(time("2026-01-01T00:00:00Z"), time("2027-01-01T00:00:00Z")).unwrap();
        let read = |critical| {
            let marker = other(oid::TEST_ROOT, critical, &Null).unwrap();
            Extensions::read(&[marker], validity, &[])
        };
        assert!(read(true).is_ok_and(|found| found.test_root && !found.unknown_critical));
        assert!(read(false).is_err());
    }
}
