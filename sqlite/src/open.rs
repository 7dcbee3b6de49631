//! Options of an opening, and why there was none.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// How to open a database.
#[derive(Clone, Debug)]
pub struct Options {
    /// Bring the schema up to date first, and make the database where there is none. Otherwise such a database is refused.
    pub migrate: bool,
    /// Which store this is, drawn at random by the caller; kept from the moment when the database is made, ignored later.
    pub incarnation: u64,
    /// The page cache of the writer, in bytes; a reader has a sixteenth of it.
    pub cache_bytes: u32,
    /// Changes that may wait for the writer; one more is [`Unavailable`](tenure_store::Unavailable) at once.
    pub queue_changes: usize,
    /// Rows that one read looks at, at most, where no index has what it looks for: it says where it stopped, and may be asked to
    /// go on. At least one.
    pub looked_at_rows: u32,
}

impl Options {
    /// The defaults, with this incarnation for a new database. Migrates nothing.
    pub fn new(incarnation: u64) -> Self {
        Self {
            migrate: false,
            incarnation,
            cache_bytes: 64 << 20,
            queue_changes: 4096,
            looked_at_rows: 50_000,
        }
    }

    /// The same, with migration.
    pub fn migrating(self) -> Self {
        Self { migrate: true, ..self }
    }
}

/// Why a database was not opened. For the operator; says what to do where something can be done.
#[derive(Debug)]
pub enum OpenError {
    /// Another process has it.
    Locked {
        /// The database.
        path: PathBuf,
    },
    /// Its schema is older than this program's, or there is no database, and migration was not asked for.
    NotMigrated {
        /// The schema that was found; 0 is none.
        found: u32,
        /// The schema that is needed.
        needed: u32,
    },
    /// Its schema is more than one step ahead of this program's.
    TooNew {
        /// The schema that was found.
        found: u32,
        /// The newest schema that this program works with.
        newest: u32,
    },
    /// It is a database of something else.
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// A file could not be opened or made.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// SQLite could not open it, or not read what is in it.
    Database {
        /// The database.
        path: PathBuf,
        /// Why.
        error: rusqlite::Error,
    },
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Locked { path } => write!(
                f,
                "{} is in use by another process, a server or another command: stop that first. Nothing was changed",
                path.display()
            ),
            Self::NotMigrated { found: 0, .. } => {
                f.write_str("there is no database yet: run a migration first")
            }
            Self::NotMigrated { found, needed } => {
                write!(f, "the schema is at step {found}, this program needs {needed}: run a migration first")
            }
            Self::TooNew { found, newest } => write!(
                f,
                "the schema is at step {found}, this program works with {newest} at most: use a newer program"
            ),
            Self::Foreign { path } => write!(f, "{} is a database of another program", path.display()),
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Database { path, error } => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for OpenError {}
