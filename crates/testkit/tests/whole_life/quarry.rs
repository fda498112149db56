//! What is searched for, in every form it could have on a wire.

use std::collections::{BTreeSet, HashMap};

/// Bytes of a blob that are looked for at a time.
const WINDOW: usize = 8;
/// So many different bytes must be in a window: zeros, fillers and headers are nobody's data.
const LEAST_DIFFERENT: usize = 5;
/// Shorter forms turn up in enciphered bytes by chance: twice in 100 lives of 300 kB where they have three bytes.
const CERTAIN: usize = 6;

/// Personal data and secrets.
#[derive(Default)]
pub(crate) struct Quarry {
    short: HashMap<[u8; 3], Vec<(Vec<u8>, String)>>,
    windows: HashMap<[u8; WINDOW], String>,
    names: BTreeSet<String>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Found {
    /// What, and in which form.
    pub(crate) what: String,
    /// Too long to be there by chance.
    pub(crate) certain: bool,
}

impl Quarry {
    /// A text: UTF-8 and UTF-16, as it is, in capitals and in small letters, in hexadecimal; its longer words too.
    pub(crate) fn text(&mut self, name: &str, text: &str) {
        let words = text.split([' ', '\'', '<', '.', ',', '-', '/']).filter(|word| word.len() >= 4);
        for text in words.chain([text]) {
            for form in [text.to_owned(), text.to_uppercase(), text.to_lowercase()] {
                self.bytes(&format!("{name} “{form}”"), form.as_bytes());
                let utf16: Vec<u16> = form.encode_utf16().collect();
                let big: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_be_bytes()).collect();
                let little: Vec<u8> = utf16.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                self.needle(&format!("{name} “{form}” in UTF-16BE"), &big);
                self.needle(&format!("{name} “{form}” in UTF-16LE"), &little);
            }
        }
    }

    /// A number: as text, in BCD with a filler before or after, as an integer.
    pub(crate) fn digits(&mut self, name: &str, digits: &str) {
        self.text(name, digits);
        let mut fillers = vec![digits.to_owned()];
        if !digits.len().is_multiple_of(2) {
            fillers = vec![format!("0{digits}"), format!("{digits}F"), format!("{digits}0")];
        }
        for padded in fillers {
            let bcd = hex::decode(&padded).unwrap();
            let swapped: Vec<u8> = bcd.iter().map(|byte| byte.rotate_left(4)).collect();
            self.needle(&format!("{name} {padded} in BCD"), &bcd);
            self.needle(&format!("{name} {padded} in swapped BCD"), &swapped);
        }
        let value: u64 = digits.parse().unwrap();
        let big: Vec<u8> = value.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        let little: Vec<u8> = big.iter().rev().copied().collect();
        self.needle(&format!("{name} {digits} as an integer"), &big);
        self.needle(&format!("{name} {digits} as an integer, least byte first"), &little);
    }

    /// Some bytes as they are and in hexadecimal.
    pub(crate) fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.needle(name, bytes);
        self.needle(&format!("{name} in hexadecimal"), hex::encode(bytes).as_bytes());
        self.needle(&format!("{name} in capital hexadecimal"), hex::encode_upper(bytes).as_bytes());
    }

    /// Any part of these bytes.
    pub(crate) fn blob(&mut self, name: &str, bytes: &[u8]) {
        self.names.insert(name.to_owned());
        for window in bytes.windows(WINDOW) {
            if window.iter().collect::<BTreeSet<_>>().len() >= LEAST_DIFFERENT {
                self.windows.entry(window.try_into().unwrap()).or_insert_with(|| name.to_owned());
            }
        }
    }

    fn needle(&mut self, name: &str, bytes: &[u8]) {
        if let Some(first) = bytes.first_chunk::<3>() {
            let known = self.short.entry(*first).or_default();
            if !known.iter().any(|(other, _)| other == bytes) {
                known.push((bytes.to_vec(), name.to_owned()));
                self.names.insert(name.to_owned());
            }
        }
    }

    /// How many forms, and how many windows.
    pub(crate) fn size(&self) -> (usize, usize) {
        (self.names.len(), self.windows.len())
    }

    /// All that is in these bytes.
    pub(crate) fn search(&self, bytes: &[u8]) -> BTreeSet<Found> {
        let mut found = BTreeSet::new();
        for at in 0..bytes.len() {
            let rest = &bytes[at..];
            let candidates = rest.first_chunk::<3>().and_then(|first| self.short.get(first));
            for (needle, name) in candidates.into_iter().flatten() {
                if rest.starts_with(needle) {
                    found.insert(Found { what: name.clone(), certain: needle.len() >= CERTAIN });
                }
            }
            if let Some(name) = rest.first_chunk::<WINDOW>().and_then(|window| self.windows.get(window)) {
                found.insert(Found { what: format!("a part of {name}"), certain: true });
            }
        }
        found
    }
}
