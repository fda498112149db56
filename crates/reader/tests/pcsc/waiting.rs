//! Removal, exchange, and stopping a wait.

use crate::raw::{Asked, Does, RawCard};
use crate::{Echo, FAR_TOO_LONG, Waiting, atr, never, opened, seen, slot};
use chipwright_reader::pcsc::{Notice, Service};
use chipwright_testkit::stand;
use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

#[test]
fn a_wait_can_be_stopped() {
    stand::inside("waiting::a_wait_can_be_stopped", || {
        let daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[0]);
        let waiting = Waiting::start(&service, reader);
        assert_eq!(waiting.told(), Notice::NoCard { reader: reader.clone() });
        // nothing changed, so nothing more was told
        assert_eq!(waiting.stop(), []);
        assert!(!service.wait_for_removal(reader, &|| true, &mut |_| {}).unwrap());
    });
}

#[test]
fn a_removal_ends_the_wait_for_it() {
    stand::inside("waiting::a_removal_ends_the_wait_for_it", || {
        let daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), daemon.reader_names()[0].clone());
        assert!(
            service.wait_for_removal(&reader, &never(), &mut |_| {}).unwrap(),
            "nothing is in the reader"
        );
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        drop(opened(&service, &reader));

        let looked = Arc::new(AtomicBool::new(false));
        let (tell, removed) = channel();
        let (asked, waiter) = (Arc::clone(&looked), Arc::clone(&service));
        let thread = std::thread::spawn(move || {
            let until = || {
                asked.store(true, Ordering::Relaxed);
                false
            };
            tell.send(waiter.wait_for_removal(&reader, &until, &mut |_| {}).unwrap()).unwrap();
        });
        while !looked.load(Ordering::Relaxed) {
            std::thread::yield_now();
        }
        assert!(removed.try_recv().is_err(), "the card is still in");
        slot.pull().unwrap();
        assert!(removed.recv_timeout(FAR_TOO_LONG).unwrap());
        thread.join().unwrap();
    });
}

#[test]
fn a_stay_ends_also_while_nobody_looks() {
    stand::inside("waiting::a_stay_ends_also_while_nobody_looks", || {
        let daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[0]);
        let slot = slot(&daemon, 0);
        for let_go_first in [false, true] {
            slot.insert(Box::new(Echo), Some(atr()));
            let card = opened(&service, reader);
            let mut stay = service.stay_of(&card).unwrap();
            assert!(!stay.is_over().unwrap());
            let held = if let_go_first { None } else { Some(card) };
            assert!(!stay.is_over().unwrap(), "letting go is no removal");
            slot.pull().unwrap();
            seen(&service, 0, false);
            slot.insert(Box::new(Echo), Some(atr()));
            seen(&service, 0, true);
            assert!(stay.is_over().unwrap());
            assert!(stay.wait_for_end(&never(), &mut |_| {}).unwrap());
            // to a wait that begins only now the next card is the one that is in
            let looks = Cell::new(0);
            let until = || looks.replace(looks.get() + 1) == 3;
            assert!(!service.wait_for_removal(reader, &until, &mut |_| {}).unwrap());
            drop(held);
            slot.pull().unwrap();
            seen(&service, 0, false);
        }
    });
}

#[test]
fn a_stay_outlasts_the_daemon() {
    stand::inside("waiting::a_stay_outlasts_the_daemon", || {
        let mut daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[0]);
        let slot = slot(&daemon, 0);
        // the new daemon will have counted less
        for _ in 0..2 {
            slot.insert(Box::new(Echo), Some(atr()));
            seen(&service, 0, true);
            slot.pull().unwrap();
            seen(&service, 0, false);
        }
        slot.insert(Box::new(Echo), Some(atr()));
        let card = opened(&service, reader);
        let mut stay = service.stay_of(&card).unwrap();
        drop(card);
        daemon.kill();
        daemon.start_again();
        seen(&service, 0, true);
        let looks = Cell::new(0);
        let until = || looks.replace(looks.get() + 1) == 5;
        let mut told = Vec::new();
        assert!(!stay.wait_for_end(&until, &mut |notice| told.push(notice)).unwrap());
        assert_eq!(told, [Notice::ServiceLost, Notice::ServiceBack]);
        slot.pull().unwrap();
        assert!(stay.wait_for_end(&never(), &mut |_| {}).unwrap());
    });
}

#[test]
fn several_readers_are_waited_on_at_once() {
    stand::inside("waiting::several_readers_are_waited_on_at_once", || {
        let daemon = stand::Daemon::with_readers(4);
        let service = Arc::new(Service::connect().unwrap());
        let names = daemon.reader_names();
        let waits: Vec<Waiting> = names.iter().map(|reader| Waiting::start(&service, reader)).collect();
        for (waiting, reader) in waits.iter().zip(&names) {
            assert_eq!(waiting.told(), Notice::NoCard { reader: reader.clone() });
        }
        let slots: Vec<_> = (0..4).map(|number| slot(&daemon, number)).collect();
        slots.iter().rev().for_each(|slot| slot.insert(Box::new(Echo), Some(atr())));
        let cards: Vec<_> = waits.into_iter().map(Waiting::card).collect();
        assert!(cards.iter().zip(&names).all(|(card, name)| card.reader() == name));
    });
}

#[test]
fn a_wait_does_not_spin() {
    stand::inside("waiting::a_wait_does_not_spin", || {
        let daemon = stand::Daemon::start();
        let service = Service::connect().unwrap();
        let empty = &daemon.reader_names()[0];
        let _lifeless = RawCard::insert(daemon.ports()[1], |asked| match asked {
            Asked::Atr => Does::Answers(vec![0]),
            _ => Does::Nothing,
        });
        for reader in [empty.as_str(), &daemon.reader_names()[1], "a reader that is not there"] {
            let (looks, started) = (Cell::new(0), Instant::now());
            let until = || looks.replace(looks.get() + 1) == 12;
            assert!(service.wait_for_card(reader, &until, &mut |_| {}).unwrap().is_none());
            // twelve looks of 200 ms each; some end early with an event
            assert!(started.elapsed() > Duration::from_secs(1), "{reader}: {:?}", started.elapsed());
        }
    });
}
