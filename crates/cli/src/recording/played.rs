//! A recorded session as a card.

use super::read;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::readers::{Identifiers, Present};
use crate::text::{Text, text};
use chipwright_iso7816::{Atr, LengthMode, Transport, TransportError};
use chipwright_reader::trace::{Deed, Mismatch, Redaction, Replay};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The first thing a command asked of a recorded card that was not recorded.
#[derive(Debug, Clone, Default)]
pub(crate) struct Unrecorded(Arc<OnceLock<Mismatch>>);

impl Unrecorded {
    /// What the command comes to then, whatever it made of the silence that followed.
    pub(crate) fn failure(&self) -> Option<Failure> {
        let mismatch = self.0.get()?;
        let what = Text {
            en: format!("what the program sends is not what was recorded: {mismatch}"),
            vi: format!("chương trình gửi khác với bản ghi: {}", in_vietnamese(mismatch)),
        };
        let next = text!(
            "Give the command that was recorded, with the same options; `chipwright trace show FILE` lists the steps.",
            "Dùng đúng lệnh đã được ghi, với cùng tùy chọn; `chipwright trace show FILE` liệt kê các bước."
        );
        Some(Failure::new(Exit::Card, what, next))
    }
}

fn in_vietnamese(Mismatch { step, recorded, found }: &Mismatch) -> String {
    let deed = |deed: &Deed| match deed {
        Deed::Reset => "lần đặt lại".to_owned(),
        Deed::Command { .. } => deed.to_string().replace(" bytes)", " byte)"),
    };
    let made = deed(found);
    match recorded {
        None => format!("bản ghi hết trước bước {step}, ở đó chương trình làm {made}"),
        Some(recorded) if recorded == found => {
            format!("bước {step} của bản ghi là {made} với dữ liệu khác dữ liệu chương trình gửi")
        }
        Some(recorded) => {
            format!("bước {step} của bản ghi là {}, chương trình lại làm {made}", deed(recorded))
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use chipwright_issuance::Language;
    use chipwright_reader::trace::Recorder;
    use std::io::{BufReader, Write};
    use std::sync::Mutex;
    use std::time::Duration;

    /// A file in memory.
    #[derive(Clone, Default)]
    struct Sheet(Arc<Mutex<Vec<u8>>>);

    impl Write for Sheet {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    /// A card that agrees to everything.
    struct Agrees;

    impl Transport for Agrees {
        fn transmit(&mut self, _: &[u8]) -> Result<Vec<u8>, TransportError> {
            Ok(vec![0x90, 0x00])
        }

        fn reset(&mut self) -> Result<Atr, TransportError> {
            Ok(Atr::contactless(&[0x80]))
        }
    }

    /// What is told when these commands are sent to a card that was recorded with one SELECT.
    fn told(commands: &[&[u8]]) -> Option<Vec<String>> {
        let sheet = Sheet::default();
        let mut recorder = Recorder::new(Agrees, sheet.clone(), Redaction::Placeholders, || Duration::ZERO);
        recorder.transmit(&[0x00, 0xA4, 0x04, 0x00, 0x01, 0xAA]).unwrap();
        drop(recorder);
        let bytes = sheet.0.lock().unwrap().clone();
        let recording = chipwright_reader::trace::Recording::read(BufReader::new(&bytes[..])).unwrap();
        let unrecorded = Unrecorded::default();
        let mut card = Played { replay: Replay::new(recording), unrecorded: unrecorded.clone() };
        for command in commands {
            let _answer = card.transmit(command);
        }
        unrecorded.failure().map(|failure| {
            [Language::En, Language::Vi].map(|language| failure.lines(language)[0].clone()).to_vec()
        })
    }

    #[test]
    fn the_first_step_that_was_not_recorded_is_told() {
        let select = [0x00, 0xA4, 0x04, 0x00, 0x01, 0xAA];
        assert_eq!(told(&[&select]), None);
        let other = told(&[&[0x00, 0xA4, 0x04, 0x00, 0x01, 0xBB], &select]).unwrap();
        assert_eq!(
            other,
            [
                "error: what the program sends is not what was recorded: step 1 of the recording is SELECT (00 A4 04 00, 6 bytes) with other data than the host sends",
                "lỗi: chương trình gửi khác với bản ghi: bước 1 của bản ghi là SELECT (00 A4 04 00, 6 byte) với dữ liệu khác dữ liệu chương trình gửi",
            ]
        );
        let more = told(&[&select, &select]).unwrap();
        assert_eq!(
            more,
            [
                "error: what the program sends is not what was recorded: the recording ends before step 2, where the host does SELECT (00 A4 04 00, 6 bytes)",
                "lỗi: chương trình gửi khác với bản ghi: bản ghi hết trước bước 2, ở đó chương trình làm SELECT (00 A4 04 00, 6 byte)",
            ]
        );
    }
}
