//! Making certificates (TR-03110-3, C.1): each is [`Prepared`] and signed where the authority's key lives.

use super::certificate::{CvCertificate, Extension, Fields};
use super::{Chat, CvPeriod, CvPublicKey, FileRights, IssueError, Reference, Rights, Role, plain_from_der};
use crate::algorithm::PublicKey;
use crate::encoding::DerError;
use crate::sign::Prepared;

/// What a CVCA's certificate says.
#[derive(Debug, Clone)]
pub struct AuthorityProfile {
    /// Its name.
    pub holder: Reference,
    /// The most that anyone under it can be given.
    pub rights: Rights,
    /// When it counts.
    pub period: CvPeriod,
}

/// What the certificate of a document verifier or a terminal says.
#[derive(Debug, Clone)]
pub struct HolderProfile {
    /// Its name.
    pub holder: Reference,
    /// Its rights: no wider than the issuer's.
    pub rights: Rights,
    /// The extension that narrows them by file.
    pub files: Option<FileRights>,
    /// When it counts: inside the issuer's period.
    pub period: CvPeriod,
}

/// A self-signed CVCA certificate with its domain parameters: the trust point of cards.
///
/// # Errors
/// [`IssueError::Curve`], [`IssueError::Encoding`].
pub fn prepare_cvca(
    profile: &AuthorityProfile,
    key: &PublicKey,
) -> Result<Prepared<CvCertificate>, IssueError> {
    prepare_authority(profile, key, &profile.holder, key)
}

/// A link certificate: the new CVCA key, signed by the CVCA before it. It rolls the trust point of cards.
///
/// # Errors
/// [`IssueError`]; the new CVCA needs another reference, and its period begins within the former one's.
pub fn prepare_link(
    profile: &AuthorityProfile,
    key: &PublicKey,
    former: &CvCertificate,
) -> Result<Prepared<CvCertificate>, IssueError> {
    let signer = issuer_key(former, Role::Cvca)?;
    if &profile.holder == former.holder() {
        return Err(IssueError::SameReference(former.holder().clone()));
    }
    let period = former.period();
    if !(period.effective()..=period.expires()).contains(&profile.period.effective()) {
        return Err(outside(&period));
    }
    prepare_authority(profile, key, former.holder(), &signer)
}

/// A document verifier's certificate under a CVCA.
///
/// # Errors
/// [`IssueError`] when it contradicts the issuer's.
pub fn prepare_dv(
    profile: &HolderProfile,
    key: &PublicKey,
    issuer: &CvCertificate,
) -> Result<Prepared<CvCertificate>, IssueError> {
    prepare_holder(profile, Role::DomesticDv, key, issuer)
}

/// A terminal's certificate under a document verifier.
///
/// # Errors
/// [`IssueError`] when it contradicts the issuer's.
pub fn prepare_terminal(
    profile: &HolderProfile,
    key: &PublicKey,
    issuer: &CvCertificate,
) -> Result<Prepared<CvCertificate>, IssueError> {
    prepare_holder(profile, Role::Terminal, key, issuer)
}

fn prepare_authority(
    profile: &AuthorityProfile,
    key: &PublicKey,
    authority: &Reference,
    signer: &PublicKey,
) -> Result<Prepared<CvCertificate>, IssueError> {
    let fields = Fields {
        authority: authority.clone(),
        key: CvPublicKey::p256(key, true).ok_or(IssueError::Curve)?,
        holder: profile.holder.clone(),
        chat: Chat::authentication(Role::Cvca, profile.rights),
        period: profile.period,
        extensions: Vec::new(),
    };
    Ok(prepare(&fields, signer))
}

fn prepare_holder(
    profile: &HolderProfile,
    role: Role,
    key: &PublicKey,
    issuer: &CvCertificate,
) -> Result<Prepared<CvCertificate>, IssueError> {
    let signer = issuer_key(issuer, role)?;
    if !issuer.period().encloses(&profile.period) {
        return Err(outside(&issuer.period()));
    }
    let within = issuer.chat().rights().is_some_and(|rights| profile.rights.within(rights));
    let files_within = match (profile.files, issuer.file_rights()) {
        (Some(files), Some(held)) => files.within(held),
        _ => true,
    };
    if !within || !files_within {
        return Err(IssueError::Wider);
    }
    let fields = Fields {
        authority: issuer.holder().clone(),
        key: CvPublicKey::p256(key, false).ok_or(IssueError::Curve)?,
        holder: profile.holder.clone(),
        chat: Chat::authentication(role, profile.rights),
        period: profile.period,
        extensions: profile.files.map(Extension::Files).into_iter().collect(),
    };
    Ok(prepare(&fields, &signer))
}

/// The key of an issuer that may sign certificates of this role.
fn issuer_key(issuer: &CvCertificate, role: Role) -> Result<PublicKey, IssueError> {
    if !role.may_follow(issuer.role()) {
        return Err(IssueError::Role { role, issuer: issuer.holder().clone() });
    }
    issuer.public_key().as_p256().ok_or(IssueError::Curve)
}

const fn outside(period: &CvPeriod) -> IssueError {
    IssueError::Period { effective: period.effective(), expires: period.expires() }
}

fn prepare(fields: &Fields, signer: &PublicKey) -> Prepared<CvCertificate> {
    let body = fields.write();
    Prepared::new(body.clone(), signer.clone(), move |signature| {
        Ok(CvCertificate::assemble(&body, &plain(signature)?)?)
    })
}

/// The plain form of the signature that a key returned.
pub(super) fn plain(signature: &[u8]) -> Result<[u8; 64], DerError> {
    plain_from_der(signature).ok_or(DerError::refuse("the key did not return a signature of P-256"))
}
