//! Making SignedData: everything that is the same for all objects of one signer is encoded once.

use std::sync::Arc;

use jiff::Timestamp;
use ring::digest::{SHA256, digest};

use super::SignedData;
use crate::algorithm::{PublicKey, SignatureAlgorithm};
use crate::certificate::{Certificate, KeyUsage};
use crate::oid::{self, Oid};
use crate::period::{Period, time};
use crate::sign::Prepared;
use crate::x690::{
    self, CONTEXT_0, OCTET_STRING, SEQUENCE, SET, element, header_length, object_identifier, push_header,
    sequence,
};

/// A document signer's constant parts of SignedData, ready for any number of objects.
///
/// ```text
/// ContentInfo { id-signedData, [0] SignedData { 3, { SHA-256 }, EncapsulatedContentInfo, [0] { certificate },
///   { SignerInfo { 1, issuerAndSerialNumber, SHA-256, [0] signedAttrs, ecdsa-with-SHA256, signature } } } }
/// ```
#[derive(Clone)]
pub struct SignerTemplate {
    key: PublicKey,
    usage: Period,
    parts: Arc<Parts>,
}

struct Parts {
    /// version and digestAlgorithms of SignedData.
    opening: Vec<u8>,
    content_type: Vec<u8>,
    certificates: Vec<u8>,
    /// version, sid and digestAlgorithm of SignerInfo.
    signer: Vec<u8>,
    content_type_attribute: Vec<u8>,
    signature_algorithm: Vec<u8>,
}

/// Why no object is signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// The certificate is not a document signer's: P-256, digitalSignature, no authority.
    #[error("the certificate is not a document signer's")]
    NotADocumentSigner,
    /// The signing time lies outside the signer's private key usage period.
    #[error("the signing time {at} lies outside the period in which this key may sign ({from} to {until})", from = usage.not_before, until = usage.not_after)]
    OutsideKeyUsage {
        /// The signing time.
        at: Timestamp,
        /// When the key may sign.
        usage: Period,
    },
}

impl SignerTemplate {
    /// A template for LDS security objects of this signer.
    ///
    /// # Errors
    /// [`TemplateError::NotADocumentSigner`].
    pub fn new(certificate: &Certificate) -> Result<Self, TemplateError> {
        Self::with_content_type(certificate, oid::LDS_SECURITY_OBJECT)
    }

    /// A template for content of another type.
    ///
    /// # Errors
    /// [`TemplateError::NotADocumentSigner`].
    pub fn with_content_type(certificate: &Certificate, content_type: Oid) -> Result<Self, TemplateError> {
        let key = certificate.public_key();
        let signs = certificate.key_usage().is_some_and(|usage| usage.includes(KeyUsage::DIGITAL_SIGNATURE));
        if key.algorithm() != SignatureAlgorithm::EcdsaP256Sha256 || !signs || certificate.is_authority() {
            return Err(TemplateError::NotADocumentSigner);
        }
        let sha256 = sequence(&[&object_identifier(oid::SHA256)]);
        let issuer_and_serial = sequence(&[certificate.issuer().as_der(), &certificate.serial().to_der()]);
        let content_type = object_identifier(content_type);
        let parts = Parts {
            opening: [&[x690::INTEGER, 1, 3], &element(SET, &[&sha256])[..]].concat(),
            content_type_attribute: attribute(oid::CONTENT_TYPE, &content_type),
            content_type,
            certificates: element(CONTEXT_0, &[certificate.as_der()]),
            signer: [&[x690::INTEGER, 1, 1], &issuer_and_serial[..], &sha256].concat(),
            signature_algorithm: key.algorithm().identifier(),
        };
        let usage = certificate.private_key_usage().unwrap_or(certificate.validity());
        Ok(Self { key: key.clone(), usage, parts: Arc::new(parts) })
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
        let hash = digest(&SHA256, content);
        let time = attribute(oid::SIGNING_TIME, &time(signing_time));
        let message_digest = attribute(oid::MESSAGE_DIGEST, &element(OCTET_STRING, &[hash.as_ref()]));
        // SET OF in DER: sorted by encoding (X.690, 11.6)
        let mut attributes = [&self.parts.content_type_attribute[..], &time, &message_digest];
        attributes.sort_unstable();
        let signed = element(SET, &attributes);
        let parts = Arc::clone(&self.parts);
        let content = content.to_vec();
        Ok(Prepared::new(signed, self.key.clone(), move |signed, signature| {
            parts.assemble(&content, signed, signature)
        }))
    }
}

impl Parts {
    /// Writes the whole object into one buffer, lengths first.
    fn assemble(&self, content: &[u8], signed: &[u8], signature: &[u8]) -> SignedData {
        let with_header = |length: usize| header_length(length) + length;
        let octets = with_header(content.len());
        let explicit = with_header(octets);
        let encapsulated = self.content_type.len() + explicit;
        let info =
            self.signer.len() + signed.len() + self.signature_algorithm.len() + with_header(signature.len());
        let infos = with_header(info);
        let data =
            self.opening.len() + with_header(encapsulated) + self.certificates.len() + with_header(infos);
        let data_explicit = with_header(data);
        let all = SIGNED_DATA.len() + with_header(data_explicit);

        let mut out = Vec::with_capacity(with_header(all));
        push_header(&mut out, SEQUENCE, all);
        out.extend_from_slice(SIGNED_DATA);
        push_header(&mut out, CONTEXT_0, data_explicit);
        push_header(&mut out, SEQUENCE, data);
        out.extend_from_slice(&self.opening);
        push_header(&mut out, SEQUENCE, encapsulated);
        out.extend_from_slice(&self.content_type);
        push_header(&mut out, CONTEXT_0, octets);
        push_header(&mut out, OCTET_STRING, content.len());
        out.extend_from_slice(content);
        out.extend_from_slice(&self.certificates);
        push_header(&mut out, SET, infos);
        push_header(&mut out, SEQUENCE, info);
        out.extend_from_slice(&self.signer);
        // the attributes are signed as a SET and stored as [0] IMPLICIT (RFC 5652, 5.4)
        out.push(CONTEXT_0);
        out.extend_from_slice(&signed[1..]);
        out.extend_from_slice(&self.signature_algorithm);
        push_header(&mut out, OCTET_STRING, signature.len());
        out.extend_from_slice(signature);
        SignedData(out)
    }
}

/// id-signedData, encoded.
const SIGNED_DATA: &[u8] = &[0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];

/// `Attribute ::= SEQUENCE { attrType, attrValues SET OF }` with one value.
fn attribute(kind: Oid, value: &[u8]) -> Vec<u8> {
    let content = kind.content();
    let set = header_length(value.len()) + value.len();
    let mut out = Vec::with_capacity(set + content.len() + 8);
    push_header(&mut out, SEQUENCE, 2 + content.len() + set);
    push_header(&mut out, x690::OBJECT_IDENTIFIER, content.len());
    out.extend_from_slice(content);
    push_header(&mut out, SET, value.len());
    out.extend_from_slice(value);
    out
}

impl std::fmt::Debug for SignerTemplate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SignerTemplate").field("key", &self.key).field("usage", &self.usage).finish()
    }
}
