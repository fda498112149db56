//! What is sealed for a kiosk: opened by its key, unaltered, and by nothing else.
#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "tests read and write files")]

use chipwright_keystore::{KeystoreError, KioskKey, KioskSealer, Passphrase, SealedError, sealed_for};
use std::fs;

#[test]
fn a_bundle_is_opened_by_its_kiosk_alone() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let passphrase = Passphrase::new("tre xanh mot doi");
    let content: Vec<u8> = (0..100_000_u32).map(|n| n as u8).collect();
    let key = KioskKey::create(at("kiosk.key"), at("kiosk.pub"), &passphrase).unwrap();
    let other = KioskKey::create(at("other.key"), at("other.pub"), &passphrase).unwrap();
    let sealer = KioskSealer::load(at("kiosk.pub")).unwrap();
    assert_eq!(sealer, key.sealer());
    let sealed = sealer.seal(&content).unwrap();
    assert_ne!(sealed, sealer.seal(&content).unwrap(), "no two are alike");
    assert_eq!((sealed_for(&sealed), sealed_for(&content)), (Some(sealer.id()), None));
    assert!(!sealed.windows(16).any(|part| content.windows(16).next() == Some(part)));
    assert_eq!(*key.open(&sealed).unwrap(), content);
    assert_eq!(other.open(&sealed).unwrap_err(), SealedError::OtherKiosk { found: sealer.id() });

    // every byte is bound: one in each part, and each end
    for index in [0, 27, 58, 59, 60, 123, 124, 50_000, sealed.len() - 1] {
        let mut altered = sealed.clone();
        altered[index] ^= 1;
        assert!(key.open(&altered).is_err(), "byte {index}");
    }
    for length in [0, 27, 58, 59, 124, 139, sealed.len() - 1] {
        assert!(key.open(&sealed[..length]).is_err(), "{length} bytes");
    }
    assert!(key.open(&[&sealed[..], b"x"].concat()).is_err());

    assert!(matches!(
        KioskKey::create(at("kiosk.key"), at("new.pub"), &passphrase),
        Err(KeystoreError::AlreadyExists { .. })
    ));
    fs::write(at("none"), "no key").unwrap();
    assert!(matches!(KioskSealer::load(at("none")), Err(KeystoreError::NotAKey { .. })));
    assert!(!format!("{key:?} {sealer:?}").contains("Scalar"));
}
