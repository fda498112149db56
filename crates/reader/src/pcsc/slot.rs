//! What is in a reader, read from PC/SC's event state.

use ::pcsc::State;
use chipwright_iso7816::Atr;

/// A reader and what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReaderStatus {
    /// Its name in PC/SC.
    pub name: String,
    /// What is in it.
    pub slot: Slot,
}

/// What is in a reader.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Slot {
    /// Nothing.
    Empty,
    /// A card that answered the reset.
    Card(Atr),
    /// Something that gave no answer to reset, or none that is valid.
    NoAnswerToReset,
    /// A card that another program (or another part of this one) holds.
    InUse,
    /// The reader cannot be used now.
    Unavailable,
}

impl Slot {
    /// From the state and the answer-to-reset that PC/SC reports.
    pub(super) fn read(state: State, atr: &[u8]) -> Self {
        if state.intersects(State::UNKNOWN | State::UNAVAILABLE | State::IGNORE) {
            return Self::Unavailable;
        }
        if !state.contains(State::PRESENT) {
            return Self::Empty;
        }
        if state.intersects(State::EXCLUSIVE | State::INUSE) {
            return Self::InUse;
        }
        if state.contains(State::MUTE) {
            return Self::NoAnswerToReset;
        }
        Atr::parse(atr).map_or(Self::NoAnswerToReset, Self::Card)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_told_apart() {
        let atr = Atr::contactless(&[0x80, 0x71, 0xC0]);
        let read = |state| Slot::read(state, atr.as_bytes());
        assert_eq!(read(State::EMPTY), Slot::Empty);
        assert_eq!(read(State::PRESENT), Slot::Card(atr.clone()));
        assert_eq!(read(State::PRESENT | State::CHANGED), Slot::Card(atr.clone()));
        assert_eq!(read(State::PRESENT | State::EXCLUSIVE), Slot::InUse);
        assert_eq!(read(State::PRESENT | State::INUSE), Slot::InUse);
        assert_eq!(read(State::PRESENT | State::MUTE), Slot::NoAnswerToReset);
        assert_eq!(read(State::UNKNOWN | State::CHANGED), Slot::Unavailable);
        assert_eq!(read(State::UNAVAILABLE), Slot::Unavailable);
    }

    #[test]
    fn a_card_without_a_valid_answer_to_reset_gave_none() {
        assert_eq!(Slot::read(State::PRESENT, &[]), Slot::NoAnswerToReset);
        assert_eq!(Slot::read(State::PRESENT, &[0x3B]), Slot::NoAnswerToReset);
        assert_eq!(Slot::read(State::PRESENT, &[0x00; 33]), Slot::NoAnswerToReset);
    }
}
