#![no_main]
//! See `chipwright_fuzz::portrait`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::portrait::run(data));
