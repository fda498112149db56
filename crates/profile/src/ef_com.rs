//! EF.COM (ICAO Doc 9303-10, 4.6.1): `60 { 5F01 LDS version, 5F36 Unicode version, 5C tags of the data groups }`.
//!
//! EF.COM is not signed: which data groups a card owes is read from the security object.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Writer, encode};

use crate::FileId;
use crate::read::{ReadError, ValueFault, template_tlv};

const LDS_VERSION: Tag = Tag(0x5F01);
const UNICODE_VERSION: Tag = Tag(0x5F36);
const TAG_LIST: Tag = Tag(0x5C);

/// What EF.COM says of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommonData {
    /// LDS version `aabb`; we write `0107`.
    pub lds_version: [u8; 4],
    /// Unicode version `aabbcc`; we write `040000`.
    pub unicode_version: [u8; 6],
    /// The data groups on the card.
    pub data_groups: Vec<u8>,
}

impl CommonData {
    /// Of a card of ours with these data groups.
    #[must_use]
    pub fn new(data_groups: Vec<u8>) -> Self {
        Self { lds_version: *b"0107", unicode_version: *b"040000", data_groups }
    }

    /// The file. Numbers that belong to no data group are left out.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let tags: Vec<u8> = self
            .data_groups
            .iter()
            .filter_map(|number| FileId::Dg(*number).tag())
            .map(|tag| tag.0 as u8)
            .collect();
        let mut content = Writer::new();
        content
            .put(LDS_VERSION, &self.lds_version)
            .put(UNICODE_VERSION, &self.unicode_version)
            .put(TAG_LIST, &tags);
        encode(Tag(0x60), &content.into_bytes())
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_bytes(data: &[u8]) -> Result<Self, ReadError> {
        let file = FileId::Com;
        let mut content = template_tlv(file, data)?.children().map_err(ReadError::tlv(file, 0))?;
        let lds = content.expect(LDS_VERSION).map_err(ReadError::tlv(file, 0))?;
        let unicode = content.expect(UNICODE_VERSION).map_err(ReadError::tlv(file, 0))?;
        let list = content.expect(TAG_LIST).map_err(ReadError::tlv(file, 0))?;
        content.finish().map_err(ReadError::tlv(file, 0))?;
        let data_groups = list.value.iter().enumerate().map(|(index, tag)| match FileId::dg_with_tag(*tag) {
            Some(FileId::Dg(number)) => Ok(number),
            _ => {
                let fault = ValueFault::DataGroupTag(Tag(u32::from(*tag)));
                Err(ReadError::value(file, list.value_offset + index, fault))
            }
        });
        Ok(Self {
            lds_version: lds.value.try_into().map_err(|_| ReadError::tlv(file, 0)(lds.invalid()))?,
            unicode_version: unicode
                .value
                .try_into()
                .map_err(|_| ReadError::tlv(file, 0)(unicode.invalid()))?,
            data_groups: data_groups.collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 9303-10, 4.6.1, example: LDS 1.7, Unicode 4.0.0, DG1, DG2, DG4, DG12.
    #[test]
    fn worked_example() {
        let data = hex::decode("60165f0104303130375f36063034303030305c046175766c").unwrap();
        let common = CommonData::new(vec![1, 2, 4, 12]);
        assert_eq!(common.to_bytes(), data);
        assert_eq!(CommonData::from_bytes(&data), Ok(common));
    }

    #[test]
    fn faults_have_their_place() {
        let read = |text: &str| CommonData::from_bytes(&hex::decode(text).unwrap()).unwrap_err();
        let error = read("60165f0104303130375f36063034303030305c046175996c");
        assert_eq!(error, ReadError::value(FileId::Com, 22, ValueFault::DataGroupTag(Tag(0x99))));
        assert_eq!(read("60155f01033130375f36063034303030305c046175766c").offset(), 5);
    }
}
