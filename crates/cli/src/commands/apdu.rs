//! `apdu`: a raw exchange, decoded.

mod tries;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::one_card::OneCard;
use crate::output::Output;
use crate::text::text;
use chipwright_iso7816::tlv::{Reader, Tlv};
use chipwright_iso7816::{Command, Ins, Response, Transport};
use serde::Serialize;
use tries::Tries;

/// Send raw commands to a card and show them decoded
///
/// Data of commands that may carry keys or personal data is shown as a length only. INITIALIZE UPDATE is counted in the
/// registry as a try of the chip's key, and refused when no try is left.
#[derive(Debug, clap::Args)]
pub(crate) struct Apdu {
    #[command(flatten)]
    card: OneCard,
    /// Commands in hexadecimal, sent in order
    #[arg(required = true, value_name = "HEX", value_parser = bytes)]
    commands: Vec<Bytes>,
    /// Show the data of every command and response
    #[arg(long)]
    show_data: bool,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Bytes on the command line.
#[derive(Debug, Clone)]
struct Bytes(Vec<u8>);

fn bytes(text: &str) -> Result<Bytes, String> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != ':').collect();
    hex::decode(digits).map(Bytes).map_err(|error| error.to_string())
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
        let home = context.home()?;
        let mut card = self.card.insert(&home, context)?;
        let commands = self.commands.iter().map(parsed).collect::<Result<Vec<_>, _>>()?;
        let mut tries = Tries::of(commands.iter(), &mut card, &home, context)?;
        let transport = card.transport();
        let fails = |error: &dyn std::error::Error| {
            Failure::of(
                Exit::Card,
                error,
                ("Insert the card again and repeat.", "Đưa thẻ vào lại rồi thử lại."),
            )
        };
        transport.reset().map_err(|error| fails(&error))?;
        for (Bytes(sent), command) in self.commands.iter().zip(&commands) {
            tries.before(command)?;
            let received = transport.transmit(sent).map_err(|error| fails(&error))?;
            let response = Response::from_bytes(&received).map_err(|error| fails(&error))?;
            tries.after(command, &response)?;
            let exchange = Exchange::of(command, &response, self.show_data);
            if self.json {
                context.out.json(&exchange)?;
            } else {
                exchange.lines(context.out).iter().try_for_each(|line| context.out.data(line))?;
            }
        }
        Ok(Exit::Success)
    }
}

fn parsed(Bytes(sent): &Bytes) -> Result<Command, Failure> {
    Command::from_bytes(sent).map_err(|error| {
        Failure::new(
            Exit::Usage,
            text!("these bytes are no command", "các byte này không phải lệnh"),
            ("A command is CLA INS P1 P2 [Lc data] [Le].", "Lệnh gồm CLA INS P1 P2 [Lc dữ liệu] [Le]."),
        )
        .because(&error)
    })
}

/// Commands whose data names things and never persons or keys.
fn is_open(command: &Command) -> bool {
    command.cla & 0x0C == 0
        && matches!(
            command.ins,
            Ins::SELECT
                | Ins::GET_DATA
                | Ins::GET_STATUS
                | Ins::INITIALIZE_UPDATE
                | Ins::MANAGE_SECURITY_ENVIRONMENT
                | Ins::READ_BINARY
                | Ins::READ_BINARY_ODD
                | Ins::GET_RESPONSE
                | Ins::GET_CHALLENGE
                | Ins::SET_STATUS
                | Ins::INSTALL
                | Ins::DELETE
        )
}

impl Exchange {
    fn of(command: &Command, response: &Response, show_data: bool) -> Self {
        let show = show_data || is_open(command);
        Self {
            schema: "chipwright-apdu/1",
            command: format!("{:?}", command.ins),
            header: hex::encode_upper(command.header()),
            sent: Shown::of(&command.data, show),
            status: format!("{:04X}", response.status.0),
            meaning: response.status.meaning(),
            received: Shown::of(&response.data, show),
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
    fn of(data: &[u8], show: bool) -> Self {
        let mut objects = Vec::new();
        if show && !data.is_empty() && tree(Reader::new(data), 0, &mut objects).is_none() {
            objects.clear();
        }
        Self { bytes: data.len(), hex: show.then(|| hex::encode_upper(data)), objects }
    }

    fn lines(&self, lines: &mut Vec<String>, out: Output) {
        if self.bytes == 0 {
            return;
        }
        match &self.hex {
            None => {
                let hidden = out.pick("bytes, not shown (--show-data)", "byte, không hiện (--show-data)");
                lines.push(format!("  {} {hidden}", self.bytes));
            }
            Some(_) if !self.objects.is_empty() => {
                let bytes = out.pick(" bytes)", " byte)");
                lines.extend(
                    self.objects.iter().map(|line| format!("  {}", line.replacen(" bytes)", bytes, 1))),
                );
            }
            Some(hex) => lines.push(format!("  {hex}")),
        }
    }
}

/// The data objects as lines, inner ones indented; nothing when the bytes are no data objects.
fn tree(mut reader: Reader<'_>, depth: usize, lines: &mut Vec<String>) -> Option<()> {
    while let Some(object) = reader.next().ok()? {
        let indent = "  ".repeat(depth);
        let inner = lines.len() + 1;
        let head = format!("{indent}{:02X} ({} bytes)", object.tag.0, object.value.len());
        lines.push(head.clone());
        let constructed = object.tag.is_constructed() && !object.value.is_empty();
        if !constructed || children(&object, depth, lines).is_none() {
            lines.truncate(inner);
            lines[inner - 1] = format!("{head} {}", hex::encode_upper(object.value));
        }
    }
    Some(())
}

fn children(object: &Tlv<'_>, depth: usize, lines: &mut Vec<String>) -> Option<()> {
    tree(object.children().ok()?, depth + 1, lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_objects_become_a_tree() {
        let shown = Shown::of(&hex::decode("6F0784054142434445").unwrap(), true);
        assert_eq!(shown.objects, ["6F (7 bytes)", "  84 (5 bytes) 4142434445"]);
        assert!(Shown::of(&[0x6F, 0x07, 0x84], true).objects.is_empty());
    }

    #[test]
    fn keys_and_persons_are_lengths() {
        let store = Command::from_bytes(&hex::decode("80E2880003112233").unwrap()).unwrap();
        let out = Output { language: chipwright_issuance::Language::En };
        let lines = Exchange::of(&store, &Response::ok(vec![1, 2]), false).lines(out);
        assert_eq!(lines[1], "  3 bytes, not shown (--show-data)");
        assert!(!lines.concat().contains("112233"));
        let protected = Command::from_bytes(&hex::decode("0CB0000003112233").unwrap()).unwrap();
        assert!(Exchange::of(&protected, &Response::ok(vec![1]), false).sent.hex.is_none());
    }
}
