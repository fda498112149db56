//! From applicants and blanks to verified cards, and a record of each.
//!
//! ```text
//! applicant → allocate (committed) → prepare the chip → build and sign → bind the card to the chip (committed)
//!   → store → intent (committed) → FINALISE → outcome (committed) → reset → inspect as a stranger → mark issued (committed)
//! ```
//!
//! There is one path for a first run and for every resumption: each pass over a chip begins by asking the chip and the registry how far
//! they are, and does what is missing. So a run that was killed anywhere is continued by running again. A chip that may carry a
//! finalised card is either verified and recorded, or its card is revoked before the member is given another.

pub(crate) mod chip;
mod contact;
mod event;
mod failure;
mod feeder;
pub(crate) mod ledger;
pub(crate) mod letter;
mod member;
mod passes;
mod profile;
mod settle;
mod signer;
mod source;
mod summary;

use crate::batch::Approval;
use crate::intake::{IntakeError, Row};
use crate::issue::ledger::Ledger;
use crate::issue::member::Late;
use chipwright_iso7816::LengthMode;
use chipwright_perso::{CardKeys, ChipProfile, PreparePlan};
use chipwright_pki::check::SignerCache;
use chipwright_pki::{Policy, TrustStore};
use chipwright_profile::{CardNumber, IssueTerms, MemberNumber};
use chipwright_registry::{ChipId, Registry};
use jiff::Timestamp;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

pub use event::Event;
pub use failure::{Failure, Fault};
pub use feeder::{Contact, FeedError, Feeder, Pile};
pub use letter::{Letter, LetterError, Letters};
pub(crate) use profile::{prepare_plan, signed_well};
pub use signer::Signer;
pub use source::{MembersFile, Source};
pub use summary::{Blanks, Ending, Summary};

/// The station's clock.
pub trait Clock {
    /// The time of day.
    fn now(&self) -> Timestamp;

    /// A time that only grows, for the cost report.
    fn elapsed(&self) -> Duration;
}

/// What to do with a member whose card may lie finalised on a chip that is not in the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LostChip {
    /// Leave the member waiting and name the chip.
    #[default]
    Wait,
    /// Revoke the card and make another.
    Revoke,
}

/// How a run behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Options {
    /// Bytes of a portrait's JPEG.
    pub portrait_budget: usize,
    /// How long commands travel while a chip is written.
    pub mode: LengthMode,
    /// What to do about chips that are not there.
    pub lost: LostChip,
    /// Passes over one chip after a fault of the contact or the chip, before it is given up.
    pub passes: u32,
    /// Chips one member may spoil, and chips that may be spoiled in a row, before the run stops.
    pub most_spoiled: u32,
    /// The chip whose last try with a key may be spent, as a person named it.
    pub last_try: Option<ChipId>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            portrait_budget: chipwright_profile::portrait::DEFAULT_BUDGET,
            mode: LengthMode::Extended,
            lost: LostChip::Wait,
            passes: 3,
            most_spoiled: 3,
            last_try: None,
        }
    }
}

/// Everything a run works with; all of it handed in.
pub struct Station<'a> {
    /// The record.
    pub registry: &'a mut Registry,
    /// The kind of chip.
    pub profile: ChipProfile,
    /// What is the same for every card of this batch.
    pub terms: IssueTerms,
    /// Who signs.
    pub signer: &'a Signer<'a>,
    /// What a second person has approved: only that is signed.
    pub approval: Approval<'a>,
    /// Keys of the chips.
    pub keys: &'a dyn CardKeys,
    /// What a kiosk trusts.
    pub trust: &'a TrustStore,
    /// What a kiosk demands.
    pub policy: &'a Policy,
    /// The clock.
    pub clock: &'a dyn Clock,
    /// Fills with random bytes.
    pub random: &'a mut dyn FnMut(&mut [u8]),
    /// Hears what happens.
    pub events: &'a mut dyn FnMut(Event<'_>),
    /// Composes and prints the letters, where the cards have a PIN.
    pub letters: Option<&'a mut dyn Letters>,
    /// How to behave.
    pub options: Options,
}

/// Issues a card to every applicant that has none, on the chips of the feeder, until the list, the blanks or the operator's
/// patience ends. Setting `stop` finishes the card in hand and ends the run.
///
/// # Errors
/// [`Failure`] before anything was begun: wrong terms, no approval or one that is not good for this signer now, cards with a PIN and no printer for the letters, a members file that cannot be read, a signer that the trust store does not know.
/// What ends a run later stands in [`Summary::stopped`].
pub fn run(
    station: Station<'_>,
    source: &mut dyn Source,
    feeder: &mut dyn Feeder,
    stop: &AtomicBool,
) -> Result<Summary, Failure> {
    station.terms.check()?;
    if station.terms.chip.pin && station.letters.is_none() {
        return Err(Failure::NoLetters);
    }
    station.approval.check(station.signer.certificate(), station.trust, station.clock.now())?;
    drop(source.rows()?);
    let mut desk = Desk::new(station);
    desk.rehearse()?;
    let ended = desk.settle(source, feeder, stop).and_then(|()| desk.issue_all(source, feeder, stop));
    desk.close(feeder, ended)
}

/// Prepares every blank of the feeder ahead of time; nothing personal is written.
///
/// # Errors
/// As [`run`].
pub fn prepare_all(
    station: Station<'_>,
    feeder: &mut dyn Feeder,
    stop: &AtomicBool,
) -> Result<Summary, Failure> {
    station.terms.check()?;
    let mut desk = Desk::new(station);
    let ended = desk.prepare_all(feeder, stop);
    desk.close(feeder, ended)
}

/// A run at work.
struct Desk<'a> {
    ledger: Ledger<'a>,
    prepare: PreparePlan,
    terms: IssueTerms,
    signer: &'a Signer<'a>,
    approval: Approval<'a>,
    keys: &'a dyn CardKeys,
    trust: &'a TrustStore,
    policy: &'a Policy,
    clock: &'a dyn Clock,
    random: &'a mut dyn FnMut(&mut [u8]),
    events: &'a mut dyn FnMut(Event<'_>),
    letters: Option<&'a mut dyn Letters>,
    options: Options,
    cache: SignerCache,
    /// Cards written in this run, and whether a letter of them may be out.
    begun: HashMap<CardNumber, bool>,
    summary: Summary,
    spoiled_in_a_row: u32,
    late: HashMap<MemberNumber, Late>,
}

impl<'a> Desk<'a> {
    fn new(station: Station<'a>) -> Self {
        Self {
            ledger: Ledger::new(station.registry, station.clock).with_last_try(station.options.last_try),
            prepare: profile::prepare_plan(station.profile, &station.terms),
            terms: station.terms,
            signer: station.signer,
            approval: station.approval,
            keys: station.keys,
            trust: station.trust,
            policy: station.policy,
            clock: station.clock,
            random: station.random,
            events: station.events,
            letters: station.letters,
            options: station.options,
            cache: SignerCache::new(16),
            summary: Summary::default(),
            spoiled_in_a_row: 0,
            late: HashMap::new(),
            begun: HashMap::new(),
        }
    }

    fn say(&mut self, event: Event<'_>) {
        (self.events)(event);
    }

    /// The card will never be used; a letter of it may be out.
    fn void_letter(&mut self, card: &CardNumber) {
        if self.terms.chip.pin && self.begun.get(card) != Some(&false) {
            self.say(Event::LetterVoid { card, replaced: false });
        }
    }

    fn issue_all(
        &mut self,
        source: &mut dyn Source,
        feeder: &mut dyn Feeder,
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        for row in source.rows()? {
            if stop.load(Ordering::SeqCst) {
                return Err(Failure::Stopped);
            }
            self.summary.rows += 1;
            let ending = match row.map_err(Failure::Intake)? {
                Row::Good(applicant) => self.serve(*applicant, feeder, stop)?,
                Row::Bad(bad) => {
                    self.say(Event::Rejected(&bad));
                    Ending::Rejected
                }
            };
            self.summary.count(ending);
            if ending == Ending::NoBlank {
                // a feeder that waits for chips ends its waiting when it is told to stop
                let stopped = stop.load(Ordering::SeqCst);
                return Err(if stopped { Failure::Stopped } else { Failure::NoBlanks });
            }
        }
        Ok(())
    }

    fn close(mut self, feeder: &mut dyn Feeder, ended: Result<(), Failure>) -> Result<Summary, Failure> {
        let left = feeder.close();
        self.summary.blanks.left += u64::from(self.summary.in_place);
        self.summary.in_place = false;
        self.summary.stopped = ended.err().or_else(|| left.err().map(Failure::Feed));
        Ok(self.summary)
    }
}

impl From<IntakeError> for Failure {
    fn from(error: IntakeError) -> Self {
        Self::Intake(error)
    }
}
