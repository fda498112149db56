//! The vectors of `test-vectors/mrz`, found by directory.

#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::path::Path;

use chipwright_profile::mrz::transliteration::letter;
use chipwright_profile::mrz::{Td1, Td1Fields, check_digit, name_field, name_field_of};
use chipwright_profile::{CardNumber, DocumentCode, PartialDate, PersonName, Sex, StateCode};
use serde_json::{Map, Value};

const HEAD: [&str; 5] = ["source", "expect", "comment", "kind", "computed_fields"];

#[test]
fn every_vector() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors/mrz");
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let vector: Map<String, Value> =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let kind = text(&vector, "kind");
        assert_eq!(text(&vector, "expect"), "pass", "{}", path.display());
        println!("{}", path.file_name().unwrap().display());
        match kind {
            "mrz-check-digit" => digit(&vector),
            "mrz-letters" => letters(&vector),
            "mrz-name" => name(&vector),
            "mrz-truncation" => truncation(&vector),
            "mrz-td1" => td1(&vector),
            other => panic!("{}: kind {other} is not known", path.display()),
        }
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
    println!("{counts:?}");
    assert_eq!(counts.len(), 5);
}

fn text<'a>(vector: &'a Map<String, Value>, key: &str) -> &'a str {
    vector[key].as_str().unwrap()
}

fn only(vector: &Map<String, Value>, keys: &[&str]) {
    for key in vector.keys() {
        assert!(HEAD.contains(&key.as_str()) || keys.contains(&key.as_str()), "key {key} is not known");
    }
}

fn field(line: [u8; 30]) -> String {
    String::from_utf8(line.to_vec()).unwrap()
}

fn digit(vector: &Map<String, Value>) {
    only(vector, &["input", "check_digit"]);
    assert_eq!([check_digit(text(vector, "input").as_bytes())], text(vector, "check_digit").as_bytes());
}

fn letters(vector: &Map<String, Value>) {
    only(vector, &["cases"]);
    for case in vector["cases"].as_array().unwrap() {
        let (composed, output) = (case["letter"].as_str().unwrap(), case["output"].as_str().unwrap());
        let nfd = case["nfd"].as_str().unwrap();
        if composed.chars().count() == 1 {
            assert_eq!(letter(composed.chars().next().unwrap()), Some(output), "{composed}");
        }
        for form in [composed, nfd] {
            assert_eq!(
                field(name_field(&PersonName::new(form).unwrap())).trim_end_matches('<'),
                output,
                "{form}"
            );
        }
    }
}

fn name(vector: &Map<String, Value>) {
    only(vector, &["name", "primary_identifier", "secondary_identifier", "name_field"]);
    let (primary, secondary) = (text(vector, "primary_identifier"), text(vector, "secondary_identifier"));
    assert_eq!(field(name_field_of(primary, secondary).unwrap()), text(vector, "name_field"));
    if vector.contains_key("name") {
        let name = PersonName::new(text(vector, "name")).unwrap();
        assert_eq!((name.primary(), name.secondary()), (primary, secondary));
        assert_eq!(field(name_field(&name)), text(vector, "name_field"));
    }
}

/// One of the published results where the method is ours, and always the rules.
fn truncation(vector: &Map<String, Value>) {
    only(vector, &["primary_identifier", "secondary_identifier", "published", "untruncated", "rules"]);
    assert_eq!(vector["rules"].as_array().unwrap().len(), 4);
    let (primary, secondary) = (text(vector, "primary_identifier"), text(vector, "secondary_identifier"));
    let line = field(name_field_of(primary, secondary).unwrap());
    if let Some(published) = vector.get("published") {
        for method in ["4.2.3.1 a", "4.2.3.2 a", "4.2.3.4"] {
            published.get(method).inspect(|result| assert_eq!(*result, &line, "{method}"));
        }
    }
    assert!(line.ends_with(|c: char| c.is_ascii_uppercase()), "{line}");
    let (first, second) = line.split_once("<<").unwrap_or((&line, ""));
    assert_eq!((second.is_empty(), second.contains("<<")), (secondary.is_empty(), false), "{line}");
    for (parts, of) in [(first, primary), (second, secondary)] {
        let whole = chipwright_profile::mrz::transliteration::components(of).unwrap();
        let mut rest = whole.iter();
        for (index, part) in parts.split('<').filter(|part| !part.is_empty()).enumerate() {
            let found = rest.position(|component| component.starts_with(part));
            assert!(found.is_some() && (index > 0 || found == Some(0)), "{line}: {part}");
        }
    }
}

fn td1(vector: &Map<String, Value>) {
    let keys =
        ["document_code", "issuing_state", "document_number", "date_of_birth", "sex", "date_of_expiry"];
    only(
        vector,
        &[&keys[..], &["nationality", "primary_identifier", "secondary_identifier", "lines"]].concat(),
    );
    let lines: Vec<&str> =
        vector["lines"].as_array().unwrap().iter().map(|line| line.as_str().unwrap()).collect();
    let zone = Td1::parse(lines.concat().as_bytes()).unwrap();
    assert_eq!(zone.lines().as_slice(), lines);
    assert_eq!(zone.document_code().trim_end_matches('<'), text(vector, "document_code"));
    assert_eq!(zone.issuing_state(), text(vector, "issuing_state"));
    assert_eq!(zone.document_number(), text(vector, "document_number"));
    assert_eq!(zone.birth(), text(vector, "date_of_birth"));
    assert_eq!(zone.sex().mrz().to_string(), text(vector, "sex"));
    assert_eq!(zone.expires().strftime("%y%m%d").to_string(), text(vector, "date_of_expiry"));
    assert_eq!(zone.nationality(), text(vector, "nationality"));
    if let Ok(number) = CardNumber::parse(text(vector, "document_number")) {
        assert_eq!(build(vector, &number, &zone), zone);
    }
}

/// The same zone, written. The two digits of the year of birth do not tell the century, and need not here.
fn build(vector: &Map<String, Value>, number: &CardNumber, zone: &Td1) -> Td1 {
    let birth = text(vector, "date_of_birth");
    let part = |at: usize| birth[at..at + 2].parse::<i8>().ok();
    let name = format!("{} {}", text(vector, "primary_identifier"), text(vector, "secondary_identifier"));
    Td1::new(&Td1Fields {
        document_code: DocumentCode::parse(text(vector, "document_code")).unwrap(),
        issuing_state: StateCode::parse(text(vector, "issuing_state")).unwrap(),
        card_number: number,
        birth: PartialDate::new(1900 + i16::from(part(0).unwrap()), part(2), part(4)).unwrap(),
        sex: match text(vector, "sex") {
            "<" => Sex::Unspecified,
            letter => Sex::parse(letter).unwrap(),
        },
        expires: zone.expires(),
        nationality: StateCode::parse(text(vector, "nationality")).unwrap(),
        name: &PersonName::new(&name).unwrap(),
    })
}
