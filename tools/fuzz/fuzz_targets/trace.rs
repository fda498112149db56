#![no_main]
//! See `chipwright_fuzz::trace`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::trace::run(data));
