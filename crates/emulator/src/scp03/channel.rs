//! The open channel: C-MAC, C-DECRYPTION, R-MAC, R-ENCRYPTION.

use super::derivation::SessionKeys;
use super::{Parameter, SecurityLevel};
use crate::aes_key::AesKey;
use crate::flaw::{Flaw, flawed};
use crate::iso9797;
use chipwright_iso7816::{Command, Response, StatusWord};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// A secure channel session after EXTERNAL AUTHENTICATE.
///
/// A command whose protection is wrong or missing aborts the session (GP 2.3.1, 10.2.3): the keys are wiped and every
/// later command is refused with `6982`.
pub struct Channel {
    session: Option<Live>,
    parameter: Parameter,
    level: SecurityLevel,
}

struct Live {
    keys: SessionKeys,
    /// The MAC chaining value: the last C-MAC in full.
    mac_chain: [u8; 16],
    /// The encryption counter of the command in hand; the first command has 1.
    counter: u128,
}

impl Channel {
    pub(super) const fn new(
        keys: SessionKeys,
        mac_chain: [u8; 16],
        parameter: Parameter,
        level: SecurityLevel,
    ) -> Self {
        Self { session: Some(Live { keys, mac_chain, counter: 0 }), parameter, level }
    }

    /// The session security level that EXTERNAL AUTHENTICATE set.
    #[must_use]
    pub const fn level(&self) -> SecurityLevel {
        self.level
    }

    /// The card's "i".
    #[must_use]
    pub const fn parameter(&self) -> Parameter {
        self.parameter
    }

    /// Whether the session has not been aborted.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.session.is_some()
    }

    /// How many bytes R-MAC and R-ENCRYPTION add to a response of `plain` bytes.
    #[must_use]
    pub const fn response_overhead(&self, plain: usize) -> usize {
        let mac = if self.level.has_r_mac() { self.parameter.short_length() } else { 0 };
        let padding = if self.level.has_r_encryption() && plain > 0 {
            iso9797::padded_length(plain) - plain
        } else {
            0
        };
        mac + padding
    }

    /// The command without its C-MAC, decrypted, the secure messaging bit of its class cleared (Amendment D, 6.2.4 and
    /// 6.2.6). Le and the form of the length fields stay.
    ///
    /// At level 00 a command that does not say secure messaging passes as it is; one that does has its C-MAC checked.
    ///
    /// # Errors
    /// `6982`: the protection is wrong or missing, or the session was aborted before. The session is aborted.
    pub fn unwrap(&mut self, command: &Command) -> Result<Command, StatusWord> {
        let mut session = self.session.take().ok_or(StatusWord::SECURITY_STATUS_NOT_SATISFIED)?;
        let plain = session
            .unwrap(command, self.level, self.parameter.short_length())
            .ok_or(StatusWord::SECURITY_STATUS_NOT_SATISFIED)?;
        self.session = Some(session);
        Ok(plain)
    }

    /// `data || R-MAC, SW`, the data encrypted first at level 33 (Amendment D, 6.2.5 and 6.2.7).
    ///
    /// A status other than `9000`, `62XX` and `63XX` is returned alone and unprotected (6.2.5); so is `6982` in place
    /// of any success once the session was aborted.
    #[must_use]
    pub fn wrap(&mut self, response: Response) -> Response {
        let status = response.status;
        let is_error = !status.is_success() && !status.is_warning();
        match &self.session {
            None if is_error => Response::status(status),
            None => Response::status(StatusWord::SECURITY_STATUS_NOT_SATISFIED),
            Some(_) if !self.level.has_r_mac() || flawed(Flaw::ResponseMacMissing) => response,
            Some(_) if is_error => Response::status(status),
            Some(session) => session.wrap(response, self.level, self.parameter.short_length()),
        }
    }
}

impl Live {
    fn unwrap(&mut self, command: &Command, level: SecurityLevel, mac_length: usize) -> Option<Command> {
        let says_sm = says_secure_messaging(command.cla);
        self.counter = self.counter.wrapping_add(1);
        if !says_sm {
            return (!level.has_c_mac()).then(|| command.clone());
        }
        self.mac_chain = verify_c_mac(&self.keys.mac, &self.mac_chain, mac_length, command)?;

        let mut plain =
            Command::new(without_secure_messaging(command.cla), command.ins, command.p1, command.p2);
        plain.le = command.le;
        plain.extended = command.extended;
        let data = &command.data[..command.data.len().checked_sub(mac_length)?];
        if level.has_c_decryption() && !data.is_empty() {
            return Some(plain.with_data(self.decrypt(data)?).sensitive());
        }
        plain = plain.with_data(data);
        Some(if command.is_sensitive() { plain.sensitive() } else { plain })
    }

    fn decrypt(&self, data: &[u8]) -> Option<Vec<u8>> {
        if !data.len().is_multiple_of(16) {
            return None;
        }
        let mut padded = Zeroizing::new(data.to_vec());
        self.keys.enc.cbc_decrypt(&self.icv(0), &mut padded);
        iso9797::unpad(&padded).filter(|plain| !plain.is_empty()).map(<[u8]>::to_vec)
    }

    fn wrap(&self, mut response: Response, level: SecurityLevel, mac_length: usize) -> Response {
        if level.has_r_encryption() && !response.data.is_empty() {
            iso9797::pad(&mut response.data);
            let icv = if flawed(Flaw::ResponseIvConstant) { [0; 16] } else { self.icv(0x80) };
            self.keys.enc.cbc_encrypt(&icv, &mut response.data);
        }
        let status = response.status.to_bytes();
        let mac = self.keys.r_mac.cmac(&[&self.mac_chain, &response.data, &status]);
        response.data.extend_from_slice(&mac[..mac_length]);
        response
    }

    /// `AES(S-ENC, counter)`, the first bit of the counter block set for a response (Amendment D, 6.2.6 and 6.2.7).
    fn icv(&self, direction: u8) -> [u8; 16] {
        let mut block = self.counter.to_be_bytes();
        block[0] |= direction;
        self.keys.enc.encrypt_block(block)
    }
}

/// Checks the last `length` bytes of the data against `CMAC(S-MAC, chain || CLA INS P1 P2 Lc || data)` (Amendment D,
/// 6.2.4) and returns the CMAC in full, which is the next chaining value.
///
/// Lc counts the C-MAC; it takes three bytes in an extended command. The channel number in the class counts as 0.
pub(super) fn verify_c_mac(
    key: &AesKey,
    chain: &[u8; 16],
    length: usize,
    command: &Command,
) -> Option<[u8; 16]> {
    let (data, received) = command.data.split_at_checked(command.data.len().checked_sub(length)?)?;
    let [_, ins, p1, p2] = command.header();
    let header = [on_basic_channel(command.cla), ins, p1, p2];
    let lc = u16::try_from(command.data.len()).ok()?.to_be_bytes();
    let short = !command.extended && lc[0] == 0;
    let lc = if short { vec![lc[1]] } else { vec![0, lc[0], lc[1]] };
    let mac = key.cmac(&[chain, &header, &lc, data]);
    (bool::from(mac[..length].ct_eq(received)) || flawed(Flaw::CommandMacUnchecked)).then_some(mac)
}

/// Whether a class byte announces GlobalPlatform secure messaging (GP 2.3.1, 11.1.4).
pub(super) const fn says_secure_messaging(cla: u8) -> bool {
    if cla & 0x40 == 0 { cla & 0x0C == 0x04 } else { cla & 0x20 != 0 }
}

const fn without_secure_messaging(cla: u8) -> u8 {
    if cla & 0x40 == 0 { cla & !0x04 } else { cla & !0x20 }
}

const fn on_basic_channel(cla: u8) -> u8 {
    if cla & 0x40 == 0 { cla & !0x03 } else { cla & !0x0F }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Channel")
            .field("level", &self.level)
            .field("open", &self.is_open())
            .finish_non_exhaustive()
    }
}
