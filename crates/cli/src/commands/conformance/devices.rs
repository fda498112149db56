//! What scenarios are run on: copies of a software card, or the one chip in a reader.

use crate::commands::card::perso_failure;
use crate::emulator_reader::{CardName, EmulatorReader};
use crate::failure::Failure;
use crate::home::Home;
use crate::randomness;
use crate::readers::Present;
use crate::station_keys::StationKeys;
use chipwright_channel::KeySize as ChannelKeySize;
use chipwright_channel::scp03::{KeyError, KeyRole, StaticKeys};
use chipwright_conformance::{Blank, Cut, Device, Interface, Unable};
use chipwright_emulator::scp03::{KeySize, Parameter};
use chipwright_emulator::{
    Card, ChipConfig, CountAt, Fault, Interface as ChipInterface, Package, PersonalisationPath,
    TransportKeys as ChipKeys,
};
use chipwright_iso7816::{Atr, Exchanger, LengthMode, Transport, TransportError};
use chipwright_perso::{ChipProfile, PersoError, Stage, survey};
use std::time::Duration;
use zeroize::Zeroizing;

/// A software card of the home, copied for every scenario; blanks of other kinds are made.
pub(super) struct Copies {
    name: String,
    state: Zeroizing<Vec<u8>>,
    found: Found,
    card: Card,
    made: u32,
}

/// What is in the reader.
struct Found {
    stage: Stage,
    blank: Blank,
}

impl Copies {
    pub(super) fn of(home: &Home, name: &CardName, profile: &ChipProfile) -> Result<Self, Failure> {
        let mut card = EmulatorReader::look(home, name)?;
        let state = Zeroizing::new(card.save());
        let found = Found::of(&mut card, LengthMode::Extended, profile)?;
        Ok(Self { name: format!("emulator:{}", name.as_str()), state, found, card, made: 0 })
    }

    fn copy(&mut self) -> Result<(), Unable> {
        self.card = Card::load(&self.state, randomness::source()).map_err(unable)?;
        Ok(())
    }
}

impl Found {
    /// A card whose manager does not answer was issued.
    fn of(card: &mut dyn Transport, mode: LengthMode, profile: &ChipProfile) -> Result<Self, Failure> {
        let found = match survey(&mut Exchanger::new(card, mode), profile) {
            Ok(found) => found,
            Err(PersoError::NoCardManager) => {
                return Ok(Self { stage: Stage::Finished, blank: Blank::default() });
            }
            Err(error) => return Err(perso_failure(&error)),
        };
        let bytes = found.keys.keys.first().map_or(16, |key| usize::from(key.3));
        let blank = Blank {
            parameter: format!("{:02X}", found.scp03.unwrap_or_default()),
            key_bytes: bytes,
            ..Blank::default()
        };
        Ok(Self { stage: found.stage, blank })
    }
}

impl Device for Copies {
    fn description(&self) -> String {
        format!("{} (copies of it)", self.name)
    }

    fn blank(&mut self, wanted: &Blank, _destructive: bool) -> Result<Blank, Unable> {
        if self.found.stage != Stage::Blank {
            return Err(Unable::because("the software card is not blank"));
        }
        if *wanted == Blank::default() || *wanted == self.found.blank {
            self.copy()?;
            return Ok(self.found.blank.clone());
        }
        self.made += 1;
        self.card = Card::blank(configuration(wanted, self.made)?, randomness::source());
        Ok(wanted.clone())
    }

    fn is_issued(&mut self) -> bool {
        self.found.stage == Stage::Finished && self.copy().is_ok()
    }

    fn set_interface(&mut self, interface: Interface) -> Result<(), Unable> {
        self.card.set_interface(match interface {
            Interface::Contact => ChipInterface::Contact,
            Interface::Contactless => ChipInterface::Contactless,
        });
        Ok(())
    }

    fn anticollision(&mut self) -> Result<Vec<u8>, Unable> {
        self.card.uid().ok_or_else(|| Unable::because("there is no anticollision on contacts"))
    }

    fn carries_anything(&self) -> bool {
        true
    }

    fn cut(&mut self, cut: Cut, n: u64) -> Result<(), Unable> {
        match cut {
            Cut::BeforeCommand => self.card.fault_at_apdu(n, Fault::CutBefore),
            Cut::AfterCommand => self.card.fault_at_apdu(n, Fault::CutAfter),
            Cut::PageWrite => self.card.cut_at_page_write(n),
        }
        Ok(())
    }

    fn restore_power(&mut self) {
        self.card.clear_faults();
    }

    fn modelled_time(&self) -> Result<Duration, Unable> {
        Ok(self.card.modelled_delay())
    }

    fn page_writes(&self) -> Result<u64, Unable> {
        Ok(self.card.page_writes())
    }
}

impl Transport for Copies {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}

/// A chip as the scenario wants it.
fn configuration(wanted: &Blank, serial: u32) -> Result<ChipConfig, Unable> {
    let mut config = ChipConfig::with_serial_number(serial);
    let parameter = u8::from_str_radix(&wanted.parameter, 16).map_err(unable)?;
    config.parameter = Parameter::new(parameter).map_err(unable)?;
    let size = match wanted.key_bytes {
        16 => KeySize::Aes128,
        24 => KeySize::Aes192,
        32 => KeySize::Aes256,
        other => return Err(Unable::because(format!("AES has no keys of {other} bytes"))),
    };
    config.transport_keys = ChipKeys::published_development_of(size);
    config.failure_limit = wanted.failure_limit;
    if wanted.counts_at_initialize {
        config.count_at = CountAt::InitializeUpdate;
    }
    if wanted.through_application {
        config.personalisation = PersonalisationPath::ThroughApplication;
    }
    if wanted.without_load_file {
        config.package = Package::Absent;
    }
    Ok(config)
}

fn unable(error: impl std::fmt::Display) -> Unable {
    Unable::because(error.to_string())
}

/// The chip in a reader, of which there is one.
pub(super) struct OneChip {
    card: Box<dyn Transport>,
    place: String,
    found: Found,
    interface: Interface,
    may_change: bool,
    used_up: bool,
}

impl OneChip {
    pub(super) fn in_reader(
        present: Present,
        profile: &ChipProfile,
        may_change: bool,
    ) -> Result<Self, Failure> {
        let Present { mut card, mode, place, atr, .. } = present;
        let found = Found::of(card.as_mut(), mode, profile)?;
        // PC/SC part 3, 3.1.3.2.3: the answer that readers make up for contactless cards
        let contactless =
            atr.is_some_and(|atr| matches!(atr.as_bytes(), [0x3B, t0, 0x80, 0x01, ..] if t0 & 0xF0 == 0x80));
        let interface = if contactless { Interface::Contactless } else { Interface::Contact };
        Ok(Self { card, place, found, interface, may_change, used_up: false })
    }

    pub(super) fn is_blank(&self) -> bool {
        self.found.stage == Stage::Blank
    }
}

impl Device for OneChip {
    fn description(&self) -> String {
        let what = if self.is_blank() { "a blank" } else { "an issued card" };
        format!("{what} in {}", self.place)
    }

    fn blank(&mut self, wanted: &Blank, destructive: bool) -> Result<Blank, Unable> {
        if !self.is_blank() {
            return Err(Unable::because("the card in the reader is not blank"));
        }
        if self.used_up {
            return Err(Unable::because(
                "the blank has been used up; put in another and name the scenario with --only",
            ));
        }
        if *wanted != Blank::default() && *wanted != self.found.blank {
            return Err(Unable::because("it needs a chip of another configuration"));
        }
        if destructive && !self.may_change {
            return Err(Unable::because("it would use up the blank; --destructive allows it"));
        }
        self.used_up = destructive;
        Ok(self.found.blank.clone())
    }

    fn is_issued(&mut self) -> bool {
        self.found.stage == Stage::Finished
    }

    fn set_interface(&mut self, interface: Interface) -> Result<(), Unable> {
        if interface == self.interface {
            return Ok(());
        }
        Err(Unable::because(match self.interface {
            Interface::Contact => "the reader has no contactless interface",
            Interface::Contactless => "the reader has no contacts",
        }))
    }
}

impl Transport for OneChip {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}

/// The keys that this station's blanks arrive with.
pub(super) struct TransportKeys(StationKeys);

impl TransportKeys {
    /// The version that scenarios about blanks speak of.
    pub(super) const VERSION: u8 = 0x01;

    pub(super) const fn of(keys: StationKeys) -> Self {
        Self(keys)
    }
}

impl StaticKeys for TransportKeys {
    fn size(&self) -> ChannelKeySize {
        self.0.deliveries.first().map_or(ChannelKeySize::Aes128, |keys| keys.size())
    }

    fn version(&self) -> u8 {
        Self::VERSION
    }

    fn cmac(&self, role: KeyRole, input: &[u8]) -> Result<Zeroizing<[u8; 16]>, KeyError> {
        self.0.deliveries.first().map_err(KeyError::from)?.cmac(role, input)
    }

    fn wrap_key(&self, new_key: &[u8]) -> Result<Vec<u8>, KeyError> {
        self.0.deliveries.first().map_err(KeyError::from)?.wrap_key(new_key)
    }
}
