//! Extensions as they are written (RFC 5280, 4.2; 9303-12, 7.1): the types of `x509-cert`, and the two it does not have.

use const_oid::AssociatedOid;
use const_oid::db::rfc4519::LOCALITY_NAME;
use der::asn1::{Ia5String, Null, OctetString, PrintableString, SetOfVec};
use der::{Encode, Sequence, Tag};
use x509_cert::ext::Extension;
use x509_cert::ext::pkix::crl::dp::DistributionPoint;
use x509_cert::ext::pkix::name::{DistributionPointName, GeneralName, GeneralNames};
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CrlDistributionPoints, ExtendedKeyUsage, KeyUsage, KeyUsages,
    PrivateKeyUsagePeriod, SubjectKeyIdentifier,
};

use super::profile::AltName;
use crate::name::distinguished_name;
use crate::oid::{self, Oid};
use crate::period::{Period, generalized_time};

/// `DocumentTypeListSyntax ::= SEQUENCE { version INTEGER (v0 = 0), docTypeList SET OF PrintableString }`
/// (9303-12, 7.1.1.6).
#[derive(Sequence)]
pub(crate) struct DocumentTypeList {
    pub(crate) version: u8,
    pub(crate) doc_type_list: SetOfVec<PrintableString>,
}

impl AssociatedOid for DocumentTypeList {
    const OID: Oid = oid::DOCUMENT_TYPE_LIST;
}

/// An extension of a type that knows its identifier.
pub(crate) fn extension<T: AssociatedOid + Encode>(critical: bool, value: &T) -> der::Result<Extension> {
    other(T::OID, critical, value)
}

/// An extension with the identifier given.
pub(crate) fn other(extn_id: Oid, critical: bool, value: &impl Encode) -> der::Result<Extension> {
    Ok(Extension { extn_id, critical, extn_value: OctetString::new(value.to_der()?)? })
}

pub(crate) fn authority_key_identifier(identifier: &[u8]) -> der::Result<Extension> {
    let key_identifier = Some(OctetString::new(identifier)?);
    extension(false, &AuthorityKeyIdentifier { key_identifier, ..Default::default() })
}

pub(crate) fn subject_key_identifier(identifier: &[u8]) -> der::Result<Extension> {
    extension(false, &SubjectKeyIdentifier(OctetString::new(identifier)?))
}

/// keyUsage of a root: keyCertSign and cRLSign; critical.
pub(crate) fn authority_key_usage() -> der::Result<Extension> {
    extension(true, &KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign))
}

/// keyUsage of a document signer: digitalSignature; critical.
pub(crate) fn signer_key_usage() -> der::Result<Extension> {
    extension(true, &KeyUsage(KeyUsages::DigitalSignature.into()))
}

/// extKeyUsage of a role: its purpose and nothing else; critical.
pub(crate) fn purpose(purpose: Oid) -> der::Result<Extension> {
    extension(true, &ExtendedKeyUsage(vec![purpose]))
}

/// basicConstraints of a root: cA, and no authority below it; critical.
pub(crate) fn authority_constraints() -> der::Result<Extension> {
    extension(true, &BasicConstraints { ca: true, path_len_constraint: Some(0) })
}

pub(crate) fn private_key_usage(period: &Period) -> der::Result<Extension> {
    let not_before = Some(generalized_time(period.not_before)?);
    let not_after = Some(generalized_time(period.not_after)?);
    extension(false, &PrivateKeyUsagePeriod { not_before, not_after })
}

/// subjectAltName or issuerAltName: a way to reach the authority, and the state's code as localityName (9303-12, 7.1.1.2).
pub(crate) fn alternative_name(kind: Oid, name: &AltName) -> der::Result<Extension> {
    let contact = match name.email() {
        Some(email) => GeneralName::Rfc822Name(Ia5String::new(email)?),
        None => uri(name.uri().unwrap_or_default())?,
    };
    let locality = distinguished_name(&[(LOCALITY_NAME, Tag::PrintableString, name.state())])?;
    let names: GeneralNames = vec![contact, GeneralName::DirectoryName(locality)];
    other(kind, false, &names)
}

/// cRLDistributionPoints: one point with a URI for each address.
pub(crate) fn distribution_points(addresses: &[String]) -> der::Result<Extension> {
    let point = |address: &String| {
        let distribution_point = Some(DistributionPointName::FullName(vec![uri(address)?]));
        Ok(DistributionPoint { distribution_point, reasons: None, crl_issuer: None })
    };
    let points = addresses.iter().map(point).collect::<der::Result<_>>()?;
    extension(false, &CrlDistributionPoints(points))
}

fn uri(address: &str) -> der::Result<GeneralName> {
    Ok(GeneralName::UniformResourceIdentifier(Ia5String::new(address)?))
}

/// documentTypeList; each code once.
pub(crate) fn document_types(codes: &[String]) -> der::Result<Extension> {
    let mut codes: Vec<&String> = codes.iter().collect();
    codes.sort();
    codes.dedup();
    let strings = codes.into_iter().map(PrintableString::new).collect::<der::Result<Vec<_>>>()?;
    extension(false, &DocumentTypeList { version: 0, doc_type_list: strings.try_into()? })
}

/// Chipwright's marker of a test root: critical, NULL.
pub(crate) fn test_root() -> der::Result<Extension> {
    other(oid::TEST_ROOT, true, &Null)
}
