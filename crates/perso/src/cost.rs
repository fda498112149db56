//! What a run cost: round trips, bytes, time.

use serde::Serialize;
use std::time::Duration;

/// The cost of one step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepCost {
    /// The step, as in the plan.
    pub step: &'static str,
    /// Commands sent.
    pub round_trips: u64,
    /// Bytes sent, headers included.
    pub bytes_sent: u64,
    /// Bytes received, status words included.
    pub bytes_received: u64,
    /// Time by the caller's clock, in microseconds.
    pub micros: u64,
}

/// The cost of all steps.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct CostReport {
    /// Step by step, in order.
    pub steps: Vec<StepCost>,
}

impl CostReport {
    /// Commands sent in all.
    #[must_use]
    pub fn round_trips(&self) -> u64 {
        self.steps.iter().map(|step| step.round_trips).sum()
    }

    /// Commands sent in the steps of this name.
    #[must_use]
    pub fn round_trips_of(&self, name: &str) -> u64 {
        self.steps.iter().filter(|step| step.step == name).map(|step| step.round_trips).sum()
    }

    /// Bytes sent and received in all.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        self.steps
            .iter()
            .fold((0, 0), |(sent, received), step| (sent + step.bytes_sent, received + step.bytes_received))
    }

    /// Time in all.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_micros(self.steps.iter().map(|step| step.micros).sum())
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// The step at work, as in the plan.
    pub step: &'static str,
    /// Content bytes done in this step.
    pub done: usize,
    /// Content bytes of this step; 0 if it has none.
    pub of: usize,
}
