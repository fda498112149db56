//! The second signature: what holds, what does not, and what OpenSSL's ML-DSA says of it.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests; figures are printed"
)]

mod fixture;

use chipwright_pki::certificate::{ProfileError, RootKind, document_signer, root};
use chipwright_pki::cms::TemplateError;
use chipwright_pki::crl::{self, CrlProfile, Reason, RevokedCertificate};
use chipwright_pki::post_quantum::{
    NotAPostQuantumSigner, PostQuantumError, PostQuantumTrust, check, prepare,
};
use chipwright_pki::report::Failure;
use chipwright_pki::{
    Certificate, Policy, PublicKey, SignError, SignKey, SignatureAlgorithm, SignedData, TrustStore,
};
use fixture::{TestKey, at, lds_security_object, root_profile, signer_profile, today};
use ml_dsa::{Keypair, MlDsa65, SignatureEncoding, Signer, SigningKey};
use std::path::{Path, PathBuf};
use std::process::Command;

struct Key(SigningKey<MlDsa65>, PublicKey);

impl Key {
    fn of(seed: u8) -> Self {
        let key = SigningKey::from_seed(&[seed; 32].into());
        let public = PublicKey::from_point(&key.verifying_key().encode()).unwrap();
        Self(key, public)
    }
}

impl SignKey for Key {
    fn public_key(&self) -> &PublicKey {
        &self.1
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(self.0.sign(message).to_vec())
    }
}

struct House {
    root: Certificate,
    root_key: Key,
    signer: Certificate,
    key: Key,
}

impl House {
    fn new(seed: u8) -> Self {
        let (root_key, key) = (Key::of(seed), Key::of(seed + 1));
        let profile = root_profile("Second root", RootKind::Test);
        let root = root(&profile, root_key.public_key()).unwrap().sign_with(&root_key).unwrap();
        let profile = signer_profile(7, at("2026-11-01T00:00:00Z"));
        let signer =
            document_signer(&profile, key.public_key(), &root).unwrap().sign_with(&root_key).unwrap();
        Self { root, root_key, signer, key }
    }

    fn trust(&self, revoked: bool) -> PostQuantumTrust {
        let revoked = revoked.then(|| RevokedCertificate {
            serial: self.signer.serial().clone(),
            date: today(),
            reason: Reason::KeyCompromise,
        });
        let profile = CrlProfile {
            number: 1,
            this_update: at("2026-11-20T00:00:00Z"),
            next_update: at("2027-02-01T00:00:00Z"),
            revoked: revoked.into_iter().collect(),
        };
        let crl = crl::issue(&profile, &self.root).unwrap().sign_with(&self.root_key).unwrap();
        let mut store = TrustStore::new();
        store.add_root(self.root.clone()).unwrap();
        store.add_crl(crl).unwrap();
        let mut trust = PostQuantumTrust::new(store);
        trust.add_signer(self.signer.clone()).unwrap();
        trust
    }

    fn sign(&self, content: &[u8]) -> SignedData {
        prepare(content, &self.signer, today()).unwrap().sign_with(&self.key).unwrap()
    }
}

fn content(filler: u8) -> Vec<u8> {
    lds_security_object(&[(1, &[filler]), (2, &[2]), (13, &[3]), (14, &[4])])
}

#[test]
fn a_second_signature_holds_for_its_own_security_object() {
    let house = House::new(10);
    let (signed, content) = (house.sign(&content(1)), content(1));
    let verified = check(signed.as_der(), &content, &house.trust(false), &Policy::test(), today()).unwrap();
    assert_eq!((verified.signer, verified.signed_at), (house.signer.clone(), today()));
    println!(
        "EF.SOD-PQ {} bytes, signer's certificate {}, root {}",
        signed.as_der().len(),
        house.signer.as_der().len(),
        house.root.as_der().len()
    );
    assert!(signed.as_der().len() <= 4096, "the place on the card (FILE-11)");
}

#[test]
fn what_does_not_hold_says_why() {
    let house = House::new(20);
    let (signed, right) = (house.sign(&content(1)), content(1));
    let (policy, real, now) = (Policy::test(), Policy::real(), today());
    let fails = |trust: &PostQuantumTrust, content: &[u8], policy, now| {
        check(signed.as_der(), content, trust, policy, now).unwrap_err()
    };
    let trust = house.trust(false);
    assert_eq!(fails(&trust, &content(2), &policy, now), PostQuantumError::OtherSecurityObject);
    assert_eq!(fails(&PostQuantumTrust::default(), &right, &policy, now), PostQuantumError::SignerUnknown);
    assert_eq!(fails(&House::new(30).trust(false), &right, &policy, now), PostQuantumError::SignerUnknown);
    let revoked = fails(&house.trust(true), &right, &policy, now);
    assert!(matches!(revoked, PostQuantumError::Signer(Failure::SignerRevoked { .. })), "{revoked:?}");
    let test_root = fails(&trust, &right, &real, now);
    assert!(matches!(test_root, PostQuantumError::Signer(Failure::TestRootRefused)), "{test_root:?}");
    let early = fails(&trust, &right, &policy, at("2026-11-21T00:00:00Z"));
    assert!(matches!(early, PostQuantumError::Signer(Failure::SignedInFuture { .. })), "{early:?}");
    // a signer without its root is nobody
    let mut alone = PostQuantumTrust::default();
    alone.add_signer(house.signer.clone()).unwrap();
    assert!(matches!(fails(&alone, &right, &policy, now), PostQuantumError::Signer(_)));
}

#[test]
fn no_altered_byte_is_accepted() {
    let house = House::new(40);
    let (signed, content, trust) = (house.sign(&content(1)), content(1), house.trust(false));
    let der = signed.as_der();
    // every byte before the signature, and every 61st of it
    let signature = der.len() - 3309;
    let places: Vec<usize> = (0..signature).chain((signature..der.len()).step_by(61)).collect();
    for place in &places {
        for bit in [0x01, 0x80] {
            let mut altered = der.to_vec();
            altered[*place] ^= bit;
            assert!(check(&altered, &content, &trust, &Policy::test(), today()).is_err(), "byte {place}");
        }
    }
    println!("{} places, two bits each: none accepted", places.len());
    for length in [0, 1, 100, der.len() - 1] {
        assert!(check(&der[..length], &content, &trust, &Policy::test(), today()).is_err());
    }
}

#[test]
fn only_its_own_kind_of_key_signs() {
    let house = House::new(50);
    let elliptic = TestKey::p256();
    let profile = signer_profile(8, today());
    let refused = document_signer(&profile, elliptic.public_key(), &house.root);
    assert_eq!(refused.unwrap_err(), ProfileError::SignerCurve, "an elliptic key under a post-quantum root");
    let root_key = TestKey::p384();
    let elliptic_root = root(&root_profile("Root", RootKind::Test), root_key.public_key()).unwrap();
    let elliptic_root = elliptic_root.sign_with(&root_key).unwrap();
    let refused = document_signer(&profile, house.key.public_key(), &elliptic_root);
    assert_eq!(refused.unwrap_err(), ProfileError::SignerCurve, "and the other way round");
    let signer = document_signer(&profile, elliptic.public_key(), &elliptic_root).unwrap();
    let signer = signer.sign_with(&root_key).unwrap();
    assert_eq!(prepare(&content(1), &signer, today()).unwrap_err(), TemplateError::NotADocumentSigner);
    assert_eq!(PostQuantumTrust::default().add_signer(signer), Err(NotAPostQuantumSigner));
    let late = prepare(&content(1), &house.signer, at("2027-03-01T00:00:00Z")).unwrap_err();
    assert!(matches!(late, TemplateError::OutsideKeyUsage { .. }));
    assert_eq!(house.root.public_key().algorithm(), SignatureAlgorithm::MlDsa65);
}

/// `cryptography` (OpenSSL's ML-DSA): both certificates and the signature; `openssl` reads the CMS.
#[test]
fn openssl_agrees() {
    let python = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/venv/bin/python");
    if !python.exists() {
        eprintln!("skipped: the Python package cryptography is not here (tools/setup --for-tests)");
        return;
    }
    let house = House::new(60);
    let signed = house.sign(&content(1));
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let cms = put("cms", signed.as_der());
    let files = [
        put("root", house.root.as_der()),
        put("signer", house.signer.as_der()),
        cms.clone(),
        put("lds", &content(1)),
    ];
    let output = Command::new(python).arg("-c").arg(SCRIPT).args(&files).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "chain and signature verify, altered ones do not"
    );
    let mut openssl = Command::new("openssl");
    openssl.args(["cms", "-cmsout", "-print", "-noout", "-inform", "DER", "-in"]).arg(&cms);
    let output = openssl.output().expect("openssl is installed (tools/setup)");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success() && said.contains("eContent: <ABSENT>"), "{said}");
    assert!(said.contains("2.16.840.1.101.3.4.3.18") && said.contains("sha512"), "{said}");
}

/// Finds the signed attributes by their tag and length from behind the signature, apart from our own reading.
const SCRIPT: &str = r#"
import hashlib, sys
from cryptography import x509
from cryptography.exceptions import InvalidSignature
root, signer = (x509.load_der_x509_certificate(open(f, "rb").read()) for f in sys.argv[1:3])
cms, lds = (open(f, "rb").read() for f in sys.argv[3:5])
for certificate in (root, signer):
    root.public_key().verify(certificate.signature, certificate.tbs_certificate_bytes)
signature = cms[-3309:]
start = cms.index(b"\xa0\x81", cms.index(bytes.fromhex("0609608648016503040203"), 60))
attributes = cms[start:start + 3 + cms[start + 2]]
assert hashlib.sha512(lds).digest() in attributes
message = b"\x31" + attributes[1:]
signer.public_key().verify(signature, message)
for wrong in (message + b"x", message[:-1]):
    try:
        signer.public_key().verify(signature, wrong)
    except InvalidSignature:
        continue
    raise SystemExit("accepted")
print("chain and signature verify, altered ones do not")
"#;
