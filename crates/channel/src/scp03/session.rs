//! Protected commands and responses (Amendment D, 6.2.4 to 6.2.7).

use super::{Mode, Parameter, Scp03Error, SecurityLevel};
use crate::aes_modes::{BLOCK, BlockKey, MacKey, mac_matches, pad, unpadded_length};
use chipwright_iso7816::{Command, Le, LengthMode, Response};
use std::fmt;

/// Session keys and what both sides count.
pub(super) struct Channel {
    enc: BlockKey,
    pub(super) mac: MacKey,
    rmac: MacKey,
    /// The MAC chaining value: the whole C-MAC of the last command.
    chaining: [u8; BLOCK],
    /// The encryption counter of the last command.
    counter: u128,
    pub(super) parameter: Parameter,
    pub(super) level: SecurityLevel,
}

impl Channel {
    pub(super) const fn new(enc: BlockKey, mac: MacKey, rmac: MacKey, parameter: Parameter) -> Self {
        Self { enc, mac, rmac, chaining: [0; BLOCK], counter: 0, parameter, level: SecurityLevel::CLEAR }
    }

    /// `C-MAC = CMAC(S-MAC, chaining value ‖ header ‖ Lc ‖ data)`; becomes the next chaining value.
    pub(super) fn command_mac(&mut self, parts: &[&[u8]; 2]) -> [u8; BLOCK] {
        self.chaining = self.mac.mac(&[&self.chaining, parts[0], parts[1]]);
        self.chaining
    }

    const fn mac_bytes(&self) -> usize {
        self.parameter.mode().bytes()
    }

    /// `ICV = AES(S-ENC, counter)`, with the first bit set for responses (Amendment D, 6.2.6 and 6.2.7).
    fn icv(&self, first: u8) -> [u8; BLOCK] {
        let mut block = self.counter.to_be_bytes();
        block[0] |= first;
        self.enc.encrypt_block(block)
    }
}

/// An open session with no command under way.
pub struct Session(Box<Channel>);

/// A wrapped command was sent; its response must be unwrapped before the next command.
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

    /// The card's parameter `i`.
    #[must_use]
    pub const fn parameter(&self) -> Parameter {
        self.0.parameter
    }

    /// The most plain data bytes one protected command carries: in a short APDU 255 at level 00; 247 with C-MAC (239 in S16
    /// mode); 239 with C-DECRYPTION (223 in S16 mode).
    #[must_use]
    pub const fn max_plain_data(&self, lengths: LengthMode) -> usize {
        max_plain_data(self.0.level, self.0.parameter.mode(), lengths)
    }

    /// The most plain data bytes one protected short response carries: 256 without R-MAC, else 248 (240 in S16 mode), and 239
    /// with R-ENCRYPTION (239 in S16 mode too, the padding taking the difference).
    #[must_use]
    pub const fn max_plain_response(&self) -> usize {
        let level = self.0.level;
        if !level.has_r_mac() {
            return 256;
        }
        let most = 256 - self.0.mac_bytes();
        if level.has_r_encryption() { most / BLOCK * BLOCK - 1 } else { most }
    }

    /// Protects a command at the session's level. Le stays as it is, outside the MAC: with R-MAC ask for [`Le::Max`], since the
    /// protected response is longer than the plain one.
    ///
    /// # Errors
    /// [`Scp03Error::Class`] for a class byte that cannot be protected, [`Scp03Error::TooLong`] for more data than fits. The
    /// session is gone then.
    pub fn wrap(mut self, command: &Command) -> Result<(AwaitResponse, Command), Scp03Error> {
        let level = self.0.level;
        if !level.has_c_mac() {
            return Ok((AwaitResponse(self.0), command.clone()));
        }
        if command.cla & 0x5C != 0 {
            return Err(Scp03Error::Class(command.cla));
        }
        let most = self.max_plain_data(LengthMode::Extended);
        if command.data.len() > most {
            return Err(Scp03Error::TooLong { length: command.data.len(), most });
        }
        let channel = &mut *self.0;
        let mut data = Vec::with_capacity(command.data.len() + 2 * BLOCK);
        data.extend_from_slice(&command.data);
        if level.has_c_decryption() {
            channel.counter = channel.counter.wrapping_add(1);
            if !data.is_empty() {
                pad(&mut data);
                channel.enc.cbc_encrypt(&channel.icv(0x00), &mut data);
            }
        }
        let mac_bytes = channel.mac_bytes();
        let lc = data.len() + mac_bytes;
        let extended = command.extended || lc > 255 || matches!(command.le, Some(Le::Exact(ne)) if ne > 256);
        let cla = command.cla | 0x04;
        // The MAC is computed as if on the basic logical channel (GP 2.3.1, E.4.4; Amendment D, 6.2.4).
        let [lc_high, lc_low] = [(lc >> 8) as u8, lc as u8];
        let header = [
            cla & !0x03,
            command.ins.0,
            command.p1,
            command.p2,
            if extended { 0 } else { lc_low },
            lc_high,
            lc_low,
        ];
        let mac = channel.command_mac(&[&header[..if extended { 7 } else { 5 }], &data]);
        data.extend_from_slice(&mac[..mac_bytes]);

        let mut wrapped = Command::new(cla, command.ins, command.p1, command.p2).with_data(data);
        wrapped.le = command.le;
        wrapped.extended = extended;
        if command.is_sensitive() {
            wrapped = wrapped.sensitive();
        }
        Ok((AwaitResponse(self.0), wrapped))
    }
}

impl AwaitResponse {
    /// Checks and opens a response. Statuses other than `9000`, `62XX` and `63XX` carry no MAC (Amendment D, 6.2.5); they
    /// are passed on, and the session stays open.
    ///
    /// # Errors
    /// [`Scp03Error::ResponseMacMissing`], [`ResponseMac`](Scp03Error::ResponseMac), [`ResponseData`](Scp03Error::ResponseData) or
    /// [`UnprotectedData`](Scp03Error::UnprotectedData). The session is gone then.
    pub fn unwrap(mut self, response: Response) -> Result<(Session, Response), Scp03Error> {
        let level = self.0.level;
        if !level.has_r_mac() {
            return Ok((Session(self.0), response));
        }
        let status = response.status;
        if !status.is_success() && !status.is_warning() {
            if !response.data.is_empty() {
                return Err(Scp03Error::UnprotectedData(status));
            }
            return Ok((Session(self.0), response));
        }
        let channel = &mut *self.0;
        let mut data = response.data;
        let Some(body) = data.len().checked_sub(channel.mac_bytes()) else {
            return Err(Scp03Error::ResponseMacMissing);
        };
        // R-MAC = CMAC(S-RMAC, chaining value ‖ data ‖ SW1 SW2)
        let mac = channel.rmac.mac(&[&channel.chaining, &data[..body], &status.to_bytes()]);
        if !mac_matches(&mac, &data[body..]) {
            return Err(Scp03Error::ResponseMac);
        }
        data.truncate(body);
        if level.has_r_encryption() && !data.is_empty() {
            if !data.len().is_multiple_of(BLOCK) {
                return Err(Scp03Error::ResponseData);
            }
            channel.enc.cbc_decrypt(&channel.icv(0x80), &mut data);
            let plain = unpadded_length(&data).ok_or(Scp03Error::ResponseData)?;
            data.truncate(plain);
        }
        Ok((Session(self.0), Response { data, status }))
    }
}

const fn max_plain_data(level: SecurityLevel, mode: Mode, lengths: LengthMode) -> usize {
    let most = match lengths {
        LengthMode::Short => 255,
        LengthMode::Extended => 0xFFFF,
    };
    if !level.has_c_mac() {
        return most;
    }
    let most = most - mode.bytes();
    if level.has_c_decryption() { most / BLOCK * BLOCK - 1 } else { most }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session({:?}, {:?})", self.0.level, self.0.parameter)
    }
}

impl fmt::Debug for AwaitResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwaitResponse({:?}, {:?})", self.0.level, self.0.parameter)
    }
}
