//! What can go wrong with a key file, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use chipwright_channel::scp03::KeyError;

use crate::ceremony::SecretError;
use crate::token::TokenError;

/// Why a key file was not read or written. [`KeystoreError::remedy`] says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum KeystoreError {
    /// There is no such file.
    #[error("there is no key file {}", path.display())]
    NotFound {
        /// The file.
        path: PathBuf,
    },
    /// A file of this name is there already.
    #[error("{} exists already and was left as it is", path.display())]
    AlreadyExists {
        /// The file.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("could not {doing} {}", path.display())]
    Io {
        /// What was being done.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// The passphrase does not open the file, or the file was altered.
    #[error("the passphrase does not open {}", path.display())]
    WrongPassphrase {
        /// The file.
        path: PathBuf,
    },
    /// No passphrase was given for a new file.
    #[error("a key file is not made with an empty passphrase")]
    EmptyPassphrase,
    /// The file is not a key file of the kind asked for.
    #[error("{} is not {expected}", path.display())]
    NotAKey {
        /// The file.
        path: PathBuf,
        /// What was expected.
        expected: &'static str,
    },
    /// The file holds a private key in clear.
    #[error("{} holds a private key that is not encrypted", path.display())]
    NotEncrypted {
        /// The file.
        path: PathBuf,
    },
    /// The file is encrypted in a way that is not read here.
    #[error("{} is encrypted in a way that is not supported: {what}", path.display())]
    UnsupportedProtection {
        /// The file.
        path: PathBuf,
        /// What is not supported.
        what: &'static str,
    },
    /// The key is of another kind.
    #[error("{} holds a key that is neither P-256 nor P-384", path.display())]
    UnsupportedKey {
        /// The file.
        path: PathBuf,
    },
    /// The file was made by a later version.
    #[error("{} has format version {found}; this program reads version 1", path.display())]
    LaterVersion {
        /// The file.
        path: PathBuf,
        /// The version found.
        found: u32,
    },
    /// A sealed record that this key does not open.
    #[error("{} was not sealed for the key {}, or has been altered", path.display(), key.display())]
    NotForThisKey {
        /// The record.
        path: PathBuf,
        /// The key.
        key: PathBuf,
    },
    /// The card keys are not AES keys of one size.
    #[error("the card keys cannot be used")]
    CardKeys(#[source] KeyError),
    /// A ceremony over a secret of another length than it can have.
    #[error("this secret cannot be divided or used in this way")]
    SecretLength(#[source] SecretError),
    /// The keys are in a token, and it could not be used.
    #[error(transparent)]
    Token(Box<TokenError>),
    /// The operating system gave no random numbers.
    #[error("the operating system gave no random numbers")]
    Random,
    /// The cryptographic library refused what it accepted a moment ago.
    #[error("the new key could not be encrypted")]
    Encryption,
}

impl KeystoreError {
    /// What to do next, in one sentence.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::NotFound { .. } => {
                "Check the path in the configuration, or bring the key file from its backup."
            }
            Self::AlreadyExists { .. } => {
                "Choose another name; if the old key is really to go, move its file away yourself first."
            }
            Self::Io { .. } => "Check the disk, the folder and its permissions, then try again.",
            Self::WrongPassphrase { .. } => {
                "Type the passphrase again; if it is surely right, the file is damaged: bring it from its backup."
            }
            Self::EmptyPassphrase => "Give a passphrase; several words that nobody can guess.",
            Self::NotAKey { .. } => {
                "Check that the path names the key file, not a certificate or another file."
            }
            Self::NotEncrypted { .. } => {
                "Encrypt it with `openssl pkcs8 -topk8 -v2 aes-256-cbc -iter 600000`, and destroy the copy in clear."
            }
            Self::UnsupportedProtection { .. } => {
                "Encrypt it again with `openssl pkcs8 -topk8 -v2 aes-256-cbc -v2prf hmacWithSHA256 -iter 600000`."
            }
            Self::UnsupportedKey { .. } => "Use a key on the named curve P-256 or P-384.",
            Self::LaterVersion { .. } => "Use the program version that made the file, or a newer one.",
            Self::NotForThisKey { .. } => {
                "Use the evidence key whose public half the station had then; an altered record proves nothing."
            }
            Self::CardKeys(_) => "Give three AES keys of the same size: 16, 24 or 32 bytes each.",
            Self::SecretLength(_) => "Use a secret of 16 to 64 bytes; a master key has 16, 24 or 32.",
            Self::Token(fault) => fault.remedy(),
            Self::Random | Self::Encryption => {
                "Try again; if it happens again, report it with the system's version."
            }
        }
    }

    /// An operating system's refusal on a path, told apart by kind.
    pub(crate) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound if doing == READ => Self::NotFound { path },
            io::ErrorKind::AlreadyExists => Self::AlreadyExists { path },
            _ => Self::Io { doing, path, source },
        }
    }
}

pub(crate) const READ: &str = "read";
