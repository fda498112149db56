//! `batch` and `registrar`: what two people see and sign, in both languages.
#![allow(clippy::unwrap_used, reason = "tests")]

mod house;

use house::{BAD, GOOD, House, PORTRAITS};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;
use std::process::Command;

const FILES: [&str; 4] = ["--members", "members.csv", "--portraits", PORTRAITS];

/// What differs from run to run: identifiers of batches and instants to the minute.
fn told(said: &str) -> String {
    let word = |word: &str| match word {
        _ if word.len() == 32 && word.bytes().all(|byte| byte.is_ascii_hexdigit()) => "[BATCH]".to_owned(),
        _ if word.len() == 5 && word.as_bytes()[2] == b':' => "[TIME]".to_owned(),
        _ => word.to_owned(),
    };
    said.lines().map(|line| line.split(' ').map(word).collect::<Vec<_>>().join(" ") + "\n").collect()
}

#[test]
fn two_people_and_a_list() {
    let house = House::with_home();
    house.members(&[&GOOD[..2], &BAD[..1]].concat());
    fs::remove_file(house.path().join("members.batch")).unwrap();
    let by = |what: &[&'static str], registrar: &'static str| {
        [what, &FILES[..], &["--registrar", registrar]].concat()
    };
    let vi = ["--lang", "vi"];
    let mut said = house.session(&[
        &["registrar", "list"],
        &by(&["batch", "prepare"], "lan"),
        &["batch", "show", "members.batch"],
        &by(&["batch", "approve", "members.batch"], "minh"),
        &["batch", "show", "members.batch"],
        &[&["batch", "show", "members.batch"], &vi[..]].concat(),
        &[&by(&["batch", "prepare"], "minh")[..], &vi].concat(),
        &[&by(&["batch", "approve", "members.batch"], "minh")[..], &vi].concat(),
        &[&by(&["batch", "approve", "members.batch"], "lan")[..], &vi].concat(),
        &["batch", "approve", "members.batch", "--registrar", "lan"],
        &["batch", "show", "members.csv"],
        &["batch", "show", "nowhere.batch"],
        &["batch", "prepare", "--registrar", "lan"],
        &by(&["batch", "prepare"], "nobody"),
        &by(&["batch", "prepare"], "Lan"),
        &["registrar", "add", "lan"],
        &["registrar", "remove", "lan"],
        &["registrar", "remove", "lan"],
        &[&["registrar", "list"], &vi[..]].concat(),
        &by(&["batch", "prepare"], "lan"),
        &[&by(&["batch", "prepare"], "lan")[..], &vi].concat(),
    ]);
    said = told(&said);
    assert_snapshot!(said);
}

#[test]
fn a_change_of_one_card() {
    let house = House::issued();
    let listed = house.stdout(&["list", "--json"]);
    let issued: Value = serde_json::from_str(listed.lines().next().unwrap()).unwrap();
    let number = issued["card"].as_str().unwrap();
    let prepare = ["batch", "prepare", "--card", number, "--out", "card.batch", "--registrar", "lan"];
    let name = ["--name", "Nguyễn Thị Hồng Ánh"];
    let unit = ["--unit-code", "14.99", "--unit-name", "Chi bộ mới"];
    let said = house.session(&[
        &prepare,
        &[&prepare[..], &["--name", "4"]].concat(),
        &[&prepare[..], &name, &unit].concat(),
        &["batch", "approve", "card.batch", "--registrar", "minh", "--lang", "vi"],
        &[
            "issue",
            "--members",
            "members.csv",
            "--portraits",
            PORTRAITS,
            "--batch",
            "card.batch",
            "--reader",
            "emulator:*",
        ],
    ]);
    assert_snapshot!(told(&said.replace(number, "[CARD]")));
    let shown: Value =
        serde_json::from_str(&house.stdout(&["batch", "show", "card.batch", "--json"])).unwrap();
    assert_eq!(
        (shown["kind"].as_str(), shown["change"]["unit_code"].as_str()),
        (Some("change"), Some("14.99"))
    );
    assert!(shown["members"].is_null() && shown["good_until"].is_string());
    let schema: Value = serde_json::from_str(&house.stdout(&["schema", "batch"])).unwrap();
    let known = schema["properties"].as_object().unwrap();
    assert!(shown.as_object().unwrap().keys().all(|key| known.contains_key(key)), "{shown}");
    let required = schema["required"].as_array().unwrap();
    assert!(required.iter().all(|key| shown.get(key.as_str().unwrap()).is_some()), "{shown}");
}

/// Each of both statements is CMS that OpenSSL verifies under the root.
#[test]
fn openssl_accepts_both_signatures() {
    let house = House::with_home();
    house.members(&GOOD[..2]);
    let text = fs::read_to_string(house.path().join("members.batch")).unwrap();
    let blocks: Vec<&str> = text.split_inclusive("-----END CMS-----\n").collect();
    assert_eq!(blocks.len(), 2);
    let mut contents = Vec::new();
    for (index, block) in blocks.iter().enumerate() {
        let file = house.path().join(format!("{index}.pem"));
        fs::write(&file, block).unwrap();
        let mut openssl = Command::new("openssl");
        openssl.args([
            "cms",
            "-verify",
            "-inform",
            "PEM",
            "-binary",
            "-purpose",
            "any",
            "-ignore_critical",
            "-in",
        ]);
        let done =
            openssl.arg(file).arg("-CAfile").arg(house.path().join("home/ca/root.pem")).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        contents.push(done.stdout);
    }
    // the manifest: 16 + 32 + 2 × 32 bytes in DER; the approval: a digest
    assert!(contents[0].len() > 112 && contents[0].len() < 140, "{}", contents[0].len());
    assert_eq!(contents[1].len(), 32);
}

/// An older home has no section for it: a second person is demanded there too.
#[test]
fn an_older_home_demands_a_second_person() {
    let house = House::with_home();
    house.members(&GOOD[..1]);
    assert!(house.output(&["emulator", "create", "a"]).status.success());
    let path = house.path().join("home/config.toml");
    let text = fs::read_to_string(&path).unwrap();
    let (before, after) = text.split_once("[approval]\n").unwrap();
    let after = after.split_once("\n[").map_or(String::new(), |(_, after)| format!("[{after}"));
    fs::write(&path, format!("{before}{after}")).unwrap();
    let issue = [&["issue"], &FILES[..], &["--reader", "emulator:a"]].concat();
    fs::rename(house.path().join("members.batch"), house.path().join("elsewhere.batch")).unwrap();
    assert_eq!(house.output(&issue).status.code(), Some(5));
    assert!(house.output(&[&issue[..], &["--batch", "elsewhere.batch"]].concat()).status.success());
    // a test home may say that one person suffices
    fs::write(&path, format!("{before}{after}\n[approval]\nrequired = false\n")).unwrap();
    assert!(house.output(&issue).status.success());
}

#[test]
fn a_registrar_is_added_with_a_passphrase_of_their_own() {
    let house = House::with_home();
    house.members(&GOOD[..1]);
    let run = |script: &str| house.shell(script, &[]).output().unwrap();
    let add = r#""$0" registrar add hoa --registrar-passphrase-fd 3 --json 3<<<"bí mật của Hòa""#;
    let done = run(add);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let names: Vec<String> = String::from_utf8(done.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap()["name"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["hoa", "lan", "minh"]);
    assert!(!house.path().join("home/ca/registrar-hoa.passphrase").exists());
    let approve = |words: &str| {
        let files = format!("--members members.csv --portraits {PORTRAITS}");
        run(&format!(
            r#""$0" batch approve members.batch {files} --registrar hoa --registrar-passphrase-fd 3 3<<<"{words}""#
        ))
    };
    assert_eq!(approve("đoán mò").status.code(), Some(5));
    assert!(approve("bí mật của Hòa").status.success());
    let shown: Value =
        serde_json::from_str(&house.stdout(&["batch", "show", "members.batch", "--json"])).unwrap();
    assert!(shown["approved"]["by"].as_str().unwrap().contains("CN=hoa"), "{shown}");
}
