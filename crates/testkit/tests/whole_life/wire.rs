//! Everything that passes between a host and a card, and who drew which random bytes.

use chipwright_emulator::{Card, ChipConfig, Interface, Randomness, seeded_rng};
use chipwright_iso7816::{Atr, Transport, TransportError};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

/// One command with its response.
pub(crate) struct Exchange {
    /// In which part of the life.
    pub(crate) step: &'static str,
    /// Over which interface.
    pub(crate) interface: Interface,
    pub(crate) command: Vec<u8>,
    pub(crate) response: Vec<u8>,
}

/// Random bytes long enough to be a key.
pub(crate) type Drawn = Arc<Mutex<Vec<Vec<u8>>>>;

/// A source whose keys and nonces of 16 bytes and more are kept for the search.
pub(crate) fn listened(seed: u64, drawn: &Drawn) -> Randomness {
    let (mut source, drawn) = (seeded_rng(seed), Arc::clone(drawn));
    Box::new(move |bytes: &mut [u8]| {
        source(bytes);
        if bytes.len() >= 16 {
            drawn.lock().unwrap().push(bytes.to_vec());
        }
    })
}

/// A card, heard on its way.
#[derive(Clone)]
pub(crate) struct Wire {
    card: Rc<RefCell<Card>>,
    heard: Rc<RefCell<Vec<Exchange>>>,
    step: Rc<RefCell<(&'static str, Interface)>>,
}

impl Wire {
    pub(crate) fn blank(config: ChipConfig, random: Randomness) -> Self {
        Self {
            card: Rc::new(RefCell::new(Card::blank(config, random))),
            heard: Rc::default(),
            step: Rc::new(RefCell::new(("", Interface::Contact))),
        }
    }

    /// What follows belongs to this part of the life, over this interface.
    pub(crate) fn begin(&self, step: &'static str, interface: Interface) {
        self.card.borrow_mut().set_interface(interface);
        *self.step.borrow_mut() = (step, interface);
    }

    pub(crate) fn into_heard(self) -> Vec<Exchange> {
        self.heard.take()
    }
}

impl Transport for Wire {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let response = self.card.borrow_mut().transmit(command)?;
        let (step, interface) = *self.step.borrow();
        let (command, heard) = (command.to_vec(), response.clone());
        self.heard.borrow_mut().push(Exchange { step, interface, command, response: heard });
        Ok(response)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.borrow_mut().reset()
    }
}
