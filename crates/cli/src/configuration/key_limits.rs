//! `[key_limits]`: how often keys may be used.

use serde::{Deserialize, Serialize};

/// Limits of keys that are made from now on; a key keeps the limit it was made with.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyLimits {
    /// Signatures of a document signer: two for a card that proves its chip, one for another.
    pub(crate) signer: u64,
}

impl Default for KeyLimits {
    fn default() -> Self {
        Self { signer: 100_000 }
    }
}
