//! Where the control socket is, and how its path is made short enough for the system.

use crate::home::Home;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::net::{SocketAddr, UnixListener, UnixStream};
use std::path::{Path, PathBuf};

const NAME: &str = "serve.sock";

/// Where the socket of a home is.
pub(super) fn socket_path(home: &Home) -> PathBuf {
    home.emulator().join(NAME)
}

/// Listens on the socket of a home.
pub(super) fn listen(home: &Home) -> io::Result<UnixListener> {
    within_reach(home, |path| UnixListener::bind(path))
}

/// Connects to it.
pub(super) fn connect(home: &Home) -> io::Result<UnixStream> {
    within_reach(home, |path| UnixStream::connect(path))
}

/// An address holds some hundred bytes. A path that does not fit is gone by way of its folder, held open.
fn within_reach<T>(home: &Home, act: impl FnOnce(&Path) -> io::Result<T>) -> io::Result<T> {
    let path = socket_path(home);
    if SocketAddr::from_pathname(&path).is_ok() {
        return act(&path);
    }
    let folder = File::open(home.emulator())?;
    act(&Path::new("/proc/self/fd").join(folder.as_raw_fd().to_string()).join(NAME))
}
