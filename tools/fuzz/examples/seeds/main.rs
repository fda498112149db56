//! Writes the seed corpora: `cargo run --example seeds -- corpus`. What is there already is replaced, file by file; units
//! that the fuzzer found and that were kept stay.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a tool of the developers")]

mod channels;
mod files;
mod people;
mod recordings;
mod steps;

use std::path::Path;

/// Target, name, input.
type Seeds = Vec<(&'static str, String, Vec<u8>)>;

fn main() {
    let folder = std::env::args().nth(1).expect("the folder of the corpora");
    let mut seeds = Seeds::new();
    channels::add(&mut seeds);
    files::add(&mut seeds);
    people::add(&mut seeds);
    recordings::add(&mut seeds);
    steps::add(&mut seeds);
    let mut bytes = 0;
    for (target, name, input) in &seeds {
        let folder = Path::new(&folder).join(target);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("seed-{name}")), input).unwrap();
        bytes += input.len();
    }
    println!("{} seeds, {bytes} bytes", seeds.len());
}
