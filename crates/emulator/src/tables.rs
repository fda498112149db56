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
    /// Whether it may be replaced after FINALISE (LIFE-05).
    pub update: bool,
}

/// What becomes of the value of a DGI.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DgiKind {
    /// Held in the area of DG2.
    Portrait,
    /// Held in the area of the other files.
    File,
    /// The first record of a file, held in the area of the records (REC-06).
    Record,
    /// A key pair made on the chip; its value is the public key (PERSO-22).
    Key,
    /// An instruction: tell what is held (PERSO-08).
    Report,
    /// An instruction: make a key pair (PERSO-19).
    GenerateKeyPair,
    /// An instruction: tell a public key (PERSO-20).
    PublicKey,
    /// An instruction: compare the manifest and make the update current (LIFE-06).
    CommitUpdate,
    /// An instruction: compare the manifest and become OPERATIONAL (PERSO-09).
    Finalise,
}

const fn file(id: u16, name: &'static str, most: u16, mandatory: bool) -> Dgi {
    Dgi { id, name, least: 1, most, mandatory, kind: DgiKind::File, update: false }
}

const fn secret(id: u16, name: &'static str, length: u16, mandatory: bool) -> Dgi {
    Dgi { least: length, ..file(id, name, length, mandatory) }
}

const fn record(id: u16, name: &'static str) -> Dgi {
    Dgi { kind: DgiKind::Record, ..file(id, name, 991, false) }
}

const fn key(id: u16, name: &'static str) -> Dgi {
    Dgi { kind: DgiKind::Key, ..secret(id, name, 65, false) }
}

const fn command(id: u16, name: &'static str, least: u16, most: u16, kind: DgiKind) -> Dgi {
    Dgi { id, name, least, most, mandatory: false, kind, update: false }
}

impl Dgi {
    const fn may_be_updated(self) -> Self {
        Self { update: true, ..self }
    }
}

/// `CAN`: six ASCII digits.
pub const CAN: u16 = 0x8010;
/// `MRZ key`: SHA-1 of the MRZ information.
pub const MRZ_KEY: u16 = 0x8011;
/// `PIN`: six ASCII digits.
pub const PIN: u16 = 0x8012;
/// `PUK`: ten ASCII digits.
pub const PUK: u16 = 0x8013;
/// `CVCA`: the certificate of the first trust point.
pub const CVCA: u16 = 0x8020;
/// `EF.CardSecurity`.
pub const CARD_SECURITY: u16 = 0x2F1D;

/// All of them.
pub const DGIS: [Dgi; 29] = [
    file(0x2F00, "EF.DIR", 256, true),
    file(0x2F01, "EF.ATR/INFO", 256, true),
    file(0x2F1C, "EF.CardAccess", 512, true),
    file(CARD_SECURITY, "EF.CardSecurity", 3072, false).may_be_updated(),
    file(0x011E, "EF.COM", 64, true).may_be_updated(),
    file(0x011D, "EF.SOD", 4096, true).may_be_updated(),
    file(0x0101, "DG1", 128, true).may_be_updated(),
    Dgi { kind: DgiKind::Portrait, ..file(0x0102, "DG2", 14_336, true) },
    file(0x010B, "DG11", 1024, false).may_be_updated(),
    file(0x010C, "DG12", 1024, false).may_be_updated(),
    file(0x010D, "DG13", 1024, true).may_be_updated(),
    file(0x010E, "DG14", 1024, true),
    file(0x010F, "DG15", 256, false),
    secret(CAN, "CAN", 6, true),
    secret(MRZ_KEY, "MRZ key", 20, true),
    secret(PIN, "PIN", 6, false).may_be_updated(),
    secret(PUK, "PUK", 10, false).may_be_updated(),
    file(CVCA, "CVCA", 512, false),
    record(0x0200, "first record signer certificate"),
    record(0x0201, "citizen number record"),
    key(0x8101, "Active Authentication key"),
    key(0x8102, "Chip Authentication 1 key"),
    key(0x8103, "PACE-CAM key"),
    key(0x8104, "Chip Authentication 2 key"),
    command(0x7F01, "REPORT", 16, 18, DgiKind::Report),
    command(0x7F02, "GENERATE KEY PAIR", 17, 17, DgiKind::GenerateKeyPair),
    command(0x7F03, "PUBLIC KEY", 17, 17, DgiKind::PublicKey),
    command(0x7F0E, "COMMIT UPDATE", 1, 1024, DgiKind::CommitUpdate),
    command(0x7F0F, "FINALISE", 1, 1024, DgiKind::Finalise),
];

impl Dgi {
    /// The row of an identifier.
    #[must_use]
    pub fn find(id: u16) -> Option<&'static Self> {
        DGIS.iter().find(|dgi| dgi.id == id)
    }
}

/// One row of `tables/keys.toml`: a key pair of the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyUse {
    /// Which key.
    pub reference: KeyReference,
    /// The DGI under which its public key counts as held.
    pub dgi: u16,
    /// What it is for.
    pub name: &'static str,
    /// The DGIs that must be held when the key is (PERSO-23).
    pub needs: &'static [u16],
    /// Whether they may not be held without it.
    pub both: bool,
}

/// A key pair of the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum KeyReference {
    /// AA-01.
    ActiveAuthentication = 0x01,
    /// CA-01.
    ChipAuthentication1 = 0x02,
    /// CAM-01.
    ChipAuthenticationMapping = 0x03,
    /// TA-08.
    ChipAuthentication2 = 0x04,
}

/// All of them.
pub const KEYS: [KeyUse; 4] = [
    KeyUse {
        reference: KeyReference::ActiveAuthentication,
        dgi: 0x8101,
        name: "Active Authentication",
        needs: &[0x010F],
        both: true,
    },
    KeyUse {
        reference: KeyReference::ChipAuthentication1,
        dgi: 0x8102,
        name: "Chip Authentication 1",
        needs: &[0x010E],
        both: false,
    },
    KeyUse {
        reference: KeyReference::ChipAuthenticationMapping,
        dgi: 0x8103,
        name: "PACE-CAM",
        needs: &[CARD_SECURITY],
        both: false,
    },
    KeyUse {
        reference: KeyReference::ChipAuthentication2,
        dgi: 0x8104,
        name: "Chip Authentication 2",
        needs: &[CARD_SECURITY, CVCA],
        both: false,
    },
];

impl KeyReference {
    /// The key of a reference byte.
    #[must_use]
    pub fn from_byte(byte: u8) -> Option<Self> {
        KEYS.iter().map(|key| key.reference).find(|reference| *reference as u8 == byte)
    }

    /// The DGI under which the public key counts as held.
    #[must_use]
    pub const fn dgi(self) -> u16 {
        0x8100 | self as u16
    }
}

/// A dedicated file of the identity application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Df {
    /// The master file.
    Master,
    /// The LDS application.
    Lds,
    /// The records application.
    Records,
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Always,
    /// Under secure messaging after PACE.
    Pace,
    /// Record by record, by the rights of a terminal (TA-07).
    Record,
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
    /// The DGI that holds its content, or its first record; none for a file that is only appended to.
    pub dgi: Option<u16>,
    /// Who may read it.
    pub access: Access,
}

const fn master(name: &'static str, fid: u16, sfi: u8, dgi: u16, access: Access) -> File {
    File { df: Df::Master, name, fid, sfi, dgi: Some(dgi), access }
}

const fn lds(name: &'static str, fid: u16, sfi: u8) -> File {
    File { df: Df::Lds, name, fid, sfi, dgi: Some(fid), access: Access::Pace }
}

const fn records(name: &'static str, fid: u16, sfi: u8, dgi: Option<u16>) -> File {
    File { df: Df::Records, name, fid, sfi, dgi, access: Access::Record }
}

/// All of them.
pub const FILES: [File; 21] = [
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
    records("EF.Certificates", 0x0200, 0x08, Some(0x0200)),
    records("EF.CitizenNumber", 0x0201, 0x01, Some(0x0201)),
    records("EF.PartyLife", 0x0202, 0x02, None),
    records("EF.Training", 0x0203, 0x03, None),
    records("EF.PoliticalTheory", 0x0204, 0x04, None),
    records("EF.Commendation", 0x0205, 0x05, None),
    records("EF.Rights", 0x0206, 0x06, None),
    records("EF.Transfer", 0x0207, 0x07, None),
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
    /// Finalised and suspended (LIFE-01).
    Locked = 0x8F,
}
