//! What is altered, forged, expired, revoked, foreign: each gets its own verdict, and none is ever valid.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "campaigns print their counts")]

mod cards;

use cards::{Kiosk, replace};
use chipwright_channel::pace::{MrzKey, Password};
use chipwright_emulator::Card;
use chipwright_iso7816::tlv::{Tag, encode};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_perso::dgi::Object;
use chipwright_perso::{ChipProfile, Dgi, WritePlan};
use chipwright_pki::certificate::RootKind;
use chipwright_pki::policy::CrlRule;
use chipwright_pki::sign::SignKey;
use chipwright_pki::{Policy, SignerCache, TrustStore};
use chipwright_profile::{ChipFeatures, FileId, SecurityInfos, SignedProfile};
use chipwright_testkit::{Authority, AuthorityOptions, Order, blank};
use chipwright_verify::{CheckName, Inspection, Outcome, Report, Verdict, inspect};
use jiff::Timestamp;

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

const NOW: &str = "2026-11-22T08:00:00Z";

/// Who signs, and how to make the same once more.
struct Organisation {
    options: AuthorityOptions,
    authority: Authority,
}

impl Organisation {
    fn new(options: &AuthorityOptions) -> Self {
        Self { options: options.clone(), authority: Authority::new(options) }
    }
}

impl std::ops::Deref for Organisation {
    type Target = Authority;

    fn deref(&self) -> &Authority {
        &self.authority
    }
}

/// An order whose card has been made once, and what was signed for it.
struct Sample {
    cards: Kiosk,
    signed: SignedProfile,
    can: String,
}

/// Member `n`'s card by the authority of these options.
fn sample(organisation: &Organisation, n: u32, at: &str) -> Sample {
    let mut order = Order::new(ChipFeatures::PROVEN);
    order.authority = Authority::new(&organisation.options);
    order.member = chipwright_testkit::member(n);
    order.portrait = chipwright_testkit::portrait(n);
    order.allocation = chipwright_testkit::allocation(&mut chipwright_testkit::random(u64::from(n)));
    order.at = time(at);
    let can = order.can_digits().to_owned();
    // each member has a chip of their own
    let cards = Kiosk { serial: n, ..Kiosk::of(order) };
    Sample { signed: cards.issue().signed, cards, can }
}

/// A finished card with these files, whatever they are: an attacker who holds the chip's keys.
fn card_with(sample: &Sample, change: impl FnOnce(&mut WritePlan)) -> Exchanger<Card> {
    sample.cards.card_with(change)
}

struct Judge<'a> {
    trust: &'a TrustStore,
    policy: Policy,
    at: &'a str,
    password: Password,
    known: Option<&'a str>,
}

impl Judge<'_> {
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
        if wanted == Verdict::Valid {
            assert_eq!(report.outcome(CheckName::ChipProof), Some(Outcome::Passed), "{what}");
        }
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

fn organisation() -> Organisation {
    Organisation::new(&AuthorityOptions::real("Example Party", 1, time("2026-11-01T00:00:00Z")))
}

fn kiosk<'a>(trust: &'a TrustStore, sample: &Sample) -> Judge<'a> {
    Judge {
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

    table.row("nothing altered", &at_home.judge(&mut card_with(&good, |_| {})), Verdict::Valid);

    for number in [1, 2, 11, 12, 13, 14, 15] {
        let file = FileId::Dg(number);
        let mut altered = good.signed.file(file).unwrap().to_vec();
        let middle = altered.len() / 2;
        altered[middle] ^= 0x01;
        let mut card = card_with(&good, |plan| replace(plan, file, altered));
        table.row(format!("{file}: one bit altered"), &at_home.judge(&mut card), Verdict::DataAltered);
        // DG12 is the same on all cards of a batch
        if number != 12 {
            let foreign = other.signed.file(file).unwrap().to_vec();
            let mut card = card_with(&good, |plan| replace(plan, file, foreign));
            table.row(format!("{file} of another card"), &at_home.judge(&mut card), Verdict::DataAltered);
        }
    }
    let mut card = card_with(&good, |plan| {
        plan.objects.retain(|object| object.dgi != Dgi(FileId::Dg(11).dgi()));
    });
    table.row("DG11 left out", &at_home.judge(&mut card), Verdict::Unreadable);
    let more = SecurityInfos::of_pace(&chipwright_profile::PaceParameters::DEFAULT)
        .with(&[0x30, 0x12, 6, 10, 4, 0, 0x7F, 0, 7, 2, 2, 4, 2, 2, 2, 1, 2, 2, 1, 13])
        .unwrap();
    let mut card = card_with(&good, |plan| replace(plan, FileId::CardAccess, more.to_der()));
    table.row("EF.CardAccess offers more than DG14", &at_home.judge(&mut card), Verdict::DataAltered);

    let sod = other.signed.file(FileId::Sod).unwrap().to_vec();
    let mut card = card_with(&good, |plan| replace(plan, FileId::Sod, sod));
    table.row("security object of another card", &at_home.judge(&mut card), Verdict::DataAltered);
    let mrz = chipwright_profile::read::dg1(good.signed.file(FileId::Dg(1)).unwrap()).unwrap();
    let by_mrz = Judge {
        password: Password::Mrz(MrzKey::from_information(mrz.mrz_information().expose())),
        ..kiosk(&trust, &good)
    };
    table.row("nothing altered, opened by MRZ", &by_mrz.judge(&mut card_with(&good, |_| {})), Verdict::Valid);
    let mut card = card_with(&other, |plan| {
        let key = good.signed.access_secrets().mrz_key();
        plan.objects.retain(|object| object.dgi != Dgi::MRZ_KEY);
        plan.objects.push(Object::confidential(Dgi::MRZ_KEY, key.as_slice()));
    });
    table.row(
        "all files of another card, opened by the printed MRZ",
        &by_mrz.judge(&mut card),
        Verdict::DataAltered,
    );

    let thief = Organisation::new(&AuthorityOptions::real("Example Party", 99, time("2026-11-01T00:00:00Z")));
    let forged = with_signature(&good.signed, &thief.signer_key, 1);
    let mut card = card_with(&good, |plan| replace(plan, FileId::Sod, forged));
    table.row("security object re-signed by another key", &at_home.judge(&mut card), Verdict::SignatureWrong);
    let elsewhere = with_signature(&good.signed, &ours.signer_key, 2);
    let mut card = card_with(&good, |plan| replace(plan, FileId::Sod, elsewhere));
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
    let mut card = card_with(&good, |plan| {
        replace(plan, FileId::Sod, hash);
        replace(plan, FileId::Dg(1), other.signed.file(FileId::Dg(1)).unwrap().to_vec());
    });
    table.row(
        "DG1 replaced, and its hash in the security object",
        &at_home.judge(&mut card),
        Verdict::SignatureWrong,
    );
    let cut = encode(Tag(0x77), &good.signed.file(FileId::Sod).unwrap()[4..100]);
    let mut card = card_with(&good, |plan| replace(plan, FileId::Sod, cut));
    table.row("security object cut off", &at_home.judge(&mut card), Verdict::Unreadable);
    assert_ne!(at_home.judge(&mut card).outcome(CheckName::DataGroups), Some(Outcome::Passed));

    chips(&mut table, &at_home, &good, &other);
    authorities(&mut table, &ours, &good);
    times(&mut table, &ours, &trust, &good);
    unreadable(&mut table, &trust, &good);
    assert!(table.0.iter().filter(|row| row.1 == Verdict::Valid).count() == 2);
    table.print();
}

/// Which chip.
fn chips(table: &mut Table, at_home: &Judge<'_>, good: &Sample, other: &Sample) {
    let genuine = good.cards.issue();
    let mut clone = good.cards.clone_of(&genuine, |_| {});
    table.row("all files copied to a fresh chip", &at_home.judge(&mut clone), Verdict::ChipNotProven);
    let mut half = good.cards.clone_of(&genuine, |plan| {
        replace(plan, FileId::Dg(14), other.signed.file(FileId::Dg(14)).unwrap());
    });
    table.row("copied, with another card's DG14", &at_home.judge(&mut half), Verdict::DataAltered);
    let bare = Order::new(ChipFeatures::NONE);
    let (trust, password) = (bare.authority.trust(time(NOW)), bare.can());
    let unproven = Judge { trust: &trust, policy: Policy::real(), at: NOW, password, known: None };
    let mut card = Kiosk::of(bare).card_with(|_| {});
    table.row("a chip that promises no proof", &unproven.judge(&mut card), Verdict::ChipNotProven);
}

/// Who signed.
fn authorities(table: &mut Table, ours: &Authority, good: &Sample) {
    let trust = ours.trust(time(NOW));
    let foreign =
        Organisation::new(&AuthorityOptions::real("Other Organisation", 2, time("2026-11-01T00:00:00Z")));
    let card = sample(&foreign, 3, NOW);
    let report = kiosk(&trust, &card).judge(&mut card_with(&card, |_| {}));
    table.row("another organisation's root", &report, Verdict::IssuerUnknown);
    let impostor =
        Organisation::new(&AuthorityOptions::real("Example Party", 98, time("2026-11-01T00:00:00Z")));
    let card = sample(&impostor, 3, NOW);
    let report = kiosk(&trust, &card).judge(&mut card_with(&card, |_| {}));
    table.row("a root that only bears our name", &report, Verdict::IssuerUnknown);

    let test = Organisation::new(&AuthorityOptions {
        kind: RootKind::Test,
        ..AuthorityOptions::real("Example Party (TEST)", 5, time("2026-11-01T00:00:00Z"))
    });
    let card = sample(&test, 3, NOW);
    let test_trust = test.trust(time(NOW));
    let mut written = card_with(&card, |_| {});
    let report = kiosk(&test_trust, &card).judge(&mut written);
    table.row("a test root under a real policy", &report, Verdict::IssuerUnknown);
    let tolerant = Judge { policy: Policy::test(), ..kiosk(&test_trust, &card) };
    assert_eq!(tolerant.judge(&mut written).verdict(), Verdict::Valid, "the same under a test policy");

    let wrong_type = Organisation::new(&AuthorityOptions {
        document_types: vec!["ID".to_owned()],
        ..AuthorityOptions::real("Example Party", 6, time("2026-11-01T00:00:00Z"))
    });
    let card = sample(&wrong_type, 3, NOW);
    let report = kiosk(&wrong_type.trust(time(NOW)), &card).judge(&mut card_with(&card, |_| {}));
    table.row("a signer of other documents", &report, Verdict::IssuerUnknown);

    let revoked = ours.trust_with(ours.crl(time(NOW), true));
    let report = kiosk(&revoked, good).judge(&mut card_with(good, |_| {}));
    table.row("a revoked signer", &report, Verdict::Revoked);
}

/// When.
fn times(table: &mut Table, ours: &Authority, trust: &TrustStore, good: &Sample) {
    let mut card = card_with(good, |_| {});
    let brief = Organisation::new(&AuthorityOptions {
        validity: chipwright_testkit::Validity {
            signer_from: time("2026-11-01T00:00:00Z"),
            card_life_days: 30,
        },
        ..AuthorityOptions::real("Example Party", 7, time("2026-11-01T00:00:00Z"))
    });
    let short = sample(&brief, 3, NOW);
    let later = "2027-06-01T00:00:00Z";
    let later_trust = brief.trust(time(later));
    let report = Judge { at: later, ..kiosk(&later_trust, &short) }.judge(&mut card_with(&short, |_| {}));
    table.row("an expired signer", &report, Verdict::Expired);

    let end = "2036-11-23T00:00:00Z";
    let end_trust = ours.trust(time(end));
    let report = Judge { at: end, ..kiosk(&end_trust, good) }.judge(&mut card);
    table.row("an expired card", &report, Verdict::Expired);
    let last = "2036-11-22T23:00:00Z";
    let last_trust = ours.trust(time(last));
    let report = Judge { at: last, ..kiosk(&last_trust, good) }.judge(&mut card);
    assert_eq!(report.verdict(), Verdict::Valid, "on its last day: {}", report.to_text(false));

    let tomorrow =
        Organisation::new(&AuthorityOptions::real("Example Party", 8, time("2026-11-23T00:00:00Z")));
    let early = sample(&tomorrow, 3, "2026-11-23T09:00:00Z");
    let report = kiosk(&tomorrow.trust(time(NOW)), &early).judge(&mut card_with(&early, |_| {}));
    table.row("a signer that is not valid yet", &report, Verdict::NotYetValid);

    let stale = ours.trust(time("2026-10-01T00:00:00Z"));
    table.row("a stale revocation list", &kiosk(&stale, good).judge(&mut card), Verdict::TrustDataStale);
    let mut none = TrustStore::new();
    none.add_root(ours.root.clone()).unwrap();
    table.row("no revocation list", &kiosk(&none, good).judge(&mut card), Verdict::TrustDataStale);
    let lax = Judge { policy: Policy::real().with_crl(CrlRule::IfPresent), ..kiosk(&none, good) };
    table.row(
        "no revocation list, and a policy that does not ask",
        &lax.judge(&mut card),
        Verdict::TrustDataStale,
    );
    let set_back = Judge { at: "2026-11-20T00:00:00Z", ..kiosk(trust, good) };
    table.row(
        "the clock set back, before the signing time",
        &set_back.judge(&mut card),
        Verdict::ClockNotCredible,
    );
    let remembering = Judge { known: Some("2026-11-25T00:00:00Z"), ..kiosk(trust, good) };
    table.row(
        "the clock behind a signed time seen before",
        &remembering.judge(&mut card),
        Verdict::ClockNotCredible,
    );
}

/// Cards that cannot be read.
fn unreadable(table: &mut Table, trust: &TrustStore, good: &Sample) {
    let mut card = card_with(good, |_| {});
    let wrong = if good.can == "123456" { "654321" } else { "123456" };
    let guessing = Judge { password: Password::can(wrong).unwrap(), ..kiosk(trust, good) };
    table.row("a wrong card access number", &guessing.judge(&mut card), Verdict::Unreadable);
    let mut empty = Exchanger::new(blank(2), LengthMode::Short);
    table.row("a blank chip", &kiosk(trust, good).judge(&mut empty), Verdict::Unreadable);
    card.transport().fault_at_apdu(9, chipwright_emulator::Fault::CutBefore);
    card.reset().unwrap();
    let report = {
        let password = Password::can(&good.can).unwrap();
        let policy = Policy::real();
        let mut ask = Inspection {
            ..Inspection::new(ChipProfile::default().instance, &password, trust, &policy, time(NOW))
        };
        inspect(&mut card, &mut ask, &mut chipwright_testkit::random(77)).0
    };
    table.row("a card lifted while being read", &report, Verdict::Unreadable);
    assert!(report.into_accepted().is_err());
}
