//! One process at a time: the lock that belongs to a database.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};

use crate::create;
use crate::open::OpenError;

/// Holds the lock while it lives; the system lets go of it when the process dies, however it dies.
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Takes the lock of the database at `path`, which is a file beside it. Refuses at once when another process has it.
    pub(crate) fn take(path: &Path) -> Result<Self, OpenError> {
        let beside = beside(path);
        let io = |error| OpenError::File { path: beside.clone(), error };
        let file = create::file(&beside).map_err(io)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(OpenError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(error)) => Err(io(error)),
        }
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    name.into()
}
