//! One certificate after the other.

use super::TrustPoints;
use crate::cv::{Certificate, Date, Rights, Role, VerifyingKey};
use crate::flaw::{Flaw, flawed};

/// A holder of a key that a certificate, or a trust point, has vouched for.
#[derive(Clone)]
pub(super) struct Holder {
    pub(super) reference: Vec<u8>,
    pub(super) role: Role,
    pub(super) key: VerifyingKey,
    /// The last day.
    pub(super) expiration: Date,
    /// Of the session's template and every certificate from the trust point to this one (TA-06).
    pub(super) rights: Rights,
}

/// What is wrong with a certificate that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
    /// It was issued under another key.
    #[error("the certificate names another certification authority")]
    AnotherAuthority,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    Signature,
    /// Not a certificate of an authentication terminal's hierarchy.
    #[error("the terminal type is not an authentication terminal")]
    TerminalType,
    /// A holder of this role does not certify that one.
    #[error("the issuer may not certify a holder of this role")]
    Role,
    /// Its key is not one for ecdsa-plain with SHA-256 on the card's curve.
    #[error("the public key is not of the card's kind")]
    Key,
    /// A CVCA's key without domain parameters.
    #[error("the domain parameters are left out")]
    DomainParameters,
    /// Its last day lies before the card's date, or before its first.
    #[error("the certificate has expired")]
    Expired,
    /// The trust point that issued it has expired: it is good for links only.
    #[error("the trust point has expired")]
    TrustPointExpired,
    /// Its holder has the name of a trust point, or of its own issuer.
    #[error("the name of the holder is taken")]
    NameTaken,
    /// A link that was signed with the second trust point, or that keeps the name and changes the rest.
    #[error("the link does not follow the trust point")]
    Link,
    /// A link that is longer than what the card keeps.
    #[error("the link has no room on the card")]
    TooLong,
}

impl Holder {
    /// TA-02: whether this holder has issued the certificate, and to whom.
    pub(super) fn verify(&self, certificate: &Certificate, trust: &TrustPoints) -> Result<Self, NotVerified> {
        if certificate.authority != self.reference {
            return Err(NotVerified::AnotherAuthority);
        }
        let right = self.key.verifies(&certificate.body, &certificate.signature);
        if !right && !flawed(Flaw::CertificateSignatureUnchecked) {
            return Err(NotVerified::Signature);
        }
        if certificate.template.authentication_terminal().is_none() {
            return Err(NotVerified::TerminalType);
        }
        let role = certificate.template.role();
        match (self.role, role) {
            (Role::Cvca, Role::Cvca | Role::DomesticVerifier | Role::ForeignVerifier)
            | (Role::DomesticVerifier | Role::ForeignVerifier, Role::Terminal) => {}
            _ if flawed(Flaw::CertificateRoleUnchecked) => {}
            (Role::Cvca | Role::DomesticVerifier | Role::ForeignVerifier | Role::Terminal, _) => {
                return Err(NotVerified::Role);
            }
        }
        let key = certificate.public_key.on(trust.domain).ok_or(NotVerified::Key)?;
        if role == Role::Cvca && !certificate.public_key.has_domain_parameters() {
            return Err(NotVerified::DomainParameters);
        }
        // Links lead a card on that was not asked for long, whatever their last day (9303-11, 7.1.4.3.4).
        let expires = role != Role::Cvca || flawed(Flaw::ExpiredLinkRefused);
        let expired = expires && certificate.expiration < trust.date;
        let never_valid = certificate.expiration < certificate.effective;
        if (expired || never_valid) && !flawed(Flaw::ExpiredCertificateAccepted) {
            return Err(NotVerified::Expired);
        }
        let by_expired = self.role == Role::Cvca && role != Role::Cvca && self.expiration < trust.date;
        if by_expired && !flawed(Flaw::ExpiredTrustPointIssues) {
            return Err(NotVerified::TrustPointExpired);
        }
        if role != Role::Cvca && (certificate.holder == self.reference || trust.has(&certificate.holder)) {
            return Err(NotVerified::NameTaken);
        }
        let rights = self.rights.narrowed_by(certificate);
        let (reference, expiration) = (certificate.holder.clone(), certificate.expiration);
        Ok(Self { reference, role, key, expiration, rights })
    }
}
