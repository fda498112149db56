//! What can go wrong with a token, and what to do about it.

use std::path::PathBuf;

use cryptoki::error::{Error, RvError};

/// Why a token was not used. [`TokenError::remedy`] says what to do next.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file is not there, or is no PKCS#11 module.
    #[error("the PKCS#11 module {} could not be loaded", module.display())]
    NoModule {
        /// The module.
        module: PathBuf,
        /// The cause.
        #[source]
        source: Error,
    },
    /// The module was loaded and does not start.
    #[error("the PKCS#11 module {} does not start", module.display())]
    ModuleRefused {
        /// The module.
        module: PathBuf,
        /// The cause.
        #[source]
        source: Error,
    },
    /// No slot holds the token.
    #[error("the PKCS#11 module {} sees no token {token}", module.display())]
    NoToken {
        /// The module.
        module: PathBuf,
        /// The token.
        token: String,
    },
    /// The label is the label of several tokens.
    #[error("the PKCS#11 module {} sees more than one token {token}", module.display())]
    TwoTokens {
        /// The module.
        module: PathBuf,
        /// The token.
        token: String,
    },
    /// The token has no user PIN yet.
    #[error("the token {token} has no PIN yet")]
    NoPin {
        /// The token.
        token: String,
    },
    /// The PIN was refused.
    #[error("the PIN does not open the token {token}")]
    WrongPin {
        /// The token.
        token: String,
    },
    /// One more wrong PIN would lock the token; none was tried.
    #[error("the token {token} locks itself at the next wrong PIN, so none was tried")]
    LastTry {
        /// The token.
        token: String,
    },
    /// The PIN was refused too often.
    #[error("the token {token} has locked itself after too many wrong PINs")]
    Locked {
        /// The token.
        token: String,
    },
    /// A PIN that the token is to take is too long for it.
    #[error("the token {token} takes a PIN of at most {most} bytes, and this one has {bytes}")]
    LongPin {
        /// The token.
        token: String,
        /// The most that it takes.
        most: usize,
        /// The length of the PIN.
        bytes: usize,
    },
    /// The token went away while it was in use.
    #[error("the token {token} was lost while it was in use")]
    Lost {
        /// The token.
        token: String,
        /// The cause.
        #[source]
        source: Error,
    },
    /// There is no key of this label.
    #[error("the token {token} holds no key {label}")]
    NoKey {
        /// The token.
        token: String,
        /// The label.
        label: String,
    },
    /// There is a key of this label already.
    #[error("the token {token} holds a key {label} already, which was left as it is")]
    KeyExists {
        /// The token.
        token: String,
        /// The label.
        label: String,
    },
    /// There are several keys of this label.
    #[error("the token {token} holds more than one key {label}")]
    TwoKeys {
        /// The token.
        token: String,
        /// The label.
        label: String,
    },
    /// The key is of another kind.
    #[error("the key {label} in the token {token} is not {expected}")]
    NotAKey {
        /// The token.
        token: String,
        /// The label.
        label: String,
        /// What was expected.
        expected: &'static str,
    },
    /// The key could be taken out of the token.
    #[error("the key {label} can be taken out of the token {token}")]
    Extractable {
        /// The token.
        token: String,
        /// The label.
        label: String,
    },
    /// The token lacks a mechanism.
    #[error("the token {token} does not offer {mechanism}")]
    CannotDo {
        /// The token.
        token: String,
        /// What it does not offer.
        mechanism: &'static str,
    },
    /// Card keys were asked for that the issuer's policy keeps inside.
    #[error("the card keys stay inside the token {token}, and new ones cannot be written onto a chip")]
    CardKeysStayInside {
        /// The token.
        token: String,
    },
    /// The token refused for another reason.
    #[error("the token {token} could not {doing}")]
    Refused {
        /// The token.
        token: String,
        /// What was being done.
        doing: &'static str,
        /// The cause.
        #[source]
        source: Error,
    },
}

impl TokenError {
    /// What to do next, in one sentence.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NoModule { .. } => {
                "Install the software of the token, and check keys.module in the configuration."
            }
            Self::ModuleRefused { .. } => {
                "Check the token's software and its configuration file, then try again."
            }
            Self::NoToken { .. } => {
                "Insert the token or start its service, and check keys.token_label in the configuration."
            }
            Self::TwoTokens { .. } => {
                "Write the serial number of the right one into keys.token_serial in the configuration."
            }
            Self::NoPin { .. } => "Set the user PIN with the token's own program.",
            Self::WrongPin { .. } => {
                "Type the right PIN; it was tried once only, as too many wrong ones lock the token."
            }
            Self::LastTry { .. } => {
                "Log in once with the token's own program and the right PIN; that gives all tries back."
            }
            Self::Locked { .. } => {
                "Have the token's security officer set a new PIN with the token's own program."
            }
            Self::LongPin { .. } => {
                "Use a token that takes longer PINs for the root, or keep the root's key in a file."
            }
            Self::Lost { .. } => "Insert the token again and repeat; it is opened anew by itself.",
            Self::NoKey { .. } => {
                "Check that this is the token of this home, or bring the key from the token's backup."
            }
            Self::KeyExists { .. } => {
                "Use another token, or remove the old key yourself with the token's own program if it is really to go."
            }
            Self::TwoKeys { .. } => "Remove the one that does not belong there with the token's own program.",
            Self::NotAKey { .. } => "Check that this is the token of this home, and what else writes to it.",
            Self::Extractable { .. } => {
                "Treat the key as known to others: make a new one in the token, and revoke what the old one signed for."
            }
            Self::CannotDo { .. } => {
                "Use a token or a firmware that offers it, or keep these keys in files with keys.store = \"files\"."
            }
            Self::CardKeysStayInside { .. } => {
                "Set keys.card_keys = \"master-inside-card-key-in-host\" in the configuration if the issuer's policy allows it."
            }
            Self::Refused { .. } => "Check the token with its own program, then try again.",
        }
    }

    /// What a function of the module answered.
    pub(super) fn of(token: &str, doing: &'static str, source: Error) -> Self {
        let token = token.to_owned();
        if is_loss(&source) { Self::Lost { token, source } } else { Self::Refused { token, doing, source } }
    }
}

/// Whether the session is gone: the token was removed or reset, or the module was restarted.
pub(super) fn is_loss(error: &Error) -> bool {
    let Error::Pkcs11(value, _) = error else { return false };
    matches!(
        value,
        RvError::SessionHandleInvalid
            | RvError::SessionClosed
            | RvError::ObjectHandleInvalid
            | RvError::KeyHandleInvalid
            | RvError::DeviceRemoved
            | RvError::DeviceError
            | RvError::TokenNotPresent
            | RvError::TokenNotRecognized
            | RvError::SlotIdInvalid
            | RvError::UserNotLoggedIn
            | RvError::CryptokiNotInitialized
    )
}

/// Whether the module answered this.
pub(super) fn is(error: &Error, value: RvError) -> bool {
    matches!(error, Error::Pkcs11(found, _) if *found == value)
}
