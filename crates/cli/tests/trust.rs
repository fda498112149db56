//! `trust`: from the centre to the kiosk, by file, stick and HTTP; and cards of a revoked signer that are still good.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod house;

use house::House;
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::process::Output;

fn ran(house: &House, arguments: &[&str]) -> String {
    let done = house.output(arguments);
    assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

fn json(house: &House, arguments: &[&str]) -> Value {
    serde_json::from_str(&ran(house, &[arguments, &["--json"]].concat())).unwrap()
}

fn verdict(house: &House, card: &str, more: &[&str]) -> (i32, Value) {
    let reader = format!("emulator:{card}");
    let verify = ["verify", "--reader", &reader, "--from-registry", "--json"];
    let done: Output = house.output(&[&verify[..], more].concat());
    (done.status.code().unwrap(), serde_json::from_slice(&done.stdout).unwrap())
}

fn detail(report: &Value, check: &str) -> String {
    let checks = report["checks"].as_array().unwrap();
    let found = checks.iter().find(|found| found["name"] == check).unwrap();
    found["detail"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn bundles_go_from_the_centre_to_the_kiosk() {
    let house = House::with_home();
    assert_eq!(house.output(&["trust", "build", "--out", "1.ctb"]).status.code(), Some(5), "no signer");
    ran(&house, &["ca", "new-signer", "--role", "bundle"]);
    let first = json(&house, &["trust", "build", "--out", "1.ctb"]);
    assert_eq!((first["number"].as_u64(), first["signer"].as_str()), (Some(1), Some("bundle-signer-1")));
    // nothing is overwritten, and no number is lost to a mistake
    assert_eq!(house.output(&["trust", "build", "--out", "1.ctb"]).status.code(), Some(2));
    ran(&house, &["trust", "build", "--out", "2.ctb"]);
    ran(&house, &["ca", "crl"]);
    let third = json(&house, &["trust", "build", "--out", "3.ctb", "--delta-from", "2"]);
    assert_eq!((third["number"].as_u64(), third["delta_from"].as_u64()), (Some(3), Some(2)));
    assert_eq!(
        house.output(&["trust", "build", "--out", "4.ctb", "--delta-from", "9"]).status.code(),
        Some(2)
    );

    // a stick with all of them: the newest that fits, then the delta on it
    let stick = house.path().join("stick");
    fs::create_dir(&stick).unwrap();
    for name in ["1.ctb", "2.ctb", "3.ctb"] {
        fs::copy(house.path().join(name), stick.join(name)).unwrap();
    }
    fs::write(stick.join("holiday.ctb"), "no bundle").unwrap();
    let root = first["roots_sha256"][0].as_str().unwrap();
    let import = ["trust", "import", "stick", "--folder", "kiosk"];
    let done = json(&house, &[&import[..], &["--confirm-number", "2", "--confirm-root", root]].concat());
    let taken: Vec<_> = done["taken"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["number"].as_u64().unwrap(), one["change"].as_str().unwrap()))
        .collect();
    assert_eq!(taken, [(2, "first"), (3, "next")]);
    assert_eq!(done["refused"].as_array().unwrap().len(), 2);
    let shown = json(&house, &["trust", "show", "--folder", "kiosk"]);
    assert_eq!((shown["number"].as_u64(), shown["state"].as_str()), (Some(3), Some("fresh")));
    assert_eq!(shown["roots_sha256"][0].as_str(), Some(root));
    assert_eq!(shown["revocation_lists"][0]["number"], 2);
    // the delta made what the centre keeps
    let kept = fs::read(house.path().join("home/trust/bundle-3.der")).unwrap();
    let held = fs::read_dir(house.path().join("kiosk")).unwrap().map(|entry| entry.unwrap().path());
    let held = held.into_iter().find(|path| path.extension().is_some_and(|ending| ending == "der")).unwrap();
    assert_eq!(fs::read(held).unwrap(), kept);

    let vietnamese = ran(&house, &["--lang", "vi", "trust", "show", "--folder", "kiosk"]);
    assert!(vietnamese.contains("gói tin cậy") && vietnamese.contains("còn mới"), "{vietnamese}");
    let again = ran(&house, &["--lang", "vi", "trust", "import", "3.ctb", "--folder", "kiosk"]);
    assert!(again.contains("đã có hiệu lực từ trước"), "{again}");
}

#[test]
fn bundles_come_over_http() {
    let house = House::with_home();
    ran(&house, &["ca", "new-signer", "--role", "bundle"]);
    ran(&house, &["trust", "build", "--out", "1.ctb"]);
    let body = fs::read(house.path().join("1.ctb")).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/1.ctb", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        for answer in [None, Some(body)] {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap();
            assert!(request[..read].starts_with(b"GET /1.ctb HTTP/1.1\r\n"));
            let (status, body) = answer.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            stream.write_all(head.as_bytes()).unwrap();
            stream.write_all(&body).unwrap();
        }
    });
    let import = ["trust", "import", &address, "--folder", "kiosk", "--confirm-number", "1"];
    let missing = house.output(&import);
    assert_eq!(missing.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("with status 404"));
    assert!(ran(&house, &import).contains("trust bundle 1 is in force"));
    server.join().unwrap();
    let tls = house.output(&["trust", "import", "https://centre.invalid/1.ctb", "--folder", "kiosk"]);
    assert_eq!(tls.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&tls.stderr).contains("over http alone"));
}

#[test]
fn cards_of_a_stolen_signer_that_are_still_good_stay_valid_at_the_kiosk() {
    let house = House::issued();
    ran(&house, &["ca", "new-signer", "--role", "bundle"]);
    let kiosk = ["--trust", "kiosk"];
    ran(&house, &["trust", "build", "--out", "1.ctb"]);
    ran(&house, &["trust", "import", "1.ctb", "--folder", "kiosk", "--confirm-number", "1"]);
    assert_eq!(verdict(&house, "blank-001", &kiosk).0, 0);

    // the station's key is stolen: the card in the first chip is not vouched for, the others are
    let cards = house.json_lines(&["list", "--json"]);
    let chips = house.json_lines(&["emulator", "list", "--json"]);
    let chip = chips.iter().find(|chip| chip["name"] == "blank-001").unwrap()["chip"].clone();
    let doubtful = cards.iter().find(|card| card["chip"] == chip).unwrap()["card"].as_str().unwrap();
    let listed = json(&house, &["trust", "still-good", "signer-1", "--except", doubtful]);
    assert_eq!((listed["listed"].as_u64(), listed["left_out"].as_u64()), (Some(4), Some(1)));
    ran(&house, &["ca", "revoke-signer", "signer-1"]);
    let delta = json(&house, &["trust", "build", "--out", "2.ctb", "--delta-from", "1"]);
    assert!(delta["bytes"].as_u64().unwrap() < 20_000);
    // the kiosk learns it with the next bundle, and not before
    assert_eq!(verdict(&house, "blank-001", &kiosk).0, 0);
    ran(&house, &["trust", "import", "2.ctb", "--folder", "kiosk"]);
    let (code, report) = verdict(&house, "blank-001", &kiosk);
    assert_eq!((code, report["verdict"].as_str()), (12, Some("revoked")), "{report}");
    let (code, report) = verdict(&house, "blank-002", &kiosk);
    assert_eq!(code, 0, "{report}");
    assert!(detail(&report, "signer_revocation").contains("listed as still good"), "{report}");
    // at the centre, which has no such list in ca/, both are revoked
    assert_eq!(verdict(&house, "blank-002", &[]).0, 12);
    let shown = json(&house, &["trust", "show", "--folder", "kiosk"]);
    assert_eq!(shown["still_good"][0]["cards"], 4);
}

#[test]
fn a_kiosk_keeps_the_latest_time_it_saw() {
    let house = House::issued();
    ran(&house, &["ca", "new-signer", "--role", "bundle"]);
    ran(&house, &["trust", "build", "--out", "1.ctb"]);
    ran(&house, &["trust", "import", "1.ctb", "--folder", "kiosk", "--confirm-number", "1"]);
    let latest = || json(&house, &["trust", "show", "--folder", "kiosk"])["latest_signed_time"].clone();
    let before = latest();
    // a card that is signed after the bundle
    std::thread::sleep(std::time::Duration::from_millis(1100));
    house.members(&house::GOOD[5..6]);
    let portraits = house::PORTRAITS;
    ran(&house, &["issue", "--members", "members.csv", "--portraits", portraits, "--reader", "emulator:*"]);
    assert_eq!(latest(), before, "issuing is not verifying");
    assert_eq!(verdict(&house, "blank-006", &["--trust", "kiosk"]).0, 0);
    assert_ne!(latest(), before);
    // a damaged folder is not taken for an empty one
    fs::write(house.path().join("kiosk/state.json"), "{}").unwrap();
    let done =
        house.output(&["verify", "--reader", "emulator:blank-006", "--from-registry", "--trust", "kiosk"]);
    assert_eq!(done.status.code(), Some(5));
}
