//! Why a file is no usable backup, and why a store was not restored.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::fault::Fault;
use crate::open::OpenError;

/// Why a backup was not used. Nothing was changed. For the operator; says what to do where something can be done.
#[derive(Debug)]
pub enum BackupError {
    /// A file could not be read or written.
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// It is no backup of ours.
    Foreign {
        /// The file.
        path: PathBuf,
    },
    /// It is a store, not a backup of one.
    Store {
        /// The file.
        path: PathBuf,
    },
    /// Its end is missing.
    CutOff {
        /// The file.
        path: PathBuf,
        /// Its length.
        bytes: u64,
        /// What it should have at least, if that can be told.
        expected: Option<u64>,
    },
    /// It is not what was written.
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where that shows.
        what: String,
    },
    /// A newer program made it.
    TooNew {
        /// The file.
        path: PathBuf,
        /// In which way it is newer.
        what: String,
    },
    /// There is a store already.
    Exists {
        /// The store.
        path: PathBuf,
    },
    /// A log lies there without its store.
    Stray {
        /// The log.
        path: PathBuf,
    },
    /// The store that is there could not be put aside.
    NotPutAside {
        /// The store.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A store could not be opened.
    Open(OpenError),
    /// A database could not be read or written.
    Database {
        /// Which.
        path: PathBuf,
        /// Why.
        why: String,
    },
}

impl BackupError {
    pub(super) fn file(path: &Path) -> impl Fn(io::Error) -> Self {
        move |error| Self::File { path: path.to_owned(), error }
    }

    pub(super) fn database(path: &Path) -> impl Fn(Fault) -> Self {
        move |fault| Self::Database { path: path.to_owned(), why: fault.to_string() }
    }

    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }

    pub(super) fn too_new(path: &Path, what: impl Into<String>) -> Self {
        Self::TooNew { path: path.to_owned(), what: what.into() }
    }
}

impl From<OpenError> for BackupError {
    fn from(error: OpenError) -> Self {
        Self::Open(error)
    }
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Foreign { path } => write!(f, "{} is no backup of Tenure", path.display()),
            Self::Store { path } => write!(
                f,
                "{} is a store itself, not a backup of one: make a backup of it with `tenure backup create`",
                path.display()
            ),
            Self::CutOff { path, bytes, expected } => {
                write!(f, "the backup {} is cut off: it has {bytes} bytes", path.display())?;
                if let Some(expected) = expected {
                    write!(f, " of more than {expected}")?;
                }
                f.write_str(". Fetch it again from where it is kept, or use another one")
            }
            Self::Damaged { path, what } => write!(
                f,
                "the backup {} is damaged: {what}. Fetch it again from where it is kept, or use another one",
                path.display()
            ),
            Self::TooNew { path, what } => write!(
                f,
                "the backup {} was made by a newer program: {what}. Use that version, or a newer one",
                path.display()
            ),
            Self::Exists { path } => write!(
                f,
                "there is a store at {}: nothing was changed. With --replace it is kept under another name, and the backup \
                 takes its place",
                path.display()
            ),
            Self::Stray { path } => write!(
                f,
                "{} is there without its store, and would be mixed into the restored one: nothing was changed. Move it \
                 to where its store is",
                path.display()
            ),
            Self::NotPutAside { path, why } => write!(
                f,
                "the store at {} cannot be put aside: {why}. Nothing was changed. Move it and the files whose names begin \
                 with its name to another folder, then restore without --replace",
                path.display()
            ),
            Self::Open(error) => error.fmt(f),
            Self::Database { path, why } => write!(f, "{}: {why}", path.display()),
        }
    }
}

impl std::error::Error for BackupError {}
