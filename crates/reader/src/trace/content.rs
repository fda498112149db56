//! The bytes of a command or a response, some of them replaced by placeholders.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// What a placeholder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// A password or a key.
    Secret,
    /// A message that keys which live on could open.
    Sealed,
    /// What tells about a person.
    Personal,
    /// What tells one chip from another.
    Identifier,
    /// What the recorder could not classify.
    Unclassified,
}

impl Sort {
    const ALL: [Self; 5] = [Self::Secret, Self::Sealed, Self::Personal, Self::Identifier, Self::Unclassified];

    /// Its name in the file.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Secret => "secret",
            Self::Sealed => "sealed",
            Self::Personal => "personal",
            Self::Identifier => "identifier",
            Self::Unclassified => "unclassified",
        }
    }
}

/// So many bytes of this sort were here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placeholder {
    /// The sort.
    pub sort: Sort,
    /// What they were: `pin`, `dg1`, `scp03` …
    pub what: String,
    /// How many.
    pub length: usize,
}

impl fmt::Display for Placeholder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = if self.length == 1 { "byte" } else { "bytes" };
        write!(f, "‹{} {}, {} {bytes}›", self.sort.name(), self.what, self.length)
    }
}

/// Bytes as they were, or a placeholder for them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// As they were.
    Bytes(Vec<u8>),
    /// Replaced.
    Placeholder(Placeholder),
}

impl Piece {
    /// How many bytes it is or stands for.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Placeholder(placeholder) => placeholder.length,
        }
    }

    /// Whether it stands for no bytes.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Why something is not the content of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ContentError {
    /// Text that is not hexadecimal.
    #[error("bytes are written as pairs of hexadecimal digits")]
    NotHexadecimal,
    /// A placeholder without a sort, with two, or with a strange name.
    #[error(
        "a placeholder has one of secret, sealed, personal, identifier, unclassified, with a short plain name, and a length"
    )]
    Placeholder,
    /// Longer than any APDU.
    #[error("a message has at most {MOST} bytes")]
    TooLong,
}

/// The longest command: extended header, 65,535 bytes of data, Le. A response has 65,538 at the most.
pub(super) const MOST: usize = 4 + 3 + 0xFFFF + 2;

/// The bytes of one command or one response. Neighbouring bytes are one piece, no piece is empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content(Vec<Piece>);

impl Content {
    /// Without placeholders.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut content = Self::default();
        content.keep(bytes);
        content
    }

    pub(super) fn keep(&mut self, bytes: &[u8]) {
        match self.0.last_mut() {
            _ if bytes.is_empty() => {}
            Some(Piece::Bytes(before)) => before.extend_from_slice(bytes),
            _ => self.0.push(Piece::Bytes(bytes.to_vec())),
        }
    }

    pub(super) fn replace(&mut self, sort: Sort, what: &str, length: usize) {
        if length > 0 {
            self.0.push(Piece::Placeholder(Placeholder { sort, what: what.to_owned(), length }));
        }
    }

    /// The pieces.
    #[must_use]
    pub fn pieces(&self) -> &[Piece] {
        &self.0
    }

    /// How many bytes the message had.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.iter().map(Piece::len).sum()
    }

    /// Whether the message was empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether anything was replaced.
    #[must_use]
    pub fn is_redacted(&self) -> bool {
        self.0.iter().any(|piece| matches!(piece, Piece::Placeholder(_)))
    }

    /// Whether `bytes` could have been the message: of its length, and the same where nothing was replaced.
    #[must_use]
    pub fn matches(&self, bytes: &[u8]) -> bool {
        let mut rest = bytes;
        for piece in &self.0 {
            let Some((these, after)) = rest.split_at_checked(piece.len()) else { return false };
            if matches!(piece, Piece::Bytes(kept) if kept != these) {
                return false;
            }
            rest = after;
        }
        rest.is_empty()
    }

    /// The message with zeros where bytes were replaced.
    #[must_use]
    pub fn filled(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.len());
        for piece in &self.0 {
            match piece {
                Piece::Bytes(bytes) => out.extend_from_slice(bytes),
                Piece::Placeholder(placeholder) => out.resize(out.len() + placeholder.length, 0),
            }
        }
        out
    }

    /// The part of this range. A placeholder is cut where the range ends.
    #[must_use]
    pub fn part(&self, range: std::ops::Range<usize>) -> Self {
        let mut part = Self::default();
        let mut at = 0;
        for piece in &self.0 {
            let from = range.start.max(at);
            let to = range.end.min(at + piece.len());
            if from < to {
                match piece {
                    Piece::Bytes(bytes) => part.keep(&bytes[from - at..to - at]),
                    Piece::Placeholder(it) => part.replace(it.sort, &it.what, to - from),
                }
            }
            at += piece.len();
        }
        part
    }

    fn from_pieces(pieces: Vec<Written>) -> Result<Self, ContentError> {
        let mut content = Self::default();
        let mut length = 0usize;
        for piece in pieces {
            match piece {
                Written::Bytes(text) => {
                    let bytes = hex::decode(text).map_err(|_| ContentError::NotHexadecimal)?;
                    length = length.saturating_add(bytes.len());
                    content.keep(&bytes);
                }
                Written::Placeholder(fields) => {
                    let placeholder = fields.read()?;
                    length = length.saturating_add(placeholder.length);
                    content.0.push(Piece::Placeholder(placeholder));
                }
            }
            if length > MOST {
                return Err(ContentError::TooLong);
            }
        }
        Ok(content)
    }
}

/// A piece in the file.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written {
    Bytes(String),
    Placeholder(Fields),
}

/// A placeholder in the file: `{"secret":"pin","length":6}`.
#[derive(Serialize, Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct Fields {
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sealed: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    personal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    identifier: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unclassified: Option<String>,
    length: usize,
}

impl Fields {
    fn write(placeholder: &Placeholder) -> Self {
        let mut fields = Self { length: placeholder.length, ..Self::default() };
        *fields.of(placeholder.sort) = Some(placeholder.what.clone());
        fields
    }

    fn read(mut self) -> Result<Placeholder, ContentError> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        let mut found = None;
        for sort in Sort::ALL {
            if let Some(what) = self.of(sort).take() {
                let short = (1..=40).contains(&what.len()) && what.bytes().all(plain);
                if found.is_some() || !short || !(1..=MOST).contains(&self.length) {
                    return Err(ContentError::Placeholder);
                }
                found = Some(Placeholder { sort, what, length: self.length });
            }
        }
        found.ok_or(ContentError::Placeholder)
    }

    const fn of(&mut self, sort: Sort) -> &mut Option<String> {
        match sort {
            Sort::Secret => &mut self.secret,
            Sort::Sealed => &mut self.sealed,
            Sort::Personal => &mut self.personal,
            Sort::Identifier => &mut self.identifier,
            Sort::Unclassified => &mut self.unclassified,
        }
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [] => to.serialize_str(""),
            [Piece::Bytes(bytes)] => to.serialize_str(&hex::encode(bytes)),
            pieces => to.collect_seq(pieces.iter().map(|piece| match piece {
                Piece::Bytes(bytes) => Written::Bytes(hex::encode(bytes)),
                Piece::Placeholder(placeholder) => Written::Placeholder(Fields::write(placeholder)),
            })),
        }
    }
}

impl<'de> Deserialize<'de> for Content {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Whole {
            Bytes(String),
            Pieces(Vec<Written>),
        }
        let pieces = match Whole::deserialize(from)? {
            Whole::Bytes(text) => vec![Written::Bytes(text)],
            Whole::Pieces(pieces) => pieces,
        };
        Self::from_pieces(pieces).map_err(serde::de::Error::custom)
    }
}
