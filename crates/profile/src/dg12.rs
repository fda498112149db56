//! EF.DG12 (ICAO Doc 9303-10, 4.7.12): `6C { 5C tag list, 5F19 issuing authority, 5F26 date of issue }`.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Writer, encode};
use jiff::civil::Date;

use crate::FileId;
use crate::member::{PartialDate, digits};
use crate::read::{ReadError, ValueFault, template_tlv, text};

const TAG_LIST: Tag = Tag(0x5C);
const AUTHORITY: Tag = Tag(0x5F19);
const ISSUED: Tag = Tag(0x5F26);

/// What DG12 says of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentDetails {
    /// Name of the issuing unit, if it stands there.
    pub issuing_authority: Option<String>,
    /// Date of issue, if it stands there.
    pub issued: Option<Date>,
}

impl DocumentDetails {
    /// The file.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let (mut tags, mut fields) = (Vec::new(), Writer::new());
        if let Some(authority) = &self.issuing_authority {
            tags.extend_from_slice(&[0x5F, 0x19]);
            fields.put(AUTHORITY, authority.as_bytes());
        }
        if let Some(issued) = self.issued {
            tags.extend_from_slice(&[0x5F, 0x26]);
            fields.put(ISSUED, &digits(issued));
        }
        let mut content = Writer::new();
        content.put(TAG_LIST, &tags).raw(&fields.into_bytes());
        encode(Tag(0x6C), &content.into_bytes())
    }

    /// Reads the file; data objects we do not write are passed over. The date may be 8 ASCII digits or 4 bytes of BCD (4.7.12, note).
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_bytes(data: &[u8]) -> Result<Self, ReadError> {
        let file = FileId::Dg(12);
        let mut content = template_tlv(file, data)?.children().map_err(ReadError::tlv(file, 0))?;
        content.expect(TAG_LIST).map_err(ReadError::tlv(file, 0))?;
        let mut details = Self { issuing_authority: None, issued: None };
        while let Some(field) = content.next().map_err(ReadError::tlv(file, 0))? {
            match field.tag {
                AUTHORITY => details.issuing_authority = Some(text(file, &field, field.value_offset)?),
                ISSUED => {
                    let fault = ReadError::value(file, field.value_offset, ValueFault::Date(ISSUED));
                    details.issued = Some(day(field.value).ok_or(fault)?);
                }
                _ => {}
            }
        }
        Ok(details)
    }
}

fn day(value: &[u8]) -> Option<Date> {
    let digits: Vec<u8> = match value.len() {
        4 => value.iter().flat_map(|byte| [b'0' + (byte >> 4), b'0' + (byte & 0x0F)]).collect(),
        _ => value.to_vec(),
    };
    PartialDate::from_lds(&digits)?.exact()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn written_and_read() {
        let details = DocumentDetails {
            issuing_authority: Some("Đảng ủy".into()),
            issued: Some(date(2026, 11, 22)),
        };
        let data = details.to_bytes();
        assert_eq!(hex::encode(&data[..8]), "6c205c045f195f26");
        assert_eq!(DocumentDetails::from_bytes(&data).unwrap(), details);
    }

    #[test]
    fn packed_dates_are_read_and_wrong_ones_refused() {
        let read = |text: &str| DocumentDetails::from_bytes(&hex::decode(text).unwrap());
        assert_eq!(read("6c0b5c025f265f260420261122").unwrap().issued, Some(date(2026, 11, 22)));
        let error = read("6c0b5c025f265f260420261322").unwrap_err();
        assert_eq!((error.offset(), read("6c0b5c025f265f26042026a122").is_err()), (9, true));
    }
}
