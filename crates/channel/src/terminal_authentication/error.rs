//! What can go wrong, by fault.

use crate::ecdh::EcdhError;
use crate::scp03::KeyError;
use crate::sm::SmError;
use chipwright_iso7816::StatusWord;
use std::fmt;

/// The commands of Terminal Authentication after the certificates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// MSE:Set AT.
    SetAt,
    /// GET CHALLENGE.
    Challenge,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SetAt => "the choice of Terminal Authentication (MSE:Set AT)",
            Self::Challenge => "the challenge of Terminal Authentication (GET CHALLENGE)",
        })
    }
}

/// Why the terminal is not authenticated. Carries no key.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TerminalAuthenticationError {
    // The terminal's certificates and key.
    /// No certificate to present.
    #[error("there is no terminal certificate to present")]
    EmptyChain,
    /// The card does not know the authority of a certificate.
    #[error("the card does not know the authority of terminal certificate {number} ({status})")]
    UnknownAuthority {
        /// Which certificate of the chain, counted from 1.
        number: usize,
        /// The card's status.
        status: StatusWord,
    },
    /// The card refused a certificate: it does not verify under its authority, or has expired by the card's date (`6300`); or the
    /// card cannot read it.
    #[error("the card refused terminal certificate {number} with {status}")]
    CertificateRefused {
        /// Which certificate of the chain, counted from 1.
        number: usize,
        /// The card's status.
        status: StatusWord,
    },
    /// The card refused the signature over its challenge: the key is not that of the certificate.
    #[error("the card refused the terminal's signature with {status}")]
    SignatureRefused {
        /// The card's status.
        status: StatusWord,
    },
    /// The terminal's key failed to sign.
    #[error(transparent)]
    Key(#[from] KeyError),

    // The card.
    /// The card refused another step.
    #[error("the card refused {step} with {status}")]
    CardRefused {
        /// Which step.
        step: Step,
        /// The card's status.
        status: StatusWord,
    },
    /// A challenge of another length than 8 bytes.
    #[error("the card's challenge has {0} bytes instead of 8")]
    ChallengeLength(usize),

    // The caller.
    /// The source of random bytes gives no scalar: it is broken.
    #[error("the source of random bytes is broken")]
    RandomSource,

    // Below.
    /// The session ended, or the exchange failed.
    #[error(transparent)]
    SecureMessaging(#[from] SmError),
}

impl From<EcdhError> for TerminalAuthenticationError {
    /// Making a key fails for nothing else.
    fn from(_: EcdhError) -> Self {
        Self::RandomSource
    }
}
