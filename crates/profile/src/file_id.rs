//! The files of a card and the numbers they go by (ICAO Doc 9303-10, 3.11 and table 38).

use std::fmt;

use chipwright_iso7816::Tag;

/// A file of the master file or of the LDS application.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum FileId {
    /// EF.DIR, in the master file.
    Dir,
    /// EF.ATR/INFO, in the master file.
    AtrInfo,
    /// EF.CardAccess, in the master file.
    CardAccess,
    /// EF.CardSecurity, in the master file.
    CardSecurity,
    /// EF.COM.
    Com,
    /// EF.DG1 to EF.DG16.
    Dg(u8),
    /// EF.SOD.
    Sod,
    /// EF.SOD-PQ: the second, post-quantum signature over what EF.SOD signs (FILE-11).
    SodPostQuantum,
}

/// When a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pass {
    /// To a blank: nothing personal, the same on every card of an issuer.
    Prepare,
    /// With the member's data.
    Write,
}

impl FileId {
    /// Template tags of DG1 to DG16.
    const DG_TAGS: [u8; 16] =
        [0x61, 0x75, 0x63, 0x76, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x6B, 0x6C, 0x6D, 0x6E, 0x6F, 0x70];

    /// File identifier.
    #[must_use]
    pub const fn fid(self) -> u16 {
        match self {
            Self::Dir => 0x2F00,
            Self::AtrInfo => 0x2F01,
            Self::CardAccess => 0x011C,
            Self::CardSecurity | Self::Sod => 0x011D,
            Self::Com => 0x011E,
            Self::SodPostQuantum => 0x0119,
            Self::Dg(number) => 0x0100 | number as u16,
        }
    }

    /// Short file identifier.
    #[must_use]
    pub const fn sfi(self) -> u8 {
        match self {
            Self::Dir | Self::Com => 0x1E,
            Self::AtrInfo => 0x01,
            Self::CardAccess => 0x1C,
            Self::CardSecurity | Self::Sod => 0x1D,
            Self::SodPostQuantum => 0x19,
            Self::Dg(number) => number,
        }
    }

    /// Tag of the template the file holds: none for EF.ATR/INFO, which is a row of data objects, and for a data group there is no number of.
    #[must_use]
    pub fn tag(self) -> Option<Tag> {
        match self {
            Self::Dir => Some(Tag(0x61)),
            Self::AtrInfo => None,
            Self::CardAccess => Some(Tag(0x31)),
            Self::CardSecurity | Self::SodPostQuantum => Some(Tag(0x30)),
            Self::Com => Some(Tag(0x60)),
            Self::Sod => Some(Tag(0x77)),
            Self::Dg(number) => {
                let index = usize::from(number).checked_sub(1)?;
                Self::DG_TAGS.get(index).map(|tag| Tag(u32::from(*tag)))
            }
        }
    }

    /// The data group with this template tag.
    #[must_use]
    pub fn dg_with_tag(tag: u8) -> Option<Self> {
        let index = Self::DG_TAGS.iter().position(|known| *known == tag)?;
        u8::try_from(index + 1).ok().map(Self::Dg)
    }

    /// Data grouping identifier it is personalised with (`applet-spec/tables/dgi.toml`): the file identifier in the LDS, `2Fxx` in the master file.
    #[must_use]
    pub const fn dgi(self) -> u16 {
        match self {
            Self::CardAccess => 0x2F1C,
            Self::CardSecurity => 0x2F1D,
            other => other.fid(),
        }
    }

    /// The file with this data grouping identifier.
    #[must_use]
    pub const fn from_dgi(dgi: u16) -> Option<Self> {
        Some(match dgi {
            0x2F00 => Self::Dir,
            0x2F01 => Self::AtrInfo,
            0x2F1C => Self::CardAccess,
            0x2F1D => Self::CardSecurity,
            0x011E => Self::Com,
            0x011D => Self::Sod,
            0x0119 => Self::SodPostQuantum,
            0x0101..=0x0110 => Self::Dg((dgi & 0xFF) as u8),
            _ => return None,
        })
    }

    /// Room for it on the chip, bytes (`applet-spec/tables/dgi.toml`).
    #[must_use]
    pub const fn most(self) -> usize {
        match self {
            Self::Dir | Self::AtrInfo | Self::Dg(15) => 256,
            Self::CardAccess => 512,
            Self::CardSecurity => 3072,
            Self::Com => 64,
            Self::Sod | Self::SodPostQuantum => 4096,
            Self::Dg(1) => 128,
            Self::Dg(2) => 14336,
            Self::Dg(_) => 1024,
        }
    }

    /// Whether it lies in the master file.
    #[must_use]
    pub const fn in_master_file(self) -> bool {
        matches!(self, Self::Dir | Self::AtrInfo | Self::CardAccess | Self::CardSecurity)
    }

    /// When it is written.
    #[must_use]
    pub const fn pass(self) -> Pass {
        match self {
            Self::Dir | Self::AtrInfo | Self::CardAccess => Pass::Prepare,
            _ => Pass::Write,
        }
    }
}

impl fmt::Display for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dir => f.write_str("EF.DIR"),
            Self::AtrInfo => f.write_str("EF.ATR/INFO"),
            Self::CardAccess => f.write_str("EF.CardAccess"),
            Self::CardSecurity => f.write_str("EF.CardSecurity"),
            Self::Com => f.write_str("EF.COM"),
            Self::Dg(number) => write!(f, "DG{number}"),
            Self::Sod => f.write_str("EF.SOD"),
            Self::SodPostQuantum => f.write_str("EF.SOD-PQ"),
        }
    }
}

impl fmt::Debug for FileId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_the_standard() {
        let row = |file: FileId| (file.fid(), file.sfi(), file.tag().map(|tag| tag.0), file.dgi());
        assert_eq!(row(FileId::Dg(1)), (0x0101, 0x01, Some(0x61), 0x0101));
        assert_eq!(row(FileId::Dg(2)), (0x0102, 0x02, Some(0x75), 0x0102));
        assert_eq!(row(FileId::Dg(16)), (0x0110, 0x10, Some(0x70), 0x0110));
        assert_eq!(row(FileId::Sod), (0x011D, 0x1D, Some(0x77), 0x011D));
        assert_eq!(row(FileId::SodPostQuantum), (0x0119, 0x19, Some(0x30), 0x0119));
        assert_eq!(row(FileId::CardSecurity), (0x011D, 0x1D, Some(0x30), 0x2F1D));
        assert_eq!(row(FileId::AtrInfo), (0x2F01, 0x01, None, 0x2F01));
        assert_eq!((FileId::Dg(0).tag(), FileId::Dg(17).tag()), (None, None));
    }

    #[test]
    fn identifiers_lead_back() {
        let named = [
            FileId::Dir,
            FileId::AtrInfo,
            FileId::CardAccess,
            FileId::CardSecurity,
            FileId::Com,
            FileId::Sod,
            FileId::SodPostQuantum,
        ];
        for file in named.into_iter().chain((1..=16).map(FileId::Dg)) {
            assert_eq!(FileId::from_dgi(file.dgi()), Some(file));
        }
        for number in 1..=16 {
            let tag = FileId::Dg(number).tag().unwrap().0 as u8;
            assert_eq!(FileId::dg_with_tag(tag), Some(FileId::Dg(number)));
        }
    }

    /// The card contract's table and this one are the same.
    #[test]
    #[allow(clippy::disallowed_methods)] // reads the contract
    fn numbers_of_the_card_contract() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../applet-spec/tables/dgi.toml");
        let table: toml::Table = std::fs::read_to_string(path).unwrap().parse().unwrap();
        let mut files = 0;
        for row in table["dgi"].as_array().unwrap() {
            let dgi = u16::from_str_radix(row["id"].as_str().unwrap(), 16).unwrap();
            let Some(file) = FileId::from_dgi(dgi) else { continue };
            assert_eq!(row["name"].as_str(), Some(file.to_string().as_str()));
            assert_eq!(row["most"].as_integer(), i64::try_from(file.most()).ok(), "{file}");
            let pass = if file.pass() == Pass::Prepare { "prepare" } else { "write" };
            assert_eq!(row["pass"].as_str(), Some(pass), "{file}");
            files += 1;
        }
        assert!(files >= 13, "{files}");
    }
}
