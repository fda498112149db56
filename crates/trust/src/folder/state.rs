//! `state.json`.

use std::path::Path;

use chipwright_pki::bundle::InForce;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::FolderError;

const FORMAT: &str = "chipwright-trust-folder/1";

/// What is in force, and the latest signed time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    format: String,
    pub(super) number: u64,
    /// SHA-256 of the bundle, hexadecimal.
    pub(super) digest: String,
    /// The file of the bundle, in this folder.
    pub(super) bundle: String,
    /// The file that brought it.
    pub(super) signed: String,
    pub(super) latest: Timestamp,
}

impl State {
    pub(super) fn of(held: &InForce) -> Self {
        let number = held.bundle.header().number;
        let digest = hex::encode(held.bundle.digest());
        let mark = &digest[..16];
        Self {
            format: FORMAT.to_owned(),
            number,
            bundle: format!("bundle-{number}-{mark}.der"),
            signed: format!("signed-{number}-{mark}.ctb"),
            digest,
            latest: held.latest,
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // strings, a number and a time: this cannot fail
        serde_json::to_vec_pretty(self).unwrap_or_default()
    }

    pub(super) fn read(path: &Path, bytes: &[u8]) -> Result<Self, FolderError> {
        #[derive(Deserialize)]
        struct Form {
            format: String,
        }
        let damaged = |source| FolderError::State { path: path.to_owned(), source };
        let form: Form = serde_json::from_slice(bytes).map_err(damaged)?;
        if form.format != FORMAT {
            return Err(FolderError::LaterForm { path: path.to_owned(), found: form.format });
        }
        let state: Self = serde_json::from_slice(bytes).map_err(damaged)?;
        // a name that leads out of the folder is not one that was written here
        let plain = |name: &String| !name.contains(['/', '\\']) && !name.starts_with('.');
        if plain(&state.bundle) && plain(&state.signed) {
            Ok(state)
        } else {
            Err(FolderError::Bundle { path: path.to_owned() })
        }
    }
}
