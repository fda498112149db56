#![no_main]
//! See `chipwright_fuzz::scp03`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::scp03::run(data));
