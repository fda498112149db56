//! The JSON report has exactly the form of its schema.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::disallowed_methods, reason = "reads the schema")]

use chipwright_channel::pace::Password;
use chipwright_iso7816::{Exchanger, LengthMode};
use chipwright_pki::{Policy, TrustStore};
use chipwright_verify::{CheckName, ChipProofPolicy, Inspection, SCHEMA, Verdict, inspect};
use serde_json::Value;

fn schema() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/report.schema.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn strings(value: &Value) -> Vec<String> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap().to_owned()).collect()
}

fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

#[test]
fn names_are_those_of_the_code() {
    let schema = schema();
    let mut verdicts: Vec<String> = Verdict::BY_WEIGHT.iter().map(name).collect();
    let mut listed = strings(&schema["properties"]["verdict"]["enum"]);
    verdicts.sort();
    listed.sort();
    assert_eq!(verdicts, listed);
    let checks: Vec<String> = CheckName::all().chain([CheckName::SecondSignature]).map(name).collect();
    assert_eq!(checks, strings(&schema["properties"]["checks"]["items"]["properties"]["name"]["enum"]));
    assert_eq!(schema["properties"]["schema"]["const"], SCHEMA);
}

fn name(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn a_report_has_the_keys_of_the_schema() {
    let schema = schema();
    let mut card = Exchanger::new(chipwright_testkit::blank(1), LengthMode::Short);
    card.reset().unwrap();
    let password = Password::can("123456").unwrap();
    let policy = Policy::real();
    let no_trust = TrustStore::new();
    let mut clock = || std::time::Duration::from_millis(3);
    let mut ask = Inspection {
        clock: Some(&mut clock),
        chip_proof: ChipProofPolicy::IfPromised,
        ..Inspection::new(
            chipwright_perso::ChipProfile::default().instance,
            &password,
            &no_trust,
            &policy,
            "2026-11-22T08:00:00Z".parse().unwrap(),
        )
    };
    let (report, _) = inspect(&mut card, &mut ask, &mut chipwright_testkit::random(1));
    let json = serde_json::to_value(&report).unwrap();
    assert_eq!(keys(&json), keys(&schema["properties"]));
    assert_eq!(keys(&json["cost"]), keys(&schema["properties"]["cost"]["properties"]));
    let checks = json["checks"].as_array().unwrap();
    assert_eq!(checks.len() as u64, schema["properties"]["checks"]["minItems"].as_u64().unwrap());
    let item = &schema["properties"]["checks"]["items"]["properties"];
    for check in checks {
        assert!(keys(check).iter().all(|key| item.get(key).is_some()), "{check}");
        assert!(strings(&item["result"]["enum"]).contains(&check["result"].as_str().unwrap().to_owned()));
    }
    assert_eq!(json["verdict"], "unreadable");
}
