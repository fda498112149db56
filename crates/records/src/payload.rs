//! What a record says, by category. Personal data: `Debug` shows the category alone.

use std::fmt;

use chipwright_pki::cv::Category;
use chipwright_profile::dg13::Commitment;
use chipwright_profile::{CitizenNumber, Salt};
use der::asn1::{OctetStringRef, PrintableStringRef};
use der::{
    Choice, DecodeValue, Encode, EncodeValue, Enumerated, ErrorKind, FixedTag, Header, Length, Reader,
    Sequence, Tag, Writer,
};
use serde::{Deserialize, Serialize};

use crate::entry::{Day, UnitEntry, Year};
use crate::line::Line;

/// `Payload ::= CHOICE`: the tag is the short identifier of the file.
#[derive(Choice)]
pub enum Payload {
    /// The citizen number and the salt of its commitment.
    #[asn1(context_specific = "1", tag_mode = "IMPLICIT", constructed = "true")]
    CitizenNumber(CitizenSecret),
    /// The yearly assessment.
    #[asn1(context_specific = "2", tag_mode = "IMPLICIT", constructed = "true")]
    PartyLife(PartyLife),
    /// A course that was attended.
    #[asn1(context_specific = "3", tag_mode = "IMPLICIT", constructed = "true")]
    Training(Training),
    /// A level of political theory that was reached.
    #[asn1(context_specific = "4", tag_mode = "IMPLICIT", constructed = "true")]
    PoliticalTheory(PoliticalTheory),
    /// A commendation.
    #[asn1(context_specific = "5", tag_mode = "IMPLICIT", constructed = "true")]
    Commendation(Commendation),
    /// A change of the member's rights.
    #[asn1(context_specific = "6", tag_mode = "IMPLICIT", constructed = "true")]
    Rights(RightsChange),
    /// A transfer to another unit.
    #[asn1(context_specific = "7", tag_mode = "IMPLICIT", constructed = "true")]
    Transfer(Transfer),
}

impl Payload {
    /// The category, and with it the file.
    #[must_use]
    pub const fn category(&self) -> Category {
        match self {
            Self::CitizenNumber(_) => Category::CitizenNumber,
            Self::PartyLife(_) => Category::PartyLife,
            Self::Training(_) => Category::Training,
            Self::PoliticalTheory(_) => Category::PoliticalTheory,
            Self::Commendation(_) => Category::Commendation,
            Self::Rights(_) => Category::Rights,
            Self::Transfer(_) => Category::Transfer,
        }
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({})", self.category())
    }
}

/// `CitizenNumber ::= SEQUENCE { number, salt }`: opens the commitment in the membership record.
#[derive(Debug)]
pub struct CitizenSecret {
    /// The number.
    pub number: CitizenNumber,
    /// The salt of its commitment.
    pub salt: Salt,
}

impl CitizenSecret {
    /// Whether a card's commitment is to this number.
    #[must_use]
    pub fn opens(&self, commitment: &Commitment) -> bool {
        commitment.opens_to(&self.salt, &self.number)
    }

    fn parts(&self) -> der::Result<(PrintableStringRef<'_>, &OctetStringRef)> {
        Ok((PrintableStringRef::new(self.number.expose())?, OctetStringRef::new(self.salt.expose())?))
    }
}

impl FixedTag for CitizenSecret {
    const TAG: Tag = Tag::Sequence;
}

impl<'a> DecodeValue<'a> for CitizenSecret {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        reader.read_nested(header.length(), |reader| {
            let number: PrintableStringRef<'_> = reader.decode()?;
            let salt: &OctetStringRef = reader.decode()?;
            let number =
                CitizenNumber::parse(number.as_str()).ok().filter(|read| read.expose() == number.as_str());
            let salt = salt.as_bytes().try_into().ok().map(Salt::new);
            number
                .zip(salt)
                .map(|(number, salt)| Self { number, salt })
                .ok_or_else(|| reader.error(ErrorKind::Value { tag: Self::TAG }))
        })
    }
}

impl EncodeValue for CitizenSecret {
    fn value_len(&self) -> der::Result<Length> {
        let (number, salt) = self.parts()?;
        number.encoded_len()? + salt.encoded_len()?
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        let (number, salt) = self.parts()?;
        number.encode(writer)?;
        salt.encode(writer)
    }
}

/// `PartyLife ::= SEQUENCE { year, grade, note [0] OPTIONAL }`
#[derive(Debug, Clone, PartialEq, Eq, Sequence, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyLife {
    /// The year assessed.
    pub year: Year,
    /// The grade.
    pub grade: Grade,
    /// A note.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Line>,
}

/// How a member fulfilled the year's tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumerated, Serialize, Deserialize)]
#[repr(u8)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Hoàn thành xuất sắc nhiệm vụ.
    Excellent = 1,
    /// Hoàn thành tốt nhiệm vụ.
    Good = 2,
    /// Hoàn thành nhiệm vụ.
    Completed = 3,
    /// Không hoàn thành nhiệm vụ.
    NotCompleted = 4,
}

/// `Training ::= SEQUENCE { course, provider, from, until, certificate [0] OPTIONAL }`
#[derive(Debug, Clone, PartialEq, Eq, Sequence, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Training {
    /// The course.
    pub course: Line,
    /// Who gave it.
    pub provider: Line,
    /// First day.
    pub from: Day,
    /// Last day.
    pub until: Day,
    /// Number of the certificate.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Line>,
}

/// `PoliticalTheory ::= SEQUENCE { level, provider, completedOn, certificate [0] OPTIONAL }`
#[derive(Debug, Clone, PartialEq, Eq, Sequence, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoliticalTheory {
    /// The level.
    pub level: TheoryLevel,
    /// Where it was reached.
    pub provider: Line,
    /// When.
    pub completed_on: Day,
    /// Number of the certificate.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Line>,
}

/// A level of political theory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumerated, Serialize, Deserialize)]
#[repr(u8)]
#[serde(rename_all = "kebab-case")]
pub enum TheoryLevel {
    /// Sơ cấp.
    Elementary = 1,
    /// Trung cấp.
    Intermediate = 2,
    /// Cao cấp.
    Advanced = 3,
    /// Cử nhân.
    Degree = 4,
}

/// `Commendation ::= SEQUENCE { title, decision, decidedOn, decidedBy }`
#[derive(Debug, Clone, PartialEq, Eq, Sequence, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Commendation {
    /// What was awarded.
    pub title: Line,
    /// Number of the decision.
    pub decision: Line,
    /// Its day.
    pub decided_on: Day,
    /// Who decided.
    pub decided_by: Line,
}

/// `Rights ::= SEQUENCE { right, change, from, until [0] OPTIONAL, decision }`
#[derive(Debug, Clone, PartialEq, Eq, Sequence, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RightsChange {
    /// The right.
    pub right: Line,
    /// What became of it.
    pub change: RightChange,
    /// From which day.
    pub from: Day,
    /// Until which day, if it ends.
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", optional = "true")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Day>,
    /// Number of the decision.
    pub decision: Line,
}

/// What becomes of a right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumerated, Serialize, Deserialize)]
#[repr(u8)]
#[serde(rename_all = "kebab-case")]
pub enum RightChange {
    /// Given.
    Granted = 1,
    /// Taken for a time.
    Suspended = 2,
    /// Given back.
    Restored = 3,
    /// Taken.
    Withdrawn = 4,
}

/// `Transfer ::= SEQUENCE { from, to, on, kind, document }`
#[derive(Debug, Clone, PartialEq, Eq, Sequence, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Transfer {
    /// The unit left.
    pub from: UnitEntry,
    /// The unit joined.
    pub to: UnitEntry,
    /// The day.
    pub on: Day,
    /// For good or for a time.
    pub kind: TransferKind,
    /// Number of the letter of introduction.
    pub document: Line,
}

/// How long a transfer is meant to last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enumerated, Serialize, Deserialize)]
#[repr(u8)]
#[serde(rename_all = "kebab-case")]
pub enum TransferKind {
    /// Chuyển sinh hoạt chính thức.
    Permanent = 1,
    /// Chuyển sinh hoạt tạm thời.
    Temporary = 2,
}
