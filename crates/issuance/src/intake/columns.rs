//! The columns of a members file and the header that names them.

use super::IntakeError;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(usize)]
pub enum Column {
    /// 12 digits.
    MemberNumber,
    /// 12 digits.
    CitizenNumber,
    /// Full name, family name first.
    Name,
    /// Date of birth; day, or day and month, may be unknown.
    BirthDate,
    /// `M` or `F`.
    Sex,
    /// Free text; may be empty.
    PlaceOfBirth,
    /// Code of the unit.
    UnitCode,
    /// Name of the unit.
    UnitName,
    /// Day of admission.
    AdmittedOn,
    /// Day of official membership; empty for a candidate member.
    OfficialOn,
    /// Country code; `VNM` when empty.
    Nationality,
    /// File in the folder of portraits.
    Portrait,
}

impl Column {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::MemberNumber,
        Self::CitizenNumber,
        Self::Name,
        Self::BirthDate,
        Self::Sex,
        Self::PlaceOfBirth,
        Self::UnitCode,
        Self::UnitName,
        Self::AdmittedOn,
        Self::OfficialOn,
        Self::Nationality,
        Self::Portrait,
    ];

    /// The name in the header, then its aliases. Case, marks and punctuation do not count: `Họ và tên` is `ho_va_ten`.
    #[must_use]
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::MemberNumber => {
                &["member_number", "so_the_dang", "so_the_dang_vien", "so_the", "ma_dang_vien"]
            }
            Self::CitizenNumber => &[
                "citizen_number",
                "so_dinh_danh",
                "so_dinh_danh_ca_nhan",
                "so_cccd",
                "cccd",
                "so_can_cuoc",
                "can_cuoc_cong_dan",
            ],
            Self::Name => &["name", "ho_ten", "ho_va_ten", "ho_ten_khai_sinh", "full_name"],
            Self::BirthDate => {
                &["birth_date", "ngay_sinh", "ngay_thang_nam_sinh", "nam_sinh", "date_of_birth"]
            }
            Self::Sex => &["sex", "gioi_tinh"],
            Self::PlaceOfBirth => &["place_of_birth", "noi_sinh", "noi_khai_sinh"],
            Self::UnitCode => &["unit_code", "ma_don_vi", "ma_chi_bo", "ma_to_chuc_dang"],
            Self::UnitName => &["unit_name", "ten_don_vi", "don_vi", "chi_bo", "ten_chi_bo", "to_chuc_dang"],
            Self::AdmittedOn => &["admitted_on", "ngay_vao_dang", "ngay_ket_nap"],
            Self::OfficialOn => &["official_on", "ngay_chinh_thuc", "ngay_cong_nhan_chinh_thuc"],
            Self::Nationality => &["nationality", "quoc_tich"],
            Self::Portrait => &["portrait", "anh", "anh_chan_dung", "anh_the", "tep_anh", "ten_tep_anh"],
        }
    }

    /// The name in the header.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.names()[0]
    }

    const fn required(self) -> bool {
        !matches!(self, Self::PlaceOfBirth | Self::OfficialOn | Self::Nationality)
    }

    fn named(folded: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.names().contains(&folded))
    }
}

/// Characters of a header's name that are shown.
const MOST_SHOWN: usize = 64;

/// Something odd about the columns that does no harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// A column nobody knows is ignored.
    UnknownColumn {
        /// Its name.
        name: String,
        /// Its number, counted from 1.
        number: usize,
        /// The column it may have meant.
        nearest: Option<&'static str>,
    },
}

/// What a rejects file adds; ignored without a word when it comes back.
pub(super) const ADDED: [&str; 6] = ["line", "column", "class", "cause", "remedy", "row"];

/// What a key of a JSON object names.
pub(super) enum Key {
    /// A column.
    Column(Column),
    /// What a rejects file adds.
    Added,
    /// Nothing we know.
    Unknown {
        /// The column it may have meant.
        nearest: Option<&'static str>,
    },
}

/// Where each column stands.
pub(super) struct Header {
    names: Vec<String>,
    places: [Option<usize>; Column::ALL.len()],
    kept: Vec<usize>,
    notices: Vec<Notice>,
}

impl Header {
    /// The header of JSON lines.
    pub(super) fn canonical() -> Self {
        Self {
            names: Column::ALL.map(|c| c.name().to_owned()).to_vec(),
            places: std::array::from_fn(Some),
            kept: (0..Column::ALL.len()).collect(),
            notices: Vec::new(),
        }
    }

    pub(super) fn of(names: Vec<String>) -> Result<Self, IntakeError> {
        let names: Vec<String> = names.iter().map(|name| shown(name)).collect();
        let mut places = [None; Column::ALL.len()];
        let mut kept = Vec::new();
        let mut unknown = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let folded = fold(name);
            if let Some(column) = Column::named(&folded) {
                if let Some(first) = places[column as usize].replace(index) {
                    return Err(IntakeError::DuplicateColumn {
                        name: column.name(),
                        first: first + 1,
                        second: index + 1,
                    });
                }
            } else if ADDED.contains(&folded.as_str()) {
                continue;
            } else if !folded.is_empty() {
                unknown.push((index, folded));
            }
            kept.push(index);
        }
        let free = |column: &Column| places[*column as usize].is_none();
        let missing: Vec<_> = Column::ALL
            .into_iter()
            .filter(|column| column.required() && free(column))
            .map(|column| {
                let near = unknown.iter().filter_map(|(i, folded)| Some((near(column, folded)?, *i))).min();
                (column.name(), near.map(|(_, i)| names[i].trim().to_owned()))
            })
            .collect();
        if !missing.is_empty() {
            return Err(IntakeError::MissingColumns { missing });
        }
        let notices = unknown
            .iter()
            .map(|(index, folded)| Notice::UnknownColumn {
                name: names[*index].trim().to_owned(),
                number: index + 1,
                nearest: nearest(folded, free),
            })
            .collect();
        Ok(Self { names, places, kept, notices })
    }

    pub(super) const fn width(&self) -> usize {
        self.names.len()
    }

    pub(super) const fn place(&self, column: Column) -> Option<usize> {
        self.places[column as usize]
    }

    pub(super) fn name(&self, index: usize) -> &str {
        self.names[index].trim()
    }

    pub(super) fn kept(&self) -> &[usize] {
        &self.kept
    }

    pub(super) fn kept_names(&self) -> Vec<String> {
        self.kept.iter().map(|index| self.names[*index].clone()).collect()
    }

    pub(super) fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// What a key of a JSON object names.
    pub(super) fn key(key: &str) -> Key {
        let folded = fold(key);
        match Column::named(&folded) {
            Some(column) => Key::Column(column),
            None if ADDED.contains(&folded.as_str()) => Key::Added,
            None => Key::Unknown { nearest: nearest(&folded, |_| true) },
        }
    }
}

/// A name as messages and the rejects file show it: no control characters, which would steer a terminal, and no more than
/// [`MOST_SHOWN`] characters.
fn shown(name: &str) -> String {
    let visible = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    name.trim().chars().map(visible).take(MOST_SHOWN).collect()
}

/// Lower case, marks dropped, đ as d, everything between letters and digits one `_`.
pub(super) fn fold(name: &str) -> String {
    let mut folded = String::with_capacity(name.len());
    for character in name.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase) {
        match character {
            'đ' => folded.push('d'),
            c if c.is_alphanumeric() => folded.push(c),
            _ if !folded.is_empty() && !folded.ends_with('_') => folded.push('_'),
            _ => {}
        }
    }
    folded.truncate(folded.trim_end_matches('_').len());
    folded
}

fn near(column: Column, folded: &str) -> Option<usize> {
    let distance = column.names().iter().map(|name| distance(name, folded)).min()?;
    (distance <= 1 + folded.chars().count() / 4).then_some(distance)
}

fn nearest(folded: &str, free: impl Fn(&Column) -> bool) -> Option<&'static str> {
    let candidates = Column::ALL.into_iter().filter(|c| free(c));
    let found =
        candidates.filter_map(|c| Some((near(c, folded)?, c.name()))).min_by_key(|(distance, _)| *distance);
    found.map(|(_, name)| name)
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
