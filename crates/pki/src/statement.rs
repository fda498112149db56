//! What a signer of a role says: content of a type, as SignedData (RFC 5652, 5) with the signer's certificate.
//!
//! A statement counts only if all of this holds:
//!
//! | what | otherwise |
//! |---|---|
//! | it is SignedData of the [profile](crate::cms) with this content type | [`StatementError::Malformed`], [`StatementError::OtherContent`] |
//! | the digest fits the content, the signature the signer's key | [`StatementError::Altered`], [`StatementError::SignatureWrong`] |
//! | the signer's one role is the one demanded | [`StatementError::OtherRole`] |
//! | the signer's chain ends with a trusted root that the policy accepts | [`StatementError::Signer`] |
//! | neither is revoked, and the revocation list is as the policy demands | [`StatementError::Signer`] |
//! | it was signed in the key's usage period, and not after the time of the check | [`StatementError::NotDated`], [`StatementError::Signer`] |
//! | signer and root are valid at the time of the check | [`StatementError::Signer`] |

use jiff::Timestamp;

use crate::certificate::Certificate;
use crate::check::{check_signer, find_signer};
use crate::cms::view::SignedDataView;
use crate::cms::{SignedData, SignerTemplate, TemplateError};
use crate::encoding::DerError;
use crate::oid::Oid;
use crate::policy::Policy;
use crate::report::{Conclusion, Failure};
use crate::role::Role;
use crate::sign::Prepared;
use crate::trust::TrustStore;

/// A statement that has been checked.
#[derive(Debug, Clone)]
pub struct Verified {
    /// What was said.
    pub content: Vec<u8>,
    /// Who said it.
    pub signer: Certificate,
    /// When, by the signer's own word.
    pub signed_at: Timestamp,
}

/// Why a statement does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StatementError {
    /// Not SignedData of the profile.
    #[error("this is not a well-formed signed statement")]
    Malformed(#[from] DerError),
    /// The content is of another type than the one demanded.
    #[error("the signed content is of another type ({found})")]
    OtherContent {
        /// The type found.
        found: Oid,
    },
    /// The content is not what was signed.
    #[error("the signed content was altered: its digest differs")]
    Altered,
    /// The signer's certificate did not come along.
    #[error("the statement does not carry its signer's certificate")]
    SignerMissing,
    /// The signature does not verify.
    #[error("the statement's signature does not verify")]
    SignatureWrong,
    /// The signer's key is for something else.
    #[error("the statement must be signed by a {expected}, and the signer is {}", found.map_or("of no known role", Role::name))]
    OtherRole {
        /// The role demanded.
        expected: Role,
        /// The signer's role, if it has exactly one.
        found: Option<Role>,
    },
    /// It does not say when it was signed.
    #[error("the statement does not say when it was signed")]
    NotDated,
    /// The signer's certificate or chain is refused; the source says why.
    #[error("the statement's signer is refused")]
    Signer(#[source] Failure),
}

impl StatementError {
    /// One word for it, as for a security object.
    #[must_use]
    pub fn conclusion(&self) -> Conclusion {
        match self {
            Self::Malformed(_) | Self::OtherContent { .. } | Self::SignerMissing => Conclusion::Malformed,
            Self::Altered => Conclusion::ContentAltered,
            Self::SignatureWrong => Conclusion::SignatureWrong,
            Self::OtherRole { .. } | Self::NotDated => Conclusion::SignerNotEntitled,
            Self::Signer(failure) => failure.conclusion(),
        }
    }
}

/// `content` as `signer` says it at a time.
///
/// # Errors
/// [`TemplateError::NoRole`] if the signer's certificate is of no role; [`TemplateError::OutsideKeyUsage`].
pub fn prepare(
    content_type: Oid,
    content: &[u8],
    signer: &Certificate,
    at: Timestamp,
) -> Result<Prepared<SignedData>, TemplateError> {
    if signer.role().is_none() {
        return Err(TemplateError::NoRole);
    }
    SignerTemplate::with_content_type(signer, content_type)?.prepare(content, at)
}

/// Checks a statement with the whole chain. `policy.content_type` is not looked at: the type demanded is `content_type`.
///
/// # Errors
/// [`StatementError`]: the first fault found; of several faults of the signer the gravest.
pub fn verify(
    der: &[u8],
    content_type: Oid,
    role: Role,
    trust: &TrustStore,
    policy: &Policy,
    at: Timestamp,
) -> Result<Verified, StatementError> {
    let view = SignedDataView::parse(der)?;
    for found in [view.content_type, view.attributes.content_type] {
        if found != content_type {
            return Err(StatementError::OtherContent { found });
        }
    }
    if !view.digest_matches() {
        return Err(StatementError::Altered);
    }
    let signer = find_signer(&view, None).ok_or(StatementError::SignerMissing)?.certificate;
    view.verify(signer.public_key()).map_err(|_| StatementError::SignatureWrong)?;
    if signer.role() != Some(role) {
        return Err(StatementError::OtherRole { expected: role, found: signer.role() });
    }
    let signed_at = view.attributes.signing_time.ok_or(StatementError::NotDated)?;
    let failures = check_signer(&signer, signed_at, trust, policy, at);
    if let Some(gravest) = failures.into_iter().min_by_key(|failure| failure.conclusion() as u8) {
        return Err(StatementError::Signer(gravest));
    }
    Ok(Verified { content: view.content().to_vec(), signer: (*signer).clone(), signed_at })
}
