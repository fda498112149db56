//! Status words (ISO/IEC 7816-4, 5.6): lossless, named where the standard names them, explained in plain language.

use std::fmt;

/// SW1 and SW2 of a response. Every value survives a round trip, known or not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StatusWord(pub u16);

macro_rules! named {
    ($($name:ident = $value:literal, $text:literal;)*) => {
        impl StatusWord {
            $(#[doc = $text] pub const $name: Self = Self($value);)*

            /// The values that have a name, with it.
            pub const NAMED: &'static [(Self, &'static str)] = &[$((Self($value), stringify!($name))),*];

            const fn exact(self) -> Option<&'static str> {
                match self.0 { $($value => Some($text),)* _ => None }
            }
        }
    };
}

named! {
    OK = 0x9000, "Done.";
    DATA_MAY_BE_CORRUPTED = 0x6281, "Part of the returned data may be corrupted.";
    END_OF_FILE = 0x6282, "The end of the file was reached before the requested length.";
    FILE_DEACTIVATED = 0x6283, "The selected file or application is deactivated.";
    TERMINATED = 0x6285, "The selected file or application is terminated.";
    AUTHENTICATION_FAILED = 0x6300, "Authentication failed.";
    MORE_DATA_AVAILABLE = 0x6310, "More data is available; ask again.";
    MEMORY_FAILURE = 0x6581, "The chip could not write its memory.";
    WRONG_LENGTH = 0x6700, "The length of the command is wrong.";
    LOGICAL_CHANNEL_NOT_SUPPORTED = 0x6881, "The card has no such logical channel.";
    SECURE_MESSAGING_NOT_SUPPORTED = 0x6882, "The card does not support secure messaging here.";
    LAST_COMMAND_EXPECTED = 0x6883, "The card expected the last command of a chain.";
    CHAINING_NOT_SUPPORTED = 0x6884, "The card does not support command chaining here.";
    INCOMPATIBLE_FILE = 0x6981, "The command does not fit the structure of the file.";
    SECURITY_STATUS_NOT_SATISFIED = 0x6982, "The card refuses: access has not been granted.";
    BLOCKED = 0x6983, "The authentication method is blocked.";
    REFERENCE_DATA_NOT_USABLE = 0x6984, "The reference data cannot be used (suspended or deactivated).";
    CONDITIONS_NOT_SATISFIED = 0x6985, "The card is not in a state that allows this command.";
    COMMAND_NOT_ALLOWED = 0x6986, "The command is not allowed: no file is selected.";
    SM_OBJECTS_MISSING = 0x6987, "Secure messaging objects are missing.";
    SM_OBJECTS_INCORRECT = 0x6988, "Secure messaging objects are incorrect; the session is closed.";
    APPLET_SELECT_FAILED = 0x6999, "The application refused to be selected.";
    INCORRECT_DATA = 0x6A80, "The data of the command is incorrect.";
    FUNCTION_NOT_SUPPORTED = 0x6A81, "The card does not support this function.";
    FILE_NOT_FOUND = 0x6A82, "The file or application was not found.";
    RECORD_NOT_FOUND = 0x6A83, "The record was not found.";
    NOT_ENOUGH_MEMORY = 0x6A84, "The chip has not enough memory left.";
    NC_INCONSISTENT_WITH_TLV = 0x6A85, "The length of the command does not fit its structure.";
    INCORRECT_P1_P2 = 0x6A86, "The parameters P1 and P2 are incorrect.";
    NC_INCONSISTENT_WITH_P1_P2 = 0x6A87, "The length of the command does not fit P1 and P2.";
    REFERENCED_DATA_NOT_FOUND = 0x6A88, "The referenced data, key or password was not found.";
    FILE_EXISTS = 0x6A89, "It exists already.";
    OFFSET_OUTSIDE_FILE = 0x6B00, "The offset lies outside the file.";
    INS_NOT_SUPPORTED = 0x6D00, "The card does not know this instruction.";
    CLA_NOT_SUPPORTED = 0x6E00, "The card does not know this class.";
    NO_PRECISE_DIAGNOSIS = 0x6F00, "The card reports an internal error.";
}

impl StatusWord {
    /// From SW1 and SW2.
    #[must_use]
    pub const fn from_bytes(sw1: u8, sw2: u8) -> Self {
        Self((sw1 as u16) << 8 | sw2 as u16)
    }

    /// SW1.
    #[must_use]
    pub const fn sw1(self) -> u8 {
        (self.0 >> 8) as u8
    }

    /// SW2.
    #[must_use]
    pub const fn sw2(self) -> u8 {
        self.0 as u8
    }

    /// SW1 and SW2 as sent.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// `9000`, and nothing else.
    #[must_use]
    pub const fn is_success(self) -> bool {
        self.0 == 0x9000
    }

    /// `62XX` or `63XX`: the command was carried out, with a remark (7816-4, 5.6).
    #[must_use]
    pub const fn is_warning(self) -> bool {
        matches!(self.sw1(), 0x62 | 0x63)
    }

    /// `61XX`: that many bytes (00 means 256) wait for GET RESPONSE.
    #[must_use]
    pub const fn bytes_waiting(self) -> Option<usize> {
        if self.sw1() == 0x61 { Some(le_count(self.sw2())) } else { None }
    }

    /// `6CXX`: the command must be repeated with this Le (00 means 256).
    #[must_use]
    pub const fn exact_le(self) -> Option<usize> {
        if self.sw1() == 0x6C { Some(le_count(self.sw2())) } else { None }
    }

    /// `63CX`: that many tries are left.
    #[must_use]
    pub const fn tries_left(self) -> Option<u8> {
        if self.0 & 0xFFF0 == 0x63C0 { Some(self.sw2() & 0x0F) } else { None }
    }

    /// What the status means, as one plain sentence.
    #[must_use]
    pub fn meaning(self) -> String {
        if let Some(text) = self.exact() {
            return text.to_owned();
        }
        if let Some(left) = self.tries_left() {
            return format!("Authentication failed; {left} tries left.");
        }
        match self.sw1() {
            0x61 => format!("{} more bytes wait on the card.", le_count(self.sw2())),
            0x6C => format!("Wrong expected length; the card has {} bytes.", le_count(self.sw2())),
            0x62 => "A warning; the chip's memory is unchanged.".to_owned(),
            0x63 => "A warning; the chip's memory has changed.".to_owned(),
            0x64 => "Execution failed; the chip's memory is unchanged.".to_owned(),
            0x65 => "Execution failed; the chip's memory has changed.".to_owned(),
            0x66 => "A security-related error.".to_owned(),
            0x68 => "A function of the class byte is not supported.".to_owned(),
            0x69 => "The command is not allowed.".to_owned(),
            0x6A => "The parameters of the command are wrong.".to_owned(),
            0x90..=0x9F => "A status defined by the application.".to_owned(),
            _ => "A status that ISO/IEC 7816-4 does not define.".to_owned(),
        }
    }
}

const fn le_count(byte: u8) -> usize {
    if byte == 0 { 256 } else { byte as usize }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusWord({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_survives_and_is_explained() {
        for value in 0..=u16::MAX {
            let sw = StatusWord(value);
            assert_eq!(StatusWord::from_bytes(sw.sw1(), sw.sw2()), sw);
            assert!(sw.meaning().ends_with('.'));
        }
    }

    #[test]
    fn counts_in_sw2() {
        assert_eq!(StatusWord(0x6100).bytes_waiting(), Some(256));
        assert_eq!(StatusWord(0x6C10).exact_le(), Some(16));
        assert_eq!(StatusWord(0x63C2).tries_left(), Some(2));
        assert_eq!(StatusWord(0x6300).tries_left(), None);
        assert!(StatusWord(0x6282).is_warning() && !StatusWord(0x6982).is_warning());
    }
}
