//! `apdu`: a raw exchange, decoded.

mod given;
mod tries;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::one_card::OneCard;
use crate::output::Output;
use chipwright_iso7816::tlv::Reader;
use chipwright_iso7816::{Command, Response, Transport};
use chipwright_reader::trace::{Content, Piece, Redaction, Redactor};
use given::{Given, HiddenText};
use serde::Serialize;
use tries::Tries;

/// Send raw commands to a card and show them decoded
///
/// Data that may be a key or a person's is shown as a length only. INITIALIZE UPDATE is counted in the registry as a try of the
/// chip's key, and refused when no try is left.
#[derive(Debug, clap::Args)]
pub(crate) struct Apdu {
    #[command(flatten)]
    card: OneCard,
    /// Commands in hexadecimal, sent in order; `-` reads them from stdin, one a line. Other users of this machine can see what
    /// stands on a command line
    #[arg(required_unless_present = "commands_fd", value_name = "HEX")]
    commands: Vec<HiddenText>,
    /// Read the commands from this file descriptor, one a line: for PINs and keys
    #[arg(long, value_name = "FD", conflicts_with = "commands")]
    commands_fd: Option<u32>,
    /// Show the data of every command and response
    #[arg(long)]
    show_data: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Exchange {
    schema: &'static str,
    command: String,
    header: String,
    sent: Shown,
    status: String,
    meaning: String,
    received: Shown,
}

/// Data, or only its length.
#[derive(Serialize)]
struct Shown {
    bytes: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    hex: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    objects: Vec<String>,
}

impl Apdu {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let given = given::read(&self.commands, self.commands_fd)?;
        let home = context.home()?;
        let mut card = self.card.insert(&home, context)?;
        let commands: Vec<&Command> = given.iter().map(|given| &given.command).collect();
        let mut tries = Tries::of(commands.into_iter(), &mut card, &home, context, self.card.is_recorded())?;
        let transport = card.transport();
        let fails = |error: &dyn std::error::Error| {
            Failure::of(
                Exit::Card,
                error,
                ("Insert the card again and repeat.", "Đưa thẻ vào lại rồi thử lại."),
            )
        };
        transport.reset().map_err(|error| fails(&error))?;
        let mut redactor = Redactor::new(Redaction::KeepIdentifiers);
        for Given { command, bytes } in &given {
            tries.before(command)?;
            let received = transport.transmit(bytes).map_err(|error| fails(&error))?;
            let response = Response::from_bytes(&received).map_err(|error| fails(&error))?;
            tries.after(command, &response)?;
            let (mut sent, mut answer) = (redactor.command(bytes), redactor.response(&received));
            if self.show_data {
                (sent, answer) = (Content::of(bytes), Content::of(&received));
            }
            let exchange = Exchange::of(command, &sent, &response, &answer);
            if self.json {
                context.out.json(&exchange)?;
            } else {
                exchange.lines(context.out).iter().try_for_each(|line| context.out.data(line))?;
            }
        }
        Ok(Exit::Success)
    }
}

impl Exchange {
    /// `sent` and `answer` are what may be shown of the command and of the response.
    fn of(command: &Command, sent: &Content, response: &Response, answer: &Content) -> Self {
        let data_at = match (command.data.is_empty(), command.extended) {
            (true, _) => sent.len(),
            (false, false) => 5,
            (false, true) => 7,
        };
        Self {
            schema: "chipwright-apdu/1",
            command: format!("{:?}", command.ins),
            header: hex::encode_upper(command.header()),
            sent: Shown::of(&sent.part(data_at..data_at + command.data.len())),
            status: format!("{:04X}", response.status.0),
            meaning: response.status.meaning(),
            received: Shown::of(&answer.part(0..response.data.len())),
        }
    }

    fn lines(&self, out: Output) -> Vec<String> {
        let mut lines = vec![format!("> {}  {}", self.header, self.command)];
        self.sent.lines(&mut lines, out);
        lines.push(format!("< {}  {}", self.status, out.words(&self.meaning)));
        self.received.lines(&mut lines, out);
        lines
    }
}

impl Shown {
    /// Data objects are shown whose values may not be.
    fn of(data: &Content) -> Self {
        let bytes = data.filled();
        let mut objects = Vec::new();
        let hidden = data.pieces().iter().all(|piece| matches!(piece, Piece::Placeholder(_)));
        if !hidden && (Tree { data, lines: &mut objects }).level(Reader::new(&bytes), 0).is_none() {
            objects.clear();
        }
        let hex = (!data.is_redacted()).then(|| hex::encode_upper(&bytes));
        Self { bytes: bytes.len(), hex, objects }
    }

    fn lines(&self, lines: &mut Vec<String>, out: Output) {
        if self.bytes == 0 {
            return;
        }
        match &self.hex {
            _ if !self.objects.is_empty() => {
                let (bytes, hidden) = (out.pick(" bytes)", " byte)"), out.pick(HIDDEN, " không hiện"));
                let said = |line: &String| line.replacen(" bytes)", bytes, 1).replacen(HIDDEN, hidden, 1);
                lines.extend(self.objects.iter().map(|line| format!("  {}", said(line))));
            }
            None => {
                let hidden = out.pick("bytes, not shown (--show-data)", "byte, không hiện (--show-data)");
                lines.push(format!("  {} {hidden}", self.bytes));
            }
            Some(hex) => lines.push(format!("  {hex}")),
        }
    }
}

const HIDDEN: &str = " not shown";

/// Data objects as lines.
struct Tree<'a> {
    data: &'a Content,
    lines: &'a mut Vec<String>,
}

impl Tree<'_> {
    /// Inner ones indented; nothing when the bytes are no data objects.
    fn level(&mut self, mut reader: Reader<'_>, depth: usize) -> Option<()> {
        while let Some(object) = reader.next().ok()? {
            let indent = "  ".repeat(depth);
            let inner = self.lines.len() + 1;
            let head = format!("{indent}{:02X} ({} bytes)", object.tag.0, object.value.len());
            self.lines.push(head.clone());
            let value = object.value_offset..object.value_offset + object.value.len();
            let redacted = self.data.part(value).is_redacted();
            let constructed = object.tag.is_constructed() && !object.value.is_empty();
            if !constructed || object.children().ok().and_then(|inner| self.level(inner, depth + 1)).is_none()
            {
                self.lines.truncate(inner);
                let value = if redacted {
                    HIDDEN.to_owned()
                } else {
                    format!(" {}", hex::encode_upper(object.value))
                };
                self.lines[inner - 1] = head + &value;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_objects_become_a_tree() {
        let shown = Shown::of(&Content::of(&hex::decode("6F0784054142434445").unwrap()));
        assert_eq!(shown.objects, ["6F (7 bytes)", "  84 (5 bytes) 4142434445"]);
        assert!(Shown::of(&Content::of(&[0x6F, 0x07, 0x84])).objects.is_empty());
    }

    #[test]
    fn what_is_not_open_is_a_length() {
        let sent = hex::decode("80E2880003112233").unwrap();
        let store = Command::from_bytes(&sent).unwrap();
        let out = Output { language: chipwright_issuance::Language::En };
        let mut redactor = Redactor::new(Redaction::KeepIdentifiers);
        let (shown, answer) = (redactor.command(&sent), redactor.response(&[1, 2, 0x90, 0]));
        let lines = Exchange::of(&store, &shown, &Response::ok(vec![1, 2]), &answer).lines(out);
        assert_eq!(lines[1], "  3 bytes, not shown (--show-data)");
        assert_eq!(lines[3], "  2 bytes, not shown (--show-data)");
        // a name in file control information
        redactor.command(&hex::decode("00A4040000").unwrap());
        let answer = redactor.response(&hex::decode("6F0C840141A5075F20044E6775799000").unwrap());
        let shown = Shown::of(&answer.part(0..14));
        let wanted = ["6F (12 bytes)", "  84 (1 bytes) 41", "  A5 (7 bytes)", "    5F20 (4 bytes) not shown"];
        assert_eq!((shown.objects, shown.hex), (wanted.map(str::to_owned).to_vec(), None));
    }
}
