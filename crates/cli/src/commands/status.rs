//! `status`: how far the work is.

mod check;
mod publish;
mod set;
mod signed;

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::output::{Table, pairs};
use crate::registry;
use crate::text::text;
use chipwright_registry::{BlanksByStage, CardsByStatus, InFlight, View};
use serde::Serialize;

/// Show progress: cards by status, the balance of blanks, what is in flight; or set, publish and check what status lists say of cards
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Status {
    #[command(subcommand)]
    entry: Option<Entry>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// What is done about status lists.
#[derive(Debug, clap::Subcommand)]
enum Entry {
    /// Change what status lists say of a card from the next publication on
    Set(set::Set),
    /// Sign and release all status lists as they are now, as JWT and CWT
    Publish(publish::Publish),
    /// Ask a published status list: its signature, its dates, and what it says
    ///
    /// The exit code is the verdict: 0 valid, 12 revoked, 13 suspended, 18 expired or unknown, 19 later than the clock.
    Check(check::Check),
}

#[derive(Serialize)]
struct Shown {
    schema: &'static str,
    issuer: String,
    cards: Cards,
    blanks: Blanks,
    in_flight: Vec<Flight>,
    /// Once a card's status was changed, or a list was published.
    #[serde(skip_serializing_if = "Option::is_none")]
    status_lists: Option<Lists>,
}

/// What kiosks know, and do not know yet.
#[derive(Serialize)]
struct Lists {
    publication: Option<u32>,
    released_at: Option<String>,
    expires_at: Option<String>,
    unpublished_changes: u64,
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

/// Chips seen = used + sent back + spoiled + left (blank or prepared).
#[derive(Serialize)]
pub(crate) struct Blanks {
    seen: u64,
    used: u64,
    #[serde(skip_serializing_if = "is_none")]
    returned: u64,
    spoiled: u64,
    prepared: u64,
    blank: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_none(count: &u64) -> bool {
    *count == 0
}

impl Lists {
    fn line(&self, context: &Context) -> String {
        let changes = self.unpublished_changes;
        let waiting = text!("changes not published: {changes}", "thay đổi chưa phát hành: {changes}");
        let published = match (self.publication, &self.released_at, &self.expires_at) {
            (Some(number), Some(at), Some(until)) => text!(
                "publication {number} of {at}, counts until {until}; ",
                "lần phát hành {number} lúc {at}, có giá trị đến {until}; "
            ),
            _ => text!("never published; ", "chưa phát hành lần nào; "),
        };
        let language = context.out.language;
        format!("{}{}", published.pick(language), waiting.pick(language))
    }
}

impl From<BlanksByStage> for Blanks {
    fn from(counts: BlanksByStage) -> Self {
        let BlanksByStage { blank, prepared, used, returned, spoiled } = counts;
        let seen = blank + prepared + used + returned + spoiled;
        Self { seen, used, returned, spoiled, prepared, blank }
    }
}

impl Blanks {
    /// One line for people.
    pub(crate) fn line(&self, context: &Context) -> String {
        let Self { seen, used, returned, spoiled, prepared, blank } = self;
        let back = match (returned, context.out.language) {
            (0, _) => String::new(),
            (_, chipwright_issuance::Language::En) => format!(" + {returned} sent back"),
            (_, chipwright_issuance::Language::Vi) => format!(" + {returned} đã trả lại"),
        };
        match context.out.language {
            chipwright_issuance::Language::En => {
                format!(
                    "{seen} seen = {used} used{back} + {spoiled} spoiled + {} left ({prepared} of them prepared)",
                    prepared + blank
                )
            }
            chipwright_issuance::Language::Vi => {
                format!(
                    "{seen} đã thấy = {used} đã dùng{back} + {spoiled} hỏng + {} còn lại ({prepared} đã chuẩn bị)",
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
        match &self.entry {
            Some(Entry::Set(set)) => return set.run(context),
            Some(Entry::Publish(publish)) => return publish.run(context),
            Some(Entry::Check(check)) => return check.run(context),
            None => {}
        }
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
        status_lists: lists(&view).map_err(fails)?,
    })
}

fn lists(view: &View) -> Result<Option<Lists>, chipwright_registry::Error> {
    let released = view.released()?;
    let unpublished_changes = view.unpublished_changes()?;
    if released.is_none() && unpublished_changes == 0 {
        return Ok(None);
    }
    let released = released.as_ref();
    Ok(Some(Lists {
        publication: released.map(|publication| publication.number),
        released_at: released.and_then(|publication| publication.released_at).map(|at| at.to_string()),
        expires_at: released
            .and_then(|publication| publication.lists.iter().map(|list| list.expires_at).min())
            .map(|at| at.to_string()),
        unpublished_changes,
    }))
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
    let mut rows = vec![
        (out.pick("issuer", "nơi cấp"), shown.issuer.clone()),
        (out.pick("cards", "thẻ"), counts.join(", ")),
        (out.pick("blanks", "thẻ trắng"), shown.blanks.line(context)),
        (out.pick("in flight", "đang dở"), shown.in_flight.len().to_string()),
    ];
    if let Some(lists) = &shown.status_lists {
        rows.push((out.pick("status lists", "danh sách trạng thái"), lists.line(context)));
    }
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
