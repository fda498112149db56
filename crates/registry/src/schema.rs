//! The file: its identity, its pragmas, its migrations.

use crate::Error;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};
use std::fs::OpenOptions;
use std::path::Path;
use std::time::Duration;

/// `PRAGMA application_id` of a registry: "CWRG".
pub const APPLICATION_ID: u32 = 0x4357_5247;

/// `PRAGMA user_version` this program writes.
pub const SCHEMA_VERSION: u32 = 6;

/// The migrations in order; the n-th makes schema version n.
#[must_use]
pub const fn migrations() -> &'static [&'static str] {
    const ALL: [&str; SCHEMA_VERSION as usize] = [
        include_str!("migrations/0001_first.sql"),
        include_str!("migrations/0002_record_heads.sql"),
        include_str!("migrations/0003_life.sql"),
        include_str!("migrations/0004_custody.sql"),
        include_str!("migrations/0005_statuses.sql"),
        include_str!("migrations/0006_suspensions.sql"),
    ];
    &ALL
}

/// Readable and writable by the owner only.
pub(crate) fn private(options: &mut OpenOptions) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    #[cfg(not(unix))]
    let _ = options;
}

/// Makes an empty file that did not exist.
pub(crate) fn make_file(path: &Path) -> Result<(), Error> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    private(&mut options);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Err(Error::Exists { path: path.to_owned() })
        }
        Err(source) => Err(Error::File { path: path.to_owned(), source }),
    }
}

/// Opens the file for writing: write-ahead log, every commit flushed to the disk before it is reported.
pub(crate) fn open_writing(path: &Path) -> Result<Connection, Error> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "recursive_triggers", true)?;
    Ok(connection)
}

/// Opens the file for reading.
pub(crate) fn open_reading(path: &Path) -> Result<Connection, Error> {
    let connection = open(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

fn open(path: &Path, flags: OpenFlags) -> Result<Connection, Error> {
    if !path.is_file() {
        return Err(Error::NotFound { path: path.to_owned() });
    }
    let connection = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(Duration::from_secs(5))?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Is this file a registry, and of a version we know? Returns its version.
pub(crate) fn identify(connection: &Connection, path: &Path) -> Result<u32, Error> {
    let id: u32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    if id != APPLICATION_ID {
        return Err(Error::NotARegistry { path: path.to_owned() });
    }
    let found: u32 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > SCHEMA_VERSION {
        return Err(Error::NewerSchema { found, known: SCHEMA_VERSION });
    }
    Ok(found)
}

/// As [`identify`], and is the file whole? Reads all of it.
pub(crate) fn check(connection: &Connection, path: &Path) -> Result<u32, Error> {
    let found = identify(connection, path)?;
    let verdict: String = connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(Error::Damaged { detail: verdict, source: None });
    }
    Ok(found)
}

/// Carries the schema from version `from` to the newest in one transaction.
pub(crate) fn migrate(connection: &mut Connection, from: u32) -> Result<(), Error> {
    if from == SCHEMA_VERSION {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Exclusive)?;
    for step in migrations().iter().skip(from as usize) {
        transaction.execute_batch(step)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", SCHEMA_VERSION)?;
    transaction.commit()?;
    Ok(())
}
