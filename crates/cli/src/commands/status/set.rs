//! `status set`: what the next publication says of a card.

use crate::commands::card::number;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::registry;
use crate::text::{Text, text};
use chipwright_registry::{EntryStatus, Reason};
use jiff::Timestamp;
use serde::Serialize;

/// Options of `status set`.
#[derive(Debug, clap::Args)]
pub(crate) struct Set {
    /// The card's number, as printed on it
    #[arg(value_name = "CARD")]
    card: String,
    /// What its entry says from the next publication on: `valid`, `suspended`, or `invalid` for ever
    #[arg(value_enum, value_name = "STATUS", hide_possible_values = true)]
    status: Wanted,
    /// Why: a short class such as lost, stolen, recovered
    #[arg(long, value_name = "CLASS")]
    why: String,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

/// What an entry says.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Wanted {
    Valid,
    Suspended,
    Invalid,
}

impl From<Wanted> for EntryStatus {
    fn from(wanted: Wanted) -> Self {
        match wanted {
            Wanted::Valid => Self::Valid,
            Wanted::Suspended => Self::Suspended,
            Wanted::Invalid => Self::Invalid,
        }
    }
}

#[derive(Serialize)]
struct Done {
    schema: &'static str,
    card: String,
    before: &'static str,
    now: &'static str,
    why: String,
    unpublished_changes: u64,
}

impl Set {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let number = number(&self.card)?;
        let why = Reason::new(&self.why).ok_or_else(|| no_reason(&self.why))?;
        let wanted = EntryStatus::from(self.status);
        let mut registry = registry::open(&context.home()?)?;
        let failed = |error: chipwright_registry::Error| registry::failure(&error);
        let before = registry.entry_status(&number).map_err(failed)?;
        registry.set_entry_status(&number, wanted, &why, Timestamp::now()).map_err(failed)?;
        let unpublished_changes = registry.unpublished_changes().map_err(failed)?;
        if self.json {
            context.out.json(&Done {
                schema: "chipwright-status-set/1",
                card: number.to_string(),
                before: before.as_str(),
                now: wanted.as_str(),
                why: why.to_string(),
                unpublished_changes,
            })?;
            return Ok(Exit::Success);
        }
        let (now, language) = (status_text(wanted), context.out.language);
        let said = match before == wanted {
            true => text!("card {number}: {} already", "thẻ {number}: từ trước đã là {}", now.pick(language)),
            false => text!(
                "card {number}: {} from the next `chipwright status publish` on",
                "thẻ {number}: {} kể từ lần `chipwright status publish` tiếp theo",
                now.pick(language)
            ),
        };
        context.out.data(said.pick(language))?;
        Ok(Exit::Success)
    }
}

fn no_reason(given: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        text!("{given:?} is no reason", "{given:?} không phải lý do"),
        (
            "Give 1 to 64 of a-z, 0-9 and '-', such as lost; no names, no numbers of people.",
            "Dùng 1 đến 64 ký tự a-z, 0-9 và '-', ví dụ lost; không ghi tên hay số của người.",
        ),
    )
}

/// An entry in words.
pub(super) fn status_text(status: EntryStatus) -> Text {
    Text::from(match status {
        EntryStatus::Valid => ("valid", "còn hiệu lực"),
        EntryStatus::Suspended => ("suspended", "tạm ngừng"),
        EntryStatus::Invalid => ("revoked for ever", "bị thu hồi vĩnh viễn"),
    })
}
