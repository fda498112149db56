//! The file as the world meets it: versions, damage, a full disk, two processes.

#![allow(clippy::unwrap_used)]

use chipwright_profile::MemberNumber;
use chipwright_registry::{
    APPLICATION_ID, CardStatus, ChipId, Error, Issuer, Registry, Rule, SCHEMA_VERSION, Seal, View, migrations,
};
use jiff::Timestamp;
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

static STATE: AtomicU64 = AtomicU64::new(1);

fn rng(out: &mut [u8]) {
    for byte in out {
        let n = STATE.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        *byte = ((n ^ (n >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9) >> 40) as u8;
    }
}

fn at() -> Timestamp {
    "2026-11-22T05:00:00Z".parse().unwrap()
}

fn home() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("registry.db");
    drop(Registry::create(&path, &Issuer::new("Test", [1; 32]), at()).unwrap());
    (folder, path)
}

/// Every statement of the schema, by name.
fn schema(connection: &Connection) -> String {
    let mut statement = connection
        .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY type, name")
        .unwrap();
    let rows = statement.query_map([], |row| row.get::<_, String>(0)).unwrap();
    rows.map(|sql| sql.unwrap() + ";\n").collect()
}

fn fixture(version: u32) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/schema-{version}.sql"))
}

/// `UPDATE_FIXTURES=1` writes the fixture of the current version; earlier ones are frozen.
#[test]
fn the_schema_is_the_sum_of_the_migrations_and_frozen_per_version() {
    let (_folder, path) = home();
    let real = schema(&Connection::open(&path).unwrap());
    let summed = Connection::open_in_memory().unwrap();
    for (index, step) in migrations().iter().enumerate() {
        summed.execute_batch(step).unwrap();
        let version = index as u32 + 1;
        let new = version == SCHEMA_VERSION || !fixture(version).exists();
        if new && std::env::var_os("UPDATE_FIXTURES").is_some() {
            std::fs::write(fixture(version), schema(&summed)).unwrap();
        }
        let frozen = std::fs::read_to_string(fixture(version)).expect("every version has its fixture");
        assert_eq!(schema(&summed), frozen, "the schema of version {version} changed after it was released");
    }
    assert_eq!(real, schema(&summed));
}

#[test]
fn a_registry_of_every_earlier_version_is_carried_forward() {
    for version in 1..=SCHEMA_VERSION {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("old.db");
        let old = Connection::open(&path).unwrap();
        for step in &migrations()[..version as usize] {
            old.execute_batch(step).unwrap();
        }
        old.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {version};"
        ))
        .unwrap();
        old.execute_batch(
            "INSERT INTO issuer VALUES (1, 'Old', zeroblob(32), 64, 48, 5, '2026-01-01T00:00:00.000Z')",
        )
        .unwrap();
        drop(old);
        let mut registry = Registry::open(&path, at()).unwrap();
        assert_eq!(registry.issuer().unwrap().name, "Old");
        registry.allocate(&MemberNumber::parse("079012345678").unwrap(), at(), &mut rng).unwrap();
    }
}

#[test]
fn what_is_not_a_registry_is_told_apart_and_left_alone() {
    let (folder, path) = home();
    assert!(matches!(Registry::open(&folder.path().join("none.db"), at()), Err(Error::NotFound { .. })));
    assert!(matches!(
        Registry::create(&path, &Issuer::new("Again", [2; 32]), at()),
        Err(Error::Exists { .. })
    ));

    let text = folder.path().join("text.db");
    std::fs::write(&text, "a letter, many bytes long, that is no database at all: ".repeat(40)).unwrap();
    assert!(matches!(Registry::open(&text, at()), Err(Error::Damaged { .. })));

    let foreign = folder.path().join("foreign.db");
    Connection::open(&foreign).unwrap().execute_batch("CREATE TABLE photos (id)").unwrap();
    let before = std::fs::read(&foreign).unwrap();
    assert!(matches!(Registry::open(&foreign, at()), Err(Error::NotARegistry { .. })));
    assert_eq!(std::fs::read(&foreign).unwrap(), before);

    Connection::open(&path).unwrap().pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
    match Registry::open(&path, at()).unwrap_err() {
        Error::NewerSchema { found, known } => {
            assert_eq!((found, known), (SCHEMA_VERSION + 1, SCHEMA_VERSION))
        }
        other => panic!("{other}"),
    }
}

#[test]
fn damage_is_named() {
    let (_folder, path) = home();
    let mut bytes = std::fs::read(&path).unwrap();
    let page = 4096;
    bytes[page..page + 64].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    let error = Registry::open(&path, at()).unwrap_err();
    assert!(matches!(error, Error::Damaged { .. }), "{error}");
    assert!(error.remedy().contains("backup"));
}

#[test]
fn a_full_disk_leaves_the_record_as_it_was() {
    let (_folder, path) = home();
    let mut registry = Registry::open(&path, at()).unwrap();
    let pages: u32 =
        Connection::open(&path).unwrap().query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
    registry.limit_pages(pages + 2).unwrap();
    let mut made = 0_u64;
    let error = loop {
        match registry.allocate(&MemberNumber::parse(&format!("{made:012}")).unwrap(), at(), &mut rng) {
            Ok(_) => made += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, Error::DiskFull { .. }), "{error}");
    assert!(error.remedy().contains("Free some space"));
    assert_eq!(registry.cards_by_status().unwrap().allocated, made);
    registry.limit_pages(u32::MAX - 1).unwrap();
    registry.allocate(&MemberNumber::parse(&format!("{made:012}")).unwrap(), at(), &mut rng).unwrap();
}

#[test]
fn one_writes_and_others_read() {
    let (_folder, path) = home();
    let mut registry = Registry::open(&path, at()).unwrap();
    let error = Registry::open(&path, at()).unwrap_err();
    assert!(error.to_string().contains(&format!("process {}", std::process::id())), "{error}");
    let view = View::open(&path).unwrap();
    registry.allocate(&MemberNumber::parse("079012345678").unwrap(), at(), &mut rng).unwrap();
    assert_eq!(view.cards_by_status().unwrap().allocated, 1);
    drop(registry);
    Registry::open(&path, at()).unwrap();
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_it() {
    use std::os::unix::fs::PermissionsExt;
    let (folder, path) = home();
    let mut registry = Registry::open(&path, at()).unwrap();
    registry.allocate(&MemberNumber::parse("079012345678").unwrap(), at(), &mut rng).unwrap();
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.file_name());
    }
}

#[test]
fn a_change_interrupted_before_its_commit_leaves_no_trace() {
    let (_folder, path) = home();
    let member = MemberNumber::parse("079012345678").unwrap();
    let mut registry = Registry::open(&path, at()).unwrap();
    registry.watch(|moment| {
        if matches!(moment, chipwright_registry::Commit::Before(_)) {
            std::panic::resume_unwind(Box::new("killed"));
        }
    });
    let killed =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| registry.allocate(&member, at(), &mut rng)));
    assert!(killed.is_err());
    drop(registry);
    let registry = Registry::open(&path, at()).unwrap();
    assert!(registry.live_card_of(&member).unwrap().is_none());
}

/// The rules hold against anybody who writes the file, not only against this crate.
#[test]
fn the_database_itself_refuses() {
    let (_folder, path) = home();
    let mut registry = Registry::open(&path, at()).unwrap();
    let card = registry.allocate(&MemberNumber::parse("079012345678").unwrap(), at(), &mut rng).unwrap();
    registry.see_chip(&ChipId([7; 10]), at()).unwrap();
    drop(registry);
    let raw = Connection::open(&path).unwrap();
    raw.pragma_update(None, "foreign_keys", true).unwrap();
    let number = card.card_number.as_str();
    for (sql, expected) in [
        (format!("DELETE FROM cards WHERE card_number = '{number}'"), "append-only"),
        ("DELETE FROM blanks".into(), "append-only"),
        ("UPDATE blanks SET stage = 'spoiled', spoiled_why = NULL".into(), "CHECK"),
        (format!("UPDATE cards SET status = 'issued' WHERE card_number = '{number}'"), "rule:"),
        (format!("UPDATE cards SET status_index = 3 WHERE card_number = '{number}'"), "allocation-fixed"),
        (format!("UPDATE cards SET member_number = '1' WHERE card_number = '{number}'"), "allocation-fixed"),
        ("UPDATE issuer SET status_list_fill = status_list_size".into(), "CHECK"),
        ("INSERT INTO outcomes VALUES (99, 'done', '', '{}')".into(), "FOREIGN KEY"),
        (
            "INSERT INTO intents VALUES (1, 'finalise', 'A', 'B', zeroblob(32), zeroblob(32), '', '{}')"
                .into(),
            "without-writing",
        ),
    ] {
        let error = raw.execute(&sql, []).expect_err(&sql);
        assert!(error.to_string().contains(expected), "{sql}: {error}");
    }
    let status: String = raw.query_row("SELECT status FROM cards", [], |row| row.get(0)).unwrap();
    assert_eq!(status, CardStatus::Allocated.as_str());
    assert_eq!(
        Rule::OneLiveCardPerMember.to_string(),
        "a member has at most one card that is allocated, in work or issued"
    );
}

/// What was intended, what came of it and what was accepted stays as it was written.
#[test]
fn the_history_is_append_only() {
    let (_folder, path) = home();
    let chip = ChipId([7; 10]);
    let mut registry = Registry::open(&path, at()).unwrap();
    let card = registry.allocate(&MemberNumber::parse("079012345678").unwrap(), at(), &mut rng).unwrap();
    registry.see_chip(&chip, at()).unwrap();
    registry.prepared(&chip, 2, at()).unwrap();
    registry.begin_writing(&card.card_number, &chip, at()).unwrap();
    let seal = Seal { signer: [1; 32], security_object: [2; 32] };
    let intent = registry.intend_finalise(&card.card_number, &chip, &seal, at()).unwrap();
    registry.finalised(intent, at()).unwrap();
    drop(registry);
    let raw = Connection::open(&path).unwrap();
    raw.execute(
        "INSERT INTO acceptances VALUES (?1, ?2, '2026-11-22T05:00:00Z')",
        (card.card_number.as_str(), [2_u8; 32]),
    )
    .unwrap();
    for table in ["intents", "outcomes", "acceptances"] {
        let count = |raw: &Connection| -> u32 {
            raw.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
        };
        assert_eq!(count(&raw), 1, "{table}");
        for sql in [format!("DELETE FROM {table}"), format!("UPDATE {table} SET at = 'never'")] {
            let error = raw.execute(&sql, []).expect_err(&sql);
            assert!(error.to_string().contains("rule:append-only"), "{sql}: {error}");
        }
        assert_eq!(count(&raw), 1, "{table}");
    }
}

/// A view is opened many times a day, and the whole file is read only by who is going to write it.
#[test]
fn only_the_writer_reads_the_whole_file_before_it_opens() {
    let (_folder, path) = home();
    let raw = Connection::open(&path).unwrap();
    raw.execute_batch("PRAGMA journal_mode = DELETE").unwrap();
    // The leaf page of an index that no view needs to open.
    let page: u32 = raw
        .query_row("SELECT rootpage FROM sqlite_schema WHERE name = 'blanks_by_stage'", [], |row| row.get(0))
        .unwrap();
    drop(raw);
    let mut bytes = std::fs::read(&path).unwrap();
    let start = usize::try_from((page - 1) * 4096).unwrap();
    bytes[start..start + 64].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    assert!(View::open(&path).is_ok());
    assert!(matches!(Registry::open(&path, at()), Err(Error::Damaged { .. })));
}
