//! Changes made to a genuine message on its way.

use crate::input::Input;

/// One change. Offsets are taken modulo the length of the message.
#[derive(Debug, Clone)]
pub enum Mutation {
    /// XORs a byte.
    Flip(u16, u8),
    /// Sets a byte.
    Set(u16, u8),
    /// Cuts the end off.
    Truncate(u16),
    /// Inserts bytes.
    Insert(u16, Vec<u8>),
    /// Removes so many bytes.
    Remove(u16, u8),
    /// Repeats so many bytes at the same place.
    Repeat(u16, u8),
    /// Adds to a byte, as length fields are fixed up after an insertion.
    Add(u16, u8),
    /// Appends bytes.
    Append(Vec<u8>),
}

impl Mutation {
    /// From fuzz bytes.
    pub fn read(input: &mut Input<'_>) -> Self {
        match input.byte() & 7 {
            0 => Self::Flip(input.word(), input.byte()),
            1 => Self::Set(input.word(), input.byte()),
            2 => Self::Truncate(input.word()),
            3 => Self::Insert(input.word(), input.bytes().to_vec()),
            4 => Self::Remove(input.word(), input.byte()),
            5 => Self::Repeat(input.word(), input.byte()),
            6 => Self::Add(input.word(), input.byte()),
            _ => Self::Append(input.bytes().to_vec()),
        }
    }

    /// The opposite of [`Mutation::read`], for seeds.
    #[must_use]
    pub fn put(&self) -> Vec<u8> {
        let at = |kind: u8, at: u16, rest: &[u8]| [&[kind], &at.to_be_bytes()[..], rest].concat();
        match self {
            Self::Flip(offset, mask) => at(0, *offset, &[*mask]),
            Self::Set(offset, value) => at(1, *offset, &[*value]),
            Self::Truncate(offset) => at(2, *offset, &[]),
            Self::Insert(offset, bytes) => at(3, *offset, &crate::input::put(bytes)),
            Self::Remove(offset, count) => at(4, *offset, &[*count]),
            Self::Repeat(offset, count) => at(5, *offset, &[*count]),
            Self::Add(offset, value) => at(6, *offset, &[*value]),
            Self::Append(bytes) => [&[7], crate::input::put(bytes).as_slice()].concat(),
        }
    }

    /// Makes the change.
    pub fn apply(&self, message: &mut Vec<u8>) {
        let length = message.len();
        let place = |offset: u16| usize::from(offset) % length.max(1);
        match self {
            Self::Append(bytes) => message.extend_from_slice(bytes),
            Self::Insert(offset, bytes) => {
                let at = usize::from(*offset) % (length + 1);
                message.splice(at..at, bytes.iter().copied());
            }
            _ if length == 0 => {}
            Self::Flip(offset, mask) => message[place(*offset)] ^= mask,
            Self::Set(offset, value) => message[place(*offset)] = *value,
            Self::Add(offset, value) => {
                let at = place(*offset);
                message[at] = message[at].wrapping_add(*value);
            }
            Self::Truncate(offset) => message.truncate(place(*offset)),
            Self::Remove(offset, count) => {
                let at = place(*offset);
                message.drain(at..length.min(at + usize::from(*count)));
            }
            Self::Repeat(offset, count) => {
                let at = place(*offset);
                let repeated = message[at..length.min(at + usize::from(*count))].to_vec();
                message.splice(at..at, repeated);
            }
        }
    }
}

/// The message after all changes.
#[must_use]
pub fn mutated(message: &[u8], mutations: &[Mutation]) -> Vec<u8> {
    let mut message = message.to_vec();
    mutations.iter().for_each(|mutation| mutation.apply(&mut message));
    message
}
