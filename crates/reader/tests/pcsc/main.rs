//! Cards over a real PC/SC daemon and its virtual readers, in namespaces of each test's own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "integration tests")]

mod cards;
mod faults;
mod hotplug;
mod raw;
mod service;
mod waiting;

use chipwright_iso7816::{Atr, Transport, TransportError};
use chipwright_reader::pcsc::{Notice, Patience, PcscCard, ReaderError, Service};
use chipwright_reader::vpcd::Slot;
use chipwright_testkit::stand::Daemon;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// A test that waits longer has failed.
const FAR_TOO_LONG: Duration = Duration::from_secs(60);

/// For [`Service::wait_for_removal`] and the like in tests in which the end has to come by itself.
fn never() -> impl Fn() -> bool {
    let since = Instant::now();
    move || {
        assert!(since.elapsed() < FAR_TOO_LONG, "waited too long");
        false
    }
}

/// Until the reader at this place in the list holds something, or nothing.
fn seen(service: &Service, reader: usize, card: bool) {
    let since = Instant::now();
    while (service.readers().unwrap()[reader].slot != chipwright_reader::pcsc::Slot::Empty) != card {
        assert!(since.elapsed() < FAR_TOO_LONG, "{:?}", service.readers());
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// For tests in which something hangs; long enough for a slow machine that does not.
fn impatient() -> Patience {
    let mut patience = Patience::default();
    patience.connect = Duration::from_secs(3);
    patience.transmit = Duration::from_secs(4);
    patience
}

fn slot(daemon: &Daemon, number: usize) -> Slot {
    Slot::start(([127, 0, 0, 1], daemon.ports()[number]).into())
}

fn atr() -> Atr {
    Atr::contactless(&[0x80, 0x73, 0x00, 0x00, 0xC0])
}

/// Answers with the command's own bytes, and 9000.
struct Echo;

impl Transport for Echo {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let mut answer = command.to_vec();
        answer.truncate(0xFFFF - 2);
        answer.extend([0x90, 0x00]);
        Ok(answer)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Ok(atr())
    }
}

/// [`Service::wait_for_card`] on a thread of its own.
struct Waiting {
    notices: Receiver<Notice>,
    stop: Arc<AtomicBool>,
    end: Receiver<Result<Option<PcscCard>, ReaderError>>,
}

impl Waiting {
    fn start(service: &Arc<Service>, reader: &str) -> Self {
        let (service, reader) = (Arc::clone(service), reader.to_owned());
        let (told, notices) = channel();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let (ended, end) = channel();
        std::thread::spawn(move || {
            let mut tell = |notice| {
                println!("  told: {notice}");
                let _ = told.send(notice);
            };
            let waited = service.wait_for_card(&reader, &|| stopped.load(Ordering::Relaxed), &mut tell);
            println!("  waited for {waited:?}");
            let _ = ended.send(waited);
        });
        Self { notices, stop, end }
    }

    fn told(&self) -> Notice {
        self.notices.recv_timeout(FAR_TOO_LONG).expect("a notice")
    }

    /// The notices until this one.
    fn told_until(&self, last: &Notice) -> Vec<Notice> {
        let mut told = vec![self.told()];
        while told.last() != Some(last) {
            told.push(self.told());
        }
        told
    }

    fn card(self) -> PcscCard {
        self.ended().expect("a card")
    }

    fn stop(self) -> Vec<Notice> {
        self.stop.store(true, Ordering::Relaxed);
        assert!(self.ended().is_none());
        self.notices.try_iter().collect()
    }

    fn ended(&self) -> Option<PcscCard> {
        self.end.recv_timeout(FAR_TOO_LONG).expect("an end of the wait").unwrap()
    }
}

/// A card opened as soon as the daemon sees it.
fn opened(service: &Arc<Service>, reader: &str) -> PcscCard {
    Waiting::start(service, reader).card()
}
