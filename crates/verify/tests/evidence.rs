//! Evidence: made with Active Authentication, checked later by somebody else; nothing in it can be changed or moved.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]

mod cards;

use cards::{Kiosk, features};
use chipwright_emulator::{Card, Fault};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_pki::{Policy, TrustStore};
use chipwright_profile::ChipFeatures;
use chipwright_verify::evidence::{Evidence, EvidenceError, Request};
use chipwright_verify::{Inspection, Proof, Report, Verdict, inspect, inspect_resumable};
use jiff::Timestamp;
use jiff::civil::date;
use serde_json::Value;

fn request() -> Request {
    Request { station: "Kiosk 7, Bắc Yên".to_owned(), delete_on: date(2027, 2, 20) }
}

/// An inspection with this randomness.
fn inspected(kiosk: &Kiosk, seed: u64) -> Report {
    let mut card = kiosk.issue().card(LengthMode::Extended);
    let mut ask = Inspection { evidence: Some(request()), ..kiosk.ask() };
    inspect(&mut card, &mut ask, &mut chipwright_testkit::random(seed)).0
}

fn later(kiosk: &Kiosk) -> (TrustStore, Timestamp) {
    let later = "2027-01-15T08:00:00Z".parse().unwrap();
    (kiosk.order.authority.trust(later), later)
}

#[test]
fn it_convinces_later_and_elsewhere() {
    // asked for, Active Authentication runs beside the proof that is cheaper
    for (chip, convinced) in [
        (features(true, false, false), vec![Proof::ActiveAuthentication]),
        (features(true, true, false), vec![Proof::ChipAuthentication, Proof::ActiveAuthentication]),
        (features(true, true, true), vec![Proof::PaceCam, Proof::ActiveAuthentication]),
    ] {
        let kiosk = Kiosk::new(chip);
        let report = inspected(&kiosk, 1);
        assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
        assert_eq!(report.proofs(), convinced);
        let evidence = report.evidence().unwrap();
        assert!(evidence.is_transferable());
        let kept = serde_json::to_string(evidence).unwrap();
        let (trust, now) = later(&kiosk);
        let back: Evidence = serde_json::from_str(&kept).unwrap();
        let shown = back.check(&trust, &kiosk.policy, now).unwrap();
        assert_eq!((shown.time, shown.station.as_str()), (kiosk.order.at, "Kiosk 7, Bắc Yên"));
        assert_eq!(shown.convinced, convinced);
        let accepted = report.into_accepted().unwrap();
        assert_eq!(shown.security_object_digest, accepted.security_object_digest());
        // what identifies the member stays on the card
        assert!(!kept.contains(kiosk.order.member.number().as_str()));
    }
}

#[test]
fn what_convinced_the_station_alone_says_so() {
    for chip in [features(false, true, false), features(false, false, true)] {
        let kiosk = Kiosk::new(chip);
        let report = inspected(&kiosk, 1);
        assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
        let evidence = report.evidence().unwrap();
        assert!(!evidence.is_transferable());
        let (trust, now) = later(&kiosk);
        assert_eq!(evidence.check(&trust, &kiosk.policy, now), Err(EvidenceError::OnlyTheStation));
    }
}

#[test]
fn nothing_in_it_can_be_changed_or_moved() {
    let kiosk = Kiosk::new(features(true, false, false));
    let (trust, now) = later(&kiosk);
    let one = serde_json::to_value(inspected(&kiosk, 1).evidence().unwrap()).unwrap();
    let two = serde_json::to_value(inspected(&kiosk, 2).evidence().unwrap()).unwrap();
    assert_ne!(one["signature"], two["signature"]);
    let check = |value: &Value| {
        let evidence: Evidence = serde_json::from_value(value.clone()).unwrap();
        evidence.check(&trust, &kiosk.policy, now)
    };
    check(&one).unwrap();
    let altered = |field: &str, value: Value| {
        let mut record = one.clone();
        record[field] = value;
        check(&record).unwrap_err()
    };
    let moved = |error: EvidenceError| matches!(error, EvidenceError::Signature(_));
    assert!(moved(altered("time", "2026-11-22T08:00:01Z".into())));
    assert!(moved(altered("station", "Kiosk 8".into())));
    assert!(moved(altered("nonce", two["nonce"].clone())));
    assert!(moved(altered("signature", two["signature"].clone())));
    assert!(matches!(altered("nonce", "00".into()), EvidenceError::Length("nonce")));
    assert_eq!(altered("signature", Value::Null), EvidenceError::OnlyTheStation);
    assert_eq!(altered("dg15", Value::Null), EvidenceError::KeyNotSigned);
    assert!(matches!(altered("format", "chipwright-evidence/2".into()), EvidenceError::Format(_)));
    assert!(matches!(altered("security_object", "7700".into()), EvidenceError::SecurityObject(_)));
    assert!(matches!(altered("nonce", Value::Null), EvidenceError::Length("nonce")));
    assert!(moved(altered("delete_on", "2028-02-20".into())));
    assert!(moved(altered("time", "2026-12-24T00:00:00Z".into())));
    assert!(matches!(altered("time", "2020-01-01T00:00:00Z".into()), EvidenceError::SignerNotValid(_)));
}

#[test]
fn it_ends_on_its_day_and_with_its_signer() {
    let kiosk = Kiosk::new(features(true, false, false));
    let report = inspected(&kiosk, 1);
    let evidence = report.evidence().unwrap();
    assert_eq!(evidence.delete_on(), date(2027, 2, 20));
    let outlived: Timestamp = "2027-02-21T00:00:01Z".parse().unwrap();
    let trust = kiosk.order.authority.trust(outlived);
    assert_eq!(
        evidence.check(&trust, &kiosk.policy, outlived),
        Err(EvidenceError::Outlived(date(2027, 2, 20)))
    );
    let (_, now) = later(&kiosk);
    let revoked = kiosk.order.authority.trust_with(kiosk.order.authority.crl(now, true));
    let error = evidence.check(&revoked, &kiosk.policy, now).unwrap_err();
    assert!(matches!(&error, EvidenceError::SecurityObject(why) if why.contains("revoked")), "{error}");
    let nobody = TrustStore::new();
    assert!(evidence.check(&nobody, &Policy::real(), now).is_err());
}

/// The station's clock, or its `--at`, was ahead: nobody can have seen the card then.
#[test]
fn what_has_not_come_yet_shows_nothing() {
    let kiosk = Kiosk::new(features(true, false, false));
    let report = inspected(&kiosk, 1);
    let evidence = report.evidence().unwrap();
    let check = |seconds: i64| {
        let now = kiosk.order.at.saturating_sub(jiff::SignedDuration::from_secs(seconds)).unwrap();
        evidence.check(&kiosk.trust, &kiosk.policy, now).map(drop)
    };
    // five minutes between clocks are allowed
    assert_eq!(check(300), Ok(()));
    assert_eq!(check(301), Err(EvidenceError::FromTheFuture(kiosk.order.at)));
    assert_eq!(check(40 * 86_400), Err(EvidenceError::FromTheFuture(kiosk.order.at)));
}

/// A card that is lifted and put back gets another challenge: what it was given before is of no use to whoever took it away.
#[test]
fn every_contact_has_its_own_challenge() {
    let kiosk = Kiosk::new(features(true, false, false));
    let issued = kiosk.issue();
    let (honest, _) = inspect(
        &mut issued.card(LengthMode::Extended),
        &mut Inspection { evidence: Some(request()), ..kiosk.ask() },
        &mut chipwright_testkit::random(9),
    );
    // taken away while the portrait is read, after the chip has signed
    let last = honest.cost.round_trips;
    let mut card = issued.card(LengthMode::Extended);
    card.transport().fault_at_apdu(last, Fault::CutBefore);
    let mut source = chipwright_testkit::random(9);
    let mut drawn: Vec<Vec<u8>> = Vec::new();
    let mut random = |bytes: &mut [u8]| {
        source(bytes);
        drawn.push(bytes.to_vec());
    };
    let mut ask = Inspection { evidence: Some(request()), ..kiosk.ask() };
    let mut back = |_: &mut Exchanger<Card>, _: u32| true;
    let (report, _) = inspect_resumable(&mut card, &mut ask, &mut random, &mut back);
    assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
    assert_eq!(report.cost.interruptions, 1);
    // of the two nonces that were drawn the second is the one that the chip signed last, and the record holds
    let nonces: Vec<String> = drawn.iter().filter(|bytes| bytes.len() == 16).map(hex::encode).collect();
    assert_eq!(nonces.len(), 2);
    assert_ne!(nonces[0], nonces[1]);
    let evidence = report.evidence().unwrap();
    let record = serde_json::to_value(evidence).unwrap();
    assert_eq!(record["nonce"], nonces[1].as_str());
    let (trust, now) = later(&kiosk);
    evidence.check(&trust, &kiosk.policy, now).unwrap();
    let stale = serde_json::to_value(honest.evidence().unwrap()).unwrap();
    assert_eq!(stale["nonce"], nonces[0].as_str());
    assert_ne!(stale["signature"], record["signature"]);
}

#[test]
fn a_clone_leaves_no_evidence() {
    let kiosk = Kiosk::new(ChipFeatures::PROVEN);
    let mut clone = kiosk.clone_of(&kiosk.issue(), |_| {});
    let mut ask = Inspection { evidence: Some(request()), ..kiosk.ask() };
    let (report, _) = inspect(&mut clone, &mut ask, &mut chipwright_testkit::random(9));
    assert_eq!((report.verdict(), report.evidence()), (Verdict::ChipNotProven, None));
}
