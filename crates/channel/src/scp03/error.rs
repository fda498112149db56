//! What can go wrong, by fault.

use super::{KeyError, Mode, Parameter, ParameterError, SecurityLevel};
use chipwright_iso7816::{ExchangeError, StatusWord};
use std::fmt;

/// The two commands of the handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// INITIALIZE UPDATE.
    InitializeUpdate,
    /// EXTERNAL AUTHENTICATE.
    ExternalAuthenticate,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::InitializeUpdate => "INITIALIZE UPDATE",
            Self::ExternalAuthenticate => "EXTERNAL AUTHENTICATE",
        })
    }
}

/// Why a session did not open, or ended. Carries no key, challenge or MAC.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Scp03Error {
    // The card refused.
    /// The card refused a command of the handshake.
    #[error("the card refused {step} with {status}")]
    Refused {
        /// Which command.
        step: Step,
        /// The card's answer.
        status: StatusWord,
    },

    // The card answered something that does not fit.
    /// The answer to INITIALIZE UPDATE has the wrong length.
    #[error("the answer to INITIALIZE UPDATE has {found} bytes instead of {wanted}")]
    ResponseLength {
        /// The length that fits the parameter `i`; 13 if it is too short to hold one.
        wanted: usize,
        /// The length found.
        found: usize,
    },
    /// The card speaks another secure channel protocol.
    #[error("the card offers secure channel protocol {0:02X}, not 03")]
    Protocol(u8),
    /// The card's parameter `i` is not valid.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The card is in the other mode than the host challenge.
    #[error("the card answers in another mode (i = {parameter}) than the host asked in ({asked:?})")]
    Mode {
        /// The mode of the host challenge.
        asked: Mode,
        /// What the card says.
        parameter: Parameter,
    },
    /// The card used another key version than the one asked for.
    #[error("key version {asked:02X} was asked for, the card used {answered:02X}")]
    KeyVersion {
        /// The version asked for.
        asked: u8,
        /// The version the card used.
        answered: u8,
    },

    // Keys do not match.
    /// The card cryptogram is wrong: the card holds other keys. EXTERNAL AUTHENTICATE was not sent.
    #[error("the card cryptogram is wrong: the card holds other keys")]
    CardCryptogram,
    /// The card challenge is not the one its sequence counter gives.
    #[error("the card challenge does not follow from the sequence counter")]
    CardChallenge,

    // The channel was disturbed.
    /// A response that must carry a MAC has none.
    #[error("a response without the MAC that its security level demands")]
    ResponseMacMissing,
    /// The MAC of a response is wrong.
    #[error("the MAC of a response is wrong")]
    ResponseMac,
    /// Response data is not a whole number of blocks, or its padding is wrong.
    #[error("the encrypted data of a response is malformed")]
    ResponseData,
    /// Data beside an error status, where no MAC protects it.
    #[error("unprotected data came with status {0}")]
    UnprotectedData(StatusWord),

    // The caller asked for something that cannot be.
    /// The card's parameter does not allow the level.
    #[error("the card (i = {parameter}) does not support security level {level}")]
    Level {
        /// The level asked for.
        level: SecurityLevel,
        /// What the card supports.
        parameter: Parameter,
    },
    /// A class byte that cannot be protected: secure messaging or chaining announced already, or a logical channel above 3.
    #[error("a command of class {0:02X} cannot be protected")]
    Class(u8),
    /// More data than one protected command carries.
    #[error("{length} bytes of data are too many for a protected command (at most {most})")]
    TooLong {
        /// Bytes of plain data.
        length: usize,
        /// What fits at this level.
        most: usize,
    },
    /// A protected command that needs extended length, over an exchanger in short mode.
    #[error("the protected command needs extended length fields, which this connection does not use")]
    ExtendedLengthNeeded,

    // Below.
    /// A key operation failed.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The exchange with the card failed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}
