//! What can go wrong, by whose fault it is, and what to do about it.

use std::io;
use std::path::PathBuf;

use chipwright_keystore::SealedError;
use chipwright_pki::bundle::{BundleError, Refusal};
use chipwright_pki::trust::TrustError;

/// Why the folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// The operating system refused.
    #[error("{} could not be {done}", path.display())]
    Io {
        /// What was to be done.
        done: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Another process is installing.
    #[error("another program is changing the trust folder {}", path.display())]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The state is not what was written.
    #[error("{} is damaged", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: serde_json::Error,
    },
    /// Written by a later program.
    #[error("{} has the form {found}, which this program does not know", path.display())]
    LaterForm {
        /// The file.
        path: PathBuf,
        /// Its form.
        found: String,
    },
    /// The bundle is not the one that was installed.
    #[error("{} is not the trust bundle that was installed", path.display())]
    Bundle {
        /// The file.
        path: PathBuf,
    },
    /// The bundle cannot be read.
    #[error("{} cannot be read as a trust bundle", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The cause.
        #[source]
        source: BundleError,
    },
    /// What it holds does not fit together.
    #[error("what the trust bundle in force holds does not fit together")]
    Inconsistent(#[source] TrustError),
}

impl FolderError {
    /// What to do next, in one sentence.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Io { .. } => "Check the disk and the rights to the folder, then repeat.",
            Self::Busy { .. } => "Wait until it is done, then repeat.",
            Self::LaterForm { .. } => "Use the program that wrote this folder, or a newer one.",
            Self::State { .. } | Self::Bundle { .. } | Self::Unreadable { .. } | Self::Inconsistent(_) => {
                "Do not trust this folder any more: move it away, and begin with a full bundle whose number an officer confirms."
            }
        }
    }
}

/// Why nothing was brought.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The operating system refused.
    #[error("{} could not be read", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Larger than any bundle.
    #[error("{name} has more than {most} bytes, which no trust bundle has")]
    TooLarge {
        /// The file or address.
        name: String,
        /// The limit.
        most: u64,
    },
    /// Too many files.
    #[error("{} has more than {most} files with trust bundles", path.display())]
    TooMany {
        /// The folder.
        path: PathBuf,
        /// The limit.
        most: usize,
    },
    /// Too many bytes.
    #[error("the files with trust bundles in {} have more than {most} bytes together", path.display())]
    TooMuch {
        /// The folder.
        path: PathBuf,
        /// The limit.
        most: u64,
    },
    /// No file.
    #[error("{} has no file with the ending .ctb", path.display())]
    Empty {
        /// The folder.
        path: PathBuf,
    },
    /// HTTPS is not spoken.
    #[error("bundles are fetched over http alone: they are signed themselves")]
    NotHttp,
    /// The server answered something else.
    #[error("the server answered {address} with status {status}")]
    Status {
        /// What was asked for.
        address: String,
        /// The status code.
        status: u16,
    },
    /// The server sends from one address to the next.
    #[error("the server sends {address} on to other addresses without end")]
    Redirects {
        /// What was asked for.
        address: String,
    },
    /// Nothing came in time.
    #[error("the server did not answer {address} in time")]
    TimedOut {
        /// What was asked for.
        address: String,
    },
    /// No connection, or a broken one.
    #[error("{address} could not be fetched")]
    Fetch {
        /// What was asked for.
        address: String,
        /// The cause.
        #[source]
        source: Box<ureq::Error>,
    },
}

impl SourceError {
    /// What to do next, in one sentence.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Io { .. } | Self::Empty { .. } => "Check the path, and whether the stick is in.",
            Self::TooLarge { .. } | Self::TooMany { .. } | Self::TooMuch { .. } => {
                "Check that this is what the centre sent; take away what is no bundle."
            }
            Self::NotHttp => "Give the http address of the centre, or a file.",
            Self::Status { .. } | Self::Redirects { .. } => "Check the address with the centre.",
            Self::TimedOut { .. } | Self::Fetch { .. } => {
                "Check the network and try again; a file on a stick will do as well."
            }
        }
    }
}

/// Why one offered bundle was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// It is sealed, and there is no key here.
    #[error("the trust bundle is sealed for a kiosk, and no kiosk's key is open here")]
    NoKey,
    /// It is sealed for another kiosk, or altered.
    #[error("the sealed trust bundle was not opened")]
    Sealed(#[source] SealedError),
}

impl OfferError {
    /// What to do next, in one sentence.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Refused(refusal) => refusal.remedy(),
            Self::NoKey => {
                "Make the kiosk's key with `chipwright trust kiosk-key`, and have the bundle sealed for it."
            }
            Self::Sealed(SealedError::OtherKiosk { .. }) => {
                "Ask the centre for the bundle that is sealed for this kiosk, or for one that is not sealed."
            }
            Self::Sealed(SealedError::Altered) => {
                "Do not use this copy; fetch the bundle again, and tell the centre if it happens again."
            }
        }
    }
}
