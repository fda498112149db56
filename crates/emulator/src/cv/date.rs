//! Dates.

use super::CvError;
use std::fmt;

/// `YYMMDD` of the years 2000 to 2099, one digit a byte (TR-03110-3, D.2.1.3). Ordered by time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date([u8; 6]);

impl Date {
    /// Reads six digits, one a byte.
    ///
    /// # Errors
    /// [`CvError::NotADate`].
    pub fn new(bytes: &[u8]) -> Result<Self, CvError> {
        let digits: [u8; 6] = bytes.try_into().map_err(|_| CvError::NotADate)?;
        if digits.iter().any(|digit| *digit > 9) {
            return Err(CvError::NotADate);
        }
        let [_, _, m, month, d, day] = digits;
        match (10 * m + month, 10 * d + day) {
            (1..=12, 1..=31) => Ok(Self(digits)),
            _ => Err(CvError::NotADate),
        }
    }

    /// One digit a byte.
    #[must_use]
    pub const fn bytes(self) -> [u8; 6] {
        self.0
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d, e, g] = self.0;
        write!(f, "20{a}{b}-{c}{d}-{e}{g}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_and_their_order() {
        let day = |digits: [u8; 6]| Date::new(&digits);
        let first = day([1, 1, 0, 1, 0, 1]).unwrap();
        assert!(first < day([1, 1, 0, 1, 0, 2]).unwrap());
        assert!(day([1, 1, 1, 2, 3, 1]).unwrap() < day([1, 2, 0, 1, 0, 1]).unwrap());
        assert_eq!((first.bytes(), format!("{first:?}").as_str()), ([1, 1, 0, 1, 0, 1], "2011-01-01"));
        for bad in [[1, 1, 0, 0, 0, 1], [1, 1, 1, 3, 0, 1], [1, 1, 0, 1, 0, 0], [1, 1, 0, 1, 3, 2], [0x31; 6]]
        {
            assert_eq!(day(bad), Err(CvError::NotADate), "{bad:?}");
        }
        assert_eq!(Date::new(&[1, 1, 0, 1, 0]), Err(CvError::NotADate));
    }
}
