//! What only a token can do, and what can only happen to a token.

use std::error::Error;
use std::path::Path;

use chipwright_channel::KeySize;
use chipwright_channel::diversify::{SoftMasterKeys, diversify};
use chipwright_channel::scp03::KeyError;
use chipwright_keystore::store::KeyStore;
use chipwright_keystore::token::{TokenError, TokenName, TokenStore};
use chipwright_keystore::{KeystoreError, Passphrase};
use chipwright_pki::{SignError, SignKey, SignatureAlgorithm};
use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::Attribute;
use cryptoki::session::UserType;
use cryptoki::slot::Slot;
use cryptoki::types::AuthPin;

use super::bodies::{chip, keys, new_keys, same};
use super::softhsm::{LABEL, PIN, inside, module, name, refusal, store};

const P256: SignatureAlgorithm = SignatureAlgorithm::EcdsaP256Sha256;

fn token_fault(error: &KeystoreError) -> &TokenError {
    match error {
        KeystoreError::Token(fault) => fault,
        other => panic!("{other}"),
    }
}

/// The token error below a refusal to sign.
fn below(error: &SignError) -> &TokenError {
    error.source().and_then(|source| source.downcast_ref()).unwrap()
}

/// The module as another part of this process would use it.
fn other_hand() -> (Pkcs11, Slot) {
    let context = Pkcs11::new(module()).unwrap();
    let slots = context.get_slots_with_initialized_token().unwrap();
    (context, slots[0])
}

fn restarted() {
    other_hand().0.finalize().unwrap();
    let context = Pkcs11::new(module()).unwrap();
    context.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK)).unwrap();
}

#[test]
fn card_keys_that_stay_inside_are_those_of_the_file_store() {
    inside("token::card_keys_that_stay_inside_are_those_of_the_file_store", || {
        let store = store();
        let masters = store.import_masters("master", 0x11, new_keys(KeySize::Aes128)).unwrap();
        assert!(masters.stay_inside());
        let [enc, mac, dek] = keys(KeySize::Aes128);
        let soft = SoftMasterKeys::new(&enc, &mac, &dek).unwrap();
        // every place at which the last block may end
        for length in 1..=32 {
            let wanted = diversify(&soft, &chip(length)).unwrap().to_static_keys(0x11).unwrap();
            same(&*masters.card_keys(&chip(length)).unwrap(), &wanted);
        }
        let (one, other) = (masters.card_keys(&chip(3)).unwrap(), masters.card_keys(&chip(4)).unwrap());
        assert_ne!(one.cmac(ROLE, b"x").unwrap(), other.cmac(ROLE, b"x").unwrap(), "both at once");
    });
}

const ROLE: chipwright_channel::scp03::KeyRole = chipwright_channel::scp03::KeyRole::Mac;

#[test]
fn card_keys_leave_only_where_the_policy_names_it() {
    inside("token::card_keys_leave_only_where_the_policy_names_it", || {
        let store = store();
        let masters = store.generate_masters("master", 0x11, KeySize::Aes128).unwrap();
        let KeyError::Store(fault) = masters.new_keys(&chip(8)).unwrap_err() else {
            panic!("of another kind")
        };
        let fault: &TokenError = fault.downcast_ref().unwrap();
        assert!(matches!(fault, TokenError::CardKeysStayInside { token } if token == LABEL));
        assert!(fault.remedy().contains("master-inside-card-key-in-host"));
        // two CMACs would have to be joined inside
        for size in [KeySize::Aes192, KeySize::Aes256] {
            let masters = store.generate_masters(&format!("m{}", size.bits()), 0x11, size).unwrap();
            let KeyError::Store(fault) = masters.card_keys(&chip(8)).err().unwrap() else { panic!() };
            assert!(matches!(fault.downcast_ref().unwrap(), TokenError::CannotDo { .. }));
        }
    });
}

#[test]
fn a_token_that_is_lost_is_reported_and_opened_anew() {
    inside("token::a_token_that_is_lost_is_reported_and_opened_anew", || {
        let store = store();
        let key = store.create("signer-1", P256).unwrap();
        let masters = store.import_masters("master", 0x11, new_keys(KeySize::Aes128)).unwrap();
        let sign = || key.public_key().verify(b"m", &key.sign(b"m")?).map_err(|_| SignError::SignatureWrong);
        sign().unwrap();
        // the module is stopped and started behind its back: the sessions are gone, as when a token is pulled
        restarted();
        let lost = sign().unwrap_err();
        assert!(matches!(below(&lost), TokenError::Lost { token, .. } if token == LABEL), "{lost:?}");
        assert!(!format!("{lost:?}").contains(PIN));
        sign().unwrap();
        // the module is stopped, and stays so until it is needed
        other_hand().0.finalize().unwrap();
        assert!(matches!(below(&sign().unwrap_err()), TokenError::Lost { .. }));
        sign().unwrap();
        let held = masters.card_keys(&chip(5)).unwrap();
        restarted();
        assert!(held.cmac(ROLE, b"x").is_err(), "card keys go with the session that derived them");
        drop(held);
        let held = masters.card_keys(&chip(5)).unwrap();
        held.cmac(ROLE, b"x").unwrap();
    });
}

#[test]
fn one_session_serves_many_threads() {
    inside("token::one_session_serves_many_threads", || {
        let pin = Passphrase::new(PIN);
        let store = TokenStore::with_sessions(&module(), name(), &pin, 1).unwrap();
        let key = store.create("signer-1", P256).unwrap();
        std::thread::scope(|scope| {
            for _ in 0..6 {
                scope.spawn(|| (0..20).for_each(|_| drop(key.sign(b"m").unwrap())));
            }
        });
        let (context, slot) = other_hand();
        let open = context.get_token_info(slot).unwrap().session_count();
        assert!(open.is_none_or(|open| open <= 1), "{open:?}");
    });
}

#[test]
fn every_mistake_has_its_sentence_and_none_holds_the_pin() {
    inside("token::every_mistake_has_its_sentence_and_none_holds_the_pin", || {
        let nowhere = Path::new("/nowhere/libpkcs11.so");
        let other = |label: &str, serial: Option<&str>| TokenName {
            label: label.to_owned(),
            serial: serial.map(str::to_owned),
        };
        let wrong = "941750";
        let refusals = [
            refusal(nowhere, name(), PIN),
            refusal(Path::new("/etc/hostname"), name(), PIN),
            refusal(&module(), other("another", None), PIN),
            refusal(&module(), other(LABEL, Some("0000000000000000")), PIN),
            refusal(&module(), name(), wrong),
        ];
        let faults: Vec<&TokenError> = refusals.iter().map(token_fault).collect();
        assert!(matches!(faults[0], TokenError::NoModule { module, .. } if module == nowhere));
        assert!(matches!(faults[1], TokenError::NoModule { .. }));
        assert!(matches!(faults[2], TokenError::NoToken { token, .. } if token == "another"));
        assert!(matches!(faults[3], TokenError::NoToken { .. }));
        assert!(matches!(faults[4], TokenError::WrongPin { token } if token == LABEL));
        for fault in faults {
            let said = format!("{fault} {fault:?} {}", fault.remedy());
            assert!(!said.contains(PIN) && !said.contains(wrong), "{said}");
        }
        let (context, slot) = other_hand();
        assert!(context.get_token_info(slot).unwrap().user_pin_count_low(), "the wrong PIN was tried");
        assert!(matches!(refusal(&module(), name(), ""), KeystoreError::EmptyPassphrase));
        let serial = context.get_token_info(slot).unwrap().serial_number().to_owned();
        let store = TokenStore::open(&module(), other(LABEL, Some(&serial)), &Passphrase::new(PIN)).unwrap();
        let fault = store.open("signer-1").err().unwrap();
        assert!(matches!(token_fault(&fault), TokenError::NoKey { label, .. } if label == "signer-1"));
        store.create("signer-1", P256).unwrap();
        let fault = store.create("signer-1", P256).err().unwrap();
        assert!(matches!(token_fault(&fault), TokenError::KeyExists { .. }));
        let fault = store.create("pq", SignatureAlgorithm::MlDsa65).err().unwrap();
        assert!(matches!(token_fault(&fault), TokenError::CannotDo { .. }));
    });
}

#[test]
fn keys_that_could_leave_the_token_are_refused() {
    inside("token::keys_that_could_leave_the_token_are_refused", || {
        let store = store();
        let (context, slot) = other_hand();
        let session = context.open_rw_session(slot).unwrap();
        // this process is logged in already
        let _ = session.login(UserType::User, Some(&AuthPin::from(PIN.to_owned())));
        let named = || vec![Attribute::Token(true), Attribute::Label(b"leaky".to_vec())];
        let mut public = named();
        public.push(Attribute::EcParams(vec![0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]));
        let mut private = named();
        private.extend([Attribute::Sign(true), Attribute::Sensitive(true), Attribute::Extractable(true)]);
        session.generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private).unwrap();
        let fault = store.open("leaky").err().unwrap();
        assert!(matches!(token_fault(&fault), TokenError::Extractable { label, .. } if label == "leaky"));
    });
}

#[test]
fn a_pin_is_replaced_for_good() {
    inside("token::a_pin_is_replaced_for_good", || {
        let store = store();
        let key = store.create("root", P256).unwrap();
        let long = Passphrase::new(&"7".repeat(256));
        let fault = store.takes(&long).unwrap_err();
        assert!(matches!(token_fault(&fault), TokenError::LongPin { most: 255, bytes: 256, .. }), "{fault}");
        let another = Passphrase::new(&"7f".repeat(32));
        store.takes(&another).unwrap();
        assert!(store.clone().change_pin(&Passphrase::new("")).is_err());
        store.change_pin(&another).unwrap();
        // what was opened before goes on, and nothing is opened with the PIN of before
        key.sign(b"message").unwrap();
        restarted();
        let fault = refusal(&module(), name(), PIN);
        assert!(matches!(token_fault(&fault), TokenError::WrongPin { .. }), "{fault}");
        let opened = TokenStore::open(&module(), name(), &another).unwrap();
        assert_eq!(opened.list().unwrap(), ["root"]);
    });
}
