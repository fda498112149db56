//! What a terminal may do with the records of a card (`applet-spec/card.md`, TA-06 and TA-07; `tables/rights.toml`).

use std::fmt;
use std::str::FromStr;

use chipwright_iso7816::tlv::{Tlv, Writer};

use super::{CvError, DISCRETIONARY, OID, TEMPLATE};
use crate::oid;

/// A file of records by what stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Category {
    /// EF.CitizenNumber, 0201: the citizen number and the salt of its commitment.
    CitizenNumber,
    /// EF.PartyLife, 0202.
    PartyLife,
    /// EF.Training, 0203.
    Training,
    /// EF.PoliticalTheory, 0204.
    PoliticalTheory,
    /// EF.Commendation, 0205.
    Commendation,
    /// EF.Rights, 0206.
    Rights,
    /// EF.Transfer, 0207: from one unit to another.
    Transfer,
}

impl Category {
    /// All, in the order of their files.
    pub const ALL: [Self; 7] = [
        Self::CitizenNumber,
        Self::PartyLife,
        Self::Training,
        Self::PoliticalTheory,
        Self::Commendation,
        Self::Rights,
        Self::Transfer,
    ];

    /// The short file identifier, which is also the last digit of the file identifier.
    #[must_use]
    pub const fn short_identifier(self) -> u8 {
        match self {
            Self::CitizenNumber => 1,
            Self::PartyLife => 2,
            Self::Training => 3,
            Self::PoliticalTheory => 4,
            Self::Commendation => 5,
            Self::Rights => 6,
            Self::Transfer => 7,
        }
    }

    /// The file identifier, 0201 to 0207.
    #[must_use]
    pub const fn file(self) -> u16 {
        0x0200 | self.short_identifier() as u16
    }

    /// The category of a file.
    #[must_use]
    pub fn of_file(file: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|category| category.file() == file)
    }

    /// The name in commands and in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::CitizenNumber => "citizen-number",
            Self::PartyLife => "party-life",
            Self::Training => "training",
            Self::PoliticalTheory => "political-theory",
            Self::Commendation => "commendation",
            Self::Rights => "rights",
            Self::Transfer => "transfer",
        }
    }

    const fn file_bit(self) -> u16 {
        1 << self.short_identifier()
    }
}

/// A name that is none of those known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a name that is known here")]
pub struct UnknownName(String);

impl FromStr for Category {
    type Err = UnknownName;

    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::ALL
            .into_iter()
            .find(|category| category.name() == text)
            .ok_or_else(|| UnknownName(text.to_owned()))
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// One right of id-AT that means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Right {
    /// The CAN is password enough.
    CanAllowed,
    /// The PIN may be set anew.
    PinManagement,
    /// Records of a category may be read.
    Read(Category),
    /// Records of a category may be appended.
    Append(Category),
}

/// Each right with its bit, counted from the least significant of the authorization.
const BITS: [(Right, u8); 15] = [
    (Right::CanAllowed, 4),
    (Right::PinManagement, 5),
    (Right::Read(Category::CitizenNumber), 8),
    (Right::Read(Category::PartyLife), 9),
    (Right::Read(Category::Training), 10),
    (Right::Read(Category::PoliticalTheory), 11),
    (Right::Read(Category::Commendation), 12),
    (Right::Read(Category::Rights), 13),
    (Right::Read(Category::Transfer), 14),
    (Right::Append(Category::PartyLife), 37),
    (Right::Append(Category::Training), 36),
    (Right::Append(Category::PoliticalTheory), 35),
    (Right::Append(Category::Commendation), 34),
    (Right::Append(Category::Rights), 33),
    (Right::Append(Category::Transfer), 33),
];

impl Right {
    /// All rights there are. Nobody may append a citizen number.
    pub fn all() -> impl Iterator<Item = Self> {
        BITS.into_iter().map(|(right, _)| right)
    }

    /// The bit of id-AT. Two rights share one bit; an extension tells them apart ([`FileRights`]).
    #[must_use]
    pub fn bit(self) -> Option<u8> {
        BITS.into_iter().find_map(|(right, bit)| (right == self).then_some(bit))
    }
}

impl fmt::Display for Right {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CanAllowed => f.write_str("can-allowed"),
            Self::PinManagement => f.write_str("pin-management"),
            Self::Read(category) => write!(f, "read:{category}"),
            Self::Append(category) => write!(f, "append:{category}"),
        }
    }
}

impl FromStr for Right {
    type Err = UnknownName;

    /// `can-allowed`, `pin-management`, `read:CATEGORY`, `append:CATEGORY`.
    fn from_str(text: &str) -> Result<Self, UnknownName> {
        Self::all().find(|right| right.to_string() == text).ok_or_else(|| UnknownName(text.to_owned()))
    }
}

/// A set of rights: bits 0 to 37 of an authorization for authentication terminals.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Rights(u64);

/// All bits that are rights.
const RIGHTS: u64 = (1 << 38) - 1;

impl Rights {
    /// None.
    pub const NONE: Self = Self(0);

    /// Every right that means something here.
    #[must_use]
    pub fn all() -> Self {
        Self::of(Right::all())
    }

    /// These. A right that there is not ([`Right::bit`]) grants nothing.
    #[must_use]
    pub fn of(rights: impl IntoIterator<Item = Right>) -> Self {
        Self(rights.into_iter().filter_map(Right::bit).fold(0, |bits, bit| bits | 1 << bit))
    }

    pub(super) fn from_template([a, b, c, d, e]: [u8; 5]) -> Self {
        Self(u64::from_be_bytes([0, 0, 0, a, b, c, d, e]) & RIGHTS)
    }

    /// The bits, 37 to 0.
    #[must_use]
    pub const fn bits(self) -> u64 {
        self.0
    }

    /// Whether the bit of this right is set.
    #[must_use]
    pub fn has(self, right: Right) -> bool {
        right.bit().is_some_and(|bit| self.0 >> bit & 1 == 1)
    }

    /// What both have.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Whether every right here is there too.
    #[must_use]
    pub const fn within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// The rights with a meaning here, in the order of the table.
    pub fn iter(self) -> impl Iterator<Item = Right> {
        Right::all().filter(move |right| self.has(*right))
    }
}

impl fmt::Debug for Rights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Rights({:010X})", self.0)
    }
}

/// The extension that tells the files apart: `73 { 06 OID, 53 { read (2), append (2) } }`, bit *n* for the file 020*n*.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileRights {
    read: u16,
    append: u16,
}

/// EF.Certificates, 0200: goes with every other right.
const CERTIFICATES: u16 = 1;

impl FileRights {
    /// For these rights and no others; EF.Certificates goes with the first right to read and to append.
    #[must_use]
    pub fn of(rights: impl IntoIterator<Item = Right>) -> Self {
        let mut files = Self { read: 0, append: 0 };
        for right in rights {
            match right {
                Right::Read(category) => files.read |= category.file_bit() | CERTIFICATES,
                Right::Append(category) => files.append |= category.file_bit() | CERTIFICATES,
                Right::CanAllowed | Right::PinManagement => {}
            }
        }
        files
    }

    /// Narrowed by another extension of the chain.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { read: self.read & other.read, append: self.append & other.append }
    }

    /// Whether every file here is there too.
    #[must_use]
    pub const fn within(self, other: Self) -> bool {
        self.read & !other.read == 0 && self.append & !other.append == 0
    }

    /// Whether a right to read or append is left by this extension; it says nothing of the others.
    #[must_use]
    pub const fn allows(self, right: Right) -> bool {
        match right {
            Right::Read(category) => self.read & category.file_bit() != 0,
            Right::Append(category) => self.append & category.file_bit() != 0,
            Right::CanAllowed | Right::PinManagement => true,
        }
    }

    /// Whether `object` is this extension, and what it says.
    pub(super) fn read_from(object: &Tlv<'_>) -> Result<Option<Self>, CvError> {
        let mut parts = object.children()?;
        if parts.expect(OID)?.value != oid::RECORD_RIGHTS.as_bytes() {
            return Ok(None);
        }
        let value = parts.expect(DISCRETIONARY)?.value;
        parts.finish()?;
        let Ok([r0, r1, a0, a1]) = <[u8; 4]>::try_from(value) else {
            return Err(CvError::Refused("the extension of record rights has four bytes"));
        };
        Ok(Some(Self { read: u16::from_be_bytes([r0, r1]), append: u16::from_be_bytes([a0, a1]) }))
    }

    pub(super) fn write(self, out: &mut Writer) {
        let value = [self.read.to_be_bytes(), self.append.to_be_bytes()].concat();
        out.nest(TEMPLATE, |template| {
            template.put(OID, oid::RECORD_RIGHTS.as_bytes()).put(DISCRETIONARY, &value);
        });
    }
}

impl fmt::Debug for FileRights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FileRights(read {:04X}, append {:04X})", self.read, self.append)
    }
}

/// What is left of the rights along a chain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Permissions {
    rights: Rights,
    files: Option<FileRights>,
}

impl Permissions {
    /// Of these rights and, where there is one, this extension.
    #[must_use]
    pub const fn new(rights: Rights, files: Option<FileRights>) -> Self {
        Self { rights, files }
    }

    /// Narrowed by the next certificate, or by what the terminal asks for. Nothing widens.
    #[must_use]
    pub const fn narrowed(self, rights: Rights, files: Option<FileRights>) -> Self {
        let files = match (self.files, files) {
            (Some(held), Some(more)) => Some(held.and(more)),
            (Some(one), None) | (None, Some(one)) => Some(one),
            (None, None) => None,
        };
        Self { rights: self.rights.and(rights), files }
    }

    /// Whether this right is left.
    #[must_use]
    pub fn has(&self, right: Right) -> bool {
        self.rights.has(right) && self.files.is_none_or(|files| files.allows(right))
    }

    /// The bits that are left.
    #[must_use]
    pub const fn rights(&self) -> Rights {
        self.rights
    }

    /// What the extensions leave, where there is one.
    #[must_use]
    pub const fn files(&self) -> Option<FileRights> {
        self.files
    }

    /// The rights that are left, in the order of the table.
    pub fn iter(&self) -> impl Iterator<Item = Right> {
        Right::all().filter(|right| self.has(*right))
    }
}
