//! What custodians do to chips and their keys: deliveries checked, chips sent back, tries forgiven. Appended, never changed.

use crate::record::{damaged, instant, named};
use crate::{ChipId, Error, Reason, Registry, View};
use jiff::Timestamp;
use rusqlite::{Row, Transaction, params};
use std::fmt;

named! {
    /// What happened.
    CustodyKind {
        /// A chip of the delivery proved that it holds the transport keys.
        Checked = "checked",
        /// A chip of the delivery showed that it does not hold them.
        Refused = "refused",
        /// The chip holds its transport keys again and goes back to its supplier.
        Returned = "returned",
        /// A chip that was sent back is named by a new delivery.
        DeliveredAgain = "delivered-again",
        /// Spent tries were allowed again.
        TriesCleared = "tries-cleared",
    }
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CustodyEvent {
    /// What happened.
    pub kind: CustodyKind,
    /// The chip.
    pub chip: ChipId,
    /// The delivery, where there is one.
    pub delivery: Option<String>,
    /// Key version number.
    pub key_version: Option<u8>,
    /// How many tries were forgiven.
    pub tries: Option<u32>,
    /// The custodian's reason.
    pub why: Option<Reason>,
    /// When.
    pub at: Timestamp,
}

impl Registry {
    /// A chip proved, or disproved, that the delivery's keys are right.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn delivery_checked(
        &mut self,
        label: &str,
        chip: &ChipId,
        key_version: u8,
        right: bool,
        at: Timestamp,
    ) -> Result<(), Error> {
        let kind = if right { CustodyKind::Checked } else { CustodyKind::Refused };
        self.transact("delivery checked", |t| {
            append(t, kind, chip, (Some(label), Some(key_version), None, None), at)
        })
    }

    /// The chip holds transport keys again and leaves. Nothing changes when that is known.
    ///
    /// # Errors
    /// [`Rule::ChipNotReturnable`](crate::Rule) for a chip that carries or carried a card; the errors of the disk.
    pub fn returned(
        &mut self,
        chip: &ChipId,
        label: &str,
        key_version: u8,
        at: Timestamp,
    ) -> Result<(), Error> {
        if self.blank(chip)?.is_some_and(|blank| blank.stage == crate::BlankStage::Returned) {
            return Ok(());
        }
        self.transact("returned", |t| {
            append(t, CustodyKind::Returned, chip, (Some(label), Some(key_version), None, None), at)
        })
    }
}

impl View {
    /// Calls `each` with every event, or with those of one chip, oldest first.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn for_each_custody_event(
        &self,
        chip: Option<&ChipId>,
        each: &mut dyn FnMut(CustodyEvent),
    ) -> Result<(), Error> {
        if !self.knows("custody_events")? {
            return Ok(());
        }
        let mut statement = self.connection().prepare_cached(
            "SELECT kind, chip, delivery, key_version, tries, why, at FROM custody_events
             WHERE ?1 IS NULL OR chip = ?1 ORDER BY id",
        )?;
        let mut rows = statement.query([chip.map(ToString::to_string)])?;
        while let Some(row) = rows.next()? {
            each(event(row)?);
        }
        Ok(())
    }
}

/// Delivery, key version, tries, reason.
type Details<'a> = (Option<&'a str>, Option<u8>, Option<u32>, Option<&'a str>);

pub(crate) fn append(
    t: &Transaction<'_>,
    kind: CustodyKind,
    chip: &ChipId,
    (delivery, key_version, tries, why): Details<'_>,
    at: Timestamp,
) -> Result<(), Error> {
    t.prepare_cached(
        "INSERT INTO custody_events (kind, chip, delivery, key_version, tries, why, at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?
    .execute(params![
        kind.as_str(),
        chip.to_string(),
        delivery,
        key_version,
        tries,
        why,
        instant(at)
    ])?;
    Ok(())
}

fn event(row: &Row<'_>) -> Result<CustodyEvent, Error> {
    let (kind, chip, at): (String, String, String) = (row.get(0)?, row.get(1)?, row.get(6)?);
    let why: Option<String> = row.get(5)?;
    Ok(CustodyEvent {
        kind: CustodyKind::stored(&kind)?,
        chip: ChipId::from_digits(&chip).ok_or_else(|| damaged("chip identifier"))?,
        delivery: row.get(2)?,
        key_version: row.get(3)?,
        tries: row.get(4)?,
        why: why.map(|why| Reason::new(&why).ok_or_else(|| damaged("reason"))).transpose()?,
        at: at.parse().map_err(|_| damaged("time"))?,
    })
}
