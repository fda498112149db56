//! Members files: rows in, applicants and rejections out, one at a time, in flat memory.
//!
//! | input | form |
//! |---|---|
//! | CSV | UTF-8 with or without BOM, a header, separated by comma, semicolon or tab (told from the header) |
//! | JSON lines | one object a line, every key known and once, every value a string or null |
//! | portraits | a folder; the column `portrait` names a file in it |
//!
//! Columns are listed in [`Column`], with Vietnamese names as aliases. Dates are `YYYY-MM-DD` or, day first, `DD/MM/YYYY`; a date of
//! birth may lack its day, or day and month. A row that is not good never stops the others, and all its problems are reported.

mod columns;
mod date;
mod delimited;
mod error;
mod json_lines;
mod lines;
mod messages;
mod portrait_file;
mod problem;
mod rejects;
mod row;

use crate::intake::columns::Header;
use crate::intake::lines::{Line, Lines};
use crate::intake::row::{Fields, Numbers};
use chipwright_profile::Member;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

pub use columns::{Column, Notice};
pub use error::IntakeError;
pub use portrait_file::{MOST_PORTRAIT_BYTES, Photograph, PortraitFile};
pub use problem::{Place, Problem, Rejection};
pub use rejects::RejectsFile;

/// A row that is good as far as its text goes; its portrait is read by [`PortraitFile::fit`].
pub struct Applicant {
    /// Line of the file, counted from 1.
    pub line: u64,
    /// The record.
    pub member: Member,
    /// The photograph, found in the folder and not yet read.
    pub portrait: PortraitFile,
    pub(crate) original: Original,
}

impl Applicant {
    /// Refuses the row after all, for instance because its photograph cannot be used.
    #[must_use]
    pub fn reject(self, rejection: Rejection) -> BadRow {
        BadRow { line: self.line, rejections: vec![rejection], original: self.original }
    }
}

impl std::fmt::Debug for Applicant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Applicant").field("line", &self.line).finish_non_exhaustive()
    }
}

/// One row of the file.
#[derive(Debug)]
pub enum Row {
    /// It can become a card.
    Good(Box<Applicant>),
    /// It cannot; for every reason one [`Rejection`].
    Bad(BadRow),
}

/// A row that was refused, with its own words so that it can be mended.
pub struct BadRow {
    /// Line of the file, counted from 1.
    pub line: u64,
    /// Everything that is wrong with it, in the order of its columns; never empty.
    pub rejections: Vec<Rejection>,
    pub(crate) original: Original,
}

/// The words of a refused row.
pub(crate) enum Original {
    /// One value for each column of the header.
    Fields(Vec<String>),
    /// The row as it stood: it could not be taken apart, or not without loss.
    Text(String),
}

impl std::fmt::Debug for BadRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("BadRow")
            .field("line", &self.line)
            .field("rejections", &self.rejections)
            .finish_non_exhaustive()
    }
}

/// A members file being read.
pub struct Intake<R> {
    lines: Lines<R>,
    form: Form,
    header: Header,
    numbers: Numbers,
    portraits: PathBuf,
    broken: bool,
}

enum Form {
    Delimited(u8),
    JsonLines,
}

impl Intake<BufReader<File>> {
    /// Opens a members file and its folder of portraits, and checks the header.
    ///
    /// # Errors
    /// [`IntakeError`]: no such file or folder, another encoding, columns missing or named twice.
    pub fn open(members: &Path, portraits: &Path) -> Result<Self, IntakeError> {
        let file =
            File::open(members).map_err(|source| IntakeError::File { path: members.to_owned(), source })?;
        Self::read(BufReader::with_capacity(1 << 16, file), portraits)
    }
}

impl<R: BufRead> Intake<R> {
    /// As [`Intake::open`], from any source.
    ///
    /// # Errors
    /// [`IntakeError`].
    pub fn read(source: R, portraits: &Path) -> Result<Self, IntakeError> {
        let folder = portraits
            .canonicalize()
            .and_then(|folder| folder.read_dir().map(|_| folder))
            .map_err(|source| IntakeError::File { path: portraits.to_owned(), source })?;
        let mut lines = Lines::new(source);
        let first = lines.first()?;
        let (form, header) = if first.trim_start().starts_with('{') {
            lines.put_back(first);
            (Form::JsonLines, Header::canonical())
        } else {
            let (delimiter, names) = delimited::header(&first);
            (Form::Delimited(delimiter), Header::of(names)?)
        };
        Ok(Self { lines, form, header, numbers: Numbers::default(), portraits: folder, broken: false })
    }

    /// What is odd about the columns and does no harm.
    #[must_use]
    pub fn notices(&self) -> &[Notice] {
        self.header.notices()
    }

    /// The columns of the file as a rejects file repeats them.
    #[must_use]
    pub fn columns(&self) -> Vec<String> {
        self.header.kept_names()
    }

    fn row(&mut self, line: Line) -> Option<Row> {
        let number = line.number;
        let taken = match (line.text, &self.form) {
            (Err(problem), _) => Err((problem, line.lossy)),
            (Ok(text), Form::Delimited(delimiter)) => {
                delimited::fields(&text, *delimiter, &self.header).map_err(|problem| (problem, text))
            }
            (Ok(text), Form::JsonLines) => {
                match json_lines::fields(&text) {
                    // By column the row would lose what stands under those keys: it is repeated whole.
                    Ok(fields) if fields.has_odd_keys() => {
                        return Some(self.judge(number, fields, Some(text)));
                    }
                    taken => taken.map_err(|problem| (problem, text)).map(Some),
                }
            }
        };
        match taken {
            Ok(None) => None,
            Ok(Some(fields)) => Some(self.judge(number, fields, None)),
            Err((problem, text)) => Some(Row::Bad(BadRow {
                line: number,
                rejections: vec![Rejection { line: number, place: None, problem }],
                original: Original::Text(text),
            })),
        }
    }

    fn judge(&mut self, line: u64, fields: Fields, whole: Option<String>) -> Row {
        let judged = row::judge(line, &fields, &self.header, &mut self.numbers, &self.portraits);
        let original = match whole {
            Some(text) => Original::Text(text),
            None => Original::Fields(fields.into_kept(&self.header)),
        };
        match judged {
            Ok((member, portrait)) => Row::Good(Box::new(Applicant { line, member, portrait, original })),
            Err(rejections) => Row::Bad(BadRow { line, rejections, original }),
        }
    }
}

/// Ends after the first error: what follows a line that cannot be read is not known.
impl<R: BufRead> Iterator for Intake<R> {
    type Item = Result<Row, IntakeError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.broken {
            match self.lines.next_record(matches!(self.form, Form::Delimited(_))) {
                Ok(None) => return None,
                Ok(Some(line)) => {
                    if let Some(row) = self.row(line) {
                        return Some(Ok(row));
                    }
                }
                Err(error) => {
                    self.broken = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests;
