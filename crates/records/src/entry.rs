//! Dates, years and units as records write them.

use std::fmt;

use chipwright_profile::{PartialDate, Unit};
use der::asn1::PrintableStringRef;
use der::{DecodeValue, Encode, EncodeValue, ErrorKind, FixedTag, Header, Length, Reader, Tag, Writer};
use jiff::civil::Date;
use serde::{Deserialize, Serialize, de};

use crate::line::Line;

/// `CalendarDate ::= PrintableString (SIZE (8))`, year, month and day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Day(pub Date);

impl Day {
    fn digits(self) -> String {
        format!("{:04}{:02}{:02}", self.0.year(), self.0.month(), self.0.day())
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FixedTag for Day {
    const TAG: Tag = Tag::PrintableString;
}

impl<'a> DecodeValue<'a> for Day {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        let text = PrintableStringRef::decode_value(reader, header)?;
        let date = PartialDate::from_lds(text.as_str().as_bytes()).and_then(PartialDate::exact);
        date.map(Self).ok_or_else(|| reader.error(ErrorKind::Value { tag: Self::TAG }))
    }
}

impl EncodeValue for Day {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.digits().len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        // a year before 0 or after 9999 would be read back as another day
        if !(1..=9999).contains(&self.0.year()) {
            return Err(ErrorKind::Value { tag: Self::TAG }.into());
        }
        writer.write(self.digits().as_bytes())
    }
}

/// `INTEGER (1930..2999)`. In JSON a number or its digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Year(u16);

impl Year {
    /// The years that can be recorded.
    const RANGE: std::ops::RangeInclusive<u16> = 1930..=2999;

    /// Of a number from 1930 to 2999.
    #[must_use]
    pub fn new(year: u16) -> Option<Self> {
        Self::RANGE.contains(&year).then_some(Self(year))
    }
}

impl fmt::Display for Year {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for Year {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            Number(u16),
            Digits(String),
        }
        let number = match Form::deserialize(deserializer)? {
            Form::Number(number) => Some(number),
            Form::Digits(text) => text.parse().ok(),
        };
        number.and_then(Self::new).ok_or_else(|| de::Error::custom("a year is a number from 1930 to 2999"))
    }
}

impl FixedTag for Year {
    const TAG: Tag = Tag::Integer;
}

impl<'a> DecodeValue<'a> for Year {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        let number = u16::decode_value(reader, header)?;
        Self::new(number).ok_or_else(|| reader.error(ErrorKind::Value { tag: Self::TAG }))
    }
}

impl EncodeValue for Year {
    fn value_len(&self) -> der::Result<Length> {
        self.0.value_len()
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        self.0.encode_value(writer)
    }
}

/// `Unit ::= SEQUENCE { code PrintableString, name UTF8String }`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "UnitText", into = "UnitText")]
pub struct UnitEntry(pub Unit);

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnitText {
    code: String,
    name: String,
}

impl TryFrom<UnitText> for UnitEntry {
    type Error = chipwright_profile::MemberError;

    fn try_from(text: UnitText) -> Result<Self, Self::Error> {
        Unit::new(&text.code, &text.name).map(Self)
    }
}

impl From<UnitEntry> for UnitText {
    fn from(unit: UnitEntry) -> Self {
        Self { code: unit.0.code().to_owned(), name: unit.0.name().to_owned() }
    }
}

impl fmt::Display for UnitEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.0.name(), self.0.code())
    }
}

impl FixedTag for UnitEntry {
    const TAG: Tag = Tag::Sequence;
}

impl<'a> DecodeValue<'a> for UnitEntry {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        reader.read_nested(header.length(), |reader| {
            let code: PrintableStringRef<'_> = reader.decode()?;
            let name: Line = reader.decode()?;
            // only what nothing was normalised away from
            Unit::new(code.as_str(), name.as_str())
                .ok()
                .filter(|unit| unit.code() == code.as_str() && unit.name() == name.as_str())
                .map(Self)
                .ok_or_else(|| reader.error(ErrorKind::Value { tag: Self::TAG }))
        })
    }
}

impl UnitEntry {
    fn parts(&self) -> der::Result<(PrintableStringRef<'_>, der::asn1::Utf8StringRef<'_>)> {
        Ok((PrintableStringRef::new(self.0.code())?, der::asn1::Utf8StringRef::new(self.0.name())?))
    }
}

impl EncodeValue for UnitEntry {
    fn value_len(&self) -> der::Result<Length> {
        let (code, name) = self.parts()?;
        code.encoded_len()? + name.encoded_len()?
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        let (code, name) = self.parts()?;
        code.encode(writer)?;
        name.encode(writer)
    }
}
