//! `[second_signature]` of config.toml: a second, post-quantum signature on new cards, and what is demanded of cards.

use chipwright_verify::SecondSignatureRule;
use serde::{Deserialize, Serialize};

/// Off unless an issuer turns it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct SecondSignaturePolicy {
    /// New cards are signed a second time (EF.SOD-PQ).
    pub(crate) sign: bool,
    /// What `verify` asks of cards.
    pub(crate) verify: SecondSignature,
}

/// What is asked of a card's second signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum SecondSignature {
    /// Nothing: it is not read.
    #[default]
    Off,
    /// One that is there must hold.
    IfPresent,
    /// Both signatures must hold.
    Required,
}

impl SecondSignature {
    /// As the inspection takes it.
    pub(crate) const fn rule(self) -> Option<SecondSignatureRule> {
        match self {
            Self::Off => None,
            Self::IfPresent => Some(SecondSignatureRule::IfPresent),
            Self::Required => Some(SecondSignatureRule::Required),
        }
    }
}
