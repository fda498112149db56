//! The disk under the home: can it be written, and how much room is left.

use super::catalogue::Name;
use super::finding::{Finding, because, many};
use super::program::output_within;
use super::station::{Findings, Station};
use crate::text::{Text, text};
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

/// KiB below which work must stop, and below which somebody should look: the registry needs about 2 KiB a card.
const SPACE: (u64, u64) = (50 * 1024, 500 * 1024);
/// Files below which the same.
const FILES: (u64, u64) = (100, 5_000);
const PATIENCE: Duration = Duration::from_secs(3);

/// The three checks of the disk.
pub(crate) fn examine(station: &Station, findings: &Findings<'_>) {
    findings.put(Name::DiskWriting, writing(&station.path));
    thread::scope(|scope| {
        scope.spawn(|| findings.put(Name::DiskSpace, space(&station.path)));
        scope.spawn(|| findings.put(Name::DiskInodes, files(&station.path)));
    });
}

/// Writes, flushes and removes a small file.
fn writing(home: &Path) -> Finding {
    let file = home.join(format!(".doctor-{}", std::process::id()));
    let written = write(&file);
    let removed = fs::remove_file(&file);
    match written.and(removed) {
        Ok(()) => Finding::well(("a file was written, flushed and removed", "ghi, lưu và xóa tệp thử được")),
        Err(error) => refused(&error),
    }
}

fn write(file: &Path) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    file.write_all(&[0x55; 4096])?;
    file.sync_all()
}

fn refused(error: &io::Error) -> Finding {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Finding::mend(
            (
                "the disk is full: nothing can be written into the home",
                "ổ đĩa đã đầy: không ghi được gì vào thư mục",
            ),
            (
                "Free some space; work continues where it stopped.",
                "Giải phóng dung lượng; công việc sẽ tiếp tục từ chỗ đã dừng.",
            ),
        ),
        io::ErrorKind::ReadOnlyFilesystem => Finding::mend(
            ("the file system of the home is read-only", "hệ thống tệp chứa thư mục chỉ cho đọc"),
            (
                "Disks become read-only when they fail: save the home, look into the system log, then mount it for writing.",
                "Ổ đĩa thường chuyển sang chỉ đọc khi gặp lỗi: hãy sao lưu thư mục, xem nhật ký hệ thống rồi gắn lại để ghi.",
            ),
        ),
        io::ErrorKind::PermissionDenied => Finding::mend(
            ("this user may not write into the home", "người dùng này không được ghi vào thư mục"),
            (
                "Run as the user who owns the home, or give the home to this user.",
                "Chạy bằng người dùng sở hữu thư mục, hoặc giao thư mục cho người dùng này.",
            ),
        ),
        _ => Finding::mend(
            because(("a file could not be written into the home", "không ghi được tệp vào thư mục"), error),
            ("Check the disk.", "Kiểm tra ổ đĩa."),
        ),
    }
}

fn space(home: &Path) -> Finding {
    match row(home, "-kP").map(|row| row.free) {
        Err(why) => Finding::not_checked(why),
        Ok(None) => Finding::not_checked((
            "this file system does not say how much is free",
            "hệ thống tệp này không cho biết dung lượng trống",
        )),
        Ok(Some(kib)) => {
            let free = megabytes(kib);
            judged(
                kib,
                SPACE,
                text!("{free} free", "còn trống {free}"),
                ("Free space on this disk.", "Giải phóng dung lượng ổ đĩa này."),
            )
        }
    }
}

fn files(home: &Path) -> Finding {
    // file systems without a fixed number of files say 0 or - of 0
    match row(home, "-iP") {
        Err(why) => Finding::not_checked(why),
        Ok(Row { all: None | Some(0), .. } | Row { free: None, .. }) => {
            Finding::well(("as many files as there is space", "không giới hạn số tệp"))
        }
        Ok(Row { free: Some(free), .. }) => {
            let files = many(free, "file", "files");
            judged(
                free,
                FILES,
                text!("{free} more {files}", "thêm được {free} tệp"),
                (
                    "Remove small files that nobody needs from this disk.",
                    "Xóa bớt các tệp nhỏ không cần trên ổ đĩa này.",
                ),
            )
        }
    }
}

fn judged(left: u64, (least, few): (u64, u64), found: Text, remedy: (&str, &str)) -> Finding {
    if left < least {
        Finding::mend(found, remedy)
    } else if left < few {
        Finding::warning(found, remedy)
    } else {
        Finding::well(found)
    }
}

/// What `df` says: how much there is, and how much of it is free.
struct Row {
    all: Option<u64>,
    free: Option<u64>,
}

fn row(home: &Path, option: &str) -> Result<Row, Text> {
    let said = output_within(Command::new("df").arg(option).arg("--").arg(home), PATIENCE)?;
    let words: Vec<&str> = said.lines().last().unwrap_or_default().split_whitespace().collect();
    // names of devices may have spaces: count from the percentage, which is the fifth column where nothing has
    let percentage = words.iter().position(|word| word.ends_with('%')).unwrap_or(4);
    let number = |before: usize| words.get(percentage.checked_sub(before)?)?.parse().ok();
    Ok(Row { all: number(3), free: number(1) })
}

fn megabytes(kib: u64) -> String {
    match kib / 1024 {
        mib @ 0..=10_239 => format!("{mib} MiB"),
        mib => format!("{} GiB", mib / 1024),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::doctor::finding::State;

    #[test]
    fn room_is_judged_by_what_is_left() {
        let state = |left| judged(left, FILES, "left".into(), ("a", "b")).state;
        assert_eq!(state(FILES.0 - 1), State::MustBeMended);
        assert_eq!(state(FILES.0), State::Warning);
        assert_eq!(state(FILES.1), State::Well);
        assert_eq!((megabytes(1_048_576), megabytes(104_857_600)), ("1024 MiB".into(), "100 GiB".into()));
    }
}
