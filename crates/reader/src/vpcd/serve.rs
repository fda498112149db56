//! The slot's thread: finds the daemon and carries its messages to the card.

use super::Change;
use super::desk::{AnswerToReset, Desk, Inserted, Stand};
use super::wire::{Message, Wire};
use chipwright_iso7816::{StatusWord, Transport, TransportError};
use std::io::{self, Write as _};
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
pub(super) fn run(desk: &Desk, address: SocketAddr, let_go_after: Duration) {
    while let Some(mut shown) = desk.wait_for_card() {
        let Some(inserted) = shown.inserted() else { continue };
        let shown_until_its_end = AssertUnwindSafe(|| show(desk, inserted, address, let_go_after));
        if catch_unwind(shown_until_its_end).is_err() {
            let cause = TransportError::Reader("the card's program failed".to_owned());
            desk.stands(Stand::Left(cause.clone()));
            desk.tell(Change::Left(cause));
        }
    }
}

/// Shows one card until it is wanted back or has failed.
fn show(desk: &Desk, inserted: &mut Inserted, address: SocketAddr, let_go_after: Duration) {
    loop {
        if let Ok(stream) = connect(address)
            && let Ok(handle) = stream.try_clone()
            && let Ok(wire) = Wire::over(stream)
        {
            if !desk.connected(Some(handle)) {
                return;
            }
            desk.stands(Stand::Unpowered);
            desk.tell(Change::Connected);
            let end = Session { desk, inserted, wire, powered: false, off: None, let_go_after }.run();
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

/// A connection to the daemon. Its port may be one that the system gives to outgoing connections (vpcd's are): while nobody
/// listens there, the attempt can be given that very port and meet itself, and then the daemon could not listen.
fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let mut stream = TcpStream::connect_timeout(&address, CONNECT)?;
    if stream.local_addr()? != stream.peer_addr()? {
        return Ok(stream);
    }
    // closed with something unread, it leaves the port at once and not a minute later
    stream.set_read_timeout(Some(CONNECT))?;
    stream.write_all(&[0])?;
    stream.peek(&mut [0])?;
    Err(io::ErrorKind::AddrInUse.into())
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
    /// The host took the power away.
    off: Option<Off>,
    let_go_after: Duration,
}

struct Off {
    since: Instant,
    /// The daemon has looked for the card since: it does not stand still between the two halves of a reset.
    polled: bool,
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
                self.off = Some(Off { since: Instant::now(), polled: false });
                self.desk.stands(Stand::Unpowered);
                self.desk.tell(Change::PoweredOff { apdus: self.desk.apdus() });
                Ok(())
            }
            Message::PowerOn | Message::Reset => self.power_on().map(|_| ()),
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
        let off = self.off.as_ref().filter(|off| off.polled)?;
        let used = !self.inserted.let_go_told && self.desk.apdus() > 0;
        used.then(|| self.let_go_after.saturating_sub(off.since.elapsed()))
    }

    fn let_go(&mut self) -> Result<(), End> {
        self.inserted.let_go_told = true;
        self.desk.tell(Change::LetGo { apdus: self.desk.apdus() });
        Ok(())
    }

    /// Powers or resets the card for the host. Whether it answers.
    fn power_on(&mut self) -> Result<bool, End> {
        self.powered = self.reset()?;
        if self.powered {
            self.off = None;
            self.desk.stands(Stand::Powered);
            self.desk.tell(Change::PoweredOn);
        } else {
            self.desk.stands(Stand::Unpowered);
        }
        Ok(self.powered)
    }

    /// Whether the card answers its reset.
    fn reset(&mut self) -> Result<bool, End> {
        let (answer, answers) = match self.inserted.card.reset() {
            Ok(atr) => (AnswerToReset::Known(atr), true),
            Err(TransportError::CardMute) => (AnswerToReset::Mute, false),
            Err(cause) => return Err(End::Card(cause)),
        };
        self.inserted.answer_to_reset = answer;
        Ok(answers)
    }

    /// Also how presence is polled: a card is asked only once, and that is no power of the host's.
    fn answer_to_reset(&mut self) -> Result<(), End> {
        if let Some(off) = &mut self.off {
            off.polled = true;
        }
        if matches!(self.inserted.answer_to_reset, AnswerToReset::Unasked) {
            self.reset()?;
        }
        Ok(self.wire.answer(match &self.inserted.answer_to_reset {
            AnswerToReset::Known(atr) => atr.as_bytes(),
            AnswerToReset::Mute | AnswerToReset::Unasked => &NO_ANSWER_TO_RESET,
        })?)
    }

    fn command(&mut self, command: &[u8]) -> Result<(), End> {
        if command.len() < 4 {
            return Ok(self.wire.answer(&StatusWord::WRONG_LENGTH.to_bytes())?);
        }
        if !self.powered && !self.power_on()? {
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
