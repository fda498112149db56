//! Sealed evidence: opened by its key, unaltered, and by nothing else.
#![allow(clippy::unwrap_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::disallowed_methods, reason = "tests read and write files")]

use chipwright_keystore::{EvidenceKey, EvidenceSealer, KeystoreError, Passphrase, deletion_date};
use std::fs;
use tempfile::tempdir;

const RECORD: &[u8] = b"the record of an inspection";

fn passphrase() -> Passphrase {
    Passphrase::new("tre xanh mot doi")
}

#[test]
fn a_record_is_opened_by_its_key_alone() {
    let folder = tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    EvidenceKey::create(at("key"), at("key.pub"), &passphrase()).unwrap();
    let sealer = EvidenceSealer::load(at("key.pub")).unwrap();
    sealer.seal(RECORD, "2027-02-20", at("record")).unwrap();
    sealer.seal(RECORD, "2027-02-20", at("again")).unwrap();
    let text = fs::read_to_string(at("record")).unwrap();
    assert_ne!(text, fs::read_to_string(at("again")).unwrap(), "no two records are alike");
    assert!(!text.contains(&hex::encode(RECORD)) && !text.contains("inspection"));
    assert_eq!(deletion_date(at("record")).unwrap(), "2027-02-20");

    let key = EvidenceKey::load(at("key"), &passphrase()).unwrap();
    assert_eq!(key.sealer(), sealer);
    assert_eq!(*key.open(at("record")).unwrap(), RECORD);
    let other = EvidenceKey::create(at("other"), at("other.pub"), &passphrase()).unwrap();
    assert!(matches!(other.open(at("record")), Err(KeystoreError::NotForThisKey { .. })));
    assert!(matches!(
        sealer.seal(RECORD, "2027-02-20", at("record")),
        Err(KeystoreError::AlreadyExists { .. })
    ));
    assert!(!format!("{key:?} {sealer:?}").contains("Scalar"));

    // every field is bound: the date, the ephemeral key, the ciphertext
    for (from, to) in [
        ("2027-02-20".to_owned(), "2037-02-20".to_owned()),
        ("chipwright-sealed-evidence/1".to_owned(), "chipwright-sealed-evidence/2".to_owned()),
        flipped(&text, "ephemeral"),
        flipped(&text, "ciphertext"),
    ] {
        fs::write(at("altered"), text.replace(&from, &to)).unwrap();
        let error = key.open(at("altered")).unwrap_err();
        let known = matches!(error, KeystoreError::NotForThisKey { .. } | KeystoreError::NotAKey { .. });
        assert!(known && !error.remedy().is_empty(), "{error}");
    }
    assert!(matches!(key.open(at("key")), Err(KeystoreError::NotAKey { .. })));
    assert!(matches!(EvidenceSealer::load(at("record")), Err(KeystoreError::NotAKey { .. })));
}

/// The value of a field, and the same with its last digit changed.
fn flipped(text: &str, field: &str) -> (String, String) {
    let begin = text.find(&format!("\"{field}\":\"")).unwrap() + field.len() + 4;
    let value = &text[begin..begin + text[begin..].find('"').unwrap()];
    let last = if value.ends_with('0') { '1' } else { '0' };
    (value.to_owned(), format!("{}{last}", &value[..value.len() - 1]))
}
