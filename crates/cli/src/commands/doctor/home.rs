//! The home: there, whole, private.

use super::catalogue::Name;
use super::finding::{Finding, Findings as Several, words};
use super::station::{Findings, Station, user};
use crate::home::Home;
use crate::shell;
use crate::text::text;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Whether there is a home to look at.
pub(crate) fn present(station: &Station, findings: &Findings<'_>) -> bool {
    let finding = match fs::metadata(station.path.join("config.toml")) {
        Ok(_) => Finding::well(text!("{} is there", "có {}", station.path.display())),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Finding::mend(
            text!(
                "{} may not be entered by this user",
                "người dùng này không được vào {}",
                station.path.display()
            ),
            (
                "Run as the user who owns the home, or give the home to this user.",
                "Chạy bằng người dùng sở hữu thư mục, hoặc giao thư mục cho người dùng này.",
            ),
        ),
        Err(_) => match Home::open(&station.path) {
            Err(failure) => Finding::of_failure(&failure),
            Ok(_) => Finding::well(text!("{} is there", "có {}", station.path.display())),
        },
    };
    let there = finding.remedy.is_none();
    findings.put(Name::HomePresent, finding);
    there
}

/// Folders for their owner alone, secrets readable by their owner alone, everything this user's.
pub(crate) fn permissions(station: &Station) -> Finding {
    let mut seen = Seen::default();
    let us = match user() {
        Ok(us) => us,
        Err(error) => return Finding::not_checked(words(&error)),
    };
    let home = &station.path;
    for folder in [home.clone(), home.join("ca"), home.join("keys"), home.join("emulator")] {
        seen.folder(home, &folder, us);
    }
    seen.finding(home)
}

/// Paths that are not as they should be.
#[derive(Default)]
struct Seen {
    open: Vec<String>,
    /// Secrets that others could read.
    exposed: Vec<String>,
    foreign: Vec<String>,
    unreadable: Vec<String>,
}

impl Seen {
    fn folder(&mut self, home: &Path, folder: &Path, us: u32) {
        let mut entered = 0;
        match fs::metadata(folder) {
            Ok(metadata) => {
                entered = entered_by(home) & metadata.mode();
                self.look(home, folder, &metadata, us, entered);
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return,
            Err(_) => self.unreadable.push(shown(home, folder)),
        }
        let Ok(entries) = fs::read_dir(folder) else {
            self.unreadable.push(shown(home, folder));
            return;
        };
        let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        files.sort();
        for file in files {
            // a file that vanished meanwhile was a temporary one
            if let Ok(metadata) = fs::metadata(&file)
                && !metadata.is_dir()
            {
                self.look(home, &file, &metadata, us, entered);
            }
        }
    }

    /// `entered`: its folder's mode, as far as others come there.
    fn look(&mut self, home: &Path, path: &Path, metadata: &Metadata, us: u32, entered: u32) {
        let mode = metadata.mode() & 0o7777;
        let secret = !metadata.is_dir() && is_secret(path);
        let too_much = match () {
            () if metadata.is_dir() || secret => 0o077,
            // nothing stands in it, and nobody comes there
            () if is_lock(path) && entered & 0o011 == 0 => 0,
            () => 0o022,
        };
        if secret && (mode >> 2) & entered & 0o011 != 0 {
            self.exposed.push(shown(home, path));
        }
        if mode & too_much != 0 {
            self.open.push(format!("{} ({mode:04o})", shown(home, path)));
        }
        if metadata.uid() != us {
            self.foreign.push(shown(home, path));
        }
    }

    fn finding(self, home: &Path) -> Finding {
        let mut several = Several::default();
        let home = shell::path(home);
        if !self.unreadable.is_empty() {
            let (which, n) = (some(&self.unreadable), self.unreadable.len());
            several.add(Finding::mend(
                text!("folders that may not be read ({n}): {which}", "thư mục không đọc được ({n}): {which}"),
                text!(
                    "Give the home to the user who works here: `sudo chown -R \"$USER\" {home}`.",
                    "Giao thư mục cho người dùng của trạm: `sudo chown -R \"$USER\" {home}`."
                ),
            ));
        }
        if !self.foreign.is_empty() {
            let (which, n) = (some(&self.foreign), self.foreign.len());
            several.add(Finding::mend(
                text!("not this user's ({n}): {which}", "không thuộc người dùng này ({n}): {which}"),
                text!(
                    "Give the home to the user who works here: `sudo chown -R \"$USER\" {home}`.",
                    "Giao thư mục cho người dùng của trạm: `sudo chown -R \"$USER\" {home}`."
                ),
            ));
        }
        if !self.open.is_empty() {
            let (which, n) = (some(&self.open), self.open.len());
            several.add(Finding::mend(
                text!("open to other users ({n}): {which}", "mở cho người dùng khác ({n}): {which}"),
                text!("Close them: `chmod -R go-rwx {home}`.", "Đóng lại: `chmod -R go-rwx {home}`."),
            ));
        }
        if !self.exposed.is_empty() {
            let (which, n) = (some(&self.exposed), self.exposed.len());
            several.add(Finding::mend(
                text!("secrets that others could read ({n}): {which}", "bí mật mà người khác đọc được ({n}): {which}"),
                (
                    "If others use this machine, tell the key custodian: these secrets count as known, passphrases are to be replaced.",
                    "Nếu máy có nhiều người dùng, báo cho người giữ khóa: coi như các bí mật này đã lộ, phải đổi mật khẩu khóa.",
                ),
            ));
        }
        several.or_well((
            "folders and secrets are their owner's alone",
            "thư mục và khóa chỉ chủ sở hữu đọc được",
        ))
    }
}

/// The mode of a folder, which says who may enter it.
fn entered_by(folder: &Path) -> u32 {
    fs::metadata(folder).map_or(0, |metadata| metadata.mode())
}

fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "lock")
}

fn is_secret(path: &Path) -> bool {
    if is_lock(path) {
        return false;
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let inside = |folder: &str| path.parent().is_some_and(|parent| parent.ends_with(folder));
    name.ends_with(".key")
        || name.ends_with("passphrase")
        || name.starts_with("registry.sqlite")
        || name.ends_with(".card")
        || inside("keys")
}

fn shown(home: &Path, path: &Path) -> String {
    match path.strip_prefix(home) {
        Ok(inside) if inside.as_os_str().is_empty() => ".".to_owned(),
        Ok(inside) => inside.display().to_string(),
        Err(_) => path.display().to_string(),
    }
}

/// The first three.
fn some(paths: &[String]) -> String {
    let more = if paths.len() > 3 { ", …" } else { "" };
    format!("{}{more}", paths.iter().take(3).cloned().collect::<Vec<_>>().join(", "))
}
