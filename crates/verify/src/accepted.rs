//! Proof that a card was accepted.

use chipwright_profile::{CardNumber, StatusReference};
use jiff::Timestamp;

/// A card that was read over the given connection and found genuine and valid. Only this crate can make one, and only from a report
/// whose verdict is *valid*: the registry's `mark_issued` takes it, so no card counts as issued that was not read back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Accepted {
    pub(crate) card_number: CardNumber,
    pub(crate) security_object_digest: [u8; 32],
    pub(crate) status: StatusReference,
    pub(crate) at: Timestamp,
}

impl Accepted {
    /// The card number in DG1.
    #[must_use]
    pub const fn card_number(&self) -> &CardNumber {
        &self.card_number
    }

    /// SHA-256 of EF.SOD as read.
    #[must_use]
    pub const fn security_object_digest(&self) -> [u8; 32] {
        self.security_object_digest
    }

    /// The card's place in the status list, from DG13.
    #[must_use]
    pub const fn status(&self) -> StatusReference {
        self.status
    }

    /// The time for which it was accepted.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        self.at
    }
}
