//! A recorded session as a card.

use super::read;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::readers::{Identifiers, Present};
use crate::text::{Text, text};
use crate::vietnamese;
use chipwright_iso7816::{Atr, LengthMode, Transport, TransportError};
use chipwright_reader::trace::{Mismatch, Redaction, Replay};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The first thing a command asked of a recorded card that was not recorded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unrecorded(Arc<OnceLock<Mismatch>>);

impl Unrecorded {
    /// What the command comes to then, whatever it made of the silence that followed.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let step = vietnamese::text(self.0.get()?.to_string());
        let what = Text {
            en: format!("what the program sends is not what was recorded: {}", step.en),
            vi: format!("chương trình gửi khác với bản ghi: {}", step.vi),
        };
        let next = text!(
            "Give the command that was recorded, with the same options; `chipwright trace show FILE` lists the steps.",
            "Dùng đúng lệnh đã được ghi, với cùng tùy chọn; `chipwright trace show FILE` liệt kê các bước."
        );
        Some(Failure::new(Exit::Card, what, next))
    }
}

/// The card of a recorded session.
pub(crate) fn replay(path: &Path, unrecorded: &Unrecorded) -> Result<Present, Failure> {
    let recording = read(path)?;
    let atr = recording.header.atr.as_ref().and_then(|atr| hex::decode(atr).ok());
    let atr = atr.and_then(|atr| Atr::parse(&atr).ok());
    let extended = atr.as_ref().is_some_and(Atr::announces_extended_length);
    let mode = if extended { LengthMode::Extended } else { LengthMode::Short };
    let identifiers = match recording.header.redaction {
        Redaction::Placeholders => Identifiers::Replaced,
        _ => Identifiers::Told,
    };
    let place = format!("replay:{}", path.display());
    let card = Played { replay: Replay::new(recording), unrecorded: unrecorded.clone() };
    Ok(Present { card: Box::new(card), mode, place, atr, identifiers })
}

/// A secure channel was asked for over a recorded card.
pub(crate) fn no_channel() -> Failure {
    Failure::new(
        Exit::Usage,
        (
            "a secure channel draws fresh random numbers, and a recorded card answers only what was recorded",
            "kênh truyền bảo mật dùng số ngẫu nhiên mới, còn thẻ trong bản ghi chỉ trả lời những gì đã ghi",
        ),
        (
            "Use a recorded card with `card info` and `apdu`; `chipwright trace show FILE` shows the whole session.",
            "Chỉ dùng thẻ trong bản ghi với `card info` và `apdu`; `chipwright trace show FILE` cho xem cả phiên.",
        ),
    )
}

/// Answers as recorded, and keeps what was asked beside that.
struct Played {
    replay: Replay,
    unrecorded: Unrecorded,
}

impl Played {
    fn ask<T>(
        &mut self,
        ask: impl FnOnce(&mut Replay) -> Result<T, TransportError>,
    ) -> Result<T, TransportError> {
        let answer = ask(&mut self.replay);
        if let Some(mismatch) = self.replay.mismatch() {
            // the first one stays
            let _ = self.unrecorded.0.set(mismatch.clone());
        }
        answer
    }
}

impl Transport for Played {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        self.ask(|replay| replay.transmit(command))
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.ask(Replay::reset)
    }
}
