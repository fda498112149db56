//! Issued cards live on: suspended, resumed, blocked, ended; another name, another unit, another PIN; each on record.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod world;

use chipwright_channel::pace::{self, Password};
use chipwright_emulator::Fault as CardFault;
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_issuance::batch::{Approval, CardChange};
use chipwright_issuance::issue::{Clock, Failure, Fault, Signer};
use chipwright_issuance::life::{NewData, Office, change, security_object_of, update_card};
use chipwright_perso::{Change, PersoError, Stage};
use chipwright_pki::Policy;
use chipwright_pki::cv::Rights;
use chipwright_profile::{CardNumber, ChipFeatures, PersonName, Unit};
use chipwright_registry::{CardStatus, LifeEvent, Registry};
use chipwright_testkit::{Authority, AuthorityOptions, CvAuthority, random};
use chipwright_verify::{Inspection, Verdict, inspect};
use jiff::Timestamp;
use std::time::Duration;
use world::{Chip, NOW, World, approved_change, member};

struct Still;

impl Clock for Still {
    fn now(&self) -> Timestamp {
        NOW.parse().unwrap()
    }

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

/// A world with one issued card.
struct Life {
    w: World,
    number: CardNumber,
    chip: Chip,
    /// Who signs now, if not the world's signer.
    signer: Option<Authority>,
}

impl Life {
    fn new(features: ChipFeatures) -> Self {
        let mut w = World::new(1, 1);
        w.chip = features;
        let summary = w.run().unwrap();
        assert_eq!(summary.issued, 1, "{}", w.log.join("\n"));
        let card = w.view().cards_of(&member(1)).unwrap().pop().unwrap();
        let chip = w.table.all().next().unwrap().clone();
        Self { w, number: card.number, chip, signer: None }
    }

    fn at_the_desk<R>(
        &mut self,
        approval: Approval<'_>,
        work: impl FnOnce(&mut Exchanger<Chip>, &CardNumber, Office<'_>) -> Result<R, Failure>,
    ) -> Result<R, Failure> {
        let mut registry = Registry::open(&self.w.path(), NOW.parse().unwrap()).unwrap();
        let by = self.signer.as_ref().unwrap_or(&self.w.authority);
        let signer = Signer::new(by.signer.clone(), &by.signer_key).unwrap();
        let mut random = random(31);
        let policy = Policy::real();
        let office = Office {
            registry: &mut registry,
            profile: self.w.profile.clone(),
            signer: &signer,
            approval,
            keys: &self.w.keys,
            trust: &self.w.trust,
            policy: &policy,
            clock: &Still,
            random: &mut *random,
            letters: Some(&mut self.w.letters),
        };
        let mut card = Exchanger::new(self.chip.clone(), LengthMode::Extended);
        work(&mut card, &self.number, office)
    }

    fn change(&mut self, wanted: Change) -> Result<Stage, Failure> {
        let nothing = Approval::nothing();
        self.at_the_desk(nothing, |card, number, office| change(card, number, wanted, office))
            .map(|done| done.now)
    }

    /// Approved for the card as it stands, where something is to be approved.
    fn update(&mut self, data: &NewData) -> Result<bool, Failure> {
        let change = CardChange {
            card: self.number.clone(),
            security_object: security_object_of(&self.w.view(), &self.number).unwrap_or_default(),
            name: data.name.clone(),
            unit: data.unit.clone(),
        };
        match data.name.is_some() || data.unit.is_some() {
            true => {
                let approved = approved_change(&self.w.authority, change);
                self.update_with(data, Approval::of_change(&approved))
            }
            false => self.update_with(data, Approval::nothing()),
        }
    }

    fn update_with(&mut self, data: &NewData, approval: Approval<'_>) -> Result<bool, Failure> {
        self.at_the_desk(approval, |card, number, office| update_card(card, number, data, office))
            .map(|updated| updated.was_current)
    }

    /// The verdict, the name and the unit that a kiosk shows.
    fn read(&self) -> (Verdict, Option<(String, String)>) {
        let can = self.w.view().allocation_of(&self.number).unwrap().can;
        let password = Password::can(std::str::from_utf8(can.expose()).unwrap()).unwrap();
        let policy = Policy::real();
        let at = NOW.parse().unwrap();
        let mut ask = Inspection::new(self.w.profile.instance, &password, &self.w.trust, &policy, at);
        let mut card = Exchanger::new(self.chip.clone(), LengthMode::Extended);
        let (report, files) = inspect(&mut card, &mut ask, &mut *random(8));
        let said = files.data_group(11).zip(files.data_group(13)).map(|(dg11, dg13)| {
            let name = chipwright_profile::read::dg11(dg11).unwrap().name();
            (name, chipwright_profile::read::dg13(dg13).unwrap().unit.name().to_owned())
        });
        (report.verdict(), said)
    }

    fn story(&self) -> Vec<(LifeEvent, bool)> {
        let lines = self.w.view().life_of(&self.number).unwrap();
        lines.into_iter().map(|line| (line.event, line.done_at.is_some())).collect()
    }
}

fn married() -> NewData {
    NewData {
        name: Some(PersonName::new("Nguyễn Thị Hồng Ẩn").unwrap()),
        unit: Some(Unit::new("520211", "Chi bộ 6").unwrap()),
        pin: false,
    }
}

fn everything() -> ChipFeatures {
    let records = CvAuthority::new(8, Rights::all(), None).trust_point();
    ChipFeatures { cam: true, records: Some(records), pin: true, ..ChipFeatures::PROVEN }
}

#[test]
fn a_whole_life_on_record() {
    let mut life = Life::new(ChipFeatures::PROVEN);
    let mut expected = Vec::new();
    for (wanted, event, stage, verdict) in [
        (Change::Suspend, LifeEvent::Suspend, Stage::Suspended, Verdict::Suspended),
        (Change::Resume, LifeEvent::Resume, Stage::Finished, Verdict::Valid),
        (Change::Block, LifeEvent::Block, Stage::Blocked, Verdict::Revoked),
        (Change::Unblock, LifeEvent::Unblock, Stage::Finished, Verdict::Valid),
        (Change::Terminate, LifeEvent::Terminate, Stage::Terminated, Verdict::Revoked),
    ] {
        assert_eq!(life.change(wanted).unwrap(), stage);
        expected.push((event, true));
        assert_eq!(life.story(), expected);
        assert_eq!(life.read().0, verdict, "{wanted}");
        // again: nothing more is recorded
        if wanted != Change::Terminate {
            assert_eq!(life.change(wanted).unwrap(), stage);
            assert_eq!(life.story(), expected);
        }
    }
    let card = life.w.view().card(&life.number).unwrap().unwrap();
    assert_eq!(
        (card.status, card.closed_why.as_ref().map(|why| why.as_str().to_owned())),
        (CardStatus::Revoked, Some("terminated".to_owned()))
    );
    let failure = life.change(Change::Suspend).unwrap_err();
    assert!(matches!(failure, Failure::NotIssued { .. }), "{failure}");
    let failure = life.update(&married()).unwrap_err();
    assert!(matches!(failure, Failure::NotIssued { .. }), "{failure}");
}

#[test]
fn another_name_and_unit() {
    for features in [ChipFeatures::PROVEN, everything()] {
        let mut life = Life::new(features);
        let kept = life.w.letters.kept;
        assert_eq!(life.read().1, Some(("Nguyễn Thị Ẩn".to_owned(), "Chi bộ 5".to_owned())));
        assert!(!life.update(&married()).unwrap());
        assert_eq!(
            life.read(),
            (Verdict::Valid, Some(("Nguyễn Thị Hồng Ẩn".to_owned(), "Chi bộ 6".to_owned())))
        );
        assert_eq!(life.story(), [(LifeEvent::Update, true)]);
        let failure = life.update(&married()).unwrap_err();
        assert!(matches!(failure, Failure::NothingToChange(_)), "{failure}");
        assert_eq!(failure.fault(), Fault::Operator);
        assert_eq!(life.w.letters.kept, kept, "the PIN stays");
        // and once more, on the other half of the memory
        let data =
            NewData { name: Some(PersonName::new("Nguyễn Thị Ẩn").unwrap()), ..NewData::default() };
        life.update(&data).unwrap();
        assert_eq!(life.read().1, Some(("Nguyễn Thị Ẩn".to_owned(), "Chi bộ 6".to_owned())));
        assert_eq!(life.w.valid_cards().into_values().collect::<Vec<_>>(), [1]);
    }
}

#[test]
fn a_suspended_card_is_not_updated() {
    let mut life = Life::new(ChipFeatures::PROVEN);
    life.change(Change::Suspend).unwrap();
    let failure = life.update(&married()).unwrap_err();
    let wanted = matches!(failure, Failure::Perso(PersoError::NotFinished { stage: Stage::Suspended, .. }));
    assert!(wanted, "{failure}");
    assert_eq!(life.story(), [(LifeEvent::Suspend, true)]);
}

#[test]
fn another_pin_on_another_letter() {
    let mut life = Life::new(everything());
    let before = life.w.letters.letters[&life.number.to_string()];
    assert!(!life.update(&NewData { pin: true, ..NewData::default() }).unwrap());
    let after = life.w.letters.letters[&life.number.to_string()];
    assert!(before.0 != after.0 && before.1 != after.1);
    let opens = |digits: [u8; 6]| {
        let password = Password::pin(std::str::from_utf8(&digits).unwrap()).unwrap();
        let mut card = Exchanger::new(life.chip.clone(), LengthMode::Extended);
        card.reset().unwrap();
        let info = pace::PaceInfo::new(chipwright_channel::scp03::KeySize::Aes128, 12).unwrap();
        pace::establish(&mut card, &info, &password, &mut *random(3)).is_ok()
    };
    assert!(!opens(before.0) && opens(after.0));
    assert_eq!(life.read().0, Verdict::Valid);
}

#[test]
fn another_card_in_the_reader_is_left_alone() {
    let mut life = Life::new(ChipFeatures::PROVEN);
    let mut other = Life::new(ChipFeatures { active_authentication: false, ..ChipFeatures::PROVEN });
    // the same kind of chip with another number
    let stranger = chipwright_testkit::blank(77);
    *other.chip.card.borrow_mut() = stranger;
    std::mem::swap(&mut life.chip, &mut other.chip);
    let failure = life.change(Change::Terminate).unwrap_err();
    assert!(matches!(failure, Failure::Perso(PersoError::OtherChip { .. })), "{failure}");
    assert!(life.story().is_empty());
    assert_eq!(life.w.view().card(&life.number).unwrap().unwrap().status, CardStatus::Issued);
}

/// Power is lost at every command: the card can be read with the old or the new data, and the same call ends it well, on record.
#[test]
fn torn_at_every_command() {
    let mut whole = Life::new(ChipFeatures::PROVEN);
    let before = whole.chip.card.borrow_mut().apdus();
    whole.update(&married()).unwrap();
    let commands = whole.chip.card.borrow_mut().apdus() - before;
    let (mut old, mut new) = (0, 0);
    for at in (1..=commands).step_by(chipwright_testkit::cases(5, 1)) {
        let mut life = Life::new(ChipFeatures::PROVEN);
        life.chip.card.borrow_mut().fault_at_apdu(at, CardFault::CutAfter);
        let torn = life.update(&married());
        assert!(torn.is_err(), "at {at} of {commands}");
        life.chip.card.borrow_mut().clear_faults();
        let (verdict, said) = life.read();
        assert_eq!(verdict, Verdict::Valid, "at {at}");
        let is_new = said.unwrap().1 == "Chi bộ 6";
        if is_new {
            new += 1
        } else {
            old += 1
        }
        life.update(&married()).unwrap();
        let said = life.read().1.unwrap();
        assert_eq!(said.1, "Chi bộ 6", "at {at}");
        let story = life.story();
        assert_eq!(story.last(), Some(&(LifeEvent::Update, true)), "at {at}: {story:?}");
    }
    println!("update on record: torn at {} of {commands} commands: {old} old, {new} new", old + new);
    assert!(old > 0 && new > 0);
}

#[test]
fn nothing_is_changed_without_a_second_person() {
    let mut life = Life::new(ChipFeatures::PROVEN);
    let refused = |life: &mut Life, data: &NewData, approval: Approval<'_>| {
        let failure = life.update_with(data, approval).unwrap_err();
        assert!(matches!(failure, Failure::ChangeNotApproved(_)), "{failure}");
        assert_eq!((life.story(), life.read().0), (Vec::new(), Verdict::Valid));
    };
    refused(&mut life, &married(), Approval::nothing());
    let at = security_object_of(&life.w.view(), &life.number).unwrap();
    let change = |life: &Life, data: NewData| CardChange {
        card: life.number.clone(),
        security_object: at,
        name: data.name,
        unit: data.unit,
    };
    // another name, a part of it, another card, a list
    let name = Some(PersonName::new("Nguyễn Thị Ẩn Hồng").unwrap());
    let other = approved_change(&life.w.authority, change(&life, NewData { name, ..married() }));
    refused(&mut life, &married(), Approval::of_change(&other));
    let part = approved_change(&life.w.authority, change(&life, NewData { unit: None, ..married() }));
    refused(&mut life, &married(), Approval::of_change(&part));
    let card = CardNumber::parse("CA0000001").unwrap();
    let other = approved_change(&life.w.authority, CardChange { card, ..change(&life, married()) });
    refused(&mut life, &married(), Approval::of_change(&other));
    let rows = world::rows_of(&mut life.w.list);
    let list = world::approved(&life.w.authority, rows);
    refused(&mut life, &married(), Approval::of_list(&list));
    // an approval is good once: the card has changed since
    let approved = approved_change(&life.w.authority, change(&life, married()));
    assert!(!life.update_with(&married(), Approval::of_change(&approved)).unwrap());
    let back = NewData { name: Some(PersonName::new("Nguyễn Thị Ẩn").unwrap()), ..NewData::default() };
    assert!(!life.update(&back).unwrap());
    let failure = life.update_with(&married(), Approval::of_change(&approved)).unwrap_err();
    assert!(matches!(failure, Failure::ChangeNotApproved(_)), "{failure}");
}

#[test]
fn a_signer_that_is_not_trusted_leaves_the_card_as_it_is() {
    let mut life = Life::new(ChipFeatures::PROVEN);
    let before = life.read();
    // the same name, another root
    let from = "2026-11-01T00:00:00Z".parse().unwrap();
    life.signer = Some(Authority::new(&AuthorityOptions::real("Example Party", 77, from)));
    let failure = life.update(&married()).unwrap_err();
    assert!(matches!(failure, Failure::SignerRefused { .. }), "{failure}");
    assert_eq!((life.read(), life.story()), (before, Vec::new()));
    assert_eq!(life.read().0, Verdict::Valid);
    life.signer = None;
    assert!(!life.update(&married()).unwrap());
}

/// An update that the card has and the record does not know of is recorded by the next, whatever that asks for.
#[test]
fn an_update_that_was_not_recorded_is_in_nobodys_way() {
    let mut whole = Life::new(ChipFeatures::PROVEN);
    let before = whole.chip.card.borrow_mut().apdus();
    whole.update(&married()).unwrap();
    let commands = whole.chip.card.borrow_mut().apdus() - before;
    for at in (1..=commands).rev() {
        let mut life = Life::new(ChipFeatures::PROVEN);
        life.chip.card.borrow_mut().fault_at_apdu(at, CardFault::CutAfter);
        assert!(life.update(&married()).is_err(), "at {at} of {commands}");
        life.chip.card.borrow_mut().clear_faults();
        if life.read().1.unwrap().1 != "Chi bộ 6" || life.story() != [(LifeEvent::Update, false)] {
            continue;
        }
        let other =
            NewData { name: Some(PersonName::new("Nguyễn Thị Ẩn").unwrap()), ..NewData::default() };
        // approved for the card as the record had it
        let failure = life.update(&other).unwrap_err();
        assert!(matches!(failure, Failure::ChangeNotApproved(_)), "{failure}");
        assert_eq!(life.story(), [(LifeEvent::Update, true)]);
        // and now for the card as it stands
        assert!(!life.update(&other).unwrap());
        assert_eq!(life.story(), [(LifeEvent::Update, true), (LifeEvent::Update, true)]);
        assert_eq!(life.read().0, Verdict::Valid);
        return;
    }
    panic!("no cut left an update that is not on record");
}
