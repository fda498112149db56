//! Reading a TD1 zone: characters, forms of the fields, all check digits.

use jiff::civil::Date;

use super::{LENGTH, LINE, Td1, check_digit, composite};

/// Why 90 characters are not a machine readable zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{kind} (line {}, position {})", .position / LINE + 1, .position % LINE + 1)]
pub struct MrzError {
    /// What is wrong.
    pub kind: MrzErrorKind,
    /// Index into the 90 characters, from 0.
    pub position: usize,
}

/// The kinds of [`MrzError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MrzErrorKind {
    /// Not 90 characters.
    #[error("the zone has {0} characters, and a TD1 zone has 90")]
    Length(usize),
    /// A character outside `A`–`Z`, `0`–`9`, `<`, or one its field cannot hold.
    #[error("a character that cannot stand here")]
    Character,
    /// Not a date.
    #[error("a date that does not exist")]
    Date,
    /// A check digit that does not fit.
    #[error("check digit {found} where {computed} must stand", found = *.found as char, computed = *.computed as char)]
    CheckDigit {
        /// The character that stands here.
        found: u8,
        /// The digit computed over the field.
        computed: u8,
    },
    /// No name.
    #[error("the name is empty")]
    Name,
}

impl Td1 {
    /// Reads the 90 characters of DG1 (three lines, one after the other).
    ///
    /// # Errors
    /// [`MrzError`] with the position of the first fault.
    pub fn parse(data: &[u8]) -> Result<Self, MrzError> {
        let mrz: &[u8; LENGTH] =
            data.try_into().map_err(|_| error(MrzErrorKind::Length(data.len()), data.len().min(LENGTH)))?;
        characters(mrz, 0..LENGTH, |c| matches!(c, b'A'..=b'Z' | b'0'..=b'9' | b'<'))?;
        characters(mrz, 0..1, |c| c.is_ascii_uppercase())?;
        for letters in [1..5, 45..48, 60..90] {
            characters(mrz, letters, |c| !c.is_ascii_digit())?;
        }
        characters(mrz, 37..38, |c| matches!(c, b'M' | b'F' | b'<'))?;
        document_number(mrz)?;
        birth(&mrz[30..36]).ok_or(error(MrzErrorKind::Date, 30))?;
        digit(mrz[36], &mrz[30..36], 36)?;
        expiry(&mrz[38..44]).ok_or(error(MrzErrorKind::Date, 38))?;
        digit(mrz[44], &mrz[38..44], 44)?;
        digit(mrz[59], &composite(mrz), 59)?;
        if mrz[60] == b'<' {
            return Err(error(MrzErrorKind::Name, 60));
        }
        Ok(Self(*mrz))
    }
}

const fn error(kind: MrzErrorKind, position: usize) -> MrzError {
    MrzError { kind, position }
}

fn characters(
    mrz: &[u8],
    range: std::ops::Range<usize>,
    allowed: impl Fn(u8) -> bool,
) -> Result<(), MrzError> {
    let start = range.start;
    match mrz[range].iter().position(|c| !allowed(*c)) {
        Some(index) => Err(error(MrzErrorKind::Character, start + index)),
        None => Ok(()),
    }
}

fn digit(found: u8, data: &[u8], position: usize) -> Result<(), MrzError> {
    let computed = check_digit(data);
    if found == computed {
        Ok(())
    } else {
        Err(error(MrzErrorKind::CheckDigit { found, computed }, position))
    }
}

/// Positions 6–15; a filler at 15 means that the number goes on in the optional data and its check digit stands behind it.
fn document_number(mrz: &[u8; LENGTH]) -> Result<(), MrzError> {
    if mrz[14] != b'<' {
        return digit(mrz[14], &mrz[5..14], 14);
    }
    let rest = mrz[15..30].iter().take_while(|c| **c != b'<').count();
    if rest < 2 {
        return Err(error(MrzErrorKind::CheckDigit { found: b'<', computed: check_digit(&mrz[5..14]) }, 14));
    }
    let number = [&mrz[5..14], &mrz[15..14 + rest]].concat();
    digit(mrz[14 + rest], &number, 14 + rest)
}

/// `YYMMDD` with unknown parts as `<<`; a known day needs a known month, and a month a year.
fn birth(field: &[u8]) -> Option<()> {
    let part = |at: usize| match &field[at..at + 2] {
        b"<<" => Some(None),
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(Some((a - b'0') * 10 + (b - b'0'))),
        _ => None,
    };
    let (year, month, day) = (part(0)?, part(2)?, part(4)?);
    // 29 February: a leap year of either century is enough
    let leap = i16::from(year.unwrap_or(0)) + 2000;
    let month = month.map_or(Some(1), |month| i8::try_from(month).ok())?;
    let day = day.map_or(Some(1), |day| i8::try_from(day).ok())?;
    Date::new(leap, month, day).ok().map(|_| ())
}

/// `YYMMDD`, 2000 to 2099.
pub(super) fn expiry(field: &[u8]) -> Option<Date> {
    let number = |at: usize| match field[at..at + 2] {
        [a @ b'0'..=b'9', b @ b'0'..=b'9'] => Some(((a - b'0') * 10 + (b - b'0')) as i8),
        _ => None,
    };
    Date::new(2000 + i16::from(number(0)?), number(2)?, number(4)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// 9303-5, appendix A.
    const ERIKSSON: &[u8; 90] =
        b"I<UTOD231458907<<<<<<<<<<<<<<<7408122F1204159UTO<<<<<<<<<<<6ERIKSSON<<ANNA<MARIA<<<<<<<<<<";

    #[test]
    fn the_specimen() {
        let td1 = Td1::parse(ERIKSSON).unwrap();
        assert_eq!(
            (td1.document_code(), td1.issuing_state(), td1.document_number().as_str()),
            ("I<", "UTO", "D23145890")
        );
        assert_eq!((td1.birth(), td1.nationality(), td1.optional_data()), ("740812", "UTO", ("", "")));
    }

    #[test]
    fn every_check_digit_is_checked() {
        for position in [14, 36, 44, 59] {
            let mut mrz = *ERIKSSON;
            mrz[position] = if mrz[position] == b'9' { b'0' } else { mrz[position] + 1 };
            let error = Td1::parse(&mrz).unwrap_err();
            assert!(matches!(error.kind, MrzErrorKind::CheckDigit { .. }), "{error}");
            assert_eq!(error.position, position);
        }
    }

    #[test]
    fn faults_have_their_place() {
        let with = |position: usize, c: u8| {
            let mut mrz = *ERIKSSON;
            mrz[position] = c;
            Td1::parse(&mrz).unwrap_err()
        };
        assert_eq!(with(63, b'K' + 32), error(MrzErrorKind::Character, 63));
        assert_eq!(with(3, b'4'), error(MrzErrorKind::Character, 3));
        assert_eq!(with(32, b'9'), error(MrzErrorKind::Date, 30));
        assert_eq!(with(60, b'<'), error(MrzErrorKind::Name, 60));
        assert_eq!(with(37, b'X').to_string(), "a character that cannot stand here (line 2, position 8)");
        assert_eq!(Td1::parse(&ERIKSSON[..89]).unwrap_err().kind, MrzErrorKind::Length(89));
    }

    proptest! {
        #[test]
        fn any_bytes(data in prop::collection::vec(any::<u8>(), 85..95)) {
            let _ = Td1::parse(&data);
        }

        #[test]
        fn any_zone(data in "[A-Z0-9<]{90}") {
            let _ = Td1::parse(data.as_bytes());
        }
    }
}
