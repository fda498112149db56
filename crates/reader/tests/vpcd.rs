//! Software cards in vpcd slots, seen through a real pcscd by OpenSC's tool and by PC/SC clients.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a fault here is a fault of the test")]
#![allow(clippy::print_stdout, reason = "figures are printed")]

use chipwright_emulator::{Card, Fault};
use chipwright_iso7816::{Atr, Transport, TransportError};
use chipwright_reader::vpcd::{Change, Slot, SlotState};
use chipwright_testkit::stand::{self, Daemon};
use pcsc::{Context, Disposition, Protocols, ReaderState, Scope, ShareMode, State};
use std::ffi::{CStr, CString};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Long enough for a slow machine, short enough to see a hang.
const PATIENCE: Duration = Duration::from_secs(60);
const GET_CPLC: &str = "80:CA:9F:7F:00";

fn blank(n: u8) -> Card {
    chipwright_testkit::blank(0xC0DE_0000 | u32::from(n))
}

fn slot(port: u16) -> (Slot, Receiver<Change>) {
    // a test's own client may be kept waiting between the two halves of a reset
    let slot = Slot::start_with(SocketAddr::from((Ipv4Addr::LOCALHOST, port)), Duration::from_secs(2));
    let (tell, changes) = channel();
    slot.on_change(move |change| {
        let _told = tell.send(change);
    });
    (slot, changes)
}

fn insert(slot: &Slot, card: Card) {
    let atr = card.atr();
    slot.insert(Box::new(card), Some(atr));
}

fn wait_for(changes: &Receiver<Change>, wanted: impl Fn(&Change) -> bool) {
    while !wanted(&changes.recv_timeout(PATIENCE).expect("the change is told")) {}
}

fn names(daemon: &Daemon) -> Vec<CString> {
    daemon.reader_names().into_iter().map(|name| CString::new(name).unwrap()).collect()
}

/// Waits until the reader's state is as wanted.
fn wait_for_state(context: &Context, reader: &CStr, wanted: impl Fn(State) -> bool) {
    let since = Instant::now();
    let mut states = [ReaderState::new(reader, State::UNAWARE)];
    while since.elapsed() < PATIENCE {
        match context.get_status_change(Duration::from_secs(1), &mut states) {
            Ok(()) | Err(pcsc::Error::Timeout) => {}
            Err(error) => panic!("{error}"),
        }
        if wanted(states[0].event_state()) {
            return;
        }
        states[0].sync_current_state();
    }
    panic!("{reader:?} remains {:?}", states[0].event_state());
}

fn wait_for_card(context: &Context, reader: &CStr) {
    wait_for_state(context, reader, |state| state.contains(State::PRESENT) && !state.contains(State::MUTE));
}

fn wait_for_removal(context: &Context, reader: &CStr) {
    wait_for_state(context, reader, |state| state.contains(State::EMPTY));
}

fn connect(context: &Context, reader: &CStr) -> pcsc::Card {
    wait_for_card(context, reader);
    context.connect(reader, ShareMode::Exclusive, Protocols::ANY).unwrap()
}

fn chip_serial(card: &pcsc::Card) -> Result<Vec<u8>, pcsc::Error> {
    let mut buffer = [0; 258];
    let response = card.transmit(&[0x80, 0xCA, 0x9F, 0x7F, 0x00], &mut buffer)?;
    if response.is_empty() {
        // what pcscd makes of a card that vanishes in the middle of a command
        return Err(pcsc::Error::RemovedCard);
    }
    assert_eq!(response[response.len() - 2..], [0x90, 0x00]);
    Ok(response[3 + 12..3 + 16].to_vec())
}

fn opensc(arguments: &[&str]) -> String {
    let output = Command::new("opensc-tool").args(arguments).output().expect("opensc-tool starts");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "opensc-tool {arguments:?}: {said}{complaints}");
    said
}

#[test]
fn opensc_tool_uses_the_cards_of_four_slots() {
    stand::inside("opensc_tool_uses_the_cards_of_four_slots", || {
        let daemon = Daemon::with_readers(4);
        let slots: Vec<Slot> = daemon.ports().into_iter().map(|port| slot(port).0).collect();
        for (slot, n) in slots.iter().zip(1..) {
            insert(slot, blank(n));
        }
        let context = Context::establish(Scope::User).unwrap();
        for name in names(&daemon) {
            wait_for_card(&context, &name);
        }
        let list = opensc(&["-l"]);
        assert_eq!(list.matches(" Yes ").count(), 4, "{list}");
        std::thread::scope(|scope| {
            for reader in ["0", "1", "2", "3"] {
                scope.spawn(move || {
                    let said = opensc(&["-r", reader, "-s", "00:A4:04:00:00", "-s", GET_CPLC]);
                    let n: u8 = 1 + reader.parse::<u8>().unwrap();
                    assert_eq!(said.matches("SW1=0x90, SW2=0x00").count(), 2, "{said}");
                    assert!(said.contains(&format!("DE 00 {n:02X} 00")), "reader {reader}: {said}");
                });
            }
        });
        let atr = opensc(&["-r", "0", "-a"]);
        assert_eq!(atr.trim().replace(':', "").to_uppercase(), blank(1).atr().to_string());
    });
}

#[test]
fn cards_come_and_go_while_clients_watch() {
    stand::inside("cards_come_and_go_while_clients_watch", || {
        let daemon = Daemon::start();
        let (slot, _changes) = slot(daemon.ports()[0]);
        let context = Context::establish(Scope::User).unwrap();
        let reader = &names(&daemon)[0];
        wait_for_removal(&context, reader);
        for n in 1..=3 {
            insert(&slot, blank(n));
            let card = connect(&context, reader);
            assert_eq!(chip_serial(&card).unwrap(), [0xC0, 0xDE, 0, n]);
            assert!(matches!(slot.state(), SlotState::Powered { apdus: 1 }), "{:?}", slot.state());
            let mut back = slot.pull().expect("the card");
            assert!(chip_serial(&card).is_err(), "the card is not there any more");
            wait_for_removal(&context, reader);
            back.reset().unwrap();
        }
    });
}

#[test]
fn a_restarted_daemon_finds_its_cards_again() {
    stand::inside("a_restarted_daemon_finds_its_cards_again", || {
        let mut daemon = Daemon::start();
        let (slot, changes) = slot(daemon.ports()[1]);
        insert(&slot, blank(7));
        for round in 0..3 {
            let context = Context::establish(Scope::User).unwrap();
            let card = connect(&context, &names(&daemon)[1]);
            assert_eq!(chip_serial(&card).unwrap(), [0xC0, 0xDE, 0, 7]);
            if round % 2 == 0 {
                daemon.kill()
            } else {
                daemon.stop()
            }
            wait_for(&changes, |change| *change == Change::Disconnected);
            daemon.start_again();
        }
        let heard: Vec<Change> = changes.try_iter().collect();
        assert!(!heard.iter().any(|change| matches!(change, Change::LetGo { .. })), "{heard:?}");
    });
}

/// The range of ports that the system gives to outgoing connections of these namespaces.
fn outgoing_ports(range: &str) {
    std::fs::write("/proc/sys/net/ipv4/ip_local_port_range", range).unwrap();
}

#[test]
fn a_slot_without_a_daemon_does_not_meet_itself() {
    stand::inside("a_slot_without_a_daemon_does_not_meet_itself", || {
        // as it happens with the usual range now and then: the port is given to the slot's own connection
        outgoing_ports("35963 35964");
        let (slot, changes) = slot(35_963);
        insert(&slot, blank(1));
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(slot.state(), SlotState::Waiting { apdus: 0 });
        assert_eq!(changes.try_iter().collect::<Vec<_>>(), []);
        // nothing is left on the port: the daemon can listen, though the slot goes on trying
        let daemon = Daemon::start();
        outgoing_ports("40000 60000");
        let context = Context::establish(Scope::User).unwrap();
        let card = connect(&context, &names(&daemon)[0]);
        assert_eq!(chip_serial(&card).unwrap(), [0xC0, 0xDE, 0, 1]);
    });
}

#[test]
fn letting_go_is_told_and_a_cold_reset_is_not_letting_go() {
    stand::inside("letting_go_is_told_and_a_cold_reset_is_not_letting_go", || {
        let daemon = Daemon::start();
        let (slot, changes) = slot(daemon.ports()[0]);
        insert(&slot, blank(1));
        let context = Context::establish(Scope::User).unwrap();
        let mut card = connect(&context, &names(&daemon)[0]);
        for _ in 0..5 {
            chip_serial(&card).unwrap();
            card.reconnect(ShareMode::Exclusive, Protocols::ANY, Disposition::UnpowerCard).unwrap();
        }
        let before: Vec<Change> = changes.try_iter().collect();
        assert!(before.contains(&Change::PoweredOff { apdus: 5 }), "{before:?}");
        assert!(!before.iter().any(|change| matches!(change, Change::LetGo { .. })), "{before:?}");
        card.disconnect(Disposition::UnpowerCard).map_err(|(_, error)| error).unwrap();
        wait_for(&changes, |change| *change == Change::LetGo { apdus: 5 });
    });
}

#[test]
fn a_torn_card_is_removed_and_a_card_without_answer_to_reset_is_mute() {
    stand::inside("a_torn_card_is_removed_and_a_card_without_answer_to_reset_is_mute", || {
        struct NoReset;
        impl Transport for NoReset {
            fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
                Err(TransportError::CardMute)
            }
            fn reset(&mut self) -> Result<Atr, TransportError> {
                Err(TransportError::CardMute)
            }
        }
        let daemon = Daemon::start();
        let (slot, changes) = slot(daemon.ports()[0]);
        let context = Context::establish(Scope::User).unwrap();
        let reader = &names(&daemon)[0];
        let mut torn = blank(1);
        torn.fault_at_apdu(2, Fault::CutAfter);
        insert(&slot, torn);
        let card = connect(&context, reader);
        chip_serial(&card).unwrap();
        assert!(chip_serial(&card).is_err());
        wait_for(&changes, |change| *change == Change::Left(TransportError::CardRemoved));
        wait_for_removal(&context, reader);
        drop(card);
        slot.insert(Box::new(NoReset), None);
        wait_for_state(&context, reader, |state| state.contains(State::PRESENT | State::MUTE));
    });
}

/// A card that answers its reset and then nothing. Prints what pcscd makes of it.
#[test]
fn a_card_that_falls_silent_does_not_take_the_stack_with_it() {
    stand::inside("a_card_that_falls_silent_does_not_take_the_stack_with_it", || {
        let daemon = Daemon::start();
        let (slot, _changes) = slot(daemon.ports()[0]);
        let (other, _) = self::slot(daemon.ports()[1]);
        let context = Context::establish(Scope::User).unwrap();
        let mut silent = blank(1);
        silent.fault_at_apdu(1, Fault::Mute);
        insert(&slot, silent);
        insert(&other, blank(2));
        let card = connect(&context, &names(&daemon)[0]);
        let since = Instant::now();
        let asked = std::thread::spawn(move || (chip_serial(&card), since.elapsed()));
        let neighbour = connect(&Context::establish(Scope::User).unwrap(), &names(&daemon)[1]);
        assert_eq!(chip_serial(&neighbour).unwrap(), [0xC0, 0xDE, 0, 2], "the other slot works");
        std::thread::sleep(Duration::from_secs(3));
        println!(
            "after 3 s the silent command is {}",
            if asked.is_finished() { "over" } else { "still open" }
        );
        assert!(slot.pull().is_some());
        let (answer, time) = asked.join().unwrap();
        println!("it ended as {answer:?} after {time:?}");
        assert!(answer.is_err());
    });
}

/// Acknowledgements that the kernel of this network namespace has delayed (TcpExt of /proc/net/netstat).
fn delayed_acknowledgements() -> u64 {
    let table = std::fs::read_to_string("/proc/net/netstat").unwrap();
    let mut rows = table.lines().filter_map(|line| line.strip_prefix("TcpExt:"));
    let (names, values) = (rows.next().unwrap(), rows.next().unwrap());
    let column = names.split_whitespace().position(|name| name == "DelayedACKs").unwrap();
    values.split_whitespace().nth(column).unwrap().parse().unwrap()
}

#[test]
fn commands_do_not_wait_for_delayed_acknowledgements() {
    stand::inside("commands_do_not_wait_for_delayed_acknowledgements", || {
        const COMMANDS: u32 = 3000;
        let daemon = Daemon::start();
        let (slot, _changes) = slot(daemon.ports()[0]);
        insert(&slot, blank(1));
        let context = Context::establish(Scope::User).unwrap();
        let card = connect(&context, &names(&daemon)[0]);
        chip_serial(&card).unwrap();
        let (delayed, since) = (delayed_acknowledgements(), Instant::now());
        for _ in 0..COMMANDS {
            chip_serial(&card).unwrap();
        }
        let (delayed, time) = (delayed_acknowledgements() - delayed, since.elapsed());
        println!(
            "{COMMANDS} commands through pcscd and vpcd: {:.0} a second, {} µs each, {delayed} delayed acknowledgements",
            f64::from(COMMANDS) / time.as_secs_f64(),
            (time / COMMANDS).as_micros(),
        );
        assert!(
            delayed < u64::from(COMMANDS) / 20,
            "{delayed} of {COMMANDS} commands waited for an acknowledgement"
        );
    });
}

/// The ceiling beside which the rate through pcscd stands: a listener that does what vpcd does, and nothing else.
#[test]
fn the_socket_alone_does_not_wait_either() {
    stand::inside("the_socket_alone_does_not_wait_either", || {
        use std::io::{Read, Write};
        const COMMANDS: u32 = 20_000;
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let (slot, _changes) = slot(listener.local_addr().unwrap().port());
        insert(&slot, blank(1));
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(&[0, 1, 1]).unwrap();
        let mut ask = |command: &[u8]| {
            // length and body apart, and no TCP_NODELAY: as Debian's vpcd
            stream.write_all(&u16::try_from(command.len()).unwrap().to_be_bytes()).unwrap();
            stream.write_all(command).unwrap();
            let mut length = [0; 2];
            stream.read_exact(&mut length).unwrap();
            let mut answer = vec![0; usize::from(u16::from_be_bytes(length))];
            stream.read_exact(&mut answer).unwrap();
            answer
        };
        let (delayed, since) = (delayed_acknowledgements(), Instant::now());
        for _ in 0..COMMANDS {
            assert_eq!(ask(&[0x80, 0xCA, 0x9F, 0x7F, 0x00]).len(), 47);
        }
        let (delayed, time) = (delayed_acknowledgements() - delayed, since.elapsed());
        println!(
            "{COMMANDS} commands over the socket alone: {:.0} a second, {} µs each, {delayed} delayed acknowledgements",
            f64::from(COMMANDS) / time.as_secs_f64(),
            (time / COMMANDS).as_micros(),
        );
        assert!(delayed < u64::from(COMMANDS) / 20, "{delayed} of {COMMANDS} commands waited");
    });
}
