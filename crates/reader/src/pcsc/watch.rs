//! One reader, watched over a connection of its own: what is in it now, and the next change.

use super::connection::{comings_and_goings, establish, names};
use super::error::is_service_lost;
use super::worker::Worker;
use super::{ReaderError, Service, Slot};
use ::pcsc::{Context, Error, ReaderState, State};
use std::ffi::CString;
use std::thread;
use std::time::Duration;

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
}

/// The caller's side.
pub(super) struct Watch<'a> {
    service: &'a Service,
    reader: CString,
    worker: Option<Worker<Eye>>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(service: &'a Service, reader: &str) -> Result<Self, ReaderError> {
        let reader = CString::new(reader).map_err(|_| ReaderError::ReaderName)?;
        Ok(Self { service, reader, worker: None })
    }

    /// The state after the next change, or after one slice without a change; at once when called for the first time.
    pub(super) fn look(&mut self) -> Result<Seen, ReaderError> {
        let slice = self.service.patience().slice;
        let worker = match self.worker.take() {
            Some(worker) => worker,
            // the last thread is still out: the daemon has not come back
            None if !self.service.stuck().clears(None, slice) => return Ok(Seen::ServiceHangs),
            None => {
                let reader = self.reader.clone();
                Worker::start("smart card reader watch", move || Eye::new(reader))?
            }
        };
        if let Ok(seen) = worker.call(slice + self.service.patience().answer, move |eye| eye.look(slice)) {
            self.worker = Some(worker);
            return seen;
        }
        self.service.stuck().add(None, worker.give_up());
        Ok(Seen::ServiceHangs)
    }
}

/// The worker's side. Everything here may block.
struct Eye {
    name: CString,
    context: Option<Context>,
    /// The reader, while it is there.
    reader: Option<ReaderState>,
    others: ReaderState,
}

impl Eye {
    fn new(name: CString) -> Self {
        Self { name, context: None, reader: None, others: comings_and_goings() }
    }

    fn look(&mut self, slice: Duration) -> Result<Seen, ReaderError> {
        let context = match &self.context {
            Some(context) => context,
            None => match establish() {
                Ok(context) => self.context.insert(context),
                Err(ReaderError::ServiceNotRunning | ReaderError::ServiceLost) => {
                    thread::sleep(slice);
                    return Ok(Seen::ServiceLost);
                }
                Err(error) => return Err(error),
            },
        };
        match watch(context, &self.name, &mut self.reader, &mut self.others, slice) {
            Ok(seen) => Ok(seen),
            Err(error) if is_service_lost(error) => {
                (self.context, self.reader) = (None, None);
                Ok(Seen::ServiceLost)
            }
            Err(error) => Err(ReaderError::general(error)),
        }
    }
}

fn watch(
    context: &Context,
    name: &CString,
    reader: &mut Option<ReaderState>,
    others: &mut ReaderState,
    slice: Duration,
) -> Result<Seen, Error> {
    let mut watched = match reader.take() {
        Some(known) => known,
        None if is_listed(context, name)? => ReaderState::new(name.clone(), State::UNAWARE),
        None => {
            // until readers come or go
            wait(context, slice, std::slice::from_mut(others))?;
            if !is_listed(context, name)? {
                return Ok(Seen::ReaderGone);
            }
            ReaderState::new(name.clone(), State::UNAWARE)
        }
    };
    let mut both = [watched, std::mem::replace(others, comings_and_goings())];
    let changed = wait(context, slice, &mut both);
    [watched, *others] = both;
    match changed {
        Ok(_) => {}
        Err(Error::UnknownReader | Error::ReaderUnavailable | Error::NoReadersAvailable) => {
            return Ok(Seen::ReaderGone);
        }
        Err(error) => return Err(error),
    }
    if watched.event_state().contains(State::UNKNOWN) {
        return Ok(Seen::ReaderGone);
    }
    let seen = Seen::Slot(Slot::read(watched.event_state(), watched.atr()), watched.event_count());
    *reader = Some(watched);
    Ok(seen)
}

fn is_listed(context: &Context, name: &CString) -> Result<bool, Error> {
    Ok(names(context)?.iter().any(|there| there.as_bytes() == name.as_bytes()))
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
