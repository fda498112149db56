//! Every fault of readers, daemon and cards, shown to the real program over pcscd: what the operator reads, in both languages.
//! `tools/faults` makes FAULTS.md of the snapshots.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    reason = "tests that print their counts"
)]

mod faults;
mod house;

use chipwright_iso7816::{Atr, Transport, TransportError};
use chipwright_reader::pcsc::Service;
use chipwright_testkit::hostile::{self, Liar};
use chipwright_testkit::stand::{self, Daemon, Model, Usb};
use faults::{AnyCard, Desk, Entry, Moment, Said, model};
use house::{House, PORTRAITS};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

const VERIFY: &str = "chipwright verify --reader pcsc --can DIGITS";
const ISSUE: &str = "chipwright issue --reader pcsc --members FILE --portraits DIR";

/// The same at both desks at once.
fn at_both(desks: &[Desk; 2], work: impl Fn(&Desk) -> Said + Sync) -> [Said; 2] {
    thread::scope(|scope| {
        let [en, vi] = desks.each_ref().map(|desk| scope.spawn(|| work(desk)));
        [en.join().unwrap(), vi.join().unwrap()]
    })
}

fn verify(desk: &Desk, house: &House, can: &str) -> Said {
    desk.says(house, &["verify", "--can", can, "--wait", "5"])
}

fn issue(desk: &Desk, house: &House, wait: &str) -> Said {
    desk.says(house, &["issue", "--members", "members.csv", "--portraits", PORTRAITS, "--wait", wait])
}

/// A home for each desk, with one member who waits for a card.
fn waiting() -> [House; 2] {
    [0, 1].map(|_| one_waits())
}

fn one_waits() -> House {
    let house = House::with_home();
    house.members(&house::GOOD[..1]);
    house
}

#[test]
fn hostile_cards_are_verified() {
    stand::inside("hostile_cards_are_verified", || {
        let _daemon = Daemon::start();
        // a scripted card has no keys to prove anything with
        let house = House::issued_without_proofs();
        let (first, second) = (model(&house, "blank-001"), model(&house, "blank-002"));
        let desks = Desk::both();
        let honest = at_both(&desks, |desk| {
            desk.show(Box::new(Liar::new(&first)));
            verify(desk, &house, &first.can)
        });
        assert_eq!(honest.map(|said| said.code), [0, 0], "the honest script is valid");
        let faults = hostile::reading();
        for fault in &faults {
            let said = at_both(&desks, |desk| {
                desk.show(fault.card(&first, &second));
                if fault.name.ends_with("after-reset") {
                    verify(desk, &house, &first.can);
                }
                verify(desk, &house, &first.can)
            });
            let (name, what) = (format!("read-{}", fault.name), fault.what.to_owned());
            Entry { name, what, point: "5", command: VERIFY, said }.check();
        }
        println!("{} faults of cards that are read", faults.len());
    });
}

#[test]
fn hostile_chips_are_refused_by_issue() {
    stand::inside("hostile_chips_are_refused_by_issue", || {
        let _daemon = Daemon::start();
        let houses = waiting().map(Mutex::new);
        let desks = Desk::both();
        let faults = hostile::writing();
        for (serial, fault) in (1000..).step_by(4).zip(&faults) {
            let said = at_both(&desks, |desk| {
                let chip = |n: u32| -> AnyCard {
                    Box::new(chipwright_testkit::blank(serial + 2 * u32::try_from(desk.number).unwrap() + n))
                };
                desk.show(fault.chip(chip(0), chip(1)));
                let mut house = houses[desk.number].lock().unwrap();
                let said = issue(desk, &house, "1");
                // some chips do in the end what they denied before: the next fault needs a member who still waits
                if said.code == 0 {
                    *house = one_waits();
                }
                said
            });
            let (name, what) = (format!("write-{}", fault.name), fault.what.to_owned());
            Entry { name, what, point: "5", command: ISSUE, said }.check();
        }
        println!("{} faults of chips that are written", faults.len());
    });
}

/// A card that gives no answer to its reset, or falls silent after it.
struct Silent {
    resets: bool,
}

impl Transport for Silent {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        Err(TransportError::CardMute)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        if self.resets { Ok(Atr::contactless(&[0x80])) } else { Err(TransportError::CardMute) }
    }
}

/// A card of another kind: knows no command.
struct Foreign;

impl Transport for Foreign {
    fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
        Ok(vec![0x6D, 0x00])
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Ok(Atr::contactless(&[0x80]))
    }
}

fn entry(name: &str, what: &str, command: &'static str, said: [Said; 2]) {
    Entry { name: format!("reader-{name}"), what: what.to_owned(), point: "1", command, said }.check();
}

#[test]
fn daemons_that_fail() {
    stand::inside("daemons_that_fail", || {
        let house = House::with_home();
        let houses = waiting();
        let desks = Desk::apart();
        let at = |command: &'static str, name: &str, what: &str, work: &(dyn Fn(&Desk) -> Said + Sync)| {
            entry(name, what, command, at_both(&desks, work));
        };
        let no_wait = |desk: &Desk| desk.says(&house, &["verify", "--can", "123456", "--wait", "0"]);
        at(VERIFY, "no-daemon", "the daemon does not run", &no_wait);
        at(ISSUE, "no-daemon-issue", "the daemon does not run", &|desk| {
            issue(desk, &houses[desk.number], "1")
        });
        let mut daemon = Daemon::start();
        daemon.pause();
        at(VERIFY, "daemon-hangs", "the daemon hangs", &no_wait);
        daemon.resume();
        daemon.stop();
        daemon.start_again_with(0);
        at(VERIFY, "no-reader", "no reader is connected", &no_wait);
        at(ISSUE, "no-reader-issue", "no reader is connected", &|desk| {
            issue(desk, &houses[desk.number], "1")
        });
        daemon.stop();
        daemon.start_again_with(2);
        // one after the other: there is one daemon
        let daemon = Arc::new(Mutex::new(daemon));
        let killed = |desk: &Desk, chip: AnyCard, work: &dyn Fn() -> Said| {
            let _alone = ALONE.lock().unwrap();
            let victim = Arc::clone(&daemon);
            desk.show(Box::new(Moment::new(chip, 5, move || {
                victim.lock().unwrap().kill();
                None
            })));
            let said = work();
            drop(desk.slot.pull());
            daemon.lock().unwrap().start_again();
            said
        };
        at(
            "chipwright card info --reader pcsc",
            "daemon-killed",
            "the daemon is killed while a card is read",
            &|desk| {
                let chip = Box::new(chipwright_testkit::blank(40 + u32::try_from(desk.number).unwrap()));
                killed(desk, chip, &|| desk.says(&house, &["card", "info"]))
            },
        );
        at(
            ISSUE,
            "daemon-killed-issue",
            "the daemon is killed while a card is written, and stays away",
            &|desk| {
                let chip = Box::new(chipwright_testkit::blank(50 + u32::try_from(desk.number).unwrap()));
                killed(desk, chip, &|| issue(desk, &houses[desk.number], "1"))
            },
        );
    });
}

static ALONE: Mutex<()> = Mutex::new(());

#[test]
fn readers_that_fail() {
    stand::inside("readers_that_fail", || {
        let _daemon = Daemon::start();
        let house = House::issued();
        let houses = waiting();
        let first = model(&house, "blank-001");
        let desks = Desk::both();
        let at = |command: &'static str, name: &str, what: &str, work: &(dyn Fn(&Desk) -> Said + Sync)| {
            entry(name, what, command, at_both(&desks, work));
            desks.iter().for_each(Desk::clear);
        };
        let no_wait = |desk: &Desk| desk.says(&house, &["verify", "--can", &first.can, "--wait", "0"]);
        at(VERIFY, "no-card", "no card in the reader", &no_wait);
        at(ISSUE, "no-card-issue", "no card is put into the reader", &|desk| {
            issue(desk, &houses[desk.number], "1")
        });
        at(VERIFY, "no-answer-to-reset", "the card is upside down, the wrong way round or dead", &|desk| {
            desk.slot.insert(Box::new(Silent { resets: false }), Some(Atr::contactless(&[0x80])));
            thread::sleep(Duration::from_secs(1));
            no_wait(desk)
        });
        at(
            ISSUE,
            "no-answer-to-reset-issue",
            "the blank is upside down, the wrong way round or dead",
            &|desk| {
                desk.slot.insert(Box::new(Silent { resets: false }), Some(Atr::contactless(&[0x80])));
                thread::sleep(Duration::from_secs(1));
                issue(desk, &houses[desk.number], "1")
            },
        );
        at(VERIFY, "mute", "the card answers its reset and nothing else", &|desk| {
            desk.show(Box::new(Silent { resets: true }));
            verify(desk, &house, &first.can)
        });
        at(VERIFY, "another-kind", "a card of another kind", &|desk| {
            desk.show(Box::new(Foreign));
            verify(desk, &house, &first.can)
        });
        at(ISSUE, "another-kind-issue", "a card of another kind where a blank is wanted", &|desk| {
            desk.show(Box::new(Foreign));
            issue(desk, &houses[desk.number], "1")
        });
        at(VERIFY, "blank", "a blank where a card is wanted", &|desk| {
            desk.show(Box::new(chipwright_testkit::blank(60)));
            verify(desk, &house, &first.can)
        });
        at(VERIFY, "in-use", "another program uses the card", &|desk| {
            desk.show(Box::new(Liar::new(&first)));
            let service = Service::connect().unwrap();
            let held = service.open(&service.find(&desk.number.to_string()).unwrap()).unwrap();
            let said = no_wait(desk);
            drop(held);
            said
        });
        at(VERIFY, "pulled", "the card is pulled while it is read", &|desk| {
            let card = Box::new(Liar::new(&first));
            desk.show(Box::new(Moment::new(card, 12, || Some(TransportError::CardRemoved))));
            verify(desk, &house, &first.can)
        });
        at(ISSUE, "pulled-issue", "the card is pulled while it is written, and not put back", &|desk| {
            let chip = Box::new(chipwright_testkit::blank(70 + u32::try_from(desk.number).unwrap()));
            desk.show(Box::new(Moment::new(chip, 30, || Some(TransportError::CardRemoved))));
            issue(desk, &houses[desk.number], "2")
        });
        at(VERIFY, "wrong-number", "the access number typed is another card's", &|desk| {
            desk.show(Box::new(Liar::new(&first)));
            verify(desk, &house, "000000")
        });
        at(
            "chipwright verify --reader pcsc:gemalto --can DIGITS",
            "no-such-reader",
            "no reader of this name",
            &|desk| {
                let done = house.output(&[
                    "--lang",
                    desk.language,
                    "verify",
                    "--can",
                    "123456",
                    "--reader",
                    "pcsc:gemalto",
                ]);
                done.into()
            },
        );
        at(VERIFY, "several-readers", "several readers, and none is named", &|desk| {
            let done =
                house.output(&["--lang", desk.language, "verify", "--can", "123456", "--reader", "pcsc"]);
            done.into()
        });
    });
}

#[test]
fn readers_that_go_away() {
    stand::inside("readers_that_go_away", || {
        let house = House::issued();
        let houses = waiting();
        let first = model(&house, "blank-001");
        let Some(mut usb) = Usb::prepare() else { return };
        let _daemon = Daemon::with_readers(0);
        let service = Service::connect().unwrap();
        let kinds = [Model::Desk, Model::Gate];
        let desks = Desk::at([(Usb::port(1), "pcsc:Desk Reader"), (Usb::port(2), "pcsc:Gate Reader")]);
        let mut told =
            |name: &str, what: &str, command: &'static str, work: &dyn Fn(&mut Usb, u8, &Desk) -> Said| {
                let said = desks.each_ref().map(|desk| {
                    let (socket, kind) = (u8::try_from(desk.number + 1).unwrap(), kinds[desk.number]);
                    usb.plug(socket, kind);
                    while service.readers().unwrap().is_empty() {
                        thread::sleep(Duration::from_millis(10));
                    }
                    let said = work(&mut usb, socket, desk);
                    drop(desk.slot.pull());
                    while !service.readers().unwrap().is_empty() {
                        thread::sleep(Duration::from_millis(10));
                    }
                    said
                });
                entry(name, what, command, said);
            };
        told("unplugged", "the reader is unplugged while a card is read", VERIFY, &|usb, socket, desk| {
            desk.show(Box::new(Liar::new(&first)));
            usb.pull_after(socket, 12);
            thread::scope(|scope| {
                let said = scope.spawn(|| verify(desk, &house, &first.can));
                usb.pulled(socket);
                said.join().unwrap()
            })
        });
        told(
            "unplugged-issue",
            "the reader is unplugged while a card is written, and stays away",
            ISSUE,
            &|usb, socket, desk| {
                desk.show(Box::new(chipwright_testkit::blank(80 + u32::from(socket))));
                usb.pull_after(socket, 30);
                thread::scope(|scope| {
                    let said = scope.spawn(|| issue(desk, &houses[desk.number], "2"));
                    usb.pulled(socket);
                    said.join().unwrap()
                })
            },
        );
        told("reader-hangs", "the reader hangs", VERIFY, &|usb, socket, desk| {
            desk.show(Box::new(Liar::new(&first)));
            usb.hang(socket);
            let said = verify(desk, &house, &first.can);
            usb.recover(socket);
            usb.unplug(socket);
            said
        });
    });
}
