//! One reader, watched over a connection of its own: what is in it now, and the next change.

use super::connection::{LetIn, comings_and_goings, establish, statuses};
use super::error::is_service_lost;
use super::forbearance::Forbearance;
use super::stuck::Stuck;
use super::whereabouts::Whereabouts;
use super::worker::Worker;
use super::{Patience, ReaderError, Service, Slot};
use ::pcsc::{Context, Error, ReaderState, State};
use std::ffi::CString;
use std::thread;
use std::time::{Duration, Instant};

/// What is seen of the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Seen {
    /// The daemon is not there.
    ServiceLost,
    /// The daemon does not answer.
    ServiceHangs,
    /// The reader is not there.
    ReaderGone,
    /// What is in the reader, and how many cards came and went before, as far as the daemon counts.
    Slot(Slot, u32),
    /// The daemon reported a fault of its own, which may pass.
    Unclear,
}

/// The caller's side.
pub(super) struct Watch {
    patience: Patience,
    stuck: Stuck,
    whereabouts: Whereabouts,
    let_in: LetIn,
    wanted: String,
    worker: Option<Worker<Eye>>,
    forbearance: Forbearance,
}

impl Watch {
    pub(super) fn new(service: &Service, wanted: &str) -> Result<Self, ReaderError> {
        if wanted.contains('\0') {
            return Err(ReaderError::ReaderName);
        }
        Ok(Self {
            patience: *service.patience(),
            stuck: service.stuck().clone(),
            whereabouts: service.whereabouts().clone(),
            let_in: service.let_in().clone(),
            wanted: wanted.to_owned(),
            worker: None,
            forbearance: Forbearance::new(service.patience().connect),
        })
    }

    /// The reader's name, which may be another after it was away.
    pub(super) fn name(&self) -> String {
        self.whereabouts.name(&self.wanted)
    }

    /// The state after the next change, or after one slice without a change; at once when called for the first time.
    pub(super) fn look(&mut self) -> Result<Seen, ReaderError> {
        self.look_within(self.patience.slice)
    }

    /// The same with a slice of this length; zero looks without waiting.
    pub(super) fn look_within(&mut self, slice: Duration) -> Result<Seen, ReaderError> {
        let seen = self.see(slice);
        if let Some(seen) = self.forbearance.bears(seen)? {
            return Ok(seen);
        }
        thread::sleep(slice);
        Ok(Seen::Unclear)
    }

    fn see(&mut self, slice: Duration) -> Result<Seen, ReaderError> {
        let worker = match self.worker.take() {
            Some(worker) => worker,
            // the last thread is still out: the daemon has not come back
            None if !self.stuck.clears(None, slice) => return Ok(Seen::ServiceHangs),
            None => {
                let (wanted, whereabouts) = (self.wanted.clone(), self.whereabouts.clone());
                let let_in = self.let_in.clone();
                Worker::start("smart card reader watch", move || Eye::new(wanted, whereabouts, let_in))?
            }
        };
        if let Ok(seen) = worker.call(slice + self.patience.answer, move |eye| eye.look(slice)) {
            self.worker = Some(worker);
            return seen;
        }
        self.stuck.add(None, worker.give_up());
        Ok(Seen::ServiceHangs)
    }
}

/// The worker's side. Everything here may block.
struct Eye {
    wanted: String,
    whereabouts: Whereabouts,
    let_in: LetIn,
    context: Option<Context>,
    /// The reader, while it is there.
    reader: Option<ReaderState>,
    others: ReaderState,
}

impl Eye {
    fn new(wanted: String, whereabouts: Whereabouts, let_in: LetIn) -> Self {
        Self { wanted, whereabouts, let_in, context: None, reader: None, others: comings_and_goings() }
    }

    fn look(&mut self, slice: Duration) -> Result<Seen, ReaderError> {
        let context = match self.context.take() {
            Some(context) => context,
            None => match establish(&self.let_in) {
                Ok(context) => context,
                Err(ReaderError::ServiceNotRunning | ReaderError::ServiceLost) => {
                    thread::sleep(slice);
                    return Ok(Seen::ServiceLost);
                }
                Err(error) => return Err(error),
            },
        };
        match self.watch(&context, slice) {
            Ok(seen) => {
                self.context = Some(context);
                Ok(seen)
            }
            Err(error) if is_service_lost(error) => {
                self.reader = None;
                Ok(Seen::ServiceLost)
            }
            Err(error) => Err(ReaderError::general(error)),
        }
    }

    fn watch(&mut self, context: &Context, slice: Duration) -> Result<Seen, Error> {
        let known = self.reader.take();
        let mut there = self.find(context)?;
        if there.is_none() && known.is_none() {
            // until readers come or go
            wait(context, slice, std::slice::from_mut(&mut self.others))?;
            there = self.find(context)?;
        }
        let Some(name) = there else { return Ok(Seen::ReaderGone) };
        let watched = match known {
            Some(known) if known.name() == name.as_c_str() => known,
            _ => ReaderState::new(name, State::UNAWARE),
        };
        let mut both = [watched, std::mem::replace(&mut self.others, comings_and_goings())];
        let changed = wait(context, slice, &mut both);
        let [watched, others] = both;
        self.others = others;
        match changed {
            Ok(()) => {}
            Err(Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable) => {
                return Ok(Seen::ReaderGone);
            }
            Err(error) => return Err(error),
        }
        if watched.event_state().contains(State::UNKNOWN) {
            return Ok(Seen::ReaderGone);
        }
        let seen = Seen::Slot(Slot::read(watched.event_state(), watched.atr()), watched.event_count());
        self.reader = Some(watched);
        Ok(seen)
    }

    /// The reader's name, if it is there. A reader that was unplugged stays listed while its driver is still in a call.
    fn find(&self, context: &Context) -> Result<Option<CString>, Error> {
        let usable = statuses(context)?.into_iter().filter(|reader| reader.slot != Slot::Unavailable);
        let there: Vec<String> = usable.map(|reader| reader.name).collect();
        let name = self.whereabouts.find(&self.wanted, &there, Instant::now());
        Ok(name.and_then(|name| CString::new(name).ok()))
    }
}

/// Waits for a change, one slice at most, and takes the new states for known ones.
fn wait(context: &Context, slice: Duration, states: &mut [ReaderState]) -> Result<(), Error> {
    match context.get_status_change(slice, states) {
        Ok(()) => states.iter_mut().for_each(ReaderState::sync_current_state),
        Err(Error::Timeout | Error::Cancelled) => {}
        Err(error) => return Err(error),
    }
    Ok(())
}
