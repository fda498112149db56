//! Cards after issuance: suspended, blocked and ended cards say so, on both interfaces, and to a kiosk that knows nothing else of them.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]

mod cards;

use cards::Kiosk;
use chipwright_emulator::{Card, Interface};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_perso::{Change, ChipIdentifier, JournalError, LifeJournal, life};
use chipwright_profile::ChipFeatures;
use chipwright_testkit::{ChipKeys, World};
use chipwright_verify::Verdict;

struct Recorded;

impl LifeJournal for Recorded {
    fn intend(&mut self, _: &ChipIdentifier, _: Change) -> Result<(), JournalError> {
        Ok(())
    }
}

fn changed(kiosk: &Kiosk, card: &mut Exchanger<Card>, change: Change) {
    let chip = ChipIdentifier(card.transport().chip_identifier());
    card.transport().set_interface(Interface::Contact);
    card.reset().unwrap();
    let profile = kiosk.profile();
    let mut world = World::new(11);
    let (keys, mut journal) = (ChipKeys::default(), Recorded);
    life::change(card, &profile, chip, change, &keys, &mut journal, &mut world.surroundings()).unwrap();
}

#[test]
fn each_state_has_its_verdict() {
    let kiosk = Kiosk::new(ChipFeatures::PROVEN);
    let made = kiosk.issue();
    for interface in [Interface::Contact, Interface::Contactless] {
        for (changes, verdict) in [
            (&[][..], Verdict::Valid),
            (&[Change::Suspend], Verdict::Suspended),
            (&[Change::Suspend, Change::Resume], Verdict::Valid),
            (&[Change::Block], Verdict::Revoked),
            (&[Change::Suspend, Change::Block], Verdict::Revoked),
            (&[Change::Block, Change::Unblock], Verdict::Valid),
            (&[Change::Terminate], Verdict::Revoked),
            (&[Change::Block, Change::Terminate], Verdict::Revoked),
        ] {
            let mut card = made.card(LengthMode::Extended);
            changes.iter().for_each(|change| changed(&kiosk, &mut card, *change));
            card.transport().set_interface(interface);
            let report = kiosk.judge(&mut card);
            assert_eq!(report.verdict(), verdict, "{interface:?} {changes:?}: {}", report.to_text(false));
            assert!(verdict == Verdict::Valid || report.holder().is_none());
        }
    }
    let mut blank = Exchanger::new(chipwright_testkit::blank(9), LengthMode::Short);
    assert_eq!(kiosk.judge(&mut blank).verdict(), Verdict::Unreadable);
}
