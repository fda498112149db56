//! A card in a file.
//!
//! ```text
//! "CHIPWRIGHT CARD\n" | length of the header (4, big-endian) | header, JSON | pages | SHA-256 over all before
//! ```
//!
//! The header says the format version and what the chip is made as; everything else is in the pages. The file holds the
//! card's keys and secrets in clear, as the memory of a real chip does. Bytes of every format version that was ever
//! written stay in `fixtures/` and load for ever.

use crate::card::Card;
use crate::chip::Silicon;
use crate::memory::Memory;
use crate::random::Randomness;
use crate::store::{Store, modernise};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

const MARK: &[u8; 16] = b"CHIPWRIGHT CARD\n";
/// The version that [`Card::save`] writes.
const VERSION: u32 = 2;
const DIGEST: usize = 32;

/// Why bytes are not a card.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Something else altogether.
    #[error("this is not the state of a software card")]
    NotACard,
    /// Written by a later release.
    #[error("the state has format version {found}; this release knows versions up to {known}")]
    Newer {
        /// What the file says.
        found: u32,
        /// What this release knows.
        known: u32,
    },
    /// Shorter or longer than it says.
    #[error("the state is damaged: its parts have {found} bytes where {wanted} belong")]
    Length {
        /// How many there are.
        found: usize,
        /// How many there should be.
        wanted: usize,
    },
    /// The digest at the end is wrong.
    #[error("the state is damaged: its digest does not match")]
    Digest,
    /// The header is not what its version says.
    #[error("the header of the state cannot be read")]
    Header(#[source] serde_json::Error),
}

#[derive(Deserialize)]
struct AnyHeader {
    format: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    format: u32,
    chip: Silicon,
}

impl Card {
    /// The card as bytes. What a power cut would lose is not in them.
    #[must_use]
    pub fn save(&self) -> Vec<u8> {
        let (silicon, memory) = self.parts();
        let header = Header { format: VERSION, chip: silicon.clone() };
        let header = serde_json::to_vec(&header).unwrap_or_default();
        let mut out = MARK.to_vec();
        #[allow(clippy::cast_possible_truncation)] // a few hundred bytes
        out.extend_from_slice(&(header.len() as u32).to_be_bytes());
        out.extend_from_slice(&header);
        out.extend_from_slice(memory.bytes());
        let digest = Sha256::digest(&out);
        out.extend_from_slice(&digest);
        out
    }

    /// The card that [`Card::save`] wrote, powered up. `rng` as for [`Card::blank`].
    ///
    /// # Errors
    /// [`StateError`].
    pub fn load(bytes: &[u8], rng: Randomness) -> Result<Self, StateError> {
        let rest = bytes.strip_prefix(MARK).ok_or(StateError::NotACard)?;
        let short = |wanted| StateError::Length { found: bytes.len(), wanted };
        let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(|| short(MARK.len() + 4))?;
        let length = u32::from_be_bytes(*length) as usize;
        let (header, rest) = rest.split_at_checked(length).ok_or_else(|| short(MARK.len() + 4 + length))?;
        let AnyHeader { format } = serde_json::from_slice(header).map_err(StateError::Header)?;
        if format > VERSION {
            return Err(StateError::Newer { found: format, known: VERSION });
        }
        let (pages, digest) = rest
            .len()
            .checked_sub(DIGEST)
            .and_then(|end| rest.split_at_checked(end))
            .ok_or_else(|| short(bytes.len() - rest.len() + DIGEST))?;
        if Sha256::digest(&bytes[..bytes.len() - DIGEST]).as_slice() != digest {
            return Err(StateError::Digest);
        }
        let Header { chip, .. } = serde_json::from_slice(header).map_err(StateError::Header)?;
        let mut memory = Memory::from_bytes(chip.page_size, pages.to_vec())
            .ok_or(StateError::Length { found: pages.len(), wanted: crate::tables::budget::TOTAL })?;
        if format < 2 {
            // No cut is planned in a memory that has just been made.
            let _powered = modernise(&mut memory);
        }
        Ok(Self::over(chip, Store::new(memory), rng))
    }
}
