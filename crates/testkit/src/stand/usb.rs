//! USB readers that are plugged in and unplugged while pcscd runs, without hardware.
//!
//! pcscd learns of USB readers from libudev: of those there are from /sys, of comings and goings from messages of udev. In a
//! stand both are this test's own: a /sys with nothing but pretended readers, and udev's multicast group of the network
//! namespace. The driver (`usb/driver.c`) is built when it is needed; cards connect to it as to vpcd.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

const DRIVER: &str = include_str!("usb/driver.c");
const UEVENT: &str = include_str!("usb/uevent.c");
/// Where pcscd looks for drivers of USB readers; it cannot be told another place.
const DROP_FOLDER: &str = "/usr/lib/pcsc/drivers";
const BUILT: &str = "/run/usb";
const DEVICES: &str = "/sys/bus/usb/devices";
/// Commands until the plug is pulled; as in `usb/driver.c`.
const LEFT: &str = "commands-left";
const VENDOR: u16 = 0xC41B;
/// As in `usb/driver.c`.
const FIRST_PORT: u16 = 36000;

/// A kind of reader. pcscd adds two numbers to its name: " 00 00" for the first reader of the kind that is plugged in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// "Desk Reader".
    Desk,
    /// "Gate Reader".
    Gate,
}

impl Model {
    const ALL: [Self; 2] = [Self::Desk, Self::Gate];

    const fn product(self) -> u16 {
        match self {
            Self::Desk => 1,
            Self::Gate => 2,
        }
    }

    const fn kind(self) -> &'static str {
        match self {
            Self::Desk => "Desk Reader",
            Self::Gate => "Gate Reader",
        }
    }

    /// The name of the `number`th reader of the kind in PC/SC, from 0.
    #[must_use]
    pub fn name(self, number: usize) -> String {
        format!("{} {number:02X} 00", self.kind())
    }
}

/// The USB sockets of a stand, numbered from 1.
pub struct Usb {
    /// Devices plugged in so far: each has a number of its own, as on a real bus.
    devices: u32,
}

impl Usb {
    /// Makes the stand believe in USB. To be called before the daemon is started. None, and the reason is printed, where the
    /// driver cannot be built or nothing can be mounted.
    ///
    /// # Panics
    /// When called outside [`inside`](super::inside), and instead of None with `CHIPWRIGHT_REQUIRE_STAND=1`.
    #[must_use]
    pub fn prepare() -> Option<Self> {
        assert!(super::is_inside(), "USB is only pretended inside a stand");
        match prepare() {
            Ok(()) => Some(Self { devices: 0 }),
            Err(reason) => {
                let required = std::env::var("CHIPWRIGHT_REQUIRE_STAND").is_ok_and(|value| value == "1");
                assert!(!required, "USB readers cannot be pretended here: {reason}");
                println!("skipped: USB readers cannot be pretended here: {reason}");
                None
            }
        }
    }

    /// The TCP port to which the card in the reader at `socket` connects.
    #[must_use]
    pub const fn port(socket: u8) -> u16 {
        FIRST_PORT + socket as u16
    }

    /// Plugs a reader into a free socket.
    ///
    /// # Panics
    /// When the socket is taken.
    pub fn plug(&mut self, socket: u8, model: Model) {
        self.devices += 1;
        let device = device(socket);
        let interface = device.join(format!("{socket}-1:1.0"));
        fs::create_dir_all(&interface).unwrap();
        let number = self.devices;
        let properties = format!(
            "MAJOR=189\nMINOR={number}\nDEVNAME=bus/usb/{socket:03}/{number:03}\nDEVTYPE=usb_device\n"
        );
        for (folder, file, content) in [
            (&device, "uevent", properties),
            (&device, "idVendor", format!("{VENDOR:04x}\n")),
            (&device, "idProduct", format!("{:04x}\n", model.product())),
            (&device, "devnum", format!("{number}\n")),
            (&interface, "uevent", "DEVTYPE=usb_interface\n".to_owned()),
            (&interface, "bInterfaceNumber", "00\n".to_owned()),
            (&interface, "bInterfaceClass", "0b\n".to_owned()),
        ] {
            fs::write(folder.join(file), content).unwrap();
        }
        for folder in [&device, &interface] {
            symlink("/sys/bus/usb", folder.join("subsystem")).unwrap();
            symlink(folder, Path::new(DEVICES).join(folder.file_name().unwrap())).unwrap();
        }
        tell("add", socket);
    }

    /// Pulls the plug of the reader at `socket`. Its card stays in it.
    ///
    /// # Panics
    /// When there is none.
    pub fn unplug(&mut self, socket: u8) {
        for link in [format!("{socket}-1"), format!("{socket}-1:1.0")] {
            fs::remove_file(Path::new(DEVICES).join(link)).unwrap();
        }
        fs::remove_dir_all(device(socket).parent().unwrap()).unwrap();
        tell("remove", socket);
    }

    /// Pulls the plug of the reader at `socket` when `commands` more have reached the card, before the last one is answered.
    /// [`Usb::pulled`] is to follow.
    ///
    /// # Panics
    /// When there is none, or `commands` is 0.
    pub fn pull_after(&mut self, socket: u8, commands: u32) {
        assert!(commands > 0);
        fs::write(device(socket).join(LEFT), format!("{commands:08}\n")).unwrap();
    }

    /// Waits until that has happened: until then the reader works, afterwards it is unplugged.
    ///
    /// # Panics
    /// When the commands do not come.
    pub fn pulled(&mut self, socket: u8) {
        let left = device(socket).join(LEFT);
        let out = (0..3000).any(|_| {
            let out = fs::read_to_string(&left).unwrap().trim().parse() == Ok(0);
            if !out {
                thread::sleep(Duration::from_millis(10));
            }
            out
        });
        assert!(out, "{} commands are still to come", fs::read_to_string(&left).unwrap().trim());
        self.unplug(socket);
    }

    /// Makes the reader at `socket` hang: its driver does not come back from any call until [`Usb::recover`] or
    /// [`Usb::unplug`].
    ///
    /// # Panics
    /// When there is none.
    pub fn hang(&self, socket: u8) {
        fs::write(device(socket).join("hang"), "").unwrap();
    }

    /// Ends the hang.
    ///
    /// # Panics
    /// When it does not hang.
    pub fn recover(&self, socket: u8) {
        fs::remove_file(device(socket).join("hang")).unwrap();
    }
}

fn device(socket: u8) -> PathBuf {
    PathBuf::from(format!("/sys/devices/usb{socket}/{socket}-1"))
}

/// Has udev's message sent, if anybody is to hear it. pcscd answers its clients a moment before it listens.
fn tell(action: &str, socket: u8) {
    if !super::daemon::answers() {
        return;
    }
    let listens = (0..500).any(|_| {
        let there = udev_has_a_listener();
        if !there {
            thread::sleep(Duration::from_millis(10));
        }
        there
    });
    assert!(listens, "pcscd does not listen to udev");
    let path = format!("/devices/usb{socket}/{socket}-1/{socket}-1:1.0");
    run(Command::new(Path::new(BUILT).join("uevent")).args([action, &path])).unwrap();
}

/// Asked of the kernel: a netlink socket of the protocol of device events (15), in udev's group (2).
fn udev_has_a_listener() -> bool {
    fs::read_to_string("/proc/net/netlink").unwrap().lines().any(|line| {
        let mut fields = line.split_ascii_whitespace().skip(1);
        fields.next() == Some("15") && fields.nth(1) == Some("00000002")
    })
}

fn prepare() -> Result<(), String> {
    // libudev listens only where udev seems to run
    run(Command::new("mount").args(["-t", "tmpfs", "tmpfs", "/run"]))?;
    for folder in ["/run/pcscd", "/run/udev", BUILT] {
        fs::create_dir(folder).map_err(|error| format!("{folder}: {error}"))?;
    }
    fs::write("/run/udev/control", "").unwrap();
    build()?;
    let drop_folder = Path::new(BUILT).join("drivers");
    for model in Model::ALL {
        bundle(&drop_folder, model);
    }
    run(Command::new("cp").arg("-rL").arg(Path::new(DROP_FOLDER).join("serial")).arg(&drop_folder))?;
    run(Command::new("mount").arg("--bind").arg(&drop_folder).arg(DROP_FOLDER))?;
    run(Command::new("mount").args(["-t", "tmpfs", "tmpfs", "/sys"]))?;
    fs::create_dir_all(DEVICES).map_err(|error| format!("{DEVICES}: {error}"))
}

fn build() -> Result<(), String> {
    let headers = Command::new("pkg-config")
        .args(["--cflags", "libpcsclite"])
        .output()
        .map_err(|error| format!("pkg-config: {error}"))?;
    let headers = String::from_utf8_lossy(&headers.stdout).into_owned();
    for (file, source, options) in [("driver", DRIVER, &["-shared", "-fPIC"][..]), ("uevent", UEVENT, &[])] {
        let (built, written) = (Path::new(BUILT).join(file), Path::new(BUILT).join(format!("{file}.c")));
        fs::write(&written, source).unwrap();
        run(Command::new("cc")
            .args(["-Wall", "-Wextra", "-Werror", "-O1", "-o"])
            .arg(built)
            .args(options)
            .args(headers.split_ascii_whitespace())
            .arg(written))?;
    }
    Ok(())
}

/// What tells pcscd which driver a device needs.
fn bundle(drop_folder: &Path, model: Model) {
    let contents = drop_folder.join(format!("{}.bundle/Contents", model.kind().replace(' ', "-")));
    fs::create_dir_all(contents.join("Linux")).unwrap();
    fs::copy(Path::new(BUILT).join("driver"), contents.join("Linux/driver.so")).unwrap();
    let (product, kind) = (model.product(), model.kind());
    let list = format!(
        "<plist version=\"1.0\"><dict>
<key>CFBundleExecutable</key><string>driver.so</string>
<key>ifdVendorID</key><array><string>{VENDOR:#06X}</string></array>
<key>ifdProductID</key><array><string>{product:#06X}</string></array>
<key>ifdFriendlyName</key><array><string>{kind}</string></array>
</dict></plist>\n"
    );
    fs::write(contents.join("Info.plist"), list).unwrap();
}

fn run(command: &mut Command) -> Result<(), String> {
    let said = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if said.status.success() {
        return Ok(());
    }
    Err(format!("{}: {}", command.get_program().display(), String::from_utf8_lossy(&said.stderr).trim()))
}
