//! Deliveries of blanks: under which label, with which key version and check values, of which chips.

use crate::record::{damaged, instant};
use crate::{ChipId, Error, Registry, View};
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};

/// One delivery, without its keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Lower-case letters, digits and hyphens.
    pub label: String,
    /// The key version number its chips arrive with.
    pub key_version: u8,
    /// The check values of Key-ENC, Key-MAC and Key-DEK.
    pub check_values: [[u8; 3]; 3],
    /// How many chips it names; none: any chip of this key version may be of it.
    pub named_chips: Option<u64>,
    /// When it was added.
    pub added_at: Timestamp,
}

impl Delivery {
    /// Whether the text can be a label: 1 to 40 of `a`–`z`, `0`–`9` and `-`.
    #[must_use]
    pub fn is_label(text: &str) -> bool {
        (1..=40).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    }
}

const DELIVERY: &str = "SELECT label, key_version, check_values, any_chip, added_at,
     (SELECT count(*) FROM delivered_chips WHERE delivery = label) FROM deliveries";

impl Registry {
    /// Records a delivery, with the chips it names, or none for any chip. A chip that was sent back is blank again when a new
    /// delivery names it.
    ///
    /// # Errors
    /// [`Error::DeliveryExists`]; [`Rule::ChipDeliveredTwice`](crate::Rule); the errors of the disk.
    pub fn add_delivery(
        &mut self,
        label: &str,
        key_version: u8,
        check_values: &[[u8; 3]; 3],
        chips: Option<&[ChipId]>,
        at: Timestamp,
    ) -> Result<(), Error> {
        if self.delivery(label)?.is_some() {
            return Err(Error::DeliveryExists(label.to_owned()));
        }
        self.transact("add delivery", |t| {
            t.execute(
                "INSERT INTO deliveries VALUES (?1, ?2, ?3, ?4, ?5)",
                params![label, key_version, check_values.concat(), chips.is_none(), instant(at)],
            )?;
            let mut add = t.prepare_cached("INSERT INTO delivered_chips (chip, delivery) VALUES (?1, ?2)")?;
            for chip in chips.unwrap_or_default() {
                add.execute(params![chip.to_string(), label])?;
            }
            Ok(())
        })
    }
}

impl View {
    /// A delivery by its label.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn delivery(&self, label: &str) -> Result<Option<Delivery>, Error> {
        if !self.knows("deliveries")? {
            return Ok(None);
        }
        let mut statement = self.connection().prepare_cached(&format!("{DELIVERY} WHERE label = ?1"))?;
        let mut rows = statement.query([label])?;
        rows.next()?.map(delivery).transpose()
    }

    /// All deliveries, oldest first.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn deliveries(&self) -> Result<Vec<Delivery>, Error> {
        let mut all = Vec::new();
        if self.knows("deliveries")? {
            let mut statement =
                self.connection().prepare_cached(&format!("{DELIVERY} ORDER BY added_at, label"))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                all.push(delivery(row)?);
            }
        }
        Ok(all)
    }

    /// The delivery that names this chip.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn delivery_naming(&self, chip: &ChipId) -> Result<Option<String>, Error> {
        if !self.knows("deliveries")? {
            return Ok(None);
        }
        Ok(self
            .connection()
            .prepare_cached("SELECT delivery FROM delivered_chips WHERE chip = ?1 ORDER BY id DESC LIMIT 1")?
            .query_row([chip.to_string()], |row| row.get(0))
            .optional()?)
    }

    /// Whether the file has this table: a registry of an earlier schema that is only read may not.
    pub(crate) fn knows(&self, table: &str) -> Result<bool, Error> {
        let mut statement =
            self.connection().prepare_cached("SELECT 1 FROM sqlite_schema WHERE name = ?1")?;
        Ok(statement.exists([table])?)
    }
}

fn delivery(row: &Row<'_>) -> Result<Delivery, Error> {
    let (check_values, added_at): (Vec<u8>, String) = (row.get(2)?, row.get(4)?);
    let mut values = [[0; 3]; 3];
    if check_values.len() != 9 {
        return Err(damaged("check value"));
    }
    values.iter_mut().zip(check_values.chunks_exact(3)).for_each(|(to, from)| to.copy_from_slice(from));
    let named: u32 = row.get(5)?;
    Ok(Delivery {
        label: row.get(0)?,
        key_version: row.get(1)?,
        check_values: values,
        named_chips: (!row.get::<_, bool>(3)?).then_some(u64::from(named)),
        added_at: added_at.parse().map_err(|_| damaged("time"))?,
    })
}
