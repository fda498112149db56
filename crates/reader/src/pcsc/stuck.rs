//! The threads that PC/SC has not let go of: while one is out on a reader, no second one is sent after it.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// Shared by a service and its cards.
#[derive(Clone, Default)]
pub(super) struct Stuck(Arc<Mutex<Vec<Hung>>>);

struct Hung {
    /// The reader; none for a question to the daemon.
    reader: Option<String>,
    thread: JoinHandle<()>,
}

impl Stuck {
    /// Remembers a thread that was given up.
    pub(super) fn add(&self, reader: Option<&str>, thread: JoinHandle<()>) {
        let hung = Hung { reader: reader.map(str::to_owned), thread };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(hung);
    }

    /// Whether a thread is still out on this reader, or on the daemon.
    pub(super) fn holds(&self, reader: Option<&str>) -> bool {
        let mut threads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        threads.retain(|hung| !hung.thread.is_finished());
        threads.iter().any(|hung| hung.reader.as_deref() == reader)
    }

    /// Waits until none is; false when the patience ran out before.
    pub(super) fn clears(&self, reader: Option<&str>, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        while self.holds(reader) {
            if Instant::now() >= until {
                return false;
            }
            thread::sleep(Duration::from_millis(20));
        }
        true
    }
}
