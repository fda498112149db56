//! What can go wrong between a terminal and the records of a card, by fault.

use chipwright_channel::NotGenuine;
use chipwright_channel::chip_authentication::ChipKeyError;
use chipwright_channel::pace::{CardAccessError, PaceError};
use chipwright_channel::sm::SmError;
use chipwright_channel::terminal_authentication::TerminalAuthenticationError;
use chipwright_iso7816::tlv::TlvError;
use chipwright_iso7816::{ExchangeError, StatusWord};
use chipwright_pki::Failure;
use chipwright_pki::cv::{Category, ChainError, Right};
use chipwright_profile::read::ReadError as FileError;

/// A file read on the way to the records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CardFile {
    /// EF.CardAccess.
    CardAccess,
    /// EF.CardSecurity.
    CardSecurity,
    /// EF.SOD.
    SecurityObject,
    /// EF.DG1.
    Dg1,
    /// EF.DG14.
    Dg14,
}

impl std::fmt::Display for CardFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::CardAccess => "EF.CardAccess",
            Self::CardSecurity => "EF.CardSecurity",
            Self::SecurityObject => "EF.SOD",
            Self::Dg1 => "EF.DG1",
            Self::Dg14 => "EF.DG14",
        })
    }
}

/// Why the records of a card are not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    // The terminal's own papers.
    /// The terminal's chain does not verify.
    #[error("the terminal's certificates cannot be used")]
    Chain(#[from] ChainError),
    /// The card trusts another authority.
    #[error("the card trusts {card}, and the terminal's certificates do not come from there")]
    OtherAuthority {
        /// The card's trust point.
        card: String,
    },
    /// The terminal may not use the CAN.
    #[error("this terminal has no right to open records with the card access number")]
    CanNotAllowed,
    /// The password cannot open records.
    #[error(
        "records are opened with the member's PIN or the card access number, not with the MRZ or the PUK"
    )]
    Password,
    /// The card did not accept the terminal.
    #[error("the card did not accept the terminal")]
    Terminal(#[source] TerminalAuthenticationError),

    // The card.
    /// There is no records application.
    #[error("this card has no records application")]
    NoRecords,
    /// It says in EF.CardAccess what we cannot use.
    #[error("EF.CardAccess cannot be used")]
    CardAccess(#[from] CardAccessError),
    /// PACE failed.
    #[error("the card was not opened")]
    Pace(#[from] PaceError),
    /// It named no trust point after PACE.
    #[error("the card named no authority for terminals")]
    NoTrustPoint,
    /// A file cannot be read.
    #[error("{file} cannot be read")]
    File {
        /// Which file.
        file: CardFile,
        /// Why.
        #[source]
        error: LinkError,
    },
    /// A file's content cannot be read.
    #[error("{file} is malformed")]
    Content {
        /// Which file.
        file: CardFile,
        /// Why.
        #[source]
        error: FileError,
    },
    /// It refused to select a file or an application.
    #[error("the card answered {} to the selection of {what}", status)]
    Refused {
        /// What was selected.
        what: &'static str,
        /// The card's status.
        status: StatusWord,
    },

    // The chip is not proven genuine.
    /// A signed file does not stand the check.
    #[error("{file} is not authentic: {failure}")]
    NotAuthentic {
        /// Which file.
        file: CardFile,
        /// What failed first.
        failure: Failure,
    },
    /// EF.CardAccess offers what EF.CardSecurity does not.
    #[error("EF.CardAccess was altered: it differs from the signed EF.CardSecurity")]
    CardAccessAltered,
    /// The key for Chip Authentication 2 cannot be used.
    #[error("EF.CardSecurity has no key for Chip Authentication version 2")]
    ChipKey(#[source] Option<ChipKeyError>),
    /// The chip did not prove that it has the key.
    #[error("the chip is not proven genuine")]
    NotGenuine(#[source] NotGenuine),
    /// DG1 is not the one that was signed.
    #[error("EF.DG1 was altered: its hash differs from the signed one")]
    Dg1Altered,
    /// DG14 is not the one that was signed.
    #[error("EF.DG14 was altered: its hash differs from the signed one")]
    Dg14Altered,
    /// DG14 does not name the keys of EF.CardSecurity (CAM-03): the key that the chip proved to have is another card's.
    #[error("EF.CardSecurity is not this card's: EF.DG14 does not name its keys")]
    OtherCardSecurity,
    /// The card's number is none of ours.
    #[error("the card's number in EF.DG1 is not one of this organisation's")]
    CardNumber,

    // Below.
    /// The connection failed.
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// Why an exchange with the card failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// Secure messaging broke.
    #[error(transparent)]
    SecureMessaging(#[from] SmError),
    /// No answer came back.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The card refused.
    #[error("the card answered {0}")]
    Refused(StatusWord),
    /// The answer is not made of the data objects that belong there.
    #[error("the card's answer is malformed: {0}")]
    Malformed(#[from] TlvError),
    /// A file announces more than any file has, or the card gives it in morsels.
    #[error("the card announces or gives more than a file can have")]
    Unreasonable,
    /// An error before ended the session.
    #[error("the session has ended")]
    Ended,
}

/// Why records were not listed or appended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordsError {
    /// The terminal has no right to this.
    #[error("this terminal has no right to {0}")]
    NotPermitted(Right),
    /// There is no room; nothing was written.
    #[error("the record needs {needed} bytes and the card has room for {free}; nothing was written")]
    NoRoom {
        /// Bytes needed.
        needed: usize,
        /// Bytes there are.
        free: usize,
    },
    /// The terminal may not read the file it appends to, and was not told its head.
    #[error("the end of the file is not known: this terminal may append to {0}, but not read it")]
    HeadUnknown(Category),
    /// The card counts a last record and does not give it.
    #[error("the card counts more records of {0} than it gives")]
    LastRecordMissing(Category),
    /// The record was made for another card.
    #[error("the record was made for another card")]
    OtherCard,
    /// The record does not continue the file as it is.
    #[error("the record does not continue the file as it is on the card")]
    NotNext,
    /// The citizen number is written once, before the card is handed out.
    #[error("a citizen number cannot be appended")]
    CitizenNumber,
    /// The signer's certificate does not fit a record; nothing was written.
    #[error("the signer's certificate has {0} bytes; 991 fit; nothing was written")]
    CertificateTooLong(usize),
    /// No answer to the record came: it is on the card, or not.
    #[error("the connection broke while the record was being written: it may be on the card")]
    Unanswered(#[source] LinkError),
    /// What was written reads back otherwise.
    #[error("the record that was written reads back otherwise")]
    ReadBack,
    /// The card refused, or the connection failed.
    #[error(transparent)]
    Link(#[from] LinkError),
}

impl From<SmError> for RecordsError {
    fn from(error: SmError) -> Self {
        Self::Link(error.into())
    }
}

impl OpenError {
    /// What to do next.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::Chain(_) => "Ask the authority for a certificate that is valid today.",
            Self::OtherAuthority { .. } => {
                "Use the terminal certificates of the card's issuer, with the link certificate if its authority was renewed."
            }
            Self::CanNotAllowed => "Open the card with the member's PIN, or ask for the right can-allowed.",
            Self::Password => "Ask the member for the PIN, or use the card access number.",
            Self::Terminal(_) => {
                "Ask the authority for a new terminal certificate, and check that the key belongs to it."
            }
            Self::NoRecords => {
                "Cards get a records application when they are issued; this one can have none."
            }
            Self::Pace(_) => "Check the card access number or the PIN.",
            Self::CardAccess(_) | Self::NoTrustPoint | Self::Content { .. } | Self::CardNumber => {
                "Send the card to its issuer: it was not made as it should be."
            }
            Self::NotAuthentic { .. }
            | Self::CardAccessAltered
            | Self::ChipKey(_)
            | Self::NotGenuine(_)
            | Self::Dg1Altered
            | Self::Dg14Altered
            | Self::OtherCardSecurity => "Keep the card and report it: it may be a forgery.",
            Self::File { .. } | Self::Refused { .. } | Self::Link(_) => "Lay the card on the reader again.",
        }
    }
}

impl RecordsError {
    /// What to do next.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::NotPermitted(_) => "Use a terminal that has the right, or ask the authority for it.",
            Self::NoRoom { .. } => "Issue a new card; the records stay in the registry.",
            Self::HeadUnknown(_) => {
                "Run `chipwright record verify --anchor` with a terminal that may read the file, then repeat; or give --first if the file is certainly empty."
            }
            Self::Unanswered(_) => {
                "Lay the card on the reader again and repeat: what is on the card already is not written twice."
            }
            Self::LastRecordMissing(_) | Self::ReadBack => {
                "Check the records of this card with `chipwright record verify`."
            }
            Self::OtherCard | Self::NotNext => "Make the record anew, with this card on the reader.",
            Self::CertificateTooLong(_) => "Use a record signer, whose certificate is shorter.",
            Self::CitizenNumber => "Issue a new card if the number is wrong.",
            Self::Link(_) => "Lay the card on the reader again.",
        }
    }
}
