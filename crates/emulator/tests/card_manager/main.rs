//! Chapter 2 of the contract: the issuer security domain.
#![allow(missing_docs, clippy::unwrap_used)]

#[path = "../host/mod.rs"]
mod host;

mod life_cycle;
mod put_key;
mod registry;
mod secure_channel;
mod selection;

use chipwright_emulator::Card;
use host::*;

const GET_STATUS_ALL: [u8; 2] = [0x4F, 0x00];

fn session(card: &mut Card, level: u8) -> scp03::Host {
    assert_eq!(status(card, ISSUER), 0x9000);
    scp03::Host::open(card, level)
}

/// PUT KEY data: a set of one key three times, wrapped under the development key.
fn key_data(version: u8, key: &[u8; 16]) -> Vec<u8> {
    let mut out = vec![version];
    for _ in 0..3 {
        out.extend([0x88, 0x11, 0x10]);
        out.extend(cbc_encrypt(&DEVELOPMENT_KEY, [0; 16], key));
        out.push(3);
        out.extend_from_slice(&encrypt_block(key, [1; 16])[..3]);
    }
    out
}
