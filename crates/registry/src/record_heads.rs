//! The end of each file of records on a card, as it was last seen: the chain itself does not show that its last records are missing.

use crate::record::{damaged, instant};
use crate::{Digest, Error, Registry, View};
use chipwright_profile::CardNumber;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

/// The last record of a file that was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecordHead {
    /// Its number in the file.
    pub number: u16,
    /// SHA-256 of the record.
    pub digest: Digest,
    /// When it was noted.
    pub noted_at: Timestamp,
}

impl View {
    /// The newest head noted for a file (0201 to 0207) of a card. A registry of an older program knows none.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn record_head(&self, card: &CardNumber, file: u16) -> Result<Option<RecordHead>, Error> {
        let known: Option<u32> = self
            .connection()
            .query_row("SELECT 1 FROM sqlite_schema WHERE name = 'record_heads'", [], |row| row.get(0))
            .optional()?;
        if known.is_none() {
            return Ok(None);
        }
        let found: Option<(u16, Digest, String)> = self
            .connection()
            .prepare_cached(
                "SELECT number, digest, noted_at FROM record_heads WHERE card_number = ?1 AND file = ?2
                 ORDER BY number DESC LIMIT 1",
            )?
            .query_row(params![card.as_str(), file], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        found
            .map(|(number, digest, at)| {
                let noted_at = at.parse().map_err(|_| damaged("time"))?;
                Ok(RecordHead { number, digest, noted_at })
            })
            .transpose()
    }
}

impl Registry {
    /// Notes the head of a file of a card. The head that is noted already is no error; an older one, or another record of the same
    /// number, is refused.
    ///
    /// # Errors
    /// [`Error::Refused`]; the errors of the disk.
    pub fn note_record_head(
        &mut self,
        card: &CardNumber,
        file: u16,
        number: u16,
        digest: &Digest,
        at: Timestamp,
    ) -> Result<(), Error> {
        let held = self.record_head(card, file)?;
        if held.is_some_and(|held| held.number == number && held.digest == *digest) {
            return Ok(());
        }
        self.transact("note record head", |t| {
            t.prepare_cached(
                "INSERT INTO record_heads (card_number, file, number, digest, noted_at) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![card.as_str(), file, number, digest, instant(at)])?;
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Issuer, Rule};

    #[test]
    fn heads_go_forward_and_stay() {
        let folder = tempfile::tempdir().unwrap();
        let at: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let path = folder.path().join("registry.sqlite");
        let mut registry = Registry::create(&path, &Issuer::new("Example", [1; 32]), at).unwrap();
        let card = CardNumber::parse("A2B3C4D5E").unwrap();
        assert_eq!(registry.record_head(&card, 0x0202).unwrap(), None);
        registry.note_record_head(&card, 0x0202, 1, &[1; 32], at).unwrap();
        registry.note_record_head(&card, 0x0202, 3, &[3; 32], at).unwrap();
        registry.note_record_head(&card, 0x0202, 3, &[3; 32], at).unwrap();
        registry.note_record_head(&card, 0x0203, 1, &[9; 32], at).unwrap();
        let head = registry.record_head(&card, 0x0202).unwrap().unwrap();
        assert_eq!((head.number, head.digest, head.noted_at), (3, [3; 32], at));
        for (number, digest) in [(2, [2; 32]), (3, [4; 32])] {
            let refused = registry.note_record_head(&card, 0x0202, number, &digest, at).unwrap_err();
            assert!(matches!(refused, Error::Refused { rule: Rule::RecordHead, .. }), "{refused:?}");
        }
        assert!(
            registry.note_record_head(&card, 0x0200, 1, &[1; 32], at).is_err(),
            "certificates are no chain"
        );
        for change in ["DELETE FROM record_heads", "UPDATE record_heads SET number = 9"] {
            assert!(registry.transact("test", |t| Ok(t.execute(change, [])?)).is_err(), "{change}");
        }
    }
}
