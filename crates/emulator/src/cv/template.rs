//! The certificate holder authorization template.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::{Tlv, TlvError};

const OBJECT_IDENTIFIER: Tag = Tag(0x06);
const DISCRETIONARY_DATA: Tag = Tag(0x53);

/// `7F4C { 06 terminal type, 53 role and rights }` (TR-03110-3, C.1.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    /// Content of the object identifier of the terminal type.
    pub terminal_type: Vec<u8>,
    /// Role (the two most significant bits) and rights.
    pub bits: Vec<u8>,
}

/// The two most significant bits of the template (TR-03110-3, C.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// Root of a certificate hierarchy.
    Cvca,
    /// Document verifier of the card's own country: its terminals may raise the card's date.
    DomesticVerifier,
    /// Document verifier of another country.
    ForeignVerifier,
    /// Terminal.
    Terminal,
}

impl Template {
    /// `id-AT` 0.4.0.127.0.7.3.1.2.2.
    pub const AUTHENTICATION_TERMINAL: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x02, 0x02];

    /// Reads the value of `7F4C`.
    ///
    /// # Errors
    /// [`TlvError`].
    pub fn read(object: &Tlv<'_>) -> Result<Self, TlvError> {
        let mut reader = object.children()?;
        let terminal_type = reader.expect(OBJECT_IDENTIFIER)?;
        let bits = reader.expect(DISCRETIONARY_DATA)?;
        reader.finish()?;
        if terminal_type.value.is_empty() || bits.value.is_empty() {
            return Err(object.invalid());
        }
        Ok(Self { terminal_type: terminal_type.value.to_vec(), bits: bits.value.to_vec() })
    }

    /// What the bits say of the holder.
    #[must_use]
    pub fn role(&self) -> Role {
        match self.bits.first().map_or(0, |byte| byte >> 6) {
            3 => Role::Cvca,
            2 => Role::DomesticVerifier,
            1 => Role::ForeignVerifier,
            _ => Role::Terminal,
        }
    }

    /// The 40 bits of an authentication terminal, most significant byte first; none for another terminal type.
    #[must_use]
    pub fn authentication_terminal(&self) -> Option<[u8; 5]> {
        if self.terminal_type != Self::AUTHENTICATION_TERMINAL {
            return None;
        }
        self.bits.as_slice().try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<Template, TlvError> {
        let bytes = hex::decode(value).unwrap();
        Template::read(&Tlv::parse_expected(&bytes, Tag(0x7F4C)).unwrap())
    }

    #[test]
    fn types_and_roles() {
        let template = read("7f4c12060904007f0007030102025305fe0f01ffff").unwrap();
        assert_eq!(template.authentication_terminal(), Some([0xFE, 0x0F, 0x01, 0xFF, 0xFF]));
        assert_eq!(template.role(), Role::Cvca);
        let inspection = read("7f4c0e060904007f000703010201530141").unwrap();
        assert_eq!((inspection.authentication_terminal(), inspection.role()), (None, Role::ForeignVerifier));
        assert_eq!(read("7f4c0e060904007f000703010202530100").unwrap().authentication_terminal(), None);
        for bad in ["7f4c00", "7f4c0b060904007f000703010202", "7f4c0f060904007f00070301020253014100"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
