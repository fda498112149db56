//! PINs leave the station on sealed letters only: who composes and prints them is handed in.

use chipwright_profile::{CardNumber, Pin, Puk};
use jiff::Timestamp;
use std::error::Error;
use zeroize::Zeroizing;

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
    /// When it is written; of two letters of a card the later one holds.
    pub at: Timestamp,
}

/// Composes letters, and prints them.
pub trait Letters {
    /// The letter as it goes to the printer; nothing is printed yet.
    ///
    /// # Errors
    /// [`LetterError::Content`] when this member can have no letter.
    fn compose(&mut self, letter: &Letter<'_>) -> Result<Zeroizing<Vec<u8>>, LetterError>;

    /// Prints the letter: it is asked when everything else is on the card, and before the card can become final.
    ///
    /// # Errors
    /// [`LetterError::Printer`]; the card does not become final then.
    fn print(&mut self, sheet: &[u8]) -> Result<(), LetterError>;
}

/// There is no letter.
#[derive(Debug, thiserror::Error)]
pub enum LetterError {
    /// Not for this member.
    #[error("the PIN letter could not be composed: {0}")]
    Content(#[source] Box<dyn Error + Send + Sync>),
    /// The printer did not take it.
    #[error("the PIN letter was not printed, and nothing was made final: {0}")]
    Printer(#[source] Box<dyn Error + Send + Sync>),
}

/// A letter that is printed when its card is about to become final.
pub(crate) struct Envelope<'e> {
    pub(crate) sheet: Zeroizing<Vec<u8>>,
    pub(crate) printer: &'e mut dyn Letters,
    /// It was handed to the printer, whatever that made of it.
    pub(crate) is_out: bool,
}

impl<'e> Envelope<'e> {
    pub(crate) fn new(sheet: Zeroizing<Vec<u8>>, printer: &'e mut dyn Letters) -> Self {
        Self { sheet, printer, is_out: false }
    }

    pub(crate) fn print(&mut self) -> Result<(), LetterError> {
        self.is_out = true;
        self.printer.print(&self.sheet)
    }
}
