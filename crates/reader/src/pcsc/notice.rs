//! What an operator is told while a card is waited for.

use std::fmt;

/// Something changed while waiting. Each is told once per change.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The daemon is not there; it is looked for until it is back.
    ServiceLost,
    /// The daemon is there and answers nothing.
    ServiceHangs,
    /// The daemon answers again.
    ServiceBack,
    /// The reader is not connected.
    ReaderGone {
        /// Its name.
        name: String,
    },
    /// The reader does not come back from an attempt to open the card.
    ReaderHangs {
        /// Its name.
        name: String,
    },
    /// The reader is there again.
    ReaderBack {
        /// Its name.
        name: String,
    },
    /// The reader is empty.
    NoCard {
        /// The reader.
        reader: String,
    },
    /// What is in the reader gives no answer to reset: upside down, the wrong way round, dirty or dead.
    NoAnswerToReset {
        /// The reader.
        reader: String,
    },
    /// Another program holds the card.
    InUse {
        /// The reader.
        reader: String,
    },
    /// Reader and card have no transmission protocol in common.
    UnsupportedProtocol {
        /// The reader.
        reader: String,
    },
    /// A card was found and opened.
    CardPresent {
        /// The reader.
        reader: String,
    },
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ServiceLost => write!(f, "the smart card service (pcscd) is not running; waiting for it"),
            Self::ServiceHangs => write!(f, "the smart card service (pcscd) does not answer; waiting for it"),
            Self::ServiceBack => write!(f, "the smart card service (pcscd) is back"),
            Self::ReaderGone { name } => write!(f, "the reader {name} is not connected; waiting for it"),
            Self::ReaderHangs { name } => {
                write!(f, "the reader {name} does not answer; take the card out, or unplug the reader")
            }
            Self::ReaderBack { name } => write!(f, "the reader {name} is back"),
            Self::NoCard { reader } => write!(f, "insert a card into the reader {reader}"),
            Self::NoAnswerToReset { reader } => write!(
                f,
                "the card in the reader {reader} gives no sign of life: take it out and insert it the right way, or take another"
            ),
            Self::InUse { reader } => {
                write!(
                    f,
                    "another program is using the card in the reader {reader}; waiting for it to let go"
                )
            }
            Self::UnsupportedProtocol { reader } => {
                write!(f, "the reader {reader} cannot speak with the card in it; take another card")
            }
            Self::CardPresent { reader } => write!(f, "a card is in the reader {reader}"),
        }
    }
}
