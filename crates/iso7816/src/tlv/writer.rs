//! Writing: minimal lengths only.

use super::Tag;

/// One data object as bytes.
#[must_use]
pub fn encode(tag: Tag, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 8);
    put(&mut out, tag, value);
    out
}

/// Appends data objects.
///
/// ```
/// use chipwright_iso7816::tlv::{Tag, Writer};
/// let mut writer = Writer::new();
/// writer.put(Tag(0x80), &[1, 2]).nest(Tag(0x7C), |inner| { inner.put(Tag(0x81), &[3]); });
/// assert_eq!(writer.into_bytes(), [0x80, 2, 1, 2, 0x7C, 3, 0x81, 1, 3]);
/// ```
#[derive(Debug, Default)]
pub struct Writer(Vec<u8>);

impl Writer {
    /// An empty writer.
    #[must_use]
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Appends one data object.
    pub fn put(&mut self, tag: Tag, value: &[u8]) -> &mut Self {
        put(&mut self.0, tag, value);
        self
    }

    /// Appends bytes that are TLV already.
    pub fn raw(&mut self, encoded: &[u8]) -> &mut Self {
        self.0.extend_from_slice(encoded);
        self
    }

    /// Appends a constructed data object whose content `fill` writes.
    pub fn nest(&mut self, tag: Tag, fill: impl FnOnce(&mut Self)) -> &mut Self {
        let mut inner = Self::new();
        fill(&mut inner);
        self.put(tag, &inner.0)
    }

    /// The bytes.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0
    }
}

fn put(out: &mut Vec<u8>, tag: Tag, value: &[u8]) {
    tag.put(out);
    put_length(out, value.len());
    out.extend_from_slice(value);
}

fn put_length(out: &mut Vec<u8>, length: usize) {
    let bytes = length.to_be_bytes();
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    if length < 0x80 {
        out.push(bytes[bytes.len() - 1]);
    } else {
        #[allow(clippy::cast_possible_truncation)] // at most 8
        out.push(0x80 | (bytes.len() - zeros) as u8);
        out.extend_from_slice(&bytes[zeros..]);
    }
}
