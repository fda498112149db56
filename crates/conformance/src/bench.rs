//! The bench: a card, the session that is open with it, and what this run knows.

mod access;
mod card_security;
mod exchange;
mod learning;
mod proofs;
mod secure_channel;
mod storing;
mod terminal;

use crate::device::{Blank, Device, Unable};
use crate::expression::{ExpressionError, Variables, evaluate, matches};
use crate::fixture::Fixture;
use crate::run::Terms;
use crate::step::{self, Expect, Step, Verb};
use chipwright_channel::pace::EphemeralKeyOfCard;
use chipwright_channel::scp03::StaticKeys;
use chipwright_channel::terminal_authentication::TerminalAuthenticated;
use chipwright_channel::{scp03, sm};
use chipwright_iso7816::{Command, Response, StatusWord, TransportError};
use secure_channel::byte;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

/// Fills a slice with unpredictable bytes.
pub type Random<'a> = &'a mut dyn FnMut(&mut [u8]);

/// Why a step did not do what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The card does not do what the contract says.
    Failed(String),
    /// The step cannot be done here.
    Skipped(String),
    /// Power was lost, as planned or not.
    PowerLost,
}

impl From<Unable> for Trouble {
    fn from(unable: Unable) -> Self {
        Self::Skipped(unable.0)
    }
}

impl From<ExpressionError> for Trouble {
    fn from(error: ExpressionError) -> Self {
        match error {
            ExpressionError::Unknown(_) => Self::Skipped(error.to_string()),
            ExpressionError::Syntax { .. } | ExpressionError::Range { .. } => Self::Failed(error.to_string()),
        }
    }
}

impl From<TransportError> for Trouble {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::CardRemoved => Self::PowerLost,
            TransportError::TooLong(_) => Self::Skipped(error.to_string()),
            other => Self::Failed(other.to_string()),
        }
    }
}

pub(crate) fn failed<T>(why: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Failed(why.into()))
}

pub(crate) fn wrong(error: impl std::fmt::Display) -> Trouble {
    Trouble::Failed(error.to_string())
}

/// The session that is open.
#[derive(Default)]
enum Channel {
    #[default]
    Closed,
    Scp03(scp03::Session),
    Messaging(sm::Session),
}

/// An answer of the card, opened.
#[derive(Debug)]
pub(crate) struct Answer {
    data: Vec<u8>,
    status: StatusWord,
    /// It came without the protection that the command had.
    naked: bool,
}

impl Default for Answer {
    fn default() -> Self {
        Self::ok(Vec::new())
    }
}

impl Answer {
    fn ok(data: Vec<u8>) -> Self {
        Self { data, status: StatusWord::OK, naked: false }
    }

    fn response(&self) -> Response {
        Response { data: self.data.clone(), status: self.status }
    }

    /// Whether a protocol can go on with it.
    const fn goes_on(&self) -> bool {
        self.status.is_success() && !self.naked
    }
}

/// A card at work.
pub(crate) struct Bench<'a> {
    pub(crate) device: &'a mut dyn Device,
    fixture: &'a Fixture,
    random: Random<'a>,
    channel: Channel,
    pub(crate) variables: Variables,
    /// The static keys of each version that this run knows, and their names.
    keys: secure_channel::KeyRing,
    /// The keys that blanks are delivered with, where they are not the published ones.
    transport: Option<Rc<dyn StaticKeys>>,
    chip: Blank,
    /// Number of the next block of STORE DATA.
    block: u8,
    /// What this run stored, by DGI.
    held: BTreeMap<u16, Vec<u8>>,
    last_protected: Option<Vec<u8>>,
    /// The card's ephemeral key of the last PACE.
    card_key: Option<EphemeralKeyOfCard>,
    /// Terminal Authentication is complete, Chip Authentication 2 is to come.
    terminal: Option<TerminalAuthenticated>,
}

impl<'a> Bench<'a> {
    pub(crate) fn new(device: &'a mut dyn Device, fixture: &'a Fixture, random: Random<'a>) -> Self {
        Self {
            device,
            fixture,
            random,
            channel: Channel::Closed,
            variables: fixture.constants(),
            keys: secure_channel::KeyRing::default(),
            transport: None,
            chip: Blank::default(),
            block: 0,
            held: BTreeMap::new(),
            last_protected: None,
            card_key: None,
            terminal: None,
        }
    }

    /// Another chip as delivered, powered.
    pub(crate) fn place_blank(&mut self, wanted: &Blank, destructive: bool) -> Result<(), Trouble> {
        self.chip = self.device.blank(wanted, destructive)?;
        self.held.clear();
        self.keys = secure_channel::KeyRing::of_blank(&self.chip, self.transport.clone());
        self.variables.insert("i".to_owned(), vec![byte(&self.chip.parameter)?]);
        self.variables.extend(self.fixture.shared());
        self.reset()?;
        Ok(())
    }

    /// What somebody who knows the card gave.
    pub(crate) fn know(&mut self, terms: &Terms) {
        self.transport.clone_from(&terms.transport);
        self.variables.extend(terms.known.iter().map(|(name, value)| (name.clone(), value.clone())));
    }

    /// Power off and on.
    pub(crate) fn reset(&mut self) -> Result<Vec<u8>, Trouble> {
        self.channel = Channel::Closed;
        self.block = 0;
        Ok(self.device.reset()?.as_bytes().to_vec())
    }

    /// Does the steps one after the other; an error names the step.
    pub(crate) fn steps(&mut self, steps: &[Step]) -> Result<(), Trouble> {
        for (index, step) in steps.iter().enumerate() {
            self.step(step).map_err(|trouble| match trouble {
                Trouble::Failed(why) => {
                    Trouble::Failed(format!("step {} ({}): {why}", index + 1, step.verb.key()))
                }
                other => other,
            })?;
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), Trouble> {
        let expect = &step.expect;
        let before = self.device.modelled_time().ok();
        let written = self.device.page_writes().ok();
        let answer = match (self.act(step), expect.lost) {
            (Ok(answer), false) => answer,
            (Ok(_), true) => return failed("power was not lost"),
            (Err(Trouble::PowerLost), true) => return Ok(()),
            (Err(trouble), _) => return Err(trouble),
        };
        let is_quiet = matches!(
            step.verb,
            Verb::NewBlank(_)
                | Verb::Issue(_)
                | Verb::Let(_)
                | Verb::Repeat(_)
                | Verb::Forget(_)
                | Verb::PlannedCut(_)
        );
        if !is_quiet || expect.sw.is_some() {
            self.check(&answer, expect)?;
        }
        if let (Some([least, most]), before) = (expect.writes, written.unwrap_or_default()) {
            let pages = self.device.page_writes()?.saturating_sub(before);
            if !(least..=most).contains(&pages) {
                return failed(format!("{pages} pages were written instead of {least} to {most}"));
            }
        }
        self.check_delay(before, expect)
    }

    fn act(&mut self, step: &Step) -> Result<Answer, Trouble> {
        let expect = &step.expect;
        Ok(match &step.verb {
            Verb::Send(send) => {
                for _ in 1..send.times.unwrap_or(1) {
                    let answer = self.send(send)?;
                    self.check(&answer, expect)?;
                }
                self.send(send)?
            }
            Verb::Raw(raw) => {
                let bytes = self.bytes(&raw.raw)?;
                if !self.device.carries_anything() && Command::from_bytes(&bytes).is_err() {
                    return Err(Trouble::Skipped(
                        "the reader carries no command that cannot be read".to_owned(),
                    ));
                }
                self.transmit(&bytes)?
            }
            Verb::Replay(_) => self.replay()?,
            Verb::Reset(reset) => {
                let interface = step::interface(&reset.reset)
                    .ok_or_else(|| wrong(format_args!("no interface {}", reset.reset)))?;
                if let Some(interface) = interface {
                    self.device.set_interface(interface)?;
                }
                Answer::ok(self.reset()?)
            }
            Verb::NewBlank(blank) => {
                self.place_blank(&blank.blank, true)?;
                Answer::default()
            }
            Verb::Issue(issue) => {
                self.issue(&issue.issue)?;
                Answer::default()
            }
            Verb::Scp03(scp03) => self.open_scp03(scp03)?,
            Verb::PutKey(put) => self.put_key(put)?,
            Verb::Store(store) => self.store(store)?,
            Verb::Report(report) => self.report(report)?,
            Verb::Manifest(manifest) => self.manifest(manifest)?,
            Verb::KeyPair(pair) => self.key_pair(pair)?,
            Verb::Pace(pace) => self.pace(pace)?,
            Verb::ActiveAuthentication(step) => self.active_authentication(step)?,
            Verb::ChipAuthentication(step) => self.chip_authentication(step)?,
            Verb::CardSecurity(step) => self.card_security(step)?,
            Verb::Certificates(step) => self.certificates(step)?,
            Verb::TerminalAuthentication(step) => self.terminal_authentication(step)?,
            Verb::Let(assignment) => {
                let value = self.bytes(&assignment.to)?;
                self.variables.insert(assignment.r#let.clone(), value);
                Answer::default()
            }
            Verb::Check(check) => Answer::ok(self.bytes(&check.check)?),
            Verb::Anticollision(_) => Answer::ok(self.device.anticollision()?),
            Verb::Transcript(transcript) => self.transcript(&transcript.transcript)?,
            Verb::Repeat(repeat) => {
                for round in 1..=repeat.repeat {
                    self.steps(&repeat.steps).map_err(|trouble| match trouble {
                        Trouble::Failed(why) => Trouble::Failed(format!("round {round}, {why}")),
                        other => other,
                    })?;
                }
                Answer::default()
            }
            Verb::Forget(_) => {
                self.channel = Channel::Closed;
                Answer::default()
            }
            Verb::PlannedCut(planned) => {
                match planned.cut {
                    Some(cut) => self.device.cut(cut, planned.at)?,
                    None => {
                        self.device.restore_power();
                    }
                }
                Answer::default()
            }
        })
    }

    fn check_delay(&self, before: Option<Duration>, expect: &Expect) -> Result<(), Trouble> {
        let Some([least, most]) = expect.delay else { return Ok(()) };
        let after = self.device.modelled_time()?;
        let took = after.saturating_sub(before.unwrap_or_default()).as_secs_f64();
        if (least..=most).contains(&took) {
            Ok(())
        } else {
            failed(format!("took {took:.3} s of modelled time instead of {least} to {most} s"))
        }
    }

    fn check(&mut self, answer: &Answer, expect: &Expect) -> Result<(), Trouble> {
        let status = format!("{:04X}", answer.status.0);
        let fits = |wanted: &str| {
            wanted.len() == 4
                && wanted.chars().zip(status.chars()).all(|(w, s)| w == 'X' || w.eq_ignore_ascii_case(&s))
        };
        match &expect.sw {
            None if !fits("9000") => return failed(format!("answered {status}, not 9000")),
            Some(wanted) if !wanted.iter().any(fits) => {
                return failed(format!("answered {status}, not {wanted}"));
            }
            _ => {}
        }
        if answer.naked != expect.naked {
            let how = if answer.naked { "without" } else { "with" };
            return failed(format!("the answer {status} came {how} protection"));
        }
        self.check_data(&answer.data, expect)
    }

    fn check_data(&mut self, data: &[u8], expect: &Expect) -> Result<(), Trouble> {
        let shown = || shorten(data);
        if let Some(pattern) = &expect.data
            && !matches(pattern, data, &self.variables)?
        {
            return failed(format!("the data {} is not of the form {pattern}", shown()));
        }
        if let Some(pattern) = &expect.not
            && matches(pattern, data, &self.variables)?
        {
            return failed(format!("the data {} is of the form {pattern}", shown()));
        }
        if let Some([least, most]) = expect.length
            && !(least..=most).contains(&data.len())
        {
            return failed(format!("{} bytes of data instead of {least} to {most}", data.len()));
        }
        for (path, pattern) in &expect.tlv {
            let Some(value) = crate::data_object::at(data, path) else {
                return failed(format!("no data object {path} in {}", shown()));
            };
            if !matches(pattern, value, &self.variables)? {
                return failed(format!(
                    "data object {path} is {}, not of the form {pattern}",
                    shorten(value)
                ));
            }
        }
        for path in &expect.absent {
            if crate::data_object::at(data, path).is_some() {
                return failed(format!("there is a data object {path} in {}", shown()));
            }
        }
        for (name, path) in &expect.save_tlv {
            let Some(value) = crate::data_object::at(data, path) else {
                return failed(format!("no data object {path} in {}", shown()));
            };
            self.variables.insert(name.clone(), value.to_vec());
        }
        if let Some(name) = &expect.save {
            self.variables.insert(name.clone(), data.to_vec());
        }
        Ok(())
    }

    fn bytes(&self, expression: &str) -> Result<Vec<u8>, Trouble> {
        Ok(evaluate(expression, &self.variables)?)
    }
}

fn shorten(bytes: &[u8]) -> String {
    const SHOWN: usize = 40;
    let head = hex::encode_upper(bytes.get(..SHOWN).unwrap_or(bytes));
    if bytes.len() > SHOWN { format!("{head}… ({} bytes)", bytes.len()) } else { head }
}
