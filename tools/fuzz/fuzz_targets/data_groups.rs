#![no_main]
//! See `chipwright_fuzz::data_groups`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::data_groups::run(data));
