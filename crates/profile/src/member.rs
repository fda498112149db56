//! The member record: every field a validated newtype, every refusal typed, with what is wrong and what to do about it.
//!
//! Nothing here prints personal data: `Debug` of a [`Member`] and of its personal fields shows their type only.

mod attributes;
mod date;
mod error;
mod name;
mod number;

use std::fmt;

use jiff::ToSpan;
use jiff::civil::Date;

pub use attributes::{PlaceOfBirth, Sex, StateCode, Unit};
pub use date::PartialDate;
pub(crate) use date::digits;
pub use error::{Field, MemberError, MemberErrorKind};
pub use name::PersonName;
pub(crate) use name::is_invisible;
pub use number::{CitizenNumber, MemberNumber};

/// Age in years at which a person can be admitted.
const LEAST_AGE: i32 = 18;

/// The fields of a member record, each already valid by itself.
pub struct MemberParts {
    /// The number in the organisation's register.
    pub number: MemberNumber,
    /// The number in the population register; it never leaves this record but as a commitment (DG13).
    pub citizen_number: CitizenNumber,
    /// Full name, family name first.
    pub name: PersonName,
    /// Date of birth, as far as it is known.
    pub birth: PartialDate,
    /// Sex.
    pub sex: Sex,
    /// The unit the member belongs to.
    pub unit: Unit,
    /// Day of admission.
    pub admitted: Date,
    /// Day of official membership, if it has come.
    pub official: Option<Date>,
    /// Place of birth, if it is known.
    pub place_of_birth: Option<PlaceOfBirth>,
    /// Nationality; [`StateCode::VNM`] when the source says nothing.
    pub nationality: StateCode,
}

impl fmt::Debug for MemberParts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MemberParts(..)")
    }
}

/// A member record whose fields also agree with each other.
pub struct Member(MemberParts);

impl Member {
    /// Checks the fields against each other: born + 18 years ≤ admitted ≤ official.
    ///
    /// # Errors
    /// [`MemberErrorKind::AdmittedBeforeBirth`], [`MemberErrorKind::UnderAge`], [`MemberErrorKind::OfficialBeforeAdmitted`].
    pub fn new(parts: MemberParts) -> Result<Self, MemberError> {
        if parts.admitted < parts.birth.earliest() {
            return Err(MemberError::new(Field::Admitted, MemberErrorKind::AdmittedBeforeBirth));
        }
        if parts.birth.earliest().saturating_add(LEAST_AGE.years()) > parts.admitted {
            return Err(MemberError::new(Field::Birth, MemberErrorKind::UnderAge));
        }
        if parts.official.is_some_and(|official| official < parts.admitted) {
            return Err(MemberError::new(Field::Official, MemberErrorKind::OfficialBeforeAdmitted));
        }
        Ok(Self(parts))
    }

    /// The number in the organisation's register.
    #[must_use]
    pub const fn number(&self) -> &MemberNumber {
        &self.0.number
    }

    /// The number in the population register.
    #[must_use]
    pub const fn citizen_number(&self) -> &CitizenNumber {
        &self.0.citizen_number
    }

    /// Full name.
    #[must_use]
    pub const fn name(&self) -> &PersonName {
        &self.0.name
    }

    /// Date of birth.
    #[must_use]
    pub const fn birth(&self) -> PartialDate {
        self.0.birth
    }

    /// Sex.
    #[must_use]
    pub const fn sex(&self) -> Sex {
        self.0.sex
    }

    /// The unit.
    #[must_use]
    pub const fn unit(&self) -> &Unit {
        &self.0.unit
    }

    /// Day of admission.
    #[must_use]
    pub const fn admitted(&self) -> Date {
        self.0.admitted
    }

    /// Day of official membership.
    #[must_use]
    pub const fn official(&self) -> Option<Date> {
        self.0.official
    }

    /// Place of birth.
    #[must_use]
    pub const fn place_of_birth(&self) -> Option<&PlaceOfBirth> {
        self.0.place_of_birth.as_ref()
    }

    /// Nationality.
    #[must_use]
    pub const fn nationality(&self) -> StateCode {
        self.0.nationality
    }
}

impl fmt::Debug for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Member(..)")
    }
}

/// Parses a calendar day written `YYYY-MM-DD`.
///
/// # Errors
/// [`MemberErrorKind::DateForm`], [`MemberErrorKind::NoSuchDay`], attributed to `field`.
pub fn parse_day(field: Field, text: &str) -> Result<Date, MemberError> {
    let date = PartialDate::parse(text).map_err(|error| MemberError::new(field, error.kind))?;
    date.exact().ok_or(MemberError::new(field, MemberErrorKind::DateForm))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn parts(birth: &str, admitted: Date, official: Option<Date>) -> MemberParts {
        MemberParts {
            number: MemberNumber::parse("079012345678").unwrap(),
            citizen_number: CitizenNumber::parse("079090000001").unwrap(),
            name: PersonName::new("Nguyễn Thị An").unwrap(),
            birth: PartialDate::parse(birth).unwrap(),
            sex: Sex::Female,
            unit: Unit::new("00.01", "Chi bộ 1").unwrap(),
            admitted,
            official,
            place_of_birth: None,
            nationality: StateCode::VNM,
        }
    }

    #[test]
    fn dates_must_agree() {
        assert!(Member::new(parts("1990", date(2015, 1, 1), Some(date(2015, 1, 1)))).is_ok());
        let early = Member::new(parts("1990-05", date(1990, 4, 30), None)).unwrap_err();
        assert_eq!(early.kind, MemberErrorKind::AdmittedBeforeBirth);
        let young = |birth| {
            Member::new(parts(birth, date(2008, 5, 17), None))
                .map(drop)
                .map_err(|error| (error.field, error.kind))
        };
        assert_eq!(young("1990-05-18"), Err((Field::Birth, MemberErrorKind::UnderAge)));
        assert_eq!((young("1990-05-17"), young("1990-05"), young("1990")), (Ok(()), Ok(()), Ok(())));
        let late = Member::new(parts("1990", date(2015, 1, 2), Some(date(2015, 1, 1)))).unwrap_err();
        assert_eq!((late.field, late.kind), (Field::Official, MemberErrorKind::OfficialBeforeAdmitted));
    }

    #[test]
    fn debug_shows_no_personal_data() {
        let member = Member::new(parts("1990-05-17", date(2015, 1, 2), None)).unwrap();
        let shown =
            format!("{member:?} {:?} {:?} {:?}", member.citizen_number(), member.name(), member.birth());
        assert!(
            !shown.contains("079090000001") && !shown.contains("Nguyễn") && !shown.contains("1990"),
            "{shown}"
        );
    }

    #[test]
    fn a_day_is_a_full_date() {
        assert_eq!(parse_day(Field::Admitted, "2015-02-28"), Ok(date(2015, 2, 28)));
        assert_eq!(parse_day(Field::Admitted, "2015-02").unwrap_err().kind, MemberErrorKind::DateForm);
        let error = parse_day(Field::Official, "2015-02-29").unwrap_err();
        assert_eq!((error.field, error.kind), (Field::Official, MemberErrorKind::NoSuchDay));
    }
}
