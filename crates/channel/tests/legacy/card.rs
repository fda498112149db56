//! The card side of SCP02 (GlobalPlatform Card Specification 2.3.1, Appendix E), for tests. It shares nothing with the host side but the
//! cipher itself.

use chipwright_iso7816::{Atr, Transport, TransportError};
use cipher::{Array, BlockCipherDecrypt, BlockCipherEncrypt, KeyInit, consts::U8};
use des::{Des, TdesEde2};

type Block = [u8; 8];

/// A card that takes SELECT, INITIALIZE UPDATE, EXTERNAL AUTHENTICATE, and echoes the plain data of everything else.
pub(crate) struct Card {
    pub(crate) keys: [[u8; 16]; 3],
    pub(crate) parameter: u8,
    pub(crate) counter: u16,
    pub(crate) aid: Vec<u8>,
    /// Failed EXTERNAL AUTHENTICATE commands.
    pub(crate) failures: u32,
    opening: Option<Opening>,
    session: Option<Session>,
}

struct Opening {
    host_cryptogram: Block,
    s_enc: [u8; 16],
    s_mac: [u8; 16],
}

struct Session {
    s_enc: [u8; 16],
    s_mac: [u8; 16],
    level: u8,
    /// C-MAC of the command before.
    before: Block,
}

impl Card {
    pub(crate) fn new(keys: [[u8; 16]; 3], parameter: u8) -> Self {
        let aid = vec![0xA0, 0, 0, 0, 3, 0, 0, 0];
        Self { keys, parameter, counter: 7, aid, failures: 0, opening: None, session: None }
    }

    fn derived(&self, key: usize, constant: [u8; 2]) -> [u8; 16] {
        let mut blocks = [[0; 8]; 2];
        blocks[0][..2].copy_from_slice(&constant);
        blocks[0][2..4].copy_from_slice(&self.counter.to_be_bytes());
        let first = triple(&self.keys[key], blocks[0]);
        let second = triple(&self.keys[key], both(first, blocks[1]));
        let mut out = [0; 16];
        out[..8].copy_from_slice(&first);
        out[8..].copy_from_slice(&second);
        out
    }

    fn initialize_update(&mut self, command: &[u8]) -> Vec<u8> {
        self.session = None;
        let host: Block = command[5..13].try_into().unwrap();
        let (s_enc, s_mac) = (self.derived(0, [1, 0x82]), self.derived(1, [1, 1]));
        let challenge = match self.parameter & 0x40 {
            0 => [0xC1, 0xC2, 0xC3, 0xC4, 0xC5, 0xC6],
            _ => mac_with_final_triple(&s_mac, [0; 8], &self.aid)[..6].try_into().unwrap(),
        };
        let counter = self.counter.to_be_bytes();
        let card = [&counter[..], &challenge].concat();
        let cryptogram = mac_all_triple(&s_enc, &[&host[..], &card].concat());
        let host_cryptogram = mac_all_triple(&s_enc, &[&card[..], &host].concat());
        self.opening = Some(Opening { host_cryptogram, s_enc, s_mac });
        let mut answer = vec![0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0x20, 0x02];
        answer.extend_from_slice(&card);
        answer.extend_from_slice(&cryptogram);
        answer.extend_from_slice(&[0x90, 0]);
        answer
    }

    fn external_authenticate(&mut self, command: &[u8]) -> Vec<u8> {
        let Some(Opening { host_cryptogram, s_enc, s_mac }) = self.opening.take() else {
            return vec![0x69, 0x85];
        };
        let mac = mac_with_final_triple(&s_mac, [0; 8], &command[..13]);
        if command[4] != 16 || command[5..13] != host_cryptogram || command[13..21] != mac {
            self.failures += 1;
            return vec![0x63, 0x00];
        }
        self.counter += 1;
        self.session = Some(Session { s_enc, s_mac, level: command[2], before: mac });
        vec![0x90, 0]
    }

    /// The plain data, if the command is protected as the level demands.
    fn opened(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        let encrypted_icv = self.parameter & 0x10 != 0;
        let session = self.session.as_mut()?;
        let lc = usize::from(*command.get(4)?);
        if session.level == 0 {
            return Some(command.get(5..5 + lc).unwrap_or_default().to_vec());
        }
        let body = command.get(5..5 + lc)?;
        let (sent, mac) = body.split_at(lc.checked_sub(8)?);
        let plain = match session.level & 2 {
            0 => sent.to_vec(),
            _ => unpadded(&decrypted(&session.s_enc, sent))?,
        };
        let icv = if encrypted_icv { single(&session.s_mac, session.before) } else { session.before };
        let mut covered = command[..4].to_vec();
        covered.push(u8::try_from(plain.len() + 8).ok()?);
        covered.extend_from_slice(&plain);
        let wanted = mac_with_final_triple(&session.s_mac, icv, &covered);
        session.before = wanted;
        (command[0] & 4 != 0 && mac == wanted).then_some(plain)
    }
}

impl Transport for Card {
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        Ok(match command[1] {
            0x50 => self.initialize_update(command),
            0x82 => self.external_authenticate(command),
            _ => match self.opened(command) {
                Some(plain) => [&plain[..], &[0x90, 0]].concat(),
                None => {
                    self.session = None;
                    vec![0x69, 0x82]
                }
            },
        })
    }

    fn reset(&mut self) -> Result<Atr, TransportError> {
        self.session = None;
        self.opening = None;
        Atr::parse(&[0x3B, 0x80, 0x01, 0x81]).map_err(|_| TransportError::CardRemoved)
    }
}

fn both(a: Block, b: Block) -> Block {
    std::array::from_fn(|index| a[index] ^ b[index])
}

fn triple(key: &[u8; 16], mut block: Block) -> Block {
    let inout: &mut Array<u8, U8> = (&mut block).into();
    TdesEde2::new_from_slice(key).unwrap().encrypt_block(inout);
    block
}

fn single(key: &[u8; 16], mut block: Block) -> Block {
    let inout: &mut Array<u8, U8> = (&mut block).into();
    Des::new_from_slice(&key[..8]).unwrap().encrypt_block(inout);
    block
}

fn blocks(data: &[u8]) -> Vec<Block> {
    let mut padded = [data, &[0x80]].concat();
    while padded.len() % 8 != 0 {
        padded.push(0);
    }
    padded.chunks(8).map(|block| block.try_into().unwrap()).collect()
}

/// B.1.2.1.
fn mac_all_triple(key: &[u8; 16], data: &[u8]) -> Block {
    blocks(data).into_iter().fold([0; 8], |chain, block| triple(key, both(chain, block)))
}

/// B.1.2.2: all blocks but the last single, the last triple.
fn mac_with_final_triple(key: &[u8; 16], icv: Block, data: &[u8]) -> Block {
    let mut all = blocks(data);
    let last = all.pop().unwrap();
    let chain = all.into_iter().fold(icv, |chain, block| single(key, both(chain, block)));
    triple(key, both(chain, last))
}

fn decrypted(key: &[u8; 16], data: &[u8]) -> Vec<u8> {
    let cipher = TdesEde2::new_from_slice(key).unwrap();
    let (mut before, mut out): (Block, Vec<u8>) = ([0; 8], Vec::new());
    for chunk in data.chunks_exact(8) {
        let sent: Block = chunk.try_into().unwrap();
        let mut block = sent;
        let inout: &mut Array<u8, U8> = (&mut block).into();
        cipher.decrypt_block(inout);
        out.extend_from_slice(&both(block, before));
        before = sent;
    }
    out
}

/// None where there is no padding; no data at all is not encrypted.
fn unpadded(data: &[u8]) -> Option<Vec<u8>> {
    if data.is_empty() {
        return Some(Vec::new());
    }
    let last = data.iter().rposition(|byte| *byte != 0)?;
    (data[last] == 0x80).then(|| data[..last].to_vec())
}
