//! One row: its values become a member, or every reason why not.

use super::columns::Header;
use super::portrait_file::PortraitFile;
use super::{Column, Place, Problem, Rejection, date};
use chipwright_profile::{
    CitizenNumber, Field, Member, MemberError, MemberErrorKind, MemberNumber, MemberParts, PartialDate,
    PersonName, PlaceOfBirth, Sex, StateCode, Unit,
};
use jiff::ToSpan;
use jiff::civil::Date;
use std::collections::HashMap;
use std::path::Path;

/// Age of admission, years.
const ADULT: i64 = 18;

/// The values of a row, by the places of the header.
pub(super) struct Fields {
    values: Vec<String>,
    noted: Vec<(Option<Column>, Problem)>,
    odd_keys: bool,
}

impl Fields {
    pub(super) const fn new(values: Vec<String>) -> Self {
        Self { values, noted: Vec::new(), odd_keys: false }
    }

    pub(super) fn set(&mut self, index: usize, value: String) {
        self.values[index] = value;
    }

    /// What taking the row apart has found wrong with a value.
    pub(super) fn note(&mut self, column: Column, problem: Problem) {
        self.noted.push((Some(column), problem));
    }

    /// A key that cannot be followed: the values by column are not the whole row.
    pub(super) fn note_key(&mut self, column: Option<Column>, problem: Problem) {
        self.noted.push((column, problem));
        self.odd_keys = true;
    }

    /// Do the values by column lack something that stood in the row?
    pub(super) const fn has_odd_keys(&self) -> bool {
        self.odd_keys
    }

    fn is_noted(&self, column: Column) -> bool {
        self.noted.iter().any(|(c, _)| *c == Some(column))
    }

    fn get(&self, column: Column, header: &Header) -> &str {
        header.place(column).and_then(|index| self.values.get(index)).map_or("", String::as_str)
    }

    /// The values that a rejects file repeats.
    pub(super) fn into_kept(mut self, header: &Header) -> Vec<String> {
        header
            .kept()
            .iter()
            .map(|index| self.values.get_mut(*index).map(std::mem::take).unwrap_or_default())
            .collect()
    }
}

/// The numbers met so far, each with its first line. Numbers only: a province takes a few megabytes.
#[derive(Default)]
pub(super) struct Numbers {
    members: HashMap<u64, u64>,
    citizens: HashMap<u64, u64>,
}

fn met(numbers: &mut HashMap<u64, u64>, text: &str, line: u64) -> Option<u64> {
    let text = text.trim();
    let number =
        (text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok())??;
    match numbers.entry(number) {
        std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
        std::collections::hash_map::Entry::Vacant(free) => {
            free.insert(line);
            None
        }
    }
}

struct Judge<'a> {
    line: u64,
    fields: &'a Fields,
    header: &'a Header,
    found: Vec<(Option<Column>, Problem)>,
}

impl Judge<'_> {
    fn text(&self, column: Column) -> &str {
        self.fields.get(column, self.header)
    }

    /// Takes a value, or notes why it is none. A value that has been noted before is not judged again.
    fn take<T>(&mut self, column: Column, parse: impl FnOnce(&str) -> Result<T, MemberError>) -> Option<T> {
        if self.fields.is_noted(column) {
            return None;
        }
        match parse(self.text(column)) {
            Ok(value) => Some(value),
            Err(error) => {
                self.note(error);
                None
            }
        }
    }

    fn optional<T>(
        &mut self,
        column: Column,
        parse: impl FnOnce(&str) -> Result<T, MemberError>,
    ) -> Option<Option<T>> {
        if self.text(column).trim().is_empty() { Some(None) } else { self.take(column, parse).map(Some) }
    }

    fn note(&mut self, error: MemberError) {
        self.found.push((Some(column_of(error.field)), Problem::Member(error)));
    }

    fn place(&self, column: Column) -> Option<Place> {
        let index = self.header.place(column)?;
        Some(Place { column, name: self.header.name(index).to_owned(), number: index + 1 })
    }
}

/// Judges a row by everything it says.
pub(super) fn judge(
    line: u64,
    fields: &Fields,
    header: &Header,
    numbers: &mut Numbers,
    portraits: &Path,
) -> Result<(Member, PortraitFile), Vec<Rejection>> {
    let mut j = Judge { line, fields, header, found: fields.noted.clone() };
    let number = j.take(Column::MemberNumber, MemberNumber::parse);
    let citizen_number = j.take(Column::CitizenNumber, CitizenNumber::parse);
    let name = j.take(Column::Name, PersonName::new);
    let birth = j.take(Column::BirthDate, |t| date::partial(Field::Birth, t));
    let sex = j.take(Column::Sex, Sex::parse);
    let place_of_birth = j.optional(Column::PlaceOfBirth, PlaceOfBirth::new);
    let unit = unit(&mut j);
    let admitted = j.take(Column::AdmittedOn, |t| date::day(Field::Admitted, t));
    let official = j.optional(Column::OfficialOn, |t| date::day(Field::Official, t));
    let nationality = j.optional(Column::Nationality, StateCode::parse);

    let same_member = met(&mut numbers.members, j.text(Column::MemberNumber), line);
    let same_citizen = met(&mut numbers.citizens, j.text(Column::CitizenNumber), line);
    if let Some(first) = same_member {
        j.found.push((Some(Column::MemberNumber), Problem::DuplicateMemberNumber { first }));
    }
    // The same row once more is one problem, not two.
    if let Some(first) = same_citizen.filter(|first| same_member != Some(*first)) {
        j.found.push((Some(Column::CitizenNumber), Problem::DuplicateCitizenNumber { first }));
    }
    dates_agree(&mut j, birth, admitted, official.flatten());
    let portrait =
        match PortraitFile::find(portraits, j.text(Column::Portrait), line, j.place(Column::Portrait)) {
            Ok(portrait) => Some(portrait),
            Err(problem) => {
                if !j.fields.is_noted(Column::Portrait) {
                    j.found.push((Some(Column::Portrait), problem));
                }
                None
            }
        };
    let parts = (|| {
        Some(MemberParts {
            number: number?,
            citizen_number: citizen_number?,
            name: name?,
            birth: birth?,
            sex: sex?,
            unit: unit?,
            admitted: admitted?,
            official: official?,
            place_of_birth: place_of_birth?,
            nationality: nationality?.unwrap_or(StateCode::VNM),
        })
    })();
    let member = match parts.map(Member::new) {
        Some(Ok(member)) => Some(member),
        Some(Err(error)) if !j.found.iter().any(|(_, known)| *known == Problem::Member(error)) => {
            j.note(error);
            None
        }
        _ => None,
    };
    match (member, portrait) {
        (Some(member), Some(portrait)) if j.found.is_empty() => Ok((member, portrait)),
        _ => {
            let mut found = std::mem::take(&mut j.found);
            found.sort_by_key(|(column, _)| column.map(|c| c as usize));
            Err(found
                .into_iter()
                .map(|(column, problem)| Rejection {
                    line: j.line,
                    place: column.and_then(|c| j.place(c)),
                    problem,
                })
                .collect())
        }
    }
}

/// born + 18 years ≤ admitted ≤ official, as far as the dates are known: the rules of [`Member::new`], applied to a row that has other
/// problems too.
fn dates_agree(
    j: &mut Judge<'_>,
    birth: Option<PartialDate>,
    admitted: Option<Date>,
    official: Option<Date>,
) {
    let Some(admitted) = admitted else { return };
    if let Some(earliest) = birth.map(PartialDate::earliest) {
        if admitted < earliest {
            j.note(MemberError { field: Field::Admitted, kind: MemberErrorKind::AdmittedBeforeBirth });
        } else if earliest.saturating_add(ADULT.years()) > admitted {
            j.note(MemberError { field: Field::Birth, kind: MemberErrorKind::UnderAge });
        }
    }
    if official.is_some_and(|official| official < admitted) {
        j.note(MemberError { field: Field::Official, kind: MemberErrorKind::OfficialBeforeAdmitted });
    }
}

/// Code and name are one value of the record and two columns of the file: both are judged.
fn unit(j: &mut Judge<'_>) -> Option<Unit> {
    let (code, name) = (j.text(Column::UnitCode).to_owned(), j.text(Column::UnitName).to_owned());
    if j.fields.is_noted(Column::UnitCode) || j.fields.is_noted(Column::UnitName) {
        return None;
    }
    match Unit::new(&code, &name) {
        Ok(unit) => Some(unit),
        Err(error) => {
            j.note(error);
            if error.field == Field::UnitCode
                && let Err(second) = Unit::new("0", &name)
            {
                j.note(second);
            }
            None
        }
    }
}

const fn column_of(field: Field) -> Column {
    match field {
        Field::Number => Column::MemberNumber,
        Field::CitizenNumber => Column::CitizenNumber,
        Field::Name => Column::Name,
        Field::Birth => Column::BirthDate,
        Field::Sex => Column::Sex,
        Field::UnitCode => Column::UnitCode,
        Field::UnitName => Column::UnitName,
        Field::Admitted => Column::AdmittedOn,
        Field::Official => Column::OfficialOn,
        Field::PlaceOfBirth => Column::PlaceOfBirth,
        Field::Nationality => Column::Nationality,
    }
}
