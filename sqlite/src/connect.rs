//! Connections that write: the settings that durability and speed rest on.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

/// How long a read or a write waits for another process that has the database locked, before it is [`Unavailable`].
///
/// [`Unavailable`]: tenure_store::Unavailable
pub(crate) const WAIT_FOR_LOCK: Duration = Duration::from_millis(100);

/// A log that grew beyond this, while a reader held it, is cut back once it starts anew.
const KEPT_LOG_BYTES: u32 = 128 << 20;
const STATEMENTS: usize = 64;

/// A connection whose commits are durable when they return, and which never makes a checkpoint of its own accord.
pub(crate) fn writing(path: &Path, cache_bytes: u32) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags)?;
    db.busy_timeout(WAIT_FOR_LOCK)?;
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update_and_check(None, "wal_autocheckpoint", 0, |_| Ok(()))?;
    db.pragma_update_and_check(None, "journal_size_limit", KEPT_LOG_BYTES, |_| Ok(()))?;
    db.pragma_update(None, "cache_size", -i64::from(cache_bytes / 1024))?;
    db.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(db)
}
