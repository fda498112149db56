//! Readers unplugged and plugged in again while the daemon runs: a real pcscd, to which udev reports pretended USB readers.

use crate::raw::{Asked, Does, RawCard};
use crate::{Echo, FAR_TOO_LONG, Waiting, atr, impatient, never, opened};
use chipwright_iso7816::{Transport as _, TransportError};
use chipwright_reader::pcsc::{Notice, Patience, ReaderError, Service, Slot};
use chipwright_reader::vpcd;
use chipwright_testkit::stand::{self, Daemon, Model, Usb};
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

const COMMAND: [u8; 5] = [0x00, 0x84, 0x00, 0x00, 0x08];

struct Bench {
    usb: Usb,
    service: Arc<Service>,
    daemon: Daemon,
}

impl Bench {
    /// Readers of these kinds at the sockets 1, 2 and so on.
    fn with(readers: &[Model], patience: Patience) -> Option<Self> {
        let usb = Usb::prepare()?;
        let daemon = Daemon::with_readers(0);
        let service = Arc::new(Service::with_patience(patience).unwrap());
        let mut bench = Self { usb, service, daemon };
        let mut names = Vec::new();
        for (socket, &model) in (1..).zip(readers) {
            bench.usb.plug(socket, model);
            names.push(model.name(readers[..names.len()].iter().filter(|&&before| before == model).count()));
            bench.lists(&names);
        }
        Some(bench)
    }

    /// Until these readers are listed, in this order.
    fn lists(&self, names: &[String]) {
        for _ in 0..1000 {
            let there = self.service.readers().unwrap();
            if there.iter().map(|reader| &reader.name).eq(names) {
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("{:?} instead of {names:?}: {}", self.service.readers(), self.daemon.log());
    }

    fn waiting(&self, reader: &str) -> Waiting {
        Waiting::start(&self.service, reader)
    }
}

/// A card that lies in the reader at this socket whenever it is plugged in.
fn card_at(socket: u8) -> vpcd::Slot {
    let slot = vpcd::Slot::start(([127, 0, 0, 1], Usb::port(socket)).into());
    slot.insert(Box::new(Echo), Some(atr()));
    slot
}

/// A card that takes one command and never answers it; `taken` is told.
fn thoughtful_card(socket: u8, taken: std::sync::mpsc::Sender<()>) -> RawCard {
    RawCard::insert(Usb::port(socket), move |asked| match asked {
        Asked::Atr => Does::Answers(atr().as_bytes().to_vec()),
        Asked::Command(_) => {
            taken.send(()).unwrap();
            Does::Nothing
        }
        _ => Does::Nothing,
    })
}

fn gone(name: &str) -> Notice {
    Notice::ReaderGone { name: name.to_owned() }
}

fn back(name: &str) -> Notice {
    Notice::ReaderBack { name: name.to_owned() }
}

fn no_card(reader: &str) -> Notice {
    Notice::NoCard { reader: reader.to_owned() }
}

fn lost(name: &str) -> TransportError {
    TransportError::ReaderGone(name.to_owned())
}

#[test]
fn while_a_card_is_waited_for() {
    stand::inside("hotplug::while_a_card_is_waited_for", || {
        let Some(mut bench) = Bench::with(&[Model::Desk], Patience::default()) else { return };
        let name = Model::Desk.name(0);
        let waiting = bench.waiting(&name);
        assert_eq!(waiting.told(), no_card(&name));
        for _ in 0..3 {
            bench.usb.unplug(1);
            assert_eq!(waiting.told(), gone(&name));
            bench.lists(&[]);
            let refused = bench.service.open(&name).unwrap_err();
            assert!(matches!(refused, ReaderError::ReaderGone { name: lost } if lost == name));
            assert!(matches!(bench.service.find(""), Err(ReaderError::NoReaders)));
            bench.usb.plug(1, Model::Desk);
            assert_eq!(waiting.told(), back(&name));
            assert_eq!(waiting.told(), no_card(&name));
        }
        let _slot = card_at(1);
        assert_eq!(waiting.told(), Notice::CardPresent { reader: name.clone() });
        let mut card = waiting.card();
        assert!(card.transmit(&COMMAND).is_ok());
        assert_eq!(card.reader(), name);
    });
}

#[test]
fn a_reader_that_was_not_there_at_first_and_comes_with_a_card_in_it() {
    stand::inside("hotplug::a_reader_that_was_not_there_at_first_and_comes_with_a_card_in_it", || {
        let Some(mut bench) = Bench::with(&[], Patience::default()) else { return };
        assert_eq!(bench.service.readers().unwrap(), []);
        let name = Model::Gate.name(0);
        let waiting = bench.waiting(&name);
        assert_eq!(waiting.told(), gone(&name));
        let _slot = card_at(1);
        bench.usb.plug(1, Model::Gate);
        assert_eq!(waiting.told(), back(&name));
        // a busy machine may take its time to look into it
        let told = waiting.told_until(&Notice::CardPresent { reader: name.clone() });
        assert!(told.len() == 1 || told == [no_card(&name), Notice::CardPresent { reader: name }]);
        assert!(waiting.card().transmit(&COMMAND).is_ok());
    });
}

#[test]
fn in_the_middle_of_a_command() {
    stand::inside("hotplug::in_the_middle_of_a_command", || {
        let Some(mut bench) = Bench::with(&[Model::Desk], Patience::default()) else { return };
        let name = Model::Desk.name(0);
        let (tell, taken) = channel();
        let thoughtful = thoughtful_card(1, tell);
        let mut card = opened(&bench.service, &name);
        let (answer, answered) = channel();
        thread::spawn(move || {
            answer.send(card.transmit(&COMMAND)).unwrap();
            answer.send(card.transmit(&COMMAND)).unwrap();
            answer.send(card.reset().map(|_| Vec::new())).unwrap();
        });
        taken.recv_timeout(FAR_TOO_LONG).unwrap();
        bench.usb.unplug(1);
        for _ in 0..3 {
            assert_eq!(answered.recv_timeout(FAR_TOO_LONG).unwrap(), Err(lost(&name)));
        }
        drop(thoughtful);
        let waiting = bench.waiting(&name);
        assert_eq!(waiting.told(), gone(&name));
        let _slot = card_at(1);
        bench.usb.plug(1, Model::Desk);
        assert_eq!(waiting.told(), back(&name));
        assert!(waiting.card().transmit(&COMMAND).is_ok());
    });
}

#[test]
fn between_two_commands() {
    stand::inside("hotplug::between_two_commands", || {
        let Some(mut bench) = Bench::with(&[Model::Desk], Patience::default()) else { return };
        let name = Model::Desk.name(0);
        let _slot = card_at(1);
        for reset_first in [false, true] {
            let mut card = opened(&bench.service, &name);
            assert!(card.transmit(&COMMAND).is_ok());
            bench.usb.unplug(1);
            bench.lists(&[]);
            if reset_first {
                assert_eq!(card.reset(), Err(lost(&name)));
            }
            assert_eq!(card.transmit(&COMMAND), Err(lost(&name)));
            // back, and the same card in it: nobody can say so
            bench.usb.plug(1, Model::Desk);
            bench.lists(std::slice::from_ref(&name));
            assert_eq!(card.transmit(&COMMAND), Err(lost(&name)));
            assert_eq!(card.reset(), Err(lost(&name)));
        }
        assert!(opened(&bench.service, &name).transmit(&COMMAND).is_ok());
    });
}

#[test]
fn at_any_command() {
    stand::inside("hotplug::at_any_command", || {
        let Some(mut bench) = Bench::with(&[Model::Desk], Patience::default()) else { return };
        let name = Model::Desk.name(0);
        let _slot = card_at(1);
        for last in [1, 2, 7, 40] {
            let mut card = opened(&bench.service, &name);
            bench.usb.pull_after(1, last);
            let (answer, answered) = channel();
            thread::spawn(move || {
                let mut commands = 1;
                while card.transmit(&COMMAND).is_ok() {
                    commands += 1;
                }
                answer.send((commands, card.transmit(&COMMAND))).unwrap();
            });
            bench.usb.pulled(1);
            assert_eq!(answered.recv_timeout(FAR_TOO_LONG).unwrap(), (last, Err(lost(&name))));
            bench.lists(&[]);
            bench.usb.plug(1, Model::Desk);
            bench.lists(std::slice::from_ref(&name));
        }
    });
}

#[test]
fn a_reader_that_hangs_and_is_plugged_in_anew() {
    stand::inside("hotplug::a_reader_that_hangs_and_is_plugged_in_anew", || {
        let Some(mut bench) = Bench::with(&[Model::Desk, Model::Gate], impatient()) else { return };
        let (desk, gate) = (Model::Desk.name(0), Model::Gate.name(0));
        let _slots = [card_at(1), card_at(2)];
        let mut card = opened(&bench.service, &desk);
        bench.usb.hang(1);
        assert_eq!(card.transmit(&COMMAND), Err(TransportError::CardMute));
        drop(card);
        let waiting = bench.waiting(&desk);
        assert_eq!(waiting.told(), Notice::ReaderHangs { name: desk.clone() });
        // the other one works
        assert!(opened(&bench.service, &gate).transmit(&COMMAND).is_ok());
        bench.usb.unplug(1);
        assert_eq!(waiting.told(), gone(&desk));
        bench.usb.plug(1, Model::Desk);
        // plugged in before the daemon has done with the old one, it is numbered as a second one
        let again = waiting.told();
        assert!([back(&desk), back(&Model::Desk.name(1))].contains(&again), "{again:?}");
        assert!(waiting.card().transmit(&COMMAND).is_ok());
    });
}

#[test]
fn a_reader_that_hangs_and_recovers() {
    stand::inside("hotplug::a_reader_that_hangs_and_recovers", || {
        let Some(bench) = Bench::with(&[Model::Desk], impatient()) else { return };
        let name = Model::Desk.name(0);
        let _slot = card_at(1);
        let mut card = opened(&bench.service, &name);
        bench.usb.hang(1);
        assert_eq!(card.transmit(&COMMAND), Err(TransportError::CardMute));
        drop(card);
        let waiting = bench.waiting(&name);
        assert_eq!(waiting.told(), Notice::ReaderHangs { name: name.clone() });
        bench.usb.recover(1);
        let mut card = waiting.card();
        assert!(card.transmit(&COMMAND).is_ok());
    });
}

#[test]
fn other_readers_come_and_go_beside_an_open_card() {
    stand::inside("hotplug::other_readers_come_and_go_beside_an_open_card", || {
        let Some(mut bench) = Bench::with(&[Model::Desk], Patience::default()) else { return };
        let (desk, gate, second) = (Model::Desk.name(0), Model::Gate.name(0), Model::Desk.name(1));
        let _slot = card_at(1);
        let mut card = opened(&bench.service, &desk);
        bench.usb.plug(2, Model::Gate);
        bench.lists(&[desk.clone(), gate.clone()]);
        assert_eq!(bench.service.find("gate").unwrap(), gate);
        assert_eq!(bench.service.find("1").unwrap(), gate);
        assert!(matches!(
            bench.service.find(""),
            Err(ReaderError::AmbiguousReader { fitting, .. }) if fitting == [desk.clone(), gate.clone()]
        ));
        bench.usb.plug(3, Model::Desk);
        bench.lists(&[desk.clone(), gate.clone(), second.clone()]);
        let slots: Vec<Slot> =
            bench.service.readers().unwrap().into_iter().map(|reader| reader.slot).collect();
        assert_eq!(slots, [Slot::InUse, Slot::Empty, Slot::Empty]);
        assert!(card.transmit(&COMMAND).is_ok());
        bench.usb.unplug(2);
        bench.usb.unplug(3);
        bench.lists(std::slice::from_ref(&desk));
        assert!(card.transmit(&COMMAND).is_ok() && card.reset().is_ok());
    });
}

#[test]
fn back_under_another_number() {
    stand::inside("hotplug::back_under_another_number", || {
        let Some(mut bench) = Bench::with(&[Model::Desk, Model::Desk], Patience::default()) else { return };
        let (first, second) = (Model::Desk.name(0), Model::Desk.name(1));
        let waiting = bench.waiting(&second);
        assert_eq!(waiting.told(), no_card(&second));
        bench.usb.unplug(1);
        bench.lists(std::slice::from_ref(&second));
        bench.usb.unplug(2);
        assert_eq!(waiting.told(), gone(&second));
        bench.lists(&[]);
        bench.usb.plug(2, Model::Desk);
        assert_eq!(waiting.told(), back(&first));
        assert_eq!(waiting.told(), no_card(&first));
        let slot = card_at(2);
        assert_eq!(waiting.told(), Notice::CardPresent { reader: first.clone() });
        let mut card = waiting.card();
        assert!(card.transmit(&COMMAND).is_ok());
        assert_eq!(card.reader(), first);
        drop(card);

        // the name it was asked for by keeps meaning it
        let mut card = bench.service.open(&second).unwrap();
        assert!(card.transmit(&COMMAND).is_ok());
        assert_eq!(card.reader(), first);
        drop((card, slot));
        let mut told = Vec::new();
        assert!(bench.service.wait_for_removal(&second, &never(), &mut |notice| told.push(notice)).unwrap());
        assert_eq!(told, []);
    });
}

#[test]
fn unplugged_with_the_card_that_is_to_be_taken_out() {
    stand::inside("hotplug::unplugged_with_the_card_that_is_to_be_taken_out", || {
        let Some(mut bench) = Bench::with(&[Model::Desk], Patience::default()) else { return };
        let name = Model::Desk.name(0);
        let slot = card_at(1);
        drop(opened(&bench.service, &name));
        let (tell, told) = channel();
        let (service, reader) = (Arc::clone(&bench.service), name.clone());
        let waiting = thread::spawn(move || {
            service.wait_for_removal(&reader, &never(), &mut |notice| tell.send(notice).unwrap()).unwrap()
        });
        bench.usb.unplug(1);
        assert_eq!(told.recv_timeout(FAR_TOO_LONG).unwrap(), gone(&name));
        slot.pull().unwrap();
        bench.usb.plug(1, Model::Desk);
        assert_eq!(told.recv_timeout(FAR_TOO_LONG).unwrap(), back(&name));
        assert!(waiting.join().unwrap());
    });
}
