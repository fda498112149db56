//! What can go wrong, and who has to act.

use super::{FeedError, LetterError};
use crate::batch::BatchError;
use crate::intake::IntakeError;
use crate::life::FileFault;
use chipwright_iso7816::TransportError;
use chipwright_perso::PersoError;
use chipwright_pki::SignError;
use chipwright_pki::cms::TemplateError;
use chipwright_profile::{BuildError, CardNumber, FileId, RevisionError, TermsError};
use chipwright_records::{DraftError, MOST_BYTES};
use chipwright_registry::{CardStatus, ChipId};
use chipwright_verify::{CheckName, Verdict};

/// Who has to act; the fault decides the reaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fault {
    /// This chip: take another.
    Card,
    /// The contact or the reader: insert again; the work continues.
    Reader,
    /// This member's data: mend the row.
    Data,
    /// Keys, trust data or settings of this station: the line stops.
    Configuration,
    /// A person decides.
    Operator,
    /// The record on this station's disk: the line stops.
    Record,
    /// Our bug: the line stops.
    Ours,
}

/// Why a card was not issued, or a run ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Failure {
    /// The chip could not be prepared or written.
    #[error(transparent)]
    Perso(#[from] PersoError),
    /// The card did not come back after a reset.
    #[error("the card did not come back after a reset: {0}")]
    Reset(#[source] TransportError),
    /// The contact broke while the finished card was read back.
    #[error("the card could not be read back: {0}")]
    Contact(#[source] TransportError),
    /// The contact broke again and again, whatever was done to restore it.
    #[error("the contact to the card broke {times} times: {last}")]
    Unsteady {
        /// How often.
        times: u32,
        /// The last time.
        #[source]
        last: TransportError,
    },
    /// Another chip lies where this one was.
    #[error("chip {found} is in the reader, but {wanted} was expected")]
    OtherChip {
        /// Which was expected.
        wanted: ChipId,
        /// Which is there.
        found: ChipId,
    },
    /// The finished card was read back and not accepted.
    #[error("card {card} was read back and not accepted: {}", verdict.texts().0)]
    NotAccepted {
        /// The card.
        card: CardNumber,
        /// The verdict.
        verdict: Verdict,
        /// The check that decided it.
        check: Option<CheckName>,
        /// What that check found.
        detail: Option<String>,
    },
    /// A genuine card, but another one than was written.
    #[error("card {expected} was written, and card {found} was read back")]
    OtherCard {
        /// The card written.
        expected: CardNumber,
        /// The card read.
        found: CardNumber,
    },
    /// What we sign would not be accepted by our own trust store; nothing was written.
    #[error("what this signer signs is refused by the trust data of this station ({reason})")]
    SignerRefused {
        /// The checks that failed.
        reason: String,
    },
    /// Record and chip contradict each other: the intent to finalise is on record, and the chip shows neither the finished card nor
    /// the application it was written to.
    #[error(
        "the record says that chip {chip} carries or may carry the finalised card {card}, and the chip does not show it"
    )]
    Contradiction {
        /// The chip.
        chip: ChipId,
        /// The card.
        card: CardNumber,
    },
    /// The chip is finalised, and the record knows of no intent to finalise the card that is being written on it.
    #[error(
        "chip {chip} is finalised, and the record never intended to finalise card {card}, which is in work on it"
    )]
    FinalisedWithoutIntent {
        /// The chip.
        chip: ChipId,
        /// The card.
        card: CardNumber,
    },
    /// The files of the card could not be made.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// The terms of the batch are wrong.
    #[error(transparent)]
    Terms(#[from] TermsError),
    /// The signer cannot sign.
    #[error(transparent)]
    Signer(#[from] TemplateError),
    /// The card has a second signature, which would not fit the new data.
    #[error("the card has a second signature, and this station has no second signer")]
    NoSecondSigner,
    /// The signature was not made.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The cards have a PIN, and nobody prints the letters.
    #[error("these cards have a PIN, and no printer for the PIN letters was named")]
    NoLetters,
    /// There is no PIN letter; the card was not made final.
    #[error("card {card}: {why}")]
    Letter {
        /// The card.
        card: CardNumber,
        /// What happened.
        #[source]
        why: LetterError,
    },
    /// The chip holds what this very card is not to have any more: the settings were changed while it was in work.
    #[error(
        "chip {chip} holds data of card {card} as it was planned before; they are erased and the card is begun anew on it"
    )]
    BegunAnew {
        /// The chip.
        chip: ChipId,
        /// The card.
        card: CardNumber,
    },
    /// The first records could not be made.
    #[error("the first records of the card could not be made: {0}")]
    Records(#[from] DraftError),
    /// The certificate of the record signer is longer than a record.
    #[error("the signer's certificate has {0} bytes, and a record of the card holds {MOST_BYTES}")]
    SignerTooLong(usize),
    /// Only issued cards are changed later.
    #[error("card {card} is no issued card, and only an issued card is changed later")]
    NotIssued {
        /// The card.
        card: CardNumber,
        /// What it is.
        status: CardStatus,
    },
    /// What carries or carried a card is not sent back.
    #[error(
        "chip {chip} {}: it is not given its transport keys back",
        card.as_ref().map_or_else(|| "carried a card or is spoiled".to_owned(), |card| format!("is bound to card {card}"))
    )]
    NotReturnable {
        /// The chip.
        chip: ChipId,
        /// The card in work on it, or issued.
        card: Option<CardNumber>,
    },
    /// The card says so already.
    #[error("card {0} says so already; nothing was changed")]
    NothingToChange(CardNumber),
    /// A file of the card that is left as it is could not be read.
    #[error("{file} of the card could not be read: {why}")]
    File {
        /// The file.
        file: FileId,
        /// What happened.
        why: FileFault,
    },
    /// The files of the card cannot be revised.
    #[error(transparent)]
    Revision(#[from] RevisionError),
    /// What a second person was to approve is not approved, or not for this signer and this day.
    #[error(transparent)]
    Approval(#[from] BatchError),
    /// The change of the card was not approved.
    #[error("this change of card {0} was not approved as it is asked for, for the card as it stands")]
    ChangeNotApproved(CardNumber),
    /// The access number in the record is not one.
    #[error("the card access number in the record cannot be used")]
    AccessNumber,
    /// The registry refused or failed.
    #[error(transparent)]
    Registry(#[from] chipwright_registry::Error),
    /// The members file cannot be read.
    #[error(transparent)]
    Intake(IntakeError),
    /// The feeder failed.
    #[error(transparent)]
    Feed(#[from] FeedError),
    /// No chips are left.
    #[error("no blank is left")]
    NoBlanks,
    /// Chip after chip is spoiled: something else than the chips is wrong.
    #[error("{0} chips in a row were spoiled")]
    TooManySpoiled(u32),
    /// The operator stopped the run; the card in hand was finished.
    #[error("the run was stopped")]
    Stopped,
}

impl Failure {
    /// Who has to act.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Perso(error) => match error.fault() {
                chipwright_perso::Fault::Card => Fault::Card,
                chipwright_perso::Fault::Reader => Fault::Reader,
                chipwright_perso::Fault::Configuration => Fault::Configuration,
                chipwright_perso::Fault::Operator => Fault::Operator,
                chipwright_perso::Fault::Record => Fault::Record,
                chipwright_perso::Fault::Data => Fault::Data,
                chipwright_perso::Fault::Ours => Fault::Ours,
            },
            Self::Reset(_) | Self::Contact(_) | Self::Unsteady { .. } | Self::OtherChip { .. } => {
                Fault::Reader
            }
            Self::NotAccepted { verdict, .. } => match verdict {
                Verdict::Expired
                | Verdict::NotYetValid
                | Verdict::Revoked
                | Verdict::IssuerUnknown
                | Verdict::TrustDataStale
                | Verdict::ClockNotCredible => Fault::Configuration,
                _ => Fault::Card,
            },
            Self::OtherCard { .. } | Self::BegunAnew { .. } => Fault::Card,
            Self::Letter { why: LetterError::Content(_), .. } => Fault::Data,
            Self::SignerRefused { .. } | Self::Terms(_) | Self::Signer(_) | Self::Sign(_) => {
                Fault::Configuration
            }
            Self::NotIssued { .. }
            | Self::NothingToChange(_)
            | Self::NotReturnable { .. }
            | Self::ChangeNotApproved(_) => Fault::Operator,
            Self::Approval(_) => Fault::Configuration,
            Self::File { why: FileFault::Contact(_), .. } => Fault::Reader,
            Self::File { .. } | Self::Revision(RevisionError::Missing(_) | RevisionError::Read(_)) => {
                Fault::Card
            }
            Self::Revision(_) => Fault::Data,
            Self::NoLetters
            | Self::NoSecondSigner
            | Self::Letter { .. }
            | Self::Records(_)
            | Self::SignerTooLong(_) => Fault::Configuration,
            Self::Build(BuildError::Terms(_)) => Fault::Configuration,
            Self::Build(_) => Fault::Data,
            Self::Contradiction { .. } | Self::FinalisedWithoutIntent { .. } | Self::AccessNumber => {
                Fault::Record
            }
            Self::Registry(error) => match error.fault() {
                chipwright_registry::Fault::Card => Fault::Card,
                chipwright_registry::Fault::Ours => Fault::Ours,
                chipwright_registry::Fault::Operator => Fault::Operator,
                _ => Fault::Record,
            },
            Self::Intake(_) | Self::NoBlanks | Self::TooManySpoiled(_) | Self::Stopped => Fault::Operator,
            Self::Feed(_) => Fault::Reader,
        }
    }

    /// What to do next, in one sentence.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::Perso(error) => error.remedy(),
            Self::Registry(error) => error.remedy(),
            Self::Reset(lost) | Self::Contact(lost)
                if matches!(lost, TransportError::ReaderGone(_) | TransportError::Reader(_)) =>
            {
                "Check the reader and the smart card service (pcscd), then start again: it is continued where it stopped."
            }
            Self::Reset(TransportError::TooLong(_)) | Self::Contact(TransportError::TooLong(_)) => {
                "Take another reader, this one does not carry messages of that length, and start again: it is continued where it stopped."
            }
            Self::Unsteady { .. } => {
                "Try this card in another reader and another card in this one, to see which of the two is at fault; then start again: it is continued where it stopped."
            }
            Self::Reset(_) | Self::Contact(_) => {
                "Insert the card again and start again: it is continued where it stopped."
            }
            Self::OtherChip { .. } => "Put the first chip in again: it is continued where it stopped.",
            Self::NotAccepted { verdict, .. } => match self.fault() {
                Fault::Configuration => {
                    "Renew the trust data of this station or set its clock, then start again: the card is verified then."
                }
                _ => verdict.remedies().0,
            },
            Self::NotReturnable { .. } => {
                "Keep the chip; what carries or carried a card stays in the house until it is destroyed."
            }
            Self::OtherCard { .. } => "Keep both cards apart and report this.",
            Self::SignerRefused { .. } => {
                "Check root, signer, revocation list and clock of this station; nothing was written."
            }
            Self::Contradiction { .. } => {
                "Set application and key version in the configuration as they were when the card was written; otherwise keep chip and registry as they are and report this."
            }
            Self::FinalisedWithoutIntent { .. } => {
                "Keep the chip apart, revoke the card in the record before the list goes on, and report this."
            }
            Self::Build(_) => "Check the member's record and portrait; shorten what is too long.",
            Self::Terms(_) => "Check the dates and settings of the batch.",
            Self::Signer(_) | Self::Sign(_) => {
                "Check the signer's certificate, its period of use and its key."
            }
            Self::NotIssued { .. } => "Finish the card with `chipwright issue`, or take another card.",
            Self::NothingToChange(_) => "Check what was to be changed.",
            Self::Approval(error) => error.remedy(),
            Self::ChangeNotApproved(_) => {
                "Prepare the change with `chipwright batch prepare --card`, and have it approved by a second registrar."
            }
            Self::File { .. } => {
                "Insert the card again and repeat; if it fails the same way, issue another card."
            }
            Self::Revision(RevisionError::Build(_)) => "Shorten the name or the unit.",
            Self::Revision(_) => "Verify the card; a card that cannot be read is replaced.",
            Self::NoSecondSigner => {
                "Set second_signature.sign = true in the configuration of a station that has a second signer, and update the card there."
            }
            Self::NoLetters => {
                "Name the command of the printer with --letter-printer, or switch the PIN off in the configuration."
            }
            Self::Letter { why: LetterError::Content(_), .. } => {
                "Shorten the name or the unit, or write it in Latin letters; the other cards are made."
            }
            Self::Letter { why: LetterError::Printer(_), .. } => {
                "Check the printer and its command, destroy what it printed of this letter, then start again: a new letter is printed."
            }
            Self::BegunAnew { .. } => "Nothing is to be done.",
            Self::Records(_) | Self::SignerTooLong(_) => {
                "Check the signer's certificate: it signs the first records of each card."
            }
            Self::AccessNumber => "Stop issuing and restore the registry's last backup.",
            Self::Intake(error) => error.remedy(crate::Language::En),
            Self::Feed(_) => "Check reader and feeder, then start again.",
            Self::NoBlanks => "Put in more blanks and start again: the list continues where it stopped.",
            Self::TooManySpoiled(_) => {
                "Check reader and keys with a blank that is known to be good before using more."
            }
            Self::Stopped => "Start again when ready: the list continues where it stopped.",
        }
    }
}
