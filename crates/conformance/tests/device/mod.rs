//! The software card as a device: a new one for each scenario.

use chipwright_conformance::{Blank, Cut, Device, Interface, Suite, Unable};
use chipwright_emulator::scp03::{KeySize, Parameter};
use chipwright_emulator::{
    Card, ChipConfig, CountAt, Fault, Flaw, Interface as ChipInterface, Package, PersonalisationPath,
    TransportKeys, seeded_rng,
};
use chipwright_iso7816::{Atr, Transport, TransportError};
use std::time::Duration;

pub(crate) struct Software {
    card: Card,
    made: u32,
    flaw: Option<Flaw>,
}

impl Software {
    /// Every card has this flaw.
    #[allow(dead_code, reason = "not every test has flawed cards")]
    pub(crate) fn with_flaw(flaw: Flaw) -> Self {
        Self { flaw: Some(flaw), ..Self::default() }
    }
}

impl Default for Software {
    fn default() -> Self {
        Self { card: Card::blank(ChipConfig::default(), seeded_rng(1)), made: 0, flaw: None }
    }
}

impl Device for Software {
    fn description(&self) -> String {
        "software card".to_owned()
    }

    fn blank(&mut self, wanted: &Blank, _destructive: bool) -> Result<Blank, Unable> {
        self.made += 1;
        let mut config = ChipConfig::with_serial_number(self.made);
        let parameter =
            u8::from_str_radix(&wanted.parameter, 16).map_err(|e| Unable::because(e.to_string()))?;
        config.parameter = Parameter::new(parameter).map_err(|e| Unable::because(e.to_string()))?;
        let size = match wanted.key_bytes {
            16 => KeySize::Aes128,
            24 => KeySize::Aes192,
            32 => KeySize::Aes256,
            other => return Err(Unable::because(format!("no keys of {other} bytes"))),
        };
        config.transport_keys = TransportKeys::published_development_of(size);
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
        self.card = Card::blank(config, seeded_rng(u64::from(self.made) + 40_000));
        if let Some(flaw) = self.flaw {
            let card = std::mem::replace(&mut self.card, Card::blank(ChipConfig::default(), seeded_rng(1)));
            self.card = card.with_flaw(flaw);
        }
        Ok(wanted.clone())
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

impl Transport for Software {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.card.transmit(command)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}

/// The suite as it lies in the tree.
pub(crate) fn suite() -> Suite {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let mut files: Vec<(String, String)> = std::fs::read_dir(format!("{root}/test-vectors/scenarios"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .map(|path| {
            (
                path.file_name().unwrap().to_string_lossy().into_owned(),
                std::fs::read_to_string(&path).unwrap(),
            )
        })
        .collect();
    files.sort();
    let contract = std::fs::read_to_string(format!("{root}/applet-spec/card.md")).unwrap();
    Suite::of(files.iter().map(|(name, text)| (name.as_str(), text.as_str())), &contract)
        .unwrap_or_else(|error| panic!("{error}"))
}
