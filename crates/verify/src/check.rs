//! The checks, each of which is reported.

use crate::verdict::Verdict;
use serde::Serialize;

/// What is checked, in the order in which it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckName {
    /// PACE opened the card with the given CAN or MRZ.
    Access,
    /// All files that the security object names could be read and parsed.
    Reading,
    /// EF.SOD is a SignedData over an LDSSecurityObject, and its message digest is that of the content.
    SecurityObject,
    /// The signature over the security object is right.
    Signature,
    /// A trusted root issued the signer's certificate.
    Issuer,
    /// The signer's certificate is fit for this document: usage, document type, extensions.
    SignerProfile,
    /// The signer's certificate is valid in time, and signed within its private key usage period.
    SignerValidity,
    /// The signer has not been revoked.
    SignerRevocation,
    /// The revocation list is fresh.
    TrustData,
    /// This station's clock agrees with signed times.
    Clock,
    /// Every file has the hash that was signed.
    DataGroups,
    /// The files agree with each other: document code, EF.CardAccess and DG14, the MRZ the card was opened with.
    Consistency,
    /// The card is within its own dates.
    CardValidity,
    /// The issuer's status list holds nothing against the card.
    CardStatus,
    /// The chip proved that it is genuine.
    ChipProof,
    /// The second, post-quantum signature holds; among the checks only where the policy looks at it.
    SecondSignature,
}

impl CheckName {
    /// Those without which no card is valid. The card's status and the proof of its chip are not among them: policy may do without.
    pub const NECESSARY: [Self; 13] = [
        Self::Access,
        Self::Reading,
        Self::SecurityObject,
        Self::Signature,
        Self::Issuer,
        Self::SignerProfile,
        Self::SignerValidity,
        Self::SignerRevocation,
        Self::TrustData,
        Self::Clock,
        Self::DataGroups,
        Self::Consistency,
        Self::CardValidity,
    ];

    /// All that are always reported, in their order.
    pub fn all() -> impl Iterator<Item = Self> {
        Self::NECESSARY.into_iter().chain([Self::CardStatus, Self::ChipProof])
    }

    /// The name for people: English and Vietnamese.
    #[must_use]
    pub const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::Access => ("access", "mở thẻ"),
            Self::Reading => ("reading", "đọc dữ liệu"),
            Self::SecurityObject => ("security object", "đối tượng bảo mật"),
            Self::Signature => ("signature", "chữ ký"),
            Self::Issuer => ("issuer", "nơi cấp"),
            Self::SignerProfile => ("signer's certificate", "chứng thư người ký"),
            Self::SignerValidity => ("signer's validity", "hiệu lực người ký"),
            Self::SignerRevocation => ("signer not revoked", "người ký không bị thu hồi"),
            Self::TrustData => ("revocation list", "danh sách thu hồi"),
            Self::Clock => ("clock", "đồng hồ"),
            Self::DataGroups => ("data unaltered", "dữ liệu nguyên vẹn"),
            Self::Consistency => ("files agree", "các tệp khớp nhau"),
            Self::CardValidity => ("card's validity", "hiệu lực thẻ"),
            Self::CardStatus => ("card status", "trạng thái thẻ"),
            Self::ChipProof => ("chip proof", "chứng minh chip"),
            Self::SecondSignature => ("second signature", "chữ ký thứ hai"),
        }
    }
}

/// What came of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "result")]
pub enum Outcome {
    /// As it should be.
    Passed,
    /// Not as it should be.
    Failed {
        /// The verdict it calls for.
        verdict: Verdict,
    },
    /// The card does not offer it and the policy does not demand it.
    NotOffered,
    /// An earlier failure made it impossible.
    NotReached,
}

/// One check and what came of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// Which.
    pub name: CheckName,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// Details without personal data: which file, which date, which status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl Check {
    pub(crate) const fn passed(name: CheckName) -> Self {
        Self { name, outcome: Outcome::Passed, detail: None }
    }

    pub(crate) const fn not_offered(name: CheckName) -> Self {
        Self { name, outcome: Outcome::NotOffered, detail: None }
    }

    pub(crate) const fn not_reached(name: CheckName) -> Self {
        Self { name, outcome: Outcome::NotReached, detail: None }
    }

    pub(crate) fn failed(name: CheckName, verdict: Verdict, detail: impl Into<String>) -> Self {
        Self { name, outcome: Outcome::Failed { verdict }, detail: Some(detail.into()) }
    }
}
