//! Wrapping commands; the session and its counter.

use super::{MAC_OBJECT, SmError, max_plain_command};
use crate::aes_modes::{BLOCK, BlockKey, MacKey, pad_from, padded_length, padding};
use chipwright_iso7816::{Command, Exchanger, Ins, Le, LengthMode, Response, Transport};
use std::fmt;

/// KSenc and KSmac with their schedules made. Wiped when dropped.
pub struct SessionKeys {
    pub(super) enc: BlockKey,
    pub(super) mac: MacKey,
}

impl SessionKeys {
    /// From two AES keys of one size.
    ///
    /// # Errors
    /// [`SmError::Keys`] for other lengths.
    pub fn new(enc: &[u8], mac: &[u8]) -> Result<Self, SmError> {
        match (BlockKey::new(enc), MacKey::new(mac)) {
            (Some(enc_key), Some(mac_key)) if enc.len() == mac.len() => {
                Ok(Self { enc: enc_key, mac: mac_key })
            }
            _ => Err(SmError::Keys),
        }
    }
}

/// Keys and send sequence counter; boxed, so that moving the session leaves no copies behind.
pub(super) struct Channel {
    pub(super) keys: SessionKeys,
    pub(super) ssc: u128,
}

impl Channel {
    /// Increments the counter; gives it with the IV it makes.
    pub(super) fn step(&mut self) -> ([u8; BLOCK], [u8; BLOCK]) {
        self.ssc = self.ssc.wrapping_add(1);
        let ssc = self.ssc.to_be_bytes();
        (ssc, self.keys.enc.encrypt_block(ssc))
    }
}

/// An open session with no command under way.
pub struct Session(Box<Channel>);

/// A wrapped command was sent; its response must be unwrapped before the next command.
pub struct AwaitResponse {
    pub(super) channel: Box<Channel>,
    /// Whether the instruction is odd, so that data travels in DO'85'.
    pub(super) odd: bool,
    /// Ne of the plain command.
    pub(super) most: usize,
}

impl Session {
    /// A session that begins: SSC = 0 (9303-11, 9.8.6.3).
    #[must_use]
    pub fn new(keys: SessionKeys) -> Self {
        Self::at(keys, 0)
    }

    /// A session whose last message had the counter `ssc`.
    #[must_use]
    pub fn at(keys: SessionKeys, ssc: u128) -> Self {
        Self(Box::new(Channel { keys, ssc }))
    }

    pub(super) const fn from_channel(channel: Box<Channel>) -> Self {
        Self(channel)
    }

    /// The send sequence counter of the last message.
    #[must_use]
    pub const fn send_sequence_counter(&self) -> u128 {
        self.0.ssc
    }

    /// Protects a command. It takes extended form when it needs it or the plain command has it; Le becomes `00` or `0000`.
    ///
    /// # Errors
    /// [`SmError::Class`] for a class byte that cannot be protected (chaining only in GENERAL AUTHENTICATE), [`SmError::TooLong`] for more data than fits. The session is
    /// gone then.
    pub fn wrap(mut self, command: &Command) -> Result<(AwaitResponse, Command), SmError> {
        // the class bit of chaining says in GENERAL AUTHENTICATE that the protocol goes on (9303-11, 4.4.4.2)
        let unprotectable = if command.ins == Ins::GENERAL_AUTHENTICATE { 0x6C } else { 0x7C };
        if command.cla & unprotectable != 0 {
            return Err(SmError::Class(command.cla));
        }
        let most = max_plain_command(0xFFFF);
        if command.data.len() > most {
            return Err(SmError::TooLong { length: command.data.len(), most });
        }
        let odd = command.ins.0 & 1 != 0;
        let cla = command.cla | 0x0C;
        let (ssc, iv) = self.0.step();

        let mut data = Vec::with_capacity(padded_length(command.data.len()) + 32 + MAC_OBJECT);
        if !command.data.is_empty() {
            put_head(&mut data, odd, padded_length(command.data.len()));
            let start = data.len();
            data.extend_from_slice(&command.data);
            pad_from(&mut data, start);
            self.0.keys.enc.cbc_encrypt(&iv, &mut data[start..]);
        }
        put_le(&mut data, command);

        let mut header = [0; BLOCK];
        header[..5].copy_from_slice(&[cla, command.ins.0, command.p1, command.p2, 0x80]);
        let padding = if data.is_empty() { &[] } else { padding(data.len()) };
        let mac = self.0.keys.mac.mac(&[&ssc, &header, &data, padding]);
        data.extend_from_slice(&[0x8E, 0x08]);
        data.extend_from_slice(&mac[..8]);

        let long_le = matches!(command.le, Some(Le::Exact(ne)) if ne > 256);
        let mut wrapped = Command::new(cla, command.ins, command.p1, command.p2).with_le(Le::Max);
        wrapped.extended = command.extended || long_le || data.len() > 255;
        wrapped.data = data;
        if command.is_sensitive() {
            wrapped = wrapped.sensitive();
        }
        let most = match command.le {
            None => 0,
            Some(Le::Exact(ne)) => ne as usize,
            Some(Le::Max) if command.extended || command.data.len() > 255 => 0x1_0000,
            Some(Le::Max) => 256,
        };
        Ok((AwaitResponse { channel: self.0, odd, most }, wrapped))
    }

    /// Protects a command, sends it, and opens the response.
    ///
    /// # Errors
    /// [`SmError`]; the session is gone then. [`SmError::ExtendedLengthNeeded`] when the protected command does not fit a short APDU
    /// and the exchanger uses no others.
    pub fn transmit<T: Transport>(
        self,
        card: &mut Exchanger<T>,
        command: &Command,
    ) -> Result<(Self, Response), SmError> {
        let (state, wrapped) = self.wrap(command)?;
        if card.mode() == LengthMode::Short && wrapped.extended {
            return Err(SmError::ExtendedLengthNeeded);
        }
        let response = card.exchange(&wrapped)?;
        state.unwrap(response)
    }
}

/// Tag and length of DO'87' with its padding indicator, or of DO'85'.
#[allow(clippy::cast_possible_truncation)] // bounded by `max_plain_command`
fn put_head(out: &mut Vec<u8>, odd: bool, cryptogram: usize) {
    let length = cryptogram + usize::from(!odd);
    out.push(if odd { 0x85 } else { 0x87 });
    match length {
        0..=0x7F => out.push(length as u8),
        0x80..=0xFF => out.extend_from_slice(&[0x81, length as u8]),
        _ => out.extend_from_slice(&[0x82, (length >> 8) as u8, length as u8]),
    }
    if !odd {
        out.push(0x01);
    }
}

/// DO'97' with one byte for a short Le, two for an extended one.
#[allow(clippy::cast_possible_truncation)] // 256 and 65,536 are written as zeros by definition
fn put_le(out: &mut Vec<u8>, command: &Command) {
    let extended = command.extended || command.data.len() > 255;
    match command.le {
        None => {}
        Some(Le::Max) if extended => out.extend_from_slice(&[0x97, 0x02, 0x00, 0x00]),
        Some(Le::Max) => out.extend_from_slice(&[0x97, 0x01, 0x00]),
        Some(Le::Exact(ne)) if extended || ne > 256 => {
            out.extend_from_slice(&[0x97, 0x02, (ne >> 8) as u8, ne as u8]);
        }
        Some(Le::Exact(ne)) => out.extend_from_slice(&[0x97, 0x01, ne as u8]),
    }
}

impl fmt::Debug for SessionKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKeys(…)")
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Session(SSC {})", self.0.ssc)
    }
}

impl fmt::Debug for AwaitResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AwaitResponse(SSC {})", self.channel.ssc)
    }
}
