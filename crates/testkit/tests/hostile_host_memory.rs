//! What a hostile host can make a software card hold in memory.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a fault here is a fault of the test")]

use chipwright_iso7816::Transport;
use chipwright_testkit::hostile::{Dice, peak_kib, restart_peak};

#[test]
fn a_card_does_not_grow_under_a_hostile_host() {
    let mut card = chipwright_testkit::blank(1);
    let mut dice = Dice::new(5);
    let mut hostile = |rounds: usize| {
        for round in 0..rounds {
            let mut command = vec![0x90, 0xE2, 0x08, 0x00, 255];
            command.extend([0x55; 255]);
            assert!(card.transmit(&command).unwrap().len() >= 2);
            if round % 4 == 0 {
                assert!(card.transmit(&dice.bytes(300)).unwrap().len() >= 2);
            }
        }
        let huge = vec![0x10; 10 << 20];
        assert_eq!(card.transmit(&huge).unwrap(), [0x67, 0x00]);
    };
    hostile(1000);
    if !restart_peak() {
        println!("skipped: a_card_does_not_grow_under_a_hostile_host: this system does not restart a peak");
        return;
    }
    let before = peak_kib().unwrap();
    // ten megabytes in parts of a chain that never ends, and ten in one command
    hostile(40_000);
    let after = peak_kib().unwrap();
    println!("a hostile host: peak {before} KiB before, {after} KiB after 10 MB of chained data");
    // the command of ten megabytes is the test's own
    assert!(after < before + 14 * 1024, "{before} KiB before, {after} KiB after");
}
