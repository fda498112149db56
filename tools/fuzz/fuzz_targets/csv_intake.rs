#![no_main]
//! See `chipwright_fuzz::csv_intake`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::csv_intake::run(data));
