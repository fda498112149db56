//! A list of members that can be read more than once: after a crash, the members whose cards are in work come first.

use crate::intake::{Intake, IntakeError, Notice, Row};
use std::path::PathBuf;

/// Rows, from the beginning each time.
pub trait Source {
    /// Reads the list from its beginning.
    ///
    /// # Errors
    /// [`IntakeError`].
    fn rows(&mut self) -> Result<Box<dyn Iterator<Item = Result<Row, IntakeError>> + '_>, IntakeError>;
}

/// A members file and its folder of portraits.
#[derive(Debug, Clone)]
pub struct MembersFile {
    /// CSV or JSON lines.
    pub members: PathBuf,
    /// Folder of portraits.
    pub portraits: PathBuf,
}

impl MembersFile {
    /// The columns, as a rejects file repeats them, and what is odd about them and does no harm.
    ///
    /// # Errors
    /// [`IntakeError`].
    pub fn header(&self) -> Result<(Vec<String>, Vec<Notice>), IntakeError> {
        let intake = Intake::open(&self.members, &self.portraits)?;
        Ok((intake.columns(), intake.notices().to_vec()))
    }
}

impl Source for MembersFile {
    fn rows(&mut self) -> Result<Box<dyn Iterator<Item = Result<Row, IntakeError>> + '_>, IntakeError> {
        Ok(Box::new(Intake::open(&self.members, &self.portraits)?))
    }
}
