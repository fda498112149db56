#![allow(clippy::expect_used, reason = "a fault here is a fault of the test")]

use super::*;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Instant;

/// A test that waits longer has failed.
const FAR_TOO_LONG: Duration = Duration::from_secs(60);
/// For the tests' own hosts, which do nothing in between.
const LET_GO: Duration = Duration::from_millis(100);

/// Answers every command with its data and 9000, counts resets, fails when told.
struct Echo {
    resets: Sender<()>,
    failure: Option<TransportError>,
    /// Blocks in a command until somebody sends.
    gate: Option<Receiver<()>>,
}

impl Transport for Echo {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let Some(gate) = &self.gate {
            let _opened = gate.recv();
        }
        match (&self.failure, command.get(1)) {
            (Some(failure), _) => Err(failure.clone()),
            (None, Some(0xEE)) => Ok(Vec::new()),
            (None, Some(0xEF)) => Ok(vec![0; 0x1_0000]),
            _ => Ok([&command[4..], &[0x90, 0x00]].concat()),
        }
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        let _told = self.resets.send(());
        match &self.failure {
            Some(TransportError::CardMute) => Err(TransportError::CardMute),
            _ => Ok(atr()),
        }
    }
}

fn atr() -> Atr {
    Atr::contactless(&[0x80, 0x73, 0xD4, 0x01, 0xC0])
}

fn echo(failure: Option<TransportError>) -> (Card, Receiver<()>) {
    let (resets, told) = channel();
    (Box::new(Echo { resets, failure, gate: None }), told)
}

/// The daemon's end, as far as a test needs it; writes length and body apart, as Debian's vpcd does.
struct Daemon {
    listener: TcpListener,
}

struct Connection(TcpStream);

impl Daemon {
    fn start() -> (Self, Slot, Receiver<Change>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let slot = Slot::start_with(listener.local_addr().unwrap(), LET_GO);
        let (tell, changes) = channel();
        slot.on_change(move |change| {
            let _told = tell.send(change);
        });
        (Self { listener }, slot, changes)
    }

    fn accept(&self) -> Connection {
        self.listener.set_nonblocking(true).unwrap();
        let since = Instant::now();
        loop {
            match self.listener.accept() {
                Ok((stream, _)) => {
                    stream.set_nonblocking(false).unwrap();
                    stream.set_read_timeout(Some(FAR_TOO_LONG)).unwrap();
                    return Connection(stream);
                }
                Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                Err(error) => panic!("{error}"),
            }
            assert!(since.elapsed() < FAR_TOO_LONG, "the slot does not connect");
            std::thread::sleep(Duration::from_millis(1));
        }
    }
}

impl Connection {
    fn say(&mut self, body: &[u8]) {
        self.0.write_all(&u16::try_from(body.len()).unwrap().to_be_bytes()).unwrap();
        self.0.write_all(body).unwrap();
    }

    fn hear(&mut self) -> Option<Vec<u8>> {
        let mut length = [0; 2];
        self.0.read_exact(&mut length).ok()?;
        let mut body = vec![0; usize::from(u16::from_be_bytes(length))];
        self.0.read_exact(&mut body).ok()?;
        Some(body)
    }

    fn ask(&mut self, body: &[u8]) -> Vec<u8> {
        self.say(body);
        self.hear().expect("an answer")
    }
}

fn wait_for(changes: &Receiver<Change>, wanted: &Change) {
    while changes.recv_timeout(FAR_TOO_LONG).expect("the change is told") != *wanted {}
}

#[test]
fn the_daemon_sees_powers_and_uses_the_card() {
    let (daemon, slot, changes) = Daemon::start();
    let (card, resets) = echo(None);
    assert_eq!(slot.state(), SlotState::Empty);
    slot.insert(card, Some(atr()));
    let mut connection = daemon.accept();
    assert_eq!(connection.ask(&[4]), atr().as_bytes());
    assert!(resets.try_recv().is_err(), "presence is polled without power");
    assert_eq!(slot.state(), SlotState::Unpowered { apdus: 0 });
    connection.say(&[1]);
    assert_eq!(connection.ask(&[0, 0xA4, 0, 0, 1, 7]), [1, 7, 0x90, 0x00]);
    connection.say(&[2]);
    connection.say(&[9]);
    assert_eq!(connection.ask(&[0, 0xA4, 0, 0]), [0x90, 0x00]);
    assert_eq!(resets.try_iter().count(), 2);
    assert_eq!(slot.state(), SlotState::Powered { apdus: 2 });
    connection.say(&[0]);
    wait_for(&changes, &Change::PoweredOff { apdus: 2 });
    assert_eq!(slot.state(), SlotState::Unpowered { apdus: 2 });
    // a daemon that stands still has not let go, however long
    assert!(changes.recv_timeout(2 * LET_GO).is_err());
    connection.ask(&[4]);
    wait_for(&changes, &Change::LetGo { apdus: 2 });
}

#[test]
fn the_answer_to_reset_is_asked_for_once_when_nobody_gave_it() {
    for failure in [None, Some(TransportError::CardMute)] {
        let (daemon, slot, changes) = Daemon::start();
        let (card, resets) = echo(failure.clone());
        slot.insert(card, None);
        let mut connection = daemon.accept();
        for _ in 0..3 {
            assert_eq!(connection.ask(&[4]) == atr().as_bytes(), failure.is_none());
        }
        assert_eq!(resets.try_iter().count(), 1);
        // the host gave no power
        assert_eq!(slot.state(), SlotState::Unpowered { apdus: 0 });
        assert_eq!(changes.try_iter().collect::<Vec<_>>(), [Change::Connected]);
    }
}

#[test]
fn a_cold_reset_is_not_letting_go() {
    let (daemon, slot, changes) = Daemon::start();
    slot.insert(echo(None).0, Some(atr()));
    let mut connection = daemon.accept();
    connection.say(&[1]);
    connection.ask(&[0, 0xA4, 0, 0]);
    connection.0.write_all(&[0, 1, 0, 0, 1, 1]).unwrap();
    connection.ask(&[0, 0xA4, 0, 0]);
    assert!(slot.pull().is_some());
    let told: Vec<Change> = changes.try_iter().collect();
    assert!(told.contains(&Change::PoweredOff { apdus: 1 }), "{told:?}");
    assert!(!told.iter().any(|change| matches!(change, Change::LetGo { .. })), "{told:?}");
}

#[test]
fn an_unused_card_is_never_let_go_of() {
    let (daemon, slot, changes) = Daemon::start();
    slot.insert(echo(None).0, Some(atr()));
    let mut connection = daemon.accept();
    connection.say(&[1]);
    connection.say(&[0]);
    connection.ask(&[4]);
    wait_for(&changes, &Change::PoweredOff { apdus: 0 });
    assert!(changes.recv_timeout(2 * LET_GO).is_err());
}

#[test]
fn no_answer_is_ever_empty_or_too_long() {
    let (daemon, slot, _changes) = Daemon::start();
    slot.insert(echo(None).0, Some(atr()));
    let mut connection = daemon.accept();
    connection.say(&[1]);
    assert_eq!(connection.ask(&[0, 0xEE, 0, 0]), [0x6F, 0x00]);
    assert_eq!(connection.ask(&[0, 0xEF, 0, 0]), [0x6F, 0x00]);
    assert_eq!(connection.ask(&[0, 0xA4]), [0x67, 0x00], "half a header");
    let long = [&[0, 0xA4, 0, 0][..], &vec![5; 0xFFFF - 6]].concat();
    assert_eq!(connection.ask(&long).len(), 0xFFFF - 4);
}

#[test]
fn the_card_is_shown_again_after_the_daemon_was_away() {
    let (daemon, slot, changes) = Daemon::start();
    slot.insert(echo(None).0, Some(atr()));
    for round in 1..=3 {
        let mut connection = daemon.accept();
        connection.say(&[1]);
        connection.ask(&[0, 0xA4, 0, 0]);
        drop(connection);
        wait_for(&changes, &Change::Disconnected);
        assert!(
            matches!(slot.state(), SlotState::Waiting { apdus } | SlotState::Unpowered { apdus } if apdus == round)
        );
    }
    drop(daemon);
    assert!(slot.pull().is_some());
    assert_eq!(slot.state(), SlotState::Empty);
}

#[test]
fn a_daemon_that_comes_later_is_found() {
    // a port that the system gives to nobody by itself
    let free = |port| TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).ok();
    let address = (20_000..30_000).find_map(free).unwrap().local_addr().unwrap();
    let slot = Slot::start(address);
    slot.insert(echo(None).0, Some(atr()));
    assert_eq!(slot.state(), SlotState::Waiting { apdus: 0 });
    let daemon = Daemon { listener: TcpListener::bind(address).unwrap() };
    assert_eq!(daemon.accept().ask(&[4]), atr().as_bytes());
}

#[test]
fn pulling_in_the_middle_of_a_command_shuts_the_connection_before_the_card_answers() {
    let (daemon, slot, _changes) = Daemon::start();
    let (resets, _told) = channel();
    let (open, gate) = channel();
    slot.insert(Box::new(Echo { resets, failure: None, gate: Some(gate) }), Some(atr()));
    let mut connection = daemon.accept();
    connection.say(&[1]);
    connection.say(&[0, 0xA4, 0, 0]);
    let pulled = std::thread::scope(|scope| {
        let pull = scope.spawn(|| slot.pull());
        // the card still computes, and the daemon already sees the removal
        assert_eq!(connection.hear(), None);
        open.send(()).unwrap();
        pull.join().unwrap()
    });
    assert!(pulled.is_some());
    assert_eq!(slot.state(), SlotState::Empty);
    slot.insert(echo(None).0, Some(atr()));
    assert_eq!(daemon.accept().ask(&[4]), atr().as_bytes());
}

#[test]
fn a_torn_card_leaves_the_slot_and_can_be_put_back() {
    let (daemon, slot, changes) = Daemon::start();
    slot.insert(echo(Some(TransportError::CardRemoved)).0, Some(atr()));
    let mut connection = daemon.accept();
    connection.say(&[1]);
    connection.say(&[0, 0xA4, 0, 0]);
    assert_eq!(connection.hear(), None);
    wait_for(&changes, &Change::Left(TransportError::CardRemoved));
    assert_eq!(slot.state(), SlotState::Left { apdus: 1, cause: TransportError::CardRemoved });
    let card = slot.pull().expect("the card lies there");
    slot.insert(card, Some(atr()));
    assert_eq!(daemon.accept().ask(&[4]), atr().as_bytes());
}

#[test]
fn a_mute_card_stays_and_says_nothing() {
    let (daemon, slot, _changes) = Daemon::start();
    slot.insert(echo(Some(TransportError::CardMute)).0, Some(atr()));
    let mut connection = daemon.accept();
    assert_eq!(connection.ask(&[4]), atr().as_bytes());
    connection.say(&[1]);
    assert!(connection.ask(&[4]).len() > 33, "present, but without an answer-to-reset");
    connection.say(&[0, 0xA4, 0, 0]);
    assert!(connection.ask(&[4]).len() > 33, "the command was not answered");
}

#[test]
fn a_card_whose_program_panics_is_given_back() {
    struct Bomb;
    impl Transport for Bomb {
        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
            std::panic::resume_unwind(Box::new("as planned"))
        }
        fn reset(&mut self) -> Result<Atr, TransportError> {
            Ok(atr())
        }
    }
    let (daemon, slot, _changes) = Daemon::start();
    slot.insert(Box::new(Bomb), None);
    let mut connection = daemon.accept();
    connection.say(&[0, 0xA4, 0, 0]);
    assert_eq!(connection.hear(), None);
    assert!(slot.pull().is_some());
    slot.insert(echo(None).0, Some(atr()));
    assert_eq!(daemon.accept().ask(&[4]), atr().as_bytes(), "the slot goes on");
}

#[test]
fn garbage_from_the_daemon_ends_the_connection_or_is_passed_over() {
    let (daemon, slot, _changes) = Daemon::start();
    slot.insert(echo(None).0, Some(atr()));
    let mut empty = daemon.accept();
    empty.say(&[]);
    assert_eq!(empty.hear(), None, "a message without a body");
    let mut cut = daemon.accept();
    cut.0.write_all(&[0xFF, 0xFF, 1, 2, 3]).unwrap();
    drop(cut);
    let mut piled = daemon.accept();
    piled.0.write_all(&[0, 1, 3, 0, 1, 0xFF, 0, 1, 4, 0, 1, 4, 0]).unwrap();
    assert_eq!(piled.hear().unwrap(), atr().as_bytes());
    assert_eq!(piled.hear().unwrap(), atr().as_bytes());
    piled.0.write_all(&[1, 4]).unwrap();
    assert_eq!(piled.hear().unwrap(), atr().as_bytes(), "a message in pieces");
}

#[test]
fn of_cards_put_in_at_once_all_but_the_last_are_dropped() {
    const THREADS: usize = 4;
    const CARDS: usize = 50;
    struct Counted(Arc<AtomicUsize>);
    impl Transport for Counted {
        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
            Ok(vec![0x90, 0x00])
        }
        fn reset(&mut self) -> Result<Atr, TransportError> {
            Ok(atr())
        }
    }
    impl Drop for Counted {
        fn drop(&mut self) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }
    let (_daemon, slot, _changes) = Daemon::start();
    let dropped = Arc::new(AtomicUsize::new(0));
    for round in 1..=CARDS {
        let gate = std::sync::Barrier::new(THREADS);
        std::thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    gate.wait();
                    slot.insert(Box::new(Counted(Arc::clone(&dropped))), Some(atr()));
                });
            }
        });
        assert_eq!(dropped.load(Ordering::SeqCst), THREADS * round - 1);
    }
    assert!(slot.pull().is_some());
    assert_eq!(slot.state(), SlotState::Empty);
}

#[test]
fn many_pulls_and_insertions_at_once_lose_no_card() {
    let (daemon, slot, _changes) = Daemon::start();
    let served = std::thread::spawn(move || {
        let mut answers = 0;
        loop {
            let mut connection = daemon.accept();
            let say = |connection: &mut Connection| {
                connection.0.write_all(&[0, 1, 1, 0, 4, 0, 0xA4, 0, 0]).ok()?;
                connection.hear()
            };
            loop {
                match say(&mut connection) {
                    Some(answer) if answer == [0x67, 0x00] => return answers,
                    Some(answer) => {
                        assert_eq!(answer, [0x90, 0x00]);
                        answers += 1;
                    }
                    None => break,
                }
            }
        }
    });
    let mut card = Some(echo(None).0);
    for _ in 0..200 {
        slot.insert(card.take().expect("the card came back"), Some(atr()));
        card = slot.pull();
    }
    slot.insert(
        Box::new(Echo { resets: channel().0, failure: Some(TransportError::TooLong(4)), gate: None }),
        None,
    );
    let _answers: u32 = served.join().unwrap();
}
