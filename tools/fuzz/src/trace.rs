//! Recorded sessions.
//!
//! The input is a recording as it stands, or commands and answers to be recorded.
//!
//! - A recording that can be read is put in words, without a character that steers a terminal, and its totals add up.
//! - A replay answers the recorded commands with the recorded answers, in their order, and nothing else.
//! - What is recorded is read again with as many steps, and replays to the same commands.
//! - PINs, keys and personalisation data never stand in a recording, at any setting.

use crate::input::Input;
use chipwright_iso7816::{Atr, Transport, TransportError};
use chipwright_reader::trace::{Happening, Recorder, Recording, Redaction, Replay, Step, decode, show};
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A secret that no input has.
const SECRET: [u8; 16] =
    [0xD7, 0x1C, 0x9E, 0x53, 0xB8, 0x04, 0x6F, 0xE1, 0x2A, 0xC5, 0x7D, 0x90, 0x3B, 0xF6, 0x48, 0x8D];
/// Interindustry: VERIFY, CHANGE REFERENCE DATA, RESET RETRY COUNTER. GlobalPlatform: PUT KEY, STORE DATA.
const SECRET_COMMANDS: [([u8; 3], [u8; 3]); 2] =
    [([0x00, 0x10, 0x01], [0x20, 0x24, 0x2C]), ([0x80, 0x90, 0x84], [0xD8, 0xE2, 0xD8])];

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte() & 3 {
        0 => {
            if let Ok(recording) = Recording::read(input.rest()) {
                told(&recording);
                replayed(&recording);
            }
        }
        1 => recorded(input, Redaction::Placeholders),
        2 => recorded(input, Redaction::KeepIdentifiers),
        _ => recorded(input, Redaction::PersonalData),
    }
}

fn told(recording: &Recording) {
    let decoded = decode(recording);
    assert_eq!(decoded.steps.len(), recording.steps.len());
    let resets =
        recording.steps.iter().filter(|step| matches!(step.happening, Happening::Reset { .. })).count();
    // A command of no bytes, which no host sends, is counted as a reset.
    let empty =
        |step: &Step| matches!(&step.happening, Happening::Command { command, .. } if command.is_empty());
    let none = recording.steps.iter().filter(|step| empty(step)).count();
    let counted = (decoded.totals.resets, decoded.totals.commands);
    assert_eq!(counted, (resets + none, recording.steps.len() - resets - none));
    let steering = |line: &String| line.chars().any(char::is_control);
    let lines = show(recording);
    assert!(
        !lines.is_empty() && !lines.iter().any(steering),
        "{:?}",
        lines.iter().find(|line| steering(line))
    );
}

fn replayed(recording: &Recording) {
    let mut replay = Replay::new(recording.clone());
    for step in &recording.steps {
        match &step.happening {
            Happening::Command { command, answer } => {
                let found = replay.transmit(&command.filled());
                match answer {
                    Ok(answer) => assert_eq!(found, Ok(answer.filled())),
                    Err(fault) => assert_eq!(found, Err((*fault).into())),
                }
            }
            Happening::Reset { answer } => assert_eq!(replay.reset().is_ok(), answer.is_ok()),
        }
        assert_eq!(replay.mismatch(), None);
    }
    assert_eq!(replay.left(), 0);
    assert!(replay.reset().is_err() && replay.mismatch().is_some());
}

/// Commands of the input, recorded.
fn recorded(mut input: Input<'_>, redaction: Redaction) {
    let sink = Sink::default();
    let mut time = 0;
    let clock = move || {
        time += 7;
        Duration::from_micros(time)
    };
    let mut recorder =
        Recorder::new(Card(Vec::new()), sink.clone(), redaction, clock).about("a reader", None);
    let mut sent = Vec::new();
    while !input.is_empty() && sent.len() < 32 {
        let command = match input.byte() & 3 {
            0 => None,
            1 => Some(secret_command(&mut input)),
            2 => Some(input.command().to_bytes().unwrap_or_default()),
            _ => Some(input.long_bytes().to_vec()),
        };
        recorder.inner().0 = input.long_bytes().to_vec();
        match &command {
            None => drop(recorder.reset()),
            Some(command) => drop(recorder.transmit(command)),
        }
        sent.push(command);
    }
    assert_eq!(recorder.finish().expect("memory takes everything"), sent.len() as u64);
    let bytes = sink.0.lock().unwrap().clone();
    let text = String::from_utf8(bytes).expect("a recording is text").to_lowercase();
    for run in SECRET.windows(6) {
        let digits: String = run.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!text.contains(&digits), "a secret is recorded");
    }
    let recording = Recording::read(text_bytes(&sink).as_slice()).expect("what is recorded can be read");
    assert_eq!((recording.steps.len(), recording.torn), (sent.len(), false));
    told(&recording);
    replayed(&recording);
    let mut replay = Replay::new(recording);
    for command in &sent {
        let _ = match command {
            None => replay.reset().map(|_| Vec::new()),
            Some(command) => replay.transmit(command),
        };
        assert_eq!(replay.mismatch(), None, "the recorded command fits");
    }
}

/// A command that carries a secret, alone or as a part of a chain.
fn secret_command(input: &mut Input<'_>) -> Vec<u8> {
    let (classes, instructions) = input.choose(&SECRET_COMMANDS);
    let mut command = vec![input.choose(&classes), input.choose(&instructions), input.byte(), input.byte()];
    let before = input.bytes();
    let before = &before[..before.len().min(200)];
    command.push((before.len() + SECRET.len()) as u8);
    command.extend_from_slice(before);
    command.extend_from_slice(&SECRET);
    command
}

fn text_bytes(sink: &Sink) -> Vec<u8> {
    sink.0.lock().unwrap().clone()
}

/// Gives the answer it was told; nothing means that it was removed.
struct Card(Vec<u8>);

impl Transport for Card {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        if self.0.is_empty() { Err(TransportError::CardRemoved) } else { Ok(self.0.clone()) }
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Atr::parse(&self.0).map_err(|_| TransportError::CardMute)
    }
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
