//! Answer-to-reset (ISO/IEC 7816-3, 8.2) and its historical bytes (7816-4, 12.1.1).

use crate::tlv::{Tag, Tlv};
use std::fmt;

/// An answer-to-reset, as received and taken apart.
#[derive(Clone, PartialEq, Eq)]
pub struct Atr {
    bytes: Vec<u8>,
    historical: std::ops::Range<usize>,
    protocols: Vec<u8>,
}

/// Why bytes are not an answer-to-reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AtrError {
    /// TS is neither 3B nor 3F.
    #[error("the first byte {0:02X} is neither 3B nor 3F")]
    InitialCharacter(u8),
    /// Fewer bytes than the format byte announces.
    #[error("the answer-to-reset ends at byte {0}, before its announced end")]
    Truncated(usize),
    /// More than 33 bytes, or more than announced.
    #[error("the answer-to-reset has {0} bytes too many")]
    TooLong(usize),
    /// The check byte TCK does not match.
    #[error("the check byte of the answer-to-reset is wrong")]
    CheckByte,
}

impl Atr {
    /// Takes an answer-to-reset apart.
    ///
    /// # Errors
    /// [`AtrError`] when the bytes contradict 7816-3, 8.2.
    pub fn parse(bytes: &[u8]) -> Result<Self, AtrError> {
        match bytes.first() {
            Some(0x3B | 0x3F) => {}
            Some(other) => return Err(AtrError::InitialCharacter(*other)),
            None => return Err(AtrError::Truncated(0)),
        }
        let t0 = *bytes.get(1).ok_or(AtrError::Truncated(1))?;
        let mut at = 2;
        let mut indicator = t0 >> 4;
        let mut protocols = Vec::new();
        loop {
            let td = indicator & 0x8 != 0;
            at += (indicator & 0x7).count_ones() as usize;
            if !td {
                break;
            }
            let byte = *bytes.get(at).ok_or(AtrError::Truncated(bytes.len()))?;
            at += 1;
            protocols.push(byte & 0x0F);
            indicator = byte >> 4;
            if at > 33 {
                return Err(AtrError::TooLong(at - 33));
            }
        }
        let historical = at..at + usize::from(t0 & 0x0F);
        let has_check = protocols.iter().any(|protocol| *protocol != 0);
        let end = historical.end + usize::from(has_check);
        if bytes.len() < end {
            return Err(AtrError::Truncated(bytes.len()));
        }
        if bytes.len() > end || end > 33 {
            return Err(AtrError::TooLong(bytes.len().max(end) - end.min(33)));
        }
        if has_check && bytes[1..].iter().fold(0, |sum, byte| sum ^ byte) != 0 {
            return Err(AtrError::CheckByte);
        }
        if protocols.is_empty() {
            protocols.push(0);
        }
        Ok(Self { bytes: bytes.to_vec(), historical, protocols })
    }

    /// The answer-to-reset of a contactless card as PC/SC part 3, 3.1.3.2.3.1 makes it from historical bytes (at most 15).
    #[must_use]
    pub fn contactless(historical: &[u8]) -> Self {
        let historical = &historical[..historical.len().min(15)];
        #[allow(clippy::cast_possible_truncation)] // at most 15
        let mut bytes = vec![0x3B, 0x80 | historical.len() as u8, 0x80, 0x01];
        bytes.extend_from_slice(historical);
        bytes.push(bytes[1..].iter().fold(0, |sum, byte| sum ^ byte));
        Self { historical: 4..4 + historical.len(), bytes, protocols: vec![0, 1] }
    }

    /// As received.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The historical bytes.
    #[must_use]
    pub fn historical_bytes(&self) -> &[u8] {
        &self.bytes[self.historical.clone()]
    }

    /// The protocols offered, in order (0, 1, 15 …).
    #[must_use]
    pub fn protocols(&self) -> &[u8] {
        &self.protocols
    }

    /// Whether the card capabilities in the historical bytes (7816-4, table 119) announce extended Lc and Le fields.
    #[must_use]
    pub fn announces_extended_length(&self) -> bool {
        self.capabilities().and_then(|bytes| bytes.get(2)).is_some_and(|byte| byte & 0x40 != 0)
    }

    /// Whether they announce command chaining.
    #[must_use]
    pub fn announces_chaining(&self) -> bool {
        self.capabilities().and_then(|bytes| bytes.get(2)).is_some_and(|byte| byte & 0x80 != 0)
    }

    /// The card capabilities, COMPACT-TLV `7X` in the historical bytes of category 00 or 80.
    fn capabilities(&self) -> Option<&[u8]> {
        let (category, mut rest) = self.historical_bytes().split_first()?;
        if *category == 0x00 {
            rest = rest.get(..rest.len().checked_sub(3)?)?;
        } else if *category != 0x80 {
            return None;
        }
        while let Some((head, after)) = rest.split_first() {
            let value = after.get(..usize::from(head & 0x0F))?;
            if head >> 4 == 7 {
                return Some(value);
            }
            rest = &after[value.len()..];
        }
        None
    }
}

/// Buffer sizes from EF.ATR/INFO: extended length information, tag `7F66` (7816-4, 12.7.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BufferSizes {
    /// Most bytes in a command APDU.
    pub command: u16,
    /// Most bytes in a response APDU.
    pub response: u16,
}

impl BufferSizes {
    /// Reads them from the content of EF.ATR/INFO, if they are there.
    #[must_use]
    pub fn find(atr_info: &[u8]) -> Option<Self> {
        let info = crate::tlv::Reader::new(atr_info).find(Tag(0x7F66)).ok()?;
        let mut inner = info.children().ok()?;
        let command = inner.expect(Tag(0x02)).ok().and_then(number)?;
        let response = inner.expect(Tag(0x02)).ok().and_then(number)?;
        Some(Self { command, response })
    }
}

fn number(tlv: Tlv<'_>) -> Option<u16> {
    let significant = tlv.value.iter().skip_while(|byte| **byte == 0);
    (significant.clone().count() <= 2).then(|| significant.fold(0, |sum, byte| sum << 8 | u16::from(*byte)))
}

impl fmt::Display for Atr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes.iter().try_for_each(|byte| write!(f, "{byte:02X}"))
    }
}

impl fmt::Debug for Atr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Atr({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contactless_answer_is_taken_apart() {
        let mut bytes = hex::decode("3b8880010000000000718101").unwrap();
        bytes.push(bytes[1..].iter().fold(0, |sum, byte| sum ^ byte));
        let atr = Atr::parse(&bytes).unwrap();
        assert_eq!(atr.protocols(), [0, 1]);
        let made = Atr::contactless(&[0x80, 0x73, 0x00, 0x00, 0xC0]);
        assert_eq!(Atr::parse(made.as_bytes()).unwrap(), made);
        assert!(made.announces_extended_length() && made.announces_chaining());
    }

    #[test]
    fn broken_answers_are_refused() {
        let good = Atr::contactless(&[0x80, 1, 2]);
        let mut wrong = good.as_bytes().to_vec();
        *wrong.last_mut().unwrap() ^= 1;
        assert_eq!(Atr::parse(&wrong), Err(AtrError::CheckByte));
        assert_eq!(Atr::parse(&good.as_bytes()[..4]), Err(AtrError::Truncated(4)));
        assert_eq!(Atr::parse(&[0x3A]), Err(AtrError::InitialCharacter(0x3A)));
        assert!(matches!(Atr::parse(&[0x3B, 0x00, 0x00]), Err(AtrError::TooLong(_))));
        assert!(Atr::parse(&[0x3B, 0xF0].repeat(30)).is_err());
    }

    #[test]
    fn buffer_sizes_are_found() {
        let sizes =
            BufferSizes::find(&hex::decode("4303010203 7f6608 02020409 02020402".replace(' ', "")).unwrap());
        assert_eq!(sizes, Some(BufferSizes { command: 0x409, response: 0x402 }));
    }
}
