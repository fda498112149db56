//! Is the file whole? Looked at beside whoever writes it.

use crate::{Error, View};
use rusqlite::Connection;

/// Steps of SQLite, or pages, between two signs of life.
const STEPS: i32 = 1_000;

impl View {
    /// Reads every page, every row and every index, and follows every reference, all as of one moment. Takes no lease and
    /// writes nothing; `working` is called every now and then, as it takes seconds for a hundred thousand cards.
    ///
    /// # Errors
    /// [`Error::Damaged`] with the first fault that was found; the errors of the disk.
    pub fn integrity(&mut self, mut working: impl FnMut() + Send + 'static) -> Result<(), Error> {
        let interrupt = move || {
            working();
            false
        };
        self.connection_mut().progress_handler(STEPS, Some(interrupt))?;
        let whole =
            self.connection_mut().unchecked_transaction().map_err(Error::from).and_then(|at| whole(&at));
        self.connection_mut().progress_handler(0, None::<fn() -> bool>)?;
        whole
    }
}

fn whole(connection: &Connection) -> Result<(), Error> {
    let verdict: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if verdict != "ok" {
        return Err(Error::Damaged { detail: verdict, source: None });
    }
    let mut statement = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = statement.query([])?;
    match rows.next()? {
        None => Ok(()),
        Some(row) => Err(Error::dangling(&row.get::<_, String>(0)?, &row.get::<_, String>(2)?)),
    }
}
