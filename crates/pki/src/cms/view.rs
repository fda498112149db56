//! SignedData read in place (RFC 5652, 5; 9303-10, 4.6.2.2).
//!
//! Only what the profile allows is read: exactly one signer, signed attributes, no CRLs, no unsigned attributes. So every
//! byte is either covered by a signature or fixed.

use jiff::Timestamp;
use ring::digest::{SHA256, digest};

use crate::algorithm::{PublicKey, SignatureAlgorithm, SignatureWrong};
use crate::certificate::Certificate;
use crate::oid;
use crate::period::read_time;
use crate::x690::{self, CONTEXT_0, DerError, Element, OCTET_STRING, Reader, SEQUENCE, SET, whole};

/// The fields of a SignedData as slices of its own bytes.
pub(crate) struct SignedDataView<'a> {
    /// Contents of eContentType.
    pub(crate) content_type: &'a [u8],
    pub(crate) content: &'a [u8],
    /// The certificates' raw encodings, one after another.
    certificates: Reader<'a>,
    signer: SignerIdentifier<'a>,
    /// `[0] IMPLICIT` signed attributes, as stored.
    signed_attributes: &'a [u8],
    pub(crate) attributes: Attributes<'a>,
    algorithm: &'a [u8],
    signature: &'a [u8],
}

/// `SignerIdentifier ::= CHOICE { issuerAndSerialNumber, subjectKeyIdentifier [0] }` (RFC 5652, 5.3).
enum SignerIdentifier<'a> {
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    SubjectKey(&'a [u8]),
}

/// The signed attributes that are understood.
pub(crate) struct Attributes<'a> {
    pub(crate) content_type: &'a [u8],
    pub(crate) message_digest: &'a [u8],
    pub(crate) signing_time: Option<Timestamp>,
}

impl<'a> SignedDataView<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, DerError> {
        let mut info = whole(bytes, SEQUENCE)?.contents();
        let kind = info.any()?;
        if !kind.is(oid::SIGNED_DATA) {
            return Err(kind.refuse("the content is not SignedData"));
        }
        let mut explicit = info.expect(CONTEXT_0)?.contents();
        info.finish()?;
        let mut data = explicit.sequence()?;
        explicit.finish()?;

        version(&mut data, 3)?;
        let mut digests = data.expect(SET)?.contents();
        sha256(&mut digests)?;
        digests.finish()?;
        let mut encapsulated = data.sequence()?;
        let content_type = encapsulated.expect(x690::OBJECT_IDENTIFIER)?.value;
        let mut explicit = encapsulated.expect(CONTEXT_0)?.contents();
        let content = explicit.expect(OCTET_STRING)?.value;
        explicit.finish()?;
        encapsulated.finish()?;
        let certificates = data.expect(CONTEXT_0)?.contents();
        let mut infos = data.expect(SET)?.contents();
        data.finish()?;
        let mut signer_info = infos.sequence()?;
        infos.finish()?;

        let stated = signer_info.expect(x690::INTEGER)?;
        let (signer, stated_for_signer) = read_signer(&mut signer_info)?;
        if stated.value != [stated_for_signer] {
            return Err(stated.refuse("the signer's version does not fit how it is named"));
        }
        sha256(&mut signer_info)?;
        let signed = signer_info.expect(CONTEXT_0)?;
        let attributes = read_attributes(&signed)?;
        let algorithm = signer_info.expect(SEQUENCE)?.raw;
        let signature = signer_info.expect(OCTET_STRING)?.value;
        signer_info.finish()?;
        Ok(Self {
            content_type,
            content,
            certificates,
            signer,
            signed_attributes: signed.raw,
            attributes,
            algorithm,
            signature,
        })
    }

    /// The raw encodings of the certificates that came along.
    pub(crate) fn certificates(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let mut reader = self.certificates;
        std::iter::from_fn(move || reader.any().ok().map(|element| element.raw))
    }

    /// Whether the signer is named by this certificate's issuer and serial number, or key identifier.
    pub(crate) fn is_signed_by(&self, certificate: &Certificate) -> bool {
        match self.signer {
            SignerIdentifier::IssuerAndSerial { issuer, serial } => {
                certificate.issuer().as_der() == issuer
                    && certificate.serial().to_der().get(2..) == Some(serial)
            }
            SignerIdentifier::SubjectKey(identifier) => {
                certificate.subject_key_identifier() == Some(identifier)
            }
        }
    }

    /// messageDigest = SHA-256(content).
    pub(crate) fn digest_matches(&self) -> bool {
        digest(&SHA256, self.content).as_ref() == self.attributes.message_digest
    }

    /// Verifies the signature over the stored attributes, read as a SET (RFC 5652, 5.4).
    pub(crate) fn verify(&self, key: &PublicKey) -> Result<(), SignatureWrong> {
        if SignatureAlgorithm::from_identifier(self.algorithm) != Some(key.algorithm()) {
            return Err(SignatureWrong);
        }
        let mut signed = self.signed_attributes.to_vec();
        signed[0] = SET;
        key.verify(&signed, self.signature)
    }
}

fn version(reader: &mut Reader<'_>, version: u8) -> Result<(), DerError> {
    let element = reader.expect(x690::INTEGER)?;
    if element.value == [version] { Ok(()) } else { Err(element.refuse("the version is not the profile's")) }
}

/// `AlgorithmIdentifier { id-sha256 }`, parameters absent or NULL (RFC 5754, 2).
fn sha256(reader: &mut Reader<'_>) -> Result<(), DerError> {
    let element = reader.expect(SEQUENCE)?;
    let mut fields = element.contents();
    let is_sha256 = fields.any()?.is(oid::SHA256);
    let parameters_ok = match fields.optional(x690::NULL)? {
        Some(null) => null.value.is_empty(),
        None => true,
    };
    fields.finish()?;
    if is_sha256 && parameters_ok {
        Ok(())
    } else {
        Err(element.refuse("the digest algorithm is not SHA-256"))
    }
}

/// The identifier and the SignerInfo version that belongs to it: 1 for issuer and serial, 3 for the key identifier.
fn read_signer<'a>(info: &mut Reader<'a>) -> Result<(SignerIdentifier<'a>, u8), DerError> {
    if let Some(identifier) = info.optional(0x80)? {
        return Ok((SignerIdentifier::SubjectKey(identifier.value), 3));
    }
    let mut pair = info.sequence()?;
    let issuer = pair.expect(SEQUENCE)?.raw;
    let serial = pair.expect(x690::INTEGER)?.integer()?;
    pair.finish()?;
    Ok((SignerIdentifier::IssuerAndSerial { issuer, serial }, 1))
}

fn read_attributes<'a>(signed: &Element<'a>) -> Result<Attributes<'a>, DerError> {
    let mut list = signed.contents();
    let (mut content_type, mut message_digest, mut signing_time) = (None, None, None);
    let mut previous: &[u8] = &[];
    while !list.is_empty() {
        let attribute = list.expect(SEQUENCE)?;
        if attribute.raw <= previous {
            return Err(attribute.refuse("the signed attributes are not in DER order"));
        }
        previous = attribute.raw;
        let mut fields = attribute.contents();
        let kind = fields.expect(x690::OBJECT_IDENTIFIER)?;
        let mut values = fields.expect(SET)?.contents();
        fields.finish()?;
        let value = values.any()?;
        values.finish()?;
        let repeated = if kind.is(oid::CONTENT_TYPE) && value.tag == x690::OBJECT_IDENTIFIER {
            content_type.replace(value.value).is_some()
        } else if kind.is(oid::MESSAGE_DIGEST) && value.tag == OCTET_STRING {
            message_digest.replace(value.value).is_some()
        } else if kind.is(oid::SIGNING_TIME) {
            signing_time.replace(read_time(&value)?).is_some()
        } else {
            false
        };
        if repeated {
            return Err(kind.refuse("a signed attribute occurs twice"));
        }
    }
    match (content_type, message_digest) {
        (Some(content_type), Some(message_digest)) => {
            Ok(Attributes { content_type, message_digest, signing_time })
        }
        _ => Err(signed.refuse("contentType or messageDigest is missing from the signed attributes")),
    }
}
