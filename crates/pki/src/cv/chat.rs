//! Certificate holder authorization templates (TR-03110-3, C.1.5): the kind of terminal, its role, its rights.

use std::fmt;

use chipwright_iso7816::tlv::{Tlv, Writer};

use super::rights::Rights;
use super::{CHAT, CvError, DISCRETIONARY, OID};
use crate::oid::{self, Oid};

/// The two highest bits of every authorization.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// 11: the root of the hierarchy.
    Cvca,
    /// 10: a document verifier of the country's own.
    DomesticDv,
    /// 01: a document verifier of another country, or of non-official bodies.
    ForeignDv,
    /// 00: a terminal.
    Terminal,
}

impl Role {
    const fn from_bits(first: u8) -> Self {
        match first >> 6 {
            3 => Self::Cvca,
            2 => Self::DomesticDv,
            1 => Self::ForeignDv,
            _ => Self::Terminal,
        }
    }

    /// As bits 39 and 38 of an authorization for authentication terminals.
    pub(super) const fn bits(self) -> u64 {
        let role: u64 = match self {
            Self::Cvca => 3,
            Self::DomesticDv => 2,
            Self::ForeignDv => 1,
            Self::Terminal => 0,
        };
        role << 38
    }

    /// Whether a certificate of this role may be signed by one of the role `issuer`.
    #[must_use]
    pub const fn may_follow(self, issuer: Self) -> bool {
        matches!(
            (issuer, self),
            (Self::Cvca, Self::Cvca | Self::DomesticDv | Self::ForeignDv)
                | (Self::DomesticDv | Self::ForeignDv, Self::Terminal)
        )
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cvca => "CVCA",
            Self::DomesticDv => "DV",
            Self::ForeignDv => "foreign DV",
            Self::Terminal => "terminal",
        })
    }
}

/// The content of `7F4C`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Chat {
    terminal_type: Oid,
    bits: Box<[u8]>,
}

impl Chat {
    /// Of an authentication terminal (id-AT) or an authority over such.
    #[must_use]
    pub fn authentication(role: Role, rights: Rights) -> Self {
        let bits = (role.bits() | rights.bits()).to_be_bytes();
        Self { terminal_type: oid::AUTHENTICATION_TERMINAL, bits: bits[3..].into() }
    }

    /// The kind of terminal.
    #[must_use]
    pub const fn terminal_type(&self) -> Oid {
        self.terminal_type
    }

    /// The authorization: role and rights as they stand in the certificate.
    #[must_use]
    pub fn bits(&self) -> &[u8] {
        &self.bits
    }

    /// The five bytes of an authorization for authentication terminals; none for another kind.
    #[must_use]
    pub fn authentication_bits(&self) -> Option<[u8; 5]> {
        let bits = self.bits.as_ref().try_into().ok()?;
        (self.terminal_type == oid::AUTHENTICATION_TERMINAL).then_some(bits)
    }

    /// The role.
    #[must_use]
    pub fn role(&self) -> Role {
        Role::from_bits(self.bits.first().copied().unwrap_or(0))
    }

    /// The rights of an authentication terminal; none for another kind.
    #[must_use]
    pub fn rights(&self) -> Option<Rights> {
        self.authentication_bits().map(Rights::from_template)
    }

    /// `7F4C { 06, 53 }` as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::new();
        self.write(&mut out);
        out.into_bytes()
    }

    pub(super) fn read(object: &Tlv<'_>) -> Result<Self, CvError> {
        let mut parts = object.children()?;
        let identifier = parts.expect(OID)?;
        let terminal_type = Oid::from_bytes(identifier.value).map_err(|_| identifier.invalid())?;
        let bits: Box<[u8]> = parts.expect(DISCRETIONARY)?.value.into();
        parts.finish()?;
        let wanted = match terminal_type {
            oid::AUTHENTICATION_TERMINAL => 5,
            oid::INSPECTION_SYSTEM | oid::SIGNATURE_TERMINAL => 1,
            _ => bits.len().max(1),
        };
        if bits.len() != wanted {
            return Err(CvError::Refused("an authorization is as long as its kind of terminal demands"));
        }
        Ok(Self { terminal_type, bits })
    }

    pub(super) fn write(&self, out: &mut Writer) {
        out.nest(CHAT, |chat| {
            chat.put(OID, self.terminal_type.as_bytes()).put(DISCRETIONARY, &self.bits);
        });
    }
}

impl fmt::Debug for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chat({}, {}, {:02X?})", self.terminal_type, self.role(), self.bits)
    }
}
