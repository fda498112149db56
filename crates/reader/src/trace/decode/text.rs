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

/// Says an English sentence or part of one, in another language perhaps.
type Say<'a> = &'a dyn Fn(&str) -> String;

impl Decoded {
    /// As [`show`].
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.lines_in(&str::to_owned)
    }

    /// As [`show`], every sentence, every count and every placeholder said by `say`. Names of commands and of data objects stay as
    /// their standards have them.
    #[must_use]
    pub fn lines_in(&self, say: &dyn Fn(&str) -> String) -> Vec<String> {
        let mut lines = vec![say(&format!(
            "{}, recorded by version {}, reader {}",
            self.header.schema,
            printable(&self.header.version),
            printable(&self.header.reader),
        ))];
        for step in &self.steps {
            step.lines(say, &mut lines);
        }
        if self.torn {
            lines.push(say("The last exchange was not written to its end."));
        }
        self.totals(say, &mut lines);
        lines
    }

    fn totals(&self, say: Say<'_>, lines: &mut Vec<String>) {
        let totals = &self.totals;
        lines.push(String::new());
        let exchanges = [
            counted(totals.commands, "command"),
            counted(totals.resets, "reset"),
            format!("{} refused", totals.refused),
            format!("{} without an answer", totals.faults),
        ];
        let bytes = [
            format!("{} sent", counted(totals.sent, "byte")),
            format!("{} received", totals.received),
            format!("{} of them not shown", totals.redacted),
        ];
        let list = |parts: &[String]| parts.iter().map(|part| say(part)).collect::<Vec<_>>().join(", ");
        lines.push(format!("{}; {}", list(&exchanges), list(&bytes)));
        let others = totals.whole.saturating_sub(totals.answering);
        lines.push(say(&format!(
            "{} in all: {} until answers came, {} between exchanges",
            time(totals.whole),
            time(totals.answering),
            time(others)
        )));
        if let Some(slowest) = totals.slowest.and_then(|number| self.steps.get(number - 1)) {
            let took = time(slowest.took);
            lines.push(say(&format!("slowest: {} {}, {took}", slowest.number, slowest.name)));
        }
        let mut names: Vec<_> = totals.by_name.iter().collect();
        names.sort_by_key(|(_, (_, time))| std::cmp::Reverse(*time));
        for (name, (count, took)) in names {
            lines.push(format!("  {name}: {count}×, {}", time(*took)));
        }
    }
}

/// `1 byte`, `2 bytes`.
fn counted(number: usize, of: &str) -> String {
    format!("{number} {of}{}", if number == 1 { "" } else { "s" })
}

impl DecodedStep {
    fn lines(&self, say: Say<'_>, lines: &mut Vec<String>) {
        lines.push(String::new());
        let moments = say(&format!("at {}, took {}", time(self.at), time(self.took)));
        lines.push(format!("{}  {}  {moments}", self.number, self.name));
        if !self.meaning.is_empty() {
            let remarks: Vec<String> = self.meaning.iter().map(|remark| say(remark)).collect();
            lines.push(format!("    {}", remarks.join("; ")));
        }
        if !self.header.is_empty() {
            let mut line = format!("  > {}", self.header);
            if self.lc > 0 {
                line.push_str(&format!(", {}", say(&counted(self.lc, "byte"))));
            }
            if let Some(le) = self.le {
                line.push_str(&format!(", {}", say(&format!("at most {le} back"))));
            }
            lines.push(line);
            self.command.iter().for_each(|node| tree(say, node, 1, '>', lines));
        }
        if let Some(fault) = self.fault {
            lines.push(format!("  < {}", say(what_failed(fault))));
        } else {
            let status = self.status.as_deref().unwrap_or_default();
            let meaning = self.status_meaning.as_deref().map_or_else(String::new, say);
            let answer = format!("  < {status} {meaning}");
            let reset = self.header.is_empty();
            lines.push(if reset { format!("  < {}", say("answer-to-reset")) } else { answer });
            self.response.iter().for_each(|node| tree(say, node, 1, '<', lines));
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

fn tree(say: Say<'_>, node: &Node, depth: usize, arrow: char, lines: &mut Vec<String>) {
    let indent = "  ".repeat(depth);
    match node {
        Node::Constructed { tag, name, length, inside } => {
            lines.push(format!("  {arrow} {indent}{tag}{} [{length}]", named(name)));
            inside.iter().for_each(|node| tree(say, node, depth + 1, arrow, lines));
        }
        Node::Primitive { tag, name, length, value, meaning } => {
            let meaning = meaning.as_ref().map_or_else(String::new, |text| format!("  = {}", say(text)));
            let what = format!("{tag}{}", named(name));
            let value = shown(say, value);
            let line = format!("  {arrow} {indent}{} [{length}] {value}{meaning}", what.trim_start());
            lines.push(line.trim_end().to_owned());
        }
        Node::Bytes { value, .. } => lines.push(format!("  {arrow} {indent}{}", shown(say, value))),
    }
}

/// A value: its placeholders said, and cut if it is long.
fn shown(say: Say<'_>, value: &str) -> String {
    let pieces = value.split_inclusive('›').map(|piece| match piece.find('‹') {
        Some(at) => format!("{}{}", &piece[..at], say(&piece[at..])),
        None => piece.to_owned(),
    });
    cut(&pieces.collect::<String>())
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
