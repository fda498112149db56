//! Signed records on the card, appended after issuance (`applet-spec/card.md`, chapters 8 and 9;
//! `applet-spec/asn1/ChipwrightRecords.asn1`).
//!
//! | what | where |
//! |---|---|
//! | what a record says | [`Payload`] |
//! | a record, signed; the chain of a file | [`SignedRecord`], [`Draft`], [`Head`] |
//! | what is wrong with a file | [`verify`], [`FileReport`], [`Finding`] |
//! | the way to the card: PACE, Terminal Authentication 2, Chip Authentication 2 | [`RecordsSession`] |
//!
//! The crate is pure: time and randomness are arguments, the card is a [`Transport`](chipwright_iso7816::Transport), keys stay behind
//! [`SignKey`](chipwright_pki::SignKey).

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "tests"))]

mod entry;
mod error;
mod line;
mod link;
mod open;
mod payload;
mod record;
mod report;
mod session;
mod verify;

pub use chipwright_pki::cv::Category;
pub use entry::{Day, UnitEntry, Year};
pub use error::{CardFile, LinkError, OpenError, RecordsError};
pub use line::{Line, LineError};
pub use open::{RECORDS, Terminal};
pub use payload::{
    CitizenSecret, Commendation, Grade, PartyLife, Payload, PoliticalTheory, RightChange, RightsChange,
    TheoryLevel, Training, Transfer, TransferKind,
};
pub use record::{Draft, DraftError, Head, MOST_BYTES, RecordError, SignedRecord};
pub use report::{CheckedRecord, FileReport, Finding, Tail};
pub use session::{End, Inventory, Last, RecordsSession};
pub use verify::{Expectation, verify};
