//! Files that no honest card holds.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Reader, Tlv, encode};

/// `tag` nested in itself `depth` times.
#[must_use]
pub fn nested(tag: u8, depth: usize) -> Vec<u8> {
    // from the inside out, written backwards
    let mut reversed: Vec<u8> = Vec::new();
    for _ in 0..depth {
        let length = reversed.len();
        let field: Vec<u8> = match length {
            0..=0x7F => vec![length as u8],
            0x80..=0xFF => vec![0x81, length as u8],
            0x100..=0xFFFF => vec![0x82, (length >> 8) as u8, length as u8],
            _ => vec![0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8],
        };
        reversed.extend(field.iter().rev());
        reversed.push(tag);
    }
    reversed.reverse();
    reversed
}

/// `tag` in indefinite form nested in itself `depth` times.
#[must_use]
pub fn nested_indefinite(tag: u8, depth: usize) -> Vec<u8> {
    [tag, 0x80].repeat(depth)
}

/// A header that announces four gigabytes, and a little that follows.
#[must_use]
pub fn four_gigabytes(tag: u8) -> Vec<u8> {
    [vec![tag, 0x84, 0xFF, 0xFF, 0xFF, 0xFF], vec![0; 300]].concat()
}

/// The value with a length field of four bytes.
#[must_use]
pub fn not_minimal(file: &[u8]) -> Vec<u8> {
    let tlv = Tlv::parse_one(file).unwrap();
    let length = u32::try_from(tlv.value.len()).unwrap().to_be_bytes();
    [&[file[0], 0x84], length.as_slice(), tlv.value].concat()
}

/// A header that announces `more` bytes than follow.
#[must_use]
pub fn announcing(file: &[u8], more: usize) -> Vec<u8> {
    let tlv = Tlv::parse_one(file).unwrap();
    let length = u16::try_from(tlv.value.len() + more).unwrap().to_be_bytes();
    [&[file[0], 0x82], length.as_slice(), tlv.value].concat()
}

/// EF.CardAccess with these SecurityInfos.
#[must_use]
pub fn card_access(infos: &[Vec<u8>]) -> Vec<u8> {
    encode(Tag(0x31), &infos.concat())
}

/// A PACEInfo with these last two arcs, version and parameters.
#[must_use]
pub fn pace_info(mapping: u8, cipher: u8, version: u8, parameters: u8) -> Vec<u8> {
    let oid = [4, 0, 0x7F, 0, 7, 2, 2, 4, mapping, cipher];
    let fields = [encode(Tag(6), &oid), vec![2, 1, version, 2, 1, parameters]].concat();
    encode(Tag(0x30), &fields)
}

/// A SecurityInfo of a protocol that nobody knows.
#[must_use]
pub fn unknown_info(number: u16) -> Vec<u8> {
    let [high, low] = number.to_be_bytes();
    let oid = [0x2A, 0x03, 0x80 | high & 0x7F, 0x80 | low >> 1, low & 0x7F];
    encode(Tag(0x30), &[encode(Tag(6), &oid), vec![5, 0]].concat())
}

/// EF.SOD with its certificates replaced by `count` empty ones.
#[must_use]
pub fn with_certificates(sod: &[u8], count: usize) -> Vec<u8> {
    rebuild(sod, &|tag, value| if tag == 0xA0 { [0x30, 0x00].repeat(count) } else { value.to_vec() })
}

/// EF.SOD with its eContent replaced by `content`.
#[must_use]
pub fn with_content(sod: &[u8], content: &[u8]) -> Vec<u8> {
    rebuild(sod, &|tag, value| {
        if tag != 0x30 {
            return value.to_vec();
        }
        let oid = Reader::new(value).next().unwrap().unwrap();
        let wrapped = encode(Tag(0xA0), &encode(Tag(4), content));
        [oid.encoded, &wrapped].concat()
    })
}

/// EF.SOD with the elements of its SignedData changed: `77 { 30 { OID, A0 { 30 { … } } } }`.
fn rebuild(sod: &[u8], change: &dyn Fn(u32, &[u8]) -> Vec<u8>) -> Vec<u8> {
    let info = Tlv::parse_one(Tlv::parse_one(sod).unwrap().value).unwrap();
    let mut parts = info.children().unwrap();
    let oid = parts.next().unwrap().unwrap();
    let data = Tlv::parse_one(parts.next().unwrap().unwrap().value).unwrap();
    let mut elements = Reader::new(data.value);
    let mut out = Vec::new();
    while let Some(element) = elements.next().unwrap() {
        out.extend(encode(element.tag, &change(element.tag.0, element.value)));
    }
    let content = encode(Tag(0xA0), &encode(Tag(0x30), &out));
    encode(Tag(0x77), &encode(Tag(0x30), &[oid.encoded, &content].concat()))
}

/// DG2 whose picture says in its frame header that it has `width` × `height` pixels.
#[must_use]
pub fn with_picture_of(dg2: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut file = dg2.to_vec();
    let frame = file.windows(2).position(|pair| matches!(pair, [0xFF, 0xC0..=0xC2])).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}
