//! Certificate revocation lists, version 2 (RFC 5280, 5; 9303-12, 7.2): made by the root, numbered, dated.

mod issue;
mod read;

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;
use x509_cert::ext::pkix::CrlReason;

use crate::algorithm::{PublicKey, SignatureWrong};
use crate::certificate::Certificate;
use crate::encoding::DerError;
use crate::name::Name;
use crate::pem::{self, PemError};
use crate::serial::SerialNumber;

pub use issue::{CrlProfile, CrlProfileError, RevokedCertificate, issue};

/// Why a certificate was revoked (CRLReason, RFC 5280, 5.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No reason given (0); the extension is left out.
    Unspecified,
    /// The private key is, or may be, in other hands (1).
    KeyCompromise,
    /// The authority's own key is, or may be, in other hands (2).
    CaCompromise,
    /// The subject's name or standing changed (3).
    AffiliationChanged,
    /// Replaced (4).
    Superseded,
    /// No longer used (5).
    CessationOfOperation,
    /// On hold (6).
    CertificateHold,
    /// A privilege was withdrawn (9).
    PrivilegeWithdrawn,
    /// An attribute authority's key is, or may be, in other hands (10).
    AaCompromise,
}

impl Reason {
    pub(crate) const fn to_x509(self) -> CrlReason {
        match self {
            Self::Unspecified => CrlReason::Unspecified,
            Self::KeyCompromise => CrlReason::KeyCompromise,
            Self::CaCompromise => CrlReason::CaCompromise,
            Self::AffiliationChanged => CrlReason::AffiliationChanged,
            Self::Superseded => CrlReason::Superseded,
            Self::CessationOfOperation => CrlReason::CessationOfOperation,
            Self::CertificateHold => CrlReason::CertificateHold,
            Self::PrivilegeWithdrawn => CrlReason::PrivilegeWithdrawn,
            Self::AaCompromise => CrlReason::AaCompromise,
        }
    }

    /// None for removeFromCRL (8), which only delta lists have.
    pub(crate) const fn from_x509(reason: CrlReason) -> Option<Self> {
        Some(match reason {
            CrlReason::Unspecified => Self::Unspecified,
            CrlReason::KeyCompromise => Self::KeyCompromise,
            CrlReason::CaCompromise => Self::CaCompromise,
            CrlReason::AffiliationChanged => Self::AffiliationChanged,
            CrlReason::Superseded => Self::Superseded,
            CrlReason::CessationOfOperation => Self::CessationOfOperation,
            CrlReason::CertificateHold => Self::CertificateHold,
            CrlReason::PrivilegeWithdrawn => Self::PrivilegeWithdrawn,
            CrlReason::AaCompromise => Self::AaCompromise,
            CrlReason::RemoveFromCRL => return None,
        })
    }
}

/// When and why a certificate was revoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Revocation {
    /// revocationDate.
    pub date: Timestamp,
    /// reasonCode.
    pub reason: Reason,
}

/// A revocation list: its bytes, and what was read from them.
#[derive(Clone)]
pub struct Crl {
    der: Box<[u8]>,
    issuer: Name,
    authority_key_identifier: Box<[u8]>,
    number: u64,
    this_update: Timestamp,
    next_update: Timestamp,
    revoked: HashMap<SerialNumber, Revocation>,
}

/// Why bytes are not a revocation list that Chipwright can use.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CrlError {
    /// The DER is not a complete version 2 list with number, next update and authority key identifier.
    #[error("this is not a well-formed revocation list of the profile")]
    Malformed(#[from] DerError),
    /// The file is neither PEM nor DER.
    #[error("the file holds no revocation list")]
    Pem(#[from] PemError),
}

impl Crl {
    /// Reads one DER list. Its signature is checked when a [`crate::TrustStore`] takes it.
    ///
    /// # Errors
    /// [`CrlError`], with the byte offset where reading stopped. A list with an unknown critical extension (a delta or
    /// a partial list, for instance) is refused here.
    pub fn from_der(der: &[u8]) -> Result<Self, CrlError> {
        Ok(Self::read(der)?)
    }

    /// Reads lists from a PEM file (any number) or a DER file (one).
    ///
    /// # Errors
    /// [`CrlError`] of the first one that cannot be read.
    pub fn from_file_bytes(bytes: &[u8]) -> Result<Vec<Self>, CrlError> {
        pem::decode(bytes, pem::X509_CRL)?.iter().map(|der| Self::from_der(der)).collect()
    }

    /// The DER encoding, exactly as read.
    #[must_use]
    pub fn as_der(&self) -> &[u8] {
        &self.der
    }

    /// The list as one PEM block.
    #[must_use]
    pub fn to_pem(&self) -> String {
        pem::encode(&self.der, pem::X509_CRL)
    }

    /// The issuer's name.
    #[must_use]
    pub fn issuer(&self) -> &Name {
        &self.issuer
    }

    /// cRLNumber; it grows with every list.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.number
    }

    /// thisUpdate.
    #[must_use]
    pub fn this_update(&self) -> Timestamp {
        self.this_update
    }

    /// nextUpdate.
    #[must_use]
    pub fn next_update(&self) -> Timestamp {
        self.next_update
    }

    /// How many certificates are revoked.
    #[must_use]
    pub fn len(&self) -> usize {
        self.revoked.len()
    }

    /// Whether no certificate is revoked.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.revoked.is_empty()
    }

    /// The revocation of a certificate of this issuer, if there is one.
    #[must_use]
    pub fn revocation(&self, serial: &SerialNumber) -> Option<Revocation> {
        self.revoked.get(serial).copied()
    }

    /// All revocations, in no particular order.
    pub fn revocations(&self) -> impl Iterator<Item = (&SerialNumber, Revocation)> {
        self.revoked.iter().map(|(serial, revocation)| (serial, *revocation))
    }

    /// Whether the list names `issuer` as its issuer, by name and key identifier.
    pub(crate) fn names_issuer(&self, issuer: &Certificate) -> bool {
        self.issuer == *issuer.subject()
            && Some(&*self.authority_key_identifier) == issuer.subject_key_identifier()
    }

    pub(crate) fn verify(&self, key: &PublicKey) -> Result<(), SignatureWrong> {
        key.verify_signed(&self.der)
    }
}

impl PartialEq for Crl {
    fn eq(&self, other: &Self) -> bool {
        self.der == other.der
    }
}

impl Eq for Crl {}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({}, number {}, {} revoked)", self.issuer, self.number, self.revoked.len())
    }
}
