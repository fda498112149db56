//! What the card trusts, and what day it believes it is.

use super::chain::{Holder, NotVerified};
use crate::cv::{Certificate, CvError, Date, Rights, Role};
use crate::flaw::{Flaw, flawed};
use crate::pace::DomainParameters;

/// The trust points and the approximate date (TA-03, TA-04).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrustPoints {
    pub(super) domain: DomainParameters,
    pub(super) date: Date,
    current: Certificate,
    second: Option<Certificate>,
}

/// PERSO-23: whether a certificate can be a card's first trust point: a CVCA for authentication terminals, with a key on
/// P-256 that signed it.
pub(crate) fn can_be_first(certificate: &[u8]) -> bool {
    let Ok(certificate) = Certificate::parse(certificate) else { return false };
    let signed = certificate
        .public_key
        .on(DomainParameters::P256)
        .is_some_and(|key| key.verifies(&certificate.body, &certificate.signature));
    let of_cvca = certificate.template.role() == Role::Cvca
        && certificate.template.authentication_terminal().is_some()
        && certificate.public_key.has_domain_parameters();
    signed && of_cvca && certificate.authority == certificate.holder
}

impl TrustPoints {
    /// The longest certificate that is kept.
    pub const MOST: usize = 512;

    /// As personalised: one trust point, its effective date being the card's.
    ///
    /// # Errors
    /// [`CvError`].
    pub fn first(domain: DomainParameters, certificate: &[u8]) -> Result<Self, CvError> {
        let current = Certificate::parse(certificate)?;
        Ok(Self { domain, date: current.effective, current, second: None })
    }

    /// As stored.
    ///
    /// # Errors
    /// [`CvError`].
    pub fn stored(
        domain: DomainParameters,
        current: &[u8],
        second: Option<&[u8]>,
        date: &[u8],
    ) -> Result<Self, CvError> {
        let second = second.map(Certificate::parse).transpose()?;
        Ok(Self { domain, date: Date::new(date)?, current: Certificate::parse(current)?, second })
    }

    /// The approximate date.
    #[must_use]
    pub const fn date(&self) -> Date {
        self.date
    }

    /// The trust point that a link follows.
    #[must_use]
    pub const fn current(&self) -> &Certificate {
        &self.current
    }

    /// The former one, until it expires.
    #[must_use]
    pub fn second(&self) -> Option<&Certificate> {
        self.second.as_ref().filter(|second| second.expiration >= self.date)
    }

    /// What the last answer of PACE names in `87` and `88` (TA-01).
    #[must_use]
    pub fn references(&self) -> [Option<Vec<u8>>; 2] {
        [Some(self.current.holder.clone()), self.second().map(|second| second.holder.clone())]
    }

    /// Whether a trust point has this reference.
    pub(super) fn has(&self, reference: &[u8]) -> bool {
        self.trusted().any(|point| point.holder == reference)
    }

    fn trusted(&self) -> impl Iterator<Item = &Certificate> {
        [Some(&self.current), self.second()].into_iter().flatten()
    }

    /// The trust point of this reference, as the beginning of a chain.
    pub(super) fn holder(&self, reference: &[u8], requested: Rights) -> Option<Holder> {
        let certificate = self.trusted().find(|point| point.holder == reference)?;
        Some(Holder {
            reference: reference.to_vec(),
            role: Role::Cvca,
            key: certificate.public_key.on(self.domain)?,
            expiration: certificate.expiration,
            rights: requested.narrowed_by(certificate),
        })
    }

    /// As they are after this certificate, which `issuer` has verified (TA-03, TA-04): a link becomes the trust point,
    /// and whoever may raise the date raises it.
    ///
    /// The second trust point issues no links: a key that was replaced cannot lead the card elsewhere.
    pub(super) fn after(&self, certificate: &Certificate, issuer: &Holder) -> Result<Self, NotVerified> {
        let role = certificate.template.role();
        let mut after = self.clone();
        if role == Role::Cvca && *certificate != self.current {
            if issuer.reference != self.current.holder || certificate.holder == self.current.holder {
                return Err(NotVerified::Link);
            }
            if certificate.to_bytes().len() > Self::MOST {
                return Err(NotVerified::TooLong);
            }
            after.second = Some(std::mem::replace(&mut after.current, certificate.clone()));
        }
        let raises = role != Role::Terminal || issuer.role == Role::DomesticVerifier;
        if raises && !flawed(Flaw::DateNotRaised) {
            after.date = after.date.max(certificate.effective);
        }
        if after.second().is_none() {
            after.second = None;
        }
        Ok(after)
    }
}
