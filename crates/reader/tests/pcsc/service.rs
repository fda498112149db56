//! The daemon and its readers come and go.

use crate::{Echo, Waiting, atr, impatient, opened, slot};
use chipwright_iso7816::{Transport as _, TransportError};
use chipwright_reader::pcsc::{Notice, Patience, ReaderError, Service};
use chipwright_testkit::stand;
use std::os::unix::net::UnixListener;
use std::sync::Arc;

#[test]
fn without_a_daemon() {
    stand::inside("service::without_a_daemon", || {
        let error = Service::connect().unwrap_err();
        assert!(matches!(error, ReaderError::ServiceNotRunning), "{error:?}");
        let service = Arc::new(Service::unconnected(Patience::default()));
        assert!(matches!(service.readers(), Err(ReaderError::ServiceNotRunning)));
        let reader = "Virtual PCD 00 00".to_owned();
        assert!(matches!(service.open(&reader), Err(ReaderError::ServiceNotRunning)));
        let waiting = Waiting::start(&service, &reader);
        assert_eq!(waiting.told(), Notice::ServiceLost);
        let daemon = stand::Daemon::start();
        assert_eq!(waiting.told(), Notice::ServiceBack);
        waiting.told_until(&Notice::NoCard { reader });
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        assert!(waiting.card().transmit(&[0, 0x84, 0, 0, 8]).is_ok());
    });
}

#[test]
fn the_daemon_is_restarted_while_a_card_is_waited_for() {
    stand::inside("service::the_daemon_is_restarted_while_a_card_is_waited_for", || {
        let mut daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), daemon.reader_names()[0].clone());
        let slot = slot(&daemon, 0);
        let waiting = Waiting::start(&service, &reader);
        let empty = Notice::NoCard { reader };
        assert_eq!(waiting.told(), empty);
        daemon.kill();
        assert_eq!(waiting.told(), Notice::ServiceLost);
        daemon.start_again();
        assert_eq!(waiting.told(), Notice::ServiceBack);
        waiting.told_until(&empty);
        daemon.stop();
        assert_eq!(waiting.told(), Notice::ServiceLost);
        daemon.start_again();
        assert_eq!(waiting.told(), Notice::ServiceBack);
        slot.insert(Box::new(Echo), Some(atr()));
        assert!(waiting.card().transmit(&[0, 0x84, 0, 0, 8]).is_ok());
        // the connection of the service itself is made anew without a word
        assert_eq!(service.readers().unwrap().len(), 2);
    });
}

#[test]
fn the_daemon_is_restarted_under_an_open_card() {
    stand::inside("service::the_daemon_is_restarted_under_an_open_card", || {
        let mut daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), &daemon.reader_names()[0]);
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        let mut card = opened(&service, reader);
        daemon.kill();
        let lost = card.transmit(&[0, 0x84, 0, 0, 8]).unwrap_err();
        assert!(matches!(&lost, TransportError::ReaderGone(why) if why.contains("pcscd")), "{lost:?}");
        assert!(matches!(service.readers(), Err(ReaderError::ServiceLost | ReaderError::ServiceNotRunning)));
        daemon.start_again();
        // the old card stays lost, a new one is found
        assert!(matches!(card.transmit(&[0, 0x84, 0, 0, 8]), Err(TransportError::ReaderGone(_))));
        assert!(matches!(card.reset(), Err(TransportError::ReaderGone(_))));
        assert!(opened(&service, reader).transmit(&[0, 0x84, 0, 0, 8]).is_ok());
    });
}

#[test]
fn a_daemon_that_hangs_is_said_to() {
    stand::inside("service::a_daemon_that_hangs_is_said_to", || {
        let mut daemon = stand::Daemon::start();
        let service = Arc::new(Service::with_patience(impatient()).unwrap());
        let reader = &daemon.reader_names()[0];
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        let mut card = opened(&service, reader);
        daemon.pause();
        let lost = card.transmit(&[0, 0x84, 0, 0, 8]).unwrap_err();
        assert_eq!(lost, TransportError::ReaderGone(ReaderError::ServiceHangs.to_string()));
        assert_eq!(card.transmit(&[0, 0x84, 0, 0, 8]), Err(lost));
        assert!(matches!(service.readers(), Err(ReaderError::ServiceHangs)));
        assert!(matches!(service.readers(), Err(ReaderError::ServiceHangs)));
        assert!(matches!(Service::with_patience(impatient()), Err(ReaderError::ServiceHangs)));
        assert!(matches!(service.open(&daemon.reader_names()[1]), Err(ReaderError::ServiceHangs)));
        daemon.resume();
        assert!(opened(&service, reader).transmit(&[0, 0x84, 0, 0, 8]).is_ok());
        assert_eq!(service.readers().unwrap().len(), 2);
    });
}

#[test]
fn a_daemon_that_hangs_while_a_card_is_waited_for() {
    stand::inside("service::a_daemon_that_hangs_while_a_card_is_waited_for", || {
        let mut daemon = stand::Daemon::start();
        let service = Arc::new(Service::with_patience(impatient()).unwrap());
        let reader = &daemon.reader_names()[0];
        let slot = slot(&daemon, 0);
        let waiting = Waiting::start(&service, reader);
        waiting.told_until(&Notice::NoCard { reader: reader.clone() });
        daemon.pause();
        waiting.told_until(&Notice::ServiceHangs);
        daemon.resume();
        waiting.told_until(&Notice::ServiceBack);
        slot.insert(Box::new(Echo), Some(atr()));
        assert!(waiting.card().transmit(&[0, 0x84, 0, 0, 8]).is_ok());

        // killed in its hang
        let waiting = Waiting::start(&service, &daemon.reader_names()[1]);
        waiting.told_until(&Notice::NoCard { reader: daemon.reader_names()[1].clone() });
        daemon.pause();
        waiting.told_until(&Notice::ServiceHangs);
        daemon.kill();
        waiting.told_until(&Notice::ServiceLost);
        daemon.start_again();
        waiting.told_until(&Notice::ServiceBack);
        waiting.stop();
    });
}

#[test]
fn a_daemon_that_hangs_up_before_it_greets_has_refused_nobody() {
    stand::inside("service::a_daemon_that_hangs_up_before_it_greets_has_refused_nobody", || {
        const SOCKET: &str = "/run/pcscd/pcscd.comm";
        let mut daemon = stand::Daemon::start();
        let (service, reader) = (Arc::new(Service::connect().unwrap()), daemon.reader_names()[0].clone());
        let waiting = Waiting::start(&service, &reader);
        waiting.told_until(&Notice::NoCard { reader });
        daemon.kill();
        std::fs::remove_file(SOCKET).unwrap();
        let door = UnixListener::bind(SOCKET).unwrap();
        // more often than a connection is tried before it counts as refused, twice over
        for caller in (0..20).map(|_| door.accept().unwrap()) {
            drop(caller);
        }
        waiting.told_until(&Notice::ServiceLost);
        drop(door);
        std::fs::remove_file(SOCKET).unwrap();
        daemon.start_again();
        waiting.told_until(&Notice::ServiceBack);
        let slot = slot(&daemon, 0);
        slot.insert(Box::new(Echo), Some(atr()));
        assert!(waiting.card().transmit(&[0, 0x84, 0, 0, 8]).is_ok());
    });
}

#[test]
fn a_reader_goes_and_comes_back() {
    stand::inside("service::a_reader_goes_and_comes_back", || {
        let mut daemon = stand::Daemon::with_readers(4);
        let service = Arc::new(Service::connect().unwrap());
        let name = daemon.reader_names()[2].clone();
        let slot = slot(&daemon, 2);
        let waiting = Waiting::start(&service, &name);
        assert_eq!(waiting.told(), Notice::NoCard { reader: name.clone() });
        daemon.stop();
        daemon.start_again_with(2);
        let gone = Notice::ReaderGone { name: name.clone() };
        assert_eq!(waiting.told_until(&gone), [Notice::ServiceLost, Notice::ServiceBack, gone]);
        assert!(matches!(service.open(&name), Err(ReaderError::ReaderGone { name: gone }) if gone == name));
        daemon.stop();
        daemon.start_again_with(4);
        let back = Notice::ReaderBack { name };
        assert_eq!(waiting.told_until(&back), [Notice::ServiceLost, Notice::ServiceBack, back]);
        slot.insert(Box::new(Echo), Some(atr()));
        assert!(waiting.card().transmit(&[0, 0x84, 0, 0, 8]).is_ok());
    });
}

/// This test runs itself once more as a user who may not open the daemon's socket.
#[test]
fn a_user_without_rights_is_told_so() {
    const NAME: &str = "service::a_user_without_rights_is_told_so";
    const UNPRIVILEGED: &str = "CHIPWRIGHT_TEST_UNPRIVILEGED";
    stand::inside(NAME, || {
        if std::env::var_os(UNPRIVILEGED).is_some() {
            println!("without rights");
            let error = Service::connect().unwrap_err();
            assert!(matches!(error, ReaderError::NotAllowed), "{error:?}");
            return;
        }
        let _daemon = stand::Daemon::start();
        let locked = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions("/run/pcscd/pcscd.comm", locked).unwrap();
        let again = std::process::Command::new("setpriv")
            .args(["--reuid=65534", "--regid=65534", "--clear-groups"])
            .arg(std::env::current_exe().unwrap())
            .args(["--exact", NAME, "--nocapture"])
            .env(UNPRIVILEGED, "1")
            .output();
        match again {
            Ok(output) if String::from_utf8_lossy(&output.stdout).contains("without rights") => {
                assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            }
            other => println!("skipped: {NAME}: this program does not run as another user here: {other:?}"),
        }
    });
}
