//! Files that are whole or absent, and never overwritten.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use crate::error::READ;
use crate::{KeystoreError, random};

/// Larger files are no key files.
const MOST_BYTES: u64 = 64 * 1024;

/// Reads a key file.
pub(crate) fn read(path: &Path) -> Result<Zeroizing<Vec<u8>>, KeystoreError> {
    let fail = |source| KeystoreError::io(READ, path, source);
    let file = File::open(path).map_err(fail)?;
    let mut bytes = Zeroizing::new(Vec::new());
    file.take(MOST_BYTES).read_to_end(&mut bytes).map_err(fail)?;
    Ok(bytes)
}

/// Writes a new file: temporary name, synchronise, take the free name, synchronise the folder.
///
/// The name is taken by a hard link, which fails if it is not free; where there are no hard links, by creating the empty
/// file exclusively and renaming over it.
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), KeystoreError> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    if fs::symlink_metadata(path).is_ok() {
        return Err(KeystoreError::AlreadyExists { path: path.to_owned() });
    }
    let temporary = Temporary::create(folder, bytes)?;
    match fs::hard_link(&temporary.path, path) {
        Ok(()) => {}
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {
            return Err(KeystoreError::AlreadyExists { path: path.to_owned() });
        }
        // link(2): EPERM where the file system has no hard links
        Err(fault) if matches!(fault.kind(), ErrorKind::Unsupported | ErrorKind::PermissionDenied) => {
            rename_onto_free(&temporary.path, path)?;
        }
        Err(fault) => return Err(KeystoreError::io("write", path, fault)),
    }
    drop(temporary);
    synchronise_folder(folder)
}

/// Takes the free name by an empty file and renames over it; the name is free again when that fails.
fn rename_onto_free(from: &Path, path: &Path) -> Result<(), KeystoreError> {
    drop(owner_only().open(path).map_err(|fault| KeystoreError::io("create", path, fault))?);
    fs::rename(from, path).map_err(|fault| {
        let _ = fs::remove_file(path);
        KeystoreError::io("write", path, fault)
    })
}

/// A file under a random name, removed when dropped unless it was renamed.
struct Temporary {
    path: PathBuf,
}

impl Temporary {
    fn create(folder: &Path, bytes: &[u8]) -> Result<Self, KeystoreError> {
        let mut suffix = [0; 8];
        random::fill(&mut suffix)?;
        let path = folder.join(format!(".chipwright-{}.new", hex::encode(suffix)));
        let mut file =
            owner_only().open(&path).map_err(|fault| KeystoreError::io("create a file in", folder, fault))?;
        let temporary = Self { path };
        file.write_all(bytes)
            .and_then(|()| file.sync_all())
            .map_err(|fault| KeystoreError::io("write", &temporary.path, fault))?;
        Ok(temporary)
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // gone already if it was renamed
        let _ = fs::remove_file(&self.path);
    }
}

/// A new file for writing, for its owner alone.
fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn synchronise_folder(folder: &Path) -> Result<(), KeystoreError> {
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|fault| KeystoreError::io("synchronise", folder, fault))
}

#[cfg(not(unix))]
fn synchronise_folder(_folder: &Path) -> Result<(), KeystoreError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_hard_links_the_name_is_taken_whole_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let (from, path) = (folder.path().join("new"), folder.path().join("a.key"));
        assert!(rename_onto_free(&from, &path).is_err(), "there is nothing to rename");
        assert!(!path.exists(), "an empty file under the key's name would keep the key from being made");
        fs::write(&from, "key").unwrap();
        rename_onto_free(&from, &path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"key");
        fs::write(&from, "other").unwrap();
        assert!(matches!(rename_onto_free(&from, &path), Err(KeystoreError::AlreadyExists { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"key");
    }
}
