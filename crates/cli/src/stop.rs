//! Being asked to stop: Ctrl-C and SIGTERM.

use crate::exit::Exit;
use crate::failure::Failure;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// The first signal asks to end in good order, the second ends the process.
pub(crate) fn by_signal() -> Result<Arc<AtomicBool>, Failure> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&stop))
            .and_then(|_| flag::register(signal, Arc::clone(&stop)))
            .map_err(|error| Failure::of(Exit::Ours, &error, ("Report this.", "Hãy báo lại lỗi này.")))?;
    }
    Ok(stop)
}
