//! Somebody between the host and an honest card, another card after a reset, and an end to all patience.

use chipwright_emulator::Card;
use chipwright_iso7816::{Atr, Ins, Transport, TransportError};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

/// What is done to a response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// The card has the command; this comes back instead.
    Instead(Vec<u8>),
    /// The card does not get the command; this comes back.
    Forged(Vec<u8>),
    /// `61FF` with this many bytes of data, and again for every GET RESPONSE.
    MoreForEver(usize),
    /// `61FF` and `6C10` in turn.
    MoreAndWrongLe,
    /// The data with this status.
    Status(u16),
    /// This many zero bytes and `9000`.
    Huge(usize),
    /// This many bytes too many.
    Longer(usize),
    /// The first bytes only.
    Cut(usize),
    /// The first half only.
    Half,
    /// One bit of the byte that is this many thousandths into the response.
    Flip(usize),
    /// Bytes of the data, from this place, exclusive-ored with this.
    Xor(usize, Vec<u8>),
    /// All data zero.
    Zeros,
    /// The response before this one.
    Replay,
    /// No data; the status as it was.
    NoData,
}

/// Which commands a deed is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Aim {
    /// Number `n` since the beginning, from 0.
    At(u64),
    /// Number `n` since the last reset, from 0.
    AfterReset(u64),
    /// Number `n` and all after it.
    From(u64),
    /// The `n`-th with this instruction since the last reset, from 0.
    Nth(Ins, u64),
    /// All with this instruction.
    Every(Ins),
    /// All with this instruction and these parameters.
    Header(Ins, u8, u8),
}

/// A card and somebody between.
pub struct Meddler<T> {
    card: T,
    aim: Aim,
    deed: Deed,
    count: u64,
    since_reset: u64,
    same: u64,
    endless: bool,
    before: Vec<u8>,
}

impl<T: Transport> Meddler<T> {
    /// Does `deed` to the responses that `aim` names.
    #[must_use]
    pub const fn new(card: T, aim: Aim, deed: Deed) -> Self {
        Self { card, aim, deed, count: 0, since_reset: 0, same: 0, endless: false, before: Vec::new() }
    }

    /// Gives the card back.
    pub fn into_card(self) -> T {
        self.card
    }

    /// How many commands came.
    pub const fn commands(&self) -> u64 {
        self.count
    }

    fn is_meant(&mut self, command: &[u8]) -> bool {
        let number = self.count;
        self.count += 1;
        let fresh = self.since_reset;
        self.since_reset += 1;
        let ins = Ins(command.get(1).copied().unwrap_or_default());
        match self.aim {
            Aim::At(at) => number == at,
            Aim::AfterReset(at) => fresh == at,
            Aim::From(at) => number >= at,
            Aim::Every(wanted) => ins == wanted,
            Aim::Header(wanted, p1, p2) => ins == wanted && command.get(2..4) == Some(&[p1, p2]),
            Aim::Nth(wanted, at) if ins == wanted => {
                self.same += 1;
                self.same == at + 1
            }
            Aim::Nth(..) => false,
        }
    }

    fn do_deed(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let Deed::Forged(bytes) = &self.deed {
            return Ok(bytes.clone());
        }
        let mut honest = self.card.transmit(command)?;
        let (data, status) = honest.split_at(honest.len().saturating_sub(2));
        Ok(match &self.deed {
            Deed::Forged(bytes) | Deed::Instead(bytes) => bytes.clone(),
            Deed::MoreForEver(length) => {
                self.endless = true;
                more(*length)
            }
            Deed::MoreAndWrongLe => {
                self.endless = true;
                vec![0x61, 0xFF]
            }
            Deed::Status(status) => [data, &status.to_be_bytes()].concat(),
            Deed::Huge(length) => [vec![0; *length], vec![0x90, 0x00]].concat(),
            Deed::Longer(length) => [data, &vec![0; *length], status].concat(),
            Deed::Cut(length) => honest[..honest.len().min(*length)].to_vec(),
            Deed::Half => honest[..honest.len() / 2].to_vec(),
            Deed::Flip(thousandths) => {
                let at = (honest.len() * thousandths / 1000).min(honest.len().saturating_sub(1));
                if let Some(byte) = honest.get_mut(at) {
                    *byte ^= 1 << (thousandths % 8);
                }
                honest
            }
            Deed::Xor(from, mask) => {
                honest.iter_mut().skip(*from).zip(mask).for_each(|(byte, with)| *byte ^= with);
                honest
            }
            Deed::Zeros => [vec![0; data.len()].as_slice(), status].concat(),
            Deed::Replay => self.before.clone(),
            Deed::NoData => status.to_vec(),
        })
    }
}

fn more(length: usize) -> Vec<u8> {
    [vec![0x55; length], vec![0x61, 0xFF]].concat()
}

impl<T: Transport> Transport for Meddler<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let meant = self.is_meant(command);
        if self.endless && command.get(1) == Some(&Ins::GET_RESPONSE.0) {
            return Ok(match self.deed {
                Deed::MoreForEver(length) => more(length),
                _ if self.count.is_multiple_of(2) => vec![0x61, 0xFF],
                _ => vec![0x6C, 0x10],
            });
        }
        self.endless = false;
        let answer = if meant { self.do_deed(command)? } else { self.card.transmit(command)? };
        self.before.clone_from(&answer);
        Ok(answer)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.since_reset = 0;
        self.same = 0;
        self.card.reset()
    }
}

/// Another card after every reset; the last one stays.
pub struct Turns {
    cards: Vec<Box<dyn Transport + Send>>,
    at: usize,
    fresh: bool,
}

impl Turns {
    /// In this order. The first reset gives the first one.
    ///
    /// # Panics
    /// Without a card.
    #[must_use]
    pub fn new(cards: Vec<Box<dyn Transport + Send>>) -> Self {
        assert!(!cards.is_empty(), "no card");
        Self { cards, at: 0, fresh: true }
    }
}

impl Transport for Turns {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.cards[self.at].transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        if !std::mem::take(&mut self.fresh) {
            self.at = (self.at + 1).min(self.cards.len() - 1);
        }
        self.cards[self.at].reset()
    }
}

/// After some commands it is another card, without a reset.
pub struct Swap {
    cards: [Box<dyn Transport + Send>; 2],
    left: u64,
}

impl Swap {
    /// `first` for `commands` commands, then `second`.
    #[must_use]
    pub fn new(first: Box<dyn Transport + Send>, second: Box<dyn Transport + Send>, commands: u64) -> Self {
        Self { cards: [first, second], left: commands }
    }
}

impl Transport for Swap {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let second = self.left == 0;
        self.left = self.left.saturating_sub(1);
        self.cards[usize::from(second)].transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.cards[usize::from(self.left == 0)].reset()
    }
}

/// Answers one command as it answered it in the session before.
pub struct Rewound<T> {
    card: T,
    at: usize,
    before: Vec<Vec<u8>>,
    now: Vec<Vec<u8>>,
}

impl<T> Rewound<T> {
    /// Command number `at` of a session, from 0.
    pub const fn new(card: T, at: usize) -> Self {
        Self { card, at, before: Vec::new(), now: Vec::new() }
    }
}

impl<T: Transport> Transport for Rewound<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.transmit(command)?;
        let number = self.now.len();
        self.now.push(answer.clone());
        Ok(self.before.get(number).filter(|_| number == self.at).cloned().unwrap_or(answer))
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        if !self.now.is_empty() {
            self.before = std::mem::take(&mut self.now);
        }
        self.card.reset()
    }
}

/// A card that can be looked at while somebody else talks to it.
#[derive(Clone)]
pub struct Shared(Arc<Mutex<Card>>);

impl Shared {
    /// Of this card.
    #[must_use]
    pub fn new(card: Card) -> Self {
        Self(Arc::new(Mutex::new(card)))
    }

    /// The card itself.
    ///
    /// # Panics
    /// When somebody panicked while holding it.
    pub fn card(&self) -> MutexGuard<'_, Card> {
        self.0.lock().unwrap()
    }
}

impl Transport for Shared {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.card().transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card().reset()
    }
}

/// Counts commands and answers, and ends a test that would never end.
pub struct Bounded<T> {
    card: T,
    most: u64,
    commands: Arc<AtomicU64>,
}

impl<T> Bounded<T> {
    /// After `most` commands the reader is gone.
    pub fn new(card: T, most: u64) -> Self {
        Self { card, most, commands: Arc::default() }
    }

    /// How many commands came, also when the card is out of sight.
    pub fn counter(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.commands)
    }
}

impl<T: Transport> Transport for Bounded<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.commands.fetch_add(1, Ordering::Relaxed) >= self.most {
            return Err(TransportError::Reader(format!("the test allows {} commands", self.most)));
        }
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}
