//! Reader names: `emulator:NAME`, and `emulator:*` for the software cards of the home one after the other.

use crate::emulator_reader::{self, CardName, EmulatorReader};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::home::Home;
use crate::text::text;
use chipwright_iso7816::{Exchanger, LengthMode};
use std::str::FromStr;

/// What `--reader` names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ReaderName {
    /// One software card.
    Emulator(CardName),
    /// All software cards of the home, one after the other, as a feeder presents them.
    EmulatorFeeder,
}

/// Why a reader's name is refused.
#[derive(Debug, thiserror::Error)]
#[error("a reader is emulator:NAME, or emulator:* for all software cards one after the other")]
pub(crate) struct ReaderNameError;

impl FromStr for ReaderName {
    type Err = ReaderNameError;

    fn from_str(text: &str) -> Result<Self, ReaderNameError> {
        match text.strip_prefix("emulator:").ok_or(ReaderNameError)? {
            "*" => Ok(Self::EmulatorFeeder),
            name => CardName::parse(name).map(Self::Emulator).ok_or(ReaderNameError),
        }
    }
}

/// A card in a reader, ready for commands.
pub(crate) type Inserted = Exchanger<EmulatorReader>;

/// The one card in this reader.
pub(crate) fn insert(home: &Home, reader: &ReaderName) -> Result<Inserted, Failure> {
    match reader {
        ReaderName::Emulator(name) => insert_card(home, name),
        ReaderName::EmulatorFeeder => Err(Failure::new(
            Exit::Usage,
            ("this command works on one card", "lệnh này chỉ làm với một thẻ"),
            ("Name the card: --reader emulator:NAME.", "Chỉ ra thẻ: --reader emulator:TÊN."),
        )),
    }
}

/// A software card by name; short or extended length fields as its answer-to-reset announces.
pub(crate) fn insert_card(home: &Home, name: &CardName) -> Result<Inserted, Failure> {
    let mut reader = EmulatorReader::open(home, name)?;
    let mode = match reader.card().atr().announces_extended_length() {
        true => LengthMode::Extended,
        false => LengthMode::Short,
    };
    Ok(Exchanger::new(reader, mode))
}

/// The software cards that these readers present, in order, each once.
pub(crate) fn presented(home: &Home, readers: &[ReaderName]) -> Result<Vec<CardName>, Failure> {
    let mut names: Vec<CardName> = Vec::new();
    for reader in readers {
        let more = match reader {
            ReaderName::Emulator(name) if !name.state_file(home).exists() => {
                return Err(emulator_reader::no_such_card(name));
            }
            ReaderName::Emulator(name) => vec![name.clone()],
            ReaderName::EmulatorFeeder => emulator_reader::names(home)?,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reader_names_are_read() {
        assert_eq!("emulator:*".parse::<ReaderName>().unwrap(), ReaderName::EmulatorFeeder);
        assert!(matches!("emulator:blank-1".parse().unwrap(), ReaderName::Emulator(_)));
        for wrong in ["", "emulator", "emulator:", "emulator:../x", "pcsc:0"] {
            assert!(wrong.parse::<ReaderName>().is_err(), "{wrong}");
        }
    }
}
