//! A card behind secure messaging.

use crate::ladder::Rung;
use crate::read::{Link, ReadError};
use chipwright_channel::ChipProven;
use chipwright_channel::chip_authentication::version_1::{self, Unproven};
use chipwright_channel::chip_authentication::{ChipAuthenticationError, ChipKey};
use chipwright_channel::sm::Session;
use chipwright_iso7816::{Command, Exchanger, Response, StatusWord, Transport};

/// After the first error the session is gone, and every further exchange fails.
pub(crate) struct Protected<'a, T> {
    card: &'a mut Exchanger<T>,
    state: State,
    /// The round trip after which no more is asked.
    last: u64,
    rung: Rung,
    /// What Chip Authentication 1 has proven, once the first answer under its keys was opened.
    proven: Option<ChipProven>,
}

enum State {
    Open(Session),
    /// Chip Authentication 1 ran; the next answer proves it.
    Unproven(Box<Unproven>),
    Gone,
}

impl<'a, T: Transport> Protected<'a, T> {
    pub(crate) const fn new(card: &'a mut Exchanger<T>, session: Session, rung: Rung, last: u64) -> Self {
        Self { card, state: State::Open(session), last, rung, proven: None }
    }

    /// Runs Chip Authentication 1; the proof comes with the next exchange.
    ///
    /// # Errors
    /// [`ReadError::NotGenuine`] when the chip refuses or answers something else.
    pub(crate) fn authenticate_chip(
        &mut self,
        key: &ChipKey,
        random: &mut dyn FnMut(&mut [u8]),
    ) -> Result<(), ReadError> {
        let State::Open(session) = std::mem::replace(&mut self.state, State::Gone) else {
            return Err(gone());
        };
        let unproven = version_1::authenticate(&mut *self.card, session, key, random).map_err(chip_error)?;
        self.state = State::Unproven(Box::new(unproven));
        Ok(())
    }

    /// What the chip has proven by Chip Authentication 1; given once.
    pub(crate) const fn take_proof(&mut self) -> Option<ChipProven> {
        self.proven.take()
    }
}

impl<T: Transport> Link for Protected<'_, T> {
    fn exchange(&mut self, command: &Command) -> Result<Response, ReadError> {
        if self.card.round_trips() > self.last {
            return Err(ReadError::Busy);
        }
        match std::mem::replace(&mut self.state, State::Gone) {
            State::Gone => Err(gone()),
            State::Open(session) => {
                let (waiting, wrapped) = session.wrap(command)?;
                let response = self.card.exchange(&wrapped)?;
                let (session, plain) = waiting.unwrap(response)?;
                self.state = State::Open(session);
                Ok(plain)
            }
            State::Unproven(unproven) => {
                let (waiting, wrapped) = unproven.wrap(command)?;
                let response = self.card.exchange(&wrapped)?;
                let (session, plain, proven) = waiting.unwrap(response).map_err(chip_error)?;
                self.proven = Some(proven);
                self.state = State::Open(session);
                Ok(plain)
            }
        }
    }

    fn rung(&self) -> Rung {
        self.rung
    }

    fn gives(&mut self, bytes: usize) {
        self.rung = self.rung.giving(bytes);
    }
}

const fn gone() -> ReadError {
    ReadError::Refused(StatusWord::SECURITY_STATUS_NOT_SATISFIED)
}

/// A key of ours that does not fit its curve, or a broken source of randomness, ends the session as a broken channel does.
fn chip_error(error: ChipAuthenticationError) -> ReadError {
    match error {
        ChipAuthenticationError::NotGenuine(error) => error.into(),
        ChipAuthenticationError::SecureMessaging(error) => error.into(),
        ChipAuthenticationError::RandomSource => ReadError::RandomSource,
        _ => ReadError::Refused(StatusWord::CONDITIONS_NOT_SATISFIED),
    }
}
