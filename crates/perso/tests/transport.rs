//! Transport keys: tried once on one chip, put back with power cut anywhere; a wrong key never costs a chip.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "campaigns print their counts")]

use chipwright_channel::scp03::put_key::PutKeyError;
use chipwright_emulator::scp03::Parameter;
use chipwright_emulator::{Card, ChipConfig, CountAt, Fault as Tear, seeded_rng};
use chipwright_iso7816::{Atr, Exchanger, LengthMode, Transport, TransportError};
use chipwright_perso::transport::{GivenBack, Original, check, give_back};
use chipwright_perso::{
    BudgetError, ChipIdentifier, ChipProfile, Fault, Freshness, PersoError, PreparePlan, Stage, prepare,
    survey, write,
};
use chipwright_profile::ChipFeatures;
use chipwright_testkit::{ChipKeys, MemoryJournal, Order, World, chip_config};

const TRANSPORT: u8 = 0x01;
const ISSUER: u8 = 0x11;

struct Bench {
    profile: ChipProfile,
    keys: ChipKeys,
    order: Order,
    plan: PreparePlan,
}

impl Bench {
    fn new() -> Self {
        let order = Order::new(ChipFeatures::PROVEN);
        let profile = ChipProfile::default();
        Self { plan: order.prepare_plan(&profile), profile, keys: ChipKeys::default(), order }
    }

    /// A prepared chip, saved.
    fn prepared(&self) -> (Vec<u8>, ChipIdentifier) {
        let mut card = inserted(Card::blank(chip_config(1), seeded_rng(7001)));
        let ready = prepare(&mut card, &self.plan, &self.keys, &mut World::new(4).surroundings()).unwrap();
        (card.transport().save(), ready.chip())
    }

    fn give_back<T: Transport>(
        &self,
        card: &mut Exchanger<T>,
        chip: ChipIdentifier,
        world: &mut World,
    ) -> Result<GivenBack, PersoError> {
        let (new, keys) = self.keys.original();
        let original = Original { version: TRANSPORT, new: &new, keys };
        give_back(card, &self.plan, chip, &self.keys, &original, &mut world.surroundings())
    }

    /// The key versions on the chip and its stage.
    fn look<T: Transport>(&self, card: &mut Exchanger<T>) -> (Vec<u8>, Stage) {
        card.reset().unwrap();
        let found = survey(card, &self.profile).unwrap();
        let mut versions: Vec<u8> = found.keys.keys.iter().map(|key| key.1).collect();
        versions.dedup();
        (versions, found.stage)
    }
}

fn inserted<T: Transport>(card: T) -> Exchanger<T> {
    let mut card = Exchanger::new(card, LengthMode::Short);
    card.reset().unwrap();
    card
}

fn loaded(saved: &[u8]) -> Exchanger<Card> {
    inserted(Card::load(saved, seeded_rng(9)).unwrap())
}

#[derive(Debug, Clone, Copy)]
enum Cut {
    Before(u64),
    After(u64),
    Page(u64),
}

fn arm(card: &mut Card, cut: Cut) {
    match cut {
        Cut::Before(n) => card.fault_at_apdu(n, Tear::CutBefore),
        Cut::After(n) => card.fault_at_apdu(n, Tear::CutAfter),
        Cut::Page(n) => card.cut_at_page_write(n),
    }
}

fn cuts(apdus: u64, pages: u64) -> impl Iterator<Item = Cut> {
    (1..=apdus).flat_map(|n| [Cut::Before(n), Cut::After(n)]).chain((1..=pages).map(Cut::Page))
}

/// Wherever power is cut, the key version tells which one set the chip holds, and the next run ends the work.
#[test]
fn a_chip_is_given_back_whatever_happens() {
    let bench = Bench::new();
    let (saved, chip) = bench.prepared();
    let mut card = loaded(&saved);
    let before = (card.transport().apdus(), card.transport().page_writes());
    let done = bench.give_back(&mut card, chip, &mut World::new(5)).unwrap();
    assert_eq!((done.chip, done.before), (chip, Stage::Installed));
    let (apdus, pages) = (card.transport().apdus() - before.0, card.transport().page_writes() - before.1);
    assert_eq!(bench.look(&mut card), (vec![TRANSPORT], Stage::Blank));

    let (mut points, mut states) = (0, std::collections::BTreeMap::<String, usize>::new());
    for cut in cuts(apdus, pages) {
        let mut card = loaded(&saved);
        arm(card.transport(), cut);
        let mut world = World::new(5);
        let _ = bench.give_back(&mut card, chip, &mut world);
        card.transport().clear_faults();
        let (versions, stage) = bench.look(&mut card);
        let known = matches!(
            (versions.as_slice(), stage),
            ([ISSUER], Stage::Installed | Stage::InPreparation) | ([TRANSPORT], Stage::Blank)
        );
        assert!(known, "{cut:?}: {versions:02X?} {stage:?}");
        *states.entry(format!("{versions:02X?} {stage:?}")).or_default() += 1;
        card.reset().unwrap();
        bench.give_back(&mut card, chip, &mut world).unwrap_or_else(|error| panic!("{cut:?}: {error}"));
        assert_eq!(bench.look(&mut card), (vec![TRANSPORT], Stage::Blank), "{cut:?}");
        assert!(world.budget.spent.is_empty(), "{cut:?}: {:?}", world.budget.spent);
        // and it can become a card again
        card.reset().unwrap();
        prepare(&mut card, &bench.plan, &bench.keys, &mut world.surroundings())
            .unwrap_or_else(|error| panic!("{cut:?}: {error}"));
        points += 1;
    }
    assert!(states.len() >= 3, "{states:?}");
    println!(
        "return to transport keys: power cut at {points} points ({apdus} commands, before and after each; {pages} page writes); \
         states found: {states:?}; all given back by the next run, and prepared again"
    );
}

/// The same table for PUT KEY in *prepare*: never both key sets, never none.
#[test]
fn the_key_version_tells_the_state_at_every_page_write_of_prepare() {
    let bench = Bench::new();
    let blank = Card::blank(chip_config(1), seeded_rng(7001)).save();
    let mut card = loaded(&blank);
    let before = (card.transport().apdus(), card.transport().page_writes());
    prepare(&mut card, &bench.plan, &bench.keys, &mut World::new(4).surroundings()).unwrap();
    let (apdus, pages) = (card.transport().apdus() - before.0, card.transport().page_writes() - before.1);
    let mut states = std::collections::BTreeMap::<String, usize>::new();
    for cut in cuts(apdus, pages) {
        let mut card = loaded(&blank);
        arm(card.transport(), cut);
        let _ = prepare(&mut card, &bench.plan, &bench.keys, &mut World::new(4).surroundings());
        card.transport().clear_faults();
        let (versions, stage) = bench.look(&mut card);
        let known = matches!(
            (versions.as_slice(), stage),
            ([TRANSPORT], Stage::Blank) | ([ISSUER], Stage::InPreparation | Stage::Installed)
        );
        assert!(known, "{cut:?}: {versions:02X?} {stage:?}");
        *states.entry(format!("{versions:02X?} {stage:?}")).or_default() += 1;
    }
    assert_eq!(states.len(), 3, "{states:?}");
    println!("prepare: {} cuts, states found: {states:?}", 2 * apdus + pages);
}

#[test]
fn what_was_or_may_become_a_card_is_not_given_back() {
    let bench = Bench::new();
    let (saved, chip) = bench.prepared();
    // torn while a member's data was stored
    let mut card = loaded(&saved);
    let mut world = World::new(5);
    let ready = prepare(&mut card, &bench.plan, &bench.keys, &mut world.surroundings()).unwrap();
    let plan = bench.order.write_plan(&bench.profile, &ready);
    let mut journal = MemoryJournal { fail: true, ..MemoryJournal::default() };
    write(&mut card, &ready, &plan, Freshness::Fresh, &bench.keys, &mut journal, &mut world.surroundings())
        .unwrap_err();
    card.reset().unwrap();
    let error = bench.give_back(&mut card, chip, &mut world).unwrap_err();
    assert!(matches!(error, PersoError::Leftovers(of) if of == chip), "{error}");
    assert_eq!(bench.look(&mut card), (vec![ISSUER], Stage::Installed));
    // finished
    card.reset().unwrap();
    let mut journal = MemoryJournal::default();
    write(
        &mut card,
        &ready,
        &plan,
        Freshness::MaybeTorn,
        &bench.keys,
        &mut journal,
        &mut world.surroundings(),
    )
    .unwrap();
    card.reset().unwrap();
    let error = bench.give_back(&mut card, chip, &mut world).unwrap_err();
    assert!(matches!(error, PersoError::NotReturnable { stage: Stage::Finished, .. }), "{error}");
    assert_eq!(error.fault(), Fault::Operator);
    // another chip than the one named
    let mut other = inserted(Card::blank(chip_config(2), seeded_rng(7002)));
    let error = bench.give_back(&mut other, chip, &mut world).unwrap_err();
    assert!(matches!(error, PersoError::OtherChip { wanted, .. } if wanted == chip), "{error}");
}

/// Counts INITIALIZE UPDATE and EXTERNAL AUTHENTICATE, and may cut power between them or change an answer.
struct Watched {
    card: Card,
    initialize_updates: u32,
    external_authenticates: u32,
    cut_between: bool,
    change_put_key: Option<usize>,
}

impl Watched {
    fn new(config: ChipConfig) -> Exchanger<Self> {
        let card = Card::blank(config, seeded_rng(7001));
        inserted(Self {
            card,
            initialize_updates: 0,
            external_authenticates: 0,
            cut_between: false,
            change_put_key: None,
        })
    }
}

impl Transport for Watched {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let instruction = command.get(1).copied();
        match instruction {
            Some(0x50) => self.initialize_updates += 1,
            Some(0x82) if self.cut_between => return Err(TransportError::CardRemoved),
            Some(0x82) => self.external_authenticates += 1,
            _ => {}
        }
        let mut answer = self.card.transmit(command)?;
        if let (Some(0xD8), Some(at)) = (instruction, self.change_put_key)
            && let Some(byte) = answer.get_mut(at)
        {
            *byte ^= 1;
        }
        Ok(answer)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.card.reset()
    }
}

#[test]
fn a_delivery_is_tried_on_one_chip_and_costs_at_most_one_try() {
    let bench = Bench::new();
    let mut world = World::new(6);
    let mut card = Watched::new(chip_config(1));
    let checked = check(&mut card, &bench.profile, &bench.keys, &mut world.surroundings()).unwrap();
    assert_eq!(checked.version, TRANSPORT);
    assert!(world.budget.spent.is_empty());
    let wrong = ChipKeys::default().with_wrong_transport_key();
    card.reset().unwrap();
    let error = check(&mut card, &bench.profile, &wrong, &mut world.surroundings()).unwrap_err();
    assert!(matches!(error, PersoError::WrongKey { version: TRANSPORT, .. }), "{error}");
    assert_eq!((card.transport().initialize_updates, card.transport().external_authenticates), (2, 1));
    card.reset().unwrap();
    let error = check(&mut card, &bench.profile, &wrong, &mut world.surroundings()).unwrap_err();
    assert!(matches!(error, PersoError::Budget(BudgetError::KnownWrong { version: TRANSPORT })), "{error}");
    assert_eq!(card.transport().initialize_updates, 2, "nothing was sent");
    // the right key still opens it, and forgets the rest
    card.reset().unwrap();
    check(&mut card, &bench.profile, &bench.keys, &mut world.surroundings()).unwrap();
    assert!(world.budget.spent.is_empty() && world.budget.wrong.is_empty());
}

#[test]
fn with_a_wrong_key_no_number_of_runs_blocks_a_chip() {
    let bench = Bench::new();
    let wrong = ChipKeys::default().with_wrong_transport_key();
    for count_at in [CountAt::ExternalAuthenticate, CountAt::InitializeUpdate] {
        for limit in 2..=5 {
            let config = ChipConfig { failure_limit: limit, count_at, ..chip_config(1) };
            let mut card = Watched::new(config);
            let mut world = World::new(6);
            world.budget.limit = 5;
            for _ in 0..40 {
                card.reset().unwrap();
                prepare(&mut card, &bench.plan, &wrong, &mut world.surroundings()).unwrap_err();
            }
            assert_eq!(card.transport().initialize_updates, 1, "{count_at:?} {limit}");
            card.reset().unwrap();
            prepare(&mut card, &bench.plan, &bench.keys, &mut world.surroundings())
                .unwrap_or_else(|error| panic!("{count_at:?}, limit {limit}: {error}"));
        }
    }
}

/// Killed between INITIALIZE UPDATE and EXTERNAL AUTHENTICATE, again and again: the budget ends before the chip does.
#[test]
fn a_chip_that_is_torn_in_the_handshake_keeps_its_last_tries() {
    let bench = Bench::new();
    let config = ChipConfig { failure_limit: 5, count_at: CountAt::InitializeUpdate, ..chip_config(1) };
    let mut card = Watched::new(config);
    let mut world = World::new(6);
    world.budget.limit = 4;
    card.transport().cut_between = true;
    let mut last = None;
    for _ in 0..20 {
        card.reset().unwrap();
        last = prepare(&mut card, &bench.plan, &bench.keys, &mut world.surroundings()).err();
    }
    assert!(matches!(last, Some(PersoError::Budget(BudgetError::Exhausted { spent: 4, .. }))), "{last:?}");
    assert_eq!(card.transport().initialize_updates, 4);
    // a custodian has looked
    card.transport().cut_between = false;
    world.budget.spent.clear();
    card.reset().unwrap();
    prepare(&mut card, &bench.plan, &bench.keys, &mut world.surroundings()).unwrap();
}

#[test]
fn a_check_value_that_is_not_ours_condemns_the_chip() {
    let mut bench = Bench::new();
    bench.plan.key_pairs.clear();
    bench.plan.profile.protected_answers = false;
    for at in [0, 2, 5, 8] {
        // no R-MAC, so that the answer can be changed on its way
        let config = ChipConfig { parameter: Parameter::new(0x00).unwrap(), ..chip_config(1) };
        let mut card = Watched::new(config);
        card.transport().change_put_key = Some(at);
        let error =
            prepare(&mut card, &bench.plan, &bench.keys, &mut World::new(6).surroundings()).unwrap_err();
        let named = match at {
            0 => matches!(error, PersoError::PutKey(PutKeyError::AnsweredVersion { .. })),
            _ => matches!(error, PersoError::PutKey(PutKeyError::CheckValue(_))),
        };
        assert!(named && error.condemns() && error.fault() == Fault::Card, "{at}: {error}");
    }
}
