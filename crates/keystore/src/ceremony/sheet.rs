//! One custodian's component or share, and how it is written on paper.
//!
//! ```text
//! line     8 bytes as 16 hexadecimal digits in groups of four, a hyphen, a checksum of four digits
//!          1234 5678 9ABC DEF0 - 5A2C
//! line 1   form (11 component, 12 share) ‖ ceremony (4) ‖ number·total (a nibble each) ‖ needed·subject ‖ length of the value
//! line 2   check value of this value (3) ‖ check value of the secret (3) ‖ 00 00
//! line 3…  the value, eight bytes a line, filled with 00
//! checksum CRC-16/IBM-3740 (polynomial 1021, initial FFFF) over line 1 ‖ number of the line ‖ the line
//! ```
//!
//! The checksum finds every error within one group and within two neighbouring ones. Because line 1 and the line's number are part of
//! it, a line of another sheet or in another place does not fit either.

use std::fmt;

use zeroize::Zeroizing;

use super::{CeremonyId, CheckValue, Scheme, Secret, Subject};

/// Bytes in a line.
pub(super) const LINE: usize = 8;
const COMPONENT: u8 = 0x11;
const SHARE: u8 = 0x12;

/// A component or a share. Its value is a secret.
pub struct Sheet {
    pub(super) ceremony: CeremonyId,
    pub(super) subject: Subject,
    pub(super) scheme: Scheme,
    pub(super) number: u8,
    pub(super) value: Secret,
    pub(super) whole: CheckValue,
}

/// Why lines that are all right make no sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// The first line says what no form of ours says.
    #[error("the first line is not that of a ceremony's form")]
    Form,
    /// The value does not fit the check value beside it.
    #[error("the value typed has another check value than the form shows: {found}, not {shown}")]
    CheckValue {
        /// On the form.
        shown: CheckValue,
        /// Of what was typed.
        found: CheckValue,
    },
}

impl Sheet {
    pub(super) const fn new(
        ceremony: CeremonyId,
        subject: Subject,
        scheme: Scheme,
        number: u8,
        value: Secret,
        whole: CheckValue,
    ) -> Self {
        Self { ceremony, subject, scheme, number, value, whole }
    }

    /// The ceremony it belongs to.
    #[must_use]
    pub const fn ceremony(&self) -> CeremonyId {
        self.ceremony
    }

    /// What the secret is.
    #[must_use]
    pub const fn subject(&self) -> Subject {
        self.subject
    }

    /// How the secret is divided.
    #[must_use]
    pub const fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// Which it is, from 1.
    #[must_use]
    pub const fn number(&self) -> u8 {
        self.number
    }

    /// The check value of this component or share.
    #[must_use]
    pub fn check_value(&self) -> CheckValue {
        self.value.check_value()
    }

    /// The check value of the secret.
    #[must_use]
    pub const fn whole(&self) -> CheckValue {
        self.whole
    }

    /// The lines as they are printed and typed.
    #[must_use]
    pub fn lines(&self) -> Vec<Zeroizing<String>> {
        let first = self.first_line();
        let mut lines = vec![written(&first, 1, &first), written(&first, 2, &self.second_line())];
        for (number, part) in (3..).zip(self.value.expose().chunks(LINE)) {
            let mut bytes = Zeroizing::new([0; LINE]);
            bytes.iter_mut().zip(part).for_each(|(place, byte)| *place = *byte);
            lines.push(written(&first, number, &bytes));
        }
        lines
    }

    fn first_line(&self) -> [u8; LINE] {
        let form = match self.scheme {
            Scheme::Components(_) => COMPONENT,
            Scheme::Shares { .. } => SHARE,
        };
        let [a, b, c, d] = self.ceremony.0;
        let place = (self.number << 4) | self.scheme.total();
        let kind = (self.scheme.needed() << 4) | self.subject.code();
        [form, a, b, c, d, place, kind, u8::try_from(self.value.bytes()).unwrap_or(u8::MAX)]
    }

    fn second_line(&self) -> [u8; LINE] {
        let ([a, b, c], [d, e, f]) = (self.check_value().0, self.whole.0);
        [a, b, c, d, e, f, 0, 0]
    }
}

impl fmt::Debug for Sheet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sheet({}, {} of {})", self.ceremony, self.number, self.scheme.total())
    }
}

/// What line 1 says.
#[derive(Clone, Copy)]
pub(super) struct Head {
    pub(super) line: [u8; LINE],
    pub(super) ceremony: CeremonyId,
    pub(super) subject: Subject,
    pub(super) scheme: Scheme,
    pub(super) number: u8,
    pub(super) bytes: usize,
}

impl Head {
    pub(super) fn read(line: [u8; LINE]) -> Result<Self, SheetError> {
        let [form, a, b, c, d, place, kind, length] = line;
        let (number, total, needed) = (place >> 4, place & 0x0F, kind >> 4);
        let scheme = match form {
            COMPONENT if needed == total => Scheme::components(total).ok(),
            SHARE => Scheme::shares(needed, total).ok(),
            _ => None,
        };
        match (scheme, Subject::of(kind & 0x0F)) {
            (Some(scheme), Some(subject)) if (1..=total).contains(&number) && (16..=64).contains(&length) => {
                let ceremony = CeremonyId([a, b, c, d]);
                Ok(Self { line, ceremony, subject, scheme, number, bytes: usize::from(length) })
            }
            _ => Err(SheetError::Form),
        }
    }

    /// How many lines the sheet has.
    pub(super) const fn lines(&self) -> usize {
        2 + self.bytes.div_ceil(LINE)
    }
}

/// The check values of line 2.
#[derive(Clone, Copy)]
pub(super) struct Checks {
    pub(super) own: CheckValue,
    pub(super) whole: CheckValue,
}

impl Checks {
    pub(super) fn read([a, b, c, d, e, f, rest @ ..]: [u8; LINE]) -> Result<Self, SheetError> {
        if rest == [0, 0] {
            Ok(Self { own: CheckValue([a, b, c]), whole: CheckValue([d, e, f]) })
        } else {
            Err(SheetError::Form)
        }
    }
}

fn written(first: &[u8; LINE], number: u8, line: &[u8; LINE]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(32));
    for (at, byte) in line.iter().enumerate() {
        if at > 0 && at % 2 == 0 {
            text.push(' ');
        }
        text.push_str(&Zeroizing::new(format!("{byte:02X}")));
    }
    text.push_str(&format!(" - {:04X}", checksum(first, number, line)));
    text
}

/// CRC-16/IBM-3740 over the first line, the number of this one, and this one.
pub(super) fn checksum(first: &[u8; LINE], number: u8, line: &[u8; LINE]) -> u16 {
    let all = first.iter().chain(std::iter::once(&number)).chain(line);
    all.fold(0xFFFF, |crc, byte| {
        (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_published_one() {
        // "123456789" has 29B1: eight bytes, one more as the number, and the line taken back out
        let crc = |bytes: &[u8]| {
            bytes.iter().fold(0xFFFF_u16, |crc, byte| {
                (0..8).fold(crc ^ (u16::from(*byte) << 8), |crc, _| {
                    if crc & 0x8000 == 0 { crc << 1 } else { (crc << 1) ^ 0x1021 }
                })
            })
        };
        assert_eq!(crc(b"123456789"), 0x29B1);
        assert_eq!(checksum(b"12345678", b'9', b"abcdefgh"), crc(b"123456789abcdefgh"));
    }
}
