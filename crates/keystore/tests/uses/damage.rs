//! Ledgers that lost their last bytes, and ledgers that were altered.

use super::{Home, key, name, uses_error};
use chipwright_keystore::uses::{Beginning, Counted, Event, History, Ledger, Use, UsesError};
use chipwright_pki::SignKey;
use std::fs;

/// A ledger of a key with a limit of 30, used ten times.
fn used() -> (Home, chipwright_keystore::SoftKey) {
    let (home, key) = (Home::new(), key());
    home.open().adopt(name(&key), "signer-1", Some(30)).unwrap();
    let counted = Counted::new(&key, &home.open(), "signer-1", Use::SecurityObjects).unwrap();
    (0..10).for_each(|_| drop(counted.sign(b"x").unwrap()));
    std::mem::forget(counted);
    (home, key)
}

#[test]
fn a_last_line_that_was_begun_is_cut_off_wherever_power_was_lost() {
    let (home, key) = used();
    let whole = fs::read(home.ledger()).unwrap();
    let last = whole[..whole.len() - 1].iter().rposition(|byte| *byte == b'\n').unwrap() + 1;
    for end in last + 1..whole.len() {
        fs::write(home.ledger(), &whole[..end]).unwrap();
        assert_eq!(History::read(&home.ledger(), &mut |_| ()).unwrap().torn, (end - last) as u64);
        let count = home.open().count(&name(&key)).unwrap().unwrap();
        assert_eq!((count.used, count.reserved), (9, 15), "after {end} bytes");
        let (history, entries) = home.history();
        assert_eq!(history.torn, 0);
        assert_eq!(entries.last().unwrap().did, Event::Mended { bytes: (end - last) as u64 });
    }
    // the rest of the line as zeros, as some file systems leave it
    let mut zeros = whole[..last].to_vec();
    zeros.resize(whole.len(), 0);
    fs::write(home.ledger(), zeros).unwrap();
    assert_eq!(home.open().count(&name(&key)).unwrap().unwrap().used, 9);
}

#[test]
fn a_changed_byte_anywhere_else_is_never_taken() {
    let (home, _) = used();
    let whole = fs::read(home.ledger()).unwrap();
    for at in 0..whole.len() {
        let mut altered = whole.clone();
        altered[at] ^= 1;
        fs::write(home.ledger(), &altered).unwrap();
        let opened = home.try_open();
        if at + 1 == whole.len() {
            // the end of the last line: as if it had not been ended
            opened.unwrap();
        } else {
            let refused = opened.err().unwrap_or_else(|| panic!("byte {at} was changed and nobody saw it"));
            assert!(matches!(refused, UsesError::Damaged { .. }), "byte {at}: {refused}");
            assert_eq!(fs::read(home.ledger()).unwrap(), altered, "byte {at}: the damage was written over");
        }
    }
}

#[test]
fn lines_taken_out_or_put_in_are_seen() {
    let (home, _) = used();
    let whole = fs::read_to_string(home.ledger()).unwrap();
    let lines: Vec<&str> = whole.lines().collect();
    for out in 0..lines.len() - 1 {
        let kept: String =
            (0..lines.len()).filter(|line| *line != out).map(|line| format!("{}\n", lines[line])).collect();
        fs::write(home.ledger(), kept).unwrap();
        assert!(matches!(home.try_open(), Err(UsesError::Damaged { .. })), "line {out} is gone");
        let twice: String = (0..lines.len())
            .flat_map(|line| vec![line; if line == out { 2 } else { 1 }])
            .map(|line| format!("{}\n", lines[line]))
            .collect();
        fs::write(home.ledger(), twice).unwrap();
        assert!(matches!(home.try_open(), Err(UsesError::Damaged { .. })), "line {out} stands twice");
    }
    fs::write(home.ledger(), "").unwrap();
    assert!(matches!(home.try_open(), Err(UsesError::Damaged { .. })), "nothing is left");
}

#[test]
fn a_chain_that_is_whole_and_counts_wrongly_is_refused() {
    // whoever can write the file can write a chain: the lines must still agree with each other
    let (home, key) = used();
    let reserved = format!("{{\"reserved\":{{\"key\":\"{}\",\"count\":400}}}}", name(&key));
    for did in [
        reserved.as_str(),
        "{\"number\":{\"name\":\"crl\",\"value\":0}}",
        "{\"returned\":{\"block\":3,\"count\":9}}",
        "{\"begun\":{\"ledger\":\"00\",\"older_home\":false}}",
        "{\"unheard-of\":{}}",
    ] {
        let whole = fs::read(home.ledger()).unwrap();
        let n = whole.iter().filter(|byte| **byte == b'\n').count() + 1;
        // a number 0 is refused only after another
        let forged = forge(
            &whole,
            &format!("{{\"v\":1,\"did\":{did},\"n\":{n},\"at\":\"2026-01-01T00:00:00Z\",\"who\":\"x\""),
        );
        fs::write(home.ledger(), &forged).unwrap();
        let opened = home.try_open();
        if did.contains("crl") {
            opened.unwrap();
            let whole = fs::read(home.ledger()).unwrap();
            let n = n + 1;
            let again = forge(
                &whole,
                &format!("{{\"v\":1,\"did\":{did},\"n\":{n},\"at\":\"2026-01-01T00:00:00Z\",\"who\":\"x\""),
            );
            fs::write(home.ledger(), again).unwrap();
            assert!(matches!(home.try_open(), Err(UsesError::Damaged { .. })), "{did}");
        } else {
            assert!(matches!(opened, Err(UsesError::Damaged { .. })), "{did}");
        }
        assert!(History::read(&home.ledger(), &mut |_| ()).is_err(), "{did}");
        fs::write(home.ledger(), &whole).unwrap();
    }
    let whole = fs::read(home.ledger()).unwrap();
    fs::write(home.ledger(), forge(&whole, "{\"v\":2,\"new\":true")).unwrap();
    assert!(matches!(home.try_open(), Err(UsesError::LaterVersion { found: 2, .. })));
}

/// One more line with a right chain.
fn forge(whole: &[u8], body: &str) -> Vec<u8> {
    let text = std::str::from_utf8(whole).unwrap();
    let chain = &text[text.len() - 67..text.len() - 3];
    let mut linked = hex::decode(chain).unwrap();
    linked.extend_from_slice(body.as_bytes());
    let chain = ring::digest::digest(&ring::digest::SHA256, &linked);
    format!("{text}{body},\"chain\":\"{}\"}}\n", hex::encode(chain)).into_bytes()
}

#[test]
fn a_ledger_that_is_missing_or_anothers_is_refused() {
    let (home, key) = used();
    let (other, _) = used();
    fs::copy(other.ledger(), home.ledger()).unwrap();
    assert!(matches!(home.try_open(), Err(UsesError::Foreign { .. })));
    fs::remove_file(home.ledger()).unwrap();
    assert!(Ledger::was_begun(&home.ledger(), &home.marker()), "the marker tells that there was one");
    let refused = home.try_open().unwrap_err();
    assert!(matches!(refused, UsesError::Missing { .. }));
    assert!(refused.to_string().contains("nobody knows how often"), "{refused}");
    // even begun anew it is not the ledger that is meant
    assert!(Ledger::begin(&home.ledger(), &home.marker(), "lan", &Beginning::NewHome).is_err());
    assert!(matches!(home.try_open(), Err(UsesError::Foreign { .. })), "{key:?}");
}

#[test]
fn an_older_copy_that_is_put_back_under_a_running_program_is_seen() {
    let (home, key) = used();
    let older = fs::read(home.ledger()).unwrap();
    let counted = Counted::new(&key, &home.open(), "signer-1", Use::Crl).unwrap();
    counted.sign(b"x").unwrap();
    // written over: shorter than it was
    fs::write(home.ledger(), &older).unwrap();
    let refused = counted.sign(b"x").unwrap_err();
    assert!(matches!(uses_error(&refused), UsesError::Damaged { .. }), "{refused}");
    // renamed over: another file
    let counted = Counted::new(&key, &home.open(), "signer-1", Use::Crl).unwrap();
    let beside = home.ledger().with_extension("bak");
    fs::write(&beside, &older).unwrap();
    fs::rename(&beside, home.ledger()).unwrap();
    let refused = counted.sign(b"x").unwrap_err();
    assert!(matches!(uses_error(&refused), UsesError::Damaged { .. }), "{refused}");
    // before anything is signed: what was published since tells
    let refused = home.open().next_number("crl", 5).unwrap_err();
    assert!(matches!(refused, UsesError::Older { .. }));
}
