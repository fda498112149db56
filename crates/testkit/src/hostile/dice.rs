//! Deeds drawn by a seed.

use super::{Aim, Deed};
use chipwright_emulator::{Randomness, seeded_rng};

/// Draws that are the same for the same seed.
pub struct Dice(Randomness);

impl Dice {
    /// With this seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seeded_rng(seed))
    }

    /// A number below `below`.
    ///
    /// # Panics
    /// For 0.
    pub fn below(&mut self, below: usize) -> usize {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        usize::try_from(u64::from_be_bytes(bytes) % u64::try_from(below).unwrap()).unwrap()
    }

    /// Up to `most` bytes.
    pub fn bytes(&mut self, most: usize) -> Vec<u8> {
        let mut bytes = vec![0; self.below(most + 1)];
        (self.0)(&mut bytes);
        bytes
    }

    /// One of these.
    pub fn one_of<'a, T>(&mut self, these: &'a [T]) -> &'a T {
        &these[self.below(these.len())]
    }

    /// A status word: often one that means something.
    pub fn status(&mut self) -> u16 {
        if self.below(2) == 0 {
            return *self.one_of(&super::STATUS_WORDS);
        }
        u16::try_from(self.below(0x1_0000)).unwrap()
    }

    /// Once, or from there on, at command `at`.
    pub fn aim(&mut self, at: u64) -> Aim {
        if self.below(8) == 0 { Aim::From(at) } else { Aim::At(at) }
    }

    /// Any generic deed.
    pub fn deed(&mut self) -> Deed {
        match self.below(14) {
            0 | 1 => Deed::Flip(self.below(1000)),
            2 => Deed::Half,
            3 => Deed::Cut(self.below(40)),
            4 => Deed::Longer(1 + self.below(300)),
            5 => Deed::Replay,
            6 => Deed::Zeros,
            7 => Deed::NoData,
            8 => Deed::Status(self.status()),
            9 => Deed::Forged(self.status().to_be_bytes().to_vec()),
            10 => Deed::MoreForEver(self.below(256)),
            11 => Deed::Xor(self.below(200), self.bytes(8)),
            12 => Deed::Instead(self.bytes(300)),
            _ => Deed::MoreAndWrongLe,
        }
    }
}
