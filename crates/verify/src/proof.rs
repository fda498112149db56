//! Proofs that a chip is genuine: which there are, and what is demanded.

use serde::{Deserialize, Serialize};

/// A protocol by which a chip shows that it holds a private key whose public half was signed (ICAO Doc 9303-11, 4.4.3.3.3 and 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// PACE with Chip Authentication Mapping; the key stands in EF.CardSecurity.
    PaceCam,
    /// Chip Authentication version 1; the key stands in DG14.
    ChipAuthentication,
    /// Active Authentication; the key stands in DG15.
    ActiveAuthentication,
}

impl Proof {
    /// The cheapest first: the one that *fastest* takes.
    pub const BY_COST: [Self; 3] = [Self::PaceCam, Self::ChipAuthentication, Self::ActiveAuthentication];

    /// The name for people: English and Vietnamese.
    #[must_use]
    pub const fn texts(self) -> (&'static str, &'static str) {
        match self {
            Self::PaceCam => ("PACE with Chip Authentication Mapping", "PACE-CAM (PACE kèm chứng thực chip)"),
            Self::ChipAuthentication => ("Chip Authentication", "Chip Authentication (chứng thực chip)"),
            Self::ActiveAuthentication => {
                ("Active Authentication", "Active Authentication (chứng thực chủ động)")
            }
        }
    }
}

/// What is demanded of a chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChipProofPolicy {
    /// A card that promises no proof is not valid.
    #[default]
    Required,
    /// What the signed data promise must be kept; a card that promises nothing is judged without: for cards issued before chips
    /// proved themselves.
    IfPromised,
}

/// How many of the promised proofs are run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proofs {
    /// The cheapest one.
    #[default]
    Fastest,
    /// Every one: when a card is read back after issuance.
    All,
}
