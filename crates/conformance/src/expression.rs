//! Bytes as scenarios write them, and patterns over bytes.
//!
//! ```text
//! A0 00 00 01        hexadecimal digits; spaces mean nothing
//! 'CAN 1'            characters
//! {name}             a variable
//! {name@2+8}         8 bytes of it from offset 2
//! {AB*300}           a byte, so many times
//! 7C[ 81[ {point} ]] a BER-TLV object: the digits that touch the bracket are its tag
//! <A000>             one byte of length, and the value
//! ```
//!
//! In a pattern `..` stands for any byte and `*` for any bytes, each set apart by spaces.

use chipwright_iso7816::Tag;
use chipwright_iso7816::tlv::encode;
use std::collections::BTreeMap;

/// The variables of a run.
pub type Variables = BTreeMap<String, Vec<u8>>;

/// Why a text gives no bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpressionError {
    /// A variable that this run does not have: on a card of somebody else's, a secret or file that was not given.
    #[error("the value of {{{0}}} is not known for this card")]
    Unknown(String),
    /// Not of the form above.
    #[error("\"{text}\" cannot be read from character {at} on")]
    Syntax {
        /// The whole text.
        text: String,
        /// Where reading stopped.
        at: usize,
    },
    /// A part of a variable that it does not have.
    #[error("{{{name}}} has {length} bytes")]
    Range {
        /// The variable.
        name: String,
        /// Its length.
        length: usize,
    },
}

/// The bytes of an expression.
///
/// # Errors
/// [`ExpressionError`].
pub fn evaluate(text: &str, variables: &Variables) -> Result<Vec<u8>, ExpressionError> {
    let mut reading = Reading { text, bytes: text.as_bytes(), at: 0, variables };
    let value = reading.sequence()?;
    if reading.at == text.len() { Ok(value) } else { Err(reading.syntax()) }
}

struct Reading<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    variables: &'a Variables,
}

impl Reading<'_> {
    fn syntax(&self) -> ExpressionError {
        ExpressionError::Syntax { text: self.text.to_owned(), at: self.at }
    }

    /// Up to the end or a closing bracket, which is left standing.
    fn sequence(&mut self) -> Result<Vec<u8>, ExpressionError> {
        let mut out = Vec::new();
        while let Some(byte) = self.bytes.get(self.at) {
            match byte {
                b' ' | b'\n' => self.at += 1,
                b']' | b'>' => break,
                b'{' => out.extend(self.braces()?),
                b'\'' => out.extend(self.characters()?),
                b'<' => {
                    let value = self.bracketed(b'>')?;
                    out.push(u8::try_from(value.len()).map_err(|_| self.syntax())?);
                    out.extend(value);
                }
                _ => self.digits(&mut out)?,
            }
        }
        Ok(out)
    }

    fn digits(&mut self, out: &mut Vec<u8>) -> Result<(), ExpressionError> {
        let start = self.at;
        while self.bytes.get(self.at).is_some_and(u8::is_ascii_hexdigit) {
            self.at += 1;
        }
        let digits = hex::decode(&self.text[start..self.at]).map_err(|_| self.syntax())?;
        if digits.is_empty() {
            return Err(self.syntax());
        }
        if self.bytes.get(self.at) == Some(&b'[') {
            let tag = digits.iter().fold(0u32, |tag, byte| tag << 8 | u32::from(*byte));
            let value = self.bracketed(b']')?;
            out.extend(encode(Tag(tag), &value));
        } else {
            out.extend(digits);
        }
        Ok(())
    }

    /// What stands between the bracket here and `close`.
    fn bracketed(&mut self, close: u8) -> Result<Vec<u8>, ExpressionError> {
        self.at += 1;
        let value = self.sequence()?;
        if self.bytes.get(self.at) != Some(&close) {
            return Err(self.syntax());
        }
        self.at += 1;
        Ok(value)
    }

    fn until(&mut self, close: u8) -> Result<&str, ExpressionError> {
        let start = self.at + 1;
        let length =
            self.bytes[start..].iter().position(|byte| *byte == close).ok_or_else(|| self.syntax())?;
        self.at = start + length + 1;
        Ok(&self.text[start..start + length])
    }

    fn characters(&mut self) -> Result<Vec<u8>, ExpressionError> {
        Ok(self.until(b'\'')?.as_bytes().to_vec())
    }

    fn braces(&mut self) -> Result<Vec<u8>, ExpressionError> {
        let inside = self.until(b'}')?.to_owned();
        if let Some((byte, times)) = inside.split_once('*') {
            let byte = hex::decode(byte.trim()).map_err(|_| self.syntax())?;
            return Ok(byte.repeat(times.trim().parse().map_err(|_| self.syntax())?));
        }
        let Some((name, range)) = inside.split_once('@') else { return Ok(self.variable(&inside)?.to_vec()) };
        let (from, length) = range.split_once('+').ok_or_else(|| self.syntax())?;
        let from: usize = from.parse().map_err(|_| self.syntax())?;
        let length: usize = length.parse().map_err(|_| self.syntax())?;
        let value = self.variable(name)?;
        value
            .get(from..from.saturating_add(length))
            .map(<[u8]>::to_vec)
            .ok_or_else(|| ExpressionError::Range { name: name.to_owned(), length: value.len() })
    }

    fn variable(&self, name: &str) -> Result<&[u8], ExpressionError> {
        self.variables.get(name).map(Vec::as_slice).ok_or_else(|| ExpressionError::Unknown(name.to_owned()))
    }
}

/// Whether bytes are of a pattern.
///
/// # Errors
/// [`ExpressionError`] for a pattern that cannot be read.
pub fn matches(pattern: &str, bytes: &[u8], variables: &Variables) -> Result<bool, ExpressionError> {
    let mut runs: Vec<Vec<Option<u8>>> = vec![Vec::new()];
    for word in words(pattern) {
        match (word, runs.last_mut()) {
            ("*", _) => runs.push(Vec::new()),
            (dots, Some(run)) if dots.len() % 2 == 0 && dots.bytes().all(|byte| byte == b'.') => {
                run.extend(std::iter::repeat_n(None, dots.len() / 2));
            }
            (word, Some(run)) => run.extend(evaluate(word, variables)?.into_iter().map(Some)),
            (_, None) => {}
        }
    }
    let fits = |run: &[Option<u8>], bytes: &[u8]| {
        run.len() == bytes.len()
            && run.iter().zip(bytes).all(|(want, is)| want.is_none_or(|want| want == *is))
    };
    let Some((first, rest)) = runs.split_first() else { return Ok(bytes.is_empty()) };
    let Some((last, middle)) = rest.split_last() else { return Ok(fits(first, bytes)) };
    if bytes.len() < first.len() + last.len() || !fits(first, &bytes[..first.len()]) {
        return Ok(false);
    }
    let mut left = &bytes[first.len()..];
    if !fits(last, &left[left.len() - last.len()..]) {
        return Ok(false);
    }
    left = &left[..left.len() - last.len()];
    for run in middle {
        let Some(at) = (0..=left.len().saturating_sub(run.len()))
            .find(|at| left.get(*at..at + run.len()).is_some_and(|part| fits(run, part)))
        else {
            return Ok(false);
        };
        left = &left[at + run.len()..];
    }
    Ok(true)
}

/// The parts of a pattern between spaces, but not between those inside brackets and quotes.
fn words(pattern: &str) -> impl Iterator<Item = &str> {
    let (mut depth, mut quoted) = (0u32, false);
    pattern
        .split(move |c| {
            match c {
                '\'' => quoted = !quoted,
                '[' | '<' | '{' if !quoted => depth += 1,
                ']' | '>' | '}' if !quoted => depth = depth.saturating_sub(1),
                _ => {}
            }
            c == ' ' && depth == 0 && !quoted
        })
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> String {
        let variables = Variables::from([("x".to_owned(), vec![1, 2, 3, 4])]);
        match evaluate(text, &variables) {
            Ok(bytes) => hex::encode(bytes),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn expressions() {
        assert_eq!(bytes("A0 00 '12' {x} {x@1+2} {FF*3}"), "a00031320102030402 03ffffff".replace(' ', ""));
        assert_eq!(
            bytes("00 7F49[ 06[ 04 ] 86[{x}] ] <0102> <>"),
            "007f49090601048604010203040201 0200".replace(' ', "")
        );
        assert_eq!(bytes("{y}"), "the value of {y} is not known for this card");
        assert_eq!(bytes("{x@3+2}"), "{x} has 4 bytes");
        assert!(bytes("7C[ 00").contains("cannot be read") && bytes("0g").contains("cannot be read"));
        assert!(bytes("]").contains("cannot be read"));
    }

    #[test]
    fn patterns() {
        let variables = Variables::from([("x".to_owned(), vec![1, 2])]);
        let fits =
            |pattern: &str, text: &str| matches(pattern, &hex::decode(text).unwrap(), &variables).unwrap();
        assert!(fits("6F *", "6f00") && fits("* 00", "6f00") && fits("*", ""));
        assert!(fits(".. 00", "6f00") && !fits(".. 01", "6f00") && !fits("..", "6f00"));
        assert!(fits("* {x} *", "000102ff") && !fits("* {x} *", "0001ff02"));
        assert!(fits("6F * 84[ 01 02 ] * 00", "6faa840201020000") && !fits("", "00") && fits("", ""));
        assert!(!fits("01 * 01", "01"));
    }
}
