//! No altered security object is accepted, and each kind of wrong has its own outcome.
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

mod fixture;

use chipwright_pki::certificate::{self, CertificateError, RootKind};
use chipwright_pki::crl::{self, CrlProfile, Reason};
use chipwright_pki::encoding::DerFault;
use chipwright_pki::policy::CrlRule;
use chipwright_pki::{
    Certificate, Check, Conclusion, Crl, Failure, NotChecked, Outcome, Policy, SecurityObjectReport, SignKey,
    SignerCache, SignerTemplate, TrustStore, check, check_cached,
};
use fixture::{Organisation, TestKey, at, today};
use jiff::SignedDuration;
use proptest::prelude::*;

fn one_failure(report: &SecurityObjectReport) -> (Check, Failure) {
    let failures: Vec<_> = report.failures().collect();
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(!report.is_good());
    failures[0]
}

#[test]
fn a_good_object_passes_every_check() {
    let organisation = Organisation::real();
    let object = organisation.security_object();
    let report = check(object.as_der(), &organisation.trust(), &Policy::real(), today());
    for (check, outcome) in report.checks() {
        assert_eq!(outcome, Outcome::Passed, "{check:?}");
    }
    assert!(report.is_good());
    assert_eq!(report.conclusion(), Conclusion::Good);
    assert_eq!(report.content().unwrap(), fixture::lds_security_object(&fixture::GROUPS));
    assert_eq!(report.signed_at(), Some(today()));
    assert_eq!(report.signer(), Some(&organisation.signer));
    assert_eq!(report.signer().unwrap().document_types().unwrap(), ["CM"]);
}

#[test]
fn no_altered_byte_is_accepted_at_any_position() {
    let organisation = Organisation::new("Gốc", RootKind::Real, TestKey::p256());
    let trust = organisation.trust();
    let object = organisation.security_object().into_der();
    let mut cache = SignerCache::new(4);
    assert!(check_cached(&object, &trust, &Policy::real(), today(), &mut cache).is_good());
    let mut tried = 0;
    for position in 0..object.len() {
        for mask in [0x01, 0x02, 0x80, 0xFF] {
            let mut altered = object.clone();
            altered[position] ^= mask;
            let report = check(&altered, &trust, &Policy::real(), today());
            assert!(!report.is_good(), "byte {position} ^ {mask:02X}");
            assert_ne!(report.conclusion(), Conclusion::Good);
            let report = check_cached(&altered, &trust, &Policy::real(), today(), &mut cache);
            assert!(!report.is_good(), "byte {position} ^ {mask:02X}, cached");
            tried += 1;
        }
    }
    assert_eq!(tried, 4 * object.len());
    assert_eq!(cache.len(), 1, "only the genuine signer was remembered");
}

#[test]
fn no_truncation_or_extension_is_accepted() {
    let organisation = Organisation::real();
    let trust = organisation.trust();
    let object = organisation.security_object().into_der();
    for length in 0..object.len() {
        let report = check(&object[..length], &trust, &Policy::real(), today());
        assert!(matches!(one_failure(&report), (Check::Structure, Failure::Malformed { .. })));
    }
    let longer = [&object[..], &[0]].concat();
    let report = check(&longer, &trust, &Policy::real(), today());
    assert_eq!(one_failure(&report), (Check::Structure, Failure::Malformed { offset: object.len() }));
}

#[test]
fn every_situation_has_its_own_outcome() {
    let organisation = Organisation::real();
    let object = organisation.security_object().into_der();
    let trust = organisation.trust();
    let real = Policy::real();

    let altered = |needle: &[u8], with: &[u8]| {
        let position = object.windows(needle.len()).position(|window| window == needle).unwrap();
        let mut altered = object.clone();
        altered[position..position + with.len()].copy_from_slice(with);
        check(&altered, &trust, &real, today())
    };
    // the content altered: the last byte of the last hash
    let content = fixture::lds_security_object(&fixture::GROUPS);
    let mut other = content.clone();
    *other.last_mut().unwrap() ^= 1;
    let report = altered(&content, &other);
    assert_eq!(one_failure(&report), (Check::ContentDigest, Failure::DigestMismatch));
    assert_eq!(report.conclusion(), Conclusion::ContentAltered);

    // signed by another key in the signer's name
    let forger = TestKey::p256();
    let prepared = organisation.template.prepare(&content, today()).unwrap();
    let signature = forger.raw_signature(prepared.to_be_signed());
    assert!(prepared.complete(&signature).is_err(), "a wrong signature releases nothing");
    let prepared = organisation.template.prepare(&content, today()).unwrap();
    let old = organisation.signer_key.raw_signature(prepared.to_be_signed());
    let genuine = prepared.complete(&old).unwrap().into_der();
    let cut = genuine.len() - old.len();
    for _ in 0..200 {
        let forged =
            forger.raw_signature(organisation.template.prepare(&content, today()).unwrap().to_be_signed());
        if forged.len() == old.len() {
            let bytes = [&genuine[..cut], &forged].concat();
            let report = check(&bytes, &trust, &real, today());
            assert_eq!(one_failure(&report), (Check::Signature, Failure::SignatureWrong));
            assert_eq!(report.conclusion(), Conclusion::SignatureWrong);
        }
    }

    // another organisation, and one that took our name
    for name in ["Gốc khác", "Gốc 1"] {
        let stranger = Organisation::new(name, RootKind::Real, TestKey::p384());
        let report = check(stranger.security_object().as_der(), &trust, &real, today());
        assert_eq!(one_failure(&report), (Check::Issuer, Failure::IssuerUnknown));
        assert_eq!(report.outcome(Check::Signature), Outcome::Passed);
        assert_eq!(report.outcome(Check::Revocation), Outcome::NotChecked(NotChecked::NotReached));
        assert_eq!(report.conclusion(), Conclusion::IssuerUnknown);
    }

    // time
    let validity = organisation.signer.validity();
    let patient = real.with_crl_grace(SignedDuration::from_hours(24 * 365 * 12));
    let late = validity.not_after.checked_add(SignedDuration::from_secs(1)).unwrap();
    let report = check(&object, &trust, &patient, late);
    assert_eq!(
        one_failure(&report),
        (Check::SignerValidity, Failure::SignerExpired { not_after: validity.not_after })
    );
    assert_eq!(report.conclusion(), Conclusion::Expired);
    assert!(check(&object, &trust, &patient, validity.not_after).is_good());
    let early = validity.not_before.checked_sub(SignedDuration::from_secs(1)).unwrap();
    let report = check(&object, &trust, &real, early);
    assert_eq!(
        report.outcome(Check::SignerValidity),
        Outcome::Failed(Failure::SignerNotYetValid { not_before: validity.not_before })
    );
    assert_eq!(
        report.outcome(Check::SigningTime),
        Outcome::Failed(Failure::SignedInFuture { signed_at: today() })
    );
    let patient = Policy { clock_skew: SignedDuration::from_hours(24 * 365), ..real };
    assert_eq!(check(&object, &trust, &patient, early).conclusion(), Conclusion::NotYetValid);
    let after_root =
        organisation.root.validity().not_after.checked_add(SignedDuration::from_secs(1)).unwrap();
    let report = check(&object, &trust, &real, after_root);
    assert!(matches!(report.outcome(Check::IssuerValidity), Outcome::Failed(Failure::IssuerExpired { .. })));

    // revocation
    let revoked = organisation.trust_with(organisation.crl(2, &[(0x11, Reason::KeyCompromise)]));
    let report = check(&object, &revoked, &real, today());
    let expected = Failure::SignerRevoked { date: at("2026-11-19T12:00:00Z"), reason: Reason::KeyCompromise };
    assert_eq!(one_failure(&report), (Check::Revocation, expected));
    assert_eq!(report.conclusion(), Conclusion::Revoked);

    // the list
    let mut without = TrustStore::new();
    without.add_root(organisation.root.clone()).unwrap();
    let report = check(&object, &without, &real, today());
    assert_eq!(report.outcome(Check::Crl), Outcome::Failed(Failure::CrlMissing));
    assert_eq!(report.conclusion(), Conclusion::TrustDataStale);
    assert!(check(&object, &without, &real.with_crl(CrlRule::IfPresent), today()).is_good());
    let next_update = at("2026-12-20T00:00:00Z");
    let report = check(&object, &trust, &real, at("2026-12-20T00:00:01Z"));
    assert_eq!(one_failure(&report), (Check::Crl, Failure::CrlStale { next_update }));
    let graced = real.with_crl_grace(SignedDuration::from_hours(24));
    assert!(check(&object, &trust, &graced, at("2026-12-20T00:00:01Z")).is_good());
    assert!(!check(&object, &trust, &graced, at("2026-12-21T00:00:01Z")).is_good());
    let lax = real.with_crl(CrlRule::IfPresent);
    assert!(!check(&object, &revoked, &lax, at("2027-12-21T00:00:01Z")).is_good(), "revoked by an old list");
}

#[test]
fn a_test_root_is_refused_by_a_real_policy_and_accepted_by_a_test_policy() {
    let organisation = Organisation::new("Gốc thử", RootKind::Test, TestKey::p384());
    let object = organisation.security_object().into_der();
    let trust = organisation.trust();
    let report = check(&object, &trust, &Policy::real(), today());
    assert_eq!(one_failure(&report), (Check::RootKind, Failure::TestRootRefused));
    assert_eq!(report.conclusion(), Conclusion::TestRootRefused);
    assert!(report.is_under_test_root());
    let mut cache = SignerCache::new(4);
    assert!(check_cached(&object, &trust, &Policy::test(), today(), &mut cache).is_good());
    assert!(
        !check_cached(&object, &trust, &Policy::real(), today(), &mut cache).is_good(),
        "from the cache too"
    );
}

#[test]
fn the_cache_forgets_when_the_store_changes_and_still_watches_the_clock() {
    let organisation = Organisation::real();
    let object = organisation.security_object().into_der();
    let mut trust = organisation.trust();
    let real = Policy::real();
    let mut cache = SignerCache::new(1);
    assert!(check_cached(&object, &trust, &real, today(), &mut cache).is_good());
    assert_eq!(cache.len(), 1);
    assert!(check_cached(&object, &trust, &real, today(), &mut cache).is_good());
    let late = at("2038-01-01T00:00:00Z");
    assert!(matches!(
        check_cached(&object, &trust, &real, late, &mut cache).outcome(Check::SignerValidity),
        Outcome::Failed(Failure::SignerExpired { .. })
    ));
    trust.add_crl(organisation.crl(2, &[(0x11, Reason::CessationOfOperation)])).unwrap();
    assert!(!check_cached(&object, &trust, &real, today(), &mut cache).is_good());
    // a store without the root: nothing remembered speaks for it
    assert_eq!(
        check_cached(&object, &TrustStore::new(), &real, today(), &mut cache).outcome(Check::Issuer),
        Outcome::Failed(Failure::IssuerUnknown)
    );
    let mut none = SignerCache::new(0);
    assert!(check_cached(&object, &organisation.trust(), &real, today(), &mut none).is_good());
    assert!(none.is_empty());
}

#[test]
fn the_store_takes_only_roots_and_newer_lists() {
    use chipwright_pki::trust::TrustError;
    let organisation = Organisation::real();
    let mut trust = TrustStore::new();
    assert_eq!(trust.add_root(organisation.signer.clone()), Err(TrustError::NotARoot));
    assert_eq!(trust.add_crl(organisation.crl(1, &[])), Err(TrustError::CrlIssuerUnknown));
    trust.add_root(organisation.root.clone()).unwrap();
    trust.add_crl(organisation.crl(5, &[])).unwrap();
    assert_eq!(trust.add_crl(organisation.crl(4, &[])), Err(TrustError::CrlOlder { offered: 4, held: 5 }));
    let mut altered = organisation.crl(6, &[(0x11, Reason::Superseded)]).as_der().to_vec();
    let position = altered.windows(3).position(|window| window == [0x0A, 0x01, 0x04]).unwrap();
    altered[position + 2] = 0x05;
    assert_eq!(trust.add_crl(Crl::from_der(&altered).unwrap()), Err(TrustError::CrlSignatureWrong));
    let mut root = organisation.root.as_der().to_vec();
    let position = root.windows(5).position(|window| window == [0x02, 0x03, 1, 2, 3]).unwrap();
    root[position + 4] = 4;
    assert_eq!(trust.add_root(Certificate::from_der(&root).unwrap()), Err(TrustError::RootSignatureWrong));
}

/// A root key may have several certificates, and its list is the list of all of them, whichever came first.
#[test]
fn a_list_counts_for_every_certificate_of_its_root_key() {
    let organisation = Organisation::real();
    let mut again = fixture::root_profile("Gốc 1", RootKind::Real);
    again.serial = chipwright_pki::SerialNumber::new(&[0x09]).unwrap();
    let again = certificate::root(&again, organisation.root_key.public_key())
        .unwrap()
        .sign_with(&organisation.root_key)
        .unwrap();
    assert_ne!(again, organisation.root);
    let numbers = |trust: &TrustStore| -> Vec<_> {
        trust.roots().iter().map(|root| root.crl().map(Crl::number)).collect()
    };
    let mut trust = TrustStore::new();
    trust.add_root(organisation.root.clone()).unwrap();
    trust.add_root(again.clone()).unwrap();
    trust.add_crl(organisation.crl(3, &[])).unwrap();
    assert_eq!(numbers(&trust), [Some(3), Some(3)]);
    assert!(trust.add_crl(organisation.crl(2, &[])).is_err());
    assert_eq!(numbers(&trust), [Some(3), Some(3)]);

    let mut trust = organisation.trust();
    trust.add_root(again).unwrap();
    assert_eq!(numbers(&trust), [Some(1), Some(1)]);
    // A root of the same name with a key of its own gets nothing of it.
    trust.add_root(Organisation::real().root).unwrap();
    assert_eq!(numbers(&trust), [Some(1), Some(1), None]);
}

#[test]
fn profiles_that_contradict_themselves_are_refused() {
    use certificate::ProfileError;
    let organisation = Organisation::real();
    let key = TestKey::p256();
    let begin = at("2026-11-01T00:00:00Z");
    let make =
        |profile| certificate::document_signer(&profile, key.public_key(), &organisation.root).map(|_| ());
    let good = fixture::signer_profile(0x12, begin);
    assert!(make(good.clone()).is_ok());
    let mut long = good.clone();
    long.key_usage.not_after = at("2027-02-01T00:00:01Z");
    assert!(matches!(make(long), Err(ProfileError::KeyUsageTooLong(_))));
    let mut aged = good.clone();
    aged.card_life_days = 20 * 366;
    assert!(matches!(make(aged), Err(ProfileError::OutlivesRoot { .. })));
    let late = fixture::signer_profile(0x12, at("2031-02-01T00:00:00Z"));
    assert_eq!(make(late), Err(ProfileError::RootKeyNotInUse));
    let mut typeless = good.clone();
    typeless.document_types.clear();
    assert_eq!(make(typeless), Err(ProfileError::DocumentTypes));
    let under_signer = certificate::document_signer(&good, key.public_key(), &organisation.signer);
    assert_eq!(under_signer.map(|_| ()), Err(ProfileError::NotARoot));
    let wide = TestKey::p384();
    let on_p384 = certificate::document_signer(&good, wide.public_key(), &organisation.root);
    assert_eq!(on_p384.map(|_| ()), Err(ProfileError::SignerCurve));
    assert!(SignerTemplate::new(&organisation.root).is_err());
    assert!(
        organisation.template.prepare(b"x", at("2027-02-01T00:00:01Z")).is_err(),
        "after the key's last day"
    );
    let list = CrlProfile { number: 1, this_update: today(), next_update: today(), revoked: vec![] };
    assert!(crl::issue(&list, &organisation.root).is_err());
    assert!(crl::issue(&list, &organisation.signer).is_err());
}

#[test]
fn nothing_is_signed_with_another_key() {
    let organisation = Organisation::real();
    let other = TestKey::p256();
    let prepared = organisation.template.prepare(b"content", today()).unwrap();
    assert!(matches!(prepared.sign_with(&other), Err(chipwright_pki::SignError::OtherKey)));
    assert_eq!(other.signatures.get(), 0);
}

#[test]
fn certificates_and_lists_come_back_from_pem_and_der() {
    let organisation = Organisation::real();
    let both = organisation.root.to_pem() + &organisation.signer.to_pem();
    let read = Certificate::from_file_bytes(both.as_bytes()).unwrap();
    assert_eq!(read, [organisation.root.clone(), organisation.signer.clone()]);
    let list = organisation.crl(9, &[(0x11, Reason::Superseded), (0x13, Reason::Unspecified)]);
    for bytes in [list.to_pem().into_bytes(), list.as_der().to_vec()] {
        let read = &Crl::from_file_bytes(&bytes).unwrap()[0];
        assert_eq!(read.number(), 9);
        assert_eq!(read.len(), 2);
        assert_eq!(read.next_update(), at("2026-12-20T00:00:00Z"));
        let mut revocations: Vec<_> =
            read.revocations().map(|(serial, r)| (serial.to_string(), r.reason)).collect();
        revocations.sort_by_key(|(serial, _)| serial.clone());
        assert_eq!(
            revocations,
            [("11".to_owned(), Reason::Superseded), ("13".to_owned(), Reason::Unspecified)]
        );
    }
}

#[test]
fn a_list_that_ends_before_it_begins_is_refused() {
    let mut der = Organisation::real().crl(9, &[]).as_der().to_vec();
    let next_update = der.windows(13).position(|window| window == b"261220000000Z").unwrap();
    der[next_update..next_update + 2].copy_from_slice(b"25");
    assert!(Crl::from_der(&der).is_err());
    der[next_update..next_update + 2].copy_from_slice(b"27");
    assert!(Crl::from_der(&der).is_ok());
}

#[test]
fn certificates_that_are_not_distinguished_or_not_of_the_profile_are_refused() {
    let organisation = Organisation::real();
    let refused = |needle: &[u8], with: &[u8]| {
        let mut altered = organisation.root.as_der().to_vec();
        let position = altered.windows(needle.len()).position(|window| window == needle).unwrap();
        altered[position..position + with.len()].copy_from_slice(with);
        match Certificate::from_der(&altered) {
            Err(CertificateError::Malformed(error)) => error.fault,
            other => panic!("{other:?}"),
        }
    };
    let critical = [0x55, 0x1D, 0x0F, 0x01, 0x01, 0xFF];
    let written_default = [0x55, 0x1D, 0x0F, 0x01, 0x01, 0x00];
    assert_eq!(refused(&critical, &written_default), DerFault::NotDistinguished);
    for (needle, with, rule) in [
        (&[0x02, 0x03, 1, 2, 3][..], &[0x02, 0x03, 0x81, 2, 3][..], "a serial number is positive"),
        (&[0xA0, 3, 2, 1, 2], &[0xA0, 3, 2, 1, 1], "the certificate is not version 3"),
        (&[0x55, 0x1D, 0x12], &[0x55, 0x1D, 0x11], "an extension occurs twice"),
        (
            &[0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 3],
            &[0x06, 8, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 4, 3, 2],
            "the two",
        ),
        (&[0x03, 2, 1, 6], &[0x03, 2, 1, 0], "a key usage has no bit set"),
    ] {
        assert!(matches!(refused(needle, with), DerFault::Value(text) if text.starts_with(rule)), "{rule}");
    }
}

#[test]
fn the_report_in_json_is_stable() {
    let organisation = Organisation::new("Gốc thử", RootKind::Test, TestKey::p384());
    let trust = organisation.trust_with(organisation.crl(2, &[(0x11, Reason::KeyCompromise)]));
    let report = check(organisation.security_object().as_der(), &trust, &Policy::real(), today());
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["good"], false);
    assert_eq!(json["conclusion"], "test_root_refused");
    assert_eq!(json["test_root"], true);
    assert_eq!(json["checked_at"], "2026-11-22T08:00:00Z");
    assert_eq!(json["signer"]["document_types"][0], "CM");
    assert_eq!(json["signer"]["serial"], "11");
    let lines = json["checks"].as_array().unwrap();
    assert_eq!(lines.len(), Check::ALL.len());
    assert_eq!(lines[0], serde_json::json!({ "check": "structure", "result": "passed" }));
    assert_eq!(
        lines[14],
        serde_json::json!({ "check": "revocation", "result": "failed", "failure": {
            "code": "signer_revoked", "date": "2026-11-19T12:00:00Z", "reason": "key_compromise" } })
    );
    let empty = serde_json::to_value(check(&[], &trust, &Policy::real(), today())).unwrap();
    assert_eq!(empty["checks"][1]["reason"], "not_reached");
    assert_eq!(empty["signer"], serde_json::Value::Null);
}

proptest! {
    #[test]
    fn any_bytes_are_answered(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(!check(&bytes, &TrustStore::new(), &Policy::test(), today()).is_good());
        prop_assert!(Certificate::from_der(&bytes).is_err());
        prop_assert!(Crl::from_der(&bytes).is_err());
    }

    #[test]
    fn altered_objects_certificates_and_lists_are_answered(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let organisation = shared();
        let object = organisation.security_object().into_der();
        let list = organisation.crl(1, &[(0x11, Reason::Superseded)]);
        let trust = organisation.trust();
        for original in [&object[..], organisation.root.as_der(), list.as_der()] {
            let mut bytes = original.to_vec();
            for (index, value) in &edits {
                let at = index.index(bytes.len());
                bytes[at] = *value;
            }
            if bytes != original {
                prop_assert!(!check(&bytes, &trust, &Policy::test(), today()).is_good());
            }
            let _ = Certificate::from_der(&bytes);
            let _ = Crl::from_der(&bytes);
            bytes.truncate(cut.index(bytes.len()));
            prop_assert!(Certificate::from_der(&bytes).is_err());
            prop_assert!(Crl::from_der(&bytes).is_err());
        }
    }
}

fn shared() -> &'static Organisation {
    use std::cell::OnceCell;
    thread_local!(static ORGANISATION: OnceCell<&'static Organisation> = const { OnceCell::new() });
    ORGANISATION.with(|cell| *cell.get_or_init(|| Box::leak(Box::new(Organisation::real()))))
}
