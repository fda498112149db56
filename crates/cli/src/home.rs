//! The issuer's home: one folder with everything that belongs to one organisation.
//!
//! ```text
//! config.toml            what the issuer decides once
//! ca/                    root, document signers, revocation list, CVCA of the terminals
//! keys/                  card master keys, transport keys; deliveries/LABEL.json: those of later deliveries
//! registry.sqlite        what happened to every card and every blank
//! terminals/             terminals that may open records
//! records/CARD/          what terminals that may not read have done to a card
//! emulator/NAME.card     software cards
//! ```

use crate::authority::Authority;
use crate::configuration::Configuration;
use crate::deliveries;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::shell;
use crate::text::text;
use chipwright_perso::ChipProfile;
use chipwright_profile::IssueTerms;
use jiff::civil::Date;
use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// A home that is there.
#[derive(Debug, Clone)]
pub(crate) struct Home {
    path: PathBuf,
    pub(crate) configuration: Configuration,
}

impl Home {
    /// Opens the home at this path.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let file = path.join("config.toml");
        if !file.exists() {
            return Err(missing(path));
        }
        let home = Self { path: path.to_owned(), configuration: Configuration::read(&file)? };
        Authority::of(&home).must_be_of(home.configuration.issuer.mode)?;
        Ok(home)
    }

    /// A home that `init` is making here.
    pub(crate) const fn being_made(path: PathBuf, configuration: Configuration) -> Self {
        Self { path, configuration }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The certification authority's folder.
    pub(crate) fn authority(&self) -> PathBuf {
        self.path.join("ca")
    }

    /// The card keys' folder.
    pub(crate) fn keys(&self) -> PathBuf {
        self.path.join("keys")
    }

    /// The CVCA certificate of the terminals, which new cards take as their trust point.
    pub(crate) fn trust_point(&self) -> PathBuf {
        self.authority().join("cvca.cvcert")
    }

    /// The terms of cards issued on this day.
    pub(crate) fn terms(&self, issued: Date) -> Result<IssueTerms, Failure> {
        let trust_point = match self.configuration.chip.records {
            true => Some(
                fs::read(self.trust_point()).map_err(|error| no_trust_point(&self.trust_point(), &error))?,
            ),
            false => None,
        };
        self.configuration.terms(issued, trust_point)
    }

    /// The kind of chip, with the key versions of every delivery of blanks.
    pub(crate) fn chip_profile(&self) -> Result<ChipProfile, Failure> {
        let mut profile = self.configuration.chip_profile()?;
        for (_, version) in deliveries::later(self)? {
            if !profile.transport_versions.contains(&version) {
                profile.transport_versions.push(version);
            }
        }
        Ok(profile)
    }

    /// The registry.
    pub(crate) fn registry(&self) -> PathBuf {
        self.path.join("registry.sqlite")
    }

    /// The software cards' folder.
    pub(crate) fn emulator(&self) -> PathBuf {
        self.path.join("emulator")
    }
}

/// The path of the home: as given, else `CHIPWRIGHT_HOME`, else `chipwright-home` here.
pub(crate) fn named(given: Option<PathBuf>) -> PathBuf {
    let environment =
        || std::env::var_os("CHIPWRIGHT_HOME").filter(|path| !path.is_empty()).map(PathBuf::from);
    given.or_else(environment).unwrap_or_else(|| PathBuf::from("chipwright-home"))
}

/// Where `init` builds a home before it gets its name: beside it, so that a home is whole or not there.
pub(crate) fn workshop(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_else(|| "home".as_ref()));
    name.push(".half-made");
    path.with_file_name(name)
}

fn missing(path: &Path) -> Failure {
    let half = workshop(path);
    if half.exists() {
        return half_made(path, &half);
    }
    Failure::new(
        Exit::Configuration,
        text!("there is no issuer's home at {}", "không có thư mục phát hành tại {}", path.display()),
        text!(
            "Make one with `chipwright init --test {0}`, or name yours with --home or CHIPWRIGHT_HOME.",
            "Tạo bằng `chipwright init --test {0}`, hoặc chỉ ra bằng --home hay CHIPWRIGHT_HOME.",
            shell::path(path)
        ),
    )
}

fn no_trust_point(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!(
            "cards are to have the records application, and {} could not be read",
            "thẻ cần có ứng dụng hồ sơ, nhưng không đọc được {}",
            path.display()
        ),
        (
            "Make the CVCA of the terminals with `chipwright terminal init-cvca`, or set chip.records = false in config.toml.",
            "Tạo CVCA cho thiết bị đọc bằng `chipwright terminal init-cvca`, hoặc đặt chip.records = false trong config.toml.",
        ),
    )
    .because(error)
}

/// Makes the folder that a home is made in, for this process alone: another `init` of the same home is refused.
pub(crate) fn claim(path: &Path, half: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    let parent = half.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or(Ok(()), fs::create_dir_all).map_err(|error| not_written(half, &error))?;
    fs::DirBuilder::new().mode(0o700).create(half).map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => half_made(path, half),
        _ => not_written(half, &error),
    })
}

/// An `init` is running, or was stopped before it was done.
pub(crate) fn half_made(path: &Path, half: &Path) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!(
            "another `init` of {} is running, or was stopped before it was done; its half-made home is {}",
            "một lệnh `init` khác cho {} đang chạy hoặc đã bị dừng giữa chừng; phần dở dang nằm ở {}",
            path.display(),
            half.display()
        ),
        text!(
            "No card was ever made with it: delete {0} and run `chipwright init` again.",
            "Chưa thẻ nào được làm từ đó: xóa {0} rồi chạy lại `chipwright init`.",
            half.display()
        ),
    )
}

/// Makes a folder that only its owner may enter.
pub(crate) fn make_folder(path: &Path) -> Result<(), Failure> {
    make_private(path).map_err(|error| not_written(path, &error))
}

/// As [`make_folder`], with the system's error.
pub(crate) fn make_private(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o700).recursive(true).create(path)
}

/// Writes a new file whole: beside it, flushed, then renamed. `mode` is the file's permissions.
pub(crate) fn write_file(path: &Path, content: &[u8], mode: u32) -> Result<(), Failure> {
    write_whole(path, content, mode, true).map_err(|error| not_written(path, &error))
}

/// The lock that this file stands for, held as long as the file is open; none while another process has it.
pub(crate) fn try_lock(path: &Path) -> Result<Option<File>, Failure> {
    let mut options = File::options();
    let file = options.create(true).truncate(false).write(true).mode(0o600).open(path);
    let file = file.map_err(|error| not_written(path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(error)) => Err(not_written(path, &error)),
    }
}

/// As [`write_file`]; flushing to the disk costs time and is only needed against loss of power.
pub(crate) fn write_whole(path: &Path, content: &[u8], mode: u32, flush: bool) -> io::Result<()> {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".new");
    let beside = path.with_file_name(name);
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(mode).open(&beside)?;
    file.write_all(content)?;
    if flush {
        file.sync_all()?;
    }
    fs::rename(&beside, path)?;
    match path.parent().filter(|_| flush) {
        // the new name is on the disk too
        Some(folder) if folder.as_os_str().is_empty() => File::open(".")?.sync_all(),
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// A file or folder could not be written.
pub(crate) fn not_written(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!("{} could not be written", "không ghi được {}", path.display()),
        ("Check the disk, and whether you may write there.", "Kiểm tra ổ đĩa và quyền ghi vào thư mục đó."),
    )
    .because(error)
}

/// A file could not be read.
pub(crate) fn not_read(path: &Path, error: &io::Error) -> Failure {
    Failure::new(
        Exit::Configuration,
        text!("{} could not be read", "không đọc được {}", path.display()),
        ("Check the path, and whether you may read it.", "Kiểm tra đường dẫn và quyền đọc."),
    )
    .because(error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workshop_stands_beside_the_home() {
        assert_eq!(workshop(Path::new("/a/home")), Path::new("/a/.home.half-made"));
        assert_eq!(workshop(Path::new("home")), Path::new(".home.half-made"));
    }

    #[test]
    fn files_are_whole_and_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        write_file(&path, b"one", 0o600).unwrap();
        write_file(&path, b"two", 0o600).unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"two");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
