//! Chips that lie while they are surveyed, prepared and written: an error with its cause after a bounded number of commands, and the
//! chip under the lie stays good.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "campaigns print their counts")]

use chipwright_emulator::scp03::Parameter;
use chipwright_emulator::{Card, ChipConfig, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode, Transport};
use chipwright_perso::{ChipProfile, Freshness, PersoError, PreparePlan, Stage, prepare, survey, write};
use chipwright_pki::Policy;
use chipwright_profile::ChipFeatures;
use chipwright_testkit::hostile::{self, Aim, Bounded, Deed, Dice, Meddler, Shared};
use chipwright_testkit::{ChipKeys, MemoryJournal, Order, World, cases, chip_config};
use chipwright_verify::{ChipProofPolicy, Inspection, Verdict, inspect};
use std::fmt::Write as _;
use std::path::Path;

/// Commands that preparing and writing may send at the very most.
const MOST_COMMANDS: u64 = 1500;

struct Station {
    profile: ChipProfile,
    order: Order,
    plan: PreparePlan,
    keys: ChipKeys,
}

impl Station {
    /// For chips with this parameter: those with R-MAC prove that they are genuine.
    fn of(parameter: Parameter) -> Self {
        let proven = parameter.value() & 0x20 != 0;
        let order = Order::new(if proven { ChipFeatures::PROVEN } else { ChipFeatures::NONE });
        let profile = ChipProfile::default();
        let plan = order.prepare_plan(&profile);
        Self { profile, order, plan, keys: ChipKeys::default() }
    }

    /// A whole run over a fresh connection; how far it came, and its error.
    fn make(&self, card: &mut dyn Transport, mode: LengthMode) -> Result<u64, (PersoError, u64)> {
        let mut card = Exchanger::new(Bounded::new(card, MOST_COMMANDS), mode);
        card.reset().unwrap();
        let made = self.make_over(&mut card);
        let commands = card.round_trips();
        made.map(|()| commands).map_err(|error| (error, commands))
    }

    fn make_over<T: Transport>(&self, card: &mut Exchanger<T>) -> Result<(), PersoError> {
        let mut world = World::new(4);
        survey(card, &self.profile)?;
        let plan = self.plan.clone().keeping_leftovers();
        let ready = prepare(card, &plan, &self.keys, &mut world.surroundings())?;
        let plan = self.order.write_plan(&self.profile, &ready);
        let mut journal = MemoryJournal::default();
        let fresh = Freshness::MaybeTorn;
        write(card, &ready, &plan, fresh, &self.keys, &mut journal, &mut world.surroundings())?;
        Ok(())
    }

    /// The chip, in honest hands again, becomes the card it was to be, or is it already.
    fn rescue(&self, chip: &Shared, what: &dyn std::fmt::Debug) {
        let mut card = Exchanger::new(chip.clone(), LengthMode::Extended);
        card.reset().unwrap();
        let stage = survey(&mut card, &self.profile).unwrap().stage;
        if stage != Stage::Finished {
            self.make_over(&mut card).unwrap_or_else(|error| panic!("{what:?}: the chip is lost: {error}"));
        }
        let (password, at) = (self.order.can(), self.order.at);
        let trust = self.order.authority.trust(at);
        let policy = Policy::real();
        let mut ask = Inspection {
            chip_proof: ChipProofPolicy::IfPromised,
            ..Inspection::new(self.profile.instance, &password, &trust, &policy, at)
        };
        let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(77));
        assert_eq!(report.verdict(), Verdict::Valid, "{what:?}: {}", report.to_text(false));
    }
}

fn chip(parameter: Parameter) -> Shared {
    let config = ChipConfig { parameter, ..chip_config(1) };
    Shared::new(Card::blank(config, seeded_rng(9)))
}

const EXPECTED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/hostile/errors.txt");

#[test]
fn every_fault_has_its_error() {
    let station = Station::of(Parameter::ALL[5]);
    let mut table = String::new();
    let mut most = 0;
    for fault in hostile::writing() {
        let honest = chip(Parameter::ALL[5]);
        let other = chipwright_testkit::blank(77);
        let mut lying = fault.chip(Box::new(honest.clone()), Box::new(other));
        let name = fault.name;
        match station.make(&mut *lying, LengthMode::Short) {
            Ok(_) => panic!("{name}: nobody noticed"),
            Err((error, commands)) => {
                assert!(error.to_string().len() < 600, "{name}: a message without end");
                most = most.max(commands);
                let (fault, remedy) = (error.fault(), error.remedy());
                writeln!(table, "{name} after {commands}: {fault:?}: {error} -> {remedy}").unwrap();
            }
        }
        station.rescue(&honest, &name);
    }
    println!("{} faults: at most {most} commands", hostile::writing().len());
    assert!(most < 600, "{most} commands");
    hostile::agrees_with(Path::new(EXPECTED), &table);
}

/// Every response of a personalisation in turn, with deeds drawn at random, on several kinds of chip.
#[test]
fn meddled_personalisations_never_cost_a_chip() {
    let mut dice = Dice::new(7);
    let parameters = [Parameter::ALL[5], Parameter::ALL[0], Parameter::ALL[3], Parameter::ALL[7]];
    let stations = parameters.map(Station::of);
    let modes = [LengthMode::Short, LengthMode::Extended];
    let (tries, mut made, mut most) = (cases(150, 6000), 0, 0);
    let mut reach = [[0; 2]; 4];
    for number in 0..tries {
        let (kind, mode) = (number % 4, number / 4 % 2);
        let station = &stations[kind];
        if reach[kind][mode] == 0 {
            reach[kind][mode] = station.make(&mut chip(parameters[kind]), modes[mode]).unwrap();
        }
        let at = dice.below(usize::try_from(reach[kind][mode]).unwrap()) as u64;
        let (aim, deed) = (dice.aim(at), dice.deed());
        let honest = chip(parameters[kind]);
        let mut card = Meddler::new(honest.clone(), aim, deed.clone());
        let commands = match station.make(&mut card, modes[mode]) {
            Ok(commands) => {
                made += 1;
                commands
            }
            Err((_, commands)) => commands,
        };
        most = most.max(commands);
        assert!(commands < MOST_COMMANDS, "{aim:?} {deed:?}: {commands} commands");
        station.rescue(&honest, &(number, parameters[kind], modes[mode], aim, deed));
    }
    println!("{tries} meddled personalisations: {made} unharmed, at most {most} commands, no chip lost");
    assert!(made < tries / 3, "{made} of {tries}: is anything meddled with?");
}

/// A chip without R-MAC can be lied about unnoticed while it is written; that is why only a reading makes a card issued.
#[test]
fn what_a_chip_without_response_macs_says_is_not_believed_by_the_reading() {
    let station = Station::of(Parameter::ALL[0]);
    let honest = chip(Parameter::ALL[0]);
    let finalise = station.make(&mut chip(Parameter::ALL[0]), LengthMode::Extended).unwrap() - 1;
    let mut card = Meddler::new(honest.clone(), Aim::At(finalise), Deed::Forged(vec![0x90, 0x00]));
    station.make(&mut card, LengthMode::Extended).expect("nobody can notice");
    let mut exchanger = Exchanger::new(honest.clone(), LengthMode::Extended);
    exchanger.reset().unwrap();
    assert_eq!(survey(&mut exchanger, &station.profile).unwrap().stage, Stage::Installed);
    station.rescue(&honest, &"forged FINALISE");
}
