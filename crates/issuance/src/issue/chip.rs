//! One pass over the chip in place: look at it, look at the record, do what is missing.

use super::contact::Line;
use super::ledger::{IntentBook, reason};
use super::letter::Envelope;
use super::passes::{Passes, Sight};
use super::{Desk, Event, Failure, Fault};
use crate::batch::Approved;
use chipwright_channel::pace::Password;
use chipwright_iso7816::{Exchanger, Transport, TransportError};
use chipwright_perso::survey::Stage;
use chipwright_perso::{
    ChipReady, Freshness, Leftovers, PersoError, PreparePlan, Progress, Surroundings, Survey, prepare,
    survey, write,
};
use chipwright_profile::{Allocation, CardNumber, MemberNumber};
use chipwright_registry::{BlankStage, Card, CardStatus, ChipId, InFlight, Reason};
use chipwright_verify::{ChipProofPolicy, Inspection, Proofs, Verdict, inspect};
use std::collections::HashMap;

/// Access numbers tried on one finished card over the contactless interface; each wrong one makes the card slower.
const MOST_TRIED: usize = 3;

/// What the chip in place is wanted for.
#[derive(Clone, Copy)]
pub(super) enum Purpose<'p> {
    /// A card for this person.
    Issue(&'p Approved),
    /// Whatever an earlier run left on it; a fresh chip stays where it is.
    Settle(&'p HashMap<MemberNumber, Approved>),
    /// Preparation only.
    Prepare,
}

impl Purpose<'_> {
    /// This member, unless the chip is wanted for them.
    fn other_than(&self, member: &MemberNumber) -> Option<MemberNumber> {
        match self {
            Self::Issue(person) if person.member().number() == member => None,
            _ => Some(member.clone()),
        }
    }
}

/// What became of the chip in place.
pub(super) enum ChipEnd {
    /// It is the issued card of this member.
    Issued(MemberNumber),
    /// It is prepared.
    Prepared,
    /// It is fresh and was not touched.
    Fresh,
    /// It must not be used.
    Spoiled(Option<ChipId>, Reason, Option<Failure>),
    /// It is of no use for this purpose.
    SetAside(Option<ChipId>, Reason, Option<Failure>),
    /// The contact broke; the work continues when it is inserted again.
    Interrupted(Failure),
    /// While the contact was broken, another chip was put in its place. That one was not touched.
    Exchanged,
    /// The chip is good, and the person's data cannot be put on it.
    Unwritable(Failure),
}

/// How work on the chip in place ends.
pub(super) enum Worked {
    /// With an end for the chip.
    Done(ChipEnd),
    /// The contact broke, for this cause.
    Lost(Failure, Option<TransportError>),
}

type Contact<'t> = Exchanger<Line<'t>>;

impl Desk<'_> {
    /// Passes over the chip until it ends one way or another, or the contact breaks.
    ///
    /// # Errors
    /// What stops the line.
    pub(super) fn work(
        &mut self,
        transport: &mut dyn Transport,
        purpose: Purpose<'_>,
        passes: &mut Passes,
    ) -> Result<Worked, Failure> {
        passes.contact();
        let mut card = Exchanger::new(Line::new(transport), self.options.mode);
        loop {
            let failure = match self.pass(&mut card, purpose, passes) {
                Ok(end) => return Ok(Worked::Done(end)),
                Err(failure) => failure,
            };
            match failure.fault() {
                Fault::Reader => {
                    let lost = card.transport().lost().cloned();
                    passes.breaks(card.transport().answered());
                    return Ok(Worked::Lost(failure, lost));
                }
                Fault::Card if matches!(&failure, Failure::Perso(error) if error.condemns()) => {
                    return self.condemn(passes.seen(), failure).map(Worked::Done);
                }
                Fault::Card if passes.failed + 1 < self.options.passes => {
                    passes.failed += 1;
                    self.say(Event::Retry { failure: &failure });
                }
                Fault::Card => return self.condemn(passes.seen(), failure).map(Worked::Done),
                Fault::Data => return Ok(Worked::Done(ChipEnd::Unwritable(failure))),
                Fault::Operator if matches!(failure, Failure::Perso(_)) => {
                    let aside = ChipEnd::SetAside(passes.seen(), reason("needs-a-decision"), Some(failure));
                    return Ok(Worked::Done(aside));
                }
                Fault::Operator | Fault::Configuration | Fault::Record | Fault::Ours => return Err(failure),
            }
        }
    }

    fn pass(
        &mut self,
        card: &mut Contact<'_>,
        purpose: Purpose<'_>,
        passes: &mut Passes,
    ) -> Result<ChipEnd, Failure> {
        card.reset().map_err(Failure::Reset)?;
        let found = match survey(card, &self.prepare.profile) {
            Ok(found) => found,
            // of another kind, or a finished card on the contactless interface
            Err(PersoError::NoCardManager) => return self.recognise(card, purpose, passes),
            Err(error) => return Err(error.into()),
        };
        let chip = ChipId(found.chip.0);
        match passes.sees(chip) {
            Sight::First => self.say(Event::Chip { chip: &chip }),
            Sight::Again => {}
            Sight::Another => return Ok(ChipEnd::Exchanged),
        }
        let stage = self.ledger.registry().see_chip(&chip, self.ledger.now())?;
        match stage {
            BlankStage::Spoiled => {
                return Ok(ChipEnd::Spoiled(Some(chip), reason("spoiled-before"), None));
            }
            BlankStage::Returned => {
                return Ok(ChipEnd::SetAside(Some(chip), reason("returned-before"), None));
            }
            BlankStage::Blank | BlankStage::Prepared | BlankStage::Used => {}
        }
        let live = self.ledger.registry().live_card_on(&chip)?;
        passes.other = live.as_ref().and_then(|live| purpose.other_than(&live.member));
        match (found.stage, live) {
            (Stage::Finished, Some(live)) => self.recover(card, live),
            (Stage::Suspended | Stage::Blocked | Stage::Terminated, _) => {
                Ok(ChipEnd::SetAside(Some(chip), reason("blocked-card"), None))
            }
            (Stage::Finished, None) => Ok(ChipEnd::SetAside(Some(chip), reason("finished-card"), None)),
            (_, Some(live)) => self.go_on(card, &found, live, purpose, passes),
            (_, None) if stage == BlankStage::Used => {
                Ok(ChipEnd::SetAside(Some(chip), reason("used-before"), None))
            }
            (_, None) => match purpose {
                Purpose::Settle(_) => Ok(ChipEnd::Fresh),
                Purpose::Prepare => {
                    self.make_ready(card, &found, Leftovers::Erase).map(|_| ChipEnd::Prepared)
                }
                Purpose::Issue(person) => self.write(card, &found, person, Leftovers::Erase),
            },
        }
    }

    /// The chip is not finalised, and the record binds a card to it.
    fn go_on(
        &mut self,
        card: &mut Contact<'_>,
        found: &Survey,
        live: Card,
        purpose: Purpose<'_>,
        passes: &mut Passes,
    ) -> Result<ChipEnd, Failure> {
        let chip = ChipId(found.chip.0);
        if live.status != CardStatus::Writing {
            return Err(Failure::Contradiction { chip, card: live.number });
        }
        let open = self.ledger.registry().open_intent(&live.number)?;
        if let Some(open) = open {
            // Every file was on the instance when the intent was recorded. Only the instance itself, not finalised, proves that
            // FINALISE did not happen; a chip that does not show it was asked for another application, or with other keys.
            if found.stage != Stage::Installed {
                return Err(Failure::Contradiction { chip, card: live.number });
            }
            self.ledger.registry().not_finalised(open.intent, &reason("torn"), self.ledger.now())?;
        }
        let person = match purpose {
            Purpose::Issue(person) if *person.member().number() == live.member => Some(person),
            Purpose::Settle(people) => people.get(&live.member),
            Purpose::Issue(_) | Purpose::Prepare => None,
        };
        match (person, purpose) {
            (Some(person), _) => {
                self.say(Event::Resumed { chip: &chip, card: &live.number, member: &live.member });
                self.write(card, found, person, Leftovers::Keep)
            }
            (None, Purpose::Issue(_)) if self.late.contains_key(&live.member) => {
                self.catch_up(card, found, &live)
            }
            (None, Purpose::Prepare) => Ok(ChipEnd::SetAside(Some(chip), reason("in-work"), None)),
            (None, _) => {
                // Nobody can read it yet, and its member is not on this list: the chip is free for another.
                let why = reason("not-on-the-list");
                self.ledger.registry().abandon(&live.number, &why, self.ledger.now())?;
                self.say(Event::Abandoned { card: &live.number, why: &why });
                self.void_letter(&live.number);
                passes.other = None;
                self.pass(card, purpose, passes)
            }
        }
    }

    /// The chip of a member whom this run had to leave has come back.
    fn catch_up(&mut self, card: &mut Contact<'_>, found: &Survey, live: &Card) -> Result<ChipEnd, Failure> {
        let chip = ChipId(found.chip.0);
        self.say(Event::Resumed { chip: &chip, card: &live.number, member: &live.member });
        let Some(late) = self.late.remove(&live.member) else { return Ok(ChipEnd::Fresh) };
        let end = self.write(card, found, &late.person, Leftovers::Keep);
        self.late.insert(live.member.clone(), late);
        end
    }

    /// The chip is finalised, and the record binds a card to it.
    fn recover(&mut self, card: &mut Contact<'_>, live: Card) -> Result<ChipEnd, Failure> {
        let chip = live.chip.unwrap_or(ChipId([0; 10]));
        match live.status {
            // Recorded in an earlier run, and counted there: it is no card of this one.
            CardStatus::Issued => return Ok(ChipEnd::SetAside(Some(chip), reason("issued-before"), None)),
            CardStatus::Writing => {
                let open = self.ledger.registry().open_intent(&live.number)?;
                // Its number could be written once more on the next chip, so the line stops.
                let Some(open) = open else {
                    return Err(Failure::FinalisedWithoutIntent { chip, card: live.number });
                };
                self.say(Event::Resumed { chip: &chip, card: &live.number, member: &live.member });
                self.ledger.registry().finalised(open.intent, self.ledger.now())?;
                self.say(Event::Finalised { card: &live.number, chip: &chip, cost: None });
            }
            _ => self.say(Event::Resumed { chip: &chip, card: &live.number, member: &live.member }),
        }
        self.accept(card, &live.number, &live.member, &chip)
    }

    /// A finished card whose card manager does not answer on this interface: only the access numbers of cards in work are tried, each
    /// once.
    fn recognise(
        &mut self,
        card: &mut Contact<'_>,
        purpose: Purpose<'_>,
        passes: &mut Passes,
    ) -> Result<ChipEnd, Failure> {
        let mut candidates: Vec<InFlight> = self.ledger.registry().open_work()?;
        candidates.retain(|c| c.open.is_some() || c.card.status == CardStatus::Finalised);
        let untried = candidates.len() > MOST_TRIED;
        for candidate in candidates.into_iter().take(MOST_TRIED) {
            card.reset().map_err(Failure::Reset)?;
            let (report, _) = self.inspect(card, &candidate.card.number)?;
            let digest = match report.into_accepted() {
                Ok(accepted) if *accepted.card_number() == candidate.card.number => {
                    accepted.security_object_digest()
                }
                _ => continue,
            };
            let recorded = match &candidate.open {
                Some(open) => Some(self.ledger.registry().seal_of(open.intent)?),
                None => candidate.card.seal,
            };
            if recorded.is_none_or(|seal| seal.security_object != digest) {
                continue;
            }
            if let Some(chip) = candidate.card.chip
                && let Sight::Another = passes.sees(chip)
            {
                return Ok(ChipEnd::Exchanged);
            }
            passes.other = purpose.other_than(&candidate.card.member);
            return self.recover(card, candidate.card);
        }
        // Not tried is not the same as not ours: a reader with contacts tells which chip it is.
        let why = if untried { "use-a-contact-reader" } else { "finished-card" };
        Ok(ChipEnd::SetAside(None, reason(why), None))
    }

    fn make_ready(
        &mut self,
        card: &mut Contact<'_>,
        found: &Survey,
        leftovers: Leftovers,
    ) -> Result<ChipReady, Failure> {
        let chip = ChipId(found.chip.0);
        let mut budget = self.ledger.budget();
        let events = &mut *self.events;
        let clock = self.clock;
        let mut world = Surroundings {
            random: &mut *self.random,
            clock: &mut || clock.elapsed(),
            budget: &mut budget,
            progress: &mut |progress: Progress| events(Event::Progress(progress)),
        };
        let plan = PreparePlan { leftovers, ..self.prepare.clone() };
        let made = prepare(card, &plan, self.keys, &mut world);
        let ready = made.map_err(|error| budget.into_failure(error.into()))?;
        // what goes on record of one chip must have happened to that chip
        let prepared = ChipId(ready.chip().0);
        if prepared != chip {
            return Err(Failure::OtherChip { wanted: chip, found: prepared });
        }
        let version = ready.key_version();
        let was = self.ledger.registry().blank(&chip)?.map(|blank| blank.stage);
        self.ledger.registry().prepared(&chip, version, self.ledger.now())?;
        if was == Some(BlankStage::Blank) {
            self.summary.prepared += 1;
        }
        self.say(Event::Prepared { chip: &chip, cost: ready.cost() });
        Ok(ready)
    }

    /// Writes the card. What a torn chip holds of this card is kept if it can be; if the card is to be another one today, the chip
    /// is erased, as nothing was finalised.
    fn write(
        &mut self,
        card: &mut Contact<'_>,
        found: &Survey,
        person: &Approved,
        leftovers: Leftovers,
    ) -> Result<ChipEnd, Failure> {
        let failure = match self.write_on(card, found, person, leftovers) {
            Err(failure) if leftovers == Leftovers::Keep => failure,
            ended => return ended,
        };
        let Failure::Perso(PersoError::Leftovers(_) | PersoError::OtherKey { .. }) = failure else {
            return Err(failure);
        };
        let number = self.allocation(person.member().number())?.card_number;
        let anew = Failure::BegunAnew { chip: ChipId(found.chip.0), card: number.clone() };
        self.say(Event::Retry { failure: &anew });
        if !self.terms.chip.pin {
            // it may have had a PIN when it was begun
            self.say(Event::LetterVoid { card: &number, replaced: false });
        }
        card.reset().map_err(Failure::Reset)?;
        self.write_on(card, found, person, Leftovers::Erase)
    }

    fn write_on(
        &mut self,
        card: &mut Contact<'_>,
        found: &Survey,
        person: &Approved,
        leftovers: Leftovers,
    ) -> Result<ChipEnd, Failure> {
        let chip = ChipId(found.chip.0);
        let ready = self.make_ready(card, found, leftovers)?;
        let allocation = self.allocation(person.member().number())?;
        let number = allocation.card_number.clone();
        let (plan, sheet) = match self.plan(person, &allocation, ready.keys()) {
            Ok(planned) => planned,
            Err(failure) => {
                if failure.fault() == Fault::Data {
                    let why = reason("cannot-be-built");
                    self.ledger.registry().abandon(&number, &why, self.ledger.now())?;
                    self.say(Event::Abandoned { card: &number, why: &why });
                }
                return Err(failure);
            }
        };
        let former = self.letter_may_be_out(&number)?;
        self.begun.insert(number.clone(), former);
        self.ledger.registry().begin_writing(&number, &chip, self.ledger.now())?;
        let freshness = match leftovers {
            Leftovers::Erase => Freshness::Fresh,
            Leftovers::Keep => Freshness::MaybeTorn,
        };
        let mut budget = self.ledger.budget();
        let letter = sheet.zip(self.letters.as_deref_mut());
        let letter = letter.map(|(sheet, printer)| Envelope::new(sheet, printer));
        let mut book =
            IntentBook::new(&self.ledger, &number, self.signer.certificate().fingerprint(), letter);
        let events = &mut *self.events;
        let clock = self.clock;
        let mut world = Surroundings {
            random: &mut *self.random,
            clock: &mut || clock.elapsed(),
            budget: &mut budget,
            progress: &mut |progress: Progress| events(Event::Progress(progress)),
        };
        let written = write(card, &ready, &plan, freshness, self.keys, &mut book, &mut world);
        let is_out = book.letter.as_ref().is_some_and(|letter| letter.is_out);
        let recorded = book.recorded;
        let written = written.map_err(|error| book.into_failure(budget.into_failure(error.into())));
        if is_out {
            self.begun.insert(number.clone(), true);
        }
        if is_out && former && !matches!(written, Err(Failure::Letter { .. })) {
            self.say(Event::LetterVoid { card: &number, replaced: true });
        }
        let written = written?;
        if let Some(intent) = recorded {
            self.ledger.registry().finalised(intent, self.ledger.now())?;
        }
        self.say(Event::Finalised { card: &number, chip: &chip, cost: Some(&written.cost) });
        self.accept(card, &number, person.member().number(), &chip)
    }

    /// Whether a letter of this card may have been printed: by a run of which only the record is left, or by this one.
    fn letter_may_be_out(&self, number: &CardNumber) -> Result<bool, Failure> {
        let known = self.ledger.registry().card(number)?;
        let torn = known.is_some_and(|known| known.status == CardStatus::Writing);
        Ok(torn && self.begun.get(number).copied().unwrap_or(true))
    }

    /// The allocation that the member's card in work has, or a new one.
    fn allocation(&mut self, member: &MemberNumber) -> Result<Allocation, Failure> {
        let live = self.ledger.registry().live_card_of(member)?;
        if let Some(live) = live {
            return Ok(self.ledger.registry().allocation_of(&live.number)?);
        }
        let made = self.ledger.registry().allocate(member, self.ledger.now(), &mut *self.random)?;
        self.say(Event::Allocated { member, card: &made.card_number });
        Ok(made)
    }

    /// Reads the card back over a fresh connection as a stranger would, and records the acceptance. A card that is not accepted for
    /// its own faults is revoked.
    fn accept(
        &mut self,
        card: &mut Contact<'_>,
        number: &CardNumber,
        member: &MemberNumber,
        chip: &ChipId,
    ) -> Result<ChipEnd, Failure> {
        let mut attempt = 1;
        let failure = loop {
            card.reset().map_err(Failure::Reset)?;
            let (report, failure) = self.inspect(card, number)?;
            let failure = match (failure, report.into_accepted()) {
                (None, Ok(accepted)) if accepted.card_number() == number => {
                    self.ledger.registry().mark_issued(&accepted)?;
                    self.say(Event::Issued { member, card: number, chip, accepted: &accepted });
                    return Ok(ChipEnd::Issued(member.clone()));
                }
                (None, Ok(other)) => {
                    Failure::OtherCard { expected: number.clone(), found: other.card_number().clone() }
                }
                (None, Err(report)) => not_accepted(number, &report),
                (Some(failure), _) => failure,
            };
            if failure.fault() != Fault::Card {
                return Err(failure);
            }
            if attempt == self.options.passes {
                break failure;
            }
            attempt += 1;
        };
        self.still_there(card, chip)?;
        let why = reason("not-accepted");
        self.ledger.registry().revoke(number, &why, self.ledger.now())?;
        self.summary.revoked += 1;
        self.say(Event::Revoked { card: number, why: &why });
        self.void_letter(number);
        Ok(ChipEnd::Spoiled(Some(*chip), why, Some(failure)))
    }

    /// A card is revoked for what its own chip answered, and not for what another one did that somebody put in its place.
    fn still_there(&self, card: &mut Contact<'_>, chip: &ChipId) -> Result<(), Failure> {
        card.reset().map_err(Failure::Reset)?;
        let found = match survey(card, &self.prepare.profile) {
            Ok(found) => found,
            Err(error) if card.transport().lost().is_some() => return Err(error.into()),
            Err(_) => return Ok(()),
        };
        if found.chip.0 == chip.0 {
            return Ok(());
        }
        Err(Failure::OtherChip { wanted: *chip, found: ChipId(found.chip.0) })
    }

    /// The report, and why it is no acceptance of this card.
    fn inspect(
        &mut self,
        card: &mut Contact<'_>,
        number: &CardNumber,
    ) -> Result<(chipwright_verify::Report, Option<Failure>), Failure> {
        let allocation = self.ledger.registry().allocation_of(number)?;
        let digits = std::str::from_utf8(allocation.can.expose()).map_err(|_| Failure::AccessNumber)?;
        let password = Password::can(digits).map_err(|_| Failure::AccessNumber)?;
        let chip_proof = self.demanded_proof(number);
        let mut ask = Inspection {
            cache: Some(&mut self.cache),
            chip_proof,
            proofs: Proofs::All,
            ..Inspection::new(self.terms.application, &password, self.trust, self.policy, self.clock.now())
        };
        let (report, _) = inspect(card, &mut ask, &mut *self.random);
        if let (Some(lost), false) = (card.transport().lost(), report.verdict() == Verdict::Valid) {
            return Err(Failure::Contact(lost.clone()));
        }
        let failure = match report.verdict() {
            Verdict::Valid => None,
            _ => Some(not_accepted(number, &report)),
        };
        Ok((report, failure))
    }

    /// A proof of the chip from a card of this run, whose terms say so. A card that an earlier run made final was made by other terms,
    /// maybe: it keeps what its signed data promise, and those are the ones on record.
    fn demanded_proof(&self, number: &CardNumber) -> ChipProofPolicy {
        match self.terms.chip.proves_itself() && self.begun.contains_key(number) {
            true => ChipProofPolicy::Required,
            false => ChipProofPolicy::IfPromised,
        }
    }

    /// What is in place has failed too often. A card that it may carry is revoked. Which chip it is must have been seen over this very
    /// contact: what cannot be read may be anything, whatever was in place before.
    fn condemn(&mut self, seen: Option<ChipId>, failure: Failure) -> Result<ChipEnd, Failure> {
        let why = reason("chip-fault");
        let Some(chip) = seen else {
            return Ok(ChipEnd::SetAside(None, reason("unreadable-chip"), Some(failure)));
        };
        let live = self.ledger.registry().live_card_on(&chip)?;
        if let Some(live) = live {
            let open = self.ledger.registry().open_intent(&live.number)?;
            if open.is_some() || live.status == CardStatus::Finalised {
                self.ledger.registry().revoke(&live.number, &why, self.ledger.now())?;
                self.summary.revoked += 1;
                self.say(Event::Revoked { card: &live.number, why: &why });
                self.void_letter(&live.number);
            }
        }
        self.ledger.registry().spoil(&chip, &why, self.ledger.now())?;
        Ok(ChipEnd::Spoiled(Some(chip), why, Some(failure)))
    }
}

/// Why a card that was read back is not accepted.
pub(crate) fn not_accepted(card: &CardNumber, report: &chipwright_verify::Report) -> Failure {
    let first = report.decisive();
    Failure::NotAccepted {
        card: card.clone(),
        verdict: report.verdict(),
        check: first.map(|check| check.name),
        detail: first.and_then(|check| check.detail.clone()),
    }
}
