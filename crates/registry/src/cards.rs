//! The life of a card after it was allocated. Every step is one commit.

use crate::blanks::set_stage;
use crate::record::instant;
use crate::{BlankStage, Card, CardStatus, ChipId, Digest, Error, Reason, Registry, Seal};
use chipwright_profile::CardNumber;
use chipwright_verify::Accepted;
use jiff::Timestamp;
use rusqlite::{Transaction, params};

/// The number of a committed intent. Only the registry makes one, so whoever holds it knows that the intent is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Intent(pub(crate) i64);

impl Registry {
    /// A chip takes the card: allocated → writing, or writing on another chip when the first is known not to be finalised.
    ///
    /// # Errors
    /// [`Rule::ChipNotFree`](crate::Rule::ChipNotFree), [`Rule::OneLiveCardPerChip`](crate::Rule::OneLiveCardPerChip), [`Rule::MaybeFinalised`](crate::Rule::MaybeFinalised), [`Rule::CardGoesForward`](crate::Rule::CardGoesForward);
    /// [`Error::UnknownCard`]; the errors of the disk.
    pub fn begin_writing(&mut self, card: &CardNumber, chip: &ChipId, at: Timestamp) -> Result<(), Error> {
        let known = self.known(card)?;
        if known.status == CardStatus::Writing && known.chip == Some(*chip) {
            return Ok(());
        }
        self.transact("begin writing", |t| {
            update(
                t,
                "UPDATE cards SET status = 'writing', chip = ?2, changed_at = ?3 WHERE card_number = ?1",
                params![card.as_str(), chip.to_string(), instant(at)],
                card,
            )
        })
    }

    /// Commits the intent to finalise, with what the finished card will be recognised by.
    ///
    /// # Errors
    /// [`Rule::IntentWithoutWriting`](crate::Rule::IntentWithoutWriting) when this chip is not being written with this card, [`Rule::IntentOpen`](crate::Rule::IntentOpen) when an
    /// earlier intent may have come true; the errors of the disk.
    pub fn intend_finalise(
        &mut self,
        card: &CardNumber,
        chip: &ChipId,
        seal: &Seal,
        at: Timestamp,
    ) -> Result<Intent, Error> {
        self.transact("intend finalise", |t| {
            let id = t
                .prepare_cached(
                    "INSERT INTO intents (kind, card_number, chip, signer_digest, security_object_digest, at, detail)
                     VALUES ('finalise', ?1, ?2, ?3, ?4, ?5, '{}') RETURNING id",
                )?
                .query_row(
                    params![card.as_str(), chip.to_string(), seal.signer, seal.security_object, instant(at)],
                    |row| row.get(0),
                )?;
            Ok(Intent(id))
        })
    }

    /// The chip answered FINALISE, or was found finalised: outcome `done`, the card is finalised, the chip is used.
    ///
    /// # Errors
    /// [`Rule::Constraint`](crate::Rule::Constraint) when the intent has an outcome already; the errors of the disk.
    pub fn finalised(&mut self, intent: Intent, at: Timestamp) -> Result<(), Error> {
        self.transact("finalised", |t| {
            outcome(t, intent, "done", &serde_json::json!({}), at)?;
            t.prepare_cached(
                "UPDATE cards SET status = 'finalised', signer_digest = i.signer_digest,
                   security_object_digest = i.security_object_digest, changed_at = ?2
                 FROM intents i WHERE i.id = ?1 AND cards.card_number = i.card_number",
            )?
            .execute(params![intent.0, instant(at)])?;
            t.prepare_cached(
                "UPDATE blanks SET stage = 'used', changed_at = ?2 WHERE chip = (SELECT chip FROM intents WHERE id = ?1)",
            )?
            .execute(params![intent.0, instant(at)])?;
            Ok(())
        })
    }

    /// The chip was looked at and is not finalised: outcome `not-done`. Another intent may follow, or another chip.
    ///
    /// # Errors
    /// [`Rule::Constraint`](crate::Rule::Constraint) when the intent has an outcome already; the errors of the disk.
    pub fn not_finalised(&mut self, intent: Intent, why: &Reason, at: Timestamp) -> Result<(), Error> {
        self.transact("not finalised", |t| {
            outcome(t, intent, "not-done", &serde_json::json!({ "why": why.as_str() }), at)
        })
    }

    /// The card is issued: read back over a fresh connection and accepted. Nothing changes when that is recorded already.
    ///
    /// # Errors
    /// [`Error::NotTheFinalisedCard`] when the security object or the status entry that was read is not the recorded one;
    /// [`Rule::CardGoesForward`](crate::Rule::CardGoesForward) when the card is not finalised; [`Error::UnknownCard`]; the errors of the disk.
    pub fn mark_issued(&mut self, accepted: &Accepted) -> Result<(), Error> {
        let card = self.known(accepted.card_number())?;
        if card.reference != accepted.status() {
            return Err(Error::NotTheFinalisedCard { card: card.number, what: "status list entry" });
        }
        self.record_acceptance(&card, &accepted.security_object_digest(), accepted.at())
    }

    fn record_acceptance(
        &mut self,
        card: &Card,
        security_object: &Digest,
        at: Timestamp,
    ) -> Result<(), Error> {
        if card.seal.is_some_and(|seal| seal.security_object != *security_object) {
            return Err(Error::NotTheFinalisedCard { card: card.number.clone(), what: "security object" });
        }
        if card.status == CardStatus::Issued {
            return Ok(());
        }
        self.transact("mark issued", |t| {
            t.prepare_cached("INSERT INTO acceptances VALUES (?1, ?2, ?3)")?.execute(params![
                card.number.as_str(),
                security_object,
                instant(at)
            ])?;
            update(
                t,
                "UPDATE cards SET status = 'issued', changed_at = ?2 WHERE card_number = ?1",
                params![card.number.as_str(), instant(at)],
                &card.number,
            )
        })
    }

    /// The card is not to be trusted any more: its status entry becomes INVALID, its member may be given another. A chip
    /// that was never issued is spoiled with it.
    ///
    /// # Errors
    /// [`Rule::CardGoesForward`](crate::Rule::CardGoesForward) when no chip can carry the card yet; [`Error::UnknownCard`]; the errors of the disk.
    pub fn revoke(&mut self, card: &CardNumber, why: &Reason, at: Timestamp) -> Result<(), Error> {
        let known = self.known(card)?;
        if known.status == CardStatus::Revoked {
            return Ok(());
        }
        self.transact("revoke", |t| {
            close(t, card, CardStatus::Revoked, why, at)?;
            match known.chip {
                Some(chip) if matches!(known.status, CardStatus::Writing | CardStatus::Finalised) => {
                    set_stage(t, &chip, BlankStage::Spoiled, Some(why), at)
                }
                _ => Ok(()),
            }
        })
    }

    /// The card is given up before it was finalised.
    ///
    /// # Errors
    /// [`Rule::MaybeFinalised`](crate::Rule::MaybeFinalised) when a chip may carry it: revoke it then; [`Rule::CardGoesForward`](crate::Rule::CardGoesForward); [`Error::UnknownCard`];
    /// the errors of the disk.
    pub fn abandon(&mut self, card: &CardNumber, why: &Reason, at: Timestamp) -> Result<(), Error> {
        self.transact("abandon", |t| close(t, card, CardStatus::Abandoned, why, at))
    }

    fn known(&self, card: &CardNumber) -> Result<Card, Error> {
        self.card(card)?.ok_or_else(|| Error::UnknownCard(card.clone()))
    }
}

fn close(
    t: &Transaction<'_>,
    card: &CardNumber,
    status: CardStatus,
    why: &Reason,
    at: Timestamp,
) -> Result<(), Error> {
    update(
        t,
        "UPDATE cards SET status = ?2, closed_why = ?3, changed_at = ?4 WHERE card_number = ?1",
        params![card.as_str(), status.as_str(), why.as_str(), instant(at)],
        card,
    )
}

fn update(
    t: &Transaction<'_>,
    sql: &str,
    values: &[&dyn rusqlite::ToSql],
    card: &CardNumber,
) -> Result<(), Error> {
    if t.prepare_cached(sql)?.execute(values)? == 0 { Err(Error::UnknownCard(card.clone())) } else { Ok(()) }
}

fn outcome(
    t: &Transaction<'_>,
    intent: Intent,
    result: &str,
    detail: &serde_json::Value,
    at: Timestamp,
) -> Result<(), Error> {
    t.prepare_cached("INSERT INTO outcomes VALUES (?1, ?2, ?3, ?4)")?.execute(params![
        intent.0,
        result,
        instant(at),
        detail.to_string()
    ])?;
    Ok(())
}

#[cfg(test)]
#[path = "cards_tests.rs"]
mod tests;
