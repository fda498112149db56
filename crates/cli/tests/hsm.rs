//! A home whose keys live in a token: SoftHSM2 with a token directory of the test's own.
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::print_stdout, reason = "tests; a skip says why")]

#[path = "ceremony/hands.rs"]
mod hands;
mod house;

use chipwright_keystore::{FileKey, Passphrase};
use hands::{AN, BINH, CHI, contents, done, forms, run, typed};
use house::{GOOD, House, PORTRAITS};
use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

const MODULE: &str = "/usr/lib/softhsm/libsofthsm2.so";
const PIN: &str = "273541";
const ROOT_PIN: &str = "815162";
const LAN_PIN: &str = "441907";
const MINH_PIN: &str = "580236";
const HOA_PIN: &str = "907751";
const IN_HOST: &str = "master-inside-card-key-in-host";

/// A house with tokens, and the PINs of station and root as credentials; none where SoftHSM2 is not installed.
struct Vault {
    house: House,
}

impl Vault {
    fn new() -> Option<Self> {
        if !Path::new(MODULE).exists() {
            eprintln!("skipped: softhsm2 is not installed; tools/setup --for-tests installs it");
            return None;
        }
        let house = House::empty()
            .with_environment("SOFTHSM2_CONF", "softhsm2.conf")
            .with_environment("CREDENTIALS_DIRECTORY", "credentials");
        let vault = Self { house };
        let path = vault.house.path();
        fs::create_dir(path.join("tokens")).unwrap();
        fs::create_dir(path.join("credentials")).unwrap();
        let tokens = path.join("tokens");
        let text = format!("directories.tokendir = {}\nobjectstore.backend = file\n", tokens.display());
        fs::write(path.join("softhsm2.conf"), text).unwrap();
        let tokens =
            [("station", PIN), ("root", ROOT_PIN), ("lan", LAN_PIN), ("minh", MINH_PIN), ("hoa", HOA_PIN)];
        for (label, pin) in tokens {
            let made = Command::new("softhsm2-util")
                .args(["--init-token", "--free", "--label", label, "--so-pin", "88112233", "--pin", pin])
                .env("SOFTHSM2_CONF", path.join("softhsm2.conf"))
                .output()
                .unwrap();
            assert!(made.status.success(), "{made:?}");
        }
        vault.pin("station", PIN);
        vault.pin("terminal", PIN);
        vault.pin("root", ROOT_PIN);
        Some(vault)
    }

    /// The credential of a service.
    fn pin(&self, whose: &str, pin: &str) {
        fs::write(self.house.path().join(format!("credentials/chipwright.{whose}")), pin).unwrap();
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.house.output(arguments)
    }

    fn done(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments);
        let complaint = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {complaint}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// Exit code and what was said, without a PIN in it.
    fn refused(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let output = self.output(arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success(), "{arguments:?} was done");
        let pins = [PIN, ROOT_PIN, LAN_PIN, MINH_PIN, HOA_PIN];
        assert!(pins.iter().all(|pin| !said.contains(pin)), "{said}");
        (output.status.code(), said)
    }

    /// Refused in both languages.
    fn told(&self, arguments: &[&str], english: &str, vietnamese: &str) {
        let (code, said) = self.refused(arguments);
        assert_eq!(code, Some(5), "{said}");
        assert!(said.contains(english), "{said}");
        let (_, said) = self.refused(&[&["--lang", "vi"], arguments].concat());
        assert!(said.contains(vietnamese), "{said}");
    }

    fn init(&self, further: &[&str]) {
        self.done(&[&INIT, further].concat());
    }

    /// The number of this member's card.
    fn card(&self, member: &str) -> String {
        let cards = self.house.json_lines(&["list", "--json"]);
        cards.iter().find(|card| card["member"] == member).unwrap()["card"].as_str().unwrap().to_owned()
    }

    fn is_valid(&self, reader: &str) {
        let verdict = self.done(&["verify", "--reader", reader, "--from-registry", "--json"]);
        let verdict: Value = serde_json::from_str(&verdict).unwrap();
        assert_eq!(verdict["verdict"], "valid", "{verdict}");
    }

    fn issue(&self) -> Vec<&'static str> {
        vec!["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--reader", "emulator:*"]
    }
}

const INIT: [&str; 6] = ["init", "home", "--hsm", MODULE, "--token-label", "station"];

#[test]
fn cards_are_issued_and_verified_with_every_key_in_a_token() {
    let Some(vault) = Vault::new() else { return };
    vault.init(&["--root-token-label", "root", "--card-keys", IN_HOST, "--records"]);
    let home = vault.house.path().join("home");
    let left: Vec<String> = ["ca", "keys"]
        .iter()
        .flat_map(|folder| fs::read_dir(home.join(folder)).unwrap())
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".key") || name.contains("passphrase") || name == "master.json")
        .filter(|name| !name.starts_with("registrar-"))
        .collect();
    assert!(left.is_empty(), "{left:?}");

    vault.done(&["emulator", "create", "--count", "3"]);
    vault.house.members(&GOOD[..3]);
    let said = vault.done(&vault.issue());
    assert_eq!(said.lines().filter(|line| line.starts_with("issued")).count(), 3, "{said}");
    for card in ["emulator:blank-001", "emulator:blank-002", "emulator:blank-003"] {
        vault.is_valid(card);
    }
    // the root's own PIN
    vault.done(&["ca", "crl"]);
    vault.done(&["ca", "new-signer"]);
    vault.done(&["record", "new-signer"]);
    vault.done(&["terminal", "issue", "gate", "--right", "read:training"]);
    assert!(
        home.join("terminals/gate-00001.pub").exists() && !home.join("terminals/gate-00001.key").exists()
    );
    // readers and time zone of this machine may have their warnings
    let text = String::from_utf8(vault.output(&["doctor", "--json"]).stdout).unwrap();
    assert!(text.contains("in the token root") && text.contains("in the token station"), "{text}");

    // another root key under the same label is not this home's
    fs::copy(home.join("ca/signer-1.pub"), home.join("ca/root.pub")).unwrap();
    vault.told(
        &["ca", "crl"],
        "the key root in the token is not the one that",
        "khóa root trong token không phải khóa ứng với",
    );
}

/// Tokens do not sign with ML-DSA: these keys are files, and no PIN opens them.
#[test]
fn second_signers_are_files_that_no_pin_opens() {
    let Some(vault) = Vault::new() else { return };
    vault.init(&["--root-token-label", "root", "--card-keys", IN_HOST]);
    vault.done(&["ca", "second-signer"]);
    let home = vault.house.path().join("home");
    for file in ["second-root.key", "second-signer-1.key"] {
        for pin in [PIN, ROOT_PIN] {
            let opened = FileKey::load(home.join("ca/second").join(file), &Passphrase::new(pin));
            assert!(opened.is_err(), "{file}");
        }
    }
    let path = home.join("config.toml");
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("sign = false"), "{text}");
    fs::write(&path, text.replace("sign = false", "sign = true")).unwrap();
    vault.done(&["emulator", "create", "--count", "1"]);
    vault.house.members(&GOOD[..1]);
    vault.done(&vault.issue());
    let verify =
        ["verify", "--reader", "emulator:blank-001", "--from-registry", "--second-signature", "required"];
    vault.done(&verify);
    vault.done(&["ca", "crl"]);
    vault.done(&["ca", "revoke-signer", "second-signer-1"]);
    vault.refused(&verify);
}

/// A second generation of masters goes into the token; a card of the first is changed with the keys that it was made with.
#[test]
fn a_new_generation_of_masters_in_the_token_leaves_old_cards_operable() {
    let Some(vault) = Vault::new() else { return };
    vault.init(&["--card-keys", IN_HOST]);
    vault.done(&["emulator", "create", "--count", "2"]);
    let (old, new) = ("emulator:blank-001", "emulator:blank-002");
    vault.house.members(&GOOD[..1]);
    vault.done(&vault.issue());

    let names = ["an", "binh", "chi"];
    let Some(forms) = forms(&vault.house, &["--shares", "2/3"], &names) else { return };
    let voices = [("chi", forms[2].as_str()), ("an", &forms[0])];
    let load = ["ceremony", "master", "load"];
    let loaded = run(&vault.house, &load, &voices);
    let said = String::from_utf8_lossy(&loaded.stdout);
    assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
    assert!(said.contains("generation 2 of the masters, key version 12"), "{said}");
    assert!(!vault.house.path().join("home/keys/master-2.json").exists());

    vault.house.members(&GOOD[1..2]);
    vault.done(&vault.issue());
    for (reader, version) in [(old, "11"), (new, "12")] {
        let info = vault.done(&["card", "info", "--reader", reader]);
        let held = info.lines().find_map(|line| line.strip_prefix("key versions")).unwrap();
        assert_eq!(held.trim(), version, "{reader}");
    }
    for (member, reader) in [(GOOD[0], old), (GOOD[1], new)] {
        let card = vault.card(member);
        vault.done(&["card", "suspend", &card, "--reader", reader]);
        vault.done(&["card", "resume", &card, "--reader", reader]);
        vault.is_valid(reader);
    }
}

/// Each with a PIN of his or her own; after that no private key of the home is in a file.
#[test]
fn registrars_sign_in_tokens_of_their_own() {
    let Some(vault) = Vault::new() else { return };
    for (name, pin) in [("lan", LAN_PIN), ("minh", MINH_PIN), ("hoa", HOA_PIN)] {
        vault.pin(&format!("registrar-{name}"), pin);
    }
    let further = ["--root-token-label", "root", "--card-keys", IN_HOST];
    vault.init(&[&further[..], &["--registrar-token", "lan=lan", "--registrar-token", "minh=minh"]].concat());
    let files = contents(&vault.house);
    let ending =
        |path: &Path| path.extension().is_some_and(|ending| ending == "key" || ending == "passphrase");
    assert!(files.keys().all(|path| !ending(path)), "{:?}", files.keys());
    vault.done(&["emulator", "create", "--count", "2"]);
    vault.house.members(&GOOD[..1]);
    vault.done(&vault.issue());
    vault.is_valid("emulator:blank-001");

    // Lan's PIN is not Minh's
    vault.pin("registrar-minh", LAN_PIN);
    let list = ["--members", "members.csv", "--portraits", PORTRAITS, "--out", "other.batch"];
    vault.told(
        &[&["batch", "prepare", "--registrar", "minh"], &list[..]].concat(),
        "the PIN does not open the token minh",
        "mã PIN không mở được token minh",
    );
    vault.pin("registrar-minh", MINH_PIN);
    // a token is one person's
    for (label, whose) in [("station", "the issuer"), ("root", "the issuer"), ("lan", "registrar lan")] {
        let add = ["registrar", "add", "hoa", "--hsm", MODULE, "--token-label", label];
        let (code, said) = vault.refused(&add);
        assert!(code == Some(2) && said.contains(&format!("holds keys of {whose}")), "{said}");
    }
    let ca = vault.house.path().join("home/ca");
    vault.done(&["registrar", "add", "hoa", "--hsm", MODULE, "--token-label", "hoa"]);
    assert!(ca.join("registrar-hoa.pub").exists() && !ca.join("registrar-hoa.key").exists());
    vault.done(&[&["batch", "prepare", "--registrar", "hoa"], &list[..]].concat());
    let files = ["--members", "members.csv", "--portraits", PORTRAITS];
    let approve = |name| [&["batch", "approve", "other.batch", "--registrar", name], &files[..]].concat();
    vault.refused(&approve("hoa"));
    vault.done(&approve("minh"));
    // the token of another key under the same label
    fs::copy(ca.join("registrar-lan.pub"), ca.join("registrar-hoa.pub")).unwrap();
    vault.told(
        &[&["batch", "prepare", "--registrar", "hoa"], &list[..]].concat(),
        "the key registrar-hoa in the token is not the one that",
        "khóa registrar-hoa trong token không phải khóa ứng với",
    );
}

/// Nobody knows the PIN of the root's token any more; any two of three open it, and none of them alone.
#[test]
fn custodians_share_the_pin_of_the_roots_token() {
    let Some(vault) = Vault::new() else { return };
    let (house, all) = (&vault.house, [AN, BINH, CHI]);
    // whoever works at the station has the PIN of its token
    let one = run(house, &INIT, &all);
    let said = String::from_utf8_lossy(&one.stderr);
    assert_eq!(one.status.code(), Some(2), "{said}");
    assert!(said.contains("no key of the station"), "{said}");
    assert!(!house.path().join("home").exists());
    let init = [&INIT[..], &["--root-token-label", "root", "--threshold", "2"]].concat();
    let made = run(house, &init, &all);
    done(&made);
    // what custodians cannot prevent is said
    assert!(String::from_utf8_lossy(&made.stderr).contains("Whoever has the SO PIN of the root's token"));
    let doctor = house.output(&["doctor"]);
    assert!(String::from_utf8_lossy(&doctor.stdout).contains("whoever has the token's SO PIN"), "{doctor:?}");

    let crl = ["ca", "crl"];
    for pair in [[AN, BINH], [BINH, CHI], [CHI, AN]] {
        done(&run(house, &crl, &pair));
    }
    done(&run(house, &["ca", "new-signer"], &[CHI, AN]));
    done(&run(house, &["terminal", "init-cvca"], &[AN, BINH]));
    // alone, twice the same, or with the PIN of before, which a credential still holds
    let before = contents(house);
    for few in [&[AN][..], &[AN, AN], &[]] {
        assert!(!run(house, &crl, few).status.success(), "{few:?}");
    }
    let former = typed(house, &crl, &[("--root-passphrase-fd", ROOT_PIN)], &[]);
    assert_eq!(former.status.code(), Some(5), "{}", String::from_utf8_lossy(&former.stderr));
    assert_eq!(contents(house), before);
    vault.pin("station", ROOT_PIN);
    vault.told(
        &["init", "other", "--hsm", MODULE, "--token-label", "root"],
        "the PIN does not open the token root",
        "mã PIN không mở được token root",
    );
    vault.pin("station", PIN);

    // who comes later opens it too, and who left does not
    let dung = ("dung", "mật khẩu của Dũng");
    let add = ["ceremony", "custodian", "add", "dung"];
    done(&typed(house, &add, &[("--new-passphrase-fd", dung.1)], &[AN, BINH]));
    done(&run(house, &["ceremony", "custodian", "remove", "an"], &[BINH, CHI]));
    done(&run(house, &crl, &[dung, CHI]));
    assert!(!run(house, &crl, &[dung, AN]).status.success());
}

#[test]
fn every_trouble_with_a_token_has_its_sentence() {
    let Some(vault) = Vault::new() else { return };
    let path = vault.house.path();
    // before there is a home: nothing is left of the attempt
    vault.told(
        &["init", "home", "--hsm", "/nowhere/libpkcs11.so", "--token-label", "station"],
        "the PKCS#11 module /nowhere/libpkcs11.so could not be loaded",
        "không nạp được mô-đun PKCS#11 /nowhere/libpkcs11.so",
    );
    vault.told(
        &["init", "home", "--hsm", MODULE, "--token-label", "another"],
        "sees no token another",
        "không thấy token another",
    );
    vault.pin("station", "000000");
    vault.told(&INIT, "the PIN does not open the token station", "mã PIN không mở được token station");
    assert!(!path.join("home").exists() && !path.join(".home.half-made").exists());
    vault.pin("station", PIN);
    vault.init(&[]);

    // by default the card keys stay inside, and no card can be made
    vault.done(&["emulator", "create", "--count", "1"]);
    vault.house.members(&GOOD[..1]);
    vault.told(&vault.issue(), "the keys of chips stay inside the token", "khóa của chip không rời token");

    vault.pin("root", "000000");
    vault.told(
        &["ca", "crl"],
        "the PIN does not open the token station",
        "mã PIN không mở được token station",
    );
    // one token, one PIN
    vault.pin("root", PIN);
    let before = fs::read(path.join("home/ca/crl.pem")).unwrap();
    fs::rename(path.join("tokens"), path.join("tokens-away")).unwrap();
    fs::create_dir(path.join("tokens")).unwrap();
    vault.told(&["ca", "crl"], "sees no token station", "không thấy token station");
    let examined = String::from_utf8(vault.output(&["doctor"]).stdout).unwrap();
    assert!(examined.contains("sees no token station"), "{examined}");
    fs::remove_dir(path.join("tokens")).unwrap();
    fs::rename(path.join("tokens-away"), path.join("tokens")).unwrap();
    assert_eq!(fs::read(path.join("home/ca/crl.pem")).unwrap(), before);
    vault.done(&["ca", "crl"]);
    assert_ne!(fs::read(path.join("home/ca/crl.pem")).unwrap(), before);

    // a second home in the same token is refused, and the first keeps its keys
    vault.told(
        &["init", "other", "--hsm", MODULE, "--token-label", "station"],
        "holds a key root already",
        "đã có khóa root",
    );
    vault.done(&["ca", "crl"]);
}
