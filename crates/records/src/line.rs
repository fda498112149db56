//! One line of free text.

use std::fmt;
use std::str::FromStr;

use der::asn1::Utf8StringRef;
use der::{DecodeValue, EncodeValue, ErrorKind, FixedTag, Header, Length, Reader, Tag, Writer};
use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, is_nfc};

/// The longest line, in characters.
const MOST: usize = 120;

/// `Line ::= UTF8String (SIZE (1..120))`, Unicode NFC, without control or invisible characters. Personal data: `Debug` does not show it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line(String);

/// Why text is not a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Nothing is there.
    #[error("the text is empty")]
    Empty,
    /// Too much is there.
    #[error("the text has {0} characters; 120 fit")]
    TooLong(usize),
    /// A character that cannot be seen.
    #[error("character {0} of the text cannot be printed")]
    Unprintable(usize),
}

impl Line {
    /// Normalises and checks.
    ///
    /// # Errors
    /// [`LineError`].
    pub fn new(text: &str) -> Result<Self, LineError> {
        let normal: String = text.trim().nfc().collect();
        check(&normal)?;
        Ok(Self(normal))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check(text: &str) -> Result<(), LineError> {
    let unprintable = |c: char| {
        c.is_control()
            || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
    };
    if let Some(index) = text.chars().position(unprintable) {
        return Err(LineError::Unprintable(index + 1));
    }
    match text.chars().count() {
        0 => Err(LineError::Empty),
        1..=MOST => Ok(()),
        count => Err(LineError::TooLong(count)),
    }
}

impl FromStr for Line {
    type Err = LineError;

    fn from_str(text: &str) -> Result<Self, LineError> {
        Self::new(text)
    }
}

impl TryFrom<String> for Line {
    type Error = LineError;

    fn try_from(text: String) -> Result<Self, LineError> {
        Self::new(&text)
    }
}

impl From<Line> for String {
    fn from(line: Line) -> Self {
        line.0
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Line(..)")
    }
}

impl FixedTag for Line {
    const TAG: Tag = Tag::Utf8String;
}

impl<'a> DecodeValue<'a> for Line {
    type Error = der::Error;

    fn decode_value<R: Reader<'a>>(reader: &mut R, header: Header) -> der::Result<Self> {
        let text = Utf8StringRef::decode_value(reader, header)?;
        // only what nothing was normalised away from
        let exact = is_nfc(text.as_str()) && text.as_str().trim() == text.as_str();
        if exact && check(text.as_str()).is_ok() {
            Ok(Self(text.as_str().to_owned()))
        } else {
            Err(reader.error(ErrorKind::Value { tag: Self::TAG }))
        }
    }
}

impl EncodeValue for Line {
    fn value_len(&self) -> der::Result<Length> {
        Length::try_from(self.0.len())
    }

    fn encode_value(&self, writer: &mut impl Writer) -> der::Result<()> {
        writer.write(self.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::{Decode, Encode};

    #[test]
    fn a_line_is_normal_printable_and_not_too_long() {
        assert_eq!(Line::new(" Lớp bồi dưỡng ").unwrap().as_str(), "Lớp bồi dưỡng");
        assert_eq!(Line::new("Lơ\u{301}p").unwrap().as_str(), "Lớp");
        assert_eq!(Line::new(" \n"), Err(LineError::Empty));
        assert_eq!(Line::new("a\nb"), Err(LineError::Unprintable(2)));
        assert_eq!(Line::new("a\u{202E}b"), Err(LineError::Unprintable(2)));
        assert_eq!(Line::new(&"ồ".repeat(121)), Err(LineError::TooLong(121)));
        assert!(Line::new(&"ồ".repeat(120)).is_ok());
    }

    #[test]
    fn only_the_normal_form_is_read() {
        let der = Line::new("Lớp").unwrap().to_der().unwrap();
        assert_eq!(Line::from_der(&der).unwrap().as_str(), "Lớp");
        for text in ["Lơ\u{301}p", " a", "", "a\u{7}"] {
            let der = Utf8StringRef::new(text).unwrap().to_der().unwrap();
            assert!(Line::from_der(&der).is_err(), "{text:?}");
        }
    }
}
