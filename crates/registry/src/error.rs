//! What can go wrong, split by who has to act. Every error says what happened; [`Error::remedy`] says what to do.

use crate::lease::Holder;
use chipwright_profile::CardNumber;
use std::fmt;
use std::path::PathBuf;

/// Who has to act on an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Fault {
    /// The disk or the file on it.
    Storage,
    /// The person at the machine: a wrong path, another program running.
    Operator,
    /// This chip must not be tried again.
    Card,
    /// A rule of the registry was about to be broken: our bug.
    Ours,
}

/// A rule the database itself enforces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// A member has at most one live card.
    OneLiveCardPerMember,
    /// A chip carries at most one live card.
    OneLiveCardPerChip,
    /// A card's status only goes forward.
    CardGoesForward,
    /// A chip's stage only goes forward.
    ChipGoesForward,
    /// Records are appended, never changed or removed.
    AppendOnly,
    /// What was allocated or sealed stays as it is.
    AllocationFixed,
    /// A card that may have been finalised keeps its chip until it is revoked.
    MaybeFinalised,
    /// A chip must be blank or prepared to take a card.
    ChipNotFree,
    /// An intent names the chip that is being written.
    IntentWithoutWriting,
    /// The intent before this one has no outcome yet, or succeeded.
    IntentOpen,
    /// A card is finalised by the outcome of its intent.
    FinalisedWithoutOutcome,
    /// A card is issued by an acceptance of the same security object.
    IssuedWithoutAcceptance,
    /// The tries of a key set on a chip are spent.
    TriesSpent,
    /// A chip that carries or carried a card is not sent back.
    ChipNotReturnable,
    /// A chip is of one delivery.
    ChipDeliveredTwice,
    /// A file of records only grows.
    RecordHead,
    /// Only issued cards live on.
    LifeOfIssuedCards,
    /// Nothing follows the end of a card.
    LifeEnded,
    /// INVALID is final.
    StatusFinal,
    /// Publications go forward, and only what was signed is released.
    PublicationNumber,
    /// A value or a reference that the tables do not allow.
    Constraint,
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::OneLiveCardPerMember => {
                "a member has at most one card that is allocated, in work or issued"
            }
            Self::OneLiveCardPerChip => "a chip carries at most one card that is in work or issued",
            Self::CardGoesForward => "the status of a card only goes forward",
            Self::ChipGoesForward => "the stage of a chip only goes forward",
            Self::AppendOnly => "records are appended, never changed or removed",
            Self::AllocationFixed => {
                "what was allocated to a card, and the seal of a finalised one, stay as they are"
            }
            Self::MaybeFinalised => "a card that may have been finalised keeps its chip until it is revoked",
            Self::ChipNotFree => "only a blank or prepared chip takes a card",
            Self::IntentWithoutWriting => "an intent names the chip that is being written",
            Self::IntentOpen => "the intent before this one has no outcome yet",
            Self::FinalisedWithoutOutcome => "a card is finalised by the outcome of its intent",
            Self::IssuedWithoutAcceptance => "a card is issued by an acceptance of the same security object",
            Self::TriesSpent => "a key set is tried on a chip only as often as the issuer allows",
            Self::ChipNotReturnable => {
                "only a blank or prepared chip that carries nobody's card is sent back"
            }
            Self::ChipDeliveredTwice => "a chip is of one delivery, unless it was sent back",
            Self::RecordHead => "a file of records only grows, and a record that was seen stays the same",
            Self::LifeOfIssuedCards => {
                "only a card that was issued is changed later, and only on its own chip"
            }
            Self::LifeEnded => "a card that was terminated is not changed any more",
            Self::StatusFinal => "a card that was revoked is never valid again",
            Self::PublicationNumber => {
                "publications of status lists go forward, and only what was signed is released"
            }
            Self::Constraint => "the tables do not allow this value",
        })
    }
}

impl Rule {
    fn of(error: &rusqlite::Error) -> Option<Self> {
        let rusqlite::Error::SqliteFailure(code, message) = error else { return None };
        if code.code != rusqlite::ErrorCode::ConstraintViolation {
            return None;
        }
        let message = message.as_deref().unwrap_or_default();
        // SQLite names the columns of a unique index that was violated, not the index.
        let by_text = [
            ("rule:card-status", Self::CardGoesForward),
            ("rule:blank-stage", Self::ChipGoesForward),
            ("rule:append-only", Self::AppendOnly),
            ("rule:allocation-fixed", Self::AllocationFixed),
            ("rule:maybe-finalised", Self::MaybeFinalised),
            ("rule:chip-not-free", Self::ChipNotFree),
            ("rule:intent-without-writing", Self::IntentWithoutWriting),
            ("rule:intent-open", Self::IntentOpen),
            ("rule:finalised-without-outcome", Self::FinalisedWithoutOutcome),
            ("rule:issued-without-acceptance", Self::IssuedWithoutAcceptance),
            ("rule:tries-spent", Self::TriesSpent),
            ("rule:chip-not-returnable", Self::ChipNotReturnable),
            ("rule:chip-delivered-twice", Self::ChipDeliveredTwice),
            ("rule:record-head", Self::RecordHead),
            ("rule:life-of-issued-cards", Self::LifeOfIssuedCards),
            ("rule:life-ended", Self::LifeEnded),
            ("rule:status-final", Self::StatusFinal),
            ("rule:publication-number", Self::PublicationNumber),
            ("cards.member_number", Self::OneLiveCardPerMember),
            ("cards.chip", Self::OneLiveCardPerChip),
        ];
        let found = by_text.into_iter().find(|(text, _)| message.contains(text));
        Some(found.map_or(Self::Constraint, |(_, rule)| rule))
    }
}

/// Why the registry refused, or could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Another process writes this registry.
    #[error("the registry {} is in use{}", path.display(), holder.as_ref().map(|h| format!(" by process {} since {}", h.process, h.since)).unwrap_or_default())]
    InUse {
        /// The registry.
        path: PathBuf,
        /// Who holds the lease, if its note could be read.
        holder: Option<Holder>,
    },
    /// There is no registry at this path.
    #[error("there is no registry at {}", path.display())]
    NotFound {
        /// The path.
        path: PathBuf,
    },
    /// There is a file at this path already; nothing was overwritten.
    #[error("{} exists already", path.display())]
    Exists {
        /// The path.
        path: PathBuf,
    },
    /// The file is not a registry.
    #[error("{} is not a registry of this program", path.display())]
    NotARegistry {
        /// The path.
        path: PathBuf,
    },
    /// A newer program wrote this registry.
    #[error("the registry has schema version {found}; this program knows versions up to {known}")]
    NewerSchema {
        /// Version in the file.
        found: u32,
        /// Newest version this program knows.
        known: u32,
    },
    /// The file is damaged.
    #[error("the registry's file is damaged: {detail}")]
    Damaged {
        /// What SQLite, or a check of a stored value, found.
        detail: String,
        /// The database's own error, if there was one.
        source: Option<rusqlite::Error>,
    },
    /// The disk is full; the last change was not made.
    #[error("the disk is full; the change was not made")]
    DiskFull {
        /// The database's own error.
        source: rusqlite::Error,
    },
    /// The file may not be written, or reading and writing it failed.
    #[error("the registry's file could not be read or written")]
    Unusable {
        /// The database's own error.
        source: rusqlite::Error,
    },
    /// A file beside the database could not be made or opened.
    #[error("{} could not be opened", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The system's own error.
        source: std::io::Error,
    },
    /// The change would break a rule; it was not made.
    #[error("refused: {rule}")]
    Refused {
        /// The rule.
        rule: Rule,
        /// The database's own error.
        source: rusqlite::Error,
    },
    /// No such card.
    #[error("no card has the number {0}")]
    UnknownCard(CardNumber),
    /// No such chip.
    #[error("no chip {0} was recorded")]
    UnknownChip(crate::ChipId),
    /// The tries of this key set on this chip are spent; nothing may be sent.
    #[error(
        "key version {key_version:02X} was tried {spent} times on chip {chip} without success; another try could block it"
    )]
    TriesSpent {
        /// The chip.
        chip: crate::ChipId,
        /// Key version number.
        key_version: u8,
        /// Tries that did not succeed.
        spent: u32,
    },
    /// One try of this key set on this chip is left; nothing is sent unless a person names the chip.
    #[error(
        "key version {key_version:02X} was tried {spent} times on chip {chip} without success; the last try is kept for a person who names the chip"
    )]
    LastTry {
        /// The chip.
        chip: crate::ChipId,
        /// Key version number.
        key_version: u8,
        /// Tries that did not succeed.
        spent: u32,
    },
    /// There is a delivery of this label already.
    #[error("there is a delivery {0} already")]
    DeliveryExists(String),
    /// The random source kept drawing values that are taken.
    #[error("the random source drew {draws} times and found no free {what}")]
    NoFreeValue {
        /// What was drawn.
        what: &'static str,
        /// How often.
        draws: u32,
    },
    /// What was accepted is not what was recorded when the card was finalised.
    #[error(
        "card {card}: the {what} that was read back is not the one recorded before the card was finalised"
    )]
    NotTheFinalisedCard {
        /// The card.
        card: CardNumber,
        /// Which value differs.
        what: &'static str,
    },
    /// A statement of ours does not fit the database: our bug.
    #[error("the registry's own statement failed")]
    Statement {
        /// The database's own error.
        source: rusqlite::Error,
    },
}

impl Error {
    /// Who has to act.
    #[must_use]
    pub const fn fault(&self) -> Fault {
        match self {
            Self::InUse { .. }
            | Self::NotFound { .. }
            | Self::Exists { .. }
            | Self::NotARegistry { .. }
            | Self::NewerSchema { .. }
            | Self::UnknownCard(_)
            | Self::DeliveryExists(_)
            | Self::Refused {
                rule: Rule::ChipNotReturnable | Rule::ChipDeliveredTwice | Rule::StatusFinal,
                ..
            }
            | Self::UnknownChip(_) => Fault::Operator,
            Self::Damaged { .. } | Self::DiskFull { .. } | Self::Unusable { .. } | Self::File { .. } => {
                Fault::Storage
            }
            Self::TriesSpent { .. } | Self::LastTry { .. } => Fault::Card,
            Self::Refused { .. }
            | Self::NoFreeValue { .. }
            | Self::NotTheFinalisedCard { .. }
            | Self::Statement { .. } => Fault::Ours,
        }
    }

    /// What to do next, in one sentence.
    #[must_use]
    pub const fn remedy(&self) -> &'static str {
        match self {
            Self::InUse { .. } => "Wait until that process ends, or end it, and start again.",
            Self::NotFound { .. } => "Check the path, or create the registry first.",
            Self::Exists { .. } => "Choose another path; an existing registry is never overwritten.",
            Self::NotARegistry { .. } => "Check the path.",
            Self::NewerSchema { .. } => "Use the newer program that wrote this registry.",
            Self::Damaged { .. } => "Stop issuing, keep the file as it is, and restore the last backup.",
            Self::DiskFull { .. } => {
                "Free some space on the disk and start again; the work continues where it stopped."
            }
            Self::Unusable { .. } | Self::File { .. } => {
                "Check the disk and who may write the folder, then start again."
            }
            Self::UnknownCard(_) => "Check the number; the list of cards shows what is known.",
            Self::UnknownChip(_) => "Put the chip in the reader again so that it is recorded.",
            Self::LastTry { .. } => {
                "Put the chip aside and check the keys; when they are known to be right, clear its tries or name the chip with --last-try."
            }
            Self::DeliveryExists(_) => "Choose another label; a delivery is never changed.",
            Self::Refused { rule: Rule::ChipNotReturnable, .. } => {
                "Keep the chip; what carries or carried a card stays in the house until it is destroyed."
            }
            Self::Refused { rule: Rule::ChipDeliveredTwice, .. } => {
                "Check the list of chips against the deliveries that are recorded."
            }
            Self::TriesSpent { .. } => {
                "Put the chip aside and check the keys; when they are known to be right, clear its tries and go on."
            }
            Self::NoFreeValue { .. } => {
                "Check the random source of this machine; report this if it happens again."
            }
            Self::NotTheFinalisedCard { .. } => "Keep the card, revoke it, and report this.",
            Self::Refused { rule: Rule::StatusFinal, .. } => {
                "Issue the member another card; what was revoked stays so."
            }
            Self::Refused { .. } | Self::Statement { .. } => "Keep the registry as it is and report this.",
        }
    }
}

impl Error {
    /// A reference to nothing.
    pub(crate) fn dangling(table: &str, parent: &str) -> Self {
        let detail = format!("a row of {table} refers to a row of {parent} that is not there");
        Self::Damaged { detail, source: None }
    }
}

impl From<rusqlite::Error> for Error {
    fn from(source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as C;
        if let Some(rule) = Rule::of(&source) {
            return Self::Refused { rule, source };
        }
        match &source {
            rusqlite::Error::SqliteFailure(code, _) => match code.code {
                C::DiskFull => Self::DiskFull { source },
                C::DatabaseCorrupt | C::NotADatabase => {
                    Self::Damaged { detail: source.to_string(), source: Some(source) }
                }
                C::DatabaseBusy
                | C::DatabaseLocked
                | C::PermissionDenied
                | C::ReadOnly
                | C::SystemIoFailure
                | C::CannotOpen
                | C::FileLockingProtocolFailed
                | C::NoLargeFileSupport => Self::Unusable { source },
                _ => Self::Statement { source },
            },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => Self::Damaged {
                detail: "a stored value has a form it cannot have".into(),
                source: Some(source),
            },
            _ => Self::Statement { source },
        }
    }
}
