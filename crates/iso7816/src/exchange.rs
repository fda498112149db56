//! One command to one response, whatever the card needs in between: command chaining (7816-4, 5.4.1), GET RESPONSE for
//! `61XX` and a repeated command for `6CXX` (7816-3, 12.2; 7816-4, 5.6), all bounded.

use crate::apdu::ApduError;
use crate::link::{Chip, Meter};
use crate::{Command, Ins, Le, Response, StatusWord, Transport, TransportError};
use zeroize::Zeroizing;

/// What an endless card can make us collect at most.
const MOST_RESPONSE_BYTES: usize = 0x1_0000;
/// How many GET RESPONSE a card can make us send.
const MOST_ROUNDS: usize = 512;
/// GET RESPONSE that may bring little; beyond them each must have brought [`LEAST_PORTION`] bytes on average.
const FREE_ROUNDS: usize = 16;
/// Bytes that a GET RESPONSE brings at the least, on average.
const LEAST_PORTION: usize = 64;

/// How commands longer than 255 bytes travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LengthMode {
    /// Short APDUs; longer data is sent as a chain.
    #[default]
    Short,
    /// Extended length fields where short ones do not suffice.
    Extended,
}

/// Why an exchange failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExchangeError {
    /// No response came back.
    #[error(transparent)]
    Transport(#[from] TransportError),
    /// The command has no encoding.
    #[error(transparent)]
    Apdu(#[from] ApduError),
    /// The card answered less than a status word.
    #[error("the answer of the card ends after {0} of at least 2 bytes")]
    NoStatus(usize),
    /// The card answered more data than the command left room for.
    #[error("the card answered {sent} bytes of data where at most {most} were asked for")]
    TooMuch {
        /// Bytes of data the command asked for.
        most: usize,
        /// Bytes of data that came.
        sent: usize,
    },
    /// The card kept announcing more data without end.
    #[error("the card announced more than {MOST_RESPONSE_BYTES} bytes or sent no end of its answer")]
    Endless,
    /// The card refused a command in the middle of a chain.
    #[error("the card refused part {part} of a command chain with {status}")]
    ChainRefused {
        /// Which part, counted from 1.
        part: usize,
        /// The card's status.
        status: StatusWord,
    },
}

/// Counts and carries exchanges over a [`Transport`].
pub struct Exchanger<T> {
    transport: T,
    mode: LengthMode,
    round_trips: u64,
    bytes_sent: u64,
    bytes_received: u64,
    meter: Meter,
}

impl<T: Transport> Exchanger<T> {
    /// Over this transport.
    pub const fn new(transport: T, mode: LengthMode) -> Self {
        let meter = Meter::new(Chip::JAVA_CARD);
        Self { transport, mode, round_trips: 0, bytes_sent: 0, bytes_received: 0, meter }
    }

    /// How long commands travel from now on.
    pub const fn set_mode(&mut self, mode: LengthMode) {
        self.mode = mode;
    }

    /// How long commands travel.
    pub const fn mode(&self) -> LengthMode {
        self.mode
    }

    /// Commands sent so far, parts of chains and GET RESPONSE included.
    pub const fn round_trips(&self) -> u64 {
        self.round_trips
    }

    /// Bytes sent and received so far.
    pub const fn bytes(&self) -> (u64, u64) {
        (self.bytes_sent, self.bytes_received)
    }

    /// How long a chip and its link would have taken, as modelled.
    pub const fn meter(&self) -> &Meter {
        &self.meter
    }

    /// The transport itself.
    pub const fn transport(&mut self) -> &mut T {
        &mut self.transport
    }

    /// Gives the transport back.
    pub fn into_transport(self) -> T {
        self.transport
    }

    /// Cold reset.
    ///
    /// # Errors
    /// As [`Transport::reset`].
    pub fn reset(&mut self) -> Result<crate::Atr, TransportError> {
        self.transport.reset()
    }

    /// Sends `command` and collects the whole response.
    ///
    /// # Errors
    /// [`ExchangeError`]; a refusal by the card is a response, not an error, except inside a chain.
    pub fn exchange(&mut self, command: &Command) -> Result<Response, ExchangeError> {
        if self.mode == LengthMode::Short && command.data.len() > 255 {
            return self.exchange_chain(command);
        }
        self.exchange_one(command)
    }

    fn exchange_chain(&mut self, command: &Command) -> Result<Response, ExchangeError> {
        let parts = command.data.chunks(255);
        let last = parts.len();
        for (index, data) in parts.enumerate() {
            let mut part = Command::new(command.cla, command.ins, command.p1, command.p2).with_data(data);
            if command.is_sensitive() {
                part = part.sensitive();
            }
            if index + 1 == last {
                part.le = command.le;
                return self.exchange_one(&part);
            }
            part.cla |= 0x10;
            let response = self.exchange_one(&part)?;
            if !response.status.is_success() {
                return Err(ExchangeError::ChainRefused { part: index + 1, status: response.status });
            }
        }
        self.exchange_one(command)
    }

    fn exchange_one(&mut self, command: &Command) -> Result<Response, ExchangeError> {
        let mut response = self.transmit(command)?;
        // a protected command carries a MAC that holds once: repeating it would break the session
        if let (Some(exact), false) = (response.status.exact_le(), command.cla & 0x0C != 0) {
            let mut again = command.clone();
            #[allow(clippy::cast_possible_truncation)] // at most 256
            again.le.replace(Le::Exact(exact as u32));
            response = self.transmit(&again)?;
        }
        let mut collected = std::mem::take(&mut response.data);
        let mut rounds = 0;
        while let Some(waiting) = response.status.bytes_waiting() {
            rounds += 1;
            let trickles = rounds > FREE_ROUNDS + collected.len() / LEAST_PORTION;
            if trickles || rounds > MOST_ROUNDS || collected.len() > MOST_RESPONSE_BYTES {
                return Err(ExchangeError::Endless);
            }
            let le = if waiting == 256 { Le::Max } else { Le::Exact(waiting as u32) };
            let class = if command.cla & 0x80 == 0 { command.cla & !0x1C } else { command.cla & 0x03 };
            let next = self.transmit(&Command::new(class, Ins::GET_RESPONSE, 0, 0).with_le(le))?;
            if next.data.is_empty() && next.status.bytes_waiting().is_some() {
                return Err(ExchangeError::Endless);
            }
            collected.extend_from_slice(&next.data);
            response.status = next.status;
        }
        response.data = collected;
        Ok(response)
    }

    fn transmit(&mut self, command: &Command) -> Result<Response, ExchangeError> {
        let bytes = Zeroizing::new(command.to_bytes()?);
        self.round_trips += 1;
        self.bytes_sent += bytes.len() as u64;
        let answer = Zeroizing::new(self.transport.transmit(&bytes)?);
        self.bytes_received += answer.len() as u64;
        self.meter.add(command, bytes.len(), answer.len());
        let (most, sent) = (most_data(command), answer.len().saturating_sub(2));
        if sent > most {
            return Err(ExchangeError::TooMuch { most, sent });
        }
        Response::from_bytes(&answer).map_err(|_| ExchangeError::NoStatus(answer.len()))
    }
}

/// How many bytes of data an answer to this command may have. One that asks for none gets what its form has room for: some cards
/// answer with data all the same.
fn most_data(command: &Command) -> usize {
    match command.le {
        Some(Le::Exact(ne)) => ne as usize,
        Some(Le::Max) | None if command.extended || command.data.len() > 255 => 0x1_0000,
        Some(Le::Max) | None => 256,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Atr;

    struct Script(Vec<(&'static str, &'static str)>);

    impl Transport for Script {
        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
            let (wanted, answer) = self.0.remove(0);
            assert_eq!(hex::encode(command), wanted);
            Ok(hex::decode(answer).unwrap())
        }

        fn reset(&mut self) -> Result<Atr, TransportError> {
            Err(TransportError::CardMute)
        }
    }

    #[test]
    fn waiting_bytes_are_fetched() {
        let script = Script(vec![("00ca006600", "01026103"), ("00c0000003", "0304059000")]);
        let mut card = Exchanger::new(script, LengthMode::Short);
        let answer = card.exchange(&Command::new(0, Ins::GET_DATA, 0, 0x66).with_le(Le::Max)).unwrap();
        assert_eq!((answer.data, card.round_trips()), (vec![1, 2, 3, 4, 5], 2));
    }

    #[test]
    fn a_wrong_le_is_corrected_once() {
        let script = Script(vec![("80ca9f7f00", "6c02"), ("80ca9f7f02", "6c02")]);
        let mut card = Exchanger::new(script, LengthMode::Short);
        let answer = card.exchange(&Command::new(0x80, Ins::GET_DATA, 0x9F, 0x7F).with_le(Le::Max)).unwrap();
        assert_eq!(answer.status, StatusWord(0x6C02));
    }

    #[test]
    fn a_protected_command_is_never_repeated() {
        let script = Script(vec![("84f2400000", "6c02")]);
        let mut card = Exchanger::new(script, LengthMode::Short);
        let answer =
            card.exchange(&Command::new(0x84, Ins::GET_STATUS, 0x40, 0x00).with_le(Le::Max)).unwrap();
        assert_eq!((answer.status, card.round_trips()), (StatusWord(0x6C02), 1));
    }

    #[test]
    fn long_data_is_chained() {
        struct Chain(Vec<(u8, usize)>);
        impl Transport for Chain {
            fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
                self.0.push((command[0], command.len()));
                Ok(vec![0x90, 0x00])
            }
            fn reset(&mut self) -> Result<Atr, TransportError> {
                Err(TransportError::CardMute)
            }
        }
        let mut card = Exchanger::new(Chain(Vec::new()), LengthMode::Short);
        card.exchange(&Command::new(0, Ins(0x2A), 0, 0xBE).with_data([7; 300])).unwrap();
        assert_eq!(card.into_transport().0, [(0x10, 260), (0x00, 50)]);
    }

    /// Gives the same answer to everything.
    struct Always(Vec<u8>);

    impl Transport for Always {
        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
            Ok(self.0.clone())
        }

        fn reset(&mut self) -> Result<Atr, TransportError> {
            Err(TransportError::CardMute)
        }
    }

    #[test]
    fn an_answer_is_a_status_word_at_the_least() {
        let command = Command::new(0, Ins::GET_DATA, 0, 0);
        for length in [0, 1] {
            let mut card = Exchanger::new(Always(vec![0x90; length]), LengthMode::Short);
            assert_eq!(card.exchange(&command), Err(ExchangeError::NoStatus(length)));
        }
    }

    #[test]
    fn more_than_was_asked_for_is_refused() {
        let command = Command::new(0, Ins::GET_DATA, 0, 0);
        let long = [vec![0; 300], vec![0x90, 0]].concat();
        for (command, most) in [
            (command.clone(), 256),
            (command.clone().with_le(Le::Max), 256),
            (command.clone().with_le(Le::Exact(7)), 7),
            (command.clone().with_le(Le::Max).in_extended_form(), 0x1_0000),
        ] {
            let answer = Exchanger::new(Always(long.clone()), LengthMode::Short).exchange(&command);
            match most {
                0x1_0000 => assert_eq!(answer.unwrap().data.len(), 300),
                most => assert_eq!(answer, Err(ExchangeError::TooMuch { most, sent: 300 })),
            }
        }
    }

    #[test]
    fn an_answer_in_morsels_ends() {
        let mut card = Exchanger::new(Always(vec![7, 0x61, 0x01]), LengthMode::Short);
        assert_eq!(card.exchange(&Command::new(0, Ins::GET_DATA, 0, 0)), Err(ExchangeError::Endless));
        assert_eq!(card.round_trips(), 17);
    }

    #[test]
    fn an_endless_answer_ends() {
        struct Endless;
        impl Transport for Endless {
            fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
                let mut answer = vec![0; 256];
                answer.extend([0x61, 0x00]);
                Ok(answer)
            }
            fn reset(&mut self) -> Result<Atr, TransportError> {
                Err(TransportError::CardMute)
            }
        }
        let mut card = Exchanger::new(Endless, LengthMode::Short);
        assert_eq!(card.exchange(&Command::new(0, Ins::GET_DATA, 0, 0)), Err(ExchangeError::Endless));
    }
}
