//! Secure messaging, card side, with AES (ICAO Doc 9303-11, 9.8; ISO/IEC 7816-4, 10).

mod command;
mod response;

use crate::aes_key::AesKey;
use crate::flaw::{Flaw, flawed};
use chipwright_iso7816::{Command, Le, Response, StatusWord, Tag};
use std::fmt;

/// Padding-content indicator followed by a cryptogram.
const CRYPTOGRAM_WITH_INDICATOR: Tag = Tag(0x87);
/// Cryptogram whose plain value is BER-TLV; no indicator.
const CRYPTOGRAM_OF_TLV: Tag = Tag(0x85);
/// Protected Le.
const LE: Tag = Tag(0x97);
/// Processing status.
const STATUS: Tag = Tag(0x99);
/// Cryptographic checksum.
const CHECKSUM: Tag = Tag(0x8E);
/// A checksum has 8 bytes (9303-11, 9.8.7.2).
const CHECKSUM_LENGTH: usize = 8;

/// A secure messaging session: KSenc, KSmac and the send sequence counter.
///
/// Any failure closes it: the keys are wiped, and nothing is protected or accepted any more (9303-11, 9.8.3).
pub struct Session(Option<Live>);

struct Live {
    enc: AesKey,
    mac: AesKey,
    ssc: u128,
}

/// Why a command is not accepted. The session is closed by then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SmFailure {
    /// The command is not protected at all.
    #[error("the command is not protected by secure messaging")]
    NotProtected,
    /// The class announces a form of secure messaging without an authenticated header.
    #[error("this form of secure messaging is not supported")]
    UnsupportedForm,
    /// A data object that must be there is not.
    #[error("secure messaging data object {0} is missing")]
    Missing(Tag),
    /// Data objects that are malformed, unknown, out of order, or do not verify.
    #[error("secure messaging data objects are incorrect")]
    Incorrect,
    /// The session was closed before.
    #[error("the secure messaging session is closed")]
    Closed,
}

impl SmFailure {
    /// What the card answers, unprotected: `6987` missing, `6988` incorrect (9303-11, 9.8), `6882` for a form of
    /// secure messaging it does not have.
    #[must_use]
    pub const fn status(self) -> StatusWord {
        match self {
            Self::NotProtected | Self::Missing(_) => StatusWord::SM_OBJECTS_MISSING,
            Self::UnsupportedForm => StatusWord::SECURE_MESSAGING_NOT_SUPPORTED,
            Self::Incorrect | Self::Closed => StatusWord::SM_OBJECTS_INCORRECT,
        }
    }
}

/// Session keys that are not two AES keys of one length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("session keys of {enc} and {mac} bytes are not two AES keys of one length")]
pub struct SessionKeyLength {
    /// Length of KSenc.
    pub enc: usize,
    /// Length of KSmac.
    pub mac: usize,
}

impl Session {
    /// With these keys and SSC = 0 (9303-11, 9.8.7.3: the value after PACE).
    pub(crate) const fn new(enc: AesKey, mac: AesKey) -> Self {
        Self(Some(Live { enc, mac, ssc: 0 }))
    }

    /// From the bytes of KSenc and KSmac, the send sequence counter starting at `ssc`.
    ///
    /// # Errors
    /// [`SessionKeyLength`].
    pub fn from_keys(enc: &[u8], mac: &[u8], ssc: u128) -> Result<Self, SessionKeyLength> {
        match (AesKey::new(enc), AesKey::new(mac)) {
            (Some(enc), Some(mac)) if enc.size() == mac.size() => Ok(Self(Some(Live { enc, mac, ssc }))),
            _ => Err(SessionKeyLength { enc: enc.len(), mac: mac.len() }),
        }
    }

    /// Whether no failure has closed the session.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Whether a command's class announces secure messaging of any form (7816-4, 5.4.1).
    #[must_use]
    pub const fn is_announced_by(command: &Command) -> bool {
        command.cla & 0x80 == 0
            && if command.cla & 0x40 == 0 { command.cla & 0x0C != 0 } else { command.cla & 0x20 != 0 }
    }

    /// `CLA || INS || P1 || P2 || Lc || [87 or 85] [97] 8E || Le` to the plain command (9303-11, 9.8.4).
    ///
    /// The objects stand in this order, each at most once; 85 with an odd INS, 87 with an even one. The class loses its
    /// secure messaging bits and keeps the chaining bit. Le is the value of 97, `00` meaning 256 and `0000` 65,536;
    /// `extended` tells which was used. The command is marked sensitive. SSC is incremented before the checksum is
    /// verified.
    ///
    /// # Errors
    /// [`SmFailure`], and the session is closed.
    pub fn unwrap(&mut self, command: &Command) -> Result<Command, SmFailure> {
        let mut session = self.0.take().ok_or(SmFailure::Closed)?;
        let plain = session.unwrap(command);
        if plain.is_ok() || flawed(Flaw::WrongMessagingKeepsSession) {
            self.0 = Some(session);
        }
        plain
    }

    /// `[87 or 85] 99 8E, SW` (9303-11, 9.8.4), 85 when `original` has an odd INS.
    ///
    /// Every status is protected, errors too: 99 holds it, and SW1 SW2 repeat it. SSC is incremented first. A closed
    /// session protects nothing: the answer is then the status alone, or `6988` in place of any success.
    #[must_use]
    pub fn wrap(&mut self, plain: Response, original: &Command) -> Response {
        match &mut self.0 {
            Some(session) => session.wrap(plain, original.ins.0 & 1 == 1),
            None if plain.status.is_success() || plain.status.is_warning() => {
                Response::status(StatusWord::SM_OBJECTS_INCORRECT)
            }
            None => Response::status(plain.status),
        }
    }

    /// How many plain bytes fit both `le`, the Le of the plain command, and a protected response data field of
    /// `response_limit` bytes.
    ///
    /// `response_limit` is Ne of the protected command ([`Session::response_limit`]) or less if the card's buffer is
    /// smaller. 256 leave 223, for odd INS too; the result is 0 when not even one byte fits.
    #[must_use]
    pub fn largest_plain(&self, le: Option<Le>, odd_ins: bool, response_limit: usize) -> usize {
        let wanted = match le {
            None => 0,
            Some(Le::Exact(ne)) => ne as usize,
            Some(Le::Max) => usize::MAX,
        };
        response::largest_plain(odd_ins, response_limit).min(wanted)
    }

    /// Ne of a protected command: the most bytes its response data field may have. A protected command without Le, which
    /// 9303-11 does not have, counts as one with the largest.
    #[must_use]
    pub fn response_limit(protected: &Command) -> usize {
        match protected.le {
            Some(Le::Exact(ne)) => ne as usize,
            _ if protected.extended || protected.data.len() > 255 => 0x1_0000,
            _ => 256,
        }
    }
}

impl Live {
    /// `SSC := SSC + 1` (9303-11, 9.8.7.3): before a command is verified and before a response is made.
    const fn count(&mut self) {
        self.ssc = self.ssc.wrapping_add(1);
    }

    /// `E(KSenc, SSC)`: the IV of every cryptogram (9303-11, 9.8.7.1).
    fn iv(&self) -> [u8; 16] {
        if flawed(Flaw::MessagingIvConstant) {
            return [0; 16];
        }
        self.enc.encrypt_block(self.ssc.to_be_bytes())
    }

    /// The first 8 bytes of `CMAC(KSmac, SSC || message)` (9303-11, 9.8.7.2); `message` is padded already.
    fn checksum(&self, message: &[u8]) -> [u8; CHECKSUM_LENGTH] {
        let [a, b, c, d, e, f, g, h, ..] = self.mac.cmac(&[&self.ssc.to_be_bytes(), message]);
        [a, b, c, d, e, f, g, h]
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({}, redacted)", if self.is_open() { "open" } else { "closed" })
    }
}

#[cfg(test)]
mod tests;
