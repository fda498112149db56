//! What came of a run.

use super::Failure;

/// How it ended for one row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// A card was issued.
    Issued,
    /// The member had an issued card before.
    AlreadyIssued,
    /// The row was refused.
    Rejected,
    /// No card, for a cause that was reported.
    Failed,
    /// The card may lie finalised on a chip that is not here.
    Waiting,
    /// Begun and to be continued: the contact broke.
    Interrupted,
    /// No chip was left.
    NoBlank,
}

/// Chips of this run: `taken = good + spoiled + left`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Blanks {
    /// Put in place.
    pub taken: u64,
    /// Now issued cards.
    pub good: u64,
    /// Not to be used.
    pub spoiled: u64,
    /// Laid aside, or still in place.
    pub left: u64,
}

impl Blanks {
    /// Does every chip appear once?
    #[must_use]
    pub const fn balanced(&self) -> bool {
        self.taken == self.good + self.spoiled + self.left
    }
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Summary {
    /// Rows read.
    pub rows: u64,
    /// Cards issued to rows of the list.
    pub issued: u64,
    /// Cards issued that an earlier run had left in work.
    pub resumed: u64,
    /// Members who had an issued card.
    pub already_issued: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Members without a card for a cause that was reported.
    pub failed: u64,
    /// Members whose card may lie finalised on a chip that is not here.
    pub waiting: u64,
    /// Members whose card is begun.
    pub interrupted: u64,
    /// Cards revoked.
    pub revoked: u64,
    /// Chips prepared.
    pub prepared: u64,
    /// The chips.
    pub blanks: Blanks,
    /// Why the run ended before the list; `None`: it did not.
    pub stopped: Option<Failure>,
    /// A chip is in place and was counted as taken.
    pub(super) in_place: bool,
}

impl Summary {
    /// A row that had ended one way has ended another way after all.
    pub(super) const fn mend(&mut self, before: Ending, now: Ending) {
        match before {
            Ending::Waiting => self.waiting -= 1,
            Ending::Interrupted => self.interrupted -= 1,
            _ => {}
        }
        self.count(now);
    }

    pub(super) const fn count(&mut self, ending: Ending) {
        match ending {
            Ending::Issued => self.issued += 1,
            Ending::AlreadyIssued => self.already_issued += 1,
            Ending::Rejected => self.rejected += 1,
            Ending::Failed => self.failed += 1,
            Ending::Waiting => self.waiting += 1,
            Ending::Interrupted => self.interrupted += 1,
            Ending::NoBlank => {}
        }
    }
}
