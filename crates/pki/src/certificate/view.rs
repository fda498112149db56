//! Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature } (RFC 5280, 4.1), read in place.

use crate::algorithm::{PublicKey, SignatureAlgorithm, SignatureWrong};
use crate::certificate::KeyUsage;
use crate::oid;
use crate::period::{Period, read_generalized, read_time};
use crate::serial::SerialNumber;
use crate::x690::{self, CONTEXT_0, CONTEXT_3, DerError, Element, Reader, SEQUENCE, whole};

/// A certificate's fields as slices of its own bytes.
pub(crate) struct CertificateView<'a> {
    pub(crate) raw: &'a [u8],
    tbs: &'a [u8],
    pub(crate) serial: SerialNumber,
    pub(crate) issuer: &'a [u8],
    pub(crate) subject: &'a [u8],
    pub(crate) validity: Period,
    pub(crate) spki: &'a [u8],
    pub(crate) extensions: Extensions<'a>,
    algorithm: &'a [u8],
    signature: &'a [u8],
}

/// The extensions a check looks at.
#[derive(Default)]
pub(crate) struct Extensions<'a> {
    pub(crate) subject_key_identifier: Option<&'a [u8]>,
    pub(crate) authority_key_identifier: Option<&'a [u8]>,
    pub(crate) key_usage: Option<KeyUsage>,
    pub(crate) is_authority: bool,
    pub(crate) private_key_usage: Option<Period>,
    pub(crate) document_types: Option<Vec<&'a str>>,
    pub(crate) test_root: bool,
    pub(crate) unknown_critical: bool,
}

impl<'a> CertificateView<'a> {
    /// Reads a certificate; version 3 and nothing after it.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, DerError> {
        let certificate = whole(bytes, SEQUENCE)?;
        let mut outer = certificate.contents();
        let tbs = outer.expect(SEQUENCE)?;
        let algorithm = outer.expect(SEQUENCE)?;
        let signature = outer.expect(x690::BIT_STRING)?.octet_bits()?;
        outer.finish()?;

        let mut fields = tbs.contents();
        let version = fields.expect(CONTEXT_0)?;
        if version.value != [0x02, 0x01, 0x02] {
            return Err(version.refuse("the certificate is not version 3"));
        }
        let serial = fields.expect(x690::INTEGER)?;
        let number = SerialNumber::from_integer(serial.integer()?)
            .ok_or_else(|| serial.refuse("a serial number is positive and has at most 20 octets"))?;
        let inner_algorithm = fields.expect(SEQUENCE)?;
        if inner_algorithm.raw != algorithm.raw {
            return Err(algorithm.refuse("the two signature algorithms differ"));
        }
        let issuer = fields.expect(SEQUENCE)?;
        let validity = read_validity(&fields.expect(SEQUENCE)?)?;
        let subject = fields.expect(SEQUENCE)?;
        let spki = fields.expect(SEQUENCE)?;
        let extensions = read_extensions(&fields.expect(CONTEXT_3)?, validity)?;
        fields.finish()?;
        Ok(Self {
            raw: bytes,
            tbs: tbs.raw,
            serial: number,
            issuer: issuer.raw,
            subject: subject.raw,
            validity,
            spki: spki.raw,
            extensions,
            algorithm: algorithm.raw,
            signature,
        })
    }

    /// Verifies the signature over the certificate's own bytes; the algorithm must be the issuer key's.
    pub(crate) fn verify(&self, issuer: &PublicKey) -> Result<(), SignatureWrong> {
        if SignatureAlgorithm::from_identifier(self.algorithm) != Some(issuer.algorithm()) {
            return Err(SignatureWrong);
        }
        issuer.verify(self.tbs, self.signature)
    }
}

fn read_validity(validity: &Element<'_>) -> Result<Period, DerError> {
    let mut times = validity.contents();
    let not_before = read_time(&times.any()?)?;
    let not_after = read_time(&times.any()?)?;
    times.finish()?;
    Period::new(not_before, not_after).map_err(|_| validity.refuse("the validity ends before it begins"))
}

fn read_extensions<'a>(list: &Element<'a>, validity: Period) -> Result<Extensions<'a>, DerError> {
    let mut outer = list.contents();
    let mut entries = outer.sequence()?;
    outer.finish()?;
    let mut found = Extensions::default();
    let mut seen: Vec<&[u8]> = Vec::with_capacity(10);
    while !entries.is_empty() {
        let (kind, critical, value) = read_extension(&mut entries)?;
        if seen.contains(&kind.value) {
            return Err(kind.refuse("an extension occurs twice"));
        }
        seen.push(kind.value);
        match kind.value {
            id if id == oid::SUBJECT_KEY_IDENTIFIER.content() => {
                found.subject_key_identifier = Some(only(&value, x690::OCTET_STRING)?.value);
            }
            id if id == oid::AUTHORITY_KEY_IDENTIFIER.content() => {
                found.authority_key_identifier =
                    only(&value, SEQUENCE)?.contents().optional(0x80)?.map(|id| id.value);
            }
            id if id == oid::KEY_USAGE.content() => {
                let bits = only(&value, x690::BIT_STRING)?;
                match bits.value {
                    [unused @ 0..=7, first, ..] if first.trailing_zeros() >= u32::from(*unused) => {
                        found.key_usage = Some(KeyUsage(*first));
                    }
                    _ => return Err(bits.refuse("a key usage has one to nine bits")),
                }
            }
            id if id == oid::BASIC_CONSTRAINTS.content() => {
                let mut constraints = only(&value, SEQUENCE)?.contents();
                found.is_authority = match constraints.optional(x690::BOOLEAN)? {
                    Some(ca) => ca.boolean()?,
                    None => false,
                };
                if let Some(length) = constraints.optional(x690::INTEGER)? {
                    length.integer()?;
                }
                constraints.finish()?;
            }
            id if id == oid::PRIVATE_KEY_USAGE_PERIOD.content() => {
                found.private_key_usage = Some(read_key_period(&only(&value, SEQUENCE)?, validity)?);
            }
            id if id == oid::DOCUMENT_TYPE_LIST.content() => {
                found.document_types = Some(read_document_types(&only(&value, SEQUENCE)?)?);
            }
            id if id == oid::TEST_ROOT.content() => {
                only(&value, x690::NULL)?;
                if critical {
                    found.test_root = true;
                }
            }
            id if id == oid::SUBJECT_ALT_NAME.content()
                || id == oid::ISSUER_ALT_NAME.content()
                || id == oid::CRL_DISTRIBUTION_POINTS.content() => {}
            _ => found.unknown_critical |= critical,
        }
    }
    Ok(found)
}

/// `Extension ::= SEQUENCE { extnID, critical BOOLEAN DEFAULT FALSE, extnValue OCTET STRING }` (RFC 5280, 4.1).
pub(crate) fn read_extension<'a>(
    entries: &mut Reader<'a>,
) -> Result<(Element<'a>, bool, Element<'a>), DerError> {
    let mut extension = entries.sequence()?;
    let kind = extension.expect(x690::OBJECT_IDENTIFIER)?;
    let critical = match extension.optional(x690::BOOLEAN)? {
        Some(flag) if flag.boolean()? => true,
        Some(flag) => return Err(flag.refuse("a default value is not written")),
        None => false,
    };
    let value = extension.expect(x690::OCTET_STRING)?;
    extension.finish()?;
    Ok((kind, critical, value))
}

/// The only element inside an extension's OCTET STRING.
pub(crate) fn only<'a>(value: &Element<'a>, tag: u8) -> Result<Element<'a>, DerError> {
    let mut reader = value.contents();
    let element = reader.expect(tag)?;
    reader.finish()?;
    Ok(element)
}

/// `PrivateKeyUsagePeriod ::= SEQUENCE { notBefore [0] GeneralizedTime OPTIONAL, notAfter [1] … OPTIONAL }`.
fn read_key_period(period: &Element<'_>, validity: Period) -> Result<Period, DerError> {
    let mut ends = period.contents();
    let not_before = ends.optional(0x80)?.map(|end| read_generalized(&end)).transpose()?;
    let not_after = ends.optional(0x81)?.map(|end| read_generalized(&end)).transpose()?;
    ends.finish()?;
    Period::new(not_before.unwrap_or(validity.not_before), not_after.unwrap_or(validity.not_after))
        .map_err(|_| period.refuse("the private key usage period ends before it begins"))
}

/// `DocumentTypeListSyntax ::= SEQUENCE { version INTEGER (v0 = 0), docTypeList SET OF PrintableString }`.
fn read_document_types<'a>(list: &Element<'a>) -> Result<Vec<&'a str>, DerError> {
    let mut fields = list.contents();
    let version = fields.expect(x690::INTEGER)?;
    if version.value != [0] {
        return Err(version.refuse("the document type list is not version 0"));
    }
    let mut types = fields.expect(x690::SET)?.contents();
    fields.finish()?;
    let mut found = Vec::new();
    while !types.is_empty() {
        let code = types.expect(x690::PRINTABLE_STRING)?;
        let text =
            std::str::from_utf8(code.value).map_err(|_| code.refuse("a document type is printable"))?;
        if text.is_empty() || text.len() > 2 {
            return Err(code.refuse("a document type has one or two characters"));
        }
        found.push(text);
    }
    Ok(found)
}
