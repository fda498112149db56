//! What can go wrong, and whose fault it is.

use crate::life::Change;
use crate::survey::{Stage, Unsuitable};
use crate::write::JournalError;
use crate::{BudgetError, ChipIdentifier};
use chipwright_channel::scp03::put_key::PutKeyError;
use chipwright_channel::scp03::{KeyError, Scp03Error};
use chipwright_iso7816::tlv::TlvError;
use chipwright_iso7816::{ExchangeError, StatusWord, TransportError};
use chipwright_profile::KeyReference;

/// The name of INSTALL [for install and make selectable] in errors.
pub(crate) const INSTALL: &str = "INSTALL [for install and make selectable]";
/// The name of STORE DATA in errors.
pub(crate) const STORE_DATA: &str = "STORE DATA";

/// Who has to act. The fault decides the reaction: put the card aside, try again, mend the configuration, call support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// This chip: put it aside and take another.
    Card,
    /// The reader or the contact: insert the card again.
    Reader,
    /// The keys or the configuration of this station: stop the line.
    Configuration,
    /// A person has to decide.
    Operator,
    /// The record on this station's disk: stop the line.
    Record,
    /// This member's data do not fit the chip: mend the row, not the chip.
    Data,
    /// Our bug: stop the line.
    Ours,
}

/// Why a chip was not prepared or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PersoError {
    /// No answer came back, or not an APDU.
    #[error("{step}: {source}")]
    Exchange {
        /// The step of the plan.
        step: &'static str,
        /// What happened.
        source: ExchangeError,
    },
    /// The card answered with a status that stops the plan.
    #[error("{step}: the card refused {command} with {status}. {}", status.meaning())]
    Refused {
        /// The step of the plan.
        step: &'static str,
        /// The command, by its standard name.
        command: &'static str,
        /// The card's status.
        status: StatusWord,
    },
    /// The card's proof of the key is wrong: it does not hold the key we took. EXTERNAL AUTHENTICATE was not sent.
    #[error("chip {chip} does not hold our key version {version:02X}")]
    WrongKey {
        /// The chip.
        chip: ChipIdentifier,
        /// Key version number.
        version: u8,
    },
    /// The secure channel broke.
    #[error("{step}: {source}")]
    Channel {
        /// The step of the plan.
        step: &'static str,
        /// What happened.
        source: Scp03Error,
    },
    /// The key store gave no key.
    #[error("the card keys are not available: {0}")]
    Key(#[from] KeyError),
    /// The chip may not be tried again.
    #[error(transparent)]
    Budget(#[from] BudgetError),
    /// The chip cannot become a card of ours.
    #[error("chip {chip} cannot be used: {}", list(reasons))]
    Unsuitable {
        /// The chip.
        chip: ChipIdentifier,
        /// Every reason found.
        reasons: Vec<Unsuitable>,
    },
    /// SELECT of the card manager finds nothing.
    #[error(
        "no card manager answers: this is a card of another kind, or a finished card on a contactless reader"
    )]
    NoCardManager,
    /// The chip is a finished card.
    #[error("chip {0} is a finished card")]
    Finished(ChipIdentifier),
    /// Transport keys are checked on a blank.
    #[error("chip {chip} {}: transport keys are checked on a blank", is(*stage))]
    NotBlank {
        /// The chip.
        chip: ChipIdentifier,
        /// What it is.
        stage: Stage,
    },
    /// Only a chip that is no card yet, and holds one key set of ours, goes back.
    #[error("chip {chip} {}: it is not given its transport keys back", is(*stage))]
    NotReturnable {
        /// The chip.
        chip: ChipIdentifier,
        /// What it is.
        stage: Stage,
    },
    /// The card's life cycle does not allow the change.
    #[error("chip {chip} {}: it cannot be {}", is(*stage), done(*change))]
    NotPossible {
        /// The chip.
        chip: ChipIdentifier,
        /// What it is.
        stage: Stage,
        /// What it should become.
        change: Change,
    },
    /// Only a finished card that can be read is updated.
    #[error("chip {chip} {}: only a finished card is updated", is(*stage))]
    NotFinished {
        /// The chip.
        chip: ChipIdentifier,
        /// What it is.
        stage: Stage,
    },
    /// The chip is a card that its issuer has blocked or ended.
    #[error("chip {0} is a card that has been blocked")]
    OutOfUse(ChipIdentifier),
    /// The chip holds data that is not part of this card: another member's, from a run that was torn.
    #[error("chip {0} holds data of another card that was not finished")]
    Leftovers(ChipIdentifier),
    /// Another chip than the one that was prepared.
    #[error("chip {found} is in the reader, but {wanted} was expected")]
    OtherChip {
        /// Which was expected.
        wanted: ChipIdentifier,
        /// Which is there.
        found: ChipIdentifier,
    },
    /// An answer of the card is not what its standard says.
    #[error("{step}: {what} of the card cannot be read: {source}")]
    Malformed {
        /// The step of the plan.
        step: &'static str,
        /// Which data.
        what: &'static str,
        /// Where it is wrong.
        source: TlvError,
    },
    /// The transport keys were not replaced as they should be.
    #[error(transparent)]
    PutKey(#[from] PutKeyError),
    /// The card did not confirm what it was told to keep.
    #[error("{step}: the card does not confirm {what}")]
    NotConfirmed {
        /// The step of the plan.
        step: &'static str,
        /// What it should have confirmed.
        what: &'static str,
    },
    /// The chip did not prove that it holds the private key it says it made.
    #[error("{step}: chip {chip} does not prove that it holds its key for {key}")]
    KeyNotProven {
        /// The step of the plan.
        step: &'static str,
        /// The chip.
        chip: ChipIdentifier,
        /// Which key.
        key: KeyReference,
    },
    /// The chip does not hold the key that the signed files publish.
    #[error("chip {chip} does not hold the key for {key} that its signed files publish")]
    OtherKey {
        /// The chip.
        chip: ChipIdentifier,
        /// Which key.
        key: KeyReference,
    },
    /// The intent could not be recorded; the irreversible command was not sent.
    #[error("the intent to finalise could not be recorded: {0}")]
    Journal(#[from] JournalError),
}

impl PersoError {
    /// Whose fault it is. What this station got wrong never condemns a chip.
    #[must_use]
    pub fn fault(&self) -> Fault {
        match self {
            Self::Exchange { source: ExchangeError::Transport(_), .. } => Fault::Reader,
            Self::Exchange { source: ExchangeError::Apdu(_), .. } => Fault::Ours,
            Self::Channel { source, .. } => channel_fault(source),
            Self::PutKey(PutKeyError::Keys(_) | PutKeyError::Version(_)) => Fault::Configuration,
            Self::Refused { command, status, .. } => refusal_fault(command, *status),
            Self::Unsuitable { reasons, .. } if reasons.iter().all(Unsuitable::is_about_keys) => {
                Fault::Operator
            }
            Self::Exchange { .. }
            | Self::Unsuitable { .. }
            | Self::Malformed { .. }
            | Self::PutKey(_)
            | Self::Leftovers(_)
            | Self::KeyNotProven { .. }
            | Self::OtherKey { .. }
            | Self::NotConfirmed { .. } => Fault::Card,
            Self::WrongKey { .. } | Self::Key(_) => Fault::Configuration,
            Self::Budget(
                BudgetError::Exhausted { .. } | BudgetError::LastTry { .. } | BudgetError::KnownWrong { .. },
            )
            | Self::NotBlank { .. }
            | Self::NotReturnable { .. }
            | Self::NoCardManager
            | Self::Finished(_)
            | Self::OutOfUse(_)
            | Self::NotPossible { .. }
            | Self::NotFinished { .. }
            | Self::OtherChip { .. } => Fault::Operator,
            Self::Budget(BudgetError::Storage(_)) | Self::Journal(_) => Fault::Record,
        }
    }

    /// What to do next, as one plain sentence.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::WrongKey { .. } => {
                "Check that the transport key or card master of this delivery is configured; do not try the chip again before."
            }
            Self::NoCardManager => {
                "Insert one of your own cards; a finished one is opened with the number printed on it, or in a contact reader."
            }
            Self::Exchange { source: ExchangeError::Transport(lost), .. }
            | Self::Channel { source: Scp03Error::Exchange(ExchangeError::Transport(lost)), .. }
                if is_about_the_reader(lost) =>
            {
                "Check the reader and the smart card service (pcscd), then repeat: the card is continued where it stopped."
            }
            Self::NotPossible { stage: Stage::Terminated, .. } => {
                "A terminated card stays so; issue another."
            }
            Self::NotPossible { stage: Stage::Blocked, .. } => "Unblock the card first.",
            Self::NotFinished { stage: Stage::Suspended, .. } => "Resume the card first.",
            Self::NotPossible { .. } | Self::NotFinished { .. } => {
                "Look at the card with `chipwright card info`, and do what its state allows."
            }
            Self::OutOfUse(_) => "Take another chip; a card that was blocked is not written to.",
            Self::Finished(_) => "Verify it; a finished card is never written again.",
            Self::OtherKey { .. } => "Prepare the chip again and sign the card anew.",
            Self::Leftovers(_) => "Prepare the chip again: what it holds is erased.",
            Self::Unsuitable { reasons, .. } if reasons.iter().all(Unsuitable::is_about_keys) => {
                "Put this chip aside; check which delivery it is from and which key versions are configured."
            }
            Self::Unsuitable { .. } => "Put this chip aside, mark it as spoiled, and take another.",
            Self::OtherChip { .. } => "Insert the chip that was prepared, or start again with this one.",
            Self::Budget(BudgetError::LastTry { .. }) => {
                "Put the chip aside; when a custodian is sure of the keys, name the chip with --last-try."
            }
            Self::Budget(BudgetError::KnownWrong { .. }) => {
                "Put the chip aside; find its delivery and its keys, then let a custodian clear its tries."
            }
            Self::NotBlank { .. } => "Take a chip of the delivery that nobody has prepared.",
            Self::NotReturnable { .. } => {
                "Keep the chip: what was a card is never given back, and a chip with foreign keys is not ours to change."
            }
            Self::Budget(BudgetError::Exhausted { .. }) => {
                "Put the chip aside; a custodian decides whether it may be tried again."
            }
            _ => match self.fault() {
                Fault::Reader => "Insert the card again and repeat: it is continued where it stopped.",
                Fault::Card => {
                    "Insert the card again and repeat; if it fails the same way, put it aside as spoiled."
                }
                Fault::Configuration => "Check the keys and the configuration of this station.",
                Fault::Operator => "Ask the person in charge of the station.",
                Fault::Data => "Check this member's record; shorten what is too long.",
                Fault::Ours => "This is a fault of the program: report it.",
                Fault::Record => "Check the disk of this station before any further card is written.",
            },
        }
    }
}

impl PersoError {
    /// Whether the chip may hold keys that nobody knows: it confirmed other ones than it was given. No further pass helps.
    #[must_use]
    pub const fn condemns(&self) -> bool {
        matches!(
            self,
            Self::PutKey(
                PutKeyError::CheckValue(_)
                    | PutKeyError::AnsweredVersion { .. }
                    | PutKeyError::ResponseLength(_)
            )
        )
    }
}

/// Whether the reader or its service failed, and not the card in it.
const fn is_about_the_reader(lost: &TransportError) -> bool {
    matches!(lost, TransportError::ReaderGone(_) | TransportError::Reader(_))
}

fn channel_fault(error: &Scp03Error) -> Fault {
    match error {
        Scp03Error::Keys(_) => Fault::Configuration,
        Scp03Error::Exchange(ExchangeError::Transport(_)) => Fault::Reader,
        Scp03Error::TooLong { .. } | Scp03Error::Class(_) | Scp03Error::ExtendedLengthNeeded => Fault::Ours,
        _ => Fault::Card,
    }
}

/// A load file that the profile names and the chip does not hold, and data that the chip has no room for, are no faults of the chip.
fn refusal_fault(command: &str, status: StatusWord) -> Fault {
    match (command, status) {
        (INSTALL, StatusWord::REFERENCED_DATA_NOT_FOUND) => Fault::Configuration,
        (STORE_DATA, StatusWord::NOT_ENOUGH_MEMORY | StatusWord::INCORRECT_DATA) => Fault::Data,
        _ => Fault::Card,
    }
}

fn is(stage: Stage) -> &'static str {
    match stage {
        Stage::Finished => "is a card in use",
        Stage::Suspended => "is a suspended card",
        Stage::Blocked => "is a blocked card",
        Stage::Terminated => "is a terminated card",
        Stage::Blank | Stage::InPreparation | Stage::Installed | Stage::Unknown => "is no finished card",
    }
}

fn done(change: Change) -> &'static str {
    match change {
        Change::Suspend => "suspended",
        Change::Resume => "resumed",
        Change::Block => "blocked",
        Change::Unblock => "unblocked",
        Change::Terminate => "terminated",
    }
}

fn list(reasons: &[Unsuitable]) -> String {
    reasons.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use chipwright_iso7816::apdu::ApduError;

    #[test]
    fn only_the_chip_s_own_faults_condemn_it() {
        let chip = ChipIdentifier([0; 10]);
        let refused = |command, status| PersoError::Refused { step: "x", command, status };
        let channel = |source| PersoError::Channel { step: "x", source };
        let exchange = |source| PersoError::Exchange { step: "x", source };
        let unsuitable = |reasons| PersoError::Unsuitable { chip, reasons };
        let cases = [
            (exchange(ExchangeError::Transport(TransportError::CardRemoved)), Fault::Reader),
            (exchange(ExchangeError::Endless), Fault::Card),
            (exchange(ExchangeError::NoStatus(1)), Fault::Card),
            (exchange(ApduError::Le(0).into()), Fault::Ours),
            (refused(INSTALL, StatusWord::REFERENCED_DATA_NOT_FOUND), Fault::Configuration),
            (refused(INSTALL, StatusWord::MEMORY_FAILURE), Fault::Card),
            (refused(STORE_DATA, StatusWord::NOT_ENOUGH_MEMORY), Fault::Data),
            (refused(STORE_DATA, StatusWord::MEMORY_FAILURE), Fault::Card),
            (channel(Scp03Error::Keys(KeyError::MixedSizes)), Fault::Configuration),
            (channel(Scp03Error::ExtendedLengthNeeded), Fault::Ours),
            (channel(Scp03Error::ResponseMac), Fault::Card),
            (PutKeyError::Version(0).into(), Fault::Configuration),
            (PutKeyError::ResponseLength(0).into(), Fault::Card),
            (unsuitable(vec![Unsuitable::KeyVersions(vec![7])]), Fault::Operator),
            (unsuitable(vec![Unsuitable::KeyVersions(vec![7]), Unsuitable::NoScp03]), Fault::Card),
            (PersoError::WrongKey { chip, version: 1 }, Fault::Configuration),
            (PersoError::OtherChip { wanted: chip, found: chip }, Fault::Operator),
            (PersoError::NoCardManager, Fault::Operator),
            (BudgetError::LastTry { spent: 4, version: 1 }.into(), Fault::Operator),
            (BudgetError::KnownWrong { version: 1 }.into(), Fault::Operator),
            (PersoError::NotReturnable { chip, stage: Stage::Finished }, Fault::Operator),
            (PersoError::OutOfUse(chip), Fault::Operator),
            (PersoError::Leftovers(chip), Fault::Card),
            (unsuitable(vec![Unsuitable::AnswersNotProtected(0)]), Fault::Card),
            (
                PersoError::KeyNotProven { step: "x", chip, key: KeyReference::ChipAuthentication },
                Fault::Card,
            ),
            (PersoError::OtherKey { chip, key: KeyReference::ChipAuthentication }, Fault::Card),
            (JournalError("full".to_owned()).into(), Fault::Record),
        ];
        for (error, fault) in cases {
            assert_eq!(error.fault(), fault, "{error}");
            assert!(error.remedy().ends_with('.'));
        }
    }
}
