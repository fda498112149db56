//! Held data grouping identifiers.

use super::registry::{put_extents, take_extents};
use super::{Record, RecordReader, RecordWriter, USED};
use crate::memory::{Extents, PageSize};
use zeroize::Zeroizing;

/// Values up to this length lie in the directory record itself.
pub(crate) const INLINE: usize = 25;
/// In the place of the number of runs.
const IS_INLINE: u8 = 0xFF;

/// A complete object.
#[derive(Clone)]
pub(crate) struct Object {
    /// The slot of the instance it belongs to.
    pub(crate) owner: u8,
    pub(crate) dgi: u16,
    pub(crate) length: u16,
    /// SHA-256 of the value.
    pub(crate) hash: [u8; 32],
    pub(crate) body: Body,
}

/// Where the value lies.
#[derive(Clone)]
pub(crate) enum Body {
    Inline(Zeroizing<Vec<u8>>),
    Pages(Extents),
}

impl Object {
    /// Used, owner, DGI (2), length (2), SHA-256 (32), then FF and the value or the number of runs and the runs.
    pub(super) fn write(&self) -> Record {
        let head = RecordWriter::new()
            .put(&[USED, self.owner])
            .put(&self.dgi.to_be_bytes())
            .put(&self.length.to_be_bytes())
            .put(&self.hash);
        match &self.body {
            Body::Inline(value) => head.put(&[IS_INLINE]).put(value).record,
            Body::Pages(extents) => put_extents(head, extents).record,
        }
    }

    pub(super) fn read(record: &[u8], page: PageSize) -> Option<Self> {
        let mut reader = RecordReader(record);
        reader.byte().filter(|mark| *mark == USED)?;
        let owner = reader.byte()?;
        let dgi = u16::try_from(reader.number(2)?).ok()?;
        let length = u16::try_from(reader.number(2)?).ok()?;
        let hash = reader.take(32)?.try_into().ok()?;
        let body = if reader.0.first() == Some(&IS_INLINE) {
            Body::Inline(Zeroizing::new(reader.0.get(1..1 + usize::from(length))?.to_vec()))
        } else {
            let extents = take_extents(&mut reader, page)?;
            if extents.len() * page.bytes() < usize::from(length) {
                return None;
            }
            Body::Pages(extents)
        };
        Some(Self { owner, dgi, length, hash, body })
    }
}
