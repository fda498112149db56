//! Power is cut at every command and at every page write of a whole personalisation. Each time the next run continues or starts
//! again, the finished card is accepted, and in between no reader sees anything.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "campaigns print their counts")]

use chipwright_channel::pace::{self, Password};
use chipwright_emulator::{Card, CountAt, Fault, PersonalisationPath, seeded_rng};
use chipwright_iso7816::{Aid, Command, Exchanger, Ins, Le, LengthMode, Transport};
use chipwright_perso::{
    ChipProfile, Freshness, Path, PersoError, PreparePlan, Stage, prepare, survey, write,
};
use chipwright_pki::cv::Rights;
use chipwright_pki::{Policy, TrustStore};
use chipwright_profile::ChipFeatures;
use chipwright_testkit::{ChipKeys, CvAuthority, MemoryJournal, Order, World, chip_config};
use chipwright_verify::{Inspection, Verdict, inspect};

struct Bench {
    profile: ChipProfile,
    keys: ChipKeys,
    order: Order,
    prepare: PreparePlan,
    can: Password,
    trust: TrustStore,
    blank: Vec<u8>,
    mode: LengthMode,
}

/// Where power is cut.
#[derive(Debug, Clone, Copy)]
enum Cut {
    Before(u64),
    After(u64),
    Page(u64),
}

/// The kinds of chip that are torn.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Plain,
    CountsAtInitializeUpdate,
    ThroughApplication,
    Extended,
    Everything,
}

impl Kind {
    fn blank(self) -> Card {
        let mut config = chip_config(1);
        match self {
            Self::Plain | Self::Extended | Self::Everything => {}
            Self::CountsAtInitializeUpdate => config.count_at = CountAt::InitializeUpdate,
            Self::ThroughApplication => config.personalisation = PersonalisationPath::ThroughApplication,
        }
        Card::blank(config, seeded_rng(7001))
    }

    fn features(self) -> ChipFeatures {
        if !matches!(self, Self::Everything) {
            return ChipFeatures::PROVEN;
        }
        let records = CvAuthority::new(8, Rights::all(), None).trust_point();
        ChipFeatures { cam: true, records: Some(records), pin: true, ..ChipFeatures::PROVEN }
    }

    fn profile(self) -> ChipProfile {
        let path =
            if matches!(self, Self::ThroughApplication) { Path::Application } else { Path::IssuerDomain };
        ChipProfile { path, ..ChipProfile::default() }
    }
}

impl Bench {
    fn new(kind: Kind) -> Self {
        let order = Order::new(kind.features());
        let profile = kind.profile();
        Self {
            mode: if matches!(kind, Kind::Extended) { LengthMode::Extended } else { LengthMode::Short },
            prepare: order.prepare_plan(&profile),
            profile,
            keys: ChipKeys::default(),
            can: order.can(),
            trust: order.authority.trust(order.at),
            order,
            blank: kind.blank().save(),
        }
    }

    fn card(&self) -> Exchanger<Card> {
        let mut card = Exchanger::new(Card::load(&self.blank, seeded_rng(9)).unwrap(), self.mode);
        card.reset().unwrap();
        card
    }

    /// What a station does with a chip, whatever its stage.
    fn run(&self, card: &mut Exchanger<Card>, world: &mut World, torn: bool) -> Result<(), PersoError> {
        if survey(card, &self.profile)?.stage == Stage::Finished {
            return Ok(());
        }
        let plan = if torn { self.prepare.clone().keeping_leftovers() } else { self.prepare.clone() };
        let ready = prepare(card, &plan, &self.keys, &mut world.surroundings())?;
        let freshness = if torn { Freshness::MaybeTorn } else { Freshness::Fresh };
        let plan = self.order.write_plan(&self.profile, &ready);
        let mut journal = MemoryJournal::default();
        write(card, &ready, &plan, freshness, &self.keys, &mut journal, &mut world.surroundings()).map(drop)
    }

    fn verdict(&self, card: &mut Exchanger<Card>) -> Verdict {
        card.reset().unwrap();
        let policy = Policy::real();
        let at = self.order.at;
        let mut ask = Inspection::new(self.profile.instance, &self.can, &self.trust, &policy, at);
        inspect(card, &mut ask, &mut chipwright_testkit::random(77)).0.verdict()
    }

    /// A stranger with a plain reader, and one who knows the CAN: whatever they ask, an unfinished chip gives no data.
    fn shows_nothing(&self, card: &mut Exchanger<Card>) -> bool {
        card.reset().unwrap();
        let mut silent = true;
        let mut ask = |command: &Command| {
            let response = card.exchange(command).unwrap();
            silent &= response.data.is_empty();
            response.status.is_success()
        };
        let reads = |ask: &mut dyn FnMut(&Command) -> bool| {
            for sfi in 1..=30 {
                ask(&Command::new(0x00, Ins::READ_BINARY, 0x80 | sfi, 0).with_le(Le::Max));
            }
            for fid in (0x0101..=0x0110).chain([0x011C, 0x011D, 0x011E, 0x2F00, 0x2F01u16]) {
                ask(&Command::new(0x00, Ins::SELECT, 0x02, 0x0C).with_data(fid.to_be_bytes()));
                ask(&Command::new(0x00, Ins::READ_BINARY, 0, 0).with_le(Le::Max));
            }
        };
        reads(&mut ask);
        ask(&Command::new(0x00, Ins::SELECT, 0x04, 0x00)
            .with_data(self.profile.instance.as_bytes())
            .with_le(Le::Max));
        reads(&mut ask);
        let info = pace::PaceInfo::new(chipwright_channel::scp03::KeySize::Aes128, 12).unwrap();
        let opened = pace::establish(card, &info, &self.can, &mut chipwright_testkit::random(3)).is_ok();
        silent && !opened
    }

    /// Cuts, looks, continues; the number of runs it took.
    fn tear(&self, cut: Cut, second: Option<Cut>) -> usize {
        let mut card = self.card();
        let mut world = World::new(4);
        arm(&mut card, cut);
        if self.run(&mut card, &mut world, false).is_err() {
            card.reset().unwrap();
            card.transport().clear_faults();
        }
        card.transport().clear_faults();
        card.reset().unwrap();
        if let Some(second) = second {
            arm(&mut card, second);
            let _ = self.run(&mut card, &mut world, true);
            card.transport().clear_faults();
            card.reset().unwrap();
        }
        if survey(&mut card, &self.profile).unwrap().stage != Stage::Finished {
            assert!(self.shows_nothing(&mut card), "{cut:?} {second:?}: an unfinished chip showed something");
        }
        card.reset().unwrap();
        let mut runs = 1;
        while survey(&mut card, &self.profile).unwrap().stage != Stage::Finished {
            runs += 1;
            assert!(runs < 4, "{cut:?} {second:?}: no end");
            self.run(&mut card, &mut world, true)
                .unwrap_or_else(|error| panic!("{cut:?} {second:?}: {error}"));
        }
        assert_eq!(self.verdict(&mut card), Verdict::Valid, "{cut:?} {second:?}");
        runs
    }
}

fn arm(card: &mut Exchanger<Card>, cut: Cut) {
    match cut {
        Cut::Before(n) => card.transport().fault_at_apdu(n, Fault::CutBefore),
        Cut::After(n) => card.transport().fault_at_apdu(n, Fault::CutAfter),
        Cut::Page(n) => card.transport().cut_at_page_write(n),
    }
}

#[test]
fn power_cut_at_every_command_and_every_page_write() {
    let bench = Bench::new(Kind::Plain);
    let mut card = bench.card();
    let before = (card.transport().apdus(), card.transport().page_writes());
    bench.run(&mut card, &mut World::new(4), false).unwrap();
    let apdus = card.transport().apdus() - before.0;
    let pages = card.transport().page_writes() - before.1;
    assert_eq!(bench.verdict(&mut card), Verdict::Valid);

    let cuts = (1..=apdus).flat_map(|n| [Cut::Before(n), Cut::After(n)]).chain((1..=pages).map(Cut::Page));
    let continued = cuts.map(|cut| bench.tear(cut, None)).filter(|runs| *runs > 1).count();
    println!(
        "tear test: power cut at {} points ({apdus} commands, before and after each; {pages} page writes); \
         {continued} continued by a second run, the others had been finished; all accepted, none showed anything in between",
        2 * apdus + pages
    );

    // a second cut, somewhere in the run that continues
    let mut random = chipwright_testkit::random(2026);
    let mut draw = |most: u64| {
        let mut bytes = [0; 8];
        random(&mut bytes);
        1 + u64::from_be_bytes(bytes) % most
    };
    let twice = chipwright_testkit::cases(60, 3000);
    for _ in 0..twice {
        let mut cut = || match draw(3) {
            1 => Cut::Before(draw(apdus)),
            2 => Cut::After(draw(apdus)),
            _ => Cut::Page(draw(pages)),
        };
        let (first, second) = (cut(), cut());
        bench.tear(first, Some(second));
    }
    println!("tear test: power cut twice at {twice} pairs of points (seed 2026); all accepted");
}

/// The same on other kinds of chip; every seventh point, every point in the long campaign.
#[test]
fn power_cut_on_other_kinds_of_chip() {
    let every = if chipwright_testkit::is_long() { 1 } else { 7 };
    for kind in [Kind::CountsAtInitializeUpdate, Kind::ThroughApplication, Kind::Extended, Kind::Everything] {
        let bench = Bench::new(kind);
        let mut card = bench.card();
        let before = (card.transport().apdus(), card.transport().page_writes());
        bench.run(&mut card, &mut World::new(4), false).unwrap();
        let (apdus, pages) = (card.transport().apdus() - before.0, card.transport().page_writes() - before.1);
        assert_eq!(bench.verdict(&mut card), Verdict::Valid);
        let cuts =
            (1..=apdus).flat_map(|n| [Cut::Before(n), Cut::After(n)]).chain((1..=pages).map(Cut::Page));
        let mut tried = 0;
        for cut in cuts.step_by(every) {
            bench.tear(cut, None);
            tried += 1;
        }
        println!("tear test: {kind:?}: power cut at {tried} of {} points; all accepted", 2 * apdus + pages);
    }
}

#[test]
fn the_stranger_of_the_tear_test_can_see() {
    let bench = Bench::new(Kind::Plain);
    let mut card = bench.card();
    bench.run(&mut card, &mut World::new(4), false).unwrap();
    assert!(
        !bench.shows_nothing(&mut card),
        "a finished card shows its public files, so the stranger is able to see"
    );
    let unrelated = Aid::literal(&[0xF0, 1, 2, 3, 4]);
    assert!(
        card.exchange(&Command::new(0, Ins::SELECT, 4, 0).with_data(unrelated.as_bytes()))
            .unwrap()
            .data
            .is_empty()
    );
    card.transport().reset().unwrap();
}
