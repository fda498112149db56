//! A ledger read from its first line, for those who check it.

use std::fs::File;
use std::io::{BufRead, BufReader, ErrorKind};
use std::path::Path;

use super::UsesError;
use super::entry::{Digest, Entry, LineFault, follow};
use super::ledger::named;
use super::state::State;

/// A ledger read from its first line to its last.
#[derive(Debug)]
pub struct History {
    /// What its lines come to.
    pub state: State,
    /// How many lines.
    pub lines: u64,
    /// The chain up to the last.
    pub head: Digest,
    /// Bytes of a line that was begun and not ended.
    pub torn: u64,
}

impl History {
    /// Whether the marker names this ledger, read from `path`.
    ///
    /// # Errors
    /// [`UsesError::Foreign`]; [`UsesError::Missing`] for a marker that is not there.
    pub fn belongs(&self, path: &Path, marker: &Path) -> Result<(), UsesError> {
        match named(marker, path)? {
            Some(told) if told == self.state.ledger() => Ok(()),
            Some(_) => Err(UsesError::Foreign { path: path.to_owned() }),
            None => Err(UsesError::Missing { path: marker.to_owned() }),
        }
    }

    /// Reads every line, checks the chain and that every line agrees with those before it, and shows it.
    ///
    /// # Errors
    /// [`UsesError::Missing`], [`UsesError::Damaged`], [`UsesError::LaterVersion`], [`UsesError::Io`]; every line before the damage was
    /// shown.
    pub fn read(path: &Path, each: &mut dyn FnMut(&Entry)) -> Result<Self, UsesError> {
        let io = |source| UsesError::Io { doing: "read", path: path.to_owned(), source };
        let file = File::open(path).map_err(|source| match source.kind() {
            ErrorKind::NotFound => UsesError::Missing { path: path.to_owned() },
            _ => io(source),
        })?;
        file.lock_shared().map_err(io)?;
        let mut reader = BufReader::new(file);
        let (mut state, mut head, mut lines, mut line) = (State::default(), [0; 32], 0, Vec::new());
        loop {
            line.clear();
            let read = reader.read_until(b'\n', &mut line).map_err(io)?;
            if read == 0 || line.pop() != Some(b'\n') {
                return Ok(Self { state, lines, head: Digest(head), torn: read as u64 });
            }
            let n = lines + 1;
            let damaged = |what| UsesError::Damaged { path: path.to_owned(), line: n, what };
            let fault = |fault| match fault {
                LineFault::Chain => damaged("the chain is broken"),
                LineFault::Form => damaged("it is no line of a ledger"),
                LineFault::Version(found) => UsesError::LaterVersion { path: path.to_owned(), found },
            };
            head = follow(&head, &line).map_err(fault)?;
            let entry = Entry::read(&line).map_err(fault)?;
            if entry.n != n {
                return Err(damaged("its number is another"));
            }
            state.take(n, &entry.did).map_err(damaged)?;
            lines = n;
            each(&entry);
        }
    }
}
