//! A card in a PC/SC reader, through the pcsc crate.

use pcsc::{Card, Context, Disposition, MAX_BUFFER_SIZE_EXTENDED, Protocols, Scope, ShareMode};
use scll::transport::TransportError;
use std::ffi::CString;

/// The card, for this program alone.
pub struct InReader {
    card: Card,
    answer: Vec<u8>,
}

impl InReader {
    /// Connects to the reader of that name and resets the card.
    pub fn open(name: &str) -> Result<Self, pcsc::Error> {
        let name = CString::new(name).map_err(|_| pcsc::Error::InvalidParameter)?;
        let context = Context::establish(Scope::System)?;
        let mut card = context.connect(&name, ShareMode::Exclusive, Protocols::ANY)?;
        card.reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::UnpowerCard)?;
        Ok(Self { card, answer: vec![0; MAX_BUFFER_SIZE_EXTENDED] })
    }

    /// One command.
    pub fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.transmit(command, &mut self.answer).map_err(fault)?;
        Ok(answer.to_vec())
    }

    /// Power off and on; the answer-to-reset.
    pub fn reset(&mut self) -> Result<Vec<u8>, TransportError> {
        self.card
            .reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::UnpowerCard)
            .and_then(|()| self.card.status2_owned())
            .map(|status| status.atr().to_vec())
            .map_err(fault)
    }
}

fn fault(error: pcsc::Error) -> TransportError {
    match error {
        pcsc::Error::RemovedCard | pcsc::Error::NoSmartcard | pcsc::Error::NotTransacted => {
            TransportError::CardRemoved
        }
        _ => TransportError::ProtocolError,
    }
}
