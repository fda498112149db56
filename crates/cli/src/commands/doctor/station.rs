//! What the checks look at.

use super::catalogue::Name;
use super::finding::Finding;
use crate::configuration::{Configuration, Mode};
use crate::home::Home;
use chipwright_keystore::Passphrase;
use jiff::Timestamp;
use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// A home and the time.
#[derive(Debug, Clone)]
pub(crate) struct Station {
    /// The folder, whether it is there or not.
    pub(crate) path: PathBuf,
    pub(crate) at: Timestamp,
}

/// What a check lets be known.
pub(crate) enum News {
    /// It takes its time, but does not hang.
    Working(Name),
    Found(Name, Finding),
}

/// How often a check says at most that it is working.
const SIGN: Duration = Duration::from_millis(100);

/// Takes every finding as soon as it is there, so that one check that hangs loses no other.
pub(crate) struct Findings<'a>(pub(crate) &'a Sender<News>);

impl Findings<'_> {
    pub(crate) fn put(&self, name: Name, finding: Finding) {
        // nobody listens any more: the time was over
        let _ = self.0.send(News::Found(name, finding));
    }

    /// For a check that takes its time: to be called while it works.
    pub(crate) fn working(&self, name: Name) -> impl FnMut() + Send + 'static {
        let (send, mut last) = (self.0.clone(), Instant::now());
        move || {
            if last.elapsed() >= SIGN {
                last = Instant::now();
                let _ = send.send(News::Working(name));
            }
        }
    }

    /// The same for several.
    pub(crate) fn put_all(&self, names: &[Name], finding: &Finding) {
        for name in names {
            self.put(*name, finding.clone());
        }
    }
}

impl Station {
    /// The home with its paths; with a configuration that cannot be used, the paths alone are meant.
    pub(crate) fn home(&self, configuration: Option<Configuration>) -> Home {
        Home::being_made(self.path.clone(), configuration.unwrap_or_else(|| Configuration::new(Mode::Test)))
    }
}

/// The user this process runs as.
pub(crate) fn user() -> io::Result<u32> {
    Ok(fs::metadata("/proc/self")?.uid())
}

/// A passphrase that lies in a file, as in test homes.
pub(crate) fn stored_passphrase(file: &Path) -> Option<Passphrase> {
    let content = Zeroizing::new(fs::read_to_string(file).ok()?);
    Some(Passphrase::new(&content)).filter(|passphrase| !passphrase.is_empty())
}
