//! What happened to every card and every blank.
//!
//! One SQLite file holds the record of an issuer: blanks, cards, the intent committed before a chip is finalised and
//! the outcome after it, and the budget of failed authentications per chip. The rules that must never be broken are
//! constraints, partial unique indexes and triggers of the database itself:
//!
//! * a member has at most one card that is allocated, being written, finalised or issued;
//! * a card number, and an index of a status list, is used once;
//! * a card moves only forward: allocated → writing → finalised → issued → revoked (or abandoned before it is finalised);
//! * intents, outcomes and acceptances are appended, never changed;
//! * a card number leaves a chip only when that chip is known not to carry the finalised card;
//! * a chip that carries or carried a card is never recorded as sent back to its supplier;
//! * an entry of a status list that is invalid stays invalid, and a revoked, abandoned or terminated card's entry is;
//! * a publication of the status lists has a number of its own, and a later one is never followed by an earlier one;
//! * a card is finalised by the outcome of an intent, and issued by an acceptance of the same security object.
//!
//! [`Registry`] writes and holds the lease on the file; [`View`] reads, from any process; [`Writer`] tells who writes. Time and randomness are
//! arguments. Of a member only the member number is kept here; access numbers and salts never reach [`std::fmt::Debug`]
//! or an error. The tables are in `src/migrations`.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod allocation;
mod blanks;
mod cards;
mod custody;
mod deliveries;
mod error;
mod integrity;
mod lease;
mod life;
mod publications;
mod record;
mod record_heads;
mod schema;
mod statuses;
mod tries;
mod view;
mod writing;

pub use crate::cards::Intent;
pub use crate::custody::{CustodyEvent, CustodyKind};
pub use crate::deliveries::Delivery;
pub use crate::error::{Error, Fault, Rule};
pub use crate::lease::{Holder, Writer};
pub use crate::life::{LifeEvent, LifeIntent, LifeRecord};
pub use crate::publications::{ListSnapshot, Publication, SignedList, StatusSnapshot};
pub use crate::record::{
    Blank, BlankStage, BlanksByStage, Card, CardStatus, CardsByStatus, ChipId, Digest, FinaliseIntent,
    InFlight, Issuer, Reason, Seal,
};
pub use crate::record_heads::RecordHead;
pub use crate::schema::{APPLICATION_ID, SCHEMA_VERSION, migrations};
pub use crate::statuses::{EntryStatus, StatusChange};
pub use crate::tries::KeyMark;
pub use crate::view::View;
pub use crate::writing::{Commit, Registry};
