//! Dates in certificates (TR-03110-3, D.2.6): six bytes, one decimal digit each, YYMMDD of the years 2000 to 2099.

use jiff::civil::Date;

use super::{CvError, IssueError};

/// The days from the effective date to the expiration date, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CvPeriod {
    effective: Date,
    expires: Date,
}

impl CvPeriod {
    /// From the effective date to the expiration date.
    ///
    /// # Errors
    /// [`IssueError::PeriodReversed`], [`IssueError::Year`].
    pub fn new(effective: Date, expires: Date) -> Result<Self, IssueError> {
        if expires < effective {
            return Err(IssueError::PeriodReversed);
        }
        if !(2000..=2099).contains(&effective.year()) || !(2000..=2099).contains(&expires.year()) {
            return Err(IssueError::Year);
        }
        Ok(Self { effective, expires })
    }

    /// As read; the two are not compared, a certificate that ends before it begins is never valid.
    pub(super) const fn read(effective: Date, expires: Date) -> Self {
        Self { effective, expires }
    }

    /// The first day.
    #[must_use]
    pub const fn effective(&self) -> Date {
        self.effective
    }

    /// The last day.
    #[must_use]
    pub const fn expires(&self) -> Date {
        self.expires
    }

    /// Whether `other` lies inside.
    #[must_use]
    pub fn encloses(&self, other: &Self) -> bool {
        self.effective <= other.effective && other.expires <= self.expires
    }
}

/// The six digits of a date.
pub(super) fn encode(date: Date) -> [u8; 6] {
    let digits = |number: i8| [number.unsigned_abs() / 10, number.unsigned_abs() % 10];
    let year = date.year().rem_euclid(100).unsigned_abs();
    // below 100 by the remainder
    let year = u8::try_from(year).unwrap_or(0);
    let ([m, mm], [d, dd]) = (digits(date.month()), digits(date.day()));
    [year / 10, year % 10, m, mm, d, dd]
}

/// The date of six digits.
pub(super) fn decode(bytes: &[u8]) -> Result<Date, CvError> {
    let refused = CvError::Refused("a date is six bytes, one decimal digit each, and a day that exists");
    let digits: [u8; 6] = bytes.try_into().map_err(|_| refused)?;
    if digits.iter().any(|digit| *digit > 9) {
        return Err(refused);
    }
    let [y, yy, m, mm, d, dd] = digits.map(|digit| i8::try_from(digit).unwrap_or(0));
    Date::new(2000 + i16::from(y) * 10 + i16::from(yy), m * 10 + mm, d * 10 + dd).map_err(|_| refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn dates_are_six_digits() {
        assert_eq!(encode(date(2026, 11, 22)), [2, 6, 1, 1, 2, 2]);
        assert_eq!(decode(&[2, 6, 1, 1, 2, 2]).unwrap(), date(2026, 11, 22));
        assert_eq!(decode(&[9, 9, 1, 2, 3, 1]).unwrap(), date(2099, 12, 31));
        for wrong in [&[2, 6, 1, 3, 0, 1][..], &[2, 6, 0, 2, 2, 9], &[2, 6, 1, 1, 2], &[0x26, 0, 1, 1, 2, 2]]
        {
            assert!(decode(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_period_lies_in_this_century_and_does_not_end_before_it_begins() {
        assert_eq!(CvPeriod::new(date(2026, 2, 2), date(2026, 2, 1)), Err(IssueError::PeriodReversed));
        assert_eq!(CvPeriod::new(date(2026, 2, 2), date(2100, 1, 1)), Err(IssueError::Year));
        let one_day = CvPeriod::new(date(2026, 2, 2), date(2026, 2, 2)).unwrap();
        assert!(one_day.encloses(&one_day));
    }
}
