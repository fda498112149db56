//! Instruction bytes.

use std::fmt;

/// An instruction byte; unknown values survive.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ins(pub u8);

macro_rules! ins {
    ($($name:ident = $value:literal, $text:literal, $source:literal;)*) => {
        impl Ins {
            $(#[doc = concat!($text, " (", $source, ").")] pub const $name: Self = Self($value);)*

            /// The command's name in its standard.
            #[must_use]
            pub const fn name(self) -> Option<&'static str> {
                match self.0 { $($value => Some($text),)* _ => None }
            }
        }
    };
}

ins! {
    MANAGE_SECURITY_ENVIRONMENT = 0x22, "MANAGE SECURITY ENVIRONMENT", "7816-4, 11.5.11";
    PERFORM_SECURITY_OPERATION = 0x2A, "PERFORM SECURITY OPERATION", "7816-8, 5.4";
    RESET_RETRY_COUNTER = 0x2C, "RESET RETRY COUNTER", "7816-4, 11.5.10";
    INITIALIZE_UPDATE = 0x50, "INITIALIZE UPDATE", "GP Amendment D, 7.1.1";
    EXTERNAL_AUTHENTICATE = 0x82, "EXTERNAL AUTHENTICATE", "GP Amendment D, 7.1.2";
    GET_CHALLENGE = 0x84, "GET CHALLENGE", "7816-4, 11.5.3";
    GENERAL_AUTHENTICATE = 0x86, "GENERAL AUTHENTICATE", "7816-4, 11.5.5";
    INTERNAL_AUTHENTICATE = 0x88, "INTERNAL AUTHENTICATE", "7816-4, 11.5.2";
    SELECT = 0xA4, "SELECT", "7816-4, 11.1.1";
    READ_BINARY = 0xB0, "READ BINARY", "7816-4, 11.2.3";
    READ_BINARY_ODD = 0xB1, "READ BINARY (odd)", "7816-4, 11.2.3";
    READ_RECORD = 0xB2, "READ RECORD", "7816-4, 11.3.3";
    GET_RESPONSE = 0xC0, "GET RESPONSE", "7816-4, 11.7.1";
    GET_DATA = 0xCA, "GET DATA", "GP 2.3.1, 11.3";
    PUT_KEY = 0xD8, "PUT KEY", "GP 2.3.1, 11.8";
    STORE_DATA = 0xE2, "STORE DATA", "GP 2.3.1, 11.11";
    DELETE = 0xE4, "DELETE", "GP 2.3.1, 11.2";
    INSTALL = 0xE6, "INSTALL", "GP 2.3.1, 11.5";
    LOAD = 0xE8, "LOAD", "GP 2.3.1, 11.6";
    SET_STATUS = 0xF0, "SET STATUS", "GP 2.3.1, 11.10";
    GET_STATUS = 0xF2, "GET STATUS", "GP 2.3.1, 11.4";
}

impl fmt::Debug for Ins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => write!(f, "INS {:02X}", self.0),
        }
    }
}
