//! What PACE leaves behind.

use super::ChipAuthenticationData;
use crate::sm::Session;

/// The certificate holder authorization template of MSE:Set AT: what a terminal asks for (TR-03110-3, B.11.1 and C.1.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chat {
    /// The content octets of the terminal type's object identifier.
    pub oid: [u8; 9],
    /// Role and rights, most significant bit first.
    pub bits: [u8; 5],
}

impl Chat {
    /// `id-AT`, authentication terminals: 0.4.0.127.0.7.3.1.2.2.
    pub const ID_AT: [u8; 9] = [0x04, 0x00, 0x7F, 0x00, 0x07, 0x03, 0x01, 0x02, 0x02];

    /// Of an authentication terminal.
    #[must_use]
    pub const fn authentication_terminal(bits: [u8; 5]) -> Self {
        Self { oid: Self::ID_AT, bits }
    }
}

/// `ID.PICC`: the card's ephemeral public key of PACE, compressed to its x coordinate (TR-03110-3, A.2.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EphemeralKeyOfCard(pub(super) [u8; 32]);

impl EphemeralKeyOfCard {
    #[cfg(test)]
    pub(crate) const fn new(x: [u8; 32]) -> Self {
        Self(x)
    }

    /// The x coordinate.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// PACE has succeeded.
#[derive(Debug)]
pub struct Established {
    /// Secure messaging under the new keys.
    pub session: Session,
    /// What Terminal Authentication binds itself to.
    pub card_key: EphemeralKeyOfCard,
    /// With Chip Authentication Mapping: the chip's proof, to be checked against signed data.
    pub chip_data: Option<ChipAuthenticationData>,
    /// With a [`Chat`]: the reference of the trust point that certificates are to begin under.
    pub car: Option<Vec<u8>>,
    /// With a [`Chat`]: the reference of the trust point before.
    pub previous_car: Option<Vec<u8>>,
}
