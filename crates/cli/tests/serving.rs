//! `emulator serve` where no pcscd is, and what the hands of its slots do.
#![allow(clippy::unwrap_used, reason = "tests")]

mod house;

use house::House;
use house::served::Served;
use std::io::{BufRead, BufReader, Lines};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

/// A server that is heard.
struct Heard {
    process: Child,
    said: Lines<BufReader<ChildStderr>>,
}

impl Heard {
    fn start(house: &House, port: u16, arguments: &[&str]) -> Self {
        let serve = ["emulator", "serve", "--port", &port.to_string()];
        let mut process = house
            .command(&[&serve, arguments].concat())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stderr.take().unwrap()).lines();
        Self { process, said }
    }

    fn next(&mut self) -> String {
        self.said.next().unwrap().unwrap()
    }

    /// Ends it; what it had still to say.
    fn stop(mut self) -> Vec<String> {
        let sent = Command::new("kill").args(["-s", "TERM", &self.process.id().to_string()]).status();
        assert!(sent.unwrap().success());
        let rest = self.said.by_ref().map(Result::unwrap).collect();
        assert_eq!(self.process.wait().unwrap().code(), Some(0));
        rest
    }
}

impl Drop for Heard {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Two ports, one after the other, on which nobody listens; each pair is given once.
fn free_ports() -> u16 {
    static GIVEN: AtomicU16 = AtomicU16::new(0);
    let first = 20_000 + u16::try_from(std::process::id() % 5_000).unwrap();
    loop {
        let port = first + GIVEN.fetch_add(2, Ordering::SeqCst);
        if [port, port + 1].iter().all(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()) {
            return port;
        }
    }
}

#[test]
fn a_missing_daemon_is_told_once_and_sought_on() {
    let house = House::with_home();
    house.output(&["emulator", "create", "a"]);
    let port = free_ports();
    let next = port + 1;
    for cards in [&[][..], &["--insert", "0=a"]] {
        let mut heard = Heard::start(&house, port, cards);
        assert_eq!(
            heard.next(),
            format!(
                "nothing listens on 127.0.0.1:{port}, 127.0.0.1:{next}: pcscd is not running, or its vpcd driver is missing (packages pcscd and vsmartcard-vpcd); trying on"
            )
        );
        let driver = TcpListener::bind(("127.0.0.1", port)).unwrap();
        assert_eq!(heard.next(), format!("pcscd listens on 127.0.0.1:{port} now"));
        if !cards.is_empty() {
            driver.accept().unwrap();
        }
        drop(driver);
        assert_eq!(heard.stop().last().unwrap(), "stopped; the cards are kept");
    }
    let mut heard = Heard::start(&house, port, &["--lang", "vi"]);
    let told = heard.next();
    assert!(told.starts_with("không có gì lắng nghe ở 127.0.0.1:"), "{told}");
    assert_eq!(heard.stop().len(), 1, "told once");
}

#[test]
fn a_magazine_goes_on_when_its_card_is_pulled() {
    let house = House::with_home();
    house.output(&["emulator", "create", "--count", "3"]);
    let port = free_ports().to_string();
    let served = Served::start(&house, &["--port", &port, "--magazine", "0=blank-*"]);
    for card in ["blank-001", "blank-002", "blank-003"] {
        served.wait(0, |slot| slot["card"] == card);
        served.pull(0);
    }
    served.wait(0, |slot| slot["card"].is_null());
    // by hand too
    served.insert("blank-002", 0);
    served.wait(0, |slot| slot["card"] == "blank-002");
}
