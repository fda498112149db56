//! `revoke`: a card is no longer good.

use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::registry;
use crate::text::text;
use chipwright_profile::CardNumber;
use chipwright_registry::{CardStatus, Reason};
use jiff::Timestamp;

/// Revoke a card for ever; its member may then be issued another
#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    /// The card's number
    #[arg(value_name = "CARD")]
    card: String,
    /// Why: a short class such as lost, damaged, superseded
    #[arg(long, value_name = "CLASS")]
    reason: String,
}

impl Revoke {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let usage = |what: crate::text::Text, next: (&str, &str)| Failure::new(Exit::Usage, what, next);
        let number = CardNumber::parse(&self.card).map_err(|error| {
            usage(
                text!("{:?} is no card number", "{:?} không phải số thẻ", self.card),
                ("`chipwright list` shows the numbers.", "`chipwright list` cho biết các số."),
            )
            .because(&error)
        })?;
        let reason = Reason::new(&self.reason).ok_or_else(|| {
            usage(
                text!("{:?} is no reason", "{:?} không phải lý do", self.reason),
                (
                    "Give 1 to 64 of a-z, 0-9 and '-', such as lost; no names, no numbers of people.",
                    "Dùng 1 đến 64 ký tự a-z, 0-9 và '-', ví dụ lost; không ghi tên hay số của người.",
                ),
            )
        })?;
        let mut registry = registry::open(&home)?;
        let found = registry.card(&number).map_err(|error| registry::failure(&error))?;
        match found.map(|card| card.status) {
            Some(CardStatus::Allocated) => {
                registry
                    .abandon(&number, &reason, Timestamp::now())
                    .map_err(|error| registry::failure(&error))?;
                let said = text!(
                    "card {number} was never written; its number is given up",
                    "thẻ {number} chưa từng được ghi; số thẻ đã được hủy"
                );
                context.out.say(said.pick(context.out.language));
                return Ok(Exit::Success);
            }
            Some(CardStatus::Abandoned) => {
                return Err(usage(
                    text!(
                        "card {number} was given up before it was written",
                        "thẻ {number} đã được hủy trước khi ghi"
                    ),
                    ("There is nothing to revoke.", "Không có gì để thu hồi."),
                ));
            }
            _ => {}
        }
        registry.revoke(&number, &reason, Timestamp::now()).map_err(|error| registry::failure(&error))?;
        let said = text!(
            "card {number} is revoked in the registry; kiosks learn it from the next `chipwright status publish`",
            "thẻ {number} đã bị thu hồi trong sổ đăng ký; máy kiểm tra sẽ biết từ lần `chipwright status publish` tiếp theo"
        );
        context.out.say(said.pick(context.out.language));
        Ok(Exit::Success)
    }
}
