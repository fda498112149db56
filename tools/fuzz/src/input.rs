//! Fuzz bytes as choices. A field that is not there any more is empty or zero, so every input says something.

use crate::mutation::Mutation;
use chipwright_iso7816::{Command, Ins, Le};

/// Reads choices from the front of the fuzz input.
pub struct Input<'a>(&'a [u8]);

impl<'a> Input<'a> {
    /// Over the whole input.
    #[must_use]
    pub const fn new(data: &'a [u8]) -> Self {
        Self(data)
    }

    /// Whether nothing is left.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One byte; 0 at the end.
    pub fn byte(&mut self) -> u8 {
        match self.0 {
            [first, rest @ ..] => {
                self.0 = rest;
                *first
            }
            [] => 0,
        }
    }

    /// Two bytes, big-endian.
    pub fn word(&mut self) -> u16 {
        u16::from_be_bytes([self.byte(), self.byte()])
    }

    /// `N` bytes.
    pub fn array<const N: usize>(&mut self) -> [u8; N] {
        std::array::from_fn(|_| self.byte())
    }

    /// Bytes after a length of one byte; fewer if there are not so many.
    pub fn bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.byte());
        self.take(length)
    }

    /// Bytes after a length of two bytes; fewer if there are not so many.
    pub fn long_bytes(&mut self) -> &'a [u8] {
        let length = usize::from(self.word());
        self.take(length)
    }

    /// All that is left.
    pub const fn rest(&mut self) -> &'a [u8] {
        let rest = self.0;
        self.0 = &[];
        rest
    }

    /// One of these.
    pub fn choose<T: Copy>(&mut self, among: &[T]) -> T {
        among[usize::from(self.byte()) % among.len()]
    }

    /// Up to seven changes.
    pub fn mutations(&mut self) -> Vec<Mutation> {
        (0..self.byte() & 7).map(|_| Mutation::read(self)).collect()
    }

    /// A command: header, a byte that says data length and Le forms, data, Le.
    pub fn command(&mut self) -> Command {
        let [cla, ins, p1, p2, form] = self.array();
        let data = if form & 0x01 == 0 { self.bytes() } else { self.long_bytes() };
        let mut command = Command::new(cla, Ins(ins), p1, p2).with_data(data);
        command.extended = form & 0x02 != 0;
        command.le = match form >> 2 & 3 {
            0 => None,
            1 => Some(Le::Max),
            2 => Some(Le::Exact(u32::from(self.byte()) + 1)),
            _ => Some(Le::Exact(u32::from(self.word()) + 1)),
        };
        command
    }

    const fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(if length < self.0.len() { length } else { self.0.len() });
        self.0 = rest;
        taken
    }
}

/// The opposite of [`Input::command`], for seeds.
#[must_use]
pub fn put_command(command: &Command) -> Vec<u8> {
    let mut out = command.header().to_vec();
    let long = command.data.len() > 255;
    let (form, le) = match command.le {
        None => (0, vec![]),
        Some(Le::Max) => (1, vec![]),
        Some(Le::Exact(ne)) if ne <= 256 => (2, vec![(ne - 1) as u8]),
        Some(Le::Exact(ne)) => (3, ((ne - 1) as u16).to_be_bytes().to_vec()),
    };
    out.push(u8::from(long) | u8::from(command.extended) << 1 | form << 2);
    out.extend(if long { put_long(&command.data) } else { put(&command.data) });
    out.extend(le);
    out
}

/// The opposite of [`Input::bytes`]; at most 255 of them.
#[must_use]
pub fn put(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[..bytes.len().min(255)];
    [&[bytes.len() as u8], bytes].concat()
}

/// The opposite of [`Input::long_bytes`].
#[must_use]
pub fn put_long(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[..bytes.len().min(0xFFFF)];
    [&(bytes.len() as u16).to_be_bytes(), bytes].concat()
}
