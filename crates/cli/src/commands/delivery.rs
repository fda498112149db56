//! `delivery`: blanks arrive in deliveries, each with transport keys of its own.

mod add;
mod check;
mod show;
pub(crate) mod typed;

use crate::context::Context;
use crate::failure::Outcome;

/// Deliveries of blanks and their transport keys: add, check on one chip, look
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Delivery {
    Add(add::Add),
    List(show::List),
    Show(show::Show),
    Check(check::Check),
}

impl Delivery {
    pub(crate) fn run(&self, context: &Context) -> Outcome {
        match self {
            Self::Add(add) => add.run(context),
            Self::List(list) => list.run(context),
            Self::Show(show) => show.run(context),
            Self::Check(check) => check.run(context),
        }
    }
}
