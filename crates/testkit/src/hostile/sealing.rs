//! The card's side of secure messaging (9303-11, 9.8), and its lies.

use super::cipher::{self, BLOCK};
use chipwright_iso7816::tlv::{Reader, encode};
use chipwright_iso7816::{Command, Le, Response, StatusWord, Tag};

/// A lie in one protected response. Where the words do not say otherwise, the MAC is right over what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SealLie {
    /// This status without any protection.
    Naked(u16),
    /// The data in plain.
    NakedData,
    /// No 8E.
    NoMac,
    /// 8E of four bytes.
    ShortMac,
    /// One bit of the MAC is wrong.
    WrongMac,
    /// No 99.
    NoStatus,
    /// 99 of one byte.
    ShortStatus,
    /// 99 before 87.
    Reordered,
    /// 87 twice.
    Doubled,
    /// An object that does not belong there.
    ForeignObject,
    /// Bytes after 8E.
    Trailing,
    /// The plain text is not padded.
    BadPadding,
    /// A cryptogram that is not a whole number of blocks.
    OddCryptogram,
    /// A cryptogram of no bytes.
    EmptyCryptogram,
    /// Another padding indicator than 01.
    OtherIndicator,
    /// The status outside is 6A82, the protected one is not.
    StatusDiffers,
    /// More plain bytes than were asked for.
    MoreThanAsked,
    /// The response before this one once more.
    Replayed,
    /// Sealed with a counter that is ahead.
    CounterAhead,
    /// A refusal, rightly sealed.
    Refused(u16),
    /// Right, but with this status word and the data.
    StatusWithData(u16),
    /// 87 announces four gigabytes.
    HugeLength,
    /// 87 with a length in indefinite form.
    IndefiniteLength,
    /// Cut in the middle.
    Truncated,
}

/// Keys and counter of a session.
pub(super) struct Sealing {
    enc: [u8; 32],
    mac: [u8; 32],
    counter: u128,
    before: Vec<u8>,
}

impl Sealing {
    pub(super) const fn new(enc: [u8; 32], mac: [u8; 32]) -> Self {
        Self { enc, mac, counter: 0, before: Vec::new() }
    }

    /// The plain command; none if it is not rightly protected.
    pub(super) fn open(&mut self, command: &Command) -> Option<Command> {
        self.counter += 1;
        let (mut reader, mut data, mut le, mut covered) = (Reader::new(&command.data), Vec::new(), None, 0);
        let mut found = None;
        while let Some(object) = reader.next().ok()? {
            match object.tag.0 {
                0x87 => data = object.value.get(1..)?.to_vec(),
                0x85 => data = object.value.to_vec(),
                0x97 => le = Some(object.value.to_vec()),
                0x8E => found = Some(object.value.to_vec()),
                _ => return None,
            }
            if object.tag != Tag(0x8E) {
                covered += object.encoded.len();
            }
        }
        let mut input = [command.header().as_slice(), &[0x80]].concat();
        input.resize(BLOCK, 0);
        if covered > 0 {
            input.extend_from_slice(&command.data[..covered]);
            cipher::pad(&mut input);
        }
        if cipher::mac(&self.mac, &[&self.counter.to_be_bytes(), &input]) != *found?.as_slice() {
            return None;
        }
        if !data.is_empty() {
            cipher::cbc_decrypt(&self.enc, self.iv(), &mut data);
            cipher::unpad(&mut data);
        }
        let mut plain =
            Command::new(command.cla & !0x0C, command.ins, command.p1, command.p2).with_data(data);
        plain.le = le.map(|bytes| match bytes.iter().fold(0, |sum, byte| sum << 8 | u32::from(*byte)) {
            0 if bytes.len() == 1 => Le::Exact(256),
            0 => Le::Max,
            ne => Le::Exact(ne),
        });
        Some(plain)
    }

    /// The protected response, as honest as the lie lets it be.
    pub(super) fn seal(&mut self, mut plain: Response, lie: Option<SealLie>) -> Vec<u8> {
        self.counter += 1;
        match lie {
            Some(SealLie::Naked(status)) => return status.to_be_bytes().to_vec(),
            Some(SealLie::NakedData) => return plain.to_bytes(),
            Some(SealLie::Replayed) => return self.before.clone(),
            Some(SealLie::CounterAhead) => self.counter += 1,
            Some(SealLie::Refused(status)) => plain = Response::status(StatusWord(status)),
            Some(SealLie::StatusWithData(status)) => plain.status = StatusWord(status),
            Some(SealLie::MoreThanAsked) => plain.data.resize(66_000, 0x55),
            _ => {}
        }
        let objects = self.objects(&plain, lie);
        let mut input = objects.clone();
        cipher::pad(&mut input);
        let mut mac = cipher::mac(&self.mac, &[&self.counter.to_be_bytes(), &input]).to_vec();
        match lie {
            Some(SealLie::ShortMac) => mac.truncate(4),
            Some(SealLie::WrongMac) => mac[0] ^= 1,
            _ => {}
        }
        let mut sent = objects;
        if lie != Some(SealLie::NoMac) {
            sent.extend(encode(Tag(0x8E), &mac));
        }
        match lie {
            Some(SealLie::Trailing) => sent.extend([0x04, 0x02, 0, 0]),
            Some(SealLie::Truncated) => sent.truncate(sent.len() / 2),
            _ => {}
        }
        let outer =
            if lie == Some(SealLie::StatusDiffers) { StatusWord::FILE_NOT_FOUND } else { plain.status };
        sent.extend(outer.to_bytes());
        self.before.clone_from(&sent);
        sent
    }

    fn objects(&self, plain: &Response, lie: Option<SealLie>) -> Vec<u8> {
        let status = encode(Tag(0x99), &plain.status.to_bytes());
        let cryptogram = self.cryptogram(&plain.data, lie);
        match lie {
            Some(SealLie::NoStatus) => cryptogram,
            Some(SealLie::ShortStatus) => [cryptogram, vec![0x99, 1, 0x90]].concat(),
            Some(SealLie::Reordered) => [status, cryptogram].concat(),
            Some(SealLie::Doubled) => [cryptogram.clone(), cryptogram, status].concat(),
            Some(SealLie::ForeignObject) => [cryptogram, vec![0x81, 1, 7], status].concat(),
            Some(SealLie::HugeLength) => [vec![0x87, 0x84, 0xFF, 0xFF, 0xFF, 0xFF, 1], status].concat(),
            Some(SealLie::IndefiniteLength) => [vec![0x87, 0x80, 1], status].concat(),
            _ => [cryptogram, status].concat(),
        }
    }

    fn cryptogram(&self, data: &[u8], lie: Option<SealLie>) -> Vec<u8> {
        if lie == Some(SealLie::EmptyCryptogram) {
            return vec![0x87, 1, 1];
        }
        if data.is_empty() && lie != Some(SealLie::BadPadding) {
            return Vec::new();
        }
        let mut data = data.to_vec();
        if lie == Some(SealLie::BadPadding) {
            data.resize((data.len() + 1).next_multiple_of(BLOCK), 0x11);
        } else {
            cipher::pad(&mut data);
        }
        cipher::cbc_encrypt(&self.enc, self.iv(), &mut data);
        if lie == Some(SealLie::OddCryptogram) {
            data.pop();
        }
        data.insert(0, if lie == Some(SealLie::OtherIndicator) { 2 } else { 1 });
        encode(Tag(0x87), &data)
    }

    fn iv(&self) -> [u8; BLOCK] {
        cipher::encrypt_block(&self.enc, self.counter.to_be_bytes())
    }
}
