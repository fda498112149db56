//! A transport that knows how long its card took.

use chipwright_iso7816::{Atr, Transport, TransportError};
use std::time::{Duration, Instant};

/// Adds up the time spent in the card.
pub(super) struct Timed<T> {
    card: T,
    pub(super) spent: Duration,
}

impl<T> Timed<T> {
    pub(super) const fn new(card: T) -> Self {
        Self { card, spent: Duration::ZERO }
    }
}

impl<T: Transport> Transport for Timed<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let begin = Instant::now();
        let answer = self.card.transmit(command);
        self.spent += begin.elapsed();
        answer
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        let begin = Instant::now();
        let atr = self.card.reset();
        self.spent += begin.elapsed();
        atr
    }
}
