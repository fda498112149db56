//! `delivery list` and `delivery show`.

use super::add::shown;
use crate::authority::keystore;
use crate::context::Context;
use crate::deliveries::{self, FIRST};
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::home::Home;
use crate::output::{Table, pairs};
use crate::registry;
use crate::text::text;
use chipwright_keystore::CardKeyFile;
use chipwright_registry::{CustodyKind, View};
use serde::Serialize;

/// List the deliveries of blanks
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Show one delivery: its key version, check values, chips, and what custodians did with it
#[derive(Debug, clap::Args)]
pub(crate) struct Show {
    /// Its label, as `delivery list` shows it
    #[arg(value_name = "LABEL")]
    label: String,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    schema: &'static str,
    label: String,
    key_version: String,
    /// None for the first delivery, whose keys are only looked at when they are opened.
    check_values: Option<String>,
    /// None: any chip of the key version.
    chips: Option<u64>,
    added_at: Option<String>,
    checked: bool,
    refused: bool,
    returned: u64,
}

impl List {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let lines = lines(&home)?;
        if self.json {
            lines.iter().try_for_each(|line| context.out.json(line))?;
            return Ok(Exit::Success);
        }
        let out = context.out;
        let mut table = Table::new(&[
            out.pick("delivery", "lô"),
            out.pick("key version", "phiên bản khóa"),
            out.pick("check values", "giá trị kiểm tra"),
            out.pick("chips", "chip"),
            out.pick("checked", "đã thử"),
        ]);
        for line in lines {
            let checked = checked(&line, context);
            let chips = count(&line, context);
            table.row(vec![
                line.label,
                line.key_version,
                line.check_values.unwrap_or_default(),
                chips,
                checked,
            ]);
        }
        table.lines().iter().try_for_each(|line| out.data(line))?;
        Ok(Exit::Success)
    }
}

impl Show {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let found = lines(&home)?.into_iter().find(|line| line.label == self.label);
        let line = found.ok_or_else(|| {
            Failure::new(
                Exit::Usage,
                text!("there is no delivery {:?}", "không có lô {:?}", self.label),
                ("`chipwright delivery list` shows them.", "`chipwright delivery list` cho biết các lô."),
            )
        })?;
        if self.json {
            context.out.json(&line)?;
            return Ok(Exit::Success);
        }
        let out = context.out;
        let rows = [
            (out.pick("delivery", "lô"), line.label.clone()),
            (out.pick("key version", "phiên bản khóa"), line.key_version.clone()),
            (out.pick("check values", "giá trị kiểm tra"), line.check_values.clone().unwrap_or_default()),
            (out.pick("chips", "chip"), count(&line, context)),
            (out.pick("added", "thêm lúc"), line.added_at.clone().unwrap_or_default()),
            (out.pick("keys tried on a chip", "đã thử khóa trên chip"), checked(&line, context)),
            (out.pick("chips sent back", "chip đã trả lại"), line.returned.to_string()),
        ];
        pairs(&rows).iter().try_for_each(|line| out.data(line))?;
        Ok(Exit::Success)
    }
}

fn checked(line: &Line, context: &Context) -> String {
    let out = context.out;
    match (line.checked, line.refused) {
        (true, false) => out.pick("right", "đúng"),
        (true, true) => out.pick("right on one, wrong on another", "đúng trên chip này, sai trên chip khác"),
        (false, true) => out.pick("wrong", "sai"),
        (false, false) => out.pick("not yet", "chưa"),
    }
    .to_owned()
}

fn count(line: &Line, context: &Context) -> String {
    line.chips.map_or_else(|| context.out.pick("any", "bất kỳ").to_owned(), |chips| chips.to_string())
}

fn lines(home: &Home) -> Result<Vec<Line>, Failure> {
    let view = registry::view(home)?;
    let failed = |error: chipwright_registry::Error| registry::failure(&error);
    let first = CardKeyFile::header(deliveries::file(home, FIRST)).map_err(|error| keystore(&error))?;
    let mut lines = vec![Line {
        schema: SCHEMA,
        label: FIRST.to_owned(),
        key_version: format!("{:02X}", first.key_version),
        check_values: None,
        chips: None,
        added_at: None,
        checked: false,
        refused: false,
        returned: 0,
    }];
    for delivery in view.deliveries().map_err(failed)? {
        lines.push(Line {
            schema: SCHEMA,
            key_version: format!("{:02X}", delivery.key_version),
            check_values: Some(shown(&delivery.check_values)),
            chips: delivery.named_chips,
            added_at: Some(delivery.added_at.to_string()),
            label: delivery.label,
            checked: false,
            refused: false,
            returned: 0,
        });
    }
    mark(&view, &mut lines).map_err(failed)?;
    Ok(lines)
}

const SCHEMA: &str = "chipwright-delivery/1";

fn mark(view: &View, lines: &mut [Line]) -> Result<(), chipwright_registry::Error> {
    view.for_each_custody_event(None, &mut |event| {
        let line = lines.iter_mut().find(|line| Some(&line.label) == event.delivery.as_ref());
        if let Some(line) = line {
            match event.kind {
                CustodyKind::Checked => line.checked = true,
                CustodyKind::Refused => line.refused = true,
                CustodyKind::Returned => line.returned += 1,
                CustodyKind::DeliveredAgain | CustodyKind::TriesCleared => {}
            }
        }
    })
}
