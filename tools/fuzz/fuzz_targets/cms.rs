#![no_main]
//! See `chipwright_fuzz::cms`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::cms::run(data));
