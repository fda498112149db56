//! `tables/files.toml`.

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
pub const FILES: [File; 22] = [
    master("EF.DIR", 0x2F00, 0x1E, 0x2F00, Access::Always),
    master("EF.ATR/INFO", 0x2F01, 0x01, 0x2F01, Access::Always),
    master("EF.CardAccess", 0x011C, 0x1C, 0x2F1C, Access::Always),
    master("EF.CardSecurity", 0x011D, 0x1D, 0x2F1D, Access::Pace),
    lds("EF.COM", 0x011E, 0x1E),
    lds("EF.SOD", 0x011D, 0x1D),
    lds("EF.SOD-PQ", 0x0119, 0x19),
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
