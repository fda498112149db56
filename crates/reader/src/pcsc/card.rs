//! A card in a PC/SC reader as a [`Transport`].

use super::connection::LetIn;
use super::error::service_gone;
use super::held::{Held, Opened};
use super::stuck::Stuck;
use super::worker::Worker;
use super::{Patience, ReaderError, connection};
use ::pcsc::Disposition;
use chipwright_iso7816::{Atr, LengthMode, Transport, TransportError};
use std::fmt;
use std::time::Duration;
use zeroize::Zeroizing;

/// A card held exclusively, from opening to drop. Dropped, it loses its power.
///
/// A card that was taken out, or whose reader or daemon was lost, fails in every call from then on. One that did not answer in
/// time is opened anew by the next reset, if it is still in the reader.
pub struct PcscCard {
    hold: Hold,
    /// What the reader was asked for as.
    asked: String,
    reader: String,
    atr: Atr,
    protocol: Protocol,
    count: u32,
    patience: Patience,
    stuck: Stuck,
    let_in: LetIn,
}

enum Hold {
    On(Worker<Held>),
    /// What every call fails with.
    Lost(TransportError),
}

/// The transmission protocol (ISO/IEC 7816-3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// By characters; no extended lengths, responses are fetched with GET RESPONSE.
    T0,
    /// By blocks.
    T1,
}

/// In what state a card is let go of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Release {
    /// As it is, with its power and its state.
    Leave,
    /// Without power.
    Unpower,
}

impl PcscCard {
    /// Opens the card in `reader`, which was asked for as `asked`; both errors of silence are [`ReaderError::ReaderHangs`].
    pub(super) fn open(
        asked: String,
        reader: String,
        patience: Patience,
        stuck: &Stuck,
        let_in: &LetIn,
    ) -> Result<Self, ReaderError> {
        let (worker, opened) = open(&reader, patience, stuck, let_in)?;
        let Opened { atr, protocol, count } = opened;
        let (stuck, let_in) = (stuck.clone(), let_in.clone());
        Ok(Self { hold: Hold::On(worker), asked, reader, atr, protocol, count, patience, stuck, let_in })
    }

    /// The answer to the last reset.
    #[must_use]
    pub const fn atr(&self) -> &Atr {
        &self.atr
    }

    /// The reader it is in.
    #[must_use]
    pub fn reader(&self) -> &str {
        &self.reader
    }

    /// The transmission protocol in use.
    #[must_use]
    pub const fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// How long commands travel to this card: extended where its answer-to-reset announces it and the protocol carries it.
    #[must_use]
    pub fn length_mode(&self) -> LengthMode {
        match self.protocol {
            Protocol::T1 if self.atr.announces_extended_length() => LengthMode::Extended,
            _ => LengthMode::Short,
        }
    }

    /// The name its reader was asked for by.
    pub(super) fn asked(&self) -> &str {
        &self.asked
    }

    /// How many cards came and went in its reader before it, as far as the daemon counts.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// Lets go of the card and leaves it in this state.
    pub fn release(mut self, release: Release) {
        self.end(
            TransportError::CardRemoved,
            match release {
                Release::Leave => Disposition::LeaveCard,
                Release::Unpower => Disposition::UnpowerCard,
            },
        );
    }

    fn end(&mut self, lost: TransportError, disposition: Disposition) {
        let Some(worker) = self.lose(lost) else { return };
        if worker.call(self.patience.answer, move |held| held.release(disposition)).is_err() {
            self.stuck.add(Some(&self.reader), worker.give_up());
        }
    }

    /// Every call fails from now on; the worker, if there still was one.
    fn lose(&mut self, lost: TransportError) -> Option<Worker<Held>> {
        match std::mem::replace(&mut self.hold, Hold::Lost(lost)) {
            Hold::On(worker) => Some(worker),
            Hold::Lost(_) => None,
        }
    }

    /// Has `job` done by the worker, `patience` long; while it is out the daemon is asked whether it still answers.
    fn ask<R: Send + 'static>(
        &mut self,
        patience: Duration,
        job: impl FnOnce(&mut Held) -> Result<R, TransportError> + Send + 'static,
    ) -> Result<R, TransportError> {
        let worker = match &self.hold {
            Hold::On(worker) => worker,
            Hold::Lost(lost) => return Err(lost.clone()),
        };
        let pending = worker.begin(job);
        let first = patience.min(self.patience.answer);
        if let Ok(answered) = pending.wait(first) {
            return self.note(answered);
        }
        let daemon_answers = connection::answers(self.patience.answer, &self.stuck);
        let rest = if daemon_answers { patience - first } else { Duration::ZERO };
        if let Ok(answered) = pending.wait(rest) {
            return self.note(answered);
        }
        let lost = if daemon_answers { TransportError::CardMute } else { service_hangs() };
        if let Some(worker) = self.lose(lost.clone()) {
            self.stuck.add(Some(&self.reader), worker.give_up());
        }
        Err(lost)
    }

    /// A card that left stays lost and is let go of: PC/SC would take the next one in the reader for it.
    fn note<R>(&mut self, answered: Result<R, TransportError>) -> Result<R, TransportError> {
        if let Err(lost @ (TransportError::CardRemoved | TransportError::ReaderGone(_))) = &answered {
            self.end(lost.clone(), Disposition::LeaveCard);
        }
        answered
    }

    /// Opens a card anew that did not answer in time: the same one only.
    fn open_again(&mut self) -> Result<Opened, TransportError> {
        match open(&self.reader, self.patience, &self.stuck, &self.let_in) {
            Ok((worker, opened)) => {
                self.hold = Hold::On(worker);
                if opened.count == self.count {
                    return Ok(opened);
                }
                self.note(Err(TransportError::CardRemoved))
            }
            // silent still
            Err(ReaderError::ReaderHangs { .. })
                if connection::answers(self.patience.answer, &self.stuck) =>
            {
                Err(TransportError::CardMute)
            }
            Err(error) => {
                let lost = match error {
                    ReaderError::ReaderHangs { .. } => service_hangs(),
                    ReaderError::NoCard { .. } => TransportError::CardRemoved,
                    ReaderError::ReaderGone { name } => TransportError::ReaderGone(name),
                    ReaderError::ServiceNotRunning | ReaderError::ServiceLost => service_gone(),
                    // in use, or without a sign of life
                    _ => return Err(TransportError::CardMute),
                };
                self.hold = Hold::Lost(lost.clone());
                Err(lost)
            }
        }
    }
}

/// A worker that holds the card in `reader`.
fn open(
    reader: &str,
    patience: Patience,
    stuck: &Stuck,
    let_in: &LetIn,
) -> Result<(Worker<Held>, Opened), ReaderError> {
    let hangs = || ReaderError::ReaderHangs { name: reader.to_owned() };
    if !stuck.clears(Some(reader), patience.connect) {
        return Err(hangs());
    }
    let (owned, let_in) = (reader.to_owned(), let_in.clone());
    let worker = Worker::start(reader, move || Held::new(owned))?;
    let time = patience.connect + patience.sharing;
    match worker.call(time, move |held| held.open(patience.sharing, &let_in)) {
        Ok(opened) => Ok((worker, opened?)),
        Err(_) => {
            stuck.add(Some(reader), worker.give_up());
            Err(hangs())
        }
    }
}

fn service_hangs() -> TransportError {
    TransportError::ReaderGone(ReaderError::ServiceHangs.to_string())
}

impl Transport for PcscCard {
    /// A response that does not come within the patience is [`TransportError::CardMute`]; the card then has to be reset.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let command = Zeroizing::new(command.to_vec());
        let mut response = self.ask(self.patience.transmit, move |held| held.transmit(&command))?;
        Ok(std::mem::take(&mut *response))
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        let Opened { atr, protocol, .. } = match self.hold {
            Hold::Lost(TransportError::CardMute) => self.open_again()?,
            _ => self.ask(self.patience.connect, Held::reset)?,
        };
        (self.atr, self.protocol) = (atr.clone(), protocol);
        Ok(atr)
    }
}

impl Drop for PcscCard {
    fn drop(&mut self) {
        self.end(TransportError::CardRemoved, Disposition::UnpowerCard);
    }
}

impl fmt::Debug for PcscCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PcscCard")
            .field("reader", &self.reader)
            .field("atr", &self.atr)
            .finish_non_exhaustive()
    }
}
