//! The vectors of `test-vectors/data-groups` and `test-vectors/security-object`, found by directory.
//!
//! With `CHIPWRIGHT_WRITE_VECTORS=1` the files are written anew from the inputs in `vectors/inputs.rs`; otherwise every file is read, its inputs are
//! built into files, and those are compared with what it says.

#![allow(missing_docs, clippy::unwrap_used, clippy::disallowed_methods, clippy::print_stdout)]

#[path = "vectors/inputs.rs"]
mod inputs;
#[path = "vectors/negatives.rs"]
mod negatives;
#[path = "vectors/profile.rs"]
mod profile;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use chipwright_profile::FileId;

type Object = Map<String, Value>;

#[test]
fn every_vector() {
    if std::env::var_os("CHIPWRIGHT_WRITE_VECTORS").is_some() {
        write_all();
    }
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for (folder, name, vector) in ["data-groups", "security-object"].into_iter().flat_map(read_folder) {
        println!("{folder}/{name}");
        let kind = vector["kind"].as_str().unwrap();
        match kind {
            "data-groups" => profile::check(&vector),
            "file" => negatives::check_file(&vector),
            "lds-security-object" => negatives::check_security_object(&vector),
            other => panic!("{name}: kind {other} is not known"),
        }
        *counts.entry(kind.to_owned()).or_default() += 1;
    }
    println!("{counts:?}");
    assert_eq!(counts.len(), 3);
}

/// What is written is what lies there: nobody edited a file by hand, none is left over.
#[test]
fn no_vector_is_stale() {
    if std::env::var_os("CHIPWRIGHT_WRITE_VECTORS").is_some() {
        return;
    }
    let found: BTreeMap<String, Object> = ["data-groups", "security-object"]
        .into_iter()
        .flat_map(read_folder)
        .map(|(folder, name, vector)| (format!("{folder}/{name}"), vector))
        .collect();
    let wanted: BTreeMap<String, Object> = all(&portrait_in(&found)).into_iter().collect();
    assert_eq!(found.keys().collect::<Vec<_>>(), wanted.keys().collect::<Vec<_>>());
    for (name, vector) in &wanted {
        assert_eq!(&found[name], vector, "{name}");
    }
}

fn write_all() {
    let picture = inputs::drawn_portrait();
    for (name, vector) in all(&picture) {
        let path = vectors().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, serde_json::to_string_pretty(&vector).unwrap() + "\n").unwrap();
    }
}

/// Every vector by its path, all with one portrait.
fn all(picture: &[u8]) -> Vec<(String, Object)> {
    let good: Vec<(String, Object)> = inputs::cases()
        .into_iter()
        .map(|(name, comment, case)| {
            (format!("data-groups/{name}.json"), profile::vector(comment, case, picture))
        })
        .collect();
    let mut vectors = negatives::security_objects(&good[0].1);
    vectors.extend(negatives::files(&good[0].1));
    vectors.extend(good);
    vectors
}

/// The portrait is an input: it is taken from a vector, not drawn again, so that another encoder version changes nothing.
fn portrait_in(found: &BTreeMap<String, Object>) -> Vec<u8> {
    let vector = found.values().find(|vector| vector["kind"] == "data-groups").unwrap();
    hex::decode(vector["portrait"].as_str().unwrap()).unwrap()
}

fn read_folder(folder: &'static str) -> Vec<(&'static str, String, Object)> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(vectors().join(folder)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "json") {
            let vector = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
            found.push((folder, path.file_name().unwrap().to_str().unwrap().to_owned(), vector));
        }
    }
    found
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test-vectors")
}

/// The keys every file has, then those of its kind, which must be all.
fn only(vector: &Object, keys: &[&str]) {
    for key in vector.keys() {
        let known =
            ["source", "expect", "comment", "kind"].contains(&key.as_str()) || keys.contains(&key.as_str());
        assert!(known, "key {key} is not known");
    }
}

fn head(kind: &str, expect: &str, comment: &str) -> Object {
    let source = "made by crates/profile/tests/data_group_vectors.rs from invented data; ICAO Doc 9303-10 (8th edition) section 4, \
                  ISO/IEC 19794-5:2005, applet-spec/asn1/ChipwrightMembership.asn1; structure checked with openssl asn1parse";
    let head = json!({ "source": source, "expect": expect, "comment": comment, "kind": kind });
    head.as_object().unwrap().clone()
}

fn file_named(name: &str) -> FileId {
    let named = [FileId::Dir, FileId::AtrInfo, FileId::CardAccess, FileId::Com, FileId::Sod];
    named.into_iter().chain((1..=16).map(FileId::Dg)).find(|file| file.to_string() == name).unwrap()
}

fn text<'a>(vector: &'a Object, key: &str) -> &'a str {
    vector[key].as_str().unwrap()
}

fn bytes(vector: &Object, key: &str) -> Vec<u8> {
    hex::decode(text(vector, key)).unwrap()
}
