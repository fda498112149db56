//! What a card gets before anything is written: number, CAN, salt, and a place in a status list.

use crate::record::instant;
use crate::{Error, Registry};
use chipwright_profile::{Allocation, Can, CardNumber, MemberNumber, Salt, StatusReference};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Transaction, params};

/// Draws before giving up. At most three quarters of a list are taken, so a good source fails with (3/4)^128 ≈ 10⁻¹⁶.
const DRAWS: u32 = 128;

impl Registry {
    /// Allocates a card to a member and commits it. The index is drawn at random over the whole list, so neither number
    /// nor index tells the order of issuance.
    ///
    /// # Errors
    /// [`Rule::OneLiveCardPerMember`](crate::Rule) when the member has a card that is not revoked or abandoned;
    /// [`Error::NoFreeValue`] when the random source keeps repeating itself; the errors of the disk.
    pub fn allocate(
        &mut self,
        member: &MemberNumber,
        at: Timestamp,
        rng: &mut dyn FnMut(&mut [u8]),
    ) -> Result<Allocation, Error> {
        self.transact("allocate", |t| {
            let allocation =
                Allocation { card_number: free_number(t, rng)?, can: Can::draw(rng), status: free_entry(t, rng)?, salt: Salt::draw(rng) };
            let can = std::str::from_utf8(allocation.can.expose()).unwrap_or_default();
            t.prepare_cached(
                "INSERT INTO cards (card_number, member_number, status, can, salt, status_list, status_index, allocated_at, changed_at)
                 VALUES (?1, ?2, 'allocated', ?3, ?4, ?5, ?6, ?7, ?7)",
            )?
            .execute(params![
                allocation.card_number.as_str(),
                member.as_str(),
                can,
                allocation.salt.expose(),
                allocation.status.list,
                allocation.status.index,
                instant(at)
            ])?;
            Ok(allocation)
        })
    }
}

fn free_number(t: &Transaction<'_>, rng: &mut dyn FnMut(&mut [u8])) -> Result<CardNumber, Error> {
    let mut taken = t.prepare_cached("SELECT 1 FROM cards WHERE card_number = ?1")?;
    for _ in 0..DRAWS {
        let number = CardNumber::draw(rng);
        if !taken.exists([number.as_str()])? {
            return Ok(number);
        }
    }
    Err(Error::NoFreeValue { what: "card number", draws: DRAWS })
}

fn free_entry(t: &Transaction<'_>, rng: &mut dyn FnMut(&mut [u8])) -> Result<StatusReference, Error> {
    let (list, size) = open_list(t)?;
    let mut taken = t.prepare_cached("SELECT 1 FROM cards WHERE status_list = ?1 AND status_index = ?2")?;
    for _ in 0..DRAWS {
        let index = below(size, rng)?;
        if !taken.exists([list, index])? {
            return Ok(StatusReference { list, index });
        }
    }
    Err(Error::NoFreeValue { what: "status list entry", draws: DRAWS })
}

/// The first list that is not filled to its bound; a new one if there is none.
fn open_list(t: &Transaction<'_>) -> Result<(u32, u32), Error> {
    let open = t
        .prepare_cached(
            "SELECT list, status_lists.size FROM status_lists, issuer WHERE taken < min(status_list_fill, size * 3 / 4) ORDER BY list DESC LIMIT 1",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match open {
        Some(found) => Ok(found),
        None => Ok(t.query_row(
            "INSERT INTO status_lists (list, size)
             SELECT coalesce((SELECT max(list) + 1 FROM status_lists), 0), status_list_size FROM issuer RETURNING list, size",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?),
    }
}

/// Evenly in 0..size: a draw beyond the last whole multiple of `size` is repeated.
fn below(size: u32, rng: &mut dyn FnMut(&mut [u8])) -> Result<u32, Error> {
    let limit = u32::MAX - u32::MAX % size;
    for _ in 0..DRAWS {
        let mut bytes = [0; 4];
        rng(&mut bytes);
        let value = u32::from_be_bytes(bytes);
        if value < limit {
            return Ok(value % size);
        }
    }
    Err(Error::NoFreeValue { what: "status list entry", draws: DRAWS })
}
