//! The outcome of every check of a security object, typed, with stable codes for JSON.

use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use serde::ser::{SerializeSeq, SerializeStruct};
use serde::{Serialize, Serializer};

use crate::certificate::Certificate;
use crate::crl::{Reason, Revocation};
use crate::period::Period;

/// The checks, in the order in which they are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The bytes are a SignedData of the profile (9303-10, 4.6.2.2).
    Structure,
    /// eContentType, the contentType attribute and the policy agree.
    ContentType,
    /// messageDigest is the SHA-256 of the content.
    ContentDigest,
    /// The certificate that the signer information names came along and can be read.
    SignerCertificate,
    /// The signature over the signed attributes verifies with the signer's key.
    Signature,
    /// A trusted root bears the name and key identifier that the signer's certificate states as its issuer's.
    Issuer,
    /// The signer's certificate verifies with that root's key.
    CertificateSignature,
    /// The root is of a kind that the policy accepts.
    RootKind,
    /// The signer's key may make digital signatures, and is no authority's.
    KeyUsage,
    /// No critical extension is unknown.
    Extensions,
    /// The signer's certificate names the document types it may sign (9303-12, 7.1.1.6).
    DocumentType,
    /// The signing time is stated, lies within the signer's validity, and not ahead of the verifier's clock.
    SigningTime,
    /// The signing time lies within the signer's private key usage period.
    PrivateKeyUsage,
    /// A revocation list of the issuer is at hand, and neither from the future nor past its next update and grace.
    Crl,
    /// Neither the signer's certificate nor the root is revoked.
    Revocation,
    /// The signer's certificate is valid at the time of the check.
    SignerValidity,
    /// The root is valid at the time of the check.
    IssuerValidity,
}

impl Check {
    /// All checks, in order.
    pub const ALL: [Self; 17] = [
        Self::Structure,
        Self::ContentType,
        Self::ContentDigest,
        Self::SignerCertificate,
        Self::Signature,
        Self::Issuer,
        Self::CertificateSignature,
        Self::RootKind,
        Self::KeyUsage,
        Self::Extensions,
        Self::DocumentType,
        Self::SigningTime,
        Self::PrivateKeyUsage,
        Self::Crl,
        Self::Revocation,
        Self::SignerValidity,
        Self::IssuerValidity,
    ];
}

/// What came of one check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not hold.
    Failed(Failure),
    /// It was not reached, or is not demanded.
    NotChecked(NotChecked),
}

/// Why a check was not made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum NotChecked {
    /// An earlier check failed, without which this one has no meaning. This is never a pass.
    #[error("not reached: an earlier check failed")]
    NotReached,
    /// The policy does not demand it.
    #[error("not demanded by the policy")]
    NotDemanded,
}

/// Why a check failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum Failure {
    /// Not a SignedData of the profile.
    #[error("the security object is malformed at byte {offset}")]
    Malformed {
        /// Where reading stopped.
        offset: usize,
    },
    /// The content is of another type.
    #[error("the signed content is not of the type demanded")]
    OtherContentType,
    /// The content is not what was signed.
    #[error("the signed content was altered: its digest differs")]
    DigestMismatch,
    /// No readable certificate of the named signer came along.
    #[error("the security object does not carry its signer's certificate")]
    SignerCertificateMissing,
    /// The signature does not verify.
    #[error("the security object's signature does not verify")]
    SignatureWrong,
    /// No trusted root is the issuer.
    #[error("the signer's certificate was issued by an authority that is not trusted")]
    IssuerUnknown,
    /// A trusted root is named, but did not sign.
    #[error("the signature of the signer's certificate does not verify with the root it names")]
    CertificateSignatureWrong,
    /// A test root under a real policy.
    #[error("the root is a test root, which this policy refuses")]
    TestRootRefused,
    /// The signer's key may not sign documents.
    #[error("the signer's key may not make digital signatures, or is an authority's")]
    KeyUsageRefused,
    /// An unknown critical extension.
    #[error("the signer's certificate carries an unknown critical extension")]
    UnknownCriticalExtension,
    /// No document types.
    #[error("the signer's certificate names no document type it may sign")]
    DocumentTypeMissing,
    /// No signing time.
    #[error("the security object does not state when it was signed")]
    SigningTimeMissing,
    /// Signed when the certificate was not valid.
    #[error("signed on {signed_at}, outside the validity of the signer's certificate")]
    SignedOutsideValidity {
        /// The signing time.
        signed_at: Timestamp,
    },
    /// The signing time is ahead of the verifier's clock.
    #[error("signed on {signed_at}, which is still to come by this clock")]
    SignedInFuture {
        /// The signing time.
        signed_at: Timestamp,
    },
    /// No private key usage period, which the profile demands.
    #[error("the signer's certificate does not state when its key may sign")]
    PrivateKeyUsageMissing,
    /// Signed when the key was no longer, or not yet, to be used.
    #[error("signed on {signed_at}, outside the period in which the signer's key may sign")]
    SignedOutsideKeyUsage {
        /// The signing time.
        signed_at: Timestamp,
    },
    /// No revocation list.
    #[error("no revocation list of the issuer is at hand")]
    CrlMissing,
    /// The revocation list is too old.
    #[error("the revocation list is stale: the next was due on {next_update}")]
    CrlStale {
        /// When the next list was due.
        next_update: Timestamp,
    },
    /// The revocation list is dated after the verifier's clock.
    #[error("the revocation list is dated {this_update}, which is still to come by this clock")]
    CrlInFuture {
        /// The list's date.
        this_update: Timestamp,
    },
    /// The signer is revoked.
    #[error("the signer's certificate was revoked on {date}")]
    SignerRevoked {
        /// When.
        date: Timestamp,
        /// Why.
        reason: Reason,
    },
    /// The root is revoked by its own list.
    #[error("the root was revoked on {date}")]
    IssuerRevoked {
        /// When.
        date: Timestamp,
        /// Why.
        reason: Reason,
    },
    /// The signer's certificate has expired.
    #[error("the signer's certificate expired on {not_after}")]
    SignerExpired {
        /// The last instant of its validity.
        not_after: Timestamp,
    },
    /// The signer's certificate is not valid yet.
    #[error("the signer's certificate is not valid before {not_before}")]
    SignerNotYetValid {
        /// The first instant of its validity.
        not_before: Timestamp,
    },
    /// The root has expired.
    #[error("the root expired on {not_after}")]
    IssuerExpired {
        /// The last instant of its validity.
        not_after: Timestamp,
    },
    /// The root is not valid yet.
    #[error("the root is not valid before {not_before}")]
    IssuerNotYetValid {
        /// The first instant of its validity.
        not_before: Timestamp,
    },
}

impl Failure {
    /// The word of a report in which nothing else failed.
    #[must_use]
    pub fn conclusion(self) -> Conclusion {
        conclusion_of(self)
    }

    pub(crate) fn signer_revoked(revocation: Revocation) -> Self {
        Self::SignerRevoked { date: revocation.date, reason: revocation.reason }
    }

    pub(crate) fn issuer_revoked(revocation: Revocation) -> Self {
        Self::IssuerRevoked { date: revocation.date, reason: revocation.reason }
    }
}

/// One word for the whole report, for verdicts. Where several checks failed, the first of this list decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Not readable as a security object of the profile, or without its signer's certificate.
    Malformed,
    /// The signed content was altered.
    ContentAltered,
    /// A signature does not verify: the object's, or the signer certificate's under a trusted name.
    SignatureWrong,
    /// No trusted root issued the signer.
    IssuerUnknown,
    /// A test root under a real policy.
    TestRootRefused,
    /// The signer, or the root, is revoked.
    Revoked,
    /// The signer may not sign this: key usage, extensions, document types, key usage period.
    SignerNotEntitled,
    /// Signed data lies ahead of the verifier's clock.
    ClockNotCredible,
    /// The revocation list is missing or stale.
    TrustDataStale,
    /// The signer or the root is not valid yet.
    NotYetValid,
    /// The signer or the root has expired.
    Expired,
    /// Every check that the policy demands has passed.
    Good,
}

/// The result of all checks of one security object.
#[derive(Debug, Clone)]
pub struct SecurityObjectReport {
    pub(crate) at: Timestamp,
    pub(crate) outcomes: [Outcome; Check::ALL.len()],
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) signed_at: Option<Timestamp>,
    pub(crate) signer: Option<Arc<Certificate>>,
    pub(crate) root: Option<[u8; 20]>,
    pub(crate) test_root: bool,
    pub(crate) still_good: Option<Revocation>,
}

impl SecurityObjectReport {
    pub(crate) fn new(at: Timestamp) -> Self {
        Self {
            at,
            outcomes: [Outcome::NotChecked(NotChecked::NotReached); Check::ALL.len()],
            content: None,
            signed_at: None,
            signer: None,
            root: None,
            test_root: false,
            still_good: None,
        }
    }

    pub(crate) fn set(&mut self, check: Check, outcome: Outcome) {
        self.outcomes[check as usize] = outcome;
    }

    /// The outcome of one check.
    #[must_use]
    pub fn outcome(&self, check: Check) -> Outcome {
        self.outcomes[check as usize]
    }

    /// Every check with its outcome, in order.
    pub fn checks(&self) -> impl Iterator<Item = (Check, Outcome)> + '_ {
        Check::ALL.into_iter().zip(self.outcomes)
    }

    /// Every failure, in order.
    pub fn failures(&self) -> impl Iterator<Item = (Check, Failure)> + '_ {
        self.checks().filter_map(|(check, outcome)| match outcome {
            Outcome::Failed(failure) => Some((check, failure)),
            Outcome::Passed | Outcome::NotChecked(_) => None,
        })
    }

    /// Whether every check passed, or was not demanded by the policy. A check not reached is not a pass.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.outcomes
            .iter()
            .all(|outcome| matches!(outcome, Outcome::Passed | Outcome::NotChecked(NotChecked::NotDemanded)))
    }

    /// One word for the whole report; [`Conclusion::Good`] exactly when [`SecurityObjectReport::is_good`].
    #[must_use]
    pub fn conclusion(&self) -> Conclusion {
        let first = self.failures().map(|(_, failure)| conclusion_of(failure)).min_by_key(|word| *word as u8);
        match first {
            Some(word) => word,
            None if self.is_good() => Conclusion::Good,
            None => Conclusion::Malformed,
        }
    }

    /// When and why the signer was revoked, if this security object counts all the same because it is listed as still good.
    #[must_use]
    pub fn still_good(&self) -> Option<Revocation> {
        self.still_good
    }

    /// The time of the check.
    #[must_use]
    pub fn checked_at(&self) -> Timestamp {
        self.at
    }

    /// The signed content (for EF.SOD the DER LDSSecurityObject) as read. It means something only if the report is good;
    /// a verifier that lists every check may compare hashes with it all the same.
    #[must_use]
    pub fn content(&self) -> Option<&[u8]> {
        self.content.as_deref()
    }

    /// The signing time as stated.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        self.signed_at
    }

    /// The signer's certificate as it came along, trusted or not.
    #[must_use]
    pub fn signer(&self) -> Option<&Certificate> {
        self.signer.as_deref()
    }

    /// The key identifier of the trusted root that issued the signer, once found.
    #[must_use]
    pub fn root_key_identifier(&self) -> Option<&[u8; 20]> {
        self.root.as_ref()
    }

    /// Whether the root found is a test root.
    #[must_use]
    pub fn is_under_test_root(&self) -> bool {
        self.test_root
    }
}

fn conclusion_of(failure: Failure) -> Conclusion {
    match failure {
        Failure::Malformed { .. } | Failure::SignerCertificateMissing | Failure::OtherContentType => {
            Conclusion::Malformed
        }
        Failure::DigestMismatch => Conclusion::ContentAltered,
        Failure::SignatureWrong | Failure::CertificateSignatureWrong => Conclusion::SignatureWrong,
        Failure::IssuerUnknown => Conclusion::IssuerUnknown,
        Failure::TestRootRefused => Conclusion::TestRootRefused,
        Failure::SignerRevoked { .. } | Failure::IssuerRevoked { .. } => Conclusion::Revoked,
        Failure::KeyUsageRefused
        | Failure::UnknownCriticalExtension
        | Failure::DocumentTypeMissing
        | Failure::SigningTimeMissing
        | Failure::SignedOutsideValidity { .. }
        | Failure::PrivateKeyUsageMissing
        | Failure::SignedOutsideKeyUsage { .. } => Conclusion::SignerNotEntitled,
        Failure::SignedInFuture { .. } | Failure::CrlInFuture { .. } => Conclusion::ClockNotCredible,
        Failure::CrlMissing | Failure::CrlStale { .. } => Conclusion::TrustDataStale,
        Failure::SignerNotYetValid { .. } | Failure::IssuerNotYetValid { .. } => Conclusion::NotYetValid,
        Failure::SignerExpired { .. } | Failure::IssuerExpired { .. } => Conclusion::Expired,
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("passed"),
            Self::Failed(failure) => failure.fmt(f),
            Self::NotChecked(reason) => reason.fmt(f),
        }
    }
}

/// `{ "check", "result": "passed" | "failed" | "not_checked", "failure"?: { "code", … }, "reason"?: … }`.
#[derive(Serialize)]
struct Line {
    check: Check,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure: Option<Failure>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<NotChecked>,
}

struct Lines<'a>(&'a SecurityObjectReport);

impl Serialize for Lines<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(Check::ALL.len()))?;
        for (check, outcome) in self.0.checks() {
            let (result, failure, reason) = match outcome {
                Outcome::Passed => ("passed", None, None),
                Outcome::Failed(failure) => ("failed", Some(failure), None),
                Outcome::NotChecked(reason) => ("not_checked", None, Some(reason)),
            };
            list.serialize_element(&Line { check, result, failure, reason })?;
        }
        list.end()
    }
}

#[derive(Serialize)]
struct SignerLine<'a> {
    subject: String,
    serial: String,
    sha256: String,
    validity: Period,
    private_key_usage: Option<Period>,
    document_types: Option<&'a [String]>,
}

impl Serialize for SecurityObjectReport {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let signer = self.signer().map(|certificate| SignerLine {
            subject: certificate.subject().to_string(),
            serial: certificate.serial().to_string(),
            sha256: certificate.fingerprint().iter().map(|byte| format!("{byte:02x}")).collect(),
            validity: certificate.validity(),
            private_key_usage: certificate.private_key_usage(),
            document_types: certificate.document_types(),
        });
        let mut report = serializer.serialize_struct("SecurityObjectReport", 7)?;
        report.serialize_field("good", &self.is_good())?;
        report.serialize_field("conclusion", &self.conclusion())?;
        report.serialize_field("checked_at", &self.at)?;
        report.serialize_field("signed_at", &self.signed_at)?;
        report.serialize_field("test_root", &self.test_root)?;
        if let Some(revoked) = self.still_good {
            report.serialize_field("still_good_though_signer_revoked", &revoked)?;
        }
        report.serialize_field("signer", &signer)?;
        report.serialize_field("checks", &Lines(self))?;
        report.end()
    }
}
