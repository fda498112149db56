//! What proves that a chip is genuine, and what a failed proof is called.

use crate::sm::SmError;
use chipwright_iso7816::StatusWord;
use chipwright_iso7816::tlv::TlvError;
use std::fmt;

/// The protocols that prove a chip genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Proof {
    /// PACE with Chip Authentication Mapping (9303-11, 4.4.3.3.3).
    ChipAuthenticationMapping,
    /// Chip Authentication version 1 (9303-11, 6.2).
    ChipAuthentication1,
    /// Chip Authentication version 2 (TR-03110-2, 3.4).
    ChipAuthentication2,
    /// Active Authentication (9303-11, 6.1).
    ActiveAuthentication,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ChipAuthenticationMapping => "PACE with Chip Authentication Mapping",
            Self::ChipAuthentication1 => "Chip Authentication version 1",
            Self::ChipAuthentication2 => "Chip Authentication version 2",
            Self::ActiveAuthentication => "Active Authentication",
        })
    }
}

/// Proof that the chip holds the private key of a public key. Only the protocols of this crate make one.
///
/// It says nothing about who signed the public key: whoever reads the proof compares [`public_key`](Self::public_key)
/// with signed data.
#[derive(Debug, PartialEq, Eq)]
pub struct ChipProven {
    by: Proof,
    public_key: Vec<u8>,
}

impl ChipProven {
    pub(crate) fn new(by: Proof, public_key: &[u8]) -> Self {
        Self { by, public_key: public_key.to_vec() }
    }

    /// Which protocol.
    #[must_use]
    pub const fn by(&self) -> Proof {
        self.by
    }

    /// The public key whose private half the chip was seen to use, uncompressed.
    #[must_use]
    pub fn public_key(&self) -> &[u8] {
        &self.public_key
    }
}

/// Why a chip that promised a proof is not proven genuine. Carries no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotGenuine {
    /// The card refused what it promises.
    #[error("the card refused {proof} with {status}")]
    Refused {
        /// Which proof.
        proof: Proof,
        /// The card's status.
        status: StatusWord,
    },
    /// The answer is not the data object that must stand there.
    #[error("the card's answer in {proof} is malformed: {error}")]
    Malformed {
        /// Which proof.
        proof: Proof,
        /// What is wrong with it.
        #[source]
        error: TlvError,
    },
    /// The public key of the chip is no uncompressed point of its curve.
    #[error("the chip's public key for {0} is not a point of the curve")]
    PublicKey(Proof),
    /// The signature over the challenge is wrong.
    #[error("the chip's signature over the challenge is wrong")]
    Signature,
    /// The authentication token of Chip Authentication 2 is wrong.
    #[error("the chip's token in Chip Authentication version 2 is wrong")]
    Token,
    /// The first response after Chip Authentication 1 is not protected with the new keys.
    #[error("the chip does not know the keys of Chip Authentication version 1: {0}")]
    FirstResponse(#[source] SmError),
    /// PACE with Chip Authentication Mapping ended without the encrypted chip authentication data.
    #[error("the card promised Chip Authentication Mapping and sent no chip authentication data")]
    MappingDataMissing,
    /// The chip authentication data is no scalar of the curve, encrypted with the session key.
    #[error("the card's encrypted chip authentication data is malformed")]
    MappingData,
    /// The chip authentication data does not belong to this key and this session.
    #[error("the card's chip authentication data does not fit its key and this session")]
    Mapping,
}
