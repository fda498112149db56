//! The files of the master file that are the same on every card of an issuer: EF.DIR, EF.ATR/INFO, EF.CardAccess (ICAO Doc 9303-10, 3.11).

use chipwright_iso7816::tlv::{Reader, Writer, encode};
use chipwright_iso7816::{Aid, Tag};

use crate::read::{ReadError, ValueFault, text};
use crate::security_infos::SecurityInfos;
use crate::{BufferSizes, ChipFeatures, FileId, IssueTerms};

const APPLICATION: Tag = Tag(0x61);
const AID: Tag = Tag(0x4F);
const LABEL: Tag = Tag(0x50);
const CAPABILITIES: Tag = Tag(0x47);
const EXTENDED_LENGTH: Tag = Tag(0x7F66);
const INTEGER: Tag = Tag(0x02);
/// Card capabilities (ISO/IEC 7816-4, 12.1.1.9): DF selection by full and partial name and by file identifier, short file identifiers (D4); one-byte data units
/// (01); command chaining, extended length, extended length information in EF.ATR/INFO (E0).
const CARD_CAPABILITIES: [u8; 3] = [0xD4, 0x01, 0xE0];

/// EF.DIR, EF.ATR/INFO and EF.CardAccess, as they are written to a blank.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerFiles {
    files: [(FileId, Vec<u8>); 3],
    access: SecurityInfos,
    chip: ChipFeatures,
}

impl IssuerFiles {
    /// For cards issued on these terms.
    #[must_use]
    pub fn new(terms: &IssueTerms) -> Self {
        let access = SecurityInfos::of_card_access(&terms.pace, &terms.chip);
        let files = [
            (FileId::Dir, dir(&terms.application, &terms.application_label)),
            (FileId::AtrInfo, atr_info(terms.buffers)),
            (FileId::CardAccess, access.to_der()),
        ];
        Self { files, access, chip: terms.chip.clone() }
    }

    /// The files, in writing order.
    pub fn files(&self) -> impl Iterator<Item = (FileId, &[u8])> {
        self.files.iter().map(|(file, bytes)| (*file, bytes.as_slice()))
    }

    /// What the chip is to be able to do.
    #[must_use]
    pub const fn chip(&self) -> &ChipFeatures {
        &self.chip
    }

    /// EF.CardAccess: DG14 and EF.CardSecurity repeat it under the signature.
    pub(crate) const fn card_access(&self) -> &SecurityInfos {
        &self.access
    }

    pub(crate) fn into_files(self) -> [(FileId, Vec<u8>); 3] {
        self.files
    }
}

/// EF.DIR: `61 { 4F AID, 50 label }`.
fn dir(aid: &Aid, label: &str) -> Vec<u8> {
    let mut content = Writer::new();
    content.put(AID, aid.as_bytes()).put(LABEL, label.as_bytes());
    encode(APPLICATION, &content.into_bytes())
}

/// EF.ATR/INFO: `47 card capabilities`, `7F66 { 02 largest command APDU, 02 largest response APDU }`.
fn atr_info(buffers: BufferSizes) -> Vec<u8> {
    let mut content = Writer::new();
    content.put(CAPABILITIES, &CARD_CAPABILITIES).nest(EXTENDED_LENGTH, |sizes| {
        sizes.put(INTEGER, &buffers.command.to_be_bytes()).put(INTEGER, &buffers.response.to_be_bytes());
    });
    content.into_bytes()
}

pub(crate) fn decode_atr_info(data: &[u8]) -> Result<Option<BufferSizes>, ReadError> {
    let tlv = ReadError::tlv(FileId::AtrInfo, 0);
    let mut objects = Reader::new(data);
    while let Some(object) = objects.next().map_err(&tlv)? {
        if object.tag != EXTENDED_LENGTH {
            continue;
        }
        let mut sizes = object.children().map_err(&tlv)?;
        let mut size = || {
            let size = sizes.expect(INTEGER).map_err(&tlv)?;
            if size.value.is_empty() || size.value.len() > 4 {
                return Err(tlv(size.invalid()));
            }
            // a chip with larger buffers is used up to what the type holds
            let value = size.value.iter().fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
            Ok(u16::try_from(value).unwrap_or(u16::MAX))
        };
        return Ok(Some(BufferSizes { command: size()?, response: size()? }));
    }
    Ok(None)
}

pub(crate) fn decode_dir(data: &[u8]) -> Result<Vec<(Aid, Option<String>)>, ReadError> {
    let tlv = ReadError::tlv(FileId::Dir, 0);
    let (mut applications, mut templates) = (Vec::new(), Reader::new(data));
    while let Some(template) = templates.next().map_err(&tlv)? {
        if template.tag != APPLICATION {
            continue;
        }
        let aid = template.children().map_err(&tlv)?.find(AID).map_err(&tlv)?;
        let fault = ReadError::value(FileId::Dir, aid.value_offset, ValueFault::Aid);
        let aid = Aid::new(aid.value).map_err(|_| fault)?;
        let label = template.children().map_err(&tlv)?.find(LABEL).ok();
        applications
            .push((aid, label.map(|label| text(FileId::Dir, &label, label.value_offset)).transpose()?));
    }
    Ok(applications)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::member::Unit;
    use crate::security_infos::PaceParameters;
    use jiff::civil::date;

    #[test]
    fn the_three_files() {
        let terms =
            IssueTerms::new(date(2026, 11, 22), date(2036, 11, 21), Unit::new("79", "Thành ủy").unwrap());
        let files = IssuerFiles::new(&terms);
        let shown: Vec<(FileId, String)> =
            files.files().map(|(file, bytes)| (file, hex::encode(bytes))).collect();
        assert_eq!(
            shown[0],
            (FileId::Dir, "61154f07f0434849505701500a4368697077726967687 4".replace(' ', ""))
        );
        assert_eq!(shown[1], (FileId::AtrInfo, "4703d401e07f66080202040902020402".into()));
        assert_eq!(shown[2].1.len() / 2, 2 + 20 + 20);

        let bytes: Vec<&[u8]> = files.files().map(|(_, bytes)| bytes).collect();
        assert_eq!(decode_dir(bytes[0]).unwrap(), [(terms.application, Some("Chipwright".into()))]);
        assert_eq!(decode_atr_info(bytes[1]).unwrap(), Some(BufferSizes::CONTRACT));
        assert_eq!(
            SecurityInfos::read(FileId::CardAccess, bytes[2], 0).unwrap().pace(),
            PaceParameters::DEFAULT
        );
    }

    #[test]
    fn foreign_files() {
        assert_eq!(decode_atr_info(&hex::decode("470380 01e0".replace(' ', "")).unwrap()), Ok(None));
        // the LDS application of 9303-10, table 31, without a label
        let read = decode_dir(&hex::decode("61094f07a0000002471001").unwrap()).unwrap();
        assert_eq!(read, [("A0000002471001".parse().unwrap(), None)]);
        assert_eq!(decode_dir(&hex::decode("61054f03a00000").unwrap()).unwrap_err().offset(), 4);
    }
}
