//! Several programs at once, and ledgers of many lines.

use super::{Home, key, name};
use chipwright_keystore::uses::{Counted, Event, Use};
use chipwright_pki::SignKey;
use std::collections::BTreeSet;

#[test]
fn several_writers_share_one_limit() {
    let (home, key) = (Home::new(), key());
    home.open().adopt(name(&key), "signer-1", Some(500)).unwrap();
    let signed: u64 = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..6)
            .map(|writer| {
                let (home, key) = (&home, &key);
                scope.spawn(move || {
                    let mut signed = 0;
                    // every writer opens the file for itself, as a process does
                    for turn in 0.. {
                        let Ok(counted) = Counted::new(key, &home.open(), "signer-1", Use::SecurityObjects)
                        else {
                            break;
                        };
                        for _ in 0..(5 + writer * turn) {
                            match counted.sign(b"x") {
                                Ok(_) => signed += 1,
                                Err(_) => break,
                            }
                        }
                        home.open().next_number("crl", 0).unwrap();
                    }
                    signed
                })
            })
            .collect();
        writers.into_iter().map(|writer| writer.join().unwrap()).sum()
    });
    let (history, entries) = home.history();
    let count = history.state.key(&name(&key)).unwrap();
    // a writer that found nothing left may have stopped while another still held a block it gave back later
    assert!(signed <= 500 && count.used == signed && count.reserved == signed, "{signed} {count:?}");
    assert!(signed > 400, "{signed}");
    let numbers: Vec<u64> = entries
        .iter()
        .filter_map(|entry| match &entry.did {
            Event::Number { value, .. } => Some(*value),
            _ => None,
        })
        .collect();
    assert_eq!(numbers.iter().collect::<BTreeSet<_>>().len(), numbers.len(), "a number was given twice");
    assert_eq!(history.lines, entries.len() as u64);
}

#[test]
fn what_is_carried_forward_is_what_was_counted() {
    let (home, key) = (Home::new(), key());
    let ledger = home.open();
    ledger.adopt(name(&key), "signer-1", Some(100_000)).unwrap();
    ledger.take_serial(&[7; 16]).unwrap();
    ledger.next_number("crl", 0).unwrap();
    let counted = Counted::new(&key, &ledger, "signer-1", Use::SecurityObjects).unwrap();
    (0..9000).for_each(|_| drop(counted.sign(b"x").unwrap()));
    std::mem::forget(counted);
    let (history, entries) = home.history();
    let carried = entries.iter().filter(|entry| matches!(entry.did, Event::Carried(_))).count();
    assert_eq!(carried, 2, "of {} lines", entries.len());
    // opening begins at the last line that carries, reading the history at the first line: both come to the same
    assert_eq!(home.open().state().unwrap(), history.state);
    assert_eq!(history.state.key(&name(&key)).unwrap().used, 9000);
    assert_eq!(home.open().next_number("crl", 1).unwrap(), 2);
    assert!(home.open().take_serial(&[7; 16]).is_err());
}

/// `cargo test -p chipwright-keystore --release --test uses -- --nocapture what_a_use_costs`
#[test]
#[allow(clippy::print_stdout, reason = "a measurement")]
fn what_a_use_costs() {
    struct Nothing(chipwright_pki::PublicKey);
    impl SignKey for Nothing {
        fn public_key(&self) -> &chipwright_pki::PublicKey {
            &self.0
        }
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, chipwright_pki::SignError> {
            Ok(Vec::new())
        }
    }
    let uses = if std::env::var_os("CHIPWRIGHT_LONG").is_some() { 20_000 } else { 512 };
    for block in [1, 32, 256, 0] {
        let (home, key) = (Home::new(), key());
        let ledger = home.open();
        ledger.adopt(name(&key), "signer-1", None).unwrap();
        let mut counted =
            Counted::new(Nothing(key.public_key().clone()), &ledger, "signer-1", Use::SecurityObjects)
                .unwrap();
        if block > 0 {
            counted = counted.in_blocks_of(block);
        }
        let begun = std::time::Instant::now();
        (0..uses).for_each(|_| drop(counted.sign(b"signed attributes").unwrap()));
        let each = begun.elapsed().as_nanos() / uses;
        let blocks = if block == 0 { "growing to 256".to_owned() } else { format!("of {block}") };
        println!("{uses} uses, blocks {blocks}: {each} ns a use");
        assert_eq!(home.history().0.state.key(&name(&key)).unwrap().used, u64::try_from(uses).unwrap());
    }
}
