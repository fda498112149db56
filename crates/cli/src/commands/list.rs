//! `list`: all cards of the registry.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::Outcome;
use crate::output::Table;
use crate::registry;
use chipwright_registry::Card;
use serde::Serialize;

/// List the cards of the registry
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    schema: &'static str,
    card: String,
    member: String,
    status: &'static str,
    chip: Option<String>,
    status_list: u32,
    status_index: u32,
    security_object_sha256: Option<String>,
    reason: Option<String>,
    allocated_at: String,
    changed_at: String,
}

impl From<&Card> for Line {
    fn from(card: &Card) -> Self {
        Self {
            schema: "chipwright-card/1",
            card: card.number.to_string(),
            member: card.member.to_string(),
            status: card.status.as_str(),
            chip: card.chip.map(|chip| chip.to_string()),
            status_list: card.reference.list,
            status_index: card.reference.index,
            security_object_sha256: card.seal.map(|seal| hex::encode(seal.security_object)),
            reason: card.closed_why.as_ref().map(ToString::to_string),
            allocated_at: card.allocated_at.to_string(),
            changed_at: card.changed_at.to_string(),
        }
    }
}

impl List {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let (home, out) = (context.home()?, context.out);
        let view = registry::view(&home)?;
        let mut failed = Ok(());
        let mut table = Table::new(&[
            out.pick("card", "thẻ"),
            out.pick("member", "đảng viên"),
            out.pick("status", "trạng thái"),
            out.pick("chip", "chip"),
            out.pick("changed", "thay đổi"),
            out.pick("reason", "lý do"),
        ]);
        view.for_each_card(&mut |card| {
            let line = Line::from(&card);
            if !self.json {
                let changed = card.changed_at.strftime("%Y-%m-%d %H:%M:%S").to_string();
                let (chip, reason) = (line.chip.unwrap_or_default(), line.reason.unwrap_or_default());
                table.row(vec![line.card, line.member, line.status.to_owned(), chip, changed, reason]);
            } else if failed.is_ok() {
                failed = out.json(&line);
            }
        })
        .map_err(|error| registry::failure(&error))?;
        failed?;
        if !self.json && table.is_empty() {
            out.say(out.pick("no cards yet", "chưa có thẻ nào"));
        } else if !self.json {
            table.lines().iter().try_for_each(|line| out.data(line))?;
        }
        Ok(Exit::Success)
    }
}
