//! The stream of DGI objects (PERSO-04), across blocks.

use super::Content;
use crate::tables::Dgi;
use sha2::Sha256;
use zeroize::Zeroizing;

/// Where the stream of one association stands. Volatile: the end of the session drops it (PERSO-12).
#[derive(Clone)]
pub(crate) struct Stream {
    instance: usize,
    /// 256 after block FF: no further block.
    next_block: u16,
    /// The bytes of a header that is not complete.
    pub(super) header: Vec<u8>,
    pub(super) open: Option<Open>,
}

/// An object whose value is not complete.
#[derive(Clone)]
pub(super) struct Open {
    pub(super) dgi: &'static Dgi,
    pub(super) length: u16,
    pub(super) hash: Sha256,
    pub(super) value: Value,
}

/// Where the value goes.
#[derive(Clone)]
pub(super) enum Value {
    /// Kept whole: small objects and instructions.
    Whole(Zeroizing<Vec<u8>>),
    Pages(Content),
}

impl Stream {
    /// At block 00.
    pub(crate) const fn new(instance: usize) -> Self {
        Self { instance, next_block: 0, header: Vec::new(), open: None }
    }

    /// The slot of the instance.
    pub(crate) const fn instance(&self) -> usize {
        self.instance
    }

    pub(super) fn expects(&self, number: u8) -> bool {
        self.next_block == u16::from(number)
    }

    pub(super) const fn count_block(&mut self) {
        self.next_block += 1;
    }

    pub(super) const fn is_inside_an_object(&self) -> bool {
        self.open.is_some() || !self.header.is_empty()
    }
}

/// The DGI and length of a header, once it is complete: DGI (2), then 00–FE, or FF and two bytes.
pub(super) fn complete_header(header: &[u8]) -> Option<(u16, u16)> {
    match *header {
        [a, b, 0xFF, hi, lo] => Some((u16::from_be_bytes([a, b]), u16::from_be_bytes([hi, lo]))),
        [a, b, length] if length != 0xFF => Some((u16::from_be_bytes([a, b]), u16::from(length))),
        _ => None,
    }
}
