//! Whole personalisations and readings, every byte of them, in `test-vectors/transcripts`.
//!
//! `CHIPWRIGHT_WRITE_VECTORS=1 cargo test -p chipwright-verify --test transcripts` writes the files; without the variable they are
//! computed again and compared. Then each side is put against the record of the other: the host reads the recorded responses,
//! a card the recorded commands, both with the recorded randomness and nothing else.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "tests that read and write vectors"
)]

#[path = "transcripts/format.rs"]
mod format;
#[path = "transcripts/personalisation.rs"]
mod personalisation;
#[path = "transcripts/reading.rs"]
mod reading;
#[path = "transcripts/record.rs"]
mod record;

use chipwright_channel::diversify::{self, SoftMasterKeys};
use chipwright_channel::scp03::{KeyRole, KeySet};
use chipwright_emulator::Card;
use chipwright_iso7816::Transport;
use chipwright_perso::PersoError;
use chipwright_profile::FileId;
use chipwright_verify::Verdict;

use format::{Exchange, Personalisation, Reading, load, vectors};
use personalisation::{CASES, Case, blank, derive, personalise};
use reading::{READINGS, presented, read};
use record::{Record, Step, replaying, taken};

fn personalisations() -> Vec<Personalisation> {
    CASES.iter().map(|case| load(case.name)).collect()
}

fn readings() -> Vec<Reading> {
    READINGS.iter().map(|case| load(case.name)).collect()
}

/// Puts the recorded commands to `card` and compares what it says.
fn put_to(card: &mut Card, exchanges: &[Exchange]) {
    for (number, exchange) in exchanges.iter().enumerate() {
        let said = match &exchange.command {
            Some(command) => card.transmit(&command.0).unwrap(),
            None => card.reset().unwrap().as_bytes().to_vec(),
        };
        let recorded = exchange.response.as_ref().or(exchange.atr.as_ref()).unwrap();
        assert_eq!(hex::encode(said), hex::encode(&recorded.0), "exchange {number}, {}", exchange.step);
    }
}

/// The finished card that the file's commands make of the file's blank.
fn made_by(file: &Personalisation) -> Card {
    let (rng, left) = replaying(&file.card_random);
    let mut card = blank(file, rng);
    put_to(&mut card, &file.exchanges);
    assert_eq!(taken(&left), [], "the card drew less than was recorded");
    card
}

#[test]
fn the_files_are_what_is_computed() {
    let made: Vec<(Personalisation, Card)> = CASES.iter().map(Case::record).collect();
    let mut files: Vec<(&str, String)> = Vec::new();
    for (case, (file, _)) in CASES.iter().zip(&made) {
        files.push((case.name, serde_json::to_string_pretty(file).unwrap() + "\n"));
    }
    for case in &READINGS {
        files.push((case.name, serde_json::to_string_pretty(&case.record(&made)).unwrap() + "\n"));
    }
    let folder = vectors().join("transcripts");
    if std::env::var("CHIPWRIGHT_WRITE_VECTORS").is_ok_and(|value| value == "1") {
        for (name, text) in &files {
            std::fs::write(folder.join(name), text).unwrap();
        }
    }
    let mut there: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .collect();
    there.sort();
    let mut names: Vec<&str> = files.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    assert_eq!(there, names);
    for (name, text) in &files {
        let stored = std::fs::read_to_string(folder.join(name)).unwrap();
        let line = stored.lines().zip(text.lines()).position(|(stored, computed)| stored != computed);
        assert!(stored == *text, "{name} differs from line {:?} on", line.map(|line| line + 1));
    }
}

#[test]
fn the_host_says_the_recorded_commands_to_the_recorded_responses() {
    for file in personalisations() {
        let (mut host, left) = replaying(&file.host_random);
        let record = personalise(Record::of(&file.exchanges), &file, &mut host, &Step::default()).unwrap();
        record.assert_used_up();
        assert_eq!(taken(&left), []);
    }
    for file in readings() {
        let (mut host, left) = replaying(&file.host_random);
        let (record, report) = read(Record::of(&file.exchanges), &file, &mut host);
        record.assert_used_up();
        assert_eq!(report.verdict(), Verdict::Valid, "{}", report.to_text(false));
        assert_eq!(taken(&left), []);
    }
}

#[test]
fn a_card_gives_the_recorded_responses_to_the_recorded_commands() {
    let files = personalisations();
    let cards: Vec<Card> = files.iter().map(made_by).collect();
    for file in readings() {
        let of = CASES.iter().position(|case| case.name == file.card).unwrap();
        let (rng, left) = replaying(&file.card_random);
        put_to(&mut presented(&cards[of], rng), &file.exchanges);
        assert_eq!(taken(&left), []);
    }
}

#[test]
fn the_issuer_keys_are_derived_from_the_masters() {
    for file in personalisations() {
        let masters =
            SoftMasterKeys::new(&file.master_enc.0, &file.master_mac.0, &file.master_dek.0).unwrap();
        let chip = diversify::ChipIdentifier::new(&file.chip_identifier.0).unwrap();
        let derived = diversify::diversify(&masters, &chip).unwrap();
        let stated = KeySet::new(&file.issuer_enc.0, &file.issuer_mac.0, &file.issuer_dek.0).unwrap();
        for (role, master, key) in [
            (KeyRole::Enc, &file.master_enc, &file.issuer_enc),
            (KeyRole::Mac, &file.master_mac, &file.issuer_mac),
            (KeyRole::Dek, &file.master_dek, &file.issuer_dek),
        ] {
            assert_eq!(derived.check_value(role), stated.check_value(role));
            assert_eq!(derive(&master.0, role.identifier(), &file.chip_identifier.0), *key);
            assert_eq!(usize::from(file.key_bits), key.0.len() * 8);
        }
    }
}

/// A bit of the protected part of a response changed: the host stops, or does not accept the card.
#[test]
fn an_altered_response_is_noticed() {
    let altered = |exchanges: &[Exchange], number: usize| {
        let mut exchanges = exchanges.to_vec();
        let response = &mut exchanges[number].response.as_mut().unwrap().0;
        let last = response.len() - 3;
        response[last] ^= 0x01;
        exchanges
    };
    let protected = |exchange: &Exchange, class: u8, except: u8| {
        let command = exchange.command.as_ref().is_some_and(|it| it.0[0] == class && it.0[1] != except);
        command && exchange.response.as_ref().is_some_and(|response| response.0.len() > 2)
    };
    let mut tried = (0, 0);
    for file in personalisations().iter().filter(|file| file.parameter_i & 0x20 != 0) {
        for number in 0..file.exchanges.len() {
            if !protected(&file.exchanges[number], 0x84, 0x82) {
                continue;
            }
            let exchanges = altered(&file.exchanges, number);
            let (mut host, _) = replaying(&file.host_random);
            let result = personalise(Record::of(&exchanges), file, &mut host, &Step::default());
            assert!(matches!(result, Err(PersoError::Channel { .. })), "exchange {number}");
            tried.0 += 1;
        }
    }
    for file in readings() {
        for number in 0..file.exchanges.len() {
            if !protected(&file.exchanges[number], 0x0C, 0x00) {
                continue;
            }
            let exchanges = altered(&file.exchanges, number);
            let (mut host, _) = replaying(&file.host_random);
            let (_, report) = read(Record::of(&exchanges), &file, &mut host);
            // the first answer under the keys of Chip Authentication is its proof
            let proves = number.checked_sub(1).map(|before| file.exchanges[before].step.as_str());
            let wanted = match (file.exchanges[number].step.as_str(), proves) {
                (step, _) if step.starts_with("Chip Authentication") => Verdict::ChipNotProven,
                (_, Some("Chip Authentication: agreement")) => Verdict::ChipNotProven,
                _ => Verdict::Unreadable,
            };
            assert_eq!(report.verdict(), wanted, "{} exchange {number}", file.comment);
            tried.1 += 1;
        }
    }
    println!("altered responses: {} of personalisations, {} of readings, all noticed", tried.0, tried.1);
    assert!(tried.0 > 30 && tried.1 > 30, "{tried:?}");
}

/// The transcripts hold what their names say.
#[test]
fn the_transcripts_are_whole() {
    for file in personalisations() {
        let steps: Vec<&str> = file.exchanges.iter().map(|exchange| exchange.step.as_str()).collect();
        for step in [
            "reset",
            "prepare: survey",
            "prepare: replace transport keys",
            "prepare: install",
            "prepare: secure card manager",
            "prepare: store shared files",
            "prepare: confirm shared files",
            "write: open session",
            "write: store member files",
            "write: finalise",
        ] {
            assert!(steps.contains(&step), "{step} in {steps:?}");
        }
        let long = file.exchanges.iter().filter_map(|exchange| exchange.command.as_ref());
        let extended = long.clone().any(|command| command.0.len() > 261);
        assert_eq!(extended, file.length_form == "extended");
    }
    for file in readings() {
        let of: Personalisation = load(&file.card);
        for object in of.objects.iter().filter(|object| object.name.starts_with("DG")) {
            let step = format!("read {}", object.name);
            assert!(file.exchanges.iter().any(|exchange| exchange.step == step), "{step}");
        }
        assert!(
            of.objects
                .iter()
                .any(|object| object.name == "EF.SOD" && object.dgi.0 == FileId::Sod.dgi().to_be_bytes())
        );
    }
}
