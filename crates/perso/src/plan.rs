//! Plans that can be read before anything is touched.

use serde::Serialize;

/// Whether a step can be undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reversibility {
    /// Reads only.
    ReadsOnly,
    /// Can be undone with the issuer's keys.
    Reversible,
    /// Can never be undone.
    Irreversible,
}

/// A run of bytes of a planned command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Span {
    /// Bytes known now.
    Known {
        /// As hexadecimal digits.
        hex: String,
    },
    /// Bytes that depend on the chip: its challenge, its identifier, its keys.
    Chip {
        /// How many.
        bytes: usize,
        /// What they are.
        what: &'static str,
    },
    /// Random bytes of the host.
    Random {
        /// How many.
        bytes: usize,
        /// What they are.
        what: &'static str,
    },
    /// Bytes that name a person or are secret: known, but not shown.
    Confidential {
        /// How many.
        bytes: usize,
        /// What they are.
        what: String,
    },
}

impl Span {
    pub(crate) fn known(bytes: &[u8]) -> Self {
        let mut hex = String::with_capacity(bytes.len() * 2);
        for byte in bytes {
            use std::fmt::Write;
            let _ = write!(hex, "{byte:02X}");
        }
        Self::Known { hex }
    }
}

/// One command of a step, before the secure channel wraps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedCommand {
    /// The command's standard name.
    pub name: &'static str,
    /// CLA, INS, P1, P2 as hexadecimal digits, before wrapping.
    pub header: String,
    /// The data field, before wrapping.
    pub data: Vec<Span>,
    /// How often it is sent; P2 counts up.
    pub times: usize,
}

/// One step of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedStep {
    /// Short name, as in progress and cost reports.
    pub name: &'static str,
    /// What it does.
    pub purpose: String,
    /// What has to hold before.
    pub precondition: &'static str,
    /// How its effect is read back.
    pub read_back: &'static str,
    /// Whether it can be undone.
    pub reversibility: Reversibility,
    /// Its commands; on a chip that was torn, fewer are sent.
    pub commands: Vec<PlannedCommand>,
}

/// Steps in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// `prepare` or `write`.
    pub name: &'static str,
    /// The steps.
    pub steps: Vec<PlannedStep>,
}

impl Plan {
    /// Commands of the whole plan on a fresh chip.
    #[must_use]
    pub fn round_trips(&self) -> usize {
        self.steps.iter().flat_map(|step| &step.commands).map(|command| command.times).sum()
    }
}
