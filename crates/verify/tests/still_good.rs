//! Cards of a revoked signer that are still good, the end of what is trusted, and clocks behind it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]

mod cards;

use cards::{Kiosk, features, with_records};
use chipwright_iso7816::LengthMode;
use chipwright_pki::TrustStore;
use chipwright_verify::{CheckName, Proofs, Report, Verdict, inspect};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// As the kiosk trusts, but with the document signer revoked.
fn revoked(kiosk: &Kiosk) -> TrustStore {
    let authority = &kiosk.order.authority;
    authority.trust_with(authority.crl(kiosk.order.at, true))
}

#[test]
fn a_listed_card_of_a_revoked_signer_is_valid_and_another_is_not() {
    // EF.CardSecurity is by the same signer, and read for PACE-CAM and for the records application
    for (chip, proofs) in [
        (features(true, true, false), Proofs::Fastest),
        (features(false, false, true), Proofs::Fastest),
        (with_records(features(true, true, true)), Proofs::All),
    ] {
        let mut kiosk = Kiosk::new(chip);
        let made = kiosk.issue();
        let judge = |kiosk: &Kiosk| -> Report {
            let mut card = made.card(LengthMode::Extended);
            let mut ask = kiosk.ask();
            ask.proofs = proofs;
            inspect(&mut card, &mut ask, &mut chipwright_testkit::random(77)).0
        };
        assert_eq!(judge(&kiosk).verdict(), Verdict::Valid);
        let (_, files) = kiosk.read(&mut made.card(LengthMode::Extended));
        let sod = files.get(chipwright_profile::FileId::Sod).unwrap();
        let mut hash = [0; 32];
        hash.copy_from_slice(digest(&SHA256, sod).as_ref());
        let signer = kiosk.order.authority.signer.fingerprint();

        kiosk.trust = revoked(&kiosk);
        assert_eq!(judge(&kiosk).verdict(), Verdict::Revoked);
        // another object of this signer is listed: this one stays refused
        kiosk.trust.add_still_good(signer, [[7; 32]]);
        assert_eq!(judge(&kiosk).verdict(), Verdict::Revoked);
        kiosk.trust.add_still_good(signer, [hash]);
        let report = judge(&kiosk);
        assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
        let check = report.checks().iter().find(|check| check.name == CheckName::SignerRevocation).unwrap();
        let detail = check.detail.as_deref().unwrap();
        assert!(detail.contains("listed as still good") && detail.contains("revoked on"), "{detail}");
        // listed for another signer: it does not count
        kiosk.trust = revoked(&kiosk);
        kiosk.trust.add_still_good([1; 32], [hash]);
        assert_eq!(judge(&kiosk).verdict(), Verdict::Revoked);
    }
}

#[test]
fn what_is_trusted_has_an_end_and_a_beginning() {
    let kiosk = Kiosk::new(features(true, true, false));
    let made = kiosk.issue();
    let codes = ["XX".to_owned()];
    let judge = |until: Option<&str>, not_before: Option<&str>, types: Option<&[String]>| {
        let mut ask = kiosk.ask();
        ask.trust_until = until.map(at);
        ask.not_before = not_before.map(at);
        ask.document_types = types;
        inspect(&mut made.card(LengthMode::Extended), &mut ask, &mut chipwright_testkit::random(77)).0
    };
    let good = judge(Some("2026-11-22T08:00:00Z"), Some("2026-11-22T08:00:00Z"), None);
    assert_eq!(good.verdict(), Verdict::Valid, "{}", good.to_text(false));
    assert_eq!(good.signed_at(), Some(kiosk.order.at));
    let stale = judge(Some("2026-11-22T07:59:59Z"), None, None);
    assert_eq!(stale.verdict(), Verdict::TrustDataStale);
    assert!(stale.to_text(false).contains("counted until 2026-11-22T07:59:59Z"));
    assert_eq!(stale.signed_at(), None, "what is not found good teaches no time");
    assert_eq!(judge(None, Some("2026-11-22T08:00:01Z"), None).verdict(), Verdict::ClockNotCredible);
    assert_eq!(judge(None, None, Some(&codes)).verdict(), Verdict::IssuerUnknown);
    assert_eq!(judge(None, None, Some(&["CM".to_owned()])).verdict(), Verdict::Valid);
}
