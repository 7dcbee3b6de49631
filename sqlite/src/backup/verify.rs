//! Looking at a backup without restoring it: every byte, every page, every count.

use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use tenure_store::{Kind, Manifest, Record};

use super::error::BackupError;
use super::{APPLICATION_ID, container, create};
use crate::directory;

/// Keys of a ring, at most: their numbers are one byte.
const KIDS: u32 = 256;
/// Of what SQLite finds wrong, as much as a person reads.
const PROBLEMS: u32 = 3;

/// A backup that is what it says.
pub struct Verified {
    /// What it says.
    pub manifest: Manifest,
    /// The canaries of the key ring that opens it.
    pub canaries: Vec<Record>,
}

/// Reads all of the backup at `path`: its sums, the structure of its database, and whether it holds what its manifest says.
/// Writes nothing.
pub fn verify(path: &Path) -> Result<Verified, BackupError> {
    let manifest = container::read_manifest(path)?;
    container::check_content(path, &manifest)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let database = BackupError::database(path);
    let db = Connection::open_with_flags(path, flags).map_err(|error| database(error.into()))?;
    check(&db, path, &manifest, APPLICATION_ID)?;
    let canaries = directory::records(&db, Kind::Canary, "", None, KIDS).map_err(database)?;
    Ok(Verified { manifest, canaries })
}

/// Refuses a database whose structure is broken, or that does not hold what `manifest` says.
pub(super) fn check(
    db: &Connection,
    path: &Path,
    manifest: &Manifest,
    application: i32,
) -> Result<(), BackupError> {
    let database = BackupError::database(path);
    let found = create::facts(db).map_err(&database)?;
    let same = Manifest {
        made_at: manifest.made_at,
        program: manifest.program.clone(),
        content_bytes: manifest.content_bytes,
        sha256: manifest.sha256,
        ..found
    };
    if same != *manifest {
        return Err(BackupError::damaged(path, "it does not hold what its manifest says"));
    }
    let problems = problems(db, application).map_err(|error| database(error.into()))?;
    match problems.is_empty() {
        true => Ok(()),
        false => Err(BackupError::damaged(path, problems.join("; "))),
    }
}

fn problems(db: &Connection, application: i32) -> rusqlite::Result<Vec<String>> {
    let id: i32 = db.pragma_query_value(None, "application_id", |row| row.get(0))?;
    if id != application {
        return Ok(vec!["it does not carry our mark".to_owned()]);
    }
    let mut statement = db.prepare(&format!("PRAGMA integrity_check({PROBLEMS})"))?;
    let said = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<String>>>()?;
    Ok(if said == ["ok"] { Vec::new() } else { said })
}
