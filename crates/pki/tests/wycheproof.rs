//! Wycheproof's ECDSA vectors against [`PublicKey::verify`].
#![allow(missing_docs, clippy::disallowed_methods, clippy::unwrap_used, reason = "tests")]

use chipwright_pki::{PublicKey, SignatureAlgorithm};
use wycheproof::TestResult;
use wycheproof::ecdsa::{TestName, TestSet};

fn run(name: TestName, algorithm: SignatureAlgorithm) -> (usize, usize) {
    let set = TestSet::load(name).unwrap();
    let (mut accepted, mut refused) = (0, 0);
    for group in &set.test_groups {
        let key = PublicKey::from_spki_der(&group.der).unwrap();
        assert_eq!(key.algorithm(), algorithm);
        for test in &group.tests {
            let verified = key.verify(&test.msg, &test.sig).is_ok();
            match test.result {
                TestResult::Valid => assert!(verified, "{name:?} {}: {}", test.tc_id, test.comment),
                TestResult::Invalid => assert!(!verified, "{name:?} {}: {}", test.tc_id, test.comment),
                TestResult::Acceptable => {}
            }
            if verified { accepted += 1 } else { refused += 1 }
        }
    }
    (accepted, refused)
}

#[test]
fn p256_with_sha256() {
    let (accepted, refused) = run(TestName::EcdsaSecp256r1Sha256, SignatureAlgorithm::EcdsaP256Sha256);
    assert!(accepted > 100 && refused > 100, "{accepted} accepted, {refused} refused");
}

#[test]
fn p384_with_sha384() {
    let (accepted, refused) = run(TestName::EcdsaSecp384r1Sha384, SignatureAlgorithm::EcdsaP384Sha384);
    assert!(accepted > 100 && refused > 100, "{accepted} accepted, {refused} refused");
}
