//! Physical lines, and the records they form when a quoted value holds a line break.

use super::{IntakeError, Problem};
use std::collections::VecDeque;
use std::io::{BufRead, ErrorKind};

/// Bytes of the longest row.
const MOST_BYTES: usize = 64 * 1024;
/// Lines of the longest row. A quotation mark that is never closed costs one row, not the rest of the file.
const MOST_LINES: usize = 8;

/// One record as text, or why it has none.
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) text: Result<String, Problem>,
    /// What can be shown of a record without text.
    pub(super) lossy: String,
}

pub(super) struct Lines<R> {
    source: R,
    read: u64,
    ahead: VecDeque<(u64, Vec<u8>)>,
    /// The last line ended with a carriage return: a line feed after it belongs to that end.
    after_return: bool,
}

impl<R: BufRead> Lines<R> {
    pub(super) const fn new(source: R) -> Self {
        Self { source, read: 0, ahead: VecDeque::new(), after_return: false }
    }

    /// The first line that is not blank, without byte order mark.
    pub(super) fn first(&mut self) -> Result<String, IntakeError> {
        loop {
            let (number, mut bytes) = self.physical()?.ok_or(IntakeError::Empty)?;
            if number == 1 {
                if bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF]) {
                    return Err(IntakeError::NotUtf8);
                }
                if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) {
                    bytes.drain(..3);
                }
            }
            let text = String::from_utf8(bytes).map_err(|_| IntakeError::NotUtf8)?;
            if !text.trim().is_empty() {
                return Ok(text);
            }
        }
    }

    /// Gives the line back that was read last.
    pub(super) fn put_back(&mut self, line: String) {
        self.ahead.push_front((self.read, line.into_bytes()));
    }

    /// The next record that is not blank.
    pub(super) fn next_record(&mut self, quoted: bool) -> Result<Option<Line>, IntakeError> {
        loop {
            let Some((number, mut bytes)) = self.physical()? else { return Ok(None) };
            if bytes.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            let mut problem = (bytes.len() > MOST_BYTES).then_some(Problem::RowTooLong { most: MOST_BYTES });
            if quoted && problem.is_none() && open_quote(&bytes) && !self.join(&mut bytes)? {
                problem = Some(Problem::UnclosedQuote);
            }
            // A row of several lines is no longer than a row of one.
            if bytes.len() > MOST_BYTES {
                problem = problem.or(Some(Problem::RowTooLong { most: MOST_BYTES }));
                bytes.truncate(MOST_BYTES);
            }
            let text = match (problem, std::str::from_utf8(&bytes)) {
                (Some(problem), _) => Err(problem),
                (None, Ok(text)) => Ok(text.to_owned()),
                (None, Err(error)) => Err(Problem::NotUtf8 { position: error.valid_up_to() + 1 }),
            };
            let lossy =
                if text.is_err() { String::from_utf8_lossy(&bytes).into_owned() } else { String::new() };
            return Ok(Some(Line { number, text, lossy }));
        }
    }

    /// Appends the lines that close an open quotation mark; leaves everything as it was if none does.
    fn join(&mut self, bytes: &mut Vec<u8>) -> Result<bool, IntakeError> {
        let mut joined = bytes.clone();
        let mut taken = Vec::new();
        while taken.len() + 1 < MOST_LINES && joined.len() <= MOST_BYTES {
            let Some(next) = self.physical()? else { break };
            joined.push(b'\n');
            joined.extend_from_slice(&next.1);
            taken.push(next);
            if !open_quote(&joined) {
                *bytes = joined;
                return Ok(true);
            }
        }
        for line in taken.into_iter().rev() {
            self.ahead.push_front(line);
        }
        Ok(false)
    }

    /// The next physical line without its end, a line feed, a carriage return or both; of an overlong one a little more than
    /// the bound.
    fn physical(&mut self) -> Result<Option<(u64, Vec<u8>)>, IntakeError> {
        if let Some(line) = self.ahead.pop_front() {
            return Ok(Some(line));
        }
        let (mut bytes, mut began) = (Vec::new(), false);
        loop {
            let buffer = match self.source.fill_buf() {
                Ok(buffer) => buffer,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(source) => return Err(IntakeError::Read { line: self.read, source }),
            };
            let Some(first) = buffer.first() else { break };
            if std::mem::take(&mut self.after_return) && *first == b'\n' {
                self.source.consume(1);
                continue;
            }
            began = true;
            let end = buffer.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let part = &buffer[..end.unwrap_or(buffer.len())];
            bytes.extend_from_slice(&part[..part.len().min(MOST_BYTES + 1 - bytes.len())]);
            self.after_return = end.is_some_and(|at| buffer[at] == b'\r');
            let used = part.len() + usize::from(end.is_some());
            self.source.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !began {
            return Ok(None);
        }
        self.read += 1;
        Ok(Some((self.read, bytes)))
    }
}

fn open_quote(bytes: &[u8]) -> bool {
    bytes.iter().filter(|b| **b == b'"').count() % 2 == 1
}
