//! EF.DG2 (ICAO Doc 9303-10, 4.7.2): one facial record of ISO/IEC 19794-5:2005 in a CBEFF template.
//!
//! ```text
//! 75 { 7F61 { 02 01                              one template
//!             7F60 { A1 { 80 0101                ICAO header version
//!                         81 02                  biometric type: facial features
//!                         87 0101                format owner: ISO/IEC JTC 1/SC 37
//!                         88 0008 }              format type: ISO/IEC 19794-5
//!                    5F2E facial record } } }
//! ```
//!
//! | facial record | bytes | value written |
//! |---|---|---|
//! | format identifier, version | 4, 4 | `FAC␀`, `010␀` |
//! | length of record, number of images | 4, 2 | whole record, 1 |
//! | facial record data length, feature points | 4, 2 | from here to the end, 0 |
//! | gender, eye colour, hair colour | 1, 1, 1 | 0, 0, 0: unspecified |
//! | property mask, expression, pose, its uncertainty | 3, 2, 3, 3 | 0: unspecified |
//! | face image type | 1 | 00 basic: no more is claimed of the picture than was checked |
//! | image data type | 1 | 00 JPEG |
//! | width, height | 2, 2 | pixels |
//! | colour space, source type, device type, quality | 1, 1, 2, 2 | 0: unspecified |

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{TlvError, encode};

use crate::FileId;
use crate::portrait::{FittedPortrait, largest_frame};
use crate::read::{ReadError, ValueFault, template_tlv};

const GROUP: Tag = Tag(0x7F61);
const COUNT: Tag = Tag(0x02);
const TEMPLATE: Tag = Tag(0x7F60);
const HEADER: Tag = Tag(0xA1);
const FORMAT_OWNER: Tag = Tag(0x87);
const FORMAT_TYPE: Tag = Tag(0x88);
const DATA: Tag = Tag(0x5F2E);
/// Facial record header, facial information block, image information block.
const HEADER_LENGTH: usize = 14 + 20 + 12;

/// No portrait on a card has more pixels: a picture that unfolds to gigabytes is refused before anybody decodes it.
const MOST_PIXELS: u32 = 8_000_000;

/// How the picture of a facial record is coded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImageCoding {
    /// JPEG (ISO/IEC 10918-1).
    Jpeg,
    /// JPEG 2000 (ISO/IEC 15444-1).
    Jpeg2000,
}

/// The picture in DG2.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FaceImage<'a> {
    /// How it is coded.
    pub coding: ImageCoding,
    /// Width in pixels, as the record says.
    pub width: u16,
    /// Height in pixels, as the record says.
    pub height: u16,
    /// The picture file.
    pub image: &'a [u8],
}

/// The file. The picture is copied once: lengths are worked out from the inside, and the headers written from the outside.
#[must_use]
pub fn encode_file(portrait: &FittedPortrait) -> Vec<u8> {
    const BIOMETRIC_HEADER: [u8; 17] = [0xA1, 15, 0x80, 2, 1, 1, 0x81, 1, 2, 0x87, 2, 1, 1, 0x88, 2, 0, 8];
    let record = HEADER_LENGTH + portrait.jpeg().len();
    let data = head(DATA, record);
    let template_length = BIOMETRIC_HEADER.len() + data.len() + record;
    let template = head(TEMPLATE, template_length);
    let group_length = 3 + template.len() + template_length;
    let group = head(GROUP, group_length);

    let mut file = Vec::with_capacity(record + 64);
    file.extend_from_slice(&head(Tag(0x75), group.len() + group_length));
    file.extend_from_slice(&group);
    file.extend_from_slice(&[0x02, 1, 1]);
    file.extend_from_slice(&template);
    file.extend_from_slice(&BIOMETRIC_HEADER);
    file.extend_from_slice(&data);
    put_facial_record(&mut file, portrait);
    file
}

/// Tag and minimal length of a data object of `length` bytes, below 64 kB.
fn head(tag: Tag, length: usize) -> Vec<u8> {
    let mut head = encode(tag, &[]);
    head.pop();
    let [high, low] = u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes();
    match length {
        0..=0x7F => head.push(low),
        0x80..=0xFF => head.extend_from_slice(&[0x81, low]),
        _ => head.extend_from_slice(&[0x82, high, low]),
    }
    head
}

fn put_facial_record(file: &mut Vec<u8>, portrait: &FittedPortrait) {
    let jpeg = portrait.jpeg();
    let length = |bytes: usize| u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes();
    file.extend_from_slice(b"FAC\x00010\x00");
    file.extend_from_slice(&length(HEADER_LENGTH + jpeg.len()));
    file.extend_from_slice(&[0, 1]);
    file.extend_from_slice(&length(HEADER_LENGTH - 14 + jpeg.len()));
    file.extend_from_slice(&[0; 16]);
    file.extend_from_slice(&[0, 0]);
    file.extend_from_slice(&portrait.width().to_be_bytes());
    file.extend_from_slice(&portrait.height().to_be_bytes());
    file.extend_from_slice(&[0; 6]);
    file.extend_from_slice(jpeg);
}

impl<'a> FaceImage<'a> {
    /// Reads the file: one template, one image. Feature points are passed over.
    ///
    /// # Errors
    /// [`ReadError`].
    pub fn from_bytes(data: &'a [u8]) -> Result<Self, ReadError> {
        let file = FileId::Dg(2);
        let tlv = |error: TlvError| ReadError::tlv(file, 0)(error);
        let mut content = template_tlv(file, data)?.children().map_err(tlv)?;
        let group = content.expect(GROUP).map_err(tlv)?;
        content.finish().map_err(tlv)?;
        let mut group = group.children().map_err(tlv)?;
        let count = group.expect(COUNT).map_err(tlv)?;
        if count.value != [1] {
            let faces = count
                .value
                .iter()
                .fold(0u16, |sum, byte| sum.saturating_mul(256).saturating_add(u16::from(*byte)));
            return Err(ReadError::value(file, count.value_offset, ValueFault::FaceCount(faces)));
        }
        let template = group.expect(TEMPLATE).map_err(tlv)?;
        group.finish().map_err(tlv)?;
        let mut template = template.children().map_err(tlv)?;
        let header = template.expect(HEADER).map_err(tlv)?;
        for (tag, value) in [(FORMAT_OWNER, [1, 1]), (FORMAT_TYPE, [0, 8])] {
            let found = header.children().map_err(tlv)?.find(tag).map_err(tlv)?;
            if found.value != value {
                return Err(ReadError::value(file, found.value_offset, ValueFault::FaceFormat));
            }
        }
        let record = template.expect(DATA).map_err(tlv)?;
        template.finish().map_err(tlv)?;
        facial_image(record.value)
            .map_err(|(at, fault)| ReadError::value(file, record.value_offset + at, fault))
    }
}

fn facial_image(record: &[u8]) -> Result<FaceImage<'_>, (usize, ValueFault)> {
    let short = (record.len(), ValueFault::FaceLength);
    let number = |at: usize, bytes: usize| {
        let field = record.get(at..at + bytes).ok_or(short)?;
        Ok(field.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte)))
    };
    if record.get(..8) != Some(b"FAC\x00010\x00") {
        return Err((0, ValueFault::FaceFormat));
    }
    if number(8, 4)? != record.len() {
        return Err((8, ValueFault::FaceLength));
    }
    let faces = number(12, 2)?;
    if faces != 1 {
        return Err((12, ValueFault::FaceCount(u16::try_from(faces).unwrap_or(u16::MAX))));
    }
    if number(14, 4)? != record.len() - 14 {
        return Err((14, ValueFault::FaceLength));
    }
    let information = 34 + 8 * number(18, 2)?;
    let coding = match number(information + 1, 1)? {
        0 => ImageCoding::Jpeg,
        1 => ImageCoding::Jpeg2000,
        _ => return Err((information + 1, ValueFault::FaceFormat)),
    };
    let size = |at| Ok(u16::try_from(number(at, 2)?).unwrap_or(u16::MAX));
    let (width, height) = (size(information + 2)?, size(information + 4)?);
    let image = record.get(information + 12..).filter(|image| !image.is_empty()).ok_or(short)?;
    let said =
        largest_frame(image).filter(|_| coding == ImageCoding::Jpeg).map(|size| (information + 12, size));
    for (at, (width, height)) in [(information + 2, (width, height))].into_iter().chain(said) {
        if u32::from(width) * u32::from(height) > MOST_PIXELS {
            return Err((at, ValueFault::FacePixels { width, height }));
        }
    }
    Ok(FaceImage { coding, width, height, image })
}

impl std::fmt::Debug for FaceImage<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "FaceImage({:?}, {}×{}, {} bytes)", self.coding, self.width, self.height, self.image.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn file() -> Vec<u8> {
        encode_file(&FittedPortrait::for_test(240, 320, vec![0xFF, 0xD8, 0xFF, 0xD9]))
    }

    #[test]
    fn written_and_read() {
        let data = file();
        let head = "754f7f614c020101 7f6046 a10f 80020101 810102 87020101 88020008 5f2e32 46414300 30313000 00000032 0001 00000024";
        assert_eq!(hex::encode(&data[..data.len() - 32]), head.replace(' ', ""));
        let face = FaceImage::from_bytes(&data).unwrap();
        assert_eq!(
            (face.coding, face.width, face.height, face.image),
            (ImageCoding::Jpeg, 240, 320, &[0xFF, 0xD8, 0xFF, 0xD9][..])
        );
    }

    #[test]
    fn faults_have_their_place() {
        let with = |at: usize, value: u8| {
            let mut data = file();
            data[at] = value;
            match FaceImage::from_bytes(&data).unwrap_err() {
                ReadError::Value { offset, fault, .. } => (offset, fault),
                other => panic!("{other}"),
            }
        };
        assert_eq!(with(7, 2), (7, ValueFault::FaceCount(2)));
        assert_eq!(with(27, 7), (26, ValueFault::FaceFormat));
        assert_eq!(with(31, b'G'), (31, ValueFault::FaceFormat));
        assert_eq!(with(42, 9), (39, ValueFault::FaceLength));
        assert_eq!(with(44, 2), (43, ValueFault::FaceCount(2)));
        assert_eq!(with(67, 0xFF), (67, ValueFault::FacePixels { width: 0xFFF0, height: 320 }));
        // 200 feature points are not there
        assert_eq!(with(50, 200), (81, ValueFault::FaceLength));
    }

    proptest! {
        #[test]
        fn altered_bytes(at in 0usize..81, value: u8) {
            let mut data = file();
            data[at] = value;
            let _ = FaceImage::from_bytes(&data);
        }
    }
}
