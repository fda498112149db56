//! A station that signs more, or later, than it may; and files that are not what was asked for.

#[path = "../authority/carried.rs"]
mod carried;

use crate::refused;
use carried::Place;
use std::fs;
use std::process::Output;

/// Runs what must be refused, takes its snapshot, and sees that nothing in the home changed.
fn refused_at(place: &Place, slug: &str, tried: &str, arguments: &[&str]) {
    let before = place.everything();
    let output = place.run(arguments);
    refused("signer", slug, tried, &told(place, output));
    assert!(place.everything() == before, "{slug}: something changed");
}

/// Without the folder of this run.
fn told(place: &Place, mut output: Output) -> Output {
    let said = String::from_utf8(output.stderr).unwrap();
    let folder = place.path("");
    output.stderr = said.replace(&folder, "").into_bytes();
    output
}

#[test]
fn a_signer_whose_time_is_over_signs_nothing_more() {
    let root = Place::root();
    root.make_older(400);
    root.well(&["ca", "new-signer", "--role", "master-list"]);
    let key = root.key("master-list-signer-1", &root.home("keys/passphrase"));
    let over = root.list_signer_for(chipwright_pki::SignKey::public_key(&key), 380);
    fs::write(root.home("ca/master-list-signer-1.pem"), over.to_pem()).unwrap();
    let out = root.path("list.ml");
    let tried = "sign a master list with a key whose twelve months are over";
    refused_at(&root, "expired-list-signer", tried, &["ca", "master-list", "--out", &out]);
    assert!(!fs::exists(&out).unwrap());
}

#[test]
fn a_document_signer_whose_three_months_are_over_signs_no_card() {
    let root = Place::root();
    root.make_older(400);
    let key = root.key("signer-1", &root.home("keys/passphrase"));
    let over = root.signer_for(chipwright_pki::SignKey::public_key(&key), 200);
    fs::write(root.home("ca/signer-1.pem"), over.to_pem()).unwrap();
    root.well(&["emulator", "create", "--count", "1"]);
    let members = root.path("members.csv");
    let sample = fs::read_to_string(crate::house::sample("members.csv")).unwrap();
    let rows: String = sample.lines().take(2).map(|row| format!("{row}\n")).collect();
    fs::write(&members, rows).unwrap();
    let files = ["--members", &members, "--portraits", crate::house::PORTRAITS];
    root.well(&[&["batch", "prepare"], &files[..], &["--registrar", "lan"]].concat());
    let batch = root.path("members.batch");
    root.well(&[&["batch", "approve", &batch], &files[..], &["--registrar", "minh"]].concat());
    // what was tried stands in the registry and the ledger; certificates, keys and cards are as they were
    let kept = |place: &Place| {
        let mut found = place.everything();
        found.retain(|path, _| {
            let kind = path.extension().and_then(|extension| extension.to_str());
            matches!(kind, Some("pem" | "key" | "card"))
        });
        found
    };
    let before = kept(&root);
    let issue = [&["issue"], &files[..], &["--reader", "emulator:*"]].concat();
    let output = root.run(&issue);
    refused(
        "signer",
        "expired-signer",
        "issue with a signer whose three months are over",
        &told(&root, output),
    );
    assert!(kept(&root) == before, "something changed");
}

#[test]
fn nothing_is_signed_by_a_clock_that_was_set_back() {
    let root = Place::root();
    // the last list was signed tomorrow, by this clock
    root.put_list(-1);
    let tried = "sign a certificate and a list after the clock was set back";
    refused_at(&root, "clock-set-back-new-signer", tried, &["ca", "new-signer"]);
    refused_at(&root, "clock-set-back-list", tried, &["ca", "crl"]);
    refused_at(&root, "clock-set-back-rollover", tried, &["ca", "rollover"]);
}

#[test]
fn a_certificate_of_tomorrow_is_not_accepted() {
    let root = Place::root();
    let station = root.station();
    let asked = station.path("carried.csr");
    station.ask("documents", &asked);
    let request = chipwright_pki::Request::from_file_bytes(&fs::read(&asked).unwrap()).unwrap();
    let early = root.signer_for(request.public_key(), -1);
    let file = station.path("tomorrow.pem");
    fs::write(&file, early.to_pem()).unwrap();
    let tried = "accept a certificate that begins tomorrow by this clock";
    refused_at(&station, "certificate-of-tomorrow", tried, &["ca", "accept", &file]);
}

#[test]
fn requests_are_signed_for_this_home_only_and_once() {
    let (root, stranger) = (Place::root(), Place::root());
    let station = root.station();
    let (asked, out) = (station.path("carried.csr"), station.path("again.pem"));
    let foreign = stranger.path("foreign.csr");
    let fingerprint = stranger.station().ask("documents", &foreign);
    let sign = |file: &str, fingerprint: &str| {
        ["ca", "sign", file, "--fingerprint", fingerprint, "--out", &out].map(str::to_owned)
    };
    let try_to = |slug: &str, tried: &str, arguments: [String; 7]| {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let before = root.everything();
        let mut output = root.run(&arguments);
        for place in [&root, &station, &stranger] {
            output = told(place, output);
        }
        refused("signer", slug, tried, &output);
        assert!(root.everything() == before, "{slug}: something changed");
        assert!(!fs::exists(&out).unwrap());
    };
    try_to("request-of-another-home", "sign a request made for another root", sign(&foreign, &fingerprint));

    let fingerprint = station.ask("documents", &asked);
    let other = fingerprint.replace(|c: char| c.is_ascii_digit(), "a");
    try_to(
        "request-exchanged",
        "sign a request with another fingerprint than the station told",
        sign(&asked, &other),
    );
    let text = fs::read_to_string(&asked).unwrap();
    let altered = station.path("altered.csr");
    let at = text.rfind("-----END").unwrap() - 12;
    let replaced = if &text[at..=at] == "A" { "B" } else { "A" };
    fs::write(&altered, format!("{}{replaced}{}", &text[..at], &text[at + 1..])).unwrap();
    try_to("request-altered", "sign a request altered on the way", sign(&altered, &fingerprint));

    let signed = station.path("carried.pem");
    root.well(&["ca", "sign", &asked, "--fingerprint", &fingerprint, "--out", &signed]);
    let serial = fs::read_dir(root.home("ca/issued")).unwrap().next().unwrap().unwrap().path();
    root.well(&["ca", "revoke-signer", serial.file_stem().unwrap().to_str().unwrap()]);
    let tried = "sign the same request again after its certificate was revoked";
    try_to("request-again", tried, sign(&asked, &fingerprint));
    try_to(
        "certificate-as-request",
        "sign a certificate as if it were a request",
        sign(&signed, &fingerprint),
    );
}

#[test]
fn a_station_accepts_what_its_own_root_signed_for_its_own_key() {
    let (root, stranger) = (Place::root(), Place::root());
    let (station, neighbour, far) = (root.station(), root.station(), stranger.station());
    let (asked, signed) = neighbour.certified(&root, "documents");
    let try_to = |slug: &str, tried: &str, file: &str| {
        let before = station.everything();
        let mut output = station.run(&["ca", "accept", file]);
        for place in [&root, &station, &neighbour, &stranger, &far] {
            output = told(place, output);
        }
        refused("signer", slug, tried, &output);
        assert!(station.everything() == before, "{slug}: something changed");
    };
    try_to("certificate-for-another-key", "accept the certificate of another station", &signed);
    try_to("request-as-certificate", "accept a request as if it were a certificate", &asked);
    let (_, foreign) = far.certified(&stranger, "documents");
    try_to("certificate-of-another-root", "accept a certificate signed by another root", &foreign);
    let key = root.home("ca/root.key");
    try_to("private-key-carried", "accept a private key", key.to_str().unwrap());

    let old = station.path("old.pem");
    fs::copy(station.home("ca/crl.pem"), &old).unwrap();
    root.well(&["ca", "crl"]);
    station.well(&["ca", "accept", root.home("ca/crl.pem").to_str().unwrap()]);
    try_to("old-list", "accept a revocation list older than the one held", &old);
    let list = stranger.home("ca/crl.pem");
    try_to("list-of-another-root", "accept the revocation list of another root", list.to_str().unwrap());
    let other = stranger.home("ca/root.pem");
    try_to("root-without-link", "accept a root that no link leads to", other.to_str().unwrap());

    station.well(&["ca", "accept", &station.certified(&root, "documents").1]);
    let own = station.path("own.pem");
    let bytes = fs::read(station.home("ca/signer-2.pem")).unwrap();
    fs::write(&own, bytes).unwrap();
    try_to("certificate-again", "accept the same certificate a second time", &own);
}
