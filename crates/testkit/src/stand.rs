//! A PC/SC stack of a test's own: namespaces in which only this test's pcscd runs, with vpcd slots instead of readers.
//!
//! ```no_run
//! # use chipwright_testkit::stand;
//! // in a test named `lists` in the module `readers` of the test program:
//! stand::inside("readers::lists", || {
//!     let daemon = stand::Daemon::start();
//!     // clients of PC/SC now meet this daemon; cards connect to daemon.ports() on 127.0.0.1
//! });
//! ```
//!
//! `tools/lib/pcsc-stand` is the same for shell commands, and makes the namespaces for both.
//!
//! Where the system forbids it a test is skipped, which nobody sees when tests pass: with `CHIPWRIGHT_REQUIRE_STAND=1` it fails.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test says what it did inside, and why it was skipped"
)]

mod daemon;
mod usb;

pub use daemon::Daemon;
pub use usb::{Model, Usb};

use crate::long::is_long;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// Set in the process that runs inside.
const INSIDE: &str = "CHIPWRIGHT_STAND";
/// What `tools/lib/pcsc-stand` answers where the system does not allow namespaces or has no pcscd.
const FORBIDDEN: i32 = 77;
/// Set to 1 where stands are known to work.
const REQUIRED: &str = "CHIPWRIGHT_REQUIRE_STAND";
/// A body that takes longer hangs; the long campaigns take longer.
const LIMIT: Duration = Duration::from_secs(300);
const LONG_LIMIT: Duration = Duration::from_secs(7200);

/// Runs the body of the test `name` (its full path, as the test program's `--list` shows it) in namespaces of its own: this
/// program is started again there for this one test. Where the system forbids that, says so and returns.
///
/// # Panics
/// When the body fails or takes longer than five minutes (two hours in the long campaigns), or `name` is not the name of the test
/// that calls.
pub fn inside(name: &str, body: impl FnOnce()) {
    inside_within(name, if is_long() { LONG_LIMIT } else { LIMIT }, body);
}

fn inside_within(name: &str, limit: Duration, body: impl FnOnce()) {
    if is_inside() {
        println!("{ENTERED}");
        return body();
    }
    let process = Command::new(tool())
        .arg("--bare")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1", "--include-ignored"])
        .env(INSIDE, "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let Ended { status, said, complaints } = end(process, limit);
    if status.and_then(|status| status.code()) == Some(FORBIDDEN) {
        let reason = complaints.trim();
        let required = std::env::var(REQUIRED).is_ok_and(|value| value == "1");
        assert!(!required, "{name} cannot run though {REQUIRED}=1: {reason}");
        println!("skipped: {name}: {reason}");
        return;
    }
    print!("{said}");
    eprint!("{complaints}");
    let status =
        status.unwrap_or_else(|| panic!("{name} hung inside its stand and was ended after {limit:?}"));
    assert!(status.success(), "{name} failed inside its stand: {status}");
    assert!(said.contains(ENTERED), "{name} is not the full name of the test that called");
}

struct Ended {
    /// None: it was killed at the limit, and with it everything in its namespaces.
    status: Option<ExitStatus>,
    said: String,
    complaints: String,
}

fn end(mut process: Child, limit: Duration) -> Ended {
    let (said, complaints) = (heard(process.stdout.take()), heard(process.stderr.take()));
    let since = Instant::now();
    let status = loop {
        match process.try_wait().unwrap() {
            Some(status) => break Some(status),
            None if since.elapsed() >= limit => {
                process.kill().unwrap();
                process.wait().unwrap();
                break None;
            }
            None => thread::sleep(Duration::from_millis(10)),
        }
    };
    Ended { status, said: said.join().unwrap(), complaints: complaints.join().unwrap() }
}

/// Everything that comes, read on a thread.
fn heard(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            stream.read_to_end(&mut bytes).unwrap();
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// Whether this process runs inside a stand.
#[must_use]
pub fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

/// Printed inside, so that a mistyped name, which runs no test at all, is noticed.
const ENTERED: &str = "inside a PC/SC stand of its own";

fn tool() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tools/lib/pcsc-stand")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;
    use std::panic::catch_unwind;

    #[test]
    fn a_body_that_hangs_is_ended() {
        const NAME: &str = "stand::tests::a_body_that_hangs_is_ended";
        let limit = Duration::from_secs(2);
        let hung = catch_unwind(|| {
            inside_within(NAME, limit, || {
                loop {
                    thread::sleep(Duration::from_secs(1));
                }
            });
        });
        // none where stands are skipped
        if let Err(panic) = hung {
            let words = panic.downcast_ref::<String>().unwrap();
            assert!(words.contains("hung inside its stand"), "{words}");
        }
    }

    #[test]
    fn a_stand_that_is_required_is_not_skipped() {
        const NAME: &str = "stand::tests::a_stand_that_is_required_is_not_skipped";
        const AGAIN: &str = "CHIPWRIGHT_TEST_WITHOUT_STAND";
        if std::env::var_os(AGAIN).is_some() {
            return inside(NAME, || {});
        }
        // a system without namespaces: one without the program that makes them
        let programs = std::env::temp_dir().join(format!("chipwright-no-stand-{}", std::process::id()));
        std::fs::create_dir(&programs).unwrap();
        for program in ["bash", "readlink", "id"] {
            let found = ["/usr/bin", "/bin"].map(|folder| Path::new(folder).join(program));
            symlink(found.iter().find(|path| path.exists()).unwrap(), programs.join(program)).unwrap();
        }
        let run = |required: &str| {
            Command::new(std::env::current_exe().unwrap())
                .args(["--exact", NAME, "--nocapture"])
                .envs([(AGAIN, "1"), (REQUIRED, required)])
                .env("PATH", &programs)
                .output()
                .unwrap()
        };
        let skipped = run("0");
        assert!(skipped.status.success());
        assert!(String::from_utf8_lossy(&skipped.stdout).contains("skipped: "));
        let required = run("1");
        std::fs::remove_dir_all(&programs).unwrap();
        assert!(!required.status.success());
        assert!(String::from_utf8_lossy(&required.stderr).contains("unshare is not installed"));
    }
}
