//! SignedData as it came (RFC 5652, 5; 9303-10, 4.6.2.2).
//!
//! Only what the profile allows is read: exactly one signer, signed attributes, no CRLs, no unsigned attributes. So every
//! byte is either covered by a signature or fixed.

use cms::content_info::CmsVersion;
use cms::signed_data::{SignedAttributes, SignerIdentifier, SignerInfo};
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME};
use der::asn1::{OctetString, OctetStringRef};
use der::{Any, Encode};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use x509_cert::time::Time;

use super::content::{CertificateSet, SignedDataInfo, is_sha256};
use crate::algorithm::{PublicKey, SignatureAlgorithm, SignatureWrong};
use crate::certificate::Certificate;
use crate::encoding::{DerError, decode};
use crate::name::Name;
use crate::oid::Oid;
use crate::period::read_time;
use crate::serial::SerialNumber;

/// A SignedData of the profile.
pub(crate) struct SignedDataView<'a> {
    pub(crate) content_type: Oid,
    content: Any,
    certificates: CertificateSet<'a>,
    signer: SignerInfo,
    /// DER of the signed attributes as a SET, which is what is signed (RFC 5652, 5.4).
    signed: Vec<u8>,
    pub(crate) attributes: Attributes,
}

/// The signed attributes that are understood.
pub(crate) struct Attributes {
    pub(crate) content_type: Oid,
    pub(crate) message_digest: OctetString,
    pub(crate) signing_time: Option<Timestamp>,
}

impl<'a> SignedDataView<'a> {
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, DerError> {
        let info: SignedDataInfo<'a> = decode(bytes)?;
        let data = info.content;
        if info.content_type != ID_SIGNED_DATA || data.version != CmsVersion::V3 {
            return Err(DerError::refuse("the content is not SignedData version 3"));
        }
        let [digest_algorithm] = data.digest_algorithms.as_slice() else {
            return Err(DerError::refuse("there is not exactly one digest algorithm"));
        };
        let content = data.encap_content_info.econtent.ok_or(DerError::refuse("the content is detached"))?;
        content.decode_as::<&OctetStringRef>()?;
        let Ok([signer]) = <[SignerInfo; 1]>::try_from(data.signer_infos.0.into_vec()) else {
            return Err(DerError::refuse("there is not exactly one signer"));
        };
        if !is_sha256(digest_algorithm) || !is_sha256(&signer.digest_alg) {
            return Err(DerError::refuse("the digest algorithm is not SHA-256"));
        }
        let version = match signer.sid {
            SignerIdentifier::IssuerAndSerialNumber(_) => CmsVersion::V1,
            SignerIdentifier::SubjectKeyIdentifier(_) => CmsVersion::V3,
        };
        if signer.version != version {
            return Err(DerError::refuse("the signer's version does not fit how it is named"));
        }
        let (Some(signed), None) = (&signer.signed_attrs, &signer.unsigned_attrs) else {
            return Err(DerError::refuse("there are no signed attributes, or some that are not signed"));
        };
        Ok(Self {
            content_type: data.encap_content_info.econtent_type,
            content,
            certificates: data.certificates,
            attributes: read_attributes(signed)?,
            signed: signed.to_der()?,
            signer,
        })
    }

    /// eContent.
    pub(crate) fn content(&self) -> &[u8] {
        self.content.value()
    }

    /// The raw encodings of the certificates that came along.
    pub(crate) fn certificates(&self) -> &[&'a [u8]] {
        &self.certificates.0
    }

    /// Whether the signer is named by this certificate's issuer and serial number, or key identifier.
    pub(crate) fn is_signed_by(&self, certificate: &Certificate) -> bool {
        match &self.signer.sid {
            SignerIdentifier::IssuerAndSerialNumber(signer) => {
                Name::from_x509(&signer.issuer).as_ref() == Ok(certificate.issuer())
                    && SerialNumber::from_x509(&signer.serial_number).as_ref() == Some(certificate.serial())
            }
            SignerIdentifier::SubjectKeyIdentifier(identifier) => {
                certificate.subject_key_identifier() == Some(identifier.0.as_bytes())
            }
        }
    }

    /// messageDigest = SHA-256(content).
    pub(crate) fn digest_matches(&self) -> bool {
        digest(&SHA256, self.content()).as_ref() == self.attributes.message_digest.as_bytes()
    }

    /// Verifies the signature over the signed attributes.
    pub(crate) fn verify(&self, key: &PublicKey) -> Result<(), SignatureWrong> {
        if SignatureAlgorithm::from_identifier(&self.signer.signature_algorithm) != Some(key.algorithm()) {
            return Err(SignatureWrong);
        }
        key.verify(&self.signed, self.signer.signature.as_bytes())
    }
}

pub(crate) fn read_attributes(signed: &SignedAttributes) -> Result<Attributes, DerError> {
    let (mut content_type, mut message_digest, mut signing_time) = (None, None, None);
    for attribute in signed.iter() {
        let [value] = attribute.values.as_slice() else {
            return Err(DerError::refuse("a signed attribute has not exactly one value"));
        };
        let repeated = match attribute.oid {
            ID_CONTENT_TYPE => content_type.replace(value.decode_as::<Oid>()?).is_some(),
            ID_MESSAGE_DIGEST => message_digest.replace(value.decode_as::<OctetString>()?).is_some(),
            ID_SIGNING_TIME => signing_time.replace(read_time(value.decode_as::<Time>()?)?).is_some(),
            _ => false,
        };
        if repeated {
            return Err(DerError::refuse("a signed attribute occurs twice"));
        }
    }
    match (content_type, message_digest) {
        (Some(content_type), Some(message_digest)) => {
            Ok(Attributes { content_type, message_digest, signing_time })
        }
        _ => Err(DerError::refuse("contentType or messageDigest is missing from the signed attributes")),
    }
}
