//! A card in a PC/SC reader as a [`Transport`].

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
pub struct PcscCard {
    /// None once it was given up.
    worker: Option<Worker<Held>>,
    /// What every call fails with then.
    lost: TransportError,
    reader: String,
    atr: Atr,
    protocol: Protocol,
    patience: Patience,
    stuck: Stuck,
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
    /// Opens the card in `reader`; both errors of silence are [`ReaderError::ReaderHangs`].
    pub(super) fn open(reader: &str, patience: Patience, stuck: &Stuck) -> Result<Self, ReaderError> {
        let hangs = || ReaderError::ReaderHangs { name: reader.to_owned() };
        if !stuck.clears(Some(reader), patience.connect) {
            return Err(hangs());
        }
        let owned = reader.to_owned();
        let worker = Worker::start(reader, move || Held::new(owned))?;
        match worker.call(patience.connect + patience.sharing, move |held| held.open(patience.sharing)) {
            Ok(opened) => {
                let Opened { atr, protocol } = opened?;
                let stuck = stuck.clone();
                Ok(Self {
                    worker: Some(worker),
                    lost: TransportError::CardMute,
                    reader: reader.to_owned(),
                    atr,
                    protocol,
                    patience,
                    stuck,
                })
            }
            Err(_) => {
                stuck.add(Some(reader), worker.give_up());
                Err(hangs())
            }
        }
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

    /// Lets go of the card and leaves it in this state.
    pub fn release(mut self, release: Release) {
        self.end(match release {
            Release::Leave => Disposition::LeaveCard,
            Release::Unpower => Disposition::UnpowerCard,
        });
    }

    fn end(&mut self, disposition: Disposition) {
        let Some(worker) = self.worker.take() else { return };
        if worker.call(self.patience.answer, move |held| held.release(disposition)).is_err() {
            self.stuck.add(Some(&self.reader), worker.give_up());
        }
    }

    /// Has `job` done by the worker, `patience` long; while it is out the daemon is asked whether it still answers.
    fn ask<R: Send + 'static>(
        &mut self,
        patience: Duration,
        job: impl FnOnce(&mut Held) -> Result<R, TransportError> + Send + 'static,
    ) -> Result<R, TransportError> {
        let Some(worker) = &self.worker else { return Err(self.lost.clone()) };
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
        if !daemon_answers {
            self.lost = TransportError::ReaderGone(ReaderError::ServiceHangs.to_string());
        }
        if let Some(worker) = self.worker.take() {
            self.stuck.add(Some(&self.reader), worker.give_up());
        }
        Err(self.lost.clone())
    }

    /// A card that left stays lost and is let go of: PC/SC would take the next one in the reader for it.
    fn note<R>(&mut self, answered: Result<R, TransportError>) -> Result<R, TransportError> {
        if let Err(lost @ (TransportError::CardRemoved | TransportError::ReaderGone(_))) = &answered {
            self.lost = lost.clone();
            self.end(Disposition::LeaveCard);
        }
        answered
    }
}

impl Transport for PcscCard {
    /// A response that does not come within the patience is [`TransportError::CardMute`]; the card then has to be opened again.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let command = Zeroizing::new(command.to_vec());
        self.ask(self.patience.transmit, move |held| held.transmit(&command))
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        let Opened { atr, protocol } = self.ask(self.patience.connect, Held::reset)?;
        (self.atr, self.protocol) = (atr.clone(), protocol);
        Ok(atr)
    }
}

impl Drop for PcscCard {
    fn drop(&mut self) {
        self.end(Disposition::UnpowerCard);
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
