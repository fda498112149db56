//! Custodians at work: each types through a file descriptor of his or her own.
#![allow(dead_code, reason = "every test binary uses a part")]

use crate::house::House;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Passphrases.
pub(crate) const AN: (&str, &str) = ("an", "mật khẩu của An");
pub(crate) const BINH: (&str, &str) = ("binh", "mật khẩu của Bình");
pub(crate) const CHI: (&str, &str) = ("chi", "mật khẩu của Chi");

/// Runs a command with these custodians, who type these lines.
pub(crate) fn run(house: &House, arguments: &[&str], voices: &[(&str, &str)]) -> Output {
    typed(house, arguments, &[], voices)
}

/// The same with other descriptors first: an option, and what is read from it.
pub(crate) fn typed(
    house: &House,
    arguments: &[&str],
    others: &[(&str, &str)],
    voices: &[(&str, &str)],
) -> Output {
    let mut script = "exec \"$0\" \"$@\"".to_owned();
    let mut options = Vec::new();
    let inputs = others.iter().map(|other| (false, other)).chain(voices.iter().map(|voice| (true, voice)));
    for (descriptor, (is_voice, (name, text))) in (3..).zip(inputs) {
        fs::write(house.path().join(format!("typed-{descriptor}")), format!("{text}\n")).unwrap();
        script += &format!(" {descriptor}<typed-{descriptor}");
        match is_voice {
            true => options.extend(["--custodian".to_owned(), format!("{name}={descriptor}")]),
            false => options.extend([(*name).to_owned(), descriptor.to_string()]),
        }
    }
    let options: Vec<&str> = options.iter().map(String::as_str).collect();
    let output = house.shell(&script, &[arguments, &options].concat()).output().unwrap();
    for descriptor in 3..3 + others.len() + voices.len() {
        fs::remove_file(house.path().join(format!("typed-{descriptor}"))).unwrap();
    }
    output
}

/// It worked; what it said on stdout.
pub(crate) fn done(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// A home of test cards whose root any two of three custodians open.
pub(crate) fn in_custody() -> House {
    let house = House::empty();
    done(&run(&house, &["init", "home", "--threshold", "2"], &[AN, BINH, CHI]));
    house
}

/// Divides a new master; the forms as they can be read on paper. Nothing where no PDF reader is installed.
pub(crate) fn forms(house: &House, division: &[&str], names: &[&str]) -> Option<Vec<String>> {
    let _ = fs::remove_dir_all(house.path().join("forms"));
    let mut arguments = vec!["ceremony", "master", "new", "--form-out", "forms"];
    arguments.extend(division);
    arguments.extend(names.iter().flat_map(|name| ["--for", name]));
    let custody = house.path().join("home/ca/custody/custodians.toml").exists();
    done(&run(house, &arguments, if custody { &[AN, BINH] } else { &[] }));
    let mut files: Vec<PathBuf> =
        fs::read_dir(house.path().join("forms")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert_eq!(files.len(), names.len());
    files.iter().map(|file| on_paper(file)).collect()
}

/// The lines of a form, and after them the check value of the whole key: what a custodian types.
pub(crate) fn on_paper(file: &Path) -> Option<String> {
    let Ok(read) = Command::new("pdftotext").arg("-layout").arg(file).arg("-").output() else {
        println!("skipped: pdftotext of poppler-utils is not installed");
        return None;
    };
    let text = String::from_utf8(read.stdout).unwrap();
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || (b'A'..=b'F').contains(&byte));
    let squeezed = text.lines().map(|line| line.replace(' ', ""));
    let mut lines: Vec<String> = squeezed.filter(|line| line.len() == 21 && hex(line)).collect();
    assert!(lines.len() >= 4, "{text}");
    for (number, line) in (1..).zip(&mut lines) {
        assert_eq!(line.remove(0).to_string(), number.to_string(), "{text}");
    }
    let whole = text.lines().find(|line| line.contains("Check value of the whole key")).unwrap();
    lines.push(whole.rsplit_once("key").unwrap().1.replace(' ', ""));
    Some(lines.join("\n"))
}

/// What a custodian types at `ceremony master load`: passphrase, form, check value.
pub(crate) fn with_form(passphrase: &str, form: &str) -> String {
    format!("{passphrase}\n{form}")
}

/// Every file of the home, without the locks.
pub(crate) fn contents(house: &House) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![house.path().join("home")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false if path.file_name().is_some_and(|name| name == "lock") => {}
                false => drop(all.insert(path.clone(), fs::read(&path).unwrap())),
            }
        }
    }
    all
}
