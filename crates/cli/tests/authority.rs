//! The authority of a home and its stations: files that cross an air gap, rollover, lists when they are due; judged by OpenSSL.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "authority/carried.rs"]
mod carried;
mod house;

use carried::{Place, openssl};
use chipwright_keystore::{FileKey, Passphrase};
use chipwright_pki::{Certificate, Crl};
use serde_json::Value;
use std::fs;

#[test]
fn a_station_asks_the_root_signs_and_the_station_accepts() {
    let root = Place::root();
    let station = root.station();
    for (role, label) in [("documents", "signer-2"), ("bundle", "bundle-signer-1")] {
        let (asked, signed) = (station.path(&format!("{role}.csr")), station.path(&format!("{role}.pem")));
        let done = station.well(&["ca", "request", "--role", role, "--name", "Trạm 7", "--out", &asked]);
        let fingerprint = String::from_utf8(done.stdout).unwrap().trim().to_owned();
        let said = openssl(&["req", "-verify", "-noout", "-in", &asked], true);
        assert!(said.contains("verify OK"), "{said}");
        assert!(fs::read_to_string(&asked).unwrap().starts_with("Chipwright: request"), "says what it is");
        root.well(&["ca", "sign", &asked, "--fingerprint", &fingerprint, "--out", &signed]);
        station.well(&["ca", "accept", &signed]);
        let held = station.home(&format!("ca/{label}.pem"));
        assert!(held.is_file() && !station.home(&format!("ca/{label}.csr")).exists());
        let crl = station.home("ca/crl.pem").display().to_string();
        let anchor = station.home("ca/root.pem").display().to_string();
        // -ignore_critical: it is a test root
        let check = ["verify", "-x509_strict", "-ignore_critical", "-crl_check_all", "-CRLfile", &crl];
        openssl(&[&check[..], &["-CAfile", &anchor, held.to_str().unwrap()]].concat(), true);
        let shown =
            openssl(&["x509", "-noout", "-subject", "-nameopt", "utf8", "-in", held.to_str().unwrap()], true);
        assert!(shown.contains("Trạm 7"), "{shown}");
    }
    assert_eq!(fs::read_dir(root.home("ca/issued")).unwrap().count(), 2);
    let report = station.checked(true);
    let names: Vec<&str> =
        report["results"].as_array().unwrap().iter().map(|line| line["name"].as_str().unwrap()).collect();
    assert!(names.contains(&"signer-2") && names.contains(&"bundle-signer-1"), "{names:?}");
}

/// Whoever runs the station does not hold the registrar's key.
#[test]
fn a_registrar_asks_under_a_passphrase_of_his_or_her_own() {
    let root = Place::root();
    let station = root.station();
    let (asked, signed) = (station.path("hoa.csr"), station.path("hoa.pem"));
    let ask = |role: &str, name: &str| {
        let ask = ["ca", "request", "--role", role, "--name", name, "--out", &asked];
        station.told("của Hoà\n", &[&ask[..], &["--registrar-passphrase-fd", "3"]].concat())
    };
    let before = station.everything();
    for (role, name, because) in [
        ("registrar", "Trần Hoà", "cannot be the name of a registrar"),
        ("custodian", "hoa", "`chipwright ceremony custodian add`"),
    ] {
        let refused = ask(role, name);
        assert_eq!(refused.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&refused.stderr).contains(because), "{refused:?}");
    }
    for (role, because) in [("registrar", "`chipwright registrar add`"), ("custodian", "custodian add`")] {
        let refused = root.run(&["ca", "new-signer", "--role", role, "--name", "hoa"]);
        assert!(String::from_utf8_lossy(&refused.stderr).contains(because), "{refused:?}");
    }
    assert!(station.everything() == before);
    let done = ask("registrar", "tran-hoa");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let fingerprint = String::from_utf8(done.stdout).unwrap().trim().to_owned();
    root.well(&["ca", "sign", &asked, "--fingerprint", &fingerprint, "--out", &signed]);
    station.well(&["ca", "accept", &signed]);
    let open = |passphrase: &str| {
        FileKey::load(station.home("ca/registrar-tran-hoa.key"), &Passphrase::new(passphrase))
    };
    assert!(open("của Hoà").is_ok());
    assert!(open(&fs::read_to_string(station.home("keys/passphrase")).unwrap()).is_err());
    let shown = station.well(&["registrar", "list"]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("tran-hoa"));
    // one that no command can name is not passed over
    fs::copy(station.home("ca/registrar-tran-hoa.pem"), station.home("ca/registrar-trần.pem")).unwrap();
    let refused = station.run(&["registrar", "list"]);
    assert_eq!(refused.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("registrar-trần.pem"));
}

/// A certificate or a request that could not be handed out is not lost, and not made twice.
#[test]
fn what_was_made_is_handed_out_again() {
    let root = Place::root();
    let station = root.station();
    let nowhere = station.path("no/such/folder");
    let before = station.everything();
    let ask = |out: &str| {
        ["ca", "request", "--role", "bundle", "--name", "Trạm 7", "--out", out].map(str::to_owned)
    };
    let run = |place: &Place, arguments: &[String]| {
        place.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    };
    assert_eq!(run(&station, &ask(&nowhere)).status.code(), Some(5));
    assert!(station.everything() == before, "no key without its request");
    let (asked, again) = (station.path("1.csr"), station.path("2.csr"));
    let first = run(&station, &ask(&asked));
    let before = station.everything();
    assert_eq!(run(&station, &ask(&again)).stdout, first.stdout);
    assert!(station.everything() == before && fs::read(&asked).unwrap() == fs::read(&again).unwrap());

    let fingerprint = String::from_utf8(first.stdout).unwrap().trim().to_owned();
    let sign =
        |out: &str| ["ca", "sign", &asked, "--fingerprint", &fingerprint, "--out", out].map(str::to_owned);
    let before = root.everything();
    assert_eq!(run(&root, &sign(&nowhere)).status.code(), Some(5));
    assert!(root.everything() == before, "no certificate that nobody is given");
    let (signed, again) = (station.path("1.pem"), station.path("2.pem"));
    assert!(run(&root, &sign(&signed)).status.success());
    let before = root.everything();
    assert!(run(&root, &sign(&again)).status.success());
    assert!(root.everything() == before && fs::read(&signed).unwrap() == fs::read(&again).unwrap());
    station.well(&["ca", "accept", &again]);
}

#[test]
fn a_certificate_for_a_station_is_revoked_by_its_serial_number_and_the_list_carried() {
    let root = Place::root();
    let station = root.station();
    let (_, signed) = station.certified(&root, "documents");
    station.well(&["ca", "accept", &signed]);
    let serial = fs::read_dir(root.home("ca/issued")).unwrap().next().unwrap().unwrap().file_name();
    let serial = serial.to_str().unwrap().trim_end_matches(".pem").to_owned();
    root.well(&["ca", "revoke-signer", &serial]);
    station.well(&["ca", "accept", root.home("ca/crl.pem").to_str().unwrap()]);
    let report = station.checked(false);
    let line = report["results"].as_array().unwrap().iter().find(|line| line["name"] == "signer-2").unwrap();
    assert_eq!(line["result"], "bad");
    assert!(line["problems"][0].as_str().unwrap().contains("revoked"), "{line}");
}

#[test]
fn the_root_is_followed_by_another_and_stations_follow_the_link() {
    let root = Place::root();
    let station = root.station();
    root.well(&["ca", "rollover"]);
    root.well(&["ca", "new-signer"]);
    for file in
        ["root-2.pem", "root-2.key", "crl-2.pem", "link-2-by-1.pem", "link-1-by-2.pem", "signer-2.pem"]
    {
        assert!(root.home("ca").join(file).is_file(), "{file}");
    }
    let file = |name: &str| root.home("ca").join(name).display().to_string();
    let lists = root.path("lists.pem");
    let both = [fs::read(file("crl.pem")).unwrap(), fs::read(file("crl-2.pem")).unwrap()].concat();
    fs::write(&lists, both).unwrap();
    let chain = |anchor: &str, link: &str, leaf: &str, accepted| {
        let check = ["verify", "-x509_strict", "-ignore_critical", "-crl_check_all", "-CRLfile", &lists];
        let files = ["-CAfile", &file(anchor), "-untrusted", &file(link), &file(leaf)];
        openssl(&[&check[..], &files].concat(), accepted);
    };
    chain("root.pem", "link-2-by-1.pem", "signer-2.pem", true);
    chain("root-2.pem", "link-1-by-2.pem", "signer-1.pem", true);
    chain("root.pem", "link-1-by-2.pem", "signer-2.pem", false);
    chain("root-2.pem", "link-2-by-1.pem", "signer-1.pem", false);
    root.checked(true);
    // both lists are signed on, each by its own root
    root.well(&["ca", "crl"]);
    for name in ["crl.pem", "crl-2.pem"] {
        assert_eq!(Crl::from_file_bytes(&fs::read(file(name)).unwrap()).unwrap()[0].number(), 2, "{name}");
    }
    // the station: the new root without its link is refused, with it taken; then its list
    let refused = station.run(&["ca", "accept", &file("root-2.pem")]);
    assert!(!refused.status.success());
    station.well(&["ca", "accept", &file("link-2-by-1.pem")]);
    station.well(&["ca", "accept", &file("root-2.pem")]);
    station.well(&["ca", "accept", &file("crl-2.pem")]);
    station.checked(true);
    // requests go to the new root now
    let (_, signed) = station.certified(&root, "documents");
    station.well(&["ca", "accept", &signed]);
    let held = Certificate::from_file_bytes(&fs::read(station.home("ca/signer-2.pem")).unwrap()).unwrap();
    let new = Certificate::from_file_bytes(&fs::read(file("root-2.pem")).unwrap()).unwrap();
    held[0].verify_issued_by(&new[0]).unwrap();
}

#[test]
fn a_stopped_rollover_is_repeated_with_the_same_key() {
    let root = Place::root();
    root.well(&["ca", "rollover"]);
    let key = fs::read(root.home("ca/root-2.key")).unwrap();
    // as if it had been stopped just before the end
    fs::remove_file(root.home("ca/root-2.pem")).unwrap();
    root.checked_but(&["link-1-by-2"]);
    root.well(&["ca", "rollover"]);
    assert_eq!(fs::read(root.home("ca/root-2.key")).unwrap(), key);
    assert!(!root.home("ca/root-3.pem").exists());
    root.checked(true);
}

#[test]
fn the_master_list_is_signed_by_its_own_signer_and_openssl_reads_it() {
    let root = Place::root();
    let out = root.path("list.ml");
    let refused = root.run(&["ca", "master-list", "--out", &out]);
    assert_eq!(refused.status.code(), Some(5), "nobody may sign it yet");
    root.well(&["ca", "new-signer", "--role", "master-list"]);
    root.well(&["ca", "rollover"]);
    root.well(&["ca", "master-list", "--out", &out]);
    let (anchor, content) = (root.home("ca/root.pem").display().to_string(), root.path("content"));
    let check = ["cms", "-verify", "-inform", "DER", "-binary", "-purpose", "any", "-ignore_critical"];
    openssl(&[&check[..], &["-in", &out, "-CAfile", &anchor, "-out", &content]].concat(), true);
    let listed = chipwright_pki::MasterList::from_der(&fs::read(&content).unwrap()).unwrap();
    assert_eq!(listed.certificates().len(), 4, "two roots, two links");
    let again = root.run(&["ca", "master-list", "--out", &out]);
    assert!(!again.status.success(), "nothing is overwritten");
    root.checked(true);
    let mut der = fs::read(&out).unwrap();
    let last = der.len() - 1;
    der[last] ^= 1;
    fs::write(root.home("ca/master-list.ml"), &der).unwrap();
    root.checked_but(&["master-list"]);
    fs::write(&out, der).unwrap();
    openssl(&[&check[..], &["-in", &out, "-CAfile", &anchor, "-out", &content]].concat(), false);
}

#[test]
fn lists_are_signed_when_they_are_due_and_empty_ones_too() {
    let root = Place::root();
    let file = root.home("ca/crl.pem");
    let fresh = fs::read(&file).unwrap();
    let said = root.well(&["ca", "crl", "--if-due"]);
    assert!(String::from_utf8_lossy(&said.stderr).contains("no list is due before"));
    assert_eq!(fs::read(&file).unwrap(), fresh);
    // with the root's key out of reach it is still said that nothing is due
    root.station().well(&["ca", "crl", "--if-due"]);
    for (age, number) in [(59, 1), (61, 2), (120, 3)] {
        root.put_list(age);
        root.well(&["ca", "crl", "--if-due"]);
        let held = &Crl::from_file_bytes(&fs::read(&file).unwrap()).unwrap()[0];
        assert_eq!((held.number(), held.is_empty()), (number, true), "{age} days old");
    }
}

#[test]
fn check_names_what_is_wrong() {
    let root = Place::root();
    root.well(&["ca", "rollover"]);
    root.checked(true);
    root.put_list(91);
    root.checked_but(&["crl"]);
    root.well(&["ca", "crl"]);
    let (one, other) = (root.home("ca/link-1-by-2.pem"), root.home("ca/link-2-by-1.pem"));
    fs::copy(Place::root().home("ca/root.pem"), root.home("ca/link-9-by-9.pem")).unwrap();
    let mut der = pem(&other);
    let last = der.len() - 1;
    der[last] ^= 1;
    fs::write(&other, der).unwrap();
    let report = root.run(&["ca", "check", "--json"]);
    let report: Value = serde_json::from_slice(&report.stdout).unwrap();
    assert_eq!(report["good"], false, "{report}");
    assert!(one.is_file());
}

fn pem(path: &std::path::Path) -> Vec<u8> {
    Certificate::from_file_bytes(&fs::read(path).unwrap()).unwrap()[0].as_der().to_vec()
}
