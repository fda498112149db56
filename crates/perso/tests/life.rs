//! Life after issuance: a card is suspended, resumed, blocked, unblocked and ended; its data and its PIN are updated. Power is cut at every
//! command and at every page write: the card is in the old or the new state, readable throughout, and the same call again ends it well.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "campaigns print their counts")]

use chipwright_channel::pace::{self, PaceError, Password};
use chipwright_emulator::{Card, Fault, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_perso::life::change;
use chipwright_perso::update::update;
use chipwright_perso::{
    Change, ChipIdentifier, ChipProfile, JournalError, LifeJournal, PersoError, Stage, UpdatePlan, Updated,
    survey,
};
use chipwright_pki::Policy;
use chipwright_pki::cv::Rights;
use chipwright_profile::{ChipFeatures, FileId, FirstRecords, Pin, Puk, SignedProfile};
use chipwright_testkit::{ChipKeys, CvAuthority, Issued, MemoryJournal, Order, World, chip_config};
use chipwright_verify::{ChipProofPolicy, Inspection, Verdict, inspect};

const CHANGES: [Change; 5] =
    [Change::Suspend, Change::Resume, Change::Block, Change::Unblock, Change::Terminate];

/// What was put on record.
#[derive(Default)]
struct Book {
    intents: Vec<Change>,
    full: bool,
}

impl LifeJournal for Book {
    fn intend(&mut self, _: &ChipIdentifier, change: Change) -> Result<(), JournalError> {
        if self.full {
            return Err(JournalError("the disk is full".to_owned()));
        }
        self.intents.push(change);
        Ok(())
    }
}

/// A finished card and all that is needed to go on with it.
struct Desk {
    order: Order,
    signed: SignedProfile,
    profile: ChipProfile,
    chip: ChipIdentifier,
    finished: Vec<u8>,
    mode: LengthMode,
}

impl Desk {
    fn new(chip: ChipFeatures) -> Self {
        Self::with(chip, LengthMode::Extended)
    }

    fn with(chip: ChipFeatures, mode: LengthMode) -> Self {
        let mut order = Order::new(chip);
        if order.terms.chip.records.is_some() {
            let record = |n: u8| [&[0x30, 20], [n; 20].as_slice()].concat();
            order.records = Some(FirstRecords { certificate: record(1), citizen_number: record(2) });
        }
        let Issued { mut card, ready, signed } = order.issue_on(chip_config(1), mode, &mut World::new(4));
        let finished = card.transport().save();
        Self { order, signed, profile: ChipProfile::default(), chip: ready.chip(), finished, mode }
    }

    fn card(&self) -> Exchanger<Card> {
        let mut card = Exchanger::new(Card::load(&self.finished, seeded_rng(9)).unwrap(), self.mode);
        card.reset().unwrap();
        card
    }

    fn change(
        &self,
        card: &mut Exchanger<Card>,
        wanted: Change,
        book: &mut Book,
    ) -> Result<Stage, PersoError> {
        let (keys, mut world) = (ChipKeys::default(), World::new(5));
        change(card, &self.profile, self.chip, wanted, &keys, book, &mut world.surroundings())
            .map(|changed| changed.now)
    }

    fn stage(&self, card: &mut Exchanger<Card>) -> Stage {
        card.reset().unwrap();
        survey(card, &self.profile).unwrap().stage
    }

    /// The verdict of a stranger, and the name on the card.
    fn read(&self, card: &mut Exchanger<Card>) -> (Verdict, Option<String>) {
        card.reset().unwrap();
        let (can, policy) = (self.order.can(), Policy::real());
        let trust = self.order.authority.trust(self.order.at);
        let mut ask = Inspection {
            chip_proof: ChipProofPolicy::Required,
            ..Inspection::new(self.profile.instance, &can, &trust, &policy, self.order.at)
        };
        let (report, files) = inspect(card, &mut ask, &mut chipwright_testkit::random(77));
        let name = files.data_group(11).map(|file| chipwright_profile::read::dg11(file).unwrap().name());
        (report.verdict(), name)
    }

    /// The same card for the same person under another name.
    fn renamed(&self) -> SignedProfile {
        let order =
            Order { member: chipwright_testkit::member(4), ..Order::new(self.order.terms.chip.clone()) };
        order.sign(self.signed.chip_keys())
    }

    fn update_to(&self, new: &SignedProfile) -> UpdatePlan {
        let plan = UpdatePlan::new(self.profile.clone(), self.signed.files(), self.signed.chip_keys());
        let changed = new.files().filter(|(file, content)| self.signed.file(*file) != Some(content));
        changed.fold(plan, |plan, (file, content)| plan.with_file(file, content))
    }

    fn update(
        &self,
        card: &mut Exchanger<Card>,
        plan: &UpdatePlan,
        journal: &mut MemoryJournal,
    ) -> Result<Updated, PersoError> {
        let (keys, mut world) = (ChipKeys::default(), World::new(6));
        update(card, plan, self.chip, &keys, journal, &mut world.surroundings())
    }
}

fn everything() -> ChipFeatures {
    let records = CvAuthority::new(8, Rights::all(), None).trust_point();
    ChipFeatures { cam: true, records: Some(records), pin: true, ..ChipFeatures::PROVEN }
}

#[test]
fn a_whole_life() {
    let desk = Desk::new(ChipFeatures::PROVEN);
    let mut card = desk.card();
    let mut book = Book::default();
    assert_eq!(desk.read(&mut card).0, Verdict::Valid);
    let mut live = |wanted: Change, stage: Stage, verdict: Verdict| {
        card.reset().unwrap();
        assert_eq!(desk.change(&mut card, wanted, &mut book).unwrap(), stage, "{wanted}");
        assert_eq!(desk.stage(&mut card), stage, "{wanted}");
        assert_eq!(desk.read(&mut card).0, verdict, "{wanted}");
        // again: nothing more is intended or sent
        let intents = book.intents.len();
        let sent = card.transport().page_writes();
        assert_eq!(desk.change(&mut card, wanted, &mut book).unwrap(), stage, "{wanted} again");
        assert_eq!((book.intents.len(), card.transport().page_writes()), (intents, sent), "{wanted} again");
    };
    live(Change::Suspend, Stage::Suspended, Verdict::Suspended);
    live(Change::Resume, Stage::Finished, Verdict::Valid);
    live(Change::Block, Stage::Blocked, Verdict::Revoked);
    live(Change::Unblock, Stage::Finished, Verdict::Valid);
    live(Change::Suspend, Stage::Suspended, Verdict::Suspended);
    live(Change::Block, Stage::Blocked, Verdict::Revoked);
    live(Change::Unblock, Stage::Suspended, Verdict::Suspended);
    live(Change::Terminate, Stage::Terminated, Verdict::Revoked);
    assert_eq!(book.intents.len(), 8);
    card.reset().unwrap();
    for wanted in [Change::Suspend, Change::Resume, Change::Block, Change::Unblock] {
        let error = desk.change(&mut card, wanted, &mut book).unwrap_err();
        assert!(matches!(error, PersoError::NotPossible { stage: Stage::Terminated, .. }), "{error}");
    }
    let plan = desk.update_to(&desk.renamed());
    let error = desk.update(&mut card, &plan, &mut MemoryJournal::default()).unwrap_err();
    assert!(matches!(error, PersoError::NotFinished { stage: Stage::Terminated, .. }), "{error}");
}

#[test]
fn nothing_is_sent_unrecorded_nor_to_another_card() {
    let desk = Desk::new(ChipFeatures::PROVEN);
    let mut card = desk.card();
    let mut book = Book { full: true, ..Book::default() };
    for wanted in [Change::Suspend, Change::Block, Change::Terminate] {
        let error = desk.change(&mut card, wanted, &mut book).unwrap_err();
        assert!(matches!(error, PersoError::Journal(_)), "{error}");
        assert_eq!(desk.stage(&mut card), Stage::Finished);
    }
    let mut journal = MemoryJournal { fail: true, ..MemoryJournal::default() };
    let plan = desk.update_to(&desk.renamed());
    let error = desk.update(&mut card, &plan, &mut journal).unwrap_err();
    assert!(matches!(error, PersoError::Journal(_)), "{error}");
    let (verdict, name) = desk.read(&mut card);
    assert_eq!((verdict, name.as_deref()), (Verdict::Valid, Some(desk.order.member.name().as_str())));

    let mut other = desk.order.issue_on(chip_config(2), LengthMode::Extended, &mut World::new(4)).card;
    let error = desk.change(&mut other, Change::Terminate, &mut Book::default()).unwrap_err();
    assert!(matches!(error, PersoError::OtherChip { .. }), "{error}");
    let error = desk.update(&mut other, &plan, &mut MemoryJournal::default()).unwrap_err();
    assert!(matches!(error, PersoError::OtherChip { .. }), "{error}");
    assert_eq!(desk.stage(&mut other), Stage::Finished);
}

#[test]
fn an_update_on_every_kind_of_card() {
    for (chip, mode) in [
        (ChipFeatures::PROVEN, LengthMode::Short),
        (ChipFeatures::PROVEN, LengthMode::Extended),
        (everything(), LengthMode::Short),
        (everything(), LengthMode::Extended),
    ] {
        let desk = Desk::with(chip, mode);
        let mut card = desk.card();
        let new = desk.renamed();
        let plan = desk.update_to(&new);
        assert!(plan.objects.iter().any(|object| object.dgi.0 == FileId::Sod.dgi()));
        let mut journal = MemoryJournal::default();
        let updated = desk.update(&mut card, &plan, &mut journal).unwrap();
        assert!(!updated.was_current);
        assert_eq!(journal.intents, [updated.intent]);
        let (verdict, name) = desk.read(&mut card);
        assert_eq!(verdict, Verdict::Valid);
        assert_eq!(name.as_deref(), Some(chipwright_testkit::member(4).name().as_str()));
        // again: it is found current
        let again = desk.update(&mut card, &plan, &mut journal).unwrap();
        assert!(again.was_current && journal.intents.len() == 1);
        // and back
        let files = new.files().filter(|(file, content)| desk.signed.file(*file) != Some(content));
        let plan = UpdatePlan::new(desk.profile.clone(), new.files(), new.chip_keys());
        let plan = files.fold(plan, |plan, (file, _)| plan.with_file(file, desk.signed.file(file).unwrap()));
        desk.update(&mut card, &plan, &mut journal).unwrap();
        let (verdict, name) = desk.read(&mut card);
        assert_eq!((verdict, name.as_deref()), (Verdict::Valid, Some(desk.order.member.name().as_str())));
    }
}

/// What the manifest says must be what the card holds.
#[test]
fn a_manifest_that_is_wrong_changes_nothing() {
    let desk = Desk::new(ChipFeatures::PROVEN);
    let mut card = desk.card();
    let mut plan = desk.update_to(&desk.renamed());
    for digest in plan.kept.values_mut().take(1) {
        digest[0] ^= 1;
    }
    let error = desk.update(&mut card, &plan, &mut MemoryJournal::default()).unwrap_err();
    assert!(matches!(error, PersoError::Refused { .. }), "{error}");
    let (verdict, name) = desk.read(&mut card);
    assert_eq!((verdict, name.as_deref()), (Verdict::Valid, Some(desk.order.member.name().as_str())));
}

fn opens(card: &mut Exchanger<Card>, password: &Password) -> Result<(), PaceError> {
    card.reset().unwrap();
    let info = pace::PaceInfo::new(chipwright_channel::scp03::KeySize::Aes128, 12).unwrap();
    pace::establish(card, &info, password, &mut chipwright_testkit::random(3)).map(drop)
}

#[test]
fn a_new_pin_and_puk() {
    let desk = Desk::new(everything());
    let mut card = desk.card();
    let (pin, puk) = desk.order.pin.as_ref().unwrap();
    let text = |digits: &[u8]| String::from_utf8(digits.to_vec()).unwrap();
    let old = Password::pin(&text(pin.expose())).unwrap();
    let old_puk = Password::puk(&text(puk.expose())).unwrap();
    opens(&mut card, &old).unwrap();
    // two wrong tries: suspended
    let wrong = Password::pin("000000").unwrap();
    assert!(opens(&mut card, &wrong).is_err() && opens(&mut card, &wrong).is_err());
    assert!(opens(&mut card, &old).is_err(), "suspended");
    card.reset().unwrap();
    let plan = UpdatePlan::new(desk.profile.clone(), desk.signed.files(), desk.signed.chip_keys())
        .with_pin(&Pin::parse("480215").unwrap(), &Puk::parse("5550001112").unwrap());
    desk.update(&mut card, &plan, &mut MemoryJournal::default()).unwrap();
    opens(&mut card, &Password::pin("480215").unwrap()).expect("new PIN, tries restored");
    opens(&mut card, &Password::puk("5550001112").unwrap()).expect("new PUK");
    assert!(opens(&mut card, &old).is_err() && opens(&mut card, &old_puk).is_err());
    assert_eq!(desk.read(&mut card).0, Verdict::Valid);
}

/// Where power is cut.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Before(u64),
    After(u64),
    Page(u64),
}

fn arm(card: &mut Exchanger<Card>, cut: Cut) {
    match cut {
        Cut::Before(n) => card.transport().fault_at_apdu(n, Fault::CutBefore),
        Cut::After(n) => card.transport().fault_at_apdu(n, Fault::CutAfter),
        Cut::Page(n) => card.transport().cut_at_page_write(n),
    }
}

/// Every point of `work` on this card.
fn cuts(card: &mut Exchanger<Card>, work: impl FnOnce(&mut Exchanger<Card>)) -> Vec<Cut> {
    let before = (card.transport().apdus(), card.transport().page_writes());
    work(card);
    let apdus = card.transport().apdus() - before.0;
    let pages = card.transport().page_writes() - before.1;
    (1..=apdus).flat_map(|n| [Cut::Before(n), Cut::After(n)]).chain((1..=pages).map(Cut::Page)).collect()
}

#[test]
fn power_cut_at_every_point_of_an_update() {
    for (kind, chip) in [("proven", ChipFeatures::PROVEN), ("everything", everything())] {
        let desk = Desk::new(chip);
        let plan = desk.update_to(&desk.renamed());
        let plan = match desk.order.pin {
            Some(_) => plan.with_pin(&Pin::parse("480215").unwrap(), &Puk::parse("5550001112").unwrap()),
            None => plan,
        };
        let names = [desk.order.member.name().as_str(), chipwright_testkit::member(4).name().as_str()]
            .map(str::to_owned);
        let points = cuts(&mut desk.card(), |card| {
            desk.update(card, &plan, &mut MemoryJournal::default()).unwrap();
        });
        let (mut old, mut new) = (0, 0);
        for cut in &points {
            let mut card = desk.card();
            arm(&mut card, *cut);
            let _ = desk.update(&mut card, &plan, &mut MemoryJournal::default());
            card.reset().unwrap();
            card.transport().clear_faults();
            let (verdict, name) = desk.read(&mut card);
            assert_eq!(verdict, Verdict::Valid, "{cut:?}: not readable");
            match name {
                Some(name) if name == names[0] => old += 1,
                Some(name) if name == names[1] => new += 1,
                other => panic!("{cut:?}: {other:?}"),
            }
            if desk.order.pin.is_some() {
                let new_pin = opens(&mut card, &Password::pin("480215").unwrap()).is_ok();
                let is_new = desk.read(&mut card).1.as_deref() == Some(names[1].as_str());
                assert_eq!(new_pin, is_new, "{cut:?}: data and PIN are of different times");
            }
            card.reset().unwrap();
            desk.update(&mut card, &plan, &mut MemoryJournal::default())
                .unwrap_or_else(|error| panic!("{cut:?}: {error}"));
            let (verdict, name) = desk.read(&mut card);
            assert_eq!((verdict, name.as_deref()), (Verdict::Valid, Some(names[1].as_str())), "{cut:?}");
        }
        println!(
            "update ({kind}): power cut at {} points; {old} times the old card, {new} times the new one, readable each time",
            points.len()
        );
        assert!(old > 0 && new > 0);
    }
}

#[test]
fn power_cut_at_every_point_of_a_change() {
    let desk = Desk::new(ChipFeatures::PROVEN);
    let mut points = 0;
    for wanted in CHANGES {
        let begin = || {
            let mut card = desk.card();
            let before = match wanted {
                Change::Resume => Some(Change::Suspend),
                Change::Unblock => Some(Change::Block),
                _ => None,
            };
            before.map(|before| desk.change(&mut card, before, &mut Book::default()).unwrap());
            card.reset().unwrap();
            card
        };
        let mut card = begin();
        let before = desk.stage(&mut card);
        let mut after = before;
        let mut card = begin();
        for cut in cuts(&mut card, |card| after = desk.change(card, wanted, &mut Book::default()).unwrap()) {
            let mut card = begin();
            arm(&mut card, cut);
            let _ = desk.change(&mut card, wanted, &mut Book::default());
            card.reset().unwrap();
            card.transport().clear_faults();
            let stage = desk.stage(&mut card);
            assert!(stage == before || stage == after, "{wanted} {cut:?}: {stage:?}");
            card.reset().unwrap();
            let ended = desk.change(&mut card, wanted, &mut Book::default());
            assert_eq!(ended.unwrap_or_else(|error| panic!("{wanted} {cut:?}: {error}")), after);
            points += 1;
        }
    }
    println!(
        "suspend, resume, block, unblock, terminate: power cut at {points} points; old or new each time"
    );
}
