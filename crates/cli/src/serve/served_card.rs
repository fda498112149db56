//! A software card in a slot: faults armed while it is there are heeded, and it can be pulled at a command.

use crate::emulator_reader::EmulatorReader;
use chipwright_iso7816::{Atr, Transport, TransportError};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// When a card is pulled, in commands from now; shared with the owner of the slot.
#[derive(Debug, Clone, Default)]
pub(super) struct PullAt(Arc<AtomicU64>);

impl PullAt {
    /// At the `n`-th command from now; 0: not at all.
    pub(super) fn set(&self, n: u64) {
        self.0.store(n, Ordering::SeqCst);
    }

    /// One command more; whether it is this one.
    fn is_now(&self) -> bool {
        let next = |left: u64| left.checked_sub(1);
        self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, next) == Ok(1)
    }
}

/// The card.
pub(super) struct ServedCard {
    reader: EmulatorReader,
    pull_at: PullAt,
    pulled: bool,
}

impl ServedCard {
    pub(super) const fn new(reader: EmulatorReader, pull_at: PullAt) -> Self {
        Self { reader, pull_at, pulled: false }
    }
}

impl Transport for ServedCard {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.pulled {
            return Err(TransportError::CardRemoved);
        }
        self.reader.heed_faults();
        let response = self.reader.transmit(command);
        if self.pull_at.is_now() {
            self.pulled = true;
            return Err(TransportError::CardRemoved);
        }
        response
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        if self.pulled {
            return Err(TransportError::CardRemoved);
        }
        self.reader.heed_faults();
        self.reader.reset()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::armed_fault::{ArmedFault, Tear};
    use crate::configuration::{Configuration, Mode};
    use crate::emulator_reader::{self, CardName};
    use crate::home::Home;
    use chipwright_emulator::{Card, ChipConfig};

    const CPLC: [u8; 5] = [0x80, 0xCA, 0x9F, 0x7F, 0x00];

    fn card(home: &Home, pull_at: &PullAt) -> ServedCard {
        let name = CardName::parse("a").unwrap();
        if !name.state_file(home).exists() {
            let blank = Card::blank(ChipConfig::default(), crate::randomness::source());
            emulator_reader::create(home, &name, &blank).unwrap();
        }
        ServedCard::new(EmulatorReader::open(home, &name).unwrap(), pull_at.clone())
    }

    #[test]
    fn a_card_is_pulled_at_its_command_and_stays_out() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::being_made(folder.path().to_owned(), Configuration::new(Mode::Test));
        let pull_at = PullAt::default();
        let mut served = card(&home, &pull_at);
        served.transmit(&CPLC).unwrap();
        pull_at.set(2);
        served.transmit(&CPLC).unwrap();
        assert_eq!(served.transmit(&CPLC), Err(TransportError::CardRemoved));
        assert_eq!(served.reset(), Err(TransportError::CardRemoved));
        drop(served);
        card(&home, &pull_at).transmit(&CPLC).unwrap();
    }

    #[test]
    fn a_fault_armed_while_the_card_is_in_is_heeded() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::being_made(folder.path().to_owned(), Configuration::new(Mode::Test));
        let mut served = card(&home, &PullAt::default());
        served.transmit(&CPLC).unwrap();
        let state = CardName::parse("a").unwrap().state_file(&home);
        ArmedFault::set(&state, Tear::AfterApdus(1)).unwrap();
        served.transmit(&CPLC).unwrap();
        ArmedFault::set(&state, Tear::AfterApdus(2)).unwrap();
        served.transmit(&CPLC).unwrap();
        served.transmit(&CPLC).unwrap();
        assert_eq!(served.transmit(&CPLC), Err(TransportError::CardRemoved));
        assert!(ArmedFault::beside(&state).unwrap().is_none(), "it has fired");
        served.reset().unwrap();
        ArmedFault::set(&state, Tear::AfterApdus(0)).unwrap();
        served.reset().unwrap();
        ArmedFault::disarm(&state).unwrap();
        served.transmit(&CPLC).unwrap();
    }
}
