//! A value on its way into content pages.

use crate::memory::Extents;
use zeroize::Zeroizing;

/// Collects bytes into whole pages. What has not filled a page stays in volatile memory.
#[derive(Clone)]
pub(crate) struct Content {
    extents: Extents,
    length: usize,
    received: usize,
    page: usize,
    tail: Zeroizing<Vec<u8>>,
}

impl Content {
    /// For `length` bytes in `extents`, pages of `page` bytes.
    pub(crate) fn new(extents: Extents, length: usize, page: usize) -> Self {
        Self { extents, length, received: 0, page, tail: Zeroizing::new(Vec::new()) }
    }

    pub(crate) const fn extents(&self) -> Extents {
        self.extents
    }

    pub(crate) const fn length(&self) -> usize {
        self.length
    }

    /// How many bytes are still to come.
    pub(crate) const fn missing(&self) -> usize {
        self.length - self.received
    }

    /// Takes at most [`Content::missing`] bytes; returns the pages that are full now, and the last one when nothing is
    /// missing any more.
    pub(crate) fn push(&mut self, data: &[u8]) -> Vec<(usize, Vec<u8>)> {
        let first = (self.received - self.tail.len()) / self.page;
        let data = &data[..data.len().min(self.missing())];
        self.tail.extend_from_slice(data);
        self.received += data.len();
        let whole =
            if self.missing() == 0 { self.tail.len() } else { self.tail.len() / self.page * self.page };
        let rest = Zeroizing::new(self.tail.split_off(whole));
        let mut pages = Vec::with_capacity(whole.div_ceil(self.page));
        for (index, bytes) in self.tail.chunks(self.page).enumerate() {
            if let Some(page) = self.extents.page(first + index) {
                pages.push((page, bytes.to_vec()));
            }
        }
        self.tail = rest;
        pages
    }
}
