//! `card update`: another name, another unit, another PIN on an issued card.

use super::desk::Desk;
use crate::commands::batch::Granted;
use crate::context::Context;
use crate::exit::Exit;
use crate::failure::{Failure, Outcome};
use crate::text::{Text, text};
use chipwright_issuance::life::{NewData, update_card};
use chipwright_profile::{MemberError, PersonName, Unit};
use serde::Serialize;
use std::path::PathBuf;

/// What is to be changed.
#[derive(Debug, clap::Args)]
pub(crate) struct Update {
    #[command(flatten)]
    desk: Desk,
    /// The member's new name, in national characters
    #[arg(long, value_name = "NAME", required_unless_present_any = ["unit_code", "new_pin"])]
    name: Option<String>,
    /// Code of the member's new unit
    #[arg(long, value_name = "CODE", requires = "unit_name")]
    unit_code: Option<String>,
    /// Name of the member's new unit
    #[arg(long, value_name = "NAME", requires = "unit_code")]
    unit_name: Option<String>,
    /// The approved batch of this change: another name or unit is signed when a second registrar has approved it
    #[arg(long, value_name = "FILE")]
    batch: Option<PathBuf>,
    /// Set a new PIN and PUK, and print their letter
    #[arg(long, requires = "letter_printer")]
    new_pin: bool,
    /// The command that prints the PIN letter, a PDF on its standard input, such as "lp -d pin-printer"; no shell runs it, and no
    /// letter is stored
    #[arg(long, value_name = "COMMAND")]
    letter_printer: Option<String>,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Serialize)]
struct Done {
    schema: &'static str,
    card: String,
    chip: String,
    was_current: bool,
    security_object_sha256: String,
    round_trips: u64,
}

impl Update {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        let unit = unit(self.unit_code.as_deref(), self.unit_name.as_deref())?;
        let data = NewData { name: name(self.name.as_deref())?, unit, pin: self.new_pin };
        let granted = Granted::change(&context.home()?, self.batch.as_deref())?;
        let printer = self.letter_printer.as_deref();
        let updated = self.desk.work(printer, &granted, context, |card, number, office| {
            update_card(card, number, &data, office)
        })?;
        let number = self.desk.number()?;
        if self.json {
            context.out.json(&Done {
                schema: "chipwright-card-update/1",
                card: number.to_string(),
                chip: updated.chip.to_string(),
                was_current: updated.was_current,
                security_object_sha256: hex::encode(updated.intent.security_object_digest),
                round_trips: updated.cost.round_trips(),
            })?;
            return Ok(Exit::Success);
        }
        let said = text!(
            "card {number} is updated, read back and accepted",
            "thẻ {number} đã cập nhật, đọc lại và được chấp nhận"
        );
        context.out.data(said.pick(context.out.language))?;
        Ok(Exit::Success)
    }
}

/// A name as it was typed.
pub(crate) fn name(typed: Option<&str>) -> Result<Option<PersonName>, Failure> {
    let wrong =
        |error: MemberError| refused(&text!("the name cannot be used", "không dùng được họ tên"), &error);
    typed.map(PersonName::new).transpose().map_err(wrong)
}

/// A unit as it was typed.
pub(crate) fn unit(code: Option<&str>, name: Option<&str>) -> Result<Option<Unit>, Failure> {
    let wrong =
        |error: MemberError| refused(&text!("the unit cannot be used", "không dùng được đơn vị"), &error);
    code.zip(name).map(|(code, name)| Unit::new(code, name)).transpose().map_err(wrong)
}

fn refused(what: &Text, error: &MemberError) -> Failure {
    Failure::new(
        Exit::Usage,
        what.clone(),
        ("Write it as it is to stand on the card.", "Ghi đúng như sẽ nằm trên thẻ."),
    )
    .because(error)
}
