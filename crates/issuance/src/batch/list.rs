//! From a members file and its portraits to the list that is prepared or approved.

use super::{List, ManifestError, RowDigest};
use crate::intake::{Applicant, BadRow, Intake, IntakeError, Row};
use ring::digest::{Context, SHA256};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

/// One row, as it comes.
#[derive(Debug)]
pub enum Listed<'a> {
    /// It stands in the list.
    Row(&'a Applicant),
    /// It does not.
    Rejected(&'a BadRow),
}

/// Why there is no list.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The members file cannot be read.
    #[error(transparent)]
    Intake(#[from] IntakeError),
    /// There are too many rows.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
}

/// Reads the file once, from its first byte to its last, with the photograph of every good row. A photograph is read and not decoded:
/// whether it fits on a card is seen when the card is made.
///
/// # Errors
/// [`ListError`].
pub fn list(members: &Path, portraits: &Path, each: &mut dyn FnMut(Listed<'_>)) -> Result<List, ListError> {
    let file =
        File::open(members).map_err(|source| IntakeError::File { path: members.to_owned(), source })?;
    let context = Rc::new(RefCell::new(Context::new(&SHA256)));
    let read = Hashing { file, context: Rc::clone(&context) };
    let mut rows = Vec::new();
    for row in Intake::read(BufReader::with_capacity(1 << 16, read), portraits)? {
        match row? {
            Row::Good(applicant) => match applicant.portrait.read() {
                Ok(photograph) => {
                    rows.push(RowDigest::of(&applicant.member, photograph.digest()));
                    each(Listed::Row(&applicant));
                }
                Err(rejection) => each(Listed::Rejected(&applicant.reject(rejection))),
            },
            Row::Bad(bad) => each(Listed::Rejected(&bad)),
        }
    }
    // the iterator ends where the file does
    let mut digest = [0; 32];
    digest.copy_from_slice(context.borrow().clone().finish().as_ref());
    Ok(List::new(digest, rows)?)
}

/// A file that is hashed while it is read.
struct Hashing {
    file: File,
    context: Rc<RefCell<Context>>,
}

impl Read for Hashing {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.context.borrow_mut().update(&buffer[..read]);
        Ok(read)
    }
}
