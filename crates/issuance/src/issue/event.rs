//! What happens in a run, as it happens. Texts are made by whoever shows them; only the member number names a person.

use super::Failure;
use crate::intake::BadRow;
use chipwright_perso::{CostReport, Progress};
use chipwright_profile::{CardNumber, MemberNumber};
use chipwright_registry::{ChipId, Reason};

/// Something that happened.
#[derive(Debug)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A row was refused; it belongs into the rejects file.
    Rejected(&'a BadRow),
    /// The member has an issued card already.
    AlreadyIssued {
        /// Line of the file.
        line: u64,
        /// The member.
        member: &'a MemberNumber,
        /// The card.
        card: &'a CardNumber,
    },
    /// Work on a member begins.
    Began {
        /// Line of the file.
        line: u64,
        /// The member.
        member: &'a MemberNumber,
    },
    /// A chip is in place.
    Chip {
        /// The chip.
        chip: &'a ChipId,
    },
    /// Work that an earlier run left on this chip is continued.
    Resumed {
        /// The chip.
        chip: &'a ChipId,
        /// The card.
        card: &'a CardNumber,
        /// The member.
        member: &'a MemberNumber,
    },
    /// How far the work on the chip is.
    Progress(Progress),
    /// The chip is prepared.
    Prepared {
        /// The chip.
        chip: &'a ChipId,
        /// What it cost; empty if it was prepared before.
        cost: &'a CostReport,
    },
    /// A card was allocated to the member.
    Allocated {
        /// The member.
        member: &'a MemberNumber,
        /// The card.
        card: &'a CardNumber,
    },
    /// The card is finalised; nobody has accepted it yet.
    Finalised {
        /// The card.
        card: &'a CardNumber,
        /// The chip.
        chip: &'a ChipId,
        /// What writing cost; `None` when it was found finalised.
        cost: Option<&'a CostReport>,
    },
    /// The card was read back over a fresh connection, accepted and recorded.
    Issued {
        /// The member.
        member: &'a MemberNumber,
        /// The card.
        card: &'a CardNumber,
        /// The chip.
        chip: &'a ChipId,
        /// What the inspection proved.
        accepted: &'a chipwright_verify::Accepted,
    },
    /// The pass over the chip failed and is repeated.
    Retry {
        /// The cause.
        failure: &'a Failure,
    },
    /// The chip is spoiled.
    Spoiled {
        /// The chip, if it could be read.
        chip: Option<&'a ChipId>,
        /// Why.
        why: &'a Reason,
        /// The cause, if it was a failure.
        failure: Option<&'a Failure>,
    },
    /// The chip is laid aside, usable later.
    SetAside {
        /// The chip, if it could be read.
        chip: Option<&'a ChipId>,
        /// Why.
        why: &'a Reason,
        /// The cause, if it was a failure.
        failure: Option<&'a Failure>,
    },
    /// A card was revoked.
    Revoked {
        /// The card.
        card: &'a CardNumber,
        /// Why.
        why: &'a Reason,
    },
    /// An allocation was given up before it was finalised.
    Abandoned {
        /// The card.
        card: &'a CardNumber,
        /// Why.
        why: &'a Reason,
    },
    /// Letters of this card that were printed, if there are any, no longer hold and are to be destroyed.
    LetterVoid {
        /// The card.
        card: &'a CardNumber,
        /// Another letter of it was printed just now, which holds.
        replaced: bool,
    },
    /// The member's card may lie finalised on a chip that is not here.
    Waiting {
        /// The member.
        member: &'a MemberNumber,
        /// The chip to insert.
        chip: &'a ChipId,
    },
    /// The member has no card after this run.
    Failed {
        /// Line of the file.
        line: u64,
        /// The member.
        member: &'a MemberNumber,
        /// The cause.
        failure: &'a Failure,
    },
}
