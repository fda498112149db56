//! Dates of birth, of which day or month may be unknown.

use std::fmt;

use jiff::civil::Date;

use super::{Field, MemberError, MemberErrorKind};

/// A year, a year and month, or a full date; years 1900 to 2099, days of the real calendar.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartialDate {
    year: i16,
    month: Option<i8>,
    day: Option<i8>,
}

impl PartialDate {
    /// From its parts.
    ///
    /// # Errors
    /// [`MemberErrorKind::Year`], [`MemberErrorKind::NoSuchDay`], and [`MemberErrorKind::DateForm`] for a day without a month; all on
    /// [`Field::Birth`].
    pub fn new(year: i16, month: Option<i8>, day: Option<i8>) -> Result<Self, MemberError> {
        let refuse = |kind| Err(MemberError::new(Field::Birth, kind));
        if !(1900..=2099).contains(&year) {
            return refuse(MemberErrorKind::Year(year));
        }
        if month.is_none() && day.is_some() {
            return refuse(MemberErrorKind::DateForm);
        }
        if Date::new(year, month.unwrap_or(1), day.unwrap_or(1)).is_err() {
            return refuse(MemberErrorKind::NoSuchDay);
        }
        Ok(Self { year, month, day })
    }

    /// Parses `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
    ///
    /// # Errors
    /// As [`PartialDate::new`].
    pub fn parse(text: &str) -> Result<Self, MemberError> {
        let form = MemberError::new(Field::Birth, MemberErrorKind::DateForm);
        let text = text.trim();
        if text.is_empty() {
            return Err(MemberError::new(Field::Birth, MemberErrorKind::Empty));
        }
        if !text.is_ascii() || !matches!(text.len(), 4 | 7 | 10) {
            return Err(form);
        }
        let mut parts = text.split('-');
        let mut next = |digits: usize| match parts.next() {
            None => Ok(None),
            Some(part) if part.len() == digits && part.bytes().all(|b| b.is_ascii_digit()) => {
                part.parse::<i16>().map(Some).map_err(|_| form)
            }
            Some(_) => Err(form),
        };
        let (year, month, day) = (next(4)?.ok_or(form)?, next(2)?, next(2)?);
        let small = |part: Option<i16>| part.map(|value| i8::try_from(value).map_err(|_| form)).transpose();
        Self::new(year, small(month)?, small(day)?)
    }

    /// The year.
    #[must_use]
    pub const fn year(self) -> i16 {
        self.year
    }

    /// The month, if it is known.
    #[must_use]
    pub const fn month(self) -> Option<i8> {
        self.month
    }

    /// The day, if it is known.
    #[must_use]
    pub const fn day(self) -> Option<i8> {
        self.day
    }

    /// The date, if all of it is known.
    #[must_use]
    pub fn exact(self) -> Option<Date> {
        Date::new(self.year, self.month?, self.day?).ok()
    }

    /// The earliest day it can be.
    #[must_use]
    pub fn earliest(self) -> Date {
        Date::new(self.year, self.month.unwrap_or(1), self.day.unwrap_or(1)).unwrap_or(Date::MIN)
    }

    /// `YYMMDD`, unknown parts `<<` (9303-3, 4.8).
    #[must_use]
    pub fn mrz(self) -> String {
        let part = |value: Option<i8>| value.map_or_else(|| "<<".into(), |value| format!("{value:02}"));
        format!("{:02}{}{}", self.year % 100, part(self.month), part(self.day))
    }

    /// `YYYYMMDD`, unknown parts `00` (9303-10, 4.7.11.1, note).
    #[must_use]
    pub fn lds(self) -> String {
        format!("{:04}{:02}{:02}", self.year, self.month.unwrap_or(0), self.day.unwrap_or(0))
    }

    /// Reads the form of [`PartialDate::lds`].
    #[must_use]
    pub fn from_lds(text: &[u8]) -> Option<Self> {
        if text.len() != 8 || !text.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let number = |range: std::ops::Range<usize>| {
            text[range].iter().fold(0i16, |sum, b| sum * 10 + i16::from(b - b'0'))
        };
        let known = |value: i16| i8::try_from(value).ok().filter(|value| *value != 0);
        Self::new(number(0..4), known(number(4..6)), known(number(6..8))).ok()
    }
}

/// `YYYYMMDD` of a day between the years 0 and 9999.
pub(crate) fn digits(date: Date) -> [u8; 8] {
    let mut rest = i32::from(date.year()) * 10_000 + i32::from(date.month()) * 100 + i32::from(date.day());
    let mut digits = [b'0'; 8];
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest.rem_euclid(10) as u8);
        rest /= 10;
    }
    digits
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`.
impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.year)?;
        self.month.map_or(Ok(()), |month| write!(f, "-{month:02}"))?;
        self.day.map_or(Ok(()), |day| write!(f, "-{day:02}"))
    }
}

impl fmt::Debug for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PartialDate(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn three_forms() {
        for (text, mrz, lds) in [
            ("1952", "52<<<<", "19520000"),
            ("1952-07", "5207<<", "19520700"),
            ("2004-02-29", "040229", "20040229"),
        ] {
            let date = PartialDate::parse(text).unwrap();
            assert_eq!(
                (date.mrz().as_str(), date.lds().as_str(), date.to_string().as_str()),
                (mrz, lds, text)
            );
            assert_eq!(PartialDate::from_lds(lds.as_bytes()), Some(date));
        }
    }

    #[test]
    fn days() {
        assert_eq!(&digits(jiff::civil::date(2026, 1, 9)), b"20260109");
    }

    #[test]
    fn what_is_not_a_date() {
        let kind = |text| PartialDate::parse(text).unwrap_err().kind;
        assert_eq!(kind("2003-02-29"), MemberErrorKind::NoSuchDay);
        assert_eq!(kind("1952-13"), MemberErrorKind::NoSuchDay);
        assert_eq!(kind("1899"), MemberErrorKind::Year(1899));
        for text in ["29/02/2004", "52", "1952-7", "1952-07-1x", "+952", "19520729"] {
            assert_eq!(kind(text), MemberErrorKind::DateForm, "{text}");
        }
        assert_eq!(PartialDate::from_lds(b"19520007"), None);
    }

    proptest! {
        #[test]
        fn text_round_trips(year in 1900i16..2100, month in 1i8..13, day in 1i8..32) {
            if let Ok(date) = PartialDate::new(year, Some(month), Some(day)) {
                prop_assert_eq!(PartialDate::parse(&date.to_string()), Ok(date));
                prop_assert_eq!(PartialDate::from_lds(date.lds().as_bytes()), Some(date));
            }
        }
    }
}
