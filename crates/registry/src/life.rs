//! What is done to issued cards later: each is intended on record before the card is touched, and done on record after.

use crate::record::{damaged, instant};
use crate::{ChipId, Digest, Error, Registry, Seal, View};
use chipwright_profile::CardNumber;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

/// What is done to a card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LifeEvent {
    /// Nothing can be read until it is resumed.
    Suspend,
    /// It can be read again.
    Resume,
    /// Nothing can be selected until it is unblocked.
    Block,
    /// It is as before the block.
    Unblock,
    /// It is ended for ever.
    Terminate,
    /// It holds other data, under another security object.
    Update,
}

impl LifeEvent {
    const ALL: [Self; 6] =
        [Self::Suspend, Self::Resume, Self::Block, Self::Unblock, Self::Terminate, Self::Update];

    /// The word on record.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Terminate => "terminate",
            Self::Update => "update",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == word)
    }
}

/// An intent on record; only the registry makes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LifeIntent(i64);

/// One line of a card's life.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LifeRecord {
    /// Its intent.
    pub intent: LifeIntent,
    /// What.
    pub event: LifeEvent,
    /// When it was intended.
    pub intended_at: Timestamp,
    /// When it was done; `None` where nobody knows.
    pub done_at: Option<Timestamp>,
    /// SHA-256 of EF.SOD after an update.
    pub security_object: Option<Digest>,
}

impl View {
    /// What was done to a card since it was issued, in order. A registry of an older program knows nothing.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn life_of(&self, card: &CardNumber) -> Result<Vec<LifeRecord>, Error> {
        let known: Option<u32> = self
            .connection()
            .query_row("SELECT 1 FROM sqlite_schema WHERE name = 'life_intents'", [], |row| row.get(0))
            .optional()?;
        if known.is_none() {
            return Ok(Vec::new());
        }
        let mut statement = self.connection().prepare_cached(
            "SELECT i.kind, i.at, o.at, i.security_object_digest, i.id FROM life_intents i
             LEFT JOIN life_outcomes o ON o.intent = i.id WHERE i.card_number = ?1 ORDER BY i.id",
        )?;
        type Row = (String, String, Option<String>, Option<Digest>, i64);
        let rows = statement.query_map([card.as_str()], |row| {
            Ok::<Row, _>((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
        })?;
        let time = |at: String| at.parse().map_err(|_| damaged("time"));
        rows.map(|row| {
            let (event, intended, done, security_object, intent) = row?;
            Ok(LifeRecord {
                intent: LifeIntent(intent),
                event: LifeEvent::parse(&event).ok_or_else(|| damaged("life event"))?,
                intended_at: time(intended)?,
                done_at: done.map(time).transpose()?,
                security_object,
            })
        })
        .collect()
    }

    /// What the card holds since its last update that was done; none if it never had one.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn updated_seal_of(&self, card: &CardNumber) -> Result<Option<Seal>, Error> {
        let known = self
            .connection()
            .prepare_cached("SELECT 1 FROM sqlite_schema WHERE name = 'life_intents'")?
            .exists([])?;
        if !known {
            return Ok(None);
        }
        let mut statement = self.connection().prepare_cached(
            "SELECT i.signer_digest, i.security_object_digest FROM life_intents i
             JOIN life_outcomes o ON o.intent = i.id
             WHERE i.card_number = ?1 AND i.kind = 'update' ORDER BY i.id DESC LIMIT 1",
        )?;
        let seal = |row: &rusqlite::Row<'_>| Ok(Seal { signer: row.get(0)?, security_object: row.get(1)? });
        Ok(statement.query_row([card.as_str()], seal).optional()?)
    }
}

impl Registry {
    /// A card is about to be changed; commit before anything is sent. `seal` tells what an update will hold, and nothing else has one.
    ///
    /// # Errors
    /// [`Rule::LifeOfIssuedCards`](crate::Rule::LifeOfIssuedCards) for a card that was not issued, or on another chip;
    /// [`Rule::LifeEnded`](crate::Rule::LifeEnded) for a terminated one; the errors of the disk.
    pub fn intend_life(
        &mut self,
        card: &CardNumber,
        chip: &ChipId,
        event: LifeEvent,
        seal: Option<&Seal>,
        at: Timestamp,
    ) -> Result<LifeIntent, Error> {
        self.transact("intend life", |t| {
            t.prepare_cached(
                "INSERT INTO life_intents (kind, card_number, chip, signer_digest, security_object_digest, at)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                event.as_str(),
                card.as_str(),
                chip.to_string(),
                seal.map(|seal| seal.signer),
                seal.map(|seal| seal.security_object),
                instant(at)
            ])?;
            Ok(LifeIntent(t.last_insert_rowid()))
        })
    }

    /// The card was seen in its new state.
    ///
    /// # Errors
    /// [`Rule::Constraint`](crate::Rule::Constraint) when that is recorded already; the errors of the disk.
    pub fn life_done(&mut self, intent: LifeIntent, at: Timestamp) -> Result<(), Error> {
        self.transact("life done", |t| {
            t.prepare_cached("INSERT INTO life_outcomes (intent, at) VALUES (?1, ?2)")?
                .execute(params![intent.0, instant(at)])?;
            Ok(())
        })
    }
}
