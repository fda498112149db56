//! `[approval]`: the second person.

use super::Mode;
use crate::exit::Exit;
use crate::failure::Failure;
use serde::{Deserialize, Serialize};

/// What is demanded before anything is signed for a card.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ApprovalPolicy {
    /// A registrar other than the preparer approves every batch. Only test homes can do without.
    pub(crate) required: bool,
    /// For how many days an approval is good.
    pub(crate) valid_days: u16,
}

impl Default for ApprovalPolicy {
    fn default() -> Self {
        Self { required: true, valid_days: 30 }
    }
}

impl ApprovalPolicy {
    /// Whether a batch must be approved by a second person.
    pub(crate) fn is_required(&self, mode: Mode) -> Result<bool, Failure> {
        match (self.required, mode) {
            (false, Mode::Real) => Err(Failure::new(
                Exit::Configuration,
                (
                    "config.toml: approval.required = false, and real cards are signed for two persons only",
                    "config.toml: approval.required = false, trong khi thẻ thật chỉ được ký khi có hai người",
                ),
                (
                    "Set approval.required = true, and have batches approved by a second registrar.",
                    "Đặt approval.required = true, và để một cán bộ thứ hai phê duyệt đợt cấp.",
                ),
            )),
            (required, _) => Ok(required),
        }
    }
}
