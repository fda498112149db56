//! Readers of data objects, answers-to-reset and buffer sizes.
//!
//! - A data object lies inside the data, at the offset it says; objects and remainder make up the whole.
//! - What is read strictly is byte for byte what the writer writes, and is read the same tolerantly.
//! - Nesting is refused beyond [`MAX_DEPTH`]; an error names a place inside the data and leaves the reader where it was.

use chipwright_iso7816::atr::BufferSizes;
use chipwright_iso7816::tlv::{MAX_DEPTH, Reader, Tag, Tlv, TlvErrorKind, Writer, encode};
use chipwright_iso7816::{Aid, Atr};

/// The target.
pub fn run(data: &[u8]) {
    let tolerant = walk(data, Reader::new(data));
    if let Some(strict) = walk(data, Reader::strict(data)) {
        assert_eq!(strict, data, "strict reading and writing are inverse");
        assert_eq!(tolerant.as_deref(), Some(data), "what is strict is tolerable");
    }
    if let Ok(one) = Tlv::parse_one(data) {
        assert_eq!(one.encoded, data);
        assert!(Tlv::parse_expected(data, one.tag).is_ok());
        assert!(Tlv::parse_expected(data, Tag(one.tag.0 ^ 1)).is_err());
    }
    let first = Reader::new(data).next().ok().flatten();
    assert_eq!(
        first.map(|tlv| tlv.encoded),
        first.and_then(|tlv| { Reader::new(data).find(tlv.tag).ok().map(|found| found.encoded) })
    );
    other_readers(data);
}

/// Reads everything, nested objects too; what the writer makes of it, unless there is an error somewhere.
fn walk(whole: &[u8], reader: Reader<'_>) -> Option<Vec<u8>> {
    let mut writer = Writer::new();
    let complete = level(whole, reader, 0, &mut writer);
    complete.then(|| writer.into_bytes())
}

fn level(whole: &[u8], mut reader: Reader<'_>, depth: u8, out: &mut Writer) -> bool {
    assert!(depth <= MAX_DEPTH, "{depth} levels");
    let mut complete = true;
    loop {
        let before = reader.remaining();
        match reader.next() {
            Ok(None) => {
                assert!(reader.is_empty() && reader.finish().is_ok());
                return complete;
            }
            Err(error) => {
                assert!(error.offset <= whole.len(), "{error}");
                assert_eq!(reader.remaining(), before, "the reader moved");
                assert!(!error.to_string().is_empty());
                return false;
            }
            Ok(Some(tlv)) => {
                assert_eq!([tlv.encoded, reader.remaining()].concat(), before);
                let end = tlv.value_offset + tlv.value.len();
                assert_eq!(&whole[tlv.value_offset..end], tlv.value);
                assert!(tlv.encoded.ends_with(tlv.value));
                let again = encode(tlv.tag, tlv.value);
                assert!(again.len() <= tlv.encoded.len(), "the shortest form");
                let read = Reader::strict(&again).next().unwrap().unwrap();
                assert_eq!((read.tag, read.value), (tlv.tag, tlv.value));
                complete &= nested(whole, &tlv, depth, out);
            }
        }
    }
}

fn nested(whole: &[u8], tlv: &Tlv<'_>, depth: u8, out: &mut Writer) -> bool {
    if !tlv.tag.is_constructed() {
        out.put(tlv.tag, tlv.value);
        return true;
    }
    match tlv.children() {
        Ok(children) => {
            let mut complete = true;
            out.nest(tlv.tag, |inner| complete = level(whole, children, depth + 1, inner));
            complete
        }
        Err(error) => {
            assert_eq!((error.kind, depth), (TlvErrorKind::TooDeep, MAX_DEPTH));
            false
        }
    }
}

fn other_readers(data: &[u8]) {
    if let Ok(atr) = Atr::parse(data) {
        assert_eq!(atr.as_bytes(), data);
        assert!(data.len() <= 33 && atr.historical_bytes().len() <= 15 && !atr.protocols().is_empty());
        assert_eq!(atr.to_string().len(), 2 * data.len());
        let _ = (atr.announces_chaining(), atr.announces_extended_length());
    }
    let made = Atr::contactless(data);
    assert_eq!(Atr::parse(made.as_bytes()).as_ref(), Ok(&made));
    let _ = BufferSizes::find(data);
    if let Ok(aid) = Aid::new(data) {
        assert_eq!(aid.as_bytes(), data);
        assert!((5..=16).contains(&data.len()) && aid.starts_with(&data[..5]));
    }
}
