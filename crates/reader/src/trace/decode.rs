//! A recording in words.

mod command;
mod tags;
mod text;
mod tree;

use super::content::{Content, Piece};
use super::recording::{Fault, Happening, Header, Recording};
use chipwright_iso7816::{Command, Ins, Le, Response};
use serde::Serialize;
use std::collections::BTreeMap;

pub use text::show;
pub use tree::Node;

/// A recording taken apart.
#[derive(Debug, Clone, Serialize)]
pub struct Decoded {
    /// The first line of the file.
    pub header: Header,
    /// The exchanges.
    pub steps: Vec<DecodedStep>,
    /// All together.
    pub totals: Totals,
    /// The last line of the file is not whole.
    pub torn: bool,
}

/// One exchange taken apart.
#[derive(Debug, Clone, Default, Serialize)]
pub struct DecodedStep {
    /// Counted from 1.
    pub number: usize,
    /// Microseconds since the beginning.
    pub at: u64,
    /// Microseconds until the answer.
    pub took: u64,
    /// The command's name in its standard; `RESET` for a reset.
    pub name: String,
    /// What class byte and parameters say, one remark each.
    pub meaning: Vec<String>,
    /// CLA, INS, P1, P2 in hexadecimal; empty for a reset.
    pub header: String,
    /// Bytes of command data.
    pub lc: usize,
    /// Bytes of response data expected at most.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub le: Option<u32>,
    /// Bytes of the whole command.
    pub sent: usize,
    /// Bytes of the whole response.
    pub received: usize,
    /// The data of the command.
    pub command: Vec<Node>,
    /// The data of the response; the answer-to-reset of a reset.
    pub response: Vec<Node>,
    /// SW1 and SW2 in hexadecimal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// What they mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_meaning: Option<String>,
    /// Why no answer came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<Fault>,
}

/// Sums over a recording.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Commands.
    pub commands: usize,
    /// Resets.
    pub resets: usize,
    /// Exchanges without an answer.
    pub faults: usize,
    /// Answers other than 9000, 61XX and 6CXX.
    pub refused: usize,
    /// Bytes of all commands.
    pub sent: usize,
    /// Bytes of all responses.
    pub received: usize,
    /// Bytes that stand behind placeholders.
    pub redacted: usize,
    /// Microseconds that answers took.
    pub answering: u64,
    /// Microseconds from the beginning to the last answer.
    pub whole: u64,
    /// The number of the slowest exchange.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slowest: Option<usize>,
    /// Count and microseconds by name of the command.
    pub by_name: BTreeMap<String, (usize, u64)>,
}

/// Takes a recording apart.
#[must_use]
pub fn decode(recording: &Recording) -> Decoded {
    let mut session = Session::default();
    let mut totals = Totals::default();
    let mut steps = Vec::with_capacity(recording.steps.len());
    for (index, step) in recording.steps.iter().enumerate() {
        let mut decoded = match &step.happening {
            Happening::Reset { answer } => session.reset(answer.as_ref()),
            Happening::Command { command, answer } => {
                totals.redacted += redacted(command) + answer.as_ref().map_or(0, redacted);
                session.command(index + 1, command, answer.as_ref())
            }
        };
        decoded.number = index + 1;
        decoded.at = step.at;
        decoded.took = step.took;
        totals.add(&decoded);
        steps.push(decoded);
    }
    totals.slowest = steps.iter().max_by_key(|step| step.took).map(|step| step.number);
    Decoded { header: recording.header.clone(), steps, totals, torn: recording.torn }
}

fn redacted(content: &Content) -> usize {
    content.pieces().iter().filter(|piece| matches!(piece, Piece::Placeholder(_))).map(Piece::len).sum()
}

impl Totals {
    fn add(&mut self, step: &DecodedStep) {
        if step.header.is_empty() {
            self.resets += 1;
        } else {
            self.commands += 1;
        }
        self.faults += usize::from(step.fault.is_some());
        let fine = |status: &str| status == "9000" || status.starts_with("61") || status.starts_with("6C");
        self.refused += usize::from(step.status.as_deref().is_some_and(|status| !fine(status)));
        self.sent += step.sent;
        self.received += step.received;
        self.answering = self.answering.saturating_add(step.took);
        self.whole = self.whole.max(step.at.saturating_add(step.took));
        let name = step.name.split(" (").next().unwrap_or_default().to_owned();
        let (count, time) = self.by_name.entry(name).or_default();
        *count += 1;
        *time = time.saturating_add(step.took);
    }
}

/// What later commands refer to.
#[derive(Default)]
struct Session {
    /// The command whose answer GET RESPONSE fetches: its number and header.
    last: Option<(usize, Command)>,
}

impl Session {
    fn reset(&mut self, answer: Result<&chipwright_iso7816::Atr, &Fault>) -> DecodedStep {
        self.last = None;
        let mut step = DecodedStep { name: "RESET".to_owned(), ..DecodedStep::default() };
        match answer {
            Ok(atr) => {
                step.received = atr.as_bytes().len();
                step.response = vec![tree::answer_to_reset(atr)];
                step.meaning = command::answer_to_reset(atr);
            }
            Err(fault) => step.fault = Some(*fault),
        }
        step
    }

    fn command(&mut self, number: usize, content: &Content, answer: Result<&Content, &Fault>) -> DecodedStep {
        let raw = content.filled();
        let mut step = DecodedStep { sent: raw.len(), ..DecodedStep::default() };
        let head = raw.get(..4).unwrap_or(&raw);
        step.header = tree::hexadecimal(head);
        let parsed = Command::from_bytes(&raw).ok();
        match &parsed {
            Some(command) => self.describe(&mut step, number, command, content, &raw),
            None => {
                step.name = "not a command".to_owned();
                step.command = vec![tree::leaf(&content.part(head.len()..raw.len()))];
            }
        }
        match answer {
            Ok(answer) => self.answer(&mut step, answer),
            Err(fault) => step.fault = Some(*fault),
        }
        step
    }

    fn describe(
        &mut self,
        step: &mut DecodedStep,
        number: usize,
        command: &Command,
        content: &Content,
        raw: &[u8],
    ) {
        step.lc = command.data.len();
        step.le = command.le.map(|le| match le {
            Le::Exact(ne) => ne,
            Le::Max if command.extended => 0x1_0000,
            Le::Max => 256,
        });
        step.name = command::name(command);
        step.meaning = command::meaning(command);
        let at = match (command.data.is_empty(), command.extended) {
            (true, _) => raw.len(),
            (false, false) => 5,
            (false, true) => 7,
        };
        step.command = tree::nodes(&content.part(at..at + step.lc), tags::of_command(command));
        match &self.last {
            Some((first, _)) if command.ins == Ins::GET_RESPONSE => {
                step.meaning.push(format!("the rest of the answer to {first}"));
            }
            _ => self.last = Some((number, command.clone())),
        }
    }

    fn answer(&self, step: &mut DecodedStep, answer: &Content) {
        let raw = answer.filled();
        step.received = raw.len();
        let Ok(response) = Response::from_bytes(&raw) else {
            step.response = vec![tree::leaf(answer)];
            step.status_meaning = Some("Not a response: it has no status word.".to_owned());
            return;
        };
        let dictionary =
            self.last.as_ref().map_or(tags::Dictionary::Plain, |(_, command)| tags::of_response(command));
        let data = answer.part(0..response.data.len());
        step.response = match &self.last {
            Some((_, command)) if command.ins == Ins::INITIALIZE_UPDATE => tree::initialize_update(&data),
            _ => tree::nodes(&data, dictionary),
        };
        step.status = Some(response.status.to_string());
        step.status_meaning = Some(response.status.meaning());
    }
}
