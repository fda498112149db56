//! One member, over as many chips as it takes; and the piles the chips go to.

use super::chip::{ChipEnd, Purpose, Worked};
use super::ledger::reason;
use super::passes::Passes;
use super::{Contact, Desk, Ending, Event, Failure, Feeder, LostChip, Pile};
use crate::batch::Approved;
use crate::intake::Applicant;
use chipwright_profile::MemberNumber;
use chipwright_registry::{Card, CardStatus};
use std::sync::atomic::{AtomicBool, Ordering};

/// Chips of no use in a row before the run ends: they are another stack.
const MOST_SET_ASIDE: u32 = 50;

/// Most members who can be left to a later chip of the same run.
const MOST_LATE: usize = 256;

/// A member whom the run had to leave: the chip is elsewhere.
pub(super) struct Late {
    pub(super) person: Approved,
    ending: Ending,
}

/// A chip that was judged.
pub(super) struct Judged {
    pub(super) end: ChipEnd,
    /// Whose card is on it, if not that of the member it was taken for.
    other: Option<MemberNumber>,
}

impl Desk<'_> {
    /// Issues a card to an applicant who has none.
    pub(super) fn serve(
        &mut self,
        applicant: Applicant,
        feeder: &mut dyn Feeder,
        stop: &AtomicBool,
    ) -> Result<Ending, Failure> {
        let (line, number) = (applicant.line, applicant.member.number().clone());
        if let Some(ending) = self.known(line, &number)? {
            if ending == Ending::Waiting
                && let Ok(person) = self.approval.admit(applicant, self.options.portrait_budget)
            {
                // the chip may be brought while a later row is served
                self.comes_later(person, ending);
            }
            return Ok(ending);
        }
        let person = match self.approval.admit(applicant, self.options.portrait_budget) {
            Ok(person) => person,
            Err(refused) => {
                self.say(Event::Rejected(&refused));
                return Ok(Ending::Rejected);
            }
        };
        self.say(Event::Began { line, member: &number });
        let ending = match self.chips_for(&person, feeder, stop) {
            Err(failure @ Failure::Letter { .. }) => {
                // the line stops, and the row says so
                self.say(Event::Failed { line, member: &number, failure: &failure });
                self.summary.count(Ending::Failed);
                return Err(failure);
            }
            ended => ended?,
        };
        if matches!(ending, Ending::Waiting | Ending::Interrupted) {
            self.comes_later(person, ending);
        }
        Ok(ending)
    }

    fn comes_later(&mut self, person: Approved, ending: Ending) {
        if self.late.len() < MOST_LATE {
            self.late.insert(person.member().number().clone(), Late { person, ending });
        }
    }

    /// Takes chips until one is this person's card.
    fn chips_for(
        &mut self,
        person: &Approved,
        feeder: &mut dyn Feeder,
        stop: &AtomicBool,
    ) -> Result<Ending, Failure> {
        let (line, number) = (person.line(), person.member().number());
        let mut spoiled = 0;
        let mut aside = 0;
        loop {
            let Some(judged) = self.next_chip(feeder, Purpose::Issue(person), stop)? else {
                return Ok(Ending::NoBlank);
            };
            match (judged.end, judged.other) {
                (ChipEnd::Issued(member), _) if member == *number => return Ok(Ending::Issued),
                (ChipEnd::Issued(member), _) => match self.late.remove(&member) {
                    Some(late) => self.summary.mend(late.ending, Ending::Issued),
                    None => self.summary.resumed += 1,
                },
                (ChipEnd::Spoiled(_, _, Some(_)), None) => {
                    spoiled += 1;
                    if spoiled > self.options.most_spoiled {
                        return Err(Failure::TooManySpoiled(spoiled));
                    }
                }
                (ChipEnd::Spoiled(_, _, Some(failure)), Some(other)) => {
                    aside += 1;
                    self.fails_after_all(&other, &failure);
                }
                // This member did nothing to it: it was spoiled before, or is another's.
                (ChipEnd::Spoiled(..) | ChipEnd::SetAside(..) | ChipEnd::Exchanged, _) => aside += 1,
                (ChipEnd::Interrupted(failure), Some(other)) => {
                    aside += 1;
                    self.left_again(&other, &failure)?;
                }
                (ChipEnd::Unwritable(failure), Some(other)) => {
                    aside += 1;
                    self.fails_after_all(&other, &failure);
                }
                (ChipEnd::Interrupted(failure), None) => {
                    self.say(Event::Failed { line, member: number, failure: &failure });
                    return Ok(Ending::Interrupted);
                }
                (ChipEnd::Unwritable(failure), None) => {
                    self.say(Event::Failed { line, member: number, failure: &failure });
                    return Ok(Ending::Failed);
                }
                (ChipEnd::Prepared | ChipEnd::Fresh, _) => {}
            }
            if aside > MOST_SET_ASIDE {
                return Ok(Ending::NoBlank);
            }
            // The chip just judged may have carried this member's own card.
            if let Some(ending) = self.known(line, number)? {
                return Ok(if ending == Ending::AlreadyIssued { Ending::Issued } else { ending });
            }
        }
    }

    /// The contact to the chip of another member broke: their card is where it was, and their row as it is.
    fn left_again(&mut self, other: &MemberNumber, failure: &Failure) -> Result<(), Failure> {
        if let Some(late) = self.late.get(other) {
            (self.events)(Event::Failed { line: late.person.line(), member: other, failure });
            return Ok(());
        }
        self.say(Event::Retry { failure });
        let live = self.ledger.registry().live_card_of(other)?;
        if let Some(chip) = live.and_then(|live| live.chip) {
            self.say(Event::Waiting { member: other, chip: &chip });
        }
        Ok(())
    }

    /// A member whom this run had left for later has a card that cannot be written.
    fn fails_after_all(&mut self, other: &MemberNumber, failure: &Failure) {
        match self.late.remove(other) {
            Some(late) => {
                self.say(Event::Failed { line: late.person.line(), member: other, failure });
                self.summary.mend(late.ending, Ending::Failed);
            }
            None => self.say(Event::Retry { failure }),
        }
    }

    /// What the record says of the member, if that decides the row.
    fn known(&mut self, line: u64, number: &MemberNumber) -> Result<Option<Ending>, Failure> {
        let live = self.ledger.registry().live_card_of(number)?;
        let Some(live) = live else { return Ok(None) };
        if live.status == CardStatus::Issued {
            self.say(Event::AlreadyIssued { line, member: number, card: &live.number });
            return Ok(Some(Ending::AlreadyIssued));
        }
        match self.may_be_finalised(&live)? {
            false => Ok(None),
            true if self.options.lost == LostChip::Revoke => {
                let why = reason("chip-lost");
                self.ledger.registry().revoke(&live.number, &why, self.ledger.now())?;
                self.summary.revoked += 1;
                self.say(Event::Revoked { card: &live.number, why: &why });
                self.void_letter(&live.number);
                Ok(None)
            }
            true => {
                if let Some(chip) = &live.chip {
                    self.say(Event::Waiting { member: number, chip });
                }
                Ok(Some(Ending::Waiting))
            }
        }
    }

    fn may_be_finalised(&self, live: &Card) -> Result<bool, Failure> {
        Ok(live.status == CardStatus::Finalised
            || self.ledger.registry().open_intent(&live.number)?.is_some())
    }

    /// Works on the chip in place, or the next one, and puts it on its pile. `None`: no chip is left.
    pub(super) fn next_chip(
        &mut self,
        feeder: &mut dyn Feeder,
        purpose: Purpose<'_>,
        stop: &AtomicBool,
    ) -> Result<Option<Judged>, Failure> {
        let mut passes = Passes::default();
        let Some(end) = self.passes_over(feeder, purpose, stop, &mut passes)? else { return Ok(None) };
        self.put_away(feeder, &end)?;
        Ok(Some(Judged { end, other: passes.other }))
    }

    /// Contact after contact, until the chip has come to an end or nobody brings it back.
    fn passes_over(
        &mut self,
        feeder: &mut dyn Feeder,
        purpose: Purpose<'_>,
        stop: &AtomicBool,
        passes: &mut Passes,
    ) -> Result<Option<ChipEnd>, Failure> {
        let mut broken = None;
        loop {
            let Some(transport) = feeder.load()? else { return Ok(broken.map(ChipEnd::Interrupted)) };
            if !self.summary.in_place {
                self.summary.in_place = true;
                self.summary.blanks.taken += 1;
            }
            let (failure, lost) = match self.work(transport, purpose, passes)? {
                Worked::Done(end) => return Ok(Some(end)),
                Worked::Lost(failure, lost) => (failure, lost),
            };
            let contact = lost.as_ref().map_or(Ok(Contact::InPlace), |lost| feeder.restore(lost))?;
            match (contact, lost) {
                (Contact::Restored, Some(lost)) if !stop.load(Ordering::SeqCst) => {
                    if let Err(failure) = passes.restored(lost) {
                        return Ok(Some(ChipEnd::Interrupted(failure)));
                    }
                }
                (Contact::InPlace, _) if passes.failed + 1 < self.options.passes => passes.failed += 1,
                _ => return Ok(Some(ChipEnd::Interrupted(failure))),
            }
            self.say(Event::Retry { failure: &failure });
            broken = Some(failure);
        }
    }

    /// Puts the chip on its pile, and counts it.
    fn put_away(&mut self, feeder: &mut dyn Feeder, end: &ChipEnd) -> Result<(), Failure> {
        let pile = match end {
            ChipEnd::Issued(_) => Pile::Issued,
            ChipEnd::Spoiled(chip, why, failure) => {
                self.say(Event::Spoiled { chip: chip.as_ref(), why, failure: failure.as_ref() });
                Pile::Spoiled
            }
            ChipEnd::SetAside(chip, why, failure) => {
                self.say(Event::SetAside { chip: chip.as_ref(), why, failure: failure.as_ref() });
                Pile::Left
            }
            ChipEnd::Prepared | ChipEnd::Interrupted(_) => Pile::Left,
            ChipEnd::Exchanged => {
                self.summary.blanks.taken += 1;
                self.summary.blanks.left += 1;
                return Ok(());
            }
            // It stays in place for the next member.
            ChipEnd::Fresh | ChipEnd::Unwritable(_) => return Ok(()),
        };
        feeder.eject(pile)?;
        self.summary.in_place = false;
        match pile {
            Pile::Issued => self.summary.blanks.good += 1,
            Pile::Spoiled => self.summary.blanks.spoiled += 1,
            Pile::Left => self.summary.blanks.left += 1,
        }
        self.in_a_row(end)
    }

    /// One bad chip is a bad chip; several in a row are something else.
    fn in_a_row(&mut self, end: &ChipEnd) -> Result<(), Failure> {
        match end {
            ChipEnd::Spoiled(_, _, Some(_)) => self.spoiled_in_a_row += 1,
            ChipEnd::Issued(_) | ChipEnd::Prepared => self.spoiled_in_a_row = 0,
            _ => {}
        }
        if self.spoiled_in_a_row >= self.options.most_spoiled {
            return Err(Failure::TooManySpoiled(self.spoiled_in_a_row));
        }
        Ok(())
    }

    pub(super) fn prepare_all(&mut self, feeder: &mut dyn Feeder, stop: &AtomicBool) -> Result<(), Failure> {
        while !stop.load(Ordering::SeqCst) {
            match self.next_chip(feeder, Purpose::Prepare, stop)?.map(|judged| judged.end) {
                None => return Ok(()),
                Some(ChipEnd::Interrupted(failure)) => return Err(failure),
                Some(_) => {}
            }
        }
        Err(Failure::Stopped)
    }
}
