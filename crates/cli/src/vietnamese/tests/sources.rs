//! Everything the libraries can say stands in the tables.

use crate::vietnamese::TABLES;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What is read: files, or folders with all that is in them; and what in them nobody is told.
const SOURCES: &[(&str, &[&str])] = &[
    ("iso7816/src/aid.rs", &["an application identifier has 5 to 16 bytes"]),
    ("iso7816/src/apdu.rs", &[]),
    ("iso7816/src/apdu/response.rs", &["{} with {} bytes"]),
    ("iso7816/src/atr.rs", &[]),
    ("iso7816/src/exchange.rs", &[]),
    ("iso7816/src/status.rs", &[]),
    ("iso7816/src/tlv.rs", &[]),
    ("iso7816/src/transport.rs", &[]),
    ("channel/src", CHANNEL_PARTS),
    ("pki/src", &["FileRights(read {:04X}, append {:04X})", ", domain"]),
    ("profile/src/allocation.rs", &[]),
    ("profile/src/data_groups.rs", &["DataGroups "]),
    ("profile/src/member/error.rs", &["“{}” (U+{code:04X})"]),
    ("profile/src/mrz/parse.rs", &[]),
    ("profile/src/portrait/error.rs", &[]),
    ("profile/src/read/error.rs", &[]),
    ("profile/src/terms.rs", &[]),
    ("perso/src", PERSO_NAMES),
    ("trust/src", &[]),
    ("verify/src", VERIFY_NAMES),
    ("records/src", &[]),
    ("keystore/src", KEYSTORE_LABELS),
    ("print/src/pin_letter.rs", LETTER),
    ("registry/src/error.rs", &["the registry {} is in use{}", " by process {} since {}"]),
    ("issuance/src/batch", &["BatchId({self})", "chipwright batch row 1"]),
    ("issuance/src/issue", &[]),
    (
        "reader/src/pcsc/error.rs",
        &["the smart card service reported a fault of its own{}: {source}", " (reader {reader})"],
    ),
    ("reader/src/pcsc/held.rs", &[]),
    ("reader/src/trace/replay.rs", &["{:?} ({cla:02X} {ins:02X} {p1:02X} {p2:02X}, {length} bytes)"]),
    ("reader/src/trace/recording.rs", &[]),
    ("emulator/src/state.rs", &[]),
    ("emulator/src/scp03/parameter.rs", &[]),
];

/// Labels of derivations and parts of names; the rest is `Debug`.
const KEYSTORE_LABELS: &[&str] = &[
    "create a file in",
    "chipwright evidence0",
    "chipwright files",
    "chipwright sealed bundle0",
    "chipwright sealed text",
    "chipwright share0",
    "chipwright check value0",
    "SheetReader(line {})",
];

/// Commands are called by their standard names; the rest is `Debug`.
const PERSO_NAMES: &[&str] = &[
    "INSTALL [for install and make selectable]",
    "INSTALL [for personalization]",
    "it holds neither the transport keys nor the issuer's keys (versions found:",
    "life cycle {other:02X}",
    " and more)",
];

/// Parts of sentences that stand whole in the table; the rest is `Debug`.
const CHANNEL_PARTS: &[&str] = &[
    "i = {:02X}",
    "level {:02X}",
    "SoftKeys(version {:02X}, {:?})",
    "legacy::SoftKeys(version {:02X})",
    "SCP02 i = {:02X}",
    "Session(SSC {})",
    "AwaitResponse(SSC {})",
    "{mapping} with {cipher}, version {}",
    ", parameters {id}",
    ", explicit parameters",
    " and {more} more",
];

/// The letter itself is in both languages.
const LETTER: &[&str] = &[
    "Change the PIN before you first use it, then destroy this letter. Nobody may ask you for the PIN.",
    "After two wrong tries the access number printed on the card is asked for before the last one. After",
    "three the PIN is blocked; the PUK can be used ten times. If there are several letters of this card,",
    "only the one of the latest date and time holds; destroy those before it.",
];

/// `{file}: {other}`.
const VERIFY_NAMES: &[&str] = &[
    "EF.CardAccess: {error}",
    "EF.CardAccess: {why}",
    "EF.ATR/INFO: {error}",
    "EF.CardSecurity: {why}",
    "Chipwright evidence 10",
];

#[test]
fn every_sentence_of_the_libraries_stands_in_the_tables() {
    let known: HashSet<String> = TABLES.into_iter().flatten().map(|(english, _)| shape(english)).collect();
    let mut missing = Vec::new();
    for (path, unsaid) in SOURCES {
        let mut said = Vec::new();
        for file in files(&crates().join(path)) {
            said.extend(without_vietnamese(literals(&product(&fs::read_to_string(&file).unwrap()))));
        }
        assert!(!said.is_empty(), "{path} says nothing");
        for literal in unsaid.iter() {
            assert!(said.iter().any(|said| said == literal), "{path} no longer has {literal:?}");
        }
        said.retain(|literal| is_sentence(literal) && !unsaid.contains(&literal.as_str()));
        missing.extend(
            said.iter()
                .filter(|literal| !known.contains(&shape(literal)))
                .map(|literal| format!("{path}: {literal:?}")),
        );
    }
    missing.dedup();
    assert!(missing.is_empty(), "no Vietnamese for\n{}", missing.join("\n"));
}

/// Steps and reasons are single words.
#[test]
fn every_step_and_every_reason_stands_in_the_tables() {
    let known: HashSet<&str> = TABLES.into_iter().flatten().map(|(english, _)| *english).collect();
    for (path, before, least) in [
        ("perso/src", ".begin(\"", 8),
        ("perso/src", "name: \"", 6),
        ("perso/src", "const STEP: &str = \"", 1),
        ("issuance/src/issue", "reason(\"", 12),
        ("keystore/src", "::io(\"", 5),
    ] {
        let mut found = 0;
        for file in files(&crates().join(path)) {
            let source = product(&fs::read_to_string(&file).unwrap());
            for word in source.split(before).skip(1).filter_map(|after| after.split('"').next()) {
                // a command's standard name
                if word.starts_with(|c: char| c.is_ascii_lowercase()) && word != "create a file in" {
                    assert!(known.contains(word), "{}: {word}", file.display());
                    found += 1;
                }
            }
        }
        assert!(found >= least, "{path}: {found} × {before}");
    }
}

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The file, or all source files in the folder but those of tests.
fn files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut found: Vec<PathBuf> = fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            let name = path.file_stem().unwrap().to_string_lossy();
            !(name.ends_with("_tests") || name == "tests" || name == "situations")
        })
        .flat_map(|path| files(&path))
        .collect();
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    found
}

/// Without tests and attributes that only the compiler reads.
fn product(source: &str) -> String {
    let code = source.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let hidden = ["#[must_use = ", "#[expect(", "#[allow(", "reason = "];
    let kept = code.lines().filter(|line| !hidden.iter().any(|start| line.trim_start().starts_with(start)));
    kept.collect::<Vec<_>>().join("\n")
}

/// What has its Vietnamese beside it needs none from us.
fn without_vietnamese(literals: Vec<String>) -> Vec<String> {
    let next = literals.iter().skip(1).map(|literal| is_vietnamese(literal)).chain([false]);
    let alone: Vec<bool> = next.map(|is_vietnamese| !is_vietnamese).collect();
    literals.into_iter().zip(alone).filter_map(|(literal, alone)| alone.then_some(literal)).collect()
}

fn is_vietnamese(literal: &str) -> bool {
    literal.chars().any(|c| c.is_alphabetic() && !c.is_ascii())
}

/// Something with English words in it; neither SQL nor the output of `Debug`.
fn is_sentence(literal: &str) -> bool {
    let english = literal.contains(' ') && literal.chars().any(|c| c.is_ascii_lowercase());
    let debug = literal.starts_with(|c: char| c.is_ascii_uppercase()) && literal.contains("({");
    let technical = ["SELECT ", "UPDATE ", "INSERT ", "PRAGMA ", "DELETE "]
        .iter()
        .any(|start| literal.starts_with(start) && literal.contains(['=', '?', '*']));
    english
        && !debug
        && !technical
        && !is_vietnamese(literal)
        && shape(literal).chars().any(char::is_alphabetic)
}

/// The sentence with every hole the same, whatever it is called.
fn shape(sentence: &str) -> String {
    let mut parts = sentence.split('{');
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shape.push_str("{}");
        shape.push_str(part.split_once('}').map_or("", |(_, after)| after));
    }
    shape
}

/// The string literals of a source.
fn literals(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = source;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let from = &rest[at..];
        rest = match from.as_bytes() {
            [b'/', b'/', ..] => from.split_once('\n').map_or("", |(_, after)| after),
            [b'\'', b'\\', _, b'\'', ..] => &from[4..],
            [b'\'', _, b'\'', ..] => &from[3..],
            [b'"', ..] => {
                let (literal, after) = literal(&from[1..]);
                found.push(literal);
                after
            }
            _ => &from[1..],
        };
    }
    found
}

/// What stands before the closing quotation mark, and what comes after it.
fn literal(from: &str) -> (String, &str) {
    let mut literal = String::new();
    let mut rest = from;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '"' => return (literal, rest),
            '\\' if rest.starts_with('\n') => rest = rest.trim_start(),
            '\\' => {
                let escaped = rest.chars().next().unwrap_or('\\');
                literal.push(if escaped == 'n' { '\n' } else { escaped });
                rest = &rest[escaped.len_utf8()..];
            }
            c => literal.push(c),
        }
    }
    (literal, "")
}
