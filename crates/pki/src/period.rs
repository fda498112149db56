//! Time in certificates (RFC 5280, 4.1.2.5): UTCTime through 2049, GeneralizedTime from 2050, whole seconds, `Z`.

use std::time::Duration;

use der::DateTime;
use der::asn1::GeneralizedTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde::Serialize;
use x509_cert::time::Time;

use crate::encoding::DerError;

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
    /// Certificates write the years from 1950, Chipwright those from 1970, to 9999.
    #[error("the period leaves the years 1970 to 9999")]
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
        if not_before.as_second() < 0 {
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

/// `Time` (RFC 5280, 4.1): UTCTime or GeneralizedTime by year.
pub(crate) fn time(at: Timestamp) -> der::Result<Time> {
    date_time(at).map(Time::from)
}

/// A GeneralizedTime, whatever the year.
pub(crate) fn generalized_time(at: Timestamp) -> der::Result<GeneralizedTime> {
    date_time(at).map(GeneralizedTime::from_date_time)
}

fn date_time(at: Timestamp) -> der::Result<DateTime> {
    DateTime::from_unix_duration(Duration::from_secs(at.as_second().try_into()?))
}

/// Reads `Time`; GeneralizedTime is for the years from 2050 on.
pub(crate) fn read_time(time: Time) -> Result<Timestamp, DerError> {
    let date_time = time.to_date_time();
    if matches!(time, Time::GeneralTime(_)) && matches!(Time::from(date_time), Time::UtcTime(_)) {
        return Err(DerError::refuse("a time before 2050 is written as UTCTime"));
    }
    timestamp(date_time)
}

/// The instant of a date and time in UTC.
pub(crate) fn timestamp(at: DateTime) -> Result<Timestamp, DerError> {
    i64::try_from(at.unix_duration().as_secs())
        .ok()
        .and_then(|second| Timestamp::from_second(second).ok())
        .ok_or_else(|| DerError::refuse("no such date or time"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use der::{Decode, Encode};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn the_form_changes_in_2050() {
        for (text, der) in [
            ("1970-01-01T00:00:00Z", &b"\x17\x0D700101000000Z"[..]),
            ("2026-02-28T12:34:56Z", b"\x17\x0D260228123456Z"),
            ("2049-12-31T23:59:59Z", b"\x17\x0D491231235959Z"),
            ("2050-01-01T00:00:00Z", b"\x18\x0F20500101000000Z"),
        ] {
            assert_eq!(time(at(text)).unwrap().to_der().unwrap(), der);
            assert_eq!(read_time(Time::from_der(der).unwrap()).unwrap(), at(text));
        }
        assert!(time(at("1969-12-31T23:59:59Z")).is_err());
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
            assert!(Time::from_der(der).map_err(DerError::from).and_then(read_time).is_err(), "{der:?}");
        }
    }

    #[test]
    fn three_months_are_calendar_months() {
        let period = Period::months_from(at("2026-11-30T08:00:00Z"), 3).unwrap();
        assert_eq!(period.not_after, at("2027-02-28T08:00:00Z"));
    }
}
