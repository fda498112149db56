//! Which file a READ BINARY in plain reads.

use super::super::content::Sort;
use super::class_byte::ClassByte;
use super::data_objects::{self, Form};
use super::forms;
use chipwright_iso7816::{Command, Ins};
use std::ops::Range;
use zeroize::Zeroizing;

/// Where the card is, as far as plain commands on the basic channel tell.
#[derive(Debug)]
pub(super) struct Selected {
    place: Place,
    file: Option<File>,
    /// What was read of the file from its beginning on, without a gap.
    seen: Zeroizing<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    MasterFile,
    /// An application, or unknown.
    Application,
}

/// A file with a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum File {
    Public(PublicFile),
    CardSecurity,
    /// EF.SOD: the hashes in it give away who guesses well.
    SecurityObject,
    DataGroup(u8),
}

/// The files that are the same on all cards of an issuer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PublicFile {
    /// EF.CardAccess.
    CardAccess,
    /// EF.DIR of the master file or EF.COM of the application.
    Index,
    /// EF.ATR/INFO.
    AtrInfo,
}

impl PublicFile {
    /// What it looks like. Other applications have other files under the same identifiers.
    const fn form(self) -> Form {
        match self {
            Self::CardAccess => forms::card_access,
            Self::Index => forms::index,
            Self::AtrInfo => forms::atr_info,
        }
    }
}

/// What a range of a part of a file is.
pub(super) enum Part {
    /// As it should be in a public file, or tag and length at the beginning of another.
    Public,
    /// Of this sort.
    Of(Sort, &'static str),
}

/// Names and tags of DG1 to DG16 (9303-10, 4.6).
const DATA_GROUPS: [(&str, u32); 16] = [
    ("dg1", 0x61),
    ("dg2", 0x75),
    ("dg3", 0x63),
    ("dg4", 0x76),
    ("dg5", 0x65),
    ("dg6", 0x66),
    ("dg7", 0x67),
    ("dg8", 0x68),
    ("dg9", 0x69),
    ("dg10", 0x6A),
    ("dg11", 0x6B),
    ("dg12", 0x6C),
    ("dg13", 0x6D),
    ("dg14", 0x6E),
    ("dg15", 0x6F),
    ("dg16", 0x70),
];

/// EF.CardSecurity is SignedData (9303-11, 9.2.11): `06 09 1.2.840.113549.1.7.2`.
const SIGNED_DATA: [u8; 11] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];

impl Selected {
    pub(super) fn unknown() -> Self {
        Self { place: Place::Application, file: None, seen: Zeroizing::default() }
    }

    /// After this command and its answer so far; `done` when the card accepted it. Which file is the current one, is known of plain
    /// SELECT and READ BINARY on the basic channel only: any other command may have changed it.
    pub(super) fn follow(&mut self, command: &Command, answer: &[u8], done: bool) {
        let plain = ClassByte::of(command.cla).is_basic();
        match command.ins {
            Ins::SELECT if plain && done && command.p1 != 0x04 => self.select(command),
            Ins::READ_BINARY if plain && !done => {}
            Ins::READ_BINARY if plain => {
                let (file, offset) = self.place_of(command);
                let offset = usize::from(offset);
                let goes_on = file == self.file && offset <= self.seen.len();
                self.seen.truncate(if goes_on { offset } else { 0 });
                if goes_on || offset == 0 {
                    self.seen.extend_from_slice(answer);
                }
                self.file = file;
                // EF.CardAccess lies in the master file, and nowhere else
                if file == Some(File::Public(PublicFile::CardAccess)) && self.seen.starts_with(&[0x31]) {
                    self.place = Place::MasterFile;
                }
            }
            _ => *self = Self::unknown(),
        }
    }

    fn select(&mut self, command: &Command) {
        let by_identifier = match (command.p1, command.data.as_slice()) {
            (0x00, [] | [0x3F, 0x00]) => {
                *self = Self { place: Place::MasterFile, ..Self::unknown() };
                return;
            }
            (0x00 | 0x02, [high, low]) => self.by_identifier(u16::from_be_bytes([*high, *low])),
            _ => None,
        };
        // what is not known may be another directory
        let place =
            if by_identifier.is_some() || command.p1 == 0x02 { self.place } else { Place::Application };
        *self = Self { place, file: by_identifier, seen: Zeroizing::default() };
    }

    const fn by_identifier(&self, identifier: u16) -> Option<File> {
        Some(match identifier {
            0x011C => File::Public(PublicFile::CardAccess),
            0x2F00 | 0x011E => File::Public(PublicFile::Index),
            0x2F01 => File::Public(PublicFile::AtrInfo),
            0x011D => self.signed(),
            0x0101..=0x0110 => File::DataGroup(identifier as u8),
            _ => return None,
        })
    }

    const fn by_short_identifier(&self, identifier: u8) -> Option<File> {
        Some(match (self.place, identifier) {
            (_, 0x1C) => File::Public(PublicFile::CardAccess),
            (_, 0x1E) => File::Public(PublicFile::Index),
            (Place::MasterFile, 0x01) => File::Public(PublicFile::AtrInfo),
            (_, 0x1D) => self.signed(),
            (Place::Application, 0x01..=0x10) => File::DataGroup(identifier),
            _ => return None,
        })
    }

    /// 011D is EF.CardSecurity in the master file and EF.SOD in the application.
    const fn signed(&self) -> File {
        match self.place {
            Place::MasterFile => File::CardSecurity,
            Place::Application => File::SecurityObject,
        }
    }

    /// The file that a READ BINARY reads, and from where.
    pub(super) const fn place_of(&self, command: &Command) -> (Option<File>, u16) {
        if command.p1 & 0x80 == 0 {
            (self.file, u16::from_be_bytes([command.p1, command.p2]))
        } else {
            (self.by_short_identifier(command.p1 & 0x1F), command.p2 as u16)
        }
    }

    /// What the bytes of `answer` from `from` on are, which a READ BINARY of this file brought from this offset on.
    pub(super) fn parts(
        &self,
        file: Option<File>,
        offset: u16,
        answer: &[u8],
        from: usize,
    ) -> Vec<(Range<usize>, Part)> {
        let (sort, what, tag) = match file {
            Some(File::Public(public)) => match self.content_until(file, offset, answer) {
                Some(content) => return public_parts(&content, public, content.len() - answer.len(), from),
                None => (Sort::Personal, "file", 0),
            },
            Some(File::CardSecurity) => {
                let content = self.content_until(file, offset, answer);
                let end = content.as_ref().and_then(|content| end_of_signed_data(content));
                let end =
                    end.map_or(0, |end| end.saturating_sub(usize::from(offset))).clamp(from, answer.len());
                let first =
                    if offset == 0 && from == 0 { data_objects::head(answer, 0x30).min(end) } else { from };
                return vec![
                    (from..first, Part::Public),
                    (first..end, Part::Of(Sort::Identifier, "card_security")),
                    (end..answer.len(), Part::Of(Sort::Personal, "card_security")),
                ];
            }
            Some(File::SecurityObject) => (Sort::Personal, "sod", 0x77),
            Some(File::DataGroup(number)) => {
                let (name, tag) = DATA_GROUPS[usize::from(number - 1) % DATA_GROUPS.len()];
                (Sort::Personal, name, tag)
            }
            None => (Sort::Personal, "file", 0),
        };
        let head = if offset == 0 && from == 0 { data_objects::head(answer, tag) } else { 0 };
        vec![(from..from + head, Part::Public), (from + head..answer.len(), Part::Of(sort, what))]
    }

    /// The file from its beginning to the end of this answer, if all of it was seen.
    fn content_until(&self, file: Option<File>, offset: u16, answer: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let before = match usize::from(offset) {
            0 => &[],
            offset if self.file == file => self.seen.get(..offset)?,
            _ => return None,
        };
        Some(Zeroizing::new([before, answer].concat()))
    }
}

/// The parts of an answer from `from` on, that ends where this much of a public file ends and begins at `at` of it.
fn public_parts(content: &[u8], file: PublicFile, at: usize, from: usize) -> Vec<(Range<usize>, Part)> {
    let spans = data_objects::divide(content, file.form()).spans.into_iter();
    spans
        .filter(|(range, _)| range.end > at + from)
        .map(|(range, public)| {
            let part = if public { Part::Public } else { Part::Of(Sort::Unclassified, "file") };
            (range.start.max(at + from) - at..range.end - at, part)
        })
        .collect()
}

fn end_of_signed_data(content: &[u8]) -> Option<usize> {
    let value = content.get(data_objects::head(content, 0x30)..)?;
    if value.starts_with(&SIGNED_DATA) { data_objects::end(content, 0x30) } else { None }
}
