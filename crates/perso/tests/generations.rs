//! After a rotation of the masters: chips that hold keys of the generation before are continued and changed with those; blanks are given
//! the new ones.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]

use chipwright_channel::diversify::{self, SoftMasterKeys};
use chipwright_channel::scp03::{KeyError, KeySet, StaticKeys};
use chipwright_emulator::{Card, Fault, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_perso::life::change;
use chipwright_perso::{
    CardKeys, Change, ChipIdentifier, ChipProfile, Freshness, JournalError, LifeJournal, Stage, prepare,
    survey, write,
};
use chipwright_profile::ChipFeatures;
use chipwright_testkit::{ChipKeys, MemoryJournal, Order, World, chip_config};

struct Book;

impl LifeJournal for Book {
    fn intend(&mut self, _: &ChipIdentifier, _: Change) -> Result<(), JournalError> {
        Ok(())
    }
}

/// Two generations: version 11 of [`ChipKeys`], version 12 of other masters.
struct Rotated {
    former: ChipKeys,
    masters: SoftMasterKeys,
}

impl Rotated {
    fn new() -> Self {
        let masters = SoftMasterKeys::new(&[0xD0; 16], &[0xE0; 16], &[0xF0; 16]).unwrap();
        Self { former: ChipKeys::default(), masters }
    }
}

impl CardKeys for Rotated {
    fn transport(&self, chip: &ChipIdentifier, version: u8) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        self.former.transport(chip, version)
    }

    fn issuer(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(self.new_keys(chip)?.to_static_keys(0x12)?))
    }

    fn issuer_of(&self, chip: &ChipIdentifier, version: u8) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        if version == 0x11 { self.former.issuer(chip) } else { self.issuer(chip) }
    }

    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError> {
        diversify::diversify(&self.masters, &diversify::ChipIdentifier::new(&chip.0).unwrap())
    }
}

fn rotated() -> ChipProfile {
    ChipProfile { issuer_version: 0x12, former_versions: vec![0x11], ..ChipProfile::default() }
}

fn versions(card: &mut Exchanger<Card>) -> (bool, bool) {
    card.reset().unwrap();
    let keys = survey(card, &rotated()).unwrap().keys;
    (keys.has_set(0x11), keys.has_set(0x12))
}

/// A finished card of the first generation is suspended, resumed and ended under the second.
#[test]
fn a_card_of_before_lives_on() {
    let order = Order::new(ChipFeatures::PROVEN);
    let mut world = World::new(4);
    let issued = order.issue_on(chip_config(1), LengthMode::Extended, &mut world);
    let (mut card, chip) = (issued.card, issued.ready.chip());
    assert_eq!(versions(&mut card), (true, false));
    let forgotten = ChipProfile { former_versions: Vec::new(), ..rotated() };
    for (wanted, stage) in [
        (Change::Suspend, Stage::Suspended),
        (Change::Resume, Stage::Finished),
        (Change::Terminate, Stage::Terminated),
    ] {
        card.reset().unwrap();
        let keys = Rotated::new();
        let mut book = Book;
        let alone = change(&mut card, &forgotten, chip, wanted, &keys, &mut book, &mut world.surroundings());
        assert!(alone.is_err(), "without the former version the wrong keys are tried");
        card.reset().unwrap();
        let changed =
            change(&mut card, &rotated(), chip, wanted, &keys, &mut book, &mut world.surroundings());
        assert_eq!(changed.unwrap().now, stage);
    }
}

/// A blank is given the new keys; a chip that lost power while it was prepared with the old ones is finished with those.
#[test]
fn a_blank_is_given_the_new_keys_and_a_torn_chip_keeps_its_own() {
    let order = Order::new(ChipFeatures::PROVEN);
    for torn_at in [None, Some(6), Some(9), Some(12)] {
        let mut world = World::new(4);
        let mut card = Exchanger::new(Card::blank(chip_config(7), seeded_rng(7)), LengthMode::Extended);
        card.reset().unwrap();
        if let Some(command) = torn_at {
            card.transport().fault_at_apdu(command, Fault::CutBefore);
            let plan = order.prepare_plan(&ChipProfile::default());
            let torn = prepare(&mut card, &plan, &ChipKeys::default(), &mut world.surroundings());
            assert!(torn.is_err(), "power was cut");
            card.reset().unwrap();
        }
        let before = versions(&mut card);
        let (keys, plan) = (Rotated::new(), order.prepare_plan(&rotated()));
        card.reset().unwrap();
        let ready = prepare(&mut card, &plan, &keys, &mut world.surroundings()).unwrap();
        let wanted = if before.0 { (0x11, (true, false)) } else { (0x12, (false, true)) };
        assert_eq!((ready.key_version(), versions(&mut card)), wanted, "torn at {torn_at:?}");
        card.reset().unwrap();
        let plan = order.write_plan(&rotated(), &ready);
        let mut journal = MemoryJournal::default();
        write(&mut card, &ready, &plan, Freshness::MaybeTorn, &keys, &mut journal, &mut world.surroundings())
            .unwrap();
        assert_eq!(survey(&mut card, &rotated()).unwrap().stage, Stage::Finished);
    }
}
