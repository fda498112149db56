//! From a blank to an accepted card, on every kind of chip.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "campaigns print their counts")]

use chipwright_channel::pace::Password;
use chipwright_emulator::scp03::Parameter;
use chipwright_emulator::{Card, ChipConfig, PersonalisationPath, TransportKeys, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_perso::{
    ChipProfile, Freshness, Path, PersoError, PreparePlan, Stage, WritePlan, prepare, survey, write,
};
use chipwright_pki::Policy;
use chipwright_profile::{IssuerFiles, SignedProfile};
use chipwright_testkit::{Authority, AuthorityOptions, ChipKeys, MemoryJournal, World, chip_config};
use chipwright_verify::{ChipProofPolicy, Inspection, Report, Verdict, inspect};
use jiff::Timestamp;
use jiff::civil::date;

struct Case {
    profile: ChipProfile,
    authority: Authority,
    signed: SignedProfile,
    can: String,
    at: Timestamp,
    prepare: PreparePlan,
}

fn case(profile: ChipProfile) -> Case {
    let at: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
    let authority =
        Authority::new(&AuthorityOptions::real("Example Party", 1, "2026-11-01T00:00:00Z".parse().unwrap()));
    let terms = chipwright_testkit::terms(date(2026, 11, 22));
    let allocation = chipwright_testkit::allocation(&mut chipwright_testkit::random(5));
    let can = String::from_utf8(allocation.can.expose().to_vec()).unwrap();
    let signed = authority.sign(
        &chipwright_testkit::member(3),
        &chipwright_testkit::portrait(0),
        &allocation,
        &terms,
        at,
    );
    let prepare = PreparePlan::new(profile.clone(), &IssuerFiles::new(&terms));
    Case { profile, authority, signed, can, at, prepare }
}

fn verify(case: &Case, card: &mut Exchanger<Card>) -> Report {
    card.reset().unwrap();
    let password = Password::can(&case.can).unwrap();
    let trust = case.authority.trust(case.at);
    let policy = Policy::real();
    let mut ask = Inspection {
        chip_proof: ChipProofPolicy::IfPromised,
        ..Inspection::new(case.profile.instance, &password, &trust, &policy, case.at)
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
    let plan = WritePlan::new(case.profile.clone(), &case.signed);
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
    let case = case(ChipProfile::default());
    for bytes in [16, 24, 32] {
        for parameter in Parameter::ALL {
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
                let (mut card, _) = issue(config.clone(), &case, &keys, mode);
                let report = verify(&case, &mut card);
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
    let plan = WritePlan::new(case.profile.clone(), &case.signed);
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
        let plan = WritePlan::new(case.profile.clone(), &case.signed);
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
        let portrait = case.signed.file(chipwright_profile::FileId::Dg(2)).unwrap();
        let shown: String = portrait[100..120].iter().map(|byte| format!("{byte:02X}")).collect();
        assert!(!text.contains(&shown) && !text.contains(&case.can), "nothing personal is shown");
    }
}

#[test]
fn transport_keys_beside_the_issuers_are_noticed() {
    let case = case(ChipProfile::default());
    let same = ChipProfile { issuer_version: 0x12, transport_version: 0x11, ..ChipProfile::default() };
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
    let plan = WritePlan::new(case.profile.clone(), &case.signed);
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
    let mut foreign = WritePlan::new(case.profile.clone(), &case.signed);
    foreign
        .objects
        .push(chipwright_perso::dgi::Object::confidential(chipwright_perso::Dgi(0x010F), vec![1; 90]));
    let mut journal = MemoryJournal { fail: true, ..MemoryJournal::default() };
    write(&mut card, &ready, &foreign, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
        .unwrap_err();
    let plan = WritePlan::new(case.profile.clone(), &case.signed);
    journal.fail = false;
    let error =
        write(&mut card, &ready, &plan, Freshness::MaybeTorn, &keys, &mut journal, &mut world.surroundings())
            .unwrap_err();
    assert!(matches!(error, PersoError::Leftovers(_)), "{error}");
    let ready = prepare(&mut card, &case.prepare, &keys, &mut world.surroundings()).unwrap();
    assert!(ready.cost().round_trips_of("erase leftovers") > 0);
    write(&mut card, &ready, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
        .unwrap();
    assert_eq!(verify(&case, &mut card).verdict(), Verdict::Valid);
}

/// A card of 15,000 bytes in at most 67 round trips with short APDUs and at most 20 with extended ones, FINALISE apart.
#[test]
fn round_trips_of_fifteen_kilobytes() {
    let mut case = case(ChipProfile::default());
    let authority = &case.authority;
    let terms = chipwright_testkit::terms(date(2026, 11, 22));
    let allocation = chipwright_testkit::allocation(&mut chipwright_testkit::random(5));
    let bytes = |signed: &SignedProfile| signed.files().map(|(_, content)| content.len()).sum::<usize>();
    let base = chipwright_testkit::portrait(0);
    let small = bytes(&authority.sign(&chipwright_testkit::member(3), &base, &allocation, &terms, case.at));
    // a JPEG may be followed by any bytes: pad the portrait until the files hold 15,000 bytes
    let mut jpeg = base.jpeg().to_vec();
    jpeg.resize(jpeg.len() + 15_000 - small, 0);
    let portrait = chipwright_profile::FittedPortrait::from_fitted(jpeg).unwrap();
    case.signed = authority.sign(&chipwright_testkit::member(3), &portrait, &allocation, &terms, case.at);
    assert!((15_000..15_010).contains(&bytes(&case.signed)), "{}", bytes(&case.signed));
    let keys = ChipKeys::default();
    let (_, short) = issue(chip_config(6), &case, &keys, LengthMode::Short);
    let (_, extended) = issue(chip_config(7), &case, &keys, LengthMode::Extended);
    println!("15,000 bytes: {short} round trips with short APDUs, {extended} with extended ones");
    assert!(short <= 67 && extended <= 20, "{short} and {extended}");
}
