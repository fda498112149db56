//! What the worker of a card owns: its own connection to the daemon and the card held exclusively. Everything here may block.

use super::connection::{LetIn, establish, names};
use super::error::{service_gone, transport_error};
use super::{Protocol, ReaderError, Slot, t0};
use ::pcsc::{Card, Context, Disposition, Error, Protocols, ReaderState, ShareMode, State, Status};
use chipwright_iso7816::{Atr, TransportError};
use std::ffi::CString;
use std::thread;
use std::time::{Duration, Instant};
use zeroize::{Zeroize, Zeroizing};

/// The longest response: 65,536 bytes and the status word.
const MOST_RESPONSE: usize = 0x1_0000 + 2;
/// The longest command T=1 carries: header, extended lengths and 65,535 bytes.
const MOST_COMMAND: usize = 4 + 3 + 0xFFFF + 2;
/// The daemon notices a removal only when it next looks at the reader.
const NOTICE_REMOVAL: Duration = Duration::from_secs(1);
const LOOK_AGAIN: Duration = Duration::from_millis(50);

/// A card held exclusively. Dropped, it is left without power.
pub(super) struct Held {
    card: Option<Card>,
    reader: String,
    protocol: Protocol,
    answer: Zeroizing<Vec<u8>>,
    after: Disposition,
    count: u32,
}

/// What is known of a card when it has been opened.
pub(super) struct Opened {
    pub(super) atr: Atr,
    pub(super) protocol: Protocol,
    /// How many cards came and went before, as far as the daemon counts.
    pub(super) count: u32,
}

impl Held {
    /// Nothing yet, for this reader.
    pub(super) fn new(reader: String) -> Self {
        Self {
            card: None,
            reader,
            protocol: Protocol::T1,
            answer: Zeroizing::new(Vec::new()),
            after: Disposition::UnpowerCard,
            count: 0,
        }
    }

    /// Opens the card that is in the reader now. Another program is given `sharing` to let go of it.
    pub(super) fn open(&mut self, sharing: Duration, let_in: &LetIn) -> Result<Opened, ReaderError> {
        let name = CString::new(self.reader.as_str()).map_err(|_| ReaderError::ReaderName)?;
        let context = establish(let_in)?;
        let until = Instant::now() + sharing;
        let card = loop {
            match context.connect(&name, ShareMode::Exclusive, Protocols::ANY) {
                Ok(card) => break card,
                Err(Error::SharingViolation | Error::NotReady) if Instant::now() < until => {
                    thread::sleep(LOOK_AGAIN);
                }
                Err(error) => return Err(self.refused(&context, name, error)),
            }
        };
        let card = self.card.insert(card);
        let about = |error| ReaderError::about(error, &self.reader);
        let count = state(&context, name).map_err(about)?.event_count();
        // a card that was exchanged before the counter was read is not this one
        is_here(card).map_err(about)?;
        let status = card.status2_owned().map_err(about)?;
        self.protocol = match status.protocol2() {
            Some(::pcsc::Protocol::T0) => Protocol::T0,
            Some(::pcsc::Protocol::T1) => Protocol::T1,
            _ => return Err(ReaderError::UnsupportedProtocol { reader: self.reader.clone() }),
        };
        let atr = Atr::parse(status.atr())
            .map_err(|_| ReaderError::NoAnswerToReset { reader: self.reader.clone() })?;
        self.answer.resize(MOST_RESPONSE, 0);
        self.count = count;
        Ok(Opened { atr, protocol: self.protocol, count })
    }

    /// Why the card was not opened. A card without a valid answer to reset is refused for its protocol: the state tells them apart.
    fn refused(&self, context: &Context, name: CString, error: Error) -> ReaderError {
        let error = ReaderError::about(error, &self.reader);
        // refused, or the daemon ended meanwhile?
        if let (ReaderError::NotAllowed, Err(now)) = (&error, names(context)) {
            return ReaderError::about(now, &self.reader);
        }
        if let ReaderError::UnsupportedProtocol { reader } = &error {
            let slot = state(context, name).map(|state| Slot::read(state.event_state(), state.atr()));
            if slot == Ok(Slot::NoAnswerToReset) {
                return ReaderError::NoAnswerToReset { reader: reader.clone() };
            }
        }
        error
    }

    /// One command, one response.
    pub(super) fn transmit(&mut self, command: &[u8]) -> Result<Zeroizing<Vec<u8>>, TransportError> {
        let card = self.card.as_ref().ok_or(TransportError::CardRemoved)?;
        if command.len() > MOST_COMMAND {
            return Err(TransportError::TooLong(command.len()));
        }
        let sent = match self.protocol {
            Protocol::T1 => card.transmit(command, &mut self.answer),
            Protocol::T0 => {
                let tpdu = t0::command_tpdu(command).ok_or(TransportError::TooLong(command.len()))?;
                card.transmit(&tpdu, &mut self.answer)
            }
        };
        let length = match sent {
            Ok(response) => response.len(),
            Err(error) => return Err(self.explain(error, command.len())),
        };
        let response = Zeroizing::new(self.answer[..length].to_vec());
        self.answer[..length].zeroize();
        // what some drivers make of a card that left in the middle
        if response.len() < 2 {
            return Err(self.presence().unwrap_or(TransportError::CardMute));
        }
        Ok(response)
    }

    /// Power off and on.
    pub(super) fn reset(&mut self) -> Result<Opened, TransportError> {
        let card = self.card.as_mut().ok_or(TransportError::CardRemoved)?;
        // reconnecting would take a card that was inserted meanwhile for this one
        if let Err(error) = is_here(card) {
            return Err(self.explain(error, 0));
        }
        let done = card
            .reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::UnpowerCard)
            .and_then(|()| card.status2_owned());
        let status = done.map_err(|error| self.explain(error, 0))?;
        self.protocol = match status.protocol2() {
            Some(::pcsc::Protocol::T0) => Protocol::T0,
            _ => Protocol::T1,
        };
        let atr = Atr::parse(status.atr()).map_err(|_| TransportError::CardMute)?;
        Ok(Opened { atr, protocol: self.protocol, count: self.count })
    }

    /// Lets go of the card.
    pub(super) fn release(&mut self, after: Disposition) {
        self.after = after;
        let Some(card) = self.card.take() else { return };
        if let Err((card, _)) = card.disconnect(self.after) {
            // the card or the daemon is gone; dropping it tries once more and frees the rest
            drop(card);
        }
    }

    /// Why a command of this length failed. Codes that say only "it did not work" are told apart by looking at the reader.
    fn explain(&self, error: Error, length: usize) -> TransportError {
        if let Some(known) = transport_error(error, &self.reader) {
            return known;
        }
        match error {
            Error::InvalidParameter | Error::InvalidValue if length > 261 => TransportError::TooLong(length),
            Error::InsufficientBuffer | Error::PciTooSmall => {
                TransportError::Reader("a response longer than any response can be".to_owned())
            }
            Error::NotTransacted | Error::Timeout | Error::CommDataLost | Error::UnknownError => {
                self.presence().unwrap_or(TransportError::CardMute)
            }
            other => self.presence().unwrap_or_else(|| TransportError::Reader(other.to_string())),
        }
    }

    /// What became of a card that did not answer; none when it is still there.
    fn presence(&self) -> Option<TransportError> {
        let Some(card) = &self.card else { return Some(TransportError::CardRemoved) };
        let until = Instant::now() + NOTICE_REMOVAL;
        loop {
            match card.status2_owned() {
                Ok(status) if status.status().contains(Status::ABSENT) => {
                    return Some(TransportError::CardRemoved);
                }
                Ok(_) => {}
                Err(error) => return Some(transport_error(error, &self.reader).unwrap_or_else(service_gone)),
            }
            if Instant::now() >= until {
                return None;
            }
            thread::sleep(LOOK_AGAIN);
        }
    }
}

/// An error when the card that was connected to is not in the reader any more, whatever is in it now.
fn is_here(card: &mut Card) -> Result<(), Error> {
    let done = card
        .transaction()
        .and_then(|transaction| transaction.end(Disposition::LeaveCard).map_err(|(_, error)| error));
    match done {
        Err(Error::ResetCard) => Ok(()),
        done => done,
    }
}

/// The reader's state now.
fn state(context: &Context, name: CString) -> Result<ReaderState, Error> {
    let mut state = [ReaderState::new(name, State::UNAWARE)];
    context.get_status_change(Duration::ZERO, &mut state)?;
    let [state] = state;
    Ok(state)
}

impl Drop for Held {
    fn drop(&mut self) {
        self.release(self.after);
    }
}
