//! The registry as its one writer sees it.

use crate::lease::Lease;
use crate::record::instant;
use crate::{Error, Issuer, SCHEMA_VERSION, View, schema};
use jiff::Timestamp;
use rusqlite::{Transaction, TransactionBehavior, params};
use std::ops::Deref;
use std::path::Path;

/// A moment around a commit, as a watcher sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Commit {
    /// The named change is made and not yet committed: a process killed now leaves no trace of it.
    Before(&'static str),
    /// The named change is on the disk.
    After(&'static str),
}

type Watcher = Box<dyn FnMut(Commit) + Send>;

/// The registry, held for writing: one process at a time. Reads through [`View`].
pub struct Registry {
    view: View,
    watcher: Option<Watcher>,
    _lease: Lease,
}

impl Deref for Registry {
    type Target = View;

    fn deref(&self) -> &View {
        &self.view
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Registry(..)")
    }
}

impl Registry {
    /// Makes a new registry, readable by its owner only.
    ///
    /// # Errors
    /// [`Error::Exists`] when there is a file already; the errors of the disk.
    pub fn create(path: &Path, issuer: &Issuer, at: Timestamp) -> Result<Self, Error> {
        let lease = Lease::take(path, at)?;
        schema::make_file(path)?;
        let mut connection = schema::open_writing(path)?;
        schema::migrate(&mut connection, 0)?;
        let mut registry = Self { view: View::over(connection), watcher: None, _lease: lease };
        registry.transact("create", |t| {
            t.execute(
                "INSERT INTO issuer VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
                params![
                    issuer.name,
                    issuer.root_digest,
                    issuer.status_list_size,
                    issuer.status_list_fill,
                    issuer.tries_allowed,
                    instant(at)
                ],
            )?;
            Ok(())
        })?;
        Ok(registry)
    }

    /// Opens a registry for writing, checks it, and carries its schema forward.
    ///
    /// # Errors
    /// [`Error::InUse`] when another process holds it; [`Error::NotFound`], [`Error::NotARegistry`], [`Error::NewerSchema`],
    /// [`Error::Damaged`]; the errors of the disk.
    pub fn open(path: &Path, at: Timestamp) -> Result<Self, Error> {
        if !path.is_file() {
            return Err(Error::NotFound { path: path.to_owned() });
        }
        let lease = Lease::take(path, at)?;
        // Before the first write, so that a foreign file stays untouched.
        let found = schema::check(&schema::open_reading(path)?, path)?;
        let mut connection = schema::open_writing(path)?;
        schema::migrate(&mut connection, found)?;
        debug_assert!(found <= SCHEMA_VERSION);
        Ok(Self { view: View::over(connection), watcher: None, _lease: lease })
    }

    /// Calls `watcher` right before and right after every commit. A watcher that panics before a commit leaves the
    /// registry as if the process had been killed there; that is how crashes are rehearsed.
    pub fn watch(&mut self, watcher: impl FnMut(Commit) + Send + 'static) {
        self.watcher = Some(Box::new(watcher));
    }

    /// Lets the file grow to at most this many pages (`PRAGMA max_page_count`): a bound for kits with small disks.
    ///
    /// # Errors
    /// The errors of the disk.
    pub fn limit_pages(&mut self, pages: u32) -> Result<(), Error> {
        let connection = self.view.connection_mut();
        connection.pragma_update_and_check(None, "max_page_count", pages, |_| Ok(()))?;
        Ok(())
    }

    /// One change: all of it, flushed to the disk, or nothing.
    pub(crate) fn transact<R>(
        &mut self,
        name: &'static str,
        change: impl FnOnce(&Transaction<'_>) -> Result<R, Error>,
    ) -> Result<R, Error> {
        let connection = self.view.connection_mut();
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = change(&transaction)?;
        if let Some(watcher) = &mut self.watcher {
            watcher(Commit::Before(name));
        }
        transaction.commit()?;
        if let Some(watcher) = &mut self.watcher {
            watcher(Commit::After(name));
        }
        Ok(result)
    }
}
