//! What is wrong with a row, where, and what to do about it.

use super::{Column, messages};
use crate::Language;
use chipwright_profile::{MemberError, PortraitError};

/// A column of the file as the file names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Which column it is.
    pub column: Column,
    /// Its name in this file.
    pub name: String,
    /// Its number, counted from 1.
    pub number: usize,
}

/// One problem of one row. Holds no value of the row, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    /// Line of the file, counted from 1.
    pub line: u64,
    /// The column; `None`: the row as a whole.
    pub place: Option<Place>,
    /// What is wrong.
    pub problem: Problem,
}

impl Rejection {
    /// A short code for scripts; never changes its meaning.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        self.problem.class()
    }

    /// What is wrong, in one sentence without a full stop.
    #[must_use]
    pub fn cause(&self, language: Language) -> String {
        messages::cause(&self.problem, language)
    }

    /// What to do about it, in one sentence.
    #[must_use]
    pub fn remedy(&self, language: Language) -> String {
        messages::remedy(&self.problem, language)
    }
}

/// What can be wrong with a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// A field of the record.
    Member(MemberError),
    /// The photograph's content.
    Portrait(PortraitError),
    /// No photograph is named.
    PortraitNotNamed,
    /// The folder has no such file.
    PortraitMissing,
    /// The name leads out of the folder.
    PortraitOutside,
    /// The file is there and cannot be read.
    PortraitUnreadable,
    /// The file is larger than any photograph needs to be.
    PortraitFileTooLarge {
        /// Its bytes.
        found: u64,
        /// Bytes allowed.
        most: u64,
    },
    /// More or fewer values than the header has names.
    ColumnCount {
        /// Names in the header.
        wanted: usize,
        /// Values in the row.
        found: usize,
    },
    /// A quotation mark is not closed.
    UnclosedQuote,
    /// A byte that is not UTF-8.
    NotUtf8 {
        /// Its position in the row, counted from 1.
        position: usize,
    },
    /// Longer than any row needs to be.
    RowTooLong {
        /// Bytes allowed.
        most: usize,
    },
    /// Not JSON.
    NotJson {
        /// Column at which reading stopped, counted from 1.
        position: usize,
    },
    /// JSON, and not an object.
    NotAnObject,
    /// A JSON value that is neither a string nor null.
    WrongType {
        /// What it is.
        found: &'static str,
    },
    /// A key of a JSON object that names no column. In CSV the header is judged once; here every row names its own.
    UnknownKey {
        /// Its number in the object, counted from 1.
        number: usize,
        /// The column it may have meant.
        nearest: Option<&'static str>,
    },
    /// Two keys of a JSON object name one column.
    RepeatedKey {
        /// Number of the first in the object, counted from 1.
        first: usize,
        /// Number of the second.
        second: usize,
    },
    /// The member number stands in an earlier row.
    DuplicateMemberNumber {
        /// That row's line.
        first: u64,
    },
    /// The citizen number stands in an earlier row.
    DuplicateCitizenNumber {
        /// That row's line.
        first: u64,
    },
    /// A good row, and nobody approved it as it stands: the batch that was approved has no such record with this photograph.
    NotApproved,
}

impl Problem {
    /// A short code for scripts; never changes its meaning.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match self {
            Self::Member(error) => error.kind.code(),
            Self::Portrait(error) => match error {
                PortraitError::Empty => "portrait-empty",
                PortraitError::TooManyBytes(_) => "portrait-file-too-large",
                PortraitError::NotAnImage => "portrait-not-an-image",
                PortraitError::Damaged => "portrait-damaged",
                PortraitError::Components { .. } | PortraitError::Coding => "portrait-kind",
                PortraitError::TooManyPixels { .. } => "portrait-too-large",
                PortraitError::TooSmall { .. } => "portrait-too-small",
                PortraitError::Shape { .. } => "portrait-shape",
                PortraitError::DoesNotFit { .. } => "portrait-does-not-fit",
                _ => "portrait",
            },
            Self::PortraitNotNamed => "empty",
            Self::PortraitMissing => "portrait-missing",
            Self::PortraitOutside => "portrait-outside",
            Self::PortraitUnreadable => "portrait-unreadable",
            Self::PortraitFileTooLarge { .. } => "portrait-file-too-large",
            Self::ColumnCount { .. } => "column-count",
            Self::UnclosedQuote => "unclosed-quote",
            Self::NotUtf8 { .. } => "not-utf8",
            Self::RowTooLong { .. } => "row-too-long",
            Self::NotJson { .. } => "not-json",
            Self::NotAnObject => "not-an-object",
            Self::WrongType { .. } => "wrong-type",
            Self::UnknownKey { .. } => "unknown-key",
            Self::RepeatedKey { .. } => "repeated-key",
            Self::DuplicateMemberNumber { .. } => "duplicate-member-number",
            Self::DuplicateCitizenNumber { .. } => "duplicate-citizen-number",
            Self::NotApproved => "not-approved",
        }
    }
}
