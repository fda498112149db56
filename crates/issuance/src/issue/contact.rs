//! The contact to the chip in place: an error of the transport is remembered, however deep the protocol wraps it.

use chipwright_iso7816::{Atr, Transport, TransportError};

/// A transport that remembers why it failed last. A reset that succeeds forgets it.
pub(super) struct Line<'t> {
    transport: &'t mut dyn Transport,
    lost: Option<TransportError>,
    answered: bool,
}

impl<'t> Line<'t> {
    pub(super) const fn new(transport: &'t mut dyn Transport) -> Self {
        Self { transport, lost: None, answered: false }
    }

    /// Why the last exchange did not happen. That never proves anything against the chip: its reader gives up on dirty contacts and on
    /// messages that it cannot carry with the same words as on a dead chip.
    pub(super) const fn lost(&self) -> Option<&TransportError> {
        self.lost.as_ref()
    }

    /// Whether any command was answered.
    pub(super) const fn answered(&self) -> bool {
        self.answered
    }
}

impl Transport for Line<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.transport.transmit(command);
        match &answer {
            Ok(_) => self.answered = true,
            Err(error) => self.lost = Some(error.clone()),
        }
        answer
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        let atr = self.transport.reset();
        self.lost = atr.as_ref().err().cloned();
        atr
    }
}
