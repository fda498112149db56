//! The budget of failed authentications per chip and key set, counted before a try is sent.
//!
//! | tries spent, of *n* allowed | the next try |
//! |---|---|
//! | fewer than *n* − 1 | allowed, unless this chip was seen not to hold this very key |
//! | *n* − 1 | the last one: only for a person who names the chip ([`Registry::spend_last_try`]) |
//! | *n* | never, until a custodian has looked and cleared them ([`Registry::forgive_tries`]) |

use crate::custody::{CustodyKind, append};
use crate::record::instant;
use crate::{ChipId, Error, Reason, Registry, Rule};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

/// What tells one key set from another in the record and gives nothing of it away.
pub type KeyMark = [u8; 4];

impl Registry {
    /// Counts one try, before INITIALIZE UPDATE is sent. Returns how many are left after it.
    ///
    /// # Errors
    /// [`Error::LastTry`] when one is left, [`Error::TriesSpent`] when none is: nothing may be sent. The errors of the disk.
    pub fn spend_try(&mut self, chip: &ChipId, key_version: u8, at: Timestamp) -> Result<u32, Error> {
        let spent = self.tries_spent(chip, key_version)?;
        if spent > 0 && spent + 1 == u32::from(self.issuer()?.tries_allowed) {
            return Err(Error::LastTry { chip: *chip, key_version, spent });
        }
        self.spend_last_try(chip, key_version, at)
    }

    /// As [`spend_try`](Registry::spend_try), for a person who has named this chip: the last one may go too.
    ///
    /// # Errors
    /// [`Error::TriesSpent`] when none is left: nothing may be sent. The errors of the disk.
    pub fn spend_last_try(&mut self, chip: &ChipId, key_version: u8, at: Timestamp) -> Result<u32, Error> {
        let spent = self.tries_spent(chip, key_version)?;
        let counted = self.transact("spend try", |t| {
            Ok(t.prepare_cached(
                "INSERT INTO tries VALUES (?1, ?2, 1, ?3)
                 ON CONFLICT DO UPDATE SET spent = spent + 1, changed_at = excluded.changed_at
                 RETURNING (SELECT tries_allowed FROM issuer) - spent",
            )?
            .query_row(params![chip.to_string(), key_version, instant(at)], |row| row.get(0))?)
        });
        counted.map_err(|error| match error {
            Error::Refused { rule: Rule::TriesSpent, .. } => {
                Error::TriesSpent { chip: *chip, key_version, spent }
            }
            other => other,
        })
    }

    /// The card accepted the key: its own counter is clear, and so is ours.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn clear_tries(&mut self, chip: &ChipId, key_version: u8, at: Timestamp) -> Result<(), Error> {
        if self.tries_spent(chip, key_version)? == 0 {
            return Ok(());
        }
        self.transact("clear tries", |t| clear(t, chip, key_version, at))
    }

    /// The chip was seen not to hold this key set.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn wrong_key(
        &mut self,
        chip: &ChipId,
        key_version: u8,
        mark: &KeyMark,
        at: Timestamp,
    ) -> Result<(), Error> {
        self.transact("wrong key", |t| {
            t.prepare_cached("INSERT OR IGNORE INTO wrong_keys VALUES (?1, ?2, ?3, ?4)")?
                .execute(params![chip.to_string(), key_version, mark, instant(at)])?;
            Ok(())
        })
    }

    /// Whether the chip was seen not to hold this key set.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn is_wrong_key(&self, chip: &ChipId, key_version: u8, mark: &KeyMark) -> Result<bool, Error> {
        let found = self
            .connection()
            .prepare_cached("SELECT 1 FROM wrong_keys WHERE chip = ?1 AND key_version = ?2 AND mark = ?3")?
            .query_row(params![chip.to_string(), key_version, mark], |_| Ok(()))
            .optional()?;
        Ok(found.is_some())
    }

    /// A custodian has looked at the chip and the keys, and allows every spent try of the chip again. Goes on record with the reason.
    /// Returns the key versions and how many tries of each were forgiven.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn forgive_tries(
        &mut self,
        chip: &ChipId,
        why: &Reason,
        at: Timestamp,
    ) -> Result<Vec<(u8, u32)>, Error> {
        let mut spent = Vec::new();
        self.for_each_spent_try(&mut |of, key_version, tries| {
            if of == *chip {
                spent.push((key_version, tries));
            }
        })?;
        self.transact("forgive tries", |t| {
            for (key_version, tries) in &spent {
                clear(t, chip, *key_version, at)?;
                append(
                    t,
                    CustodyKind::TriesCleared,
                    chip,
                    (None, Some(*key_version), Some(*tries), Some(why.as_str())),
                    at,
                )?;
            }
            Ok(())
        })?;
        Ok(spent)
    }
}

fn clear(t: &Transaction<'_>, chip: &ChipId, key_version: u8, at: Timestamp) -> Result<(), Error> {
    t.prepare_cached("UPDATE tries SET spent = 0, changed_at = ?3 WHERE chip = ?1 AND key_version = ?2")?
        .execute(params![chip.to_string(), key_version, instant(at)])?;
    t.prepare_cached("DELETE FROM wrong_keys WHERE chip = ?1 AND key_version = ?2")?
        .execute(params![chip.to_string(), key_version])?;
    Ok(())
}
