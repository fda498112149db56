//! `card suspend`, `resume`, `block`, `unblock`, `terminate`, `history`: the life cycle of an issued card.

use super::desk::{self, Desk};
use super::stage_text;
use crate::commands::batch::Granted;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::registry;
use crate::text::{Text, text};
use chipwright_issuance::life::change;
use chipwright_perso::Change;
use chipwright_registry::LifeEvent;
use serde::Serialize;

/// One change of one card.
#[derive(Debug, clap::Args)]
pub(crate) struct Life {
    #[command(flatten)]
    desk: Desk,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// The end of one card.
#[derive(Debug, clap::Args)]
pub(crate) struct End {
    #[command(flatten)]
    life: Life,
    /// Say that you mean it: a terminated card can never be used again
    #[arg(long, required = true)]
    for_ever: bool,
}

#[derive(Serialize)]
struct Done {
    schema: &'static str,
    card: String,
    chip: String,
    before: chipwright_perso::Stage,
    now: chipwright_perso::Stage,
    round_trips: u64,
}

impl Life {
    pub(crate) fn run(&self, wanted: Change, context: &Context) -> Outcome {
        let changed = self.desk.work(None, &Granted::Nothing, context, |card, number, office| {
            change(card, number, wanted, office)
        })?;
        let number = self.desk.number()?;
        if self.json {
            context.out.json(&Done {
                schema: "chipwright-card-life/1",
                card: number.to_string(),
                chip: changed.chip.to_string(),
                before: changed.before,
                now: changed.now,
                round_trips: changed.cost.round_trips(),
            })?;
            return Ok(Exit::Success);
        }
        let (now, language) = (stage_text(changed.now), context.out.language);
        let said = if changed.before == changed.now {
            text!("card {number}: {} already", "thẻ {number}: từ trước đã là {}", now.pick(language))
        } else {
            text!("card {number}: {}", "thẻ {number}: {}", now.pick(language))
        };
        context.out.data(said.pick(language))?;
        Ok(Exit::Success)
    }
}

impl End {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        debug_assert!(self.for_ever, "clap demands it");
        self.life.run(Change::Terminate, context)
    }
}

/// What the record says of one card since it was issued.
#[derive(Debug, clap::Args)]
pub(crate) struct History {
    /// The card's number, as printed on it
    #[arg(value_name = "CARD")]
    number: String,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Line {
    schema: &'static str,
    event: &'static str,
    intended_at: String,
    done_at: Option<String>,
}

impl History {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let number = desk::number(&self.number)?;
        let view = registry::view(&context.home()?)?;
        let failed = |error| registry::failure(&error);
        if view.card(&number).map_err(failed)?.is_none() {
            return Err(Failure::new(
                Exit::Usage,
                text!("card {number} is not in the registry", "thẻ {number} không có trong sổ đăng ký"),
                ("`chipwright list` shows the numbers.", "`chipwright list` cho biết các số."),
            ));
        }
        for line in view.life_of(&number).map_err(failed)? {
            let line = Line {
                schema: "chipwright-card-history/1",
                event: line.event.as_str(),
                intended_at: line.intended_at.to_string(),
                done_at: line.done_at.map(|at| at.to_string()),
            };
            if self.json {
                context.out.json(&line)?;
                continue;
            }
            let open = context.out.pick("not known to be done", "chưa rõ đã xong chưa").to_owned();
            let done = line.done_at.clone().unwrap_or(open);
            let event = event_text(line.event);
            context.out.data(&format!("{}  {done}", event.pick(context.out.language)))?;
        }
        Ok(Exit::Success)
    }
}

fn event_text(event: &str) -> Text {
    match event {
        word if word == LifeEvent::Suspend.as_str() => text!("suspended ", "tạm khóa  "),
        word if word == LifeEvent::Resume.as_str() => text!("resumed   ", "mở lại    "),
        word if word == LifeEvent::Block.as_str() => text!("blocked   ", "khóa      "),
        word if word == LifeEvent::Unblock.as_str() => text!("unblocked ", "mở khóa   "),
        word if word == LifeEvent::Terminate.as_str() => text!("terminated", "chấm dứt  "),
        _ => text!("updated   ", "cập nhật  "),
    }
}
