//! What kind of chip we write, and which one it is.

use chipwright_iso7816::Aid;
use std::fmt;

/// IC type (2) ‖ IC fabrication date (2) ‖ IC serial number (4) ‖ IC batch identifier (2): the 10 bytes that name a chip (CHIP-06).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChipIdentifier(pub [u8; 10]);

impl ChipIdentifier {
    /// Reads the 20 hexadecimal digits that [`Display`](fmt::Display) writes.
    #[must_use]
    pub fn from_digits(text: &str) -> Option<Self> {
        let mut bytes = [0; 10];
        if text.len() != 20 || !text.is_ascii() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(bytes))
    }
}

impl fmt::Display for ChipIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for ChipIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ChipIdentifier({self})")
    }
}

/// Which application takes the personalisation commands (`applet-spec`, section 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Path {
    /// The issuer security domain, after INSTALL [for personalization].
    #[default]
    IssuerDomain,
    /// The identity application itself, which answers INITIALIZE UPDATE.
    Application,
}

/// What has to be known about a kind of chip before it is written. Quirks are values here, not code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChipProfile {
    /// Issuer security domain.
    pub issuer_domain: Aid,
    /// Executable load file that holds the identity application.
    pub load_file: Aid,
    /// Module in that load file.
    pub module: Aid,
    /// The instance to be made.
    pub instance: Aid,
    /// Key version numbers under which blanks are delivered; the usual one first.
    pub transport_versions: Vec<u8>,
    /// Key version number of the issuer's own keys.
    pub issuer_version: u8,
    /// Key version numbers of earlier generations of the issuer's masters: chips that hold one are continued, changed and updated
    /// with it, and no blank is given it.
    pub former_versions: Vec<u8>,
    /// Where personalisation goes.
    pub path: Path,
    /// Most bytes in a command APDU with extended length (CHIP-03).
    pub command_limit: usize,
    /// Non-volatile bytes a blank must have free.
    pub free_memory: u32,
    /// Whether the chip's answers must be protected (R-MAC): key pairs made on the chip are believed only then (PERSO-21).
    pub protected_answers: bool,
}

impl Default for ChipProfile {
    fn default() -> Self {
        Self {
            issuer_domain: Aid::literal(&[0xA0, 0, 0, 1, 0x51, 0, 0, 0]),
            load_file: Aid::literal(&[0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x00]),
            module: Aid::literal(&[0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x00, 0x01]),
            instance: Aid::literal(&[0xF0, 0x43, 0x48, 0x49, 0x50, 0x57, 0x01]),
            transport_versions: vec![0x01],
            issuer_version: 0x11,
            former_versions: Vec::new(),
            path: Path::IssuerDomain,
            command_limit: 1033,
            free_memory: 14_336 + 8_192,
            protected_answers: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_read_as_it_is_written() {
        let chip = ChipIdentifier([0x12, 0xAB, 3, 4, 5, 6, 7, 8, 9, 0xFF]);
        assert_eq!(ChipIdentifier::from_digits(&chip.to_string()), Some(chip));
        assert_eq!(ChipIdentifier::from_digits("12AB"), None);
        assert_eq!(ChipIdentifier::from_digits("12AB03040506070809FG"), None);
    }
}
