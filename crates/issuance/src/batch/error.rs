//! Why a batch does not count.

use super::ManifestError;
use chipwright_pki::SignError;
use chipwright_pki::cms::TemplateError;
use chipwright_pki::pem::PemError;
use chipwright_pki::statement::StatementError;
use std::fmt;

/// One of the two signatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Which {
    /// Of the registrar who prepared the batch.
    Preparation,
    /// Of the registrar who approved it.
    Approval,
}

impl fmt::Display for Which {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Preparation => "preparation",
            Self::Approval => "approval",
        })
    }
}

/// In what two registrars do not differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Same {
    /// One certificate.
    Certificate,
    /// One key under two names.
    Key,
    /// One name with two keys.
    Name,
}

impl fmt::Display for Same {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Certificate => "certificate",
            Self::Key => "key pair",
            Self::Name => "name",
        })
    }
}

/// Why a batch does not count.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BatchError {
    /// Not a batch file.
    #[error("this is not a batch file: {0}")]
    File(#[from] PemError),
    /// More or fewer statements than a preparation and an approval.
    #[error("a batch file holds one or two signed statements, and this one has {0}")]
    Statements(usize),
    /// One of the signatures is not accepted.
    #[error("the {which} of the batch is refused: {why}")]
    Statement {
        /// Which one.
        which: Which,
        /// Why.
        #[source]
        why: StatementError,
    },
    /// What was signed is no manifest.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Only one person has signed.
    #[error("nobody has approved this batch")]
    NotApproved,
    /// The second signature is over something else.
    #[error("the approval in this file is of another batch")]
    OtherBatch,
    /// The preparer approves.
    #[error("a batch is approved by somebody else than its preparer, and both have the same {0}")]
    SelfApproval(Same),
    /// Registrars of two organisations, or of another one than the signer's.
    #[error("the registrars of this batch and the signer of the cards are not under the same authority")]
    OtherAuthority,
    /// The approval is older than the preparation, by the signers' own words.
    #[error("the batch was approved before it was prepared")]
    ApprovedBefore,
    /// The approval has run out.
    #[error("the batch was approved {days} days ago, and an approval is good for {valid}")]
    TooOld {
        /// Days since then.
        days: i64,
        /// How long it is good.
        valid: u16,
    },
    /// It is a change of one card.
    #[error("this batch changes an issued card; it is no list of members")]
    NotAList,
    /// It is a list.
    #[error("this batch is a list of members; it changes no issued card")]
    NotAChange,
    /// The certificate is of another role.
    #[error("this certificate is not a registrar's")]
    NotARegistrar,
    /// The statement cannot be made.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// The signature was not made.
    #[error(transparent)]
    Sign(#[from] SignError),
}

impl BatchError {
    /// What to do next, in one sentence.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::File(_) | Self::Statements(_) | Self::Manifest(_) => {
                "Take the file that `chipwright batch prepare` wrote, or prepare the batch anew."
            }
            Self::Statement { .. } => {
                "Check the registrars, the revocation list and the clock with `chipwright registrar list`; then prepare and approve the batch anew."
            }
            Self::NotApproved => {
                "Have a registrar who did not prepare it look at it and sign with `chipwright batch approve`."
            }
            Self::OtherBatch | Self::ApprovedBefore => "Approve this batch with `chipwright batch approve`.",
            Self::SelfApproval(_) => {
                "Let a second registrar, with a name and a key of their own, approve it."
            }
            Self::OtherAuthority => {
                "Prepare and approve the batch with registrars of the authority that signs."
            }
            Self::TooOld { .. } => "Look at it again, and approve it again with `chipwright batch approve`.",
            Self::NotAList => "Give it to `chipwright card update`.",
            Self::NotAChange => "Give it to `chipwright issue`.",
            Self::NotARegistrar | Self::Template(_) | Self::Sign(_) => {
                "Check the registrar's certificate and key; `chipwright registrar list` shows them."
            }
        }
    }
}
