//! Data objects, and which of their bytes may be kept.

use chipwright_iso7816::tlv::{Reader, TlvErrorKind};
use std::ops::Range;

/// What is kept of a data object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// All of it.
    All,
    /// Tag and length, and of the objects inside what is kept of each.
    Inside,
    /// Tag and length.
    Head,
    /// Nothing, nor of what follows it beside it: this is not what it should be.
    Nothing,
}

/// What data should look like: what is kept of an object with this tag and announced length, inside constructed objects of these
/// tags. The value may be cut where the data ends; what is there of it must be right.
pub(super) type Form = fn(path: &[u32], tag: u32, said: usize, value: &[u8]) -> Kept;

/// The data divided: ranges in order, public or not.
pub(super) struct Division {
    pub(super) spans: Vec<(Range<usize>, bool)>,
    /// Every byte belongs to an object that the form knows, and none is cut.
    pub(super) is_whole: bool,
}

/// Divides data that is of this form, or the beginning of such data.
pub(super) fn divide(data: &[u8], form: Form) -> Division {
    let mut walk = Walk { form, path: Vec::new(), division: Division { spans: Vec::new(), is_whole: true } };
    walk.level(data, 0, usize::MAX);
    walk.division
}

/// Deeper than any form goes.
const MOST_DEPTH: usize = 8;

struct Walk {
    form: Form,
    path: Vec<u32>,
    division: Division,
}

impl Walk {
    /// The objects in `data`, which begins at `at`, where `room` bytes are announced.
    fn level(&mut self, data: &[u8], mut at: usize, mut room: usize) {
        let mut rest = data;
        while let Some((tag, head, said)) = header(rest) {
            let present = said.min(rest.len() - head);
            let value = &rest[head..head + present];
            let fits = room.checked_sub(head).is_some_and(|room| said <= room);
            let kept = (self.form)(&self.path, tag, said, value);
            if !fits || kept == Kept::Nothing || self.path.len() >= MOST_DEPTH {
                break;
            }
            self.division.is_whole &= present == said;
            self.span(at..at + head, true);
            let inside = at + head..at + head + present;
            if kept == Kept::Inside {
                self.path.push(tag);
                self.level(value, inside.start, said);
                self.path.pop();
            } else {
                self.span(inside, kept == Kept::All);
            }
            at += head + present;
            rest = &rest[head + present..];
            room = room.saturating_sub(head + said);
        }
        if !rest.is_empty() {
            self.division.is_whole = false;
            self.span(at..at + rest.len(), room > 0 && self.is_cut_header(rest));
        }
    }

    /// Whether this is where the data ends within a tag or a length that may stand here.
    fn is_cut_header(&self, rest: &[u8]) -> bool {
        match Reader::new(rest).next().map_err(|error| error.kind) {
            Err(TlvErrorKind::TruncatedTag) => rest.len() == 1,
            Err(TlvErrorKind::TruncatedLength) => {
                tag(rest).is_some_and(|tag| (self.form)(&self.path, tag, 0, &[]) != Kept::Nothing)
            }
            _ => false,
        }
    }

    fn span(&mut self, range: Range<usize>, public: bool) {
        match self.division.spans.last_mut() {
            _ if range.is_empty() => {}
            Some((before, same)) if *same == public => before.end = range.end,
            _ => self.division.spans.push((range, public)),
        }
    }
}

/// Tag, bytes of tag and length together, announced length.
fn header(data: &[u8]) -> Option<(u32, usize, usize)> {
    let (head, said) = match Reader::new(data).next() {
        Ok(found) => found.map(|object| (object.value_offset, object.value.len()))?,
        Err(error) => match error.kind {
            TlvErrorKind::TruncatedValue { said, left } => (data.len() - left, said),
            _ => return None,
        },
    };
    Some((tag(data)?, head, said))
}

/// The tag at the beginning.
fn tag(data: &[u8]) -> Option<u32> {
    let (first, more) = data.split_first()?;
    if first & 0x1F != 0x1F {
        return Some(u32::from(*first));
    }
    let last = more.iter().take(3).position(|byte| byte & 0x80 == 0)?;
    Some(more[..=last].iter().fold(u32::from(*first), |tag, byte| tag << 8 | u32::from(*byte)))
}

/// How many bytes tag and length take, if the data begins with this tag.
pub(super) fn head(data: &[u8], wanted: u32) -> usize {
    header(data).filter(|(tag, ..)| *tag == wanted).map_or(0, |(_, head, _)| head)
}

/// Where the first object ends by its length, if it has this tag.
pub(super) fn end(data: &[u8], wanted: u32) -> Option<usize> {
    header(data).filter(|(tag, ..)| *tag == wanted).and_then(|(_, head, said)| head.checked_add(said))
}

/// Cryptogram, checksum, Le: what a protected command consists of (9303-11, 9.8.6). A plain value in it is not kept.
pub(super) fn is_protected_command(data: &[u8]) -> bool {
    consists_of(data, &[0x85, 0x87, 0x97, 0x8E], false)
}

/// Cryptogram, status, checksum; the last object may be cut where a part of the answer ends.
pub(super) fn is_protected_response(data: &[u8]) -> bool {
    consists_of(data, &[0x85, 0x87, 0x99, 0x8E], true)
}

fn consists_of(data: &[u8], tags: &[u32], may_be_cut: bool) -> bool {
    let mut reader = Reader::new(data);
    loop {
        match reader.next() {
            Ok(None) => return true,
            Ok(Some(object)) if tags.contains(&object.tag.0) && fits(object.tag.0, object.value.len()) => {}
            Ok(Some(_)) => return false,
            Err(error) => {
                let first = reader.remaining().first().map(|byte| u32::from(*byte));
                let cut = match error.kind {
                    TlvErrorKind::TruncatedValue { said, .. } => first.is_some_and(|tag| fits(tag, said)),
                    TlvErrorKind::TruncatedLength => true,
                    _ => false,
                };
                return may_be_cut && cut && first.is_some_and(|tag| tags.contains(&tag));
            }
        }
    }
}

/// Le, status and checksum are short: nothing hides in them.
const fn fits(tag: u32, length: usize) -> bool {
    match tag {
        0x97 | 0x99 => length <= 3,
        0x8E => length <= 16,
        _ => true,
    }
}

/// `7C` with objects 80 to 8A: the steps of PACE and of chip authentication (TR-03110-3, B.1 to B.4).
pub(super) fn is_authentication_data(data: &[u8]) -> bool {
    let mut reader = Reader::new(data);
    let Ok(Some(outer)) = reader.next() else { return data.is_empty() };
    let Ok(mut inner) = outer.children() else { return false };
    if outer.tag.0 != 0x7C || !reader.is_empty() {
        return false;
    }
    loop {
        match inner.next() {
            Ok(None) => return true,
            Ok(Some(object)) if (0x80..=0x8A).contains(&object.tag.0) => {}
            _ => return false,
        }
    }
}
