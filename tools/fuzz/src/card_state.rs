//! The state of a card in a file, damaged or made up, its digest right.
//!
//! - Loading never panics; a card that loads is powered up, or without power, and answers whatever it holds.
//! - What it saves loads again.

use crate::fixture::fixture;
use crate::input::Input;
use crate::mutation::mutated;
use chipwright_emulator::tables::budget;
use chipwright_emulator::{Card, seeded_rng};
use chipwright_iso7816::Transport;
use sha2::{Digest, Sha256};

const DIGEST: usize = 32;

/// The target.
pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let genuine = match input.byte() % 4 {
        0 => &fixture().issued,
        1 => &fixture().installed,
        _ => {
            load(input.rest());
            return;
        }
    };
    let mutations = input.mutations();
    let head = if input.byte() & 1 == 0 { header_end(genuine) } else { 0 };
    let pages = &genuine[head..genuine.len() - DIGEST];
    let mut state = genuine[..head].to_vec();
    state.extend(mutated(pages, &mutations));
    load(&[&state[..], &[0; DIGEST]].concat());
    let digest = Sha256::digest(&state);
    state.extend_from_slice(&digest);
    if let Some(mut card) = load(&state) {
        commands(&mut card, &mut input);
        load(&card.save()).expect("what a card saves loads");
    }
}

/// Where the pages begin.
#[must_use]
pub fn header_end(state: &[u8]) -> usize {
    20 + u32::from_be_bytes([state[16], state[17], state[18], state[19]]) as usize
}

fn load(state: &[u8]) -> Option<Card> {
    match Card::load(state, seeded_rng(1)) {
        Ok(card) => Some(card),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    }
}

/// Reads everything, and what the input says.
fn commands(card: &mut Card, input: &mut Input<'_>) {
    let fixed: [&[u8]; 8] = [
        &[0x00, 0xB0, 0x9C, 0, 0],
        &[0x00, 0xB0, 0x81, 0, 0],
        &[0x00, 0x22, 0xC1, 0xA4, 15, 0x80, 10, 4, 0, 0x7F, 0, 7, 2, 2, 4, 2, 2, 0x83, 1, 2],
        &[0x10, 0x86, 0, 0, 2, 0x7C, 0, 0],
        &[0x00, 0xA4, 4, 0, 8, 0xA0, 0, 0, 1, 0x51, 0, 0, 0, 0],
        &[0x80, 0xCA, 0xFF, 0x21, 0],
        &[0x80, 0x50, 0x11, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8, 0],
        &[0x80, 0xCA, 0x00, 0xE0, 0],
    ];
    for command in fixed {
        answer(card, command);
    }
    for _ in 0..8 {
        if input.is_empty() {
            return;
        }
        answer(card, input.long_bytes());
    }
}

fn answer(card: &mut Card, command: &[u8]) {
    if let Ok(response) = card.transmit(command) {
        assert!((2..=budget::RESPONSE_APDU).contains(&response.len()));
        let seen = card.save().len();
        assert!(seen > budget::TOTAL);
    }
}
