//! The registry of the home, for reading.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::Home;
use chipwright_profile::CardNumber;
use chipwright_registry::{ChipId, Error, Fault, Registry, View};
use jiff::Timestamp;

/// Opens it for reading; another process may be writing.
pub(crate) fn view(home: &Home) -> Result<View, Failure> {
    View::open(&home.registry()).map_err(|error| failure(&error))
}

/// Opens it for writing: one process at a time.
pub(crate) fn open(home: &Home) -> Result<Registry, Failure> {
    Registry::open(&home.registry(), Timestamp::now()).map_err(|error| failure(&error))
}

/// The newest card that was ever on this chip.
pub(crate) fn last_card_on(view: &View, chip: &ChipId) -> Result<Option<CardNumber>, Failure> {
    let mut newest: Option<(Timestamp, CardNumber)> = None;
    view.for_each_card(&mut |card| {
        if card.chip == Some(*chip) && newest.as_ref().is_none_or(|(at, _)| *at < card.changed_at) {
            newest = Some((card.changed_at, card.number));
        }
    })
    .map_err(|error| failure(&error))?;
    Ok(newest.map(|(_, number)| number))
}

/// A registry's error in the words of the command line.
pub(crate) fn failure(error: &Error) -> Failure {
    let exit = match error.fault() {
        Fault::Operator | Fault::Storage => Exit::Configuration,
        Fault::Card => Exit::Card,
        _ => Exit::Ours,
    };
    Failure::of(exit, error, error.remedy())
}
