//! The connection to the PC/SC daemon.

use super::connection::{Connection, LetIn, answers, names, statuses};
use super::stuck::Stuck;
use super::whereabouts::Whereabouts;
use super::worker::Worker;
use super::{Patience, PcscCard, ReaderError, ReaderStatus, select};
use ::pcsc::{Context, Error};
use std::fmt;
use std::sync::{Mutex, PoisonError};

/// A supervised connection to the PC/SC daemon, made anew by itself after the daemon was restarted.
pub struct Service {
    desk: Mutex<Option<Worker<Connection>>>,
    patience: Patience,
    stuck: Stuck,
    whereabouts: Whereabouts,
    let_in: LetIn,
}

impl Service {
    /// Connects to the daemon with the usual [`Patience`].
    ///
    /// # Errors
    /// [`ReaderError::ServiceNotRunning`], [`ReaderError::NotAllowed`] or [`ReaderError::ServiceHangs`].
    pub fn connect() -> Result<Self, ReaderError> {
        Self::with_patience(Patience::default())
    }

    /// Connects to the daemon.
    ///
    /// # Errors
    /// As [`Service::connect`].
    pub fn with_patience(patience: Patience) -> Result<Self, ReaderError> {
        let service = Self::unconnected(patience);
        service.ask(|context| context.is_valid())?;
        Ok(service)
    }

    /// Without a connection yet: the first call makes it. For those who wait for a daemon that may not be running.
    #[must_use]
    pub fn unconnected(patience: Patience) -> Self {
        Self {
            desk: Mutex::new(None),
            patience,
            stuck: Stuck::default(),
            whereabouts: Whereabouts::default(),
            let_in: LetIn::default(),
        }
    }

    /// The readers and what is in them.
    ///
    /// # Errors
    /// [`ReaderError`] when the daemon cannot be asked. No reader is no error.
    pub fn readers(&self) -> Result<Vec<ReaderStatus>, ReaderError> {
        self.ask(statuses)
    }

    /// The name of the reader that `wanted` means: empty is the only one, else an exact name, a number in the list from 0, or a
    /// part of one name, in any case of letters.
    ///
    /// # Errors
    /// [`ReaderError::NoReaders`], [`ReaderError::NoSuchReader`], [`ReaderError::AmbiguousReader`]; or the daemon cannot be asked.
    pub fn find(&self, wanted: &str) -> Result<String, ReaderError> {
        select::pick(wanted, self.ask(names)?)
    }

    /// Opens the card that is in `reader` now, by the reader's full name, exclusively.
    ///
    /// # Errors
    /// [`ReaderError`], told apart by who can mend it; within the patience.
    pub fn open(&self, reader: &str) -> Result<PcscCard, ReaderError> {
        let name = self.whereabouts.name(reader);
        let asked = reader.to_owned();
        PcscCard::open(asked, name, self.patience, &self.stuck, &self.let_in).map_err(|error| match error {
            // the reader, or the daemon behind it?
            ReaderError::ReaderHangs { .. } if !answers(self.patience.answer, &self.stuck) => {
                ReaderError::ServiceHangs
            }
            other => other,
        })
    }

    pub(super) const fn patience(&self) -> &Patience {
        &self.patience
    }

    pub(super) const fn stuck(&self) -> &Stuck {
        &self.stuck
    }

    pub(super) const fn let_in(&self) -> &LetIn {
        &self.let_in
    }

    pub(super) const fn whereabouts(&self) -> &Whereabouts {
        &self.whereabouts
    }

    /// Asks the daemon on the worker's thread; over a new connection if the old one is dead.
    fn ask<R: Send + 'static>(
        &self,
        question: impl Fn(&Context) -> Result<R, Error> + Send + 'static,
    ) -> Result<R, ReaderError> {
        let mut desk = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let worker = match desk.take() {
            Some(worker) => worker,
            None if !self.stuck.clears(None, self.patience.answer) => return Err(ReaderError::ServiceHangs),
            None => {
                let let_in = self.let_in.clone();
                Worker::start("smart card service", move || Connection::new(let_in))?
            }
        };
        if let Ok(answer) = worker.call(self.patience.answer, move |connection| connection.ask(question)) {
            *desk = Some(worker);
            return answer;
        }
        self.stuck.add(None, worker.give_up());
        Err(ReaderError::ServiceHangs)
    }
}

impl fmt::Debug for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service").field("patience", &self.patience).finish_non_exhaustive()
    }
}
