//! The options of commands that work on one card.

use crate::context::Context;
use crate::failure::Failure;
use crate::home::Home;
use crate::readers::{self, Inserted, ReaderName};
use crate::recording::Record;
use std::time::Duration;

/// Which card, how long it is waited for, and whether the session is recorded.
#[derive(Debug, clap::Args)]
pub(crate) struct OneCard {
    /// The reader: emulator:NAME, pcsc (the only PC/SC reader), pcsc:NUMBER, pcsc:NAME-OR-PART, replay:FILE
    #[arg(long, value_name = "READER")]
    reader: ReaderName,
    /// Wait so long for a card in a PC/SC reader
    #[arg(long, value_name = "SECONDS", default_value_t = 10, value_parser = clap::value_parser!(u64).range(..=86_400))]
    wait: u64,
    #[command(flatten)]
    record: Record,
}

impl OneCard {
    /// The card, ready for commands.
    pub(crate) fn insert(&self, home: &Home, context: &Context) -> Result<Inserted, Failure> {
        let present = readers::present(home, &self.reader, Duration::from_secs(self.wait), context)?;
        Ok(self.record.over(present, context.out)?.into_exchanger())
    }
}
