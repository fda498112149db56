//! Chip Authentication, card side (ICAO Doc 9303-11, 6.2; BSI TR-03110-2, 3.4; TR-03110-3, A.4 and B.2): ECDH with the
//! chip's static key and an ephemeral key of the terminal.
//!
//! MSE:Set AT is read into a [`SetAt`]. [`terminal_key`] takes the terminal's key out of GENERAL AUTHENTICATE, [`agree`]
//! makes the [`SharedSecret`], and that the keys of either version.

use crate::aes_key::{AesKey, KeySize};
use crate::flaw::{Flaw, flawed};
use crate::pace::group::Group;
use crate::pace::key_derivation::{Purpose, derive_with_nonce};
use crate::pace::public_key_object;
use crate::secure_messaging::Session;
use chipwright_iso7816::tlv::{Reader, Tlv, TlvError, Writer};
use chipwright_iso7816::{StatusWord, Tag};
use p256::NistP256;
use zeroize::Zeroizing;

const DYNAMIC_AUTHENTICATION_DATA: Tag = Tag(0x7C);
const PROTOCOL: Tag = Tag(0x80);
const KEY_REFERENCE: Tag = Tag(0x84);
const TERMINAL_KEY: Tag = Tag(0x80);
const NONCE: Tag = Tag(0x81);
const TOKEN: Tag = Tag(0x82);

/// TR-03110-3, A.1.1.2: `id-CA-ECDH-AES-CBC-CMAC-128` and `-256`; the two that the card has (CA-01, TA-08).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// 0.4.0.127.0.7.2.2.3.2.2
    EcdhAes128,
    /// 0.4.0.127.0.7.2.2.3.2.4
    EcdhAes256,
}

impl Protocol {
    const ALL: [Self; 2] = [Self::EcdhAes128, Self::EcdhAes256];

    /// The content of the object identifier, without tag and length.
    pub(crate) const fn oid(self) -> [u8; 10] {
        let last = match self {
            Self::EcdhAes128 => 2,
            Self::EcdhAes256 => 4,
        };
        [0x04, 0x00, 0x7F, 0x00, 0x07, 0x02, 0x02, 0x03, 0x02, last]
    }

    pub(crate) fn from_oid(content: &[u8]) -> Option<Self> {
        Self::ALL.into_iter().find(|protocol| protocol.oid() == content)
    }

    const fn key_size(self) -> KeySize {
        match self {
            Self::EcdhAes128 => KeySize::Aes128,
            Self::EcdhAes256 => KeySize::Aes256,
        }
    }
}

/// MSE:Set AT for Chip Authentication (P1 P2 = `41 A4`, TR-03110-3, B.11.1): `80` protocol, `84` key reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SetAt {
    pub(crate) protocol: Protocol,
    /// As sent: whether there is such a key is for the caller.
    pub(crate) key_reference: u8,
}

impl SetAt {
    /// `80` and `84` in any order, each once; anything else is `6A80`, a protocol the card does not have too.
    pub(crate) fn parse(data: &[u8]) -> Result<Self, StatusWord> {
        let (mut protocol, mut key_reference) = (None, None);
        let mut reader = Reader::new(data);
        while let Some(object) = reader.next().map_err(|_| StatusWord::INCORRECT_DATA)? {
            let repeated = match object.tag {
                PROTOCOL => protocol.replace(Protocol::from_oid(object.value)).is_some(),
                KEY_REFERENCE => match *object.value {
                    [reference] => key_reference.replace(reference).is_some(),
                    _ => return Err(StatusWord::INCORRECT_DATA),
                },
                _ => return Err(StatusWord::INCORRECT_DATA),
            };
            if repeated {
                return Err(StatusWord::INCORRECT_DATA);
            }
        }
        Ok(Self {
            protocol: protocol.flatten().ok_or(StatusWord::INCORRECT_DATA)?,
            key_reference: key_reference.ok_or(StatusWord::INCORRECT_DATA)?,
        })
    }
}

/// Why GENERAL AUTHENTICATE is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ChipAuthenticationFailure {
    /// The data field is not `7C { 80 public key }`.
    #[error("the dynamic authentication data is malformed")]
    Malformed(#[from] TlvError),
    /// The terminal's key is no uncompressed point of the curve, or is the identity.
    #[error("the terminal's public key is not a point of the curve")]
    InvalidPoint,
    /// What is stored is no private key.
    #[error("the chip's key is not a private key")]
    NoKey,
}

impl ChipAuthenticationFailure {
    /// CA-02.
    pub(crate) const fn status(self) -> StatusWord {
        match self {
            Self::Malformed(_) | Self::InvalidPoint => StatusWord::INCORRECT_DATA,
            Self::NoKey => StatusWord::NO_PRECISE_DIAGNOSIS,
        }
    }
}

/// The terminal's ephemeral public key, as sent: `7C { 80 04 || x || y }`. Whether it is a point is for [`agree`].
pub(crate) fn terminal_key(data: &[u8]) -> Result<[u8; 65], ChipAuthenticationFailure> {
    let outer = Tlv::parse_expected(data, DYNAMIC_AUTHENTICATION_DATA)?;
    let mut reader = outer.children()?;
    let object = reader.expect(TERMINAL_KEY)?;
    reader.finish()?;
    object.value.try_into().map_err(|_| ChipAuthenticationFailure::InvalidPoint)
}

/// `K`: the x-coordinate of `SK_IC · PK_IFD` (TR-03110-3, A.4.1), on P-256.
pub(crate) fn agree(
    private: &[u8; 32],
    terminal_key: &[u8; 65],
) -> Result<SharedSecret, ChipAuthenticationFailure> {
    agree_over::<NistP256>(private, terminal_key)
}

/// [`agree`] on any curve.
pub(crate) fn agree_over<C: Group>(
    private: &[u8; 32],
    terminal_key: &[u8; 65],
) -> Result<SharedSecret, ChipAuthenticationFailure> {
    let point = match C::decode(terminal_key) {
        None if flawed(Flaw::ChipAuthenticationPointUnchecked) => C::generator(),
        point => point.ok_or(ChipAuthenticationFailure::InvalidPoint)?,
    };
    let key = C::private_key(private).ok_or(ChipAuthenticationFailure::NoKey)?;
    C::agree(&key, &point).map(SharedSecret).ok_or(ChipAuthenticationFailure::InvalidPoint)
}

/// K; wiped when dropped.
pub(crate) struct SharedSecret(Zeroizing<[u8; 32]>);

impl SharedSecret {
    /// Version 1: `KDF(K, c)`.
    pub(crate) fn keys(&self, protocol: Protocol) -> Keys {
        self.derive(protocol, &[])
    }

    /// Version 2: `KDF(K, r_PICC, c)`.
    pub(crate) fn keys_with_nonce(&self, protocol: Protocol, nonce: &[u8; 8]) -> Keys {
        self.derive(protocol, nonce)
    }

    fn derive(&self, protocol: Protocol, nonce: &[u8]) -> Keys {
        let key = |purpose| derive_with_nonce(protocol.key_size(), self.0.as_slice(), nonce, purpose);
        Keys { protocol, enc: key(Purpose::Encryption), mac: key(Purpose::Authentication) }
    }
}

/// The keys of the session that follows.
pub(crate) struct Keys {
    protocol: Protocol,
    enc: AesKey,
    mac: AesKey,
}

impl Keys {
    /// `T_PICC`: the first 8 bytes of the CMAC over the terminal's public key data object (TR-03110-3, A.4.2).
    fn token(&self, terminal_key: &[u8; 65]) -> [u8; 8] {
        let covered = public_key_object(&self.protocol.oid(), terminal_key);
        let [a, b, c, d, e, f, g, h, ..] = self.mac.cmac(&[&covered]);
        [a, b, c, d, e, f, g, h]
    }

    /// The answer of version 2: `7C { 81 r_PICC, 82 T_PICC }` (TR-03110-3, B.11.2).
    pub(crate) fn answer(&self, nonce: &[u8; 8], terminal_key: &[u8; 65]) -> Vec<u8> {
        let mut answer = Writer::new();
        answer.nest(DYNAMIC_AUTHENTICATION_DATA, |data| {
            data.put(NONCE, nonce).put(TOKEN, &self.token(terminal_key));
        });
        answer.into_bytes()
    }

    /// Secure messaging with them, SSC 0.
    pub(crate) fn into_session(self) -> Session {
        Session::new(self.enc, self.mac)
    }
}

#[cfg(test)]
mod tests;
