#![no_main]
//! See `chipwright_fuzz::apdu`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::apdu::run(data));
