//! The folder of a kiosk.
//!
//! ```text
//! state.json               which bundle is in force, its digest, the latest signed time
//! bundle-NUMBER-DIGEST.der the content in force: the DER of a full TrustBundle
//! signed-NUMBER-DIGEST.ctb the signed bundle, full or delta, that brought it
//! lock                     held by whoever changes the folder
//! ```
//!
//! Installing writes the two files of the new bundle first, then `state.json`, each under a temporary name that is renamed when the
//! file is on the disk; the old files go last. So `state.json` always names a whole bundle.

mod state;
#[cfg(test)]
mod torn_tests;

use std::fs::{self, File, TryLockError};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use chipwright_pki::bundle::{Change, Decision, FullBundle, InForce, MOST_BYTES, Refusal, Terms, judge};
use chipwright_pki::policy::Policy;
use jiff::Timestamp;

#[cfg(test)]
use crate::durable::Step;
use crate::durable::{PREFIX, Watch, replace};
use crate::error::FolderError;
use state::State;

const STATE: &str = "state.json";
/// A state with more bytes is none of ours.
const MOST_STATE: u64 = 64 * 1024;

/// What a kiosk trusts, on its disk.
#[derive(Debug)]
pub struct TrustFolder {
    path: PathBuf,
    in_force: Option<InForce>,
}

/// What came of an offered bundle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Installed {
    /// The number in force.
    pub number: u64,
    /// How that differs from before.
    pub change: Change,
    /// Whether the next bundle is due already.
    pub overdue: bool,
}

impl TrustFolder {
    /// Opens a folder; one that is not there yet, or empty, trusts nothing.
    ///
    /// # Errors
    /// [`FolderError`] when what is there cannot be used. It is never taken for an empty folder.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, FolderError> {
        let path = path.into();
        let in_force = match read(&path) {
            // the bundle was replaced between reading its name and reading it
            Err(FolderError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => read(&path)?,
            found => found?,
        };
        Ok(Self { path, in_force })
    }

    /// Whether this folder is, or was, one of ours.
    #[must_use]
    pub fn is_at(path: &Path) -> bool {
        path.join(STATE).is_file()
    }

    /// The folder.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What is in force; none before the first bundle.
    #[must_use]
    pub const fn in_force(&self) -> Option<&InForce> {
        self.in_force.as_ref()
    }

    /// The time before which no clock is credible: the latest signed time, less what clocks may differ by.
    #[must_use]
    pub fn not_before(&self) -> Option<Timestamp> {
        let latest = self.in_force.as_ref()?.latest;
        Some(latest.saturating_sub(Policy::real().clock_skew).unwrap_or(Timestamp::MIN))
    }

    /// Decides on a signed bundle without taking it.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn consider(&self, signed: &[u8], terms: &Terms) -> Result<Decision, Refusal> {
        judge(self.in_force(), signed, terms)
    }

    /// Decides on a signed bundle, and installs it if the rules say so.
    ///
    /// # Errors
    /// The outer error when the folder fails, the inner when the bundle is refused. What was in force is in force in both cases.
    pub fn install(
        &mut self,
        signed: &[u8],
        terms: &Terms,
    ) -> Result<Result<Installed, Refusal>, FolderError> {
        self.install_watched(signed, terms, &mut |_, _| Ok(()))
    }

    fn install_watched(
        &mut self,
        signed: &[u8],
        terms: &Terms,
        watch: Watch<'_>,
    ) -> Result<Result<Installed, Refusal>, FolderError> {
        let _lock = self.lock()?;
        let decision = match self.consider(signed, terms) {
            Ok(decision) => decision,
            Err(refusal) => return Ok(Err(refusal)),
        };
        let Decision { in_force, change, overdue } = decision;
        let number = in_force.bundle.header().number;
        if change == Change::None {
            self.remember(in_force.latest, watch)?;
            return Ok(Ok(Installed { number, change, overdue }));
        }
        let state = State::of(&in_force);
        self.write(&state.bundle, in_force.bundle.as_der(), watch)?;
        self.write(&state.signed, signed, watch)?;
        self.write(STATE, &state.to_bytes(), watch)?;
        self.in_force = Some(in_force);
        self.tidy(&state);
        Ok(Ok(Installed { number, change, overdue }))
    }

    /// Remembers a time seen in signed data that was found good. Earlier times change nothing.
    ///
    /// # Errors
    /// [`FolderError`].
    pub fn saw(&mut self, time: Timestamp) -> Result<(), FolderError> {
        if self.in_force.as_ref().is_none_or(|held| time <= held.latest) {
            return Ok(());
        }
        let _lock = self.lock()?;
        self.remember(time, &mut |_, _| Ok(()))
    }

    fn remember(&mut self, time: Timestamp, watch: Watch<'_>) -> Result<(), FolderError> {
        let Some(held) = &mut self.in_force else { return Ok(()) };
        if time <= held.latest {
            return Ok(());
        }
        held.latest = time;
        let bytes = State::of(held).to_bytes();
        self.write(STATE, &bytes, watch)
    }

    /// Makes the folder, and takes its lock; what another process did in the meantime is read.
    fn lock(&mut self) -> Result<File, FolderError> {
        fs::create_dir_all(&self.path).map_err(|source| io_error("made", &self.path, source))?;
        let path = self.path.join("lock");
        let file = File::options().create(true).truncate(false).write(true).open(&path);
        let file = file.map_err(|source| io_error("opened", &path, source))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(FolderError::Busy { path: self.path.clone() }),
            Err(TryLockError::Error(source)) => return Err(io_error("locked", &path, source)),
        }
        self.in_force = read(&self.path)?;
        Ok(file)
    }

    fn write(&self, name: &str, bytes: &[u8], watch: Watch<'_>) -> Result<(), FolderError> {
        let path = self.path.join(name);
        replace(&path, bytes, watch).map_err(|source| io_error("written", &path, source))
    }

    /// Takes away the files of other bundles, and what an interrupted installation left. What stays for another time does no harm.
    fn tidy(&self, state: &State) {
        let Ok(entries) = fs::read_dir(&self.path) else { return };
        for entry in entries.flatten() {
            let name = entry.file_name();
            let Some(name) = name.to_str() else { continue };
            let ours = name.starts_with(PREFIX) || name.starts_with("bundle-") || name.starts_with("signed-");
            if ours && name != state.bundle && name != state.signed {
                let _ = fs::remove_file(entry.path());
            }
        }
    }
}

/// What is in force in this folder.
fn read(folder: &Path) -> Result<Option<InForce>, FolderError> {
    let path = folder.join(STATE);
    let state = match bounded(&path, MOST_STATE) {
        Err(FolderError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => return Ok(None),
        bytes => State::read(&path, &bytes?)?,
    };
    let path = folder.join(&state.bundle);
    let bytes = bounded(&path, MOST_BYTES as u64)?;
    let bundle = FullBundle::from_der(&bytes)
        .map_err(|source| FolderError::Unreadable { path: path.clone(), source })?;
    if bundle.header().number != state.number || hex::encode(bundle.digest()) != state.digest {
        return Err(FolderError::Bundle { path });
    }
    Ok(Some(InForce { bundle, latest: state.latest }))
}

fn bounded(path: &Path, most: u64) -> Result<Vec<u8>, FolderError> {
    let fail = |source| io_error("read", path, source);
    let mut bytes = Vec::new();
    File::open(path).map_err(fail)?.take(most + 1).read_to_end(&mut bytes).map_err(fail)?;
    Ok(bytes)
}

fn io_error(done: &'static str, path: &Path, source: io::Error) -> FolderError {
    FolderError::Io { done, path: path.to_owned(), source }
}

/// Every step of an installation, in order, for campaigns over all of them.
#[cfg(test)]
const STEPS: [Step; 6] =
    [Step::Created, Step::HalfWritten, Step::Written, Step::Synchronised, Step::Renamed, Step::Kept];
