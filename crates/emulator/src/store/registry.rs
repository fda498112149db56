//! The card itself, instances, load files.

use super::{Record, RecordReader, RecordWriter, USED};
use crate::memory::{Extents, MOST_RUNS, PageSize};
use crate::tables::{CardLifeCycle, InstanceLifeCycle};
use chipwright_iso7816::Aid;

/// Life cycle of the card and what the issuer has set.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct CardRecord {
    pub(crate) life_cycle: CardLifeCycle,
    /// Issuer identification number, at most 16 bytes.
    pub(crate) iin: Vec<u8>,
    /// Card image number, at most 16 bytes; empty while it is the chip identifier.
    pub(crate) cin: Vec<u8>,
}

impl Default for CardRecord {
    fn default() -> Self {
        Self { life_cycle: CardLifeCycle::OpReady, iin: Vec::new(), cin: Vec::new() }
    }
}

impl CardRecord {
    /// Room for IIN and CIN.
    pub(crate) const NUMBER: usize = 16;

    pub(super) fn write(&self) -> Record {
        RecordWriter::new()
            .put(&[USED, self.life_cycle as u8])
            .put_short(&self.iin, Self::NUMBER)
            .put_short(&self.cin, Self::NUMBER)
            .record
    }

    pub(super) fn read(record: &[u8]) -> Self {
        let mut reader = RecordReader(record);
        let mut read = || {
            reader.byte().filter(|mark| *mark == USED)?;
            let life_cycle = CardLifeCycle::from_byte(reader.byte()?)?;
            let iin = reader.short(Self::NUMBER)?.to_vec();
            let cin = reader.short(Self::NUMBER)?.to_vec();
            Some(Self { life_cycle, iin, cin })
        };
        read().unwrap_or_default()
    }
}

/// An instance of the identity application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Instance {
    pub(crate) aid: Aid,
    pub(crate) privileges: [u8; 3],
    pub(crate) life_cycle: InstanceLifeCycle,
    /// The slot of its load file.
    pub(crate) load_file: u8,
    /// How many pages of the records area its appended records take.
    pub(crate) record_pages: u16,
}

impl Instance {
    /// Privilege *default selected*.
    pub(crate) const DEFAULT_SELECTED: u8 = 0x04;

    pub(crate) const fn is_default_selected(&self) -> bool {
        self.privileges[0] & Self::DEFAULT_SELECTED != 0
    }

    /// Finalised, suspended or not.
    pub(crate) const fn is_operational(&self) -> bool {
        match self.life_cycle {
            InstanceLifeCycle::Selectable => false,
            InstanceLifeCycle::Personalized | InstanceLifeCycle::Locked => true,
        }
    }

    /// LIFE-01.
    pub(crate) const fn is_suspended(&self) -> bool {
        matches!(self.life_cycle, InstanceLifeCycle::Locked)
    }

    pub(super) fn write(&self) -> Record {
        RecordWriter::new()
            .put(&[USED])
            .put_short(self.aid.as_bytes(), 16)
            .put(&self.privileges)
            .put(&[self.life_cycle as u8, self.load_file])
            .put(&self.record_pages.to_be_bytes())
            .record
    }

    pub(super) fn read(record: &[u8]) -> Option<Self> {
        let mut reader = RecordReader(record);
        reader.byte().filter(|mark| *mark == USED)?;
        let aid = Aid::new(reader.short(16)?).ok()?;
        let privileges = reader.take(3)?.try_into().ok()?;
        let life_cycle = match reader.byte()? {
            0x07 => InstanceLifeCycle::Selectable,
            0x0F => InstanceLifeCycle::Personalized,
            0x8F => InstanceLifeCycle::Locked,
            _ => return None,
        };
        let load_file = reader.byte()?;
        let record_pages = u16::try_from(reader.number(2)?).ok()?;
        Some(Self { aid, privileges, life_cycle, load_file, record_pages })
    }
}

/// A load file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LoadFile {
    pub(crate) aid: Aid,
    /// Bytes in the code area; 0 for a load file in the mask.
    pub(crate) length: u32,
    pub(crate) extents: Extents,
}

impl LoadFile {
    pub(super) fn write(&self) -> Record {
        put_extents(
            RecordWriter::new()
                .put(&[USED])
                .put_short(self.aid.as_bytes(), 16)
                .put(&self.length.to_be_bytes()),
            &self.extents,
        )
        .record
    }

    pub(super) fn read(record: &[u8], page: PageSize) -> Option<Self> {
        let mut reader = RecordReader(record);
        reader.byte().filter(|mark| *mark == USED)?;
        let aid = Aid::new(reader.short(16)?).ok()?;
        let length = reader.number(4)?;
        Some(Self { aid, length, extents: take_extents(&mut reader, page)? })
    }
}

/// Number of runs, then first page and length of each.
pub(super) fn put_extents(writer: RecordWriter, extents: &Extents) -> RecordWriter {
    #[allow(clippy::cast_possible_truncation)] // at most 6
    let writer = writer.put(&[extents.runs().len() as u8]);
    extents
        .runs()
        .iter()
        .fold(writer, |writer, (first, length)| writer.put(&first.to_be_bytes()).put(&length.to_be_bytes()))
}

pub(super) fn take_extents(reader: &mut RecordReader<'_>, page: PageSize) -> Option<Extents> {
    let count = usize::from(reader.byte()?);
    if count > MOST_RUNS {
        return None;
    }
    let mut runs = Vec::with_capacity(count);
    for _ in 0..count {
        runs.push((u16::try_from(reader.number(2)?).ok()?, u16::try_from(reader.number(2)?).ok()?));
    }
    Extents::new(&runs, page)
}
