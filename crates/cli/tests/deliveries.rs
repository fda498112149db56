//! Deliveries of blanks, tries and chips that are sent back, with the real program.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use chipwright_channel::diversify;
use chipwright_channel::scp03::{KeyError, KeySet, StaticKeys};
use chipwright_emulator::{Card, ChipConfig, TransportKeys, seeded_rng};
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_keystore::{CardKeyFile, Passphrase};
use chipwright_perso::{CardKeys, ChipIdentifier, ChipProfile, prepare};
use chipwright_profile::ChipFeatures;
use chipwright_testkit::{Order, World};
use house::{GOOD, House, PORTRAITS};
use std::fs;
use std::process::Output;

const DEVELOPMENT: &str = "404142434445464748494a4b4c4d4e4f";
const AUTUMN: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// A software card with transport keys of its own.
fn blank(house: &House, name: &str, serial: u32, version: u8, key: &str) -> String {
    let key = hex::decode(key).unwrap();
    let transport_keys = TransportKeys::new(version, &key, &key, &key).unwrap();
    let config = ChipConfig { transport_keys, ..ChipConfig::with_serial_number(serial) };
    let card = Card::blank(config, seeded_rng(u64::from(serial)));
    let chip = hex::encode_upper(card.chip_identifier());
    let folder = house.path().join("home/emulator");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(format!("{name}.card")), card.save()).unwrap();
    chip
}

fn keys(house: &House, name: &str, key: &str) {
    let text = format!("enc = \"{key}\"\nmac = \"{key}\"\ndek = \"{key}\"\n");
    fs::write(house.path().join(name), text).unwrap();
}

/// The check value as AES-ECB of 01…01 gives it, worked out with OpenSSL.
const AUTUMN_VALUE: &str = "8F93D8";

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[track_caller]
fn done(output: &Output) -> String {
    let said = said(output);
    assert!(output.status.success(), "{said}");
    said
}

#[track_caller]
fn refused(output: &Output, exit: i32, because: &str) -> String {
    let said = said(output);
    assert_eq!(output.status.code(), Some(exit), "{said}");
    assert!(said.contains(because), "{because:?} is not in {said}");
    said
}

fn add(house: &House, label: &str, file: &str, version: &str, more: &[&str]) -> Output {
    let mut arguments = vec!["delivery", "add", "--label", label, "--keys", file, "--key-version", version];
    arguments.extend_from_slice(more);
    house.output(&arguments)
}

/// The card keys of the home, opened as the station opens them.
struct HomeKeys {
    master: CardKeyFile,
    transport: CardKeyFile,
}

impl CardKeys for HomeKeys {
    fn transport(&self, _: &ChipIdentifier, _: u8) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(self.transport.transport_keys().unwrap()))
    }

    fn issuer(&self, chip: &ChipIdentifier) -> Result<Box<dyn StaticKeys + '_>, KeyError> {
        Ok(Box::new(self.new_keys(chip)?.to_static_keys(self.master.key_version())?))
    }

    fn new_keys(&self, chip: &ChipIdentifier) -> Result<KeySet, KeyError> {
        let chip = diversify::ChipIdentifier::new(&chip.0).unwrap();
        diversify::diversify(self.master.master_keys().unwrap(), &chip)
    }
}

/// Prepares a software card, as a run that was stopped before it had a member for it.
fn prepare_chip(house: &House, name: &str) {
    let home = house.path().join("home");
    let passphrase = Passphrase::new(&fs::read_to_string(home.join("keys/passphrase")).unwrap());
    let load = |name: &str| CardKeyFile::load(home.join("keys").join(name), &passphrase).unwrap();
    let keys = HomeKeys { master: load("master.json"), transport: load("transport.json") };
    let path = home.join(format!("emulator/{name}.card"));
    let card = Card::load(&fs::read(&path).unwrap(), seeded_rng(5)).unwrap();
    let mut card = Exchanger::new(card, LengthMode::Extended);
    card.reset().unwrap();
    let plan = Order::new(ChipFeatures::PROVEN).prepare_plan(&ChipProfile::default());
    prepare(&mut card, &plan, &keys, &mut World::new(3).surroundings()).unwrap();
    fs::write(path, card.transport().save()).unwrap();
}

/// Issues to the members of `members.csv` on the sixth blank.
fn issue(house: &House) -> Output {
    let portraits = ["--portraits", PORTRAITS, "--reader", "emulator:blank-006"];
    house.output(&[&["issue", "--members", "members.csv"][..], &portraits].concat())
}

#[test]
fn a_delivery_is_added_once_and_only_with_the_supplier_s_check_values() {
    let house = House::with_home();
    keys(&house, "autumn.toml", AUTUMN);
    let said = refused(&add(&house, "autumn", "autumn.toml", "02", &[]), 2, "nobody confirmed");
    assert!(said.contains(AUTUMN_VALUE) && !said.contains(AUTUMN), "{said}");
    refused(&add(&house, "autumn", "autumn.toml", "02", &["--check-value", "000000"]), 5, "was stated");
    assert!(!house.path().join("home/keys/deliveries/autumn.json").exists());
    refused(&add(&house, "Autumn 2", "autumn.toml", "02", &[]), 2, "no label");
    refused(&add(&house, "autumn", "autumn.toml", "11", &[]), 2, "issuer's own keys");
    refused(&add(&house, "autumn", "autumn.toml", "FF", &[]), 2, "no key version number");
    done(&add(&house, "autumn", "autumn.toml", "02", &["--check-value", AUTUMN_VALUE]));
    refused(&add(&house, "autumn", "autumn.toml", "02", &["--check-value", AUTUMN_VALUE]), 5, "already");
    let listed = done(&house.output(&["delivery", "list"]));
    assert!(listed.contains("transport") && listed.contains("autumn"), "{listed}");
    let shown = done(&house.output(&["--lang", "vi", "delivery", "show", "autumn"]));
    assert!(shown.contains("bất kỳ") && shown.contains(AUTUMN_VALUE), "{shown}");
    let kept = fs::read_to_string(house.path().join("home/keys/deliveries/autumn.json")).unwrap();
    assert!(!kept.contains(AUTUMN));
    refused(&house.output(&["delivery", "show", "spring"]), 2, "no delivery");
}

/// Two components of each key, one line each; one wrong digit is noticed by the check value.
#[test]
fn components_make_the_key_and_a_wrong_one_is_noticed() {
    let house = House::with_home();
    let half = "ffffffffffffffffffffffffffffffff";
    let whole: String =
        hex::encode(hex::decode(AUTUMN).unwrap().iter().map(|byte| byte ^ 0xFF).collect::<Vec<_>>());
    let run = |lines: String| {
        let script =
            "exec 3<<< \"$1\"; exec \"$0\" delivery add --label autumn --components 2 --components-fd 3 \
                      --key-version 02 --check-value VALUE"
                .replace("VALUE", AUTUMN_VALUE);
        house.shell(&script, &[&lines]).output().unwrap()
    };
    let wrong = whole.replacen('f', "e", 1);
    refused(&run([half, &wrong, half, &whole, half, &whole].join("\n")), 5, "was stated");
    refused(&run([half, "zz", half, &whole].join("\n")), 2, "component 2 of Key-ENC");
    done(&run([half, &whole, half, &whole, half, &whole].join("\n")));
}

#[test]
fn the_station_picks_the_delivery_of_a_chip_and_never_guesses() {
    let house = House::with_home();
    let chip = blank(&house, "autumn-1", 77, 0x02, AUTUMN);
    keys(&house, "autumn.toml", AUTUMN);
    keys(&house, "winter.toml", "00112233445566778899aabbccddeeff");
    let check = |more: &[&str]| {
        let mut arguments = vec!["delivery", "check", "--reader", "emulator:autumn-1"];
        arguments.extend_from_slice(more);
        house.output(&arguments)
    };
    refused(&check(&[]), 3, "transport keys are checked on a blank");
    let value = ["--check-value", AUTUMN_VALUE];
    done(&add(&house, "autumn", "autumn.toml", "02", &value));
    let winter = done_value(&house, "winter.toml");
    done(&add(&house, "winter", "winter.toml", "02", &["--check-value", &winter]));
    let said = refused(&check(&[]), 5, "name the right one with --delivery");
    assert!(said.contains("autumn, winter"), "{said}");
    // the wrong one costs one try, and is not tried again
    refused(&check(&["--delivery", "winter"]), 5, "does not hold our key version 02");
    refused(&check(&["--delivery", "winter"]), 3, "not to hold this key version");
    let tries = done(&house.output(&["card", "tries", "--reader", "emulator:autumn-1"]));
    assert!(tries.contains(&chip) && tries.contains("1/5"), "{tries}");
    done(&check(&["--delivery", "autumn"]));
    assert!(done(&house.output(&["card", "tries"])).contains("no try is lost"));
    let listed = done(&house.output(&["delivery", "list"]));
    assert!(listed.contains("right") && listed.contains("wrong"), "{listed}");
    // a delivery that names the chip is taken without being asked for
    fs::write(house.path().join("chips.txt"), format!("# autumn\n{chip}\n")).unwrap();
    let named = ["--check-value", AUTUMN_VALUE, "--chips", "chips.txt"];
    done(&add(&house, "named", "autumn.toml", "02", &named));
    done(&check(&[]));
    refused(&check(&["--delivery", "winter"]), 5, "is of delivery named, and not of winter");
    // a delivery that the registry refuses leaves no keys under its label
    let twice = ["--check-value", &winter, "--chips", "chips.txt"];
    assert!(!add(&house, "late", "winter.toml", "02", &twice).status.success());
    assert!(!house.path().join("home/keys/deliveries/late.json").exists());
    done(&add(&house, "late", "autumn.toml", "02", &value));
    refused(&check(&["--delivery", "spring"]), 2, "there is no delivery spring");
}

/// What the program says the check value is.
fn done_value(house: &House, file: &str) -> String {
    let said = said(&add(house, "unconfirmed", file, "03", &[]));
    let at = said.find("Key-DEK: ").unwrap() + "Key-DEK: ".len();
    said[at..].lines().next().unwrap().to_owned()
}

#[test]
fn spent_tries_are_cleared_by_a_custodian_with_a_reason_on_record() {
    let house = House::with_home();
    let chip = blank(&house, "autumn-1", 77, 0x01, AUTUMN);
    let check = || house.output(&["delivery", "check", "--reader", "emulator:autumn-1"]);
    refused(&check(), 5, "does not hold our key version 01");
    refused(&check(), 3, "not to hold this key version");
    refused(&house.output(&["card", "tries", "clear", &chip, "--why", "No Name"]), 2, "is no reason");
    done(&house.output(&["card", "tries", "clear", &chip, "--why", "right-keys-found"]));
    refused(&house.output(&["card", "tries", "clear", &chip, "--why", "again"]), 2, "has lost no try");
    // allowed again, for one try more
    refused(&check(), 5, "does not hold our key version 01");
    let tries = done(&house.output(&["card", "tries", "--chip", &chip]));
    assert!(tries.contains("1/5") && tries.contains("right-keys-found"), "{tries}");
    let json = done(&house.output(&["card", "tries", "--json"]));
    assert!(json.contains("\"spent\":1") && json.contains("\"last_try_left\":false"), "{json}");
}

#[test]
fn a_prepared_chip_is_sent_back_and_a_card_is_not() {
    let house = House::issued();
    let back = |name: &str, delivery: &str| {
        let reader = format!("emulator:{name}");
        house.output(&["card", "return-to-transport", "--reader", &reader, "--delivery", delivery])
    };
    refused(&back("blank-001", "transport"), 3, "is bound to card");
    refused(&back("blank-006", "autumn"), 2, "there is no delivery autumn");
    prepare_chip(&house, "blank-006");
    let info = done(&house.output(&["card", "info", "--reader", "emulator:blank-006"]));
    assert!(info.contains("in preparation") || info.contains("prepared"), "{info}");
    let said_back = back("blank-006", "transport");
    let info = done(&house.output(&["card", "info", "--reader", "emulator:blank-006"]));
    assert!(done(&said_back).contains("holds the transport keys of delivery transport again"));
    assert!(info.contains("blank") && info.contains(" 01"), "{info}");
    assert!(done(&house.output(&["status"])).contains("1 sent back"));
    done(&back("blank-006", "transport"));
    house.members(&GOOD[5..6]);
    // it is not used, until a new delivery names it
    let aside = said(&issue(&house));
    assert!(aside.contains("no blank is left"), "{aside}");
    let chip = info.lines().find_map(|line| line.strip_prefix("chip")).unwrap().trim().to_owned();
    fs::write(house.path().join("chips.txt"), chip).unwrap();
    keys(&house, "again.toml", DEVELOPMENT);
    let value = done_value(&house, "again.toml");
    done(&add(&house, "again", "again.toml", "01", &["--check-value", &value, "--chips", "chips.txt"]));
    done(&issue(&house));
}
