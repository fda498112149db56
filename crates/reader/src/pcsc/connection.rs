//! Questions to the daemon. Everything here but [`answers`] may block, and is called on a worker's thread.

use super::error::is_service_lost;
use super::stuck::Stuck;
use super::worker::Worker;
use super::{ReaderError, ReaderStatus, Slot};
use ::pcsc::{Context, Error, PNP_NOTIFICATION, ReaderState, Scope, State};
use std::ffi::CString;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// A daemon that ends in the middle of the greeting looks like one that refuses this user: asked again, it is gone.
const GREETINGS: u32 = 5;
const GREET_AGAIN: Duration = Duration::from_millis(50);

/// Whether the daemon has let this program in before. Then a refusal is no matter of rights, but a daemon that is ending, or one
/// that is starting and has not opened its socket to everybody yet.
#[derive(Clone, Default)]
pub(super) struct LetIn(Arc<AtomicBool>);

/// A new connection to the daemon.
pub(super) fn establish(let_in: &LetIn) -> Result<Context, ReaderError> {
    let mut refusals = 0;
    loop {
        match Context::establish(Scope::User).map_err(ReaderError::general) {
            Err(ReaderError::NotAllowed) if refusals < GREETINGS => {
                refusals += 1;
                thread::sleep(GREET_AGAIN);
            }
            Err(ReaderError::NotAllowed) if let_in.0.load(Ordering::Relaxed) => {
                return Err(ReaderError::ServiceLost);
            }
            Ok(context) => {
                let_in.0.store(true, Ordering::Relaxed);
                return Ok(context);
            }
            done => return done,
        }
    }
}

/// Whether the daemon takes a new connection and answers on it, or refuses at once: anything but silence.
pub(super) fn answers(patience: Duration, stuck: &Stuck) -> bool {
    if stuck.holds(None) {
        return false;
    }
    let Ok(worker) = Worker::start("smart card service", || Connection::new(LetIn::default())) else {
        return true;
    };
    let answers = worker.call(patience, |connection| connection.ask(Context::is_valid).is_ok()).is_ok();
    if !answers {
        stuck.add(None, worker.give_up());
    }
    answers
}

/// A connection that is made when it is needed. Everything here may block.
pub(super) struct Connection {
    context: Option<Context>,
    let_in: LetIn,
}

impl Connection {
    pub(super) const fn new(let_in: LetIn) -> Self {
        Self { context: None, let_in }
    }

    pub(super) fn ask<R>(
        &mut self,
        question: impl Fn(&Context) -> Result<R, Error>,
    ) -> Result<R, ReaderError> {
        if let Some(context) = &self.context {
            match question(context) {
                Err(error) if is_service_lost(error) => self.context = None,
                done => return done.map_err(ReaderError::general),
            }
            return self.first(question).map_err(|error| match error {
                ReaderError::ServiceNotRunning => ReaderError::ServiceLost,
                other => other,
            });
        }
        self.first(question)
    }

    fn first<R>(&mut self, question: impl Fn(&Context) -> Result<R, Error>) -> Result<R, ReaderError> {
        let context = establish(&self.let_in)?;
        question(self.context.insert(context)).map_err(ReaderError::general)
    }
}

/// The readers there are, in PC/SC's order.
pub(super) fn names(context: &Context) -> Result<Vec<String>, Error> {
    match context.list_readers_owned() {
        Ok(names) => Ok(names.iter().map(|name| name.to_string_lossy().into_owned()).collect()),
        Err(Error::NoReadersAvailable) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The readers and what is in them.
pub(super) fn statuses(context: &Context) -> Result<Vec<ReaderStatus>, Error> {
    match listed_statuses(context) {
        // one was unplugged between the list and the question
        Err(Error::UnknownReader | Error::ReaderUnavailable) => listed_statuses(context),
        done => done,
    }
}

fn listed_statuses(context: &Context) -> Result<Vec<ReaderStatus>, Error> {
    let names = names(context)?;
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let mut states: Vec<ReaderState> = names
        .iter()
        .filter_map(|name| CString::new(name.as_str()).ok())
        .map(|name| ReaderState::new(name, State::UNAWARE))
        .collect();
    match context.get_status_change(Duration::ZERO, &mut states) {
        Ok(()) | Err(Error::Timeout) => {}
        Err(error) => return Err(error),
    }
    Ok(names
        .into_iter()
        .zip(&states)
        .map(|(name, state)| ReaderStatus { name, slot: Slot::read(state.event_state(), state.atr()) })
        .collect())
}

/// The pseudo-reader whose state changes when readers come and go.
pub(super) fn comings_and_goings() -> ReaderState {
    ReaderState::new(PNP_NOTIFICATION(), State::UNAWARE)
}
