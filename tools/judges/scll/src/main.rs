//! scll, which nobody here wrote, manages our card: discovery, SCP03, inventory, PUT KEY, INSTALL, SET STATUS, STORE DATA.
//!
//! ```text
//! chipwright-judge-scll PIPE         a fresh blank a case; PIPE is the `pipe` example of `chipwright-emulator`
//! chipwright-judge-scll --reader     the card in a PC/SC reader; what it is stands on stdin, a name and a value a line:
//!                                    reader NAME; for a blank bits 128|192|256; for an issued card application, version,
//!                                    enc, mac, dek (hexadecimal), change yes|no
//! ```
//!
//! One line a case, then `N passed, M failed`; exit code 1 if one failed.

mod cases;
mod chip;
mod issued;
mod reader;

use std::collections::HashMap;
use std::process::ExitCode;

fn main() -> ExitCode {
    let results = match std::env::args().nth(1).as_deref() {
        None => Err("which program is the card, or --reader?".to_owned()),
        Some("--reader") => in_reader(&settings()),
        Some(program) => Ok(cases::all(program.as_ref())),
    };
    let results = match results {
        Ok(results) => results,
        Err(fault) => {
            eprintln!("scll: {fault}");
            return ExitCode::from(2);
        }
    };
    let (mut passed, mut failed) = (0, 0);
    for (name, result) in results {
        match result {
            Ok(note) => {
                passed += 1;
                println!("  ok      {name}{note}");
            }
            Err(fault) => {
                failed += 1;
                println!("  FAILED  {name}: {fault}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    ExitCode::from(u8::from(failed > 0))
}

fn settings() -> HashMap<String, String> {
    let lines = std::io::stdin().lines().map_while(Result::ok);
    lines
        .filter_map(|line| line.split_once(' ').map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect()
}

fn in_reader(settings: &HashMap<String, String>) -> Result<Vec<(String, cases::Outcome)>, String> {
    let text = |name: &str| settings.get(name).ok_or_else(|| format!("no {name} on stdin"));
    let bytes = |name: &str| chip::bytes(text(name)?).ok_or_else(|| format!("{name} is not hexadecimal"));
    let reader = text("reader")?.clone();
    if !settings.contains_key("enc") {
        let bits = text("bits")?.parse().map_err(|fault| format!("bits: {fault}"))?;
        return Ok(cases::blank_in_reader(&reader, bits));
    }
    Ok(issued::all(&issued::Issued {
        reader,
        application: bytes("application")?,
        version: *bytes("version")?.first().ok_or("no version")?,
        keys: [bytes("enc")?, bytes("mac")?, bytes("dek")?],
        change: text("change")? == "yes",
    }))
}
