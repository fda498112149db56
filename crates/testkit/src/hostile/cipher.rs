//! AES-256 as PACE and secure messaging use it, on the card's side.

use aes::Aes256;
use cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};
use cmac::{Cmac, Mac};
use sha2::{Digest, Sha256};

pub(super) const BLOCK: usize = 16;

/// `KDF(K, c)` for AES-256 (9303-11, 9.7.1): 1 encryption, 2 authentication, 3 password.
pub(super) fn derive(secret: &[u8], counter: u32) -> [u8; 32] {
    Sha256::new().chain_update(secret).chain_update(counter.to_be_bytes()).finalize().into()
}

pub(super) fn encrypt_block(key: &[u8; 32], mut block: [u8; BLOCK]) -> [u8; BLOCK] {
    Aes256::new(key.into()).encrypt_block((&mut block).into());
    block
}

pub(super) fn cbc_encrypt(key: &[u8; 32], iv: [u8; BLOCK], data: &mut [u8]) {
    let (cipher, mut last) = (Aes256::new(key.into()), iv);
    for chunk in data.chunks_exact_mut(BLOCK) {
        chunk.iter_mut().zip(last).for_each(|(byte, with)| *byte ^= with);
        last.copy_from_slice(chunk);
        cipher.encrypt_block((&mut last).into());
        chunk.copy_from_slice(&last);
    }
}

pub(super) fn cbc_decrypt(key: &[u8; 32], iv: [u8; BLOCK], data: &mut [u8]) {
    let (cipher, mut last) = (Aes256::new(key.into()), iv);
    for chunk in data.chunks_exact_mut(BLOCK) {
        let mut block = [0; BLOCK];
        block.copy_from_slice(chunk);
        let next = block;
        cipher.decrypt_block((&mut block).into());
        chunk.iter_mut().zip(block).zip(last).for_each(|((byte, plain), with)| *byte = plain ^ with);
        last = next;
    }
}

/// The first eight bytes of CMAC.
pub(super) fn mac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 8] {
    let mut mac = <Cmac<Aes256> as KeyInit>::new(key.into());
    parts.iter().for_each(|part| mac.update(part));
    let whole = mac.finalize().into_bytes();
    std::array::from_fn(|at| whole[at])
}

/// Padding method 2 of ISO/IEC 9797-1.
pub(super) fn pad(data: &mut Vec<u8>) {
    data.push(0x80);
    data.resize(data.len().next_multiple_of(BLOCK), 0);
}

pub(super) fn unpad(data: &mut Vec<u8>) {
    while data.last() == Some(&0) {
        data.pop();
    }
    data.pop();
}
