//! Which file a READ BINARY in plain reads.

use super::super::content::Sort;
use super::classify::ResponseRule;
use chipwright_iso7816::{Command, Ins};

/// Where the card is, as far as plain commands tell.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selected {
    place: Place,
    file: Option<File>,
    /// The file began as the public file does that it should be.
    verified: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    MasterFile,
    /// An application, or unknown.
    Application,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum File {
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
    /// Whether the file begins as this one does. Other applications have other files under the same identifiers.
    pub(super) fn begins(self, content: &[u8]) -> bool {
        matches!(
            (self, content),
            (Self::CardAccess, [0x31, ..]) | (Self::Index, [0x60, ..] | [0x61, _, 0x4F, ..])
        )
    }
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

impl Selected {
    pub(super) const fn unknown() -> Self {
        Self { place: Place::Application, file: None, verified: false }
    }

    /// After this command and its answer so far; `done` when the card accepted it.
    pub(super) fn follow(&mut self, command: &Command, answer: &[u8], done: bool) {
        let plain = command.cla & 0x80 == 0 && command.cla & 0x0C == 0;
        match command.ins {
            Ins::SELECT if !plain || (done && command.p1 == 0x04) => *self = Self::unknown(),
            Ins::SELECT if done => self.select(command),
            Ins::READ_BINARY if plain && done => {
                let (file, offset) = self.place_of(command);
                if file != self.file || offset == 0 {
                    self.verified =
                        matches!(file, Some(File::Public(file)) if offset == 0 && file.begins(answer));
                    self.file = file;
                }
            }
            _ => {}
        }
    }

    fn select(&mut self, command: &Command) {
        self.verified = false;
        match (command.p1, command.data.as_slice()) {
            (0x00, [] | [0x3F, 0x00]) => {
                *self = Self { place: Place::MasterFile, ..Self::unknown() };
            }
            (0x00 | 0x02, [high, low]) => {
                self.file = self.by_identifier(u16::from_be_bytes([*high, *low]));
                if command.p1 == 0x00 && self.file.is_none() {
                    *self = Self::unknown();
                }
            }
            _ => *self = Self::unknown(),
        }
    }

    const fn by_identifier(self, identifier: u16) -> Option<File> {
        Some(match identifier {
            0x011C => File::Public(PublicFile::CardAccess),
            0x2F00 | 0x011E => File::Public(PublicFile::Index),
            0x2F01 => File::Public(PublicFile::AtrInfo),
            0x011D => self.signed(),
            0x0101..=0x0110 => File::DataGroup(identifier as u8),
            _ => return None,
        })
    }

    const fn by_short_identifier(self, identifier: u8) -> Option<File> {
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
    const fn signed(self) -> File {
        match self.place {
            Place::MasterFile => File::CardSecurity,
            Place::Application => File::SecurityObject,
        }
    }

    /// The file that a READ BINARY reads, and from where.
    const fn place_of(self, command: &Command) -> (Option<File>, u16) {
        if command.p1 & 0x80 == 0 {
            (self.file, u16::from_be_bytes([command.p1, command.p2]))
        } else {
            (self.by_short_identifier(command.p1 & 0x1F), command.p2 as u16)
        }
    }

    /// What is kept of the answer to this READ BINARY.
    pub(super) fn reading(self, command: &Command) -> ResponseRule {
        let (file, offset) = self.place_of(command);
        let (sort, what, tag) = match file {
            Some(File::Public(file)) if offset == 0 => return ResponseRule::PublicFile(file),
            Some(File::Public(_)) if self.verified && self.file == file => return ResponseRule::Keep,
            Some(File::Public(_)) => (Sort::Personal, "file", 0),
            Some(File::CardSecurity) => (Sort::Identifier, "card_security", 0x30),
            Some(File::SecurityObject) => (Sort::Personal, "sod", 0x77),
            Some(File::DataGroup(number)) => {
                let (name, tag) = DATA_GROUPS[usize::from(number - 1) % DATA_GROUPS.len()];
                (Sort::Personal, name, tag)
            }
            None => (Sort::Personal, "file", 0),
        };
        if offset == 0 { ResponseRule::File { tag, sort, what } } else { ResponseRule::Replace(sort, what) }
    }
}
