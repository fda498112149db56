//! The budget of failed authentications per chip and key set, counted before a try is sent.

use crate::record::instant;
use crate::{ChipId, Error, Registry, Rule};
use jiff::Timestamp;
use rusqlite::params;

impl Registry {
    /// Counts one try, before INITIALIZE UPDATE is sent. Returns how many are left after it.
    ///
    /// # Errors
    /// [`Error::TriesSpent`] when none is left: nothing may be sent. The errors of the disk.
    pub fn spend_try(&mut self, chip: &ChipId, key_version: u8, at: Timestamp) -> Result<u32, Error> {
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

    /// The card accepted the key: its own counter is clear, and so is ours. Also how a person who has checked the keys
    /// allows a chip again.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn clear_tries(&mut self, chip: &ChipId, key_version: u8, at: Timestamp) -> Result<(), Error> {
        if self.tries_spent(chip, key_version)? == 0 {
            return Ok(());
        }
        self.transact("clear tries", |t| {
            t.prepare_cached(
                "UPDATE tries SET spent = 0, changed_at = ?3 WHERE chip = ?1 AND key_version = ?2",
            )?
            .execute(params![chip.to_string(), key_version, instant(at)])?;
            Ok(())
        })
    }
}
