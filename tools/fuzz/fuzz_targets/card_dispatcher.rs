#![no_main]
//! See `chipwright_fuzz::card_dispatcher`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::card_dispatcher::run(data));
