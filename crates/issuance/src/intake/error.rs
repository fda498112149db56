//! Why a members file cannot be read at all.

use crate::Language;
use std::path::PathBuf;

/// The file as a whole cannot be used; nothing was read from it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum IntakeError {
    /// The file or folder cannot be opened.
    #[error("{} cannot be opened", path.display())]
    File {
        /// The file or folder.
        path: PathBuf,
        /// The system's own error.
        source: std::io::Error,
    },
    /// Reading broke off.
    #[error("reading the members file broke off after line {line}")]
    Read {
        /// The last whole line.
        line: u64,
        /// The system's own error.
        source: std::io::Error,
    },
    /// Nothing in it.
    #[error("the members file is empty")]
    Empty,
    /// UTF-16 or another encoding that is not UTF-8.
    #[error("the members file is not written in UTF-8")]
    NotUtf8,
    /// Columns that are needed are missing.
    #[error("the header lacks {}", list(missing))]
    MissingColumns {
        /// Their names, each with the name in the header that comes nearest to it.
        missing: Vec<(&'static str, Option<String>)>,
    },
    /// Two columns mean the same.
    #[error("columns {first} and {second} of the header are both “{name}”")]
    DuplicateColumn {
        /// The column.
        name: &'static str,
        /// Number of the first, counted from 1.
        first: usize,
        /// Number of the second.
        second: usize,
    },
}

fn list(missing: &[(&'static str, Option<String>)]) -> String {
    let names: Vec<String> = missing
        .iter()
        .map(|(name, near)| {
            near.as_ref().map_or_else(|| format!("“{name}”"), |n| format!("“{name}” (is it “{n}”?)"))
        })
        .collect();
    names.join(", ")
}

impl IntakeError {
    /// A short code for scripts.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::Read { .. } => "read",
            Self::Empty => "file-empty",
            Self::NotUtf8 => "not-utf8",
            Self::MissingColumns { .. } => "missing-columns",
            Self::DuplicateColumn { .. } => "duplicate-column",
        }
    }

    /// What happened.
    #[must_use]
    pub fn cause(&self, language: Language) -> String {
        if language == Language::En {
            return self.to_string();
        }
        match self {
            Self::File { path, .. } => format!("không mở được {}", path.display()),
            Self::Read { line, .. } => format!("việc đọc tệp danh sách bị ngắt sau dòng {line}"),
            Self::Empty => "tệp danh sách trống".into(),
            Self::NotUtf8 => "tệp danh sách không ở bảng mã UTF-8".into(),
            Self::MissingColumns { missing } => {
                let names: Vec<String> = missing
                    .iter()
                    .map(|(name, near)| match near {
                        Some(near) => format!("“{name}” (có phải “{near}” không?)"),
                        None => format!("“{name}”"),
                    })
                    .collect();
                format!("dòng tiêu đề thiếu cột {}", names.join(", "))
            }
            Self::DuplicateColumn { name, first, second } => {
                format!("cột {first} và cột {second} của dòng tiêu đề đều là “{name}”")
            }
        }
    }

    /// What to do next.
    #[must_use]
    pub const fn remedy(&self, language: Language) -> &'static str {
        match self {
            Self::File { .. } => language.pick(
                "Kiểm tra đường dẫn và quyền đọc.",
                "Check the path and whether it may be read.",
            ),
            Self::Read { .. } => language.pick(
                "Kiểm tra ổ đĩa hoặc thẻ nhớ, chép lại tệp rồi chạy lại; thẻ đã cấp không bị cấp lần nữa.",
                "Check the disk or stick, copy the file again and start again; cards already issued are not issued twice.",
            ),
            Self::Empty => language.pick("Kiểm tra xem có chọn đúng tệp không.", "Check that it is the right file."),
            Self::NotUtf8 => language.pick(
                "Trong bảng tính, chọn Lưu dưới dạng “CSV UTF-8”.",
                "In the spreadsheet choose Save as “CSV UTF-8”.",
            ),
            Self::MissingColumns { .. } => language.pick(
                "Thêm hoặc đổi tên cột ở dòng đầu của tệp.",
                "Add or rename the columns in the first line of the file.",
            ),
            Self::DuplicateColumn { .. } => language.pick(
                "Xóa hoặc đổi tên một trong hai cột.",
                "Delete or rename one of the two columns.",
            ),
        }
    }
}
