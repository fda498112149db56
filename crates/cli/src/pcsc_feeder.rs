//! One PC/SC reader and a person as the feeder of `issue`.

use crate::failure::Failure;
use crate::output::Output;
use crate::recording::{Record, Seat};
use crate::text::{Text, text};
use crate::words;
use chipwright_iso7816::{Transport, TransportError};
use chipwright_issuance::issue::{Contact, FeedError, Feeder, Pile};
use chipwright_reader::pcsc::{Notice, ReaderError, Service, Stay};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// How long a removal may take to be seen after a command has failed of it.
const REMOVAL_IS_SEEN: Duration = Duration::from_millis(300);

/// What the person at the reader is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Call {
    /// A chip is wanted.
    Insert { reader: String },
    /// The chip was taken out in the middle of the work.
    PutBack { reader: String },
    /// The chip is done with.
    TakeOut { reader: String, pile: Pile },
    /// Something else is wrong, or right again.
    Notice(Notice),
}

impl Call {
    /// For people.
    pub(crate) fn words(&self) -> Text {
        match self {
            Self::Insert { reader } => {
                text!(
                    "insert a blank card into the reader {reader}",
                    "hãy đưa thẻ trắng vào đầu đọc {reader}"
                )
            }
            Self::PutBack { reader } => text!(
                "the card was taken out before it was finished: put the same card back into the reader {reader}",
                "thẻ bị lấy ra khi chưa làm xong: hãy đưa đúng thẻ đó vào lại đầu đọc {reader}"
            ),
            Self::TakeOut { reader, pile: Pile::Issued } => text!(
                "the card is done: take it out of the reader {reader}",
                "thẻ đã xong: hãy lấy ra khỏi đầu đọc {reader}"
            ),
            Self::TakeOut { reader, pile: Pile::Spoiled } => text!(
                "the card must not be used: take it out of the reader {reader} and put it with the spoiled ones",
                "thẻ này không được dùng: hãy lấy ra khỏi đầu đọc {reader} và để vào chỗ thẻ hỏng"
            ),
            Self::TakeOut { reader, pile: Pile::Left } => text!(
                "the card is laid aside: take it out of the reader {reader}",
                "thẻ để riêng: hãy lấy ra khỏi đầu đọc {reader}"
            ),
            Self::Notice(notice) => words::readers::notice(notice),
        }
    }

    /// Where the chip belongs that is to be taken out, for scripts.
    pub(crate) const fn pile(&self) -> Option<&'static str> {
        match self {
            Self::TakeOut { pile: Pile::Issued, .. } => Some("issued"),
            Self::TakeOut { pile: Pile::Spoiled, .. } => Some("spoiled"),
            Self::TakeOut { pile: Pile::Left, .. } => Some("left"),
            _ => None,
        }
    }

    /// A short stable name, for scripts.
    pub(crate) const fn name(&self) -> &'static str {
        match self {
            Self::Insert { .. } => "insert",
            Self::PutBack { .. } => "put_back",
            Self::TakeOut { .. } => "take_out",
            Self::Notice(notice) => words::readers::notice_name(notice),
        }
    }
}

/// A PC/SC reader into which a person puts one card after the other.
pub(crate) struct PcscFeeder<'a> {
    service: Service,
    reader: String,
    seat: Seat,
    /// Of the card in the seat, or of the one before until it is out.
    stay: Option<Stay>,
    /// The card before is still to be taken out, to this pile.
    done_with: Option<Pile>,
    stop: &'a AtomicBool,
    wait: Option<Duration>,
    tell: &'a mut dyn FnMut(&Call),
}

impl<'a> PcscFeeder<'a> {
    /// The reader that `wanted` means; a card is waited for until `stop`, or so long.
    pub(crate) fn of(
        wanted: &str,
        record: &Record,
        out: Output,
        stop: &'a AtomicBool,
        wait: Option<Duration>,
        tell: &'a mut dyn FnMut(&Call),
    ) -> Result<Self, Failure> {
        let failed = |error| words::readers::failure(&error);
        let service = Service::connect().map_err(failed)?;
        let reader = service.find(wanted).map_err(failed)?;
        let seat = record.seat(&reader, out)?;
        Ok(Self { service, reader, seat, stay: None, done_with: None, stop, wait, tell })
    }

    /// Waits until the card before is out. Whether it is. It may have been taken out, and another put in, since it was done with.
    fn is_free(&mut self) -> Result<bool, FeedError> {
        let (Some(pile), Some(stay)) = (self.done_with, &mut self.stay) else { return Ok(true) };
        if !stay.is_over().map_err(feed_error)? {
            let (stop, end) = (self.stop, self.wait.map(|wait| Instant::now() + wait));
            let tell = &mut *self.tell;
            tell(&Call::TakeOut { reader: self.reader.clone(), pile });
            let mut pass_on = |notice| tell(&Call::Notice(notice));
            if !stay.wait_for_end(&|| is_time(stop, end), &mut pass_on).map_err(feed_error)? {
                return Ok(false);
            }
        }
        (self.done_with, self.stay) = (None, None);
        Ok(true)
    }

    /// Waits for a card; what an empty reader means is said by `empty`.
    fn wait_for_card(&mut self, empty: &Call) -> Result<(), FeedError> {
        let (stop, end) = (self.stop, self.wait.map(|wait| Instant::now() + wait));
        let until = || is_time(stop, end);
        let tell = &mut *self.tell;
        let mut pass_on = |notice| match notice {
            Notice::NoCard { .. } => tell(empty),
            Notice::CardPresent { .. } => {}
            other => tell(&Call::Notice(other)),
        };
        let card = self.service.wait_for_card(&self.reader, &until, &mut pass_on).map_err(feed_error)?;
        if let Some(card) = card {
            self.stay = Some(self.service.stay_of(&card).map_err(feed_error)?);
            self.seat.put(Box::new(card));
        }
        Ok(())
    }
}

impl Feeder for PcscFeeder<'_> {
    fn load(&mut self) -> Result<Option<&mut dyn Transport>, FeedError> {
        if self.seat.card().is_none() && self.is_free()? {
            let empty = Call::Insert { reader: self.reader.clone() };
            self.wait_for_card(&empty)?;
        }
        Ok(self.seat.card())
    }

    fn eject(&mut self, pile: Pile) -> Result<(), FeedError> {
        // a card that is out already needs no hand
        self.done_with = self.seat.clear().then_some(pile);
        Ok(())
    }

    fn restore(&mut self, lost: &TransportError) -> Result<Contact, FeedError> {
        let taken_away = match lost {
            // the card is there; a reset, which opens a silent one anew, will tell what it is worth
            TransportError::CardMute | TransportError::CardReset | TransportError::TooLong(_) => {
                return Ok(Contact::InPlace);
            }
            TransportError::ReaderGone(_) => true,
            _ => {
                self.seat.clear();
                let seen_by = Instant::now() + REMOVAL_IS_SEEN;
                let until = || Instant::now() >= seen_by;
                match &mut self.stay {
                    Some(stay) => stay.wait_for_end(&until, &mut |_| {}).map_err(feed_error)?,
                    None => false,
                }
            }
        };
        self.seat.clear();
        let empty = Call::PutBack { reader: self.reader.clone() };
        self.wait_for_card(&empty)?;
        Ok(match (self.seat.card(), taken_away) {
            (None, _) => Contact::GivenUp,
            (Some(_), true) => Contact::Restored,
            (Some(_), false) => Contact::InPlace,
        })
    }

    fn close(&mut self) -> Result<(), FeedError> {
        self.seat.clear();
        Ok(())
    }
}

fn is_time(stop: &AtomicBool, end: Option<Instant>) -> bool {
    stop.load(Ordering::SeqCst) || end.is_some_and(|end| Instant::now() >= end)
}

fn feed_error(error: ReaderError) -> FeedError {
    FeedError { what: error.to_string(), source: Some(Box::new(error)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chipwright_iso7816::Atr;
    use chipwright_issuance::Language;
    use chipwright_reader::vpcd::Slot;
    use chipwright_testkit::{blank, stand};
    use std::cell::RefCell;

    const SELECT_CARD_MANAGER: [u8; 5] = [0x00, 0xA4, 0x04, 0x00, 0x00];
    /// A test that waits longer has failed.
    const FAR_TOO_LONG: Duration = Duration::from_secs(60);

    #[derive(clap::Parser)]
    struct Line {
        #[command(flatten)]
        record: Record,
    }

    /// Waits until the daemon sees a card, or none.
    fn seen(service: &Service, card: bool) {
        let since = Instant::now();
        while (service.readers().unwrap()[0].slot != chipwright_reader::pcsc::Slot::Empty) != card {
            assert!(since.elapsed() < FAR_TOO_LONG, "{:?}", service.readers());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn put(slot: &Slot, number: u32) {
        let card = blank(number);
        let atr: Atr = card.atr();
        slot.insert(Box::new(card), Some(atr));
    }

    fn calls_of(steps: impl FnOnce(&mut PcscFeeder<'_>, &Service, &Slot), port: u16) -> Vec<&'static str> {
        let told = RefCell::new(Vec::new());
        let mut tell = |call: &Call| told.borrow_mut().push(call.name());
        let stop = AtomicBool::new(false);
        let slot = Slot::start(([127, 0, 0, 1], port).into());
        let record = <Line as clap::Parser>::parse_from(["test"]).record;
        let out = Output { language: Language::En };
        let mut feeder =
            PcscFeeder::of("0", &record, out, &stop, Some(Duration::from_secs(1)), &mut tell).unwrap();
        steps(&mut feeder, &Service::connect().unwrap(), &slot);
        drop(feeder);
        told.into_inner()
    }

    #[test]
    fn a_card_exchanged_while_nobody_looks_is_the_next_one() {
        stand::inside("pcsc_feeder::tests::a_card_exchanged_while_nobody_looks_is_the_next_one", || {
            let daemon = stand::Daemon::start();
            let calls = calls_of(
                |feeder, service, slot| {
                    put(slot, 1);
                    seen(service, true);
                    assert!(feeder.load().unwrap().is_some());
                    feeder.eject(Pile::Issued).unwrap();
                    // before the next chip is wanted
                    slot.pull().unwrap();
                    seen(service, false);
                    put(slot, 2);
                    seen(service, true);
                    let next = feeder.load().unwrap().expect("the next card");
                    assert!(next.transmit(&SELECT_CARD_MANAGER).is_ok());
                    // one that stays is to be taken out, and is waited for
                    feeder.eject(Pile::Issued).unwrap();
                    assert!(feeder.load().unwrap().is_none());
                },
                daemon.ports()[0],
            );
            assert_eq!(calls, ["take_out"]);
        });
    }

    #[test]
    fn a_card_exchanged_in_the_middle_of_its_work_was_taken_away() {
        stand::inside(
            "pcsc_feeder::tests::a_card_exchanged_in_the_middle_of_its_work_was_taken_away",
            || {
                let daemon = stand::Daemon::start();
                calls_of(
                    |feeder, service, slot| {
                        put(slot, 1);
                        seen(service, true);
                        assert!(feeder.load().unwrap().is_some());
                        slot.pull().unwrap();
                        seen(service, false);
                        put(slot, 2);
                        seen(service, true);
                        let lost =
                            feeder.load().unwrap().unwrap().transmit(&SELECT_CARD_MANAGER).unwrap_err();
                        assert_eq!(lost, TransportError::CardRemoved);
                        assert_eq!(feeder.restore(&lost).unwrap(), Contact::Restored);
                        assert!(feeder.load().unwrap().unwrap().transmit(&SELECT_CARD_MANAGER).is_ok());
                    },
                    daemon.ports()[0],
                );
            },
        );
    }

    #[test]
    fn every_call_has_words_in_both_languages() {
        let reader = || "ACS".to_owned();
        let calls = [
            Call::Insert { reader: reader() },
            Call::PutBack { reader: reader() },
            Call::TakeOut { reader: reader(), pile: Pile::Issued },
            Call::TakeOut { reader: reader(), pile: Pile::Spoiled },
            Call::TakeOut { reader: reader(), pile: Pile::Left },
            Call::Notice(Notice::ServiceBack),
        ];
        for call in calls {
            let words = call.words();
            assert_ne!(words.en, words.vi, "{}", call.name());
        }
    }
}
