//! A card in a PC/SC reader, through the pcsc crate.

use dmrtd::com::{TransceiveError, Transceiver};
use pcsc::{Card, Context, Disposition, Error, MAX_BUFFER_SIZE_EXTENDED, Protocols, Scope, ShareMode};
use std::ffi::CString;

/// The card, for this program alone.
pub struct InReader {
    card: Card,
    answer: Vec<u8>,
}

impl InReader {
    /// Connects to the reader of that name and resets the card.
    pub fn open(name: &str) -> Result<Self, Error> {
        let name = CString::new(name).map_err(|_| Error::InvalidParameter)?;
        let context = Context::establish(Scope::System)?;
        let mut card = context.connect(&name, ShareMode::Exclusive, Protocols::ANY)?;
        card.reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::UnpowerCard)?;
        Ok(Self { card, answer: vec![0; MAX_BUFFER_SIZE_EXTENDED] })
    }
}

impl Transceiver for InReader {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        let answer = self.card.transmit(command, &mut self.answer);
        answer.map(<[u8]>::to_vec).map_err(|fault| TransceiveError::new(fault.to_string()))
    }
}
