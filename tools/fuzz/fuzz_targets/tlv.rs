#![no_main]
//! See `chipwright_fuzz::tlv`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::tlv::run(data));
