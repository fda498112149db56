//! What is remembered of a card for terminals that may append to a file and not read it: cards do not tell them.
//!
//! ```text
//! records/CARD/CATEGORY.unanswered   an append began, and nobody knows how it ended
//! records/CARD/certificates          SHA-256 of each signer's certificate that was brought, one a line
//! ```

use crate::failure::Failure;
use crate::home::{self, Home};
use chipwright_pki::Certificate;
use chipwright_pki::cv::Category;
use chipwright_profile::CardNumber;
use std::fs;
use std::io::ErrorKind;
use std::path::PathBuf;

/// What is remembered of one card.
pub(super) struct Unread {
    folder: PathBuf,
}

impl Unread {
    pub(super) fn of(home: &Home, card: &CardNumber) -> Self {
        Self { folder: home.path().join("records").join(card.as_str()) }
    }

    fn mark(&self, category: Category) -> PathBuf {
        self.folder.join(format!("{category}.unanswered"))
    }

    /// Whether an append began, and nobody knows how it ended.
    pub(super) fn is_unanswered(&self, category: Category) -> bool {
        self.mark(category).exists()
    }

    /// Before a record is sent.
    pub(super) fn begin(&self, category: Category) -> Result<(), Failure> {
        home::make_folder(&self.folder)?;
        home::write_file(&self.mark(category), b"", 0o600)
    }

    /// The end of the file is known again.
    pub(super) fn end(&self, category: Category) -> Result<(), Failure> {
        match fs::remove_file(self.mark(category)) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                Err(home::not_written(&self.mark(category), &error))
            }
            _ => Ok(()),
        }
    }

    /// Whether this certificate was brought to the card.
    pub(super) fn has(&self, certificate: &Certificate) -> bool {
        let wanted = hex::encode(certificate.fingerprint());
        self.brought().lines().any(|line| line == wanted)
    }

    /// This certificate was brought to the card.
    pub(super) fn note(&self, certificate: &Certificate) -> Result<(), Failure> {
        let all = format!("{}{}\n", self.brought(), hex::encode(certificate.fingerprint()));
        home::make_folder(&self.folder)?;
        home::write_file(&self.folder.join("certificates"), all.as_bytes(), 0o600)
    }

    fn brought(&self) -> String {
        fs::read_to_string(self.folder.join("certificates")).unwrap_or_default()
    }
}
