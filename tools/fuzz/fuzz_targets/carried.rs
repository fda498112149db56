#![no_main]
//! See `chipwright_fuzz::carried`.

libfuzzer_sys::fuzz_target!(|data: &[u8]| chipwright_fuzz::carried::run(data));
