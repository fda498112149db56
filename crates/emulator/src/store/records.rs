//! The records area (chapter 8): records that are only appended.
//!
//! DGIs 0200 and 0201 are held objects whose pages lie in the area (REC-06). The other pages, in ascending order, are the
//! log: each record begins on a page with its length, the low byte of its file identifier and a mark, and the instance
//! says how many pages of the log count. A record is written behind them, then one page write of the directory makes it
//! count.

use super::{Body, Store, present};
use crate::memory::{Allocation, Area, Changes, PowerLost};
use crate::tables::{Df, Dgi, DgiKind, File};

/// A record takes so many bytes more than its value (REC-05).
pub(crate) const RECORD_OVERHEAD: usize = 4;
/// Last byte of the head of a record.
const MARK: u8 = 0x7E;

/// Why a record was not appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AppendRefused {
    /// No room in the area (REC-05), or the area belongs to another instance.
    NoRoom,
    /// The power is gone.
    PowerLost,
}

impl From<PowerLost> for AppendRefused {
    fn from(_: PowerLost) -> Self {
        Self::PowerLost
    }
}

/// A record of the log.
struct Entry {
    fid: u16,
    length: usize,
    /// Index of its first page in the log.
    first: usize,
}

impl Store {
    /// How many records a file has.
    pub(crate) fn record_count(&self, owner: usize, fid: u16) -> u16 {
        let appended = self.log(owner).into_iter().filter(|entry| entry.fid == fid).count();
        u16::try_from(appended + usize::from(self.object(owner, fid).is_some())).unwrap_or(u16::MAX)
    }

    /// Record `number` of a file, counted from 1.
    pub(crate) fn read_record(&self, owner: usize, fid: u16, number: u16) -> Option<Vec<u8>> {
        let mut left = usize::from(number).checked_sub(1)?;
        if let Some(first) = self.object_value(owner, fid) {
            match left.checked_sub(1) {
                None => return Some(first),
                Some(next) => left = next,
            }
        }
        let entry = self.log(owner).into_iter().filter(|entry| entry.fid == fid).nth(left)?;
        let pages: Vec<usize> = self.log_pages().skip(entry.first).collect();
        let size = self.memory().page_size().bytes();
        let whole: Vec<u8> = pages
            .into_iter()
            .take((entry.length + RECORD_OVERHEAD).div_ceil(size))
            .flat_map(|page| self.memory().page(page).to_vec())
            .collect();
        whole.get(RECORD_OVERHEAD..RECORD_OVERHEAD + entry.length).map(<[u8]>::to_vec)
    }

    /// The longest value that one more record could have (REC-05).
    pub(crate) fn free_for_records(&self, owner: usize) -> usize {
        if self.records_belong_to_another(owner) {
            return 0;
        }
        let pages = self.log_pages().count().saturating_sub(self.used_pages(owner));
        (pages * self.memory().page_size().bytes()).saturating_sub(RECORD_OVERHEAD)
    }

    /// Adds a record in one transaction (REC-02).
    pub(crate) fn append_record(
        &mut self,
        owner: usize,
        fid: u16,
        value: &[u8],
    ) -> Result<(), AppendRefused> {
        let length = u16::try_from(value.len()).map_err(|_| AppendRefused::NoRoom)?;
        if value.len() > self.free_for_records(owner) {
            return Err(AppendRefused::NoRoom);
        }
        let Some(mut instance) = self.instance(owner).copied() else { return Err(AppendRefused::NoRoom) };
        let mut whole = length.to_be_bytes().to_vec();
        whole.extend_from_slice(&[fid.to_be_bytes()[1], MARK]);
        whole.extend_from_slice(value);
        let used = usize::from(instance.record_pages);
        let count = whole.len().div_ceil(self.memory().page_size().bytes());
        let pages: Vec<usize> = self.log_pages().skip(used).take(count).collect();
        self.write_pages(pages.into_iter(), &whole)?;
        instance.record_pages = u16::try_from(used + count).map_err(|_| AppendRefused::NoRoom)?;
        self.commit(Changes::default().instance(owner, Some(&instance)))?;
        Ok(())
    }

    /// Whether another instance has records: the area belongs to one.
    pub(crate) fn records_belong_to_another(&self, owner: usize) -> bool {
        self.instances().any(|(slot, instance)| {
            slot != owner && (instance.record_pages > 0 || self.objects(slot).any(|(_, o)| is_record(o.dgi)))
        })
    }

    /// The pages that appended records take.
    pub(super) fn pages_of_records(&self) -> impl Iterator<Item = usize> {
        let used = self.instances().map(|(slot, _)| self.used_pages(slot)).max().unwrap_or_default();
        self.log_pages().take(used)
    }

    fn used_pages(&self, owner: usize) -> usize {
        self.instance(owner).map_or(0, |instance| usize::from(instance.record_pages))
    }

    /// The pages of the area that no object takes, in ascending order.
    fn log_pages(&self) -> impl Iterator<Item = usize> {
        let page = self.memory().page_size();
        let mut taken = Allocation::empty(page);
        for (_, object) in present(&self.objects) {
            if let Body::Pages(extents) = &object.body {
                taken.take(extents);
            }
        }
        Area::Records.pages(page).filter(move |page| !taken.is_taken(*page))
    }

    /// The records of the log, in the order in which they were appended.
    fn log(&self, owner: usize) -> Vec<Entry> {
        let pages: Vec<usize> = self.log_pages().take(self.used_pages(owner)).collect();
        let size = self.memory().page_size().bytes();
        let mut entries = Vec::new();
        let mut at = 0;
        while let Some(page) = pages.get(at) {
            let [hi, lo, file, MARK] = self.memory().page(*page)[..RECORD_OVERHEAD] else { break };
            let length = usize::from(u16::from_be_bytes([hi, lo]));
            let Some(fid) = File::by_fid(Df::Records, 0x0200 | u16::from(file)).map(|file| file.fid) else {
                break;
            };
            entries.push(Entry { fid, length, first: at });
            at += (length + RECORD_OVERHEAD).div_ceil(size);
        }
        entries
    }
}

fn is_record(dgi: u16) -> bool {
    Dgi::find(dgi).is_some_and(|dgi| dgi.kind == DgiKind::Record)
}
