//! Making a backup: a copy of one snapshot, sealed, and given its name last.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};
use sha2::Digest as _;
use tenure_core::time::Timestamp;
use tenure_store::{Backups, Manifest, NotMade, Unavailable};
use tokio::sync::oneshot;

use super::{APPLICATION_ID, container};
use crate::connect::WAIT_FOR_LOCK;
use crate::fault::Fault;
use crate::{Sqlite, create, feed, schema};

/// Pages copied at a time, of 2 KiB each: a mebibyte.
const STEP_PAGES: i32 = 512;
/// The copy is synced every so many steps, a little at a time: one sync of all of it at the end would hold up those of
/// commits, which share the disk.
const SYNC_STEPS: u32 = 4;

#[async_trait]
impl Backups for Sqlite {
    async fn back_up(&self, to: &Path, at: Timestamp) -> Result<Manifest, NotMade> {
        let (database, to) = (self.path.clone(), to.to_owned());
        let (reply, answer) = oneshot::channel();
        // A thread of its own, which the end of the process does not wait for.
        let work = move || drop(reply.send(back_up(&database, &to, at)));
        let spawned = std::thread::Builder::new().name("tenure-backup".to_owned()).spawn(work);
        spawned.map_err(|error| NotMade::Unavailable(Unavailable::new(error)))?;
        answer
            .await
            .unwrap_or_else(|_| Err(NotMade::Unavailable(Unavailable::new("the backup was given up"))))
    }
}

/// Makes a backup of the database at `database`, whether or not it is in use: see [`Backups::back_up`].
pub fn back_up(database: &Path, to: &Path, at: Timestamp) -> Result<Manifest, NotMade> {
    if to.try_exists().map_err(at_place(to))? {
        return Err(taken(to)(io::ErrorKind::AlreadyExists.into()));
    }
    let part = part_of(to);
    let held = claim(&part)?;
    let made = copy(database, &part, &held).and_then(|()| describe(&part, at)).and_then(|manifest| {
        container::seal(&part, &manifest).map_err(at_place(&part))?;
        // Unlike a renaming, a second name is refused where somebody took it meanwhile.
        fs::hard_link(&part, to).map_err(taken(to))?;
        Ok(manifest)
    });
    let removed = remove(&part).map_err(at_place(&part));
    let manifest = made?;
    removed?;
    sync_folder(to).map_err(at_place(to))?;
    Ok(manifest)
}

/// What a backup is called until it is one. What is left of one that was interrupted is written over by the next of its name.
fn part_of(to: &Path) -> PathBuf {
    let mut name = to.as_os_str().to_owned();
    name.push(".part");
    name.into()
}

/// The empty file that the copy goes into, for as long as it is open no other process's.
fn claim(part: &Path) -> Result<File, NotMade> {
    let file = create::file(part).map_err(at_place(part))?;
    let held = file.try_lock().is_ok() && is_still(part, &file).map_err(at_place(part))?;
    if !held {
        return Err(NotMade::Place(format!("{}: another backup is being made there", part.display())));
    }
    for end in ["-journal", "-wal", "-shm"] {
        remove_one(part, end).map_err(at_place(part))?;
    }
    file.set_len(0).map_err(at_place(part))?;
    Ok(file)
}

/// Whether the file of that name is the one that was opened: whoever had it before may have removed it since.
fn is_still(path: &Path, file: &File) -> io::Result<bool> {
    let (named, opened) = (fs::metadata(path)?, file.metadata()?);
    Ok((named.dev(), named.ino()) == (opened.dev(), opened.ino()))
}

fn remove(part: &Path) -> io::Result<()> {
    ["", "-journal", "-wal", "-shm"].into_iter().try_for_each(|end| remove_one(part, end))
}

fn remove_one(part: &Path, end: &str) -> io::Result<()> {
    let mut name = part.as_os_str().to_owned();
    name.push(end);
    match fs::remove_file(PathBuf::from(name)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Copies one snapshot of `database`. It is held until the last page is copied: what is written meanwhile waits in the log.
fn copy(database: &Path, part: &Path, file: &File) -> Result<(), NotMade> {
    let unavailable =
        |error: rusqlite::Error| NotMade::Unavailable(Fault::from(error).unavailable("backing up"));
    let from =
        Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(unavailable)?;
    from.busy_timeout(WAIT_FOR_LOCK).map_err(unavailable)?;
    let snapshot = from.unchecked_transaction().map_err(unavailable)?;
    snapshot.query_row("SELECT count(*) FROM meta", [], |row| row.get::<_, u32>(0)).map_err(unavailable)?;
    let mut to = Connection::open(part).map_err(failed(part))?;
    // The copy has no name yet: when this is interrupted, nobody misses it.
    to.pragma_update(None, "synchronous", "OFF").map_err(failed(part))?;
    to.pragma_update_and_check(None, "journal_mode", "OFF", |_| Ok(())).map_err(failed(part))?;
    let backup = Backup::new(&from, &mut to).map_err(failed(part))?;
    for step in 1.. {
        match backup.step(STEP_PAGES).map_err(failed(part))? {
            StepResult::Done => break,
            StepResult::More if step % SYNC_STEPS == 0 => file.sync_data().map_err(at_place(part))?,
            StepResult::More => {}
            _ => {
                return Err(NotMade::Unavailable(Unavailable::new("sqlite, backing up: the copy is locked")));
            }
        }
    }
    Ok(())
}

/// Makes the copy a backup's content, and says what it holds.
fn describe(part: &Path, at: Timestamp) -> Result<Manifest, NotMade> {
    let db = Connection::open(part).map_err(failed(part))?;
    db.pragma_update(None, "synchronous", "OFF").map_err(failed(part))?;
    // A file of its own, without a log beside it.
    db.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(())).map_err(failed(part))?;
    db.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed(part))?;
    let counted = facts(&db).map_err(|fault| match fault {
        Fault::Database(error) => failed(part)(error),
        other => NotMade::Unavailable(other.unavailable("backing up")),
    })?;
    db.close().map_err(|(_, error)| failed(part)(error))?;
    let mut file = File::open(part).map_err(at_place(part))?;
    let content_bytes = file.metadata().map_err(at_place(part))?.len();
    let sha256 = container::sum(&mut file).map_err(at_place(part))?.finalize().into();
    Ok(Manifest {
        made_at: at,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        content_bytes,
        sha256,
        ..counted
    })
}

/// What is in a database: all of a manifest but the file itself.
pub(super) fn facts(db: &Connection) -> Result<Manifest, Fault> {
    let meta = |name: &str| -> Result<i64, Fault> {
        Ok(db.query_row("SELECT value FROM meta WHERE name = ?", [name], |row| row.get(0))?)
    };
    let count = |sql: &str| -> Result<u64, Fault> { Ok(db.query_row(sql, [], |row| row.get(0))?) };
    let mut canaries = db.prepare("SELECT key FROM record WHERE kind = 'canary'")?;
    let kids = canaries.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    let mut kids: Vec<u8> = kids.iter().filter_map(|kid| kid.parse().ok()).collect();
    kids.sort_unstable();
    Ok(Manifest {
        made_at: Timestamp::from_millis(0),
        program: String::new(),
        schema: schema::version_of(db)?,
        incarnation: meta("incarnation")? as u64,
        high_water: Timestamp::from_millis(meta("high_water")?),
        feed_head: feed::last_number(db, "feed")?,
        families: count("SELECT count(*) FROM family")?,
        records: count("SELECT count(*) FROM record")?,
        kids,
        content_bytes: 0,
        sha256: [0; 32],
    })
}

/// Makes the name of a file durable.
pub(super) fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(".".as_ref());
    File::open(folder)?.sync_all()
}

fn taken(to: &Path) -> impl Fn(io::Error) -> NotMade {
    move |error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            NotMade::Place(format!("{} is there already: a backup never overwrites a file", to.display()))
        }
        _ => NotMade::Place(format!("{}: {error}", to.display())),
    }
}

fn at_place(path: &Path) -> impl Fn(io::Error) -> NotMade {
    move |error| NotMade::Place(format!("{}: {error}", path.display()))
}

/// A full disk is the place's fault; so is whatever else the copy cannot be written for.
fn failed(part: &Path) -> impl Fn(rusqlite::Error) -> NotMade {
    move |error| match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => NotMade::Place(format!("{}: the disk is full", part.display())),
        _ => NotMade::Place(format!("{}: {error}", part.display())),
    }
}
