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

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test says what it did inside, and why it was skipped"
)]

mod daemon;
mod usb;

pub use daemon::Daemon;
pub use usb::{Model, Usb};

use std::path::{Path, PathBuf};
use std::process::Command;

/// Set in the process that runs inside.
const INSIDE: &str = "CHIPWRIGHT_STAND";
/// What `tools/lib/pcsc-stand` answers where the system does not allow namespaces or has no pcscd.
const FORBIDDEN: i32 = 77;

/// Runs the body of the test `name` (its full path, as the test program's `--list` shows it) in namespaces of its own: this
/// program is started again there for this one test. Where the system forbids that, says so and returns.
///
/// # Panics
/// When the body fails, or `name` is not the name of the test that calls.
pub fn inside(name: &str, body: impl FnOnce()) {
    if is_inside() {
        println!("{ENTERED}");
        return body();
    }
    let output = Command::new(tool())
        .arg("--bare")
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", name, "--nocapture", "--test-threads=1", "--include-ignored"])
        .env(INSIDE, "1")
        .output()
        .unwrap();
    let (said, complaints) =
        (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    if output.status.code() == Some(FORBIDDEN) {
        println!("skipped: {name}: {}", complaints.trim());
        return;
    }
    print!("{said}");
    eprint!("{complaints}");
    assert!(output.status.success(), "{name} failed inside its stand: {}", output.status);
    assert!(said.contains(ENTERED), "{name} is not the full name of the test that called");
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
