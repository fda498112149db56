//! A fault that waits beside a software card: `emulator tear`.

use crate::failure::Failure;
use crate::home;
use chipwright_emulator::{Card, Fault};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// When power is cut, counted from the next time the card is put into the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Tear {
    /// After this many commands have been carried out, before the next arrives.
    AfterApdus(u64),
    /// Instead of this page write; 1 is the next.
    AtPageWrite(u64),
}

/// A tear and the file it waits in.
pub(crate) struct ArmedFault {
    tear: Tear,
    path: PathBuf,
}

impl ArmedFault {
    /// The fault that waits beside this card's state, if there is one.
    pub(crate) fn beside(state: &Path) -> Result<Option<Self>, Failure> {
        let path = file(state);
        let content = match fs::read_to_string(&path) {
            Ok(content) => content,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(home::not_read(&path, &error)),
        };
        let tear = toml::from_str(&content)
            .map_err(|error| home::not_read(&path, &io::Error::new(io::ErrorKind::InvalidData, error)))?;
        Ok(Some(Self { tear, path }))
    }

    /// When.
    pub(crate) const fn tear(&self) -> Tear {
        self.tear
    }

    /// Plans it in the card.
    pub(crate) fn arm(&self, card: &mut Card) {
        match self.tear {
            Tear::AfterApdus(count) => card.fault_at_apdu(count + 1, Fault::CutBefore),
            Tear::AtPageWrite(write) => card.cut_at_page_write(write),
        }
    }

    /// It has happened, and does not happen again.
    pub(crate) fn fired(self) {
        // a file that stays makes the next run tear again, which is safe and visible
        let _ = fs::remove_file(self.path);
    }

    /// Lets a tear wait beside this card's state.
    pub(crate) fn set(state: &Path, tear: Tear) -> Result<(), Failure> {
        let path = file(state);
        let content = toml::to_string(&tear)
            .map_err(|error| home::not_written(&path, &io::Error::new(io::ErrorKind::InvalidData, error)))?;
        home::write_file(&path, content.as_bytes(), 0o600)
    }

    /// Takes it away.
    pub(crate) fn disarm(state: &Path) -> Result<(), Failure> {
        let path = file(state);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(home::not_written(&path, &error)),
            _ => Ok(()),
        }
    }
}

fn file(state: &Path) -> PathBuf {
    state.with_extension("fault")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tear_waits_in_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("a.card");
        assert!(ArmedFault::beside(&state).unwrap().is_none());
        for tear in [Tear::AfterApdus(7), Tear::AtPageWrite(3)] {
            ArmedFault::set(&state, tear).unwrap();
            assert_eq!(ArmedFault::beside(&state).unwrap().unwrap().tear(), tear);
        }
        ArmedFault::disarm(&state).unwrap();
        ArmedFault::disarm(&state).unwrap();
        assert!(ArmedFault::beside(&state).unwrap().is_none());
    }
}
