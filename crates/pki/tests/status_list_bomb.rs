//! A stream that would inflate to a gibibyte is refused while it inflates. In a program of its own: it looks at the memory of the
//! whole process.
#![allow(
    missing_docs,
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "tests"
)]

use chipwright_pki::status_list::{Bits, CompressedList, InflateError};
use flate2::{Compress, Compression, FlushCompress, Status};

/// A gibibyte of zeros as zlib, made in pieces.
fn bomb() -> Vec<u8> {
    let mut engine = Compress::new(Compression::best(), true);
    let (piece, mut zlib) = (vec![0; 1 << 20], Vec::with_capacity(2 << 20));
    for _ in 0..1024 {
        let end = engine.total_in() + piece.len() as u64;
        while engine.total_in() < end {
            let rest = &piece[..usize::try_from(end - engine.total_in()).unwrap()];
            engine.compress_vec(rest, &mut zlib, FlushCompress::None).unwrap();
        }
    }
    while engine.compress_vec(&[], &mut zlib, FlushCompress::Finish).unwrap() != Status::StreamEnd {
        zlib.reserve(1 << 16);
    }
    zlib
}

/// The most memory that the process ever had, in KiB.
fn most_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

#[test]
fn a_bomb_is_refused_and_memory_stays_flat() {
    let zlib = bomb();
    let length = zlib.len();
    assert!(length < 2 << 20, "a gibibyte in {length} bytes");
    let before = most_memory();
    for (bits, most) in [(Bits::Two, 1 << 17), (Bits::Eight, 1 << 20), (Bits::One, 0)] {
        let list = CompressedList::of_zlib(bits, zlib.clone());
        assert_eq!(list.inflate(most), Err(InflateError::TooLong { most }));
    }
    match (before, most_memory()) {
        (Some(before), Some(after)) => {
            let risen = after - before;
            println!("{length} bytes that hold 1 GiB: memory rose by {risen} KiB");
            assert!(risen < 16 * 1024, "{risen} KiB");
        }
        _ => println!("skipped the look at memory: no /proc/self/status on this system"),
    }
}
