//! `emulator insert`, `pull` and `slots`: hands for the slots of a running `emulator serve`.

use crate::context::Context;
use crate::emulator_reader::{self, CardName};
use crate::failure::Failure;
use crate::home::Home;
use crate::output::{Output, Table};
use crate::serve::{Answer, Refusal, Request, SlotContent, SlotReport, ask};
use serde::Serialize;

/// Puts a card into a slot.
pub(super) fn insert(home: &Home, name: &CardName, slot: usize) -> Result<(), Failure> {
    if !name.state_file(home).exists() {
        return Err(emulator_reader::no_such_card(name));
    }
    order(home, slot, &Request::Insert { name: name.as_str().to_owned(), slot })
}

/// Takes the card out of a slot.
pub(super) fn pull(home: &Home, slot: usize, after_apdus: Option<u64>) -> Result<(), Failure> {
    order(home, slot, &Request::Pull { slot, after_apdus })
}

fn order(home: &Home, slot: usize, request: &Request) -> Result<(), Failure> {
    match ask(home, request)? {
        Answer::Done => Ok(()),
        Answer::Refused(refusal) => Err(refusal.into_failure(slot)),
        Answer::Slots(_) => Err(Refusal::NotUnderstood.into_failure(slot)),
    }
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    #[serde(flatten)]
    report: SlotReport,
}

/// Shows the slots.
pub(super) fn show(home: &Home, context: &Context, json: bool) -> Result<(), Failure> {
    let out = context.out;
    let slots = match ask(home, &Request::Slots)? {
        Answer::Slots(slots) => slots,
        Answer::Done | Answer::Refused(_) => return Err(Refusal::NotUnderstood.into_failure(0)),
    };
    if json {
        let shown = |report| Shown { schema: "chipwright-emulator-slot/1", report };
        return slots.into_iter().try_for_each(|report| out.json(&shown(report)));
    }
    let mut table = Table::new(&[
        out.pick("slot", "khe"),
        out.pick("address", "địa chỉ"),
        out.pick("card", "thẻ"),
        out.pick("state", "trạng thái"),
        out.pick("commands", "số lệnh"),
        out.pick("magazine", "hộp thẻ"),
    ]);
    for report in slots {
        table.row(vec![
            report.slot.to_string(),
            report.address,
            report.card.unwrap_or_default(),
            state(report.state, out).to_owned(),
            report.apdus.to_string(),
            report.magazine.to_string(),
        ]);
    }
    table.lines().iter().try_for_each(|line| out.data(line))
}

const fn state(content: SlotContent, out: Output) -> &'static str {
    match content {
        SlotContent::Empty => out.pick("empty", "trống"),
        SlotContent::Coming => out.pick("being put in", "đang đưa vào"),
        SlotContent::NoDaemon => out.pick("pcscd not there", "chưa có pcscd"),
        SlotContent::Unpowered => out.pick("without power", "chưa có điện"),
        SlotContent::Powered => out.pick("with power", "có điện"),
    }
}
