//! The software cards of a home as a card feeder presents them.

use crate::emulator_reader::{CardName, EmulatorReader};
use crate::failure::Failure;
use crate::home::Home;
use crate::output::Output;
use crate::recording::Seat;
use crate::registry;
use chipwright_iso7816::Transport;
use chipwright_issuance::Language;
use chipwright_issuance::issue::{FeedError, Feeder, Pile};
use chipwright_registry::{BlankStage, CardStatus, ChipId, Error, View};
use std::collections::VecDeque;

/// Software cards, one after the other.
pub(crate) struct EmulatorFeeder<'a> {
    home: &'a Home,
    waiting: VecDeque<CardName>,
    seat: Seat,
}

impl<'a> EmulatorFeeder<'a> {
    /// These cards without those that are done with: used or spoiled, and nothing on them waits to be finished.
    ///
    /// A card whose file cannot be used is told and left out.
    pub(crate) fn of(home: &'a Home, names: Vec<CardName>, seat: Seat, out: Output) -> Result<Self, Failure> {
        let view = registry::view(home)?;
        let mut waiting = VecDeque::new();
        for name in names {
            let card = match EmulatorReader::look(home, &name) {
                Ok(card) => card,
                Err(failure) => {
                    failure.lines(out.language).iter().for_each(|line| out.say(line));
                    continue;
                }
            };
            let chip = ChipId(card.chip_identifier());
            if !is_done(&view, &chip).map_err(|error| registry::failure(&error))? {
                waiting.push_back(name);
            }
        }
        Ok(Self { home, waiting, seat })
    }
}

fn is_done(view: &View, chip: &ChipId) -> Result<bool, Error> {
    let used = view.blank(chip)?.is_some_and(|blank| {
        matches!(blank.stage, BlankStage::Used | BlankStage::Returned | BlankStage::Spoiled)
    });
    Ok(used && view.live_card_on(chip)?.is_none_or(|card| card.status == CardStatus::Issued))
}

impl Feeder for EmulatorFeeder<'_> {
    fn load(&mut self) -> Result<Option<&mut dyn Transport>, FeedError> {
        if self.seat.card().is_none()
            && let Some(name) = self.waiting.pop_front()
        {
            let reader = EmulatorReader::open(self.home, &name).map_err(|failure| FeedError {
                what: failure.lines(Language::En).join("; "),
                source: None,
            })?;
            self.seat.put(Box::new(reader));
        }
        Ok(self.seat.card())
    }

    fn eject(&mut self, _pile: Pile) -> Result<(), FeedError> {
        self.seat.clear();
        Ok(())
    }
}
