//! Non-volatile memory: 80 kB (CHIP-01) in pages, each written at once; power can be cut at any page write.
//!
//! ```text
//! | reserve                                      | code | portrait | files | update slot | records |
//! | directory records | journal head | shadow ... |
//! ```
//!
//! The directory is a row of 64-byte records. [`Memory::commit`] changes any number of them atomically (CHIP-04): one
//! page is written in place; several go to the shadow pages first, then the journal head says which shadows count,
//! then the pages are written and the head is cleared. [`Memory::recover`] repeats what a set head says, as often as
//! power is cut meanwhile. Content pages lie outside the journal: they are written while nothing points at them.

mod allocation;
mod layout;
#[cfg(test)]
mod tests;

pub(crate) use allocation::{Allocation, Extents, MOST_RUNS};
pub use layout::PageSize;
pub(crate) use layout::{Area, RECORD, RECORDS, RECORDS_OF_FORMAT_1};

use crate::tables::budget;
use zeroize::{Zeroize, Zeroizing};

/// The power is gone. The change in hand is as complete as its pages are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PowerLost;

const JOURNAL_MARK: [u8; 4] = *b"REDO";

/// The pages of one chip.
pub(crate) struct Memory {
    bytes: Vec<u8>,
    page: PageSize,
    writes: u64,
    cut_in: Option<u64>,
}

/// New bytes of directory records. Wiped when dropped.
#[derive(Default)]
pub(crate) struct Changes(Vec<Change>);

/// Bytes inside one record.
struct Change {
    index: usize,
    offset: usize,
    bytes: Zeroizing<Vec<u8>>,
}

impl Changes {
    /// Sets record `index`; a later value for the same record wins.
    pub(crate) fn set(&mut self, index: usize, value: [u8; RECORD]) -> &mut Self {
        self.set_part(index, 0, &value)
    }

    /// Sets bytes of record `index` from `offset` on, all of which lie inside it.
    pub(crate) fn set_part(&mut self, index: usize, offset: usize, bytes: &[u8]) -> &mut Self {
        self.0.push(Change { index, offset, bytes: Zeroizing::new(bytes.to_vec()) });
        self
    }

    /// Empties record `index`.
    pub(crate) fn clear(&mut self, index: usize) -> &mut Self {
        self.set(index, [0; RECORD])
    }

    /// Which records.
    pub(crate) fn indices(&self) -> impl Iterator<Item = usize> {
        self.0.iter().map(|change| change.index)
    }
}

impl Memory {
    /// All zero.
    pub(crate) fn erased(page: PageSize) -> Self {
        Self { bytes: vec![0; budget::TOTAL], page, writes: 0, cut_in: None }
    }

    /// From all bytes; none unless there are as many as the chip has.
    pub(crate) fn from_bytes(page: PageSize, bytes: Vec<u8>) -> Option<Self> {
        (bytes.len() == budget::TOTAL).then_some(Self { bytes, page, writes: 0, cut_in: None })
    }

    /// Over a memory as it was before another directory was laid out over it; `records` is how many it had. Finishes the
    /// transaction that was open then.
    pub(crate) fn finish_former(&mut self, records: usize) -> Result<(), PowerLost> {
        self.recover_with(records)
    }

    /// Puts a new directory in the place of the former one and its journal.
    pub(crate) fn replace_directory(&mut self, directory: &[u8]) {
        let (reserve, _) = self.bytes.split_at_mut(budget::RESERVE);
        reserve.zeroize();
        reserve.iter_mut().zip(directory).for_each(|(to, from)| *to = *from);
    }

    /// All bytes.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The size of a page.
    pub(crate) const fn page_size(&self) -> PageSize {
        self.page
    }

    /// Page writes so far.
    pub(crate) const fn writes(&self) -> u64 {
        self.writes
    }

    /// Cuts the power instead of the `n`-th page write from now (1 is the next).
    pub(crate) const fn cut_at(&mut self, n: u64) {
        self.cut_in = Some(n);
    }

    /// No cut any more.
    pub(crate) const fn cancel_cut(&mut self) {
        self.cut_in = None;
    }

    /// One directory record.
    pub(crate) fn record(&self, index: usize) -> &[u8] {
        &self.bytes[index * RECORD..(index + 1) * RECORD]
    }

    /// One page.
    pub(crate) fn page(&self, page: usize) -> &[u8] {
        let size = self.page.bytes();
        &self.bytes[page * size..(page + 1) * size]
    }

    /// Writes a content page; a shorter `content` is filled up with zeros.
    pub(crate) fn write_content(&mut self, page: usize, content: &[u8]) -> Result<(), PowerLost> {
        self.write(page, content)
    }

    /// Applies all changes, or none if the power is cut before the journal head is set.
    pub(crate) fn commit(&mut self, changes: &Changes) -> Result<(), PowerLost> {
        let pages = self.changed_pages(changes);
        if let [(page, content)] = pages.as_slice() {
            return self.write(*page, content);
        }
        if pages.is_empty() {
            return Ok(());
        }
        let head = self.journal_head(RECORDS);
        let mut set = 0u64;
        for (page, content) in &pages {
            self.write(head + 1 + page, content)?;
            set |= 1 << page;
        }
        let mut mark = JOURNAL_MARK.to_vec();
        mark.extend_from_slice(&set.to_be_bytes());
        self.write(head, &mark)?;
        for (page, content) in &pages {
            self.write(*page, content)?;
        }
        self.write(head, &[])
    }

    /// Finishes the transaction that a power cut interrupted, if its head was set.
    pub(crate) fn recover(&mut self) -> Result<(), PowerLost> {
        self.recover_with(RECORDS)
    }

    fn recover_with(&mut self, records: usize) -> Result<(), PowerLost> {
        let head = self.journal_head(records);
        let [a, b, c, d, set @ ..] = self.page(head) else { return Ok(()) };
        if [*a, *b, *c, *d] != JOURNAL_MARK {
            return Ok(());
        }
        let set = set.iter().take(8).fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        for page in (0..head).filter(|page| set >> page & 1 == 1) {
            let content = Zeroizing::new(self.page(head + 1 + page).to_vec());
            self.write(page, &content)?;
        }
        self.write(head, &[])
    }

    /// The directory takes the first pages; the head follows it, and the shadows follow the head.
    const fn journal_head(&self, records: usize) -> usize {
        (records * RECORD).div_ceil(self.page.bytes())
    }

    /// The directory pages that really change, with their new content.
    fn changed_pages(&self, changes: &Changes) -> Vec<(usize, Zeroizing<Vec<u8>>)> {
        let size = self.page.bytes();
        let mut pages: Vec<(usize, Zeroizing<Vec<u8>>)> = Vec::new();
        for Change { index, offset, bytes } in &changes.0 {
            let at = index * RECORD + offset;
            let (page, offset) = (at / size, at % size);
            let known = pages.iter().position(|(known, _)| *known == page).unwrap_or_else(|| {
                pages.push((page, Zeroizing::new(self.page(page).to_vec())));
                pages.len() - 1
            });
            pages[known].1.iter_mut().skip(offset).zip(bytes.iter()).for_each(|(to, from)| *to = *from);
        }
        pages.retain(|(page, content)| self.page(*page) != content.as_slice());
        pages
    }

    fn write(&mut self, page: usize, content: &[u8]) -> Result<(), PowerLost> {
        if let Some(left) = self.cut_in.as_mut() {
            *left = left.saturating_sub(1);
            if *left == 0 {
                self.cut_in = None;
                return Err(PowerLost);
            }
        }
        self.writes += 1;
        let size = self.page.bytes();
        let (written, rest) =
            self.bytes[page * size..(page + 1) * size].split_at_mut(content.len().min(size));
        written.copy_from_slice(&content[..written.len()]);
        rest.fill(0);
        Ok(())
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        self.bytes.zeroize();
    }
}
