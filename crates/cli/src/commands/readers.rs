//! `readers`: the PC/SC readers and what is in them.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Outcome;
use crate::output::{Output, Table};
use crate::words;
use chipwright_reader::pcsc::{ReaderStatus, Service, Slot};
use serde::Serialize;

/// List the PC/SC readers and what is in them
///
/// The number, the name or a part of the name stands after `--reader pcsc:`.
#[derive(Debug, clap::Args)]
pub(crate) struct Readers {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown<'a> {
    schema: &'static str,
    number: usize,
    name: &'a str,
    state: &'static str,
    atr: Option<String>,
}

impl Readers {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let out = context.out;
        let failed = |error| words::readers::failure(&error);
        let readers = Service::connect().and_then(|service| service.readers()).map_err(failed)?;
        if readers.is_empty() {
            return Err(failed(chipwright_reader::pcsc::ReaderError::NoReaders));
        }
        if self.json {
            readers.iter().enumerate().try_for_each(|(number, reader)| {
                out.json(&Shown {
                    schema: "chipwright-reader/1",
                    number,
                    name: &reader.name,
                    state: state(&reader.slot),
                    atr: atr(reader),
                })
            })?;
            return Ok(Exit::Success);
        }
        let mut table = Table::new(&[
            out.pick("number", "số"),
            out.pick("reader", "đầu đọc"),
            out.pick("in it", "bên trong"),
            "ATR",
        ]);
        for (number, reader) in readers.iter().enumerate() {
            let content = content(&reader.slot, out).to_owned();
            let atr = atr(reader).unwrap_or_default();
            table.row(vec![number.to_string(), reader.name.clone(), content, atr]);
        }
        table.lines().iter().try_for_each(|line| out.data(line))?;
        Ok(Exit::Success)
    }
}

fn atr(reader: &ReaderStatus) -> Option<String> {
    match &reader.slot {
        Slot::Card(atr) => Some(hex::encode_upper(atr.as_bytes())),
        _ => None,
    }
}

const fn state(slot: &Slot) -> &'static str {
    match slot {
        Slot::Empty => "empty",
        Slot::Card(_) => "card",
        Slot::NoAnswerToReset => "no_answer_to_reset",
        Slot::InUse => "in_use",
        _ => "unavailable",
    }
}

const fn content(slot: &Slot, out: Output) -> &'static str {
    match slot {
        Slot::Empty => out.pick("empty", "trống"),
        Slot::Card(_) => out.pick("a card", "có thẻ"),
        Slot::NoAnswerToReset => out.pick(
            "a card that gives no sign of life: upside down, the wrong way round or defective",
            "thẻ không có phản hồi: bị úp ngược, đưa sai chiều hoặc đã hỏng",
        ),
        Slot::InUse => {
            out.pick("a card that another program is using", "thẻ đang được chương trình khác dùng")
        }
        _ => out.pick("cannot be used now", "hiện không dùng được"),
    }
}
