//! From a blank to an accepted card, on every kind of chip.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "campaigns print their counts")]

use chipwright_emulator::scp03::Parameter;
use chipwright_emulator::{Card, ChipConfig, PersonalisationPath, TransportKeys, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_perso::{
    ChipProfile, ChipReady, Freshness, Path, PersoError, PreparePlan, Stage, WritePlan, prepare, survey,
    write,
};
use chipwright_pki::Policy;
use chipwright_pki::cv::Rights;
use chipwright_profile::{ChipFeatures, FileId, FirstRecords, KeyReference, SignedProfile};
use chipwright_testkit::{ChipKeys, CvAuthority, MemoryJournal, Order, World, chip_config};
use chipwright_verify::{ChipProofPolicy, Inspection, Report, Verdict, inspect};

struct Case {
    profile: ChipProfile,
    order: Order,
    prepare: PreparePlan,
}

fn case(profile: ChipProfile) -> Case {
    case_with(profile, ChipFeatures::PROVEN)
}

fn case_with(profile: ChipProfile, chip: ChipFeatures) -> Case {
    let order = Order::new(chip);
    let prepare = order.prepare_plan(&profile);
    Case { profile, order, prepare }
}

impl Case {
    fn plan(&self, ready: &ChipReady) -> WritePlan {
        self.order.write_plan(&self.profile, ready)
    }
}

fn verify(case: &Case, card: &mut Exchanger<Card>) -> Report {
    card.reset().unwrap();
    let (password, at) = (case.order.can(), case.order.at);
    let trust = case.order.authority.trust(at);
    let policy = Policy::real();
    let promises = case.order.terms.chip.key_pairs().count() > 0;
    let mut ask = Inspection {
        chip_proof: if promises { ChipProofPolicy::Required } else { ChipProofPolicy::IfPromised },
        ..Inspection::new(case.profile.instance, &password, &trust, &policy, at)
    };
    inspect(card, &mut ask, &mut chipwright_testkit::random(77)).0
}

fn issue(config: ChipConfig, case: &Case, keys: &ChipKeys, mode: LengthMode) -> (Exchanger<Card>, u64) {
    let mut card = Exchanger::new(Card::blank(config, seeded_rng(9)), mode);
    card.reset().unwrap();
    let mut world = World::new(4);
    assert_eq!(survey(&mut card, &case.profile).unwrap().stage, Stage::Blank);
    let ready = prepare(&mut card, &case.prepare, keys, &mut world.surroundings()).unwrap();
    assert_eq!(survey(&mut card, &case.profile).unwrap().stage, Stage::Installed);
    assert!(world.budget.spent.is_empty(), "every try was cleared");
    let plan = case.plan(&ready);
    let mut journal = MemoryJournal::default();
    let written =
        write(&mut card, &ready, &plan, Freshness::Fresh, keys, &mut journal, &mut world.surroundings())
            .unwrap();
    assert_eq!(journal.intents, std::slice::from_ref(&written.intent));
    assert_eq!(written.intent.security_object_digest, plan.security_object_digest());
    let spent = written.cost.round_trips() - written.cost.round_trips_of("finalise");
    assert_eq!(survey(&mut card, &case.profile).unwrap().stage, Stage::Finished);
    (card, spent)
}

#[test]
fn every_scp03_parameter_and_key_size() {
    let cases =
        [ChipFeatures::NONE, ChipFeatures::PROVEN].map(|chip| case_with(ChipProfile::default(), chip));
    for bytes in [16, 24, 32] {
        for parameter in Parameter::ALL {
            // keys that a chip makes are believed only under R-MAC
            let case = &cases[usize::from(parameter.value() & 0x20 != 0)];
            let size = chipwright_emulator::scp03::KeySize::Aes128;
            let keys = ChipKeys::of_size(bytes);
            let config = ChipConfig {
                parameter,
                transport_keys: match bytes {
                    16 => TransportKeys::published_development_of(size),
                    24 => {
                        TransportKeys::published_development_of(chipwright_emulator::scp03::KeySize::Aes192)
                    }
                    _ => TransportKeys::published_development_of(chipwright_emulator::scp03::KeySize::Aes256),
                },
                ..chip_config(1)
            };
            for mode in [LengthMode::Short, LengthMode::Extended] {
                let (mut card, _) = issue(config.clone(), case, &keys, mode);
                let report = verify(case, &mut card);
                assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
            }
        }
    }
}

#[test]
fn a_chip_personalised_through_the_application() {
    let case = case(ChipProfile { path: Path::Application, ..ChipProfile::default() });
    let config = ChipConfig { personalisation: PersonalisationPath::ThroughApplication, ..chip_config(2) };
    let (mut card, _) = issue(config, &case, &ChipKeys::default(), LengthMode::Short);
    assert_eq!(verify(&case, &mut card).verdict(), Verdict::Valid);
}

#[test]
fn the_wrong_transport_key_costs_no_try_where_the_chip_counts_at_external_authenticate() {
    let case = case(ChipProfile::default());
    let keys = ChipKeys::default().with_wrong_transport_key();
    let mut card = Exchanger::new(Card::blank(chip_config(3), seeded_rng(9)), LengthMode::Short);
    card.reset().unwrap();
    let mut world = World::new(4);
    for round in 1..=30 {
        let error = prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap_err();
        assert!(matches!(error, PersoError::WrongKey { version: 0x01, .. }), "{error}");
        assert_eq!(world.budget.spent.values().sum::<u32>(), round);
        // as if the station did not remember that it was wrong, so that the chip is asked again
        world.budget.wrong.clear();
    }
    world.budget.limit = 30;
    let error = prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap_err();
    assert!(matches!(error, PersoError::Budget(_)), "{error}");
    world.budget = chipwright_testkit::TryCount::default();
    prepare(&mut card, &case.prepare, &ChipKeys::default(), &mut world.surroundings())
        .expect("the chip is unharmed");
}

#[test]
fn another_chip_in_the_reader_is_told_apart_from_a_wrong_key() {
    let case = case(ChipProfile::default());
    let keys = ChipKeys::default();
    let mut world = World::new(4);
    let mut prepared = |serial| {
        let mut card = Exchanger::new(Card::blank(chip_config(serial), seeded_rng(9)), LengthMode::Short);
        card.reset().unwrap();
        (prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap(), card)
    };
    let (first, _) = prepared(21);
    let (second, mut card) = prepared(22);
    let plan = case.plan(&second);
    let mut journal = MemoryJournal::default();
    let error =
        write(&mut card, &first, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
            .unwrap_err();
    assert!(
        matches!(error, PersoError::OtherChip { wanted, found } if wanted == first.chip() && found == second.chip())
    );
    assert!(world.budget.spent.contains_key(&(second.chip(), 0x11)), "the chip that counted is charged");
    assert!(journal.intents.is_empty());
    write(&mut card, &second, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
        .unwrap();
    assert_eq!(verify(&case, &mut card).verdict(), Verdict::Valid);
}

#[test]
fn the_dry_run_tells_what_is_sent() {
    let case = case(ChipProfile::default());
    let keys = ChipKeys::default();
    for mode in [LengthMode::Short, LengthMode::Extended] {
        let mut card = Exchanger::new(Card::blank(chip_config(23), seeded_rng(9)), mode);
        card.reset().unwrap();
        let mut world = World::new(4);
        let ready = prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap();
        assert_eq!(ready.cost().round_trips(), case.prepare.describe().round_trips() as u64);
        let plan = case.plan(&ready);
        let mut journal = MemoryJournal::default();
        let written =
            write(&mut card, &ready, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
                .unwrap();
        let planned = plan.describe(mode);
        assert_eq!(written.cost.round_trips(), planned.round_trips() as u64, "{mode:?}");
        for step in &planned.steps {
            let sent = step.commands.iter().map(|command| command.times as u64).sum::<u64>();
            assert_eq!(written.cost.round_trips_of(step.name), sent, "{mode:?} {}", step.name);
        }
        let text = format!("{planned:?}");
        let signed = case.order.sign(ready.keys());
        let portrait = signed.file(FileId::Dg(2)).unwrap();
        let shown: String = portrait[100..120].iter().map(|byte| format!("{byte:02X}")).collect();
        assert!(
            !text.contains(&shown) && !text.contains(case.order.can_digits()),
            "nothing personal is shown"
        );
    }
}

#[test]
fn transport_keys_beside_the_issuers_are_noticed() {
    let case = case(ChipProfile::default());
    let same = ChipProfile { issuer_version: 0x12, transport_versions: vec![0x11], ..ChipProfile::default() };
    let mut card = Exchanger::new(Card::blank(chip_config(24), seeded_rng(9)), LengthMode::Short);
    card.reset().unwrap();
    let mut world = World::new(4);
    prepare(&mut card, &case.prepare, &ChipKeys::default(), &mut world.surroundings()).unwrap();
    let mut found = survey(&mut card, &same).unwrap();
    assert!(found.unsuitable.is_empty(), "one set only: {:?}", found.unsuitable);
    found.keys.keys.extend((1..=3).map(|id| (id, 0x12, 0x88, 16)));
    assert_eq!(found.reasons(&same), [chipwright_perso::survey::Unsuitable::TransportKeysRemain]);
}

#[test]
fn without_a_record_nothing_is_finalised() {
    let case = case(ChipProfile::default());
    let keys = ChipKeys::default();
    let mut card = Exchanger::new(Card::blank(chip_config(4), seeded_rng(9)), LengthMode::Short);
    card.reset().unwrap();
    let mut world = World::new(4);
    let ready = prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap();
    let plan = case.plan(&ready);
    let mut journal = MemoryJournal { fail: true, ..MemoryJournal::default() };
    let mut run = |freshness, journal: &mut MemoryJournal, card: &mut Exchanger<Card>| {
        write(card, &ready, &plan, freshness, &keys, journal, &mut world.surroundings())
    };
    let error = run(Freshness::Fresh, &mut journal, &mut card).unwrap_err();
    assert!(matches!(error, PersoError::Journal(_)), "{error}");
    assert_eq!(survey(&mut card, &case.profile).unwrap().stage, Stage::Installed);
    journal.fail = false;
    let written = run(Freshness::MaybeTorn, &mut journal, &mut card).unwrap();
    assert!(written.cost.round_trips_of("store member files") <= 1, "everything was held already");
    assert_eq!(verify(&case, &mut card).verdict(), Verdict::Valid);
    let error = prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap_err();
    assert!(matches!(error, PersoError::Finished(_)), "{error}");
}

#[test]
fn leftovers_of_another_member_are_erased() {
    let case = case(ChipProfile::default());
    let keys = ChipKeys::default();
    let mut card = Exchanger::new(Card::blank(chip_config(5), seeded_rng(9)), LengthMode::Short);
    card.reset().unwrap();
    let mut world = World::new(4);
    let ready = prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap();
    let mut foreign = case.plan(&ready);
    foreign
        .objects
        .push(chipwright_perso::dgi::Object::confidential(chipwright_perso::Dgi(0x8013), vec![b'1'; 10]));
    let mut journal = MemoryJournal { fail: true, ..MemoryJournal::default() };
    write(&mut card, &ready, &foreign, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
        .unwrap_err();
    let plan = case.plan(&ready);
    let before = *ready.keys();
    journal.fail = false;
    let error =
        write(&mut card, &ready, &plan, Freshness::MaybeTorn, &keys, &mut journal, &mut world.surroundings())
            .unwrap_err();
    assert!(matches!(error, PersoError::Leftovers(_)), "{error}");
    let ready = prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap();
    assert!(ready.cost().round_trips_of("erase leftovers") > 0);
    let pairs =
        || KeyReference::ALL.into_iter().filter_map(|key| Some((before.get(key)?, ready.keys().get(key)?)));
    assert!(pairs().count() == 2 && pairs().all(|(old, new)| old != new), "keys went with the leftovers");
    let error =
        write(&mut card, &ready, &plan, Freshness::MaybeTorn, &keys, &mut journal, &mut world.surroundings())
            .unwrap_err();
    assert!(matches!(error, PersoError::OtherKey { key: KeyReference::ActiveAuthentication, .. }), "{error}");
    let plan = case.plan(&ready);
    write(&mut card, &ready, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
        .unwrap();
    assert_eq!(verify(&case, &mut card).verdict(), Verdict::Valid);
}

/// A card of 15,000 bytes in at most 67 round trips with short APDUs and at most 20 with extended ones, FINALISE apart.
#[test]
fn round_trips_of_fifteen_kilobytes() {
    let mut case = case(ChipProfile::default());
    let bytes = |signed: &SignedProfile| signed.files().map(|(_, content)| content.len()).sum::<usize>();
    let stand_in = chipwright_profile::ChipKeys::of_zeros(&case.order.terms.chip);
    let small = bytes(&case.order.sign(&stand_in));
    // a JPEG may be followed by any bytes: pad the portrait until the files hold 15,000 bytes
    let mut jpeg = case.order.portrait.jpeg().to_vec();
    jpeg.resize(jpeg.len() + 15_000 - small, 0);
    case.order.portrait = chipwright_profile::FittedPortrait::from_fitted(jpeg).unwrap();
    let whole = bytes(&case.order.sign(&stand_in));
    assert!((14_990..15_010).contains(&whole), "{whole}");
    let keys = ChipKeys::default();
    let (_, short) = issue(chip_config(6), &case, &keys, LengthMode::Short);
    let (_, extended) = issue(chip_config(7), &case, &keys, LengthMode::Extended);
    println!("15,000 bytes: {short} round trips with short APDUs, {extended} with extended ones");
    assert!(short <= 67 && extended <= 20, "{short} and {extended}");
}

/// Every feature of the chip at once, and each alone.
#[test]
fn every_feature() {
    let records = || Some(CvAuthority::new(8, Rights::all(), None).trust_point());
    let one = |change: fn(&mut ChipFeatures)| {
        let mut chip = ChipFeatures::NONE;
        change(&mut chip);
        chip
    };
    let features = [
        one(|chip| chip.active_authentication = true),
        one(|chip| chip.chip_authentication = true),
        one(|chip| chip.cam = true),
        one(|chip| chip.pin = true),
        ChipFeatures { records: records(), ..ChipFeatures::PROVEN },
        ChipFeatures { cam: true, records: records(), pin: true, ..ChipFeatures::PROVEN },
    ];
    for (serial, chip) in (40..).zip(features) {
        let mut case = case_with(ChipProfile::default(), chip.clone());
        if chip.records.is_some() {
            let record = |n: u8| [&[0x30, 20], [n; 20].as_slice()].concat();
            case.order.records = Some(FirstRecords { certificate: record(1), citizen_number: record(2) });
        }
        let (mut card, _) = issue(chip_config(serial), &case, &ChipKeys::default(), LengthMode::Short);
        let report = verify(&case, &mut card);
        assert_eq!(report.verdict(), Verdict::Valid, "{chip:?}: {}", report.to_text(false));
    }
}

/// Key pairs survive: a prepared chip shows the same ones again, and does not make new ones.
#[test]
fn a_prepared_chip_keeps_its_keys() {
    let case = case(ChipProfile::default());
    let keys = ChipKeys::default();
    let mut card = Exchanger::new(Card::blank(chip_config(30), seeded_rng(9)), LengthMode::Short);
    card.reset().unwrap();
    let mut world = World::new(4);
    let first = prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap();
    assert_eq!(first.keys().iter().count(), 2);
    card.reset().unwrap();
    let again = prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap();
    assert_eq!(again.keys(), first.keys());
    assert_eq!(again.cost().round_trips_of("make key pairs"), 2);
    assert_eq!(again.cost().round_trips_of("confirm shared files"), 0);
}

/// Without R-MAC no answer can be believed: such a chip is refused before anything is written.
#[test]
fn a_chip_without_response_macs_is_unsuitable_for_key_pairs() {
    let case = case(ChipProfile::default());
    let config = ChipConfig { parameter: Parameter::ALL[0], ..chip_config(31) };
    let mut card = Exchanger::new(Card::blank(config, seeded_rng(9)), LengthMode::Short);
    card.reset().unwrap();
    let writes = card.transport().page_writes();
    let mut world = World::new(4);
    let error =
        prepare(&mut card, &case.prepare, &ChipKeys::default(), &mut world.surroundings()).unwrap_err();
    let PersoError::Unsuitable { reasons, .. } = &error else { panic!("{error}") };
    assert_eq!(reasons.as_slice(), [chipwright_perso::survey::Unsuitable::AnswersNotProtected(0)]);
    assert_eq!(card.transport().page_writes(), writes);
    assert!(world.budget.spent.is_empty());
}
