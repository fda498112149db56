//! The card keys of a home: the masters in `keys/master.json`, the transport keys of every delivery of blanks.

use crate::deliveries::Deliveries;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::generations;
use crate::home::Home;
use crate::keyring::Keyring;
use chipwright_channel::diversify;
use chipwright_channel::scp03::{KeyError, KeySet, StaticKeys};
use chipwright_keystore::Passphrase;
use chipwright_keystore::store::CardMasters;
use chipwright_perso::{CardKeys, ChipIdentifier};
use std::path::PathBuf;

/// The masters of our chips' keys.
pub(crate) fn master_file(home: &Home) -> PathBuf {
    home.keys().join("master.json")
}

/// The keys that the first delivery of blanks arrived with.
pub(crate) fn transport_file(home: &Home) -> PathBuf {
    home.keys().join("transport.json")
}

/// The generated passphrase of a test home.
pub(crate) fn passphrase_file(home: &Home) -> PathBuf {
    home.keys().join("passphrase")
}

/// The masters, opened, and the deliveries.
pub(crate) struct StationKeys {
    /// The masters of every generation, the newest first.
    masters: Vec<Box<dyn CardMasters>>,
    pub(crate) deliveries: Deliveries,
}

impl StationKeys {
    /// Opens them.
    pub(crate) fn open(home: &Home, passphrase: &Passphrase) -> Result<Self, Failure> {
        let keyring = Keyring::of(home);
        Ok(Self {
            masters: generations::open(home, &keyring, passphrase)?,
            deliveries: Deliveries::open(home, &keyring.passphrase_of_files(passphrase)?)?,
        })
    }

    /// For work that writes new keys onto chips: refused where the issuer's policy keeps them in the token.
    pub(crate) fn for_new_cards(self) -> Result<Self, Failure> {
        if self.masters.iter().all(|masters| !masters.stay_inside()) {
            return Ok(self);
        }
        Err(Failure::new(
            Exit::Configuration,
            (
                "the keys of chips stay inside the token, so none can be written onto a chip",
                "khóa của chip không rời token nên không ghi được lên chip",
            ),
            (
                "Set keys.card_keys = \"master-inside-card-key-in-host\" in config.toml if the issuer's policy allows it.",
                "Nếu quy định của nơi phát hành cho phép, đặt keys.card_keys = \"master-inside-card-key-in-host\" trong config.toml.",
            ),
        ))
    }

    /// Takes the transport keys of this delivery for every chip.
    pub(crate) fn of_delivery(self, label: Option<&str>) -> Result<Self, Failure> {
        let Some(label) = label else { return Ok(self) };
        let deliveries = self.deliveries.choose(label).map_err(|error| {
            let next = ("Name one of the deliveries listed.", "Hãy chọn một trong các lô đã liệt kê.");
            Failure::of(Exit::Usage, &error, next)
        })?;
        Ok(Self { deliveries, ..self })
    }
}

impl StationKeys {
    fn newest(&self) -> Result<&dyn CardMasters, KeyError> {
        self.masters.first().map(AsRef::as_ref).ok_or(KeyError::Length(0))
    }
}

impl CardKeys for StationKeys {
    fn transport(&self, chip: &ChipIdentifier, version: u8) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(self.deliveries.transport(chip, version)?))
    }

    fn issuer(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        self.newest()?.card_keys(&identifier(chip)?)
    }

    fn issuer_of(&self, chip: &ChipIdentifier, version: u8) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        let of_version = self.masters.iter().find(|masters| masters.key_version() == version);
        match of_version {
            Some(masters) => masters.card_keys(&identifier(chip)?),
            None => self.issuer(chip),
        }
    }

    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError> {
        self.newest()?.new_keys(&identifier(chip)?)
    }
}

fn identifier(chip: &ChipIdentifier) -> Result<diversify::ChipIdentifier, KeyError> {
    diversify::ChipIdentifier::new(&chip.0).map_err(|error| KeyError::Store(Box::new(error)))
}
