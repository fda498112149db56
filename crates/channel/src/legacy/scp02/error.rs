//! What can go wrong, by fault.

use super::ParameterError;
use crate::legacy::KeyError;
use crate::scp03::Step;
use chipwright_iso7816::{ExchangeError, StatusWord};

/// Why a session did not open, or ended. Carries no key, challenge or MAC.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Scp02Error {
    /// The card refused a command of the handshake.
    #[error("the card refused {step} with {status}")]
    Refused {
        /// Which command.
        step: Step,
        /// The card's answer.
        status: StatusWord,
    },
    /// The answer to INITIALIZE UPDATE has the wrong length.
    #[error("the answer to INITIALIZE UPDATE has {0} bytes instead of 28")]
    ResponseLength(usize),
    /// The card speaks another secure channel protocol.
    #[error("the card offers secure channel protocol {0:02X}, not 02")]
    Protocol(u8),
    /// The card's parameter *i* is not supported.
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    /// The card used another key version than the one asked for.
    #[error("key version {asked:02X} was asked for, the card used {answered:02X}")]
    KeyVersion {
        /// The version asked for.
        asked: u8,
        /// The version the card used.
        answered: u8,
    },
    /// The card cryptogram is wrong: the card holds other keys. EXTERNAL AUTHENTICATE was not sent.
    #[error("the card cryptogram is wrong: the card holds other keys")]
    CardCryptogram,
    /// The card challenge is not the one its application identifier gives.
    #[error("the card challenge does not follow from the application identifier")]
    CardChallenge,
    /// A class byte that cannot be protected: secure messaging announced already, chaining, or a logical channel.
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
    /// A key operation failed.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// The exchange with the card failed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}
