//! Sessions to be recorded: whole cards made and read, and exchanges told in advance.
#![allow(dead_code, reason = "each test program uses a part")]

use chipwright_channel::pace::Password;
use chipwright_emulator::Card;
use chipwright_iso7816::{Aid, Atr, Exchanger, LengthMode, Transport, TransportError};
use chipwright_perso::{ChipProfile, Freshness, PersoError, PreparePlan, WritePlan, prepare, survey, write};
use chipwright_pki::Policy;
use chipwright_profile::{IssuerFiles, SignedProfile};
use chipwright_reader::trace::{Happening, Piece, Recorder, Recording, Redaction};
use chipwright_testkit::{Authority, AuthorityOptions, ChipKeys, MemoryJournal, World, random};
use chipwright_verify::{ChipProofPolicy, Inspection, Report, inspect};
use jiff::Timestamp;
use jiff::civil::date;
use std::collections::VecDeque;
use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A file in memory.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Sink {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.0.lock().unwrap().clone()
    }

    pub(crate) fn recording(&self) -> Recording {
        Recording::read(self.bytes().as_slice()).unwrap()
    }
}

/// 37 µs a look.
pub(crate) fn clock() -> impl FnMut() -> Duration + Send {
    let mut looks = 0;
    move || {
        looks += 1;
        Duration::from_micros(37 * looks)
    }
}

pub(crate) fn recorder<T: Transport>(inner: T, redaction: Redaction) -> (Recorder<T>, Sink) {
    let sink = Sink::default();
    (Recorder::new(inner, sink.clone(), redaction, clock()).about("a test", None), sink)
}

/// Everything about one invented member's card.
pub(crate) struct Case {
    pub(crate) n: u32,
    pub(crate) profile: ChipProfile,
    pub(crate) authority: Authority,
    pub(crate) signed: SignedProfile,
    pub(crate) allocation: chipwright_profile::Allocation,
    pub(crate) at: Timestamp,
    first: PreparePlan,
}

impl Case {
    pub(crate) fn new(n: u32) -> Self {
        let at: Timestamp = "2026-11-22T08:00:00Z".parse().unwrap();
        let from = "2026-11-01T00:00:00Z".parse().unwrap();
        let authority = Authority::new(&AuthorityOptions::real("Example Party", 1, from));
        let terms = chipwright_testkit::terms(date(2026, 11, 22));
        let allocation = || chipwright_testkit::allocation(&mut random(u64::from(n)));
        let portrait = chipwright_testkit::portrait(n);
        let signed = authority.sign(&chipwright_testkit::member(n), &portrait, &allocation(), &terms, at);
        let profile = ChipProfile::default();
        let first = PreparePlan::new(profile.clone(), &IssuerFiles::new(&terms));
        Self { n, profile, authority, signed, allocation: allocation(), at, first }
    }

    pub(crate) fn plan(&self) -> WritePlan {
        WritePlan::new(self.profile.clone(), &self.signed)
    }

    pub(crate) fn can(&self) -> String {
        String::from_utf8(self.allocation.can.expose().to_vec()).unwrap()
    }

    /// Survey, prepare, write; the host's randomness follows from the member's number.
    pub(crate) fn personalise<T: Transport>(&self, transport: T, mode: LengthMode) -> Result<(), PersoError> {
        let mut card = Exchanger::new(transport, mode);
        card.reset().map_err(|source| PersoError::Exchange { step: "reset", source: source.into() })?;
        let keys = ChipKeys::default();
        let mut world = World::new(u64::from(self.n) + 4000);
        survey(&mut card, &self.profile)?;
        let ready = prepare(&mut card, &self.first, &keys, &mut world.surroundings())?;
        let (plan, mut journal) = (self.plan(), MemoryJournal::default());
        write(&mut card, &ready, &plan, Freshness::Fresh, &keys, &mut journal, &mut world.surroundings())?;
        Ok(())
    }

    /// The inspection of a kiosk; the host's randomness follows from `seed`.
    pub(crate) fn verify<T: Transport>(&self, transport: T, mode: LengthMode, seed: u64) -> Report {
        let mut card = Exchanger::new(transport, mode);
        card.reset().unwrap();
        let password = Password::can(&self.can()).unwrap();
        let trust = self.authority.trust(self.at);
        let policy = Policy::real();
        let mut ask = Inspection {
            chip_proof: ChipProofPolicy::IfPromised,
            ..Inspection::new(self.profile.instance, &password, &trust, &policy, self.at)
        };
        inspect(&mut card, &mut ask, &mut random(seed)).0
    }

    pub(crate) fn blank(&self) -> Card {
        chipwright_testkit::blank(self.n)
    }

    pub(crate) fn finished(&self) -> Card {
        let mut card = self.blank();
        self.personalise(&mut card, LengthMode::Extended).unwrap();
        card
    }
}

/// Exchanges told in advance, whatever the host says.
pub(crate) struct Script(VecDeque<Result<Vec<u8>, TransportError>>);

impl Script {
    pub(crate) fn new(responses: &[&str]) -> Self {
        Self(responses.iter().map(|text| Ok(hex::decode(text.replace(' ', "")).unwrap())).collect())
    }

    pub(crate) fn failing(responses: &[Result<&str, TransportError>]) -> Self {
        let one = |it: &Result<&str, TransportError>| {
            it.clone().map(|text| hex::decode(text.replace(' ', "")).unwrap())
        };
        Self(responses.iter().map(one).collect())
    }

    pub(crate) fn of(responses: Vec<Vec<u8>>) -> Self {
        Self(responses.into_iter().map(Ok).collect())
    }
}

impl Transport for Script {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.0.pop_front().unwrap_or(Err(TransportError::CardMute))
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Ok(Atr::contactless(&[0x80, 0x73, 0xD4, 0x01, 0xC0]))
    }
}

/// The recording of these commands and responses, hexadecimal.
pub(crate) fn record(exchanges: &[(&str, &str)], redaction: Redaction) -> Recording {
    let responses: Vec<&str> = exchanges.iter().map(|(_, response)| *response).collect();
    let (mut recorder, sink) = recorder(Script::new(&responses), redaction);
    for (command, _) in exchanges {
        recorder.transmit(&hex::decode(command.replace(' ', "")).unwrap()).unwrap();
    }
    recorder.finish().unwrap();
    sink.recording()
}

/// The pieces of the last exchange: kept bytes in hexadecimal, placeholders as `sort:what:length`.
pub(crate) fn last(recording: &Recording) -> (String, String) {
    let words = |pieces: &[Piece]| {
        let words: Vec<String> = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Bytes(bytes) => hex::encode(bytes),
                Piece::Placeholder(it) => format!("{}:{}:{}", it.sort.name(), it.what, it.length),
            })
            .collect();
        words.join(" ")
    };
    match &recording.steps.last().unwrap().happening {
        Happening::Command { command, answer } => {
            (words(command.pieces()), words(answer.as_ref().unwrap().pieces()))
        }
        Happening::Reset { .. } => panic!("a reset"),
    }
}

pub(crate) fn aid(text: &str) -> Aid {
    Aid::new(&hex::decode(text).unwrap()).unwrap()
}
