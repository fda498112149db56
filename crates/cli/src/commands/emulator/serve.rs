//! `emulator serve`: software cards in the virtual readers of a PC/SC stack.

use crate::context::Context;
use crate::emulator_reader::CardName;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::Home;
use crate::serve::{Message, Pattern, Places, Refusal, Said, Socket, meant};
use crate::stop;
use crate::text::text;
use clap::Args;
use std::str::FromStr;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

/// How often it is looked whether something is due.
const TICK: Duration = Duration::from_millis(50);

/// Show software cards to PC/SC programs, through pcscd and its vpcd driver, until stopped
///
/// What is in which slot goes to stdout. `emulator insert`, `pull` and `slots` work on the running server from another
/// terminal; `emulator tear` works on cards in a slot too.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// How many slots; vpcd has two a driver
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..=16))]
    slots: u16,
    /// The TCP port of slot 0 on this machine; the others follow
    #[arg(long, value_name = "PORT", default_value_t = chipwright_reader::vpcd::FIRST_PORT,
        value_parser = clap::value_parser!(u16).range(1..=65_520))]
    port: u16,
    /// Put this card into this slot: 0=blank-001
    #[arg(long, value_name = "SLOT=NAME", num_args = 1.., value_parser = InSlot::<CardName>::parse)]
    insert: Vec<InSlot<CardName>>,
    /// Put all cards whose names fit into this slot, one after the other: '0=blank-*'. The next card comes when a program
    /// has used the one before and let go of it
    #[arg(long, value_name = "SLOT=PATTERN", num_args = 1.., value_parser = InSlot::<Pattern>::parse)]
    magazine: Vec<InSlot<Pattern>>,
}

/// `SLOT=WHAT`.
#[derive(Debug, Clone)]
struct InSlot<T> {
    slot: usize,
    what: T,
}

impl<T: Named> InSlot<T> {
    fn parse(text: &str) -> Result<Self, String> {
        let (slot, what) = text.split_once('=').ok_or("write the slot, '=' and the name: 0=blank-001")?;
        let slot = slot.parse().map_err(|_| "the slot is a number, counted from 0".to_owned())?;
        Ok(Self { slot, what: T::named(what)? })
    }
}

trait Named: Sized {
    fn named(text: &str) -> Result<Self, String>;
}

impl Named for CardName {
    fn named(text: &str) -> Result<Self, String> {
        super::name(text)
    }
}

impl Named for Pattern {
    fn named(text: &str) -> Result<Self, String> {
        Self::from_str(text).map_err(|error| error.to_string())
    }
}

impl Serve {
    pub(crate) fn run(&self, home: &Home, context: &Context) -> Result<(), Failure> {
        let out = context.out;
        let stop = stop::by_signal()?;
        let (owner, messages) = channel();
        let _socket = Socket::open(home, owner.clone())?;
        let mut broken = None;
        let mut tell = |said: Said| match said {
            Said::Content(words) => {
                if let Err(failure) = out.data(words.pick(out.language)) {
                    broken.get_or_insert(failure);
                }
            }
            Said::Talk(words) => out.say(words.pick(out.language)),
        };
        let mut places = Places::start(home, self.slots, self.port, &owner, &mut tell);
        self.fill(home, &mut places)?;
        while !stop.load(Ordering::SeqCst) {
            match messages.recv_timeout(TICK) {
                Ok(Message::Changed(slot, change)) => places.hear(slot, &change),
                Ok(Message::Asked(request, reply)) => {
                    // a client that has gone needs no answer
                    let _ = reply.send(places.answer(request));
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            places.tick();
        }
        drop(places);
        out.say(out.pick("stopped; the cards are kept", "đã dừng; các thẻ vẫn được giữ"));
        match broken {
            Some(failure) => Err(failure),
            None => Ok(()),
        }
    }

    fn fill(&self, home: &Home, places: &mut Places<'_>) -> Result<(), Failure> {
        let refused = |slot| move |refusal: Refusal| refusal.into_failure(slot);
        for InSlot { slot, what } in &self.insert {
            places.insert(*slot, what).map_err(refused(*slot))?;
        }
        for InSlot { slot, what } in &self.magazine {
            let cards = meant(home, what)?;
            if cards.is_empty() {
                let pattern = what.as_str();
                return Err(Failure::new(
                    Exit::Card,
                    text!(
                        "no software card is named like {pattern}",
                        "không có thẻ mô phỏng nào tên như {pattern}"
                    ),
                    (
                        "`chipwright emulator list` shows the cards; `chipwright emulator create --count 10` makes some.",
                        "`chipwright emulator list` liệt kê các thẻ; `chipwright emulator create --count 10` tạo thêm thẻ.",
                    ),
                ));
            }
            places.load(*slot, cards).map_err(refused(*slot))?;
        }
        Ok(())
    }
}
