#![no_main]
//! See `chipwright_fuzz::secure_messaging`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::secure_messaging::run(data));
