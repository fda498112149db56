//! The file: a header and a line for each exchange.

use super::{Content, Redaction};
use chipwright_iso7816::{Atr, TransportError};
use serde::{Deserialize, Serialize};
use std::io::{self, BufRead, Read};
use std::sync::Arc;

/// The first field of the first line.
pub const SCHEMA: &str = "chipwright-trace/1";
/// The longest line: a command and a response of 64 KiB in hexadecimal, and room for placeholders.
const MOST_LINE_BYTES: u64 = 1 << 20;
/// How many exchanges a recording may have.
const MOST_STEPS: usize = 1 << 20;

/// Why a recording was not read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TraceError {
    /// The file cannot be read.
    #[error("the recording cannot be read")]
    Read(#[source] io::Error),
    /// The sink refused: the recording ends there, the session with the card went on.
    #[error("the recording was not written beyond exchange {written}")]
    NotWritten {
        /// Exchanges that were written.
        written: u64,
        /// What the sink said.
        #[source]
        source: Arc<io::Error>,
    },
    /// The first line is not the header of a recording.
    #[error("this is not a recording: its first line is not a header")]
    NotARecording(#[source] Option<serde_json::Error>),
    /// A header of another version.
    #[error("this recording has the form {0}, and {SCHEMA} is understood")]
    Schema(String),
    /// A line that is not an exchange.
    #[error("line {line} of the recording is not an exchange")]
    Line {
        /// Which, counted from 1.
        line: usize,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// A line that says too much or too little to be an exchange.
    #[error("line {line} of the recording is neither a command with its answer nor a reset with its answer")]
    Shape {
        /// Which, counted from 1.
        line: usize,
    },
    /// A line or a file longer than any recording.
    #[error("line {line} of the recording is too long, or there are too many")]
    TooLong {
        /// Which, counted from 1.
        line: usize,
    },
}

/// The first line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// [`SCHEMA`].
    pub schema: String,
    /// The version of the program that recorded.
    pub version: String,
    /// The name of the reader.
    pub reader: String,
    /// The answer-to-reset when the recording began, if known: hexadecimal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub atr: Option<String>,
    /// What was replaced.
    pub redaction: Redaction,
}

/// Why no answer came. The words of a reader's driver are not kept: they may name files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// [`TransportError::CardRemoved`].
    CardRemoved,
    /// [`TransportError::CardMute`].
    CardMute,
    /// [`TransportError::CardReset`].
    CardReset,
    /// [`TransportError::ReaderGone`].
    ReaderGone,
    /// [`TransportError::TooLong`].
    TooLong(usize),
    /// [`TransportError::Reader`] and whatever else there may be.
    Reader,
}

impl From<&TransportError> for Fault {
    fn from(error: &TransportError) -> Self {
        match error {
            TransportError::CardRemoved => Self::CardRemoved,
            TransportError::CardMute => Self::CardMute,
            TransportError::CardReset => Self::CardReset,
            TransportError::ReaderGone(_) => Self::ReaderGone,
            TransportError::TooLong(length) => Self::TooLong(*length),
            _ => Self::Reader,
        }
    }
}

impl From<Fault> for TransportError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::CardRemoved => Self::CardRemoved,
            Fault::CardMute => Self::CardMute,
            Fault::CardReset => Self::CardReset,
            Fault::ReaderGone => Self::ReaderGone("as recorded".to_owned()),
            Fault::TooLong(length) => Self::TooLong(length),
            Fault::Reader => Self::Reader("a fault, as recorded".to_owned()),
        }
    }
}

/// What was done and what came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Happening {
    /// A command.
    Command {
        /// As sent.
        command: Content,
        /// As received.
        answer: Result<Content, Fault>,
    },
    /// A cold reset.
    Reset {
        /// The answer-to-reset.
        answer: Result<Atr, Fault>,
    },
}

/// One exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Microseconds since the recording began.
    pub at: u64,
    /// Microseconds until the answer.
    pub took: u64,
    /// What happened.
    pub happening: Happening,
}

/// A step in the file.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    at: u64,
    took: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command: Option<Content>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    response: Option<Content>,
    #[serde(default, skip_serializing_if = "is_false")]
    reset: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    atr: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    fault: Option<Fault>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

impl Step {
    pub(super) fn to_line(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut line = Line {
            at: self.at,
            took: self.took,
            command: None,
            response: None,
            reset: false,
            atr: None,
            fault: None,
        };
        match &self.happening {
            Happening::Command { command, answer } => {
                line.command = Some(command.clone());
                line.response = answer.as_ref().ok().cloned();
                line.fault = answer.as_ref().err().copied();
            }
            Happening::Reset { answer } => {
                line.reset = true;
                line.atr = answer.as_ref().ok().map(ToString::to_string);
                line.fault = answer.as_ref().err().copied();
            }
        }
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    fn from_line(line: Line) -> Option<Self> {
        let Line { at, took, command, response, reset, atr, fault } = line;
        let happening = match (command, response, reset, atr, fault) {
            (Some(command), Some(response), false, None, None) => {
                Happening::Command { command, answer: Ok(response) }
            }
            (Some(command), None, false, None, Some(fault)) => {
                Happening::Command { command, answer: Err(fault) }
            }
            (None, None, true, Some(atr), None) => {
                Happening::Reset { answer: Ok(Atr::parse(&hex::decode(atr).ok()?).ok()?) }
            }
            (None, None, true, None, Some(fault)) => Happening::Reset { answer: Err(fault) },
            _ => return None,
        };
        Some(Self { at, took, happening })
    }
}

/// A recorded session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The first line.
    pub header: Header,
    /// The exchanges, in order.
    pub steps: Vec<Step>,
    /// The last line is not whole: the program that recorded was ended in the middle of it.
    pub torn: bool,
}

impl Recording {
    /// Reads a recording. A last line that was not written to its end is left out, and [`torn`](Recording::torn) says so.
    ///
    /// # Errors
    /// [`TraceError`] for anything that is not a recording of this form.
    pub fn read(mut from: impl BufRead) -> Result<Self, TraceError> {
        let header = match next_line(&mut from, 1)? {
            Some((bytes, _)) => read_header(&bytes)?,
            None => return Err(TraceError::NotARecording(None)),
        };
        let mut recording = Self { header, steps: Vec::new(), torn: false };
        let mut number = 2;
        while let Some((bytes, whole)) = next_line(&mut from, number)? {
            if recording.steps.len() == MOST_STEPS {
                return Err(TraceError::TooLong { line: number });
            }
            match serde_json::from_slice::<Line>(&bytes) {
                Ok(line) => {
                    let step = Step::from_line(line).ok_or(TraceError::Shape { line: number })?;
                    recording.steps.push(step);
                }
                Err(_) if !whole => recording.torn = true,
                Err(source) => return Err(TraceError::Line { line: number, source }),
            }
            number += 1;
        }
        Ok(recording)
    }
}

fn read_header(bytes: &[u8]) -> Result<Header, TraceError> {
    #[derive(Deserialize)]
    struct Schema {
        schema: String,
    }
    let not_a_recording = |error| TraceError::NotARecording(Some(error));
    let Schema { schema } = serde_json::from_slice(bytes).map_err(not_a_recording)?;
    if schema != SCHEMA {
        let short: String = schema.chars().filter(|c| !c.is_control()).take(60).collect();
        return Err(TraceError::Schema(short));
    }
    serde_json::from_slice(bytes).map_err(not_a_recording)
}

/// The next line without its end, and whether it had one.
fn next_line(from: &mut impl BufRead, number: usize) -> Result<Option<(Vec<u8>, bool)>, TraceError> {
    let mut bytes = Vec::new();
    let count =
        from.by_ref().take(MOST_LINE_BYTES).read_until(b'\n', &mut bytes).map_err(TraceError::Read)?;
    let whole = bytes.pop_if(|last| *last == b'\n').is_some();
    match count {
        0 => Ok(None),
        _ if !whole && count as u64 == MOST_LINE_BYTES => Err(TraceError::TooLong { line: number }),
        _ => Ok(Some((bytes, whole))),
    }
}
