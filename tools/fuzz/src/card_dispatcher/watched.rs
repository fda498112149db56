//! The card behind eyes that see every response.

use crate::fixture::{WINDOW, fixture};
use chipwright_emulator::Card;
use chipwright_emulator::tables::budget;
use chipwright_iso7816::{Atr, Transport, TransportError};

/// A card whose every response is checked.
pub(super) struct Watched<'a> {
    pub(super) card: Card,
    /// What a response may repeat.
    input: &'a [u8],
    /// A fault that spoils responses is planned.
    pub(super) spoiled: bool,
}

impl<'a> Watched<'a> {
    pub(super) const fn new(card: Card, input: &'a [u8]) -> Self {
        Self { card, input, spoiled: false }
    }

    fn check(&self, response: &[u8]) {
        let least = if self.spoiled { 0 } else { 2 };
        assert!((least..=budget::RESPONSE_APDU).contains(&response.len()), "{} bytes", response.len());
        if fixture().shows(response) {
            let repeated = |run: &[u8]| self.input.windows(WINDOW).any(|known| known == run);
            let shown = response.windows(WINDOW).any(|run| fixture().shows(run) && !repeated(run));
            assert!(!shown, "protected content in plain");
        }
    }
}

impl Transport for Watched<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let response = self.card.transmit(command)?;
        self.check(&response);
        Ok(response)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}
