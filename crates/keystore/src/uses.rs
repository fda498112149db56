//! What a private key is used for, and how often: every use is an event in a ledger, and stands there before the key is touched.
//!
//! ```no_run
//! use chipwright_keystore::uses::{Counted, Digest, Ledger, Use};
//! use chipwright_keystore::SoftKey;
//! use chipwright_pki::{SignKey, SignatureAlgorithm};
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let ledger = Ledger::open("home/keys/uses.jsonl".as_ref(), "home/ca/uses".as_ref(), "lan")?;
//! let key = SoftKey::generate(SignatureAlgorithm::EcdsaP256Sha256)?;
//! ledger.adopt(Digest::of_key(key.public_key()), "signer-2", Some(100_000))?;
//! let key = Counted::new(key, &ledger, "signer-2", Use::SecurityObjects)?;
//! key.sign(b"signed attributes")?;
//! # Ok(())
//! # }
//! ```
//!
//! What the ledger can and cannot know. A limit is kept across kills, crashes and losses of power: uses are reserved on the disk
//! before the first of them. The chain shows every line that was changed or taken out; it carries no signature, so whoever may write
//! the folder can write a new ledger. An older copy put back is found by what exists beside it: certificates and lists with a number
//! the ledger never gave, cards that the registry knows. What was signed with the key taken out of the home leaves no event.

mod counted;
mod entry;
mod error;
mod history;
mod ledger;
mod state;

pub use counted::{Counted, UsedFor};
pub use entry::{Digest, Entry, Event};
pub use error::UsesError;
pub use history::History;
pub use ledger::{Beginning, Ledger, OlderKey};
pub use state::{KeyCount, State};

use std::fmt;

use serde::{Deserialize, Serialize};

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Use {
    /// Security objects of cards: EF.SOD, and EF.CardSecurity beside it.
    SecurityObjects,
    /// An X.509 certificate.
    Certificate,
    /// A revocation list of certificates.
    Crl,
    /// A link certificate of a root that is followed by another.
    Link,
    /// A status list of cards.
    StatusList,
    /// A trust bundle.
    Bundle,
    /// A master list.
    MasterList,
    /// A statement about a batch.
    Batch,
    /// A record of a card's records application.
    Record,
    /// The transcript of a key ceremony.
    Transcript,
    /// A CV certificate.
    CvCertificate,
    /// Terminal Authentication.
    TerminalAuthentication,
    /// A request for a certificate.
    Request,
}

impl Use {
    /// Every use.
    pub const ALL: [Self; 13] = [
        Self::SecurityObjects,
        Self::Certificate,
        Self::Crl,
        Self::Link,
        Self::StatusList,
        Self::Bundle,
        Self::MasterList,
        Self::Batch,
        Self::Record,
        Self::Transcript,
        Self::CvCertificate,
        Self::TerminalAuthentication,
        Self::Request,
    ];

    /// As it is said in English.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SecurityObjects => "security object",
            Self::Certificate => "certificate",
            Self::Crl => "revocation list",
            Self::Link => "link certificate",
            Self::StatusList => "status list",
            Self::Bundle => "trust bundle",
            Self::MasterList => "master list",
            Self::Batch => "batch statement",
            Self::Record => "record",
            Self::Transcript => "ceremony transcript",
            Self::CvCertificate => "CV certificate",
            Self::TerminalAuthentication => "terminal authentication",
            Self::Request => "certificate request",
        }
    }

    /// Whether it happens for every card or every reading of one.
    #[must_use]
    pub const fn is_frequent(self) -> bool {
        matches!(self, Self::SecurityObjects | Self::Record | Self::TerminalAuthentication)
    }
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
