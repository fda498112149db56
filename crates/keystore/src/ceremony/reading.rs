//! A sheet typed back, line by line; a wrong line is refused at once and can be typed again.

use std::fmt;

use zeroize::Zeroizing;

use super::sheet::{Checks, Head, LINE, checksum};
use super::{Secret, Sheet, SheetError};

/// Digits in a line, the checksum included.
const DIGITS: usize = 2 * LINE + 4;

/// What was typed of a sheet so far.
#[derive(Default)]
pub struct SheetReader {
    head: Option<Head>,
    checks: Option<Checks>,
    value: Zeroizing<Vec<u8>>,
}

/// What comes next.
#[derive(Debug)]
pub enum Step {
    /// Another line.
    More {
        /// Which.
        next: usize,
        /// Of how many.
        of: usize,
    },
    /// Nothing: the sheet is complete, and its value fits its check value.
    Done(Sheet),
}

/// Why a line was refused. What was typed before it stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Too many or too few digits.
    #[error("line {line} has {found} digits, not 20")]
    Length {
        /// Which line.
        line: usize,
        /// How many there are.
        found: usize,
    },
    /// A character that is no hexadecimal digit.
    #[error("line {line} has a {character:?}, which is no digit from 0 to 9 or A to F")]
    Digit {
        /// Which line.
        line: usize,
        /// The character.
        character: char,
    },
    /// A right line in the wrong place.
    #[error("this is line {found} of the form, not line {line}")]
    OutOfPlace {
        /// Which line was wanted.
        line: usize,
        /// Which one it is.
        found: usize,
    },
    /// A digit is wrong, or the line is from another form.
    #[error("a digit of line {line} is wrong, or the line is from another form: its checksum does not fit")]
    Checksum {
        /// Which line.
        line: usize,
    },
    /// Every line is right, and the whole is not.
    #[error(transparent)]
    Sheet(#[from] SheetError),
}

impl SheetReader {
    /// Nothing typed yet.
    #[must_use]
    pub fn new() -> Self {
        Self { value: Zeroizing::new(Vec::with_capacity(64 + LINE)), ..Self::default() }
    }

    /// Which line comes next, from 1.
    #[must_use]
    pub fn next_line(&self) -> usize {
        match (&self.head, &self.checks) {
            (None, _) => 1,
            (Some(_), None) => 2,
            (Some(_), Some(_)) => 3 + self.value.len() / LINE,
        }
    }

    /// Takes the next line. Spaces, hyphens and small letters do not matter, and O, I and L are taken for the digits they look like.
    ///
    /// # Errors
    /// [`LineError`]; the line can be typed again.
    pub fn line(&mut self, typed: &str) -> Result<Step, LineError> {
        let line = self.next_line();
        let (bytes, sum) = digits(line, typed)?;
        let first = self.head.map_or(*bytes, |head| head.line);
        self.check(line, &first, &bytes, sum)?;
        match (self.head, self.checks) {
            (None, _) => {
                let head = Head::read(*bytes)?;
                self.head = Some(head);
                Ok(Step::More { next: 2, of: head.lines() })
            }
            (Some(head), None) => {
                self.checks = Some(Checks::read(*bytes)?);
                Ok(Step::More { next: 3, of: head.lines() })
            }
            (Some(head), Some(checks)) => self.value(head, checks, &bytes),
        }
    }

    fn check(&self, line: usize, first: &[u8; LINE], bytes: &[u8; LINE], sum: u16) -> Result<(), LineError> {
        let fits =
            |number: usize| u8::try_from(number).is_ok_and(|number| checksum(first, number, bytes) == sum);
        if fits(line) {
            return Ok(());
        }
        // line 1 is checked with itself
        if line > 1 && checksum(bytes, 1, bytes) == sum {
            return Err(LineError::OutOfPlace { line, found: 1 });
        }
        let last = self.head.map_or(1, |head| head.lines());
        let found = (2..=last).find(|number| *number != line && self.head.is_some() && fits(*number));
        Err(found.map_or(LineError::Checksum { line }, |found| LineError::OutOfPlace { line, found }))
    }

    fn value(&mut self, head: Head, checks: Checks, bytes: &[u8; LINE]) -> Result<Step, LineError> {
        let before = self.value.len();
        self.value.extend_from_slice(bytes);
        if self.value.len() < head.bytes {
            return Ok(Step::More { next: self.next_line(), of: head.lines() });
        }
        if self.value.iter().skip(head.bytes).any(|filler| *filler != 0) {
            self.value.truncate(before);
            return Err(SheetError::Form.into());
        }
        let mut value = Zeroizing::new(Vec::with_capacity(head.bytes));
        value.extend(self.value.iter().take(head.bytes));
        let value = Secret::unchecked(value);
        let found = value.check_value();
        if !found.is(checks.own) {
            self.value.truncate(before);
            return Err(SheetError::CheckValue { shown: checks.own, found }.into());
        }
        *self = Self::new();
        Ok(Step::Done(Sheet::new(head.ceremony, head.subject, head.scheme, head.number, value, checks.whole)))
    }
}

impl fmt::Debug for SheetReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SheetReader(line {})", self.next_line())
    }
}

/// The eight bytes and the checksum.
fn digits(line: usize, typed: &str) -> Result<(Zeroizing<[u8; LINE]>, u16), LineError> {
    let mut nibbles = Zeroizing::new([0_u8; DIGITS]);
    let mut found = 0;
    for character in typed.chars() {
        let nibble = match character.to_ascii_uppercase() {
            ' ' | '\t' | '-' | '–' | '\u{A0}' => continue,
            'O' => 0,
            'I' | 'L' => 1,
            other => other.to_digit(16).ok_or(LineError::Digit { line, character })?,
        };
        if let (Some(place), Ok(nibble)) = (nibbles.get_mut(found), u8::try_from(nibble)) {
            *place = nibble;
        }
        found += 1;
    }
    if found != DIGITS {
        return Err(LineError::Length { line, found });
    }
    let mut bytes = Zeroizing::new([0; LINE]);
    let (value, sum) = nibbles.split_at(2 * LINE);
    let joined = value.chunks(2).map(|pair| pair.iter().fold(0, |byte, nibble| (byte << 4) | nibble));
    bytes.iter_mut().zip(joined).for_each(|(place, byte)| *place = byte);
    Ok((bytes, sum.iter().fold(0, |sum, nibble| (sum << 4) | u16::from(*nibble))))
}
