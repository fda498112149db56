//! Which content pages are taken. Computed from the directory, never stored.

use super::{Area, PageSize};
use crate::tables::budget;

/// An object may lie in this many runs of pages at most.
pub(crate) const MOST_RUNS: usize = 6;

/// The pages of an object, in order: up to six runs of neighbouring pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Extents {
    runs: [(u16, u16); MOST_RUNS],
    count: u8,
}

impl Extents {
    /// From runs of (first page, number of pages) that all lie inside one area; none otherwise.
    pub(crate) fn new(runs: &[(u16, u16)], page: PageSize) -> Option<Self> {
        let inside = |&(first, length): &(u16, u16)| {
            let (first, last) = (usize::from(first), usize::from(first) + usize::from(length));
            let mut areas = Area::ALL.iter().chain([&Area::FileSlots]).map(|area| area.pages(page));
            length > 0 && areas.any(|area| area.start <= first && last <= area.end)
        };
        let mut extents = Self { count: u8::try_from(runs.len()).ok()?, ..Self::default() };
        extents.runs.get_mut(..runs.len())?.copy_from_slice(runs);
        runs.iter().all(inside).then_some(extents)
    }

    pub(crate) fn runs(&self) -> &[(u16, u16)] {
        &self.runs[..usize::from(self.count)]
    }

    /// All pages in order.
    pub(crate) fn pages(&self) -> impl Iterator<Item = usize> {
        self.runs().iter().flat_map(|&(first, length)| {
            let first = usize::from(first);
            first..first + usize::from(length)
        })
    }

    /// The `n`-th page.
    pub(crate) fn page(&self, n: usize) -> Option<usize> {
        let mut left = n;
        for &(first, length) in self.runs() {
            if left < usize::from(length) {
                return Some(usize::from(first) + left);
            }
            left -= usize::from(length);
        }
        None
    }

    /// How many pages.
    pub(crate) fn len(&self) -> usize {
        self.runs().iter().map(|(_, length)| usize::from(*length)).sum()
    }
}

/// A map of taken pages.
#[derive(Clone)]
pub(crate) struct Allocation {
    taken: Vec<bool>,
    page: PageSize,
}

impl Allocation {
    /// Nothing taken.
    pub(crate) fn empty(page: PageSize) -> Self {
        Self { taken: vec![false; budget::TOTAL / page.bytes()], page }
    }

    /// Marks pages as taken.
    pub(crate) fn take(&mut self, extents: &Extents) {
        self.mark(extents, true);
    }

    pub(crate) fn is_taken(&self, page: usize) -> bool {
        self.taken.get(page).is_some_and(|taken| *taken)
    }

    /// Marks one page as taken.
    pub(crate) fn take_page(&mut self, page: usize) {
        if let Some(mark) = self.taken.get_mut(page) {
            *mark = true;
        }
    }

    /// Marks pages as free.
    pub(crate) fn release(&mut self, extents: &Extents) {
        self.mark(extents, false);
    }

    /// Takes pages for `bytes` bytes in `area`: the smallest single run that suffices, else the longest runs; none if
    /// the area has not enough.
    pub(crate) fn allocate(&mut self, area: Area, bytes: usize) -> Option<Extents> {
        let wanted = u16::try_from(bytes.div_ceil(self.page.bytes())).ok()?;
        let mut free = self.free_runs(area);
        free.sort_by_key(|(_, length)| *length);
        let mut chosen = Vec::new();
        if let Some((first, _)) = free.iter().find(|(_, length)| *length >= wanted) {
            chosen.push((*first, wanted));
        } else {
            let mut left = wanted;
            for (first, length) in free.into_iter().rev().take(MOST_RUNS) {
                let part = length.min(left);
                if part > 0 {
                    chosen.push((first, part));
                }
                left -= part;
            }
            if left > 0 {
                return None;
            }
        }
        let extents = Extents::new(&chosen, self.page)?;
        self.take(&extents);
        Some(extents)
    }

    /// Free bytes of `area`.
    pub(crate) fn free_bytes(&self, area: Area) -> usize {
        let free = self.taken[area.pages(self.page)].iter().filter(|taken| !**taken).count();
        free * self.page.bytes()
    }

    fn mark(&mut self, extents: &Extents, taken: bool) {
        for page in extents.pages() {
            if let Some(mark) = self.taken.get_mut(page) {
                *mark = taken;
            }
        }
    }

    fn free_runs(&self, area: Area) -> Vec<(u16, u16)> {
        let mut runs: Vec<(u16, u16)> = Vec::new();
        for page in area.pages(self.page).filter(|page| !self.taken[*page]) {
            let Ok(page) = u16::try_from(page) else { break };
            match runs.last_mut() {
                Some((first, length)) if *first + *length == page => *length += 1,
                _ => runs.push((page, 1)),
            }
        }
        runs
    }
}
