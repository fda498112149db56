//! The options of commands that work on one card.

use crate::context::Context;
use crate::failure::Failure;
use crate::home::Home;
use crate::readers::{self, Identifiers, Inserted, Present, ReaderName};
use crate::recording::{self, Record};
use std::time::Duration;

/// Which card, how long it is waited for, and whether the session is recorded.
#[derive(Debug, clap::Args)]
pub(crate) struct OneCard {
    /// The reader: emulator:NAME, pcsc (the only PC/SC reader), pcsc:NUMBER, pcsc:NAME-OR-PART, replay:FILE (a recorded
    /// card, for `card info` and `apdu`)
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
        self.present(home, context).map(Present::into_exchanger)
    }

    /// Whether the card is a recorded session.
    pub(crate) const fn is_recorded(&self) -> bool {
        matches!(self.reader, ReaderName::Replay(_))
    }

    /// The card, for commands that no secure channel protects, and whether it tells its identifiers.
    pub(crate) fn insert_to_look(
        &self,
        home: &Home,
        context: &Context,
    ) -> Result<(Inserted, Identifiers), Failure> {
        let present = self.present(home, context)?;
        let identifiers = present.identifiers;
        Ok((present.into_exchanger(), identifiers))
    }

    /// The card, for a secure channel: no recorded one.
    pub(crate) fn insert_to_read(&self, home: &Home, context: &Context) -> Result<Inserted, Failure> {
        match &self.reader {
            ReaderName::Replay(_) => Err(recording::no_channel()),
            _ => self.insert(home, context),
        }
    }

    fn present(&self, home: &Home, context: &Context) -> Result<Present, Failure> {
        let present = readers::present(home, &self.reader, Duration::from_secs(self.wait), context)?;
        self.record.over(present, context.out)
    }
}
