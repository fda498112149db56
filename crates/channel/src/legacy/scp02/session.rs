//! Protected commands (GP 2.3.1, E.4.4 to E.4.6).

use super::{Parameter, Scp02Error, SecurityLevel};
use crate::legacy::des3::{BLOCK, Key, pad};
use crate::opaque::opaque_debug;
use chipwright_iso7816::{Command, Response};

/// Session keys and the C-MAC of the last command.
pub(super) struct Channel {
    enc: Key,
    pub(super) mac: Key,
    last: Option<[u8; BLOCK]>,
    pub(super) parameter: Parameter,
    pub(super) level: SecurityLevel,
}

impl Channel {
    pub(super) const fn new(enc: Key, mac: Key, parameter: Parameter) -> Self {
        Self { enc, mac, last: None, parameter, level: SecurityLevel::Clear }
    }

    /// The ICV is zero at first, then the last C-MAC, encrypted under the first half of the key if *i* says so (E.3.4).
    pub(super) fn command_mac(&mut self, data: &[u8]) -> [u8; BLOCK] {
        let icv = match self.last {
            None => [0; BLOCK],
            Some(last) if self.parameter.encrypts_icv() => self.mac.encrypt_block_single(last),
            Some(last) => last,
        };
        let mac = self.mac.retail_mac(icv, data);
        self.last = Some(mac);
        mac
    }
}

/// An open session with no command under way.
pub struct Session(Box<Channel>);

/// A wrapped command was sent; its response must be taken before the next command.
pub struct AwaitResponse(Box<Channel>);

impl Session {
    pub(super) const fn new(channel: Box<Channel>) -> Self {
        Self(channel)
    }

    /// The level agreed in EXTERNAL AUTHENTICATE.
    #[must_use]
    pub const fn level(&self) -> SecurityLevel {
        self.0.level
    }

    /// The most plain data bytes one protected command carries: 255 at level 00, 247 with C-MAC, 239 with C-DECRYPTION.
    #[must_use]
    pub const fn max_plain_data(&self) -> usize {
        match self.0.level {
            SecurityLevel::Clear => 255,
            SecurityLevel::CMac => 255 - BLOCK,
            SecurityLevel::CDecryptionCMac => (255 - BLOCK) / BLOCK * BLOCK - 1,
        }
    }

    /// Protects a command at the session's level: the C-MAC is over the plain data, with the class and Lc as sent without encryption
    /// (C-MAC on the modified APDU); then the data is encrypted.
    ///
    /// # Errors
    /// [`Scp02Error::Class`], [`Scp02Error::TooLong`]. The session is gone then.
    pub fn wrap(mut self, command: &Command) -> Result<(AwaitResponse, Command), Scp02Error> {
        if self.0.level == SecurityLevel::Clear {
            return Ok((AwaitResponse(self.0), command.clone()));
        }
        if command.cla & 0x7F != 0 {
            return Err(Scp02Error::Class(command.cla));
        }
        let (length, most) = (command.data.len(), self.max_plain_data());
        if length > most || command.extended {
            return Err(Scp02Error::TooLong { length, most });
        }
        let [cla, ins, p1, p2] = command.header();
        #[allow(clippy::cast_possible_truncation)] // at most 255, as checked
        let header = [cla | 0x04, ins, p1, p2, (length + BLOCK) as u8];
        let mac = self.0.command_mac(&[&header[..], &command.data].concat());
        let mut data = command.data.clone();
        if self.0.level == SecurityLevel::CDecryptionCMac && !data.is_empty() {
            pad(&mut data);
            self.0.enc.cbc_encrypt(&mut data);
        }
        data.extend_from_slice(&mac);
        let mut wrapped = command.clone();
        wrapped.cla |= 0x04;
        wrapped.data = data;
        Ok((AwaitResponse(self.0), wrapped))
    }
}

impl AwaitResponse {
    /// The response as it came: SCP02 without R-MAC does not protect it.
    #[must_use]
    pub fn unwrap(self, response: Response) -> (Session, Response) {
        (Session(self.0), response)
    }
}

opaque_debug!(Session, AwaitResponse);
