//! The JSON has exactly the form of its schema.

use crate::station::Station;
use serde_json::Value;
use std::fs;

fn schema() -> Value {
    let station = Station::without_home();
    let printed = station.run(&["schema", "doctor"]).stdout;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/doctor.schema.json");
    assert_eq!(String::from_utf8(printed.clone()).unwrap(), fs::read_to_string(path).unwrap());
    serde_json::from_slice(&printed).unwrap()
}

fn keys(value: &Value) -> Vec<String> {
    let mut keys: Vec<String> = value.as_object().unwrap().keys().cloned().collect();
    keys.sort();
    keys
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|item| item.as_str().unwrap()).collect()
}

fn holds(schema: &Value, report: &Value) {
    let properties = &schema["properties"];
    assert_eq!(keys(report), keys(properties));
    let mut required = strings(&schema["required"]);
    required.sort_unstable();
    assert_eq!(required, keys(properties));
    assert_eq!(report["schema"], properties["schema"]["const"]);
    assert!(strings(&properties["state"]["enum"]).contains(&report["state"].as_str().unwrap()));
    let item = &properties["checks"]["items"]["properties"];
    let checks = report["checks"].as_array().unwrap();
    let names: Vec<&str> = checks.iter().map(|check| check["name"].as_str().unwrap()).collect();
    assert_eq!(names, strings(&item["name"]["enum"]));
    assert_eq!(properties["checks"]["minItems"], names.len());
    assert_eq!(properties["checks"]["maxItems"], names.len());
    for check in checks {
        assert_eq!(keys(check), keys(item), "{check}");
        let state = check["state"].as_str().unwrap();
        assert!(strings(&item["state"]["enum"]).contains(&state), "{check}");
        let words = keys(&schema["$defs"]["words"]["properties"]);
        assert_eq!(keys(&check["found"]), words);
        let bad = matches!(state, "warning" | "must_be_mended");
        assert_eq!(bad, check["remedy"].is_object(), "{check}");
        assert!(!bad || keys(&check["remedy"]) == words);
        let texts = [&check["found"], &check["remedy"]].into_iter().filter(|words| words.is_object());
        for text in texts.flat_map(|words| [&words["en"], &words["vi"]]) {
            assert!(!text.as_str().unwrap().trim().is_empty(), "{check}");
        }
    }
    let counts = &properties["summary"]["properties"];
    assert_eq!(keys(&report["summary"]), keys(counts));
    for state in keys(counts) {
        let count = checks.iter().filter(|check| check["state"] == *state).count();
        assert_eq!(report["summary"][&state], count, "{state}");
    }
    assert!(report["at"].as_str().unwrap().parse::<jiff::Timestamp>().is_ok());
    assert_eq!(report["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn reports_have_the_form_of_the_schema() {
    let schema = schema();
    holds(&schema, &Station::without_home().json());
    holds(&schema, &Station::well().json());
    let station = Station::well().with_reader("");
    fs::remove_file(station.file("ca/root.pem")).unwrap();
    fs::remove_file(station.file("registry.sqlite")).unwrap();
    holds(&schema, &station.json());
}

#[test]
fn a_report_names_no_member_and_no_card() {
    let station = Station::well();
    station.run(&["emulator", "create", "a"]);
    station.members(&crate::house::GOOD[..1]);
    let issue = [
        "issue",
        "--members",
        "members.csv",
        "--portraits",
        crate::house::PORTRAITS,
        "--reader",
        "emulator:a",
    ];
    assert!(station.run(&issue).status.success());
    let listed: String = String::from_utf8(station.run(&["list", "--json"]).stdout).unwrap();
    let card: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    let report = station.json().to_string();
    for field in ["card", "number", "member", "chip"] {
        if let Some(value) = card.get(field).and_then(Value::as_str) {
            assert!(!report.contains(value), "{field} {value}");
        }
    }
    assert!(!report.contains(crate::house::GOOD[0]));
}
