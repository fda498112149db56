//! SCP03 host, AES-128, S8 (GlobalPlatform Amendment D).

use super::{DEVELOPMENT_KEY, cbc_decrypt, cbc_encrypt, cmac, encrypt_block, pad, raw, unpad};
use chipwright_emulator::Card;

pub struct Host {
    enc: [u8; 16],
    mac: [u8; 16],
    r_mac: [u8; 16],
    chain: [u8; 16],
    counter: u128,
    pub level: u8,
}

/// INITIALIZE UPDATE is answered; EXTERNAL AUTHENTICATE is not sent.
pub struct Begun {
    host: Host,
    cryptogram: [u8; 8],
    pub answer: Vec<u8>,
}

fn derive(key: &[u8; 16], constant: u8, bits: u16, context: &[u8]) -> [u8; 16] {
    let mut input = vec![0; 11];
    input.extend([constant, 0, (bits >> 8) as u8, bits as u8, 1]);
    input.extend_from_slice(context);
    cmac(key, &input)
}

impl Host {
    pub fn begin(card: &mut Card, version: u8, key: &[u8; 16]) -> Result<Begun, u16> {
        let challenge = [0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88];
        let mut command = vec![0x80, 0x50, version, 0, 8];
        command.extend_from_slice(&challenge);
        command.push(0);
        let (answer, status) = raw(card, &command);
        if status != 0x9000 {
            return Err(status);
        }
        let context = [&challenge, &answer[13..21]].concat();
        let mac = derive(key, 0x06, 0x80, &context);
        let host = Self {
            enc: derive(key, 0x04, 0x80, &context),
            mac,
            r_mac: derive(key, 0x07, 0x80, &context),
            chain: [0; 16],
            counter: 0,
            level: 0,
        };
        // With another key than the card's the card cryptogram is another too: EXTERNAL AUTHENTICATE will say so.
        if key == &DEVELOPMENT_KEY && answer[10] == 0x01 {
            assert_eq!(answer[21..29], derive(&mac, 0x00, 0x40, &context)[..8], "card cryptogram");
        }
        let cryptogram = derive(&mac, 0x01, 0x40, &context)[..8].try_into().unwrap();
        Ok(Begun { host, cryptogram, answer })
    }

    pub fn open(card: &mut Card, level: u8) -> Self {
        Self::open_with(card, 0, &DEVELOPMENT_KEY, level).unwrap()
    }

    pub fn open_with(card: &mut Card, version: u8, key: &[u8; 16], level: u8) -> Result<Self, u16> {
        Self::begin(card, version, key)?.finish(card, level)
    }

    pub fn wrap(&mut self, ins: u8, p1: u8, p2: u8, data: &[u8]) -> Vec<u8> {
        self.counter += 1;
        let mut data = data.to_vec();
        if self.level & 0x02 != 0 && !data.is_empty() {
            let iv = encrypt_block(&self.enc, self.counter.to_be_bytes());
            data = cbc_encrypt(&self.enc, iv, &pad(&data));
        }
        let length = data.len() + 8;
        let mut command = vec![0x84, ins, p1, p2];
        if length > 255 {
            command.extend([0, (length >> 8) as u8, length as u8]);
        } else {
            command.push(length as u8);
        }
        command.extend_from_slice(&data);
        self.chain = cmac(&self.mac, &[&self.chain[..], &command].concat());
        command.extend_from_slice(&self.chain[..8]);
        if length > 255 {
            command.push(0);
        }
        command.push(0);
        command
    }

    pub fn send(&mut self, card: &mut Card, ins: u8, p1: u8, p2: u8, data: &[u8]) -> (Vec<u8>, u16) {
        let command = self.wrap(ins, p1, p2, data);
        let (answer, status) = raw(card, &command);
        self.unwrap(answer, status)
    }

    pub fn unwrap(&self, answer: Vec<u8>, status: u16) -> (Vec<u8>, u16) {
        let success = status == 0x9000 || matches!(status >> 8, 0x62 | 0x63);
        if self.level & 0x10 == 0 || !success {
            return (answer, status);
        }
        let (data, mac) = answer.split_at(answer.len() - 8);
        assert_eq!(cmac(&self.r_mac, &[&self.chain[..], data, &status.to_be_bytes()].concat())[..8], *mac);
        if self.level & 0x20 == 0 || data.is_empty() {
            return (data.to_vec(), status);
        }
        let mut block = self.counter.to_be_bytes();
        block[0] |= 0x80;
        (unpad(&cbc_decrypt(&self.enc, encrypt_block(&self.enc, block), data)), status)
    }

    /// STORE DATA of a whole stream, `block` bytes at a time; the last answer, or the first that is not 9000.
    pub fn store(&mut self, card: &mut Card, stream: &[u8], block: usize) -> (Vec<u8>, u16) {
        let count = stream.chunks(block).count();
        let mut answer = (Vec::new(), 0);
        for (number, part) in stream.chunks(block).enumerate() {
            let last = if number + 1 == count { 0x80 } else { 0 };
            answer = self.send(card, 0xE2, 0x08 | last, number as u8, part);
            if answer.1 != 0x9000 {
                break;
            }
        }
        answer
    }
}

impl Begun {
    /// EXTERNAL AUTHENTICATE with this cryptogram and a right C-MAC.
    pub fn finish_with(mut self, card: &mut Card, cryptogram: [u8; 8]) -> Result<Host, u16> {
        self.cryptogram = cryptogram;
        self.finish(card, 0x01)
    }

    pub fn finish(mut self, card: &mut Card, level: u8) -> Result<Host, u16> {
        let cryptogram = self.cryptogram;
        let mut command = self.host.wrap(0x82, level, 0, &cryptogram);
        command.pop();
        let (_, status) = raw(card, &command);
        self.host.counter = 0;
        self.host.level = level;
        if status == 0x9000 { Ok(self.host) } else { Err(status) }
    }
}
