//! What a terminal may do (TA-06, TA-07).

use super::{Certificate, FileRights};
use crate::flaw::{Flaw, flawed};

/// The bitwise *and* of templates and extensions. It only ever narrows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights {
    bits: u64,
    files: FileRights,
}

/// `applet-spec/tables/rights.toml`.
const CAN_ALLOWED: u32 = 4;
const PIN_MANAGEMENT: u32 = 5;
const CERTIFICATES: u16 = 0x0200;
const READ: [(u32, u16); 7] =
    [(8, 0x0201), (9, 0x0202), (10, 0x0203), (11, 0x0204), (12, 0x0205), (13, 0x0206), (14, 0x0207)];
const APPEND: [(u32, u16); 6] =
    [(37, 0x0202), (36, 0x0203), (35, 0x0204), (34, 0x0205), (33, 0x0206), (33, 0x0207)];

impl Rights {
    /// None at all.
    pub const NONE: Self = Self { bits: 0, files: FileRights { read: 0, append: 0 } };

    /// What a template of an authentication terminal asks for.
    #[must_use]
    pub fn requested(template: [u8; 5]) -> Self {
        Self { bits: number(template), files: FileRights::ALL }
    }

    /// What this certificate leaves of them: nothing if it is not one of an authentication terminal.
    #[must_use]
    pub fn narrowed_by(self, certificate: &Certificate) -> Self {
        let Some(template) = certificate.template.authentication_terminal() else { return Self::NONE };
        let files = certificate.file_rights.filter(|_| !flawed(Flaw::ExtensionIgnored));
        let bits = if flawed(Flaw::RightsOfRequestOnly) { self.bits } else { self.bits & number(template) };
        Self { bits, files: self.files.narrowed_by(files.unwrap_or(FileRights::ALL)) }
    }

    /// *CAN allowed*.
    #[must_use]
    pub const fn can_is_allowed(self) -> bool {
        self.has(CAN_ALLOWED)
    }

    /// *PIN management*.
    #[must_use]
    pub const fn pin_management(self) -> bool {
        self.has(PIN_MANAGEMENT)
    }

    /// Whether records of this file may be read.
    #[must_use]
    pub fn may_read(self, file: u16) -> bool {
        self.allows(&READ, file) && names(self.files.read, file)
    }

    /// Whether records may be appended to this file.
    #[must_use]
    pub fn may_append(self, file: u16) -> bool {
        if file == 0x0201 && flawed(Flaw::CitizenNumberAppended) {
            return self.allows(&APPEND, CERTIFICATES);
        }
        self.allows(&APPEND, file) && names(self.files.append, file)
    }

    fn allows(self, table: &[(u32, u16)], file: u16) -> bool {
        table.iter().any(|(bit, of)| (*of == file || file == CERTIFICATES) && self.has(*bit))
    }

    const fn has(self, bit: u32) -> bool {
        self.bits >> bit & 1 == 1
    }
}

fn number(template: [u8; 5]) -> u64 {
    template.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte))
}

/// Bit *n* for the file 020*n*.
const fn names(files: u16, file: u16) -> bool {
    file >> 4 == 0x020 && files >> (file & 0x0F) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_right_has_its_bit() {
        for (bit, file) in READ {
            let rights = Rights { bits: 1 << bit, files: FileRights::ALL };
            for other in 0x0200..=0x0208 {
                assert_eq!(
                    rights.may_read(other),
                    other == file || other == 0x0200,
                    "{other:04X} by bit {bit}"
                );
                assert!(!rights.may_append(other));
            }
        }
        for bit in 0..40 {
            let rights = Rights { bits: 1 << bit, files: FileRights::ALL };
            assert!(!rights.may_append(0x0201), "nobody appends citizen numbers");
            assert_eq!((rights.can_is_allowed(), rights.pin_management()), (bit == 4, bit == 5));
            for (file, wanted) in
                [(0x0202, 37), (0x0203, 36), (0x0204, 35), (0x0205, 34), (0x0206, 33), (0x0207, 33)]
            {
                assert_eq!(rights.may_append(file), bit == wanted, "{file:04X} by bit {bit}");
            }
            assert_eq!(rights.may_append(0x0200), (33..=37).contains(&bit));
        }
        assert!(!Rights::NONE.may_read(0x0200));
    }

    #[test]
    fn the_extension_narrows() {
        let all = Rights::requested([0xFF; 5]);
        let narrow = |read, append| Rights { files: FileRights { read, append }, ..all };
        assert!(narrow(0x0004, 0).may_read(0x0202) && !narrow(0x0004, 0).may_read(0x0203));
        assert!(narrow(0, 0x0080).may_append(0x0207) && !narrow(0, 0x0080).may_append(0x0206));
        assert!(!narrow(0x00FE, 0).may_read(0x0200) && narrow(0x0001, 0).may_read(0x0200));
        assert!(!narrow(0, 0x0002).may_append(0x0201));
    }
}
