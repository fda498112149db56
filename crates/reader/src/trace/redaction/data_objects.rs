//! Which data objects may be kept.

use chipwright_iso7816::tlv::{Reader, TlvErrorKind};
use std::ops::Range;

/// Whether a primitive data object with this tag and length is public, inside the constructed ones of these tags.
pub(super) type Known = fn(path: &[u32], tag: u32, length: usize) -> bool;

/// Cryptogram, checksum, Le: what a protected command consists of (9303-11, 9.8.6). A plain value in it is not kept.
pub(super) fn is_protected_command(data: &[u8]) -> bool {
    consists_of(data, &[0x85, 0x87, 0x97, 0x8E], false)
}

/// Cryptogram, status, checksum; the last object may be cut where a part of the answer ends.
pub(super) fn is_protected_response(data: &[u8]) -> bool {
    consists_of(data, &[0x85, 0x87, 0x99, 0x8E], true)
}

fn consists_of(data: &[u8], tags: &[u32], may_be_cut: bool) -> bool {
    let mut reader = Reader::new(data);
    loop {
        match reader.next() {
            Ok(None) => return true,
            Ok(Some(object)) if tags.contains(&object.tag.0) && fits(object.tag.0, object.value.len()) => {}
            Ok(Some(_)) => return false,
            Err(error) => {
                let first = reader.remaining().first().map(|byte| u32::from(*byte));
                let cut = match error.kind {
                    TlvErrorKind::TruncatedValue { said, .. } => first.is_some_and(|tag| fits(tag, said)),
                    TlvErrorKind::TruncatedLength => true,
                    _ => false,
                };
                return may_be_cut && cut && first.is_some_and(|tag| tags.contains(&tag));
            }
        }
    }
}

/// Le, status and checksum are short: nothing hides in them.
const fn fits(tag: u32, length: usize) -> bool {
    match tag {
        0x97 | 0x99 => length <= 3,
        0x8E => length <= 16,
        _ => true,
    }
}

/// `7C` with objects 80 to 8A: the steps of PACE and of chip authentication (TR-03110-3, B.1 to B.4).
pub(super) fn is_authentication_data(data: &[u8]) -> bool {
    let mut reader = Reader::new(data);
    let Ok(Some(outer)) = reader.next() else { return data.is_empty() };
    let Ok(mut inner) = outer.children() else { return false };
    if outer.tag.0 != 0x7C || !reader.is_empty() {
        return false;
    }
    loop {
        match inner.next() {
            Ok(None) => return true,
            Ok(Some(object)) if (0x80..=0x8A).contains(&object.tag.0) => {}
            _ => return false,
        }
    }
}

/// MSE:Set AT: mechanism, password or key reference, domain parameters, CHAT, auxiliary data stays out.
pub(super) fn is_public_in_mse(path: &[u32], tag: u32, length: usize) -> bool {
    match (path, tag) {
        ([], 0x80) => length <= 16,
        ([], 0x83 | 0x84) => length <= 2,
        ([0x7F4C], 0x06 | 0x53) => length <= 16,
        _ => false,
    }
}

/// File control information (7816-4, table 10; GP 2.3.1, table 11-82) that is the same on all cards of a kind.
pub(super) fn is_public_in_fci(path: &[u32], tag: u32, length: usize) -> bool {
    match (path, tag) {
        ([0x6F | 0x62 | 0x64], 0x80..=0x84 | 0x88 | 0x8A) => length <= 16,
        ([0x6F, 0xA5], 0x9F65 | 0x50) | ([0x6F], 0x50) => length <= 16,
        ([0x6F, 0xA5, 0x73, ..], 0x06) => length <= 32,
        _ => false,
    }
}

/// EF.ATR/INFO (7816-4, 12.2.2): services, capabilities, buffer sizes. Issuer's and pre-issuing data may name the chip.
pub(super) fn is_public_in_atr_info(path: &[u32], tag: u32, length: usize) -> bool {
    matches!((path, tag), ([], 0x43 | 0x47) | ([0x7F66], 0x02)) && length <= 4
}

/// Constructed objects that are descended into; the value of any other is one value.
const CONSTRUCTED: [u32; 14] =
    [0x7F66, 0x6F, 0x62, 0x64, 0xA5, 0x73, 0x60, 0x61, 0x63, 0x65, 0x66, 0x67, 0x68, 0x7F4C];

/// The ranges of the data, alternately public or not: tags and lengths are. None when the data is not TLV.
pub(super) fn spans(data: &[u8], is_public: Known) -> Option<Vec<(Range<usize>, bool)>> {
    let mut spans = Vec::new();
    walk(Reader::new(data), &mut Vec::new(), is_public, &mut spans)?;
    Some(spans)
}

fn walk(
    mut reader: Reader<'_>,
    path: &mut Vec<u32>,
    is_public: Known,
    spans: &mut Vec<(Range<usize>, bool)>,
) -> Option<()> {
    while let Some(object) = reader.next().ok()? {
        let value = object.value_offset..object.value_offset + object.value.len();
        let head = value.start - (object.encoded.len() - object.value.len())..value.start;
        spans.push((head, true));
        if CONSTRUCTED.contains(&object.tag.0) {
            path.push(object.tag.0);
            walk(object.children().ok()?, path, is_public, spans)?;
            path.pop();
        } else {
            spans.push((value, is_public(path, object.tag.0, object.value.len())));
        }
    }
    Some(())
}

/// How many bytes tag and length take, if the data begins with this tag.
pub(super) fn head(data: &[u8], tag: u32) -> usize {
    let mut reader = Reader::new(data);
    match reader.next() {
        Ok(Some(object)) if object.tag.0 == tag => object.encoded.len() - object.value.len(),
        Err(error) => match error.kind {
            TlvErrorKind::TruncatedValue { left, .. } if begins_with(data, tag) => data.len() - left,
            _ => 0,
        },
        _ => 0,
    }
}

/// Whether the data begins with this tag.
pub(super) fn begins_with(data: &[u8], tag: u32) -> bool {
    let bytes = tag.to_be_bytes();
    let skip = bytes.iter().take_while(|byte| **byte == 0).count();
    skip < bytes.len() && data.starts_with(&bytes[skip..])
}
