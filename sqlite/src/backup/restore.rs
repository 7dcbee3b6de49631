//! A store made of a backup: built beside its place, and put there in one step when it is whole.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB};
use tenure_core::time::Timestamp;
use tenure_store::Manifest;

use super::again::{self, MadeAgain};
use super::error::BackupError;
use super::losses::{self, Losses};
use super::{APPLICATION_ID, container, create, verify};
use crate::fault::Fault;
use crate::lock::Lock;
use crate::open::{OpenError, Options};
use crate::{Sqlite, create as files, schema};

/// A store that is being restored. Until [`Restoring::finish`] nothing is there that a server would open, and what was there
/// is as it was; dropping it removes what was built.
pub struct Restoring {
    database: PathBuf,
    built: PathBuf,
    manifest: Manifest,
    _lock: Lock,
}

/// Where a restored store is, and what became of the one before it.
pub struct Restored {
    /// The store that was there, under its new name.
    pub kept: Option<PathBuf>,
}

impl Restoring {
    /// Builds a store of the backup at `backup`, with another incarnation: readers of its feed must not mistake it for the
    /// store that it was.
    ///
    /// Refuses a store that is in use, one that is there unless it shall be replaced, and whatever is no whole backup. Holds
    /// the lock of `database`, whose folder must be there, until the end.
    pub fn begin(
        backup: &Path,
        database: &Path,
        incarnation: u64,
        replace: bool,
    ) -> Result<Self, BackupError> {
        let manifest = container::read_manifest(backup)?;
        let lock = Lock::take(database)?;
        let there = database.try_exists().map_err(BackupError::file(database))?;
        if there && !replace {
            return Err(BackupError::Exists { path: database.to_owned() });
        }
        for log in ["-wal", "-journal"].map(|end| beside(database, end)) {
            if !there && log.exists() {
                return Err(BackupError::Stray { path: log });
            }
        }
        let built = beside(database, ".restoring");
        let restoring = Self { database: database.to_owned(), built, manifest, _lock: lock };
        restoring.remove().map_err(BackupError::file(&restoring.built))?;
        restoring.build(backup, incarnation)?;
        Ok(restoring)
    }

    fn build(&self, backup: &Path, incarnation: u64) -> Result<(), BackupError> {
        let io = BackupError::file(&self.built);
        let mut file = files::file(&self.built).map_err(&io)?;
        container::copy_content(backup, &self.manifest, &mut file, &self.built)?;
        file.sync_all().map_err(&io)?;
        let database = BackupError::database(&self.built);
        let db = Connection::open(&self.built).map_err(|error| database(error.into()))?;
        verify::check(&db, backup, &self.manifest, APPLICATION_ID)?;
        become_store(&db, incarnation).map_err(|error| database(error.into()))?;
        db.close().map_err(|(_, error)| database(error.into()))?;
        schema::prepare(&self.built, &Options::new(incarnation).migrating())?;
        Ok(())
    }

    /// What the backup says of itself.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// What this store does not know and the one at `before` does, as far as it matters at `now`. That one is only read.
    pub fn losses(&self, before: &Path, now: Timestamp) -> Result<Losses, BackupError> {
        losses::find(&self.connect()?, before, now)
    }

    /// Makes again what the store at `before` knows to be over, all or none: the ends and announcements among these losses, and
    /// what became of API keys and signing keys, if it is the store that was backed up and nothing was undone in it since.
    pub fn end_again(&self, before: &Path, losses: &Losses) -> Result<MadeAgain, BackupError> {
        losses::beside(&self.connect()?, before, |db| again::make(db, losses, &self.manifest))
    }

    fn connect(&self) -> Result<Connection, BackupError> {
        Connection::open(&self.built).map_err(|error| BackupError::database(&self.built)(error.into()))
    }

    /// The store, for what is to be written into it before anybody serves it. To be closed before it is finished.
    pub fn open(&self, options: Options) -> Result<Sqlite, OpenError> {
        Sqlite::open(&self.built, options)
    }

    /// Puts the store in its place, in one step. The one that is there is first given the name `kept` as well, so that at
    /// every moment one of the two is there, whole.
    pub fn finish(self, kept: &Path) -> Result<Restored, BackupError> {
        let database = BackupError::database(&self.built);
        settle(&self.built).map_err(|why| BackupError::Database { path: self.built.clone(), why })?;
        let file = File::open(&self.built).map_err(Fault::System).map_err(&database)?;
        file.sync_all().map_err(Fault::System).map_err(&database)?;
        let not_aside = |why: String| BackupError::NotPutAside { path: self.database.clone(), why };
        let there = self.database.try_exists().map_err(BackupError::file(&self.database))?;
        if there {
            settle(&self.database).map_err(not_aside)?;
            fs::hard_link(&self.database, kept)
                .map_err(|error| not_aside(format!("{}: {error}", kept.display())))?;
        }
        let place = BackupError::file(&self.database);
        fs::rename(&self.built, &self.database).map_err(&place)?;
        create::sync_folder(&self.database).map_err(&place)?;
        Ok(Restored { kept: there.then(|| kept.to_owned()) })
    }

    fn remove(&self) -> io::Result<()> {
        for end in ["", "-wal", "-shm", "-journal", ".lock"] {
            match fs::remove_file(beside(&self.built, end)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

impl Drop for Restoring {
    fn drop(&mut self) {
        if let Err(error) = self.remove() {
            tracing::warn!(%error, path = %self.built.display(), "what was being restored could not be removed");
        }
    }
}

/// From here on it is a store, and another one than it was.
fn become_store(db: &Connection, incarnation: u64) -> rusqlite::Result<()> {
    db.pragma_update(None, "synchronous", "FULL")?;
    db.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))?;
    db.execute_batch("BEGIN IMMEDIATE")?;
    db.execute("UPDATE meta SET value = ? WHERE name = 'incarnation'", [incarnation as i64])?;
    db.pragma_update(None, "application_id", schema::APPLICATION_ID)?;
    db.execute_batch("COMMIT")
}

/// Moves the log of a database that nobody has open into it, so that it is one file.
fn settle(path: &Path) -> Result<(), String> {
    let said = |error: rusqlite::Error| error.to_string();
    let db = Connection::open(path).map_err(said)?;
    // A checkpoint alone would not notice a file that is no database.
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(said)?;
    db.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::TRUNCATE).map_err(said)?;
    db.close().map_err(|(_, error)| said(error))?;
    match ["-wal", "-journal"].map(|end| beside(path, end)).into_iter().find(|log| log.exists()) {
        None => Ok(()),
        Some(log) => Err(format!("{} stays: another program has it open", log.display())),
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
