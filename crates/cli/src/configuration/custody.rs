//! `[custody]` of config.toml: whether the root's key may be opened by one person.

use super::Mode;
use serde::{Deserialize, Serialize};

/// Who opens the root's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Custody {
    /// The root's key is opened by several custodians together, and by no one alone. What enforces it is that nobody knows the
    /// passphrase; this line only says that a home without custodians is not a whole one. Not in homes of older programs.
    #[serde(default)]
    pub(crate) required: bool,
}

impl Custody {
    /// Of a new home: real ones demand it.
    pub(crate) const fn new(mode: Mode) -> Self {
        Self { required: matches!(mode, Mode::Real) }
    }
}
