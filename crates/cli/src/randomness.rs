//! Random bytes of the operating system.

use std::io::Write;

/// Fills `bytes`. Without randomness there is no safe way on, so the process ends.
pub(crate) fn fill(bytes: &mut [u8]) {
    if let Err(error) = getrandom::fill(bytes) {
        let _ = writeln!(
            std::io::stderr().lock(),
            "error: the operating system gives no random bytes: {error}\nnext: Restart the machine; if it stays, do not issue on it."
        );
        std::process::exit(1);
    }
}

/// The same, for owners that outlive the caller.
pub(crate) fn source() -> chipwright_emulator::Randomness {
    Box::new(fill)
}
