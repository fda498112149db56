//! One process writes a registry at a time: a lock file beside it, held by the operating system and so gone with the process.

use crate::Error;
use jiff::Timestamp;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How often, and how far apart, a lock is tried again that only onlookers hold.
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(5);

/// Who holds the lease, as noted in the lock file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// Process number.
    pub process: u32,
    /// Since when.
    pub since: Timestamp,
}

/// Who writes a registry at this moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Writer {
    /// Nobody: the lease is free.
    Nobody,
    /// Somebody, as far as the note in the lock file says who.
    Somebody(Option<Holder>),
}

impl Writer {
    /// Looks who writes the registry at `path`. Changes nothing; nobody who wants to write is refused for it.
    ///
    /// # Errors
    /// [`Error::File`] when the lock file cannot be read.
    pub fn of(path: &Path) -> Result<Self, Error> {
        let lock_path = lock_path(path);
        let failed = |source| Error::File { path: lock_path.clone(), source };
        let mut file = match File::open(&lock_path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Nobody),
            Err(error) => return Err(failed(error)),
        };
        // that a lock is held shows only when one asks for it: an onlooker's, which `lock` below lets pass
        match file.try_lock_shared() {
            Ok(()) => Ok(Self::Nobody),
            Err(TryLockError::WouldBlock) => Ok(Self::Somebody(holder(&mut file))),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }
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
        match lock(&file) {
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

/// Takes the lock unless a writer has it; onlookers, who look for a moment only, are waited for.
fn lock(file: &File) -> Result<(), TryLockError> {
    for _ in 0..TRIES {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {}
            done => return done,
        }
        // a writer refuses onlookers as well
        file.try_lock_shared()?;
        file.unlock().map_err(TryLockError::Error)?;
        thread::sleep(PAUSE);
    }
    Err(TryLockError::WouldBlock)
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

    #[test]
    fn onlookers_keep_no_writer_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        let at: Timestamp = "2026-11-22T05:00:00Z".parse().unwrap();
        assert_eq!(Writer::of(&path).unwrap(), Writer::Nobody, "without a lock file");
        drop(Lease::take(&path, at).unwrap());
        let looking = File::open(lock_path(&path)).unwrap();
        looking.lock_shared().unwrap();
        let onlooker = thread::spawn(move || {
            thread::sleep(Duration::from_millis(50));
            drop(looking);
        });
        let lease = Lease::take(&path, at).unwrap();
        onlooker.join().unwrap();
        let us = Holder { process: std::process::id(), since: at };
        assert_eq!(Writer::of(&path).unwrap(), Writer::Somebody(Some(us)));
        let note = std::fs::read(lock_path(&path)).unwrap();
        drop(lease);
        assert_eq!(Writer::of(&path).unwrap(), Writer::Nobody);
        assert_eq!(std::fs::read(lock_path(&path)).unwrap(), note, "looking leaves the note alone");
    }

    #[test]
    fn writers_come_through_a_crowd_of_onlookers() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("registry.db");
        let at: Timestamp = "2026-11-22T05:00:00Z".parse().unwrap();
        drop(Lease::take(&path, at).unwrap());
        let done = std::sync::atomic::AtomicBool::new(false);
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    while !done.load(std::sync::atomic::Ordering::Relaxed) {
                        Writer::of(&path).unwrap();
                    }
                });
            }
            let leases: Vec<bool> = (0..300).map(|_| Lease::take(&path, at).is_ok()).collect();
            done.store(true, std::sync::atomic::Ordering::Relaxed);
            assert!(leases.iter().all(|taken| *taken));
        });
    }
}
