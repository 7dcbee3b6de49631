//! What can go wrong between here and the file, and how the operator hears of it.

use std::fmt;
use std::path::Path;

use tenure_store::Unavailable;

use crate::open::OpenError;

/// A failed read or write. Its text names tables, columns and rows by number, never what is in them.
#[derive(Debug)]
pub(crate) enum Fault {
    /// SQLite could not do it.
    Database(rusqlite::Error),
    /// A file could not be opened, or a thread not started.
    System(std::io::Error),
    /// A stored row is no legal state.
    Illegal {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row, by its primary key.
        row: i64,
    },
}

impl Fault {
    /// Why the database at `path` was not opened.
    pub(crate) fn of_opening(self, path: &Path) -> OpenError {
        let path = path.to_owned();
        match self {
            Self::Database(error) => OpenError::Database { path, error },
            Self::System(error) => OpenError::File { path, error },
            illegal @ Self::Illegal { .. } => {
                OpenError::File { path, error: std::io::Error::other(illegal.to_string()) }
            }
        }
    }

    /// The outage that a caller gets.
    pub(crate) fn unavailable(self, doing: &str) -> Unavailable {
        Unavailable::new(format_args!("sqlite, {doing}: {self}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(error) => error.fmt(f),
            Self::System(error) => error.fmt(f),
            Self::Illegal { table, column, row } => {
                write!(f, "illegal value in table {table}, column {column}, row {row}")
            }
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error)
    }
}
