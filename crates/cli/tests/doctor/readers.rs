//! The PC/SC stack: a daemon of the test's own, in namespaces of its own.

use crate::station::{Station, copy, is_root, mode};
use chipwright_iso7816::{Atr, Transport, TransportError};
use chipwright_reader::pcsc::{Service, Slot as Seen};
use chipwright_reader::vpcd::Slot;
use chipwright_testkit::stand::{self, Daemon};
use insta::assert_snapshot;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

const MEND: &str = "must_be_mended";
const UNKNOWN: &str = "not_checked";

fn station() -> Station {
    Station::well().with_reader("pcsc")
}

#[test]
fn no_daemon() {
    stand::inside("readers::no_daemon", || {
        let gone = [
            ("pcsc.rights", UNKNOWN),
            ("pcsc.daemon", MEND),
            ("pcsc.readers", UNKNOWN),
            ("pcsc.cards", UNKNOWN),
        ];
        let station = station();
        let mut said = station.faults(&gone);
        let mut daemon = Daemon::start();
        daemon.kill();
        said += &station.faults(&gone);
        assert_snapshot!(said);
    });
}

#[test]
fn a_test_home_can_wait_for_its_reader() {
    stand::inside("readers::a_test_home_can_wait_for_its_reader", || {
        let station = Station::well().with_reader("");
        station.faults(&[
            ("pcsc.rights", UNKNOWN),
            ("pcsc.daemon", "warning"),
            ("pcsc.readers", UNKNOWN),
            ("pcsc.cards", UNKNOWN),
        ]);
        // without a reader that was named, a home for real cards demands one
        station.configure("mode = \"test\"", "mode = \"real\"");
        let report = station.json();
        let checks = report["checks"].as_array().unwrap();
        let daemon = checks.iter().find(|check| check["name"] == "pcsc.daemon").unwrap();
        assert_eq!(daemon["state"], MEND);
    });
}

#[test]
fn a_daemon_hangs() {
    stand::inside("readers::a_daemon_hangs", || {
        let mut daemon = Daemon::start();
        let station = station().with_reader("pcsc:0");
        assert_eq!(station.faults(&[]), "");
        daemon.pause();
        let said = station.faults(&[
            ("pcsc.rights", UNKNOWN),
            ("pcsc.daemon", MEND),
            ("pcsc.readers", UNKNOWN),
            ("pcsc.cards", UNKNOWN),
        ]);
        // a second and a third examination find no place in the queue of the socket any more
        station.people_are_told();
        daemon.resume();
        assert_eq!(station.faults(&[]), "");
        assert_snapshot!(said);
    });
}

#[test]
fn no_reader() {
    stand::inside("readers::no_reader", || {
        let mut daemon = Daemon::with_readers(0);
        let mut said = station().faults(&[("pcsc.readers", MEND)]);
        daemon.kill();
        daemon.start_again_with(2);
        said += &station().with_reader("pcsc:ACS").faults(&[("pcsc.readers", MEND)]);
        said += &station().faults(&[("pcsc.readers", MEND)]);
        assert_eq!(station().with_reader("pcsc:00 01").faults(&[]), "");
        assert_snapshot!(said);
    });
}

#[test]
fn a_card_is_silent() {
    struct Silent;
    impl Transport for Silent {
        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
            Err(TransportError::CardMute)
        }
        fn reset(&mut self) -> Result<Atr, TransportError> {
            Err(TransportError::CardMute)
        }
    }
    stand::inside("readers::a_card_is_silent", || {
        let daemon = Daemon::start();
        let slot = Slot::start(([127, 0, 0, 1], daemon.ports()[0]).into());
        slot.insert(Box::new(Silent), None);
        until(|seen| *seen == Seen::NoAnswerToReset);
        let said = station().with_reader("pcsc:0").faults(&[("pcsc.cards", "warning")]);
        drop(slot);
        assert_snapshot!(said);
    });
}

#[test]
fn another_program_uses_the_card() {
    stand::inside("readers::another_program_uses_the_card", || {
        let daemon = Daemon::start();
        let slot = Slot::start(([127, 0, 0, 1], daemon.ports()[0]).into());
        slot.insert(Box::new(chipwright_testkit::blank(1)), None);
        until(|seen| matches!(seen, Seen::Card(_)));
        let station = station().with_reader("pcsc:0");
        assert_eq!(station.faults(&[]), "", "a card that answers is well");
        let reader = daemon.reader_names()[0].clone();
        let held = Service::connect().unwrap().open(&reader).unwrap();
        let mut said = station.faults(&[("pcsc.cards", "warning")]);
        // a program that is known to keep cards is named
        let scdaemon = station.home().with_file_name("scdaemon");
        copy(Path::new("/bin/sleep"), &scdaemon);
        let mut running = Command::new(&scdaemon).arg("600").spawn().unwrap();
        let id = running.id().to_string();
        said += &station.faults(&[("pcsc.cards", "warning")]).replace(&format!("({id})"), "(PROCESS)");
        running.kill().unwrap();
        running.wait().unwrap();
        drop(held);
        assert_snapshot!(said);
    });
}

#[test]
fn this_user_may_not_use_readers() {
    stand::inside("readers::this_user_may_not_use_readers", || {
        if !is_root("this_user_may_not_use_readers") {
            return;
        }
        let _daemon = Daemon::start();
        let station = station();
        mode(Path::new("/run/pcscd/pcscd.comm"), 0o600);
        let binary = Path::new("/run/pcscd/chipwright");
        copy(station.command(&[]).get_program().as_ref(), binary);
        let done = Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(binary)
            .args(["--home", "/nonexistent", "doctor", "--json", "--reader", "pcsc"])
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        if done.stdout.is_empty() {
            println!("skipped: this_user_may_not_use_readers: {}", String::from_utf8_lossy(&done.stderr));
            return;
        }
        let report: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
        let checks = report["checks"].as_array().unwrap();
        let check = |name: &str| checks.iter().find(|check| check["name"] == name).unwrap();
        assert_eq!(check("pcsc.daemon")["state"], UNKNOWN);
        let rights = check("pcsc.rights");
        assert_eq!(rights["state"], MEND);
        let words = |value: &serde_json::Value| {
            format!("{}\n{}", value["en"].as_str().unwrap(), value["vi"].as_str().unwrap())
        };
        assert_snapshot!(format!("{}\n{}", words(&rights["found"]), words(&rights["remedy"])));
    });
}

#[test]
fn no_driver() {
    stand::inside("readers::no_driver", || {
        let _daemon = Daemon::start();
        let hide = |folder: &str| {
            assert!(Command::new("mount").args(["-t", "tmpfs", "tmpfs", folder]).status().unwrap().success());
        };
        let station = station().with_reader("pcsc:0");
        hide("/usr/lib/pcsc/drivers");
        let mut said = station.faults(&[("pcsc.drivers", MEND)]);
        hide("/etc/reader.conf.d");
        said += &station.faults(&[("pcsc.drivers", MEND)]);
        fs::create_dir("/usr/lib/pcsc/drivers/ifd-other.bundle").unwrap();
        assert_eq!(station.faults(&[]), "");
        assert_snapshot!(said);
    });
}

/// Until the first reader shows this.
fn until(shown: impl Fn(&Seen) -> bool) {
    let service = Service::connect().unwrap();
    for _ in 0..300 {
        if service.readers().unwrap().first().is_some_and(|reader| shown(&reader.slot)) {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("the reader never showed it: {:?}", service.readers());
}
