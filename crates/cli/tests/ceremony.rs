//! Custodians: the root's key in several hands, masters on paper, transcripts that two people sign.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "tests")]

#[path = "ceremony/hands.rs"]
mod hands;
mod house;

use hands::{AN, BINH, CHI, contents, done, forms, in_custody, on_paper, run, typed, with_form};
use house::{GOOD, House, PORTRAITS};
use serde_json::Value;
use std::fs;
use std::path::Path;

const CRL: [&str; 2] = ["ca", "crl"];

/// Any two of three open the root's key, whatever it is needed for; none of them alone, and no passphrase of it is anywhere.
#[test]
fn any_two_of_three_open_the_root() {
    let house = in_custody();
    assert!(!house.path().join("home/ca/root.passphrase").exists());
    for pair in [[AN, BINH], [BINH, CHI], [CHI, AN]] {
        done(&run(&house, &CRL, &pair));
    }
    done(&run(&house, &CRL, &[AN, BINH, CHI]));
    done(&run(&house, &["ca", "new-signer"], &[CHI, AN]));
    done(&run(&house, &["record", "new-signer"], &[AN, CHI]));
    done(&run(&house, &["terminal", "init-cvca"], &[AN, BINH]));
    for alone in [&[AN][..], &[], &[AN, AN]] {
        let before = contents(&house);
        assert!(!run(&house, &CRL, alone).status.success());
        assert_eq!(contents(&house), before);
    }
    // the root's key is not opened by what a custodian has
    let guess = typed(&house, &CRL, &[("--root-passphrase-fd", AN.1)], &[]);
    assert_eq!(guess.status.code(), Some(5), "{}", String::from_utf8_lossy(&guess.stderr));
    let key = fs::read_to_string(house.path().join("home/ca/root.key")).unwrap();
    assert!(key.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"));
}

#[test]
fn custodians_come_and_go() {
    let house = in_custody();
    let dung = ("dung", "mật khẩu của Dũng");
    let add = ["ceremony", "custodian", "add", "dung", "--full-name", "Lê Văn Dũng"];
    let said = done(&typed(&house, &add, &[("--new-passphrase-fd", dung.1)], &[AN, BINH]));
    assert!(said.contains("any 2 of 4") && said.contains("Lê Văn Dũng"), "{said}");
    done(&run(&house, &CRL, &[dung, CHI]));
    let kept = shares(&house);
    assert_eq!(kept.len(), 4);

    let remove = ["ceremony", "custodian", "remove", "an"];
    assert!(!run(&house, &remove, &[AN, BINH]).status.success(), "not by oneself");
    assert!(!run(&house, &remove, &[BINH]).status.success(), "not by one other");
    done(&run(&house, &remove, &[BINH, dung]));
    assert!(!run(&house, &CRL, &[AN, BINH]).status.success());
    done(&run(&house, &CRL, &[CHI, dung]));
    let sign = ["ceremony", "sign-transcript"];
    assert!(!run(&house, &sign, &[AN]).status.success(), "who was removed signs nothing");
    // every share is new: those of before open nothing together with them
    let now = shares(&house);
    assert_eq!(now.len(), 3);
    assert!(now.iter().all(|(name, _)| kept.iter().all(|(former, _)| former != name)));
    let list: Value =
        serde_json::from_str(&house.stdout(&["ceremony", "custodian", "list", "--json"])).unwrap();
    let names: Vec<&str> =
        list["custodians"].as_array().unwrap().iter().map(|held| held["name"].as_str().unwrap()).collect();
    assert_eq!((names, list["needed"].as_u64()), (vec!["binh", "chi", "dung"], Some(2)));
    assert!(
        !typed(&house, &add, &[("--new-passphrase-fd", "x")], &[CHI, BINH]).status.success(),
        "the name is taken"
    );
}

fn shares(house: &House) -> Vec<(String, Vec<u8>)> {
    let files =
        contents(house).into_iter().filter(|(path, _)| path.extension().is_some_and(|end| end == "share"));
    files.map(|(path, bytes)| (path.file_name().unwrap().to_str().unwrap().to_owned(), bytes)).collect()
}

/// A real home is made for two at least, and its root is opened by them.
#[test]
fn a_real_home_has_custodians() {
    let house = House::empty();
    let key = "404142434445464748494A4B4C4D4E4F";
    fs::write(house.path().join("keys.toml"), format!("enc = '{key}'\nmac = '{key}'\ndek = '{key}'\n"))
        .unwrap();
    let init = ["init", "--real", "--transport-keys", "keys.toml", "home"];
    let station = [("--passphrase-fd", "trạm")];
    for few in [&[][..], &[AN]] {
        assert_eq!(typed(&house, &init, &station, few).status.code(), Some(2));
        assert!(!house.path().join("home").exists());
    }
    let alone = [station[0], ("--root-passphrase-fd", "gốc")];
    assert_eq!(
        typed(&house, &init, &alone, &[]).status.code(),
        Some(2),
        "no passphrase that one person knows"
    );
    done(&typed(&house, &init, &station, &[AN, BINH]));
    done(&run(&house, &CRL, &[BINH, AN]));
    let forms =
        ["ceremony", "master", "new", "--components", "2", "--for", "an", "--for", "binh", "--form-out", "x"];
    assert_eq!(run(&house, &forms, &[AN, BINH]).status.code(), Some(2), "no real form in a file");
    // without its list of custodians nothing is opened, by whatever passphrase
    fs::remove_file(house.path().join("home/ca/custody/custodians.toml")).unwrap();
    let guess = typed(&house, &CRL, &[("--root-passphrase-fd", "gốc")], &[]);
    assert!(String::from_utf8_lossy(&guess.stderr).contains("opened by custodians"));
}

/// Whoever changes the list of custodians without them is found out before anything is signed.
#[test]
fn an_altered_list_opens_nothing() {
    let house = in_custody();
    let path = house.path().join("home/ca/custody/custodians.toml");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("full_name = \"chi\"", "full_name = \"an\"")).unwrap();
    let refused = run(&house, &CRL, &[AN, BINH]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("was altered since it was sealed"));
    fs::write(&path, text).unwrap();
    done(&run(&house, &CRL, &[AN, BINH]));
}

/// A master from shares becomes the second generation; cards of the first stay operable, and new ones carry the second.
#[test]
fn a_rotated_master_leaves_old_cards_operable() {
    let house = in_custody();
    done(&house.output(&["emulator", "create", "--count", "3"]));
    let issue = |number: &str| {
        house.members(&[number]);
        let reader = "emulator:*";
        done(&house.output(&[
            "issue",
            "--members",
            "members.csv",
            "--portraits",
            PORTRAITS,
            "--reader",
            reader,
        ]))
    };
    issue(GOOD[0]);
    issue(GOOD[1]);
    let Some(forms) = forms(&house, &["--shares", "2/3"], &["an", "binh", "chi"]) else { return };
    let load = ["ceremony", "master", "load"];
    let voices = [("chi", with_form(CHI.1, &forms[2])), ("an", with_form(AN.1, &forms[0]))];
    let voices = voices.each_ref().map(|(name, text)| (*name, text.as_str()));
    let said = done(&run(&house, &load, &voices));
    assert!(said.contains("generation 2 of the masters, key version 12"), "{said}");
    let again = run(&house, &load, &voices);
    assert!(String::from_utf8_lossy(&again.stderr).contains("is generation 2 already"));
    issue(GOOD[2]);

    for (name, holds) in [("blank-001", "11"), ("blank-002", "11"), ("blank-003", "12")] {
        let info = house.stdout(&["card", "info", "--reader", &format!("emulator:{name}")]);
        let held = info.lines().find_map(|line| line.strip_prefix("key versions")).unwrap();
        assert_eq!(held.trim(), holds, "{name}");
    }
    for reader in ["emulator:blank-001", "emulator:blank-002", "emulator:blank-003"] {
        let verdict = house.output(&["verify", "--reader", reader, "--from-registry"]);
        assert!(verdict.status.success(), "{reader}");
    }
    let cards = house.json_lines(&["list", "--json"]);
    let card = |member: &str| {
        cards.iter().find(|card| card["member"] == member).unwrap()["card"].as_str().unwrap().to_owned()
    };
    let change = |what: &str, member: &str, reader: &str| {
        done(&house.output(&["card", what, &card(member), "--reader", reader]))
    };
    for (member, reader) in [(GOOD[0], "emulator:blank-001"), (GOOD[2], "emulator:blank-003")] {
        change("suspend", member, reader);
        change("resume", member, reader);
        assert!(house.output(&["verify", "--reader", reader, "--from-registry"]).status.success());
    }
    done(&house.output(&["revoke", &card(GOOD[1]), "--reason", "lost"]));
    let terminate = ["card", "terminate", &card(GOOD[1]), "--for-ever", "--reader", "emulator:blank-002"];
    done(&house.output(&terminate));
}

/// Components: all of them, and the same master whatever their order. In a home without custodians they only have different names.
#[test]
fn a_master_from_components() {
    let house = House::with_home();
    let names = ["an", "binh", "chi"];
    let Some(forms) = forms(&house, &["--components", "3", "--bits", "256"], &names) else { return };
    let voices = [("binh", forms[1].as_str()), ("chi", &forms[2]), ("an", &forms[0])];
    let said = done(&run(&house, &["ceremony", "master", "load"], &voices));
    assert!(said.contains("generation 2"), "{said}");
    for form in &forms {
        let lines: Vec<&str> = form.lines().collect();
        let lines = lines[..lines.len() - 1].join("\n");
        let said = done(&typed(&house, &["ceremony", "form", "check"], &[("--lines-fd", &lines)], &[]));
        assert!(said.starts_with("right: form "), "{said}");
    }
    let transcript = fs::read_to_string(house.path().join("home/ca/custody/transcript-1.jsonl")).unwrap();
    let events: Vec<Value> = transcript.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        events.iter().map(|event| event["event"].as_str().unwrap()).collect::<Vec<_>>(),
        ["master-divided", "master-loaded"]
    );
    assert!(no_secret(&house, &forms), "nothing of a form is in the home");
}

/// A rotation in one go: the forms come out, each custodian reads the check value from his or her own, and only then it counts.
#[test]
fn a_rotation_waits_for_its_custodians() {
    let house = in_custody();
    for name in ["an", "binh"] {
        assert!(
            std::process::Command::new("mkfifo").arg(house.path().join(name)).status().unwrap().success()
        );
    }
    let arguments = ["ceremony", "master", "rotate", "--components", "2", "--form-out", "forms"];
    let mut rotation = house
        .shell("exec \"$0\" \"$@\" --custodian an=3 --custodian binh=4 3<an 4<binh", &arguments)
        .spawn()
        .unwrap();
    let open = |name: &str| fs::File::options().write(true).open(house.path().join(name)).unwrap();
    let (mut an, mut binh) = (open("an"), open("binh"));
    let say = |to: &mut fs::File, line: &str| {
        std::io::Write::write_all(to, format!("{line}\n").as_bytes()).unwrap()
    };
    say(&mut an, AN.1);
    say(&mut binh, BINH.1);
    let forms = house.path().join("forms");
    let printed = || {
        fs::read_dir(&forms)
            .into_iter()
            .flatten()
            .filter(|entry| {
                entry.as_ref().is_ok_and(|entry| entry.path().extension().is_some_and(|end| end == "pdf"))
            })
            .count()
    };
    for _ in 0..3000 {
        if printed() == 2 && house.path().join("home/ca/custody/transcript-1.jsonl").exists() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(!house.path().join("home/keys/master-2.json").exists(), "nothing counts before they confirm");
    let mut files: Vec<_> = fs::read_dir(&forms).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let Some(form) = on_paper(&files[0]) else {
        drop((an, binh));
        let _ = rotation.wait();
        return;
    };
    let whole = form.lines().last().unwrap();
    say(&mut an, whole);
    say(&mut binh, whole);
    drop((an, binh));
    assert!(rotation.wait().unwrap().success());
    assert!(house.path().join("home/keys/master-2.json").exists());
}

/// Two different custodians sign what was done; a change of one letter afterwards shows.
#[test]
fn a_transcript_is_signed_by_two() {
    let house = in_custody();
    done(&run(&house, &CRL, &[AN, CHI]));
    let sign = ["ceremony", "sign-transcript"];
    let check = ["ceremony", "check-transcript"];
    done(&run(&house, &sign, &[AN]));
    assert!(!house.output(&check).status.success(), "one is not enough");
    done(&run(&house, &sign, &[CHI]));
    let said = house.stdout(&check);
    assert!(
        said.contains("2 events, unaltered")
            && said.contains("Custodian an")
            && said.contains("Custodian chi"),
        "{said}"
    );

    // what is done afterwards is another transcript
    done(&run(&house, &CRL, &[BINH, CHI]));
    let folder = house.path().join("home/ca/custody");
    assert!(folder.join("transcript-2.jsonl").exists());
    let first = "home/ca/custody/transcript-1.jsonl";
    assert!(house.output(&[&check[..], &[first]].concat()).status.success());

    let path = house.path().join(first);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.lines().last().unwrap().contains("sha256"));
    fs::write(&path, text.replacen("\"an\"", "\"bn\"", 1)).unwrap();
    let altered = house.output(&[&check[..], &[first]].concat());
    assert!(String::from_utf8_lossy(&altered.stderr).contains("its digest does not fit"));
    // with a digest that fits again, the signatures do not
    let (before, _) = text.trim_end().rsplit_once('\n').unwrap();
    let forged = format!("{before}\n").replacen("\"an\"", "\"bn\"", 1);
    let digest = sha256(&house, &forged);
    fs::write(&path, format!("{forged}{{\"closed_at\":\"2026-11-22T00:00:00Z\",\"sha256\":\"{digest}\"}}\n"))
        .unwrap();
    let forged = house.output(&[&check[..], &[first]].concat());
    assert!(String::from_utf8_lossy(&forged.stderr).contains("was altered since"), "{forged:?}");
}

fn sha256(house: &House, text: &str) -> String {
    fs::write(house.path().join("text"), text).unwrap();
    let done = std::process::Command::new("sha256sum").arg(house.path().join("text")).output().unwrap();
    String::from_utf8(done.stdout).unwrap()[..64].to_owned()
}

/// Whether no line of a form that holds a part of the value stands in a file of the home.
fn no_secret(house: &House, forms: &[String]) -> bool {
    let home: Vec<Vec<u8>> = contents(house).into_values().collect();
    let values = forms.iter().flat_map(|form| form.lines().skip(2).filter(|line| line.len() == 20));
    values.map(|line| line[..16].to_owned()).all(|value| {
        let raw: Vec<u8> =
            (0..8).map(|at| u8::from_str_radix(&value[2 * at..2 * at + 2], 16).unwrap()).collect();
        let low = value.to_lowercase();
        let holds = |file: &[u8], part: &[u8]| file.windows(part.len()).any(|window| window == part);
        home.iter().all(|file| ![value.as_bytes(), low.as_bytes(), &raw].iter().any(|part| holds(file, part)))
    })
}

/// Forms go to the printer's command; when it fails, the ceremony does not count.
#[test]
fn a_printer_that_fails_makes_no_ceremony() {
    let house = in_custody();
    let new =
        ["ceremony", "master", "new", "--shares", "2/2", "--for", "an", "--for", "binh", "--form-printer"];
    let before = contents(&house);
    for printer in ["false", "/no/such/printer", " "] {
        assert!(!run(&house, &[&new[..], &[printer]].concat(), &[AN, BINH]).status.success());
    }
    assert_eq!(contents(&house), before);
    done(&run(&house, &[&new[..], &["tee form.pdf"]].concat(), &[AN, BINH]));
    let pdf = fs::read(house.path().join("form.pdf")).unwrap();
    assert!(pdf.starts_with(b"%PDF-"));
    assert!(
        Path::new(&house.path().join("home/ca/custody"))
            .read_dir()
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_str().unwrap().starts_with("ceremony-") })
    );
}

/// In a home with custodians a master is divided when enough of them are there, and the transcript tells them from those who were
/// only given forms.
#[test]
fn a_master_is_divided_by_custodians_who_are_there() {
    let house = in_custody();
    let new = ["ceremony", "master", "new", "--components", "2", "--form-out", "forms", "--for", "an"];
    let new = [&new[..], &["--for", "chi"]].concat();
    let before = contents(&house);
    for few in [&[][..], &[AN], &[AN, ("binh", "sai")]] {
        assert!(!run(&house, &new, few).status.success());
        assert!(contents(&house) == before && !house.path().join("forms").exists());
    }
    done(&run(&house, &new, &[AN, BINH]));
    let path = house.path().join("home/ca/custody/transcript-1.jsonl");
    let text = fs::read_to_string(path).unwrap();
    let event: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(event["event"], "master-divided");
    assert_eq!(event["who"], serde_json::json!(["an", "binh"]));
    assert_eq!(event["recipients"], serde_json::json!(["an", "chi"]));
}

/// Masters that a stopped command left before they counted do not stand in the way of the next.
#[test]
fn masters_that_never_counted_are_put_aside() {
    let house = House::with_home();
    let names = ["an", "binh"];
    let Some(forms) = forms(&house, &["--components", "2"], &names) else { return };
    let keys = house.path().join("home/keys");
    fs::copy(keys.join("master.json"), keys.join("master-2.json")).unwrap();
    let voices = [("an", forms[0].as_str()), ("binh", &forms[1])];
    let said = done(&run(&house, &["ceremony", "master", "load"], &voices));
    assert!(said.contains("generation 2"), "{said}");
    assert_eq!(
        fs::read(keys.join("master-2.unused-1")).unwrap(),
        fs::read(keys.join("master.json")).unwrap()
    );
    assert_ne!(fs::read(keys.join("master-2.json")).unwrap(), fs::read(keys.join("master.json")).unwrap());
}
