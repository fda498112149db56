//! Chips: seen, prepared, spoiled.

use crate::record::instant;
use crate::{BlankStage, ChipId, Error, Reason, Registry};
use jiff::Timestamp;
use rusqlite::{Transaction, params};

impl Registry {
    /// Records that a chip is in a reader, as `blank` when it is new. Says what is known of it.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn see_chip(&mut self, chip: &ChipId, at: Timestamp) -> Result<BlankStage, Error> {
        if let Some(known) = self.blank(chip)? {
            return Ok(known.stage);
        }
        self.transact("see chip", |t| {
            t.execute(
                "INSERT INTO blanks (chip, stage, seen_at, changed_at) VALUES (?1, 'blank', ?2, ?2)",
                params![chip.to_string(), instant(at)],
            )?;
            Ok(BlankStage::Blank)
        })
    }

    /// Records that a chip holds the issuer's keys and the application. Nothing changes when that is known.
    ///
    /// # Errors
    /// [`Rule::ChipGoesForward`](crate::Rule) for a used or spoiled chip; [`Error::UnknownChip`]; the errors of the disk.
    pub fn prepared(&mut self, chip: &ChipId, key_version: u8, at: Timestamp) -> Result<(), Error> {
        if self
            .blank(chip)?
            .is_some_and(|b| b.stage == BlankStage::Prepared && b.key_version == Some(key_version))
        {
            return Ok(());
        }
        self.transact("prepared", |t| {
            set_stage(t, chip, BlankStage::Prepared, None, at)?;
            t.execute(
                "UPDATE blanks SET key_version = ?2 WHERE chip = ?1",
                params![chip.to_string(), key_version],
            )?;
            Ok(())
        })
    }

    /// Records that a chip must not be used. Nothing changes when that is known.
    ///
    /// # Errors
    /// [`Error::UnknownChip`]; the errors of the disk.
    pub fn spoil(&mut self, chip: &ChipId, why: &Reason, at: Timestamp) -> Result<(), Error> {
        if self.blank(chip)?.is_some_and(|b| b.stage == BlankStage::Spoiled) {
            return Ok(());
        }
        self.transact("spoil", |t| set_stage(t, chip, BlankStage::Spoiled, Some(why), at))
    }
}

pub(crate) fn set_stage(
    t: &Transaction<'_>,
    chip: &ChipId,
    stage: BlankStage,
    why: Option<&Reason>,
    at: Timestamp,
) -> Result<(), Error> {
    let changed = t
        .prepare_cached("UPDATE blanks SET stage = ?2, spoiled_why = ?3, changed_at = ?4 WHERE chip = ?1")?
        .execute(params![chip.to_string(), stage.as_str(), why.map(Reason::as_str), instant(at)])?;
    if changed == 0 { Err(Error::UnknownChip(*chip)) } else { Ok(()) }
}
