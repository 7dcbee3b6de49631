//! The transaction that jobs share.

use std::cell::Cell;

use rusqlite::{CachedStatement, Connection, Params};
use tenure_core::time::Timestamp;

use crate::fault::Fault;

/// An open transaction, and the latest time that its changes carry.
pub(crate) struct Batch<'a> {
    db: &'a Connection,
    seen: Cell<i64>,
}

impl<'a> Batch<'a> {
    /// A transaction on `db`, after changes that carried `seen`.
    pub(crate) fn new(db: &'a Connection, seen: i64) -> Self {
        Self { db, seen: Cell::new(seen) }
    }

    /// Runs one statement; says how many rows it changed.
    pub(crate) fn execute(&self, sql: &'static str, params: impl Params) -> Result<usize, Fault> {
        Ok(self.db.prepare_cached(sql)?.execute(params)?)
    }

    /// A statement that gives rows.
    pub(crate) fn prepare(&self, sql: &str) -> Result<CachedStatement<'a>, Fault> {
        Ok(self.db.prepare_cached(sql)?)
    }

    /// The connection, for reads.
    pub(crate) fn db(&self) -> &Connection {
        self.db
    }

    /// A committed change carries this time.
    pub(crate) fn saw(&self, at: Timestamp) {
        self.seen.set(self.seen.get().max(at.millis()));
    }

    /// The latest time so far.
    pub(crate) fn seen(&self) -> i64 {
        self.seen.get()
    }

    /// Whether SQLite has taken the transaction back.
    pub(crate) fn is_autocommit(&self) -> bool {
        self.db.is_autocommit()
    }

    /// Runs `work` so that its statements are taken back together, and nobody else's, when it fails. The outer error is one
    /// that the transaction does not survive.
    pub(crate) fn all_or_nothing<T>(
        &self,
        work: impl FnOnce(&Self) -> Result<T, Fault>,
    ) -> Result<Result<T, Fault>, Fault> {
        let seen = self.seen.get();
        self.execute("SAVEPOINT job", [])?;
        let done = work(self);
        if self.is_autocommit() {
            return done.map(Ok);
        }
        if done.is_err() {
            self.seen.set(seen);
            self.execute("ROLLBACK TO job", [])?;
        }
        self.execute("RELEASE job", [])?;
        Ok(done)
    }
}
