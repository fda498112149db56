//! Record signers: what their certificates say, what they may sign and what not, and what OpenSSL says of them.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests"
)]

mod fixture;

use std::process::Command;

use chipwright_pki::certificate::{Certificate, ProfileError};
use chipwright_pki::check::check_signer;
use chipwright_pki::crl::Reason;
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::{Check, Failure, Name, Period, Policy, SerialNumber, SignKey, SignerTemplate, check};
use fixture::{Organisation, TestKey, alt_name, at, crl_addresses, today};

fn profile(months: u16) -> RoleProfile {
    RoleProfile {
        role: Role::RecordSigner,
        subject: Name::new("VN", "Tổ chức Mẫu", Some("Chi bộ 1"), "Người ký hồ sơ 1").unwrap(),
        serial: SerialNumber::new(&[0x41]).unwrap(),
        key_usage: Period::months_from(at("2026-11-01T00:00:00Z"), months).unwrap(),
        valid_days: 3653,
        alt_name: alt_name(),
        crl_addresses: crl_addresses(),
    }
}

fn signer(organisation: &Organisation) -> (TestKey, Certificate) {
    let key = TestKey::p256();
    let prepared = role_signer(&profile(12), key.public_key(), &organisation.root).unwrap();
    let certificate = prepared.sign_with(&organisation.root_key).unwrap();
    (key, certificate)
}

#[test]
fn a_record_signer_signs_records_and_nothing_else() {
    let organisation = Organisation::real();
    let (key, certificate) = signer(&organisation);
    assert!(certificate.role() == Some(Role::RecordSigner) && certificate.may_sign_records());
    assert!(!certificate.has_unknown_critical_extension() && certificate.document_types().is_none());
    assert!(
        organisation.signer.may_sign_records() && organisation.signer.role() == Some(Role::DocumentSigner)
    );
    assert!(!organisation.root.may_sign_records());
    let trust = organisation.trust();
    assert_eq!(check_signer(&certificate, today(), &trust, &Policy::real(), today()), []);
    assert_eq!(check_signer(&organisation.signer, today(), &trust, &Policy::real(), today()), []);

    // a security object by it is refused: it names no type of document
    let template = SignerTemplate::new(&certificate).unwrap();
    let object = template.prepare(&fixture::lds_security_object(&fixture::GROUPS), today()).unwrap();
    let object = object.sign_with(&key).unwrap();
    let report = check(object.as_der(), &trust, &Policy::real(), today());
    assert_eq!(report.failures().collect::<Vec<_>>(), [(Check::DocumentType, Failure::DocumentTypeMissing)]);
}

#[test]
fn every_fault_of_a_record_signer_has_its_name() {
    let organisation = Organisation::real();
    let (_, certificate) = signer(&organisation);
    let (trust, policy) = (organisation.trust(), Policy::real());
    let late = at("2027-11-02T00:00:00Z");
    let failures = check_signer(
        &certificate,
        late,
        &trust,
        &policy.with_crl_grace(jiff::SignedDuration::from_hours(24 * 365)),
        late,
    );
    assert!(matches!(failures[..], [Failure::SignedOutsideKeyUsage { .. }]), "{failures:?}");
    let revoked = organisation.trust_with(organisation.crl(2, &[(0x41, Reason::KeyCompromise)]));
    let failures = check_signer(&certificate, today(), &revoked, &policy, today());
    assert!(matches!(failures[..], [Failure::SignerRevoked { .. }]), "{failures:?}");
    let stranger = Organisation::real();
    let failures = check_signer(&certificate, today(), &stranger.trust(), &policy, today());
    assert_eq!(failures.len(), 1, "{failures:?}");
    assert!(matches!(failures[0], Failure::IssuerUnknown | Failure::CertificateSignatureWrong));
}

#[test]
fn profiles_that_contradict_are_refused() {
    let organisation = Organisation::real();
    let key = TestKey::p256();
    let refused =
        |months| role_signer(&profile(months), key.public_key(), &organisation.root).map(drop).unwrap_err();
    assert!(matches!(refused(13), ProfileError::RoleKeyUsageTooLong { role: Role::RecordSigner, .. }));
    let other = TestKey::p384();
    let error = role_signer(&profile(12), other.public_key(), &organisation.root).map(drop).unwrap_err();
    assert_eq!(error, ProfileError::SignerCurve);
    let error = role_signer(&profile(12), key.public_key(), &organisation.signer).map(drop).unwrap_err();
    assert_eq!(error, ProfileError::NotARoot);
}

#[test]
fn openssl_accepts_the_chain_and_names_the_purpose() {
    let organisation = Organisation::real();
    let (_, certificate) = signer(&organisation);
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, pem: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, pem).unwrap();
        path
    };
    let root = put("root.pem", organisation.root.to_pem());
    let crl = put("crl.pem", organisation.crl(1, &[]).to_pem());
    let own = put("signer.pem", certificate.to_pem());
    let openssl = |arguments: &[&std::ffi::OsStr]| {
        let output =
            Command::new("openssl").args(arguments).output().expect("openssl is installed (tools/setup)");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    };
    let attime = today().as_second().to_string();
    let words = ["verify", "-x509_strict", "-crl_check_all", "-attime", &attime, "-CAfile"];
    let mut arguments: Vec<&std::ffi::OsStr> = words.iter().map(std::ffi::OsStr::new).collect();
    arguments.extend([root.as_ref(), "-CRLfile".as_ref(), crl.as_ref(), own.as_os_str()]);
    let (accepted, said) = openssl(&arguments);
    assert!(accepted, "{said}");
    let (_, said) =
        openssl(&["x509".as_ref(), "-noout".as_ref(), "-text".as_ref(), "-in".as_ref(), own.as_ref()]);
    assert!(said.contains("1.3.6.1.4.1.32473.4348.4.1"), "{said}");
}
