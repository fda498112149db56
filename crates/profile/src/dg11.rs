//! EF.DG11 (ICAO Doc 9303-10, 4.7.11): `6B { 5C tag list, 5F0E name, 5F2B date of birth, 5F11 place of birth }`.
//!
//! The name stands in national characters (UTF-8, NFC) and in its own spelling, primary and secondary identifier separated by `<<` and words by
//! `<`, nothing cut. The LDS gives the field 99 bytes; a long Vietnamese name takes more, and the length field says so. Unknown months and days are `00`.
//! There is no personal number: the citizen number is not on this card in clear.

use std::fmt;

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Writer, encode};

use crate::FileId;
use crate::member::{PartialDate, PersonName, PlaceOfBirth};
use crate::read::{ReadError, ValueFault, template_tlv, text};

const TAG_LIST: Tag = Tag(0x5C);
const NAME: Tag = Tag(0x5F0E);
const BIRTH: Tag = Tag(0x5F2B);
const PLACE: Tag = Tag(0x5F11);

/// What DG11 says of a person.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonalDetails {
    /// Primary identifier, in national characters.
    pub primary: String,
    /// Secondary identifier; empty for a name of one word.
    pub secondary: String,
    /// Date of birth, if it stands there.
    pub birth: Option<PartialDate>,
    /// Place of birth, if it stands there.
    pub place_of_birth: Option<String>,
}

impl PersonalDetails {
    /// Of a member.
    #[must_use]
    pub fn new(name: &PersonName, birth: PartialDate, place_of_birth: Option<&PlaceOfBirth>) -> Self {
        Self {
            primary: name.primary().to_owned(),
            secondary: name.secondary().to_owned(),
            birth: Some(birth),
            place_of_birth: place_of_birth.map(|place| place.as_str().to_owned()),
        }
    }

    /// The whole name, as it is spelled.
    #[must_use]
    pub fn name(&self) -> String {
        if self.secondary.is_empty() {
            self.primary.clone()
        } else {
            format!("{} {}", self.primary, self.secondary)
        }
    }

    /// The file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (mut tags, mut fields) = (Vec::new(), Writer::new());
        let mut field = |tag: Tag, value: &[u8]| {
            tags.extend_from_slice(&[(tag.0 >> 8) as u8, tag.0 as u8]);
            fields.put(tag, value);
        };
        let primary = self.primary.replace(' ', "<");
        let name = match self.secondary.replace(' ', "<") {
            secondary if secondary.is_empty() => primary,
            secondary => format!("{primary}<<{secondary}"),
        };
        field(NAME, name.as_bytes());
        if let Some(birth) = self.birth {
            field(BIRTH, birth.lds().as_bytes());
        }
        if let Some(place) = &self.place_of_birth {
            field(PLACE, place.as_bytes());
        }
        let mut content = Writer::new();
        content.put(TAG_LIST, &tags).raw(&fields.into_bytes());
        encode(Tag(0x6B), &content.into_bytes())
    }

    /// Reads the file; data objects we do not write are passed over.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_bytes(data: &[u8]) -> Result<Self, ReadError> {
        let file = FileId::Dg(11);
        let mut content = template_tlv(file, data)?.children().map_err(ReadError::tlv(file, 0))?;
        content.expect(TAG_LIST).map_err(ReadError::tlv(file, 0))?;
        let (mut name, mut birth, mut place_of_birth) = (None, None, None);
        while let Some(field) = content.next().map_err(ReadError::tlv(file, 0))? {
            match field.tag {
                NAME => name = Some(text(file, &field, field.value_offset)?),
                BIRTH => {
                    let fault = ReadError::value(file, field.value_offset, ValueFault::Date(BIRTH));
                    birth = Some(PartialDate::from_lds(field.value).ok_or(fault)?);
                }
                PLACE => place_of_birth = Some(text(file, &field, field.value_offset)?),
                _ => {}
            }
        }
        let name = name.ok_or(ReadError::value(file, 0, ValueFault::TagList(NAME)))?;
        let name = name.trim_end_matches('<');
        let (primary, secondary) = name.split_once("<<").unwrap_or((name, ""));
        Ok(Self { primary: words(primary), secondary: words(secondary), birth, place_of_birth })
    }
}

/// The words between fillers or spaces, one space between them.
fn words(identifier: &str) -> String {
    identifier.split(['<', ' ']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

impl fmt::Debug for PersonalDetails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonalDetails(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_word_and_unknown_day() {
        let name = PersonName::new("Siu").unwrap();
        let details = PersonalDetails::new(&name, PartialDate::parse("1951-02").unwrap(), None);
        let data = details.to_bytes();
        assert_eq!(hex::encode(&data), "6b175c045f0e5f2b5f0e035369755f2b083139353130323030");
        assert_eq!(PersonalDetails::from_bytes(&data).unwrap(), details);
    }

    #[test]
    fn words_are_told_by_fillers_and_spaces() {
        let read = |name: &str| {
            let field = encode(NAME, name.as_bytes());
            let data = encode(Tag(0x6B), &[&[0x5C, 2, 0x5F, 0x0E][..], &field].concat());
            let details = PersonalDetails::from_bytes(&data).unwrap();
            assert_eq!(PersonalDetails::from_bytes(&details.to_bytes()).unwrap(), details);
            (details.primary, details.secondary)
        };
        assert_eq!(read("LÒ<<VĂN<ĐỨC"), ("LÒ".into(), "VĂN ĐỨC".into()));
        assert_eq!(read("Y <BHĬT "), ("Y BHĬT".into(), String::new()));
        assert_eq!(read("A\u{1b}[2J\u{202e}<<B"), ("A\u{fffd}[2J\u{fffd}".into(), "B".into()));
        assert_eq!(read("A<<< B "), ("A".into(), "B".into()));
    }

    #[test]
    fn faults_have_their_place() {
        let error =
            PersonalDetails::from_bytes(&hex::decode("6b0a5c025f0e5f0e0341ff42").unwrap()).unwrap_err();
        assert_eq!(error, ReadError::value(FileId::Dg(11), 10, ValueFault::Utf8(NAME)));
        let error = PersonalDetails::from_bytes(&hex::decode("6b045c025f0e").unwrap()).unwrap_err();
        assert_eq!(error, ReadError::value(FileId::Dg(11), 0, ValueFault::TagList(NAME)));
    }

    proptest! {
        #[test]
        fn names_come_back(name in "[A-ZĐÊ][a-zăâơưỗặ’-]{0,20}( [A-ZÁỮ][a-zéộủ]{0,10}){0,4}") {
            if let Ok(name) = PersonName::new(&name) {
                let place = PlaceOfBirth::new("Xã Ia Grai, tỉnh Gia Lai").unwrap();
                let details = PersonalDetails::new(&name, PartialDate::parse("1990-01-31").unwrap(), Some(&place));
                let read = PersonalDetails::from_bytes(&details.to_bytes()).unwrap();
                prop_assert_eq!(read.name(), name.as_str());
                prop_assert_eq!(read, details);
            }
        }
    }
}
