//! pcscd with vpcd slots, started, stopped and hung at will.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";
/// Where pcscd answers; a file system of this stand's own.
const HOME: &str = "/run/pcscd";
/// The TCP port of the first slot.
const FIRST_PORT: u16 = 35963;
/// A vpcd driver always has two slots.
const SLOTS_PER_DRIVER: usize = 2;
/// A daemon that does not answer by then never will, however slow the machine.
const STARTS: Duration = Duration::from_secs(30);

/// A running pcscd of this stand. Killed on drop.
pub struct Daemon {
    process: Child,
    slots: usize,
}

impl Daemon {
    /// Starts pcscd with two slots, "Virtual PCD 00 00" and "Virtual PCD 00 01", and waits until it answers.
    ///
    /// # Panics
    /// When it does not, or when called outside [`inside`](super::inside).
    #[must_use]
    pub fn start() -> Self {
        Self::with_readers(SLOTS_PER_DRIVER)
    }

    /// The same with at least `readers` slots: 0 to 16, rounded up to an even number.
    ///
    /// # Panics
    /// As [`Daemon::start`].
    #[must_use]
    pub fn with_readers(readers: usize) -> Self {
        assert!(super::is_inside(), "a daemon is only started inside a stand");
        assert!(readers <= 16, "pcscd takes 16 readers");
        let slots = readers.next_multiple_of(SLOTS_PER_DRIVER);
        Self { process: spawn(slots), slots }
    }

    /// The TCP ports of its slots, in the order of the readers' names.
    #[must_use]
    pub fn ports(&self) -> Vec<u16> {
        ports(self.slots).collect()
    }

    /// The names of its readers as PC/SC lists them.
    #[must_use]
    pub fn reader_names(&self) -> Vec<String> {
        (0..self.slots)
            .map(|slot| format!("{} 00 {:02}", driver_name(slot / SLOTS_PER_DRIVER), slot % SLOTS_PER_DRIVER))
            .collect()
    }

    /// Ends it without warning (SIGKILL).
    pub fn kill(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }

    /// Ends it in good order (SIGTERM).
    pub fn stop(&mut self) {
        self.signal("TERM");
        self.process.wait().unwrap();
    }

    /// Makes it hang: it keeps its socket and answers nothing (SIGSTOP).
    pub fn pause(&mut self) {
        self.signal("STOP");
    }

    /// Ends the hang (SIGCONT).
    pub fn resume(&mut self) {
        self.signal("CONT");
    }

    /// Starts it again after [`Daemon::kill`] or [`Daemon::stop`], and waits until it answers.
    pub fn start_again(&mut self) {
        self.start_again_with(self.slots);
    }

    /// Starts it again with another number of readers.
    pub fn start_again_with(&mut self, readers: usize) {
        self.slots = readers.next_multiple_of(SLOTS_PER_DRIVER);
        self.process = spawn(self.slots);
    }

    /// What it wrote since it was last started, for a test that fails.
    #[must_use]
    pub fn log(&self) -> String {
        fs::read_to_string(log_file()).unwrap_or_default()
    }

    fn signal(&self, signal: &str) {
        let done =
            Command::new("kill").args(["-s", signal, &self.process.id().to_string()]).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn ports(slots: usize) -> impl Iterator<Item = u16> {
    (0..slots).map(|slot| FIRST_PORT + slot as u16)
}

fn driver_name(driver: usize) -> String {
    if driver == 0 { "Virtual PCD".to_owned() } else { format!("Virtual PCD {driver}") }
}

fn log_file() -> PathBuf {
    Path::new(HOME).join("log")
}

fn spawn(slots: usize) -> Child {
    let log = File::create(log_file()).unwrap();
    let mut process = Command::new("pcscd")
        .arg("--foreground")
        .arg("--config")
        .arg(configuration(slots))
        // libudev believes in the devices of a pretended /sys (see [`Usb`](super::Usb))
        .env("SYSTEMD_DEVICE_VERIFY_SYSFS", "0")
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    let since = Instant::now();
    while since.elapsed() < STARTS {
        if let Some(status) = process.try_wait().unwrap() {
            panic!("pcscd ended with {status}: {}", fs::read_to_string(log_file()).unwrap_or_default());
        }
        if answers() && ports(slots).all(is_listened_on) {
            return process;
        }
        thread::sleep(Duration::from_millis(20));
    }
    let _ = process.kill();
    let _ = process.wait();
    panic!("pcscd does not answer: {}", fs::read_to_string(log_file()).unwrap_or_default());
}

/// A folder of reader.conf entries. Entries that share one driver file hang every client, so each has a copy.
fn configuration(slots: usize) -> PathBuf {
    let folder = Path::new(HOME).join(format!("readers-{slots}"));
    fs::create_dir_all(&folder).unwrap();
    let mut entries = String::new();
    for driver in 0..slots / SLOTS_PER_DRIVER {
        let copy = Path::new(HOME).join(format!("vpcd-{driver}.so"));
        if !copy.exists() {
            fs::copy(DRIVER, &copy).unwrap();
        }
        let port = usize::from(FIRST_PORT) + driver * SLOTS_PER_DRIVER;
        writeln!(
            entries,
            "FRIENDLYNAME \"{}\"\nDEVICENAME /dev/null:{port:#06X}\nLIBPATH {}\nCHANNELID {port:#06X}\n",
            driver_name(driver),
            copy.display(),
        )
        .unwrap();
    }
    fs::write(folder.join("vpcd"), entries).unwrap();
    folder
}

pub(super) fn answers() -> bool {
    UnixStream::connect(Path::new(HOME).join("pcscd.comm")).is_ok()
}

/// Asked of the kernel: a connection would be a card.
fn is_listened_on(port: u16) -> bool {
    let wanted = format!(":{port:04X}");
    ["/proc/net/tcp", "/proc/net/tcp6"].iter().any(|table| {
        fs::read_to_string(table).unwrap_or_default().lines().any(|line| {
            let mut fields = line.split_ascii_whitespace().skip(1);
            fields.next().is_some_and(|local| local.ends_with(&wanted)) && fields.nth(1) == Some("0A")
        })
    })
}
