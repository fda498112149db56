//! Cards with a second, post-quantum signature: both demanded, one demanded, none known, and what an attacker may try.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a fault here is a fault of the test; figures are printed"
)]

mod cards;

use cards::{Kiosk, features};
use chipwright_iso7816::{Exchanger, LengthMode, Transport};
use chipwright_perso::dgi::Object;
use chipwright_perso::{Dgi, WritePlan};
use chipwright_pki::post_quantum::PostQuantumTrust;
use chipwright_testkit::{Order, SecondAuthority};
use chipwright_verify::SecondSignatureRule::{IfPresent, Required};
use chipwright_verify::{
    Check, CheckName, Outcome, Report, SecondSignature, SecondSignatureRule, Verdict, inspect,
};
use jiff::Timestamp;

const FILE: Dgi = Dgi(0x0119);

fn from() -> Timestamp {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

fn kiosk(second: bool) -> Kiosk {
    let mut order = Order::new(features(true, true, false));
    order.second = second.then(|| SecondAuthority::new(77, from()));
    Kiosk::of(order)
}

/// What the kiosk knows of the second signer.
fn known(kiosk: &Kiosk) -> PostQuantumTrust {
    SecondAuthority::new(77, from()).trust(kiosk.order.at)
}

fn judge<T: Transport>(
    kiosk: &Kiosk,
    card: &mut Exchanger<T>,
    second: Option<(&PostQuantumTrust, SecondSignatureRule)>,
) -> Report {
    let mut ask = kiosk.ask();
    ask.second_signature = second.map(|(trust, rule)| SecondSignature { trust, rule });
    inspect(card, &mut ask, &mut chipwright_testkit::random(78)).0
}

fn second(report: &Report) -> Option<&Check> {
    report.checks().iter().find(|check| check.name == CheckName::SecondSignature)
}

fn put(plan: &mut WritePlan, content: Vec<u8>) {
    let objects = plan.objects.iter_mut().filter(|object| object.dgi == FILE);
    objects.for_each(|object| *object = Object::confidential(FILE, content.clone()));
}

#[test]
fn both_signatures_are_demanded_of_a_card_that_has_both() {
    let kiosk = kiosk(true);
    let (made, trust) = (kiosk.issue(), known(&kiosk));
    for mode in [LengthMode::Extended, LengthMode::Short] {
        let report = judge(&kiosk, &mut made.card(mode), Some((&trust, Required)));
        assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
        assert_eq!(second(&report).unwrap().outcome, Outcome::Passed);
        let without = judge(&kiosk, &mut made.card(mode), None);
        assert_eq!(without.verdict(), Verdict::Valid, "who does not know of it reads the card as ever");
        assert!(second(&without).is_none());
        let more = report.cost.round_trips - without.cost.round_trips;
        println!("{mode:?}: {more} round trips more");
        let least = report.cost.least_round_trips;
        assert!(report.cost.round_trips <= least + 1, "{} of {least}", report.cost.round_trips);
    }
}

#[test]
fn a_card_without_one_passes_only_where_one_is_not_demanded() {
    let (without, with) = (kiosk(false), kiosk(true));
    let (made, trust) = (without.issue(), known(&with));
    let lax = judge(&without, &mut made.card(LengthMode::Extended), Some((&trust, IfPresent)));
    assert_eq!((lax.verdict(), second(&lax).unwrap().outcome), (Verdict::Valid, Outcome::NotOffered));
    let strict = judge(&without, &mut made.card(LengthMode::Extended), Some((&trust, Required)));
    assert_eq!(strict.verdict(), Verdict::SignatureWrong);
    assert!(second(&strict).unwrap().detail.as_deref().unwrap().contains("no second signature"));
}

#[test]
fn what_does_not_hold_is_refused_under_either_rule() {
    let kiosk = kiosk(true);
    let trust = known(&kiosk);
    let stranger = SecondAuthority::new(78, from());
    let strangers = stranger.trust(kiosk.order.at);
    let genuine = kiosk.issue();
    let signed = genuine.signed.file(chipwright_profile::FileId::SodPostQuantum).unwrap().to_vec();
    let other_card = {
        let mut other = Order::new(features(true, true, false));
        other.member = chipwright_testkit::member(4);
        other.second = Some(SecondAuthority::new(77, from()));
        let other = Kiosk::of(other).issue();
        other.signed.file(chipwright_profile::FileId::SodPostQuantum).unwrap().to_vec()
    };
    let flipped = |at: usize| {
        let mut altered = signed.clone();
        altered[at] ^= 1;
        altered
    };
    let by_stranger = stranger.sign(&genuine.signed, kiosk.order.at);
    for rule in [IfPresent, Required] {
        for (what, content, verdict) in [
            ("another card's", other_card.clone(), Verdict::SignatureWrong),
            ("a bit of the signature", flipped(signed.len() - 100), Verdict::SignatureWrong),
            ("a bit of the digest", flipped(signed.len() - 3309 - 60), Verdict::SignatureWrong),
            ("a stranger's", by_stranger.clone(), Verdict::IssuerUnknown),
            ("no SignedData", vec![0x30, 0x03, 0x02, 0x01, 0x00], Verdict::SignatureWrong),
        ] {
            let mut card = kiosk.card_with(|plan| put(plan, content.clone()));
            let report = judge(&kiosk, &mut card, Some((&trust, rule)));
            assert_eq!(report.verdict(), verdict, "{what}: {}", report.to_text(false));
            assert!(matches!(second(&report).unwrap().outcome, Outcome::Failed { .. }), "{what}");
        }
        let mut card = genuine.card(LengthMode::Extended);
        let report = judge(&kiosk, &mut card, Some((&strangers, rule)));
        assert_eq!(report.verdict(), Verdict::IssuerUnknown, "signed by a stranger");
    }
}
