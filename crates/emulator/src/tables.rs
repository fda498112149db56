//! The tables of the card's contract (`applet-spec/tables/*.toml`), as the software card knows them.

/// One row of `tables/dgi.toml`: a data grouping identifier of STORE DATA.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dgi {
    /// The identifier.
    pub id: u16,
    /// Its name.
    pub name: &'static str,
    /// Smallest value in bytes.
    pub least: u16,
    /// Largest value in bytes.
    pub most: u16,
    /// Whether FINALISE demands it.
    pub mandatory: bool,
    /// What becomes of the value.
    pub kind: DgiKind,
}

/// What becomes of the value of a DGI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DgiKind {
    /// Held in the area of DG2.
    Portrait,
    /// Held in the area of the other files.
    File,
    /// An instruction: tell what is held (PERSO-08).
    Report,
    /// An instruction: compare the manifest and become OPERATIONAL (PERSO-09).
    Finalise,
}

const fn file(id: u16, name: &'static str, most: u16, mandatory: bool) -> Dgi {
    Dgi { id, name, least: 1, most, mandatory, kind: DgiKind::File }
}

const fn secret(id: u16, name: &'static str, length: u16) -> Dgi {
    Dgi { id, name, least: length, most: length, mandatory: true, kind: DgiKind::File }
}

/// `CAN`: six ASCII digits.
pub const CAN: u16 = 0x8010;
/// `MRZ key`: SHA-1 of the MRZ information.
pub const MRZ_KEY: u16 = 0x8011;

/// All of them.
pub const DGIS: [Dgi; 17] = [
    file(0x2F00, "EF.DIR", 256, true),
    file(0x2F01, "EF.ATR/INFO", 256, true),
    file(0x2F1C, "EF.CardAccess", 512, true),
    file(0x2F1D, "EF.CardSecurity", 3072, false),
    file(0x011E, "EF.COM", 64, true),
    file(0x011D, "EF.SOD", 4096, true),
    file(0x0101, "DG1", 128, true),
    Dgi { id: 0x0102, name: "DG2", least: 1, most: 14_336, mandatory: true, kind: DgiKind::Portrait },
    file(0x010B, "DG11", 1024, false),
    file(0x010C, "DG12", 1024, false),
    file(0x010D, "DG13", 1024, true),
    file(0x010E, "DG14", 1024, true),
    file(0x010F, "DG15", 256, false),
    secret(CAN, "CAN", 6),
    secret(MRZ_KEY, "MRZ key", 20),
    Dgi { id: 0x7F01, name: "REPORT", least: 16, most: 16, mandatory: false, kind: DgiKind::Report },
    Dgi { id: 0x7F0F, name: "FINALISE", least: 1, most: 1024, mandatory: false, kind: DgiKind::Finalise },
];

impl Dgi {
    /// The row of an identifier.
    #[must_use]
    pub fn find(id: u16) -> Option<&'static Self> {
        DGIS.iter().find(|dgi| dgi.id == id)
    }
}

/// A dedicated file of the identity application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Df {
    /// The master file.
    Master,
    /// The LDS application.
    Lds,
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Always,
    /// Under secure messaging after PACE.
    Pace,
}

/// One row of `tables/files.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Where it lies.
    pub df: Df,
    /// Its name.
    pub name: &'static str,
    /// File identifier.
    pub fid: u16,
    /// Short file identifier.
    pub sfi: u8,
    /// The DGI that holds its content.
    pub dgi: u16,
    /// Who may read it.
    pub access: Access,
}

const fn master(name: &'static str, fid: u16, sfi: u8, dgi: u16, access: Access) -> File {
    File { df: Df::Master, name, fid, sfi, dgi, access }
}

const fn lds(name: &'static str, fid: u16, sfi: u8) -> File {
    File { df: Df::Lds, name, fid, sfi, dgi: fid, access: Access::Pace }
}

/// All of them.
pub const FILES: [File; 13] = [
    master("EF.DIR", 0x2F00, 0x1E, 0x2F00, Access::Always),
    master("EF.ATR/INFO", 0x2F01, 0x01, 0x2F01, Access::Always),
    master("EF.CardAccess", 0x011C, 0x1C, 0x2F1C, Access::Always),
    master("EF.CardSecurity", 0x011D, 0x1D, 0x2F1D, Access::Pace),
    lds("EF.COM", 0x011E, 0x1E),
    lds("EF.SOD", 0x011D, 0x1D),
    lds("DG1", 0x0101, 0x01),
    lds("DG2", 0x0102, 0x02),
    lds("DG11", 0x010B, 0x0B),
    lds("DG12", 0x010C, 0x0C),
    lds("DG13", 0x010D, 0x0D),
    lds("DG14", 0x010E, 0x0E),
    lds("DG15", 0x010F, 0x0F),
];

impl File {
    /// The file with this identifier in this DF.
    #[must_use]
    pub fn by_fid(df: Df, fid: u16) -> Option<&'static Self> {
        FILES.iter().find(|file| file.df == df && file.fid == fid)
    }

    /// The file with this short identifier in this DF.
    #[must_use]
    pub fn by_sfi(df: Df, sfi: u8) -> Option<&'static Self> {
        FILES.iter().find(|file| file.df == df && file.sfi == sfi)
    }
}

/// `tables/budget.toml`: bytes.
pub mod budget {
    /// Non-volatile memory.
    pub const TOTAL: usize = 81_920;
    /// Load files.
    pub const CODE: usize = 32_768;
    /// DG2.
    pub const PORTRAIT: usize = 14_336;
    /// All other files together.
    pub const FILES: usize = 8_192;
    /// A second area of the size of [`FILES`], for updates.
    pub const UPDATE_SLOT: usize = 8_192;
    /// Records.
    pub const RECORDS: usize = 12_288;
    /// Keys, counters, registry, directory and journal.
    pub const RESERVE: usize = 6_144;
    /// Volatile memory.
    pub const VOLATILE: usize = 2_560;
    /// Data field of a command or response.
    pub const DATA_FIELD: usize = 1_024;
    /// Command APDU.
    pub const COMMAND_APDU: usize = 1_033;
    /// Response APDU.
    pub const RESPONSE_APDU: usize = 1_026;
    /// Bytes written at once.
    pub const PAGE: usize = 64;
}

/// `tables/life-cycle.toml`, card (CM-11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum CardLifeCycle {
    /// As delivered.
    OpReady = 0x01,
    /// Keys of the issuer are there.
    Initialized = 0x07,
    /// In the field.
    Secured = 0x0F,
    /// Only the issuer security domain can be selected.
    CardLocked = 0x7F,
    /// The end.
    Terminated = 0xFF,
}

impl CardLifeCycle {
    /// All states.
    pub const ALL: [Self; 5] =
        [Self::OpReady, Self::Initialized, Self::Secured, Self::CardLocked, Self::Terminated];

    /// The state of a byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|state| *state as u8 == byte)
    }

    /// CM-11: OP_READY → INITIALIZED → SECURED → CARD_LOCKED, back from CARD_LOCKED to SECURED, and from any to TERMINATED.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::OpReady, Self::Initialized)
            | (Self::Initialized | Self::CardLocked, Self::Secured)
            | (Self::Secured, Self::CardLocked)
            | (Self::OpReady | Self::Initialized | Self::Secured | Self::CardLocked, Self::Terminated) => {
                true
            }
            (Self::OpReady, Self::OpReady | Self::Secured | Self::CardLocked)
            | (Self::Initialized, Self::OpReady | Self::Initialized | Self::CardLocked)
            | (Self::Secured, Self::OpReady | Self::Initialized | Self::Secured)
            | (Self::CardLocked, Self::OpReady | Self::Initialized | Self::CardLocked)
            | (Self::Terminated, _) => false,
        }
    }
}

/// `tables/life-cycle.toml`, application: the state byte of REPORT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ApplicationState {
    /// Holds no DGI.
    Empty = 0x00,
    /// Holds some.
    Filling = 0x01,
    /// Finalised.
    Operational = 0x0F,
}

/// `tables/life-cycle.toml`, GlobalPlatform life cycle of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum InstanceLifeCycle {
    /// Installed.
    Selectable = 0x07,
    /// Finalised.
    Personalized = 0x0F,
}
