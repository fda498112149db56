//! A chain from a trust point to a terminal, checked as a card checks it (TR-03110-3, 2.5; `applet-spec/card.md`, TA-02 to
//! TA-07), with the date as an argument.

use jiff::civil::Date;

use super::{ChainError, ChainFault, CvCertificate, Permissions, Role};
use crate::oid;

/// Certificates in the order a card is shown them: links, document verifier, terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    trust_point: CvCertificate,
    certificates: Vec<CvCertificate>,
}

/// A chain that has verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedChain {
    permissions: Permissions,
}

impl CheckedChain {
    /// What the terminal may do, by the chain alone.
    #[must_use]
    pub const fn permissions(&self) -> Permissions {
        self.permissions
    }
}

impl Chain {
    /// From this trust point down.
    #[must_use]
    pub const fn new(trust_point: CvCertificate, certificates: Vec<CvCertificate>) -> Self {
        Self { trust_point, certificates }
    }

    /// The trust point.
    #[must_use]
    pub const fn trust_point(&self) -> &CvCertificate {
        &self.trust_point
    }

    /// The certificates below the trust point.
    #[must_use]
    pub fn certificates(&self) -> &[CvCertificate] {
        &self.certificates
    }

    /// The terminal's certificate: the last.
    #[must_use]
    pub fn terminal(&self) -> Option<&CvCertificate> {
        self.certificates.last()
    }

    /// The certificates to show a card that names this authority as its trust point: from the first one it issued, links
    /// included, to the terminal's. None if the chain does not pass there.
    #[must_use]
    pub fn below(&self, authority: &[u8]) -> Option<&[CvCertificate]> {
        let signed = |certificate: &CvCertificate| certificate.authority().as_bytes() == authority;
        self.certificates.iter().position(signed).map(|at| &self.certificates[at..])
    }

    /// Checks every signature, role and date, and gathers the rights.
    ///
    /// # Errors
    /// [`ChainError`] names the first certificate that cannot be used, and why.
    pub fn check(&self, at: Date) -> Result<CheckedChain, ChainError> {
        let fail = |position, certificate: &CvCertificate, fault| ChainError {
            position,
            holder: certificate.holder().clone(),
            fault,
        };
        let point = &self.trust_point;
        let mut key = point.public_key().as_p256().ok_or_else(|| fail(0, point, ChainFault::Curve))?;
        let mut issuer = point;
        let rights = |certificate: &CvCertificate| {
            let ours = certificate.chat().terminal_type() == oid::AUTHENTICATION_TERMINAL;
            certificate.chat().rights().filter(|_| ours).ok_or(ChainFault::TerminalType)
        };
        let mut permissions =
            Permissions::new(rights(point).map_err(|fault| fail(0, point, fault))?, point.file_rights());
        if point.role() != Role::Cvca {
            return Err(fail(0, point, ChainFault::Role));
        }
        for (index, certificate) in self.certificates.iter().enumerate() {
            let position = index + 1;
            let fault = |fault| fail(position, certificate, fault);
            if certificate.authority() != issuer.holder() {
                return Err(fault(ChainFault::OtherAuthority));
            }
            let rights = rights(certificate).map_err(fault)?;
            if !certificate.role().may_follow(issuer.role()) {
                return Err(fault(ChainFault::Role));
            }
            certificate.verify(&key).map_err(|_| fault(ChainFault::SignatureWrong))?;
            dates(certificate, at).map_err(fault)?;
            permissions = permissions.narrowed(rights, certificate.file_rights());
            key = certificate.public_key().as_p256().ok_or_else(|| fault(ChainFault::Curve))?;
            issuer = certificate;
        }
        if issuer.role() != Role::Terminal {
            return Err(fail(self.certificates.len(), issuer, ChainFault::NoTerminal));
        }
        Ok(CheckedChain { permissions })
    }
}

fn dates(certificate: &CvCertificate, at: Date) -> Result<(), ChainFault> {
    let period = certificate.period();
    if at < period.effective() {
        return Err(ChainFault::NotYetValid(period.effective()));
    }
    // a link serves cards that have slept through its days (9303-11, 7.1.4.3.4; TA-03)
    let day = if certificate.role() == Role::Cvca { period.effective() } else { at };
    if day > period.expires() {
        return Err(ChainFault::Expired(period.expires()));
    }
    Ok(())
}
