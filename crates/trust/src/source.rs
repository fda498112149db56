//! Where bundles come from: a file, a folder such as a USB stick, an HTTP server.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use chipwright_pki::bundle::MOST_BYTES;

use crate::error::SourceError;
use crate::http;

/// How the files of signed bundles end.
pub const EXTENSION: &str = "ctb";
/// A file of a bundle: its content, its signature, its seal.
pub(crate) const MOST_FILE: u64 = MOST_BYTES as u64 + 128 * 1024;
const MOST_FILES: usize = 64;
/// The files of a folder together.
const MOST_FOLDER: u64 = 2 * MOST_FILE;

/// Where bundles come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// One file.
    File(PathBuf),
    /// A folder: every file in it that ends in `.ctb`.
    Folder(PathBuf),
    /// An HTTP address.
    Http(String),
}

/// A bundle as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The file's name, or the address.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Source {
    /// What a person means: an address begins with `http://`, a folder is one.
    ///
    /// # Errors
    /// [`SourceError::NotHttp`] for `https://`.
    pub fn parse(text: &str) -> Result<Self, SourceError> {
        let begins =
            |scheme: &str| text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
        if begins("https://") {
            return Err(SourceError::NotHttp);
        }
        Ok(match Path::new(text) {
            _ if begins("http://") => Self::Http(text.to_owned()),
            path if path.is_dir() => Self::Folder(path.to_owned()),
            path => Self::File(path.to_owned()),
        })
    }

    /// Brings what is there; of a folder in the order of the names.
    ///
    /// # Errors
    /// [`SourceError`].
    pub fn bring(&self) -> Result<Vec<Offer>, SourceError> {
        match self {
            Self::File(path) => Ok(vec![file(path)?]),
            Self::Folder(path) => folder(path),
            Self::Http(address) => {
                Ok(vec![Offer { name: address.clone(), bytes: http::get(address, &http::Limits::USUAL)? }])
            }
        }
    }
}

fn folder(path: &Path) -> Result<Vec<Offer>, SourceError> {
    let fail = |source| SourceError::Io { path: path.to_owned(), source };
    let mut files = Vec::new();
    for entry in fs::read_dir(path).map_err(fail)? {
        let entry = entry.map_err(fail)?;
        let named = entry.path().extension().is_some_and(|ending| ending.eq_ignore_ascii_case(EXTENSION));
        // neither folders nor links, which may lead anywhere
        if named && entry.file_type().map_err(fail)?.is_file() {
            files.push(entry.path());
        }
    }
    if files.is_empty() {
        return Err(SourceError::Empty { path: path.to_owned() });
    }
    if files.len() > MOST_FILES {
        return Err(SourceError::TooMany { path: path.to_owned(), most: MOST_FILES });
    }
    files.sort();
    // all are held at once
    let (mut offers, mut left) = (Vec::new(), MOST_FOLDER);
    for each in &files {
        let length = fs::metadata(each).map_err(fail)?.len();
        left = left
            .checked_sub(length)
            .ok_or(SourceError::TooMuch { path: path.to_owned(), most: MOST_FOLDER })?;
        offers.push(file(each)?);
    }
    Ok(offers)
}

fn file(path: &Path) -> Result<Offer, SourceError> {
    let fail = |source| SourceError::Io { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(fail)?.take(MOST_FILE + 1).read_to_end(&mut bytes).map_err(fail)?;
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
    if bytes.len() as u64 > MOST_FILE {
        return Err(SourceError::TooLarge { name, most: MOST_FILE });
    }
    Ok(Offer { name, bytes })
}
