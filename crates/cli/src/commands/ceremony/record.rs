//! What is known to everybody of a ceremony over a master: `ca/custody/ceremony-ID.json`.

use crate::custodians::folder;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::text::text;
use chipwright_keystore::ceremony::{Ceremony, CeremonyId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fs;
use std::path::{Path, PathBuf};

/// The file; no secret in it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Record {
    version: u32,
    pub(super) held_at: Timestamp,
    pub(super) ceremony: Ceremony,
    /// Who was given the forms, in their order.
    pub(super) custodians: Vec<String>,
    /// The generation of card masters that came of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) generation: Option<u32>,
}

impl Record {
    pub(super) const fn new(held_at: Timestamp, ceremony: Ceremony, custodians: Vec<String>) -> Self {
        Self { version: 1, held_at, ceremony, custodians, generation: None }
    }

    /// The same, and the generation that came of it.
    pub(super) fn loaded_as(&self, generation: u32) -> Self {
        Self { generation: Some(generation), ..self.clone() }
    }

    /// Writes it; the ceremony counts from then on.
    pub(super) fn write(&self, home: &Home) -> Result<(), Failure> {
        let text = serde_json::to_vec_pretty(self)
            .map_err(|error| Failure::of(Exit::Ours, &error, "Report this."))?;
        home::make_folder(&folder(home))?;
        home::write_file(&file(home, self.ceremony.id), &text, 0o644)
    }

    /// A master is loaded once.
    pub(super) fn not_loaded(&self) -> Result<(), Failure> {
        let Some(number) = self.generation else { return Ok(()) };
        Err(Failure::new(
            Exit::Configuration,
            text!(
                "the master of ceremony {} is generation {number} already; nothing was changed",
                "khóa chủ của phiên {} đã là thế hệ {number}; không có gì bị thay đổi",
                self.ceremony.id
            ),
            (
                "Hold another ceremony with `chipwright ceremony master new`.",
                "Mở phiên khác bằng `chipwright ceremony master new`.",
            ),
        ))
    }

    /// Of this ceremony, if it was held here.
    pub(super) fn find(home: &Home, id: CeremonyId) -> Result<Option<Self>, Failure> {
        let path = file(home, id);
        if path.exists() { read(&path).map(Some) } else { Ok(None) }
    }

    /// Of this ceremony, or of the newest that was held here.
    pub(super) fn named(home: &Home, id: Option<CeremonyId>) -> Result<Self, Failure> {
        if let Some(id) = id {
            return Self::find(home, id)?.ok_or_else(|| missing(&id.to_string()));
        }
        let entries = fs::read_dir(folder(home)).into_iter().flatten();
        let mut all = Vec::new();
        for entry in entries.filter_map(Result::ok) {
            let name = entry.file_name();
            if name.to_str().is_some_and(|name| name.starts_with("ceremony-") && name.ends_with(".json")) {
                all.push(read(&entry.path())?);
            }
        }
        all.into_iter().max_by_key(|record| record.held_at).ok_or_else(|| missing(""))
    }
}

fn file(home: &Home, id: CeremonyId) -> PathBuf {
    folder(home).join(format!("ceremony-{id}.json"))
}

fn read(path: &Path) -> Result<Record, Failure> {
    let unusable = || {
        Failure::new(
            Exit::Configuration,
            text!("{} cannot be used", "không dùng được {}", path.display()),
            ("Bring the file from its backup.", "Lấy lại tệp từ bản sao lưu."),
        )
    };
    let bytes = fs::read(path).map_err(|error| home::not_read(path, &error))?;
    let record: Record = serde_json::from_slice(&bytes).map_err(|error| unusable().because(&error))?;
    if record.version == 1 && record.custodians.len() == record.ceremony.sheets.len() {
        Ok(record)
    } else {
        Err(unusable())
    }
}

fn missing(id: &str) -> Failure {
    Failure::new(
        Exit::Usage,
        text!("no ceremony {id} was held in this home", "chưa có phiên nghi thức {id} nào ở thư mục này"),
        (
            "Hold one with `chipwright ceremony master new`, or name it with --ceremony as its forms show it.",
            "Mở phiên bằng `chipwright ceremony master new`, hoặc nêu mã ghi trên phiếu bằng --ceremony.",
        ),
    )
}
