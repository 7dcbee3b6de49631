//! The schema: its steps, and which of them a database has taken.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::create;
use crate::open::{OpenError, Options};

/// Every step, in order; a database's `user_version` says how many it has taken. Steps are only ever added, and each leaves
/// a program that knows all but the last one working.
const STEPS: [&str; 4] = [
    include_str!("migrations/0001_sessions.sql"),
    include_str!("migrations/0002_editions_and_events.sql"),
    include_str!("migrations/0003_searches.sql"),
    include_str!("migrations/0004_session_tokens.sql"),
];

/// What `application_id` holds: "TENR".
pub(crate) const APPLICATION_ID: i32 = 0x5445_4e52;

/// Small pages: a row of some 200 bytes should not cost 4 KiB of log.
pub(crate) const PAGE_BYTES: u32 = 2048;

/// The schema that this program is made for.
pub(crate) const NEEDED: u32 = STEPS.len() as u32;

/// How many steps a database has taken, and how many this program knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Taken.
    pub found: u32,
    /// Known.
    pub needed: u32,
}

/// The schema of the database at `path`, which another process may be serving: it is only read.
pub fn schema(path: &Path) -> Result<Schema, OpenError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(|error| failed(path, error))?;
    Ok(Schema { found: version(&db, path)?, needed: NEEDED })
}

/// Checks that the database at `path` can be worked with, after migrating it where the options say so.
pub(crate) fn prepare(path: &Path, options: &Options) -> Result<(), OpenError> {
    if !options.migrate && !path.exists() {
        return Err(OpenError::NotMigrated { found: 0, needed: NEEDED });
    }
    create::file(path).map(drop).or_else(|error| match error.kind() {
        std::io::ErrorKind::PermissionDenied | std::io::ErrorKind::ReadOnlyFilesystem if path.exists() => {
            Ok(())
        }
        _ => Err(OpenError::File { path: path.to_owned(), error }),
    })?;
    let mut db = Connection::open(path).map_err(|error| failed(path, error))?;
    let found = version(&db, path)?;
    if found > NEEDED + 1 {
        return Err(OpenError::TooNew { found, newest: NEEDED + 1 });
    }
    if found < NEEDED && !options.migrate {
        return Err(OpenError::NotMigrated { found, needed: NEEDED });
    }
    if found < NEEDED {
        migrate(&mut db, found, options.incarnation).map_err(|error| failed(path, error))?;
    }
    Ok(())
}

/// How many steps a database has taken.
pub(crate) fn version_of(db: &Connection) -> rusqlite::Result<u32> {
    db.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn version(db: &Connection, path: &Path) -> Result<u32, OpenError> {
    let read = || {
        let version = version_of(db)?;
        let application: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
        let tables: u32 = db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
        Ok((version, application, tables))
    };
    let (version, application, tables) = read().map_err(|error| failed(path, error))?;
    if application != APPLICATION_ID && (tables > 0 || version > 0) {
        return Err(OpenError::Foreign { path: path.to_owned() });
    }
    Ok(version)
}

/// All missing steps at once or none of them.
fn migrate(db: &mut Connection, found: u32, incarnation: u64) -> rusqlite::Result<()> {
    if found == 0 {
        db.pragma_update(None, "page_size", PAGE_BYTES)?;
        db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    for step in &STEPS[found as usize..] {
        tx.execute_batch(step)?;
    }
    if found == 0 {
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
        tx.execute("INSERT INTO meta (name, value) VALUES ('incarnation', ?)", [incarnation as i64])?;
    }
    tx.pragma_update(None, "user_version", NEEDED)?;
    tx.commit()
}

fn failed(path: &Path, error: rusqlite::Error) -> OpenError {
    OpenError::Database { path: path.to_owned(), error }
}
