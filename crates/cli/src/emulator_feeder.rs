//! The software cards of a home as a card feeder presents them.

use crate::emulator_reader::{CardName, EmulatorReader};
use crate::failure::Failure;
use crate::home::Home;
use crate::registry;
use chipwright_iso7816::Transport;
use chipwright_issuance::Language;
use chipwright_issuance::issue::{FeedError, Feeder, Pile};
use chipwright_registry::{CardStatus, ChipId};
use std::collections::{HashSet, VecDeque};

/// Software cards, one after the other.
pub(crate) struct EmulatorFeeder<'a> {
    home: &'a Home,
    waiting: VecDeque<CardName>,
    inside: Option<EmulatorReader>,
}

impl<'a> EmulatorFeeder<'a> {
    /// These cards without those that the registry has as issued: they lie on the pile of issued cards.
    pub(crate) fn of(home: &'a Home, names: Vec<CardName>) -> Result<Self, Failure> {
        let mut issued: HashSet<ChipId> = HashSet::new();
        registry::view(home)?
            .for_each_card(&mut |card| {
                if let (CardStatus::Issued, Some(chip)) = (card.status, card.chip) {
                    issued.insert(chip);
                }
            })
            .map_err(|error| registry::failure(&error))?;
        let mut waiting = VecDeque::new();
        for name in names {
            let chip = EmulatorReader::look(home, &name)?.chip_identifier();
            if !issued.contains(&ChipId(chip)) {
                waiting.push_back(name);
            }
        }
        Ok(Self { home, waiting, inside: None })
    }
}

impl Feeder for EmulatorFeeder<'_> {
    fn load(&mut self) -> Result<Option<&mut dyn Transport>, FeedError> {
        if self.inside.is_none()
            && let Some(name) = self.waiting.pop_front()
        {
            let reader = EmulatorReader::open(self.home, &name).map_err(|failure| FeedError {
                what: failure.lines(Language::En).join("; "),
                source: None,
            })?;
            self.inside = Some(reader);
        }
        Ok(self.inside.as_mut().map(|reader| reader as &mut dyn Transport))
    }

    fn eject(&mut self, _pile: Pile) -> Result<(), FeedError> {
        self.inside = None;
        Ok(())
    }
}
