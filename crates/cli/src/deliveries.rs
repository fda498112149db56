//! The transport keys of a home: of the first delivery (`keys/transport.json`) and of every later one (`keys/deliveries/LABEL.json`).
//!
//! Which delivery a chip is of:
//!
//! | | |
//! |---|---|
//! | `--delivery` names one | that one, unless the registry names another for this chip |
//! | a delivery names the chip | that one |
//! | one delivery of any chips has its key version | that one |
//! | several have | nobody guesses: `--delivery` has to name it |

use crate::authority::keystore;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::registry;
use crate::station_keys::transport_file;
use chipwright_channel::scp03::{KeyError, SoftKeys};
use chipwright_keystore::{CardKeyFile, KeystoreError, Passphrase};
use chipwright_perso::ChipIdentifier;
use chipwright_registry::{ChipId, View};
use std::cell::OnceCell;
use std::ffi::OsStr;
use std::path::PathBuf;

/// The label of the delivery that `init` was given.
pub(crate) const FIRST: &str = "transport";

/// The folder of the later deliveries' keys.
pub(crate) fn folder(home: &Home) -> PathBuf {
    home.keys().join("deliveries")
}

/// The key file of a delivery.
pub(crate) fn file(home: &Home, label: &str) -> PathBuf {
    if label == FIRST { transport_file(home) } else { folder(home).join(format!("{label}.json")) }
}

/// The labels and key versions of the later deliveries, without opening any key.
pub(crate) fn later(home: &Home) -> Result<Vec<(String, u8)>, Failure> {
    let folder = folder(home);
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(|error| home::not_read(&folder, &error))? {
        let path = entry.map_err(|error| home::not_read(&folder, &error))?.path();
        let label = path.file_stem().and_then(OsStr::to_str).filter(|label| !label.starts_with('.'));
        if let (Some(label), Some("json")) = (label, path.extension().and_then(OsStr::to_str)) {
            let header = CardKeyFile::header(&path).map_err(|error| keystore(&error))?;
            found.push((label.to_owned(), header.key_version));
        }
    }
    found.sort();
    Ok(found)
}

/// Why no transport keys are taken for a chip.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeliveryError {
    /// `--delivery` names none.
    #[error("there is no delivery {0}; `chipwright delivery list` shows them")]
    Unknown(String),
    /// No delivery has this key version.
    #[error("no delivery of blanks has key version {version:02X}, which chip {chip} holds")]
    None { chip: ChipIdentifier, version: u8 },
    /// Several have it, and none names the chip.
    #[error(
        "chip {chip} may be of several deliveries with key version {version:02X} ({labels}); name the right one with --delivery"
    )]
    Several { chip: ChipIdentifier, version: u8, labels: String },
    /// The delivery meant has another key version than the chip.
    #[error("delivery {label} has key version {held:02X}, and chip {chip} holds key version {version:02X}")]
    OtherVersion { label: String, held: u8, chip: ChipIdentifier, version: u8 },
    /// The registry says that the chip is of another delivery.
    #[error("chip {chip} is of delivery {named}, and not of {chosen}")]
    OtherDelivery { chip: ChipIdentifier, named: String, chosen: String },
    /// The registry could not be asked.
    #[error("the registry could not say which delivery chip {chip} is of")]
    Registry {
        chip: ChipIdentifier,
        #[source]
        source: chipwright_registry::Error,
    },
    /// The key file could not be opened.
    #[error(transparent)]
    Keys(#[from] KeystoreError),
}

impl From<DeliveryError> for KeyError {
    fn from(error: DeliveryError) -> Self {
        Self::Store(Box::new(error))
    }
}

/// One delivery, opened when a chip of it is met.
struct Delivery {
    label: String,
    version: u8,
    /// Takes any chip of its key version.
    any: bool,
    path: PathBuf,
    opened: OnceCell<CardKeyFile>,
}

/// All deliveries of a home.
pub(crate) struct Deliveries {
    all: Vec<Delivery>,
    chosen: Option<usize>,
    /// Asked which delivery names a chip; not there while there is but one delivery.
    record: Option<View>,
    passphrase: Passphrase,
}

impl Deliveries {
    /// Finds them. The first delivery's keys are opened at once, so that a wrong passphrase is told before a chip is touched.
    pub(crate) fn open(home: &Home, passphrase: &Passphrase) -> Result<Self, Failure> {
        let first = CardKeyFile::load(transport_file(home), passphrase).map_err(|error| keystore(&error))?;
        let mut all = vec![Delivery {
            label: FIRST.to_owned(),
            version: first.key_version(),
            any: true,
            path: transport_file(home),
            opened: OnceCell::from(first),
        }];
        let later = later(home)?;
        let record = if later.is_empty() { None } else { Some(registry::view(home)?) };
        for (label, version) in later {
            let known = match &record {
                Some(record) => record.delivery(&label).map_err(|error| registry::failure(&error))?,
                None => None,
            };
            // a key file whose delivery was never recorded is half-added
            if let Some(known) = known {
                all.push(Delivery {
                    path: file(home, &label),
                    label,
                    version,
                    any: known.named_chips.is_none(),
                    opened: OnceCell::new(),
                });
            }
        }
        Ok(Self { all, chosen: None, record, passphrase: passphrase.clone() })
    }

    /// Only this delivery, whichever chip it is.
    pub(crate) fn choose(mut self, label: &str) -> Result<Self, DeliveryError> {
        let at = self.all.iter().position(|delivery| delivery.label == label);
        self.chosen = Some(at.ok_or_else(|| DeliveryError::Unknown(label.to_owned()))?);
        Ok(self)
    }

    /// The key file of a delivery.
    pub(crate) fn keys_of(&self, label: &str) -> Result<&CardKeyFile, DeliveryError> {
        let found = self.all.iter().find(|delivery| delivery.label == label);
        self.opened(found.ok_or_else(|| DeliveryError::Unknown(label.to_owned()))?)
    }

    /// The label of the delivery that this chip, which holds this key version, is of.
    pub(crate) fn label_of(&self, chip: &ChipIdentifier, version: u8) -> Result<&str, DeliveryError> {
        Ok(&self.pick(chip, version)?.label)
    }

    /// The transport keys of this chip.
    pub(crate) fn transport(&self, chip: &ChipIdentifier, version: u8) -> Result<SoftKeys, DeliveryError> {
        Ok(self.opened(self.pick(chip, version)?)?.transport_keys()?)
    }

    /// The transport keys of the first delivery.
    pub(crate) fn first(&self) -> Result<SoftKeys, DeliveryError> {
        Ok(self.keys_of(FIRST)?.transport_keys()?)
    }

    fn opened<'d>(&self, delivery: &'d Delivery) -> Result<&'d CardKeyFile, DeliveryError> {
        if let Some(opened) = delivery.opened.get() {
            return Ok(opened);
        }
        let opened = CardKeyFile::load(&delivery.path, &self.passphrase)?;
        Ok(delivery.opened.get_or_init(|| opened))
    }

    fn pick(&self, chip: &ChipIdentifier, version: u8) -> Result<&Delivery, DeliveryError> {
        let chip = *chip;
        let named = match &self.record {
            Some(record) => record
                .delivery_naming(&ChipId(chip.0))
                .map_err(|source| DeliveryError::Registry { chip, source })?,
            None => None,
        };
        let chosen = self.chosen.and_then(|at| self.all.get(at));
        let meant = match (chosen, named) {
            (Some(chosen), Some(named)) if chosen.label != named => {
                let chosen = chosen.label.clone();
                return Err(DeliveryError::OtherDelivery { chip, named, chosen });
            }
            (Some(chosen), _) => chosen,
            (None, Some(named)) => {
                let found = self.all.iter().find(|delivery| delivery.label == named);
                found.ok_or(DeliveryError::Unknown(named))?
            }
            (None, None) => return self.only(chip, version),
        };
        if meant.version != version {
            let (label, held) = (meant.label.clone(), meant.version);
            return Err(DeliveryError::OtherVersion { label, held, chip, version });
        }
        Ok(meant)
    }

    fn only(&self, chip: ChipIdentifier, version: u8) -> Result<&Delivery, DeliveryError> {
        let mut fitting = self.all.iter().filter(|delivery| delivery.any && delivery.version == version);
        match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(only),
            (None, _) => Err(DeliveryError::None { chip, version }),
            (Some(first), Some(second)) => {
                let labels = [first, second].into_iter().chain(fitting).map(|d| d.label.as_str());
                let labels = labels.collect::<Vec<_>>().join(", ");
                Err(DeliveryError::Several { chip, version, labels })
            }
        }
    }
}
