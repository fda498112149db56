//! Cards that do not behave: no answer to reset, no answer to a command, a reader that hangs in opening.

use crate::raw::{Asked, Does, RawCard};
use crate::{Echo, FAR_TOO_LONG, Waiting, atr, impatient, never, opened, seen, slot};
use chipwright_iso7816::{Transport as _, TransportError};
use chipwright_reader::pcsc::{Notice, ReaderError, Service, Slot};
use chipwright_testkit::stand;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;

/// vpcd has no word for "no answer to reset"; an answer that is none has the same effect in the daemon: it finds a card, cannot
/// take its answer apart, and reports the card as mute.
fn lifeless(port: u16, answer: &'static [u8]) -> RawCard {
    RawCard::insert(port, move |asked| match asked {
        Asked::Atr => Does::Answers(answer.to_vec()),
        _ => Does::Nothing,
    })
}

#[test]
fn no_answer_to_reset() {
    stand::inside("faults::no_answer_to_reset", || {
        let daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[0]);
        for answer in [&[0x00][..], &[0x3B], &[0xFF; 33]] {
            let waiting = Waiting::start(&service, reader);
            assert_eq!(waiting.told(), Notice::NoCard { reader: reader.clone() });
            let card = lifeless(daemon.ports()[0], answer);
            assert_eq!(waiting.told(), Notice::NoAnswerToReset { reader: reader.clone() });
            assert_eq!(service.readers().unwrap()[0].slot, Slot::NoAnswerToReset);
            let refused = service.open(reader).unwrap_err();
            assert!(matches!(&refused, ReaderError::NoAnswerToReset { reader: named } if named == reader));
            drop(card);
            assert_eq!(waiting.told(), Notice::NoCard { reader: reader.clone() });
            // turned the right way
            let slot = slot(&daemon, 0);
            slot.insert(Box::new(Echo), Some(atr()));
            assert_eq!(waiting.told(), Notice::CardPresent { reader: reader.clone() });
            drop((waiting.card(), slot));
            assert!(service.wait_for_removal(reader, &never(), &mut |_| {}).unwrap());
        }
    });
}

#[test]
fn a_mute_card() {
    stand::inside("faults::a_mute_card", || {
        let daemon = stand::Daemon::start();
        let (service, reader) =
            (Arc::new(Service::with_patience(impatient()).unwrap()), &daemon.reader_names()[0]);
        let mute = RawCard::insert(daemon.ports()[0], |asked| match asked {
            Asked::Atr => Does::Answers(atr().as_bytes().to_vec()),
            _ => Does::Nothing,
        });
        let mut card = opened(&service, reader);
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]), Err(TransportError::CardMute));
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]), Err(TransportError::CardMute));
        assert_eq!(card.reset(), Err(TransportError::CardMute));
        drop(card);
        // vpcd waits for the answer for ever: the reader is told from the daemon, which still answers
        assert_eq!(service.readers().unwrap()[0].slot, Slot::InUse);
        assert!(matches!(service.open(reader), Err(ReaderError::ReaderHangs { name }) if name == *reader));
        let waiting = Waiting::start(&service, reader);
        waiting.told_until(&Notice::ReaderHangs { name: reader.clone() });
        drop(mute);
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        assert!(waiting.card().transmit(&[0, 0x84, 0, 0, 8]).is_ok());
    });
}

#[test]
fn a_reset_opens_a_silent_card_anew() {
    stand::inside("faults::a_reset_opens_a_silent_card_anew", || {
        let daemon = stand::Daemon::start();
        let (service, reader) =
            (Arc::new(Service::with_patience(impatient()).unwrap()), &daemon.reader_names()[0]);
        let (wake, asleep) = channel::<()>();
        let mut thinks = true;
        let slow = RawCard::insert(daemon.ports()[0], move |asked| match asked {
            Asked::Atr => Does::Answers(atr().as_bytes().to_vec()),
            Asked::Command(_) => {
                if std::mem::take(&mut thinks) {
                    asleep.recv_timeout(FAR_TOO_LONG).unwrap();
                }
                Does::Answers(vec![0x90, 0x00])
            }
            _ => Does::Nothing,
        });
        let mut card = opened(&service, reader);
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]), Err(TransportError::CardMute));
        assert_eq!(card.reset(), Err(TransportError::CardMute), "it thinks still");
        wake.send(()).unwrap();
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]), Err(TransportError::CardMute), "not before a reset");
        assert_eq!(card.reset(), Ok(atr()));
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]).unwrap(), [0x90, 0x00]);
        drop((card, slow));
        seen(&service, 0, false);

        // another card in its place is another card
        let mute = RawCard::insert(daemon.ports()[0], |asked| match asked {
            Asked::Atr => Does::Answers(atr().as_bytes().to_vec()),
            _ => Does::Nothing,
        });
        let mut card = opened(&service, reader);
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]), Err(TransportError::CardMute));
        drop(mute);
        seen(&service, 0, false);
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        seen(&service, 0, true);
        for _ in 0..2 {
            assert_eq!(card.reset(), Err(TransportError::CardRemoved));
        }
        assert!(opened(&service, reader).transmit(&[0, 0x84, 0, 0, 8]).is_ok());
    });
}

#[test]
fn a_connect_that_hangs() {
    stand::inside("faults::a_connect_that_hangs", || {
        let daemon = stand::Daemon::start();
        let (service, reader) =
            (Arc::new(Service::with_patience(impatient()).unwrap()), &daemon.reader_names()[0]);
        let silent = Arc::new(AtomicBool::new(false));
        let falls_silent = Arc::clone(&silent);
        let mut powered_silently = false;
        let hanging = RawCard::insert(daemon.ports()[0], move |asked| match asked {
            Asked::Atr if powered_silently => Does::Nothing,
            Asked::Atr => Does::Answers(atr().as_bytes().to_vec()),
            Asked::PowerOn => {
                powered_silently = falls_silent.load(Ordering::Relaxed);
                Does::Nothing
            }
            _ => Does::Nothing,
        });
        // dropped, the card has no power: opening it again powers it, and the driver never hears of its answer
        drop(opened(&service, reader));
        silent.store(true, Ordering::Relaxed);
        assert!(matches!(service.open(reader), Err(ReaderError::ReaderHangs { name }) if name == *reader));
        assert!(matches!(service.open(reader), Err(ReaderError::ReaderHangs { .. })));
        // the other reader works meanwhile
        let other = slot(&daemon, 1);
        other.insert(Box::new(Echo), Some(atr()));
        assert!(opened(&service, &daemon.reader_names()[1]).transmit(&[0, 0x84, 0, 0, 8]).is_ok());
        let waiting = Waiting::start(&service, reader);
        waiting.told_until(&Notice::ReaderHangs { name: reader.clone() });
        drop(hanging);
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        assert!(waiting.card().transmit(&[0, 0x84, 0, 0, 8]).is_ok());
    });
}

#[test]
fn a_card_that_leaves_in_the_middle_of_a_command() {
    stand::inside("faults::a_card_that_leaves_in_the_middle_of_a_command", || {
        let daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[0]);
        let _leaving = RawCard::insert(daemon.ports()[0], |asked| match asked {
            Asked::Atr => Does::Answers(atr().as_bytes().to_vec()),
            Asked::Command(_) => Does::Leaves,
            _ => Does::Nothing,
        });
        let mut card = opened(&service, reader);
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]), Err(TransportError::CardRemoved));
    });
}
