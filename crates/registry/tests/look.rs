//! Looking at a registry beside whoever writes it.

#![allow(clippy::unwrap_used, reason = "a fault here is a fault of the test")]

use chipwright_profile::MemberNumber;
use chipwright_registry::{ChipId, Error, Holder, Issuer, Registry, View, Writer};
use jiff::Timestamp;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

fn rng(out: &mut [u8]) {
    static STATE: AtomicU64 = AtomicU64::new(1);
    for byte in out {
        let n = STATE.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        *byte = ((n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as u8;
    }
}

fn at() -> Timestamp {
    "2026-11-22T05:00:00Z".parse().unwrap()
}

/// A registry with so many cards that wait.
fn registry(cards: usize) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    let mut registry = Registry::create(&path, &Issuer::new("Test", [1; 32]), at()).unwrap();
    for card in 0..cards {
        allocate(&mut registry, card);
    }
    (folder, path)
}

fn allocate(registry: &mut Registry, card: usize) {
    let member = MemberNumber::parse(&format!("{card:012}")).unwrap();
    registry.allocate(&member, at(), &mut rng).unwrap();
}

fn looked_at(path: &Path) -> Result<(), Error> {
    View::open(path).unwrap().integrity(|| ())
}

/// Writes over the root page of an index, which no view needs to open.
fn write_over(path: &Path, index: &str, start: &[u8]) {
    let raw = Connection::open(path).unwrap();
    raw.execute_batch("PRAGMA journal_mode = DELETE").unwrap();
    let page: u32 = raw
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = ?1", [index], |row| row.get(0))
        .unwrap();
    drop(raw);
    let mut bytes = std::fs::read(path).unwrap();
    bytes[(page as usize - 1) * 4096..][..start.len()].copy_from_slice(start);
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_whole_registry_is_looked_at_while_somebody_writes_it() {
    let (_folder, path) = registry(100);
    let mut writing = Registry::open(&path, at()).unwrap();
    let signs = Arc::new(AtomicU64::new(0));
    let seen = Arc::clone(&signs);
    let mut view = View::open(&path).unwrap();
    view.integrity(move || {
        seen.fetch_add(1, Ordering::Relaxed);
    })
    .unwrap();
    let given = signs.load(Ordering::Relaxed);
    assert!(given > 0, "it gives signs of life");
    assert_eq!(view.cards_by_status().unwrap().allocated, 100);
    assert_eq!(signs.load(Ordering::Relaxed), given, "no more of them afterwards");
    let us = Holder { process: std::process::id(), since: at() };
    assert_eq!(Writer::of(&path).unwrap(), Writer::Somebody(Some(us)), "its note is the writer's still");
    allocate(&mut writing, 100);
    drop(writing);
    assert_eq!(Writer::of(&path).unwrap(), Writer::Nobody);
    looked_at(&path).unwrap();
}

#[test]
fn looking_changes_no_byte() {
    let (folder, path) = registry(3);
    let files = || {
        let entries = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
        let mut files: Vec<_> = entries.map(|file| (std::fs::read(&file).unwrap(), file)).collect();
        files.sort();
        files
    };
    let before = files();
    looked_at(&path).unwrap();
    assert_eq!(Writer::of(&path).unwrap(), Writer::Nobody);
    assert_eq!(files(), before);
}

#[test]
fn a_damaged_page_is_found() {
    let (_folder, path) = registry(3);
    write_over(&path, "blanks_by_stage", &[0xA5; 64]);
    assert!(matches!(looked_at(&path), Err(Error::Damaged { .. })));
}

/// A quick check does not hold rows against indexes; opening for writing makes only that.
#[test]
fn rows_that_an_index_has_lost_are_found() {
    let (_folder, path) = registry(3);
    // an index page in good order, with nothing on it
    write_over(&path, "one_live_card_per_member", &[0x0A, 0, 0, 0, 0, 0x10, 0, 0]);
    match looked_at(&path) {
        Err(Error::Damaged { detail, .. }) => {
            assert!(detail.contains("one_live_card_per_member"), "{detail}")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_reference_to_nothing_is_found() {
    let (_folder, path) = registry(1);
    let raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "foreign_keys", false).unwrap();
    raw.execute("INSERT INTO outcomes VALUES (99, 'done', '', '{}')", []).unwrap();
    drop(raw);
    match looked_at(&path) {
        Err(Error::Damaged { detail, .. }) => {
            assert_eq!(detail, "a row of outcomes refers to a row of intents that is not there");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn chips_that_lost_tries_are_listed_whether_a_card_knows_them_or_not() {
    let (_folder, path) = registry(0);
    let mut registry = Registry::open(&path, at()).unwrap();
    for (chip, key_version, times) in [(9, 0x11, 2), (7, 0x01, 1), (7, 0x11, 5), (8, 0x01, 1)] {
        for _ in 0..times {
            registry.spend_last_try(&ChipId([chip; 10]), key_version, at()).unwrap();
        }
    }
    registry.clear_tries(&ChipId([8; 10]), 0x01, at()).unwrap();
    let mut listed = Vec::new();
    registry
        .for_each_spent_try(&mut |chip, key_version, spent| listed.push((chip.0[0], key_version, spent)))
        .unwrap();
    assert_eq!(listed, [(7, 0x01, 1), (7, 0x11, 5), (9, 0x11, 2)]);
}

#[test]
fn what_is_read_together_is_of_one_moment() {
    let (_folder, path) = registry(1);
    let mut writing = Registry::open(&path, at()).unwrap();
    let view = View::open(&path).unwrap();
    let allocated = |view: &View| Ok::<u64, Error>(view.cards_by_status()?.allocated);
    view.at_one_moment(|view| {
        assert_eq!(allocated(view)?, 1);
        allocate(&mut writing, 1);
        assert_eq!(allocated(view)?, 1);
        Ok(())
    })
    .unwrap();
    assert_eq!(allocated(&view).unwrap(), 2);
}
