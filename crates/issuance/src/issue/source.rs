//! A list of members that can be read more than once: after a crash, the members whose cards are in work come first.

use crate::intake::{Intake, IntakeError, Row};
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

impl Source for MembersFile {
    fn rows(&mut self) -> Result<Box<dyn Iterator<Item = Result<Row, IntakeError>> + '_>, IntakeError> {
        Ok(Box::new(Intake::open(&self.members, &self.portraits)?))
    }
}
