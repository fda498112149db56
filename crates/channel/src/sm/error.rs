//! What can go wrong.

use chipwright_iso7816::tlv::TlvError;
use chipwright_iso7816::{ExchangeError, StatusWord, Tag};

/// Why a secure messaging session ended. Carries no key, data or MAC.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SmError {
    // The card left the channel.
    /// A response without secure messaging: the card has closed the session (or somebody else answers).
    #[error("an unprotected response came with {status}: the card has closed the session")]
    NakedResponse {
        /// The unprotected status.
        status: StatusWord,
    },

    // The response was disturbed or forged.
    /// The response is not BER-TLV.
    #[error("the protected response is malformed: {0}")]
    Malformed(#[from] TlvError),
    /// DO'8E' is not there.
    #[error("the protected response carries no MAC")]
    MacMissing,
    /// The MAC is wrong.
    #[error("the MAC of the protected response is wrong")]
    Mac,
    /// DO'99' is not there.
    #[error("the protected response carries no status")]
    StatusMissing,
    /// The protected status and the one outside differ.
    #[error("the protected status is {protected}, the unprotected one {outer}")]
    StatusMismatch {
        /// In DO'99'.
        protected: StatusWord,
        /// After the response data.
        outer: StatusWord,
    },
    /// A data object that must not stand here, or stands in the wrong order.
    #[error("data object {0} where it must not stand in a protected response")]
    UnexpectedObject(Tag),
    /// A data object whose value has the wrong form.
    #[error("the value of data object {0} has the wrong form")]
    ObjectValue(Tag),
    /// More data than the command asked for.
    #[error("the response carries {found} bytes where at most {most} were asked for")]
    TooMuchData {
        /// What the command asked for.
        most: usize,
        /// What came.
        found: usize,
    },

    // The caller asked for something that cannot be.
    /// A class byte that cannot be protected: secure messaging or chaining announced already, or a logical channel above 3.
    #[error("a command of class {0:02X} cannot be protected")]
    Class(u8),
    /// More data than one protected command carries.
    #[error("{length} bytes of data are too many for a protected command (at most {most})")]
    TooLong {
        /// Bytes of plain data.
        length: usize,
        /// What fits.
        most: usize,
    },
    /// A protected command that needs extended length, over an exchanger in short mode.
    #[error("the protected command needs extended length fields, which this connection does not use")]
    ExtendedLengthNeeded,
    /// Session keys that are not two AES keys of one size.
    #[error("session keys are two AES keys of one size")]
    Keys,

    // Below.
    /// The exchange with the card failed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}
