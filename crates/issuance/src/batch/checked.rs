//! The two signatures, made and checked.

use super::error::Same;
use super::{BatchError, BatchFile, CardChange, Content, List, Manifest, Which};
use chipwright_pki::role::Role;
use chipwright_pki::statement::{self, Verified};
use chipwright_pki::{Certificate, Name, Policy, Prepared, SignedData, TrustStore, oid};
use jiff::{SignedDuration, Timestamp};
use ring::digest::{SHA256, digest};

/// What a batch is checked against.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Whose registrars count.
    pub trust: &'a TrustStore,
    /// What is demanded of their certificates.
    pub policy: &'a Policy,
    /// The time of the check.
    pub at: Timestamp,
    /// For how many days an approval is good.
    pub valid_days: u16,
}

/// A registrar who has signed.
#[derive(Debug, Clone)]
pub struct Registrar {
    /// The certificate.
    pub certificate: Certificate,
    /// When, by the registrar's own word.
    pub at: Timestamp,
}

/// A batch whose preparation is good. Nothing may be signed for it yet.
#[derive(Debug, Clone)]
pub struct PreparedBatch {
    manifest: Manifest,
    preparer: Registrar,
    digest: [u8; 32],
}

/// A batch that two registrars have signed.
#[derive(Debug, Clone)]
pub struct ApprovedBatch {
    prepared: PreparedBatch,
    approver: Registrar,
    good_until: Timestamp,
}

/// A list of members that is approved.
#[derive(Debug, Clone)]
pub struct ApprovedList {
    pub(super) list: List,
    pub(super) limits: Limits,
}

/// A change of one card that is approved.
#[derive(Debug, Clone)]
pub struct ApprovedChange {
    pub(super) change: CardChange,
    pub(super) limits: Limits,
}

/// Whose signer an approval is for, and how long.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    authority: Name,
    good_until: Timestamp,
    valid_days: u16,
    approved_at: Timestamp,
}

impl Manifest {
    /// The manifest as this registrar prepares it.
    ///
    /// # Errors
    /// [`BatchError::NotARegistrar`], [`BatchError::Manifest`], [`BatchError::Template`].
    pub fn prepare(
        &self,
        registrar: &Certificate,
        at: Timestamp,
    ) -> Result<Prepared<SignedData>, BatchError> {
        must_be_registrar(registrar)?;
        Ok(statement::prepare(oid::BATCH_PREPARED, &self.to_der()?, registrar, at)?)
    }
}

impl PreparedBatch {
    /// What it is of.
    #[must_use]
    pub const fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Who prepared it.
    #[must_use]
    pub const fn preparer(&self) -> &Registrar {
        &self.preparer
    }

    /// The batch as this registrar approves it.
    ///
    /// # Errors
    /// [`BatchError::SelfApproval`], [`BatchError::OtherAuthority`], [`BatchError::NotARegistrar`], [`BatchError::Template`].
    pub fn approve(
        &self,
        registrar: &Certificate,
        at: Timestamp,
    ) -> Result<Prepared<SignedData>, BatchError> {
        must_be_registrar(registrar)?;
        two_persons(&self.preparer.certificate, registrar)?;
        Ok(statement::prepare(oid::BATCH_APPROVED, &self.digest, registrar, at)?)
    }
}

impl ApprovedBatch {
    /// The preparation.
    #[must_use]
    pub const fn prepared(&self) -> &PreparedBatch {
        &self.prepared
    }

    /// Who approved it.
    #[must_use]
    pub const fn approver(&self) -> &Registrar {
        &self.approver
    }

    /// Until when the approval is good.
    #[must_use]
    pub const fn good_until(&self) -> Timestamp {
        self.good_until
    }

    /// The list of members.
    ///
    /// # Errors
    /// [`BatchError::NotAList`].
    pub fn into_list(self, rules: &Rules<'_>) -> Result<ApprovedList, BatchError> {
        let limits = self.limits(rules);
        match self.prepared.manifest.content {
            Content::List(list) => Ok(ApprovedList { list, limits }),
            Content::Change(_) => Err(BatchError::NotAList),
        }
    }

    /// The change of one card.
    ///
    /// # Errors
    /// [`BatchError::NotAChange`].
    pub fn into_change(self, rules: &Rules<'_>) -> Result<ApprovedChange, BatchError> {
        let limits = self.limits(rules);
        match self.prepared.manifest.content {
            Content::Change(change) => Ok(ApprovedChange { change, limits }),
            Content::List(_) => Err(BatchError::NotAChange),
        }
    }

    fn limits(&self, rules: &Rules<'_>) -> Limits {
        Limits {
            authority: self.approver.certificate.issuer().clone(),
            good_until: self.good_until,
            valid_days: rules.valid_days,
            approved_at: self.approver.at,
        }
    }
}

impl ApprovedChange {
    /// What was approved.
    #[must_use]
    pub const fn change(&self) -> &CardChange {
        &self.change
    }
}

impl Limits {
    /// Is the approval good for this signer, now?
    pub(super) fn check(&self, signer: &Certificate, at: Timestamp) -> Result<(), BatchError> {
        if *signer.issuer() != self.authority {
            return Err(BatchError::OtherAuthority);
        }
        if at > self.good_until {
            return Err(too_old(self.approved_at, at, self.valid_days));
        }
        Ok(())
    }
}

impl BatchFile {
    /// Checks the preparation: the registrar's role, chain, revocation and dates, and the signature over the manifest.
    ///
    /// # Errors
    /// [`BatchError::Statement`], [`BatchError::Manifest`].
    pub fn prepared(&self, rules: &Rules<'_>) -> Result<PreparedBatch, BatchError> {
        let said = verified(&self.prepared, oid::BATCH_PREPARED, Which::Preparation, rules)?;
        Ok(PreparedBatch {
            manifest: Manifest::from_der(&said.content)?,
            preparer: Registrar { certificate: said.signer, at: said.signed_at },
            digest: sha256(&self.prepared),
        })
    }

    /// Checks preparation and approval: each as [`BatchFile::prepared`], and that they are of two registrars of one authority and of
    /// this very batch, in that order, the second not too long ago.
    ///
    /// # Errors
    /// [`BatchError`].
    pub fn approved(&self, rules: &Rules<'_>) -> Result<ApprovedBatch, BatchError> {
        let prepared = self.prepared(rules)?;
        let approval = self.approved.as_ref().ok_or(BatchError::NotApproved)?;
        let said = verified(approval, oid::BATCH_APPROVED, Which::Approval, rules)?;
        if said.content != prepared.digest {
            return Err(BatchError::OtherBatch);
        }
        two_persons(&prepared.preparer.certificate, &said.signer)?;
        if said.signed_at < prepared.preparer.at {
            return Err(BatchError::ApprovedBefore);
        }
        let valid = SignedDuration::from_hours(24 * i64::from(rules.valid_days));
        let good_until = said.signed_at.checked_add(valid).unwrap_or(Timestamp::MAX);
        if rules.at > good_until {
            return Err(too_old(said.signed_at, rules.at, rules.valid_days));
        }
        let approver = Registrar { certificate: said.signer, at: said.signed_at };
        Ok(ApprovedBatch { prepared, approver, good_until })
    }
}

fn verified(der: &[u8], content: oid::Oid, which: Which, rules: &Rules<'_>) -> Result<Verified, BatchError> {
    statement::verify(der, content, Role::Registrar, rules.trust, rules.policy, rules.at)
        .map_err(|why| BatchError::Statement { which, why })
}

/// Two names, two keys, two certificates, one authority.
fn two_persons(preparer: &Certificate, approver: &Certificate) -> Result<(), BatchError> {
    let same = |same| Err(BatchError::SelfApproval(same));
    if preparer == approver || preparer.fingerprint() == approver.fingerprint() {
        return same(Same::Certificate);
    }
    if preparer.public_key().point() == approver.public_key().point() {
        return same(Same::Key);
    }
    let name = |certificate: &Certificate| certificate.subject().to_string().to_lowercase();
    if name(preparer) == name(approver) {
        return same(Same::Name);
    }
    if preparer.issuer() != approver.issuer() {
        return Err(BatchError::OtherAuthority);
    }
    Ok(())
}

fn must_be_registrar(certificate: &Certificate) -> Result<(), BatchError> {
    match certificate.role() {
        Some(Role::Registrar) => Ok(()),
        _ => Err(BatchError::NotARegistrar),
    }
}

fn too_old(approved: Timestamp, at: Timestamp, valid: u16) -> BatchError {
    BatchError::TooOld { days: at.duration_since(approved).as_hours() / 24, valid }
}

fn sha256(bytes: &[u8]) -> [u8; 32] {
    let mut digest_bytes = [0; 32];
    digest_bytes.copy_from_slice(digest(&SHA256, bytes).as_ref());
    digest_bytes
}
