//! Reading: a pool of read-only connections, each read a snapshot that holds every write answered before it began.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, OpenFlags};
use tenure_store::Unavailable;
use tokio::sync::Semaphore;

use crate::connect::WAIT_FOR_LOCK;
use crate::fault::Fault;

/// Idle connections that are kept.
const KEPT_CONNECTIONS: usize = 8;
/// Reads of more than a row or two that run at a time; the others wait.
const LONG_READS: usize = 4;
const STATEMENTS: usize = 32;

/// The pool.
pub(crate) struct Readers {
    path: PathBuf,
    cache_bytes: u32,
    idle: Mutex<Vec<Connection>>,
    long: Semaphore,
}

impl Readers {
    /// A pool for the database at `path`; opens the first connection, to see that it can.
    pub(crate) fn open(path: PathBuf, cache_bytes: u32) -> rusqlite::Result<Self> {
        let readers =
            Self { path, cache_bytes, idle: Mutex::new(Vec::new()), long: Semaphore::new(LONG_READS) };
        let first = readers.connect()?;
        readers.give_back(first);
        Ok(readers)
    }

    /// A read of a row or two, on the calling thread: microseconds while the pages are cached.
    pub(crate) fn point<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Fault>,
    ) -> Result<T, Unavailable> {
        self.with(read).map_err(|fault| fault.unavailable("reading"))
    }

    /// A read of any length, off the async threads.
    pub(crate) async fn long<T: Send + 'static>(
        self: &Arc<Self>,
        read: impl FnOnce(&Connection) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Unavailable> {
        let _permit = self.long.acquire().await.map_err(Unavailable::new)?;
        let readers = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || readers.point(read)).await;
        done.map_err(|_| Unavailable::new("sqlite, reading: the read was aborted"))?
    }

    fn with<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, Fault> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let db = match idle {
            Some(db) => db,
            None => self.connect()?,
        };
        let done = read(&db);
        self.give_back(db);
        done
    }

    fn give_back(&self, db: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < KEPT_CONNECTIONS {
            idle.push(db);
        }
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let db = Connection::open_with_flags(&self.path, flags)?;
        db.busy_timeout(WAIT_FOR_LOCK)?;
        db.pragma_update(None, "cache_size", -i64::from(self.cache_bytes / 1024))?;
        db.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(db)
    }
}
