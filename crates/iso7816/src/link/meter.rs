//! Modelled time, added up over the exchanges of a card.

use super::{Chip, Link, Work};
use crate::Command;
use std::time::Duration;

/// How long the exchanges so far would have taken, on each link of [`Link::STANDARD`] and in the chip alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Meter {
    chip: Chip,
    links: [Duration; Link::STANDARD.len()],
    in_chip: Duration,
}

impl Meter {
    /// With nothing on it.
    #[must_use]
    pub const fn new(chip: Chip) -> Self {
        Self { chip, links: [Duration::ZERO; Link::STANDARD.len()], in_chip: Duration::ZERO }
    }

    /// Adds one exchange: the command as it is sent, the bytes it has, and the bytes that came back.
    pub fn add(&mut self, command: &Command, sent: usize, received: usize) {
        let work = self.chip.time(&Work::of(command, received));
        self.in_chip += work;
        for (total, link) in self.links.iter_mut().zip(Link::STANDARD) {
            *total += link.time(sent, received, work);
        }
    }

    /// Adds work of the chip that no command shows: under a secure channel the making of a key pair looks like any other data.
    pub fn add_work(&mut self, work: &Work) {
        let time = self.chip.time(work).saturating_sub(self.chip.command);
        self.in_chip += time;
        self.links.iter_mut().for_each(|total| *total += time);
    }

    /// Adds what another has.
    pub fn add_meter(&mut self, other: &Self) {
        self.in_chip += other.in_chip;
        self.links.iter_mut().zip(other.links).for_each(|(total, more)| *total += more);
    }

    /// The mean over so many.
    #[must_use]
    pub fn mean(&self, over: u32) -> Self {
        let over = over.max(1);
        Self { links: self.links.map(|total| total / over), in_chip: self.in_chip / over, ..*self }
    }

    /// The modelled time on each standard link.
    pub fn links(&self) -> impl Iterator<Item = (Link, Duration)> + use<> {
        Link::STANDARD.into_iter().zip(self.links)
    }

    /// The part of it that the chip works.
    #[must_use]
    pub const fn in_chip(&self) -> Duration {
        self.in_chip
    }

    /// What was added since `before`.
    #[must_use]
    pub fn since(&self, before: &Self) -> Self {
        let mut links = self.links;
        for (total, earlier) in links.iter_mut().zip(before.links) {
            *total = total.saturating_sub(earlier);
        }
        Self { chip: self.chip, links, in_chip: self.in_chip.saturating_sub(before.in_chip) }
    }
}

impl Default for Meter {
    fn default() -> Self {
        Self::new(Chip::JAVA_CARD)
    }
}
