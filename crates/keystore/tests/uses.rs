//! The ledger of key uses: limits, blocks, numbers, several writers, torn and altered files.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "uses/damage.rs"]
mod damage;
#[path = "uses/sharing.rs"]
mod sharing;

use chipwright_keystore::SoftKey;
use chipwright_keystore::uses::{
    Beginning, Counted, Digest, Entry, Event, History, Ledger, OlderKey, Use, UsesError,
};
use chipwright_pki::{PublicKey, SignError, SignKey, SignatureAlgorithm};
use std::error::Error;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;

/// A folder with a ledger in it.
struct Home {
    folder: TempDir,
}

impl Home {
    fn new() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        Ledger::begin(&home.ledger(), &home.marker(), "init", &Beginning::NewHome).unwrap();
        home
    }

    fn ledger(&self) -> PathBuf {
        self.folder.path().join("uses.jsonl")
    }

    fn marker(&self) -> PathBuf {
        self.folder.path().join("begun")
    }

    fn try_open(&self) -> Result<Ledger, UsesError> {
        Ledger::open(&self.ledger(), &self.marker(), "lan")
    }

    fn open(&self) -> Ledger {
        self.try_open().unwrap()
    }

    fn history(&self) -> (History, Vec<Entry>) {
        let mut entries = Vec::new();
        let history = History::read(&self.ledger(), &mut |entry| entries.push(entry.clone())).unwrap();
        (history, entries)
    }
}

/// A key that counts for itself how often it was really touched.
struct Touched<'a> {
    key: &'a SoftKey,
    times: &'a AtomicU64,
}

impl SignKey for Touched<'_> {
    fn public_key(&self) -> &PublicKey {
        self.key.public_key()
    }

    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        self.times.fetch_add(1, Ordering::SeqCst);
        self.key.sign(message)
    }
}

fn key() -> SoftKey {
    SoftKey::generate(SignatureAlgorithm::EcdsaP256Sha256).unwrap()
}

fn name(key: &SoftKey) -> Digest {
    Digest::of_key(key.public_key())
}

fn uses_error(error: &SignError) -> &UsesError {
    error.source().unwrap().downcast_ref().unwrap()
}

#[test]
fn a_key_signs_as_often_as_it_may_and_is_not_touched_again() {
    let (home, key, times) = (Home::new(), key(), AtomicU64::new(0));
    home.open().adopt(name(&key), "signer-1", Some(20)).unwrap();
    let counted =
        Counted::new(Touched { key: &key, times: &times }, &home.open(), "signer-1", Use::SecurityObjects)
            .unwrap();
    for left in (0..20).rev() {
        counted.sign(b"security object").unwrap();
        assert_eq!(counted.left().unwrap(), Some(left));
    }
    let refused = counted.sign(b"one more").unwrap_err();
    assert!(matches!(
        uses_error(&refused),
        UsesError::LimitReached { limit: 20, wanted: Use::SecurityObjects, .. }
    ));
    assert!(uses_error(&refused).remedy().contains("new-signer"));
    assert_eq!(times.load(Ordering::SeqCst), 20, "the key was touched for what was refused");
    drop(counted);
    let again = Counted::new(&key, &home.open(), "signer-1", Use::SecurityObjects).unwrap_err();
    assert!(matches!(again, UsesError::LimitReached { .. }), "{again}");
    let (history, entries) = home.history();
    let count = history.state.key(&name(&key)).unwrap();
    assert_eq!((count.used, count.reserved, count.unused(), count.left()), (20, 20, 0, Some(0)));
    let used: Vec<_> = entries
        .iter()
        .filter_map(|entry| match &entry.did {
            Event::Used { left, signed, of, .. } => Some((left.unwrap(), *signed, *of, entry.who.as_str())),
            _ => None,
        })
        .collect();
    let told: Vec<_> = (0..20)
        .rev()
        .map(|left| (left, Digest::of(b"security object"), Use::SecurityObjects, "lan"))
        .collect();
    assert_eq!(used, told);
}

#[test]
fn blocks_grow_and_their_rest_is_given_back() {
    let (home, key) = (Home::new(), key());
    home.open().adopt(name(&key), "signer-1", Some(1000)).unwrap();
    let counted = Counted::new(&key, &home.open(), "signer-1", Use::SecurityObjects).unwrap();
    (0..600).for_each(|_| drop(counted.sign(b"x").unwrap()));
    let blocks = |home: &Home| -> Vec<u64> {
        let reserved = |entry: &Entry| match entry.did {
            Event::Reserved { count, .. } => Some(count),
            _ => None,
        };
        home.history().1.iter().filter_map(reserved).collect()
    };
    assert_eq!(blocks(&home), [1, 2, 4, 8, 16, 32, 64, 128, 256, 256]);
    assert_eq!(home.history().0.state.key(&name(&key)).unwrap().unused(), 767 - 600);
    drop(counted);
    let count = home.history().0.state.key(&name(&key)).unwrap().clone();
    assert_eq!((count.used, count.reserved, count.left()), (600, 600, Some(400)));

    // rare uses are reserved one by one
    let (home, key) = (Home::new(), self::key());
    home.open().adopt(name(&key), "root", None).unwrap();
    let counted = Counted::new(&key, &home.open(), "root", Use::Crl).unwrap();
    (0..3).for_each(|_| drop(counted.sign(b"x").unwrap()));
    assert_eq!(blocks(&home), [1, 1, 1]);
    assert_eq!(counted.left().unwrap(), None);
}

#[test]
fn a_program_that_is_stopped_loses_the_rest_of_its_block_and_no_more() {
    let (home, key) = (Home::new(), key());
    home.open().adopt(name(&key), "signer-1", Some(100)).unwrap();
    let mut signed = 0;
    let mut lost = 0;
    loop {
        let Ok(counted) = Counted::new(&key, &home.open(), "signer-1", Use::SecurityObjects) else { break };
        // 1 + 2 + 4 reserved, 4 used: as kill -9 leaves it, nothing is given back
        let mine = (0..4).filter(|_| counted.sign(b"x").is_ok()).count() as u64;
        signed += mine;
        lost += if mine == 4 { 3 } else { 0 };
        std::mem::forget(counted);
    }
    let count = home.history().0.state.key(&name(&key)).unwrap().clone();
    assert_eq!((count.used, count.reserved), (signed, 100));
    assert!(count.unused() <= lost && signed <= 100, "{count:?}");
    assert!(signed >= 57, "more was lost than the rest of the blocks: {count:?}");
}

#[test]
fn a_key_that_nobody_counted_is_refused() {
    let (home, key) = (Home::new(), key());
    let refused = Counted::new(&key, &home.open(), "signer-7", Use::SecurityObjects).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "the ledger of key uses does not know the key signer-7, so nobody knows how often it was used"
    );
    home.open().adopt(name(&key), "signer-7", Some(5)).unwrap();
    home.open().adopt(name(&key), "signer-7", Some(500)).unwrap();
    let count = home.open().count(&name(&key)).unwrap().unwrap();
    assert_eq!(count.limit, Some(5), "counting a key a second time gave it a new limit");
}

#[test]
fn a_limit_is_lowered_and_never_raised() {
    let (home, key) = (Home::new(), key());
    let ledger = home.open();
    ledger.adopt(name(&key), "signer-1", Some(50)).unwrap();
    let counted = Counted::new(&key, &ledger, "signer-1", Use::Batch).unwrap();
    (0..3).for_each(|_| drop(counted.sign(b"x").unwrap()));
    let refused = ledger.lower_limit(name(&key), 51).unwrap_err();
    assert!(matches!(refused, UsesError::LimitRaised { limit: 50, .. }), "{refused}");
    ledger.lower_limit(name(&key), 2).unwrap();
    let refused = counted.sign(b"x").unwrap_err();
    assert!(matches!(uses_error(&refused), UsesError::LimitReached { limit: 2, .. }));
    let root = self::key();
    ledger.adopt(name(&root), "root", None).unwrap();
    ledger.lower_limit(name(&root), 9).unwrap();
    assert_eq!(ledger.count(&name(&root)).unwrap().unwrap().left(), Some(9));
}

#[test]
fn numbers_and_serials_are_given_once() {
    let home = Home::new();
    let ledger = home.open();
    assert_eq!(ledger.next_number("crl", 0).unwrap(), 1);
    assert_eq!(home.open().next_number("crl", 1).unwrap(), 2, "by another program");
    assert_eq!(ledger.next_number("crl", 1).unwrap(), 3, "2 was taken and never published");
    assert_eq!(ledger.next_number("bundle", 0).unwrap(), 1);
    let refused = ledger.next_number("crl", 9).unwrap_err();
    assert!(matches!(refused, UsesError::Older { published: 9, recorded: 3, .. }), "{refused}");
    ledger.take_serial(&[1, 2, 3]).unwrap();
    assert!(matches!(home.open().take_serial(&[1, 2, 3]), Err(UsesError::SerialTaken { .. })));
    assert_eq!(home.history().0.state.serials(), 1);
}

#[test]
fn an_older_home_brings_its_keys_once() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home { folder };
    let key = key();
    let older = OlderKey { key: name(&key), label: "signer-1".into(), limit: Some(100), before: 98 };
    let with = Beginning::OlderHome { keys: vec![older], numbers: vec![("crl".into(), 7)] };
    assert!(!Ledger::was_begun(&home.ledger(), &home.marker()));
    Ledger::begin(&home.ledger(), &home.marker(), "lan", &with).unwrap();
    assert!(Ledger::begin(&home.ledger(), &home.marker(), "lan", &with).is_err(), "it began twice");
    let ledger = home.open();
    assert_eq!(ledger.next_number("crl", 7).unwrap(), 8);
    let counted = Counted::new(&key, &ledger, "signer-1", Use::SecurityObjects).unwrap();
    counted.sign(b"x").unwrap();
    counted.sign(b"x").unwrap();
    assert!(counted.sign(b"x").is_err());
    assert!(home.history().0.state.older_home());
}
