//! Reading the registry, from the writing process or beside it.

use crate::record::damaged;
use crate::{
    Blank, BlankStage, BlanksByStage, Card, CardStatus, CardsByStatus, ChipId, Digest, Error, FinaliseIntent,
    InFlight, Intent, Issuer, Reason, Seal, schema,
};
use chipwright_profile::{Allocation, Can, CardNumber, MemberNumber, Salt, StatusReference};
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use std::path::Path;
use zeroize::Zeroizing;

const CARD: &str = "card_number, member_number, status, status_list, status_index, chip, signer_digest, \
                    security_object_digest, closed_why, allocated_at, changed_at";

/// The registry, for reading.
pub struct View {
    connection: Connection,
}

impl std::fmt::Debug for View {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("View(..)")
    }
}

impl View {
    /// Opens a registry for reading only; another process may be writing it.
    ///
    /// # Errors
    /// [`Error::NotFound`], [`Error::NotARegistry`], [`Error::NewerSchema`], [`Error::Damaged`]; the errors of the disk.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let connection = schema::open_reading(path)?;
        schema::identify(&connection, path)?;
        Ok(Self::over(connection))
    }

    pub(crate) const fn over(connection: Connection) -> Self {
        Self { connection }
    }

    pub(crate) const fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) const fn connection_mut(&mut self) -> &mut Connection {
        &mut self.connection
    }

    /// Whose registry it is.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn issuer(&self) -> Result<Issuer, Error> {
        Ok(self.connection.query_row(
            "SELECT name, root_digest, status_list_size, status_list_fill, tries_allowed FROM issuer",
            [],
            |row| {
                Ok(Issuer {
                    name: row.get(0)?,
                    root_digest: row.get(1)?,
                    status_list_size: row.get(2)?,
                    status_list_fill: row.get(3)?,
                    tries_allowed: row.get(4)?,
                })
            },
        )?)
    }

    /// A card by its number.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn card(&self, number: &CardNumber) -> Result<Option<Card>, Error> {
        self.one_card("card_number = ?1", number.as_str())
    }

    /// The member's live card: allocated, being written, finalised or issued. There is at most one.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn live_card_of(&self, member: &MemberNumber) -> Result<Option<Card>, Error> {
        self.one_card(
            "member_number = ?1 AND status IN ('allocated', 'writing', 'finalised', 'issued')",
            member.as_str(),
        )
    }

    /// All cards a member ever had, oldest first.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn cards_of(&self, member: &MemberNumber) -> Result<Vec<Card>, Error> {
        let mut cards = Vec::new();
        self.each_card("member_number = ?1 ORDER BY allocated_at", params![member.as_str()], &mut |card| {
            cards.push(card)
        })?;
        Ok(cards)
    }

    /// The live card on a chip.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn live_card_on(&self, chip: &ChipId) -> Result<Option<Card>, Error> {
        self.one_card(
            "chip = ?1 AND status IN ('allocated', 'writing', 'finalised', 'issued')",
            &chip.to_string(),
        )
    }

    /// Calls `each` for every card, in the order of their numbers, one at a time.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn for_each_card(&self, each: &mut dyn FnMut(Card)) -> Result<(), Error> {
        self.each_card("1 ORDER BY card_number", params![], each)
    }

    /// What a run left unfinished, oldest first.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn open_work(&self) -> Result<Vec<InFlight>, Error> {
        let mut cards = Vec::new();
        self.each_card(
            "status IN ('allocated', 'writing', 'finalised') ORDER BY allocated_at",
            params![],
            &mut |c| cards.push(c),
        )?;
        cards.into_iter().map(|card| Ok(InFlight { open: self.open_intent(&card.number)?, card })).collect()
    }

    /// The intent of this card that has no outcome: FINALISE may have been sent.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn open_intent(&self, card: &CardNumber) -> Result<Option<FinaliseIntent>, Error> {
        let found = self
            .connection
            .prepare_cached(
                "SELECT id, intents.at FROM intents LEFT JOIN outcomes ON intent = id WHERE card_number = ?1 AND result IS NULL",
            )
            .and_then(|mut s| s.query_row([card.as_str()], |row| Ok((row.get(0)?, row.get::<_, String>(1)?))).optional())?;
        found.map(|(id, at)| Ok(FinaliseIntent { intent: Intent(id), at: instant(&at)? })).transpose()
    }

    /// What an intent recorded that the finished card will be recognised by.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn seal_of(&self, intent: Intent) -> Result<Seal, Error> {
        Ok(self.connection.query_row(
            "SELECT signer_digest, security_object_digest FROM intents WHERE id = ?1",
            [intent.0],
            |row| Ok(Seal { signer: row.get(0)?, security_object: row.get(1)? }),
        )?)
    }

    /// What was allocated to a card, with its secrets.
    ///
    /// # Errors
    /// [`Error::UnknownCard`]; the errors of the disk.
    pub fn allocation_of(&self, card: &CardNumber) -> Result<Allocation, Error> {
        let found = self
            .connection
            .prepare_cached("SELECT can, salt, status_list, status_index FROM cards WHERE card_number = ?1")?
            .query_row([card.as_str()], |row| {
                let can: Zeroizing<String> = Zeroizing::new(row.get(0)?);
                let salt: Zeroizing<[u8; 32]> = Zeroizing::new(row.get(1)?);
                Ok((can, salt, StatusReference { list: row.get(2)?, index: row.get(3)? }))
            })
            .optional()?;
        let (can, salt, status) = found.ok_or_else(|| Error::UnknownCard(card.clone()))?;
        let can = Can::parse(&can).map_err(|_| damaged("access number"))?;
        Ok(Allocation { card_number: card.clone(), can, status, salt: Salt::new(*salt) })
    }

    /// A chip.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn blank(&self, chip: &ChipId) -> Result<Option<Blank>, Error> {
        let found = self
            .connection
            .prepare_cached(&format!(
                "SELECT stage, key_version, spoiled_why, seen_at, changed_at FROM {} WHERE chip = ?1",
                self.stages()?
            ))?
            .query_row([chip.to_string()], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?))
            })
            .optional()?;
        let Some((stage, key_version, why, seen, changed)) = found else { return Ok(None) };
        let (stage, why, seen, changed): (String, Option<String>, String, String) =
            (stage, why, seen, changed);
        Ok(Some(Blank {
            chip: *chip,
            stage: BlankStage::stored(&stage)?,
            key_version,
            spoiled_why: why.as_deref().map(reason).transpose()?,
            seen_at: instant(&seen)?,
            changed_at: instant(&changed)?,
        }))
    }

    /// INITIALIZE UPDATE commands with this key set that were not followed by success.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn tries_spent(&self, chip: &ChipId, key_version: u8) -> Result<u32, Error> {
        let spent = self
            .connection
            .prepare_cached("SELECT spent FROM tries WHERE chip = ?1 AND key_version = ?2")?
            .query_row(params![chip.to_string(), key_version], |row| row.get(0))
            .optional()?;
        Ok(spent.unwrap_or(0))
    }

    /// Calls `each` with every chip and key set that has lost tries, and how many, in the order of the chips.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn for_each_spent_try(&self, each: &mut dyn FnMut(ChipId, u8, u32)) -> Result<(), Error> {
        let mut statement = self.connection.prepare(
            "SELECT chip, key_version, spent FROM tries WHERE spent > 0 ORDER BY chip, key_version",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let chip: String = row.get(0)?;
            let chip = ChipId::from_digits(&chip).ok_or_else(|| damaged("chip identifier"))?;
            each(chip, row.get(1)?, row.get(2)?);
        }
        Ok(())
    }

    /// All that `read` reads is of one moment, whatever is written meanwhile.
    ///
    /// # Errors
    /// Those of `read`; the errors of the disk.
    pub fn at_one_moment<T>(&self, read: impl FnOnce(&Self) -> Result<T, Error>) -> Result<T, Error> {
        // dropped at the end, which ends it
        let _moment = self.connection.unchecked_transaction()?;
        read(self)
    }

    /// How many cards are how far.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn cards_by_status(&self) -> Result<CardsByStatus, Error> {
        let mut counts = CardsByStatus::default();
        self.count("SELECT status, count(*) FROM cards GROUP BY status", &mut |status, count| {
            match CardStatus::stored(status)? {
                CardStatus::Allocated => counts.allocated = count,
                CardStatus::Writing => counts.writing = count,
                CardStatus::Finalised => counts.finalised = count,
                CardStatus::Issued => counts.issued = count,
                CardStatus::Revoked => counts.revoked = count,
                CardStatus::Abandoned => counts.abandoned = count,
            }
            Ok(())
        })?;
        Ok(counts)
    }

    /// How many chips are good for what.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn blanks_by_stage(&self) -> Result<BlanksByStage, Error> {
        let mut counts = BlanksByStage::default();
        let by_stage = format!("SELECT stage, count(*) FROM {} GROUP BY stage", self.stages()?);
        self.count(&by_stage, &mut |stage, count| {
            match BlankStage::stored(stage)? {
                BlankStage::Blank => counts.blank = count,
                BlankStage::Prepared => counts.prepared = count,
                BlankStage::Used => counts.used = count,
                BlankStage::Returned => counts.returned = count,
                BlankStage::Spoiled => counts.spoiled = count,
            }
            Ok(())
        })?;
        Ok(counts)
    }

    /// Calls `each` for the status entry of every revoked card: those that a status list marks INVALID.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn for_each_revoked(&self, each: &mut dyn FnMut(StatusReference)) -> Result<(), Error> {
        let mut statement = self
            .connection
            .prepare("SELECT status_list, status_index FROM cards WHERE status = 'revoked' ORDER BY status_list, status_index")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(StatusReference { list: row.get(0)?, index: row.get(1)? });
        }
        Ok(())
    }

    /// Where the stages of chips are read: a registry of an earlier schema that is only read knows of none that were sent back.
    fn stages(&self) -> Result<&'static str, Error> {
        Ok(if self.knows("chip_stages")? { "chip_stages" } else { "blanks" })
    }

    fn count(&self, sql: &str, take: &mut dyn FnMut(&str, u64) -> Result<(), Error>) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            take(&name, u64::from(row.get::<_, u32>(1)?))?;
        }
        Ok(())
    }

    fn one_card(&self, condition: &str, value: &str) -> Result<Option<Card>, Error> {
        let mut statement =
            self.connection.prepare_cached(&format!("SELECT {CARD} FROM cards WHERE {condition}"))?;
        let mut rows = statement.query([value])?;
        rows.next()?.map(card).transpose()
    }

    fn each_card(
        &self,
        condition: &str,
        values: &[&dyn rusqlite::ToSql],
        each: &mut dyn FnMut(Card),
    ) -> Result<(), Error> {
        let mut statement =
            self.connection.prepare_cached(&format!("SELECT {CARD} FROM cards WHERE {condition}"))?;
        let mut rows = statement.query(values)?;
        while let Some(row) = rows.next()? {
            each(card(row)?);
        }
        Ok(())
    }
}

fn card(row: &Row<'_>) -> Result<Card, Error> {
    let text = |index: usize| row.get::<_, String>(index);
    let chip: Option<String> = row.get(5)?;
    let why: Option<String> = row.get(8)?;
    let signer: Option<Digest> = row.get(6)?;
    let security_object: Option<Digest> = row.get(7)?;
    Ok(Card {
        number: CardNumber::parse(&text(0)?).map_err(|_| damaged("card number"))?,
        member: MemberNumber::parse(&text(1)?).map_err(|_| damaged("member number"))?,
        status: CardStatus::stored(&text(2)?)?,
        reference: StatusReference { list: row.get(3)?, index: row.get(4)? },
        chip: chip.map(|c| ChipId::from_digits(&c).ok_or_else(|| damaged("chip identifier"))).transpose()?,
        seal: signer.zip(security_object).map(|(signer, security_object)| Seal { signer, security_object }),
        closed_why: why.as_deref().map(reason).transpose()?,
        allocated_at: instant(&text(9)?)?,
        changed_at: instant(&text(10)?)?,
    })
}

fn reason(text: &str) -> Result<Reason, Error> {
    Reason::new(text).ok_or_else(|| damaged("reason"))
}

fn instant(text: &str) -> Result<Timestamp, Error> {
    text.parse().map_err(|_| damaged("time"))
}
