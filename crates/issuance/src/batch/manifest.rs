//! What a batch consists of, as DER.

use super::RowDigest;
use chipwright_profile::{CardNumber, MemberError, PersonName, Unit};
use der::asn1::OctetString;
use der::{Decode, Encode, Sequence};
use std::fmt;

/// The most rows of one batch: seven provinces.
pub const MOST_ROWS: usize = 1_000_000;

/// The version that is written and read.
const VERSION: u8 = 1;

/// Tells batches apart; random.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct BatchId(pub [u8; 16]);

impl fmt::Display for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BatchId({self})")
    }
}

/// ```text
/// BatchManifest ::= SEQUENCE {
///   version INTEGER (1),
///   batch   OCTET STRING (SIZE(16)),
///   list    [0] IMPLICIT List OPTIONAL,      -- exactly one of both
///   change  [1] IMPLICIT Change OPTIONAL }
/// List ::= SEQUENCE {
///   members OCTET STRING (SIZE(32)),         -- SHA-256 of the members file
///   count   INTEGER,
///   rows    OCTET STRING }                   -- count digests of 32 bytes, ascending, none twice
/// Change ::= SEQUENCE {
///   card           UTF8String,
///   securityObject OCTET STRING (SIZE(32)),  -- SHA-256 of EF.SOD before the change
///   name           [0] IMPLICIT UTF8String OPTIONAL,
///   unit           [1] IMPLICIT SEQUENCE { code UTF8String, name UTF8String } OPTIONAL }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// Which batch.
    pub id: BatchId,
    /// Of what.
    pub content: Content,
}

/// What is prepared and approved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Cards for the members of a list.
    List(List),
    /// Another name or unit on one issued card.
    Change(CardChange),
}

/// A list of members, as digests.
#[derive(Clone, PartialEq, Eq)]
pub struct List {
    members: [u8; 32],
    /// Ascending.
    rows: Vec<RowDigest>,
}

/// Another name or unit for one issued card, as it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct CardChange {
    /// The card.
    pub card: CardNumber,
    /// SHA-256 of the card's EF.SOD before the change: an approval is good once.
    pub security_object: [u8; 32],
    /// The new name.
    pub name: Option<PersonName>,
    /// The new unit.
    pub unit: Option<Unit>,
}

/// In what two lists differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Difference {
    /// Rows of the second that the first does not have.
    pub added: usize,
    /// Rows of the first that the second does not have.
    pub missing: usize,
    /// The members files are other files, in whatever byte.
    pub file: bool,
}

/// Why bytes are no manifest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// Not DER of that form.
    #[error("the batch is not well-formed: {0}")]
    Der(#[from] der::Error),
    /// Of a later program.
    #[error("the batch has version {0}; this program knows version {VERSION}")]
    Version(u8),
    /// A digest or an identifier has another length.
    #[error("a digest of the batch has the wrong length")]
    Length,
    /// Digests out of order, twice, or another number than the manifest says.
    #[error("the digests of the batch are not {0} different ones in order")]
    Rows(u32),
    /// More rows than a batch may have.
    #[error("the batch has {0} rows, and at most {MOST_ROWS} are allowed")]
    TooManyRows(usize),
    /// Not exactly one of list and change, or a change of nothing.
    #[error("the batch is neither a list of members nor a change of one card")]
    Content,
    /// The card number is none.
    #[error("the card number of the change is not one")]
    Card,
    /// The new name or unit cannot stand on a card.
    #[error("the new name or unit cannot be used: {0}")]
    Member(#[from] MemberError),
}

impl List {
    /// Of the SHA-256 of a members file and the digests of its good rows.
    ///
    /// # Errors
    /// [`ManifestError::TooManyRows`].
    pub fn new(members: [u8; 32], mut rows: Vec<RowDigest>) -> Result<Self, ManifestError> {
        if rows.len() > MOST_ROWS {
            return Err(ManifestError::TooManyRows(rows.len()));
        }
        rows.sort_unstable();
        rows.dedup();
        Ok(Self { members, rows })
    }

    /// SHA-256 of the members file.
    #[must_use]
    pub const fn members(&self) -> &[u8; 32] {
        &self.members
    }

    /// How many rows.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether no row was good.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Is this row among them?
    #[must_use]
    pub fn holds(&self, row: &RowDigest) -> bool {
        self.rows.binary_search(row).is_ok()
    }

    /// What `other` has more and less.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Difference {
        let less = |one: &Self, two: &Self| one.rows.iter().filter(|row| !two.holds(row)).count();
        Difference {
            added: less(other, self),
            missing: less(self, other),
            file: self.members != other.members,
        }
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List").field("rows", &self.rows.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for CardChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CardChange").field("card", &self.card).finish_non_exhaustive()
    }
}

impl Manifest {
    /// As DER.
    ///
    /// # Errors
    /// [`ManifestError::Content`] for a change of nothing; [`ManifestError::Der`].
    pub fn to_der(&self) -> Result<Vec<u8>, ManifestError> {
        let mut wire =
            Wire { version: VERSION, batch: OctetString::new(self.id.0.to_vec())?, list: None, change: None };
        match &self.content {
            Content::List(list) => wire.list = Some(WireList::of(list)?),
            Content::Change(change) => wire.change = Some(WireChange::of(change)?),
        }
        Ok(wire.to_der()?)
    }

    /// Reads it.
    ///
    /// # Errors
    /// [`ManifestError`].
    pub fn from_der(bytes: &[u8]) -> Result<Self, ManifestError> {
        let wire = Wire::from_der(bytes)?;
        if wire.version != VERSION {
            return Err(ManifestError::Version(wire.version));
        }
        let content = match (wire.list, wire.change) {
            (Some(list), None) => Content::List(list.into_list()?),
            (None, Some(change)) => Content::Change(change.into_change()?),
            _ => return Err(ManifestError::Content),
        };
        Ok(Self { id: BatchId(fixed(&wire.batch)?), content })
    }
}

#[derive(Sequence)]
struct Wire {
    version: u8,
    batch: OctetString,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    list: Option<WireList>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    change: Option<WireChange>,
}

#[derive(Sequence)]
struct WireList {
    members: OctetString,
    count: u32,
    rows: OctetString,
}

#[derive(Sequence)]
struct WireChange {
    card: String,
    security_object: OctetString,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    name: Option<String>,
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true", optional = "true")]
    unit: Option<WireUnit>,
}

#[derive(Sequence)]
struct WireUnit {
    code: String,
    name: String,
}

impl WireList {
    fn of(list: &List) -> Result<Self, ManifestError> {
        let rows: Vec<u8> = list.rows.iter().flat_map(|row| row.0).collect();
        let count =
            u32::try_from(list.rows.len()).map_err(|_| ManifestError::TooManyRows(list.rows.len()))?;
        Ok(Self { members: OctetString::new(list.members.to_vec())?, count, rows: OctetString::new(rows)? })
    }

    fn into_list(self) -> Result<List, ManifestError> {
        let (rows, rest) = self.rows.as_bytes().as_chunks::<32>();
        if rows.len() > MOST_ROWS {
            return Err(ManifestError::TooManyRows(rows.len()));
        }
        let in_order = rows.is_sorted_by(|before, after| before < after);
        if !rest.is_empty() || rows.len() != self.count as usize || !in_order {
            return Err(ManifestError::Rows(self.count));
        }
        Ok(List { members: fixed(&self.members)?, rows: rows.iter().copied().map(RowDigest).collect() })
    }
}

impl WireChange {
    fn of(change: &CardChange) -> Result<Self, ManifestError> {
        if change.name.is_none() && change.unit.is_none() {
            return Err(ManifestError::Content);
        }
        Ok(Self {
            card: change.card.as_str().to_owned(),
            security_object: OctetString::new(change.security_object.to_vec())?,
            name: change.name.as_ref().map(|name| name.as_str().to_owned()),
            unit: change
                .unit
                .as_ref()
                .map(|unit| WireUnit { code: unit.code().to_owned(), name: unit.name().to_owned() }),
        })
    }

    fn into_change(self) -> Result<CardChange, ManifestError> {
        if self.name.is_none() && self.unit.is_none() {
            return Err(ManifestError::Content);
        }
        Ok(CardChange {
            card: CardNumber::parse(&self.card).map_err(|_| ManifestError::Card)?,
            security_object: fixed(&self.security_object)?,
            name: self.name.as_deref().map(PersonName::new).transpose()?,
            unit: self.unit.map(|unit| Unit::new(&unit.code, &unit.name)).transpose()?,
        })
    }
}

fn fixed<const N: usize>(bytes: &OctetString) -> Result<[u8; N], ManifestError> {
    bytes.as_bytes().try_into().map_err(|_| ManifestError::Length)
}

#[cfg(test)]
mod tests;
