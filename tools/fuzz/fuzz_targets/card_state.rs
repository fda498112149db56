#![no_main]
//! See `chipwright_fuzz::card_state`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::card_state::run(data));
