//! PIN letters as files in a folder, one a card, for the person who prints and seals them.

use crate::home;
use chipwright_issuance::issue::{Letter, LetterError, Letters};
use chipwright_print::{PinLetter, Secrets};
use std::path::{Path, PathBuf};

/// A folder of letters.
pub(crate) struct LetterFolder {
    folder: PathBuf,
    issuer: String,
}

impl LetterFolder {
    /// In this folder, from this issuer.
    pub(crate) fn new(folder: &Path, issuer: &str) -> Self {
        Self { folder: folder.to_owned(), issuer: issuer.to_owned() }
    }
}

impl Letters for LetterFolder {
    fn keep(&mut self, letter: &Letter<'_>) -> Result<(), LetterError> {
        let digits = |bytes| std::str::from_utf8(bytes).unwrap_or_default();
        let day = letter.at.to_zoned(jiff::tz::TimeZone::system()).strftime("%d/%m/%Y").to_string();
        let pdf = PinLetter {
            name: letter.name,
            unit: letter.unit,
            card_number: letter.card.as_str(),
            issued: &day,
            issuer: &self.issuer,
            secrets: Secrets { pin: digits(letter.pin.expose()), puk: Some(digits(letter.puk.expose())) },
        }
        .to_pdf()
        .map_err(|error| LetterError(Box::new(error)))?;
        home::make_private(&self.folder)
            .and_then(|()| {
                home::write_whole(&self.folder.join(format!("{}.pdf", letter.card)), &pdf, 0o600, true)
            })
            .map_err(|error| LetterError(Box::new(error)))
    }
}
