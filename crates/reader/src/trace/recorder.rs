//! Recording.

use super::recording::{Happening, Header, SCHEMA, Step, TraceError};
use super::redaction::{Redaction, Redactor};
use chipwright_iso7816::{Atr, Transport, TransportError};
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A monotonic clock: the time since any moment in the past.
pub type Clock = Box<dyn FnMut() -> Duration + Send>;

/// A transport that writes down what passes through it.
///
/// A sink that fails does not disturb the session: nothing more is written, and [`finish`](Recorder::finish) tells.
pub struct Recorder<T> {
    inner: T,
    clock: Clock,
    began: Duration,
    redactor: Redactor,
    header: Option<Header>,
    sink: Box<dyn Write + Send>,
    outcome: Arc<Mutex<Outcome>>,
}

/// How far a recording has come.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// Exchanges that were written.
    pub written: u64,
    failure: Option<Arc<io::Error>>,
}

impl Outcome {
    /// How many exchanges were written, if all were.
    ///
    /// # Errors
    /// [`TraceError::NotWritten`] when the sink refused.
    pub fn result(&self) -> Result<u64, TraceError> {
        match &self.failure {
            None => Ok(self.written),
            Some(source) => Err(TraceError::NotWritten { written: self.written, source: Arc::clone(source) }),
        }
    }
}

/// Tells the outcome of a recording, also after the recorder was boxed or dropped.
#[derive(Debug, Clone)]
pub struct Watch(Arc<Mutex<Outcome>>);

impl Watch {
    /// How far the recording has come.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl<T: Transport> Recorder<T> {
    /// Records what passes to and from `inner`.
    pub fn new(
        inner: T,
        sink: impl Write + Send + 'static,
        redaction: Redaction,
        clock: impl FnMut() -> Duration + Send + 'static,
    ) -> Self {
        let mut clock: Clock = Box::new(clock);
        let header = Header {
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            reader: String::new(),
            atr: None,
            redaction,
        };
        Self {
            inner,
            began: clock(),
            clock,
            redactor: Redactor::new(redaction),
            header: Some(header),
            sink: Box::new(sink),
            outcome: Arc::default(),
        }
    }

    /// With the name of the reader, and the answer-to-reset if it is known before the first reset.
    #[must_use]
    pub fn about(mut self, reader: &str, atr: Option<&Atr>) -> Self {
        if let Some(header) = &mut self.header {
            reader.clone_into(&mut header.reader);
            header.atr = atr.map(ToString::to_string);
        }
        self
    }

    /// To learn the outcome when this value is not at hand any more.
    #[must_use]
    pub fn watch(&self) -> Watch {
        Watch(Arc::clone(&self.outcome))
    }

    /// Hands everything written to its destination, and tells how many exchanges were written.
    ///
    /// # Errors
    /// [`TraceError::NotWritten`] when the sink refused, now or before.
    pub fn finish(&mut self) -> Result<u64, TraceError> {
        self.flush();
        self.watch().outcome().result()
    }
}

impl<T> Recorder<T> {
    /// The transport itself; what is done with it is not recorded.
    pub const fn inner(&mut self) -> &mut T {
        &mut self.inner
    }

    fn flush(&mut self) {
        self.attempt(|recorder| {
            recorder.write_header()?;
            recorder.sink.flush()
        });
    }

    fn write(&mut self, before: Duration, took: Duration, happening: Happening) {
        let at = micros(before.saturating_sub(self.began));
        let step = Step { at, took: micros(took), happening };
        self.attempt(|recorder| {
            recorder.write_header()?;
            recorder.sink.write_all(&step.to_line()?)?;
            recorder.outcome.lock().unwrap_or_else(PoisonError::into_inner).written += 1;
            Ok(())
        });
    }

    fn write_header(&mut self) -> io::Result<()> {
        let Some(header) = self.header.take() else { return Ok(()) };
        let mut line = serde_json::to_vec(&header)?;
        line.push(b'\n');
        self.sink.write_all(&line)
    }

    /// Does it unless the sink has failed before.
    fn attempt(&mut self, act: impl FnOnce(&mut Self) -> io::Result<()>) {
        if self.outcome.lock().unwrap_or_else(PoisonError::into_inner).failure.is_some() {
            return;
        }
        if let Err(error) = act(self) {
            self.outcome.lock().unwrap_or_else(PoisonError::into_inner).failure = Some(Arc::new(error));
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl<T: Transport> Transport for Recorder<T> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let before = (self.clock)();
        let answer = self.inner.transmit(command);
        let took = (self.clock)().saturating_sub(before);
        let redacted = self.redactor.command(command);
        let written = match &answer {
            Ok(response) => Ok(self.redactor.response(response)),
            Err(error) => {
                // a card that did not answer may be another one, or have forgotten everything
                match error {
                    TransportError::TooLong(_) => self.redactor.not_sent(),
                    _ => self.redactor.reset(),
                }
                Err(error.into())
            }
        };
        self.write(before, took, Happening::Command { command: redacted, answer: written });
        answer
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        let before = (self.clock)();
        let answer = self.inner.reset();
        let took = (self.clock)().saturating_sub(before);
        self.redactor.reset();
        let written = answer.clone().map_err(|error| (&error).into());
        self.write(before, took, Happening::Reset { answer: written });
        answer
    }
}

impl<T> Drop for Recorder<T> {
    fn drop(&mut self) {
        self.flush();
    }
}

impl<T> std::fmt::Debug for Recorder<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recorder").field("outcome", &self.outcome).finish_non_exhaustive()
    }
}
