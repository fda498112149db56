//! `tables/dgi.toml`.

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
pub const DGIS: [Dgi; 30] = [
    file(0x2F00, "EF.DIR", 256, true),
    file(0x2F01, "EF.ATR/INFO", 256, true),
    file(0x2F1C, "EF.CardAccess", 512, true),
    file(CARD_SECURITY, "EF.CardSecurity", 3072, false).may_be_updated(),
    file(0x011E, "EF.COM", 64, true).may_be_updated(),
    file(0x011D, "EF.SOD", 4096, true).may_be_updated(),
    file(0x0119, "EF.SOD-PQ", 4096, false).may_be_updated(),
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
