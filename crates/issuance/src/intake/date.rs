//! Dates as people write them: `YYYY-MM-DD`, or day first, `DD/MM/YYYY`; each may lack its day, or day and month.

use chipwright_profile::{Field, MemberError, MemberErrorKind, PartialDate};
use jiff::civil::Date;

/// A date that may be known in part.
pub(super) fn partial(field: Field, text: &str) -> Result<PartialDate, MemberError> {
    let at = |error: MemberError| MemberError { field, kind: error.kind };
    let text = text.trim();
    if !text.contains('/') {
        return PartialDate::parse(text).map_err(at);
    }
    let form = MemberError { field, kind: MemberErrorKind::DateForm };
    let parts: Vec<&str> = text.split('/').map(str::trim).collect();
    let small = |part: &str| match part.len() {
        1 | 2 if part.bytes().all(|b| b.is_ascii_digit()) => part.parse::<i8>().map_err(|_| form),
        _ => Err(form),
    };
    let year = |part: &str| match part.len() {
        4 if part.bytes().all(|b| b.is_ascii_digit()) => part.parse::<i16>().map_err(|_| form),
        _ => Err(form),
    };
    match parts[..] {
        [d, m, y] => PartialDate::new(year(y)?, Some(small(m)?), Some(small(d)?)).map_err(at),
        [m, y] => PartialDate::new(year(y)?, Some(small(m)?), None).map_err(at),
        _ => Err(form),
    }
}

/// A date that must be known.
pub(super) fn day(field: Field, text: &str) -> Result<Date, MemberError> {
    partial(field, text)?.exact().ok_or(MemberError { field, kind: MemberErrorKind::DateForm })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_orders_and_partial_dates() {
        let shown = |text| partial(Field::Birth, text).map(|d| d.to_string());
        assert_eq!(shown(" 05/03/1990 ").unwrap(), "1990-03-05");
        assert_eq!(shown("5/3/1990").unwrap(), "1990-03-05");
        assert_eq!(shown("03/1990").unwrap(), "1990-03");
        assert_eq!(shown("1990").unwrap(), "1990");
        assert_eq!(shown("1990-03-05").unwrap(), "1990-03-05");
        assert_eq!(shown("03/25/1990").unwrap_err().kind, MemberErrorKind::NoSuchDay);
        for wrong in ["1/2/90", "1990/03/05", "/3/1990", "1/2/3/1990", "5.3.1990", "+5/3/1990"] {
            assert_eq!(shown(wrong).unwrap_err().kind, MemberErrorKind::DateForm, "{wrong}");
        }
        let error = day(Field::Official, "03/1990").unwrap_err();
        assert_eq!((error.field, error.kind), (Field::Official, MemberErrorKind::DateForm));
    }
}
