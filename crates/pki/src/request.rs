//! Certification requests (PKCS#10, RFC 2986): a signer's key, named and with the role it is meant for, to be carried to the root.
//!
//! | field | value |
//! |---|---|
//! | subject | the signer's name |
//! | subjectPKInfo | P-256 |
//! | extensionRequest (RFC 2985, 5.4.2) | keyUsage, extKeyUsage or documentTypeList as in the [certificate](crate::certificate) asked for |
//! | authorityKeyIdentifier in it | the root that is asked |
//! | signature | the key's own: whoever asks holds it |

use std::fmt;

use der::asn1::{BitString, SetOfVec};
use der::{Decode, Encode};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use spki::SubjectPublicKeyInfoOwned;
use x509_cert::attr::Attribute;
use x509_cert::ext::Extension;
use x509_cert::request::{CertReq, CertReqInfo, ExtensionReq, Version};

use crate::algorithm::{PublicKey, SignatureAlgorithm, SignatureWrong};
use crate::certificate::profile::ProfileError;
use crate::certificate::read::Extensions;
use crate::certificate::{Certificate, extension as ext};
use crate::cms::template::attribute;
use crate::encoding::{DerError, decode};
use crate::name::Name;
use crate::oid::Oid;
use crate::pem::{self, PemError};
use crate::period::Period;
use crate::role::Role;
use crate::sign::Prepared;

/// The longest request that is read, in bytes.
pub const MAX_LENGTH: usize = 8192;

/// A request whose own signature has been verified.
#[derive(Clone, PartialEq, Eq)]
pub struct Request {
    der: Box<[u8]>,
    subject: Name,
    key: PublicKey,
    role: Role,
    document_types: Vec<String>,
    root: Box<[u8]>,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct RequestProfile {
    /// What the key is to be for.
    pub role: Role,
    /// The signer's name.
    pub subject: Name,
    /// Of a document signer the document codes; otherwise empty.
    pub document_types: Vec<String>,
}

/// Why bytes are not a request that can be answered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// More bytes than any request has.
    #[error("a request has at most {MAX_LENGTH} bytes")]
    TooLong,
    /// The DER is not a request.
    #[error("this is not a well-formed certification request")]
    Malformed(#[from] DerError),
    /// The file is neither PEM nor DER.
    #[error("the file holds no certification request")]
    Pem(#[from] PemError),
    /// The public key is of another kind.
    #[error("the request's key is not on P-256")]
    UnsupportedKey,
    /// Whoever asks does not hold the key.
    #[error("the request is not signed with the key in it")]
    SignatureWrong(#[from] SignatureWrong),
    /// It does not say what the key is for, or says two things.
    #[error("the request does not ask for exactly one known role")]
    NoRole,
    /// It does not say which root is asked.
    #[error("the request does not name the root that is asked")]
    NoRoot,
}

/// A request for `key` to the root.
///
/// # Errors
/// [`ProfileError`] when the profile contradicts itself or the root.
pub fn request(
    profile: &RequestProfile,
    key: &PublicKey,
    root: &Certificate,
) -> Result<Prepared<Request>, ProfileError> {
    if key.algorithm() != SignatureAlgorithm::EcdsaP256Sha256 {
        return Err(ProfileError::SignerCurve);
    }
    let (Some(root_identifier), true) = (root.subject_key_identifier(), root.is_authority()) else {
        return Err(ProfileError::NotARoot);
    };
    let purpose = match profile.role.purpose() {
        Some(purpose) if profile.document_types.is_empty() => ext::purpose(purpose),
        Some(_) => return Err(ProfileError::DocumentTypes),
        None => {
            ProfileError::check_document_types(&profile.document_types)?;
            ext::document_types(&profile.document_types)
        }
    };
    let info = info(profile, key, purpose, root_identifier).map_err(DerError::from)?;
    let message = info.to_der().map_err(DerError::from)?;
    let algorithm = key.algorithm().identifier();
    Ok(Prepared::new(message, key.clone(), move |signature| {
        let request = CertReq { info, algorithm, signature: BitString::from_bytes(signature)? };
        Request::from_der(&request.to_der()?).map_err(|fault| match fault {
            RequestError::Malformed(fault) => fault,
            _ => DerError::refuse("the request just written cannot be read"),
        })
    }))
}

fn info(
    profile: &RequestProfile,
    key: &PublicKey,
    purpose: der::Result<Extension>,
    root: &[u8],
) -> der::Result<CertReqInfo> {
    let extensions = vec![ext::authority_key_identifier(root)?, ext::signer_key_usage()?, purpose?];
    Ok(CertReqInfo {
        version: Version::V1,
        subject: profile.subject.to_x509()?,
        public_key: SubjectPublicKeyInfoOwned::from_der(key.spki_der())?,
        attributes: SetOfVec::try_from([attribute(EXTENSION_REQUEST, &extensions)?])?,
    })
}

const EXTENSION_REQUEST: Oid = const_oid::db::rfc5912::ID_EXTENSION_REQ;

impl Request {
    /// Reads one DER request and verifies its own signature.
    ///
    /// # Errors
    /// [`RequestError`]; nothing is known of a request that is not signed with the key in it.
    pub fn from_der(der: &[u8]) -> Result<Self, RequestError> {
        if der.len() > MAX_LENGTH {
            return Err(RequestError::TooLong);
        }
        let read: CertReq = decode(der)?;
        let key = PublicKey::from_spki(&read.info.public_key).map_err(|_| RequestError::UnsupportedKey)?;
        if key.algorithm() != SignatureAlgorithm::EcdsaP256Sha256 {
            return Err(RequestError::UnsupportedKey);
        }
        key.verify_signed(der)?;
        let asked = Extensions::read(&requested(read.info.attributes.as_slice())?, ANY_TIME, der)?;
        let root = asked.authority_key_identifier.clone().ok_or(RequestError::NoRoot)?;
        Ok(Self {
            der: der.into(),
            subject: Name::from_x509(&read.info.subject).map_err(DerError::from)?,
            key,
            role: asked.role().filter(|_| !asked.unknown_critical).ok_or(RequestError::NoRole)?,
            document_types: asked.document_types.unwrap_or_default(),
            root,
        })
    }

    /// Reads a request from a PEM file or a DER file.
    ///
    /// # Errors
    /// [`RequestError`], also for a file of several requests.
    pub fn from_file_bytes(bytes: &[u8]) -> Result<Self, RequestError> {
        if bytes.len() > 2 * MAX_LENGTH {
            return Err(RequestError::TooLong);
        }
        match &pem::decode(bytes, pem::CERTIFICATE_REQUEST)?[..] {
            [der] => Self::from_der(der),
            _ => Err(DerError::refuse("a file holds one request").into()),
        }
    }

    /// The DER encoding, exactly as read.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The request as one PEM block.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(&self.der, pem::CERTIFICATE_REQUEST)
    }

    /// SHA-256 over the DER encoding: to be compared over another way before the root signs.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest(&SHA256, &self.der).as_ref());
        fingerprint
    }

    /// The signer's name.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// The signer's key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// What the key is to be for.
    #[must_use]
    pub fn role(&self) -> Role {
        self.role
    }

    /// Of a document signer the document codes; otherwise empty.
    #[must_use]
    pub fn document_types(&self) -> &[String] {
        &self.document_types
    }

    /// Whether this root is asked.
    #[must_use]
    pub fn is_to(&self, root: &Certificate) -> bool {
        Some(&*self.root) == root.subject_key_identifier()
    }
}

/// A request asks for no period.
const ANY_TIME: Period = Period { not_before: Timestamp::UNIX_EPOCH, not_after: Timestamp::MAX };

/// The extensions in the one extensionRequest.
fn requested(attributes: &[Attribute]) -> Result<Vec<Extension>, RequestError> {
    let mut found = None;
    for attribute in attributes.iter().filter(|attribute| attribute.oid == EXTENSION_REQUEST) {
        let [value] = attribute.values.as_slice() else {
            return Err(DerError::refuse("an extension request has not exactly one value").into());
        };
        let ExtensionReq(list) = value.decode_as().map_err(DerError::from)?;
        if found.replace(list).is_some() {
            return Err(DerError::refuse("extensions are requested twice").into());
        }
    }
    found.ok_or(RequestError::NoRole)
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Request({}, {})", self.role, self.subject)
    }
}
