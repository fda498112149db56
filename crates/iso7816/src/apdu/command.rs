//! Command APDUs.

use super::{ApduError, Ins};
use std::fmt;
use zeroize::Zeroize;

/// Ne, the number of response bytes the host is ready for (7816-4, 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Le {
    /// A number of bytes: 1 to 256 in a short command, 1 to 65,536 in an extended one.
    Exact(u32),
    /// As many as there are: `00` in a short command (256), `0000` in an extended one (65,536).
    Max,
}

/// CLA, INS, P1, P2, data and Le of one command.
///
/// The data is wiped when the command is dropped. `Debug` shows the header and the length of the data, and the data
/// itself only when the command is not marked [`sensitive`](Command::sensitive).
#[derive(Clone, PartialEq, Eq)]
pub struct Command {
    /// Class byte.
    pub cla: u8,
    /// Instruction byte.
    pub ins: Ins,
    /// First parameter.
    pub p1: u8,
    /// Second parameter.
    pub p2: u8,
    /// Command data field, Nc bytes; empty means none.
    pub data: Vec<u8>,
    /// Expected length, if a response data field is expected.
    pub le: Option<Le>,
    /// Encode with extended length fields even if short ones would do.
    pub extended: bool,
    sensitive: bool,
}

impl Command {
    /// A command without data and without an expected length (case 1).
    #[must_use]
    pub const fn new(cla: u8, ins: Ins, p1: u8, p2: u8) -> Self {
        Self { cla, ins, p1, p2, data: Vec::new(), le: None, extended: false, sensitive: false }
    }

    /// With this data field.
    #[must_use]
    pub fn with_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.data = data.into();
        self
    }

    /// With this expected length.
    #[must_use]
    pub const fn with_le(mut self, le: Le) -> Self {
        self.le = Some(le);
        self
    }

    /// With extended length fields.
    #[must_use]
    pub const fn in_extended_form(mut self) -> Self {
        self.extended = true;
        self
    }

    /// Marked as carrying secrets or personal data: traces and `Debug` print its header and length only.
    #[must_use]
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Whether the command is marked as carrying secrets or personal data.
    #[must_use]
    pub const fn is_sensitive(&self) -> bool {
        self.sensitive
    }

    /// CLA, INS, P1, P2.
    #[must_use]
    pub const fn header(&self) -> [u8; 4] {
        [self.cla, self.ins.0, self.p1, self.p2]
    }

    /// Whether bit 5 of an interindustry class announces further commands of a chain (7816-4, 5.4.1).
    #[must_use]
    pub const fn is_chained(&self) -> bool {
        self.cla & 0x10 != 0
    }

    /// The encoding (7816-3, 12.1.3): short if it fits and `extended` is not set, else extended.
    ///
    /// # Errors
    /// [`ApduError::TooLong`] above 65,535 bytes of data, [`ApduError::Le`] for an expected length of 0 or above 65,536.
    pub fn to_bytes(&self) -> Result<Vec<u8>, ApduError> {
        let nc = self.data.len();
        if nc > 0xFFFF {
            return Err(ApduError::TooLong { length: nc, most: 0xFFFF });
        }
        if let Some(Le::Exact(ne)) = self.le
            && (ne == 0 || ne > 0x1_0000)
        {
            return Err(ApduError::Le(ne as usize));
        }
        let long_le = matches!(self.le, Some(Le::Exact(ne)) if ne > 256);
        let mut out = Vec::with_capacity(nc + 9);
        out.extend_from_slice(&self.header());
        if self.extended || nc > 255 || long_le {
            self.put_extended(&mut out);
        } else {
            self.put_short(&mut out);
        }
        Ok(out)
    }

    #[allow(clippy::cast_possible_truncation)] // bounds are checked by the caller; 256 and 65,536 wrap to 0 by definition
    fn put_short(&self, out: &mut Vec<u8>) {
        if !self.data.is_empty() {
            out.push(self.data.len() as u8);
            out.extend_from_slice(&self.data);
        }
        match self.le {
            Some(Le::Exact(ne)) => out.push(ne as u8),
            Some(Le::Max) => out.push(0),
            None => {}
        }
    }

    #[allow(clippy::cast_possible_truncation)] // as above
    fn put_extended(&self, out: &mut Vec<u8>) {
        if !self.data.is_empty() {
            out.push(0);
            out.extend_from_slice(&(self.data.len() as u16).to_be_bytes());
            out.extend_from_slice(&self.data);
        }
        if let Some(le) = self.le {
            if self.data.is_empty() {
                out.push(0);
            }
            let ne = match le {
                Le::Exact(ne) => ne as u16,
                Le::Max => 0,
            };
            out.extend_from_slice(&ne.to_be_bytes());
        }
    }

    /// Reads an encoded command. A short `Le` of 00 and an extended one of 0000 become [`Le::Max`].
    ///
    /// # Errors
    /// [`ApduError::Truncated`] under 4 bytes, [`ApduError::LengthMismatch`] when length fields and bytes disagree.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ApduError> {
        let [cla, ins, p1, p2, body @ ..] = bytes else {
            return Err(ApduError::Truncated { what: "a command header", length: bytes.len() });
        };
        let command = Self::new(*cla, Ins(*ins), *p1, *p2);
        match body {
            [] => Ok(command),
            [le] => Ok(command.with_le(short_le(*le))),
            [0, hi, lo] => Ok(command.with_le(long_le(*hi, *lo)).in_extended_form()),
            [0, hi, lo, rest @ ..] if body.len() > 3 => {
                let nc = usize::from(u16::from_be_bytes([*hi, *lo]));
                let command = command.in_extended_form();
                match rest.len().checked_sub(nc) {
                    Some(0) if nc > 0 => Ok(command.with_data(rest)),
                    Some(2) if nc > 0 => {
                        Ok(command.with_data(&rest[..nc]).with_le(long_le(rest[nc], rest[nc + 1])))
                    }
                    _ => Err(ApduError::LengthMismatch { offset: 4, said: nc, found: rest.len() }),
                }
            }
            [lc, rest @ ..] => {
                let nc = usize::from(*lc);
                match rest.len().checked_sub(nc) {
                    Some(0) if nc > 0 => Ok(command.with_data(rest)),
                    Some(1) if nc > 0 => Ok(command.with_data(&rest[..nc]).with_le(short_le(rest[nc]))),
                    _ => Err(ApduError::LengthMismatch { offset: 4, said: nc, found: rest.len() }),
                }
            }
        }
    }
}

const fn short_le(byte: u8) -> Le {
    if byte == 0 { Le::Max } else { Le::Exact(byte as u32) }
}

const fn long_le(hi: u8, lo: u8) -> Le {
    match u16::from_be_bytes([hi, lo]) {
        0 => Le::Max,
        ne => Le::Exact(ne as u32),
    }
}

impl Drop for Command {
    fn drop(&mut self) {
        self.data.zeroize();
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02X} {:?} {:02X} {:02X}, Nc {}", self.cla, self.ins, self.p1, self.p2, self.data.len())?;
        if !self.sensitive && !self.data.is_empty() {
            f.write_str(" ")?;
            self.data.iter().try_for_each(|byte| write!(f, "{byte:02X}"))?;
        }
        match self.le {
            Some(Le::Exact(ne)) => write!(f, ", Ne {ne}"),
            Some(Le::Max) => f.write_str(", Ne max"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_seven_encodings() {
        let base = Command::new(0x00, Ins(0xB0), 1, 2);
        let cases: [(Command, &str); 7] = [
            (base.clone(), "00b00102"),
            (base.clone().with_le(Le::Max), "00b0010200"),
            (base.clone().with_data([9]), "00b001020109"),
            (base.clone().with_data([9]).with_le(Le::Exact(5)), "00b00102010905"),
            (base.clone().with_le(Le::Max).in_extended_form(), "00b00102000000"),
            (base.clone().with_data([9]).in_extended_form(), "00b0010200000109"),
            (base.with_data([9]).with_le(Le::Exact(300)), "00b0010200000109012c"),
        ];
        for (command, wanted) in cases {
            assert_eq!(hex::encode(command.to_bytes().unwrap()), wanted);
        }
    }

    #[test]
    fn contradicting_lengths_are_refused() {
        for bad in ["00b0", "00b001020209", "00b0010200000209", "00b001020000000102", "00b00102010905ff"] {
            assert!(Command::from_bytes(&hex::decode(bad).unwrap()).is_err(), "{bad}");
        }
    }

    #[test]
    fn debug_of_a_sensitive_command_shows_no_data() {
        let text = format!("{:?}", Command::new(0, Ins::STORE_DATA, 0, 0).with_data([0xAB; 8]).sensitive());
        assert!(!text.contains("AB") && text.contains("Nc 8"));
    }

    proptest! {
        #[test]
        fn encode_then_decode_is_identity(
            header: [u8; 4],
            data in prop::collection::vec(any::<u8>(), 0..600),
            ne in prop::option::of(1u32..=0x1_0000),
            extended: bool,
        ) {
            let mut command = Command::new(header[0], Ins(header[1]), header[2], header[3]).with_data(data);
            command.extended = extended;
            command.le = ne.map(Le::Exact);
            let back = Command::from_bytes(&command.to_bytes().unwrap()).unwrap();
            prop_assert_eq!(&back.data, &command.data);
            let wide = |le: Option<Le>, ext: bool| le.map(|le| match le {
                Le::Exact(ne) => ne,
                Le::Max if ext => 0x1_0000,
                Le::Max => 256,
            });
            prop_assert_eq!(wide(back.le, back.extended), wide(command.le, back.extended));
        }

        #[test]
        fn any_bytes_do_not_panic(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            if let Ok(command) = Command::from_bytes(&bytes) {
                prop_assert_eq!(command.to_bytes().unwrap(), bytes);
            }
        }
    }
}
