//! `terminal`: commands that were stopped, requests of strangers, and which certificate a name stands for.
#![allow(clippy::unwrap_used, reason = "tests")]

mod house;

use chipwright_pki::SignKey;
use chipwright_pki::cv::{Reference, plain_signature, prepare_request};
use chipwright_testkit::{SoftKey, random};
use house::House;
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;
use std::path::PathBuf;
use std::process::Output;

const RIGHTS: [&str; 4] = ["--right", "can-allowed", "--right", "read:training"];

fn house() -> House {
    let house = House::empty();
    succeeds(&house, &["init", "home", "--records"]);
    house
}

fn succeeds(house: &House, arguments: &[&str]) -> Output {
    let done = house.output(arguments);
    assert!(done.status.success(), "{arguments:?}: {}", said(&done));
    done
}

fn said(done: &Output) -> String {
    String::from_utf8_lossy(&done.stderr).into_owned()
}

fn file(house: &House, name: &str) -> PathBuf {
    house.path().join("home").join(name)
}

fn shown(house: &House) -> Value {
    serde_json::from_slice(&succeeds(house, &["terminal", "show", "--json"]).stdout).unwrap()
}

fn issue(house: &House, name: &str) {
    succeeds(house, &[&["terminal", "issue", name], &RIGHTS[..]].concat());
}

/// A well-signed request whose holder has these sixteen bytes or fewer.
fn request(house: &House, holder: &[u8]) -> PathBuf {
    let key = SoftKey::generate(&mut random(5));
    let stand_in: Reference = format!("VN{}00001", "A".repeat(holder.len() - 7)).parse().unwrap();
    let made = prepare_request(&stand_in, None, key.public_key()).unwrap().sign_with(&key).unwrap();
    let mut bytes = made.to_bytes();
    let at = bytes.windows(holder.len()).position(|part| part == stand_in.as_bytes()).unwrap();
    bytes[at..at + holder.len()].copy_from_slice(holder);
    let body = bytes.windows(2).position(|tag| tag == b"\x7F\x4E").unwrap();
    let signature = bytes.len() - 64;
    let signed = plain_signature(&key, &bytes[body..signature - 3]).unwrap();
    bytes[signature..].copy_from_slice(&signed);
    let path = house.path().join("stranger.request");
    fs::write(&path, bytes).unwrap();
    path
}

fn sign(house: &House, request: &str) -> Output {
    house.output(&[&["terminal", "issue", "--request", request], &RIGHTS[..]].concat())
}

#[test]
fn a_stranger_chooses_no_file() {
    let house = house();
    issue(&house, "reader");
    let chain = fs::read(file(&house, "terminals/reader-00001.chain")).unwrap();
    let listing = || {
        let mut names: Vec<_> = [file(&house, "terminals"), file(&house, ""), house.path().to_owned()]
            .iter()
            .flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()))
            .filter(|path| path.extension().is_none_or(|extension| extension != "request"))
            .collect();
        names.sort();
        names
    };
    let before = listing();
    for (holder, why) in [
        (&b"VN../../x00001"[..], "no name that this home gives"),
        (b"VN\xC0\xC0\xC0\xC0\xC0\xC0\xC0", "no name that this home gives"),
        (b"DEFOREIGN00001", "no name that this home gives"),
        (b"VNREADER0000A", "no name that this home gives"),
        (b"VNreader00001", "no name that this home gives"),
        (b"VNREADER00001", "there is a terminal VNREADER00001 already"),
    ] {
        let path = request(&house, holder);
        let refused = sign(&house, path.to_str().unwrap());
        assert_eq!(refused.status.code(), Some(2), "{holder:?}: {}", said(&refused));
        assert!(said(&refused).contains(why), "{holder:?}: {}", said(&refused));
    }
    assert_eq!(listing(), before);
    assert_eq!(fs::read(file(&house, "terminals/reader-00001.chain")).unwrap(), chain);
    // a key that waits for its certificate is nobody else's either
    let asked = succeeds(&house, &["terminal", "request", "post"]);
    let path = request(&house, b"VNPOST00001");
    assert_eq!(sign(&house, path.to_str().unwrap()).status.code(), Some(2));
    let own = String::from_utf8(asked.stdout).unwrap();
    assert!(sign(&house, own.trim()).status.success());
    assert_eq!(sign(&house, own.trim()).status.code(), Some(2), "once");
    // and a good one is signed
    let path = request(&house, b"VNELSEWHER00007");
    assert!(sign(&house, path.to_str().unwrap()).status.success());
    assert!(file(&house, "terminals/elsewher-00007.chain").is_file());
}

#[test]
fn refusals_of_requests_in_two_languages() {
    let house = house();
    issue(&house, "reader");
    let mut told = String::new();
    for holder in [&b"VN../../x00001"[..], b"VNREADER00001"] {
        request(&house, holder);
        let arguments = [&["terminal", "issue", "--request", "stranger.request"], &RIGHTS[..]].concat();
        told += &house.transcript(&arguments);
        told += &house.transcript(&[&["--lang", "vi"], &arguments[..]].concat());
    }
    assert_snapshot!(told);
}

/// Between a key and its certificate, and between certificate and trust point.
#[test]
fn making_the_hierarchy_goes_on_where_it_was_stopped() {
    let house = House::with_home();
    succeeds(&house, &["terminal", "init-cvca"]);
    let take = |names: &[&str]| names.iter().for_each(|name| fs::remove_file(file(&house, name)).unwrap());
    take(&["ca/cvca-1.cvcert", "ca/cvca.cvcert", "ca/dv-1.cvcert", "ca/dv-1.key"]);
    succeeds(&house, &["terminal", "init-cvca"]);
    take(&["ca/cvca.cvcert", "ca/dv-1.cvcert"]);
    assert_eq!(shown(&house)["trust_point"], Value::Null);
    succeeds(&house, &["terminal", "init-cvca"]);
    take(&["ca/dv-1.cvcert"]);
    succeeds(&house, &["terminal", "init-cvca"]);
    assert_eq!(shown(&house)["trust_point"], "VNCVCA00001");
    assert_eq!(house.output(&["terminal", "init-cvca"]).status.code(), Some(5), "and no more");
    // the next document verifier: its key is there already
    succeeds(&house, &["terminal", "dv"]);
    take(&["ca/dv-2.cvcert"]);
    succeeds(&house, &["terminal", "dv"]);

    let first = fs::read(file(&house, "ca/cvca.cvcert")).unwrap();
    succeeds(&house, &["terminal", "roll"]);
    // before its certificate
    take(&["ca/cvca-2.cvcert", "ca/cvca-2-link.cvcert", "ca/dv-3.cvcert", "ca/dv-3.key"]);
    fs::write(file(&house, "ca/cvca.cvcert"), &first).unwrap();
    succeeds(&house, &["terminal", "roll"]);
    // before the trust point: the truth is shown, and the same key made the trust point
    take(&["ca/dv-3.cvcert"]);
    fs::write(file(&house, "ca/cvca.cvcert"), &first).unwrap();
    let show = house.output(&["terminal", "show"]);
    assert!(said(&show).contains("finish it with `chipwright terminal roll`"), "{}", said(&show));
    assert!(String::from_utf8_lossy(&show.stdout).lines().next().unwrap().contains("new cards trust it"));
    assert_eq!(shown(&house)["trust_point"], "VNCVCA00001");
    assert!(said(&succeeds(&house, &["terminal", "roll"])).contains("not renewed once more"));
    let after = shown(&house);
    assert_eq!(
        (&after["trust_point"], after["authorities"].as_array().unwrap().len()),
        (&"VNCVCA00002".into(), 2)
    );
    assert_eq!(after["verifiers"].as_array().unwrap().len(), 3);
    issue(&house, "reader");
    assert_eq!(shown(&house)["terminals"][0]["usable"], true);
    succeeds(&house, &["terminal", "roll"]);
    assert_eq!(shown(&house)["trust_point"], "VNCVCA00003");
}

#[test]
fn other_keys_without_their_other_half_are_no_dead_end() {
    let house = house();
    succeeds(&house, &["record", "new-signer"]);
    fs::remove_file(file(&house, "ca/record-signer-1.pem")).unwrap();
    let made = succeeds(&house, &["record", "new-signer"]);
    assert!(String::from_utf8_lossy(&made.stdout).starts_with("record-signer-2 signs until"));
    succeeds(&house, &["ca", "evidence-key"]);
    let public = fs::read(file(&house, "keys/evidence.pub")).unwrap();
    fs::remove_file(file(&house, "keys/evidence.pub")).unwrap();
    succeeds(&house, &["ca", "evidence-key"]);
    assert_eq!(fs::read(file(&house, "keys/evidence.pub")).unwrap(), public);
    assert_eq!(house.output(&["ca", "evidence-key"]).status.code(), Some(5), "no key is overwritten");
}

/// A key whose certificate is still to come hides no terminal, and the names shown are names.
#[test]
fn a_name_stands_for_the_newest_certificate() {
    let house = house();
    succeeds(&house, &["emulator", "create", "--count", "1"]);
    issue(&house, "reader");
    issue(&house, "reader");
    succeeds(&house, &["terminal", "request", "reader"]);
    // a file of that name in the working folder is not meant
    fs::write(house.path().join("reader"), "notes").unwrap();
    let list = |terminal: &str| {
        let way = ["record", "list", "--reader", "emulator:blank-001", "--can", "123456"];
        said(&house.output(&[&way[..], &["--terminal", terminal]].concat()))
    };
    for terminal in ["reader", "reader-00001", "reader-00002", "READER", "home/terminals/reader-00001.chain"]
    {
        assert!(list(terminal).contains("no records application"), "{terminal}: {}", list(terminal));
    }
    for terminal in ["reader-00003", "read", "0"] {
        assert!(list(terminal).contains("there is no terminal"), "{terminal}: {}", list(terminal));
    }
}
