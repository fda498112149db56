//! What can go wrong, by fault.

use crate::ecdh::EcdhError;
use crate::proof::{NotGenuine, Proof};
use crate::sm::SmError;

/// Why Chip Authentication did not end in a proof. Carries no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChipAuthenticationError {
    /// The chip refused, answered something else, or does not know the private key.
    #[error(transparent)]
    NotGenuine(#[from] NotGenuine),

    // The caller.
    /// Other domain parameters than the ephemeral key's.
    #[error("Chip Authentication over parameters {found} with a key of parameters {wanted}")]
    Parameters {
        /// The parameter id of the ephemeral key's curve.
        wanted: u8,
        /// That of the chip's key.
        found: u8,
    },
    /// The source of random bytes gives no scalar: it is broken.
    #[error("the source of random bytes is broken")]
    RandomSource,

    // Below.
    /// The session that the protocol was run in ended, or the exchange failed.
    #[error(transparent)]
    SecureMessaging(#[from] SmError),
}

impl ChipAuthenticationError {
    /// What an error of the key agreement means for a public key that comes from signed data.
    pub(super) fn of(error: EcdhError, proof: Proof) -> Self {
        match error {
            EcdhError::RandomSource => Self::RandomSource,
            EcdhError::InvalidPoint | EcdhError::EqualPublicKeys | EcdhError::Identity => {
                Self::NotGenuine(NotGenuine::PublicKey(proof))
            }
        }
    }
}
