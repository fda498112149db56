//! What status lists say of cards: events that are appended; the last one of a card counts.

use crate::record::{damaged, instant, named};
use crate::{CardStatus, Error, Reason, Registry, View};
use chipwright_profile::{CardNumber, StatusReference};
use jiff::Timestamp;
use rusqlite::params;
use std::fmt;

named! {
    /// What a status list says of a card.
    EntryStatus {
        /// Nothing is held against it.
        Valid = "valid",
        /// It is not good for now.
        Suspended = "suspended",
        /// It is not good any more, for ever.
        Invalid = "invalid",
    }
}

/// One change of a card's entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusChange {
    /// What the entry says since.
    pub status: EntryStatus,
    /// Why.
    pub why: Reason,
    /// When.
    pub at: Timestamp,
}

impl View {
    /// What the next publication says of a card. A registry of an older program knows revoked and abandoned cards.
    ///
    /// # Errors
    /// [`Error::UnknownCard`]; the errors of the disk.
    pub fn entry_status(&self, card: &CardNumber) -> Result<EntryStatus, Error> {
        let known = self.card(card)?.ok_or_else(|| Error::UnknownCard(card.clone()))?;
        if let Some(last) = self.status_changes(card)?.pop() {
            return Ok(last.status);
        }
        let closed = matches!(known.status, CardStatus::Revoked | CardStatus::Abandoned);
        Ok(if closed { EntryStatus::Invalid } else { EntryStatus::Valid })
    }

    /// Every change of a card's entry, in order. A registry of an older program has none.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn status_changes(&self, card: &CardNumber) -> Result<Vec<StatusChange>, Error> {
        if !self.knows("card_statuses")? {
            return Ok(Vec::new());
        }
        let mut statement = self
            .connection()
            .prepare_cached("SELECT status, why, at FROM card_statuses WHERE card_number = ?1 ORDER BY id")?;
        let rows = statement.query_map([card.as_str()], |row| {
            Ok::<(String, String, String), _>((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        rows.map(|row| {
            let (status, why, at) = row?;
            Ok(StatusChange {
                status: EntryStatus::stored(&status)?,
                why: Reason::new(&why).ok_or_else(|| damaged("reason"))?,
                at: at.parse().map_err(|_| damaged("time"))?,
            })
        })
        .collect()
    }

    /// Calls `each` with every entry that is not valid, in the order of lists and indices. A card that has no event is valid.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn for_each_entry(&self, each: &mut dyn FnMut(StatusReference, EntryStatus)) -> Result<(), Error> {
        if !self.knows("card_statuses")? {
            return self.for_each_revoked(&mut |entry| each(entry, EntryStatus::Invalid));
        }
        let mut statement = self.connection().prepare_cached(
            "SELECT c.status_list, c.status_index, s.status FROM card_statuses s
             JOIN cards c ON c.card_number = s.card_number
             WHERE s.status <> 'valid' AND NOT EXISTS (SELECT 1 FROM card_statuses n WHERE n.card_number = s.card_number AND n.id > s.id)
             ORDER BY c.status_list, c.status_index",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let status: String = row.get(2)?;
            each(StatusReference { list: row.get(0)?, index: row.get(1)? }, EntryStatus::stored(&status)?);
        }
        Ok(())
    }
}

/// Why a card is suspended whose chip is.
const CHIP_SUSPENDED: &str = "card-suspended";

impl Registry {
    /// Changes a card's entry; the next publication says so. A card whose entry becomes invalid is revoked, or given up if it was
    /// never written. Saying again what the entry says already changes nothing, but
    /// that a chip that is suspended is suspended by its registrar too, and is not lifted with the chip's suspension.
    ///
    /// # Errors
    /// [`Rule::StatusFinal`](crate::Rule::StatusFinal) for a card that is invalid; [`Error::UnknownCard`]; the errors of the disk.
    pub fn set_entry_status(
        &mut self,
        card: &CardNumber,
        status: EntryStatus,
        why: &Reason,
        at: Timestamp,
    ) -> Result<(), Error> {
        if self.entry_status(card)? == status {
            let last = self.status_changes(card)?.pop();
            let of_the_chip = status == EntryStatus::Suspended
                && last.is_some_and(|change| change.why.as_str() == CHIP_SUSPENDED);
            if !of_the_chip || why.as_str() == CHIP_SUSPENDED {
                return Ok(());
            }
        }
        let known = self.card(card)?.map(|known| known.status);
        match (status, known) {
            (EntryStatus::Invalid, Some(CardStatus::Allocated)) => self.abandon(card, why, at),
            (
                EntryStatus::Invalid,
                Some(CardStatus::Writing | CardStatus::Finalised | CardStatus::Issued),
            ) => self.revoke(card, why, at),
            _ => self.transact("set status", |t| {
                t.prepare_cached(
                    "INSERT INTO card_statuses (card_number, status, why, at) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute(params![
                    card.as_str(),
                    status.as_str(),
                    why.as_str(),
                    instant(at)
                ])?;
                Ok(())
            }),
        }
    }
}
