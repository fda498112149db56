//! The one port to a card: bytes in, bytes out. PC/SC, the software card and a recorded session implement it.

use crate::Atr;

/// Why an exchange did not happen. The card's own refusals are status words, not errors of the transport.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The card left the reader, or lost power, during or before the exchange.
    #[error("the card was removed or lost power")]
    CardRemoved,
    /// The card is in the reader but does not answer.
    #[error("the card does not answer")]
    CardMute,
    /// The card was reset by somebody else: its state is lost.
    #[error("the card was reset")]
    CardReset,
    /// The reader is gone.
    #[error("the reader is gone: {0}")]
    ReaderGone(String),
    /// The reader does not carry APDUs of this size.
    #[error("the reader does not carry an APDU of {0} bytes")]
    TooLong(usize),
    /// Another fault of the reader or its driver.
    #[error("the reader reported: {0}")]
    Reader(String),
}

/// A card that can be talked to.
pub trait Transport {
    /// Sends one encoded command and returns the encoded response (data, SW1, SW2).
    ///
    /// # Errors
    /// [`TransportError`] when no response came back.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError>;

    /// Cold reset: power off and on. Returns the answer-to-reset. All volatile state of the card is lost.
    ///
    /// # Errors
    /// [`TransportError`] when the card does not come back.
    fn reset(&mut self) -> Result<Atr, TransportError>;
}

impl<T: Transport + ?Sized> Transport for &mut T {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        (**self).transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        (**self).reset()
    }
}

impl<T: Transport + ?Sized> Transport for Box<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        (**self).transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        (**self).reset()
    }
}
