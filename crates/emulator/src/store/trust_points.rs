//! Trust points of Terminal Authentication (TA-03, TA-04): what has come after the first, which is DGI 8020, and the
//! approximate date.

use super::registry::{put_extents, take_extents};
use super::{Record, RecordReader, RecordWriter, Store, TRUST_POINTS, USED, present};
use crate::memory::{Area, Changes, Extents, PageSize, PowerLost, RECORD};
use crate::tables::CVCA;

/// What an instance trusts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TrustPoints {
    /// The certificate of the trust point; none for an instance without DGI 8020.
    pub(crate) current: Option<Vec<u8>>,
    /// The one before, while it counts.
    pub(crate) previous: Option<Vec<u8>>,
    /// The approximate date, six digits of one byte each; zeros while no certificate has raised it.
    pub(crate) date: [u8; 6],
}

/// What becomes of the trust points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NewTrustPoint<'a> {
    /// They stay.
    None,
    /// This certificate is the trust point now, and the former one is the second (TA-04).
    Link(&'a [u8]),
    /// The second one counts no more.
    ForgetPrevious,
}

/// As they lie in the directory. Where a certificate lies: nowhere, in DGI 8020, or in pages.
#[derive(Debug, Clone, Copy)]
pub(super) struct StoredTrustPoints {
    owner: u8,
    date: [u8; 6],
    current: Place,
    previous: Place,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    Nowhere,
    FirstTrustPoint,
    Pages { length: u16, extents: Extents },
}

/// In the place of a length.
const IN_FIRST: u16 = 0xFFFF;

impl StoredTrustPoints {
    /// Before any certificate has changed anything.
    const fn of_first(owner: u8) -> Self {
        Self { owner, date: [0; 6], current: Place::FirstTrustPoint, previous: Place::Nowhere }
    }

    pub(super) fn extents(&self) -> impl Iterator<Item = &Extents> {
        [&self.current, &self.previous].into_iter().filter_map(|place| match place {
            Place::Pages { extents, .. } => Some(extents),
            Place::Nowhere | Place::FirstTrustPoint => None,
        })
    }

    /// Used, owner, date (6), then for each of both: length (2; FFFF for DGI 8020, 0 for none), number of runs and
    /// runs.
    fn write(&self) -> Record {
        let head = RecordWriter::new().put(&[USED, self.owner]).put(&self.date);
        [self.current, self.previous].into_iter().fold(head, put_place).record
    }

    pub(super) fn read(record: &[u8], page: PageSize) -> Option<Self> {
        let mut reader = RecordReader(record);
        reader.byte().filter(|mark| *mark == USED)?;
        let owner = reader.byte()?;
        let date = reader.take(6)?.try_into().ok()?;
        let current = take_place(&mut reader, page)?;
        let previous = take_place(&mut reader, page)?;
        Some(Self { owner, date, current, previous })
    }
}

fn put_place(writer: RecordWriter, place: Place) -> RecordWriter {
    match place {
        Place::Nowhere => put_extents(writer.put(&[0, 0]), &Extents::default()),
        Place::FirstTrustPoint => put_extents(writer.put(&IN_FIRST.to_be_bytes()), &Extents::default()),
        Place::Pages { length, extents } => put_extents(writer.put(&length.to_be_bytes()), &extents),
    }
}

fn take_place(reader: &mut RecordReader<'_>, page: PageSize) -> Option<Place> {
    let length = u16::try_from(reader.number(2)?).ok()?;
    let extents = take_extents(reader, page)?;
    Some(match length {
        0 => Place::Nowhere,
        IN_FIRST => Place::FirstTrustPoint,
        length if extents.len() * page.bytes() >= usize::from(length) => Place::Pages { length, extents },
        _ => return None,
    })
}

impl Store {
    /// What an instance trusts.
    pub(crate) fn trust_points(&self, owner: usize) -> TrustPoints {
        let stored = self.stored_trust_points(owner);
        let certificate = |place: Place| match place {
            Place::Nowhere => None,
            Place::FirstTrustPoint => self.object_value(owner, CVCA),
            Place::Pages { length, extents } => Some(self.read_pages(&extents, 0, usize::from(length))),
        };
        TrustPoints {
            current: certificate(stored.current),
            previous: certificate(stored.previous),
            date: stored.date,
        }
    }

    /// Changes them and sets the date, in one transaction: all or nothing. False, and nothing is changed, where there is
    /// no room.
    pub(crate) fn set_trust_points(
        &mut self,
        owner: usize,
        change: NewTrustPoint<'_>,
        date: [u8; 6],
    ) -> Result<bool, PowerLost> {
        let Some(slot) = self.trust_point_slot(owner) else { return Ok(false) };
        let mut stored = self.stored_trust_points(owner);
        stored.date = date;
        match change {
            NewTrustPoint::None => {}
            NewTrustPoint::ForgetPrevious => stored.previous = Place::Nowhere,
            NewTrustPoint::Link(certificate) => {
                let Some(extents) = self.allocation().allocate(Area::FileSlots, certificate.len()) else {
                    return Ok(false);
                };
                let Ok(length) = u16::try_from(certificate.len()) else { return Ok(false) };
                self.write_pages(extents.pages(), certificate)?;
                stored.previous = stored.current;
                stored.current = Place::Pages { length, extents };
            }
        }
        self.commit(Changes::default().set(TRUST_POINTS + slot, stored.write()))?;
        Ok(true)
    }

    fn stored_trust_points(&self, owner: usize) -> StoredTrustPoints {
        let found = present(&self.trust_points).find(|(_, points)| usize::from(points.owner) == owner);
        #[allow(clippy::cast_possible_truncation)] // one of 4 instances
        found.map_or_else(|| StoredTrustPoints::of_first(owner as u8), |(_, points)| *points)
    }

    fn trust_point_slot(&self, owner: usize) -> Option<usize> {
        let mine = present(&self.trust_points).find(|(_, points)| usize::from(points.owner) == owner);
        mine.map(|(slot, _)| slot).or_else(|| self.trust_points.iter().position(Option::is_none))
    }

    pub(super) fn forget_trust_points_of(&self, owner: usize, changes: &mut Changes) {
        for (slot, _) in present(&self.trust_points).filter(|(_, points)| usize::from(points.owner) == owner)
        {
            changes.set(TRUST_POINTS + slot, [0; RECORD]);
        }
    }
}
