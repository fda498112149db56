//! EF.DG1 (ICAO Doc 9303-10, 4.7.1): `61 { 5F1F machine readable zone, 90 characters }`.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Writer, encode};

use crate::FileId;
use crate::mrz::Td1;
use crate::read::{ReadError, template_tlv};

const MRZ: Tag = Tag(0x5F1F);

/// The file.
#[must_use]
pub fn encode_file(mrz: &Td1) -> Vec<u8> {
    let mut content = Writer::new();
    content.put(MRZ, mrz.as_bytes());
    encode(Tag(0x61), &content.into_bytes())
}

pub(crate) fn decode(data: &[u8]) -> Result<Td1, ReadError> {
    let file = FileId::Dg(1);
    let mut content = template_tlv(file, data)?.children().map_err(ReadError::tlv(file, 0))?;
    let mrz = content.expect(MRZ).map_err(ReadError::tlv(file, 0))?;
    content.finish().map_err(ReadError::tlv(file, 0))?;
    Td1::parse(mrz.value).map_err(|error| ReadError::Mrz {
        file,
        offset: mrz.value_offset + error.position,
        error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 9303-10, appendix A.1, with a TD1 zone.
    #[test]
    fn written_read_and_refused() {
        let zone =
            b"I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<";
        let mut data = encode_file(&Td1::parse(zone).unwrap());
        assert_eq!(hex::encode(&data[..5]), "615d5f1f5a");
        assert_eq!(decode(&data).unwrap().as_bytes(), zone);
        data[5 + 36] = b'0';
        let error = decode(&data).unwrap_err();
        assert_eq!(
            (error.offset(), error.to_string().as_str()),
            (41, "DG1: check digit 0 where 2 must stand (line 2, position 7)")
        );
    }
}
