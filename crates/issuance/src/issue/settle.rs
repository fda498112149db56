//! What an earlier run left unfinished comes first.

use super::chip::{ChipEnd, Purpose};
use super::{Desk, Event, Failure, Feeder, Source};
use crate::batch::Approved;
use crate::intake::Row;
use chipwright_profile::MemberNumber;
use chipwright_registry::CardStatus;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};

/// Most members whose records are held in memory at once; a station leaves one card in work, or a few.
const MOST: usize = 256;

impl Desk<'_> {
    /// Looks at the chip in place, and goes on while chips come that carry work. A fresh chip stays in place for the list.
    pub(super) fn settle(
        &mut self,
        source: &mut dyn Source,
        feeder: &mut dyn Feeder,
        stop: &AtomicBool,
    ) -> Result<(), Failure> {
        let in_work = self.in_work()?;
        if in_work.is_empty() {
            return Ok(());
        }
        let people = self.people(source, &in_work)?;
        while !stop.load(Ordering::SeqCst) {
            // nobody is asked for a chip that has nothing to bring
            if self.in_work()?.is_empty() {
                return Ok(());
            }
            match self.next_chip(feeder, Purpose::Settle(&people), stop)?.map(|judged| judged.end) {
                None | Some(ChipEnd::Fresh) => return Ok(()),
                Some(ChipEnd::Issued(_)) => self.summary.resumed += 1,
                Some(ChipEnd::Interrupted(failure)) => {
                    self.say(Event::Retry { failure: &failure });
                    self.summary.interrupted += 1;
                }
                Some(ChipEnd::Unwritable(failure)) => {
                    // The chip stays in place; its member's row is judged again when the list comes to it.
                    self.say(Event::Retry { failure: &failure });
                    return Ok(());
                }
                Some(
                    ChipEnd::Spoiled(..) | ChipEnd::SetAside(..) | ChipEnd::Prepared | ChipEnd::Exchanged,
                ) => {}
            }
        }
        Err(Failure::Stopped)
    }

    /// Members whose cards are on a chip and not issued.
    fn in_work(&self) -> Result<HashSet<MemberNumber>, Failure> {
        let open = self.ledger.registry().open_work()?;
        let on_chips = open.into_iter().filter(|work| work.card.status != CardStatus::Allocated);
        Ok(on_chips.map(|work| work.card.member).collect())
    }

    /// The records of members whose cards are in work, as far as they are good and approved on this list.
    fn people(
        &self,
        source: &mut dyn Source,
        wanted: &HashSet<MemberNumber>,
    ) -> Result<HashMap<MemberNumber, Approved>, Failure> {
        let mut people = HashMap::new();
        for row in source.rows()? {
            let Row::Good(applicant) = row.map_err(Failure::Intake)? else { continue };
            if !wanted.contains(applicant.member.number()) || people.len() == MOST {
                continue;
            }
            if let Ok(person) = self.approval.admit(*applicant, self.options.portrait_budget) {
                people.insert(person.member().number().clone(), person);
            }
        }
        Ok(people)
    }
}
