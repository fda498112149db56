//! Security objects of a revoked signer that are good all the same.

use chipwright_pki::crl::Reason;
use chipwright_pki::trust::security_object_digest;
use chipwright_pki::{Check, Conclusion, Failure, Outcome, Policy, SignerCache, check, check_cached};

use crate::centre::Centre;
use crate::fixture::{GROUPS, at, lds_security_object, today};

#[test]
fn what_is_listed_counts_and_everything_else_of_that_signer_is_refused() {
    let mut centre = Centre::new();
    let good = centre.organisation.security_object();
    let mut other_groups = GROUPS;
    other_groups[0].1 = b"forged with the stolen key";
    let forged = centre.organisation.sign(&lds_security_object(&other_groups));
    centre.revoke(2, &[0x11]);
    let signer = centre.organisation.signer.fingerprint();
    let mut data = centre.data();
    data.still_good.entry(signer).or_default().insert(security_object_digest(good.as_der()));
    let trust = data.trust_store(today()).unwrap();
    assert!(trust.lists_still_good(&signer) && !trust.lists_still_good(&[0; 32]));

    let report = check(good.as_der(), &trust, &Policy::real(), today());
    assert!(report.is_good(), "{:?}", report.failures().collect::<Vec<_>>());
    assert_eq!(report.outcome(Check::Revocation), Outcome::Passed);
    let revoked = report.still_good().unwrap();
    assert_eq!((revoked.date, revoked.reason), (at("2026-11-19T12:00:00Z"), Reason::KeyCompromise));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(json["still_good_though_signer_revoked"]["reason"], "key_compromise");

    let mut cache = SignerCache::new(4);
    for _ in 0..2 {
        assert!(check_cached(good.as_der(), &trust, &Policy::real(), today(), &mut cache).is_good());
        let report = check_cached(forged.as_der(), &trust, &Policy::real(), today(), &mut cache);
        assert_eq!(report.conclusion(), Conclusion::Revoked);
        assert!(report.still_good().is_none());
    }
    // everything else is still looked at
    let later = at("2040-01-01T00:00:00Z");
    assert_ne!(check(good.as_der(), &trust, &Policy::real(), later).conclusion(), Conclusion::Good);
    // a list for a signer that is not revoked changes nothing
    centre.revoke(3, &[]);
    let free = centre.data();
    let mut free = free.trust_store(today()).unwrap();
    free.add_still_good(signer, [[9; 32]]);
    let report = check(forged.as_der(), &free, &Policy::real(), today());
    assert!(report.is_good() && report.still_good().is_none());
}

#[test]
fn a_revoked_root_saves_nothing() {
    let mut centre = Centre::new();
    let object = centre.organisation.security_object();
    // the root has the serial number 01 02 03; its list names it beside the signer
    let profile = chipwright_pki::crl::CrlProfile {
        number: 4,
        this_update: at("2026-11-20T00:00:00Z"),
        next_update: at("2026-12-20T00:00:00Z"),
        revoked: [&[0x01, 0x02, 0x03][..], &[0x11]]
            .into_iter()
            .map(|serial| chipwright_pki::crl::RevokedCertificate {
                serial: chipwright_pki::SerialNumber::new(serial).unwrap(),
                date: at("2026-11-19T12:00:00Z"),
                reason: Reason::CaCompromise,
            })
            .collect(),
    };
    let crl = chipwright_pki::crl::issue(&profile, &centre.organisation.root).unwrap();
    centre.crls = vec![crl.sign_with(&centre.organisation.root_key).unwrap()];
    let mut trust = centre.data().trust_store(today()).unwrap();
    trust.add_still_good(centre.organisation.signer.fingerprint(), [security_object_digest(object.as_der())]);
    let report = check(object.as_der(), &trust, &Policy::real(), today());
    assert_eq!(report.conclusion(), Conclusion::Revoked);
    assert!(report.failures().any(|(_, failure)| matches!(failure, Failure::SignerRevoked { .. })));
}
