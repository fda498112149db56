//! What a private key is used for, and how often: every use is an event.

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
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
