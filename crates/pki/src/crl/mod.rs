//! Certificate revocation lists, version 2 (RFC 5280, 5; 9303-12, 7.2): made by the root, numbered, dated.

mod issue;
mod view;

use std::collections::HashMap;
use std::fmt;

use jiff::Timestamp;
use serde::Serialize;

use crate::algorithm::{PublicKey, SignatureWrong};
use crate::certificate::Certificate;
use crate::name::Name;
use crate::pem::{self, PemError};
use crate::serial::SerialNumber;
use crate::x690::DerError;

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
    /// The value of the ENUMERATED.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Unspecified => 0,
            Self::KeyCompromise => 1,
            Self::CaCompromise => 2,
            Self::AffiliationChanged => 3,
            Self::Superseded => 4,
            Self::CessationOfOperation => 5,
            Self::CertificateHold => 6,
            Self::PrivilegeWithdrawn => 9,
            Self::AaCompromise => 10,
        }
    }

    pub(crate) fn from_code(code: u8) -> Option<Self> {
        [
            Self::Unspecified,
            Self::KeyCompromise,
            Self::CaCompromise,
            Self::AffiliationChanged,
            Self::Superseded,
            Self::CessationOfOperation,
            Self::CertificateHold,
            Self::PrivilegeWithdrawn,
            Self::AaCompromise,
        ]
        .into_iter()
        .find(|reason| reason.code() == code)
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
        Ok(view::CrlView::parse(der)?.into_owned())
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
        view::CrlView::parse(&self.der).map_err(|_| SignatureWrong)?.verify(key)
    }
}

impl fmt::Debug for Crl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Crl({}, number {}, {} revoked)", self.issuer, self.number, self.revoked.len())
    }
}
