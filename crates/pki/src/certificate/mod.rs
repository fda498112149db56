//! X.509 certificates (RFC 5280, 4) in the profiles of 9303-12: roots, links between them, and signers of every role.

pub(crate) mod build;
pub(crate) mod extension;
pub(crate) mod profile;
pub(crate) mod read;

use std::fmt;

use ring::digest::{SHA256, digest};
use x509_cert::Version;

use crate::algorithm::{PublicKey, SignatureAlgorithm};
use crate::encoding::{DerError, decode_exact_length};
use crate::name::Name;
use crate::pem::{self, PemError};
use crate::period::{Period, read_time};
use crate::role::Role;
use crate::serial::SerialNumber;

pub use profile::{
    AltName, DocumentSignerProfile, ProfileError, RootKind, RootProfile, document_signer, root,
};
use read::Extensions;
pub use x509_cert::ext::pkix::KeyUsage;

/// A certificate: its bytes as they came, and what was read from them.
#[derive(Clone)]
pub struct Certificate {
    der: Box<[u8]>,
    issuer: Name,
    subject: Name,
    serial: SerialNumber,
    validity: Period,
    key: PublicKey,
    extensions: Extensions,
}

/// Why bytes are not a certificate that Chipwright can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// The DER is not a certificate.
    #[error("this is not a well-formed certificate")]
    Malformed(#[from] DerError),
    /// The public key is of another kind.
    #[error("the certificate's public key is not on the named curve P-256 or P-384")]
    UnsupportedKey,
    /// The file is neither PEM nor DER.
    #[error("the file holds no certificate")]
    Pem(#[from] PemError),
}

impl Certificate {
    /// Reads one DER certificate. The signature is not checked here.
    ///
    /// # Errors
    /// [`CertificateError`], with the byte offset where reading stopped.
    pub fn from_der(der: &[u8]) -> Result<Self, CertificateError> {
        Self::from_x509(der, &decode_exact_length(der)?)
    }

    /// Reads certificates from a PEM file (any number) or a DER file (one).
    ///
    /// # Errors
    /// [`CertificateError`] of the first one that cannot be read.
    pub fn from_file_bytes(bytes: &[u8]) -> Result<Vec<Self>, CertificateError> {
        pem::decode(bytes, pem::CERTIFICATE)?.iter().map(|der| Self::from_der(der)).collect()
    }

    /// What was read from `der`.
    fn from_x509(der: &[u8], read: &x509_cert::Certificate) -> Result<Self, CertificateError> {
        let tbs = read.tbs_certificate();
        let refuse = |rule| Err(CertificateError::Malformed(DerError::refuse(rule)));
        let Some(serial) = SerialNumber::from_x509(tbs.serial_number()) else {
            return refuse("a serial number is positive and has at most 20 octets");
        };
        if tbs.version() != Version::V3
            || tbs.issuer_unique_id().is_some()
            || tbs.subject_unique_id().is_some()
        {
            return refuse("the certificate is not version 3 without unique identifiers");
        }
        if tbs.signature() != read.signature_algorithm() {
            return refuse("the two signature algorithms differ");
        }
        if read.signature().has_unused_bits() {
            return refuse("a signature is a BIT STRING of whole octets");
        }
        let (not_before, not_after) = (tbs.validity().not_before, tbs.validity().not_after);
        let Ok(validity) = Period::new(read_time(not_before)?, read_time(not_after)?) else {
            return refuse("the validity ends before it begins");
        };
        let Some(extensions) = tbs.extensions() else {
            return refuse("the certificate has no extensions");
        };
        Ok(Self {
            der: der.into(),
            issuer: Name::from_x509(tbs.issuer()).map_err(DerError::from)?,
            subject: Name::from_x509(tbs.subject()).map_err(DerError::from)?,
            serial,
            validity,
            key: PublicKey::from_spki(tbs.subject_public_key_info())
                .map_err(|_| CertificateError::UnsupportedKey)?,
            extensions: Extensions::read(extensions, validity, der)?,
        })
    }

    /// The DER encoding, exactly as read.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The certificate as one PEM block.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(&self.der, pem::CERTIFICATE)
    }

    /// SHA-256 over the DER encoding.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        let mut fingerprint = [0; 32];
        fingerprint.copy_from_slice(digest(&SHA256, &self.der).as_ref());
        fingerprint
    }

    /// The issuer's name.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// The subject's name.
    #[must_use]
    pub fn subject(&self) -> &Name {
        &self.subject
    }

    /// The serial number.
    #[must_use]
    pub fn serial(&self) -> &SerialNumber {
        &self.serial
    }

    /// The validity of the certificate.
    #[must_use]
    pub fn validity(&self) -> Period {
        self.validity
    }

    /// When the private key may sign (privateKeyUsagePeriod, 9303-12, 7.1); an end left open is the certificate's own.
    #[must_use]
    pub fn private_key_usage(&self) -> Option<Period> {
        self.extensions.private_key_usage
    }

    /// The subject's public key.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// subjectKeyIdentifier.
    #[must_use]
    pub fn subject_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.subject_key_identifier.as_deref()
    }

    /// authorityKeyIdentifier's keyIdentifier.
    #[must_use]
    pub fn authority_key_identifier(&self) -> Option<&[u8]> {
        self.extensions.authority_key_identifier.as_deref()
    }

    /// keyUsage, if present.
    #[must_use]
    pub fn key_usage(&self) -> Option<KeyUsage> {
        self.extensions.key_usage
    }

    /// keyUsage has keyCertSign and cRLSign.
    pub(crate) fn signs_certificates_and_lists(&self) -> bool {
        self.key_usage().is_some_and(|usage| usage.key_cert_sign() && usage.crl_sign())
    }

    /// keyUsage has digitalSignature, and the certificate is no authority's.
    pub(crate) fn signs_objects(&self) -> bool {
        self.key_usage().is_some_and(|usage| usage.digital_signature()) && !self.is_authority()
    }

    /// basicConstraints: cA.
    #[must_use]
    pub fn is_authority(&self) -> bool {
        self.extensions.is_authority
    }

    /// The document codes the signer may sign (documentTypeList, 9303-12, 7.1.1.6), such as `CM`.
    #[must_use]
    pub fn document_types(&self) -> Option<&[String]> {
        self.extensions.document_types.as_deref()
    }

    /// The one role of its key: by the only purpose of a critical extKeyUsage; a document signer's by its document types, with
    /// no purpose stated. None for an authority, for a purpose that is not critical or not known, and for two roles in one.
    #[must_use]
    pub fn role(&self) -> Option<Role> {
        self.extensions.role()
    }

    /// Whether it is a root: self-issued with its own key identifier, an authority that signs certificates and lists.
    /// Its signature is not looked at.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.is_authority()
            && self.signs_certificates_and_lists()
            && self.subject_key_identifier().is_some()
            && self.names_issuer(self)
    }

    /// Whether it is a link: an authority's certificate by another key (9303-12, 7.1.1).
    #[must_use]
    pub fn is_link(&self) -> bool {
        self.is_authority()
            && self.signs_certificates_and_lists()
            && self.subject_key_identifier().is_some()
            && !self.names_issuer(self)
    }

    /// Whether its key may sign records of cards: a record signer's, or a document signer's.
    #[must_use]
    pub fn may_sign_records(&self) -> bool {
        matches!(self.role(), Some(Role::RecordSigner | Role::DocumentSigner))
    }

    /// Whether the certificate carries the marker of a test root.
    #[must_use]
    pub fn is_test_root(&self) -> bool {
        self.extensions.test_root
    }

    /// Whether a critical extension is unknown to Chipwright.
    #[must_use]
    pub fn has_unknown_critical_extension(&self) -> bool {
        self.extensions.unknown_critical
    }

    /// Whether `issuer` signed this certificate: names and key identifiers agree and the signature verifies.
    ///
    /// # Errors
    /// [`NotIssuedBy`] says which of the two failed.
    pub fn verify_issued_by(&self, issuer: &Self) -> Result<(), NotIssuedBy> {
        if !self.names_issuer(issuer) {
            return Err(NotIssuedBy::OtherIssuer);
        }
        issuer.public_key().verify_signed(&self.der).map_err(|_| NotIssuedBy::SignatureWrong)
    }

    /// Issuer name = subject name, and authority key identifier = subject key identifier where the former is present.
    pub(crate) fn names_issuer(&self, issuer: &Self) -> bool {
        self.issuer == issuer.subject
            && self.authority_key_identifier().is_none_or(|id| Some(id) == issuer.subject_key_identifier())
    }

    /// The algorithm a signature made with this certificate's key has.
    #[must_use]
    pub fn signature_algorithm(&self) -> SignatureAlgorithm {
        self.key.algorithm()
    }
}

/// Why a certificate is not the work of an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotIssuedBy {
    /// It names another issuer.
    #[error("the certificate names another issuer")]
    OtherIssuer,
    /// It names this issuer, but the signature does not verify.
    #[error("the certificate's signature does not verify with the issuer's key")]
    SignatureWrong,
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Certificate {}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({}, serial {})", self.subject, self.serial)
    }
}
