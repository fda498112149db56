//! The card keys of a home: `keys/master.json` and `keys/transport.json`.

use crate::authority::keystore;
use crate::failure::Failure;
use crate::home::Home;
use chipwright_channel::diversify::{self, diversify};
use chipwright_channel::scp03::{KeyError, KeySet, StaticKeys};
use chipwright_keystore::{CardKeyFile, Passphrase};
use chipwright_perso::{CardKeys, ChipIdentifier};
use std::path::PathBuf;

/// The masters of our chips' keys.
pub(crate) fn master_file(home: &Home) -> PathBuf {
    home.keys().join("master.json")
}

/// The keys that blanks arrive with.
pub(crate) fn transport_file(home: &Home) -> PathBuf {
    home.keys().join("transport.json")
}

/// The generated passphrase of a test home.
pub(crate) fn passphrase_file(home: &Home) -> PathBuf {
    home.keys().join("passphrase")
}

/// Both key files, opened.
pub(crate) struct StationKeys {
    master: CardKeyFile,
    transport: CardKeyFile,
}

impl StationKeys {
    /// Opens them.
    pub(crate) fn open(home: &Home, passphrase: &Passphrase) -> Result<Self, Failure> {
        Ok(Self {
            master: CardKeyFile::load(master_file(home), passphrase).map_err(|error| keystore(&error))?,
            transport: CardKeyFile::load(transport_file(home), passphrase)
                .map_err(|error| keystore(&error))?,
        })
    }
}

impl CardKeys for StationKeys {
    fn transport(&self) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        let keys = self.transport.transport_keys().map_err(|error| KeyError::Store(Box::new(error)))?;
        Ok(Box::new(keys))
    }

    fn issuer(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(self.new_keys(chip)?.to_static_keys(self.master.key_version())?))
    }

    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError> {
        let identifier =
            diversify::ChipIdentifier::new(&chip.0).map_err(|error| KeyError::Store(Box::new(error)))?;
        let masters = self.master.master_keys().map_err(|error| KeyError::Store(Box::new(error)))?;
        diversify(masters, &identifier)
    }
}
