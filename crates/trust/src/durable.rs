//! Files that are replaced whole, in steps that may each be the last.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// Where the power may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// The temporary file is there, and empty.
    Created,
    /// It is written in part.
    HalfWritten,
    /// It is written, and not yet on the disk for certain.
    Written,
    /// It is on the disk.
    Synchronised,
    /// It has its name.
    Renamed,
    /// The name is on the disk.
    Kept,
}

/// Told of every step; an error ends the work there, with nothing tidied up.
pub(crate) type Watch<'a> = &'a mut dyn FnMut(&Path, Step) -> io::Result<()>;

/// Writes `bytes` under a temporary name, and renames it to `path`.
pub(crate) fn replace(path: &Path, bytes: &[u8], watch: Watch<'_>) -> io::Result<()> {
    let mut name = OsString::from(PREFIX);
    name.push(path.file_name().unwrap_or_default());
    let beside = path.with_file_name(name);
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).open(&beside)?;
    watch(path, Step::Created)?;
    let (head, tail) = bytes.split_at(bytes.len() / 2);
    file.write_all(head)?;
    watch(path, Step::HalfWritten)?;
    file.write_all(tail)?;
    watch(path, Step::Written)?;
    file.sync_all()?;
    watch(path, Step::Synchronised)?;
    fs::rename(&beside, path)?;
    watch(path, Step::Renamed)?;
    synchronise_folder(path.parent().unwrap_or(Path::new(".")))?;
    watch(path, Step::Kept)
}

/// What temporary names begin with.
pub(crate) const PREFIX: &str = ".new-";

#[cfg(unix)]
fn synchronise_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn synchronise_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
