//! Reader names, and the card in the reader of that name.
//!
//! ```text
//! emulator:NAME   a software card of the home
//! emulator:*      all of them, one after the other, as a feeder presents them
//! pcsc            the only PC/SC reader
//! pcsc:WHICH      by its number in `chipwright readers`, its name, or a part of its name
//! replay:FILE     the card of a recorded session
//! ```

use crate::context::Context;
use crate::emulator_reader::{self, CardName, EmulatorReader};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::Home;
use crate::recording;
use crate::text::text;
use crate::words;
use chipwright_iso7816::{Atr, Exchanger, LengthMode, Transport};
use chipwright_reader::pcsc::{Notice, PcscCard, Service};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};

/// What `--reader` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReaderName {
    /// One software card.
    Emulator(CardName),
    /// All software cards of the home, one after the other, as a feeder presents them.
    EmulatorFeeder,
    /// A PC/SC reader: number, name or part of it; empty: the only one.
    Pcsc(String),
    /// A recorded session.
    Replay(PathBuf),
}

/// Why a reader's name is refused.
#[derive(Debug, thiserror::Error)]
#[error(
    "a reader is emulator:NAME, emulator:*, pcsc (the only reader), pcsc:NUMBER, pcsc:NAME-OR-PART, or replay:FILE"
)]
pub(crate) struct ReaderNameError;

impl FromStr for ReaderName {
    type Err = ReaderNameError;

    fn from_str(text: &str) -> Result<Self, ReaderNameError> {
        if text == "pcsc" {
            return Ok(Self::Pcsc(String::new()));
        }
        match text.split_once(':').ok_or(ReaderNameError)? {
            ("emulator", "*") => Ok(Self::EmulatorFeeder),
            ("emulator", name) => CardName::parse(name).map(Self::Emulator).ok_or(ReaderNameError),
            ("pcsc", which) if !which.trim().is_empty() => Ok(Self::Pcsc(which.trim().to_owned())),
            ("replay", file) if !file.is_empty() => Ok(Self::Replay(file.into())),
            _ => Err(ReaderNameError),
        }
    }
}

/// A card in a reader, ready for commands.
pub(crate) type Inserted = Exchanger<Box<dyn Transport>>;

/// A card and how long commands travel to it.
pub(crate) struct Present {
    pub(crate) card: Box<dyn Transport>,
    pub(crate) mode: LengthMode,
    /// Where it is and how it answered its reset, for a recording.
    pub(crate) place: String,
    pub(crate) atr: Option<Atr>,
    pub(crate) identifiers: Identifiers,
}

/// Whether the card says which chip it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Identifiers {
    /// It does.
    Told,
    /// A recording that does not keep them answers with zeros.
    Replaced,
}

impl Present {
    /// For commands.
    pub(crate) fn into_exchanger(self) -> Inserted {
        Exchanger::new(self.card, self.mode)
    }
}

/// The one card in this reader; a PC/SC reader may be empty so long.
pub(crate) fn present(
    home: &Home,
    reader: &ReaderName,
    wait: Duration,
    context: &Context,
) -> Result<Present, Failure> {
    match reader {
        ReaderName::Emulator(name) => software_card(home, name),
        ReaderName::Pcsc(wanted) => {
            let card = wait_for_card(wanted, wait, context)?;
            let (mode, place, atr) = (card.length_mode(), card.reader().to_owned(), Some(card.atr().clone()));
            Ok(Present { card: Box::new(card), mode, place, atr, identifiers: Identifiers::Told })
        }
        ReaderName::Replay(file) => recording::replay(file, &context.unrecorded),
        ReaderName::EmulatorFeeder => Err(Failure::new(
            Exit::Usage,
            ("this command works on one card", "lệnh này chỉ làm với một thẻ"),
            ("Name the card: --reader emulator:NAME.", "Chỉ ra thẻ: --reader emulator:TÊN."),
        )),
    }
}

/// A software card by name; short or extended length fields as its answer-to-reset announces.
pub(crate) fn software_card(home: &Home, name: &CardName) -> Result<Present, Failure> {
    let mut reader = EmulatorReader::open(home, name)?;
    let atr = reader.card().atr();
    let mode = match atr.announces_extended_length() {
        true => LengthMode::Extended,
        false => LengthMode::Short,
    };
    let place = format!("emulator:{}", name.as_str());
    Ok(Present { card: Box::new(reader), mode, place, atr: Some(atr), identifiers: Identifiers::Told })
}

fn wait_for_card(wanted: &str, wait: Duration, context: &Context) -> Result<PcscCard, Failure> {
    let failed = |error| words::readers::failure(&error);
    let service = Service::connect().map_err(failed)?;
    let reader = service.find(wanted).map_err(failed)?;
    if wait.is_zero() {
        return service.open(&reader).map_err(failed);
    }
    let until = Instant::now() + wait;
    let mut last = None;
    let mut tell = |notice: Notice| {
        if notice != (Notice::CardPresent { reader: reader.clone() }) {
            context.out.say(words::readers::notice(&notice).pick(context.out.language));
        }
        last = Some(notice);
    };
    let card = service.wait_for_card(&reader, &|| Instant::now() >= until, &mut tell).map_err(failed)?;
    card.ok_or_else(|| {
        let error = last.as_ref().and_then(words::readers::as_error);
        failed(error.unwrap_or(chipwright_reader::pcsc::ReaderError::NoCard { reader: reader.clone() }))
    })
}

/// Where `issue` gets its blanks.
pub(crate) enum Stack {
    /// Software cards, in order.
    Software(Vec<CardName>),
    /// A person puts them into this PC/SC reader.
    Pcsc(String),
}

/// The blanks that these readers present.
pub(crate) fn stack(home: &Home, readers: &[ReaderName]) -> Result<Stack, Failure> {
    match readers {
        [ReaderName::Pcsc(wanted)] => Ok(Stack::Pcsc(wanted.clone())),
        readers => software_cards(home, readers).map(Stack::Software),
    }
}

/// The software cards of these readers, in order, each once.
fn software_cards(home: &Home, readers: &[ReaderName]) -> Result<Vec<CardName>, Failure> {
    let mut names: Vec<CardName> = Vec::new();
    for reader in readers {
        let more = match reader {
            ReaderName::Emulator(name) if !name.state_file(home).exists() => {
                return Err(emulator_reader::no_such_card(name));
            }
            ReaderName::Emulator(name) => vec![name.clone()],
            ReaderName::EmulatorFeeder => emulator_reader::names(home)?,
            ReaderName::Replay(_) => return Err(recording::no_channel()),
            ReaderName::Pcsc(_) => return Err(only_one()),
        };
        for name in more {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    if names.is_empty() {
        return Err(Failure::new(
            Exit::Card,
            ("there is no card in any reader", "không có thẻ nào trong đầu đọc"),
            text!(
                "Make software blanks with `chipwright emulator create --count 10`.",
                "Tạo thẻ trắng mô phỏng bằng `chipwright emulator create --count 10`."
            ),
        ));
    }
    Ok(names)
}

fn only_one() -> Failure {
    Failure::new(
        Exit::Usage,
        (
            "blanks come from one PC/SC reader, or from software cards",
            "thẻ trắng lấy từ một đầu đọc PC/SC, hoặc từ các thẻ mô phỏng",
        ),
        (
            "Name one PC/SC reader and nothing beside it; another station may use the other reader.",
            "Chỉ nêu một đầu đọc PC/SC, không kèm đầu đọc khác; trạm khác có thể dùng đầu đọc kia.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reader_names_are_read() {
        let read = |text: &str| text.parse::<ReaderName>().unwrap();
        assert_eq!(read("emulator:*"), ReaderName::EmulatorFeeder);
        assert!(matches!(read("emulator:blank-1"), ReaderName::Emulator(_)));
        assert_eq!(read("pcsc"), ReaderName::Pcsc(String::new()));
        assert_eq!(read("pcsc:0"), ReaderName::Pcsc("0".into()));
        assert_eq!(read("replay:a:b.jsonl"), ReaderName::Replay("a:b.jsonl".into()));
        let named = "ACS ACR39U ICC Reader 00 00: contact";
        assert_eq!(read(&format!("pcsc:{named}")), ReaderName::Pcsc(named.into()));
        for wrong in
            ["", "emulator", "emulator:", "emulator:../x", "pcsc:", "pcsc: ", "replay:", "usb:0", "0"]
        {
            assert!(wrong.parse::<ReaderName>().is_err(), "{wrong}");
        }
    }
}
