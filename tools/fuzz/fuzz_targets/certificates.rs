#![no_main]
//! See `chipwright_fuzz::certificates`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::certificates::run(data));
