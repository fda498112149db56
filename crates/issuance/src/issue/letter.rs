//! PINs leave the station on sealed letters only: who keeps them is handed in.

use chipwright_profile::{CardNumber, Pin, Puk};
use jiff::Timestamp;
use std::error::Error;

/// A member's first PIN and PUK.
#[derive(Debug)]
pub struct Letter<'a> {
    /// Whose, in national characters.
    pub name: &'a str,
    /// The member's unit.
    pub unit: &'a str,
    /// Of which card.
    pub card: &'a CardNumber,
    /// The PIN.
    pub pin: &'a Pin,
    /// The PUK.
    pub puk: &'a Puk,
    /// When it is written.
    pub at: Timestamp,
}

/// Where letters are kept until they are sealed.
pub trait Letters {
    /// Keeps the letter, durably: it is asked before the card can become final. A later letter for the same card takes the place of this one.
    ///
    /// # Errors
    /// [`LetterError`] when it was not kept; the card is not written then.
    fn keep(&mut self, letter: &Letter<'_>) -> Result<(), LetterError>;
}

/// A letter was not kept.
#[derive(Debug, thiserror::Error)]
#[error("the PIN letter could not be kept: {0}")]
pub struct LetterError(#[source] pub Box<dyn Error + Send + Sync>);
