//! Key files: written once, opened with the passphrase only, read by OpenSSL and from OpenSSL.
#![allow(missing_docs, clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::Path;
use std::process::Command;

use chipwright_channel::KeySize;
use chipwright_channel::diversify::{ChipIdentifier, MasterKeys, SoftMasterKeys, diversify};
use chipwright_channel::scp03::{KeyRole, SoftKeys, StaticKeys};
use chipwright_keystore::{
    CardKeyFile, CardKeyPurpose, FileKey, KeystoreError, NewCardKeys, Passphrase, SoftKey,
};
use chipwright_pki::{SignKey, SignatureAlgorithm};
use tempfile::TempDir;

const ALGORITHMS: [SignatureAlgorithm; 3] =
    [SignatureAlgorithm::EcdsaP256Sha256, SignatureAlgorithm::EcdsaP384Sha384, SignatureAlgorithm::MlDsa65];

fn right() -> Passphrase {
    Passphrase::new("mật khẩu đúng")
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn openssl(arguments: &[&str]) -> (bool, Vec<u8>) {
    let output =
        Command::new("openssl").args(arguments).output().expect("openssl is installed (tools/setup)");
    (output.status.success(), output.stdout)
}

#[test]
fn a_key_signs_and_comes_back_the_same() {
    let folder = TempDir::new().unwrap();
    for (index, curve) in ALGORITHMS.into_iter().enumerate() {
        let path = folder.path().join(format!("{index}.key"));
        let created = FileKey::create(&path, curve, &right()).unwrap();
        let loaded = FileKey::load(&path, &right()).unwrap();
        assert_eq!(created.public_key(), loaded.public_key());
        assert_eq!(loaded.public_key().algorithm(), curve);
        let signature = loaded.sign(b"message").unwrap();
        created.public_key().verify(b"message", &signature).unwrap();
        assert!(created.public_key().verify(b"another", &signature).is_err());
    }
    assert_eq!(names(folder.path()), ["0.key", "1.key", "2.key"], "no temporary file stays");
}

#[cfg(unix)]
#[test]
fn files_are_for_their_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.key");
    FileKey::create(&path, ALGORITHMS[0], &right()).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn nothing_is_overwritten() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.key");
    fs::write(&path, "precious").unwrap();
    let refused = FileKey::create(&path, ALGORITHMS[0], &right()).unwrap_err();
    assert!(matches!(refused, KeystoreError::AlreadyExists { .. }));
    let keys = NewCardKeys::generate(KeySize::Aes128).unwrap();
    let refused = CardKeyFile::create(&path, CardKeyPurpose::Master, "m", 1, keys, &right()).unwrap_err();
    assert!(matches!(refused, KeystoreError::AlreadyExists { .. }));
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    assert_eq!(names(folder.path()), ["a.key"]);
}

#[cfg(unix)]
#[test]
fn a_dangling_link_is_not_written_through() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("link.key");
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), &path).unwrap();
    assert!(matches!(
        FileKey::create(&path, ALGORITHMS[0], &right()).unwrap_err(),
        KeystoreError::AlreadyExists { .. }
    ));
    assert_eq!(names(folder.path()), ["link.key"]);
}

#[test]
fn each_fault_is_told_apart() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let load = |name: &str| FileKey::load(at(name), &right()).unwrap_err();
    FileKey::create(at("good.key"), ALGORITHMS[0], &right()).unwrap();

    let wrong = FileKey::load(at("good.key"), &Passphrase::new("mật khẩu sai")).unwrap_err();
    assert!(matches!(wrong, KeystoreError::WrongPassphrase { .. }), "{wrong:?}");
    assert!(!format!("{wrong} {wrong:?}").contains("sai"));
    assert!(matches!(load("absent.key"), KeystoreError::NotFound { .. }));
    fs::write(at("text.key"), "hello").unwrap();
    assert!(matches!(load("text.key"), KeystoreError::NotAKey { .. }));
    fs::write(at("noise.key"), [0x30, 0x03, 1, 2, 3]).unwrap();
    assert!(matches!(load("noise.key"), KeystoreError::NotAKey { .. }));
    assert!(matches!(load("."), KeystoreError::Io { .. }));
    let empty = FileKey::create(at("new.key"), ALGORITHMS[0], &Passphrase::new("")).unwrap_err();
    assert!(matches!(empty, KeystoreError::EmptyPassphrase));
    for fault in [wrong, empty, load("absent.key"), load("text.key")] {
        assert!(fault.remedy().ends_with('.'));
    }

    let clear = at("clear.pem");
    let (made, _) = openssl(&[
        "genpkey",
        "-algorithm",
        "EC",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-out",
        clear.to_str().unwrap(),
    ]);
    assert!(made);
    assert!(matches!(load("clear.pem"), KeystoreError::NotEncrypted { .. }));
}

#[test]
fn openssl_reads_our_files_and_we_read_its_files() {
    let folder = TempDir::new().unwrap();
    let ours = folder.path().join("ours.key");
    let key = FileKey::create(&ours, ALGORITHMS[1], &Passphrase::new("open sesame")).unwrap();
    let (opened, spki) = openssl(&[
        "pkey",
        "-in",
        ours.to_str().unwrap(),
        "-passin",
        "pass:open sesame",
        "-pubout",
        "-outform",
        "DER",
    ]);
    assert!(opened);
    assert_eq!(spki, key.public_key().spki_der());
    let (_, shown) = openssl(&["asn1parse", "-in", ours.to_str().unwrap()]);
    let shown = String::from_utf8(shown).unwrap();
    assert!(
        shown.contains("PBKDF2") && shown.contains("hmacWithSHA256") && shown.contains("aes-256-cbc"),
        "{shown}"
    );
    assert!(shown.contains(":0927C0"), "600,000 rounds: {shown}");

    for (name, curve, protection) in [
        ("p256", "P-256", &["-v2", "aes-256-cbc", "-v2prf", "hmacWithSHA256", "-iter", "600000"][..]),
        ("p384", "P-384", &["-scrypt"]),
    ] {
        let clear = folder.path().join(format!("{name}.clear"));
        let path = folder.path().join(format!("{name}.key"));
        let parameter = format!("ec_paramgen_curve:{curve}");
        let clear = clear.to_str().unwrap();
        assert!(openssl(&["genpkey", "-algorithm", "EC", "-pkeyopt", &parameter, "-out", clear]).0);
        let mut arguments =
            vec!["pkcs8", "-topk8", "-in", clear, "-out", path.to_str().unwrap(), "-passout", "pass:x y"];
        arguments.extend(protection);
        assert!(openssl(&arguments).0);
        let (_, spki) = openssl(&["pkey", "-in", clear, "-pubout", "-outform", "DER"]);
        assert_eq!(FileKey::load(&path, &Passphrase::new("x y")).unwrap().public_key().spki_der(), spki);
        let wrong = FileKey::load(&path, &Passphrase::new("x z")).unwrap_err();
        assert!(matches!(wrong, KeystoreError::WrongPassphrase { .. }));
    }
}

#[test]
fn an_rsa_key_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rsa.key");
    let arguments = [
        "genpkey",
        "-algorithm",
        "RSA",
        "-pkeyopt",
        "rsa_keygen_bits:2048",
        "-aes-256-cbc",
        "-pass",
        "pass:x",
    ];
    let mut arguments = arguments.to_vec();
    arguments.extend(["-out", path.to_str().unwrap()]);
    assert!(openssl(&arguments).0);
    let refused = FileKey::load(&path, &Passphrase::new("x")).unwrap_err();
    assert!(matches!(refused, KeystoreError::UnsupportedKey { .. }), "{refused:?}");
}

#[test]
fn masters_derive_the_same_chip_keys_as_in_memory() {
    let folder = TempDir::new().unwrap();
    let chip = ChipIdentifier::new(b"chip 1").unwrap();
    for (name, size) in [("a", 16), ("b", 24), ("c", 32)] {
        let key = |first: u8| vec![first; size];
        let path = folder.path().join(name);
        let new = NewCardKeys::from_keys(&key(1), &key(2), &key(3)).unwrap();
        let file = CardKeyFile::create(&path, CardKeyPurpose::Master, "2026", 0x30, new, &right()).unwrap();
        let memory = SoftMasterKeys::new(&key(1), &key(2), &key(3)).unwrap();
        let check = |masters: &dyn MasterKeys| {
            let set = diversify(masters, &chip).unwrap();
            KeyRole::ALL.map(|role| set.check_value(role))
        };
        assert_eq!(check(file.master_keys().unwrap()), check(&memory));
        assert_eq!((file.label(), file.key_version(), file.key_size().bytes()), ("2026", 0x30, size));
        assert!(matches!(file.transport_keys(), Err(KeystoreError::NotAKey { .. })));
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains("\"rounds\": 600000") && !text.contains(&"01".repeat(size)));
    }
}

#[test]
fn transport_keys_open_sessions_and_are_no_masters() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("delivery");
    let new = NewCardKeys::from_keys(&[0x40; 16], &[0x41; 16], &[0x42; 16]).unwrap();
    CardKeyFile::create(&path, CardKeyPurpose::Transport, "lô 7", 0xFF, new, &right()).unwrap();
    let file = CardKeyFile::load(&path, &right()).unwrap();
    let keys = file.transport_keys().unwrap();
    let memory = SoftKeys::new(0xFF, &[0x40; 16], &[0x41; 16], &[0x42; 16]).unwrap();
    assert_eq!(keys.version(), 0xFF);
    for role in KeyRole::ALL {
        assert_eq!(*keys.cmac(role, b"x").unwrap(), *memory.cmac(role, b"x").unwrap());
    }
    assert!(file.master_keys().is_err());
    assert!(file.cmac(KeyRole::Enc, b"x").is_err(), "not through the trait either");
}

#[test]
fn no_altered_card_key_file_opens() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("masters");
    let new = NewCardKeys::generate(KeySize::Aes256).unwrap();
    CardKeyFile::create(&path, CardKeyPurpose::Transport, "A", 1, new, &right()).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let load = |text: &str| {
        let path = folder.path().join("altered");
        fs::write(&path, text).unwrap();
        CardKeyFile::load(&path, &right()).unwrap_err()
    };
    for (from, to) in [
        ("\"purpose\": \"transport\"", "\"purpose\": \"master\""),
        ("\"label\": \"A\"", "\"label\": \"B\""),
        ("\"key_version\": 1", "\"key_version\": 2"),
        ("\"rounds\": 600000", "\"rounds\": 1"),
    ] {
        assert!(text.contains(from));
        let fault = load(&text.replace(from, to));
        assert!(matches!(fault, KeystoreError::WrongPassphrase { .. }), "{to}: {fault:?}");
    }
    let fault = load(&text.replace("\"version\": 1", "\"version\": 2"));
    assert!(matches!(fault, KeystoreError::LaterVersion { found: 2, .. }), "{fault:?}");
    assert!(matches!(
        load(&text.replace("aes-256-gcm", "none")),
        KeystoreError::UnsupportedProtection { .. }
    ));
    assert!(matches!(
        load(&text.replace("600000", "4000000000")),
        KeystoreError::UnsupportedProtection { .. }
    ));
    assert!(matches!(load("{}"), KeystoreError::NotAKey { .. }));
    assert!(matches!(load(&text[..text.len() / 2]), KeystoreError::NotAKey { .. }));
    let wrong = CardKeyFile::load(&path, &Passphrase::new("x")).unwrap_err();
    assert!(matches!(wrong, KeystoreError::WrongPassphrase { .. }));
}

#[test]
fn keys_of_mixed_sizes_are_refused() {
    assert!(matches!(NewCardKeys::from_keys(&[0; 16], &[0; 24], &[0; 16]), Err(KeystoreError::CardKeys(_))));
    assert!(matches!(NewCardKeys::from_keys(&[0; 15], &[0; 15], &[0; 15]), Err(KeystoreError::CardKeys(_))));
}

#[test]
fn secrets_do_not_show() {
    let key = SoftKey::generate(ALGORITHMS[0]).unwrap();
    assert!(format!("{key:?}").starts_with("SoftKey(PublicKey(EcdsaP256Sha256, "));
    assert_eq!(format!("{:?}", NewCardKeys::generate(KeySize::Aes128).unwrap()), "NewCardKeys(Aes128)");
}

/// The file was made by format version 1 from the masters 40…4F, 50…5F and 60…6F, label `2026`, key version 30.
#[test]
fn a_file_of_format_version_1_still_opens() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("card-keys-v1.json");
    fs::write(&path, include_bytes!("persisted/card-keys-v1.json")).unwrap();
    let file = CardKeyFile::load(&path, &Passphrase::new("fixture passphrase")).unwrap();
    assert_eq!((file.purpose(), file.label(), file.key_version()), (CardKeyPurpose::Master, "2026", 0x30));
    let key = |first: u8| (first..first + 16).collect::<Vec<u8>>();
    let memory = SoftMasterKeys::new(&key(0x40), &key(0x50), &key(0x60)).unwrap();
    for role in KeyRole::ALL {
        assert_eq!(*file.cmac(role, b"x").unwrap(), *memory.cmac(role, b"x").unwrap());
    }
}
