//! `status`: how far the work is.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, pairs};
use crate::registry;
use chipwright_registry::{BlanksByStage, CardsByStatus, InFlight};
use serde::Serialize;

/// Show progress: cards by status, the balance of blanks, what is in flight
#[derive(Debug, clap::Args)]
pub(crate) struct Status {
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    issuer: String,
    cards: Cards,
    blanks: Blanks,
    in_flight: Vec<Flight>,
}

#[derive(Serialize)]
struct Cards {
    allocated: u64,
    writing: u64,
    finalised: u64,
    issued: u64,
    revoked: u64,
    abandoned: u64,
}

/// Chips seen = used + spoiled + left (blank or prepared).
#[derive(Serialize)]
pub(crate) struct Blanks {
    seen: u64,
    used: u64,
    spoiled: u64,
    prepared: u64,
    blank: u64,
}

impl From<BlanksByStage> for Blanks {
    fn from(counts: BlanksByStage) -> Self {
        let BlanksByStage { blank, prepared, used, spoiled } = counts;
        Self { seen: blank + prepared + used + spoiled, used, spoiled, prepared, blank }
    }
}

impl Blanks {
    /// One line for people.
    pub(crate) fn line(&self, context: &Context) -> String {
        let Self { seen, used, spoiled, prepared, blank } = self;
        match context.out.language {
            chipwright_issuance::Language::En => {
                format!(
                    "{seen} seen = {used} used + {spoiled} spoiled + {} left ({prepared} of them prepared)",
                    prepared + blank
                )
            }
            chipwright_issuance::Language::Vi => {
                format!(
                    "{seen} đã thấy = {used} đã dùng + {spoiled} hỏng + {} còn lại ({prepared} đã chuẩn bị)",
                    prepared + blank
                )
            }
        }
    }
}

#[derive(Serialize)]
struct Flight {
    card: String,
    member: String,
    status: &'static str,
    chip: Option<String>,
    finalise_may_have_been_sent: bool,
}

impl From<InFlight> for Flight {
    fn from(work: InFlight) -> Self {
        Self {
            card: work.card.number.to_string(),
            member: work.card.member.to_string(),
            status: work.card.status.as_str(),
            chip: work.card.chip.map(|chip| chip.to_string()),
            finalise_may_have_been_sent: work.open.is_some(),
        }
    }
}

impl Status {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let shown = shown(context)?;
        if self.json {
            context.out.json(&shown)?;
        } else {
            print(&shown, context)?;
        }
        Ok(Exit::Success)
    }
}

fn shown(context: &Context) -> Result<Shown, Failure> {
    let home = context.home()?;
    let view = registry::view(&home)?;
    let fails = |error: chipwright_registry::Error| registry::failure(&error);
    let CardsByStatus { allocated, writing, finalised, issued, revoked, abandoned } =
        view.cards_by_status().map_err(fails)?;
    Ok(Shown {
        schema: "chipwright-status/1",
        issuer: view.issuer().map_err(fails)?.name,
        cards: Cards { allocated, writing, finalised, issued, revoked, abandoned },
        blanks: view.blanks_by_stage().map_err(fails)?.into(),
        in_flight: view.open_work().map_err(fails)?.into_iter().map(Into::into).collect(),
    })
}

fn print(shown: &Shown, context: &Context) -> Result<(), Failure> {
    let out = context.out;
    let cards = &shown.cards;
    let mut counts = vec![format!("{} {}", cards.issued, out.pick("issued", "đã cấp"))];
    for (count, name) in [
        (cards.allocated, out.pick("allocated", "đã phân số")),
        (cards.writing, out.pick("being written", "đang ghi")),
        (cards.finalised, out.pick("finalised, not yet verified", "đã hoàn tất, chưa kiểm tra")),
        (cards.revoked, out.pick("revoked", "đã thu hồi")),
        (cards.abandoned, out.pick("abandoned", "đã bỏ")),
    ] {
        if count > 0 {
            counts.push(format!("{count} {name}"));
        }
    }
    let rows = [
        (out.pick("issuer", "nơi cấp"), shown.issuer.clone()),
        (out.pick("cards", "thẻ"), counts.join(", ")),
        (out.pick("blanks", "thẻ trắng"), shown.blanks.line(context)),
        (out.pick("in flight", "đang dở"), shown.in_flight.len().to_string()),
    ];
    pairs(&rows).iter().try_for_each(|line| out.data(line))?;
    if shown.in_flight.is_empty() {
        return Ok(());
    }
    let mut table = Table::new(&[
        out.pick("card", "thẻ"),
        out.pick("member", "đảng viên"),
        out.pick("status", "trạng thái"),
        out.pick("chip", "chip"),
    ]);
    for work in &shown.in_flight {
        let status = if work.finalise_may_have_been_sent {
            format!("{} ({})", work.status, out.pick("FINALISE may have been sent", "có thể đã gửi FINALISE"))
        } else {
            work.status.to_owned()
        };
        table.row(vec![
            work.card.clone(),
            work.member.clone(),
            status,
            work.chip.clone().unwrap_or_default(),
        ]);
    }
    table.lines().iter().try_for_each(|line| out.data(line))
}
