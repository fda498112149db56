//! The proof that somebody else has looked: without it nothing is signed.

use super::{ApprovedChange, ApprovedList, BatchError, RowDigest};
use crate::intake::{Applicant, BadRow, Problem, Rejection};
use chipwright_pki::{Certificate, TrustStore};
use chipwright_profile::{CardNumber, FittedPortrait, Member, PersonName, Revision, RevisionError, Unit};
use jiff::Timestamp;

/// What a station may sign.
///
/// ```compile_fail
/// use chipwright_issuance::batch::Approved;
/// fn anybody(member: chipwright_profile::Member, portrait: chipwright_profile::FittedPortrait) -> Approved {
///     Approved { line: 1, member, portrait } // private: only an `Approval` makes one
/// }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Approval<'a>(Kind<'a>);

#[derive(Debug, Clone, Copy)]
enum Kind<'a> {
    Nothing,
    List(&'a ApprovedList),
    Change(&'a ApprovedChange),
    Waived,
}

/// A member whose data and photograph are exactly those that were approved.
pub struct Approved {
    line: u64,
    member: Member,
    portrait: FittedPortrait,
}

/// The files of an issued card with the change that was approved, and no other.
#[derive(Debug)]
pub struct ApprovedRevision {
    pub(crate) revision: Revision,
}

/// Why a change of a card is not signed.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// The files cannot be revised.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// Nobody has approved it, or something else was approved.
    #[error("this change of the card was not approved as it is asked for, for the card as it stands")]
    NotApproved,
}

impl<'a> Approval<'a> {
    /// Nothing: for work that signs nothing.
    #[must_use]
    pub const fn nothing() -> Self {
        Self(Kind::Nothing)
    }

    /// The members of this list.
    #[must_use]
    pub const fn of_list(list: &'a ApprovedList) -> Self {
        Self(Kind::List(list))
    }

    /// This change.
    #[must_use]
    pub const fn of_change(change: &'a ApprovedChange) -> Self {
        Self(Kind::Change(change))
    }

    /// Everything: the issuer has decided that one person suffices. Good only for signers under a test root.
    #[must_use]
    pub const fn danger_waived() -> Self {
        Self(Kind::Waived)
    }

    /// Is it an approval at all, for this signer, and good now?
    ///
    /// # Errors
    /// [`BatchError::NotApproved`], [`BatchError::OtherAuthority`], [`BatchError::TooOld`].
    pub fn check(&self, signer: &Certificate, trust: &TrustStore, at: Timestamp) -> Result<(), BatchError> {
        match self.0 {
            Kind::Nothing => Err(BatchError::NotApproved),
            Kind::List(list) => list.limits.check(signer, at),
            Kind::Change(change) => change.limits.check(signer, at),
            Kind::Waived if is_of_test_root(signer, trust) => Ok(()),
            Kind::Waived => Err(BatchError::NotApproved),
        }
    }

    /// The applicant with the photograph fitted into `budget` bytes, if that record with that photograph was approved.
    ///
    /// # Errors
    /// The row, refused: [`Problem::NotApproved`], or its photograph cannot be used.
    pub fn admit(&self, applicant: Applicant, budget: usize) -> Result<Approved, BadRow> {
        let photograph = match applicant.portrait.read() {
            Ok(photograph) => photograph,
            Err(rejection) => return Err(applicant.reject(rejection)),
        };
        let approved = match self.0 {
            Kind::List(approved) => {
                approved.list.holds(&RowDigest::of(&applicant.member, photograph.digest()))
            }
            Kind::Waived => true,
            Kind::Nothing | Kind::Change(_) => false,
        };
        if !approved {
            let line = applicant.line;
            return Err(applicant.reject(Rejection { line, place: None, problem: Problem::NotApproved }));
        }
        match photograph.fit(budget) {
            Ok(portrait) => Ok(Approved { line: applicant.line, member: applicant.member, portrait }),
            Err(rejection) => Err(applicant.reject(rejection)),
        }
    }

    /// The revised files of a card whose EF.SOD has this SHA-256, if that change was approved; `None` if the card says so already.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn revise(
        &self,
        card: &CardNumber,
        security_object: &[u8; 32],
        files: Revision,
        (name, unit): (Option<&PersonName>, Option<&Unit>),
    ) -> Result<Option<ApprovedRevision>, ChangeError> {
        let mut revision = files;
        if let Some(name) = name {
            revision = revision.with_name(name)?;
        }
        if let Some(unit) = unit {
            revision = revision.with_unit(unit)?;
        }
        if !revision.is_changed() {
            return Ok(None);
        }
        let approved = match self.0 {
            Kind::Change(approved) => {
                let change = &approved.change;
                change.card == *card
                    && change.security_object == *security_object
                    && change.name.as_ref() == name
                    && change.unit.as_ref() == unit
            }
            Kind::Waived => true,
            Kind::Nothing | Kind::List(_) => false,
        };
        if approved { Ok(Some(ApprovedRevision { revision })) } else { Err(ChangeError::NotApproved) }
    }
}

fn is_of_test_root(signer: &Certificate, trust: &TrustStore) -> bool {
    let roots = trust.roots().iter().map(|root| root.certificate());
    let mut issuers = roots.filter(|root| signer.verify_issued_by(root).is_ok()).peekable();
    issuers.peek().is_some() && issuers.all(Certificate::is_test_root)
}

impl Approved {
    /// Line of the members file.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// The member.
    #[must_use]
    pub const fn member(&self) -> &Member {
        &self.member
    }

    /// The portrait.
    #[must_use]
    pub const fn portrait(&self) -> &FittedPortrait {
        &self.portrait
    }
}

impl std::fmt::Debug for Approved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Approved").field("line", &self.line).finish_non_exhaustive()
    }
}
