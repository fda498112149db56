//! A card's end of secure messaging, for tests of drivers: it answers what it is told to, protected, whatever was asked.

use crate::aes_modes::{BlockKey, MacKey, pad};
use chipwright_iso7816::tlv::{Reader, encode};
use chipwright_iso7816::{Atr, Command, Tag, Transport, TransportError};

/// Answers under one pair of keys, from SSC = 0.
pub(crate) struct Keyed<'a> {
    pub(crate) enc: &'a [u8],
    pub(crate) mac: &'a [u8],
    pub(crate) answers: Vec<(Vec<u8>, u16)>,
}

/// Uses up one pair of keys after the other.
pub(crate) struct CardEnd<'a> {
    keyed: Vec<Keyed<'a>>,
    ssc: u128,
    /// What came, deciphered: header and data.
    pub(crate) received: Vec<([u8; 4], Vec<u8>)>,
}

impl<'a> CardEnd<'a> {
    pub(crate) fn new(keyed: Vec<Keyed<'a>>) -> Self {
        Self { keyed, ssc: 0, received: Vec::new() }
    }
}

impl Transport for CardEnd<'_> {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        while self.keyed.first().is_some_and(|keyed| keyed.answers.is_empty()) {
            self.keyed.remove(0);
            self.ssc = 0;
        }
        let keyed = self.keyed.first_mut().ok_or(TransportError::CardRemoved)?;
        let (enc, mut mac) = (BlockKey::new(keyed.enc).unwrap(), MacKey::new(keyed.mac).unwrap());
        let command = Command::from_bytes(command).unwrap();
        self.ssc += 1;
        let mut objects = Reader::new(&command.data);
        let mut plain = Vec::new();
        while let Some(object) = objects.next().unwrap() {
            if object.tag == Tag(0x87) {
                plain = object.value[1..].to_vec();
                enc.cbc_decrypt(&enc.encrypt_block(self.ssc.to_be_bytes()), &mut plain);
                plain.truncate(crate::aes_modes::unpadded_length(&plain).unwrap());
            }
        }
        self.received.push((command.header(), plain));
        self.ssc += 1;
        let ssc = self.ssc.to_be_bytes();
        let (mut data, status) = keyed.answers.remove(0);
        let mut answer = Vec::new();
        if !data.is_empty() {
            pad(&mut data);
            enc.cbc_encrypt(&enc.encrypt_block(ssc), &mut data);
            answer = encode(Tag(0x87), &[&[0x01], &data[..]].concat());
        }
        answer.extend(encode(Tag(0x99), &status.to_be_bytes()));
        let mut covered = answer.clone();
        pad(&mut covered);
        answer.extend(encode(Tag(0x8E), &mac.mac(&[&ssc, &covered])[..8]));
        answer.extend(status.to_be_bytes());
        Ok(answer)
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        Err(TransportError::CardMute)
    }
}
