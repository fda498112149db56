//! Roles: what each may sign, and what a statement by the wrong one is worth; OpenSSL judges chains and signatures.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests"
)]

mod fixture;

use std::path::Path;
use std::process::Command;

use chipwright_pki::certificate::{Certificate, ProfileError, RootKind};
use chipwright_pki::cms::TemplateError;
use chipwright_pki::crl::Reason;
use chipwright_pki::role::{Role, RoleProfile, role_signer};
use chipwright_pki::statement::{self, StatementError};
use chipwright_pki::{
    Conclusion, Failure, Name, Period, Policy, SerialNumber, SignKey, SignerTemplate, TrustStore, oid,
};
use fixture::{Organisation, TestKey, alt_name, at, crl_addresses, today};

const SERIAL: u8 = 0x42;

fn profile(role: Role, months: u16) -> RoleProfile {
    RoleProfile {
        role,
        subject: Name::new("VN", "Tổ chức Mẫu", None, role.name()).unwrap(),
        serial: SerialNumber::new(&[SERIAL]).unwrap(),
        key_usage: Period::months_from(at("2026-11-01T00:00:00Z"), months).unwrap(),
        valid_days: 400,
        alt_name: alt_name(),
        crl_addresses: crl_addresses(),
    }
}

fn signer(organisation: &Organisation, role: Role) -> (TestKey, Certificate) {
    let key = TestKey::p256();
    let prepared = role_signer(&profile(role, role.most_months()), key.public_key(), &organisation.root);
    let certificate = prepared.unwrap().sign_with(&organisation.root_key).unwrap();
    (key, certificate)
}

/// All roles but the document signer's.
fn others() -> impl Iterator<Item = Role> {
    Role::ALL.into_iter().filter(|role| role.purpose().is_some())
}

fn said(key: &TestKey, certificate: &Certificate) -> Vec<u8> {
    statement::prepare(oid::TRUST_BUNDLE, b"content", certificate, today())
        .unwrap()
        .sign_with(key)
        .unwrap()
        .into_der()
}

fn verify(der: &[u8], role: Role, trust: &TrustStore) -> Result<statement::Verified, StatementError> {
    statement::verify(der, oid::TRUST_BUNDLE, role, trust, &Policy::real(), today())
}

#[test]
fn a_certificate_is_of_one_role_and_its_statements_count_for_that_role_only() {
    let organisation = Organisation::real();
    let trust = organisation.trust();
    assert_eq!(organisation.root.role(), None);
    assert_eq!(organisation.signer.role(), Some(Role::DocumentSigner));
    for role in others() {
        let (key, certificate) = signer(&organisation, role);
        assert_eq!(certificate.role(), Some(role));
        assert!(!certificate.has_unknown_critical_extension() && certificate.document_types().is_none());
        let der = said(&key, &certificate);
        let verified = verify(&der, role, &trust).unwrap();
        assert_eq!((&verified.content[..], verified.signed_at), (&b"content"[..], today()));
        assert_eq!(verified.signer, certificate);
        for other in Role::ALL.into_iter().filter(|other| *other != role) {
            let refused = StatementError::OtherRole { expected: other, found: Some(role) };
            assert_eq!(verify(&der, other, &trust).unwrap_err(), refused);
        }
        let type_refused =
            statement::verify(&der, oid::BATCH_PREPARED, role, &trust, &Policy::real(), today()).unwrap_err();
        assert_eq!(type_refused, StatementError::OtherContent { found: oid::TRUST_BUNDLE });
    }
}

#[test]
fn every_fault_of_a_statement_has_its_name() {
    let organisation = Organisation::real();
    let (key, certificate) = signer(&organisation, Role::BundleSigner);
    let (trust, role) = (organisation.trust(), Role::BundleSigner);
    let der = said(&key, &certificate);

    let position = |part: &[u8]| der.windows(part.len()).position(|window| window == part).unwrap();
    let flipped = |position: usize| {
        let mut bytes = der.clone();
        bytes[position] ^= 1;
        verify(&bytes, role, &trust).unwrap_err()
    };
    assert_eq!(flipped(position(b"content")), StatementError::Altered);
    assert_eq!(flipped(der.len() - 1), StatementError::SignatureWrong);
    let in_certificate = position(certificate.as_der()) + certificate.as_der().len() - 1;
    assert_eq!(flipped(in_certificate), StatementError::Signer(Failure::CertificateSignatureWrong));
    assert!(matches!(verify(&der[1..], role, &trust), Err(StatementError::Malformed(_))));

    let refused = |trust: &TrustStore, policy: Policy, time: &str| match statement::verify(
        &der,
        oid::TRUST_BUNDLE,
        role,
        trust,
        &policy,
        at(time),
    )
    .unwrap_err()
    {
        StatementError::Signer(failure) => failure,
        other => panic!("{other}"),
    };
    let now = "2026-11-22T08:00:00Z";
    assert_eq!(refused(&TrustStore::new(), Policy::real(), now), Failure::IssuerUnknown);
    let revoked = organisation.trust_with(organisation.crl(2, &[(SERIAL, Reason::KeyCompromise)]));
    let failure = refused(&revoked, Policy::real(), now);
    assert!(matches!(failure, Failure::SignerRevoked { .. }), "{failure}");
    assert_eq!(StatementError::Signer(failure).conclusion(), Conclusion::Revoked);
    let mut listless = TrustStore::new();
    listless.add_root(organisation.root.clone()).unwrap();
    assert_eq!(refused(&listless, Policy::real(), now), Failure::CrlMissing);
    let early = refused(&trust, Policy::real(), "2026-11-22T07:54:59Z");
    assert!(matches!(early, Failure::SignedInFuture { .. }), "{early}");
    let patient = Policy::real().with_crl_grace(jiff::SignedDuration::from_hours(24 * 3650));
    let late = refused(&trust, patient, "2029-01-01T00:00:00Z");
    assert!(matches!(late, Failure::SignerExpired { .. }), "{late}");

    let test = Organisation::new("Gốc thử nghiệm", RootKind::Test, TestKey::p384());
    let (key, certificate) = signer(&test, role);
    let der = said(&key, &certificate);
    let failure = verify(&der, role, &test.trust()).unwrap_err();
    assert_eq!(failure, StatementError::Signer(Failure::TestRootRefused));
    statement::verify(&der, oid::TRUST_BUNDLE, role, &test.trust(), &Policy::test(), today()).unwrap();
}

#[test]
fn nothing_is_said_out_of_role_or_out_of_time() {
    let organisation = Organisation::real();
    let (_, certificate) = signer(&organisation, Role::Registrar);
    let prepare = |certificate: &Certificate, time| {
        statement::prepare(oid::BATCH_PREPARED, b"", certificate, at(time)).map(drop)
    };
    assert_eq!(prepare(&organisation.root, "2026-11-22T08:00:00Z"), Err(TemplateError::NoRole));
    let late = prepare(&certificate, "2028-11-02T00:00:00Z");
    assert!(matches!(late, Err(TemplateError::OutsideKeyUsage { .. })), "{late:?}");
}

#[test]
fn profiles_that_contradict_are_refused() {
    let organisation = Organisation::real();
    let key = TestKey::p256();
    let make = |profile: &RoleProfile| role_signer(profile, key.public_key(), &organisation.root).map(drop);
    for role in others() {
        make(&profile(role, role.most_months())).unwrap();
        let refused = make(&profile(role, role.most_months() + 1)).unwrap_err();
        assert!(matches!(refused, ProfileError::RoleKeyUsageTooLong { .. }), "{refused}");
    }
    let documents = make(&profile(Role::DocumentSigner, 3)).unwrap_err();
    assert_eq!(documents, ProfileError::DocumentTypes);
}

#[test]
fn openssl_accepts_chain_and_statement_of_every_role_and_names_the_purpose() {
    let organisation = Organisation::real();
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.into_os_string().into_string().unwrap()
    };
    let root = put("root.pem", organisation.root.to_pem().as_bytes());
    let crl = put("crl.pem", organisation.crl(1, &[]).to_pem().as_bytes());
    let attime = today().as_second().to_string();
    for role in others() {
        let (key, certificate) = signer(&organisation, role);
        let own = put("signer.pem", certificate.to_pem().as_bytes());
        let strict = ["verify", "-x509_strict", "-crl_check_all", "-attime", &attime];
        openssl(&[&strict[..], &["-CAfile", &root, "-CRLfile", &crl, &own]].concat(), true);
        let shown = openssl(&["x509", "-noout", "-text", "-in", &own], true);
        let purpose = role.purpose().unwrap().to_string();
        assert!(shown.contains(&purpose) && shown.contains("Extended Key Usage: critical"), "{shown}");
        let mut der = said(&key, &certificate);
        for accepted in [true, false] {
            let object = put("said.der", &der);
            let out = folder.path().join("content");
            let check =
                ["cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any", "-attime", &attime];
            let files = ["-in", &object, "-CAfile", &root, "-out", out.to_str().unwrap()];
            openssl(&[&check[..], &files].concat(), accepted);
            if accepted {
                assert_eq!(std::fs::read(Path::new(&out)).unwrap(), b"content");
            }
            let last = der.len() - 1;
            der[last] ^= 1;
        }
    }
}

#[test]
fn a_template_for_another_role_is_no_security_object() {
    let organisation = Organisation::real();
    let (key, certificate) = signer(&organisation, Role::BundleSigner);
    let template = SignerTemplate::new(&certificate).unwrap();
    let object = template.prepare(&fixture::lds_security_object(&fixture::GROUPS), today()).unwrap();
    let object = object.sign_with(&key).unwrap();
    let report = chipwright_pki::check(object.as_der(), &organisation.trust(), &Policy::real(), today());
    assert_eq!(report.conclusion(), Conclusion::SignerNotEntitled);
}

fn openssl(arguments: &[&str], accepted: bool) -> String {
    let output =
        Command::new("openssl").args(arguments).output().expect("openssl is installed (tools/setup)");
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said).into_owned();
    assert_eq!(output.status.success(), accepted, "{arguments:?}: {said}");
    said
}
