//! What was found in a file of records.

use chipwright_pki::Failure;
use chipwright_pki::cv::Category;
use chipwright_profile::CardNumber;

use crate::record::{Head, RecordError, SignedRecord};

/// One thing that is wrong with a file. Positions count from 1, as the card counts its records.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// A record cannot be read.
    #[error("record {position} cannot be read")]
    Unreadable {
        /// Where it lies.
        position: u16,
        /// Why.
        #[source]
        error: RecordError,
    },
    /// A record is missing between others, or at the beginning.
    #[error("record {number} was removed")]
    Removed {
        /// The number that no record has.
        number: u16,
    },
    /// A record does not lie where its number says.
    #[error("record {number} lies out of order, at place {position}")]
    Reordered {
        /// Where it lies.
        position: u16,
        /// The number it has.
        number: u16,
    },
    /// The same number is there twice.
    #[error("the number {number} is there twice, again at place {position}")]
    Repeated {
        /// Where it lies.
        position: u16,
        /// The number.
        number: u16,
    },
    /// The signature does not verify.
    #[error("record {number} was altered: its signature does not verify")]
    Altered {
        /// Which record.
        number: u16,
    },
    /// It does not continue the record before it.
    #[error("record {number} does not continue the record before it")]
    Unlinked {
        /// Which record.
        number: u16,
    },
    /// It belongs to another card.
    #[error("record {number} was made for another card, {card}")]
    ForeignCard {
        /// Which record.
        number: u16,
        /// Which card.
        card: CardNumber,
    },
    /// It belongs to another file.
    #[error("record {number} belongs to the category {category}")]
    OtherCategory {
        /// Which record.
        number: u16,
        /// Of which file it is.
        category: Category,
    },
    /// No certificate is there for its signer.
    #[error("the signer of record {number} is unknown: no certificate with its key is at hand")]
    UnknownSigner {
        /// Which record.
        number: u16,
    },
    /// The signer's certificate may not sign records.
    #[error("the signer of record {number} is neither a record signer nor a document signer")]
    NotASigner {
        /// Which record.
        number: u16,
    },
    /// The signer's certificate does not stand the check.
    #[error("the signer of record {number} is not trusted: {failure}")]
    UntrustedSigner {
        /// Which record.
        number: u16,
        /// What failed.
        failure: Failure,
    },
    /// Records that were there are no longer.
    #[error("records {first} to {last}, which were seen before, are no longer there")]
    TailRemoved {
        /// The first that is missing.
        first: u16,
        /// The last that was known.
        last: u16,
    },
    /// The record known as the last is another now.
    #[error("record {number} is not the one that was seen before")]
    TailReplaced {
        /// Which record.
        number: u16,
    },
}

/// What is known of the end of a file: the chain itself does not show that its last records are missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    /// A head known from elsewhere is there, and so many records after it.
    Anchored {
        /// Records after the known head.
        newer: u16,
    },
    /// No head was known: whether records were taken from the end cannot be said.
    NotAnchored,
    /// The known head is not there; a finding says what is.
    Broken,
}

/// A record, and whether nothing is wrong with it.
#[derive(Debug)]
pub struct CheckedRecord {
    /// Where it lies, from 1.
    pub position: u16,
    /// The record.
    pub record: SignedRecord,
    /// Whether no finding names it.
    pub good: bool,
}

/// What was found in one file.
#[derive(Debug)]
pub struct FileReport {
    /// Which file.
    pub category: Category,
    /// The records that can be read, as they lie.
    pub records: Vec<CheckedRecord>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// What is known of the end.
    pub tail: Tail,
    /// The end as it is now.
    pub head: Head,
}

impl FileReport {
    /// Whether nothing is wrong. A tail that is not anchored is not wrong, but not proven either.
    #[must_use]
    pub fn is_good(&self) -> bool {
        self.findings.is_empty()
    }
}
