//! Terminal Authentication version 2, chip side (BSI TR-03110-2, 3.3; TR-03110-3, A.7 and B.3).
//!
//! After PACE with a certificate holder authorization template a [`TerminalAuthentication`] takes certificates from a
//! trust point down to the terminal's, then a signature over a challenge and the terminal's ephemeral key. What a
//! certificate changes on the card comes back as new [`TrustPoints`], to be stored before the answer goes out.

mod chain;
mod command;
mod trust_points;

pub use chain::NotVerified;
pub use command::{CommandError, SetAt, SetDst};
pub use trust_points::TrustPoints;
pub(crate) use trust_points::can_be_first;

use crate::cv::{Certificate, CvError, Rights, Role};
use crate::flaw::{Flaw, flawed};
use chain::Holder;
use chipwright_iso7816::StatusWord;

/// How many certificates of a session are remembered; the oldest goes.
const MOST_VERIFIED: usize = 4;

/// One session's run.
pub struct TerminalAuthentication {
    requested: Rights,
    by_pin: bool,
    card_key: [u8; 32],
    stage: Stage,
}

enum Stage {
    /// Certificates are verified with the key of `authority`.
    Certificates { verified: Vec<Holder>, authority: Option<Holder> },
    /// MSE:Set AT has named the terminal; the challenge is drawn.
    Named { terminal: Box<Holder>, pcd: [u8; 32], challenge: Option<[u8; 8]> },
    /// The terminal is authenticated with this ephemeral key.
    Done { rights: Rights, pcd: [u8; 32] },
}

/// Why a command of Terminal Authentication is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TerminalFailure {
    /// Neither a trust point nor a certificate of this session has this reference.
    #[error("no key with this reference is known")]
    UnknownReference,
    /// The certificate cannot be read.
    #[error("the certificate cannot be read")]
    Unreadable(#[from] CvError),
    /// The certificate is not good.
    #[error("the certificate does not verify")]
    Certificate(#[from] NotVerified),
    /// The signature over the challenge is wrong.
    #[error("the signature of the terminal is wrong")]
    WrongSignature,
    /// The command comes out of order.
    #[error("the command is out of order")]
    OutOfOrder,
}

impl TerminalFailure {
    /// TA-02, TA-05.
    #[must_use]
    pub const fn status(self) -> StatusWord {
        match self {
            Self::UnknownReference => StatusWord::REFERENCED_DATA_NOT_FOUND,
            Self::Unreadable(_) => StatusWord::INCORRECT_DATA,
            Self::Certificate(_) | Self::WrongSignature => StatusWord::AUTHENTICATION_FAILED,
            Self::OutOfOrder => StatusWord::CONDITIONS_NOT_SATISFIED,
        }
    }
}

impl TerminalAuthentication {
    /// After PACE in which the terminal asked for `requested`; `by_pin` tells that the password was the PIN: any other needs
    /// *CAN allowed* (TA-06); `card_key` is ID.PICC.
    #[must_use]
    pub fn new(requested: [u8; 5], by_pin: bool, card_key: [u8; 32]) -> Self {
        Self { requested: Rights::requested(requested), by_pin, card_key, stage: Stage::BEGIN }
    }

    /// MSE:Set DST: the key that verifies the next certificate.
    ///
    /// # Errors
    /// [`TerminalFailure`].
    pub fn set_authority(&mut self, trust: &TrustPoints, reference: &[u8]) -> Result<(), TerminalFailure> {
        let verified = match std::mem::replace(&mut self.stage, Stage::BEGIN) {
            Stage::Certificates { verified, .. } => verified,
            Stage::Named { .. } => Vec::new(),
            done @ Stage::Done { .. } => {
                self.stage = done;
                return Err(TerminalFailure::OutOfOrder);
            }
        };
        let known = || verified.iter().find(|holder| holder.reference == reference).cloned();
        let authority = trust.holder(reference, self.requested).or_else(known);
        let outcome = authority.as_ref().map(|_| ()).ok_or(TerminalFailure::UnknownReference);
        self.stage = Stage::Certificates { verified, authority };
        outcome
    }

    /// PSO: Verify Certificate with `7F4E ‖ 5F37`. The trust points and the date as they are from now on, if they
    /// change.
    ///
    /// # Errors
    /// [`TerminalFailure`]; nothing changes then.
    pub fn verify_certificate(
        &mut self,
        trust: &TrustPoints,
        data: &[u8],
    ) -> Result<Option<TrustPoints>, TerminalFailure> {
        let Stage::Certificates { verified, authority: Some(authority) } = &mut self.stage else {
            return Err(TerminalFailure::OutOfOrder);
        };
        let certificate = Certificate::parse_parts(data)?;
        let holder = authority.verify(&certificate, trust)?;
        let after = trust.after(&certificate, authority)?;
        if holder.role != Role::Cvca {
            verified.retain(|known| known.reference != holder.reference);
            if verified.len() == MOST_VERIFIED {
                verified.remove(0);
            }
            verified.push(holder);
        }
        Ok((after != *trust).then_some(after))
    }

    /// Forgets the certificates of the session.
    pub fn begin_anew(&mut self) {
        self.stage = Stage::BEGIN;
    }

    /// MSE:Set AT: the terminal and its ephemeral key.
    ///
    /// # Errors
    /// [`TerminalFailure`].
    pub fn set_terminal(&mut self, set_at: &SetAt) -> Result<(), TerminalFailure> {
        let terminal = match &self.stage {
            Stage::Certificates { verified, .. } => verified
                .iter()
                .find(|holder| holder.role == Role::Terminal && holder.reference == set_at.terminal)
                .ok_or(TerminalFailure::UnknownReference)?,
            Stage::Named { terminal, .. } if terminal.reference == set_at.terminal => terminal,
            Stage::Named { .. } => return Err(TerminalFailure::UnknownReference),
            Stage::Done { .. } => return Err(TerminalFailure::OutOfOrder),
        };
        let terminal = Box::new(terminal.clone());
        self.stage = Stage::Named { terminal, pcd: set_at.ephemeral_key, challenge: None };
        Ok(())
    }

    /// GET CHALLENGE was answered with r.PICC.
    pub fn challenge(&mut self, drawn: [u8; 8]) {
        if let Stage::Named { challenge, .. } = &mut self.stage {
            *challenge = Some(drawn);
        }
    }

    /// EXTERNAL AUTHENTICATE: the signature over [`TerminalAuthentication::signed_data`]. Any failure leads back to
    /// the first certificate.
    ///
    /// # Errors
    /// [`TerminalFailure`].
    pub fn authenticate(&mut self, signature: &[u8]) -> Result<(), TerminalFailure> {
        let signed = self.signed_data().ok_or(TerminalFailure::OutOfOrder)?;
        let before = std::mem::replace(&mut self.stage, Stage::BEGIN);
        let Stage::Named { terminal, pcd, .. } = &before else {
            return Err(TerminalFailure::OutOfOrder);
        };
        let (terminal, pcd) = (terminal.clone(), *pcd);
        if !terminal.key.verifies(&signed, signature) && !flawed(Flaw::TerminalSignatureUnchecked) {
            if flawed(Flaw::ChallengeServesTwice) {
                self.stage = before;
            }
            return Err(TerminalFailure::WrongSignature);
        }
        let refused =
            !self.by_pin && !terminal.rights.can_is_allowed() && !flawed(Flaw::CanNeedsNoPermission);
        let rights = if refused { Rights::NONE } else { terminal.rights };
        self.stage = Stage::Done { rights, pcd };
        Ok(())
    }

    /// `ID.PICC ‖ r.PICC ‖ Comp(PK.PCD)` (TR-03110-3, A.7.1); none before a challenge is drawn for a named terminal.
    #[must_use]
    pub fn signed_data(&self) -> Option<Vec<u8>> {
        match &self.stage {
            Stage::Named { pcd, challenge: Some(challenge), .. } => {
                Some(signed_data(&self.card_key, challenge, pcd))
            }
            Stage::Named { .. } | Stage::Certificates { .. } | Stage::Done { .. } => None,
        }
    }

    /// Comp(PK.PCD) of the authenticated terminal, which Chip Authentication must use; and its rights.
    #[must_use]
    pub const fn authenticated(&self) -> Option<([u8; 32], Rights)> {
        match &self.stage {
            Stage::Done { rights, pcd } => Some((*pcd, *rights)),
            Stage::Named { .. } | Stage::Certificates { .. } => None,
        }
    }
}

impl Stage {
    const BEGIN: Self = Self::Certificates { verified: Vec::new(), authority: None };
}

fn signed_data(card_key: &[u8; 32], challenge: &[u8; 8], pcd: &[u8; 32]) -> Vec<u8> {
    [&card_key[..], challenge, pcd].concat()
}

#[cfg(test)]
mod tests;
#[cfg(test)]
mod worked_example;
