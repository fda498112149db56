//! Making SignedData: what is the same for all objects of one signer is prepared once.

use std::sync::Arc;

use cms::cert::IssuerAndSerialNumber;
use cms::content_info::CmsVersion;
use cms::signed_data::{
    EncapsulatedContentInfo, SignedAttributes, SignerIdentifier, SignerInfo, SignerInfos,
};
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME};
use der::asn1::{OctetString, OctetStringRef, SetOfVec};
use der::{Any, Encode, EncodeValue, Tag, Tagged};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use x509_cert::attr::Attribute;

use super::SignedData;
use super::content::{self, CertificateSet, SignedDataContent, SignedDataInfo};
use crate::algorithm::{PublicKey, SignatureAlgorithm};
use crate::certificate::Certificate;
use crate::encoding::DerError;
use crate::oid::{self, Oid};
use crate::period::{Period, time};
use crate::sign::Prepared;

/// A document signer's constant parts of SignedData, ready for any number of objects.
///
/// ```text
/// ContentInfo { id-signedData, [0] SignedData { 3, { SHA-256 }, EncapsulatedContentInfo, [0] { certificate },
///   { SignerInfo { 1, issuerAndSerialNumber, SHA-256, [0] signedAttrs, ecdsa-with-SHA256, signature } } } }
/// ```
#[derive(Clone)]
pub struct SignerTemplate {
    usage: Period,
    parts: Arc<Parts>,
}

struct Parts {
    key: PublicKey,
    content_type: Oid,
    content_type_attribute: Attribute,
    certificate: Box<[u8]>,
    sid: SignerIdentifier,
}

/// Why no object is signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The certificate is not a document signer's: P-256, digitalSignature, no authority.
    #[error("the certificate is not a document signer's")]
    NotADocumentSigner,
    /// The certificate has no role, or more than one.
    #[error("the certificate is not of exactly one known role")]
    NoRole,
    /// The signing time lies outside the signer's private key usage period.
    #[error("the signing time {at} lies outside the period in which this key may sign ({from} to {until})", from = usage.not_before, until = usage.not_after)]
    OutsideKeyUsage {
        /// The signing time.
        at: Timestamp,
        /// When the key may sign.
        usage: Period,
    },
    /// The object cannot be written.
    #[error("the object cannot be encoded")]
    Encoding(#[from] DerError),
}

impl SignerTemplate {
    /// A template for LDS security objects of this signer.
    ///
    /// # Errors
    /// [`TemplateError::NotADocumentSigner`].
    pub fn new(certificate: &Certificate) -> Result<Self, TemplateError> {
        Self::with_content_type(certificate, oid::LDS_SECURITY_OBJECT)
    }

    /// A template for the EF.CardSecurity of cards of this signer.
    ///
    /// # Errors
    /// [`TemplateError::NotADocumentSigner`].
    pub fn for_card_security(certificate: &Certificate) -> Result<Self, TemplateError> {
        Self::with_content_type(certificate, oid::SECURITY_OBJECT)
    }

    /// A template for content of another type.
    ///
    /// # Errors
    /// [`TemplateError::NotADocumentSigner`].
    pub fn with_content_type(certificate: &Certificate, content_type: Oid) -> Result<Self, TemplateError> {
        let key = certificate.public_key();
        if key.algorithm() != SignatureAlgorithm::EcdsaP256Sha256 || !certificate.signs_objects() {
            return Err(TemplateError::NotADocumentSigner);
        }
        let usage = certificate.private_key_usage().unwrap_or(certificate.validity());
        let parts = Parts {
            key: key.clone(),
            content_type,
            content_type_attribute: attribute(ID_CONTENT_TYPE, &content_type).map_err(DerError::from)?,
            certificate: certificate.as_der().into(),
            sid: signer_identifier(certificate).map_err(DerError::from)?,
        };
        Ok(Self { usage, parts: Arc::new(parts) })
    }

    /// When this signer may sign.
    #[must_use]
    pub fn key_usage(&self) -> Period {
        self.usage
    }

    /// Hashes `content` (for instance a DER LDSSecurityObject) and prepares the signed attributes.
    ///
    /// # Errors
    /// [`TemplateError::OutsideKeyUsage`].
    pub fn prepare(
        &self,
        content: &[u8],
        signing_time: Timestamp,
    ) -> Result<Prepared<SignedData>, TemplateError> {
        if !self.usage.contains(signing_time) {
            return Err(TemplateError::OutsideKeyUsage { at: signing_time, usage: self.usage });
        }
        let parts = Arc::clone(&self.parts);
        let attributes = parts.attributes(content, signing_time).map_err(DerError::from)?;
        let message = attributes.to_der().map_err(DerError::from)?;
        let content = content.to_vec();
        Ok(Prepared::new(message, self.parts.key.clone(), move |signature| {
            Ok(SignedData(parts.assemble(&content, attributes, signature)?))
        }))
    }
}

impl Parts {
    fn attributes(&self, content: &[u8], signing_time: Timestamp) -> der::Result<SignedAttributes> {
        let hash = digest(&SHA256, content);
        SetOfVec::try_from([
            self.content_type_attribute.clone(),
            attribute(ID_SIGNING_TIME, &time(signing_time)?)?,
            attribute(ID_MESSAGE_DIGEST, &OctetStringRef::new(hash.as_ref())?)?,
        ])
    }

    fn assemble(&self, content: &[u8], signed: SignedAttributes, signature: &[u8]) -> der::Result<Vec<u8>> {
        let signer = SignerInfo {
            version: CmsVersion::V1,
            sid: self.sid.clone(),
            digest_alg: content::SHA256,
            signed_attrs: Some(signed),
            signature_algorithm: self.key.algorithm().identifier(),
            signature: OctetString::new(signature)?,
            unsigned_attrs: None,
        };
        let content = SignedDataContent {
            version: CmsVersion::V3,
            digest_algorithms: SetOfVec::try_from([content::SHA256])?,
            encap_content_info: EncapsulatedContentInfo {
                econtent_type: self.content_type,
                econtent: Some(Any::new(Tag::OctetString, content)?),
            },
            certificates: CertificateSet(vec![&self.certificate]),
            signer_infos: SignerInfos(SetOfVec::try_from([signer])?),
        };
        SignedDataInfo { content_type: ID_SIGNED_DATA, content }.to_der()
    }
}

pub(crate) fn signer_identifier(certificate: &Certificate) -> der::Result<SignerIdentifier> {
    Ok(SignerIdentifier::IssuerAndSerialNumber(IssuerAndSerialNumber {
        issuer: certificate.issuer().to_x509()?,
        serial_number: certificate.serial().to_x509()?,
    }))
}

/// An attribute with one value.
pub(crate) fn attribute<T: Tagged + EncodeValue>(oid: Oid, value: &T) -> der::Result<Attribute> {
    Ok(Attribute { oid, values: SetOfVec::try_from([Any::encode_from(value)?])? })
}

impl std::fmt::Debug for SignerTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignerTemplate").field("key", &self.parts.key).field("usage", &self.usage).finish()
    }
}
