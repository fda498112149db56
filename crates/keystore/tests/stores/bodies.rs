//! What every store of keys must do.

use chipwright_channel::KeySize;
use chipwright_channel::diversify::{ChipIdentifier, SoftMasterKeys, diversify};
use chipwright_channel::scp03::{KeyRole, SoftKeys, StaticKeys};
use chipwright_keystore::NewCardKeys;
use chipwright_keystore::store::KeyStore;
use chipwright_pki::{SignKey, SignatureAlgorithm};

const CURVES: [SignatureAlgorithm; 2] =
    [SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::EcdsaP384Sha384];
const SIZES: [KeySize; 3] = [KeySize::Aes128, KeySize::Aes192, KeySize::Aes256];

/// Three different keys.
pub(crate) fn keys(size: KeySize) -> [Vec<u8>; 3] {
    [0x10_u8, 0x50, 0x90].map(|first| (first..).take(size.bytes()).collect())
}

pub(crate) fn new_keys(size: KeySize) -> NewCardKeys {
    let [enc, mac, dek] = keys(size);
    NewCardKeys::from_keys(&enc, &mac, &dek).unwrap()
}

pub(crate) fn chip(length: u8) -> ChipIdentifier {
    ChipIdentifier::new(&(0..length).map(|byte| byte ^ 0xA5).collect::<Vec<_>>()).unwrap()
}

pub(crate) fn same(one: &dyn StaticKeys, other: &dyn StaticKeys) {
    assert_eq!((one.size(), one.version()), (other.size(), other.version()));
    for role in KeyRole::ALL {
        for message in [&b""[..], b"a", &[7; 16], &[9; 33]] {
            assert_eq!(one.cmac(role, message).unwrap(), other.cmac(role, message).unwrap(), "{role:?}");
        }
    }
    for length in [16, 24, 32] {
        let key = vec![0x3C; length];
        assert_eq!(one.wrap_key(&key).unwrap(), other.wrap_key(&key).unwrap(), "{length}");
    }
    assert!(one.wrap_key(&[0; 17]).is_err());
}

pub(crate) fn private_keys_sign_and_are_found_again(store: &dyn KeyStore) {
    assert!(store.list().unwrap().is_empty());
    for (label, curve) in [("root", CURVES[1]), ("signer-1", CURVES[0])] {
        let made = store.create(label, curve).unwrap();
        assert_eq!(made.public_key().algorithm(), curve);
        let opened = store.open(label).unwrap();
        assert_eq!(opened.public_key(), made.public_key());
        for key in [&made, &opened] {
            let signature = key.sign(b"a security object").unwrap();
            made.public_key().verify(b"a security object", &signature).unwrap();
            assert!(made.public_key().verify(b"another", &signature).is_err());
        }
        assert_eq!(store.uses(label).unwrap(), None, "nobody counts but our own ledger");
    }
    assert_eq!(store.list().unwrap(), ["root", "signer-1"]);
    let (root, signer) = (store.open("root").unwrap(), store.open("signer-1").unwrap());
    assert_ne!(root.public_key(), signer.public_key());
    std::thread::scope(|scope| {
        for number in 0..8_u8 {
            let (signer, message) = (&signer, [number; 100]);
            scope.spawn(move || {
                for _ in 0..5 {
                    signer.public_key().verify(&message, &signer.sign(&message).unwrap()).unwrap();
                }
            });
        }
    });
}

pub(crate) fn no_key_is_overwritten_and_none_is_made_up(store: &dyn KeyStore) {
    let key = store.create("root", CURVES[0]).unwrap().public_key().clone();
    assert!(store.create("root", CURVES[0]).is_err());
    assert_eq!(store.open("root").unwrap().public_key(), &key);
    assert_eq!(store.list().unwrap(), ["root"]);
    assert!(store.open("rooT").is_err() && store.uses("rooT").is_err());
    store.import_masters("master", 0x11, new_keys(KeySize::Aes128)).unwrap();
    assert!(store.import_masters("master", 0x12, new_keys(KeySize::Aes256)).is_err());
    assert!(store.generate_masters("master", 0x12, KeySize::Aes128).is_err());
    assert!(store.import_transport("master", 0x01, new_keys(KeySize::Aes128)).is_err());
    let held = store.masters("master").unwrap();
    assert_eq!((held.key_version(), held.size()), (0x11, KeySize::Aes128));
    assert!(store.masters("other").is_err() && store.transport("other").is_err());
}

pub(crate) fn masters_give_the_keys_of_every_chip(store: &dyn KeyStore) {
    for size in SIZES {
        let label = format!("master-{}", size.bits());
        let [enc, mac, dek] = keys(size);
        let soft = SoftMasterKeys::new(&enc, &mac, &dek).unwrap();
        store.import_masters(&label, 0x11, new_keys(size)).unwrap();
        let masters = store.masters(&label).unwrap();
        assert!(!masters.stay_inside());
        for length in [1, 2, 3, 10, 18, 32] {
            let wanted = diversify(&soft, &chip(length)).unwrap();
            let found = masters.new_keys(&chip(length)).unwrap();
            for role in KeyRole::ALL {
                assert_eq!(found.check_value(role), wanted.check_value(role), "{size:?} {length}");
            }
            let wanted = wanted.to_static_keys(0x11).unwrap();
            same(&*masters.card_keys(&chip(length)).unwrap(), &wanted);
        }
        let made = store.generate_masters(&format!("{label}-made"), 0x12, size).unwrap();
        let opened = store.masters(&format!("{label}-made")).unwrap();
        assert_eq!((opened.key_version(), opened.size()), (0x12, size));
        same(&*made.card_keys(&chip(9)).unwrap(), &*opened.card_keys(&chip(9)).unwrap());
        let (one, other) = (made.new_keys(&chip(9)).unwrap(), masters.new_keys(&chip(9)).unwrap());
        assert_ne!(one.check_value(KeyRole::Enc), other.check_value(KeyRole::Enc));
    }
}

pub(crate) fn masters_and_transport_keys_are_told_apart(store: &dyn KeyStore) {
    store.import_masters("masters", 0x11, new_keys(KeySize::Aes128)).unwrap();
    store.import_transport("delivery", 0x01, new_keys(KeySize::Aes128)).unwrap();
    assert!(store.masters("delivery").is_err(), "keys a supplier knows are no masters");
    assert!(store.transport("masters").is_err(), "masters open no session themselves");
}

pub(crate) fn transport_keys_are_the_delivered_ones(store: &dyn KeyStore) {
    for (size, version) in SIZES.into_iter().zip([0x01, 0x20, 0x7F]) {
        let label = format!("delivery-{}", size.bits());
        let [enc, mac, dek] = keys(size);
        let soft = SoftKeys::new(version, &enc, &mac, &dek).unwrap();
        same(&*store.import_transport(&label, version, new_keys(size)).unwrap(), &soft);
        same(&*store.transport(&label).unwrap(), &soft);
    }
}
