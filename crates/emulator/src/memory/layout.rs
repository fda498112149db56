//! Where things lie.

use crate::tables::budget;
use serde::{Deserialize, Serialize};

/// A directory record has 64 bytes.
pub(crate) const RECORD: usize = 64;
/// How many the directory has. Directory, journal head and shadows fit the reserve with every page size.
pub(crate) const RECORDS: usize = 44;
/// How many it had in format 1 of the state.
pub(crate) const RECORDS_OF_FORMAT_1: usize = 41;

/// Bytes that the chip writes at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub enum PageSize {
    /// 64 bytes, the contract's chip.
    #[default]
    Bytes64,
    /// 128 bytes.
    Bytes128,
    /// 256 bytes.
    Bytes256,
}

/// A page size that no chip here has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a page has 64, 128 or 256 bytes, not {0}")]
pub struct UnsupportedPageSize(u16);

impl PageSize {
    /// The number.
    #[must_use]
    pub const fn bytes(self) -> usize {
        match self {
            Self::Bytes64 => 64,
            Self::Bytes128 => 128,
            Self::Bytes256 => 256,
        }
    }
}

impl TryFrom<u16> for PageSize {
    type Error = UnsupportedPageSize;

    fn try_from(bytes: u16) -> Result<Self, UnsupportedPageSize> {
        match bytes {
            64 => Ok(Self::Bytes64),
            128 => Ok(Self::Bytes128),
            256 => Ok(Self::Bytes256),
            other => Err(UnsupportedPageSize(other)),
        }
    }
}

impl From<PageSize> for u16 {
    fn from(size: PageSize) -> Self {
        match size {
            PageSize::Bytes64 => 64,
            PageSize::Bytes128 => 128,
            PageSize::Bytes256 => 256,
        }
    }
}

/// A part of the memory with a budget of its own (`tables/budget.toml`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Area {
    Code,
    Portrait,
    Files,
    UpdateSlot,
    Records,
    /// Files and update slot together, which lie side by side: after an update either holds what is current (LIFE-06).
    FileSlots,
}

impl Area {
    /// The areas that make up the chip.
    pub(crate) const ALL: [Self; 5] =
        [Self::Code, Self::Portrait, Self::Files, Self::UpdateSlot, Self::Records];

    /// First byte and length.
    pub(crate) const fn span(self) -> (usize, usize) {
        const CODE: usize = budget::RESERVE;
        const PORTRAIT: usize = CODE + budget::CODE;
        const FILES: usize = PORTRAIT + budget::PORTRAIT;
        const UPDATE_SLOT: usize = FILES + budget::FILES;
        const RECORDS: usize = UPDATE_SLOT + budget::UPDATE_SLOT;
        match self {
            Self::Code => (CODE, budget::CODE),
            Self::Portrait => (PORTRAIT, budget::PORTRAIT),
            Self::Files => (FILES, budget::FILES),
            Self::UpdateSlot => (UPDATE_SLOT, budget::UPDATE_SLOT),
            Self::Records => (RECORDS, budget::RECORDS),
            Self::FileSlots => (FILES, budget::FILES + budget::UPDATE_SLOT),
        }
    }

    /// Its pages.
    pub(crate) const fn pages(self, size: PageSize) -> std::ops::Range<usize> {
        let (start, length) = self.span();
        start / size.bytes()..(start + length) / size.bytes()
    }
}
