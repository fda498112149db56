//! What the lines of a ledger come to.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::entry::{Digest, Event};

/// The uses of one key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyCount {
    /// What the home calls it.
    pub label: String,
    /// How often it may be used.
    pub limit: Option<u64>,
    /// Uses before the ledger began, as far as anything tells.
    pub before: u64,
    /// Uses reserved and not given back.
    pub reserved: u64,
    /// Uses that stand in the ledger.
    pub used: u64,
}

impl KeyCount {
    /// What counts against the limit.
    #[must_use]
    pub const fn counted(&self) -> u64 {
        self.before.saturating_add(self.reserved)
    }

    /// How many uses nobody has reserved yet.
    #[must_use]
    pub fn left(&self) -> Option<u64> {
        self.limit.map(|limit| limit.saturating_sub(self.counted()))
    }

    /// Reserved and neither used nor given back: by a program that is running, or one that was stopped.
    #[must_use]
    pub const fn unused(&self) -> u64 {
        self.reserved.saturating_sub(self.used)
    }
}

/// The rest of a reservation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Block {
    key: Digest,
    rest: u64,
}

/// What the lines of a ledger come to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct State {
    ledger: String,
    older_home: bool,
    keys: BTreeMap<Digest, KeyCount>,
    blocks: BTreeMap<u64, Block>,
    numbers: BTreeMap<String, u64>,
    serials: BTreeSet<String>,
}

impl State {
    /// The ledger's own name.
    #[must_use]
    pub fn ledger(&self) -> &str {
        &self.ledger
    }

    /// Whether the home had keys before it had a ledger.
    #[must_use]
    pub const fn older_home(&self) -> bool {
        self.older_home
    }

    /// The count of a key.
    #[must_use]
    pub fn key(&self, key: &Digest) -> Option<&KeyCount> {
        self.keys.get(key)
    }

    /// All keys.
    pub fn keys(&self) -> impl Iterator<Item = (&Digest, &KeyCount)> {
        self.keys.iter()
    }

    /// The last number taken of a row.
    #[must_use]
    pub fn number(&self, name: &str) -> Option<u64> {
        self.numbers.get(name).copied()
    }

    /// All rows of numbers, and the last of each.
    pub fn numbers(&self) -> impl Iterator<Item = (&str, u64)> {
        self.numbers.iter().map(|(name, value)| (name.as_str(), *value))
    }

    /// Whether the serial number of a certificate was taken.
    #[must_use]
    pub fn has_serial(&self, serial: &str) -> bool {
        self.serials.contains(serial)
    }

    /// How many serial numbers were taken.
    #[must_use]
    pub fn serials(&self) -> usize {
        self.serials.len()
    }

    /// Takes in line `n`; otherwise what is wrong with it.
    pub(super) fn take(&mut self, n: u64, event: &Event) -> Result<(), &'static str> {
        match event {
            Event::Begun { ledger, older_home } if n == 1 => {
                self.ledger.clone_from(ledger);
                self.older_home = *older_home;
            }
            Event::Begun { .. } => return Err("it begins a second time"),
            Event::Key { key, label, limit, before } => {
                let new =
                    KeyCount { label: label.clone(), limit: *limit, before: *before, reserved: 0, used: 0 };
                if self.keys.insert(*key, new).is_some() {
                    return Err("a key begins a second time");
                }
            }
            Event::Reserved { key, count } => {
                let held = self.keys.get_mut(key).ok_or(UNKNOWN_KEY)?;
                if *count == 0 || held.left().is_some_and(|left| left < *count) {
                    return Err("more is reserved than the key may be used");
                }
                held.reserved = held.reserved.checked_add(*count).ok_or("more is reserved than can be")?;
                self.blocks.insert(n, Block { key: *key, rest: *count });
            }
            Event::Used { key, block, .. } => {
                let held = self.keys.get_mut(key).ok_or(UNKNOWN_KEY)?;
                spend(&mut self.blocks, *block, 1, Some(key)).ok_or("a use was not reserved")?;
                held.used += 1;
            }
            Event::Returned { block, count } => {
                let key = spend(&mut self.blocks, *block, *count, None)
                    .ok_or("more is given back than was reserved")?;
                let held = self.keys.get_mut(&key).ok_or(UNKNOWN_KEY)?;
                held.reserved -= *count;
            }
            Event::Limit { key, limit } => {
                let held = self.keys.get_mut(key).ok_or(UNKNOWN_KEY)?;
                if held.limit.is_some_and(|now| now < *limit) {
                    return Err("a limit is raised");
                }
                held.limit = Some(*limit);
            }
            Event::Number { name, value } => {
                if self.numbers.get(name).is_some_and(|last| last >= value) {
                    return Err("a number is taken a second time");
                }
                self.numbers.insert(name.clone(), *value);
            }
            Event::Serial { serial } => {
                if !self.serials.insert(serial.clone()) {
                    return Err("a serial number is taken a second time");
                }
            }
            Event::Mended { .. } => {}
            Event::Carried(carried) if **carried == *self => {}
            Event::Carried(_) => return Err("what is carried forward is not what was counted"),
        }
        Ok(())
    }
}

const UNKNOWN_KEY: &str = "it names a key that is not counted";

/// Takes uses out of a block; whose they were.
fn spend(blocks: &mut BTreeMap<u64, Block>, block: u64, count: u64, of: Option<&Digest>) -> Option<Digest> {
    let held = blocks.get_mut(&block).filter(|held| of.is_none_or(|key| held.key == *key))?;
    held.rest = held.rest.checked_sub(count)?;
    let key = held.key;
    if held.rest == 0 {
        blocks.remove(&block);
    }
    Some(key)
}
