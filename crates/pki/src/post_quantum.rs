//! The second, post-quantum signature over what EF.SOD signs: EF.SOD-PQ (`applet-spec/card.md`, FILE-11; RFC 9882).
//!
//! ```text
//! ContentInfo { id-signedData, [0] SignedData { 3, { SHA-512 }, { ldsSecurityObject, absent },
//!   { SignerInfo { 3, [0] subjectKeyIdentifier, SHA-512, [0] signedAttrs, id-ml-dsa-65, signature } } } }
//! ```
//!
//! The content is the LDSSecurityObject of EF.SOD and is not repeated. No certificate comes along: with one the file would have
//! 5.8 kB more, and what a verifier must know of the signer it has with its trust data. The signer stands under a root of its own, which
//! signs with ML-DSA-65 too, so that nothing in this chain rests on elliptic curves.

use cms::cert::x509::ext::pkix::SubjectKeyIdentifier;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    EncapsulatedContentInfo, SignedData as CmsSignedData, SignerIdentifier, SignerInfo, SignerInfos,
};
use const_oid::db::rfc5911::{ID_CONTENT_TYPE, ID_MESSAGE_DIGEST, ID_SIGNED_DATA, ID_SIGNING_TIME};
use const_oid::db::rfc5912::ID_SHA_512;
use der::asn1::{OctetString, OctetStringRef, SetOfVec};
use der::{Any, Encode};
use jiff::Timestamp;
use ring::digest::{SHA512, digest};
use spki::AlgorithmIdentifierOwned;

use crate::algorithm::SignatureAlgorithm;
use crate::certificate::Certificate;
use crate::check::check_signer;
use crate::cms::template::attribute;
use crate::cms::view::{Attributes, read_attributes};
use crate::cms::{SignedData, TemplateError};
use crate::encoding::{DerError, decode};
use crate::oid::LDS_SECURITY_OBJECT;
use crate::period::time;
use crate::policy::Policy;
use crate::report::Failure;
use crate::sign::Prepared;
use crate::trust::TrustStore;

const SHA_512: AlgorithmIdentifierOwned = AlgorithmIdentifierOwned { oid: ID_SHA_512, parameters: None };

/// The post-quantum signature of `signer` over an LDSSecurityObject.
///
/// # Errors
/// [`TemplateError::NotADocumentSigner`] unless the certificate is of a document signer with a key of ML-DSA-65;
/// [`TemplateError::OutsideKeyUsage`].
pub fn prepare(
    lds_security_object: &[u8],
    signer: &Certificate,
    at: Timestamp,
) -> Result<Prepared<SignedData>, TemplateError> {
    let usage = signer.private_key_usage().unwrap_or(signer.validity());
    let identifier = signer.subject_key_identifier().filter(|_| is_signer(signer));
    let identifier = identifier.ok_or(TemplateError::NotADocumentSigner)?.to_vec();
    if !usage.contains(at) {
        return Err(TemplateError::OutsideKeyUsage { at, usage });
    }
    let attributes = attributes(lds_security_object, at).map_err(DerError::from)?;
    let message = attributes.to_der().map_err(DerError::from)?;
    Ok(Prepared::new(message, signer.public_key().clone(), move |signature| {
        let signer = SignerInfo {
            version: CmsVersion::V3,
            sid: SignerIdentifier::SubjectKeyIdentifier(SubjectKeyIdentifier(OctetString::new(identifier)?)),
            digest_alg: SHA_512,
            signed_attrs: Some(attributes),
            signature_algorithm: SignatureAlgorithm::MlDsa65.identifier(),
            signature: OctetString::new(signature)?,
            unsigned_attrs: None,
        };
        Ok(SignedData::from_der(detached(signer)?))
    }))
}

fn attributes(content: &[u8], at: Timestamp) -> der::Result<SetOfVec<x509_cert::attr::Attribute>> {
    SetOfVec::try_from([
        attribute(ID_CONTENT_TYPE, &LDS_SECURITY_OBJECT)?,
        attribute(ID_SIGNING_TIME, &time(at)?)?,
        attribute(ID_MESSAGE_DIGEST, &OctetStringRef::new(digest(&SHA512, content).as_ref())?)?,
    ])
}

fn detached(signer: SignerInfo) -> der::Result<Vec<u8>> {
    let data = CmsSignedData {
        version: CmsVersion::V3,
        digest_algorithms: SetOfVec::try_from([SHA_512])?,
        encap_content_info: EncapsulatedContentInfo { econtent_type: LDS_SECURITY_OBJECT, econtent: None },
        certificates: None,
        crls: None,
        signer_infos: SignerInfos(SetOfVec::try_from([signer])?),
    };
    ContentInfo { content_type: ID_SIGNED_DATA, content: Any::encode_from(&data)? }.to_der()
}

fn is_signer(certificate: &Certificate) -> bool {
    certificate.public_key().algorithm() == SignatureAlgorithm::MlDsa65 && certificate.signs_objects()
}

/// What a verifier of second signatures trusts: roots with their revocation lists, and the signers under them.
#[derive(Debug, Clone, Default)]
pub struct PostQuantumTrust {
    roots: TrustStore,
    signers: Vec<Certificate>,
}

/// The certificate is of no post-quantum document signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the certificate is not of a document signer with a key of ML-DSA-65")]
pub struct NotAPostQuantumSigner;

impl PostQuantumTrust {
    /// With these roots; those that do not sign with ML-DSA-65 have no signers here.
    #[must_use]
    pub const fn new(roots: TrustStore) -> Self {
        Self { roots, signers: Vec::new() }
    }

    /// Takes a signer; whether a root vouches for it is checked with every signature.
    ///
    /// # Errors
    /// [`NotAPostQuantumSigner`].
    pub fn add_signer(&mut self, signer: Certificate) -> Result<(), NotAPostQuantumSigner> {
        if !is_signer(&signer) {
            return Err(NotAPostQuantumSigner);
        }
        if !self.signers.contains(&signer) {
            self.signers.push(signer);
        }
        Ok(())
    }

    /// The signers.
    #[must_use]
    pub fn signers(&self) -> &[Certificate] {
        &self.signers
    }
}

/// A second signature that holds.
#[derive(Debug, Clone)]
pub struct PostQuantumVerified {
    /// The signer.
    pub signer: Certificate,
    /// When, by the signer's own word.
    pub signed_at: Timestamp,
}

/// Why a second signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PostQuantumError {
    /// Not a detached SignedData of the profile.
    #[error("the second signature is not well-formed")]
    Malformed(#[from] DerError),
    /// It signs another security object than the one in EF.SOD.
    #[error("the second signature is over another security object")]
    OtherSecurityObject,
    /// No signer that is known here has this key identifier.
    #[error("the signer of the second signature is not known here")]
    SignerUnknown,
    /// The signature does not verify.
    #[error("the second signature does not verify")]
    SignatureWrong,
    /// It does not say when it was signed.
    #[error("the second signature does not say when it was made")]
    NotDated,
    /// The signer's chain is refused; the source says why.
    #[error("the signer of the second signature is refused")]
    Signer(#[source] Failure),
}

/// Checks a second signature over this LDSSecurityObject (the eContent of EF.SOD), with the whole chain.
///
/// # Errors
/// [`PostQuantumError`]: the first fault found; of several faults of the signer the gravest.
pub fn check(
    der: &[u8],
    lds_security_object: &[u8],
    trust: &PostQuantumTrust,
    policy: &Policy,
    at: Timestamp,
) -> Result<PostQuantumVerified, PostQuantumError> {
    let (signer_info, attributes, signed) = parse(der)?;
    if attributes.content_type != LDS_SECURITY_OBJECT
        || attributes.message_digest.as_bytes() != digest(&SHA512, lds_security_object).as_ref()
    {
        return Err(PostQuantumError::OtherSecurityObject);
    }
    let SignerIdentifier::SubjectKeyIdentifier(identifier) = &signer_info.sid else {
        return Err(DerError::refuse("the signer is not named by its key").into());
    };
    let identified = |signer: &&Certificate| signer.subject_key_identifier() == Some(identifier.0.as_bytes());
    let signer = trust.signers.iter().find(identified).ok_or(PostQuantumError::SignerUnknown)?;
    let verified = signer.public_key().verify(&signed, signer_info.signature.as_bytes());
    verified.map_err(|_| PostQuantumError::SignatureWrong)?;
    let signed_at = attributes.signing_time.ok_or(PostQuantumError::NotDated)?;
    let failures = check_signer(signer, signed_at, &trust.roots, policy, at);
    if let Some(gravest) = failures.into_iter().min_by_key(|failure| failure.conclusion() as u8) {
        return Err(PostQuantumError::Signer(gravest));
    }
    Ok(PostQuantumVerified { signer: signer.clone(), signed_at })
}

/// The one signer, its attributes, and their DER as a SET, which is what is signed (RFC 5652, 5.4).
fn parse(der: &[u8]) -> Result<(SignerInfo, Attributes, Vec<u8>), DerError> {
    let info: ContentInfo = decode(der)?;
    if info.content_type != ID_SIGNED_DATA {
        return Err(DerError::refuse("the content is not SignedData"));
    }
    let data: CmsSignedData = decode(&info.content.to_der()?)?;
    let plain = data.version == CmsVersion::V3
        && data.digest_algorithms.as_slice() == [SHA_512]
        && data.encap_content_info.econtent_type == LDS_SECURITY_OBJECT
        && data.encap_content_info.econtent.is_none()
        && data.certificates.is_none()
        && data.crls.is_none();
    if !plain {
        return Err(DerError::refuse("the SignedData is not of the detached profile"));
    }
    let Ok([signer]) = <[SignerInfo; 1]>::try_from(data.signer_infos.0.into_vec()) else {
        return Err(DerError::refuse("there is not exactly one signer"));
    };
    let fits = signer.version == CmsVersion::V3
        && signer.digest_alg == SHA_512
        && signer.signature_algorithm == SignatureAlgorithm::MlDsa65.identifier()
        && signer.unsigned_attrs.is_none();
    let Some(attributes) = signer.signed_attrs.as_ref().filter(|_| fits) else {
        return Err(DerError::refuse("the signer is not of the detached profile"));
    };
    let (read, signed) = (read_attributes(attributes)?, attributes.to_der()?);
    Ok((signer, read, signed))
}
