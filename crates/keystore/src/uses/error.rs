//! Why a key was not used, and what to do about it.

use std::io;
use std::path::PathBuf;

use super::Use;

/// Why a key was not used. [`UsesError::remedy`] says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum UsesError {
    /// The home has keys and no ledger, and it had one.
    #[error("there is no ledger of key uses {}, so nobody knows how often the keys were used", path.display())]
    Missing {
        /// The ledger.
        path: PathBuf,
    },
    /// The ledger is that of another home.
    #[error("the ledger of key uses {} belongs to another home", path.display())]
    Foreign {
        /// The ledger.
        path: PathBuf,
    },
    /// The ledger was altered, or a disk lost part of it.
    #[error("the ledger of key uses {} is damaged at line {line}: {what}", path.display())]
    Damaged {
        /// The ledger.
        path: PathBuf,
        /// The line, from 1.
        line: u64,
        /// What is wrong.
        what: &'static str,
    },
    /// A later version wrote it.
    #[error("the ledger of key uses {} has version {found}; this program reads version 1", path.display())]
    LaterVersion {
        /// The ledger.
        path: PathBuf,
        /// The version found.
        found: u32,
    },
    /// The key has a certificate, and the ledger does not know it.
    #[error("the ledger of key uses does not know the key {label}, so nobody knows how often it was used")]
    UnknownKey {
        /// What the home calls it.
        label: String,
    },
    /// The key was used as often as it may be.
    #[error("the key {label} was used as often as it may be: {limit} times; no {wanted} was signed")]
    LimitReached {
        /// What the home calls it.
        label: String,
        /// How often it may be used.
        limit: u64,
        /// What it was to be used for.
        wanted: Use,
    },
    /// A limit is never raised.
    #[error("the key {label} may be used {limit} times, and a limit is only ever lowered")]
    LimitRaised {
        /// What the home calls it.
        label: String,
        /// How often it may be used.
        limit: u64,
    },
    /// A number was published that the ledger never gave.
    #[error(
        "number {published} of {name} was published, and the ledger of key uses ends at {recorded}: an older copy of it was put back"
    )]
    Older {
        /// Of which row of numbers.
        name: String,
        /// What was published.
        published: u64,
        /// What the ledger knows.
        recorded: u64,
    },
    /// The serial number of a certificate was taken before.
    #[error("the serial number {serial} was used before")]
    SerialTaken {
        /// Hexadecimal.
        serial: String,
    },
    /// The operating system refused.
    #[error("could not {doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// An event could not be written as a line (a fault of this crate).
    #[error("an event could not be written into the ledger of key uses")]
    Line(#[source] serde_json::Error),
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers")]
    Random,
}

impl UsesError {
    /// What to do next, in one sentence.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Missing { .. } => {
                "Bring the newest copy of the ledger from the backup; without one, make new keys and revoke these."
            }
            Self::Foreign { .. } => "Put this home's own ledger back in its place.",
            Self::Damaged { .. } => {
                "Use no key of this home; keep the file, look at it with `chipwright keys audit`, and bring the newest whole copy from the backup."
            }
            Self::LaterVersion { .. } => "Use the program version that wrote it, or a newer one.",
            Self::UnknownKey { .. } => {
                "Bring the ledger that counted this key from the backup; without one, make a new key and revoke this one."
            }
            Self::LimitReached { .. } => "Make a new signer with `chipwright ca new-signer`.",
            Self::LimitRaised { .. } => "Make a new signer instead; its count begins at nothing.",
            Self::Older { .. } => "Bring the newest copy of the ledger from the backup; nothing was signed.",
            Self::SerialTaken { .. } => "Run the command again: another serial number is chosen.",
            Self::Io { .. } => {
                "Check the disk, the folder and its permissions, then try again; nothing was signed."
            }
            Self::Line(_) | Self::Random => {
                "Try again; if it happens again, report it with the system's version."
            }
        }
    }
}
