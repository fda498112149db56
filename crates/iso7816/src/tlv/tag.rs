//! Tags.

use std::fmt;

/// A BER-TLV tag of one to four bytes, kept as its bytes read as a big-endian number: `5F1F` is `Tag(0x5F1F)`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tag(pub u32);

impl Tag {
    /// Bit 6 of the first byte: the value is itself TLV.
    #[must_use]
    pub const fn is_constructed(self) -> bool {
        self.first() & 0x20 != 0
    }

    /// How many bytes the tag takes, 1 to 4.
    #[must_use]
    pub const fn len(self) -> usize {
        match self.0 {
            0..=0xFF => 1,
            0x100..=0xFFFF => 2,
            0x1_0000..=0xFF_FFFF => 3,
            _ => 4,
        }
    }

    /// Never: a tag has at least one byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        false
    }

    const fn first(self) -> u8 {
        (self.0 >> (8 * (self.len() - 1))) as u8
    }

    pub(super) fn put(self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.0.to_be_bytes()[4 - self.len()..]);
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:0width$X}", self.0, width = self.len() * 2)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tag({self})")
    }
}
