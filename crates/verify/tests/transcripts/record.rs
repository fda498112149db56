//! Randomness and cards that are recorded, and records that stand in for them.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use chipwright_emulator::{Card, Randomness};
use chipwright_iso7816::{Atr, LengthMode, Transport, TransportError};

use crate::format::{Exchange, Octets};

/// What was drawn, in order.
pub(crate) type Draws = Arc<Mutex<Vec<Octets>>>;

/// `source`, written down.
pub(crate) fn recording(mut source: Randomness) -> (Randomness, Draws) {
    let draws = Draws::default();
    let log = Arc::clone(&draws);
    let rng = move |out: &mut [u8]| {
        source(out);
        log.lock().unwrap().push(Octets(out.to_vec()));
    };
    (Box::new(rng), draws)
}

/// The recorded draws again; panics when something else is drawn. The second value tells how many are left.
pub(crate) fn replaying(draws: &[Octets]) -> (Randomness, Draws) {
    let left: Vec<Octets> = draws.iter().rev().cloned().collect();
    let left = Arc::new(Mutex::new(left));
    let log = Arc::clone(&left);
    let rng = move |out: &mut [u8]| {
        let draw = log.lock().unwrap().pop().expect("more is drawn than was recorded");
        out.copy_from_slice(&draw.0);
    };
    (Box::new(rng), left)
}

pub(crate) fn taken(draws: &Draws) -> Vec<Octets> {
    std::mem::take(&mut *draws.lock().unwrap())
}

/// The name of the step at work.
pub(crate) type Step = Rc<RefCell<String>>;

/// A card, and everything that is said.
pub(crate) struct Recorder {
    pub(crate) card: Card,
    pub(crate) step: Step,
    pub(crate) exchanges: Vec<Exchange>,
}

impl Recorder {
    pub(crate) fn new(card: Card, step: &Step) -> Self {
        Self { card, step: Rc::clone(step), exchanges: Vec::new() }
    }
}

impl Transport for Recorder {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let response = self.card.transmit(command)?;
        self.exchanges.push(Exchange {
            step: self.step.borrow().clone(),
            command: Some(Octets(command.to_vec())),
            response: Some(Octets(response.clone())),
            atr: None,
        });
        Ok(response)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        let atr = self.card.reset()?;
        let answer = Some(Octets(atr.as_bytes().to_vec()));
        self.exchanges.push(Exchange { step: "reset".into(), command: None, response: None, atr: answer });
        Ok(atr)
    }
}

/// Recorded responses, given for the recorded commands only.
pub(crate) struct Record<'a> {
    pub(crate) exchanges: &'a [Exchange],
    /// What came instead of the recorded command.
    pub(crate) surprise: Option<Vec<u8>>,
}

impl<'a> Record<'a> {
    pub(crate) const fn of(exchanges: &'a [Exchange]) -> Self {
        Self { exchanges, surprise: None }
    }

    fn next(&mut self, command: Option<&[u8]>) -> Result<&'a Exchange, TransportError> {
        match self.exchanges.split_first() {
            Some((next, rest)) if next.command.as_ref().map(|octets| octets.0.as_slice()) == command => {
                self.exchanges = rest;
                Ok(next)
            }
            _ => {
                self.surprise.get_or_insert_with(|| command.unwrap_or_default().to_vec());
                Err(TransportError::CardMute)
            }
        }
    }

    pub(crate) fn assert_used_up(&self) {
        assert_eq!(self.surprise.as_ref().map(hex::encode), None, "another command than the recorded one");
        assert_eq!(self.exchanges.len(), 0, "exchanges left over");
    }
}

impl Transport for Record<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        Ok(self.next(Some(command))?.response.clone().unwrap().0)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Ok(Atr::parse(&self.next(None)?.atr.clone().unwrap().0).unwrap())
    }
}

pub(crate) fn mode(length_form: &str) -> LengthMode {
    match length_form {
        "short" => LengthMode::Short,
        "extended" => LengthMode::Extended,
        other => panic!("length form {other}"),
    }
}
