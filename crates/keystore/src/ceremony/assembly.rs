//! Sheets put together again.

use std::fmt;

use blahaj::{Share, Sharks};
use zeroize::Zeroizing;

use super::{Ceremony, CeremonyId, CheckValue, Scheme, Secret, Sheet, Subject};

/// The sheets entered so far, all of one ceremony and each of them once.
pub struct Assembly {
    known: Option<Ceremony>,
    sheets: Vec<Sheet>,
}

/// Why a sheet, or all of them together, were refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AssemblyError {
    /// A sheet of another ceremony.
    #[error("the form is of ceremony {found}, not of ceremony {expected}")]
    OtherCeremony {
        /// The ceremony of this home, or of the first sheet.
        expected: CeremonyId,
        /// The sheet's.
        found: CeremonyId,
    },
    /// The sheet calls itself of this ceremony, and says something else of it.
    #[error("form {number} says something else of ceremony {ceremony} than the record of it")]
    OtherTerms {
        /// The ceremony.
        ceremony: CeremonyId,
        /// The sheet.
        number: u8,
    },
    /// The same sheet a second time.
    #[error("form {number} was entered already")]
    Repeated {
        /// Which.
        number: u8,
    },
    /// Not the value that was handed out under this number.
    #[error("form {number} is not the one that was handed out: its check value is {found}, not {expected}")]
    NotHandedOut {
        /// Which.
        number: u8,
        /// The check value in the record.
        expected: CheckValue,
        /// The check value of the sheet.
        found: CheckValue,
    },
    /// Fewer sheets than are needed.
    #[error("{entered} of {needed} forms have been entered")]
    TooFew {
        /// How many there are.
        entered: u8,
        /// How many must be.
        needed: u8,
    },
    /// The secret that came out is not the one that was divided.
    #[error("the combined check value is {found}, and not {expected} as it was when the ceremony was held")]
    CheckValue {
        /// Then.
        expected: CheckValue,
        /// Now.
        found: CheckValue,
    },
}

impl Assembly {
    /// Of this ceremony, as its record describes it.
    #[must_use]
    pub const fn of(ceremony: Ceremony) -> Self {
        Self { known: Some(ceremony), sheets: Vec::new() }
    }

    /// Of the ceremony that the first sheet names.
    #[must_use]
    pub const fn of_first() -> Self {
        Self { known: None, sheets: Vec::new() }
    }

    /// Takes a sheet; how many are still needed.
    ///
    /// # Errors
    /// [`AssemblyError`]; nothing was combined, and the sheets taken before stay.
    pub fn add(&mut self, sheet: Sheet) -> Result<u8, AssemblyError> {
        let (id, terms) = self.terms().unwrap_or_else(|| (sheet.ceremony, terms(&sheet)));
        if sheet.ceremony != id {
            return Err(AssemblyError::OtherCeremony { expected: id, found: sheet.ceremony });
        }
        let (subject, scheme, whole) = terms;
        if sheet.subject != subject || sheet.scheme != scheme || !sheet.whole.is(whole) {
            return Err(AssemblyError::OtherTerms { ceremony: id, number: sheet.number });
        }
        if self.sheets.iter().any(|held| held.number == sheet.number) {
            return Err(AssemblyError::Repeated { number: sheet.number });
        }
        let handed_out = self.known.as_ref().and_then(|known| handed_out(known, sheet.number));
        if let Some(expected) = handed_out.filter(|expected| !expected.is(sheet.check_value())) {
            let found = sheet.check_value();
            return Err(AssemblyError::NotHandedOut { number: sheet.number, expected, found });
        }
        self.sheets.push(sheet);
        Ok(scheme.needed().saturating_sub(self.entered()))
    }

    /// The secret, when there are enough sheets and its check value is the one of the ceremony.
    ///
    /// # Errors
    /// [`AssemblyError::TooFew`], [`AssemblyError::CheckValue`].
    pub fn combine(self) -> Result<Secret, AssemblyError> {
        let entered = self.entered();
        let Some((_, (_, scheme, whole))) = self.terms() else {
            return Err(AssemblyError::TooFew { entered, needed: 2 });
        };
        let too_few = AssemblyError::TooFew { entered, needed: scheme.needed() };
        if entered < scheme.needed() {
            return Err(too_few);
        }
        let secret = match scheme {
            Scheme::Components(_) => added(&self.sheets),
            Scheme::Shares { threshold, .. } => interpolated(&self.sheets, threshold).ok_or(too_few)?,
        };
        let found = secret.check_value();
        if found.is(whole) { Ok(secret) } else { Err(AssemblyError::CheckValue { expected: whole, found }) }
    }

    fn entered(&self) -> u8 {
        u8::try_from(self.sheets.len()).unwrap_or(u8::MAX)
    }

    fn terms(&self) -> Option<(CeremonyId, Terms)> {
        let known = |known: &Ceremony| (known.id, (known.subject, known.scheme, known.check_value));
        let first = |sheet: &Sheet| (sheet.ceremony, terms(sheet));
        self.known.as_ref().map(known).or_else(|| self.sheets.first().map(first))
    }
}

type Terms = (Subject, Scheme, CheckValue);

const fn terms(sheet: &Sheet) -> Terms {
    (sheet.subject, sheet.scheme, sheet.whole)
}

fn handed_out(known: &Ceremony, number: u8) -> Option<CheckValue> {
    known.sheets.get(usize::from(number).checked_sub(1)?).copied()
}

impl fmt::Debug for Assembly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.sheets).finish()
    }
}

/// All components added.
fn added(sheets: &[Sheet]) -> Secret {
    let length = sheets.iter().map(|sheet| sheet.value.bytes()).max().unwrap_or(0);
    let mut sum = Zeroizing::new(vec![0; length]);
    for sheet in sheets {
        sum.iter_mut().zip(sheet.value.expose()).for_each(|(byte, other)| *byte ^= other);
    }
    Secret::unchecked(sum)
}

/// The value at 0 of the polynomial through the shares.
fn interpolated(sheets: &[Sheet], threshold: u8) -> Option<Secret> {
    let mut shares = Vec::with_capacity(sheets.len());
    for sheet in sheets {
        let mut bytes = Zeroizing::new(Vec::with_capacity(1 + sheet.value.bytes()));
        bytes.push(sheet.number);
        bytes.extend_from_slice(sheet.value.expose());
        shares.push(Share::try_from(bytes.as_slice()).ok()?);
    }
    Sharks(threshold).recover(&shares).ok().map(|bytes| Secret::unchecked(Zeroizing::new(bytes)))
}
