//! Card keys and the tries they may cost, as the caller provides them.

use crate::ChipIdentifier;
use chipwright_channel::scp03::{KeyError, KeySet, StaticKeys};

/// The key sets that open chips.
pub trait CardKeys {
    /// The keys this delivery of blanks arrived with.
    ///
    /// # Errors
    /// [`KeyError`] when the key store cannot give them.
    fn transport(&self) -> Result<Box<dyn StaticKeys + '_>, KeyError>;

    /// The issuer's keys of one chip, diversified by its identifier.
    ///
    /// # Errors
    /// [`KeyError`] when the key store cannot give them.
    fn issuer(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError>;

    /// The same keys, to be written into the chip by PUT KEY.
    ///
    /// # Errors
    /// [`KeyError`] when the key store cannot give them.
    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError>;
}

/// The failed authentications a chip may still be asked to count, kept on disk by the caller.
///
/// [`spend`](TryBudget::spend) is called before INITIALIZE UPDATE is sent, [`clear`](TryBudget::clear) after the card accepted
/// EXTERNAL AUTHENTICATE. So a try is counted even when power fails in between, and a wrong key never uses up a chip.
pub trait TryBudget {
    /// Counts one try with this key version.
    ///
    /// # Errors
    /// [`BudgetError::Exhausted`] when none is left; nothing is sent to the chip then.
    fn spend(&mut self, chip: &ChipIdentifier, key_version: u8) -> Result<(), BudgetError>;

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
    /// The count could not be kept.
    #[error("the count of tries could not be kept: {0}")]
    Storage(String),
}
