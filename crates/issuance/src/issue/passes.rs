//! The passes over one chip, over however many contacts.

use super::Failure;
use chipwright_iso7816::TransportError;
use chipwright_profile::MemberNumber;
use chipwright_registry::ChipId;

/// Contacts in a row that broke before the chip had answered one command.
const MOST_SILENT: u32 = 5;

/// Contacts that broke before the chip came to an end: nobody pulls a chip so often.
const MOST_BROKEN: u32 = 50;

/// The passes over one chip.
#[derive(Default)]
pub(super) struct Passes {
    /// The chip, once one of them could read it.
    chip: Option<ChipId>,
    /// The chip that was read over the contact as it is now. What this contact brings is the fault of no other one.
    seen: Option<ChipId>,
    /// Whose card is on the chip, if not that of the member it was taken for.
    pub(super) other: Option<MemberNumber>,
    /// Passes that failed by fault of the chip, or of a contact that nobody was seen to break.
    pub(super) failed: u32,
    silent: u32,
    broken: u32,
}

/// The chip that a pass has read, beside those before.
pub(super) enum Sight {
    First,
    Again,
    Another,
}

impl Passes {
    /// A contact is made: nobody knows yet to which chip.
    pub(super) const fn contact(&mut self) {
        self.seen = None;
    }

    /// This chip is in place.
    pub(super) fn sees(&mut self, chip: ChipId) -> Sight {
        let sight = match self.chip {
            None => Sight::First,
            Some(before) if before == chip => Sight::Again,
            Some(_) => return Sight::Another,
        };
        self.chip = Some(chip);
        self.seen = Some(chip);
        sight
    }

    /// The chip that failures of this contact may be booked on.
    pub(super) const fn seen(&self) -> Option<ChipId> {
        self.seen
    }

    /// The contact broke; the chip had answered something, or not.
    pub(super) const fn breaks(&mut self, answered: bool) {
        self.broken += 1;
        self.silent = if answered { 0 } else { self.silent + 1 };
    }

    /// A chip is in place again, and the chip before is not to blame for what was. Fails when that has happened too often.
    pub(super) fn restored(&mut self, last: TransportError) -> Result<(), Failure> {
        self.failed = 0;
        if self.silent >= MOST_SILENT || self.broken >= MOST_BROKEN {
            return Err(Failure::Unsteady { times: self.broken, last });
        }
        Ok(())
    }
}
