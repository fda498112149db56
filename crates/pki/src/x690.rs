//! The distinguished encoding rules (X.690, 10) over borrowed bytes: identifier, length, contents.
//!
//! Reading is strict (definite minimal lengths, one-byte identifiers, nothing left over) and copies nothing, so that
//! signatures are verified over the bytes as they came. Every error names the byte offset in the whole input.

use crate::oid::Oid;

pub(crate) const BOOLEAN: u8 = 0x01;
pub(crate) const INTEGER: u8 = 0x02;
pub(crate) const BIT_STRING: u8 = 0x03;
pub(crate) const OCTET_STRING: u8 = 0x04;
pub(crate) const NULL: u8 = 0x05;
pub(crate) const OBJECT_IDENTIFIER: u8 = 0x06;
pub(crate) const ENUMERATED: u8 = 0x0A;
pub(crate) const UTF8_STRING: u8 = 0x0C;
pub(crate) const PRINTABLE_STRING: u8 = 0x13;
pub(crate) const UTC_TIME: u8 = 0x17;
pub(crate) const GENERALIZED_TIME: u8 = 0x18;
pub(crate) const SEQUENCE: u8 = 0x30;
pub(crate) const SET: u8 = 0x31;
/// [0] constructed, context-specific.
pub(crate) const CONTEXT_0: u8 = 0xA0;
/// [3] constructed, context-specific.
pub(crate) const CONTEXT_3: u8 = 0xA3;

/// Where and why bytes are not the DER that was expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("at byte {offset}: {fault}")]
pub struct DerError {
    /// The byte at which reading stopped, from the start of the input.
    pub offset: usize,
    /// What was wrong there.
    pub fault: DerFault,
}

/// What was wrong with an encoding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DerFault {
    /// The input ends inside an element.
    #[error("the input ends inside an element")]
    Truncated,
    /// A length is indefinite, not minimal, or larger than any certificate.
    #[error("the length is not a definite minimal length")]
    Length,
    /// Another identifier octet stands where one was required.
    #[error("expected identifier {expected:02X}, found {found:02X}")]
    Tag {
        /// The identifier octet required here.
        expected: u8,
        /// The identifier octet found.
        found: u8,
    },
    /// Bytes follow the last element.
    #[error("bytes follow the last element")]
    Trailing,
    /// The element is well formed, but its value is not allowed here; the text names the rule.
    #[error("{0}")]
    Value(&'static str),
}

/// One element: identifier, the whole encoding, and the contents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) tag: u8,
    pub(crate) raw: &'a [u8],
    pub(crate) value: &'a [u8],
    offset: usize,
}

impl<'a> Element<'a> {
    /// A reader over the contents.
    pub(crate) fn contents(&self) -> Reader<'a> {
        Reader { bytes: self.value, base: self.offset + (self.raw.len() - self.value.len()) }
    }

    /// An error at this element.
    pub(crate) fn refuse(&self, rule: &'static str) -> DerError {
        DerError { offset: self.offset, fault: DerFault::Value(rule) }
    }

    /// Whether this is the given object identifier.
    pub(crate) fn is(&self, oid: Oid) -> bool {
        self.tag == OBJECT_IDENTIFIER && self.value == oid.content()
    }

    /// The contents of an INTEGER, checked to be minimal (X.690, 8.3.2).
    pub(crate) fn integer(&self) -> Result<&'a [u8], DerError> {
        match self.value {
            [] => Err(self.refuse("an INTEGER has at least one byte")),
            [0x00, next, ..] if next & 0x80 == 0 => Err(self.refuse("an INTEGER is not minimal")),
            [0xFF, next, ..] if next & 0x80 != 0 => Err(self.refuse("an INTEGER is not minimal")),
            value => Ok(value),
        }
    }

    /// The octets of a BIT STRING without unused bits.
    pub(crate) fn octet_bits(&self) -> Result<&'a [u8], DerError> {
        match self.value {
            [0, bits @ ..] => Ok(bits),
            _ => Err(self.refuse("a BIT STRING of whole octets has no unused bits")),
        }
    }

    /// A BOOLEAN (X.690, 11.1: FF or 00).
    pub(crate) fn boolean(&self) -> Result<bool, DerError> {
        match self.value {
            [0xFF] => Ok(true),
            [0x00] => Ok(false),
            _ => Err(self.refuse("a BOOLEAN is FF or 00")),
        }
    }
}

/// A cursor over consecutive elements.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    base: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, base: 0 }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The identifier octet of the next element.
    pub(crate) fn peek(&self) -> Option<u8> {
        self.bytes.first().copied()
    }

    fn fail<T>(&self, fault: DerFault) -> Result<T, DerError> {
        Err(DerError { offset: self.base, fault })
    }

    /// The next element, whatever it is.
    pub(crate) fn any(&mut self) -> Result<Element<'a>, DerError> {
        let (tag, first) = match self.bytes {
            [tag, first, ..] => (*tag, *first),
            _ => return self.fail(DerFault::Truncated),
        };
        if tag & 0x1F == 0x1F {
            return self.fail(DerFault::Value("identifiers of several bytes do not occur here"));
        }
        let (header, length) = match first {
            0..=0x7F => (2, usize::from(first)),
            0x81..=0x83 => {
                let count = usize::from(first & 0x0F);
                let Some(octets) = self.bytes.get(2..2 + count) else {
                    return self.fail(DerFault::Truncated);
                };
                let length = octets.iter().fold(0usize, |sum, octet| (sum << 8) | usize::from(*octet));
                if octets[0] == 0 || length < 0x80 {
                    return self.fail(DerFault::Length);
                }
                (2 + count, length)
            }
            _ => return self.fail(DerFault::Length),
        };
        let Some(raw) = self.bytes.get(..header + length) else {
            return self.fail(DerFault::Truncated);
        };
        let element = Element { tag, raw, value: &raw[header..], offset: self.base };
        self.bytes = &self.bytes[raw.len()..];
        self.base += raw.len();
        Ok(element)
    }

    /// The next element, which must have this identifier.
    pub(crate) fn expect(&mut self, tag: u8) -> Result<Element<'a>, DerError> {
        match self.peek() {
            None => self.fail(DerFault::Truncated),
            Some(found) if found != tag => self.fail(DerFault::Tag { expected: tag, found }),
            Some(_) => self.any(),
        }
    }

    /// The next element if it has this identifier.
    pub(crate) fn optional(&mut self, tag: u8) -> Result<Option<Element<'a>>, DerError> {
        if self.peek() == Some(tag) { self.any().map(Some) } else { Ok(None) }
    }

    /// A SEQUENCE's contents.
    pub(crate) fn sequence(&mut self) -> Result<Reader<'a>, DerError> {
        Ok(self.expect(SEQUENCE)?.contents())
    }

    /// Requires that nothing is left.
    pub(crate) fn finish(&self) -> Result<(), DerError> {
        if self.bytes.is_empty() { Ok(()) } else { self.fail(DerFault::Trailing) }
    }
}

/// The only element of `bytes`, with this identifier.
pub(crate) fn whole(bytes: &[u8], tag: u8) -> Result<Element<'_>, DerError> {
    let mut reader = Reader::new(bytes);
    let element = reader.expect(tag)?;
    reader.finish()?;
    Ok(element)
}

/// Appends identifier and length octets.
#[allow(clippy::cast_possible_truncation)] // each octet is masked by its range
pub(crate) fn push_header(out: &mut Vec<u8>, tag: u8, length: usize) {
    out.push(tag);
    match length {
        0..=0x7F => out.push(length as u8),
        0x80..=0xFF => out.extend_from_slice(&[0x81, length as u8]),
        0x100..=0xFFFF => out.extend_from_slice(&[0x82, (length >> 8) as u8, length as u8]),
        _ => out.extend_from_slice(&[0x83, (length >> 16) as u8, (length >> 8) as u8, length as u8]),
    }
}

/// Octets of identifier and length before `length` octets of contents.
pub(crate) fn header_length(length: usize) -> usize {
    match length {
        0..=0x7F => 2,
        0x80..=0xFF => 3,
        0x100..=0xFFFF => 4,
        _ => 5,
    }
}

/// One element whose contents are `parts`, one after another.
pub(crate) fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let length = parts.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 5);
    push_header(&mut out, tag, length);
    for part in parts {
        out.extend_from_slice(part);
    }
    out
}

/// A SEQUENCE of encoded parts.
pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    element(SEQUENCE, parts)
}

/// An OBJECT IDENTIFIER.
pub(crate) fn object_identifier(oid: Oid) -> Vec<u8> {
    element(OBJECT_IDENTIFIER, &[oid.content()])
}

/// A non-negative INTEGER from its magnitude, most significant byte first.
pub(crate) fn unsigned(magnitude: &[u8]) -> Vec<u8> {
    let start = magnitude.iter().position(|byte| *byte != 0).unwrap_or(magnitude.len());
    let digits = &magnitude[start..];
    match digits.first() {
        None => element(INTEGER, &[&[0]]),
        Some(first) if first & 0x80 != 0 => element(INTEGER, &[&[0], digits]),
        Some(_) => element(INTEGER, &[digits]),
    }
}

/// A BIT STRING of whole octets.
pub(crate) fn bit_string(octets: &[u8]) -> Vec<u8> {
    element(BIT_STRING, &[&[0], octets])
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lengths_must_be_minimal_and_definite() {
        for (bytes, fault) in [
            (&[0x30, 0x80, 0, 0][..], DerFault::Length),
            (&[0x30, 0x81, 0x01, 0x00], DerFault::Length),
            (&[0x30, 0x82, 0x00, 0x81], DerFault::Length),
            (&[0x30, 0x84, 0, 0, 0, 1, 0], DerFault::Length),
            (&[0x30, 0x02, 0x00], DerFault::Truncated),
            (&[0x30], DerFault::Truncated),
            (&[], DerFault::Truncated),
        ] {
            assert_eq!(whole(bytes, SEQUENCE).unwrap_err().fault, fault, "{bytes:02X?}");
        }
        assert_eq!(
            whole(&[0x30, 0, 0], SEQUENCE).unwrap_err(),
            DerError { offset: 2, fault: DerFault::Trailing }
        );
    }

    #[test]
    fn errors_name_the_offset_in_the_whole_input() {
        let bytes = sequence(&[&sequence(&[&[0x02, 0x01]])]);
        let mut inner = whole(&bytes, SEQUENCE).unwrap().contents().sequence().unwrap();
        assert_eq!(inner.any().unwrap_err(), DerError { offset: 4, fault: DerFault::Truncated });
    }

    #[test]
    fn integers_are_minimal() {
        assert_eq!(unsigned(&[0, 0, 0x80]), [2, 2, 0, 0x80]);
        assert_eq!(unsigned(&[]), [2, 1, 0]);
        assert!(whole(&[2, 2, 0, 0x7F], INTEGER).unwrap().integer().is_err());
        assert!(whole(&[2, 2, 0xFF, 0x80], INTEGER).unwrap().integer().is_err());
        assert!(whole(&[2, 0], INTEGER).unwrap().integer().is_err());
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(tag in 0u8..=0xFF, content in prop::collection::vec(any::<u8>(), 0..70_000)) {
            prop_assume!(tag & 0x1F != 0x1F);
            let bytes = element(tag, &[&content]);
            prop_assert_eq!(bytes.len(), header_length(content.len()) + content.len());
            let read = whole(&bytes, tag).unwrap();
            prop_assert_eq!(read.value, &content[..]);
            prop_assert_eq!(read.raw, &bytes[..]);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
            let mut reader = Reader::new(&bytes);
            while let Ok(element) = reader.any() {
                prop_assert!(!element.raw.is_empty());
            }
        }
    }
}
