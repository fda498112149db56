//! What is altered, forged, expired, revoked, foreign: each gets its own verdict, and none is ever valid.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "campaigns print their counts")]

use chipwright_channel::pace::{MrzKey, Password};
use chipwright_emulator::Card;
use chipwright_iso7816::tlv::{Tag, encode};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_perso::dgi::Object;
use chipwright_perso::{ChipProfile, Dgi, Freshness, PreparePlan, WritePlan, prepare, write};
use chipwright_pki::certificate::RootKind;
use chipwright_pki::policy::CrlRule;
use chipwright_pki::sign::SignKey;
use chipwright_pki::{Policy, SignerCache, TrustStore};
use chipwright_profile::{FileId, IssuerFiles, SecurityInfos, SignedProfile};
use chipwright_testkit::{Authority, AuthorityOptions, ChipKeys, MemoryJournal, World, blank};
use chipwright_verify::{CheckName, ChipProofPolicy, Inspection, Outcome, Report, Verdict, inspect};
use jiff::Timestamp;
use jiff::civil::date;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOW: &str = "2026-11-22T08:00:00Z";

/// A signed profile and what opens it.
struct Sample {
    signed: SignedProfile,
    can: String,
}

fn sample(authority: &Authority, n: u32, at: &str) -> Sample {
    let allocation = chipwright_testkit::allocation(&mut chipwright_testkit::random(u64::from(n)));
    let can = String::from_utf8(allocation.can.expose().to_vec()).unwrap();
    let terms = chipwright_testkit::terms(date(2026, 11, 22));
    let member = chipwright_testkit::member(n);
    Sample {
        signed: authority.sign(&member, &chipwright_testkit::portrait(n), &allocation, &terms, time(at)),
        can,
    }
}

/// A finished card with these files, whatever they are: an attacker who holds the chip's keys.
fn card_with(signed: &SignedProfile, change: impl FnOnce(&mut WritePlan)) -> Exchanger<Card> {
    let terms = chipwright_testkit::terms(date(2026, 11, 22));
    let profile = ChipProfile::default();
    let mut plan = WritePlan::new(profile.clone(), signed);
    change(&mut plan);
    let mut first = PreparePlan::new(profile, &IssuerFiles::new(&terms));
    first.files = plan.shared.clone();
    let keys = ChipKeys::default();
    let mut world = World::new(4);
    let mut card = Exchanger::new(blank(1), LengthMode::Extended);
    card.reset().unwrap();
    let ready = prepare(&mut card, &first, &keys, &mut world.surroundings()).unwrap();
    let mut journal = MemoryJournal::default();
    write(&mut card, &ready, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())
        .unwrap();
    card
}

fn replace(plan: &mut WritePlan, file: FileId, content: Vec<u8>) {
    let dgi = Dgi(file.dgi());
    let all = plan.objects.iter_mut().chain(plan.shared.iter_mut());
    for object in all.filter(|object| object.dgi == dgi) {
        *object = Object::confidential(dgi, content.clone());
    }
}

struct Kiosk<'a> {
    trust: &'a TrustStore,
    policy: Policy,
    at: &'a str,
    password: Password,
    known: Option<&'a str>,
}

impl Kiosk<'_> {
    /// Judged twice: with the whole chain, and by a kiosk that remembers the signers it has met.
    fn judge(&self, card: &mut Exchanger<Card>) -> Report {
        let mut cache = SignerCache::new(4);
        let fresh = self.judge_with(card, None);
        for round in 0..2 {
            let remembered = self.judge_with(card, Some(&mut cache));
            assert_eq!(remembered.verdict(), fresh.verdict(), "round {round} with remembered signers");
        }
        fresh
    }

    fn judge_with(&self, card: &mut Exchanger<Card>, cache: Option<&mut SignerCache>) -> Report {
        let mut ask = Inspection {
            not_before: self.known.map(time),
            cache,
            chip_proof: ChipProofPolicy::IfPromised,
            ..Inspection::new(
                ChipProfile::default().instance,
                &self.password,
                self.trust,
                &self.policy,
                time(self.at),
            )
        };
        inspect(card, &mut ask, &mut chipwright_testkit::random(77)).0
    }
}

/// The rows of the table that the test prints.
#[derive(Default)]
struct Table(Vec<(String, Verdict, String)>);

impl Table {
    fn row(&mut self, what: impl Into<String>, report: &Report, wanted: Verdict) {
        let what = what.into();
        assert_eq!(report.verdict(), wanted, "{what}: {}", report.to_text(false));
        assert_ne!(report.outcome(CheckName::ChipProof), Some(Outcome::Passed), "{what}");
        assert_eq!(wanted == Verdict::Valid, report.decisive().is_none(), "{what}");
        let detail = report.decisive().and_then(|check| check.detail.clone()).unwrap_or_default();
        self.0.push((what, wanted, detail));
    }

    fn print(&self) {
        println!("tamper test: {} cases", self.0.len());
        for (what, verdict, detail) in &self.0 {
            println!("  {what:<58} {:<24} {detail}", verdict.texts().0);
        }
    }
}

fn organisation() -> Authority {
    Authority::new(&AuthorityOptions::real("Example Party", 1, time("2026-11-01T00:00:00Z")))
}

fn kiosk<'a>(trust: &'a TrustStore, sample: &Sample) -> Kiosk<'a> {
    Kiosk {
        trust,
        policy: Policy::real(),
        at: NOW,
        password: Password::can(&sample.can).unwrap(),
        known: None,
    }
}

/// `signed` with another signature of the same length in its security object.
fn with_signature(signed: &SignedProfile, key: &dyn SignKey, message_differs: u8) -> Vec<u8> {
    let sod = signed.file(FileId::Sod).unwrap();
    // the signature is the last element: 30 len 02 .. 02 ..; find where a DER SEQUENCE ends the file
    let start = (60..90)
        .map(|back| sod.len() - back)
        .find(|at| sod[*at] == 0x30 && usize::from(sod[at + 1]) == sod.len() - at - 2 && sod[at + 2] == 0x02)
        .expect("the signature ends the file");
    for attempt in 0..=255u8 {
        let signature = key.sign(&[message_differs, attempt]).unwrap();
        if signature.len() == sod.len() - start {
            return [&sod[..start], &signature].concat();
        }
    }
    unreachable!("no signature of this length in 256 tries")
}

#[test]
fn every_manipulation_has_its_verdict() {
    let ours = organisation();
    let trust = ours.trust(time(NOW));
    let good = sample(&ours, 3, NOW);
    let other = sample(&ours, 4, NOW);
    let at_home = kiosk(&trust, &good);
    let mut table = Table::default();

    table.row("nothing altered", &at_home.judge(&mut card_with(&good.signed, |_| {})), Verdict::Valid);

    for number in [1, 2, 11, 12, 13, 14] {
        let file = FileId::Dg(number);
        let mut altered = good.signed.file(file).unwrap().to_vec();
        let middle = altered.len() / 2;
        altered[middle] ^= 0x01;
        let mut card = card_with(&good.signed, |plan| replace(plan, file, altered));
        table.row(format!("{file}: one bit altered"), &at_home.judge(&mut card), Verdict::DataAltered);
        // DG12 and DG14 are the same on all cards of a batch
        if !matches!(number, 12 | 14) {
            let foreign = other.signed.file(file).unwrap().to_vec();
            let mut card = card_with(&good.signed, |plan| replace(plan, file, foreign));
            table.row(format!("{file} of another card"), &at_home.judge(&mut card), Verdict::DataAltered);
        }
    }
    let mut card = card_with(&good.signed, |plan| {
        plan.objects.retain(|object| object.dgi != Dgi(FileId::Dg(11).dgi()));
    });
    table.row("DG11 left out", &at_home.judge(&mut card), Verdict::Unreadable);
    let more = SecurityInfos::of_pace(&chipwright_profile::PaceParameters::DEFAULT)
        .with(&[0x30, 0x12, 6, 10, 4, 0, 0x7F, 0, 7, 2, 2, 4, 2, 2, 2, 1, 2, 2, 1, 13])
        .unwrap();
    let mut card = card_with(&good.signed, |plan| replace(plan, FileId::CardAccess, more.to_der()));
    table.row("EF.CardAccess offers more than DG14", &at_home.judge(&mut card), Verdict::DataAltered);

    let sod = other.signed.file(FileId::Sod).unwrap().to_vec();
    let mut card = card_with(&good.signed, |plan| replace(plan, FileId::Sod, sod));
    table.row("security object of another card", &at_home.judge(&mut card), Verdict::DataAltered);
    let mrz = chipwright_profile::read::dg1(good.signed.file(FileId::Dg(1)).unwrap()).unwrap();
    let by_mrz = Kiosk {
        password: Password::Mrz(MrzKey::from_information(mrz.mrz_information().expose())),
        ..kiosk(&trust, &good)
    };
    table.row(
        "nothing altered, opened by MRZ",
        &by_mrz.judge(&mut card_with(&good.signed, |_| {})),
        Verdict::Valid,
    );
    let mut card = card_with(&other.signed, |plan| {
        let key = good.signed.access_secrets().mrz_key();
        plan.objects.retain(|object| object.dgi != Dgi::MRZ_KEY);
        plan.objects.push(Object::confidential(Dgi::MRZ_KEY, key.as_slice()));
    });
    table.row(
        "all files of another card, opened by the printed MRZ",
        &by_mrz.judge(&mut card),
        Verdict::DataAltered,
    );

    let thief = Authority::new(&AuthorityOptions::real("Example Party", 99, time("2026-11-01T00:00:00Z")));
    let forged = with_signature(&good.signed, &thief.signer_key, 1);
    let mut card = card_with(&good.signed, |plan| replace(plan, FileId::Sod, forged));
    table.row("security object re-signed by another key", &at_home.judge(&mut card), Verdict::SignatureWrong);
    let elsewhere = with_signature(&good.signed, &ours.signer_key, 2);
    let mut card = card_with(&good.signed, |plan| replace(plan, FileId::Sod, elsewhere));
    table.row(
        "a signature of the signer over other data",
        &at_home.judge(&mut card),
        Verdict::SignatureWrong,
    );
    let mut hash = good.signed.file(FileId::Sod).unwrap().to_vec();
    let digest = ring::digest::digest(&ring::digest::SHA256, good.signed.file(FileId::Dg(1)).unwrap());
    let place = hash.windows(32).position(|window| window == digest.as_ref()).unwrap();
    let new = ring::digest::digest(&ring::digest::SHA256, other.signed.file(FileId::Dg(1)).unwrap());
    hash[place..place + 32].copy_from_slice(new.as_ref());
    let mut card = card_with(&good.signed, |plan| {
        replace(plan, FileId::Sod, hash);
        replace(plan, FileId::Dg(1), other.signed.file(FileId::Dg(1)).unwrap().to_vec());
    });
    table.row(
        "DG1 replaced, and its hash in the security object",
        &at_home.judge(&mut card),
        Verdict::SignatureWrong,
    );
    let cut = encode(Tag(0x77), &good.signed.file(FileId::Sod).unwrap()[4..100]);
    let mut card = card_with(&good.signed, |plan| replace(plan, FileId::Sod, cut));
    table.row("security object cut off", &at_home.judge(&mut card), Verdict::Unreadable);
    assert_ne!(at_home.judge(&mut card).outcome(CheckName::DataGroups), Some(Outcome::Passed));

    authorities(&mut table, &ours, &good);
    times(&mut table, &ours, &trust, &good);
    unreadable(&mut table, &trust, &good);
    assert!(table.0.iter().filter(|row| row.1 == Verdict::Valid).count() == 2);
    table.print();
}

/// Who signed.
fn authorities(table: &mut Table, ours: &Authority, good: &Sample) {
    let trust = ours.trust(time(NOW));
    let foreign =
        Authority::new(&AuthorityOptions::real("Other Organisation", 2, time("2026-11-01T00:00:00Z")));
    let card = sample(&foreign, 3, NOW);
    let report = kiosk(&trust, &card).judge(&mut card_with(&card.signed, |_| {}));
    table.row("another organisation's root", &report, Verdict::IssuerUnknown);
    let impostor = Authority::new(&AuthorityOptions::real("Example Party", 98, time("2026-11-01T00:00:00Z")));
    let card = sample(&impostor, 3, NOW);
    let report = kiosk(&trust, &card).judge(&mut card_with(&card.signed, |_| {}));
    table.row("a root that only bears our name", &report, Verdict::IssuerUnknown);

    let test = Authority::new(&AuthorityOptions {
        kind: RootKind::Test,
        ..AuthorityOptions::real("Example Party (TEST)", 5, time("2026-11-01T00:00:00Z"))
    });
    let card = sample(&test, 3, NOW);
    let test_trust = test.trust(time(NOW));
    let mut written = card_with(&card.signed, |_| {});
    let report = kiosk(&test_trust, &card).judge(&mut written);
    table.row("a test root under a real policy", &report, Verdict::IssuerUnknown);
    let tolerant = Kiosk { policy: Policy::test(), ..kiosk(&test_trust, &card) };
    assert_eq!(tolerant.judge(&mut written).verdict(), Verdict::Valid, "the same under a test policy");

    let wrong_type = Authority::new(&AuthorityOptions {
        document_types: vec!["ID".to_owned()],
        ..AuthorityOptions::real("Example Party", 6, time("2026-11-01T00:00:00Z"))
    });
    let card = sample(&wrong_type, 3, NOW);
    let report = kiosk(&wrong_type.trust(time(NOW)), &card).judge(&mut card_with(&card.signed, |_| {}));
    table.row("a signer of other documents", &report, Verdict::IssuerUnknown);

    let revoked = ours.trust_with(ours.crl(time(NOW), true));
    let report = kiosk(&revoked, good).judge(&mut card_with(&good.signed, |_| {}));
    table.row("a revoked signer", &report, Verdict::Revoked);
}

/// When.
fn times(table: &mut Table, ours: &Authority, trust: &TrustStore, good: &Sample) {
    let mut card = card_with(&good.signed, |_| {});
    let brief = Authority::new(&AuthorityOptions {
        validity: chipwright_testkit::Validity {
            signer_from: time("2026-11-01T00:00:00Z"),
            card_life_days: 30,
        },
        ..AuthorityOptions::real("Example Party", 7, time("2026-11-01T00:00:00Z"))
    });
    let short = sample(&brief, 3, NOW);
    let later = "2027-06-01T00:00:00Z";
    let later_trust = brief.trust(time(later));
    let report =
        Kiosk { at: later, ..kiosk(&later_trust, &short) }.judge(&mut card_with(&short.signed, |_| {}));
    table.row("an expired signer", &report, Verdict::Expired);

    let end = "2036-11-23T00:00:00Z";
    let end_trust = ours.trust(time(end));
    let report = Kiosk { at: end, ..kiosk(&end_trust, good) }.judge(&mut card);
    table.row("an expired card", &report, Verdict::Expired);
    let last = "2036-11-22T23:00:00Z";
    let last_trust = ours.trust(time(last));
    let report = Kiosk { at: last, ..kiosk(&last_trust, good) }.judge(&mut card);
    assert_eq!(report.verdict(), Verdict::Valid, "on its last day: {}", report.to_text(false));

    let tomorrow = Authority::new(&AuthorityOptions::real("Example Party", 8, time("2026-11-23T00:00:00Z")));
    let early = sample(&tomorrow, 3, "2026-11-23T09:00:00Z");
    let report = kiosk(&tomorrow.trust(time(NOW)), &early).judge(&mut card_with(&early.signed, |_| {}));
    table.row("a signer that is not valid yet", &report, Verdict::NotYetValid);

    let stale = ours.trust(time("2026-10-01T00:00:00Z"));
    table.row("a stale revocation list", &kiosk(&stale, good).judge(&mut card), Verdict::TrustDataStale);
    let mut none = TrustStore::new();
    none.add_root(ours.root.clone()).unwrap();
    table.row("no revocation list", &kiosk(&none, good).judge(&mut card), Verdict::TrustDataStale);
    let lax = Kiosk { policy: Policy::real().with_crl(CrlRule::IfPresent), ..kiosk(&none, good) };
    table.row(
        "no revocation list, and a policy that does not ask",
        &lax.judge(&mut card),
        Verdict::TrustDataStale,
    );
    let set_back = Kiosk { at: "2026-11-20T00:00:00Z", ..kiosk(trust, good) };
    table.row(
        "the clock set back, before the signing time",
        &set_back.judge(&mut card),
        Verdict::ClockNotCredible,
    );
    let remembering = Kiosk { known: Some("2026-11-25T00:00:00Z"), ..kiosk(trust, good) };
    table.row(
        "the clock behind a signed time seen before",
        &remembering.judge(&mut card),
        Verdict::ClockNotCredible,
    );
}

/// Cards that cannot be read.
fn unreadable(table: &mut Table, trust: &TrustStore, good: &Sample) {
    let mut card = card_with(&good.signed, |_| {});
    let wrong = if good.can == "123456" { "654321" } else { "123456" };
    let guessing = Kiosk { password: Password::can(wrong).unwrap(), ..kiosk(trust, good) };
    table.row("a wrong card access number", &guessing.judge(&mut card), Verdict::Unreadable);
    let mut empty = Exchanger::new(blank(2), LengthMode::Short);
    table.row("a blank chip", &kiosk(trust, good).judge(&mut empty), Verdict::Unreadable);
    card.transport().fault_at_apdu(9, chipwright_emulator::Fault::CutBefore);
    card.reset().unwrap();
    let report = {
        let password = Password::can(&good.can).unwrap();
        let policy = Policy::real();
        let mut ask = Inspection {
            chip_proof: ChipProofPolicy::IfPromised,
            ..Inspection::new(ChipProfile::default().instance, &password, trust, &policy, time(NOW))
        };
        inspect(&mut card, &mut ask, &mut chipwright_testkit::random(77)).0
    };
    table.row("a card lifted while being read", &report, Verdict::Unreadable);
    assert!(report.into_accepted().is_err());
}
