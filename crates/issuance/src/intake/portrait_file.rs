//! The photograph a row names: a file inside the folder of portraits, and nowhere else.

use super::{Place, Problem, Rejection};
use chipwright_profile::{FittedPortrait, Portrait};
use ring::digest::SHA256;
use std::fs::File;
use std::io::Read;
use std::path::{Component, Path, PathBuf};
use unicode_normalization::UnicodeNormalization;

/// Bytes of the largest photograph that is read.
pub const MOST_PORTRAIT_BYTES: u64 = 20 * 1024 * 1024;

/// A photograph, found and not yet read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortraitFile {
    path: PathBuf,
    line: u64,
    place: Option<Place>,
}

impl PortraitFile {
    /// Finds the file. Its name may be composed or decomposed Unicode; links that leave the folder are refused.
    pub(super) fn find(folder: &Path, name: &str, line: u64, place: Option<Place>) -> Result<Self, Problem> {
        let name = name.trim();
        if name.is_empty() {
            return Err(Problem::PortraitNotNamed);
        }
        let plain = Path::new(name).components().all(|c| matches!(c, Component::Normal(_)));
        if !plain || name.contains(['\\', '\0', ':']) {
            return Err(Problem::PortraitOutside);
        }
        let spellings = [name.to_owned(), name.nfc().collect(), name.nfd().collect()];
        let path = spellings
            .iter()
            .find_map(|name| folder.join(name).canonicalize().ok())
            .ok_or(Problem::PortraitMissing)?;
        if !path.starts_with(folder) {
            return Err(Problem::PortraitOutside);
        }
        let data = path.metadata().map_err(|_| Problem::PortraitUnreadable)?;
        if !data.is_file() {
            return Err(Problem::PortraitMissing);
        }
        if data.len() > MOST_PORTRAIT_BYTES {
            return Err(Problem::PortraitFileTooLarge { found: data.len(), most: MOST_PORTRAIT_BYTES });
        }
        Ok(Self { path, line, place })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the photograph.
    ///
    /// # Errors
    /// [`Rejection`] of the row this photograph belongs to.
    pub fn read(&self) -> Result<Photograph, Rejection> {
        let mut bytes = Vec::new();
        File::open(&self.path)
            .and_then(|file| file.take(MOST_PORTRAIT_BYTES + 1).read_to_end(&mut bytes))
            .map_err(|_| self.refuse(Problem::PortraitUnreadable))?;
        let mut digest = [0; 32];
        digest.copy_from_slice(ring::digest::digest(&SHA256, &bytes).as_ref());
        Ok(Photograph { bytes, digest, line: self.line, place: self.place.clone() })
    }

    /// Reads the photograph and fits it into `budget` bytes.
    ///
    /// # Errors
    /// [`Rejection`] of the row this photograph belongs to.
    pub fn fit(&self, budget: usize) -> Result<FittedPortrait, Rejection> {
        self.read()?.fit(budget)
    }

    fn refuse(&self, problem: Problem) -> Rejection {
        Rejection { line: self.line, place: self.place.clone(), problem }
    }
}

/// The bytes of a photograph's file, read once.
pub struct Photograph {
    bytes: Vec<u8>,
    digest: [u8; 32],
    line: u64,
    place: Option<Place>,
}

impl Photograph {
    /// SHA-256 of the file.
    #[must_use]
    pub const fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Fits it into `budget` bytes.
    ///
    /// # Errors
    /// [`Rejection`] of the row this photograph belongs to.
    pub fn fit(&self, budget: usize) -> Result<FittedPortrait, Rejection> {
        Portrait::fit(&self.bytes, budget).map_err(|error| Rejection {
            line: self.line,
            place: self.place.clone(),
            problem: Problem::Portrait(error),
        })
    }
}

impl std::fmt::Debug for Photograph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Photograph").field("bytes", &self.bytes.len()).finish_non_exhaustive()
    }
}
