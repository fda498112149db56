//! Publications of status lists on the disk, and the lists that a verifier finds there.
//!
//! ```text
//! status/17/0.jwt, 0.cwt, 1.jwt, …   one publication, whole
//! status/16/…                        the one before, for readers who are still at it
//! status/current -> 17               the one that counts; replaced in one step
//! ```

pub(crate) mod folder;

use crate::text::Text;
use crate::text::text;
use crate::vietnamese;
use chipwright_pki::status_list::{Expectation, StatusListToken, StatusLists, verify};
use chipwright_pki::{Policy, TrustStore};
use folder::StatusFolder;
use jiff::Timestamp;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The most entries of a list: what a registry allows.
pub(crate) const MOST_ENTRIES: u32 = 1 << 24;
/// The longest token that is read from a disk: of such a list, uncompressed, eight bits an entry, in base64.
const MOST_BYTES: u64 = 32 << 20;

/// The lists of a folder, and what was not taken.
pub(crate) struct Found {
    pub(crate) lists: StatusLists,
    /// Files that hold no list that counts, and why.
    pub(crate) refused: Vec<Text>,
    /// Whether a list that is there was taken in neither format: then what is not at hand may be what was refused.
    pub(crate) lacking: bool,
}

/// The lists in a home or a folder of trust data: the publication that counts, and tokens that lie in the folder itself.
pub(crate) fn find(folder: &Path, trust: &TrustStore, policy: &Policy, at: Timestamp) -> Found {
    let mut found = Found { lists: StatusLists::new(), refused: Vec::new(), lacking: false };
    let refused =
        |file: &Path, why: &str| text!("{} was not taken: {}", "không dùng {}: {}", file.display(), why);
    let mut files = tokens(folder).unwrap_or_default();
    let status = StatusFolder::of(folder.join("status"));
    match status.current().and_then(|current| current.map(|current| tokens(&current.path)).transpose()) {
        Ok(current) => files.extend(current.unwrap_or_default()),
        Err(error) => {
            found.refused.push(refused(&status.path().join("current"), &error.to_string()));
            found.lacking = true;
        }
    }
    for file in files {
        let mut take = |file: &Path| {
            let taken = read(file, trust, policy, at)
                .and_then(|token| found.lists.add(token).map_err(|error| chain(&error)));
            taken.map_err(|why| found.refused.push(refused(file, &why))).is_ok()
        };
        let other = file.with_extension("jwt");
        if !(take(&file) || (other != file && other.exists() && take(&other))) {
            found.lacking = true;
        }
    }
    for refused in &mut found.refused {
        if let Some((file, why)) = refused.en.split_once(" was not taken: ") {
            refused.vi = format!("không dùng {file}: {}", vietnamese::said(why));
        }
    }
    found
}

/// Reads and checks the token in a file.
pub(crate) fn read(
    file: &Path,
    trust: &TrustStore,
    policy: &Policy,
    at: Timestamp,
) -> Result<StatusListToken, String> {
    let bytes = bytes(file).map_err(|error| error.to_string())?;
    let expected = Expectation { trust, policy, at, most_entries: MOST_ENTRIES, signers: &[] };
    verify(&bytes, &expected).map_err(|error| chain(&error))
}

fn bytes(file: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(file)?.len() > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the file is too long for a status list"));
    }
    fs::read(file)
}

/// An error with what is behind it.
fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(source) => format!("{error}: {}", chain(source)),
        None => error.to_string(),
    }
}

/// The tokens of a folder; of one list in both formats the CWT, which is shorter.
fn tokens(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found: Vec<PathBuf> = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let is = |extension: &str| path.extension().is_some_and(|found| found == extension);
        if is("cwt") || (is("jwt") && !path.with_extension("cwt").exists()) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
