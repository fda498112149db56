//! What can be wrong with card-verifiable certificates.

use chipwright_iso7816::tlv::TlvError;
use jiff::civil::Date;

use super::{Reference, Role};
use crate::encoding::DerError;

/// Why bytes are not a card-verifiable certificate or request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CvError {
    /// The bytes are not the data objects that belong there, or not in their shortest form.
    #[error("this is not a well-formed card-verifiable certificate")]
    Malformed(#[from] TlvError),
    /// A data object holds something that is not allowed there; the text names the rule.
    #[error("{0}")]
    Refused(&'static str),
}

impl From<CvError> for DerError {
    fn from(error: CvError) -> Self {
        match error {
            CvError::Malformed(error) => {
                Self { offset: error.offset, ..Self::refuse("the data objects cannot be read back") }
            }
            CvError::Refused(rule) => Self::refuse(rule),
        }
    }
}

/// Why a certificate is not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IssueError {
    /// The key is not on P-256.
    #[error("card-verifiable certificates are made for P-256 keys only")]
    Curve,
    /// The issuer's role does not sign such certificates.
    #[error("a certificate of the role {role} is not signed by {issuer}")]
    Role {
        /// The role wanted.
        role: Role,
        /// Who was to sign.
        issuer: Reference,
    },
    /// The period ends before it begins, or does not lie inside the issuer's.
    #[error("the period must lie inside the issuer's, {effective} to {expires}")]
    Period {
        /// The issuer's first day.
        effective: Date,
        /// The issuer's last day.
        expires: Date,
    },
    /// The period ends before it begins.
    #[error("the period ends before it begins")]
    PeriodReversed,
    /// Certificates write the years 2000 to 2099.
    #[error("card-verifiable certificates write the years 2000 to 2099 only")]
    Year,
    /// The new authority is named as the former one.
    #[error("the new authority needs another name than {0}")]
    SameReference(Reference),
    /// The rights wanted are wider than the issuer's.
    #[error("a certificate cannot give rights that its issuer does not have")]
    Wider,
    /// The certificate cannot be written.
    #[error("the card-verifiable certificate cannot be written")]
    Encoding(#[source] CvError),
}

/// Why a request is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RequestError {
    /// Its key is not on P-256 with the standard's parameters.
    #[error("the request's key is not on P-256")]
    Curve,
    /// The holder of the key in it did not sign it.
    #[error("the request is not signed with the key in it")]
    SignatureWrong,
    /// The outer signature is not by the key given.
    #[error("the outer signature of the request does not verify")]
    OuterSignatureWrong,
}

/// Why a chain opens nothing: which certificate, counted from 1 at the trust point's side, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("certificate {position} of the chain ({holder}) cannot be used")]
pub struct ChainError {
    /// Its place in the chain, from 1; 0 is the trust point itself.
    pub position: usize,
    /// Whose certificate it is.
    pub holder: Reference,
    /// What is wrong.
    #[source]
    pub fault: ChainFault,
}

/// What is wrong with a certificate of a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// It names another authority than the certificate before it.
    #[error("it was issued by another authority than the one before it")]
    OtherAuthority,
    /// Its key is not on P-256, or not for ECDSA with SHA-256.
    #[error("its key is not on P-256 for ECDSA with SHA-256")]
    Curve,
    /// Its signature does not verify.
    #[error("its signature does not verify")]
    SignatureWrong,
    /// Its role may not follow the one before it.
    #[error("its role may not follow the one before it")]
    Role,
    /// It is not for authentication terminals.
    #[error("it is not for authentication terminals (id-AT)")]
    TerminalType,
    /// It is not valid yet.
    #[error("it is not valid before {0}")]
    NotYetValid(Date),
    /// It has expired.
    #[error("it expired on {0}")]
    Expired(Date),
    /// The last certificate is not a terminal's.
    #[error("the chain does not end with a terminal")]
    NoTerminal,
}
