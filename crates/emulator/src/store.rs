//! What the chip keeps: life cycle, key sets, registry of applications, password counters, and held data grouping
//! identifiers. Everything lies in directory records of the [`Memory`]; the values here are a reading of them, made
//! anew at power-up.

mod format_1;
mod key_pairs;
mod keys;
mod objects;
mod records;
mod registry;
#[cfg(test)]
mod tests;
mod tries;
mod trust_points;

pub(crate) use format_1::modernise;
pub(crate) use key_pairs::KeyPairRecord;
pub(crate) use keys::StoredKeys;
pub(crate) use objects::{Body, INLINE, Object};
pub(crate) use records::{AppendRefused, RECORD_OVERHEAD};
pub(crate) use registry::{CardRecord, Instance, LoadFile};
pub(crate) use tries::Tries;
pub(crate) use trust_points::NewTrustPoint;

use crate::memory::{Allocation, Area, Changes, Extents, Memory, PowerLost, RECORD};
use key_pairs::StoredKeyPair;
use trust_points::StoredTrustPoints;

type Record = [u8; RECORD];

/// Records of the directory.
const CARD: usize = 0;
const KEYS: usize = 1;
const INSTANCES: usize = 9;
const TRIES: usize = 13;
const KEY_PAIRS: usize = 14;
const LOAD_FILES: usize = 18;
const TRUST_POINTS: usize = 22;
const OBJECTS: usize = 24;

/// How many key sets the chip has room for.
pub(crate) const MOST_KEY_SETS: usize = 4;
/// How many instances.
pub(crate) const MOST_INSTANCES: usize = 4;
/// How many load files.
pub(crate) const MOST_LOAD_FILES: usize = 4;
/// How many held objects over all instances.
pub(crate) const MOST_OBJECTS: usize = 20;
/// How many key pairs over all instances.
pub(crate) const MOST_KEY_PAIRS: usize = 4;
/// How many instances may have other trust points than the one they were issued with.
pub(crate) const MOST_TRUST_POINTS: usize = 2;

/// The memory and its reading.
pub(crate) struct Store {
    memory: Memory,
    card: CardRecord,
    keys: [Option<StoredKeys>; MOST_KEY_SETS],
    instances: [Option<Instance>; MOST_INSTANCES],
    tries: [Tries; MOST_INSTANCES],
    key_pairs: [Option<StoredKeyPair>; MOST_KEY_PAIRS],
    load_files: [Option<LoadFile>; MOST_LOAD_FILES],
    trust_points: [Option<StoredTrustPoints>; MOST_TRUST_POINTS],
    objects: [Option<Object>; MOST_OBJECTS],
}

impl Store {
    /// Over pages as they are; nothing is read until [`Store::power_up`].
    pub(crate) fn new(memory: Memory) -> Self {
        Self {
            memory,
            card: CardRecord::default(),
            keys: [const { None }; MOST_KEY_SETS],
            instances: [None; MOST_INSTANCES],
            tries: [Tries::default(); MOST_INSTANCES],
            key_pairs: [const { None }; MOST_KEY_PAIRS],
            load_files: [None; MOST_LOAD_FILES],
            trust_points: [None; MOST_TRUST_POINTS],
            objects: [const { None }; MOST_OBJECTS],
        }
    }

    /// RST-01: finishes an interrupted transaction, then reads the directory.
    pub(crate) fn power_up(&mut self) -> Result<(), PowerLost> {
        self.memory.recover()?;
        for index in 0..OBJECTS + MOST_OBJECTS {
            self.read(index);
        }
        Ok(())
    }

    /// Applies all changes or none, and reads what they changed.
    pub(crate) fn commit(&mut self, changes: &Changes) -> Result<(), PowerLost> {
        self.memory.commit(changes)?;
        changes.indices().for_each(|index| self.read(index));
        Ok(())
    }

    fn read(&mut self, index: usize) {
        let page = self.memory.page_size();
        let record = self.memory.record(index);
        match index {
            CARD => self.card = CardRecord::read(record),
            KEYS..INSTANCES => {
                let slot = (index - KEYS) / 2;
                let first = KEYS + 2 * slot;
                self.keys[slot] = StoredKeys::read(self.memory.record(first), self.memory.record(first + 1));
            }
            INSTANCES..TRIES => self.instances[index - INSTANCES] = Instance::read(record),
            TRIES => self.tries = Tries::read_all(record),
            KEY_PAIRS..LOAD_FILES => self.key_pairs[index - KEY_PAIRS] = StoredKeyPair::read(record),
            LOAD_FILES..TRUST_POINTS => self.load_files[index - LOAD_FILES] = LoadFile::read(record, page),
            TRUST_POINTS..OBJECTS => {
                self.trust_points[index - TRUST_POINTS] = StoredTrustPoints::read(record, page);
            }
            _ => {
                if let Some(object) = self.objects.get_mut(index - OBJECTS) {
                    *object = Object::read(record, page);
                }
            }
        }
    }

    pub(crate) const fn memory(&self) -> &Memory {
        &self.memory
    }

    pub(crate) const fn memory_mut(&mut self) -> &mut Memory {
        &mut self.memory
    }

    pub(crate) const fn card(&self) -> &CardRecord {
        &self.card
    }

    /// Key sets with their slots.
    pub(crate) fn key_sets(&self) -> impl Iterator<Item = (usize, &StoredKeys)> {
        present(&self.keys)
    }

    pub(crate) fn key_set(&self, slot: usize) -> Option<&StoredKeys> {
        self.keys.get(slot)?.as_ref()
    }

    /// A slot for another key set.
    pub(crate) fn free_key_slot(&self) -> Option<usize> {
        self.keys.iter().position(Option::is_none)
    }

    /// Instances with their slots.
    pub(crate) fn instances(&self) -> impl Iterator<Item = (usize, &Instance)> {
        present(&self.instances)
    }

    pub(crate) fn instance(&self, slot: usize) -> Option<&Instance> {
        self.instances.get(slot)?.as_ref()
    }

    pub(crate) fn free_instance_slot(&self) -> Option<usize> {
        self.instances.iter().position(Option::is_none)
    }

    pub(crate) fn tries(&self, instance: usize) -> Tries {
        self.tries.get(instance).copied().unwrap_or_default()
    }

    /// Load files with their slots.
    pub(crate) fn load_files(&self) -> impl Iterator<Item = (usize, &LoadFile)> {
        present(&self.load_files)
    }

    pub(crate) fn free_load_file_slot(&self) -> Option<usize> {
        self.load_files.iter().position(Option::is_none)
    }

    /// The held objects of an instance with their slots, in no particular order.
    pub(crate) fn objects(&self, owner: usize) -> impl Iterator<Item = (usize, &Object)> {
        present(&self.objects).filter(move |(_, object)| usize::from(object.owner) == owner)
    }

    /// The held objects of all instances.
    pub(crate) fn all_objects(&self) -> impl Iterator<Item = &Object> {
        present(&self.objects).map(|(_, object)| object)
    }

    /// One held object.
    pub(crate) fn object(&self, owner: usize, dgi: u16) -> Option<(usize, &Object)> {
        self.objects(owner).find(|(_, object)| object.dgi == dgi)
    }

    /// Slots without an object.
    pub(crate) fn free_object_slots(&self) -> Vec<usize> {
        (0..MOST_OBJECTS).filter(|slot| self.objects[*slot].is_none()).collect()
    }

    /// Bytes of an object from `offset` on, at most `length`, up to its end.
    pub(crate) fn read_object(&self, object: &Object, offset: usize, length: usize) -> Vec<u8> {
        let end = usize::from(object.length).min(offset.saturating_add(length));
        match &object.body {
            Body::Inline(bytes) => bytes.get(offset..end).unwrap_or_default().to_vec(),
            Body::Pages(extents) => self.read_pages(extents, offset, end),
        }
    }

    /// The whole value of a held object.
    pub(crate) fn object_value(&self, owner: usize, dgi: u16) -> Option<Vec<u8>> {
        let (_, object) = self.object(owner, dgi)?;
        Some(self.read_object(object, 0, usize::from(object.length)))
    }

    /// Bytes `offset..end` of what lies in these pages.
    fn read_pages(&self, extents: &Extents, offset: usize, end: usize) -> Vec<u8> {
        let size = self.memory.page_size().bytes();
        let mut out = Vec::with_capacity(end.saturating_sub(offset));
        let mut at = offset;
        while at < end {
            let Some(page) = extents.page(at / size) else { break };
            let stop = (at / size + 1).saturating_mul(size).min(end);
            out.extend_from_slice(&self.memory.page(page)[at % size..at % size + (stop - at)]);
            at = stop;
        }
        out
    }

    /// Writes a value into pages at which nothing points.
    fn write_pages(&mut self, pages: impl Iterator<Item = usize>, value: &[u8]) -> Result<(), PowerLost> {
        let size = self.memory.page_size().bytes();
        for (page, content) in pages.zip(value.chunks(size)) {
            self.memory.write_content(page, content)?;
        }
        Ok(())
    }

    /// The pages taken by load files, held objects, trust points and records.
    pub(crate) fn allocation(&self) -> Allocation {
        let mut allocation = Allocation::empty(self.memory.page_size());
        for (_, file) in self.load_files() {
            allocation.take(&file.extents);
        }
        for (_, object) in present(&self.objects) {
            if let Body::Pages(extents) = &object.body {
                allocation.take(extents);
            }
        }
        for (_, points) in present(&self.trust_points) {
            points.extents().for_each(|extents| allocation.take(extents));
        }
        self.pages_of_records().for_each(|page| allocation.take_page(page));
        allocation
    }

    /// Free bytes outside the reserve.
    pub(crate) fn free_bytes(&self) -> usize {
        let allocation = self.allocation();
        Area::ALL.iter().map(|area| allocation.free_bytes(*area)).sum()
    }
}

fn present<T>(slots: &[Option<T>]) -> impl Iterator<Item = (usize, &T)> {
    slots.iter().enumerate().filter_map(|(slot, value)| Some((slot, value.as_ref()?)))
}

impl Changes {
    pub(crate) fn card(&mut self, card: &CardRecord) -> &mut Self {
        self.set(CARD, card.write())
    }

    /// A whole key set.
    pub(crate) fn keys(&mut self, slot: usize, keys: &StoredKeys) -> &mut Self {
        let [first, second] = keys.write();
        self.set(KEYS + 2 * slot, first).set(KEYS + 2 * slot + 1, second)
    }

    /// The counters of a key set, which lie in its first record.
    pub(crate) fn key_counters(&mut self, slot: usize, keys: &StoredKeys) -> &mut Self {
        let [first, _] = keys.write();
        self.set(KEYS + 2 * slot, first)
    }

    pub(crate) fn instance(&mut self, slot: usize, instance: Option<&Instance>) -> &mut Self {
        self.set(INSTANCES + slot, instance.map_or([0; RECORD], Instance::write))
    }

    pub(crate) fn tries(&mut self, slot: usize, tries: Tries) -> &mut Self {
        self.set_part(TRIES, slot * Tries::LENGTH, &tries.write())
    }

    pub(crate) fn load_file(&mut self, slot: usize, file: Option<&LoadFile>) -> &mut Self {
        self.set(LOAD_FILES + slot, file.map_or([0; RECORD], LoadFile::write))
    }

    pub(crate) fn object(&mut self, slot: usize, object: &Object) -> &mut Self {
        self.set(OBJECTS + slot, object.write())
    }

    pub(crate) fn no_object(&mut self, slot: usize) -> &mut Self {
        self.clear(OBJECTS + slot)
    }
}

/// Marks a record in use.
const USED: u8 = 0xA5;

/// Fills a record front to back.
struct RecordWriter {
    record: Record,
    at: usize,
}

impl RecordWriter {
    const fn new() -> Self {
        Self { record: [0; RECORD], at: 0 }
    }

    /// Appends bytes; what does not fit is cut off (records are sized so that nothing is).
    fn put(mut self, bytes: &[u8]) -> Self {
        for (to, from) in self.record[self.at..].iter_mut().zip(bytes) {
            *to = *from;
        }
        self.at = (self.at + bytes.len()).min(RECORD);
        self
    }

    /// Length byte and a field of fixed width.
    fn put_short(self, bytes: &[u8], width: usize) -> Self {
        let length = bytes.len().min(width);
        #[allow(clippy::cast_possible_truncation)] // at most 64
        let mut next = self.put(&[length as u8]);
        let end = (next.at + width).min(RECORD);
        next = next.put(&bytes[..length]);
        next.at = end;
        next
    }
}

/// Reads a record front to back.
struct RecordReader<'a>(&'a [u8]);

impl<'a> RecordReader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn number(&mut self, count: usize) -> Option<u32> {
        Some(self.take(count)?.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)))
    }

    fn short(&mut self, width: usize) -> Option<&'a [u8]> {
        let length = usize::from(self.byte()?);
        self.take(width)?.get(..length)
    }
}
