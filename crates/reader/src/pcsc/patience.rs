//! How long is waited before a call into PC/SC counts as hung.

use std::time::Duration;

/// How long is waited for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Patience {
    /// For the daemon's answer to a question that needs no card: 3 s.
    pub answer: Duration,
    /// For a card to be powered and opened, or reset: 5 s.
    pub connect: Duration,
    /// For the response to a command: 20 s, while the daemon answers. A card may think long: it makes key pairs, and delays the next try after wrong access numbers.
    pub transmit: Duration,
    /// For another program to let go of a card: 1 s.
    pub sharing: Duration,
    /// How often a wait looks up to see whether it is to stop: 200 ms. Events end it at once.
    pub slice: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(3),
            connect: Duration::from_secs(5),
            transmit: Duration::from_secs(20),
            sharing: Duration::from_secs(1),
            slice: Duration::from_millis(200),
        }
    }
}
