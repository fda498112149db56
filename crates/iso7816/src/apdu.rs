//! Command and response APDUs (ISO/IEC 7816-4, 5.1; encodings of 7816-3, 12.1.3), short and extended.

mod command;
mod ins;
mod response;

pub use command::{Command, Le};
pub use ins::Ins;
pub use response::Response;

/// Why bytes are not an APDU, or an APDU has no encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApduError {
    /// Fewer bytes than a header or a trailer takes.
    #[error("{length} bytes are too few for {what}")]
    Truncated {
        /// What the bytes were taken for.
        what: &'static str,
        /// How many bytes there were.
        length: usize,
    },
    /// The length fields contradict the number of bytes.
    #[error("the length field at byte {offset} says {said} bytes of data, but {found} follow")]
    LengthMismatch {
        /// Where the length field begins.
        offset: usize,
        /// What it says.
        said: usize,
        /// How many bytes there are.
        found: usize,
    },
    /// More data than a short or an extended command can carry.
    #[error("{length} bytes of data are too many for a command (at most {most})")]
    TooLong {
        /// How many bytes of data.
        length: usize,
        /// How many would fit.
        most: usize,
    },
    /// An expected length that the encoding cannot express.
    #[error("an expected length of {0} cannot be encoded")]
    Le(usize),
}
