//! Card keys and the tries they may cost, as the caller provides them.

use crate::ChipIdentifier;
use chipwright_channel::scp03::{KeyError, KeyRole, KeySet, StaticKeys};

/// The key sets that open chips.
pub trait CardKeys {
    /// The transport keys that this chip arrived with under this key version.
    ///
    /// # Errors
    /// [`KeyError`] when the key store cannot give them, or cannot tell which of several deliveries the chip is of.
    fn transport(&self, chip: &ChipIdentifier, version: u8) -> Result<Box<dyn StaticKeys + '_>, KeyError>;

    /// The issuer's keys of one chip, diversified by its identifier.
    ///
    /// # Errors
    /// [`KeyError`] when the key store cannot give them.
    fn issuer(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError>;

    /// The issuer's keys of one chip of this key version: its own or one of [`ChipProfile::former_versions`](crate::ChipProfile::former_versions).
    /// A store that holds one generation of masters has only that one.
    ///
    /// # Errors
    /// [`KeyError`] when the key store cannot give them.
    fn issuer_of(&self, chip: &ChipIdentifier, version: u8) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        let _ = version;
        self.issuer(chip)
    }

    /// The same keys, to be written into the chip by PUT KEY.
    ///
    /// # Errors
    /// [`KeyError`] when the key store cannot give them.
    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError>;
}

/// What tells one key set from another in the count of tries, and gives nothing of it away: the first bytes of an AES-CMAC under its Key-MAC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyMark(pub [u8; 4]);

impl KeyMark {
    /// `AES-CMAC(Key-MAC, "CHIPWRIGHT-KEY-MARK")`, 4 bytes.
    ///
    /// # Errors
    /// [`KeyError`] when the key store fails.
    pub fn of(keys: &dyn StaticKeys) -> Result<Self, KeyError> {
        let tag = keys.cmac(KeyRole::Mac, b"CHIPWRIGHT-KEY-MARK")?;
        Ok(Self(*tag.first_chunk().unwrap_or(&[0; 4])))
    }
}

/// The failed authentications a chip may still be asked to count, kept on disk by the caller.
///
/// [`spend`](TryBudget::spend) is called before INITIALIZE UPDATE is sent, [`clear`](TryBudget::clear) after the card accepted
/// EXTERNAL AUTHENTICATE. So a try is counted even when power fails in between, and a wrong key never uses up a chip.
pub trait TryBudget {
    /// Counts one try with this key version.
    ///
    /// # Errors
    /// [`BudgetError::Exhausted`] when none is left, [`BudgetError::LastTry`] when the last one is kept for a person who names the chip,
    /// [`BudgetError::KnownWrong`] when this chip was seen not to hold this very key; nothing is sent to the chip then.
    fn spend(&mut self, chip: &ChipIdentifier, key_version: u8, mark: KeyMark) -> Result<(), BudgetError>;

    /// The chip showed that it does not hold this key: it is not to be tried on it again.
    ///
    /// # Errors
    /// [`BudgetError::Storage`] when it cannot be recorded.
    fn wrong(&mut self, chip: &ChipIdentifier, key_version: u8, mark: KeyMark) -> Result<(), BudgetError>;

    /// The chip accepted the key: its own counter is clear, and so is ours.
    ///
    /// # Errors
    /// [`BudgetError::Storage`] when it cannot be recorded.
    fn clear(&mut self, chip: &ChipIdentifier, key_version: u8) -> Result<(), BudgetError>;
}

/// Why a try is not allowed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BudgetError {
    /// The chip has been tried as often as the issuer allows.
    #[error("{spent} tries with key version {version:02X} have failed on this chip; another could block it")]
    Exhausted {
        /// Tries spent.
        spent: u32,
        /// Key version number.
        version: u8,
    },
    /// One try is left, and nobody named the chip.
    #[error(
        "{spent} tries with key version {version:02X} have failed on this chip; the last one is kept for a person who names the chip"
    )]
    LastTry {
        /// Tries spent.
        spent: u32,
        /// Key version number.
        version: u8,
    },
    /// The chip was seen not to hold this key.
    #[error("this chip was seen before not to hold this key version {version:02X}; it was not tried again")]
    KnownWrong {
        /// Key version number.
        version: u8,
    },
    /// The count could not be kept.
    #[error("the count of tries could not be kept: {0}")]
    Storage(String),
}
