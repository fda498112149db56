//! A thread that owns what PC/SC calls need, and is asked with patience.

use super::ReaderError;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

type Job<S> = Box<dyn FnOnce(&mut S) + Send>;

/// The thread and the channel to it. Dropped, the thread ends after the job in hand, and `S` is dropped there.
pub(super) struct Worker<S> {
    jobs: Sender<Job<S>>,
    thread: JoinHandle<()>,
}

/// No answer came within the patience, or the thread is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Silent;

impl<S: 'static> Worker<S> {
    /// Starts a thread of this name that owns what `make` makes there.
    pub(super) fn start(name: &str, make: impl FnOnce() -> S + Send + 'static) -> Result<Self, ReaderError> {
        let (jobs, received) = mpsc::channel::<Job<S>>();
        let thread = thread::Builder::new()
            .name(name.replace('\0', ""))
            .spawn(move || {
                let mut state = make();
                for job in received {
                    job(&mut state);
                }
            })
            .map_err(ReaderError::NoThread)?;
        Ok(Self { jobs, thread })
    }

    /// Has `job` done there and waits for its result at most this long.
    pub(super) fn call<R: Send + 'static>(
        &self,
        patience: Duration,
        job: impl FnOnce(&mut S) -> R + Send + 'static,
    ) -> Result<R, Silent> {
        self.begin(job).wait(patience)
    }

    /// Has `job` done there; the result can be waited for in several steps.
    pub(super) fn begin<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut S) -> R + Send + 'static,
    ) -> Pending<R> {
        let (answer, result) = mpsc::sync_channel(1);
        // a thread that is gone drops the job, and with it the sender of the answer
        let _ = self.jobs.send(Box::new(move |state| {
            // nobody listens any more when the patience ran out
            let _ = answer.send(job(state));
        }));
        Pending(result)
    }

    /// Lets go of it without waiting: it ends, and drops what it owns, when the job in hand is done.
    pub(super) fn give_up(self) -> JoinHandle<()> {
        self.thread
    }
}

/// A result to come.
pub(super) struct Pending<R>(Receiver<R>);

impl<R> Pending<R> {
    /// Waits at most this long.
    pub(super) fn wait(&self, patience: Duration) -> Result<R, Silent> {
        self.0.recv_timeout(patience).map_err(|error| match error {
            RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected => Silent,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn what_hangs_is_given_up_and_ends_when_it_can() {
        struct Owned(Sender<&'static str>);
        impl Drop for Owned {
            fn drop(&mut self) {
                self.0.send("dropped").unwrap();
            }
        }
        let (tell, told) = channel();
        let (let_go, held) = channel::<()>();
        let worker = Worker::start("test", move || Owned(tell)).unwrap();
        assert_eq!(worker.call(Duration::from_secs(9), |_| 7), Ok(7));
        assert_eq!(worker.call(Duration::from_millis(1), move |_| held.recv().is_ok()), Err(Silent));
        let thread = worker.give_up();
        assert!(!thread.is_finished() && told.try_recv().is_err());
        let_go.send(()).unwrap();
        thread.join().unwrap();
        assert_eq!(told.recv(), Ok("dropped"));
    }

    #[test]
    fn a_thread_that_panicked_answers_nothing() {
        let worker = Worker::start("test", || ()).unwrap();
        let silent: Result<(), Silent> = worker.call(Duration::from_secs(9), |()| panic!("in a test"));
        assert_eq!(silent, Err(Silent));
        assert_eq!(worker.call(Duration::from_secs(9), |()| 1), Err(Silent));
    }
}
