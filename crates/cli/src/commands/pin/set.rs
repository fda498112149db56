//! `pin set`: by a terminal with the right *PIN management*.

use super::asked::{Known, New};
use super::{Done, Place};
use crate::commands::record::{Way, refused};
use crate::context::Context;
use crate::failure::Outcome;
use chipwright_channel::pin::PinState;

/// Options of `pin set`.
#[derive(Debug, clap::Args)]
pub(crate) struct Set {
    #[command(flatten)]
    way: Way,
    #[command(flatten)]
    new: New,
    /// As one JSON object
    #[arg(long)]
    json: bool,
}

impl Set {
    pub(super) fn run(&self, context: &Context) -> Outcome {
        let home = context.home()?;
        let new = match self.new.given()? {
            Some(given) => given,
            None => self.new.ask(&Known::default(), context)?,
        };
        let new = new.pin()?;
        self.way.with(&home, context, |session| session.set_pin(&new).map_err(|error| refused(&error)))?;
        Place::tell(self.json, Done::Changed, PinState::Full, context)
    }
}
