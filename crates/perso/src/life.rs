//! Life after issuance (LIFE-01 to LIFE-04): a card is suspended and resumed, blocked and unblocked, ended. Contact interface only (CM-15).

use crate::chip::{ChipIdentifier, ChipProfile};
use crate::cost::CostReport;
use crate::error::PersoError;
use crate::globalplatform::{self as gp, CardLifeCycle};
use crate::keys::CardKeys;
use crate::run::{Run, Surroundings};
use crate::survey::{Stage, Survey, survey};
use crate::write::JournalError;
use chipwright_iso7816::{Command, Exchanger, Transport};
use serde::Serialize;
use std::fmt;

/// What is done to a finished card.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Nothing can be read until it is resumed.
    Suspend,
    /// The card can be read again.
    Resume,
    /// No application can be selected until it is unblocked.
    Block,
    /// A blocked card is as it was before.
    Unblock,
    /// The card is ended for ever.
    Terminate,
}

impl Change {
    /// Whether a card at this stage can be changed so; `None` where it is so already.
    const fn of(self, stage: Stage) -> Option<bool> {
        use Stage::{Blocked, Finished, Suspended, Terminated};
        match (self, stage) {
            (Self::Suspend, Suspended)
            | (Self::Resume | Self::Unblock, Finished)
            | (Self::Unblock, Suspended)
            | (Self::Block, Blocked)
            | (Self::Terminate, Terminated) => None,
            (Self::Suspend | Self::Block | Self::Terminate, Finished)
            | (Self::Resume | Self::Block | Self::Terminate, Suspended)
            | (Self::Unblock | Self::Terminate, Blocked) => Some(true),
            _ => Some(false),
        }
    }

    /// Whether it can never be undone.
    #[must_use]
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Terminate)
    }

    fn command(self, profile: &ChipProfile) -> Command {
        match self {
            Self::Suspend => gp::set_application_status(&profile.instance, gp::APPLICATION_LOCKED),
            Self::Resume => gp::set_application_status(&profile.instance, gp::APPLICATION_PERSONALIZED),
            Self::Block => gp::set_card_status(CardLifeCycle::CARD_LOCKED),
            Self::Unblock => gp::set_card_status(CardLifeCycle::SECURED),
            Self::Terminate => gp::set_card_status(CardLifeCycle::TERMINATED),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Suspend => "suspend",
            Self::Resume => "resume",
            Self::Block => "block",
            Self::Unblock => "unblock",
            Self::Terminate => "terminate",
        })
    }
}

/// Where changes are recorded before they are made. Nothing is sent to the card unless [`intend`](LifeJournal::intend) returned `Ok`.
pub trait LifeJournal {
    /// Records that this chip is about to be changed, durably.
    ///
    /// # Errors
    /// [`JournalError`] when it could not be recorded; the card is left as it is.
    fn intend(&mut self, chip: &ChipIdentifier, change: Change) -> Result<(), JournalError>;
}

/// A card that was changed, or was so already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The chip.
    pub chip: ChipIdentifier,
    /// What it was before.
    pub before: Stage,
    /// What it is now.
    pub now: Stage,
    /// What it cost.
    pub cost: CostReport,
}

/// Changes the card in the reader, and looks whether it is changed. Run again after a loss of power, it finds what is done.
///
/// # Errors
/// [`PersoError::OtherChip`] unless it is the chip named, [`PersoError::NotPossible`] at another stage, [`PersoError::Journal`] when the intent
/// could not be recorded.
pub fn change<T: Transport>(
    card: &mut Exchanger<T>,
    profile: &ChipProfile,
    wanted: ChipIdentifier,
    change: Change,
    keys: &dyn CardKeys,
    journal: &mut dyn LifeJournal,
    world: &mut Surroundings<'_>,
) -> Result<Changed, PersoError> {
    let mut run = Run::new(card, profile, world, "survey");
    let found = survey(run.card, profile)?;
    let parameter = the_card(&found, wanted)?;
    let (chip, before) = (found.chip, found.stage);
    match change.of(before) {
        None => return Ok(Changed { chip, before, now: before, cost: run.finish() }),
        Some(false) => return Err(PersoError::NotPossible { chip, stage: before, change }),
        Some(true) => {}
    }
    journal.intend(&chip, change)?;
    run.begin("change life cycle");
    let issuer = keys.issuer_of(&chip, found.issuer_version(profile).unwrap_or(profile.issuer_version))?;
    let session = run.select_and_open(&profile.issuer_domain, &chip, parameter, issuer.as_ref())?;
    run.command(session, "SET STATUS", &change.command(profile))?;
    run.begin("confirm life cycle");
    let now = survey(run.card, profile)?.stage;
    if change.of(now).is_some() {
        return Err(PersoError::NotConfirmed { step: run.step(), what: "its new life cycle" });
    }
    Ok(Changed { chip, before, now, cost: run.finish() })
}

/// The SCP03 parameter of the card, if it is the one named and can be opened.
pub(crate) fn the_card(found: &Survey, wanted: ChipIdentifier) -> Result<u8, PersoError> {
    if found.chip != wanted {
        return Err(PersoError::OtherChip { wanted, found: found.chip });
    }
    found.scp03.ok_or_else(|| PersoError::Unsuitable { chip: found.chip, reasons: found.unsuitable.clone() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_at_every_stage() {
        use Stage::{Blocked, Finished, Suspended, Terminated};
        let table = |change: Change| [Finished, Suspended, Blocked, Terminated].map(|stage| change.of(stage));
        let (yes, no, so) = (Some(true), Some(false), None);
        assert_eq!(table(Change::Suspend), [yes, so, no, no]);
        assert_eq!(table(Change::Resume), [so, yes, no, no]);
        assert_eq!(table(Change::Block), [yes, yes, so, no]);
        assert_eq!(table(Change::Unblock), [so, so, yes, no]);
        assert_eq!(table(Change::Terminate), [yes, yes, yes, so]);
        for stage in [Stage::Blank, Stage::InPreparation, Stage::Installed, Stage::Unknown] {
            for change in [Change::Suspend, Change::Resume, Change::Block, Change::Unblock, Change::Terminate]
            {
                assert_eq!(change.of(stage), no, "{change} {stage:?}");
            }
        }
    }
}
