//! One command to one response, whatever the card needs in between: command chaining (7816-4, 5.4.1), GET RESPONSE for
//! `61XX` and a repeated command for `6CXX` (7816-3, 12.2; 7816-4, 5.6), all bounded.

use crate::apdu::ApduError;
use crate::{Command, Ins, Le, Response, StatusWord, Transport, TransportError};
use zeroize::Zeroizing;

/// What an endless card can make us collect at most.
const MOST_RESPONSE_BYTES: usize = 0x1_0000;
/// How many GET RESPONSE a card can make us send.
const MOST_ROUNDS: usize = 512;

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
    /// The command has no encoding, or the response is not an APDU.
    #[error(transparent)]
    Apdu(#[from] ApduError),
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
}

impl<T: Transport> Exchanger<T> {
    /// Over this transport.
    pub const fn new(transport: T, mode: LengthMode) -> Self {
        Self { transport, mode, round_trips: 0, bytes_sent: 0, bytes_received: 0 }
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
            if rounds > MOST_ROUNDS || collected.len() > MOST_RESPONSE_BYTES {
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
        Ok(Response::from_bytes(&answer)?)
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
