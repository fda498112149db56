//! A blank software card behind a pipe, for programs that cannot link this crate.
//!
//! ```text
//! pipe [--parameter HEX] [--key-bits 128|192|256] [--serial N] [--contactless] [--short]
//! ```
//!
//! Defaults: i = 70, 128 bits, serial number 1, contact interface, extended length. The key set is the published development
//! one, and all randomness of the card follows from the serial number.
//!
//! The first line on stdout is the answer-to-reset in hexadecimal. Then each line on stdin is answered by one line: a
//! command APDU in hexadecimal by the response APDU, `reset` by the answer-to-reset, and what could not be carried out by
//! `!` and the reason. The end of stdin ends the program.
#![allow(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a program: it reads stdin and writes stdout"
)]

use chipwright_emulator::scp03::{KeySize, Parameter};
use chipwright_emulator::{Card, ChipConfig, Interface, TransportKeys, seeded_rng};
use chipwright_iso7816::Transport;
use std::io::{BufRead, Write};
use std::process::ExitCode;

fn main() -> ExitCode {
    let (config, serial) = match configuration(std::env::args().skip(1)) {
        Ok(configuration) => configuration,
        Err(fault) => {
            eprintln!("pipe: {fault}");
            return ExitCode::from(2);
        }
    };
    let card = Card::blank(config, seeded_rng(u64::from(serial)));
    match serve(card, std::io::stdin().lock(), std::io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("pipe: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn configuration(mut arguments: impl Iterator<Item = String>) -> Result<(ChipConfig, u32), String> {
    let mut serial = 1;
    let (mut parameter, mut size) = (0x70, KeySize::Aes128);
    let (mut interface, mut extended_length) = (Interface::Contact, true);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or_else(|| format!("{argument} needs a value"));
        match argument.as_str() {
            "--parameter" => {
                parameter = u8::from_str_radix(&value()?, 16).map_err(|fault| fault.to_string())?;
            }
            "--key-bits" => {
                size = match value()?.as_str() {
                    "128" => KeySize::Aes128,
                    "192" => KeySize::Aes192,
                    "256" => KeySize::Aes256,
                    other => return Err(format!("no AES key has {other} bits")),
                };
            }
            "--serial" => serial = value()?.parse().map_err(|_| "not a serial number".to_owned())?,
            "--contactless" => interface = Interface::Contactless,
            "--short" => extended_length = false,
            other => return Err(format!("unknown argument {other}")),
        }
    }
    let config = ChipConfig {
        transport_keys: TransportKeys::published_development_of(size),
        parameter: Parameter::new(parameter).map_err(|fault| fault.to_string())?,
        interface,
        extended_length,
        ..ChipConfig::with_serial_number(serial)
    };
    Ok((config, serial))
}

fn serve(mut card: Card, input: impl BufRead, mut output: impl Write) -> std::io::Result<()> {
    writeln!(output, "{}", hex::encode(card.atr().as_bytes()))?;
    output.flush()?;
    for line in input.lines() {
        match answer(&mut card, line?.trim()) {
            Ok(bytes) => writeln!(output, "{}", hex::encode(bytes))?,
            Err(fault) => writeln!(output, "! {fault}")?,
        }
        output.flush()?;
    }
    Ok(())
}

fn answer(card: &mut Card, line: &str) -> Result<Vec<u8>, String> {
    if line == "reset" {
        return card.reset().map(|atr| atr.as_bytes().to_vec()).map_err(|fault| fault.to_string());
    }
    let command = hex::decode(line).map_err(|fault| fault.to_string())?;
    card.transmit(&command).map_err(|fault| fault.to_string())
}
