//! Time in certificates (RFC 5280, 4.1.2.5): UTCTime through 2049, GeneralizedTime from 2050, whole seconds, `Z`.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;

use crate::x690::{self, DerError, Element};

/// A closed period of time, in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first instant inside.
    pub not_before: Timestamp,
    /// The last instant inside.
    pub not_after: Timestamp,
}

/// Why two instants are not a period.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// The end is before the beginning.
    #[error("the period ends ({not_after}) before it begins ({not_before})")]
    Reversed {
        /// The beginning.
        not_before: Timestamp,
        /// The end.
        not_after: Timestamp,
    },
    /// Certificates write the years 1950 to 9999.
    #[error("the period leaves the years 1950 to 9999")]
    OutOfRange,
}

impl Period {
    /// The period from `not_before` to `not_after`; fractions of a second are cut off.
    ///
    /// # Errors
    /// [`PeriodError`] if the end is before the beginning, or a year cannot be written.
    pub fn new(not_before: Timestamp, not_after: Timestamp) -> Result<Self, PeriodError> {
        if not_after < not_before {
            return Err(PeriodError::Reversed { not_before, not_after });
        }
        let first = Timestamp::new(FIRST_SECOND, 0).map_err(|_| PeriodError::OutOfRange)?;
        if not_before < first {
            return Err(PeriodError::OutOfRange);
        }
        let whole =
            |time: Timestamp| Timestamp::new(time.as_second(), 0).map_err(|_| PeriodError::OutOfRange);
        Ok(Self { not_before: whole(not_before)?, not_after: whole(not_after)? })
    }

    /// The period of `months` calendar months (UTC) from `not_before`.
    ///
    /// # Errors
    /// [`PeriodError::OutOfRange`] if it leaves the years that can be written.
    pub fn months_from(not_before: Timestamp, months: u16) -> Result<Self, PeriodError> {
        let end = not_before
            .to_zoned(TimeZone::UTC)
            .checked_add(i64::from(months).months())
            .map_err(|_| PeriodError::OutOfRange)?
            .timestamp();
        Self::new(not_before, end)
    }

    /// Whether `time` lies inside, ends included.
    #[must_use]
    pub fn contains(&self, time: Timestamp) -> bool {
        self.not_before.as_second() <= time.as_second() && time.as_second() <= self.not_after.as_second()
    }

    /// Whether all of `other` lies inside.
    #[must_use]
    pub fn encloses(&self, other: &Self) -> bool {
        self.contains(other.not_before) && self.contains(other.not_after)
    }
}

/// 1950-01-01T00:00:00Z, the first instant UTCTime can write.
const FIRST_SECOND: i64 = -631_152_000;
/// 2050-01-01T00:00:00Z, the first instant that needs GeneralizedTime.
const GENERALIZED_FROM: i64 = 2_524_608_000;

/// `Time` (RFC 5280, 4.1): UTCTime or GeneralizedTime by year.
pub(crate) fn time(at: Timestamp) -> Vec<u8> {
    let datetime = at.to_zoned(TimeZone::UTC).datetime();
    if (FIRST_SECOND..GENERALIZED_FROM).contains(&at.as_second()) {
        let text = digits(datetime, &format!("{:02}", datetime.year() % 100));
        x690::element(x690::UTC_TIME, &[text.as_bytes()])
    } else {
        generalized_time(x690::GENERALIZED_TIME, at)
    }
}

/// A GeneralizedTime `YYYYMMDDHHMMSSZ` under the given identifier octet.
pub(crate) fn generalized_time(tag: u8, at: Timestamp) -> Vec<u8> {
    let datetime = at.to_zoned(TimeZone::UTC).datetime();
    x690::element(tag, &[digits(datetime, &format!("{:04}", datetime.year())).as_bytes()])
}

fn digits(at: DateTime, year: &str) -> String {
    format!("{year}{:02}{:02}{:02}{:02}{:02}Z", at.month(), at.day(), at.hour(), at.minute(), at.second())
}

/// Reads `Time`: UTCTime (two-digit year, 50 to 99 is 19xx) or GeneralizedTime.
pub(crate) fn read_time(element: &Element<'_>) -> Result<Timestamp, DerError> {
    match element.tag {
        x690::UTC_TIME => {
            let year = two(element, 0)?;
            let century = if year >= 50 { 1900 } else { 2000 };
            read_digits(element, century + year, 2)
        }
        x690::GENERALIZED_TIME => {
            let at = read_generalized(element)?;
            if at.as_second() < GENERALIZED_FROM {
                return Err(element.refuse("a time before 2050 is written as UTCTime"));
            }
            Ok(at)
        }
        _ => Err(element.refuse("a time is UTCTime or GeneralizedTime")),
    }
}

/// Reads the contents of a GeneralizedTime, whatever its identifier.
pub(crate) fn read_generalized(element: &Element<'_>) -> Result<Timestamp, DerError> {
    let year = two(element, 0)? * 100 + two(element, 2)?;
    read_digits(element, year, 4)
}

fn two(element: &Element<'_>, at: usize) -> Result<i16, DerError> {
    match element.value.get(at..at + 2) {
        Some([tens @ b'0'..=b'9', ones @ b'0'..=b'9']) => {
            Ok(i16::from(tens - b'0') * 10 + i16::from(ones - b'0'))
        }
        _ => Err(element.refuse("a time is written in digits")),
    }
}

fn read_digits(element: &Element<'_>, year: i16, from: usize) -> Result<Timestamp, DerError> {
    if element.value.len() != from + 11 || element.value.last() != Some(&b'Z') {
        return Err(element.refuse("a time ends with seconds and Z"));
    }
    // each is below 100
    #[allow(clippy::cast_possible_truncation)]
    let field = |n: usize| two(element, from + 2 * n).map(|value| value as i8);
    let datetime = DateTime::new(year, field(0)?, field(1)?, field(2)?, field(3)?, field(4)?, 0)
        .map_err(|_| element.refuse("no such date or time"))?;
    TimeZone::UTC.to_timestamp(datetime).map_err(|_| element.refuse("no such date or time"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::x690::whole;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_form_changes_in_2050() {
        assert_eq!(time(at("2049-12-31T23:59:59Z")), b"\x17\x0D491231235959Z");
        assert_eq!(time(at("2050-01-01T00:00:00Z")), b"\x18\x0F20500101000000Z");
        assert_eq!(time(at("1950-01-01T00:00:00Z")), b"\x17\x0D500101000000Z");
        for text in
            ["1950-01-01T00:00:00Z", "2026-02-28T12:34:56Z", "2049-12-31T23:59:59Z", "2050-01-01T00:00:00Z"]
        {
            let der = time(at(text));
            assert_eq!(read_time(&whole(&der, der[0]).unwrap()).unwrap(), at(text));
        }
    }

    #[test]
    fn other_forms_are_refused() {
        for der in [
            &b"\x18\x0F20491231235959Z"[..],
            b"\x17\x0D260229000000Z",
            b"\x17\x0D261301000000Z",
            b"\x17\x0B2601010000Z",
            b"\x17\x11260101000000+0000",
            b"\x17\x0D26010100000:Z",
            b"\x17\x0D260101000060Z",
        ] {
            assert!(read_time(&whole(der, der[0]).unwrap()).is_err(), "{der:?}");
        }
    }

    #[test]
    fn three_months_are_calendar_months() {
        let period = Period::months_from(at("2026-11-30T08:00:00Z"), 3).unwrap();
        assert_eq!(period.not_after, at("2027-02-28T08:00:00Z"));
    }
}
