//! The slot's thread: finds the daemon and carries its messages to the card.

use super::desk::{Desk, Inserted, Stand};
use super::wire::{Message, Wire};
use super::{Change, LET_GO_AFTER};
use chipwright_iso7816::{Atr, StatusWord, Transport, TransportError};
use std::io;
use std::net::{SocketAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// How long a connection attempt may take.
const CONNECT: Duration = Duration::from_millis(500);
/// How long to wait before the next attempt.
const BETWEEN_ATTEMPTS: Duration = Duration::from_millis(50);
/// One byte more than the longest answer-to-reset: the daemon sees a card, PC/SC none that answers its reset.
const NO_ANSWER_TO_RESET: [u8; 34] = [0; 34];

/// Shows card after card until the slot is stopped. A card whose program panics falls out; the slot goes on.
pub(super) fn run(desk: &Desk, address: SocketAddr) {
    while let Some(mut shown) = desk.wait_for_card() {
        let Some(inserted) = shown.inserted() else { continue };
        let shown_until_its_end = AssertUnwindSafe(|| show(desk, inserted, address));
        if catch_unwind(shown_until_its_end).is_err() {
            let cause = TransportError::Reader("the card's program failed".to_owned());
            desk.stands(Stand::Left(cause.clone()));
            desk.tell(Change::Left(cause));
        }
    }
}

/// Shows one card until it is wanted back or has failed.
fn show(desk: &Desk, inserted: &mut Inserted, address: SocketAddr) {
    loop {
        if let Ok(stream) = TcpStream::connect_timeout(&address, CONNECT)
            && let Ok(handle) = stream.try_clone()
            && let Ok(wire) = Wire::over(stream)
        {
            if !desk.connected(Some(handle)) {
                return;
            }
            desk.stands(Stand::Unpowered);
            desk.tell(Change::Connected);
            let end = Session { desk, inserted, wire, powered: false, off_since: None }.run();
            desk.connected(None);
            match end {
                End::Connection => desk.stands(Stand::Waiting),
                End::Card(ref cause) => desk.stands(Stand::Left(cause.clone())),
            }
            desk.tell(Change::Disconnected);
            if let End::Card(cause) = end {
                desk.tell(Change::Left(cause));
                return;
            }
        }
        if !desk.linger(BETWEEN_ATTEMPTS) {
            return;
        }
    }
}

/// Why a session ended.
enum End {
    /// The daemon went away, broke the protocol, or the owner shut the connection.
    Connection,
    /// The card failed.
    Card(TransportError),
}

impl From<io::Error> for End {
    fn from(_: io::Error) -> Self {
        Self::Connection
    }
}

/// One card on one connection.
struct Session<'a> {
    desk: &'a Desk,
    inserted: &'a mut Inserted,
    wire: Wire,
    powered: bool,
    /// When the host took the power away.
    off_since: Option<Instant>,
}

impl Session<'_> {
    fn run(mut self) -> End {
        loop {
            if let Err(end) = self.step() {
                return end;
            }
        }
    }

    fn step(&mut self) -> Result<(), End> {
        let patience = self.until_let_go();
        if patience.is_some_and(|left| left.is_zero()) {
            return self.let_go();
        }
        let Some(message) = self.wire.receive(patience)? else { return self.let_go() };
        match message {
            Message::PowerOff => {
                self.powered = false;
                self.off_since = Some(Instant::now());
                self.desk.stands(Stand::Unpowered);
                self.desk.tell(Change::PoweredOff { apdus: self.desk.apdus() });
                Ok(())
            }
            Message::PowerOn | Message::Reset => self.reset().map(|_| ()),
            Message::AnswerToReset => self.answer_to_reset(),
            Message::Unknown(_) => Ok(()),
            Message::Command(command) => {
                let command = Zeroizing::new(command.to_vec());
                self.command(&command)
            }
        }
    }

    /// How long until the host has let go of the card, if it has used it and taken the power away.
    fn until_let_go(&self) -> Option<Duration> {
        let since = self.off_since.filter(|_| !self.inserted.let_go_told && self.desk.apdus() > 0)?;
        Some(LET_GO_AFTER.saturating_sub(since.elapsed()))
    }

    fn let_go(&mut self) -> Result<(), End> {
        self.inserted.let_go_told = true;
        self.desk.tell(Change::LetGo { apdus: self.desk.apdus() });
        Ok(())
    }

    /// Resets the card; none when it does not answer.
    fn reset(&mut self) -> Result<Option<Atr>, End> {
        match self.inserted.card.reset() {
            Ok(atr) => {
                self.inserted.atr = Some(atr.clone());
                self.powered = true;
                self.off_since = None;
                self.desk.stands(Stand::Powered);
                self.desk.tell(Change::PoweredOn);
                Ok(Some(atr))
            }
            Err(TransportError::CardMute) => {
                self.inserted.atr = None;
                self.powered = false;
                self.desk.stands(Stand::Unpowered);
                Ok(None)
            }
            Err(cause) => Err(End::Card(cause)),
        }
    }

    fn answer_to_reset(&mut self) -> Result<(), End> {
        let known = match &self.inserted.atr {
            Some(atr) => Some(atr.clone()),
            None => self.reset()?,
        };
        let bytes = known.as_ref().map_or(&NO_ANSWER_TO_RESET[..], Atr::as_bytes);
        Ok(self.wire.answer(bytes)?)
    }

    fn command(&mut self, command: &[u8]) -> Result<(), End> {
        if command.len() < 4 {
            return Ok(self.wire.answer(&StatusWord::WRONG_LENGTH.to_bytes())?);
        }
        if !self.powered && self.reset()?.is_none() {
            return Ok(());
        }
        self.desk.count_apdu();
        self.inserted.let_go_told = false;
        match self.inserted.card.transmit(command) {
            Ok(response) => {
                let response = Zeroizing::new(response);
                let fault = StatusWord::NO_PRECISE_DIAGNOSIS.to_bytes();
                let fits = (1..=0xFFFF).contains(&response.len());
                Ok(self.wire.answer(if fits { &response } else { &fault })?)
            }
            // no answer is what the host gets from such a card; the daemon may ask again
            Err(TransportError::CardMute) => Ok(()),
            Err(TransportError::TooLong(_)) => Ok(self.wire.answer(&StatusWord::WRONG_LENGTH.to_bytes())?),
            Err(cause) => Err(End::Card(cause)),
        }
    }
}
