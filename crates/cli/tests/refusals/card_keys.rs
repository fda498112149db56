//! Mistakes of custodians with transport keys and chips.

use super::house::House;
use super::refused;
use chipwright_emulator::{Card, ChipConfig, TransportKeys, seeded_rng};
use std::fs;
use std::process::Output;

const KEY: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f0";

/// Key files, which must stay as they are.
fn contents(house: &House) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let mut files = Vec::new();
    for folder in ["home/keys", "home/keys/deliveries"] {
        for entry in fs::read_dir(house.path().join(folder)).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "json") {
                files.push((path.clone(), fs::read(&path).unwrap()));
            }
        }
    }
    files.sort();
    files
}

fn add(house: &House, label: &str, value: &str) -> Output {
    let text = format!("enc = \"{KEY}\"\nmac = \"{KEY}\"\ndek = \"{KEY}\"\n");
    fs::write(house.path().join("keys.toml"), text).unwrap();
    let arguments = ["--label", label, "--keys", "keys.toml", "--key-version", "02", "--check-value", value];
    house.output(&[&["delivery", "add"][..], &arguments].concat())
}

#[test]
fn transport_keys_with_another_check_value() {
    let house = House::with_home();
    let before = contents(&house);
    let output = add(&house, "autumn", "8F93D9");
    assert!(contents(&house) == before);
    refused(
        "custodian",
        "delivery_check_value",
        "a delivery is added with a check value that is not that of its keys",
        &output,
    );
}

#[test]
fn a_component_of_another_key() {
    let house = House::with_home();
    let before = contents(&house);
    let half = "ff".repeat(16);
    let right = hex::encode(hex::decode(KEY).unwrap().iter().map(|byte| byte ^ 0xFF).collect::<Vec<_>>());
    let wrong = format!("00{}", &right[2..]);
    let lines = [&half, &right, &half, &wrong, &half, &right].map(String::as_str).join("\n");
    let script = "exec 3<<< \"$1\"; exec \"$0\" delivery add --label autumn --components 2 --components-fd 3 \
                  --key-version 02 --check-value 8F93D8";
    let output = house.shell(script, &[&lines]).output().unwrap();
    assert!(contents(&house) == before);
    refused(
        "custodian",
        "delivery_component",
        "a delivery is added with a wrong component of Key-MAC",
        &output,
    );
}

/// Chips whose key version two deliveries have, none of which names them; then the wrong one is named.
#[test]
fn the_keys_of_another_delivery() {
    let house = House::with_home();
    let key = [0x77; 16];
    let transport_keys = TransportKeys::new(0x02, &key, &key, &key).unwrap();
    let config = ChipConfig { transport_keys, ..ChipConfig::with_serial_number(77) };
    fs::create_dir_all(house.path().join("home/emulator")).unwrap();
    fs::write(house.path().join("home/emulator/one.card"), Card::blank(config, seeded_rng(77)).save())
        .unwrap();
    assert!(add(&house, "autumn", "8F93D8").status.success());
    assert!(add(&house, "winter", "8F93D8").status.success());
    let before = contents(&house);
    let check = |more: &[&str]| {
        house.output(&[&["delivery", "check", "--reader", "emulator:one"][..], more].concat())
    };
    refused(
        "custodian",
        "delivery_ambiguous",
        "a chip may be of two deliveries, and none is named",
        &check(&[]),
    );
    let wrong = check(&["--delivery", "winter"]);
    refused("custodian", "delivery_wrong_key", "a chip is tried with the keys of another delivery", &wrong);
    let again = check(&["--delivery", "winter"]);
    refused(
        "custodian",
        "delivery_wrong_key_again",
        "the same chip is tried with the same keys once more",
        &again,
    );
    assert!(contents(&house) == before);
}

#[test]
fn an_issued_card_is_sent_back() {
    let house = House::issued();
    let before = contents(&house);
    let arguments =
        ["card", "return-to-transport", "--reader", "emulator:blank-001", "--delivery", "transport"];
    let output = house.output(&arguments);
    assert!(contents(&house) == before);
    // chip and card number are random
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let words = text.split(' ').map(|word| match word.trim_end_matches(':').len() {
        20 if word.starts_with("4357") => "[CHIP]".to_owned(),
        9 if word.ends_with(':')
            && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b':') =>
        {
            "[CARD]:".to_owned()
        }
        _ => word.to_owned(),
    });
    let stderr = words.collect::<Vec<_>>().join(" ").into_bytes();
    let output = Output { stderr, ..output };
    refused(
        "custodian",
        "return_of_a_card",
        "an issued card is to be given its transport keys back",
        &output,
    );
}
