//! Where chips come from and where they go.

use chipwright_iso7816::{Transport, TransportError};

/// Where a chip goes when it leaves the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pile {
    /// Issued cards.
    Issued,
    /// Chips that must not be used; also cards that were revoked before they were issued.
    Spoiled,
    /// Chips that may be used later: prepared, torn, of another batch.
    Left,
}

/// What came of a broken contact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contact {
    /// A chip is in place and may have been there all the time: the pass counts against it.
    InPlace,
    /// Somebody took the chip out, or its reader went away, and a chip is in place again, perhaps another one. No chip is to blame.
    Restored,
    /// No chip is in place, and nobody waits for one any more.
    GivenUp,
}

/// A source of chips: one reader and a person, a card feeder, or a stack of software cards.
pub trait Feeder {
    /// The chip in place; puts the next one in place if there is none. A chip left in the reader by an earlier run comes first. `None`:
    /// no chips are left.
    ///
    /// # Errors
    /// [`FeedError`].
    fn load(&mut self) -> Result<Option<&mut dyn Transport>, FeedError>;

    /// Takes the chip in place away.
    ///
    /// # Errors
    /// [`FeedError`].
    fn eject(&mut self, pile: Pile) -> Result<(), FeedError>;

    /// The contact to the chip in place broke for this cause. Whoever can wait for it to be put back waits here, however long.
    ///
    /// # Errors
    /// [`FeedError`].
    fn restore(&mut self, lost: &TransportError) -> Result<Contact, FeedError> {
        let _ = lost;
        Ok(Contact::InPlace)
    }

    /// The run is over; a chip in place may stay there.
    ///
    /// # Errors
    /// [`FeedError`].
    fn close(&mut self) -> Result<(), FeedError> {
        Ok(())
    }
}

/// The feeder failed.
#[derive(Debug, thiserror::Error)]
#[error("the feeder cannot go on: {what}")]
pub struct FeedError {
    /// What happened, for people.
    pub what: String,
    /// The cause.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}
