//! Software cards in files: `emulator:NAME`.
//!
//! The state is saved after every command that changed the card's memory and before its response is handed on, so a
//! process killed at any moment leaves what a card pulled from the reader would keep.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::{self, Home};
use crate::text::text;
use crate::{armed_fault, randomness};
use chipwright_emulator::Card;
use chipwright_iso7816::{Atr, Transport, TransportError};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The name of a software card: letters, digits, `-`, `_` and `.`, not first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct CardName(String);

impl CardName {
    /// Reads a name.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        let fits = (1..=64).contains(&text.len()) && text.bytes().all(plain) && !text.starts_with('.');
        fits.then(|| Self(text.to_owned()))
    }

    /// The name.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Where its state is.
    pub(crate) fn state_file(&self, home: &Home) -> PathBuf {
        home.emulator().join(format!("{}.card", self.0))
    }
}

/// A software card, held by this process alone.
pub(crate) struct EmulatorReader {
    card: Card,
    path: PathBuf,
    saved: u64,
    armed: Option<armed_fault::ArmedFault>,
    _lock: File,
}

impl EmulatorReader {
    /// Puts the card of this name into the reader.
    pub(crate) fn open(home: &Home, name: &CardName) -> Result<Self, Failure> {
        let path = name.state_file(home);
        if !path.exists() {
            return Err(no_such_card(name));
        }
        let lock = lock(&path, name)?;
        let mut card = Self::look(home, name)?;
        let armed = armed_fault::ArmedFault::beside(&path)?;
        if let Some(armed) = &armed {
            armed.arm(&mut card);
        }
        let saved = card.generation();
        Ok(Self { card, path, saved, armed, _lock: lock })
    }

    /// A copy of the card as it was last saved, in memory: whatever is done to it, the card keeps nothing of it.
    pub(crate) fn look(home: &Home, name: &CardName) -> Result<Card, Failure> {
        let path = name.state_file(home);
        let bytes = fs::read(&path).map_err(|error| home::not_read(&path, &error))?;
        Card::load(&bytes, randomness::source()).map_err(|error| {
            Failure::new(
                Exit::Card,
                text!(
                    "the software card {} cannot be used",
                    "không dùng được thẻ mô phỏng {}",
                    name.as_str()
                ),
                text!(
                    "Delete it with `chipwright emulator delete {0}` and create another.",
                    "Xóa bằng `chipwright emulator delete {0}` rồi tạo thẻ khác.",
                    name.as_str()
                ),
            )
            .because(&error)
        })
    }

    /// The card itself.
    pub(crate) const fn card(&mut self) -> &mut Card {
        &mut self.card
    }

    /// Writes the state now.
    pub(crate) fn save(&mut self) -> Result<(), TransportError> {
        let saved = self.card.generation();
        home::write_whole(&self.path, &self.card.save(), 0o600, false).map_err(|error| {
            TransportError::Reader(format!("{} was not saved: {error}", self.path.display()))
        })?;
        self.saved = saved;
        Ok(())
    }

    /// Looks whether a fault was armed or disarmed since the card was put in.
    pub(crate) fn heed_faults(&mut self) {
        // one that cannot be read is told when the card is put in again
        let Ok(waiting) = armed_fault::ArmedFault::beside(&self.path) else { return };
        if waiting.as_ref().map(armed_fault::ArmedFault::tear)
            == self.armed.as_ref().map(armed_fault::ArmedFault::tear)
        {
            return;
        }
        self.card.clear_faults();
        if let Some(fault) = &waiting {
            fault.arm(&mut self.card);
        }
        self.armed = waiting;
    }

    fn keep(&mut self, was_cut: bool) -> Result<(), TransportError> {
        if self.card.generation() != self.saved {
            self.save()?;
        }
        if was_cut && let Some(armed) = self.armed.take() {
            armed.fired();
        }
        Ok(())
    }
}

impl Transport for EmulatorReader {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let response = self.card.transmit(command);
        self.keep(response.is_err())?;
        response
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        let atr = self.card.reset();
        self.keep(atr.is_err())?;
        atr
    }
}

/// Makes a new card's file; never overwrites one.
pub(crate) fn create(home: &Home, name: &CardName, card: &Card) -> Result<(), Failure> {
    home::make_folder(&home.emulator())?;
    let path = name.state_file(home);
    if path.exists() {
        return Err(Failure::new(
            Exit::Configuration,
            text!("there is a software card {} already", "đã có thẻ mô phỏng {}", name.as_str()),
            ("Choose another name, or delete that card.", "Chọn tên khác hoặc xóa thẻ đó."),
        ));
    }
    home::write_file(&path, &card.save(), 0o600)
}

/// Deletes a card and what belongs to it.
pub(crate) fn delete(home: &Home, name: &CardName) -> Result<(), Failure> {
    let path = name.state_file(home);
    if !path.exists() {
        return Err(no_such_card(name));
    }
    let lock_file = lock_path(&path);
    let _lock = lock(&path, name)?;
    armed_fault::ArmedFault::disarm(&path)?;
    for file in [path, lock_file] {
        fs::remove_file(&file).map_err(|error| home::not_written(&file, &error))?;
    }
    Ok(())
}

/// The cards of the home, by name.
pub(crate) fn names(home: &Home) -> Result<Vec<CardName>, Failure> {
    let folder = home.emulator();
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(home::not_read(&folder, &error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry.map_err(|error| home::not_read(&folder, &error))?;
        let file = entry.file_name();
        if let Some(name) =
            file.to_str().and_then(|file| file.strip_suffix(".card")).and_then(CardName::parse)
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn lock_path(state: &Path) -> PathBuf {
    state.with_extension("lock")
}

fn lock(state: &Path, name: &CardName) -> Result<File, Failure> {
    let path = lock_path(state);
    home::try_lock(&path)?.ok_or_else(|| {
        Failure::new(
            Exit::Card,
            text!(
                "another process has the software card {}",
                "tiến trình khác đang dùng thẻ mô phỏng {}",
                name.as_str()
            ),
            (
                "Wait until it is done; if `emulator serve` shows the card, take it out with `chipwright emulator pull`.",
                "Đợi tiến trình đó xong; nếu `emulator serve` đang cắm thẻ này thì lấy ra bằng `chipwright emulator pull`.",
            ),
        )
    })
}

/// No card of this name.
pub(crate) fn no_such_card(name: &CardName) -> Failure {
    Failure::new(
        Exit::Card,
        text!("there is no software card {}", "không có thẻ mô phỏng {}", name.as_str()),
        text!(
            "`chipwright emulator list` shows the cards; `chipwright emulator create {0}` makes this one.",
            "`chipwright emulator list` liệt kê các thẻ; `chipwright emulator create {0}` tạo thẻ này.",
            name.as_str()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_the_folder() {
        for name in ["", ".hidden", "a/b", "..", "a\\b", "*", "a b", &"x".repeat(65)] {
            assert_eq!(CardName::parse(name), None, "{name}");
        }
        assert!(CardName::parse("blank-01_a.b").is_some());
    }
}
