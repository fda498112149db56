//! BER-TLV (ISO/IEC 8825-1, 8.1; ISO/IEC 7816-4, 5.2.2 and Annex E): strict when writing, tolerant when reading only
//! where real cards need it.
//!
//! Written lengths are minimal. Read lengths may have superfluous leading zero bytes, since cards in the field send
//! them; strictness is asked for with [`Reader::strict`]. Indefinite lengths, lengths of more than
//! four bytes, tags of more than four bytes and nesting deeper than [`MAX_DEPTH`] are refused.

mod reader;
mod tag;
mod writer;

pub use reader::{Reader, Tlv};
pub use tag::Tag;
pub use writer::{Writer, encode};

/// How deep [`Tlv::children`] descends before it refuses.
pub const MAX_DEPTH: u8 = 16;

/// What is wrong with TLV data, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct TlvError {
    /// What is wrong.
    pub kind: TlvErrorKind,
    /// Byte offset into the outermost data.
    pub offset: usize,
}

/// The kinds of [`TlvError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TlvErrorKind {
    /// The data ends inside a tag.
    #[error("the data ends inside a tag")]
    TruncatedTag,
    /// The data ends inside a length field.
    #[error("the data ends inside a length field")]
    TruncatedLength,
    /// A value is longer than what is left.
    #[error("a value of {said} bytes is announced, but {left} are left")]
    TruncatedValue {
        /// The announced length.
        said: usize,
        /// How many bytes are left.
        left: usize,
    },
    /// A tag of more than four bytes, or one padded with a zero continuation.
    #[error("a tag that is not valid")]
    InvalidTag,
    /// The indefinite form, which interchange with cards does not use.
    #[error("a length in indefinite form")]
    IndefiniteLength,
    /// A length field of more than four bytes.
    #[error("a length field of {0} bytes")]
    LengthTooLong(u8),
    /// A length that a shorter field could have said (strict reading only).
    #[error("a length that is not minimal")]
    NotMinimal,
    /// Nested too deep.
    #[error("data nested deeper than {MAX_DEPTH} levels")]
    TooDeep,
    /// Another tag than the one that must stand here.
    #[error("tag {found} where {wanted} must stand")]
    UnexpectedTag {
        /// The tag that must stand here.
        wanted: Tag,
        /// The tag that stands here.
        found: Tag,
    },
    /// A data object that must be present is not.
    #[error("data object {0} is missing")]
    Missing(Tag),
    /// Bytes after the last data object.
    #[error("{0} bytes too many")]
    Trailing(usize),
    /// A value whose length or content is not allowed for its tag.
    #[error("the value of {0} is not valid")]
    InvalidValue(Tag),
}
