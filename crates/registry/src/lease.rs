//! One process writes a registry at a time: a lock file beside it, held by the operating system and so gone with the process.

use crate::Error;
use jiff::Timestamp;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Who holds the lease, as noted in the lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Process number.
    pub process: u32,
    /// Since when.
    pub since: Timestamp,
}

/// The lock; released on drop, and by the system when the process dies.
#[derive(Debug)]
pub(crate) struct Lease(#[expect(dead_code, reason = "the lock lives as long as the open file")] File);

impl Lease {
    /// Takes the lease on the registry at `path`.
    pub(crate) fn take(path: &Path, at: Timestamp) -> Result<Self, Error> {
        let lock_path = lock_path(path);
        let failed = |source| Error::File { path: lock_path.clone(), source };
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        crate::schema::private(&mut options);
        let mut file = options.open(&lock_path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(Error::InUse { path: path.to_owned(), holder: holder(&mut file) });
            }
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
        // The note is for people; the lock itself is what counts.
        let note = format!("{} {at:.3}\n", std::process::id());
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| file.write_all(note.as_bytes()))
            .map_err(failed)?;
        Ok(Self(file))
    }
}

fn lock_path(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}

fn holder(file: &mut File) -> Option<Holder> {
    let mut note = String::new();
    file.take(256).read_to_string(&mut note).ok()?;
    let (process, since) = note.trim_end().split_once(' ')?;
    Some(Holder { process: process.parse().ok()?, since: since.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_is_told_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        let at: Timestamp = "2026-11-22T05:00:00Z".parse().unwrap();
        let first = Lease::take(&path, at).unwrap();
        match Lease::take(&path, at).unwrap_err() {
            Error::InUse { holder: Some(holder), .. } => {
                assert_eq!(holder, Holder { process: std::process::id(), since: at });
            }
            other => panic!("{other}"),
        }
        drop(first);
        Lease::take(&path, at).unwrap();
    }
}
