//! Blank chips and the keys that open them.

use chipwright_channel::diversify::{self, SoftMasterKeys};
use chipwright_channel::scp03::{KeyError, KeySet, SoftKeys, StaticKeys};
use chipwright_emulator::{Card, ChipConfig, Randomness, seeded_rng};
use chipwright_perso::{
    BudgetError, CardKeys, ChipIdentifier, FinaliseIntent, Journal, JournalError, KeyMark, Progress,
    Surroundings, TryBudget,
};
use std::collections::{HashMap, HashSet};
use std::time::Duration;

/// The configuration of blank number `serial`, with the published development keys.
#[must_use]
pub fn chip_config(serial: u32) -> ChipConfig {
    ChipConfig::with_serial_number(serial)
}

/// Blank number `serial`; its randomness follows from the number.
#[must_use]
pub fn blank(serial: u32) -> Card {
    Card::blank(chip_config(serial), seeded_rng(u64::from(serial) + 7000))
}

/// Transport keys 40…4F and issuer keys from a master of 16 (24, 32) bytes.
pub struct ChipKeys {
    transport: SoftKeys,
    masters: SoftMasterKeys,
    issuer_version: u8,
}

impl ChipKeys {
    /// For chips with keys of `bytes` bytes (16, 24 or 32).
    ///
    /// # Panics
    /// For another size.
    #[must_use]
    pub fn of_size(bytes: usize) -> Self {
        let development: Vec<u8> = (0x40..).take(bytes).collect();
        let master = |first: u8| (first..).take(bytes).collect::<Vec<u8>>();
        Self {
            transport: SoftKeys::new(0x01, &development, &development, &development).unwrap(),
            masters: SoftMasterKeys::new(&master(0xA0), &master(0xB0), &master(0xC0)).unwrap(),
            issuer_version: 0x11,
        }
    }

    /// With another transport key.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn with_wrong_transport_key(mut self) -> Self {
        self.transport = SoftKeys::new(0x01, &[1; 16], &[2; 16], &[3; 16]).unwrap();
        self
    }
}

impl Default for ChipKeys {
    fn default() -> Self {
        Self::of_size(16)
    }
}

impl CardKeys for ChipKeys {
    fn transport(&self, _: &ChipIdentifier, _: u8) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(&self.transport))
    }

    fn issuer(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(self.new_keys(chip)?.to_static_keys(self.issuer_version)?))
    }

    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError> {
        let identifier =
            diversify::ChipIdentifier::new(&chip.0).map_err(|error| KeyError::Store(Box::new(error)))?;
        diversify::diversify(&self.masters, &identifier)
    }
}

impl ChipKeys {
    /// The transport keys, as they are put back into a chip: under which version, to be written, to be opened with.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn original(&self) -> (KeySet, &SoftKeys) {
        let key: Vec<u8> = (0x40..).take(self.transport.size().bytes()).collect();
        (KeySet::new(&key, &key, &key).unwrap(), &self.transport)
    }
}

/// A retry budget in memory.
#[derive(Debug, Default)]
pub struct TryCount {
    /// Tries spent by chip and key version.
    pub spent: HashMap<(ChipIdentifier, u8), u32>,
    /// Keys that chips were seen not to hold.
    pub wrong: HashSet<(ChipIdentifier, u8, KeyMark)>,
    /// How many are allowed; 0 means any number.
    pub limit: u32,
}

impl TryBudget for TryCount {
    fn spend(&mut self, chip: &ChipIdentifier, key_version: u8, mark: KeyMark) -> Result<(), BudgetError> {
        if self.wrong.contains(&(*chip, key_version, mark)) {
            return Err(BudgetError::KnownWrong { version: key_version });
        }
        let spent = self.spent.entry((*chip, key_version)).or_default();
        if self.limit != 0 && *spent >= self.limit {
            return Err(BudgetError::Exhausted { spent: *spent, version: key_version });
        }
        *spent += 1;
        Ok(())
    }

    fn wrong(&mut self, chip: &ChipIdentifier, key_version: u8, mark: KeyMark) -> Result<(), BudgetError> {
        self.wrong.insert((*chip, key_version, mark));
        Ok(())
    }

    fn clear(&mut self, chip: &ChipIdentifier, key_version: u8) -> Result<(), BudgetError> {
        self.spent.remove(&(*chip, key_version));
        self.wrong.retain(|(of, version, _)| (of, *version) != (chip, key_version));
        Ok(())
    }
}

/// What was recorded.
pub type Recorded = Vec<FinaliseIntent>;

/// A journal in memory.
#[derive(Debug, Default)]
pub struct MemoryJournal {
    /// The intents, in order.
    pub intents: Recorded,
    /// Refuse the next one.
    pub fail: bool,
}

impl Journal for MemoryJournal {
    fn intend(&mut self, intent: &FinaliseIntent) -> Result<(), JournalError> {
        if self.fail {
            return Err(JournalError("the disk is full".to_owned()));
        }
        self.intents.push(intent.clone());
        Ok(())
    }
}

/// Randomness, clock, budget and progress for a run in a test.
pub struct World {
    /// The host's randomness.
    pub random: Randomness,
    /// The tries.
    pub budget: TryCount,
    clock: Box<dyn FnMut() -> Duration>,
    progress: Box<dyn FnMut(Progress)>,
}

impl World {
    /// With this seed, a clock that stands still, and nobody listening.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            random: seeded_rng(seed),
            budget: TryCount::default(),
            clock: Box::new(|| Duration::ZERO),
            progress: Box::new(|_| {}),
        }
    }

    /// As perso takes it.
    pub fn surroundings(&mut self) -> Surroundings<'_> {
        Surroundings {
            random: &mut *self.random,
            clock: &mut *self.clock,
            budget: &mut self.budget,
            progress: &mut *self.progress,
        }
    }
}
