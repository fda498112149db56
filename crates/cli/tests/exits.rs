//! How the program ends where a script looks: no reader at all, and stopped by a signal.
#![allow(clippy::unwrap_used, reason = "tests")]

mod house;

use chipwright_testkit::stand;
use house::House;
use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};

#[test]
fn no_reader_is_a_failure_for_people_and_scripts() {
    stand::inside("no_reader_is_a_failure_for_people_and_scripts", || {
        let _daemon = stand::Daemon::with_readers(0);
        let house = House::empty();
        let [plain, json] = [&["readers"][..], &["readers", "--json"]].map(|readers| house.output(readers));
        for done in [&plain, &json] {
            assert_eq!(done.status.code(), Some(4));
            assert_eq!(done.stdout, b"");
        }
        assert_eq!(plain.stderr, json.stderr);
    });
}

#[test]
fn a_command_that_waits_ends_by_the_signal() {
    stand::inside("a_command_that_waits_ends_by_the_signal", || {
        let _daemon = stand::Daemon::start();
        let house = House::with_home();
        let verify = ["verify", "--reader", "pcsc:0", "--can", "123456", "--wait", "600"];
        for (name, number) in [("INT", 2), ("TERM", 15)] {
            // a test started in the background is deaf to SIGINT, and so would be what it starts
            let mut process = house
                .shell("exec env --default-signal \"$0\" \"$@\"", &verify)
                .stdout(Stdio::null())
                .stderr(Stdio::piped())
                .spawn()
                .unwrap();
            let said = BufReader::new(process.stderr.take().unwrap()).lines().next().unwrap().unwrap();
            assert!(said.starts_with("insert a card"), "{said}");
            let sent = Command::new("kill").args(["-s", name, &process.id().to_string()]).status();
            assert!(sent.unwrap().success());
            // a shell tells 128 and this number
            assert_eq!(process.wait().unwrap().signal(), Some(number));
        }
    });
}
