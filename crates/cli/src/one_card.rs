//! The options of commands that work on one card.

use crate::context::Context;
use crate::failure::Failure;
use crate::home::Home;
use crate::readers::{self, Identifiers, Inserted, Present, ReaderName};
use crate::recording::{self, Record};
use chipwright_iso7816::{Atr, Transport, TransportError};
use std::time::Duration;

/// Which card, how long it is waited for, and whether the session is recorded.
#[derive(Debug, clap::Args)]
pub(crate) struct OneCard {
    /// The reader: emulator:NAME, pcsc (the only PC/SC reader), pcsc:NUMBER, pcsc:NAME-OR-PART, replay:FILE (a recorded
    /// card, for `card info` and `apdu`)
    #[arg(long, value_name = "READER")]
    reader: ReaderName,
    #[command(flatten)]
    seat: Seat,
}

/// The same for a command that can do without: it then has evidence.
#[derive(Debug, clap::Args)]
pub(crate) struct CardOrEvidence {
    /// The reader: emulator:NAME, pcsc (the only PC/SC reader), pcsc:NUMBER, pcsc:NAME-OR-PART, replay:FILE (a recorded
    /// card, for `card info` and `apdu`)
    #[arg(long, value_name = "READER", required_unless_present = "evidence")]
    reader: Option<ReaderName>,
    #[command(flatten)]
    seat: Seat,
}

/// How long a card is waited for, and whether the session is recorded.
#[derive(Debug, clap::Args)]
struct Seat {
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
        to_read(&self.reader, &self.seat, home, context)
    }

    fn present(&self, home: &Home, context: &Context) -> Result<Present, Failure> {
        self.seat.present(&self.reader, home, context)
    }
}

impl CardOrEvidence {
    /// The card, for a secure channel: no recorded one. None if no reader was named.
    pub(crate) fn insert_to_read(&self, home: &Home, context: &Context) -> Result<Option<Inserted>, Failure> {
        self.reader.as_ref().map(|reader| to_read(reader, &self.seat, home, context)).transpose()
    }

    /// Waits for the card to be put back, where somebody is there to do so; the card as it was is let go first.
    pub(crate) fn back(&self, card: &mut Inserted, home: &Home, context: &Context) -> bool {
        let Some(reader @ ReaderName::Pcsc(_)) = &self.reader else { return false };
        if !context.out.is_watched() || self.seat.record.is_asked() {
            return false;
        }
        context.out.say(context.out.pick(
            "the card was lifted: put it back, reading goes on where it was",
            "thẻ đã bị nhấc ra: đặt thẻ lại, máy sẽ đọc tiếp từ chỗ dừng",
        ));
        *card.transport() = Box::new(Lifted);
        match readers::present(home, reader, Duration::from_secs(self.seat.wait), context) {
            Ok(present) => {
                *card.transport() = present.card;
                true
            }
            Err(_) => false,
        }
    }
}

fn to_read(reader: &ReaderName, seat: &Seat, home: &Home, context: &Context) -> Result<Inserted, Failure> {
    match reader {
        ReaderName::Replay(_) => Err(recording::no_channel()),
        _ => seat.present(reader, home, context).map(Present::into_exchanger),
    }
}

impl Seat {
    fn present(&self, reader: &ReaderName, home: &Home, context: &Context) -> Result<Present, Failure> {
        let present = readers::present(home, reader, Duration::from_secs(self.wait), context)?;
        self.record.over(present, context.out)
    }
}

/// In place of a card that was lifted.
struct Lifted;

impl Transport for Lifted {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::CardRemoved)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Err(TransportError::CardRemoved)
    }
}
