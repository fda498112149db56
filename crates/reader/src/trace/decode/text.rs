//! A decoded recording as lines.

use super::super::recording::{Fault, Recording};
use super::tree::Node;
use super::{Decoded, DecodedStep, decode};

/// Longer values are cut to this many characters.
const MOST_VALUE: usize = 96;

/// The recording for people: for each exchange its number, moments, name, parameters, data, status and time, then the totals.
#[must_use]
pub fn show(recording: &Recording) -> Vec<String> {
    decode(recording).lines()
}

impl Decoded {
    /// As [`show`].
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!(
            "{}, recorded by version {}, reader {}",
            self.header.schema,
            printable(&self.header.version),
            printable(&self.header.reader),
        )];
        for step in &self.steps {
            step.lines(&mut lines);
        }
        if self.torn {
            lines.push("The last exchange was not written to its end.".to_owned());
        }
        self.totals(&mut lines);
        lines
    }

    fn totals(&self, lines: &mut Vec<String>) {
        let totals = &self.totals;
        lines.push(String::new());
        lines.push(format!(
            "{} commands, {} resets, {} refused, {} without an answer; {} bytes sent, {} received, {} of them not shown",
            totals.commands,
            totals.resets,
            totals.refused,
            totals.faults,
            totals.sent,
            totals.received,
            totals.redacted,
        ));
        let others = totals.whole.saturating_sub(totals.answering);
        lines.push(format!(
            "{} in all: {} until answers came, {} between exchanges",
            time(totals.whole),
            time(totals.answering),
            time(others)
        ));
        if let Some(slowest) = totals.slowest.and_then(|number| self.steps.get(number - 1)) {
            lines.push(format!("slowest: {} {}, {}", slowest.number, slowest.name, time(slowest.took)));
        }
        let mut names: Vec<_> = totals.by_name.iter().collect();
        names.sort_by_key(|(_, (_, time))| std::cmp::Reverse(*time));
        for (name, (count, took)) in names {
            lines.push(format!("  {name}: {count}×, {}", time(*took)));
        }
    }
}

impl DecodedStep {
    fn lines(&self, lines: &mut Vec<String>) {
        lines.push(String::new());
        lines.push(format!("{}  {}  at {}, took {}", self.number, self.name, time(self.at), time(self.took)));
        if !self.meaning.is_empty() {
            lines.push(format!("    {}", self.meaning.join("; ")));
        }
        if !self.header.is_empty() {
            let data = if self.lc == 0 { String::new() } else { format!(", {} bytes", self.lc) };
            let le = self.le.map_or_else(String::new, |le| format!(", at most {le} back"));
            lines.push(format!("  > {}{data}{le}", self.header));
            self.command.iter().for_each(|node| tree(node, 1, '>', lines));
        }
        if let Some(fault) = self.fault {
            lines.push(format!("  < {}", what_failed(fault)));
        } else {
            let status = self.status.as_deref().unwrap_or_default();
            let meaning = self.status_meaning.as_deref().unwrap_or_default();
            let answer = format!("  < {status} {meaning}");
            lines.push(if self.header.is_empty() { "  < answer-to-reset".to_owned() } else { answer });
            self.response.iter().for_each(|node| tree(node, 1, '<', lines));
        }
    }
}

const fn what_failed(fault: Fault) -> &'static str {
    match fault {
        Fault::CardRemoved => "no answer: the card was removed or lost power",
        Fault::CardMute => "no answer: the card is mute",
        Fault::CardReset => "no answer: the card was reset by somebody else",
        Fault::ReaderGone => "no answer: the reader is gone",
        Fault::TooLong(_) => "not sent: too long for the reader",
        Fault::Reader => "no answer: a fault of the reader",
    }
}

fn tree(node: &Node, depth: usize, arrow: char, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    match node {
        Node::Constructed { tag, name, length, inside } => {
            lines.push(format!("  {arrow} {indent}{tag}{} [{length}]", named(name)));
            inside.iter().for_each(|node| tree(node, depth + 1, arrow, lines));
        }
        Node::Primitive { tag, name, length, value, meaning } => {
            let meaning = meaning.as_ref().map_or_else(String::new, |text| format!("  = {text}"));
            let what = format!("{tag}{}", named(name));
            let line = format!("  {arrow} {indent}{} [{length}] {}{meaning}", what.trim_start(), cut(value));
            lines.push(line.trim_end().to_owned());
        }
        Node::Bytes { value, .. } => lines.push(format!("  {arrow} {indent}{}", cut(value))),
    }
}

fn named(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!(" {name}") }
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(MOST_VALUE) {
        Some((end, _)) => format!("{}…", value[..end].trim_end()),
        None => value.to_owned(),
    }
}

/// Microseconds below ten milliseconds, then milliseconds.
fn time(micros: u64) -> String {
    if micros < 10_000 {
        format!("{micros} µs")
    } else {
        format!("{}.{} ms", micros / 1000, micros % 1000 / 100)
    }
}

/// Text of a file without what could command a terminal.
fn printable(text: &str) -> String {
    text.chars().take(120).map(|c| if c.is_control() { '?' } else { c }).collect()
}
