//! The other side of the protocols, for these tests only: AES-128, written from the standards' formulas.
#![allow(dead_code, unreachable_pub, clippy::unwrap_used, missing_docs)]

pub mod chip_keys;
pub mod cv;
pub mod pace;
pub mod scp03;
pub mod terminal;

use aes::Aes128;
use chipwright_emulator::{Card, ChipConfig, seeded_rng};
use chipwright_iso7816::Transport;
use cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use cmac::{Cmac, Mac};
use sha2::{Digest, Sha256};

pub const DEVELOPMENT_KEY: [u8; 16] =
    [0x40, 0x41, 0x42, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x4B, 0x4C, 0x4D, 0x4E, 0x4F];
pub const INSTANCE: &str = "F0434849505701";
pub const ISSUER: &str = "00A4040008A00000015100000000";

pub fn cmac(key: &[u8; 16], data: &[u8]) -> [u8; 16] {
    let mut mac = Cmac::<Aes128>::new(key.into());
    mac.update(data);
    mac.finalize().into_bytes().into()
}

pub fn encrypt_block(key: &[u8; 16], mut block: [u8; 16]) -> [u8; 16] {
    Aes128::new(key.into()).encrypt_block((&mut block).into());
    block
}

pub fn decrypt_block(key: &[u8; 16], mut block: [u8; 16]) -> [u8; 16] {
    Aes128::new(key.into()).decrypt_block((&mut block).into());
    block
}

pub fn cbc_encrypt(key: &[u8; 16], mut iv: [u8; 16], data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for block in data.chunks_exact(16) {
        for (a, b) in iv.iter_mut().zip(block) {
            *a ^= b;
        }
        iv = encrypt_block(key, iv);
        out.extend_from_slice(&iv);
    }
    out
}

pub fn cbc_decrypt(key: &[u8; 16], mut iv: [u8; 16], data: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for block in data.chunks_exact(16) {
        let block: [u8; 16] = block.try_into().unwrap();
        let plain = decrypt_block(key, block);
        out.extend(plain.iter().zip(iv).map(|(a, b)| a ^ b));
        iv = block;
    }
    out
}

pub fn pad(data: &[u8]) -> Vec<u8> {
    let mut out = data.to_vec();
    out.push(0x80);
    out.resize(out.len().next_multiple_of(16), 0);
    out
}

pub fn unpad(data: &[u8]) -> Vec<u8> {
    let end = data.iter().rposition(|byte| *byte == 0x80).unwrap();
    assert!(data[end + 1..].iter().all(|byte| *byte == 0));
    data[..end].to_vec()
}

pub fn hex(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).unwrap()
}

/// Sends a plain command written in hexadecimal; data and status.
pub fn send(card: &mut Card, command: &str) -> (Vec<u8>, u16) {
    raw(card, &hex(command))
}

/// In the place of a status word when the power was cut.
pub const NO_ANSWER: u16 = 0;

/// Sends command bytes; data and status.
pub fn raw(card: &mut Card, command: &[u8]) -> (Vec<u8>, u16) {
    card.transmit(command).map_or((Vec::new(), NO_ANSWER), |response| split(&response))
}

pub fn status(card: &mut Card, command: &str) -> u16 {
    send(card, command).1
}

pub fn split(response: &[u8]) -> (Vec<u8>, u16) {
    let (data, status) = response.split_at(response.len() - 2);
    (data.to_vec(), u16::from_be_bytes([status[0], status[1]]))
}

pub fn blank() -> Card {
    blank_with(|_| {})
}

pub fn blank_with(change: impl FnOnce(&mut ChipConfig)) -> Card {
    let mut config = ChipConfig::default();
    change(&mut config);
    Card::blank(config, seeded_rng(7))
}

/// One DGI object of a STORE DATA stream.
pub fn dgi(id: u16, value: &[u8]) -> Vec<u8> {
    let mut out = id.to_be_bytes().to_vec();
    if value.len() < 0xFF {
        out.push(value.len() as u8);
    } else {
        out.push(0xFF);
        out.extend_from_slice(&(value.len() as u16).to_be_bytes());
    }
    out.extend_from_slice(value);
    out
}

pub const CAN: &[u8; 6] = b"314159";
pub const MRZ_KEY: [u8; 20] = [0x5A; 20];

/// Every mandatory DGI and some others, with content that tells which it is.
pub fn content() -> Vec<(u16, Vec<u8>)> {
    let filled = |id: u16, length: usize| (0..length).map(|i| (i as u8).wrapping_mul(7) ^ id as u8).collect();
    vec![
        (0x2F00, filled(0x2F00, 40)),
        (0x2F01, filled(0x2F01, 20)),
        (0x2F1C, filled(0x2F1C, 60)),
        (0x011E, filled(0x011E, 25)),
        (0x011D, filled(0x011D, 1800)),
        (0x0101, filled(0x0101, 95)),
        (0x0102, filled(0x0102, 3000)),
        (0x010D, filled(0x010D, 300)),
        (0x010E, filled(0x010E, 256)),
        (0x8010, CAN.to_vec()),
        (0x8011, MRZ_KEY.to_vec()),
    ]
}

pub fn manifest(content: &[(u16, Vec<u8>)]) -> Vec<u8> {
    let mut sorted: Vec<_> = content.iter().collect();
    sorted.sort();
    let mut out = vec![0x01, sorted.len() as u8];
    for (id, value) in sorted {
        out.extend_from_slice(&id.to_be_bytes());
        out.extend_from_slice(&Sha256::digest(value));
    }
    out
}

pub fn stream(content: &[(u16, Vec<u8>)]) -> Vec<u8> {
    content.iter().flat_map(|(id, value)| dgi(*id, value)).collect()
}

/// INSTALL [for install and make selectable], default selected.
pub fn install_data(instance: &str, privileges: u8) -> Vec<u8> {
    let lv = |text: &str| {
        let bytes = hex(text);
        [vec![bytes.len() as u8], bytes].concat()
    };
    let mut out = [lv("F0434849505700"), lv("F043484950570001"), lv(instance)].concat();
    out.extend([1, privileges, 2, 0xC9, 0, 0]);
    out
}

pub fn personalize_data(instance: &str) -> Vec<u8> {
    let bytes = hex(instance);
    [vec![0, 0, bytes.len() as u8], bytes, vec![0, 0, 0]].concat()
}

pub const PIN: &[u8; 6] = b"246802";
pub const PUK: &[u8; 10] = b"1357913579";

/// [`content`] with PIN and PUK.
pub fn content_with_pin() -> Vec<(u16, Vec<u8>)> {
    [content(), vec![(0x8012, PIN.to_vec()), (0x8013, PUK.to_vec())]].concat()
}

/// Blank chip to finalised card.
pub fn issued_with(change: impl FnOnce(&mut ChipConfig)) -> Card {
    issued_holding(&content(), change)
}

/// Blank chip to finalised card that holds this.
pub fn issued_holding(content: &[(u16, Vec<u8>)], change: impl FnOnce(&mut ChipConfig)) -> Card {
    let mut card = blank_with(change);
    let mut session = installed(&mut card);
    assert_eq!(session.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)), (vec![0], 0x9000));
    let mut bytes = stream(content);
    bytes.extend(dgi(0x7F0F, &manifest(content)));
    assert_eq!(session.store(&mut card, &bytes, 223), (vec![], 0x9000));
    card.reset().unwrap();
    card
}

/// A card that holds [`content`] and is not finalised.
pub fn filled() -> Card {
    let mut card = blank();
    let mut session = installed(&mut card);
    assert_eq!(session.send(&mut card, 0xE6, 0x20, 0, &personalize_data(INSTANCE)), (vec![0], 0x9000));
    assert_eq!(session.store(&mut card, &stream(&content()), 223), (vec![], 0x9000));
    card.reset().unwrap();
    card
}

pub fn issued() -> Card {
    issued_with(|_| {})
}

/// Opens a session at level 03 and installs the instance.
pub fn installed(card: &mut Card) -> scp03::Host {
    assert_eq!(status(card, ISSUER), 0x9000);
    let mut session = scp03::Host::open(card, 0x03);
    assert_eq!(session.send(card, 0xE6, 0x0C, 0, &install_data(INSTANCE, 0x04)), (vec![0], 0x9000));
    session
}
