//! Extensions as they are written (RFC 5280, 4.2; 9303-12, 7.1).

use super::profile::AltName;
use crate::name::relative;
use crate::oid::{self, Oid};
use crate::period::{Period, generalized_time};
use crate::x690::{self, SEQUENCE, element, object_identifier, sequence};

/// `Extension ::= SEQUENCE { extnID, critical, extnValue }`; `critical` is written only when true.
pub(crate) fn extension(kind: Oid, critical: bool, value: &[u8]) -> Vec<u8> {
    let critical: &[u8] = if critical { &[x690::BOOLEAN, 1, 0xFF] } else { &[] };
    sequence(&[&object_identifier(kind), critical, &element(x690::OCTET_STRING, &[value])])
}

/// `AuthorityKeyIdentifier ::= SEQUENCE { keyIdentifier [0] }`.
pub(crate) fn authority_key_identifier(identifier: &[u8]) -> Vec<u8> {
    extension(oid::AUTHORITY_KEY_IDENTIFIER, false, &sequence(&[&element(0x80, &[identifier])]))
}

pub(crate) fn subject_key_identifier(identifier: &[u8]) -> Vec<u8> {
    extension(oid::SUBJECT_KEY_IDENTIFIER, false, &element(x690::OCTET_STRING, &[identifier]))
}

/// keyUsage of a root: keyCertSign (5) and cRLSign (6); critical.
pub(crate) fn authority_key_usage() -> Vec<u8> {
    extension(oid::KEY_USAGE, true, &[x690::BIT_STRING, 2, 1, 0x06])
}

/// keyUsage of a document signer: digitalSignature (0); critical.
pub(crate) fn signer_key_usage() -> Vec<u8> {
    extension(oid::KEY_USAGE, true, &[x690::BIT_STRING, 2, 7, 0x80])
}

/// `BasicConstraints { cA TRUE, pathLenConstraint 0 }`; critical.
pub(crate) fn authority_constraints() -> Vec<u8> {
    extension(oid::BASIC_CONSTRAINTS, true, &[SEQUENCE, 6, x690::BOOLEAN, 1, 0xFF, x690::INTEGER, 1, 0])
}

/// `PrivateKeyUsagePeriod { notBefore [0], notAfter [1] }`.
pub(crate) fn private_key_usage(period: &Period) -> Vec<u8> {
    let ends =
        sequence(&[&generalized_time(0x80, period.not_before), &generalized_time(0x81, period.not_after)]);
    extension(oid::PRIVATE_KEY_USAGE_PERIOD, false, &ends)
}

/// `GeneralNames`: directoryName [4] with the state's code as localityName, and a way to reach the authority
/// (9303-12, 7.1.1.2).
pub(crate) fn alternative_name(kind: Oid, name: &AltName) -> Vec<u8> {
    let locality = sequence(&[&relative(oid::LOCALITY_NAME, x690::PRINTABLE_STRING, name.state())]);
    let contact = match name.email() {
        Some(email) => element(0x81, &[email.as_bytes()]),
        None => element(0x86, &[name.uri().unwrap_or_default().as_bytes()]),
    };
    extension(kind, false, &sequence(&[&contact, &element(0xA4, &[&locality])]))
}

/// `CRLDistributionPoints`: one DistributionPoint { distributionPoint [0] { fullName [0] { URI [6] } } } per address.
pub(crate) fn distribution_points(addresses: &[String]) -> Vec<u8> {
    let points: Vec<u8> = addresses
        .iter()
        .flat_map(|address| {
            let uri = element(0x86, &[address.as_bytes()]);
            sequence(&[&element(0xA0, &[&element(0xA0, &[&uri])])])
        })
        .collect();
    extension(oid::CRL_DISTRIBUTION_POINTS, false, &sequence(&[&points]))
}

/// `DocumentTypeListSyntax { version 0, docTypeList SET OF PrintableString }`; the codes come sorted.
pub(crate) fn document_types(codes: &[String]) -> Vec<u8> {
    let mut strings: Vec<Vec<u8>> =
        codes.iter().map(|code| element(x690::PRINTABLE_STRING, &[code.as_bytes()])).collect();
    strings.sort();
    strings.dedup();
    let set = element(x690::SET, &[&strings.concat()]);
    extension(oid::DOCUMENT_TYPE_LIST, false, &sequence(&[&[x690::INTEGER, 1, 0], &set]))
}

/// Chipwright's marker of a test root: critical, NULL.
pub(crate) fn test_root() -> Vec<u8> {
    extension(oid::TEST_ROOT, true, &[x690::NULL, 0])
}
