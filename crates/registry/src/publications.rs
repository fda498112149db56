//! Publications of the status lists: a number is reserved and all lists are read in one commit, then they are signed, then they
//! are released.

use crate::record::{damaged, instant};
use crate::statuses::EntryStatus;
use crate::{Digest, Error, Registry, View};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};

/// All lists as they were at one moment, under a number that nothing else has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusSnapshot {
    /// The number of the publication.
    pub number: u32,
    /// When it was begun.
    pub at: Timestamp,
    /// Every list that has been opened.
    pub lists: Vec<ListSnapshot>,
}

/// One list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListSnapshot {
    /// Its number.
    pub list: u32,
    /// How many entries it has.
    pub size: u32,
    /// The entries that are not valid, in order.
    pub entries: Vec<(u32, EntryStatus)>,
}

/// What was signed for one list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedList {
    /// Its number.
    pub list: u32,
    /// When both tokens expire.
    pub expires_at: Timestamp,
    /// SHA-256 of the JWT.
    pub jwt: Digest,
    /// SHA-256 of the CWT.
    pub cwt: Digest,
}

/// A publication on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its number.
    pub number: u32,
    /// When its lists were read.
    pub at: Timestamp,
    /// When it was released; none if it never was.
    pub released_at: Option<Timestamp>,
    /// What was signed; nothing if it was not.
    pub lists: Vec<SignedList>,
}

impl View {
    /// The publication that was released last.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn released(&self) -> Result<Option<Publication>, Error> {
        if !self.knows("status_releases")? {
            return Ok(None);
        }
        let last: Option<u32> =
            self.connection().query_row("SELECT max(number) FROM status_releases", [], |row| row.get(0))?;
        last.map_or(Ok(None), |number| self.publication(number))
    }

    /// A publication by its number.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn publication(&self, number: u32) -> Result<Option<Publication>, Error> {
        if !self.knows("status_releases")? {
            return Ok(None);
        }
        let found: Option<(String, Option<String>)> = self
            .connection()
            .prepare_cached(
                "SELECT p.at, r.at FROM status_publications p LEFT JOIN status_releases r ON r.number = p.number
                 WHERE p.number = ?1",
            )?
            .query_row([number], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((at, released)) = found else { return Ok(None) };
        let mut statement = self.connection().prepare_cached(
            "SELECT list, expires_at, jwt_digest, cwt_digest FROM status_tokens WHERE number = ?1 ORDER BY list",
        )?;
        let rows = statement.query_map([number], |row| {
            Ok::<(u32, String, Digest, Digest), _>((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })?;
        let lists = rows.map(|row| {
            let (list, expires, jwt, cwt) = row?;
            Ok(SignedList { list, expires_at: time(&expires)?, jwt, cwt })
        });
        Ok(Some(Publication {
            number,
            at: time(&at)?,
            released_at: released.as_deref().map(time).transpose()?,
            lists: lists.collect::<Result<_, Error>>()?,
        }))
    }

    /// How many changes of entries are in no released publication yet.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn unpublished_changes(&self) -> Result<u64, Error> {
        if !self.knows("status_releases")? {
            return Ok(0);
        }
        let count = "SELECT count(*) FROM card_statuses WHERE id > coalesce((SELECT max(p.last_change)
             FROM status_publications p JOIN status_releases r ON r.number = p.number), 0)";
        Ok(u64::from(self.connection().query_row(count, [], |row| row.get::<_, u32>(0))?))
    }
}

impl Registry {
    /// Reserves the next number and reads all lists, in one commit: whatever is changed later is in the next publication, whole. A
    /// number whose publication comes to nothing is not used again.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn begin_publication(&mut self, at: Timestamp) -> Result<StatusSnapshot, Error> {
        let number = self.transact("begin publication", |t| {
            Ok(t.query_row(
                "INSERT INTO status_publications (number, last_change, at)
                 SELECT coalesce((SELECT max(number) FROM status_publications), 0) + 1,
                   coalesce((SELECT max(id) FROM card_statuses), 0), ?1 RETURNING number",
                [instant(at)],
                |row| row.get(0),
            )?)
        })?;
        // nobody else writes between the commit and this reading: the lease is ours
        self.at_one_moment(|view| {
            let mut statement =
                view.connection().prepare_cached("SELECT list, size FROM status_lists ORDER BY list")?;
            let rows = statement.query_map([], |row| {
                Ok(ListSnapshot { list: row.get(0)?, size: row.get(1)?, entries: Vec::new() })
            })?;
            let mut lists = rows.collect::<Result<Vec<_>, _>>()?;
            let mut here = 0;
            view.for_each_entry(&mut |entry, status| {
                while lists.get(here).is_some_and(|list| list.list < entry.list) {
                    here += 1;
                }
                if let Some(list) = lists.get_mut(here).filter(|list| list.list == entry.list) {
                    list.entries.push((entry.index, status));
                }
            })?;
            Ok(StatusSnapshot { number, at, lists })
        })
    }

    /// Every list was signed; commit before any of it is shown to anybody.
    ///
    /// # Errors
    /// [`Rule::Constraint`](crate::Rule::Constraint) when that is recorded already; the errors of the disk.
    pub fn publication_signed(&mut self, number: u32, lists: &[SignedList]) -> Result<(), Error> {
        self.transact("publication signed", |t| {
            let mut insert = t.prepare_cached("INSERT INTO status_tokens VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for signed in lists {
                insert.execute(params![
                    number,
                    signed.list,
                    instant(signed.expires_at),
                    signed.jwt,
                    signed.cwt
                ])?;
            }
            Ok(())
        })
    }

    /// Readers find it now.
    ///
    /// # Errors
    /// [`Rule::PublicationNumber`](crate::Rule::PublicationNumber) for one that was not signed, or is older than the one released;
    /// the errors of the disk.
    pub fn publication_released(&mut self, number: u32, at: Timestamp) -> Result<(), Error> {
        self.transact("publication released", |t| {
            t.prepare_cached("INSERT INTO status_releases VALUES (?1, ?2)")?
                .execute(params![number, instant(at)])?;
            Ok(())
        })
    }
}

fn time(text: &str) -> Result<Timestamp, Error> {
    text.parse().map_err(|_| damaged("time"))
}
