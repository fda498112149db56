//! The commands, as somebody gave them: they may be PINs and keys, so no error says what they were.

use crate::exit::Exit;
use crate::failure::Failure;
use crate::home;
use crate::text::{Text, text};
use chipwright_iso7816::Command;
use std::convert::Infallible;
use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::str::FromStr;
use zeroize::Zeroizing;

/// The longest list of commands.
const MOST_BYTES: usize = 1 << 20;

/// A command to be sent.
pub(super) struct Given {
    pub(super) command: Command,
    pub(super) bytes: Zeroizing<Vec<u8>>,
}

/// An argument that is not shown. Any text is one: the command line's own complaints would repeat it.
#[derive(Clone)]
pub(super) struct HiddenText(Zeroizing<String>);

impl FromStr for HiddenText {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(Zeroizing::new(text.to_owned())))
    }
}

impl fmt::Debug for HiddenText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HiddenText")
    }
}

/// The commands of the command line, or of the file descriptor; of stdin where `-` stands.
pub(super) fn read(arguments: &[HiddenText], descriptor: Option<u32>) -> Result<Vec<Given>, Failure> {
    let mut texts = Vec::new();
    if let Some(descriptor) = descriptor {
        let path = PathBuf::from(format!("/dev/fd/{descriptor}"));
        let content = File::open(&path).and_then(content).map_err(|error| home::not_read(&path, &error))?;
        texts.extend(lines(&content));
    }
    for HiddenText(text) in arguments {
        if text.as_str() == "-" {
            let content = content(io::stdin().lock());
            let content = content.map_err(|error| home::not_read(&PathBuf::from("/dev/stdin"), &error))?;
            texts.extend(lines(&content));
        } else {
            texts.push(text.clone());
        }
    }
    if texts.is_empty() {
        return Err(mistake(text!("there are no commands", "không có lệnh nào")));
    }
    texts.iter().enumerate().map(|(index, text)| one(index + 1, text)).collect()
}

fn content(from: impl Read) -> io::Result<Zeroizing<String>> {
    // as large at once as it can become: a buffer that grows leaves copies behind
    let mut bytes = Zeroizing::new(vec![0; MOST_BYTES + 1]);
    let mut from = from.take(MOST_BYTES as u64 + 1);
    let mut end = 0;
    loop {
        match from.read(&mut bytes[end..])? {
            0 => break,
            more => end += more,
        }
    }
    if end > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "the list of commands is too long"));
    }
    let text = std::str::from_utf8(&bytes[..end]).map_err(|_| io::Error::from(io::ErrorKind::InvalidData))?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// One command a line; empty lines and lines with `#` before them are none.
fn lines(content: &str) -> impl Iterator<Item = Zeroizing<String>> {
    let lines = content.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| Zeroizing::new(line.to_owned()))
}

fn one(number: usize, given: &str) -> Result<Given, Failure> {
    let mut digits = Zeroizing::new(String::with_capacity(given.len()));
    digits.extend(given.chars().filter(|c| !c.is_whitespace() && *c != ':'));
    if let Some(at) = digits.chars().position(|c| !c.is_ascii_hexdigit()) {
        let at = at + 1;
        return Err(mistake(text!(
            "command {number} is not hexadecimal: its character {at} is no digit",
            "lệnh {number} không phải số thập lục phân: ký tự thứ {at} không phải chữ số"
        )));
    }
    let bytes = hex::decode(digits.as_bytes()).map(Zeroizing::new).map_err(|_| {
        mistake(text!("command {number} has an odd number of digits", "lệnh {number} có số chữ số lẻ"))
    })?;
    let command = Command::from_bytes(&bytes)
        .map_err(|error| {
            mistake(text!(
                "the bytes of command {number} are no command",
                "các byte của lệnh {number} không phải lệnh"
            ))
            .because(&error)
        })?
        .sensitive();
    Ok(Given { command, bytes })
}

fn mistake(what: Text) -> Failure {
    let next = (
        "A command is CLA INS P1 P2 [Lc data] [Le], two hexadecimal digits a byte.",
        "Lệnh gồm CLA INS P1 P2 [Lc dữ liệu] [Le], mỗi byte hai chữ số thập lục phân.",
    );
    Failure::new(Exit::Usage, what, next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chipwright_issuance::Language;

    #[test]
    fn lines_are_commands() {
        let texts: Vec<_> = lines("00A4 0400\n\n # a note\n  80:CA:9F:7F:00 \r\n").collect();
        let read: Vec<Given> =
            texts.iter().enumerate().map(|(at, text)| one(at, text).unwrap_or_else(|_| panic!())).collect();
        let bytes: Vec<String> = read.iter().map(|given| hex::encode(&*given.bytes)).collect();
        assert_eq!(bytes, ["00a40400", "80ca9f7f00"]);
    }

    #[test]
    fn a_mistyped_pin_is_not_repeated() {
        for given in ["002000000631323334353g", "0020000006313233343", "00200000073132333435", "3132333435ü"]
        {
            for language in [Language::En, Language::Vi] {
                let Err(failure) = one(2, given) else { panic!("{given}") };
                let said = failure.lines(language).concat();
                assert!(said.contains('2') && !said.contains("3132"), "{said}");
            }
        }
        assert_eq!(format!("{:?}", HiddenText::from_str("313233").unwrap()), "HiddenText");
    }
}
