//! The machine readable zone of a TD1 card (ICAO Doc 9303-3, section 4; 9303-5, section 4.2): three lines of 30 characters.
//!
//! | line | positions | content |
//! |---|---|---|
//! | 1 | 1–2 | document code |
//! | 1 | 3–5 | issuing State or organization |
//! | 1 | 6–14, 15 | document number, check digit (or `<` and the rest of a long number in 16–30) |
//! | 1 | 16–30 | optional data |
//! | 2 | 1–6, 7 | date of birth, check digit |
//! | 2 | 8 | sex |
//! | 2 | 9–14, 15 | date of expiry, check digit |
//! | 2 | 16–18 | nationality |
//! | 2 | 19–29 | optional data |
//! | 2 | 30 | check digit over line 1: 6–30 and line 2: 1–7, 9–15, 19–29 |
//! | 3 | 1–30 | name |

mod check_digit;
mod information;
mod name_field;
mod parse;
pub mod transliteration;

use std::fmt;

use jiff::civil::Date;

pub use check_digit::check_digit;
pub use information::MrzInformation;
pub use name_field::{name_field, name_field_of};
pub use parse::{MrzError, MrzErrorKind};

use crate::member::{PartialDate, PersonName, Sex, StateCode, digits};
use crate::{CardNumber, DocumentCode};

/// Characters in a line.
pub const LINE: usize = 30;
/// Characters in all three lines, as DG1 holds them.
pub const LENGTH: usize = 3 * LINE;

/// What the machine readable zone of one card says.
#[derive(Clone, Copy)]
pub struct Td1Fields<'a> {
    /// Document code.
    pub document_code: DocumentCode,
    /// Issuing State or organization.
    pub issuing_state: StateCode,
    /// Card number.
    pub card_number: &'a CardNumber,
    /// Date of birth.
    pub birth: PartialDate,
    /// Sex.
    pub sex: Sex,
    /// Date of expiry.
    pub expires: Date,
    /// Nationality.
    pub nationality: StateCode,
    /// Name.
    pub name: &'a PersonName,
}

/// A machine readable zone whose form and check digits are right.
#[derive(Clone, PartialEq, Eq)]
pub struct Td1([u8; LENGTH]);

impl Td1 {
    /// Writes the three lines. The optional data fields stay empty.
    #[must_use]
    pub fn new(fields: &Td1Fields<'_>) -> Self {
        let mut mrz = [b'<'; LENGTH];
        let mut put = |at: usize, text: &[u8]| mrz[at..at + text.len()].copy_from_slice(text);
        put(0, fields.document_code.as_bytes());
        put(2, fields.issuing_state.mrz().as_bytes());
        put(5, fields.card_number.as_str().as_bytes());
        put(30, fields.birth.mrz().as_bytes());
        put(37, &[fields.sex.mrz() as u8]);
        put(38, &digits(fields.expires)[2..]);
        put(45, fields.nationality.mrz().as_bytes());
        put(60, &name_field(fields.name));
        mrz[14] = check_digit(&mrz[5..14]);
        mrz[36] = check_digit(&mrz[30..36]);
        mrz[44] = check_digit(&mrz[38..44]);
        mrz[59] = check_digit(&composite(&mrz));
        Self(mrz)
    }

    /// The same zone with another name: the third line, which no check digit covers.
    #[must_use]
    pub fn with_name(mut self, name: &PersonName) -> Self {
        self.0[2 * LINE..].copy_from_slice(&name_field(name));
        self
    }

    /// The 90 characters, line after line.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; LENGTH] {
        &self.0
    }

    /// The three lines.
    #[must_use]
    pub fn lines(&self) -> [&str; 3] {
        [self.text(0, LINE), self.text(LINE, LINE), self.text(2 * LINE, LINE)]
    }

    /// Document code, two characters.
    #[must_use]
    pub fn document_code(&self) -> &str {
        self.text(0, 2)
    }

    /// Issuing State or organization, three characters.
    #[must_use]
    pub fn issuing_state(&self) -> &str {
        self.text(2, 3)
    }

    /// Document number without fillers at its end; one of more than nine characters is joined again (9303-5, 4.2.2.2, note j).
    #[must_use]
    pub fn document_number(&self) -> String {
        let first = self.text(5, 9);
        if self.0[14] != b'<' {
            return first.trim_end_matches('<').to_owned();
        }
        let rest = self.text(15, 15);
        let rest = rest.split('<').next().unwrap_or_default();
        format!("{first}{}", &rest[..rest.len().saturating_sub(1)])
    }

    /// Date of birth, `YYMMDD` with `<<` for what is not known.
    #[must_use]
    pub fn birth(&self) -> &str {
        self.text(30, 6)
    }

    /// Sex; `<` is [`Sex::Unspecified`].
    #[must_use]
    pub const fn sex(&self) -> Sex {
        match self.0[37] {
            b'M' => Sex::Male,
            b'F' => Sex::Female,
            _ => Sex::Unspecified,
        }
    }

    /// Date of expiry, the two digits of the year taken as 2000 to 2099.
    #[must_use]
    pub fn expires(&self) -> Date {
        parse::expiry(&self.0[38..44]).unwrap_or(Date::MIN)
    }

    /// Nationality, three characters.
    #[must_use]
    pub fn nationality(&self) -> &str {
        self.text(45, 3)
    }

    /// The optional data of lines 1 and 2, without fillers at the end.
    #[must_use]
    pub fn optional_data(&self) -> (&str, &str) {
        (self.text(15, 15).trim_end_matches('<'), self.text(48, 11).trim_end_matches('<'))
    }

    /// Primary and secondary identifier, fillers as spaces.
    #[must_use]
    pub fn name(&self) -> (String, String) {
        let field = self.text(60, LINE).trim_end_matches('<');
        let (primary, secondary) = field.split_once("<<").unwrap_or((field, ""));
        (primary.replace('<', " "), secondary.replace('<', " "))
    }

    /// The part the access key is derived from.
    #[must_use]
    pub fn mrz_information(&self) -> MrzInformation {
        MrzInformation::of(&self.0)
    }

    fn text(&self, at: usize, length: usize) -> &str {
        std::str::from_utf8(&self.0[at..at + length]).unwrap_or_default()
    }
}

impl fmt::Debug for Td1 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Td1(..)")
    }
}

/// Line 1: 6–30, line 2: 1–7, 9–15, 19–29 (9303-5, 4.2.4).
fn composite(mrz: &[u8; LENGTH]) -> Vec<u8> {
    [&mrz[5..37], &mrz[38..45], &mrz[48..59]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_whole_card() {
        let (number, name) =
            (CardNumber::parse("K7T0QX2M9").unwrap(), PersonName::new("Đặng Thị Mỹ Ương").unwrap());
        let td1 = Td1::new(&Td1Fields {
            document_code: DocumentCode::parse("CM").unwrap(),
            issuing_state: StateCode::VNM,
            card_number: &number,
            birth: PartialDate::parse("1974-08").unwrap(),
            sex: Sex::Female,
            expires: date(2036, 11, 21),
            nationality: StateCode::VNM,
            name: &name,
        });
        let [one, two, three] = td1.lines();
        assert_eq!((one.len(), two.len(), three), (30, 30, "DANG<<THI<MY<UONG<<<<<<<<<<<<<"));
        assert!(one.starts_with("CMVNMK7T0QX2M9") && two.starts_with("7408<<"), "{one} {two}");
        assert_eq!(Td1::parse(td1.as_bytes()), Ok(td1.clone()));
        assert_eq!((td1.document_number().as_str(), td1.expires()), ("K7T0QX2M9", date(2036, 11, 21)));
        assert_eq!(td1.name(), ("DANG".into(), "THI MY UONG".into()));
    }
}
