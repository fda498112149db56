#![no_main]
//! See `chipwright_fuzz::inspection`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::inspection::run(data));
