//! Commands, responses, and the exchanger that carries them over a card that says anything.
//!
//! - A command or a response that can be read is written back as the same bytes; the four forms of a command differ only
//!   in their lengths.
//! - An exchange ends after a bounded number of round trips, with a bounded response, whatever the card answers; every
//!   command on the way is one that can be read.

use crate::input::Input;
use chipwright_iso7816::apdu::ApduError;
use chipwright_iso7816::{
    Atr, Command, ExchangeError, Exchanger, Le, LengthMode, Response, StatusWord, Transport, TransportError,
};

/// GET RESPONSE of one exchange, the command itself and its repetition.
const MOST_ROUND_TRIPS: u64 = 512 + 3;
/// What is collected before an endless card is given up, and one more answer.
const MOST_RESPONSE: usize = 2 * 0x1_0002;

/// The target.
pub fn run(data: &[u8]) {
    codec(data);
    let mut input = Input::new(data);
    let mode = input.choose(&[LengthMode::Short, LengthMode::Extended]);
    let command = input.command();
    let card = Scripted { answers: input, first: None, sent: 0 };
    let mut exchanger = Exchanger::new(card, mode);
    let outcome = exchanger.exchange(&command);
    let parts = (command.data.len() / 255 + 1) as u64;
    assert!(exchanger.round_trips() <= parts * MOST_ROUND_TRIPS, "{} round trips", exchanger.round_trips());
    let trips = exchanger.round_trips();
    let (bytes_sent, _) = exchanger.bytes();
    let card = exchanger.into_transport();
    assert_eq!((card.sent, card.sent == 0), (bytes_sent, trips == 0));
    match outcome {
        Ok(response) => {
            assert!(response.data.len() <= MOST_RESPONSE, "{} bytes", response.data.len());
            assert_eq!(response.status.bytes_waiting(), None);
        }
        Err(ExchangeError::Apdu(ApduError::TooLong { .. } | ApduError::Le(_))) => {
            assert!(command.to_bytes().is_err() && trips == 0);
        }
        Err(error) => assert!(trips > 0 && !error.to_string().is_empty()),
    }
}

fn codec(data: &[u8]) {
    if let Ok(command) = Command::from_bytes(data) {
        assert_eq!(command.to_bytes().unwrap(), data);
        assert_eq!(command.header(), data[..4]);
        assert!(command.data.len() <= data.len() - 4);
        let text = format!("{:?}", command.clone().sensitive());
        assert!(text.len() < 80, "the data of a sensitive command is not shown");
        let extended = command.clone().in_extended_form();
        let back = Command::from_bytes(&extended.to_bytes().unwrap()).unwrap();
        assert_eq!((back.header(), &back.data), (command.header(), &command.data));
        assert_eq!(back.le.is_some(), command.le.is_some());
    }
    match Response::from_bytes(data) {
        Ok(response) => {
            assert_eq!(response.to_bytes(), data);
            describe(response.status);
        }
        Err(_) => assert!(data.len() < 2),
    }
}

fn describe(status: StatusWord) {
    assert!(!status.meaning().is_empty() && !status.to_string().is_empty());
    assert!(!(status.is_success() && status.is_warning()));
    assert_eq!(StatusWord::from_bytes(status.to_bytes()[0], status.to_bytes()[1]), status);
}

/// Gives the answers of the input one after the other, then the first for ever.
struct Scripted<'a> {
    answers: Input<'a>,
    first: Option<Vec<u8>>,
    sent: u64,
}

impl Transport for Scripted<'_> {
    fn transmit(&mut self, bytes: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.sent += bytes.len() as u64;
        let command = Command::from_bytes(bytes).expect("only commands are sent");
        assert!(!matches!(command.le, Some(Le::Exact(0))));
        if self.answers.is_empty() {
            return Ok(self.first.clone().unwrap_or_default());
        }
        let answer = match self.answers.byte() {
            0xFF => return Err(TransportError::CardMute),
            0xFE => self.answers.long_bytes().to_vec(),
            form => {
                let mut answer = vec![form; usize::from(form & 0x0F) * 32];
                answer.extend_from_slice(&self.answers.array::<2>());
                answer
            }
        };
        self.first.get_or_insert_with(|| answer.clone());
        Ok(answer)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Err(TransportError::CardMute)
    }
}
