//! What can go wrong, by fault.

use super::{CardAccessError, PasswordError};
use crate::ecdh::EcdhError;
use crate::proof::NotGenuine;
use crate::sm::SmError;
use chipwright_iso7816::tlv::TlvError;
use chipwright_iso7816::{ExchangeError, StatusWord};
use std::fmt;

/// The commands of PACE (9303-11, 4.4.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// MSE:Set AT.
    SetAt,
    /// GENERAL AUTHENTICATE 1: the encrypted nonce.
    Nonce,
    /// GENERAL AUTHENTICATE 2: mapping the nonce.
    Mapping,
    /// GENERAL AUTHENTICATE 3: key agreement.
    Agreement,
    /// GENERAL AUTHENTICATE 4: authentication tokens.
    Tokens,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SetAt => "the choice of PACE (MSE:Set AT)",
            Self::Nonce => "the nonce of PACE",
            Self::Mapping => "the mapping of PACE",
            Self::Agreement => "the key agreement of PACE",
            Self::Tokens => "the authentication of PACE",
        })
    }
}

/// Why PACE did not end in a session. Carries no password, nonce or key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PaceError {
    // The password, or a card that does not know it.
    /// The card says that the password is wrong (`63XX` on the last command).
    #[error("the password is wrong ({status})")]
    WrongPassword {
        /// The card's status.
        status: StatusWord,
        /// How many tries are left, when the card tells (`63CX`).
        tries_left: Option<u8>,
    },
    /// The PIN has one try left and is suspended: PACE with the CAN must come first, and the PIN within its session.
    #[error("the PIN is suspended: the card access number must be entered first")]
    PinSuspended,
    /// The PIN has no try left.
    #[error("the PIN is blocked: it must be unblocked with the PUK")]
    PinBlocked,
    /// The PUK has been used as often as it can be.
    #[error("the PUK has been used up")]
    PukUsedUp,
    /// The card's token is wrong: it does not know the password.
    #[error("the card does not know the password: its authentication token is wrong")]
    TokenMismatch,

    // The chip.
    /// Chip Authentication Mapping was promised, and what came is no proof.
    #[error(transparent)]
    NotGenuine(#[from] NotGenuine),

    // The card refused.
    /// The card refused a step.
    #[error("the card refused {step} with {status}")]
    CardRefused {
        /// Which step.
        step: Step,
        /// The card's status.
        status: StatusWord,
    },

    // The card answered something that does not fit.
    /// The answer is not the data object that must stand there.
    #[error("the card's answer to {step} is malformed: {error}")]
    Malformed {
        /// Which step.
        step: Step,
        /// What is wrong with it.
        #[source]
        error: TlvError,
    },
    /// A public key that is no uncompressed point of the curve, or is the point at infinity.
    #[error("the card's public key in {0} is not a point of the curve")]
    InvalidPoint(Step),
    /// The card sent our own public key back.
    #[error("the card's public key in {0} is the terminal's own")]
    EqualPublicKeys(Step),
    /// The mapped generator or the shared secret is the point at infinity.
    #[error("{0} gave the point at infinity")]
    Identity(Step),

    // The caller.
    /// Other domain parameters than the curve's, or a mapping or cipher that is not supported.
    #[error("PACE parameters {found} with a curve of parameters {wanted}")]
    Parameters {
        /// The parameter id of the curve.
        wanted: u8,
        /// The parameter id asked for.
        found: u8,
    },
    /// The source of random bytes gives no scalar: it is broken.
    #[error("the source of random bytes is broken")]
    RandomSource,
    /// EF.CardAccess cannot be used.
    #[error(transparent)]
    CardAccess(#[from] CardAccessError),
    /// The password is not well-formed.
    #[error(transparent)]
    Password(#[from] PasswordError),

    // Below.
    /// The session that PACE was run within ended.
    #[error(transparent)]
    SecureMessaging(SmError),
    /// The exchange with the card failed.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
}

impl From<SmError> for PaceError {
    fn from(error: SmError) -> Self {
        match error {
            SmError::Exchange(error) => Self::Exchange(error),
            other => Self::SecureMessaging(other),
        }
    }
}

impl PaceError {
    pub(super) fn of(error: EcdhError, step: Step) -> Self {
        match error {
            EcdhError::InvalidPoint => Self::InvalidPoint(step),
            EcdhError::EqualPublicKeys => Self::EqualPublicKeys(step),
            EcdhError::Identity => Self::Identity(step),
            EcdhError::RandomSource => Self::RandomSource,
        }
    }
}
